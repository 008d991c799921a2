package mail

import (
	"bytes"
	"strings"
)

// transferDecoder undoes a Content-Transfer-Encoding line by line. decode appends to dst what the line gives; the line
// comes without its end, ended is false for a piece of a longer line, and hard says whether the line's end is content.
// end appends what was still held. Neither ever fails: a mail with a broken encoding still has content.
type transferDecoder interface {
	decode(dst, line []byte, ended bool) (out []byte, hard bool)
	end(dst []byte) []byte
}

// newTransferDecoder chooses by the encoding's name, however spelt.
func newTransferDecoder(encoding string, warn func(Warning)) transferDecoder {
	encoding = strings.ToLower(encoding)
	switch {
	case strings.Contains(encoding, "base64") || strings.Contains(encoding, "base-64"):
		return &base64Decoder{warn: warn}
	case strings.Contains(encoding, "quoted") || encoding == "qp":
		return &quotedDecoder{}
	case strings.Contains(encoding, "uue"):
		return &uuDecoder{}
	}
	return identity{}
}

// identity is 7bit, 8bit, binary, and whatever nobody knows.
type identity struct{}

func (identity) decode(dst, line []byte, ended bool) ([]byte, bool) {
	return append(dst, line...), ended
}
func (identity) end(dst []byte) []byte { return dst }

const b64Pad, b64Space, b64Bad = 64, 65, 66

// base64Value maps a byte to its six bits, both alphabets, or to one of the marks above.
var base64Value = func() (t [256]byte) {
	for i := range t {
		t[i] = b64Bad
	}
	for i, c := range "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/" {
		t[c] = byte(i)
	}
	t['-'], t['_'] = 62, 63
	t['='] = b64Pad
	t[' '], t['\t'], t['\r'], t['\n'] = b64Space, b64Space, b64Space, b64Space
	return t
}()

// base64Decoder drops foreign bytes, accepts missing padding and several encoded runs in a row.
type base64Decoder struct {
	acc    uint32
	n      int  // sextets in acc
	padded bool // the last run ended with padding
	over   bool // below it stands text that a list server added
	warn   func(Warning)
}

func (d *base64Decoder) decode(dst, src []byte, _ bool) ([]byte, bool) {
	if d.over = d.over || d.padded && footer(src); d.over {
		d.bad()
		return dst, false
	}
	return d.run(dst, src), false
}

func (d *base64Decoder) run(dst, src []byte) []byte {
	for i := 0; i < len(src); i++ {
		if d.n == 0 { // whole groups of four, the common case
			for i+4 <= len(src) {
				a, b, c, e := base64Value[src[i]], base64Value[src[i+1]], base64Value[src[i+2]], base64Value[src[i+3]]
				if a|b|c|e >= 64 {
					break
				}
				v := uint32(a)<<18 | uint32(b)<<12 | uint32(c)<<6 | uint32(e)
				dst = append(dst, byte(v>>16), byte(v>>8), byte(v))
				i += 4
				d.padded = false
			}
			if i == len(src) {
				break
			}
		}
		switch v := base64Value[src[i]]; v {
		case b64Space:
		case b64Pad:
			dst = d.end(dst)
			d.padded = true
		case b64Bad:
			d.bad()
		default:
			d.acc, d.n, d.padded = d.acc<<6|uint32(v), d.n+1, false
			if d.n == 4 {
				dst = append(dst, byte(d.acc>>16), byte(d.acc>>8), byte(d.acc))
				d.acc, d.n = 0, 0
			}
		}
	}
	return dst
}

// footer says whether a line below the padding is ordinary words rather than base64.
func footer(line []byte) bool {
	line = bytes.TrimSpace(line)
	for _, c := range line {
		if v := base64Value[c]; v > b64Pad {
			return true
		}
	}
	return bytes.HasPrefix(line, dashes) || bytes.HasPrefix(line, []byte("__"))
}

func (d *base64Decoder) bad() {
	if d.warn != nil {
		d.warn(WarnBadBase64)
	}
}

func (d *base64Decoder) end(dst []byte) []byte {
	switch d.n {
	case 1:
		d.bad()
	case 2:
		dst = append(dst, byte(d.acc>>4))
	case 3:
		dst = append(dst, byte(d.acc>>10), byte(d.acc>>2))
	}
	d.acc, d.n = 0, 0
	return dst
}

// quotedDecoder undoes quoted-printable (RFC 2045 6.7); an equals sign that begins no code stays as it is.
type quotedDecoder struct{ carry []byte }

func (d *quotedDecoder) decode(dst, line []byte, ended bool) ([]byte, bool) {
	if len(d.carry) > 0 {
		line = append(d.carry, line...)
		d.carry = nil
	}
	if !ended { // keep back what may be the beginning of a code
		tail := max(0, len(line)-2)
		if i := bytes.IndexByte(line[tail:], '='); i >= 0 {
			d.carry = bytes.Clone(line[tail+i:])
			line = line[:tail+i]
		}
		return appendQuoted(dst, line), false
	}
	line = bytes.TrimRight(line, " \t")
	if n := len(line); n > 0 && line[n-1] == '=' {
		return appendQuoted(dst, line[:n-1]), false
	}
	return appendQuoted(dst, line), true
}

func appendQuoted(dst, line []byte) []byte {
	for {
		i := bytes.IndexByte(line, '=')
		if i < 0 {
			return append(dst, line...)
		}
		dst = append(dst, line[:i]...)
		if i+2 < len(line) && isHex(line[i+1]) && isHex(line[i+2]) {
			dst = append(dst, unhex(line[i+1])<<4|unhex(line[i+2]))
			line = line[i+3:]
			continue
		}
		dst = append(dst, '=')
		line = line[i+1:]
	}
}

func (d *quotedDecoder) end(dst []byte) []byte {
	if len(d.carry) == 1 { // a soft line break at the very end
		return dst
	}
	return append(dst, d.carry...)
}

// uuDecoder undoes x-uuencode: lines between "begin" and "end".
type uuDecoder struct{ inside, over bool }

func (d *uuDecoder) decode(dst, line []byte, _ bool) ([]byte, bool) {
	switch {
	case d.over:
	case !d.inside:
		d.inside = bytes.HasPrefix(line, []byte("begin"))
	case bytes.Equal(bytes.TrimSpace(line), []byte("end")):
		d.over = true
	default:
		return appendUU(dst, line), false
	}
	return dst, false
}

func (d *uuDecoder) end(dst []byte) []byte { return dst }

// appendUU decodes one line: a length, then groups of four characters for three bytes.
func appendUU(dst, line []byte) []byte {
	if len(line) == 0 {
		return dst
	}
	want := int(line[0]-' ') & 63
	six := func(i int) uint32 {
		if i < len(line) && line[i] >= ' ' {
			return uint32(line[i]-' ') & 63
		}
		return 0
	}
	for i := 1; want > 0 && i < len(line); i += 4 {
		v := six(i)<<18 | six(i+1)<<12 | six(i+2)<<6 | six(i+3)
		for k := 0; k < 3 && want > 0; k++ {
			dst = append(dst, byte(v>>(16-8*k)))
			want--
		}
	}
	return dst
}
