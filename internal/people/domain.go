package people

import (
	"strings"
	"unicode"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
	"golang.org/x/text/unicode/norm"
)

// public are the mail providers where anybody has an address, so that such a
// domain says nothing about a client.
var public = func() map[string]bool {
	set := map[string]bool{}
	for _, d := range strings.Fields(`
		gmail.com googlemail.com outlook.com outlook.fr outlook.be hotmail.com hotmail.fr hotmail.be hotmail.co.uk
		live.com live.fr live.be msn.com passport.com windowslive.com yahoo.com yahoo.fr yahoo.co.uk yahoo.ca ymail.com
		rocketmail.com aol.com aol.fr aim.com icloud.com me.com mac.com proton.me protonmail.com protonmail.ch pm.me
		tutanota.com tutanota.de tuta.io tuta.com gmx.com gmx.fr gmx.net gmx.de gmx.ch gmx.at web.de t-online.de
		freenet.de mail.com email.com usa.com mail.ru yandex.com yandex.ru zoho.com fastmail.com fastmail.fm hushmail.com
		orange.fr wanadoo.fr voila.fr free.fr freesbee.fr libertysurf.fr online.fr aliceadsl.fr sfr.fr neuf.fr cegetel.net
		club-internet.fr 9online.fr 9business.fr numericable.fr noos.fr bbox.fr laposte.net lapost.fr numericable.com
		dbmail.com caramail.com caramail.fr mailo.com netcourrier.com net-c.com alsatis.net ozone.net vivaldi.net
		skynet.be proximus.be telenet.be scarlet.be voo.be bluewin.ch sunrise.ch hispeed.ch vtxnet.ch pt.lu
		videotron.ca sympatico.ca bell.net rogers.com shaw.ca telus.net comcast.net verizon.net att.net sbcglobal.net
		bellsouth.net cox.net charter.net earthlink.net btinternet.com virginmedia.com sky.com talktalk.net blueyonder.co.uk
		ntlworld.com libero.it tiscali.it virgilio.it alice.it tin.it terra.es telefonica.net qq.com 163.com 126.com
		onmicrosoft.com mail.pf canl.nc mls.nc lagoon.nc mediaserv.net only.fr izi.re zeop.re guadeloupe.net
		yopmail.com yopmail.fr mailinator.com guerrillamail.com duck.com privaterelay.appleid.com simplelogin.com`) {
		set[d] = true
	}
	return set
}()

// PublicProvider says whether anybody can have an address at this normalised
// domain: a mail provider, or a public suffix such as "co.uk".
func PublicProvider(domain string) bool {
	if public[domain] {
		return true
	}
	suffix, known := publicsuffix.PublicSuffix(domain)
	return suffix == domain && (known || strings.Contains(domain, "."))
}

// NormalDomain returns a domain in the form in which it is stored and compared (lower
// case, IDNA's ASCII form, RFC 5891) and whether it is one. A leading "@", an
// address or a web address gives the domain inside it, as people paste them.
func NormalDomain(s string) (string, bool) {
	s = strings.TrimSpace(s)
	if _, after, ok := strings.Cut(s, "://"); ok {
		s = after
	}
	if i := strings.LastIndexByte(s, '@'); i >= 0 {
		s = s[i+1:]
	}
	if i := strings.IndexAny(s, "/?#:"); i >= 0 {
		s = s[:i]
	}
	s = strings.TrimSuffix(s, ".")
	ascii, err := idna.Lookup.ToASCII(s)
	if err != nil || len(ascii) > 253 || !strings.Contains(ascii, ".") {
		return s, false
	}
	for _, label := range strings.Split(ascii, ".") {
		if label == "" || len(label) > 63 {
			return s, false
		}
	}
	if last := ascii[strings.LastIndexByte(ascii, '.')+1:]; strings.Trim(last, "0123456789") == "" {
		return s, false // an IP address, RFC 1123 §2.1
	}
	return ascii, true
}

// ShowDomain returns a stored domain as a person reads it.
func ShowDomain(domain string) string {
	if shown, err := idna.Display.ToUnicode(domain); err == nil {
		return shown
	}
	return domain
}

// NormalAddress returns an email address in the form in which it is stored and
// compared, and whether it is one. Case does not count, as no mail system in use
// makes it count (RFC 5321 §2.4 would allow it); a plus-address stays what it
// is. A domain that IDNA refuses is kept as it came: such mail exists.
func NormalAddress(s string) (string, bool) {
	s = strings.TrimSpace(norm.NFC.String(strings.ToLower(norm.NFC.String(s))))
	at := strings.LastIndexByte(s, '@')
	if at < 1 || at == len(s)-1 || len(s) > 320 {
		return s, false
	}
	local, domain := s[:at], strings.TrimRight(s[at+1:], ".")
	if !localPart(local) || strings.ContainsFunc(domain, notInDomain) || domain == "" {
		return s, false
	}
	if ascii, ok := NormalDomain(domain); ok {
		domain = ascii
	}
	return local + "@" + domain, true
}

// localPart accepts what stands before the @: anything visible, spaces only in
// quotes.
func localPart(s string) bool {
	quoted := len(s) > 2 && s[0] == '"' && s[len(s)-1] == '"'
	for _, r := range s {
		switch {
		case unicode.In(r, unicode.Cc, unicode.Cf), r == unicode.ReplacementChar, strings.ContainsRune("<>()[],;:\\", r) && !quoted:
			return false
		case unicode.IsSpace(r) && !quoted, r == '@' && !quoted:
			return false
		}
	}
	return quoted || !strings.Contains(s, `"`)
}

func notInDomain(r rune) bool {
	return unicode.IsSpace(r) || unicode.In(r, unicode.Cc, unicode.Cf) || strings.ContainsRune(`<>(),;:"\@`, r) || r == unicode.ReplacementChar
}

// parents returns a domain and those above it, nearest first, down to two
// labels.
func parents(domain string) []string {
	var out []string
	for strings.Contains(domain, ".") {
		out = append(out, domain)
		_, domain, _ = strings.Cut(domain, ".")
	}
	return out
}
