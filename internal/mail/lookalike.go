package mail

import (
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

// Lookalike says which of the known domains a domain imitates: written with letters or figures that look the same, one
// letter off, under another suffix, or with the known name inside. A known domain, or one of the same owner, imitates
// nothing. Domains are compared as people read them; the result does not depend on case.
func Lookalike(domain string, known []string) (imitated string, ok bool) {
	domain = plainDomain(domain)
	if domain == "" || !strings.Contains(domain, ".") || len(domain) > 255 || freeMailbox(domain) {
		return "", false
	}
	for _, k := range known {
		if site(plainDomain(k)) == site(domain) {
			return "", false
		}
	}
	one := shapeOf(domain)
	for _, k := range known {
		if k = plainDomain(k); k != "" && !freeMailbox(k) && one.imitates(k) {
			return k, true
		}
	}
	return "", false
}

// shape is a domain taken apart once, to be held against many.
type shape struct{ domain, name, suffix, skeleton, inside string }

func shapeOf(domain string) shape {
	name, suffix := organisation(domain)
	return shape{domain, name, suffix, skeleton(name), "-" + strings.ReplaceAll(domain, ".", "-") + "-"}
}

func plainDomain(s string) string { return strings.ToLower(strings.Trim(s, ". \t")) }

func (d shape) imitates(known string) bool {
	name, suffix := d.name, d.suffix
	theirs, theirSuffix := organisation(known)
	a, b := d.skeleton, skeleton(theirs)
	if a == b {
		return len(b) >= 4 || suffix == theirSuffix
	}
	if len(theirs) >= 4 && strings.Contains(d.inside, "-"+strings.ReplaceAll(site(known), ".", "-")+"-") {
		return true
	}
	switch off := lettersOff(a, b); {
	case off == 1 && len(b) >= 6 && suffix == theirSuffix, off == 1 && len(b) >= 9, off == 2 && len(b) >= 12 && suffix == theirSuffix:
		return true
	}
	return len(b) >= 5 && decorated(name, theirs)
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
	return strings.NewReplacer("rn", "m", "vv", "w", "cl", "d", "nn", "m").Replace(b.String())
}

// lettersOff counts the letters added, dropped, changed or swapped with their neighbour between two names; 3 means more
// than two.
func lettersOff(a, b string) int {
	x, y := []rune(a), []rune(b)
	if len(x) > 63 || len(y) > 63 || len(x)-len(y) > 2 || len(y)-len(x) > 2 {
		return 3
	}
	before, last := make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(x); i++ {
		now := make([]int, len(y)+1)
		now[0] = i
		for j := 1; j <= len(y); j++ {
			change := 1
			if x[i-1] == y[j-1] {
				change = 0
			}
			now[j] = min(last[j]+1, now[j-1]+1, last[j-1]+change)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				now[j] = min(now[j], before[j-2]+1)
			}
		}
		before, last = last, now
	}
	return min(3, last[len(y)])
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
