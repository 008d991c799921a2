//go:build unix

package app

import (
	"context"
	"io"
	"testing"

	"guichet/internal/db"
	"guichet/internal/intake"
	"guichet/internal/journal"
	"guichet/internal/mail/imap"
	"guichet/internal/mail/mailtest"
	"guichet/internal/mailbox"
)

// A call for help in the folder for spam is seen and comes back to the inbox as a ticket; spam goes there, and comes
// back when that is undone: on a real Dovecot, which moves or which only copies.
func TestTheFolderForSpam(t *testing.T) {
	for name, conf := range map[string]string{"MOVE": "", "COPY": mailtest.WithoutMove} {
		t.Run(name, func(t *testing.T) {
			srv, maildir := mailtest.DovecotWith(t, mailtest.WithJunk+conf)
			d := quietDesk(t)
			d.roots = srv.Roots
			d.connect(t, srv, srv)
			boxes, err := mailbox.All(t.Context(), d.db)
			if err != nil {
				t.Fatal(err)
			}
			b := boxes[0]
			b.LookInJunk = true
			if err := d.db.Write(t.Context(), func(tx *db.Tx) (err error) {
				b, err = mailbox.Update(t.Context(), tx, journal.System(), d.now(), b)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			mailtest.Drop(t, maildir, 1, letterTo("aide@client.example", ""))
			if _, err := imap.Put(t.Context(), d.imapOptions(b), imap.Copy{MessageID: "aide@client.example", Same: func(io.Reader) (bool, error) { return true, nil }}, []string{"INBOX"}, imap.Junk); err != nil {
				t.Fatal(err)
			}
			mailtest.Drop(t, maildir, 2, letterTo("promo@client.example", ""))

			ctx, stop := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() { ended <- d.run(ctx) }()
			d.mail(t, "aide@client.example", func(r intake.Row) bool { return r.Fate == intake.Spam && r.InJunk && r.TicketID == 0 })
			d.mail(t, "promo@client.example", func(r intake.Row) bool { return r.Fate == intake.Opened && r.TicketID != 0 })

			d.sort(t, "aide@client.example", intake.ToDesk)
			d.sort(t, "promo@client.example", intake.ToSpam)
			d.mail(t, "aide@client.example", func(r intake.Row) bool { return !r.InJunk && !r.Moving && r.TicketID != 0 })
			d.mail(t, "promo@client.example", func(r intake.Row) bool { return r.InJunk && !r.Moving })
			d.folders(t, b, "aide@client.example", "promo@client.example")

			row := d.mail(t, "promo@client.example", func(intake.Row) bool { return true })
			if _, err := intake.UndoReassign(t.Context(), d.db, d.answer, journal.System(), d.now(), row.ID, row.Version); err != nil {
				t.Fatal(err)
			}
			d.sort(t, "aide@client.example", intake.ToSpam)
			d.mail(t, "promo@client.example", func(r intake.Row) bool { return !r.InJunk && !r.Moving && r.TicketID != 0 })
			d.mail(t, "aide@client.example", func(r intake.Row) bool { return r.InJunk && !r.Moving })
			d.folders(t, b, "promo@client.example", "aide@client.example")
			stop()
			if err := <-ended; err != nil {
				t.Error(err)
			}
			if n, err := db.Value[int64](t.Context(), d.db, "SELECT COUNT(*) FROM mail"); err != nil || n != 2 {
				t.Errorf("%d mails, %v", n, err)
			}
		})
	}
}

// mail waits until a mail is as it should be.
func (d *desk) mail(t *testing.T, id string, fine func(intake.Row) bool) intake.Row {
	t.Helper()
	return waitFor(t, d, func() (intake.Row, bool) {
		rows, _, err := intake.Mails(t.Context(), d.db, "", 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			if r.MessageID == id {
				return r, fine(r)
			}
		}
		return intake.Row{}, false
	})
}

func (d *desk) sort(t *testing.T, id string, to intake.Target) {
	t.Helper()
	row := d.mail(t, id, func(intake.Row) bool { return true })
	if _, err := intake.Reassign(t.Context(), d.db, d.answer, journal.System(), d.now(), row.ID, row.Version, to, 0); err != nil {
		t.Fatal(err)
	}
}

// folders checks that each of two mails is in its folder, and nowhere else.
func (d *desk) folders(t *testing.T, b mailbox.Mailbox, inbox, junk string) {
	t.Helper()
	for folder, want := range map[string][2]bool{b.Folder: {true, false}, "Écartés": {false, true}} {
		for i, id := range []string{inbox, junk} {
			there, err := imap.HasMessageID(t.Context(), d.imapOptions(b), folder, id)
			if err != nil || there != want[i] {
				t.Errorf("%s in %s: %t, %v", id, folder, there, err)
			}
		}
	}
}
