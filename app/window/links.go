package window

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"guichet/internal/fault"
)

// maxLink is what the openers of all systems take, in bytes.
const maxLink = 8192

// CleanURL returns the one form of a link that leaves the program: http, https,
// mailto or tel, host in ASCII, and percent-encoded where the desktop shell refuses
// a character that links do hold, such as the brackets of an encyclopaedia
// (Wails' urlValidator.go). The error says which of the two a person is facing: a
// kind of link that never opens, or an address that is broken or misleading.
func CleanURL(raw string) (string, error) {
	raw = strings.TrimFunc(raw, unicode.IsSpace)
	if len(raw) > maxLink || !utf8.ValidString(raw) || strings.ContainsFunc(raw, hidden) {
		return "", broken(nil)
	}
	scheme, rest, ok := strings.Cut(raw, ":")
	if !ok {
		return "", fault.New(fault.Refused, "shell.link.scheme")
	}
	switch scheme = strings.ToLower(scheme); scheme {
	case "http", "https":
		return webLink(scheme, rest)
	case "mailto":
		return mailLink(rest)
	case "tel":
		return telLink(rest)
	}
	return "", fault.New(fault.Refused, "shell.link.scheme")
}

func broken(cause error) error { return fault.Wrap(cause, fault.Refused, "shell.link.broken") }

// hidden is what a link never holds for an honest reason: controls, and marks that
// change how the address reads.
func hidden(r rune) bool {
	return r != ' ' && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zs, unicode.Zl, unicode.Zp)
}

// webLink refuses a user name before the host: its only use today is to look like
// another host. A backslash reads as a slash in browsers, so what follows it could
// be the true host: in the authority it is refused, later it is encoded.
func webLink(scheme, rest string) (string, error) {
	rest, ok := strings.CutPrefix(rest, "//")
	if !ok {
		return "", broken(nil)
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	authority, tail := rest[:end], rest[end:]
	u, err := url.Parse(scheme + "://" + authority)
	if err != nil || u.User != nil || u.Hostname() == "" || strings.ContainsAny(authority, `\@ %[]`) {
		return "", broken(err)
	}
	host, err := hostNames.ToASCII(u.Hostname())
	if err != nil || strings.Trim(host, hostBytes) != "" {
		return "", broken(err)
	}
	if port := u.Port(); port != "" {
		host += ":" + port
	}
	return scheme + "://" + host + encodeTail(tail), nil
}

// hostNames maps a name as browsers do (UTS 46). Not the strict rule: it refuses
// the underscores that machines of a local network are named with.
var hostNames = idna.New(idna.MapForLookup(), idna.BidiRule(), idna.StrictDomainName(false))

const hostBytes = "abcdefghijklmnopqrstuvwxyz0123456789-._"

// encodeTail encodes path, query and fragment; only the first # begins a fragment.
func encodeTail(tail string) string {
	before, fragment, has := strings.Cut(tail, "#")
	if !has {
		return encode(before)
	}
	return encode(before) + "#" + strings.ReplaceAll(encode(fragment), "#", "%23")
}

// mailLink keeps the recipients and the harmless fields (RFC 6068): some mail programs
// take "attach" for a file to send along. A line break outside the body would begin
// a header of its own.
func mailLink(rest string) (string, error) {
	to, query, _ := strings.Cut(rest, "?")
	fields := []string{}
	for field := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(field, "=")
		switch name = strings.ToLower(name); name {
		case "body":
		case "to", "cc", "subject":
			if breaksLine(value) {
				return "", broken(nil)
			}
		default:
			continue
		}
		fields = append(fields, name+"="+encodeMail(value))
	}
	if to == "" && len(fields) == 0 || strings.HasPrefix(to, "-") || breaksLine(to) {
		return "", broken(nil)
	}
	out := "mailto:" + encodeMail(to)
	if len(fields) > 0 {
		out += "?" + strings.Join(fields, "&")
	}
	return out, nil
}

func breaksLine(s string) bool {
	plain, err := url.PathUnescape(s)
	return err != nil || strings.ContainsAny(plain, "\r\n\x00")
}

func encodeMail(s string) string { return strings.ReplaceAll(encode(s), "#", "%23") }

// telLink keeps what a telephone can dial; people write spaces, dots and brackets.
func telLink(rest string) (string, error) {
	number, _, _ := strings.Cut(rest, ";") // parameters: RFC 3966
	number, err := url.PathUnescape(number)
	if err != nil {
		return "", broken(err)
	}
	dial := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" .-()/", r) {
			return -1
		}
		return r
	}, number)
	digits := strings.TrimPrefix(dial, "+")
	if digits == "" || strings.Trim(digits, "0123456789*#") != "" {
		return "", broken(nil)
	}
	return "tel:" + encode(strings.ReplaceAll(dial, "#", "%23")), nil
}

// encode percent-encodes every byte but those that any opener takes as they are; an
// encoded byte stays, a lone % is encoded.
func encode(s string) string {
	const hexDigits = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if strings.IndexByte(harmless, c) >= 0 || c == '%' && isEscape(s[i:]) {
			b.WriteByte(c)
			continue
		}
		b.Write([]byte{'%', hexDigits[c>>4], hexDigits[c&15]})
	}
	return b.String()
}

// harmless are the unreserved characters of RFC 3986 but the tilde, and the reserved
// ones that Wails lets through.
const harmless = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._/?#&=+,:@"

func isEscape(s string) bool {
	return len(s) >= 3 && isHex(s[1]) && isHex(s[2])
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f'
}
