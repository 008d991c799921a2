package mail

import (
	"bytes"
	"html"
	"strconv"
	"strings"

	xhtml "golang.org/x/net/html"
)

// span is a byte range of a text that its HTML structure says something about.
type span struct {
	kind       FoldKind
	start, end int
	box        bool // an element around quotes, not the quote itself: answers may stand in it
}

// htmlText is the text of an HTML page and what its structure says of it.
type htmlText struct {
	text  string
	spans []span
}

// htmlToText reads a page with the tokenizer only: parsing a tree costs more and refuses the nesting of long exchanges.
func htmlToText(page string) htmlText {
	w := textWriter{}
	w.b.Grow(len(page) / 3)
	z := xhtml.NewTokenizer(strings.NewReader(page))
	raw, inTitle := false, false // inside an element whose content is no text
	var title []byte
	for {
		switch z.Next() {
		case xhtml.ErrorToken: // the end; the tokenizer has no other error for a string
			if w.b.Len() == 0 && len(title) > 0 { // never closed: all the rest is in it
				w.words(title)
			}
			w.closeMarks(0, true)
			return htmlText{strings.TrimRight(w.b.String(), " \t\n"), w.done}
		case xhtml.TextToken:
			switch {
			case !raw:
				w.words(z.Raw())
			case inTitle:
				title = append(title, z.Raw()...)
			}
			raw, inTitle = false, false
		case xhtml.StartTagToken, xhtml.SelfClosingTagToken:
			name, more := z.TagName()
			tag := string(name)
			inTitle = tag == "title"
			raw = inTitle || tag == "script" || tag == "style" || tag == "noembed" || tag == "xmp" || tag == "iframe"
			w.open(tag, attributes(z, more))
		case xhtml.EndTagToken:
			name, _ := z.TagName()
			w.close(string(name))
		}
	}
}

// tagAttrs are the attributes that the reader looks at.
type tagAttrs struct{ class, id, style, kind, start, rest string }

func attributes(z *xhtml.Tokenizer, more bool) (a tagAttrs) {
	for more {
		var key, value []byte
		key, value, more = z.TagAttr()
		switch string(key) {
		case "class":
			a.class = string(value)
		case "id":
			a.id = string(value)
		case "style":
			a.style = string(value)
		case "type":
			a.kind = string(value)
		case "start":
			a.start = string(value)
		case "name":
			a.rest = string(value)
		}
	}
	return a
}

// textWriter lays text out: white space collapsed, one break for a block, an empty line for a paragraph.
type textWriter struct {
	b      strings.Builder
	breaks int  // line ends owed before the next word
	space  bool // a blank owed before the next word
	broke  bool // a <br> was the last thing written: at the end of a block it is the block's own line end
	pre    int
	lists  []int // number of the next item of each open list, -1 for bullets
	cell   bool  // a cell of this row was written
	depth  map[string]int
	marks  []mark
	done   []span
}

// mark is an open element that quotes or signs.
type mark struct {
	tag   string
	depth int // of its tag when it opened; -1: up to the end of the page
	kind  FoldKind
	start int
}

// words writes a raw text token.
func (w *textWriter) words(raw []byte) {
	if bytes.IndexByte(raw, '&') >= 0 {
		raw = []byte(html.UnescapeString(string(raw)))
	}
	if w.pre > 0 {
		w.owe()
		w.b.Write(bytes.ReplaceAll(raw, []byte("\r"), nil))
		return
	}
	for len(raw) > 0 {
		i := 0
		for i < len(raw) && raw[i] != ' ' && raw[i] != '\n' && raw[i] != '\r' && raw[i] != '\t' && raw[i] != '\f' {
			i++
		}
		if i > 0 {
			w.owe()
			w.b.Write(raw[:i])
		}
		if i < len(raw) {
			w.space = true
			i++
		}
		raw = raw[i:]
	}
}

// owe writes the white space that stands before the next word.
func (w *textWriter) owe() {
	switch {
	case w.b.Len() == 0:
	case w.breaks > 0:
		w.b.WriteString("\n\n"[:min(w.breaks, 2)])
	case w.space:
		w.b.WriteByte(' ')
	}
	w.breaks, w.space, w.broke = 0, false, false
}

func (w *textWriter) block(breaks int) {
	if w.broke {
		breaks--
	}
	w.breaks = max(w.breaks, breaks)
}

// open handles a start tag.
func (w *textWriter) open(tag string, a tagAttrs) {
	w.markOpen(tag, a)
	switch tag {
	case "br":
		w.lineBreak()
	case "p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "blockquote", "hr":
		w.block(2)
	case "ul", "ol":
		w.block(2 - min(len(w.lists), 1))
		w.lists = append(w.lists, listStart(tag, a.start))
	case "div", "tr", "dt", "dd", "section", "article", "header", "footer", "address", "center", "form", "body", "caption", "fieldset":
		w.block(1)
		w.cell = w.cell && tag != "tr"
	case "li":
		w.item()
	case "td", "th":
		if w.cell && w.breaks == 0 {
			w.b.WriteByte('\t')
			w.space = false
		}
		w.cell = true
	case "pre":
		w.block(1)
		w.pre++
	}
}

// lineBreak writes <br>: it counts even after another one, unlike the breaks of blocks.
func (w *textWriter) lineBreak() {
	if w.b.Len() > 0 {
		if w.breaks > 0 {
			w.b.WriteString("\n\n"[:min(w.breaks, 2)])
			w.breaks = 0
		}
		w.b.WriteByte('\n')
		w.broke = true
	}
	w.space = false
	w.breaks = 0
}

func listStart(tag, start string) int {
	if tag == "ul" {
		return -1
	}
	if n, err := strconv.Atoi(start); err == nil && n > 0 {
		return n
	}
	return 1
}

func (w *textWriter) item() {
	w.block(1)
	w.owe()
	n := len(w.lists)
	if n == 0 || w.lists[n-1] < 0 {
		w.b.WriteString(strings.Repeat("  ", min(max(n-1, 0), 10)) + "- ")
		return
	}
	w.b.WriteString(strings.Repeat("  ", min(n-1, 10)) + strconv.Itoa(w.lists[n-1]) + ". ")
	w.lists[n-1]++
}

// close handles an end tag.
func (w *textWriter) close(tag string) {
	switch tag {
	case "p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "blockquote":
		w.block(2)
	case "ul", "ol":
		if n := len(w.lists); n > 0 {
			w.lists = w.lists[:n-1]
		}
		w.block(2 - min(len(w.lists), 1))
	case "div", "tr", "li", "dt", "dd", "section", "article", "header", "footer", "address", "center", "form":
		w.block(1)
		w.cell = w.cell && tag != "tr"
	case "pre":
		w.block(1)
		w.pre = max(0, w.pre-1)
	}
	w.markClose(tag)
}

// markOpen begins a span when an element is one that mail programs put around quotes and signatures.
func (w *textWriter) markOpen(tag string, a tagAttrs) {
	if tag != "div" && tag != "blockquote" && tag != "span" && tag != "table" && tag != "hr" && tag != "p" {
		return
	}
	if w.depth == nil {
		w.depth = map[string]int{}
	}
	kind, toEnd := structure(tag, a)
	if kind != "" && len(w.marks) < 200 {
		m := mark{tag, w.depth[tag], kind, w.b.Len()}
		if toEnd {
			m.depth = -1
		}
		w.marks = append(w.marks, m)
	}
	w.depth[tag]++
}

func (w *textWriter) markClose(tag string) {
	if w.depth[tag] == 0 {
		return
	}
	w.depth[tag]--
	for i := len(w.marks) - 1; i >= 0; i-- {
		if m := w.marks[i]; m.tag == tag && m.depth == w.depth[tag] {
			w.closeMarks(i, false)
			return
		}
	}
}

// closeMarks ends the spans from the i-th on; those that last to the end of the page wait for it.
func (w *textWriter) closeMarks(i int, atEnd bool) {
	kept := w.marks[:i:i]
	for _, m := range w.marks[i:] {
		if m.depth < 0 && !atEnd {
			kept = append(kept, m)
			continue
		}
		w.done = append(w.done, span{m.kind, m.start, w.b.Len(), m.tag != "blockquote" && m.depth >= 0})
	}
	w.marks = kept
}

// structure says what an element announces; toEnd: everything after it belongs to it, not only its content.
func structure(tag string, a tagAttrs) (kind FoldKind, toEnd bool) {
	style := ""
	if strings.Contains(a.style, "order") {
		style = strings.ToLower(strings.ReplaceAll(a.style, " ", ""))
	}
	switch {
	case a.id == "divRplyFwdMsg", a.id == "stopSpelling", a.id == "appendonsend", a.id == "mail-editor-reference-message-container",
		a.id == "ms-outlook-mobile-body-separator-line", a.id == "zwchr", a.id == "replySplit":
		return FoldQuote, true
	case strings.Contains(style, "border-top:solid#e1e1e1"), strings.Contains(style, "border-top:solid#b5c4df"),
		strings.Contains(style, "border-top:#b5c4df"), strings.Contains(style, "border-top:#e1e1e1"):
		return FoldQuote, tag == "div"
	case tag == "blockquote" && strings.EqualFold(a.kind, "cite"):
		return FoldQuote, false
	}
	for _, c := range strings.Fields(a.class) {
		switch c {
		case "gmail_quote", "gmail_quote_container", "yahoo_quoted", "protonmail_quote", "moz-cite-prefix", "zmail_extra", "tutanota_quote",
			"ms-outlook-mobile-reference-message", "OutlookMessageHeader", "moz-forward-container", "WordSection1_quoted", "iwcQuote", "gmail_quote_attribution", "ik_mail_quote", "front-blockquote",
			"freshdesk_quote", "hs_reply", "mail-quote-collapse", "mailru-blockquote", "zendesk_quote", "tmail-quoted", "quoted-mail", "spike_quote":
			return FoldQuote, c == "OutlookMessageHeader"
		case "gmail_signature", "moz-signature", "protonmail_signature_block", "tutanota_signature":
			return FoldSignature, false
		}
	}
	if a.id == "OLK_SRC_BODY_SECTION" || a.id == "reply-intro" || a.rest == "quote" || strings.Contains(a.id+" "+a.class, "yahoo_quoted") {
		return FoldQuote, false
	}
	return "", false
}

// TextToHTML makes HTML of plain text: escaped, a paragraph for each run of lines, nothing else.
func TextToHTML(text string) string {
	var b strings.Builder
	for _, para := range strings.Split(strings.Trim(unixLines(text), "\n"), "\n\n") {
		if para = strings.Trim(para, "\n"); para != "" {
			b.WriteString("<p>" + strings.ReplaceAll(html.EscapeString(para), "\n", "<br>\n") + "</p>\n")
		}
	}
	return b.String()
}
