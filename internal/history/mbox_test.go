package history

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
)

// split reads all mails of an mbox as they were before it.
func split(t *testing.T, text string) (mails []string) {
	t.Helper()
	at := strings.NewReader(text)
	m := newMbox(at, 0, int64(len(text)))
	for {
		s, end, ok, err := m.next()
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			return mails
		}
		if s.start+s.length > end && end != int64(len(text)) || s.length < 0 {
			t.Fatalf("span %+v, end %d of %d", s, end, len(text))
		}
		raw, err := io.ReadAll(unquote(io.NewSectionReader(at, s.start, s.length)))
		if err != nil {
			t.Fatal(err)
		}
		mails = append(mails, string(raw))
		if len(mails) > 1000 {
			t.Fatal("no end")
		}
	}
}

const stamp = "From enora@conserverie.example Mon Nov 23 09:20:00 2026\n"

func TestMboxForms(t *testing.T) {
	one, two := "Subject: a\n\nBonjour.\n", "Subject: b\n\nMerci.\n"
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"two mails":                     {stamp + one + "\n" + stamp + two + "\n", []string{one, two}},
		"no blank line at the end":      {stamp + one + "\n" + stamp + two, []string{one, two}},
		"no line end at the end":        {stamp + one + "\n" + stamp + "Subject: b\n\nMerci.", []string{one, "Subject: b\n\nMerci."}},
		"CRLF":                          {strings.ReplaceAll(stamp+one+"\n"+stamp+two+"\n", "\n", "\r\n"), []string{strings.ReplaceAll(one, "\n", "\r\n"), strings.ReplaceAll(two, "\n", "\r\n")}},
		"mboxrd":                        {stamp + "Subject: a\n\n>From today\n>>From then\n> From here\n\n", []string{"Subject: a\n\nFrom today\n>From then\n> From here\n"}},
		"text that begins with From":    {stamp + "Subject: a\n\nVu.\n\nFrom today on it blinks.\nOui.\n\n" + stamp + two, []string{"Subject: a\n\nVu.\n\nFrom today on it blinks.\nOui.\n", two}},
		"a date in the text":            {stamp + "Subject: a\n\nFrom 10:20 to 11:40 in 2026\nit was down.\n\n", []string{"Subject: a\n\nFrom 10:20 to 11:40 in 2026\nit was down.\n"}},
		"no blank line between":         {stamp + one + stamp + two, []string{one, two}},
		"a blank line of the mail":      {stamp + "Subject: a\n\nBonjour.\n\n\n" + stamp + two, []string{"Subject: a\n\nBonjour.\n\n", two}},
		"Content-Length that leads":     {stamp + "Subject: a\nContent-Length: 71\n\n\nFrom enora@conserverie.example Mon Nov 23 09:20:00 2026\nSubject: x\n\nok\n\n" + stamp + two, nil},
		"Content-Length that lies":      {stamp + "Subject: a\nContent-Length: 5\n\nBonjour.\n\n" + stamp + two, []string{"Subject: a\nContent-Length: 5\n\nBonjour.\n", two}},
		"Content-Length beyond the end": {stamp + "Content-Length: 99999\n\nBonjour.\n\n" + stamp + two, []string{"Content-Length: 99999\n\nBonjour.\n", two}},
		"a weekday in French, a zone":   {"From enora@c Lun Nov 23 09:20:00 +0100 2026\n" + one, []string{one}},
		"blank lines before the first":  {"\n\n" + stamp + one, []string{one}},
		"an empty mail":                 {stamp + "\n" + stamp + two, []string{"", two}},
		"nothing":                       {"", nil},
	} {
		got := split(t, c.text)
		if name == "Content-Length that leads" {
			if len(got) != 2 || !strings.Contains(got[0], "Subject: x") {
				t.Errorf("%s: %d mails %q", name, len(got), got)
			}
			continue
		}
		if fmt.Sprint(got) != fmt.Sprint(c.want) || len(got) != len(c.want) {
			t.Errorf("%s:\n got %q\nwant %q", name, got, c.want)
		}
	}
}

// What is written as an mboxrd is read back byte for byte.
func TestMboxThereAndBack(t *testing.T) {
	seed := rand.Uint64()
	t.Log("seed", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	lines := []string{"From a@b Mon Nov 23 09:20:00 2026", ">From x", ">>From y", "From here", "", "bonjour", strings.Repeat("x", 70_000), "Date: 1"}
	for range 300 {
		var mails []string
		var file bytes.Buffer
		for range 1 + r.IntN(5) {
			raw := "Subject: x\n\n"
			for range r.IntN(6) {
				raw += lines[r.IntN(len(lines))] + "\n"
			}
			raw += "fin\n"
			mails = append(mails, raw)
			file.WriteString(stamp)
			for line := range strings.Lines(raw) {
				if strings.HasPrefix(strings.TrimLeft(line, ">"), "From ") {
					line = ">" + line
				}
				file.WriteString(line)
			}
			file.WriteString("\n")
		}
		if got := split(t, file.String()); fmt.Sprint(got) != fmt.Sprint(mails) {
			t.Fatalf("got %d mails of %d", len(got), len(mails))
		}
	}
}

func FuzzMbox(f *testing.F) {
	f.Add([]byte(stamp + "Subject: a\n\nx\n\n" + stamp + "Content-Length: 3\n\nabc\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		m := newMbox(bytes.NewReader(text), 0, int64(len(text)))
		before := int64(0)
		for range len(text) + 1 {
			s, end, ok, err := m.next()
			if err != nil || !ok {
				return
			}
			if s.start < before || s.length < 0 || s.start+s.length > int64(len(text)) || end < s.start {
				t.Fatalf("span %+v after %d, end %d", s, before, end)
			}
			before = s.start + s.length
		}
		t.Fatal("no end")
	})
}
