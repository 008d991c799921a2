//go:build unix

package history

import (
	"context"
	"os"
	"strings"
	"testing"

	"guichet/internal/db"
	"guichet/internal/mail/imap"
	"guichet/internal/mail/mailtest"
	"guichet/internal/mail/wire"
)

// folder begins to import a folder of the office's mailbox.
func (f *office) folder(name string) Import {
	f.Helper()
	var i Import
	f.write(func(ctx context.Context, tx *db.Tx) (err error) {
		i, err = Start(ctx, tx, noon, New{Kind: IMAP, Places: []string{name}, MailboxID: f.box.ID, Mailbox: f.box.Name})
		return err
	})
	return i
}

func (f *office) reach(srv wire.Server) {
	f.o.Folder = f.TempDir()
	f.o.IMAP = func(context.Context, int64) (imap.Options, error) { return imap.Options{Server: srv}, nil }
}

// A folder of a real server is read without a trace on it, once.
func TestAFolderOfDovecot(t *testing.T) {
	srv, maildir := mailtest.Dovecot(t)
	for n, m := range archive() {
		mailtest.Drop(t, maildir, n, []byte(strings.ReplaceAll(m, "\n", "\r\n")))
	}
	f := newOffice(t, openSQLite(t))
	f.reach(srv)
	names, err := imap.Folders(t.Context(), imap.Options{Server: srv})
	if err != nil || len(names) == 0 || names[len(names)-1] == "" {
		t.Errorf("%v, %v", names, err)
	}
	i := f.work(f.folder("INBOX").ID)
	if i.State != Ready || i.Preview.Opens != 3 || i.Preview.Mails != 10 || i.Label != "Support · INBOX" || i.UIDValidity == 0 {
		t.Fatalf("%s %s %+v", i.State, i.Problem, i.Preview)
	}
	if i = f.move(i.ID, Importing); i.State != Done {
		t.Fatalf("%s %s", i.State, i.Problem)
	}
	f.acted(i)
	there, err := mailtest.Mails(srv, "INBOX")
	if err != nil || len(there) != 10 {
		t.Fatalf("%d mails, %v", len(there), err)
	}
	for _, m := range there {
		if m.Seen {
			t.Error("a mail was marked as read")
		}
	}
	if err := f.o.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(f.o.Folder); err != nil || len(left) != 0 {
		t.Errorf("%d files wait for nothing, %v", len(left), err)
	}
	if i = f.work(f.folder("INBOX").ID); i.Preview.There != 10 {
		t.Errorf("%+v", i.Preview)
	}
}

// What was brought is not brought again, whatever ended the reading; other numbers
// in the folder end it in words.
func TestAFolderGoesOnWhereItStopped(t *testing.T) {
	srv := mailtest.IMAP(t)
	f := newOffice(t, openSQLite(t))
	f.reach(srv.Server)
	for range 13 {
		for _, m := range correspondence(seeded(t), 10)[:10] {
			if _, err := srv.Deliver("INBOX", []byte(strings.ReplaceAll(m, "\n", "\r\n"))); err != nil {
				t.Fatal(err)
			}
		}
	}
	i := f.folder("INBOX")
	ctx, cut := context.WithCancel(t.Context())
	o := f.o
	o.Told = func(i Import) {
		if i.Progress > 0 {
			cut()
		}
	}
	if err := Run(ctx, o, i.ID); err == nil && ctx.Err() == nil {
		t.Fatal("it was not cut")
	}
	before := f.count("SELECT COUNT(*) FROM history_mail")
	if before == 0 || before == 130 {
		t.Fatalf("%d mails were brought before the cut", before)
	}
	// A run that was cut leaves bytes behind that nothing names.
	spool, err := os.OpenFile(f.o.spool(i.ID), os.O_APPEND|os.O_WRONLY, 0)
	if err == nil {
		_, err = spool.WriteString("half a mail")
	}
	if err != nil || spool.Close() != nil {
		t.Fatal(err)
	}
	if i = f.work(i.ID); i.State != Ready || i.Preview.Mails != 130 || f.count("SELECT COUNT(DISTINCT uid) FROM history_mail") != 130 {
		t.Fatalf("%s %s, %+v", i.State, i.Problem, i.Preview)
	}
	if i = f.move(i.ID, Importing); i.State != Done || f.count("SELECT COUNT(*) FROM history_mail WHERE fate = 'unreadable'") != 0 {
		t.Fatalf("%s %s", i.State, i.Problem)
	}
	other := f.folder("INBOX")
	f.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE history SET uidvalidity = 4711 WHERE id = ?", other.ID)
		return err
	})
	if err := Run(t.Context(), f.o, other.ID); err == nil {
		t.Error("other numbers are no fault")
	}
	if i, err := ByID(t.Context(), f.o.DB, other.ID); err != nil || i.State != Failed || i.Problem != "history.err.numbering" {
		t.Errorf("%s %s, %v", i.State, i.Problem, err)
	}
	if i := f.move(other.ID, Reading); i.State != Ready || i.Preview.Mails != 130 {
		t.Errorf("read again: %s %s, %+v", i.State, i.Problem, i.Preview)
	}
}
