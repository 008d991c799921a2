package mail

import (
	"bytes"
)

// uuBegin is the line above a file that old programs wrote straight into the text.
var uuBegin = lazily(`^begin [0-7]{3,4} (\S.*)$`)

// uuName says whether a file begins at chunk c of a plain text, and how it is called. The line below must look like
// what it announces: "begin 2026 well" is how people write.
func (p *parser) uuName(l *leaf, c chunk) (name string, ok bool) {
	if l.seg == nil || l.seg.html || !c.starts || !bytes.HasPrefix(c.data, []byte("begin ")) {
		return "", false
	}
	if _, plain := l.dec.(identity); !plain {
		return "", false
	}
	m := uuBegin.FindSubmatch(bytes.TrimRight(trimEOL(c.data), " "))
	if m == nil {
		return "", false
	}
	name = p.dec.rawHeader(string(m[1]))
	p.src.giveBack(c)
	p.src.holding = false
	line, _, _ := bytes.Cut(p.src.ahead(100), []byte("\n"))
	line = bytes.TrimRight(line, "\r")
	if len(line) < 2 || line[0] <= ' ' || line[0] > 'M' {
		return "", false
	}
	size := (int(line[0]-' ') + 2) / 3 * 4
	return name, len(line)-1 >= size-2 && len(line)-1 <= size+2
}

// uuFile ends the text l and begins the file name as a leaf of its own.
func (p *parser) uuFile(l *leaf, name string) *leaf {
	text := l.part
	l.finish()
	file := p.begin(Part{Index: len(p.m.Parts), Type: "application/octet-stream", Name: CleanName(name), Attachment: true}, &uuDecoder{inside: true})
	file.again = func() *leaf {
		text.Index = len(p.m.Parts)
		next := p.begin(text, identity{})
		seg := *l.seg
		seg.data, seg.part = nil, text.Index
		next.seg = &seg
		return next
	}
	file.openStore()
	return file
}

// afterFile gives the leaf that chunk c belongs to: the file, or the text that goes on below it.
func (l *leaf) afterFile(c chunk) *leaf {
	if d, ok := l.dec.(*uuDecoder); !ok || l.again == nil || !d.over || len(bytes.TrimSpace(c.data)) == 0 {
		return l
	}
	l.finish()
	return l.again()
}
