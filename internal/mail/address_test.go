package mail

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// TestR13FromForms holds the forms of From that arrive; each must give its address.
func TestR13FromForms(t *testing.T) {
	for raw, want := range map[string]Address{
		"jean@x.example":                              {"", "jean@x.example"},
		"<jean@x.example>":                            {"", "jean@x.example"},
		"Jean <jean@x.example>":                       {"Jean", "jean@x.example"},
		"Jean<jean@X.Example>":                        {"Jean", "jean@x.example"},
		`"Dupont, Jean" <jean@x.example>`:             {"Dupont, Jean", "jean@x.example"},
		"Dupont, Jean <jean@x.example>":               {"Dupont, Jean", "jean@x.example"},
		"Dupont, Jean, DSI <jean@x.example>":          {"Dupont, Jean, DSI", "jean@x.example"},
		"jean@x.example <jean@x.example>":             {"", "jean@x.example"},
		`"support@msp.example" <evil@y.example>`:      {"support@msp.example", "evil@y.example"},
		"[SPAM] Jean <jean@x.example>":                {"[SPAM] Jean", "jean@x.example"},
		"Jean (DSI) <jean@x.example>":                 {"Jean (DSI)", "jean@x.example"},
		"jean@x.example (Jean Dupont)":                {"Jean Dupont", "jean@x.example"},
		"Jean Dupont jean@x.example":                  {"Jean Dupont", "jean@x.example"},
		"=?utf-8?Q?Jean_D=C3=A9?= <jean@x.example>":   {"Jean Dé", "jean@x.example"},
		"=?utf-8?Q?D=C3=A9,_Jean?= <jean@x.example>":  {"Dé, Jean", "jean@x.example"},
		`"=?utf-8?Q?Jean_D=C3=A9?=" <jean@x.example>`: {"Jean Dé", "jean@x.example"},
		"=?utf-8?Q?Jean_<jean@x.example>?=":           {"Jean", "jean@x.example"},
		"Jean Dé <jean@x.example>":                    {"Jean Dé", "jean@x.example"},
		"Jean D\xe9 <jean@x.example>":                 {"Jean Dé", "jean@x.example"},
		"'Jean' <jean@x.example>":                     {"Jean", "jean@x.example"},
		`"Jean <jean@x.example>`:                      {"Jean", "jean@x.example"},
		`"Jean \"le chef\" D" <jean@x.example>`:       {`Jean "le chef" D`, "jean@x.example"},
		"Jean <jean@x.example":                        {"Jean", "jean@x.example"},
		"Jean <<jean@x.example>>":                     {"Jean", "jean@x.example"},
		"Jean <mailto:jean@x.example>":                {"Jean", "jean@x.example"},
		"Jean < jean@x.example >":                     {"Jean", "jean@x.example"},
		"Jean <jean@x.example>;":                      {"Jean", "jean@x.example"},
		"<@a.example,@b.example:jean@x.example>":      {"", "jean@x.example"},
		`"jean dupont"@x.example`:                     {"", `"jean dupont"@x.example`},
		"Jean <jean@x.example.>":                      {"Jean", "jean@x.example"},
		"\"jean\rBcc:y\"@x.example":                   {"", `"jean Bcc:y"@x.example`},
		"Équipe: Jean <jean@x.example>;":              {"Jean", "jean@x.example"},
		"Jean <jean@société.example>":                 {"Jean", "jean@société.example"},
		"Jean <jean(compte)@x.example(poste)>":        {"Jean", "jean@x.example"},
		"MAILER-DAEMON <>":                            {"MAILER-DAEMON <>", ""},
		"Jean, <jean@x.example>":                      {"Jean", "jean@x.example"},
	} {
		d := decoder{}
		if got := sender(d.addresses(raw)); got != want {
			t.Errorf("%q: %+v, want %+v", raw, got, want)
		}
	}
}

func TestAddressLists(t *testing.T) {
	for raw, want := range map[string][]string{
		"a@x.example, b@y.example":                             {"a@x.example", "b@y.example"},
		"a@x.example; b@y.example;":                            {"a@x.example", "b@y.example"},
		"A <a@x.example>, \"B, b\" <b@y.example>, c@z.example": {"a@x.example", "b@y.example", "c@z.example"},
		"undisclosed-recipients:;":                             nil,
		"Tous: a@x.example, b@y.example;, c@z.example":         {"a@x.example", "b@y.example", "c@z.example"},
		"Petit, Luc <l@x.example>, Roy, Léa <r@x.example>":     {"l@x.example", "r@x.example"},
		"":                            nil,
		",,;,":                        nil,
		"a@x.example,\t, b@y.example": {"a@x.example", "b@y.example"},
	} {
		d := decoder{}
		if got := addrsOf(d.addresses(raw)); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", raw, got, want)
		}
	}
	d := decoder{}
	if n := len(d.addresses(strings.Repeat("a@x.example,", 100_000))); n != addressLimit {
		t.Errorf("%d addresses kept", n)
	}
}

func TestWords(t *testing.T) {
	for raw, want := range map[string]string{
		"texte simple":                                   "texte simple",
		"=?utf-8?Q?caf=C3=A9?=":                          "café",
		"=?UTF-8?b?Y2Fmw6k=?= noir":                      "café noir",
		"=?iso-8859-1?q?caf=E9?= =?iso-8859-1?q?_noir?=": "café noir",
		"=?utf-8?Q?caf=C3?= =?utf-8?Q?=A9?=":             "café",
		"=?utf-8?Q?a?==?utf-8?Q?b?=":                     "ab",
		"=?utf-8?Q?a b c?=":                              "a b c",
		"=?utf-8*fr?Q?=C3=A9t=C3=A9?=":                   "été",
		"=?utf-8?Q?jamais_ferm=C3=A9":                    "jamais fermé",
		"=?inconnu?Q?=E9?=":                              "é",
		"=?utf-8?X?abc?=":                                "=?utf-8?X?abc?=",
		"2 =? 3":                                         "2 =? 3",
		"d\xe9j\xe0 =?utf-8?Q?vu?=":                      "déjà vu",
		"=?gb2312?B?1tDOxA==?=":                          "中文",
		"=?ISO-2022-JP?B?GyRCRnxLXBsoQg==?=":             "日本",
		"=?utf-8?Q?O=C3=B9=3F?= =?utf-8?Q?_l=C3=A0?=":    "Où? là",
		"=?us-ascii?Q?a?= texte =?us-ascii?Q?b?=":        "a texte b",
		"=?windows-1252?Q?L=92=E9t=E9_=96_=80?=":         "L’été – €",
	} {
		d := decoder{}
		if got := d.words(raw); got != want {
			t.Errorf("%q: %q, want %q", raw, got, want)
		}
	}
}

func TestDates(t *testing.T) {
	for raw, want := range map[string]string{
		"Mon, 2 Nov 2026 09:30:00 +0100":        "2026-11-02T09:30:00+01:00",
		"2 Nov 2026 09:30 +0100":                "2026-11-02T09:30:00+01:00",
		"Mon, 02 Nov 26 09:30:00 GMT":           "2026-11-02T09:30:00Z",
		"Mon, 2 Nov 2026 09:30:00 EST":          "2026-11-02T09:30:00-05:00",
		"Mon, 2 Nov 2026 09:30:00 +0100 (CET)":  "2026-11-02T09:30:00+01:00",
		"Mon Nov  2 09:30:00 2026":              "2026-11-02T09:30:00Z",
		"Mon Nov  2 09:30:00 CET 2026":          "2026-11-02T09:30:00+01:00",
		"2026-11-02T09:30:00+01:00":             "2026-11-02T09:30:00+01:00",
		"2026-11-02 09:30:00 +0100":             "2026-11-02T09:30:00+01:00",
		"lun., 2 nov. 2026 09:30:00 +0100":      "2026-11-02T09:30:00+01:00",
		"Mon, 2 Nov 2026 9:30:00 -0330":         "2026-11-02T09:30:00-03:30",
		"Monday, November 2, 2026 09:30 +01:00": "2026-11-02T09:30:00+01:00",
		"Thu, 1 Jan 70 00:00:00 +0000":          "1970-01-01T00:00:00Z",
		"":                                      "",
		"hier":                                  "",
		"Mon, 42 Nov 2026 09:30:00 +0100":       "",
	} {
		got := ""
		if d, ok := parseDate(raw); ok {
			got = d.Format("2006-01-02T15:04:05Z07:00")
		}
		if got != want {
			t.Errorf("%q: %q, want %q", raw, got, want)
		}
	}
}

// TestX6Names: a name from a mail leads nowhere and hides nothing.
func TestX6Names(t *testing.T) {
	for raw, want := range map[string]string{
		"rapport.pdf":                     "rapport.pdf",
		"../../../etc/passwd":             "passwd",
		"/abs/x.txt":                      "x.txt",
		`C:\Users\x\a.docx`:               "a.docx",
		`\\host\share\a.docx`:             "a.docx",
		"a.pdf\x00.exe":                   "a.pdf_.exe",
		"photo\u202egpj.exe":              "photogpj.exe",
		"a\r\nb.txt":                      "a b.txt",
		"CON":                             "_CON",
		"con.txt":                         "_con.txt",
		"LPT1.pdf":                        "_LPT1.pdf",
		"..":                              "",
		".":                               "",
		"":                                "",
		"   ":                             "",
		"a<b>|c?.txt":                     "a_b__c_.txt",
		"fin. ":                           "fin",
		".htaccess":                       ".htaccess",
		"relevé été œuvre.pdf":            "relevé été œuvre.pdf",
		"bad\xff.txt":                     "bad_.txt",
		strings.Repeat("é", 300) + ".pdf": strings.Repeat("é", 116) + ".pdf",
	} {
		got := CleanName(raw)
		if got != want || CleanName(got) != got {
			t.Errorf("%q: %q, want %q", raw, got, want)
		}
	}
}

func TestInspect(t *testing.T) {
	in := Inspect("x.eml", strings.NewReader(mixedMail), time.UTC)
	if in.File != "x.eml" || in.Text != "Voir la photo." || in.HTMLText == nil || len(in.Attachments) != 2 || len(in.Parts) != 4 || in.Kind != KindPerson || in.Date != nil {
		t.Errorf("%+v", in)
	}
	crlf, lf := Inspect("a", strings.NewReader(strings.ReplaceAll(plainMail, "\n", "\r\n")), time.UTC), Inspect("b", strings.NewReader(plainMail), time.UTC)
	if crlf.Parts[0].LF != lf.Parts[0].SHA256 || crlf.Parts[0].SHA256 == lf.Parts[0].SHA256 {
		t.Errorf("hashes %+v %+v", crlf.Parts, lf.Parts)
	}
	if in.References == nil || in.To == nil || in.Folds == nil || in.Warnings == nil {
		t.Error("an empty list would be null")
	}
}
