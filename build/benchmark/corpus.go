// Package benchmark measures the path of a mail, the lists and the searches beside
// the least that a program can do for the same work (the floors). build/bench runs
// it; its figures count as ratios of one run only.
package benchmark

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"mime"
	"mime/quotedprintable"
	"strings"
	"time"
)

// corpus writes the mails of an invented mailbox, the same ones for the same seed: requests,
// answers to them, alternatives, files, now and then a newsletter or an absence.
type corpus struct {
	r       *rand.Rand
	n       int
	threads []letter // the latest requests, for answers to them
}

// letter is what an answer needs of the mail before it.
type letter struct {
	from    person
	subject string
	id      string
	refs    []string
	text    string
}

type person struct{ name, address string }

// clients is how many of the corpus' organisations the desk knows; letters come
// from a third more.
const clients = 60

func domain(i int) string { return fmt.Sprintf("%s-%d.example", trades[i%len(trades)], i) }

func newCorpus(seed uint64) *corpus {
	return &corpus{r: rand.New(rand.NewPCG(seed, 20))}
}

// next is one raw mail with CRLF line ends.
func (c *corpus) next() []byte {
	c.n++
	l, kind := c.letter(), c.r.IntN(100)
	var b strings.Builder
	c.head(&b, l, kind)
	html := kind%2 == 0
	switch file := c.r.IntN(100) < 16; {
	case file:
		fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=\"=_mix_%d\"\r\n\r\n", c.n)
		fmt.Fprintf(&b, "--=_mix_%d\r\n", c.n)
		c.body(&b, l.text, html)
		for range 1 + c.r.IntN(2) {
			fmt.Fprintf(&b, "\r\n--=_mix_%d\r\n", c.n)
			c.file(&b)
		}
		fmt.Fprintf(&b, "\r\n--=_mix_%d--\r\n", c.n)
	default:
		c.body(&b, l.text, html)
	}
	return []byte(b.String())
}

// letter begins a thread or goes on with one.
func (c *corpus) letter() letter {
	id := fmt.Sprintf("%x.%d@mail.%s", c.r.Uint64(), c.n, domain(c.r.IntN(clients*4/3)))
	if len(c.threads) > 20 && c.r.IntN(100) < 25 {
		i := c.r.IntN(len(c.threads))
		was := c.threads[i]
		text := c.words(20+int(c.r.ExpFloat64()*60)) + "\n\nLe 12 octobre, Support a écrit :\n" + quote(was.text)
		c.threads[i] = letter{was.from, was.subject, id, append(was.refs[max(0, len(was.refs)-6):len(was.refs):len(was.refs)], was.id), text}
		return letter{was.from, "Re: " + was.subject, id, c.threads[i].refs, text}
	}
	l := letter{from: c.person(), subject: c.words(7), id: id, text: c.greeting() + c.words(40+int(c.r.ExpFloat64()*160)) + "\n\n-- \n" + c.words(9)}
	l.subject = strings.ReplaceAll(l.subject, "\n", " ")
	if len(c.threads) < 400 {
		c.threads = append(c.threads, l)
	} else {
		c.threads[c.r.IntN(len(c.threads))] = l
	}
	return l
}

func (c *corpus) person() person {
	d := c.r.IntN(clients * 4 / 3)
	who := c.r.IntN(15) // each organisation has fifteen people who write
	first, last := firsts[(d+who)%len(firsts)], lasts[(d*7+who*5)%len(lasts)]
	return person{first + " " + last, strings.ToLower(plain.Replace(first+"."+last)) + "@" + domain(d)}
}

func (c *corpus) head(b *strings.Builder, l letter, kind int) {
	at := time.Date(2026, 8, 3, 7, 0, 0, 0, time.UTC).Add(time.Duration(c.n) * 7 * time.Minute)
	date := at.Format(time.RFC1123Z)
	fmt.Fprintf(b, "Return-Path: <%s>\r\nDelivered-To: support@msp.example\r\n", l.from.address)
	for hop := range 3 {
		fmt.Fprintf(b, "Received: from relay%d.%s (relay%d.example [192.0.2.%d])\r\n\tby mx%d.msp.example (Postfix) with ESMTPS id %X\r\n\tfor <support@msp.example>; %s\r\n",
			hop, "example", hop, c.r.IntN(250), hop, c.r.Uint64(), date)
	}
	fmt.Fprintf(b, "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example; s=s1;\r\n\th=from:to:subject:date:message-id; bh=%s;\r\n\tb=%s\r\n",
		strings.TrimSpace(c.base64(32)), strings.ReplaceAll(strings.TrimSpace(c.base64(256)), "\r\n", "\r\n\t "))
	fmt.Fprintf(b, "From: %s <%s>\r\nTo: Support <support@msp.example>\r\n", mime.QEncoding.Encode("utf-8", l.from.name), l.from.address)
	if c.r.IntN(4) == 0 {
		other := c.person()
		fmt.Fprintf(b, "Cc: %s <%s>\r\n", mime.BEncoding.Encode("utf-8", other.name), other.address)
	}
	fmt.Fprintf(b, "Subject: %s\r\nDate: %s\r\nMessage-ID: <%s>\r\nMIME-Version: 1.0\r\n", mime.QEncoding.Encode("utf-8", l.subject), date, l.id)
	if len(l.refs) > 0 {
		fmt.Fprintf(b, "In-Reply-To: <%s>\r\nReferences: <%s>\r\n", l.refs[len(l.refs)-1], strings.Join(l.refs, ">\r\n <"))
	}
	switch kind {
	case 0, 1, 2:
		fmt.Fprintf(b, "List-Id: <nouvelles.%s>\r\nList-Unsubscribe: <mailto:stop@example>\r\nPrecedence: bulk\r\n", domain(1))
	case 3:
		b.WriteString("Auto-Submitted: auto-replied\r\n")
	}
}

// body is a text, or the text and its HTML.
func (c *corpus) body(b *strings.Builder, text string, html bool) {
	if !html {
		c.text(b, "text/plain", text)
		return
	}
	fmt.Fprintf(b, "Content-Type: multipart/alternative; boundary=\"=_alt_%d\"\r\n\r\n--=_alt_%d\r\n", c.n, c.n)
	c.text(b, "text/plain", text)
	fmt.Fprintf(b, "\r\n--=_alt_%d\r\n", c.n)
	var p strings.Builder
	p.WriteString(outlook)
	for line := range strings.Lines(text) {
		fmt.Fprintf(&p, "<p class=\"MsoNormal\" style=\"margin:0cm;font-size:11.0pt\"><span lang=\"FR\" style=\"font-family:&quot;Calibri&quot;,sans-serif\">%s<o:p></o:p></span></p>\n", strings.TrimSpace(line))
	}
	c.text(b, "text/html", p.String()+"</div></body></html>\n")
	fmt.Fprintf(b, "\r\n--=_alt_%d--\r\n", c.n)
}

// text is one leaf, in quoted-printable or, one time in eight, in base64.
func (c *corpus) text(b *strings.Builder, kind, text string) {
	if c.r.IntN(8) == 0 {
		fmt.Fprintf(b, "Content-Type: %s; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n%s", kind, wrapped([]byte(text)))
		return
	}
	fmt.Fprintf(b, "Content-Type: %s; charset=\"utf-8\"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n", kind)
	w := quotedprintable.NewWriter(b)
	fmt.Fprint(w, strings.ReplaceAll(text, "\n", "\r\n"))
	fmt.Fprint(b, map[bool]string{true: "", false: "\r\n"}[w.Close() != nil]) // a strings.Builder never fails
}

// file is an attached picture or document: bytes that no compression makes smaller.
func (c *corpus) file(b *strings.Builder) {
	name, kind := "capture-écran.png", "image/png"
	if c.r.IntN(2) == 0 {
		name, kind = "bon de commande.pdf", "application/pdf"
	}
	name = mime.QEncoding.Encode("utf-8", fmt.Sprintf("%d %s", c.r.IntN(1000), name))
	fmt.Fprintf(b, "Content-Type: %s; name=\"%s\"\r\nContent-Disposition: attachment; filename=\"%s\"\r\nContent-Transfer-Encoding: base64\r\n\r\n%s",
		kind, name, name, c.base64(1000+int(c.r.ExpFloat64()*43_000)))
}

func (c *corpus) base64(n int) string {
	p := make([]byte, n)
	for i := range p {
		p[i] = byte(c.r.Uint32())
	}
	return wrapped(p)
}

func wrapped(p []byte) string {
	var b strings.Builder
	for s := base64.StdEncoding.EncodeToString(p); s != ""; s = s[min(len(s), 76):] {
		b.WriteString(s[:min(len(s), 76)] + "\r\n")
	}
	return b.String()
}

func (c *corpus) greeting() string {
	return []string{"Bonjour,\n\n", "Hello,\n\n", "Bonjour à tous,\n\n", "Hi team,\n\n", ""}[c.r.IntN(5)]
}

// words is a text of n words: sentences of the trade, with the names of machines.
func (c *corpus) words(n int) string {
	var b strings.Builder
	for n > 0 {
		s := sentences[c.r.IntN(len(sentences))]
		s = strings.ReplaceAll(s, "PC", fmt.Sprintf("PC-%04d", c.r.IntN(4000)))
		s = strings.ReplaceAll(s, "NOM", lasts[c.r.IntN(len(lasts))])
		fields := strings.Fields(s)
		fields = fields[:min(len(fields), n)]
		n -= len(fields)
		b.WriteString(strings.Join(fields, " "))
		b.WriteString([]string{" ", " ", "\n"}[c.r.IntN(3)])
	}
	return strings.TrimSpace(b.String())
}

func quote(text string) string {
	text = text[:min(len(text), 6000)]
	return "> " + strings.ReplaceAll(strings.ToValidUTF8(strings.TrimSpace(text), ""), "\n", "\n> ")
}
