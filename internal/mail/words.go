package mail

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// words decodes a header value written in RFC 2047 words, raw 8-bit, or both. Words that only white space separates are
// joined before their charset is decoded, because many mailers cut a character in two at the fold.
func (d *decoder) words(s string) string {
	if !strings.Contains(s, "=?") {
		return d.rawHeader(s)
	}
	var out strings.Builder
	var pending []byte // bytes of the words read so far in charset
	charset := ""
	flush := func() {
		if pending != nil {
			out.WriteString(d.text(pending, charset))
			pending = nil
		}
	}
	for s != "" {
		i := strings.Index(s, "=?")
		if i < 0 {
			break
		}
		w, size := readWord(s[i:])
		if size == 0 { // "=?" that begins no word
			flush()
			out.WriteString(d.rawHeader(s[:i+2]))
			s = s[i+2:]
			continue
		}
		gap := s[:i]
		if pending == nil || strings.TrimLeft(gap, " \t\r\n") != "" {
			flush()
			out.WriteString(d.rawHeader(gap))
		} else if cleanCharset(w.charset) != cleanCharset(charset) {
			flush()
		}
		charset = w.charset
		pending = append(pending, w.bytes...)
		if pending == nil {
			pending = []byte{}
		}
		s = s[i+size:]
	}
	flush()
	out.WriteString(d.rawHeader(s))
	return out.String()
}

// rawHeader reads bytes outside encoded words: UTF-8, else the body's charset, else Windows-1252. RFC 2047 has no other
// word for them; real mailers do.
func (d *decoder) rawHeader(s string) string {
	if d.fallback == "utf-7" && strings.IndexByte(s, '+') >= 0 {
		return decodeUTF7([]byte(s))
	}
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 || s[i] == 0x1b {
			return d.rawBytes([]byte(s))
		}
	}
	return s
}

func (d *decoder) rawBytes(b []byte) string {
	switch {
	case bytes.Contains(b, []byte("\x1b$")):
		return d.text(b, "iso-2022-jp")
	case !utf8.Valid(b) && d.fallback != "":
		return d.text(b, d.fallback)
	}
	return d.utf8Or1252(b, "")
}

type word struct {
	charset string
	bytes   []byte
}

// readWord reads the encoded word that s begins with; size is 0 if there is none. Forgiven: spaces inside the text, a
// missing end on the last word, lower-case encodings.
func readWord(s string) (w word, size int) {
	const longest = 4096 // RFC 2047 says 75; a limit keeps the search for "?=" linear
	q1 := strings.IndexByte(s[2:min(len(s), 90)], '?')
	if q1 <= 0 {
		return w, 0
	}
	w.charset = s[2 : 2+q1]
	rest := s[2+q1+1:]
	if strings.ContainsAny(w.charset, " \t=<>@") || len(rest) < 2 || rest[1] != '?' {
		return w, 0
	}
	text := rest[2:]
	end := strings.Index(text[:min(len(text), longest)], "?=")
	after := 2
	if rest[0] == 'Q' || rest[0] == 'q' {
		end = qEnd(text, end)
	}
	if i := strings.Index(text[:max(end, 0)], " =?"); i >= 0 { // never closed, and another one follows
		end, after = i, 0
	}
	if end < 0 {
		if len(text) > longest || strings.ContainsAny(text, " <>@") {
			return w, 0
		}
		end, after = len(strings.TrimSuffix(text, "?")), 0
		if end < len(text) {
			after = 1
		}
	}
	switch rest[0] {
	case 'Q', 'q':
		w.bytes = decodeQ(text[:end])
	case 'B', 'b':
		w.bytes = decodeB(text[:end])
	default:
		return w, 0
	}
	return w, len(s) - len(text) + end + after
}

// qEnd mends the end of a Q word whose text ends with a raw "?": in "…?=20?=" the first "?=" is not the end.
func qEnd(text string, end int) int {
	for end >= 0 && end+4 <= len(text) && isHex(text[end+2]) && isHex(text[end+3]) {
		next := strings.Index(text[end+2:min(len(text), end+80)], "?=")
		if next < 0 || strings.ContainsAny(text[end+2:end+2+next], " \t") {
			return end
		}
		end += 2 + next
	}
	return end
}

func decodeQ(s string) []byte {
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '_':
			b = append(b, ' ')
		case s[i] == '=' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			b = append(b, unhex(s[i+1])<<4|unhex(s[i+2]))
			i += 2
		default:
			b = append(b, s[i])
		}
	}
	return b
}

func decodeB(s string) []byte {
	var d base64Decoder
	return d.end(d.run(make([]byte, 0, len(s)*3/4+3), []byte(s)))
}
