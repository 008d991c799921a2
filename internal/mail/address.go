package mail

import (
	"strings"
	"unicode/utf8"
)

const addressLimit = 2000 // addresses kept of one header

// addresses reads an address list as people and mailers write it, which RFC 5322 covers in half of the cases: commas in
// unquoted names, tags before a name, an address as a name, comments, groups, angle brackets that are missing or double.
func (d *decoder) addresses(s string) []Address {
	var list []Address
	held := "" // piece before a comma that holds no address: perhaps half a name
	for s != "" && len(list) < addressLimit {
		var one string
		one, s = cutAddress(s)
		if held != "" && !strings.Contains(one, "@") && len(held) < 400 {
			held += ", " + strings.TrimSpace(one)
			continue
		}
		if held != "" && strings.Contains(one, "<") {
			one = held + ", " + strings.TrimSpace(one)
			held = ""
		}
		if held != "" {
			list = append(list, d.address(held))
			held = ""
		}
		if strings.Contains(one, "@") || strings.Contains(one, "<") {
			list = append(list, d.address(one))
		} else if strings.TrimSpace(one) != "" {
			held = strings.TrimSpace(one)
		}
	}
	if held != "" {
		list = append(list, d.address(held))
	}
	kept := list[:0]
	for _, a := range list {
		if a.Addr != "" || a.Name != "" {
			kept = append(kept, a)
		}
	}
	return kept
}

// cutAddress cuts at the first comma or semicolon outside quotes, brackets, comments and encoded words. The name of a
// group ("undisclosed-recipients:;") is dropped.
func cutAddress(s string) (one, rest string) {
	quoted, at, open, depth := false, false, -1, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && (quoted || depth > 0):
			i++
		case c == '"':
			if quoted || strings.IndexByte(s[i+1:min(len(s), i+1000)], '"') >= 0 {
				quoted = !quoted
			}
		case quoted:
		case c == '=' && strings.HasPrefix(s[i:], "=?"):
			if _, n := readWord(s[i:]); n > 0 {
				i += n - 1
			}
		case c == '(' && depth < 20:
			depth++
		case c == ')' && depth > 0:
			depth--
		case c == '@':
			at = true
		case c == '<':
			open = i
		case c == '>':
			open = -1
		case c == ':' && depth == 0 && open < 0 && !at && !strings.EqualFold(s[max(0, i-6):i], "mailto"):
			return "", s[i+1:]
		case (c == ',' || c == ';') && (at || depth == 0 && open < 0):
			if open >= 0 && s[min(open+1, i)] == '@' {
				continue // a route: <@a,@b:user@c>
			}
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}

// address reads one address.
func (d *decoder) address(s string) Address {
	s = strings.TrimSpace(s)
	if len(s) > 4000 { // no address is that long; its end is where the address stands
		s = s[len(s)-4000:]
	}
	name, addr := splitAngle(s)
	if addr == "" {
		name, addr = splitBare(s)
	}
	a := Address{Name: d.displayName(name), Addr: cleanAddr(addr)}
	if a.Addr == "" && strings.Contains(a.Name, "@") && strings.Contains(s, "=?") { // the whole address in one encoded word
		inner := (&decoder{}).address(a.Name)
		inner.Name = strings.TrimSpace(inner.Name)
		return inner
	}
	if a.Addr == "" && a.Name == "" && addr != "" {
		a.Name = d.displayName(addr)
	}
	if a.Addr != "" && strings.EqualFold(a.Name, a.Addr) && !strings.Contains(name, `"`) {
		a.Name = ""
	}
	return a
}

// splitAngle finds the last <…> that holds something, outside quotes.
func splitAngle(s string) (name, addr string) {
	open := -1
	quoted := false
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && quoted:
			i++
		case s[i] == '"' && (quoted || strings.IndexByte(s[i+1:], '"') >= 0):
			quoted = !quoted
		case s[i] == '<' && !quoted && strings.Trim(s[i:], "<> \t") != "":
			open = i
		}
	}
	if open < 0 {
		return s, ""
	}
	inner, after, _ := strings.Cut(s[open+1:], ">")
	before := strings.TrimRight(s[:open], "< \t")
	after = strings.Trim(after, "> \t")
	if before == "" {
		return after, inner
	}
	return before, inner
}

// splitBare reads an address without angle brackets: "j@x", "j@x (Jean)", "Jean j@x".
func splitBare(s string) (name, addr string) {
	if i := strings.IndexByte(s, '('); i >= 0 {
		comment := strings.TrimSuffix(strings.TrimSpace(s[i+1:]), ")")
		if rest := strings.TrimSpace(s[:i]); strings.Contains(rest, "@") {
			n, a := splitBare(rest)
			if n == "" {
				n = comment
			}
			return n, a
		}
	}
	at := strings.LastIndexByte(s, '@')
	if at < 0 {
		return s, ""
	}
	if s[0] == '"' { // a quoted local part may hold spaces
		if end := strings.LastIndexByte(s[:at], '"'); end > 0 && strings.TrimSpace(s[end+1:at]) == "" {
			return "", s
		}
	}
	start := strings.LastIndexAny(s[:at], " \t[\"'") + 1
	stop := strings.IndexAny(s[at:], " \t]\"'")
	if stop < 0 {
		return s[:start], s[start:]
	}
	return strings.TrimSpace(s[:start] + " " + s[at+stop:]), s[start : at+stop]
}

// displayName decodes a name and takes quotes, comments' brackets and escapes off it.
func (d *decoder) displayName(s string) string {
	s = strings.TrimSpace(s)
	if len(s) > 1 && s[0] == '"' && s[len(s)-1] == '"' && strings.IndexByte(s[1:len(s)-1], '"') < 0 || strings.Contains(s, `\`) {
		s = unescape(strings.Trim(s, `"`))
	} else if strings.HasPrefix(s, `"`) {
		s = unescape(strings.Replace(s[1:], `"`, "", 1))
	}
	s = strings.TrimRight(strings.TrimSpace(cleanLine(d.words(s))), ", ")
	for len(s) > 1 && (s[0] == '"' && s[len(s)-1] == '"' || s[0] == '\'' && s[len(s)-1] == '\'') {
		s = strings.TrimSpace(s[1 : len(s)-1])
	}
	return s
}

func unescape(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// cleanAddr gives the address with its domain in lower case, or "" when s is none.
func cleanAddr(s string) string {
	s = strings.Trim(s, " \t<>,;'[]")
	if len(s) > 7 && strings.EqualFold(s[:7], "mailto:") {
		s = s[7:]
	}
	if i := strings.LastIndexByte(s, ':'); strings.HasPrefix(s, "@") && i > 0 {
		s = s[i+1:] // RFC 822 route
	}
	s = strings.TrimSpace(dropComments(s))
	at := strings.LastIndexByte(s, '@')
	if at <= 0 || at == len(s)-1 || len(s) > 1000 {
		return ""
	}
	local, domain := s[:at], strings.ToLower(s[at+1:])
	if local[0] == '"' {
		local = cleanLine(local)
	} else {
		local = strings.Map(dropSpace, local)
	}
	domain = strings.TrimRight(strings.Map(dropSpace, domain), ".")
	if local == "" || domain == "" || !utf8.ValidString(s) && !validUTF8([]byte(domain)) {
		return ""
	}
	return strings.ToValidUTF8(local, "\uFFFD") + "@" + domain
}

func dropSpace(r rune) rune {
	if r <= ' ' || r == 0x7f {
		return -1
	}
	return r
}

// cleanLine makes s one line without control characters.
func cleanLine(s string) string {
	clean := true
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] == 0x7f {
			clean = false
			break
		}
	}
	if clean && utf8.ValidString(s) {
		return s
	}
	return strings.Map(func(r rune) rune { // which gives U+FFFD for what is not UTF-8: PostgreSQL would refuse it
		switch {
		case r == '\t' || r == '\n' || r == '\r':
			return ' '
		case r < ' ' || r == 0x7f:
			return -1
		}
		return r
	}, s)
}

func validUTF8(b []byte) bool { return utf8.Valid(b) }
