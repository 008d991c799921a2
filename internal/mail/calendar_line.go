package mail

import (
	"bytes"
	"strings"
)

// contentLine is one property of a calendar: NAME;PARAM=value:value.
type contentLine struct {
	name   string // upper case
	params []calendarParam
	value  string
	whole  string // everything after the name, for what is quoted wrongly
}

type calendarParam struct{ name, value string }

// calendarText makes valid text of the bytes of a calendar. It is UTF-8 by definition; what is not is Windows-1252.
func calendarText(b []byte) string {
	d := decoder{}
	if bytes.HasPrefix(b, []byte{0xff, 0xfe}) || bytes.HasPrefix(b, []byte{0xfe, 0xff}) {
		return unixLines(d.text(b, "utf-16"))
	}
	return unixLines(d.text(b, ""))
}

// nextLine takes an unfolded line off the text (RFC 5545 3.1). A line that begins no property goes on with the one
// before it: mailers break long lines without the space that they owe.
func nextLine(s string) (line, rest string) {
	line, rest, _ = strings.Cut(s, "\n")
	if rest == "" || !goesOn(rest) {
		return strings.TrimSpace(line), rest
	}
	var b strings.Builder
	b.WriteString(line)
	for rest != "" && goesOn(rest) {
		line, rest, _ = strings.Cut(rest, "\n")
		if line != "" && (line[0] == ' ' || line[0] == '\t') {
			line = line[1:]
		}
		b.WriteString(line)
	}
	return strings.TrimSpace(b.String()), rest
}

// goesOn says whether the text begins with the rest of a folded line.
func goesOn(s string) bool {
	if s[0] == ' ' || s[0] == '\t' {
		return true
	}
	for i := 0; i < len(s) && i < 80; i++ {
		switch c := s[i]; {
		case c == ':' || c == ';':
			return i == 0
		case c == '\n' && i > 0 && i+2 < len(s) && (s[i+1] == ' ' || s[i+1] == '\t') && (s[i+2] == ':' || s[i+2] == ';'):
			return false // folded right behind the name
		case !isNameByte(c):
			return s[0] != '\n'
		}
	}
	return true
}

func isNameByte(c byte) bool {
	return c == '-' || c == '_' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}

// readContentLine takes a line apart. Colons and semicolons inside quotes do not count; a quote that is never closed is
// no quote.
func readContentLine(line string) contentLine {
	end := strings.IndexAny(line, ":;")
	if end < 0 {
		return contentLine{}
	}
	l := contentLine{name: strings.ToUpper(strings.TrimSpace(line[:end])), whole: line[end+1:]}
	rest := line[end:]
	for strings.HasPrefix(rest, ";") && len(l.params) < 30 {
		name, after, ok := strings.Cut(rest[1:], "=")
		if !ok || strings.ContainsAny(name, ":;") { // no parameter: what stands there is the value
			break
		}
		var value string
		value, rest = readParam(after)
		l.params = append(l.params, calendarParam{strings.ToUpper(strings.TrimSpace(name)), value})
	}
	l.value = strings.TrimLeft(rest, ":;")
	return l
}

// readParam takes the value of a parameter off s; rest begins with what ended it.
func readParam(s string) (value, rest string) {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '"':
			n := strings.IndexByte(s[i+1:], '"')
			if n >= 0 && (i+n+2 == len(s) || strings.IndexByte(",:;", s[i+n+2]) >= 0) && i+n+2 < len(s) {
				i += n + 1
			}
		case ':', ';':
			return strings.ReplaceAll(s[:i], `"`, ""), s[i:]
		}
	}
	return strings.ReplaceAll(s, `"`, ""), ""
}

func (l contentLine) param(name string) string {
	for _, p := range l.params {
		if p.name == name {
			return p.value
		}
	}
	return ""
}

var plainText = strings.NewReplacer(`\n`, "\n", `\N`, "\n", `\,`, ",", `\;`, ";", `\\`, `\`)

// text is the value without its escapes (RFC 5545 3.3.11), cut at what a person would read.
func (l contentLine) text() string {
	s := l.value[:min(len(l.value), descriptive)]
	return strings.TrimSpace(strings.ToValidUTF8(plainText.Replace(s), ""))
}

// stamp is the value as a time.
func (l contentLine) stamp() stamp {
	if s := parseStamp(l.value, l.param("TZID"), l.param("VALUE")); s.ok {
		return s
	}
	i := strings.LastIndexByte(l.whole, ':') // "TZID=(UTC+01:00) Paris:2026…", or a quote that swallowed the value
	if i < 0 {
		return stamp{}
	}
	zone := l.whole[:i]
	if n := strings.Index(strings.ToUpper(zone), "TZID="); n >= 0 {
		zone = strings.Trim(zone[n+len("TZID="):], `" `)
	}
	return parseStamp(l.whole[i+1:], zone, "")
}

// periods is the value as a list of times; each may be a period.
func (l contentLine) periods() []period {
	var out []period
	for v := range strings.SplitSeq(l.value, ",") {
		from, to, _ := strings.Cut(v, "/")
		p := period{start: parseStamp(from, l.param("TZID"), l.param("VALUE"))}
		if !p.start.ok {
			continue
		}
		if d, ok := parseLapse(to); ok {
			p.duration, p.lasts = d, true
		} else {
			p.end = parseStamp(to, l.param("TZID"), "")
		}
		out = append(out, p)
	}
	return out
}
