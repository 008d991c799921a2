package mail

import (
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// The warnings about who a mail says it is from; SenderWarnings gathers them.
const (
	WarnNameAddress    Warning = "name-address"    // the display name holds another organisation's address
	WarnLookalike      Warning = "lookalike"       // the domain imitates a known one; SenderWarnings only
	WarnReplyElsewhere Warning = "reply-elsewhere" // an answer would go to another organisation
	WarnForged         Warning = "dmarc-failed"    // the sender's domain disowns the mail, says the mailbox's provider
	WarnTwoSenders     Warning = "two-senders"     // From names authors of several organisations
	WarnMixedLetters   Warning = "mixed-letters"   // a domain with letters of several alphabets
)

// SenderWarnings gives what a person should know before believing who a mail says it is from: the warnings that Parse
// found, and whether the sender's domain imitates a known one (of clients, and the desk's own). A mail with any of them
// must not join a ticket by the number in its subject alone. It gives nil for most mails.
func SenderWarnings(m *Message, known Domains) []Warning {
	var found []Warning
	for _, w := range m.Warnings {
		switch w {
		case WarnNameAddress, WarnReplyElsewhere, WarnForged, WarnTwoSenders, WarnMixedLetters:
			found = append(found, w)
		}
	}
	_, like := known.Imitated(domainOf(m.From.Addr))
	for i := 0; i < len(m.ReplyTo) && !like; i++ {
		_, like = known.Imitated(domainOf(m.ReplyTo[i].Addr))
	}
	if like {
		found = append(found, WarnLookalike)
	}
	return found
}

func domainOf(addr string) string { return addr[strings.LastIndexByte(addr, '@')+1:] }

// senderTruth notes what makes the sender doubtful. It asks nobody: no name is looked up.
func (p *parser) senderTruth() {
	m := p.m
	if m.From.Addr == "" {
		return
	}
	proven := p.top.authResults()
	if proven.forged() {
		m.warn(WarnForged)
	}
	if imitatedAddress(m.From) != "" {
		m.warn(WarnNameAddress)
	}
	if p.twoSenders() {
		m.warn(WarnTwoSenders)
	}
	if mixedLetters(domainOf(m.From.Addr)) {
		m.warn(WarnMixedLetters)
	}
	if m.Kind == KindPerson && replyElsewhere(m, proven["dmarc"] == "pass") {
		m.warn(WarnReplyElsewhere)
	}
}

var addressInName = regexp.MustCompile(`[\pL\pN._%+-]+@[\pL\pN-]+(?:\.[\pL\pN-]+)+`)

var spacedAt = regexp.MustCompile(`\s*(?:[(\[]at[)\]]|\s@\s)\s*`)

// imitatedAddress finds in a display name the address of somebody else: most programs show the name alone.
func imitatedAddress(a Address) string {
	if !strings.ContainsAny(a.Name, "@＠﹫") && !strings.Contains(a.Name, "(at") && !strings.Contains(a.Name, "[at") {
		return ""
	}
	name := strings.ToLower(norm.NFKC.String(dropInvisible(a.Name[:min(len(a.Name), 1000)])))
	for _, found := range addressInName.FindAllString(spacedAt.ReplaceAllString(name, "@"), 5) {
		if site(domainOf(found)) != site(domainOf(a.Addr)) {
			return found
		}
	}
	return ""
}

// dropInvisible takes out what hides letters from a comparison: zero-width signs, soft hyphens, directions.
func dropInvisible(s string) string {
	return strings.Map(func(r rune) rune {
		if r == 0xad || r >= 0x200b && r <= 0x200f || r >= 0x202a && r <= 0x202e || r >= 0x2060 && r <= 0x206f || r == 0xfeff {
			return -1
		}
		return r
	}, s)
}

// twoSenders says whether From names authors of several organisations, in one field or in two: programs then disagree on
// whom to show.
func (p *parser) twoSenders() bool {
	seen := ""
	for _, v := range p.top.all("from") {
		for _, a := range p.dec.addresses(v) {
			one := site(domainOf(a.Addr))
			if seen != "" && one != "" && one != seen {
				return true
			}
			if one != "" {
				seen = one
			}
		}
	}
	return false
}

// replyElsewhere says whether an answer would go to another organisation than the one that the mail shows. proven means
// that the sender's domain vouches for the mail: then only a free mailbox or an imitation of the domain is odd.
func replyElsewhere(m *Message, proven bool) bool {
	from := domainOf(m.From.Addr)
	if len(m.ReplyTo) == 0 || robotSender(m.From.Addr) {
		return false
	}
	for _, a := range m.ReplyTo {
		to := domainOf(a.Addr)
		if a.Addr == "" || site(to) == site(from) || addressed(m.To, a.Addr) { // a list answers to itself
			continue
		}
		if _, like := KnownDomains([]string{from}).Imitated(to); like || !proven || freeMailbox(to) {
			return true
		}
	}
	return false
}

func addressed(to []Address, addr string) bool {
	for _, a := range to {
		if strings.EqualFold(a.Addr, addr) {
			return true
		}
	}
	return false
}

var robotLocal = regexp.MustCompile(`(?:^|[-_.+])(?:no-?_?\.?reply|do-?_?not-?_?reply|ne-?_?pas-?_?repondre|pas-?de-?reponse|noreponse|nepasrepondre|wordpress|www-data|apache|nobody|root|mailer|notifications?|notify|alerts?|alertes?|formulaire|webform|forms?|newsletter|info-?lettre|bounces?|service-?client-?ne-?pas-?repondre)(?:$|[-_.+@])`)

// robotSender knows senders to which nobody answers: their Reply-To is the only way to the person.
func robotSender(addr string) bool {
	local, _, _ := strings.Cut(strings.ToLower(addr), "@")
	return slices.ContainsFunc(robotStems, func(stem string) bool { return strings.Contains(local, stem) }) && robotLocal.MatchString(local)
}

// robotStems stand in all that robotLocal knows.
var robotStems = []string{"reply", "repon", "wordpress", "www-data", "apache", "nobody", "root", "mailer", "notif", "alert", "form", "newsletter", "lettre", "bounce"}

// freeMailbox knows the providers where anybody opens a mailbox.
func freeMailbox(domain string) bool {
	name, _ := organisation(domain)
	switch name {
	case "gmail", "googlemail", "outlook", "hotmail", "live", "msn", "yahoo", "ymail", "icloud", "mac", "aol", "gmx", "proton", "protonmail", "tutanota", "tuta", "mail",
		"yandex", "zoho", "orange", "wanadoo", "free", "sfr", "neuf", "laposte", "bbox", "numericable", "aliceadsl", "web", "t-online", "freenet", "libero", "virgilio", "tiscali", "seznam",
		"onet", "wp", "interia", "skynet", "telenet", "bluewin", "hispeed", "ziggo", "kpnmail", "sapo", "163", "126", "qq", "naver", "inbox", "rambler", "hushmail", "fastmail", "mailo", "netcourrier":
		return true
	}
	return false
}
