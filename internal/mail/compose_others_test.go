package mail

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/textproto"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// drawn is a part that the standard library writes: what stands in it, and how.
type drawn struct {
	name    string
	content []byte
}

// write encodes the part with one of the transfer encodings into w.
func (d drawn) write(t *rapid.T, w *multipart.Writer, kind string) {
	encoding := rapid.SampledFrom([]string{"base64", "quoted-printable"}).Draw(t, "encoding")
	h := textproto.MIMEHeader{"Content-Type": {kind}, "Content-Transfer-Encoding": {encoding}}
	if d.name != "" {
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": d.name}))
	}
	p, err := w.CreatePart(h)
	if err != nil {
		t.Fatal(err)
	}
	if encoding == "base64" {
		s := base64.StdEncoding.EncodeToString(d.content)
		for len(s) > 76 {
			fmt.Fprint(p, s[:76]+"\r\n")
			s = s[76:]
		}
		fmt.Fprint(p, s)
		return
	}
	q := quotedprintable.NewWriter(p)
	q.Binary = kind != "text/plain; charset=utf-8"
	if _, err := q.Write(d.content); err != nil {
		t.Fatal(err)
	}
	if err := q.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestMailsOfTheStandardLibrary: a mail that Go's own packages write comes back as it was, to the byte, nested or not.
func TestMailsOfTheStandardLibrary(t *testing.T) {
	letters := rapid.StringMatching(`[a-zA-Zéèàçœ€ 0-9]{1,40}`)
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(strings.Fields(letters.Draw(t, "text")), " ")
		subject := strings.Join(strings.Fields(letters.Draw(t, "subject")), " ")
		var files []drawn
		for range rapid.IntRange(0, 4).Draw(t, "files") {
			name := strings.TrimSpace(letters.Draw(t, "name"))
			if name != CleanName(name) {
				name = "fichier"
			}
			files = append(files, drawn{name + ".bin", rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "content")})
		}
		var body bytes.Buffer
		w := multipart.NewWriter(&body)
		drawn{content: []byte(text)}.write(t, w, "text/plain; charset=utf-8")
		for _, f := range files {
			f.write(t, w, "application/octet-stream")
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		kind := "multipart/mixed; boundary=" + w.Boundary()
		inner := body.String()
		for depth := range rapid.IntRange(0, 3).Draw(t, "depth") {
			b := fmt.Sprintf("niveau-%d", depth)
			inner = "préambule\r\n--" + b + "\r\nContent-Type: " + kind + "\r\n\r\n" + inner + "\r\n--" + b + "--\r\népilogue\r\n"
			kind = "multipart/mixed; boundary=\"" + b + "\""
		}
		raw := "From: " + mime.QEncoding.Encode("utf-8", "Zoé Durand") + " <zoe@client.example>\r\nSubject: " + mime.BEncoding.Encode("utf-8", subject) + "\r\nContent-Type: " + kind + "\r\n\r\n" + inner
		stored := map[int]*bytes.Buffer{}
		m, err := Parse(strings.NewReader(raw), func(p Part) io.Writer {
			stored[p.Index] = &bytes.Buffer{}
			return stored[p.Index]
		})
		if err != nil || strings.TrimSpace(m.Text) != text || m.Subject != subject || m.From != (Address{"Zoé Durand", "zoe@client.example"}) || len(stored) != len(files) {
			t.Fatalf("text %q, subject %q, from %+v, %d files, %v\n%s", m.Text, m.Subject, m.From, len(stored), err, raw)
		}
		for i, f := range files {
			p := m.Parts[i+1]
			if p.Name != f.name || !bytes.Equal(stored[p.Index].Bytes(), f.content) || p.Size != int64(len(f.content)) {
				t.Fatalf("file %d: %+v with %q, want %q with %q\n%s", i, p, stored[p.Index].Bytes(), f.name, f.content, raw)
			}
		}
	})
}

// TestBrokenMultiparts holds what is wrong with the boundaries of real mails; the text and the file are found all the same.
func TestBrokenMultiparts(t *testing.T) {
	const text, file = "Content-Type: text/plain\n\nBonjour", "Content-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64\n\nJVBERg=="
	for name, raw := range map[string]string{
		"as it should be":        "; boundary=b\n\n--b\n" + text + "\n--b\n" + file + "\n--b--\n",
		"never closed":           "; boundary=b\n\n--b\n" + text + "\n--b\n" + file + "\n",
		"cut in the file":        "; boundary=b\n\n--b\n" + text + "\n--b\n" + file,
		"closed twice":           "; boundary=b\n\n--b\n" + text + "\n--b\n" + file + "\n--b--\n--b--\n",
		"closed, and goes on":    "; boundary=b\n\n--b\n" + text + "\n--b--\n\n--b\n" + file + "\n--b--\n",
		"not declared":           "\n\n--b\n" + text + "\n--b\n" + file + "\n--b--\n",
		"declared empty":         "; boundary=\"\"\n\n--b\n" + text + "\n--b\n" + file + "\n--b--\n",
		"declared otherwise":     "; boundary=autre\n\n--b\n" + text + "\n--b\n" + file + "\n--b--\n",
		"quote never closed":     "; boundary=\"b\n\n--b\n" + text + "\n--b\n" + file + "\n--b--\n",
		"spaces behind":          "; boundary=b\n\n--b  \n" + text + "\n--b\t\n" + file + "\n--b--   \n",
		"spaces in the name":     "; boundary=\"b c\"\n\n--b c\n" + text + "\n--b c\n" + file + "\n--b c--\n",
		"dashes in the name":     "; boundary=\"--b--\"\n\n----b--\n" + text + "\n----b--\n" + file + "\n----b----\n",
		"preamble":               "; boundary=b\n\nThis is a multi-part message in MIME format.\n\n--b\n" + text + "\n--b\n" + file + "\n--b--\nfin\n",
		"no empty line before":   "; boundary=b\n--b\n" + text + "\n--b\n" + file + "\n--b--\n",
		"part without header":    "; boundary=b\n\n--b\n\nBonjour\n--b\n" + file + "\n--b--\n",
		"empty parts":            "; boundary=b\n\n--b\n--b\n\n--b\n" + text + "\n--b\n" + file + "\n--b\n--b--\n",
		"CRLF and LF":            "; boundary=b\r\n\r\n--b\r\n" + text + "\r\n--b\n" + file + "\n--b--\r\n",
		"upper case":             "; BOUNDARY=B\n\n--B\n" + text + "\n--B\n" + file + "\n--B--\n",
		"inner like outer":       "; boundary=b\n\n--b\nContent-Type: multipart/mixed; boundary=bb\n\n--bb\n" + text + "\n--bb\n" + file + "\n--bb--\n--b--\n",
		"inner the same":         "; boundary=b\n\n--b\nContent-Type: multipart/mixed; boundary=b\n\n--b\n" + text + "\n--b\n" + file + "\n--b--\n--b--\n",
		"inner never closed":     "; boundary=b\n\n--b\nContent-Type: multipart/alternative; boundary=c\n\n--c\n" + text + "\n--b\n" + file + "\n--b--\n",
		"line longer than usual": "; boundary=b\n\n" + strings.Repeat("x", 40_000) + "\n--b\n" + text + "\n--b\n" + file + "\n--b--\n",
	} {
		var stored bytes.Buffer
		m, err := Parse(strings.NewReader("From: a@b.example\nMIME-Version: 1.0\nContent-Type: multipart/mixed"+raw), func(p Part) io.Writer {
			if p.Name == "a.pdf" {
				return &stored
			}
			return nil
		})
		if err != nil || !strings.Contains(m.Text, "Bonjour") || stored.String() != "%PDF" {
			t.Errorf("%s: text %.60q, file %q, parts %+v, %v", name, m.Text, stored.String(), m.Parts, err)
		}
	}
}

// TestR9Fingerprints: two copies of a mail have one fingerprint by whatever way they came; another mail under the same id
// has another.
func TestR9Fingerprints(t *testing.T) {
	sum := func(raw string) [32]byte { return parse(t, raw).Fingerprint }
	own := sum(plainMail)
	for name, raw := range map[string]string{
		"another way":          "Received: from a by b; Mon, 2 Nov 2026 09:31:00 +0100\nDelivered-To: compta@desk.example\n" + plainMail,
		"marked by a filter":   "X-Spam-Status: No\nX-Virus-Scanned: clamav\nAuthentication-Results: x; dmarc=pass\n" + plainMail,
		"other line ends":      strings.ReplaceAll(plainMail, "\n", "\r\n"),
		"an mbox line":         "From x@y.example Mon Nov  2 09:31:00 2026\n" + plainMail,
		"return path":          "Return-Path: <x@client.example>\n" + plainMail,
		"signed on the way":    "DKIM-Signature: v=1; a=rsa-sha256; d=client.example;\n b=abc\n" + plainMail,
		"resent to the desk":   "Resent-To: support@desk.example\n" + plainMail,
		"forwarded by alias":   "X-Forwarded-To: support@desk.example\nX-Forwarded-For: x@desk.example\n" + plainMail,
		"a list's own headers": "List-Id: <l.desk.example>\nPrecedence: list\n" + plainMail,
		"folded otherwise":     strings.Replace(plainMail, "Subject: ", "Subject:\n ", 1),
	} {
		if sum(raw) != own {
			t.Errorf("%s: another fingerprint", name)
		}
	}
	for name, raw := range map[string]string{
		"other words":   plainMail + "PS : urgent\n",
		"other date":    strings.Replace(plainMail, "Date: ", "Date: Tue, 3 Nov 2026 00:00:00 +0000\nX-Date: ", 1),
		"other subject": strings.Replace(plainMail, "Subject: ", "Subject: Autre ", 1),
		"other sender":  strings.Replace(plainMail, "From: ", "From: x@evil.example\nX-From: ", 1),
		"other id":      strings.Replace(plainMail, "Message-ID: <", "Message-ID: <x", 1),
		"one word less": strings.Replace(plainMail, "ce matin", "", 1),
		"empty body":    plainMail[:strings.Index(plainMail, "\n\n")+2],
		"one more file": plainMail + "\nbegin 644 a\n#0V%T\n`\nend\n",
		"no header":     plainMail[strings.Index(plainMail, "\n\n")+2:],
		"nothing":       "",
	} {
		if sum(raw) == own {
			t.Errorf("%s: the same fingerprint", name)
		}
	}
}
