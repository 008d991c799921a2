package demo

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	message "github.com/emersion/go-message/mail"
)

func TestDirectives(t *testing.T) {
	at := time.Date(2026, 11, 23, 14, 5, 0, 0, time.FixedZone("CET", 3600)) // a Monday
	for directive, want := range map[string]string{
		"{{date}}":                   "Mon, 23 Nov 2026 14:05:00 +0100",
		"{{date -26h}}":              "Sun, 22 Nov 2026 12:05:00 +0100",
		"{{outlook-fr}}":             "lundi 23 novembre 2026 14:05",
		"{{outlook-en}}":             "Monday, November 23, 2026 2:05 PM",
		"{{gmail-fr -24h}}":          "dim. 22 nov. 2026 à 14:05",
		"{{gmail-en}}":               "Mon, 23 Nov 2026 at 14:05",
		"{{apple-fr}}":               "23 nov. 2026 à 14:05",
		"{{apple-en}}":               "23 Nov 2026, at 14:05",
		"{{thunderbird-fr}}":         "23/11/2026 à 14:05",
		"{{thunderbird-en}}":         "23/11/2026 14:05",
		"{{monday-fr}}":              "lundi 30 novembre",
		"{{monday-en}}":              "Monday 30 November",
		"{{ics 09:30}}":              "20261130T083000Z",
		"{{stamp -5m}}":              "20261123T130000Z",
		"{{q Loïc}}":                 "=?utf-8?q?Lo=C3=AFc?=",
		"{{b Loïc}}":                 "=?utf-8?b?TG/Dr2M=?=",
		"{{q plain}}":                "plain",
		"{{ack of 001}}":             "<ack-of-001@atelier-reseau.example>",
		"{{number of 012}}":          "12",
		"{{q " + long80 + "}}":       "=?utf-8?q?" + strings.Repeat("=C3=A9", 10) + "?=\r\n =?utf-8?q?" + strings.Repeat("=C3=A9", 10) + "?=",
		"X{{q a}}{{date -0s}}\r\n\n": "Xa" + "Mon, 23 Nov 2026 14:05:00 +0100\r\n\r\n",
	} {
		got, err := Mail{source: []byte(directive)}.Render(at, everything)
		if err != nil || string(got) != want {
			t.Errorf("%s became %q, %v, want %q", directive, got, err, want)
		}
	}
}

const long80 = "éééééééééééééééééééé"

func TestTheNextMondayIsNeverNear(t *testing.T) {
	for day := range 14 {
		now := noon.AddDate(0, 0, day)
		monday := nextMonday(now)
		if ahead := monday.Sub(now); monday.Weekday() != time.Monday || ahead < 4*24*time.Hour || ahead > 10*24*time.Hour {
			t.Errorf("from %s: %s", now, monday)
		}
	}
}

func TestEncodings(t *testing.T) {
	source := "Content-Type: multipart/mixed; boundary=lim\n\n" +
		"--lim\nContent-Type: text/plain\nX-Demo-Encode: quoted-printable windows-1252\n\nl’été = 3 €\n" +
		"--lim\nContent-Type: text/plain\nX-Demo-Encode: base64\n\nligne 1\nligne 2\n" +
		"--lim\nContent-Type: text/plain\nX-Demo-Encode: 8bit iso-8859-1\n\né\n" +
		"--lim\nX-Demo-Pad: 100\nContent-Type: application/zip\n\n--lim\n\nleft as it is\n--lim--\n"
	want := "Content-Type: multipart/mixed; boundary=lim\n\n" +
		"--lim\nContent-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n\nl=92=E9t=E9 =3D 3 =80\n" +
		"--lim\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\nbGlnbmUgMQ0KbGlnbmUgMg==\n" +
		"--lim\nContent-Type: text/plain\nContent-Transfer-Encoding: 8bit\n\n\xe9\n" +
		"--lim\nContent-Transfer-Encoding: base64\nContent-Type: application/zip\n\n"
	got, err := Mail{source: []byte(source)}.Render(noon, nothing)
	if err != nil {
		t.Fatal(err)
	}
	plain := strings.ReplaceAll(string(got), "\r\n", "\n")
	rest, found := strings.CutPrefix(plain, want)
	if !found {
		t.Fatalf("got\n%s\nwant\n%s", plain, want)
	}
	if !strings.HasSuffix(rest, "\n--lim\n\nleft as it is\n--lim--\n") || strings.IndexByte(rest, '\n') != 76 {
		t.Errorf("after the padding: %q", rest)
	}
}

func TestTheBigAttachmentIsSixMegabytes(t *testing.T) {
	r, err := message.CreateReader(bytes.NewReader(render(t, find(t, "025"))))
	if err != nil {
		t.Fatal(err)
	}
	for {
		part, err := r.NextPart()
		if err != nil {
			t.Fatal("no attachment: ", err)
		}
		if _, ok := part.Header.(*message.AttachmentHeader); !ok {
			continue
		}
		content, err := io.ReadAll(part.Body)
		if err != nil || len(content) != 6<<20 {
			t.Fatalf("%d bytes, %v", len(content), err)
		}
		return
	}
}

func TestTheMislabelledMailIsNotUTF8(t *testing.T) {
	raw := render(t, find(t, "017"))
	if utf8.Valid(raw) || !bytes.Contains(raw, []byte("charset=utf-8")) || !bytes.Contains(raw, []byte("\xab \xe9chec d\x92authentification \xbb")) {
		t.Errorf("%q", raw)
	}
}

func TestTwoDeliveriesDifferOnlyAboveTheMail(t *testing.T) {
	first, second := render(t, find(t, "015")), render(t, find(t, "016"))
	if bytes.Equal(first, second) {
		t.Error("the two deliveries are the same bytes")
	}
	cut := []byte("From: ")
	if !bytes.Equal(first[bytes.Index(first, cut):], second[bytes.Index(second, cut):]) {
		t.Error("they differ below the trace of their delivery")
	}
}
