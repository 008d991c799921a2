//go:build unix

package app

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"guichet/internal/db"
	"guichet/internal/journal"
	"guichet/internal/mail/mailtest"
	"guichet/internal/mailbox"
)

// running runs the desk's loops until the stop that it returns.
func (d *desk) running(t *testing.T) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- d.run(ctx) }()
	return func() {
		t.Helper()
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

func (d *desk) count(t *testing.T, query string) int {
	t.Helper()
	n, err := db.Value[int64](t.Context(), d.db, query)
	if err != nil {
		t.Fatal(err)
	}
	return int(n)
}

// R5: a real Dovecot numbers its folder anew, while nobody looks and while the loop waits: no mail is lost, none is two
// tickets, and what came meanwhile is there.
func TestDovecotNumbersAnew(t *testing.T) {
	srv, maildir := mailtest.Dovecot(t)
	d := quietDesk(t)
	d.roots = srv.Roots
	d.connect(t, srv, srv)
	sent := 0
	drop := func(n int) {
		for range n {
			mailtest.Drop(t, maildir, sent, letterTo(fmt.Sprintf("no-%d@client.example", sent), ""))
			sent++
		}
	}
	numbering := 1_000_000
	anew := func() {
		t.Helper()
		numbering++
		for _, name := range []string{"dovecot-uidlist", "dovecot-uidvalidity*", "dovecot.index*"} {
			found, err := filepath.Glob(filepath.Join(maildir, name))
			if err != nil {
				t.Fatal(err)
			}
			for _, path := range found {
				if err := os.Remove(path); err != nil {
					t.Fatal(err)
				}
			}
		}
		// Dovecot's own UIDVALIDITY is the second in which it numbers; here it is given one.
		list := filepath.Join(maildir, "dovecot-uidlist")
		if err := os.WriteFile(list, fmt.Appendf(nil, "3 V%d N1\n", numbering), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	drop(40)
	stop := d.running(t)
	d.fetchedAll(t, sent)
	stop()
	anew()
	drop(5)
	stop = d.running(t)
	d.fetchedAll(t, sent)
	anew()
	drop(5)
	d.fetchedAll(t, sent)
	stop()
	if n := d.count(t, "SELECT COUNT(DISTINCT uidvalidity) FROM imap_uid"); n < 3 {
		t.Errorf("%d numberings: the folder was not numbered anew", n)
	}
	if tickets, mails := d.count(t, "SELECT COUNT(*) FROM ticket"), d.count(t, "SELECT COUNT(*) FROM mail"); tickets != sent || mails != sent {
		t.Errorf("%d tickets, %d mails, %d sent", tickets, mails, sent)
	}
}

func (d *desk) fetchedAll(t *testing.T, want int) {
	t.Helper()
	waitFor(t, d, func() (int, bool) {
		n := d.count(t, "SELECT COUNT(*) FROM mail")
		return n, n >= want
	})
}

// A mailbox of 20,000 mails (a tenth without GUICHET_SOAK) on a real Dovecot, its first fetch interrupted again and
// again: everything from the chosen day on comes once, nothing older, within bounded memory.
func TestLargeMailboxOfDovecot(t *testing.T) {
	total := 2_000
	if soaking() {
		total = 20_000
	}
	srv, maildir := mailtest.Dovecot(t)
	now := time.Now()
	for n := range total { // half of them a month old, by the server's own date
		at := now.Add(-time.Duration(n) * time.Second)
		if n%2 == 0 {
			at = at.AddDate(0, -1, 0)
		}
		raw := strings.Replace(string(letterTo(fmt.Sprintf("n-%d@client.example", n), "")), "\r\n\r\n", "\r\n\r\n"+strings.Repeat("ligne de texte\r\n", 100), 1)
		path := filepath.Join(maildir, "cur", fmt.Sprintf("%d.M%dP1.guichet:2,S", at.Unix(), n))
		if err := os.WriteFile(path, []byte(raw), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name  string
		since time.Time
		want  int
	}{{"from now on", now.AddDate(0, 0, 3), 0}, {"the last week", now.AddDate(0, 0, -7), total / 2}, {"everything", time.Time{}, total}} {
		t.Run(c.name, func(t *testing.T) {
			seed := uint64(time.Now().UnixNano())
			t.Logf("seed %d", seed)
			chance := rand.New(rand.NewPCG(seed, 1))
			d := quietDesk(t)
			d.roots = srv.Roots
			d.connect(t, srv, srv)
			d.from(t, c.since)
			peak, watched := watchHeap(t)
			for fetched := 0; fetched < c.want; {
				stop := d.running(t)
				next := min(fetched+1+chance.IntN(c.want/2), c.want)
				d.fetchedAll(t, next)
				stop()
				fetched = d.count(t, "SELECT COUNT(*) FROM mail")
			}
			stop := d.running(t)
			waitFor(t, d, func() (bool, bool) { return true, d.anyOK() })
			stop()
			watched()
			if tickets, mails := d.count(t, "SELECT COUNT(*) FROM ticket"), d.count(t, "SELECT COUNT(*) FROM mail"); tickets != c.want || mails != c.want {
				t.Errorf("%d tickets, %d mails, want %d", tickets, mails, c.want)
			}
			const most = 128 << 20
			if *peak > most {
				t.Errorf("%d MB of heap, at most %d", *peak>>20, most>>20)
			}
			t.Logf("%d mails, heap at most %d MB", c.want, *peak>>20)
		})
	}
}

func (d *desk) anyOK() bool {
	for _, s := range d.state.desk().Mailboxes() {
		if s.State == "ok" {
			return true
		}
	}
	return false
}

// from sets how far back the first fetch goes.
func (d *desk) from(t *testing.T, since time.Time) {
	t.Helper()
	boxes, err := mailbox.All(t.Context(), d.db)
	if err != nil {
		t.Fatal(err)
	}
	boxes[0].Since, boxes[0].After = since, "leave"
	if err := d.db.Write(t.Context(), func(tx *db.Tx) error {
		_, err := mailbox.Update(t.Context(), tx, journal.System(), d.now(), boxes[0])
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// watchHeap looks at the heap now and then until its second result is called.
func watchHeap(t *testing.T) (peak *uint64, stop func()) {
	t.Helper()
	runtime.GC() // what the test itself made is not looked at
	peak, done, ended := new(uint64), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			*peak = max(*peak, m.HeapAlloc)
			select {
			case <-done:
				return
			case <-tick.C:
			}
		}
	}()
	return peak, func() { close(done); <-ended }
}
