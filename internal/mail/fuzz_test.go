package mail

import (
	"bytes"
	"crypto/sha256"
	"io"
	"os"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzParse: any bytes give a message that keeps what Parse promises.
func FuzzParse(f *testing.F) {
	for _, s := range []string{plainMail, mixedMail, "", "\n", "From \n\n", "Date: 1 Z0:0\n\n", "Content-Type: multipart/x; boundary=\n\n--\n--", "\xff\xfe", string(compose(f, answer())),
		"From: MAILER-DAEMON <>\nContent-Type: multipart/report; boundary=a\n\n--a\n\nfailed\n--a\nContent-Type: message/delivery-status\n\nA: b\n\nFinal-Recipient: rfc822;a@b\nStatus: 5.1.1\n\n--a--",
		"Subject: =?utf-8?B?w6k=?= =?utf-8?Q?=C3?= =?utf-8?Q?=A9?=\nFrom: \"a, b\" <a@b>, c@d (e)\nDate: 1 Jan 70 0:0 EST\n\n> a\nOn 1 a wrote:\n> b\n-- \nc"} {
		f.Add([]byte(s))
	}
	for _, name := range frenchMails(f) {
		raw, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		type sink struct {
			part Part
			bytes.Buffer
		}
		var sinks []*sink
		m, err := newParser(bytes.NewReader(raw), func(p Part) io.Writer { // not Parse, which hides a panic
			s := &sink{part: p}
			sinks = append(sinks, s)
			return s
		}).parse()
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range []string{m.MessageID, m.Subject, m.From.Name, m.From.Addr, m.Text, m.HTML, m.Reply(), m.KindReason} {
			if !utf8.ValidString(s) {
				t.Fatalf("invalid UTF-8: %q", s)
			}
		}
		if strings.ContainsAny(m.Subject+m.From.Name+m.From.Addr+m.MessageID, "\r\n\x00") || strings.Contains(m.Text, "\r") || m.Kind == "" {
			t.Fatalf("not clean: %+v", m)
		}
		checkFolds(t, m)
		for _, s := range sinks {
			p := m.Parts[s.part.Index]
			if !p.Attachment || p.Size != int64(s.Len()) || p.SHA256 != sha256.Sum256(s.Bytes()) || CleanName(p.Name) != p.Name {
				t.Fatalf("part %+v, %d bytes stored", p, s.Len())
			}
		}
		if again := Sanitize(m.HTML, SanitizeOptions{}); harmless(again.HTML) != nil {
			t.Fatal(harmless(again.HTML))
		}
	})
}

// FuzzSanitize: what comes out holds nothing that runs or loads, and stays the same when cleaned again.
func FuzzSanitize(f *testing.F) {
	for _, v := range x1Vectors {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, page string) {
		s := Sanitize(page, SanitizeOptions{})
		if err := harmless(s.HTML); err != nil {
			t.Fatalf("%q becomes %q: %v", page, s.HTML, err)
		}
		if twice := Sanitize(s.HTML, SanitizeOptions{}); harmless(twice.HTML) != nil {
			t.Fatalf("%q, then %q: %v", s.HTML, twice.HTML, harmless(twice.HTML))
		}
	})
}

// FuzzHeaderWords: encoded words and addresses, whatever they look like.
func FuzzHeaderWords(f *testing.F) {
	for _, s := range []string{"=?utf-8?Q?=C3=A9?=", "=?iso-2022-jp?B?GyRC?=", "=?x?Q?=?=?=", "a <b@c>, \"d\\\" <e@f>", "=?utf-8?q?a?= =?utf-8?q?b", "g: a@b, c@d;", "<@a,@b:c@d>", "(a(b)c) d@e", "é@è <x>", "1 Z0:0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d := decoder{}
		if got := d.words(s); !utf8.ValidString(got) {
			t.Fatalf("%q: %q", s, got)
		}
		for _, a := range d.addresses(s) {
			if !utf8.ValidString(a.Name) || !utf8.ValidString(a.Addr) || strings.ContainsAny(a.Addr+a.Name, "\r\n") || a.Addr != "" && !strings.Contains(a.Addr, "@") {
				t.Fatalf("%q: %+v", s, a)
			}
		}
		messageIDs(s)
		parseDate(s)
		parseMediaType(s).get("name", &d)
		if c := encodeWords(s); strings.ContainsAny(c, "\r\n") || !isASCII([]byte(c)) {
			t.Fatalf("%q is written as %q", s, c)
		}
		if want := strings.Join(strings.Fields(cleanText(s)), " "); d.words(encodeWords(s)) != want {
			t.Fatalf("%q comes back as %q", want, d.words(encodeWords(s)))
		}
	})
}
