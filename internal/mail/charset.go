package mail

import (
	"bytes"
	"encoding/base64"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
)

// decoder turns bytes of a mail into text. bad is set once something did not decode as declared.
type decoder struct {
	fallback string // charset declared for the body: a good guess for headers in raw 8-bit
	bad      bool
}

// text decodes b, declared to be in charset. The result is always valid UTF-8. The rule for what is undeclared, unknown
// or wrong: valid UTF-8 is UTF-8, anything else is Windows-1252, which is what French mail without a charset is.
func (d *decoder) text(b []byte, charset string) string {
	charset = cleanCharset(charset)
	if isASCII(b) && !shifts(charset) {
		return string(b)
	}
	switch charset {
	case "", "us-ascii", "utf-8":
		return d.utf8Or1252(b, charset)
	case "utf-7":
		return decodeUTF7(b)
	}
	enc := charsetByName(charset)
	if enc == nil {
		d.bad = true
		return d.utf8Or1252(b, "")
	}
	if enc == charmap.Windows1252 && utf8.Valid(b) { // labelled Latin-1, and UTF-8 all the same: text in Latin-1 never looks so
		d.bad = true
		return string(b)
	}
	out, err := enc.NewDecoder().Bytes(b)
	if err != nil {
		d.bad = true
		return d.utf8Or1252(b, "")
	}
	if bytes.ContainsRune(out, utf8.RuneError) {
		d.bad = true
		if utf8.Valid(b) {
			return string(b)
		}
	}
	return strings.ToValidUTF8(string(out), "\uFFFD")
}

// utf8Or1252 reads UTF-8; bytes that are not are read as Windows-1252 one by one, so that a text cut inside a character
// or glued from two sources keeps all its good characters.
func (d *decoder) utf8Or1252(b []byte, declared string) string {
	if utf8.Valid(b) {
		if declared == "us-ascii" {
			d.bad = true
		}
		return string(b)
	}
	d.bad = true
	var s strings.Builder
	s.Grow(len(b) + len(b)/8)
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			r = charmap.Windows1252.DecodeByte(b[0])
		}
		s.WriteRune(r)
		b = b[n:]
	}
	return s.String()
}

func isASCII(b []byte) bool {
	for _, c := range b {
		if c >= 0x80 {
			return false
		}
	}
	return true
}

// shifts says whether a charset writes other things than ASCII in ASCII bytes.
func shifts(charset string) bool {
	return strings.HasPrefix(charset, "iso-2022-") || strings.HasPrefix(charset, "utf-16") || strings.HasPrefix(charset, "utf-32") ||
		charset == "utf-7" || charset == "hz-gb-2312" || charset == "jis" || charset == "csiso2022jp" || strings.HasPrefix(charset, "cp5022")
}

// cleanCharset normalises a charset name as mailers write it: quotes, spaces, a language after *, an underscore for a dash.
func cleanCharset(s string) string {
	s, _, _ = strings.Cut(s, "*")
	s = strings.ToLower(strings.Trim(s, " \t\"';,"))
	if i := strings.IndexAny(s, " ;,"); i > 0 {
		s = s[:i]
	}
	switch s {
	case "utf8", "utf-8", "unicode-1-1-utf-8", "utf_8", "utf-8-mac", "utf8mb4":
		return "utf-8"
	case "ascii", "us-ascii", "7bit", "ansi_x3.4-1968", "iso-ir-6", "646", "us_ascii", "usascii":
		return "us-ascii"
	case "unknown-8bit", "x-unknown", "unknown", "8bit", "default", "default_charset", "x-user-defined", "binary", "none", "_charset", "other":
		return ""
	case "utf7", "unicode-1-1-utf-7", "x-unicode-2-0-utf-7":
		return "utf-7"
	}
	return s
}

// charsetByName finds an encoding: the WHATWG names, then what mailers call them otherwise; nil when unknown.
func charsetByName(name string) encoding.Encoding {
	if e := aliasedCharset(name); e != nil {
		return e
	}
	for _, n := range []string{name, strings.ReplaceAll(name, "_", "-"), strings.TrimPrefix(name, "x-"), strings.TrimPrefix(name, "cs")} {
		if e, err := htmlindex.Get(n); err == nil && e != encoding.Replacement {
			return e
		}
	}
	return nil
}

// aliasedCharset holds what htmlindex lacks, or reads otherwise than mailers mean.
func aliasedCharset(name string) encoding.Encoding {
	switch strings.NewReplacer("-", "", "_", "", " ", "").Replace(name) {
	case "cp437", "ibm437", "437":
		return charmap.CodePage437
	case "cp850", "ibm850", "850", "cp00850":
		return charmap.CodePage850
	case "cp852", "ibm852":
		return charmap.CodePage852
	case "cp855", "ibm855":
		return charmap.CodePage855
	case "cp858", "ibm00858":
		return charmap.CodePage858
	case "cp860", "ibm860":
		return charmap.CodePage860
	case "cp862", "ibm862":
		return charmap.CodePage862
	case "cp863", "ibm863":
		return charmap.CodePage863
	case "cp865", "ibm865":
		return charmap.CodePage865
	case "cp1252", "windows1252", "ansi", "iso88591", "iso88591windows", "8859", "88591", "latin", "iso8859", "cp819", "win1252", "cp1252windows", "windows", "en", "fr":
		return charmap.Windows1252
	case "macroman", "xmacroman", "mac":
		return charmap.Macintosh
	case "utf16":
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	case "gb2312charset", "cp936", "936", "xgbk":
		return indexed("gb18030")
	case "cp932", "932", "mskanji", "xsjis", "windows31jcp932", "sjiswin":
		return indexed("shift_jis")
	case "cp949", "949", "ksc5601", "ksc56011987", "uhc":
		return indexed("euc-kr")
	case "cp950", "950":
		return indexed("big5")
	case "iso2022jpms", "iso2022jp1", "iso2022jp2", "cp50220", "cp50221", "jis":
		return indexed("iso-2022-jp")
	case "iso88598i", "iso88598e":
		return charmap.ISO8859_8
	case "cp874":
		return charmap.Windows874
	}
	for _, prefix := range []string{"cp", "win", "ansi", "ms"} {
		if n, ok := strings.CutPrefix(strings.ReplaceAll(name, "_", "-"), prefix); ok && strings.HasPrefix(strings.TrimPrefix(n, "-"), "125") {
			return indexed("windows-" + strings.TrimPrefix(n, "-"))
		}
	}
	return nil
}

func indexed(name string) encoding.Encoding {
	e, err := htmlindex.Get(name)
	if err != nil {
		return nil // the caller then falls back on the rule for unknown charsets
	}
	return e
}

// decodeUTF7 reads RFC 2152; what is malformed stays as it is.
func decodeUTF7(b []byte) string {
	var s strings.Builder
	for i := 0; i < len(b); i++ {
		if b[i] != '+' {
			s.WriteByte(b[i])
			continue
		}
		end := i + 1
		for end < len(b) && b[end] != '-' && b[end] != '_' && base64Value[b[end]] < 64 {
			end++
		}
		switch raw, err := base64.RawStdEncoding.DecodeString(string(b[i+1 : end])); {
		case end == i+1:
			s.WriteByte('+')
		case err != nil:
			s.Write(b[i:end])
		default:
			units := make([]uint16, len(raw)/2)
			for k := range units {
				units[k] = uint16(raw[2*k])<<8 | uint16(raw[2*k+1])
			}
			s.WriteString(string(utf16.Decode(units)))
		}
		if end < len(b) && b[end] == '-' {
			end++
		}
		i = end - 1
	}
	return strings.ToValidUTF8(s.String(), "\uFFFD")
}
