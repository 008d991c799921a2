package benchmark

import (
	"bytes"
	"testing"

	"guichet/internal/mail"
)

// The corpus is what the figures are about: the same for a seed, 20 kB a mail, and
// of the kinds that a desk gets.
func TestCorpus(t *testing.T) {
	const n, seed = 2000, 1
	one, two := newCorpus(seed), newCorpus(seed)
	kinds, size, files, answers, html := map[mail.Kind]int{}, 0, 0, 0, 0
	for range n {
		raw := one.next()
		if !bytes.Equal(raw, two.next()) {
			t.Fatal("two corpora of one seed differ")
		}
		m, err := mail.Parse(bytes.NewReader(raw), nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(m.Warnings) > 0 || m.From.Addr == "" || m.MessageID == "" || len(m.Text) < 20 {
			t.Fatalf("%v in\n%.3000s", m.Warnings, raw)
		}
		kinds[m.Kind]++
		size += len(raw)
		for _, p := range m.Parts {
			if p.Attachment {
				files++
			}
		}
		answers += min(len(m.InReplyTo), 1)
		html += min(len(m.HTML), 1)
	}
	t.Logf("mean %d bytes, kinds %v, %d files, %d answers, %d with HTML", size/n, kinds, files, answers, html)
	if mean := size / n; mean < 18_000 || mean > 22_000 {
		t.Errorf("the mean is %d bytes", mean)
	}
	if kinds[mail.KindPerson] < n*9/10 || kinds[mail.KindList] == 0 || files < n/10 || answers < n/5 || html < n/3 {
		t.Error("the mails are not of the kinds that a desk gets")
	}
}
