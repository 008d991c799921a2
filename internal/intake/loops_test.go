package intake

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"guichet/internal/answer"
	"guichet/internal/db"
	"guichet/internal/db/dbtest"
	"guichet/internal/journal"
	"guichet/internal/mail"
	"guichet/internal/mailbox"
	"guichet/internal/outbox"
	"guichet/internal/people"
)

// turns is how many mails may be passed on in an exchange before it is stopped.
const turns = 1000

// desk is an office whose automatic mails really leave; the other side is of one of its clients, so that it is
// acknowledged like anybody.
type desk struct {
	*office
	sent int
}

func newDesk(t *testing.T, address, other string) *desk {
	t.Helper()
	k := &desk{office: newOffice(t, dbtest.Open(t))}
	k.write(func(ctx context.Context, tx *db.Tx) error {
		_, domain, _ := strings.Cut(other, "@")
		if _, err := people.CreateClient(ctx, tx, journal.System(), noon, people.Client{Name: other, Domains: []string{domain}, Language: "fr", Colour: -1}); err != nil {
			return err
		}
		k.box.Address, k.box.Aliases = address, nil
		var err error
		k.box, err = mailbox.Update(ctx, tx, journal.System(), noon, k.box)
		return err
	})
	return k
}

// hear takes a mail in and returns what leaves because of it.
func (k *desk) hear(raw string, now time.Time) []string {
	k.Helper()
	if _, err := Take(k.Context(), k.db, k.cfg, now, []*Prepared{k.prepare(raw)}); err != nil {
		k.Fatal(err)
	}
	ids, err := db.Values[int64](k.Context(), k.db, "SELECT id FROM outbox WHERE state = 'waiting' ORDER BY id")
	if err != nil {
		k.Fatal(err)
	}
	var out []string
	for _, id := range ids {
		it, err := outbox.ByID(k.Context(), k.db, id)
		if err != nil {
			k.Fatal(err)
		}
		text, err := answer.Acknowledge(k.Context(), k.db, k.cfg, now, it)
		if err != nil {
			k.Fatal(err)
		}
		k.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE outbox SET state = 'sent' WHERE id = ?", id)
			return err
		})
		out = append(out, strings.ReplaceAll(string(text), "\r\n", "\n"))
	}
	k.sent += len(out)
	return out
}

// responder answers every mail that it gets, by a machine. n counts its answers.
type responder func(n int, got *mail.Message) string

func headers(n int, got *mail.Message, subject, more string) string {
	return fmt.Sprintf("From: accueil@robot.example\nTo: support@msp.example\nSubject: %s\nMessage-ID: <auto%d@robot.example>\nIn-Reply-To: <%s>\n%s\nJe suis absent.\n",
		subject, n, got.MessageID, more)
}

// models are the automatic answers that help desks are known to have looped with (FAULTS E6).
var models = map[string]responder{
	"RFC 3834": func(n int, got *mail.Message) string {
		return headers(n, got, "Re: "+got.Subject, "Auto-Submitted: auto-replied\n")
	},
	"Outlook": func(n int, got *mail.Message) string {
		return headers(n, got, "Réponse automatique : "+got.Subject, "X-Auto-Response-Suppress: All\nAuto-Submitted: auto-generated\n")
	},
	"vacation": func(n int, got *mail.Message) string {
		return headers(n, got, "Absent : "+got.Subject, "Precedence: bulk\nX-Autoreply: yes\n")
	},
	"help desk": func(n int, got *mail.Message) string {
		return headers(n, got, fmt.Sprintf("[Ticket#20261123%04d] Nous avons reçu votre demande", n), "X-Powered-By: OTRS\nAuto-Submitted: auto-generated\n")
	},
	"mailer daemon": func(n int, got *mail.Message) string {
		return strings.Replace(headers(n, got, "Undelivered Mail Returned to Sender", "Return-Path: <>\n"), "accueil@", "MAILER-DAEMON@", 1)
	},
	"no sign at all": func(n int, got *mail.Message) string { return headers(n, got, "Re: "+got.Subject, "") },
	"nothing of the mail it answers": func(n int, _ *mail.Message) string {
		return headers(n, &mail.Message{MessageID: "unknown@robot.example"}, fmt.Sprintf("Votre message numéro %d", n), "")
	},
	"a forward back to us": func(n int, got *mail.Message) string {
		return fmt.Sprintf("From: accueil@robot.example\nTo: support@msp.example\nSubject: Fwd: %s\nMessage-ID: <%s>\n\n%s\n", got.Subject, got.MessageID, got.Text)
	},
}

func read(t *testing.T, raw string) *mail.Message {
	t.Helper()
	m, err := mail.Parse(strings.NewReader(strings.ReplaceAll(raw, "\n", "\r\n")), nil)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// E6: whoever answers every mail by a machine gets three mails of ours at most, and then there is silence.
func TestAutomaticAnswersNeverLoop(t *testing.T) {
	for name, model := range models {
		t.Run(name, func(t *testing.T) {
			k := newDesk(t, "support@msp.example", "accueil@robot.example")
			now, n := noon, 0
			queue := []string{letter("accueil@robot.example", "first@robot.example", "Panne", "")}
			for ; len(queue) > 0 && n < turns; n++ {
				now = now.Add(time.Minute)
				out := k.hear(queue[0], now)
				queue = queue[1:]
				for _, raw := range out {
					queue = append(queue, model(n, read(t, raw)))
				}
			}
			tickets := k.count("SELECT COUNT(*) FROM ticket")
			if n == turns || k.sent == 0 || k.sent > 3 || tickets > int64(k.sent) {
				t.Errorf("%d turns, %d automatic mails, %d tickets", n, k.sent, tickets)
			}
		})
	}
}

// Two desks that take each other for a client.
func TestTwoGuichetsStopByThemselves(t *testing.T) {
	a := newDesk(t, "support@msp.example", "aide@autre.example")
	b := newDesk(t, "aide@autre.example", "support@msp.example")
	now, n := noon, 0
	post := []string{strings.ReplaceAll(letter("aide@autre.example", "first@autre.example", "Panne", ""), "\r", "")}
	for ; len(post) > 0 && n < turns; n++ {
		now = now.Add(time.Minute)
		from := a
		if strings.Contains(post[0], "To: <aide@autre.example>") || strings.Contains(post[0], "To: aide@autre.example") {
			from = b
		}
		post = append(post[1:], from.hear(post[0], now)...)
	}
	if n == turns || a.sent != 1 || b.sent != 0 {
		t.Errorf("%d turns; one sent %d automatic mails, the other %d", n, a.sent, b.sent)
	}
}
