package mail

import (
	"strings"
	"testing"
)

// TestFileNames holds the ways of writing a file name: RFC 2231, RFC 2047, both wrongly mixed, raw.
func TestFileNames(t *testing.T) {
	for raw, want := range map[string]string{
		`attachment; filename=a.pdf`:                                          "a.pdf",
		`attachment; filename="a b.pdf"`:                                      "a b.pdf",
		`attachment; filename=a b.pdf`:                                        "a b.pdf",
		`attachment; filename="a;b.pdf"`:                                      "a;b.pdf",
		`attachment; filename="a\"b.pdf"`:                                     "a_b.pdf",
		`attachment; filename='a.pdf'`:                                        "'a.pdf'",
		`attachment; filename*=UTF-8''relev%C3%A9.pdf`:                        "relevé.pdf",
		`attachment; filename*=iso-8859-1'fr'relev%E9.pdf`:                    "relevé.pdf",
		`attachment; filename*="UTF-8''relev%C3%A9.pdf"`:                      "relevé.pdf",
		`attachment; filename*0="relev"; filename*1="é.pdf"`:                  "relevé.pdf",
		`attachment; filename*1*=%A9.pdf; filename*0*=UTF-8''relev%C3`:        "relevé.pdf",
		`attachment; filename*0*=UTF-8''a%20; filename*1=b.pdf`:               "a b.pdf",
		`attachment; filename="=?utf-8?Q?relev=C3=A9.pdf?="`:                  "relevé.pdf",
		`attachment; filename==?utf-8?B?cmVsZXbDqS5wZGY=?=`:                   "relevé.pdf",
		`attachment; filename="=?utf-8?Q?relev=C3?= =?utf-8?Q?=A9.pdf?="`:     "relevé.pdf",
		`attachment; filename*0="=?utf-8?Q?relev=C3=A9"; filename*1=".pdf?="`: "relevé.pdf",
		"attachment; filename=\"relev\xe9.pdf\"":                              "relevé.pdf",
		`attachment; filename="relevé.pdf"`:                                   "relevé.pdf",
		`attachment; filename="jamais fermé.pdf; size=3`:                      "jamais fermé.pdf",
		`attachment; FileName = "a.pdf" ; x`:                                  "a.pdf",
		`attachment; filename=a.pdf; filename*=UTF-8''b.pdf`:                  "b.pdf",
		`attachment; filename=100%25.pdf`:                                     "100%25.pdf",
		`attachment; filename*=UTF-8''100%.pdf`:                               "100%.pdf",
		`attachment; filename=""; name="b.pdf"`:                               "b.pdf",
		`attachment`:                                                          "",
		`attachment; filename`:                                                "",
		`attachment; ` + strings.Repeat(`x="`, 50_000):                        "",
	} {
		m := parse(t, "Content-Type: application/pdf\nContent-Disposition: "+raw+"\n\nx")
		if got := m.Parts[0].Name; got != want {
			t.Errorf("%.80s: %q, want %q", raw, got, want)
		}
	}
}

func TestMediaTypes(t *testing.T) {
	for raw, want := range map[string][2]string{
		"text/html; charset=utf-8":             {"text/html", "utf-8"},
		"TEXT/HTML;CHARSET=\"UTF-8\"":          {"text/html", "utf-8"},
		"text/html charset=utf-8":              {"text/html", "utf-8"},
		"text/html;; charset = utf-8 ;":        {"text/html", "utf-8"},
		"text/html (comment); charset=utf-8":   {"text/html", "utf-8"},
		`"text/html"; charset='utf-8'`:         {"text/html", "utf-8"},
		"text/plain; charset=\"utf-8":          {"text/plain", "utf-8"},
		"text":                                 {"text/plain", ""},
		"html":                                 {"text/html", ""},
		"":                                     {"text/plain", ""},
		"text/plain; charset=ISO_8859-1:1987":  {"text/plain", "iso_8859-1:1987"},
		"text/plain; charset=utf-8; charset=x": {"text/plain", "utf-8"},
		"text/plain; charset=\"us-ascii (Plain text)\"": {"text/plain", "us-ascii"},
	} {
		m := parse(t, "Content-Type: "+raw+"\n\nx")
		if p := m.Parts[0]; p.Type != want[0] || p.Charset != want[1] {
			t.Errorf("%q: %s %s, want %v", raw, p.Type, p.Charset, want)
		}
	}
}
