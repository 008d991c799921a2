package mail

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
)

// benchMail makes a mail of about 20 kB: quoted-printable text with a quote, HTML, and a picture.
func benchMail(kind string) []byte {
	text := strings.Repeat("L=E2=80=99imprimante de l=E2=80=99=C3=A9tage ne r=C3=A9pond plus depuis =\r\nce matin, et personne ne peut travailler.\r\n", 60)
	head := "Received: from mx.client.example by mx.desk.example; Mon, 2 Nov 2026 09:30:01 +0100\r\nFrom: =?utf-8?Q?Zo=C3=A9_Durand?= <zoe@client.example>\r\n" +
		"To: support@desk.example\r\nSubject: =?utf-8?Q?Imprimante_bloqu=C3=A9e?=\r\nDate: Mon, 2 Nov 2026 09:30:00 +0100\r\nMessage-ID: <a@client.example>\r\nMIME-Version: 1.0\r\n"
	qp := "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
	plain := "Content-Type: text/plain; charset=utf-8\r\n" + qp + text
	html := "Content-Type: text/html; charset=utf-8\r\n" + qp + strings.ReplaceAll(text, "\r\nce", " =\r\nce") + "<p>fin</p>\r\n"
	picture := "Content-Type: image/png; name=a.png\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64Lines(6000)
	switch kind {
	case "plain":
		return []byte(head + "Content-Type: text/plain; charset=utf-8\r\n" + qp + strings.Repeat(text, 3) + "\r\nLe 02/11/2026 à 09:30, Support a écrit :\r\n" + strings.Repeat("> texte cit=C3=A9\r\n", 50))
	case "html":
		return []byte(head + "Content-Type: text/html; charset=utf-8\r\n" + qp + strings.Repeat("<div><p style=3D\"margin:0\">"+text[:200]+"</p></div>\r\n", 70))
	}
	return fmt.Appendf(nil, "%sContent-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n--a\r\n%s\r\n--a\r\n%s\r\n--a--\r\n--m\r\n%s\r\n--m--\r\n",
		head, plain, html, picture)
}

func base64Lines(n int) string {
	s := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{1, 2, 3}, n/3))
	var b strings.Builder
	for len(s) > 76 {
		b.WriteString(s[:76] + "\r\n")
		s = s[76:]
	}
	return b.String() + s
}

func benchmarkParse(b *testing.B, kind string) {
	raw := benchMail(kind)
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(bytes.NewReader(raw), nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParse20kB(b *testing.B) {
	for _, kind := range []string{"plain", "html", "mixed"} {
		b.Run(kind, func(b *testing.B) { benchmarkParse(b, kind) })
	}
}

func BenchmarkSanitize20kB(b *testing.B) {
	m, err := Parse(bytes.NewReader(benchMail("html")), nil)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(m.HTML)))
	for b.Loop() {
		Sanitize(m.HTML, SanitizeOptions{})
	}
}

func BenchmarkCompose(b *testing.B) {
	m := answer()
	m.HTML = strings.Repeat("<p>C’est réparé.</p>", 200)
	for b.Loop() {
		compose(b, m)
	}
}
