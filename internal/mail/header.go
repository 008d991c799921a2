package mail

import (
	"bytes"
	"strings"
)

const headerLimit = 1 << 20 // bytes of one header block; what is beyond is not analysed

// field is one header: its name in lower case, and its value unfolded, trimmed and not decoded.
type field struct{ name, value string }

// header is a header block in its order.
type header []field

// get gives the first value of a header, or "".
func (h header) get(name string) string {
	for i := range h {
		if h[i].name == name {
			return h[i].value
		}
	}
	return ""
}

// all gives every value of a header.
func (h header) all(name string) []string {
	var vs []string
	for i := range h {
		if h[i].name == name {
			vs = append(vs, h[i].value)
		}
	}
	return vs
}

func (h header) has(name string) bool {
	for i := range h {
		if h[i].name == name {
			return true
		}
	}
	return false
}

// headerReader collects one header block from a source of lines.
type headerReader struct {
	h     header
	value []byte // of the field being read
	name  string
	size  int
	bad   bool // a line was neither a field nor a continuation
	top   bool // block of the mail itself: an mbox line and empty lines may come first
}

// verdict says what a line did to a header block.
type verdict int

const (
	lineTaken  verdict = iota
	lineEnds           // the empty line: the block is over
	lineIsBody         // not a header line: the block is over and the line belongs to the body
)

// take reads one line. ahead gives some of the bytes that follow, for lines that look wrong.
func (r *headerReader) take(c chunk, ahead func(chunk) []byte) verdict {
	line := c.data
	r.size += len(line)
	if !c.starts { // piece of a very long line
		r.value = append(r.value, trimEOL(line)...)
		return lineTaken
	}
	line = trimEOL(line)
	if len(bytes.TrimSpace(line)) == 0 {
		if len(line) > 0 && r.name != "" && blockGoesOn(ahead(c)) {
			return lineTaken
		}
		return r.empty()
	}
	if r.first() && mboxLine(line) {
		return lineTaken
	}
	if line[0] == ' ' || line[0] == '\t' {
		if r.name != "" {
			r.value = append(append(r.value, ' '), bytes.TrimLeft(line, " \t")...)
			return lineTaken
		}
		line = bytes.TrimLeft(line, " \t")
	}
	name, value, ok := cutField(line)
	if !ok {
		return r.odd(c, ahead)
	}
	r.flush()
	r.name = strings.ToLower(string(name))
	r.value = append(r.value[:0], value...)
	return lineTaken
}

// mboxLine knows the line that mail folders put before a mail; "From : Jean" is a header all the same.
func mboxLine(line []byte) bool {
	_, _, field := cutField(line)
	return !field && bytes.HasPrefix(bytes.TrimPrefix(line, []byte(">")), []byte("From "))
}

func (r *headerReader) first() bool { return r.top && r.name == "" && len(r.h) == 0 }

// empty handles a blank line: it ends the block, but for blank lines before the first field of a mail.
func (r *headerReader) empty() verdict {
	if r.first() {
		return lineTaken
	}
	r.flush()
	return lineEnds
}

// blockGoesOn says whether a line of mere spaces was a fold that somebody emptied: what follows is still a header.
func blockGoesOn(next []byte) bool {
	line, _, _ := bytes.Cut(next, []byte("\n"))
	if len(bytes.TrimSpace(line)) == 0 {
		return false
	}
	name, _, ok := cutField(line)
	return line[0] == ' ' || line[0] == '\t' || ok && knownField(strings.ToLower(string(name)))
}

// odd handles a line that is no field. When more fields follow before an empty line, it is the tail of a badly folded
// one; otherwise the empty line is missing and the body begins here.
func (r *headerReader) odd(c chunk, ahead func(chunk) []byte) verdict {
	r.bad = true
	line := bytes.Clone(bytes.TrimSpace(c.data))
	if next := ahead(c); r.opensPart(line) || !fieldsFollow(next) {
		r.flush()
		return lineIsBody
	}
	if r.name != "" {
		r.value = append(append(r.value, ' '), line...)
	}
	return lineTaken
}

// opensPart says whether a line is the boundary that the block declares: the empty line before it is missing.
func (r *headerReader) opensPart(line []byte) bool {
	if !bytes.HasPrefix(line, dashes) || len(line) < 3 {
		return false
	}
	kind := r.h.get("content-type")
	if r.name == "content-type" {
		kind = string(r.value)
	}
	return len(kind) < 2000 && parseMediaType(kind).raw("boundary") == string(line[2:])
}

// flush ends the field being read.
func (r *headerReader) flush() {
	if r.name != "" {
		r.h = append(r.h, field{r.name, string(bytes.TrimSpace(r.value))})
	}
	r.name = ""
}

// cutField splits "Name: value". Spaces before the colon are forgiven (RFC 5322 4.5), and ">From: " of some archives.
func cutField(line []byte) (name, value []byte, ok bool) {
	i := bytes.IndexByte(line, ':')
	if i <= 0 {
		return nil, nil, false
	}
	name = bytes.TrimRight(line[:i], " \t")
	if len(name) > 0 && name[0] == '>' {
		name = name[1:]
	}
	for _, c := range name {
		if c <= ' ' || c >= 0x7f {
			return nil, nil, false
		}
	}
	return name, bytes.TrimLeft(line[i+1:], " \t"), len(name) > 0
}

// fieldsFollow says whether well-known header lines stand in b before its first empty line.
func fieldsFollow(b []byte) bool {
	for len(b) > 0 {
		line, rest, _ := bytes.Cut(b, []byte("\n"))
		line = bytes.TrimRight(line, "\r")
		if len(line) == 0 {
			return false
		}
		if name, _, ok := cutField(line); ok && knownField(strings.ToLower(string(name))) {
			return true
		}
		b = rest
	}
	return false
}

func knownField(name string) bool {
	switch name {
	case "from", "to", "cc", "date", "subject", "received", "message-id", "return-path", "delivered-to", "reply-to",
		"in-reply-to", "references", "mime-version", "sender":
		return true
	}
	return strings.HasPrefix(name, "content-") || strings.HasPrefix(name, "x-") || strings.HasPrefix(name, "dkim-")
}

// readHeader reads the header block that b begins with.
func readHeader(b []byte) header {
	var r headerReader
	for len(b) > 0 {
		n := bytes.IndexByte(b, '\n') + 1
		if n == 0 {
			n = len(b)
		}
		rest := b[n:]
		if r.take(chunk{data: b[:n], starts: true}, func(chunk) []byte { return rest[:min(len(rest), 4<<10)] }) != lineTaken {
			return r.h
		}
		b = rest
	}
	r.flush()
	return r.h
}
