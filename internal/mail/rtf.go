package mail

import (
	"strings"
	"unicode/utf16"
)

// readRTF gives the text of a formatted body, or the HTML that Outlook wrapped in one (MS-OXRTFEX); isHTML says which.
// It reads once from the beginning to the end, whatever the bytes.
func readRTF(b []byte) (content string, isHTML bool) {
	r := rtfReader{b: b, codepage: "windows-1252", fonts: map[int]string{}}
	r.now.skipAfter = 1
	for len(r.b) > 0 && r.out.Len()+len(r.raw) < htmlLimit {
		r.step()
	}
	r.flush()
	content = unixLines(r.out.String())
	if !r.html {
		content = strings.TrimSpace(content)
	}
	return content, r.html
}

type rtfReader struct {
	b        []byte
	out      strings.Builder
	html     bool
	codepage string
	fonts    map[int]string // charsets
	now      rtfState
	stack    []rtfState
	deeper   int      // groups that are open beyond the stack
	raw      []byte   // bytes not yet decoded
	units    []uint16 // half characters of \u
	skip     int      // characters that stand for the \u before them
}

// rtfState is what a group inherits and forgets at its end.
type rtfState struct {
	font, skipAfter int
	hidden          bool // a destination that is no text
	star            bool // \* was read: what follows is optional
	table           bool // of fonts
	tag             bool // HTML kept as it is
	double          bool // \htmlrtf: said in HTML already
}

const rtfGroups = 500 // kept open; deeper ones inherit from the last

func (r *rtfReader) step() {
	c := r.b[0]
	r.b = r.b[1:]
	switch c {
	case '{':
		r.flush()
		if len(r.stack) >= rtfGroups {
			r.deeper++
		} else {
			r.stack = append(r.stack, r.now)
		}
		r.now.star = false
	case '}':
		r.flush()
		if r.skip = 0; r.deeper > 0 {
			r.deeper--
		} else if n := len(r.stack); n > 0 {
			r.now, r.stack = r.stack[n-1], r.stack[:n-1]
		}
	case '\r', '\n':
	case '\\':
		r.control()
	default:
		r.char(c)
	}
}

// char takes one byte of text.
func (r *rtfReader) char(c byte) {
	switch {
	case r.skip > 0:
		r.skip--
	case r.now.hidden || r.now.table || r.now.double:
	default:
		r.unit()
		r.raw = append(r.raw, c)
	}
}

// unit writes the characters of \u that wait.
func (r *rtfReader) unit() {
	if len(r.units) > 0 {
		r.out.WriteString(string(utf16.Decode(r.units)))
		r.units = r.units[:0]
	}
}

// flush decodes the bytes that wait.
func (r *rtfReader) flush() {
	r.unit()
	if len(r.raw) == 0 {
		return
	}
	charset := r.codepage
	if font := r.fonts[r.now.font]; font != "" && !r.now.tag {
		charset = font
	}
	d := decoder{}
	r.out.WriteString(d.text(r.raw, charset))
	r.raw = r.raw[:0]
}

// write puts text in.
func (r *rtfReader) write(s string) {
	if r.now.hidden || r.now.table || r.now.double {
		return
	}
	r.flush()
	r.out.WriteString(s)
}

// control reads what a backslash begins.
func (r *rtfReader) control() {
	if len(r.b) == 0 {
		return
	}
	if c := r.b[0]; c|0x20 < 'a' || c|0x20 > 'z' {
		r.b = r.b[1:]
		r.symbol(c)
		return
	}
	n := 0
	for n < len(r.b) && n < 40 && r.b[n]|0x20 >= 'a' && r.b[n]|0x20 <= 'z' {
		n++
	}
	word := string(r.b[:n])
	r.b = r.b[n:]
	value, given := r.number()
	if len(r.b) > 0 && r.b[0] == ' ' {
		r.b = r.b[1:]
	}
	r.word(word, value, given)
}

// number reads what may follow a word.
func (r *rtfReader) number() (n int, given bool) {
	i, minus := 0, false
	if len(r.b) > 1 && r.b[0] == '-' && isDigit(r.b[1]) {
		i, minus = 1, true
	}
	for ; i < len(r.b) && isDigit(r.b[i]) && n < 100_000_000; i++ {
		n, given = n*10+int(r.b[i]-'0'), true
	}
	r.b = r.b[i:]
	if minus {
		n = -n
	}
	return n, given
}

func (r *rtfReader) symbol(c byte) {
	switch c {
	case '\'':
		if len(r.b) >= 2 && isHex(r.b[0]) && isHex(r.b[1]) {
			r.char(unhex(r.b[0])<<4 | unhex(r.b[1]))
			r.b = r.b[2:]
		}
	case '*':
		r.now.star = true
	case '~':
		r.write("\u00a0")
	case '_':
		r.write("-")
	case '\r', '\n':
		r.write("\n")
	case '\\', '{', '}':
		r.char(c)
	}
}
