package mail

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

const corpora = "../../../shared/corpora"

// collectedMails calls f for every collected mail that is there, and says loudly when none is.
func collectedMails(t *testing.T, f func(name, raw string)) (n int) {
	t.Helper()
	err := filepath.WalkDir(corpora, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		switch filepath.Ext(name) {
		case ".eml", ".mbox", ".msg", ".raw", ".txt", ".box":
		default:
			return nil
		}
		raw, err := os.ReadFile(name)
		if err == nil {
			f(name, string(raw))
			n++
		}
		return err
	})
	if err != nil {
		fmt.Println("collected mails are not here: only our own were read:", err)
	}
	return n
}

var (
	fromWithAddress = regexp.MustCompile(`(?im)^from ?:.*@`)
	subjectWritten  = regexp.MustCompile(`(?im)^subject ?:[ \t]*\S`)
)

// TestR13CollectedMails: every mail that strangers collected is read, keeps its promises, and gives its sender.
func TestR13CollectedMails(t *testing.T) {
	unread := 0
	n := collectedMails(t, func(name, raw string) {
		start := time.Now()
		m, err := newParser(strings.NewReader(raw), nil).parse()
		if err != nil || time.Since(start) > 10*time.Second {
			t.Errorf("%s: %v after %v", name, err, time.Since(start))
		}
		checkFolds(t, m)
		if !utf8.ValidString(m.Text) || !utf8.ValidString(m.HTML) || len(m.Text) > textLimit || len(m.HTML) > htmlLimit {
			t.Errorf("%s: text of %d bytes, HTML of %d", name, len(m.Text), len(m.HTML))
		}
		if err := harmless(Sanitize(m.HTML, SanitizeOptions{}).HTML); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		head, _, _ := strings.Cut(strings.ReplaceAll(raw, "\r\n", "\n"), "\n\n")
		if first, _, _ := strings.Cut(head, "\n"); !strings.Contains(first, ":") {
			return
		}
		if fromWithAddress.MatchString(head) && m.From.Addr == "" || subjectWritten.MatchString(head) && m.Subject == "" {
			unread++
			t.Logf("%s: From %+v, Subject %q", name, m.From, m.Subject)
		}
	})
	fmt.Printf("%d collected mails read, %d without their sender or subject\n", n, unread)
	if unread > n/100 {
		t.Errorf("%d of %d without sender or subject", unread, n)
	}
}

// TestTruncatedAnywhere: a mail cut at any byte, as a broken connection leaves it, is read as far as it goes.
func TestTruncatedAnywhere(t *testing.T) {
	full := answer()
	full.HTML = `<p>C’est réparé.</p><blockquote type="cite">avant</blockquote>`
	full.Inline = []File{memFile("logo.png", "image/png", "logo", "\x89PNG")}
	full.Files = []File{memFile("Relevé.pdf", "application/pdf", "", strings.Repeat("%PDF", 50))}
	for _, raw := range []string{string(compose(t, full)), mixedMail, dsn} {
		for cut := range len(raw) {
			m, err := newParser(strings.NewReader(raw[:cut]), nil).parse()
			if err != nil || !utf8.ValidString(m.Text+m.Subject+m.From.Name) {
				t.Fatalf("cut at %d: %v", cut, err)
			}
			checkFolds(t, m)
		}
	}
}

// TestDamagedAnyhow: bytes lost, doubled, changed or swapped at random places.
func TestDamagedAnyhow(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	fmt.Println("damage seed", seed)
	rnd := rand.New(rand.NewPCG(seed, 1))
	for range 3000 {
		raw := []byte([]string{plainMail, mixedMail, dsn}[rnd.IntN(3)])
		for range 1 + rnd.IntN(8) {
			i, j := rnd.IntN(len(raw)), rnd.IntN(len(raw))
			switch rnd.IntN(4) {
			case 0:
				raw[i] = byte(rnd.IntN(256))
			case 1:
				raw = append(raw[:min(i, j)], raw[max(i, j):]...)
			case 2:
				raw = append(raw[:max(i, j)], raw[min(i, j):]...)
			case 3:
				raw[i], raw[j] = raw[j], raw[i]
			}
			if len(raw) == 0 {
				raw = []byte("x")
			}
		}
		m, err := newParser(strings.NewReader(string(raw)), nil).parse()
		if err != nil || !utf8.ValidString(m.Text) {
			t.Fatalf("%q: %v", raw, err)
		}
		checkFolds(t, m)
	}
}
