package mail

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestR12Bombs: mails made to take long. The bound is far above what they take and far below the quadratic.
func TestR12Bombs(t *testing.T) {
	const mb = 1 << 18 // a quarter, for a test that runs at every build
	header := func(name, unit string) string { return name + ": " + strings.Repeat(unit, mb/len(unit)-100) + "\n\nx" }
	folded := func(name, unit string) string {
		return name + ":" + strings.Repeat("\n "+unit, mb/(len(unit)+2)-100) + "\n\nx"
	}
	html := func(unit string) string { return "Content-Type: text/html\n\n" + strings.Repeat(unit, 4*mb/len(unit)) }
	nested := &strings.Builder{}
	for i := range 5000 {
		fmt.Fprintf(nested, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i)
	}
	for name, raw := range map[string]string{
		"encoded words":      header("Subject", "=?utf-8?Q?=C3=A9?= "),
		"never closed words": header("Subject", "=?a?Q?"),
		"empty words":        header("Subject", "=?="),
		"question marks":     header("Subject", "=??"),
		"addresses":          header("To", "a@b.example, "),
		"folded addresses":   folded("To", "a@b.example,"),
		"commas":             header("To", ","),
		"names":              header("To", "a b, "),
		"opened comments":    header("From", "("),
		"opened brackets":    header("From", "<"),
		"quotes":             header("From", `"`),
		"escapes":            header("From", `\"`),
		"colons":             header("From", "a:"),
		"semicolons":         header("From", "(;"),
		"references":         header("References", "<a@b>"),
		"broken references":  header("References", "<a "),
		"received":           strings.Repeat("Received: from a for <a@b.example>\n", mb/40) + "\nx",
		"fields":             strings.Repeat("A:\n", mb/3) + "\nx",
		"odd lines":          strings.Repeat("sans deux points\n", mb/20) + "Subject: x\n\nx",
		"odd lines and from": strings.Repeat("sans deux points\nFrom: x\n", mb/30) + "\nx",
		"parameters":         header("Content-Type: text/plain; x", `; x="`),
		"continuations":      header("Content-Disposition: attachment", "; filename*0*=a"),
		"date":               header("Date", "1 "),
		"parts":              "Content-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\n\n", mb),
		"boundary alike":     "Content-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--bb\n", mb),
		"adopted":            "Content-Type: multipart/mixed\n\n" + strings.Repeat("--b\nContent-Type: multipart/mixed\n\n", mb/30),
		"nested":             nested.String(),
		"dashes":             "Content-Type: multipart/mixed; boundary=" + strings.Repeat("-", 60) + "\n\n" + strings.Repeat("-", 4*mb),
		"base64 of nothing":  "Content-Transfer-Encoding: base64\n\n" + strings.Repeat("=\n", 2*mb),
		"equals signs":       "Content-Transfer-Encoding: quoted-printable\n\n" + strings.Repeat("=", 4*mb),
		"one line":           "Subject: x\n\n" + strings.Repeat("x", 4*mb),
		"divs":               html("<div>"), "ends": html("</div>"), "attributes": html("<p a=b c=d>"), "opened tags": html("<a "), "entities": html("&amp;"),
		"tables": html("<table><tr><td>"), "styles": html(`<p style="color:red;;">`), "quotes in HTML": html("<blockquote type=cite>"), "comments": html("<!--"), "lists": html("<ul><li>"),
		"report": "From: MAILER-DAEMON@x.example\nContent-Type: multipart/report; boundary=b\n\n--b\n\n" + strings.Repeat("<a@b.example>: 550 5.1.1 x\n", mb/30) + "--b\nContent-Type: message/delivery-status\n\n" + strings.Repeat("Action: failed\n\n", mb/20),
	} {
		start := time.Now()
		m, err := newParser(strings.NewReader(raw), nil).parse()
		if took := time.Since(start); err != nil || took > 10*time.Second {
			t.Errorf("%s: %v, %v", name, took, err)
		} else if took > 500*time.Millisecond {
			t.Logf("%s: %v", name, took)
		}
		start = time.Now()
		Sanitize(m.HTML, SanitizeOptions{})
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%s: sanitised in %v", name, took)
		} else if took > 500*time.Millisecond {
			t.Logf("%s: sanitised in %v", name, took)
		}
	}
}
