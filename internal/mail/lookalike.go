package mail

import (
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

// Domains are names that a sender may imitate, taken apart once. The zero Domains holds none.
type Domains struct {
	sites  map[string]bool // those of their owners, which imitate nothing
	shapes []shape
}

// KnownDomains takes the domains of clients and our own apart. They need not be normalised.
func KnownDomains(names []string) Domains {
	d := Domains{sites: make(map[string]bool, len(names))}
	for _, name := range names {
		name = plainDomain(name)
		d.sites[site(name)] = true
		if name != "" && !freeMailbox(name) {
			d.shapes = append(d.shapes, shapeOf(name))
		}
	}
	return d
}

// Imitated says which of the domains another one imitates: written with letters or figures that look the same, one
// letter off, under another suffix, or with the known name inside. A known domain, or one of the same owner, imitates
// nothing. Domains are compared as people read them; the result does not depend on case.
func (d Domains) Imitated(domain string) (imitated string, ok bool) {
	domain = plainDomain(domain)
	if len(d.shapes) == 0 || domain == "" || !strings.Contains(domain, ".") || len(domain) > 255 || freeMailbox(domain) || d.sites[site(domain)] {
		return "", false
	}
	one := shapeOf(domain)
	for _, known := range d.shapes {
		if one.imitates(known) {
			return known.domain, true
		}
	}
	return "", false
}

// shape is a domain taken apart once, to be held against many.
type shape struct {
	domain, name, suffix string
	skeleton             string // of the name
	inside, whole        string // what a domain that holds another is searched in, and for
}

func shapeOf(domain string) shape {
	name, suffix := organisation(domain)
	return shape{domain, name, suffix, skeleton(name), dashed(domain), dashed(site(domain))}
}

func dashed(domain string) string { return "-" + strings.ReplaceAll(domain, ".", "-") + "-" }

func plainDomain(s string) string { return strings.ToLower(strings.Trim(s, ". \t")) }

func (d shape) imitates(known shape) bool {
	a, b := d.skeleton, known.skeleton
	same := d.suffix == known.suffix
	if a == b {
		return len(b) >= 4 || same
	}
	if len(known.name) >= 4 && strings.Contains(d.inside, known.whole) {
		return true
	}
	switch off := lettersOff(a, b); {
	case off == 1 && len(b) >= 6 && same, off == 1 && len(b) >= 9, off == 2 && len(b) >= 12 && same:
		return true
	}
	return len(b) >= 5 && decorated(d.name, known.name)
}

// lures are the words that imitations put beside the name of a company.
var lures = []string{"support", "secure", "security", "securite", "login", "mail", "email", "account", "accounts", "compte", "comptes", "admin", "office", "office365", "365", "helpdesk", "help", "aide",
	"service", "services", "it", "info", "billing", "invoice", "facture", "factures", "facturation", "compta", "paiement", "payment", "online", "portal", "portail", "verif", "verify", "client", "clients", "web", "cloud", "sso", "rh", "hr"}

// decorated says whether name is theirs with a lure before or behind it.
func decorated(name, theirs string) bool {
	if !strings.Contains(name, theirs) {
		return false
	}
	for _, lure := range lures {
		for _, form := range []string{theirs + lure, lure + theirs, theirs + "-" + lure, lure + "-" + theirs} {
			if name == form {
				return true
			}
		}
	}
	return false
}

// twins maps signs to the Latin letter that they look like.
var twins = map[rune]string{
	'а': "a", 'в': "b", 'с': "c", 'е': "e", 'н': "h", 'і': "l", 'ї': "l", 'ј': "j", 'к': "k", 'м': "m", 'о': "o", 'р': "p", 'ѕ': "s", 'т': "t", 'у': "y", 'х': "x", 'ԁ': "d", 'ԛ': "q", 'ԝ': "w", 'һ': "h", 'ь': "b", 'г': "r", 'п': "n", 'ӏ': "l",
	'α': "a", 'β': "b", 'ε': "e", 'η': "n", 'ι': "l", 'κ': "k", 'ν': "v", 'ο': "o", 'ρ': "p", 'τ': "t", 'υ': "u", 'χ': "x", 'ω': "w", 'γ': "y", 'ս': "u", 'օ': "o", 'ո': "n", 'հ': "h",
	'ı': "l", 'ɡ': "g", 'ɑ': "a", 'ƅ': "b", 'ł': "l", 'ø': "o", 'đ': "d", 'ħ': "h", 'ŧ': "t",
	'0': "o", '1': "l", '3': "e", '4': "a", '5': "s", '6': "b", '7': "t", '8': "b", '9': "g", 'i': "l", '|': "l", '!': "l",
}

// skeleton writes a name as it looks: two names with one skeleton are told apart by few readers.
func skeleton(name string) string {
	if u, err := idna.ToUnicode(name); err == nil {
		name = u
	}
	var b strings.Builder
	for _, r := range foldText(dropInvisible(name)) {
		switch twin, ok := twins[r]; {
		case ok:
			b.WriteString(twin)
		case r == '-' || r == '_' || r == '·':
		default:
			b.WriteRune(r)
		}
	}
	return pairs.Replace(b.String())
}

// pairs are letters that look like another one when they stand together.
var pairs = strings.NewReplacer("rn", "m", "vv", "w", "cl", "d", "nn", "m")

// lettersOff counts the letters added, dropped, changed or swapped with their neighbour between two names; 3 means more
// than two.
func lettersOff(a, b string) int {
	const most = 63 // letters of a name, RFC 1035 2.3.4
	var x, y [most]rune
	m, n := lettersOf(a, x[:]), lettersOf(b, y[:])
	if m > most || n > most || m-n > 2 || n-m > 2 {
		return 3
	}
	var rows [3][most + 1]int // the one being counted, the one above, and the one above that
	now, last, before := &rows[0], &rows[1], &rows[2]
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= m; i++ {
		now[0] = i
		for j := 1; j <= n; j++ {
			change := 1
			if x[i-1] == y[j-1] {
				change = 0
			}
			now[j] = min(last[j]+1, now[j-1]+1, last[j-1]+change)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				now[j] = min(now[j], before[j-2]+1)
			}
		}
		now, last, before = before, now, last
	}
	return min(3, last[n])
}

// lettersOf writes the letters of a name and returns how many there are, more than out can hold too.
func lettersOf(name string, out []rune) (n int) {
	for _, r := range name {
		if n < len(out) {
			out[n] = r
		}
		n++
	}
	return n
}

// mixedLetters says whether a label of a domain takes letters from Latin and from an alphabet that imitates it.
func mixedLetters(domain string) bool {
	if u, err := idna.ToUnicode(domain); err == nil {
		domain = u
	}
	for _, label := range strings.Split(domain, ".") {
		latin, other := false, false
		for _, r := range label {
			latin = latin || unicode.Is(unicode.Latin, r)
			other = other || unicode.Is(unicode.Cyrillic, r) || unicode.Is(unicode.Greek, r) || unicode.Is(unicode.Armenian, r)
		}
		if latin && other {
			return true
		}
	}
	return false
}
