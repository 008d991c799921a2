package demo

import (
	"fmt"
	"hash/fnv"
	"html"
	"net/mail"
	"strings"
)

// reply writes a contact's answer to what they received, as a template like those of the
// files, in the way of their mail program. Inline answers ("> " lines in text) are sent as
// plain text with nothing below.
func reply(c Contact, r Received, text string) Mail {
	h := fnv.New64a()
	h.Write([]byte(r.MessageID + c.Email)) // never fails
	mark := fmt.Sprintf("%016x", h.Sum64())
	_, domain, _ := strings.Cut(c.Email, "@")
	from := c.Email
	if c.Name != "" {
		from = fmt.Sprintf("{{q %s}} <%s>", plain(c.Name), c.Email)
	}
	prefix := "Re: "
	if c.Mailer == "outlook" {
		prefix = "RE: "
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Return-Path: <%s>\nFrom: %s\nTo: %s\nSubject: {{q %s}}\nDate: {{date}}\n",
		c.Email, from, (&mail.Address{Name: plain(r.Sender.Name), Address: r.Sender.Address}).String(), plain(prefix+withoutRe(r.Subject)))
	fmt.Fprintf(&b, "Message-ID: <%s@%s>\nIn-Reply-To: %s\nReferences: %s\nMIME-Version: 1.0\n",
		mark, domain, r.MessageID, strings.Join(append(r.References, r.MessageID), "\n "))
	b.WriteString(body(c, r, text, mark))
	name := "reply-" + mark
	source := []byte(b.String())
	return Mail{Name: name, MessageID: "<" + mark + "@" + domain + ">", From: c.Email, source: source}
}

// plain makes one line of a text of others that can stand inside a directive.
func plain(text string) string {
	return strings.NewReplacer("{", "(", "}", ")", "\r", "", "\n", " ").Replace(text)
}

// tame keeps a text of others from being read as a directive.
func tame(text string) string {
	return strings.NewReplacer("{{", "{ {", "}}", "} }").Replace(text)
}

func withoutRe(subject string) string {
	for {
		cut, ok := strings.CutPrefix(strings.TrimSpace(subject), "Re:")
		if !ok {
			cut, ok = strings.CutPrefix(cut, "RE:")
		}
		if !ok {
			return cut
		}
		subject = cut
	}
}

func body(c Contact, r Received, text, mark string) string {
	received := tame(strings.TrimSpace(r.Text()))
	text = tame(text)
	switch {
	case strings.HasPrefix(text, "> "):
		return textPart(attribution(c, r, "thunderbird") + "\n" + text)
	case c.Mailer == "outlook":
		return alternatives(mark, text+"\n\n"+outlookHead(c, r)+"\n\n"+received, outlookHTML(c, r, text, received))
	case c.Mailer == "gmail":
		head := attribution(c, r, "gmail")
		return alternatives(mark, text+"\n\n"+head+"\n\n"+quoted(received), gmailHTML(text, head, received))
	case c.Mailer == "phone":
		return textPart(text + "\n\n" + sentFrom(c) + "\n\n" + quoted(attribution(c, r, "apple")+"\n\n"+received))
	case c.Mailer == "apple":
		return textPart(text + "\n\n" + quoted(attribution(c, r, "apple")+"\n\n"+received))
	}
	return textPart(text + "\n\n" + attribution(c, r, "thunderbird") + "\n" + quoted(received) + "\n\n-- \n" + c.Name)
}

func textPart(text string) string {
	return "Content-Type: text/plain; charset=utf-8\nX-Demo-Encode: quoted-printable\n\n" + text + "\n"
}

func alternatives(mark, text, page string) string {
	limit := "_000_" + mark + "_"
	return fmt.Sprintf("Content-Type: multipart/alternative;\n\tboundary=\"%[1]s\"\n\n--%[1]s\n%[2]s--%[1]s\n%[3]s\n--%[1]s--\n", limit,
		textPart(text), "Content-Type: text/html; charset=utf-8\nX-Demo-Encode: quoted-printable\n\n"+page)
}

func quoted(text string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(text, "\n") {
		if !strings.HasPrefix(line, ">") {
			line = " " + line
		}
		b.WriteString(strings.TrimRight(">"+line, " ") + "\n")
	}
	return strings.TrimRight(b.String(), "\n")
}

func sentFrom(c Contact) string {
	if c.Language == "en" {
		return "Sent from my iPhone"
	}
	return "Envoyé de mon iPhone"
}

// attribution is the line that a mail program puts above what it quotes.
func attribution(c Contact, r Received, mailer string) string {
	at, _ := above(mailer+"-"+c.Language, r.At)
	if c.Language == "en" {
		return fmt.Sprintf("On %s, %s wrote:", at, sender(r))
	}
	return fmt.Sprintf("Le %s, %s a écrit :", at, sender(r))
}

func sender(r Received) string {
	if r.Sender.Name == "" {
		return r.Sender.Address
	}
	return plain(r.Sender.Name) + " <" + r.Sender.Address + ">"
}

func lines(text, each, empty string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(text, "\n") {
		if strings.TrimSpace(line) == "" {
			b.WriteString(empty)
			continue
		}
		fmt.Fprintf(&b, each, html.EscapeString(line))
	}
	return b.String()
}

func gmailHTML(text, head, received string) string {
	return `<div dir="ltr">` + lines(text, "<div>%s</div>\n", "<div><br></div>\n") +
		`</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">` + html.EscapeString(head) +
		`<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex">` +
		lines(received, "%s<br>\n", "<br>\n") + `</blockquote></div>`
}

// outlookLabels are De, Envoyé, À, Objet.
func outlookLabels(language string) [4]string {
	if language == "en" {
		return [4]string{"From:", "Sent:", "To:", "Subject:"}
	}
	return [4]string{"De :", "Envoyé :", "À :", "Objet :"}
}

func outlookHead(c Contact, r Received) string {
	at, _ := above("outlook-"+c.Language, r.At)
	l := outlookLabels(c.Language)
	return fmt.Sprintf("%s %s\n%s %s\n%s %s\n%s %s", l[0], sender(r), l[1], at, l[2], c.Email, l[3], plain(r.Subject))
}

func outlookHTML(c Contact, r Received, text, received string) string {
	const paragraph, empty = "<p class=\"MsoNormal\">%s<o:p></o:p></p>\n", "<p class=\"MsoNormal\"><o:p>&nbsp;</o:p></p>\n"
	var head strings.Builder
	for line := range strings.SplitSeq(html.EscapeString(outlookHead(c, r)), "\n") {
		label, value, _ := strings.Cut(line, ": ")
		fmt.Fprintf(&head, "<b>%s:</b> %s<br>\n", label, value)
	}
	return `<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns="http://www.w3.org/TR/REC-html40">
<head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"><meta name="Generator" content="Microsoft Word 15 (filtered medium)"></head>
<body link="#0563C1" vlink="#954F72"><div class="WordSection1">
` + lines(text, paragraph, empty) + empty +
		`<div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal">` + head.String() +
		"<o:p></o:p></p></div></div>\n" + lines(received, paragraph, empty) + "</div></body></html>"
}
