package mail

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"strconv"
	"strings"
)

const idLimit = 500 // ids kept of one References header: the first, which began the exchange, and the latest

// messageIDs finds every <…> without white space or brackets in it: the tolerant reading of Message-ID, In-Reply-To and
// References (RFC 5322 3.6.4 as mailers break it). An id folded in its middle is mended; a lone token that has an @ but
// no brackets is taken as it is. Without <>.
func messageIDs(s string) []string {
	ids := scanIDs(s)
	if len(ids) == 0 && strings.IndexByte(s, '<') >= 0 {
		ids = scanIDs(strings.Map(dropSpace, s))
	}
	if len(ids) == 0 {
		for _, f := range strings.FieldsFunc(s, func(r rune) bool { return r <= ' ' || r == ',' || r == '<' || r == '>' }) {
			if i := strings.IndexByte(f, '@'); i > 0 && i < len(f)-1 {
				ids = append(ids, validID(f))
			}
		}
	}
	if len(ids) > idLimit {
		ids = append(ids[:1:1], ids[len(ids)-idLimit+1:]...)
	}
	return ids
}

func scanIDs(s string) []string {
	var ids []string
	open := -1
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '<':
			open = i + 1
		case c == '>' && open >= 0:
			if i > open && i-open < 1000 {
				ids = append(ids, validID(s[open:i]))
			}
			open = -1
		case c <= ' ':
			open = -1
		}
	}
	return ids
}

func validID(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

var idBase32 = base32.NewEncoding("0123456789abcdefghijklmnopqrstuv").WithPadding(base32.NoPadding)

// NewMessageID makes the id of a mail that we send about a ticket, without <>: g.<ticket>.<nonce>.<mac>@domain. The mac
// is HMAC-SHA-256 cut to 120 bits, so nobody outside can make an id that joins a ticket (CVE-2026-47123). nonce makes
// the id unique; only its letters and digits are kept.
func NewMessageID(key []byte, ticket int64, nonce, domain string) string {
	nonce = strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, nonce)
	head := strconv.FormatInt(ticket, 32) + "." + nonce
	return "g." + head + "." + idMAC(key, head) + "@" + domain
}

// OwnTicket gives the ticket of an id that NewMessageID made with the same key; with or without <>. The domain is not
// looked at: it may have changed since.
func OwnTicket(key []byte, id string) (ticket int64, ok bool) {
	local, _, ok := strings.Cut(strings.Trim(id, "<> \t"), "@")
	p := strings.Split(local, ".")
	if !ok || len(p) != 4 || p[0] != "g" {
		return 0, false
	}
	if !hmac.Equal([]byte(idMAC(key, p[1]+"."+p[2])), []byte(p[3])) { // constant time
		return 0, false
	}
	ticket, err := strconv.ParseInt(p[1], 32, 64)
	return ticket, err == nil && ticket > 0
}

func idMAC(key []byte, head string) string {
	h := hmac.New(sha256.New, key)
	h.Write([]byte("guichet message-id\x00" + head))
	return idBase32.EncodeToString(h.Sum(nil)[:15])
}
