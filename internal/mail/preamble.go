package mail

import (
	"bytes"
	"strings"
)

const preambleKept = 64 << 10

// preamble reads up to the first boundary of a multipart. When that boundary never comes, what stands there is the
// content and becomes a text leaf. When another one plainly does (the declared one is missing or misspelt), it is adopted.
func (p *parser) preamble(at place, h header, t mediaType, level int) end {
	var kept []byte
	for {
		c, e, ok := p.next()
		if !ok {
			if e.level != level && len(bytes.TrimSpace(kept)) > 0 {
				l := p.preambleLeaf(at, h, t, kept)
				l.close()
			}
			return e
		}
		kept = append(kept, c.data...)
		if c.starts && bytes.HasPrefix(c.data, dashes) && !p.blind {
			line := bytes.TrimRight(kept[len(kept)-len(c.data):], " \t\r\n")
			if len(line) > 2 && p.partFollows(level) {
				p.bounds[level] = bytes.Clone(line)
				p.m.warn(WarnBadMultipart)
				return end{level: level}
			}
		}
		if len(kept) > preambleKept {
			return p.leafOn(p.preambleLeaf(at, h, t, kept))
		}
	}
}

// partFollows says whether what comes next is the header of a part; with no boundary declared, an empty line will do.
func (p *parser) partFollows(level int) bool {
	next := p.src.ahead(64)
	if len(next) >= 8 && strings.EqualFold(string(next[:8]), "content-") {
		return true
	}
	undeclared := bytes.Equal(p.bounds[level], undeclaredBoundary)
	return undeclared && len(next) > 0 && (next[0] == '\n' || next[0] == '\r')
}

func (p *parser) preambleLeaf(at place, h header, t mediaType, kept []byte) *leaf {
	p.m.warn(WarnBadMultipart)
	text := mediaType{value: "text/plain"}
	if cs := t.raw("charset"); cs != "" {
		text.params = []param{{"charset", cs}}
	}
	l := p.open(at, h, text, false)
	for len(kept) > 0 {
		n := bytes.IndexByte(kept, '\n') + 1
		if n == 0 {
			n = len(kept)
		}
		l.take(kept[:n])
		kept = kept[n:]
	}
	return l
}
