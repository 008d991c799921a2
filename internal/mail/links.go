package mail

import (
	"net/netip"
	"net/url"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// LinkWarning is what a person should know before following a link; its words stand under "mail.link.<code>".
type LinkWarning string

// The warnings about links.
const (
	LinkOtherHost LinkWarning = "other_host" // the text shows another site than the one it leads to
	LinkPunycode  LinkWarning = "punycode"   // a name in letters that may imitate others
	LinkPlain     LinkWarning = "plain_http"
	LinkUserinfo  LinkWarning = "userinfo" // "https://bank.example@evil.example/"
	LinkAddress   LinkWarning = "ip_address"
)

// Link is a link of a mail as it really is.
type Link struct {
	N        int    // its number in the mail, from 0
	Href     string // where it leads; http, https, mailto or tel
	Text     string // what is shown for it, one line
	Host     string // lower case, "" for mailto and tel
	Warnings []LinkWarning
}

// href notes a link and gives the address to show in its place.
func (s *sanitizer) href(href string) string {
	u, err := url.Parse(href)
	if err != nil || u.Scheme == "cid" || u.Host == "" && (u.Scheme == "http" || u.Scheme == "https") {
		return ""
	}
	l := Link{N: len(s.out.Links), Href: href, Host: strings.ToLower(u.Hostname())}
	if u.Scheme == "http" {
		l.Warnings = append(l.Warnings, LinkPlain)
	}
	if u.User != nil {
		l.Warnings = append(l.Warnings, LinkUserinfo)
	}
	if strings.Contains(l.Host, "xn--") || !isASCII([]byte(l.Host)) {
		l.Warnings = append(l.Warnings, LinkPunycode)
	}
	if _, err := netip.ParseAddr(l.Host); err == nil {
		l.Warnings = append(l.Warnings, LinkAddress)
	}
	s.out.Links = append(s.out.Links, l)
	s.link = &s.out.Links[len(s.out.Links)-1]
	s.shown.Reset()
	if s.o.Link == nil {
		return href
	}
	return s.o.Link(l.N, href)
}

// endLink notes what was shown for the link that ends here.
func (s *sanitizer) endLink() {
	if s.link == nil {
		return
	}
	s.link.Text = strings.Join(strings.Fields(s.shown.String()), " ")
	if shown := hostShown(s.link.Text); shown != "" && s.link.Host != "" && site(shown) != site(s.link.Host) {
		s.link.Warnings = append(s.link.Warnings, LinkOtherHost)
	}
	s.link = nil
}

var hostInText = lazily(`(?i)(?:https?://|@|\b)((?:[\pL0-9](?:[\pL0-9-]*[\pL0-9])?\.)+[\pL]{2,24})`)

// hostShown finds a name of a site in the text of a link; "facture.pdf" is none.
func hostShown(text string) string {
	for _, m := range hostInText.FindAllStringSubmatch(text, 5) {
		host := strings.ToLower(m[1])
		if _, known := publicsuffix.PublicSuffix(host); known || strings.Contains(strings.ToLower(text), "://"+host) {
			return host
		}
	}
	return ""
}

// site gives the part of a host name that somebody registered.
func site(host string) string {
	if s, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return s
	}
	return host
}
