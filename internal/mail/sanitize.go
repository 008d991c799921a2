package mail

import (
	"regexp"
	"strings"
	"sync"

	"github.com/microcosm-cc/bluemonday"
	xhtml "golang.org/x/net/html"
)

// SanitizeOptions says what becomes of pictures and links. Every func may be nil: then that thing is left out (pictures)
// or left as it is (links).
type SanitizeOptions struct {
	CID          func(cid string) (url string, ok bool) // where an attached picture is served
	Link         func(n int, href string) string        // the address to put in place of link n, counted from 0
	RemoteImages func(url string) string                // where a picture of the outside is fetched; nil: none is shown
}

// Sanitized is a mail's HTML made safe to show in a document of its own.
type Sanitized struct {
	HTML          string // a fragment for the body, its elements balanced
	Links         []Link
	RemoteBlocked int // pictures of the outside that were left out
}

// Sanitize keeps what letters are made of (text, tables, lists, quotes, attached pictures, colours) and drops all that
// runs, loads, submits or lies over something else. It is one of three walls: the frame that shows the result has no
// scripts and its policy loads nothing (FAULTS F8, X1, X2).
func Sanitize(html string, o SanitizeOptions) Sanitized {
	s := sanitizer{o: o, open: map[string]int{}}
	z := xhtml.NewTokenizer(strings.NewReader(policy().Sanitize(html)))
	for {
		switch z.Next() {
		case xhtml.ErrorToken: // the end of the string
			for i := len(s.stack) - 1; i >= 0; i-- {
				s.b.WriteString("</" + s.stack[i] + ">")
			}
			s.endLink()
			s.out.HTML = s.b.String()
			return s.out
		case xhtml.TextToken:
			s.text(z.Token())
		case xhtml.StartTagToken, xhtml.SelfClosingTagToken:
			s.start(z.Token())
		case xhtml.EndTagToken:
			s.end(z.Token().Data)
		}
	}
}

// policy is the allow-list; it never changes once built.
var policy = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("a", "abbr", "address", "article", "aside", "b", "bdi", "bdo", "big", "blockquote", "br", "caption", "center", "cite", "code",
		"col", "colgroup", "dd", "del", "dfn", "div", "dl", "dt", "em", "figcaption", "figure", "font", "footer", "h1", "h2", "h3", "h4", "h5",
		"h6", "header", "hr", "i", "img", "ins", "kbd", "li", "main", "mark", "nav", "ol", "p", "pre", "q", "s", "samp", "section", "small", "span",
		"strike", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "tt", "u", "ul", "var", "wbr")
	p.AllowNoAttrs().OnElements("font", "img")
	p.AllowElementsContent("object", "frame", "frameset", "noframes", "noembed") // else one that is never closed hides the rest of the mail
	p.AllowAttrs("style").Globally()                                             // filtered by safeStyle
	p.AllowAttrs("title").Globally()
	p.AllowAttrs("dir").Matching(regexp.MustCompile(`(?i)^(ltr|rtl|auto)$`)).Globally()
	p.AllowAttrs("lang").Matching(regexp.MustCompile(`^[a-zA-Z-]{2,20}$`)).Globally()
	p.AllowAttrs("align").Matching(regexp.MustCompile(`(?i)^(left|right|center|justify|middle|top|bottom)$`)).Globally()
	p.AllowAttrs("valign").Matching(regexp.MustCompile(`(?i)^(top|middle|bottom|baseline)$`)).Globally()
	size := regexp.MustCompile(`^[0-9]{1,4}(\.[0-9]{1,4})?(%|px|pt)?$`)
	p.AllowAttrs("width", "height", "border", "cellpadding", "cellspacing", "colspan", "rowspan", "span", "start", "hspace", "vspace").Matching(size).Globally()
	p.AllowAttrs("bgcolor", "color").Matching(regexp.MustCompile(`^#?[0-9a-zA-Z]{1,24}$`)).Globally()
	p.AllowAttrs("size").Matching(regexp.MustCompile(`^[+-]?[0-9]$`)).OnElements("font")
	p.AllowAttrs("face").Matching(regexp.MustCompile(`^[\pL0-9 ,'-]{1,200}$`)).OnElements("font")
	p.AllowAttrs("type").Matching(regexp.MustCompile(`^(1|a|A|i|I|disc|circle|square)$`)).OnElements("ol", "ul", "li")
	p.AllowAttrs("nowrap").OnElements("td", "th")
	p.AllowAttrs("alt").OnElements("img")
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("src").OnElements("img")
	p.RequireParseableURLs(true)
	p.AllowURLSchemes("http", "https", "mailto", "tel", "cid")
	return p
})

// sanitizer goes over what the policy let through: addresses, styles, balance.
type sanitizer struct {
	o     SanitizeOptions
	b     strings.Builder
	out   Sanitized
	stack []string
	open  map[string]int // how often each tag stands in stack
	link  *Link
	shown strings.Builder // text of the link being read
}

func (s *sanitizer) text(t xhtml.Token) {
	s.b.WriteString(t.String())
	if s.link != nil && s.shown.Len() < 1000 {
		s.shown.WriteString(t.Data)
	}
}

func (s *sanitizer) start(t xhtml.Token) {
	t.Type = xhtml.StartTagToken
	kept := t.Attr[:0]
	for _, a := range t.Attr {
		switch a.Key {
		case "style":
			a.Val = safeStyle(a.Val)
		case "href":
			s.endLink()
			a.Val = s.href(a.Val)
		case "src":
			a.Val = s.source(a.Val)
		}
		if a.Val != "" || a.Key == "alt" {
			kept = append(kept, a)
		}
	}
	t.Attr = kept
	s.b.WriteString(t.String())
	if !void(t.Data) {
		s.stack = append(s.stack, t.Data)
		s.open[t.Data]++
	}
}

// end closes an element and those left open inside it; an end without a beginning is dropped.
func (s *sanitizer) end(tag string) {
	for s.open[tag] > 0 {
		top := s.stack[len(s.stack)-1]
		s.stack = s.stack[:len(s.stack)-1]
		s.open[top]--
		s.b.WriteString("</" + top + ">")
		if top == "a" {
			s.endLink()
		}
		if top == tag {
			return
		}
	}
}

func void(tag string) bool {
	return tag == "br" || tag == "hr" || tag == "img" || tag == "col" || tag == "wbr"
}

// source gives the address of a picture, "" to leave it out.
func (s *sanitizer) source(src string) string {
	lower := strings.ToLower(src)
	switch {
	case strings.HasPrefix(lower, "cid:"):
		if s.o.CID != nil {
			if url, ok := s.o.CID(unescapeCID(src[4:])); ok {
				return url
			}
		}
	case strings.HasPrefix(lower, "http"):
		if s.o.RemoteImages != nil {
			return s.o.RemoteImages(src)
		}
		s.out.RemoteBlocked++
	}
	return ""
}

// unescapeCID undoes the percent signs of a cid: address (RFC 2392).
func unescapeCID(s string) string {
	return strings.ToValidUTF8(string(appendPercent(nil, s)), "\uFFFD")
}
