//go:build linux

package accept

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"guichet/internal/db"
	"guichet/internal/journal"
	"guichet/internal/mail/mailtest"
	"guichet/internal/secret"
)

// An import that is killed anywhere, in its reading, in the taking in, in the undoing, goes on and is whole: each mail
// of the archive is there once, and nothing of it is left when it was taken out again.
func TestAnImportKilledAnywhere(t *testing.T) {
	t.Parallel()
	r := seeded(t)
	k := &killing{house: found(t, t.TempDir()), r: r}
	const mails = 700
	path := filepath.Join(t.TempDir(), "archive.mbox")
	if err := os.WriteFile(path, k.archive(mails), 0o600); err != nil {
		t.Fatal(err)
	}
	kills := k.until("done", times(6, 60), "import", path)
	if n := k.tally("SELECT COUNT(*) FROM history"); n != 1 {
		t.Errorf("%d imports of one archive", n)
	}
	for query, want := range map[string]int64{"SELECT COUNT(*) FROM mail": mails, "SELECT COUNT(DISTINCT raw) FROM mail": mails,
		"SELECT COUNT(*) FROM message": mails, "SELECT COUNT(DISTINCT mail_id) FROM message": mails, "SELECT COUNT(*) FROM search": mails,
		"SELECT COUNT(*) FROM outbox": 0, "SELECT COUNT(*) FROM ticket WHERE status <> 'closed'": 0,
		"SELECT COUNT(*) FROM ticket t WHERE NOT EXISTS (SELECT 1 FROM message m WHERE m.ticket_id = t.id)": 0} {
		if n := k.tally(query); n != want {
			t.Errorf("%s: %d, want %d", query, n, want)
		}
	}
	id := strconv.FormatInt(k.tally("SELECT id FROM history"), 10)
	kills += k.until("undone", times(4, 40), "import", "undo", id)
	for _, table := range []string{"mail", "message", "ticket", "participant", "message_ref", "message_recipient", "attachment", "contact", "search"} {
		if n := k.tally("SELECT COUNT(*) FROM " + table); n != 0 {
			t.Errorf("%d rows of %s are left", n, table)
		}
	}
	k.with(func(ctx context.Context, d *db.DB, _ *secret.Key) error { return journal.Verify(ctx, d) })
	say(t, "%d mails came and went, killed %d times on the way", mails, kills)
}

// A folder of a mailbox is taken along by the command line too.
func TestAnImportOfAFolder(t *testing.T) {
	t.Parallel()
	r := seeded(t)
	k := &killing{house: found(t, t.TempDir()), r: r}
	k.deliver(r, 60)
	k.until("done", 0, "import", "--mailbox", mailtest.User, "--folder", "INBOX")
	if n := k.tally("SELECT COUNT(*) FROM mail WHERE source = 'history'"); n != int64(len(k.raws)) {
		t.Errorf("%d mails of %d", n, len(k.raws))
	}
	if n := k.tally("SELECT COUNT(*) FROM history_mail WHERE there <> 0"); n == 0 {
		t.Error("no mail came twice")
	}
}

// archive is an mbox file of mails of all kinds.
func (k *killing) archive(n int) []byte {
	var b bytes.Buffer
	for i := range n {
		b.WriteString("From MAILER-DAEMON Mon Nov 23 09:20:00 2026\n")
		for line := range bytes.Lines(k.write(k.r, i)) {
			if bytes.HasPrefix(bytes.TrimLeft(line, ">"), []byte("From ")) {
				b.WriteByte('>')
			}
			b.Write(line)
		}
		b.WriteString("\n\n")
	}
	return b.Bytes()
}

// until runs a command until the import is where it should be, and kills it a number of times in the middle of its work.
func (k *killing) until(state string, most int, args ...string) (kills int) {
	k.t.Helper()
	for n := 0; k.tally("SELECT COUNT(*) FROM history WHERE state = '"+state+"'") == 0; n++ {
		c := start(k.t, k.dir, append(k.env, "GUICHET_LEAST_FREE=1"), args...)
		if n >= most {
			<-c.ended
			if c.err != nil {
				k.t.Fatalf("%v: %v\n%s", args, c.err, c.said.String())
			}
			continue
		}
		for range 1 + k.r.IntN(5) {
			k.locked(c)
		}
		if err := c.cmd.Process.Kill(); err == nil {
			kills++
		} else if !errors.Is(err, os.ErrProcessDone) {
			k.t.Fatal(err)
		}
		<-c.ended
	}
	return kills
}

func (k *killing) tally(query string) (n int64) {
	k.t.Helper()
	k.with(func(ctx context.Context, d *db.DB, _ *secret.Key) (err error) {
		n, err = db.Value[int64](ctx, d, query)
		return err
	})
	return n
}
