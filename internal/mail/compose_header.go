package mail

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"guichet/internal/fault"
)

// headerLines makes the header block of m, but for what the body adds.
func headerLines(m Outgoing) ([]string, error) {
	var c fault.Check
	from := composeList(&c, "from", []Address{m.From})
	to := composeList(&c, "to", m.To)
	cc := composeList(&c, "cc", m.Cc)
	replyTo := ""
	if m.ReplyTo.Addr != "" {
		replyTo = composeList(&c, "reply_to", []Address{m.ReplyTo})
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	lines := []string{
		foldHeader("From", from), "Date: " + m.Date.Format("Mon, 02 Jan 2006 15:04:05 -0700"),
		foldHeader("Subject", encodeWords(m.Subject)),
	}
	add := func(name, value string) {
		if value != "" {
			lines = append(lines, foldHeader(name, value))
		}
	}
	add("To", to)
	add("Cc", cc)
	add("Reply-To", replyTo)
	add("Message-ID", composeIDs(m.MessageID))
	add("In-Reply-To", composeIDs(m.InReplyTo))
	add("References", composeIDs(capReferences(m.References)...))
	add("Content-Language", cleanToken(m.Language))
	if m.Auto {
		lines = append(lines, "Auto-Submitted: auto-replied", "X-Auto-Response-Suppress: All")
	}
	return lines, nil
}

// capReferences keeps the beginning of the exchange and its latest mails.
func capReferences(ids []string) []string {
	if len(ids) <= referencesKept {
		return ids
	}
	return append(ids[:1:1], ids[len(ids)-referencesKept+1:]...)
}

func composeIDs(ids ...string) string {
	var out []string
	for _, id := range ids {
		if id = cleanToken(id); id != "" && len(id) < 900 {
			out = append(out, "<"+id+">")
		}
	}
	return strings.Join(out, " ")
}

// cleanToken keeps the visible ASCII characters of s that can't end it.
func cleanToken(s string) string {
	return strings.Map(func(r rune) rune {
		if r <= ' ' || r >= 0x7f || r == '<' || r == '>' {
			return -1
		}
		return r
	}, s)
}

// composeList writes an address list; addresses that can't be written are noted in c.
func composeList(c *fault.Check, field string, list []Address) string {
	var out []string
	for _, a := range list {
		addr, ok := SendableAddress(a.Addr)
		c.That(ok, field, "mail.bad_address", "address", cleanLine(a.Addr))
		if name := composeName(a.Name); name != "" {
			out = append(out, name+" <"+addr+">")
		} else {
			out = append(out, "<"+addr+">")
		}
	}
	return strings.Join(out, ", ")
}

// SendableAddress gives the form of an address that every server takes (ASCII, the domain in punycode), and whether it
// is one: no space, bracket, quote, comma or control character, which would let an address bring headers or recipients
// of its own.
func SendableAddress(addr string) (string, bool) {
	at := strings.LastIndexByte(addr, '@')
	if at <= 0 || len(addr) > 254 {
		return "", false
	}
	for _, r := range addr[:at] {
		if r <= ' ' || r >= 0x7f || strings.ContainsRune(`<>()[],;:\"@`, r) {
			return "", false
		}
	}
	domain, err := idna.Lookup.ToASCII(strings.ToLower(addr[at+1:]))
	if err != nil || domain == "" || strings.ContainsAny(domain, " <>()[],;:\\\"@/") || !utf8.ValidString(addr) {
		return "", false
	}
	return addr[:at] + "@" + domain, true
}

// composeName writes a display name: as it is, quoted, or in encoded words.
func composeName(name string) string {
	name = strings.Join(strings.Fields(cleanText(name)), " ")
	switch {
	case name == "":
		return ""
	case !isASCII([]byte(name)) || strings.Contains(name, "=?") || len(name) > 70:
		return encodeAlways(name)
	case strings.ContainsAny(name, `()<>[]:;@\,."`):
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name) + `"`
	}
	return name
}

// cleanText makes s one line of valid UTF-8 without control characters, the direction marks that hide an end included.
func cleanText(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r' || r == 0x2028 || r == 0x2029 || r == 0x85:
			return ' '
		case r < ' ' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069:
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// encodeWords writes unstructured text: as it is up to the first word that must be encoded, so that a ticket's number
// stays readable for everyone.
func encodeWords(s string) string {
	fields := strings.Fields(cleanText(s))
	for i, f := range fields {
		if !isASCII([]byte(f)) || strings.Contains(f, "=?") || len(f) > 70 {
			return strings.TrimSpace(strings.Join(fields[:i], " ") + " " + encodeAlways(strings.Join(fields[i:], " ")))
		}
	}
	return strings.Join(fields, " ")
}

// encodeAlways writes encoded words of at most 75 characters, each whole in itself. Only letters, digits and spaces stay
// readable: what else may stand there depends on the header (RFC 2047 5).
func encodeAlways(s string) string {
	const head, tail, longest = "=?utf-8?Q?", "?=", 75
	var b strings.Builder
	col := longest
	for _, r := range s {
		var code string
		switch {
		case r == ' ':
			code = "_"
		case r < 0x80 && (isDigit(byte(r)) || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'):
			code = string(r)
		default:
			for _, c := range []byte(string(r)) {
				code += fmt.Sprintf("=%02X", c)
			}
		}
		if col+len(code)+len(tail) > longest {
			if b.Len() > 0 {
				b.WriteString(tail + " ")
			}
			b.WriteString(head)
			col = len(head)
		}
		b.WriteString(code)
		col += len(code)
	}
	if b.Len() > 0 {
		b.WriteString(tail)
	}
	return b.String()
}

// foldHeader writes a header in lines of at most 78 characters where its spaces allow it. A line is never left blank.
func foldHeader(name, value string) string {
	var b strings.Builder
	b.WriteString(name + ":")
	col := b.Len()
	for i, f := range strings.Split(value, " ") {
		if i > 0 && col+1+len(f) > 76 && f != "" {
			b.WriteString("\r\n")
			col = 0
		}
		b.WriteString(" " + f)
		col += 1 + len(f)
	}
	return b.String()
}

// contentType writes the type of a file, with its name for the programs that look there.
func contentType(f File) string {
	t := parseMediaType(f.Type).value
	if main, sub, ok := strings.Cut(cleanToken(t), "/"); !ok || main == "" || sub == "" || strings.ContainsAny(t, `"();,=`) {
		t = "application/octet-stream"
	}
	return "Content-Type: " + t + fileParams("name", CleanName(f.Name))
}

// fileParams writes a name as a parameter: quoted ASCII, or RFC 2231 with continuations, one to a line.
func fileParams(param, name string) string {
	if name == "" {
		return ""
	}
	name = cleanText(name)
	if isASCII([]byte(name)) && len(name) < 60 {
		return fmt.Sprintf(";\r\n %s=\"%s\"", param, strings.NewReplacer(`\`, "_", `"`, "_").Replace(name))
	}
	var b strings.Builder
	value := "utf-8''" + percent(name)
	for i := 0; value != ""; i++ {
		n := min(60, len(value))
		if j := strings.LastIndexByte(value[:n], '%'); n < len(value) && j > n-3 {
			n = j // never inside %XX
		}
		fmt.Fprintf(&b, ";\r\n %s*%d*=%s", param, i, value[:n])
		value = value[n:]
	}
	return b.String()
}

func percent(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if isDigit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '.' || c == '-' || c == '_' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
