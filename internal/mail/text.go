package mail

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// texts puts Text and HTML together from the text leaves. In a multipart/alternative the plain one speaks for both;
// elsewhere every text leaf counts, in order, as mailers that write text between pictures mean it.
func (p *parser) texts() {
	if p.silent() {
		p.segments = append(p.segments, p.spare...)
	}
	plain := map[int]bool{} // alternatives that have a plain text worth reading
	rich := map[int]bool{}
	for i := range p.segments {
		s := &p.segments[i]
		if s.alt != 0 && s.html {
			rich[s.alt] = true
		}
		if s.alt != 0 && !s.html && worthReading(s.data) {
			plain[s.alt] = true
		}
	}
	if len(p.segments) == 1 && !p.segments[0].html { // the usual mail: nothing to put together
		p.m.Text = p.capped(p.decode(&p.segments[0]), textLimit)
		return
	}
	var text, html pieces
	marks := folding{}
	hasHTML := false
	for i := range p.segments {
		s := &p.segments[i]
		content := p.decode(s)
		if s.html {
			hasHTML = true
			html.add(content)
			if plain[s.alt] {
				continue
			}
			p.spend(len(content))
			t := htmlToText(content)
			marks.shift(t, text.separate())
			text.add(t.text)
			continue
		}
		if !rich[s.alt] {
			html.add(TextToHTML(content))
		}
		if (s.alt == 0 || plain[s.alt] || !rich[s.alt]) && (text.size == 0 || strings.TrimSpace(content) != "") {
			text.separate()
			text.add(content)
		}
	}
	p.m.Text = p.capped(text.whole(), textLimit)
	p.marks = marks
	if hasHTML {
		p.m.HTML = p.capped(html.whole(), htmlLimit)
	}
}

// silent says whether no text leaf holds anything.
func (p *parser) silent() bool {
	for i := range p.segments {
		if len(bytes.TrimSpace(p.segments[i].data)) > 0 {
			return false
		}
	}
	return true
}

// pieces are put together once, and a single one not at all: most mails have one text and one HTML.
type pieces struct {
	list []string
	size int
}

func (p *pieces) add(s string) {
	if s != "" {
		p.list, p.size = append(p.list, s), p.size+len(s)
	}
}

// separate puts an empty line between two texts and says where the next begins.
func (p *pieces) separate() int {
	switch {
	case p.size == 0:
	case strings.HasSuffix(p.list[len(p.list)-1], "\n"):
		p.add("\n")
	default:
		p.add("\n\n")
	}
	return p.size
}

func (p *pieces) whole() string { return strings.Join(p.list, "") }

// worthReading refuses a plain alternative that is empty or only says that the mail must be seen as HTML.
func worthReading(b []byte) bool {
	b = bytes.TrimSpace(b[:min(len(b), 2000)])
	if len(b) == 0 || len(b) > 300 {
		return len(b) > 0
	}
	s := foldText(string(b))
	for _, hint := range []string{"view it in html", "html email", "html-email", "html compatible", "html-compatible", "does not support html",
		"requires html", "view this email in your browser", "view in html", "html message", "version html", "format html", "ne supporte pas le html",
		"messages html", "html nachricht", "html-nachricht"} {
		if strings.Contains(s, hint) {
			return false
		}
	}
	return true
}

// decode gives the text of a segment: charset, line ends, format=flowed.
func (p *parser) decode(s *segment) string {
	charset := s.charset
	if charset == "" && s.html && !utf8.Valid(s.data) {
		charset = metaCharset(s.data)
	}
	text := unixLines(p.dec.text(s.data, charset))
	if s.flowed && !s.html {
		text = unflow(text, s.delsp)
	}
	return text
}

// unixLines makes every line end "\n" and drops NUL and the byte order mark.
func unixLines(s string) string {
	s = strings.TrimPrefix(s, "\uFEFF")
	if strings.IndexByte(s, 0) >= 0 {
		s = strings.ReplaceAll(s, "\x00", "")
	}
	if strings.IndexByte(s, '\r') < 0 {
		return s
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}

// capped cuts s at limit bytes, between two characters.
func (p *parser) capped(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	p.m.warn(WarnTruncated)
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit]
}

// metaCharset reads the charset that an HTML page declares in its first bytes.
func metaCharset(b []byte) string {
	head := strings.ToLower(string(b[:min(len(b), 2048)]))
	_, after, ok := strings.Cut(head, "charset=")
	if !ok {
		return ""
	}
	after = strings.TrimLeft(after, `"' `)
	if i := strings.IndexAny(after, `"' />;`); i >= 0 {
		after = after[:i]
	}
	return after
}

// unflow joins the lines of a format=flowed text (RFC 3676): a line that ends with a space goes on in the next one of
// the same quote depth. delsp says that this space is not content.
func unflow(s string, delsp bool) string {
	var b strings.Builder
	b.Grow(len(s))
	open, depth := false, 0 // a paragraph goes on, at this depth
	for len(s) > 0 {
		var line string
		line, s, _ = strings.Cut(s, "\n")
		d := 0
		for d < len(line) && line[d] == '>' {
			d++
		}
		content := strings.TrimPrefix(line[d:], " ")
		if open && d != depth {
			b.WriteByte('\n')
			open = false
		}
		if !open && d > 0 {
			b.WriteString(line[:d] + " ")
		}
		soft := strings.HasSuffix(content, " ") && content != "-- "
		if soft && delsp {
			content = content[:len(content)-1]
		}
		b.WriteString(content)
		if open, depth = soft, d; !soft {
			b.WriteByte('\n')
		}
	}
	return b.String()
}
