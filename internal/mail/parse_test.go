package mail

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// parse reads a mail written with "\n" line ends as a server would give it, with CRLF.
func parse(t *testing.T, raw string) *Message {
	t.Helper()
	m, err := Parse(strings.NewReader(strings.ReplaceAll(raw, "\n", "\r\n")), nil)
	if err != nil {
		t.Fatalf("Parse: %v", err)
	}
	return m
}

const plainMail = `From: "Durand, Zoé" <Zoe.Durand@Client.Example>
To: support@desk.example
Subject: =?UTF-8?Q?L'imprimante_de_l'=C3=A9tage_?=
 =?UTF-8?Q?ne_r=C3=A9pond_plus?=
Date: Mon, 2 Nov 2026 09:30:00 +0100
Message-ID: <a1@client.example>
In-Reply-To: <g.1@desk.example>
References: <g.0@desk.example> <g.1@desk.example>
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

Bonjour,

L'imprimante est bloqu=E9e =
depuis ce matin.
`

func TestParsePlain(t *testing.T) {
	m := parse(t, plainMail)
	if m.From != (Address{"Durand, Zoé", "Zoe.Durand@client.example"}) {
		t.Errorf("From = %+v", m.From)
	}
	if want := "L'imprimante de l'étage ne répond plus"; m.Subject != want {
		t.Errorf("Subject = %q, want %q", m.Subject, want)
	}
	if want := "Bonjour,\n\nL'imprimante est bloquée depuis ce matin.\n"; m.Text != want {
		t.Errorf("Text = %q, want %q", m.Text, want)
	}
	if m.MessageID != "a1@client.example" || len(m.References) != 2 || m.InReplyTo[0] != "g.1@desk.example" {
		t.Errorf("ids = %q %q %q", m.MessageID, m.InReplyTo, m.References)
	}
	if got := m.Date.Format("2006-01-02T15:04:05-07:00"); got != "2026-11-02T09:30:00+01:00" {
		t.Errorf("Date = %s", got)
	}
	if len(m.Warnings) > 0 {
		t.Errorf("Warnings = %v", m.Warnings)
	}
}

const mixedMail = `From: Zoé <zoe@client.example>
Content-Type: multipart/mixed; boundary="outer"

preamble
--outer
Content-Type: multipart/alternative; boundary=inner

--inner
Content-Type: text/plain; charset=utf-8

Voir la photo.
--inner
Content-Type: multipart/related; boundary=rel

--rel
Content-Type: text/html; charset=utf-8

<p>Voir la <b>photo</b>.<img src="cid:p1"></p>
--rel
Content-Type: image/png; name="photo.png"
Content-ID: <p1>
Content-Transfer-Encoding: base64

iVBORw0KGgo=
--rel--
--inner--
--outer
Content-Type: application/pdf
Content-Disposition: attachment; filename*0*=UTF-8''relev%C3%A9%20; filename*1="du mois.pdf"
Content-Transfer-Encoding: base64

JVBERi0x
Lg==
--outer--
epilogue
`

func TestParseStoresAttachments(t *testing.T) {
	stored := map[string]*bytes.Buffer{}
	m, err := Parse(strings.NewReader(mixedMail), func(p Part) io.Writer {
		stored[p.Name] = &bytes.Buffer{}
		return stored[p.Name]
	})
	if err != nil {
		t.Fatal(err)
	}
	if m.Text != "Voir la photo." || !strings.Contains(m.HTML, "<b>photo</b>") {
		t.Errorf("Text = %q, HTML = %q", m.Text, m.HTML)
	}
	if len(m.Parts) != 4 || m.Parts[2].CID != "p1" || !m.Parts[2].Inline || m.Parts[0].Attachment || !m.Parts[3].Attachment {
		t.Fatalf("Parts = %+v", m.Parts)
	}
	for name, want := range map[string]string{"photo.png": "\x89PNG\r\n\x1a\n", "relevé du mois.pdf": "%PDF-1."} {
		if stored[name] == nil || stored[name].String() != want {
			t.Errorf("%s: stored %q, want %q", name, stored[name], want)
		}
	}
	if want := sha256.Sum256([]byte("%PDF-1.")); m.Parts[3].SHA256 != want || m.Parts[3].Size != 7 {
		t.Errorf("hash or size of the part: %+v", m.Parts[3])
	}
}

func TestParseReportsErrorsOfReaderAndStore(t *testing.T) {
	broken := errors.New("connection reset")
	m, err := Parse(io.MultiReader(strings.NewReader(plainMail), iotest.ErrReader(broken)), nil)
	if !errors.Is(err, broken) || m.MessageID == "" {
		t.Errorf("reader: err = %v, id = %q", err, m.MessageID)
	}
	full := errors.New("disk full")
	m, err = Parse(strings.NewReader(mixedMail), func(Part) io.Writer { return failing{full} })
	if !errors.Is(err, full) || m.Text == "" {
		t.Errorf("store: err = %v, text = %q", err, m.Text)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// TestR13BrokenMails holds what arrives broken in real life; each must give its sender, subject and text.
func TestR13BrokenMails(t *testing.T) {
	const head = "From: Jean <jean@client.example>\nSubject: Panne\n"
	for name, tc := range map[string]struct{ raw, text string }{
		"mbox line":               {"From jean@client.example Mon Nov  2 09:30:00 2026\n" + head + "\ntexte", "texte"},
		"escaped mbox line":       {">From jean@client.example Mon Nov  2\n" + head + "\ntexte", "texte"},
		"blank lines first":       {"\n\n" + head + "\ntexte", "texte"},
		"leading space":           {" " + head + "\ntexte", "texte"},
		"space before colon":      {"From : Jean <jean@client.example>\nSubject : Panne\n\ntexte", "texte"},
		"no blank line":           {head + "texte sans ligne vide\nsuite", "texte sans ligne vide\nsuite"},
		"fold without space":      {"From: Jean <jean@client.example>\nX-Long: un\ndeux trois\nSubject: Panne\n\ntexte", "texte"},
		"bare CR":                 {strings.ReplaceAll(head+"\ntexte\nsuite", "\n", "\r"), "texte\nsuite"},
		"CR CR LF":                {strings.ReplaceAll(head+"\ntexte", "\n", "\r\r\n"), "texte"},
		"charset unknown":         {head + "Content-Type: text/plain; charset=default_charset\n\nd\xe9sol\xe9", "désolé"},
		"charset wrong":           {head + "Content-Type: text/plain; charset=utf-8\n\nd\xe9sol\xe9 \u20ac", "désolé €"},
		"charset cp850":           {head + "Content-Type: text/plain; charset=cp-850\n\nd\x82sol\x82", "désolé"},
		"latin label, utf-8":      {head + "Content-Type: text/plain; charset=iso-8859-1\n\ndésolé", "désolé"},
		"8-bit, no charset":       {head + "\nd\xe9sol\xe9", "désolé"},
		"utf-7":                   {head + "Content-Type: text/plain; charset=utf-7\n\nd+AOk-sol+AOk-", "désolé"},
		"base64 without padding":  {head + "Content-Transfer-Encoding: base64\n\naGVsbG8gd29ybGQ", "hello world"},
		"base64 with noise":       {head + "Content-Transfer-Encoding: Base64 \n\naGVs!bG8g\n d29ybGQ=\n-- \nliste", "hello world"},
		"quoted with bad codes":   {head + "Content-Transfer-Encoding: quoted-printable\n\n100 =% =zz s=FBr=\n e", "100 =% =zz sûr e"},
		"boundary never used":     {head + "Content-Type: multipart/mixed; boundary=x\n\ntexte", "texte"},
		"boundary undeclared":     {head + "Content-Type: multipart/mixed\n\n--y\nContent-Type: text/plain\n\ntexte\n--y--", "texte"},
		"boundary misspelt":       {head + "Content-Type: multipart/mixed; boundary=z\n\n--y\nContent-Type: text/plain\n\ntexte\n--y--", "texte"},
		"never closed":            {head + "Content-Type: multipart/mixed; boundary=x\n\n--x\n\ntexte", "texte"},
		"inner never closed":      {head + "Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: multipart/alternative; boundary=xi\n\n--xi\n\ntexte\n--x--", "texte"},
		"boundary prefix":         {head + "Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: multipart/mixed; boundary=x--\n\n--x--\n\ntexte\n--x----\n--x--", "texte"},
		"content type nonsense":   {head + "Content-Type: whatever; format flowed\n\ntexte", "texte"},
		"type without semicolons": {head + "Content-Type: text/plain charset=iso-8859-1\n\nd\xe9j\xe0", "déjà"},
		"plain is only a hint":    {head + "Content-Type: multipart/alternative; boundary=x\n\n--x\n\nPlease view this email in your browser\n--x\nContent-Type: text/html\n\n<p>texte</p>\n--x--", "texte"},
		"html only":               {head + "Content-Type: text/html\n\n<style>p{}</style><p>un&nbsp;<b>deux</b></p><table><tr><td>Poste</td><td>PC-0042</td></tr></table>", "un\u00a0deux\n\nPoste\tPC-0042"},
		"flowed":                  {head + "Content-Type: text/plain; format=flowed\n\nune \nligne\n> cit \n> ation\n", "une ligne\n> cit ation\n"},
		"emptied fold":            {"From: Jean <jean@client.example>\nTo: a@b.example,\n \n c@d.example\nSubject: Panne\n\ntexte", "texte"},
		"words called base64":     {head + "Content-Transfer-Encoding: base64\n\nun texte tout simple", "un texte tout simple"},
		"title never closed":      {head + "Content-Type: text/html\n\n<title>texte", "texte"},
		"utf-16":                  {head + "Content-Type: text/plain; charset=utf-16\nContent-Transfer-Encoding: base64\n\n/v8A6QB0AOk=", "été"},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := Parse(strings.NewReader(tc.raw), nil)
			if err != nil {
				t.Fatal(err)
			}
			if m.From.Addr != "jean@client.example" || m.Subject != "Panne" {
				t.Errorf("From = %+v, Subject = %q", m.From, m.Subject)
			}
			if m.Text != tc.text {
				t.Errorf("Text = %q, want %q", m.Text, tc.text)
			}
		})
	}
}

func TestParseWithoutAnyHeader(t *testing.T) {
	m, err := Parse(strings.NewReader("Bonjour\nplus rien ne marche\n"), nil)
	if err != nil || m.Text != "Bonjour\nplus rien ne marche\n" || m.Warnings == nil {
		t.Errorf("Text = %q, Warnings = %v, err = %v", m.Text, m.Warnings, err)
	}
	m, err = Parse(strings.NewReader(""), nil)
	if err != nil || m == nil {
		t.Errorf("empty mail: %v, %v", m, err)
	}
}

func TestParseAttachedMailIsNamedAndKeptWhole(t *testing.T) {
	inner := "From: a@b.example\nSubject: =?utf-8?q?Relanc=C3=A9?= 1/2\nContent-Type: multipart/mixed; boundary=i\n\n--i\n\nin\n--i--\n"
	var got bytes.Buffer
	m, err := Parse(strings.NewReader("Content-Type: multipart/mixed; boundary=o\n\n--o\n\nVoir.\n--o\nContent-Type: message/rfc822\n\n"+inner+"\n--o--\n"),
		func(Part) io.Writer { return &got })
	if err != nil || m.Text != "Voir." || len(m.Parts) != 2 {
		t.Fatalf("Text = %q, Parts = %+v, err = %v", m.Text, m.Parts, err)
	}
	if p := m.Parts[1]; p.Name != "Relancé 1-2.eml" || !p.Attachment || got.String() != inner {
		t.Errorf("Name = %q, stored %q", p.Name, got.String())
	}
}

func TestFingerprintIgnoresTheWay(t *testing.T) {
	one := parse(t, "Delivered-To: a@desk.example\nReceived: from x\nX-Spam: no\n"+plainMail)
	two, err := Parse(strings.NewReader("Received: from y by z\nReturn-Path: <x@y>\n"+plainMail), nil)
	if err != nil || one.Fingerprint != two.Fingerprint {
		t.Errorf("fingerprints differ, err = %v", err)
	}
	if other := parse(t, strings.Replace(plainMail, "ce matin", "hier", 1)); other.Fingerprint == one.Fingerprint {
		t.Error("another body has the same fingerprint")
	}
}

// TestR11MemoryOfBigAttachment: a 61 MB attachment goes through in less than 2 MB.
func TestR11MemoryOfBigAttachment(t *testing.T) {
	line := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 57)) + "\r\n"
	raw := io.MultiReader(strings.NewReader("Content-Type: application/zip; name=a.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n"),
		&repeated{line: line, left: 61 << 20 / 57})
	var size int64
	result := testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		for range b.N {
			m, err := Parse(raw, nil)
			if err != nil {
				b.Fatal(err)
			}
			size = max(size, m.Parts[0].Size)
		}
	})
	if size < 60<<20 || result.AllocedBytesPerOp() > 2<<20 {
		t.Errorf("%d bytes read, %d allocated", size, result.AllocedBytesPerOp())
	}
}

type repeated struct {
	line string
	left int
	rest string
}

func (r *repeated) Read(p []byte) (int, error) {
	if r.rest == "" {
		if r.left == 0 {
			return 0, io.EOF
		}
		r.left--
		r.rest = r.line
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}
