package mail

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// steps gives how much work a mail is.
func steps(t testing.TB, raw string) (int, *Message) {
	t.Helper()
	p := newParser(strings.NewReader(raw), nil)
	m, err := p.parse()
	if err != nil {
		t.Fatal(err)
	}
	checkFolds(t, m)
	return p.work, m
}

// growsLinearly says whether ten times the mail is at most twelve times the work.
func growsLinearly(t testing.TB, name string, mail func(size int) string) {
	t.Helper()
	few, _ := steps(t, mail(100<<10))
	many, m := steps(t, mail(1000<<10))
	if many > 12*few {
		t.Errorf("%s: %d steps for 100 kB, %d for 1 MB", name, few, many)
	}
	if strings.TrimSpace(m.Text) != "" && m.Reply() == "" {
		t.Errorf("%s: everything is folded", name)
	}
}

// pathological are units of texts that would send a careless folder back and forth.
var pathological = []string{
	"> \n", ">", "> a\nb\n", "On ", "On wrote:\n", "On 1 Nov wrote:\n> a\n", "From: a\n", "From: a@b\nTo: c\n", "Le lundi 2 a écrit :\n", "De : ", "-----Original Message-----\n",
	"-- \n", "_", "__\n", "-", "\n", " ", "\u00a0", "a\n", "Cordialement\n", "http://a", "(http://\n> a\n", "<", "\t", "Sent from my a\n", "Am 1 schrieb ", ": ", "a:\n", "> > > > ",
	"Von: a\nGesendet: b\nAn: c\n", "2026-01-01 a <b@c>:\n", "x <a@b> wrote", "é", "\xff", "= =\n", "*From:* a\n\n", "On\n", "Le \n\n", "Sent:\n", "To:\n\n\n", "> a\n\n\n\n\n\n\n", "Merci,\n\n",
	"---------- Forwarded message ---------\n", "----- a ----- De : b@c", "Ce message est confidentiel ", "Envoyé : lundi\n\nDe : a\n", "+33 4 72 00 00 00\n",
}

// TestX8PathologicalTexts: a megabyte of anything is ten times the work of a tenth of it.
func TestX8PathologicalTexts(t *testing.T) {
	for _, unit := range pathological {
		growsLinearly(t, fmt.Sprintf("%q", unit), func(size int) string {
			return "From: a@b.example\nSubject: Re: x\nContent-Type: text/plain; charset=utf-8\n\n" + strings.Repeat(unit, size/len(unit))
		})
	}
	for _, unit := range []string{"<blockquote type=cite><div>", "<blockquote type=cite>a</blockquote>b", "</div>", "<div class=gmail_quote>", "<p>De : a<br>Envoyé : b</p>", "<td>", "<ul><li>", "&nbsp;", "<", "<!--", "<div id=divRplyFwdMsg>", "<pre>\n"} {
		growsLinearly(t, unit, func(size int) string {
			return "Subject: Re: x\nContent-Type: text/html\n\n" + strings.Repeat(unit, size/len(unit))
		})
	}
}

// TestX8AnswersInAMonster: however long the exchange, what was answered in between stays in view.
func TestX8AnswersInAMonster(t *testing.T) {
	for _, rounds := range []int{20, 2000, 15_000} {
		text := strings.Repeat("> Quel poste ?\n> Depuis quand ?\nle PC-0042\n", rounds)
		m, reply := reply(t, "Re: x", "Le 02/11/2026 à 09:30, Support <s@azurene.example> a écrit :\n"+text)
		if got := strings.Count(reply, "PC-0042"); got != strings.Count(m.Text, "PC-0042") {
			t.Errorf("%d of %d answers are in view", got, rounds)
		}
	}
}

// bomb is a mail made to take long, at a size.
type bomb func(size int) string

func bombs() map[string]bomb {
	header := func(name, unit string) bomb {
		return func(n int) string { return name + ": " + strings.Repeat(unit, n/len(unit)) + "\n\nx" }
	}
	folded := func(name, unit string) bomb {
		return func(n int) string { return name + ":" + strings.Repeat("\n "+unit, n/(len(unit)+2)) + "\n\nx" }
	}
	body := func(head, unit string) bomb {
		return func(n int) string { return head + "\n\n" + strings.Repeat(unit, n/len(unit)) }
	}
	lines := func(unit string) bomb {
		return func(n int) string { return strings.Repeat(unit, n/len(unit)) + "Subject: x\n\nx" }
	}
	return map[string]bomb{
		"encoded words": header("Subject", "=?utf-8?Q?=C3=A9?= "), "never closed words": header("Subject", "=?a?Q?"), "empty words": header("Subject", "=?="), "question marks": header("Subject", "=??"),
		"addresses": header("To", "a@b.example, "), "folded addresses": folded("To", "a@b.example,"), "commas": header("To", ","), "names": header("To", "a b, "), "opened comments": header("From", "("),
		"opened brackets": header("From", "<"), "quotes": header("From", `"`), "escapes": header("From", `\"`), "colons": header("From", "a:"), "semicolons": header("From", "(;"),
		"references": header("References", "<a@b>"), "broken references": header("References", "<a "), "received": lines("Received: from a by c.example for <a@b.example>\n"), "fields": lines("A:\n"),
		"odd lines": lines("sans deux points\n"), "odd lines and from": lines("sans deux points\nFrom: x\n"), "results": lines("Authentication-Results: a; dmarc=fail\n"), "result": header("Authentication-Results", "a=b; "),
		"parameters": header("Content-Type: text/plain; x", `; x="`), "continuations": header("Content-Disposition: attachment", "; filename*0*=a"), "date": header("Date", "1 "), "reply": header("Reply-To", "a@b.example, "),
		"parts": body("Content-Type: multipart/mixed; boundary=b", "--b\n\n"), "boundary alike": body("Content-Type: multipart/mixed; boundary=b", "--bb\n"), "adopted": body("Content-Type: multipart/mixed", "--b\nContent-Type: multipart/mixed\n\n"),
		"dashes": body("Content-Type: multipart/mixed; boundary="+strings.Repeat("-", 60), "-"), "base64 of nothing": body("Content-Transfer-Encoding: base64", "=\n"), "equals signs": body("Content-Transfer-Encoding: quoted-printable", "="),
		"one line": body("Subject: x", "x"), "uuencode": body("Subject: x", "begin 644 a\n"), "absence": body("Auto-Submitted: auto-replied\nDate: Mon, 2 Nov 2026 09:30:00 +0100", "jusqu'au 5 "), "alert": body("Auto-Submitted: auto-generated", "host: a service "),
		"report": body("From: MAILER-DAEMON@x.example\nSubject: failure notice", "<a@b.example>: 550 5.1.1 x\n"),
		"report in parts": func(n int) string {
			return "From: MAILER-DAEMON@x.example\nContent-Type: multipart/report; boundary=b\n\n--b\n\n" + strings.Repeat("<a@b.example>: 550 5.1.1 x\n", n/60) + "--b\nContent-Type: message/delivery-status\n\n" + strings.Repeat("Action: failed\n\n", n/30)
		},
		"nested": func(n int) string { return nestedMail(n/60, "\nx") },
		"divs":   body("Content-Type: text/html", "<div>"), "ends": body("Content-Type: text/html", "</div>"), "attributes": body("Content-Type: text/html", "<p a=b c=d>"), "opened tags": body("Content-Type: text/html", "<a "),
		"entities": body("Content-Type: text/html", "&amp;"), "tables": body("Content-Type: text/html", "<table><tr><td>"), "styles": body("Content-Type: text/html", `<p style="color:red;;">`),
		"quotes in HTML": body("Content-Type: text/html", "<blockquote type=cite>"), "comments": body("Content-Type: text/html", "<!--"), "lists": body("Content-Type: text/html", "<ul><li>"),
	}
}

// TestR12Bombs: mails made to take long stay within the budget, and what they cost grows like their size, up to the parts
// that are no longer analysed.
func TestR12Bombs(t *testing.T) {
	for name, mail := range bombs() {
		few, _ := steps(t, mail(64<<10))
		many, m := steps(t, mail(640<<10))
		Sanitize(m.HTML, SanitizeOptions{})
		beyond := slices.Contains(m.Warnings, WarnNotAnalysed)
		if many > 12*few && !beyond && name != "nested" || many > workLimit+64<<20 {
			t.Errorf("%s: %d steps for 64 kB, %d for 640 kB", name, few, many)
		}
	}
}
