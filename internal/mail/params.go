package mail

import (
	"sort"
	"strconv"
	"strings"
)

// mediaType is a Content-Type or Content-Disposition value: its first token and its parameters, still to be decoded.
type mediaType struct {
	value  string // lower case
	params []param
}

type param struct{ name, value string }

// parseMediaType reads a structured header value with every liberty that mailers take: missing semicolons at the end,
// spaces in unquoted values, quotes never closed, comments.
func parseMediaType(s string) mediaType {
	if len(s) > 64<<10 { // bounds the work on quotes never closed
		s = s[:64<<10]
	}
	head, rest := cutSemicolon(s)
	m := mediaType{value: strings.ToLower(strings.Trim(head, " \t\"'"))}
	if i := strings.IndexAny(m.value, " \t("); i >= 0 {
		if strings.Contains(m.value[i:], "=") && rest == "" { // "text/plain charset=utf-8"
			rest = m.value[i:]
		}
		m.value = m.value[:i]
	}
	for rest != "" {
		var one string
		one, rest = cutSemicolon(rest)
		name, value, ok := strings.Cut(one, "=")
		name = strings.ToLower(strings.TrimSpace(name))
		if ok && name != "" && len(m.params) < 200 {
			m.params = append(m.params, param{name, unquote(strings.TrimSpace(value))})
		}
	}
	return m
}

// cutSemicolon cuts at the first semicolon outside quotes and encoded words.
func cutSemicolon(s string) (before, after string) {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			if quoted {
				i++
			}
		case '"':
			quoted = !quoted
		case ';':
			if !quoted {
				return s[:i], s[i+1:]
			}
		}
	}
	if quoted { // a quote never closed must not swallow the parameters that follow
		if i := strings.IndexByte(s, ';'); i >= 0 {
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}

// unquote undoes a quoted string; a backslash that escapes neither a quote nor a backslash is a path separator and stays.
func unquote(s string) string {
	if len(s) == 0 || s[0] != '"' {
		return s
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s) && (s[i+1] == '"' || s[i+1] == '\\'):
			i++
			b.WriteByte(s[i])
		case s[i] == '"':
			return b.String()
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

// get gives a parameter decoded: plain, RFC 2047 (wrong but everywhere), RFC 2231 with charset and continuations.
func (m mediaType) get(name string, d *decoder) string {
	if v, ok := m.extended(name, d); ok {
		return v
	}
	for _, p := range m.params {
		if p.name == name {
			return d.words(p.value)
		}
	}
	return ""
}

// raw gives a parameter as it stands.
func (m mediaType) raw(name string) string {
	for _, p := range m.params {
		if p.name == name {
			return p.value
		}
	}
	return ""
}

type section struct {
	n       int
	value   string
	encoded bool
}

// extended puts the RFC 2231 sections name*, name*0, name*1*… of a parameter together. The charset of the first
// section holds for all, and sections may come in any order.
func (m mediaType) extended(name string, d *decoder) (string, bool) {
	var parts []section
	for _, p := range m.params {
		rest, ok := strings.CutPrefix(p.name, name+"*")
		if !ok {
			continue
		}
		num, star := strings.CutSuffix(rest, "*")
		s := section{value: p.value, encoded: star || rest == ""}
		if num != "" {
			n, err := strconv.Atoi(num)
			if err != nil {
				continue
			}
			s.n = n
		}
		parts = append(parts, s)
	}
	if len(parts) == 0 {
		return "", false
	}
	sort.SliceStable(parts, func(i, j int) bool { return parts[i].n < parts[j].n })
	charset := ""
	if parts[0].encoded {
		if c, rest, ok := strings.Cut(parts[0].value, "'"); ok {
			if _, v, ok := strings.Cut(rest, "'"); ok {
				charset, parts[0].value = c, v
			}
		}
	}
	var raw []byte
	for _, s := range parts {
		if s.encoded {
			raw = appendPercent(raw, s.value)
		} else {
			raw = append(raw, s.value...)
		}
	}
	if charset == "" {
		return d.words(string(raw)), true
	}
	return d.text(raw, charset), true
}

// appendPercent undoes %XX; a percent sign with something else after it is one.
func appendPercent(b []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]) {
			b = append(b, unhex(s[i+1])<<4|unhex(s[i+2]))
			i += 2
			continue
		}
		b = append(b, s[i])
	}
	return b
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func unhex(c byte) byte {
	switch {
	case c <= '9':
		return c - '0'
	case c <= 'F':
		return c - 'A' + 10
	}
	return c - 'a' + 10
}
