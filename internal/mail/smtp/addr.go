package smtp

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"guichet/internal/mail/wire"
)

// checkAddr returns addr as it goes between the angle brackets, its domain in ASCII. It refuses what would end the
// brackets and begin a parameter, which go-smtp lets through (FAULTS E8). The empty address passes: the null sender.
func checkAddr(addr string) (string, error) {
	addr = strings.TrimSpace(addr)
	if addr == "" {
		return "", nil
	}
	bad := func(r rune) bool {
		return unicode.IsControl(r) || unicode.IsSpace(r) || strings.ContainsRune("<>\\\"(),;", r)
	}
	at := strings.LastIndexByte(addr, '@')
	if at < 1 || at == len(addr)-1 || len(addr) > 320 || !utf8.ValidString(addr) || strings.ContainsFunc(addr, bad) {
		return "", badAddr(addr)
	}
	domain, err := idna.Lookup.ToASCII(addr[at+1:])
	if err != nil {
		return addr, nil // an address literal, or a name with an underscore: the server will say
	}
	return addr[:at+1] + domain, nil
}

func badAddr(addr string) error {
	return wire.Fail("wire.err.smtp_address", map[string]any{"address": wire.Said(addr)}, nil)
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
