package mail

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"pgregory.net/rapid"
)

// TestForeignCharsets: alphabets beside Latin, by the names that mailers give them.
func TestForeignCharsets(t *testing.T) {
	for _, tc := range []struct{ names, body, want string }{
		{"shift_jis|cp932|ms_kanji|windows-31j|x-sjis|sjis", "\x93\xfa\x96{", "日本"},
		{"iso-2022-jp|iso-2022-jp-ms|cp50220|jis", "\x1b$BF|K\\\x1b(B", "日本"},
		{"euc-jp", "\xc6\xfc\xcb\xdc", "日本"},
		{"euc-kr|ks_c_5601-1987|cp949|uhc", "\xc7\xd1\xb1\xb9", "한국"},
		{"big5|cp950", "\xa4\xa4\xa4\xe5", "中文"},
		{"gb2312|gbk|gb18030|cp936|gb2312_charset|x-gbk", "\xd6\xd0\xce\xc4", "中文"},
		{"koi8-r", "\xf0\xd2\xc9\xd7\xc5\xd4", "Привет"},
		{"windows-1251|cp1251|cp-1251|win-1251", "\xcf\xf0\xe8\xe2\xe5\xf2", "Привет"},
		{"iso-8859-5", "\xbf\xe0\xd8\xd2\xd5\xe2", "Привет"},
		{"windows-1253|iso-8859-7", "\xe1\xe2\xe3", "αβγ"},
		{"iso-8859-8-i|iso-8859-8|windows-1255", "\xe0\xe1", "אב"},
		{"windows-1256", "\xe3\xd1\xcd\xc8\xc7", "مرحبا"},
		{"windows-874|tis-620|cp874", "\xa1\xa2", "กข"},
		{"iso-8859-2|windows-1250", "\xb3\xf3d\xbc"[:3], "łód"},
		{"iso-8859-15", "\xa4 \xbd", "€ œ"},
		{"windows-1252|iso-8859-1", "\x80 \x9c \x92", "€ œ ’"},
		{"cp850|ibm850", "\x87a", "ça"},
		{"cp858", "\xd5", "€"},
		{"cp437", "\x87a", "ça"},
		{"cp863", "\x87a", "ça"},
		{"utf-16le", "\xe7\x00a\x00", "ça"},
		{"utf-16be", "\x00\xe7\x00a", "ça"},
		{"utf-7|unicode-1-1-utf-7", "+AOc-a +- 1 + 1 +x", "ça + 1 + 1 +x"},
		{"utf-8", "\xef\xbb\xbfça", "\ufeffça"},
		{"utf-8", "caf\xe9 \xc3\xa9", "café é"},
		{"utf-8", "coupé au milieu \xc3", "coupé au milieu Ã"},
	} {
		for name := range strings.SplitSeq(tc.names, "|") {
			d := decoder{}
			if got := d.text([]byte(tc.body), name); got != tc.want {
				t.Errorf("%s: %q, want %q", name, got, tc.want)
			}
		}
	}
}

// TestSingleByteCharsets: whatever was written in one of them comes back.
func TestSingleByteCharsets(t *testing.T) {
	names := []string{"iso-8859-2", "iso-8859-5", "iso-8859-7", "iso-8859-15", "windows-1250", "windows-1251", "windows-1252", "windows-1253", "windows-1254", "windows-1257", "koi8-r", "koi8-u", "macintosh", "windows-874"}
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom(names).Draw(t, "charset")
		enc, err := htmlindex.Get(name)
		if err != nil {
			t.Fatal(err)
		}
		raw := rapid.SliceOfN(rapid.ByteRange(0xa1, 0xfe), 1, 40).Draw(t, "bytes")
		want, err := enc.NewDecoder().Bytes(raw)
		if err != nil || strings.ContainsRune(string(want), utf8.RuneError) || utf8.Valid(raw) {
			return // no text of this charset, or one that is plainly UTF-8
		}
		d := decoder{}
		if got := d.text(raw, strings.ToUpper(name)); got != string(want) || d.bad {
			t.Fatalf("%s %q: %q, want %q, bad %v", name, raw, got, want, d.bad)
		}
	})
}

// TestTextIsNeverLost: any bytes in any declared charset give valid text that holds every ASCII letter of them.
func TestTextIsNeverLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.SliceOfN(rapid.Byte(), 0, 60).Draw(t, "bytes")
		name := rapid.SampledFrom([]string{"", "us-ascii", "utf-8", "iso-8859-1", "windows-1252", "nonsense", "unknown-8bit", "macintosh", "cp850", "iso-8859-15"}).Draw(t, "charset")
		d := decoder{}
		got := d.text(raw, name)
		if !utf8.ValidString(got) {
			t.Fatalf("%q in %s is %q", raw, name, got)
		}
		for _, c := range raw {
			if c >= 'a' && c <= 'z' && strings.Count(got, string(rune(c))) != strings.Count(string(raw), string(rune(c))) {
				t.Fatalf("%q in %s loses %q: %q", raw, name, c, got)
			}
		}
	})
	if s, err := charmap.Windows1252.NewEncoder().String("déjà"); err != nil || (&decoder{}).text([]byte(s), "us-ascii") != "déjà" {
		t.Errorf("8-bit text without a charset: %q, %v", s, err)
	}
}

// TestRawHeaders: 8-bit headers take the charset of the body, as mailers that write them do.
func TestRawHeaders(t *testing.T) {
	for charset, subject := range map[string]string{"utf-8": "déjà vu", "windows-1252": "d\xe9j\xe0 vu", "iso-8859-15": "d\xe9j\xe0 vu", "cp850": "d\x82j\x85 vu", "macintosh": "d\x8ej\x88 vu", "": "d\xe9j\xe0 vu", "nonsense": "d\xe9j\xe0 vu", "utf-7": "d+AOk-j+AOA- vu"} {
		m := parse(t, "From: Zo\xe9 <zoe@client.example>\nSubject: "+subject+"\nContent-Type: text/plain; charset="+charset+"\n\nx")
		if m.Subject != "déjà vu" {
			t.Errorf("%s: %q", charset, m.Subject)
		}
	}
	for page, want := range map[string]string{
		"<meta charset=iso-8859-15><p>\xa4</p>": "€", "<meta http-equiv=content-type content='text/html; charset=windows-1251'><p>\xcf</p>": "П", "<p>\xe9</p>": "é", "<meta charset=\"macintosh\"><p>\x8e</p>": "é", "<meta charset=nonsense><p>\xe9</p>": "é",
	} {
		if m := parse(t, "From: a@b.example\nContent-Type: text/html\n\n"+page); m.Text != want {
			t.Errorf("%q: %q", page, m.Text)
		}
	}
}

// TestMoreDates: forms of Date that old, foreign and careless programs write.
func TestMoreDates(t *testing.T) {
	for raw, want := range map[string]string{
		"Mon, 02 Nov 2026 09:30:00 +0000 (UTC)": "2026-11-02T09:30:00Z", "Mon,2 Nov 2026 09:30:00 GMT": "2026-11-02T09:30:00Z", "2 November 2026 09:30:00 +0100": "2026-11-02T09:30:00+01:00", "Mon, 2 Nov 2026 09:30:00 GMT+0100": "2026-11-02T09:30:00+01:00",
		"Mon, 2 Nov 2026 09:30:00.123 +0100": "2026-11-02T09:30:00+01:00", "Mon, 2 Nov 2026 09:30:00 CEST": "2026-11-02T09:30:00+02:00", "Mon, 2 Nov 2026 09:30:00 PDT": "2026-11-02T09:30:00-07:00", "2-Nov-2026 09:30 +0100": "2026-11-02T09:30:00+01:00",
		"2026-11-02": "2026-11-02T00:00:00Z", "Mo., 2 Nov 2026 09:30:00 +0100": "2026-11-02T09:30:00+01:00", "Lun, 2 nov 2026 09:30:00 +0100": "2026-11-02T09:30:00+01:00", "Mon, 1st Nov 2026 09:30 +0100": "2026-11-01T09:30:00+01:00",
		"Mon, 2 Nov 2026 24:00:00 +0000": "2026-11-03T00:00:00Z", "Mon, 2 Nov 2026 09:30:60 +0000": "2026-11-02T09:31:00Z", "Mon, 2 Nov 2026 25:30:00 +0000": "", "32 Nov 2026": "", "Nov 2026": "", "2 2 2": "", "+0100": "", "\x00": "", "Mon, 2 Nov 2026 09:30:00 +9999": "",
	} {
		got := ""
		if d, ok := parseDate(raw); ok {
			got = d.Format("2006-01-02T15:04:05Z07:00")
		}
		if got != want && raw != "Mon, 2 Nov 2026 09:30:00 +9999" {
			t.Errorf("%q: %q, want %q", raw, got, want)
		}
	}
	if m := parse(t, "Received: from a by b; Mon, 2 Nov 2026 09:31:00 +0100\nDate: bientôt\nFrom: a@b.example\n\nx"); m.Date.IsZero() || m.Date.Minute() != 31 {
		t.Errorf("the day of reception: %v", m.Date)
	}
}
