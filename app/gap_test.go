package app

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"guichet/internal/db"
	"guichet/internal/journal"
	"guichet/internal/mail/mailtest"
	"guichet/internal/mailbox"
	"guichet/internal/secret"
)

// D2: what came in after a copy was taken is fetched again once it is restored,
// also where its copies on the server were moved away: none lost, none double.
func TestMailsSinceACopyAreFetchedAgain(t *testing.T) {
	for _, after := range []string{"leave", "flag", "move"} {
		t.Run(after, func(t *testing.T) { mailsSinceACopyAreFetchedAgain(t, after) })
	}
}

func mailsSinceACopyAreFetchedAgain(t *testing.T, after string) {
	srv := mailtest.IMAP(t)
	d := quietDesk(t)
	d.roots = srv.Server.Roots
	d.connect(t, srv.Server, srv.Server)
	d.treats(t, after)
	deliver := func(from, to int) {
		for i := from; i < to; i++ {
			if _, err := srv.Deliver("INBOX", letterTo(fmt.Sprintf("gap-%d@client.example", i), "")); err != nil {
				t.Fatal(err)
			}
		}
	}
	deliver(0, 5)
	d.fetched(t, 5)
	copies := filepath.Join(t.TempDir(), "copies")
	if _, err := d.makeBackup(t.Context(), copies); err != nil {
		t.Fatal(err)
	}
	deliver(5, 12)
	d.fetched(t, 12)

	p := d.program
	p.data, p.stdin = filepath.Join(t.TempDir(), "restored"), bytes.NewReader(nil)
	if err := restoreCommand(t.Context(), p, []string{"--without-secrets", copies}); err != nil {
		t.Fatal(err)
	}
	again, err := openDesk(t.Context(), p, p.data, true)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := again.close(); err != nil {
			t.Error(err)
		}
	}()
	again.roots = srv.Server.Roots
	deliver(12, 14)
	if had := again.taken(t); had != 5 {
		t.Fatalf("%d mails restored", had)
	}
	if err := again.db.Write(t.Context(), func(tx *db.Tx) error {
		return secret.Put(t.Context(), tx, again.key, again.now(), mailbox.Owner(again.box(t).ID, "imap"), mailtest.Password)
	}); err != nil {
		t.Fatal(err)
	}
	again.fetched(t, 14)
	for what, query := range map[string]string{"tickets": "SELECT COUNT(*) FROM ticket", "messages": "SELECT COUNT(*) FROM message", "rows": "SELECT COUNT(*) FROM mail"} {
		if n, err := db.Value[int64](t.Context(), again.db, query); err != nil || n != 14 {
			t.Errorf("%d %s of 14, %v", n, what, err)
		}
	}
	if _, owed, err := mailbox.CatchUp(t.Context(), again.db, again.box(t).ID); err != nil || owed {
		t.Errorf("it would catch up again: %v", err)
	}
}

// treats says what becomes of the copies on the server.
func (d *desk) treats(t *testing.T, after string) {
	t.Helper()
	b := d.box(t)
	b.After, b.MoveTo = after, "Archive"
	if err := d.db.Write(t.Context(), func(tx *db.Tx) error {
		_, err := mailbox.Update(t.Context(), tx, journal.System(), d.now(), b)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func (d *desk) box(t *testing.T) mailbox.Mailbox {
	t.Helper()
	all, err := mailbox.All(t.Context(), d.db)
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	return all[0]
}

func (d *desk) taken(t *testing.T) int64 {
	t.Helper()
	n, err := db.Value[int64](t.Context(), d.db, "SELECT COUNT(*) FROM mail WHERE fate <> 'duplicate'")
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// fetched runs the mailbox's loop until n mails are here and the server's copies
// are as they are to be.
func (d *desk) fetched(t *testing.T, n int64) {
	t.Helper()
	b := d.box(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	stop := d.fetch(ctx, b)
	defer stop()
	waitFor(t, d, func() (bool, bool) {
		unmarked, err := db.Value[int64](t.Context(), d.db, "SELECT COUNT(*) FROM imap_uid WHERE marked = 0")
		_, owed, owing := mailbox.CatchUp(t.Context(), d.db, b.ID)
		return true, err == nil && owing == nil && !owed && unmarked == 0 && d.taken(t) >= n
	})
}
