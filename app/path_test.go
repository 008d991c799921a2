package app

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"guichet/internal/answer"
	"guichet/internal/db"
	"guichet/internal/journal"
	"guichet/internal/mail"
	"guichet/internal/mail/mailtest"
	"guichet/internal/mail/wire"
	"guichet/internal/mailbox"
	"guichet/internal/people"
	"guichet/internal/secret"
	"guichet/internal/ticket"
	"guichet/internal/words"
)

// The whole path against servers of the kind that clients have: Dovecot over TLS
// brings the mail, Postfix over TLS with a login takes the answer, and what is
// written back joins.
func TestThePathAgainstDovecotAndPostfix(t *testing.T) {
	in, out, maildir, sent := mailtest.Provider(t)
	d := quietDesk(t)
	d.roots = in.Roots
	agent := d.connect(t, in, out)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- d.run(ctx) }()

	mailtest.Drop(t, maildir, 1, letterTo("first@client.example", ""))
	tk := waitFor(t, d, func() (ticket.Ticket, bool) {
		rows, _, err := ticket.List(t.Context(), d.db, ticket.Query{View: ticket.Everything})
		return first(rows), err == nil && len(rows) == 1
	})
	answered, err := answer.Send(t.Context(), d.db, d.answer, d.now().Add(-answer.Hold), answer.Request{TicketID: tk.ID, AgentID: agent,
		Text: "Redémarrez-la.", HTML: "<p>Redémarrez-la.</p>", Quote: true, To: []mail.Address{{Addr: "enora@moulin.example"}}})
	if err != nil {
		t.Fatal(err)
	}
	raw := waitFor(t, d, func() (string, bool) {
		box := mailtest.Box(t, sent)
		for _, m := range box {
			if strings.Contains(string(m), "Auto-Submitted") {
				continue
			}
			return string(m), true
		}
		return "", false
	})
	m, err := mail.Parse(strings.NewReader(raw), func(mail.Part) io.Writer { return nil })
	if err != nil || len(m.InReplyTo) != 1 || m.InReplyTo[0] != "first@client.example" || !strings.Contains(m.Text, "Redémarrez-la.") {
		t.Errorf("the answer: %+v, %v", m, err)
	}
	mailtest.Drop(t, maildir, 2, letterTo("second@client.example", m.MessageID))
	waitFor(t, d, func() (int, bool) {
		all, err := ticket.Messages(t.Context(), d.db, tk.ID)
		return len(all), err == nil && len(all) == 3
	})
	if again, err := ticket.MessageByID(t.Context(), d.db, answered.MessageID); err != nil || again.MessageID != m.MessageID {
		t.Errorf("the answer's row: %q, sent %q, %v", again.MessageID, m.MessageID, err)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// soaking says that the full counts are wanted.
func soaking() bool { return os.Getenv("GUICHET_SOAK") != "" }

// quietDesk is a desk on a folder of its own that ends with the test.
func quietDesk(t *testing.T) *desk {
	t.Helper()
	p := program{stdout: io.Discard, stderr: io.Discard, env: func(name string) string { return map[string]string{"GUICHET_NO_KEYCHAIN": "1"}[name] },
		now: time.Now, log: slog.New(slog.DiscardHandler), language: words.French}
	d, err := openDesk(t.Context(), p, filepath.Join(t.TempDir(), "data"), true)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// The form says of an empty Sent folder that it is the one that the server names:
// so it is for the copy of what was sent and for the look for what may have been.
func TestTheSentFolderIsTheOneThatTheServerNames(t *testing.T) {
	srv := mailtest.IMAP(t)
	d := quietDesk(t)
	d.roots = srv.Server.Roots
	d.connect(t, srv.Server, srv.Server)
	boxes, err := mailbox.All(t.Context(), d.db)
	if err != nil || len(boxes) != 1 {
		t.Fatal(boxes, err)
	}
	for _, saves := range []bool{true, false} {
		boxes[0].SavesSent = saves
		if err := d.db.Write(t.Context(), func(tx *db.Tx) (err error) {
			boxes[0], err = mailbox.Update(t.Context(), tx, journal.System(), d.now(), boxes[0])
			return err
		}); err != nil {
			t.Fatal(err)
		}
		r, err := d.route(t.Context(), boxes[0].ID)
		if err != nil || (r.Keep == nil) != saves || r.Went == nil {
			t.Fatalf("the server keeps what it sends: %t: %+v, %v", saves, r, err)
		}
		raw := letterTo("kept@msp.example", "")
		if r.Keep != nil {
			if err := r.Keep(t.Context(), bytes.NewReader(raw), int64(len(raw))); err != nil {
				t.Error(err)
			}
		}
		if there, err := r.Went(t.Context(), "kept@msp.example"); err != nil || there == saves {
			t.Errorf("the server keeps what it sends: %t: found %t, %v", saves, there, err)
		}
	}
	if all, err := mailtest.Mails(srv.Server, "Sent"); err != nil || len(all) != 1 {
		t.Errorf("%d copies, %v", len(all), err)
	}
}

func first(rows []ticket.Row) ticket.Ticket {
	if len(rows) == 0 {
		return ticket.Ticket{}
	}
	return rows[0].Ticket
}

func letterTo(id, replyTo string) []byte {
	more := ""
	if replyTo != "" {
		more = "In-Reply-To: <" + replyTo + ">\r\n"
	}
	return fmt.Appendf(nil, "From: Enora <enora@moulin.example>\r\nTo: support@msp.example\r\nSubject: Imprimante\r\nDate: %s\r\nMessage-ID: <%s>\r\n%s\r\nElle ne répond plus, %s.\r\n",
		time.Now().Format(time.RFC1123Z), id, more, id)
}

// connect gives the desk an agent and a mailbox on both servers.
func (d *desk) connect(t *testing.T, in, out wire.Server) (agent int64) {
	t.Helper()
	err := d.db.Write(t.Context(), func(tx *db.Tx) error {
		ctx, by, now := t.Context(), journal.System(), d.now()
		a, err := people.CreateAgent(ctx, tx, by, now, people.Agent{Name: "Hervé", Email: "herve@msp.example", Language: "fr", Level: 1, Role: people.RoleLead, Active: true})
		if err != nil {
			return err
		}
		agent = a.ID
		side := func(s wire.Server) mailbox.Server {
			return mailbox.Server{Host: s.Host, Port: s.Port, Security: string(s.Security), User: s.User}
		}
		b, err := mailbox.Create(ctx, tx, by, now, mailbox.Mailbox{Name: "Support", Address: "support@msp.example", IMAP: side(in), SMTP: side(out), SavesSent: true, Active: true})
		if err != nil {
			return err
		}
		for name, s := range map[string]wire.Server{"imap": in, "smtp": out} {
			password, err := s.Password(ctx)
			if err != nil {
				return err
			}
			if err := secret.Put(ctx, tx, d.key, now, mailbox.Owner(b.ID, name), secret.Text(password)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return agent
}

// waitFor looks after each commit, and now and then for what is no commit of
// ours, until a thing is there.
func waitFor[T any](t *testing.T, d *desk, look func() (T, bool)) T {
	t.Helper()
	patience := time.Minute
	if soaking() {
		patience = 15 * time.Minute
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		changed := d.db.Changed()
		if v, ok := look(); ok {
			return v
		}
		select {
		case <-ctx.Done():
			t.Fatal("waited too long")
		case <-changed:
		case <-time.After(200 * time.Millisecond):
		}
	}
}
