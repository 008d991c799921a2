//go:build linux

package accept

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"guichet/internal/db"
	"guichet/internal/mail/mailtest"
)

// R5: the server numbers its folder anew and has all mails again: nothing comes twice, nothing is missed.
func TestFolderNumberedAnew(t *testing.T) {
	t.Parallel()
	r := seeded(t)
	h := found(t, t.TempDir())
	h.deliver(r, 60)
	c := h.serve()
	d := h.watch()
	h.finished(c, d)
	changes := times(3, 5)
	for range changes {
		all, err := mailtest.Mails(h.imap.Server, "INBOX")
		if err != nil {
			t.Fatal(err)
		}
		if err := h.imap.Rebuild("INBOX"); err != nil {
			t.Fatal(err)
		}
		for _, m := range all {
			if _, err := h.imap.Deliver("INBOX", m.Raw); err != nil {
				t.Fatal(err)
			}
		}
		h.deliver(r, 20)
		h.in.drop() // a server that was rebuilt has let its clients go
		until(t, "all mails under their new numbers", func() bool {
			c.alive()
			n, err := db.Value[int](context.Background(), d, `SELECT COUNT(*) FROM imap_uid WHERE final = 1 AND marked = 1
				AND uidvalidity = (SELECT MAX(uidvalidity) FROM imap_uid)`)
			return err == nil && n == h.onServer()
		})
	}
	c.stop()
	h.whole()
	h.sentOnce()
	say(t, "%d mails once each after %d new numberings", len(h.raws), changes)
}

// R15: of two starts on one data folder one runs and the other says why it does not.
func TestDoubleStart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	rounds := times(5, 50)
	for range rounds {
		a, b := start(t, dir, nil, "serve"), start(t, dir, nil, "serve")
		var winner, loser *child
		select {
		case <-a.ended:
			winner, loser = b, a
		case <-b.ended:
			winner, loser = a, b
		}
		if loser.cmd.ProcessState.ExitCode() != 1 || !strings.Contains(loser.words(), dir) || strings.Contains(loser.words(), "/enter#") {
			t.Errorf("the second start ended with %v: %s", loser.err, loser.words())
		}
		winner.enter()
		winner.stop()
	}
	say(t, "%d double starts, one process each", rounds)
}

// D1: a database whose file was damaged is refused and left as it is, or it is whole; it never becomes an empty one.
func TestDamagedDatabase(t *testing.T) {
	t.Parallel()
	r := seeded(t)
	h := found(t, t.TempDir())
	h.deliver(r, 60)
	h.settleAll()
	good, err := os.ReadFile(filepath.Join(h.dir, "guichet.db"))
	if err != nil {
		t.Fatal(err)
	}
	refused, files := 0, times(30, 200)
	for n := range files {
		bad := bytes.Clone(good)
		if n%3 == 0 {
			bad = bad[:1+r.IntN(len(bad)-1)]
		} else {
			for range 1 + r.IntN(2000) {
				bad[r.IntN(len(bad))] ^= 1 << r.IntN(8)
			}
		}
		path := filepath.Join(t.TempDir(), "guichet.db")
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		mails, err := mailsIn(path)
		switch after, rerr := os.ReadFile(path); {
		case rerr != nil:
			t.Fatal(rerr)
		case err == nil && mails != len(h.raws):
			t.Errorf("file %d opened with %d mails of %d", n, mails, len(h.raws))
		case err != nil:
			refused++
			if !bytes.Equal(after, bad) {
				t.Errorf("file %d was refused and changed: %v", n, err)
			}
		}
	}
	say(t, "%d damaged files: %d refused, %d whole where it matters, none empty", files, refused, files-refused)
}

func mailsIn(path string) (int, error) {
	ctx := context.Background()
	d, err := db.Open(ctx, path)
	if err != nil {
		return 0, err
	}
	n, err := db.Value[int](ctx, d, "SELECT COUNT(*) FROM mail")
	if cerr := d.Close(); err == nil {
		err = cerr
	}
	return n, err
}

// D1: contents without their database are no first start.
func TestDatabaseGone(t *testing.T) {
	t.Parallel()
	r := seeded(t)
	h := found(t, t.TempDir())
	h.deliver(r, 150) // one of them at least has a file of its own
	h.settleAll()
	for _, gone := range []func(string) error{func(p string) error { return os.Truncate(p, 0) }, os.Remove} {
		if err := gone(filepath.Join(h.dir, "guichet.db")); err != nil {
			t.Fatal(err)
		}
		c := start(t, h.dir, h.env, "serve")
		select {
		case <-c.ended:
		case link := <-c.url:
			t.Fatalf("a new, empty desk is served at %s", link)
		}
		if !strings.Contains(c.words(), "restore") {
			t.Errorf("the refusal does not say what to do: %s", c.words())
		}
	}
	say(t, "refused twice")
}
