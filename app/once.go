package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"guichet/app/demo"
	"guichet/internal/answer"
	"guichet/internal/db"
	"guichet/internal/intake"
	"guichet/internal/mail"
	"guichet/internal/people"
	"guichet/internal/ticket"
)

// errFates ends a demo whose mails did not meet their fates.
var errFates = errors.New("demo: not every mail met its fate")

// onceTime is how long the whole path may take before it counts as stuck.
const onceTime = 2 * time.Minute

// demoOnce does the whole path with nobody there: mails come in over IMAP, the
// agents answer over SMTP, the answers' replies come back. It prints what
// happened, and fails unless every mail met the fate that stands beside it.
func demoOnce(ctx context.Context, p program, mails []demo.Mail) error {
	ctx, cancel := context.WithTimeout(ctx, onceTime)
	defer cancel()
	dir, err := os.MkdirTemp("", "guichet-demo-*")
	if err != nil {
		return fmt.Errorf("make a folder for the demo: %w", err)
	}
	d, servers, err := openDemo(ctx, p, dir)
	if err != nil {
		return errors.Join(err, os.RemoveAll(dir))
	}
	loops, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- d.run(loops) }()
	err = (&rehearsal{desk: d, servers: servers, mails: mails, names: map[int64]string{}}).run(ctx)
	stop()
	return errors.Join(err, <-ended, servers.Close(), d.close(), os.RemoveAll(dir))
}

// rehearsal is one run of demoOnce.
type rehearsal struct {
	*desk
	servers  *demo.Servers
	mails    []demo.Mail
	arrived  []string         // names, in the order of delivery
	names    map[int64]string // by the id of the mail's row
	answered int
}

func (r *rehearsal) run(ctx context.Context) error {
	start := r.now()
	for i, wave := range demo.Waves(r.mails) {
		if err := r.deliver(ctx, wave); err != nil {
			return err
		}
		if i == 0 {
			if err := r.answers(ctx); err != nil {
				return err
			}
		}
	}
	if err := r.until(ctx, r.allSent); err != nil {
		return err
	}
	return r.report(ctx, start)
}

// deliver puts a wave into the mailbox and waits until each mail has its fate.
func (r *rehearsal) deliver(ctx context.Context, wave []demo.Mail) error {
	for _, m := range wave {
		raw, err := m.Render(r.now(), demo.Sent(r.mails, r.servers.Received()))
		if err != nil {
			return fmt.Errorf("demo mail %s: %w", m.Name, err)
		}
		if err := r.servers.Deliver(raw); err != nil {
			return fmt.Errorf("deliver %s: %w", m.Name, err)
		}
		r.arrived = append(r.arrived, m.Name)
	}
	return r.until(ctx, func() (bool, error) {
		n, err := db.Value[int64](ctx, r.db, "SELECT COUNT(*) FROM imap_uid WHERE final = 1")
		return n >= int64(len(r.arrived)), err
	})
}

// until waits for a condition that the loops bring about, looking after each
// commit.
func (r *rehearsal) until(ctx context.Context, met func() (bool, error)) error {
	for {
		changed := r.db.Changed()
		ok, err := met()
		if err != nil || ok {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("demo: waited too long: %w", ctx.Err())
		case <-changed:
		case <-time.After(time.Second): // what the servers received is no commit
		}
	}
}

// answers writes what the agents say, and waits until the second wave has what
// it needs of it.
func (r *rehearsal) answers(ctx context.Context) error {
	if err := r.learn(ctx); err != nil {
		return err
	}
	for id, name := range r.names {
		m := r.mail(name)
		if m.Answer == nil {
			continue
		}
		row, err := intake.MailByID(ctx, r.db, id)
		if err != nil {
			return err
		}
		if err := r.say(ctx, row, *m.Answer); err != nil {
			return fmt.Errorf("answer %s: %w", name, err)
		}
	}
	var missing []string
	err := r.until(ctx, func() (bool, error) {
		sent := demo.Sent(r.mails, r.servers.Received())
		missing = nil
		for _, m := range r.mails {
			if !m.Ready(sent) {
				missing = append(missing, m.Name)
			}
		}
		return len(missing) == 0, nil
	})
	if err != nil {
		return fmt.Errorf("what these mails answer was never sent: %s: %w", strings.Join(missing, ", "), err)
	}
	return nil
}

func (r *rehearsal) mail(name string) demo.Mail {
	for _, m := range r.mails {
		if m.Name == name {
			return m
		}
	}
	return demo.Mail{}
}

// say sends one agent's answer to whom the desk proposes.
func (r *rehearsal) say(ctx context.Context, row intake.Row, a demo.Answer) error {
	who, err := people.AgentByEmail(ctx, r.db, a.Agent)
	if err != nil {
		return err
	}
	t, err := ticket.ByID(ctx, r.db, row.TicketID)
	if err != nil {
		return err
	}
	err = r.db.Write(ctx, func(tx *db.Tx) error { return ticket.Seen(ctx, tx, who.ID, t.ID, t.LastEntryID) })
	if err != nil {
		return err
	}
	to, cc, err := answer.Recipients(ctx, r.db, t)
	if err != nil {
		return err
	}
	// Nobody is there to undo it: it leaves at once.
	_, err = answer.Send(ctx, r.db, r.answer, r.now().Add(-answer.Hold), answer.Request{TicketID: t.ID, AgentID: who.ID, Text: a.Text,
		To: addresses(to), Cc: addresses(cc), Quote: true})
	r.answered++
	return err
}

func addresses(list []answer.Suggested) []mail.Address {
	var out []mail.Address
	for _, s := range list {
		out = append(out, s.Address)
	}
	return out
}

// learn finds which row is which mail: the IMAP server gave them UIDs in the
// order of delivery.
func (r *rehearsal) learn(ctx context.Context) error {
	type pair struct{ uid, mail int64 }
	rows, err := db.All(ctx, r.db, func(p *pair) []any { return []any{&p.uid, &p.mail} }, "SELECT uid, mail_id FROM imap_uid ORDER BY uid")
	for i, p := range rows {
		if i < len(r.arrived) {
			if _, twice := r.names[p.mail]; !twice {
				r.names[p.mail] = r.arrived[i]
			}
		}
	}
	return err
}

func (r *rehearsal) allSent() (bool, error) {
	n, err := db.Value[int64](context.Background(), r.db, "SELECT COUNT(*) FROM outbox WHERE state IN ('waiting', 'sending', 'data-sent')")
	return n == 0, err
}

// report prints what happened, mail by mail and in sum.
func (r *rehearsal) report(ctx context.Context, start time.Time) error {
	if err := r.learn(ctx); err != nil {
		return err
	}
	happened, err := r.outcomes(ctx)
	if err != nil {
		return err
	}
	lines, ok := demo.Check(r.mails, happened)
	fmt.Fprintln(r.stdout, strings.Join(lines, "\n"))
	counts, err := intake.FateCounts(ctx, r.db)
	if err != nil {
		return err
	}
	received := r.servers.Received()
	acks := 0
	for _, m := range received {
		if m.Automatic {
			acks++
		}
	}
	aside := counts[intake.Listed] + counts[intake.Reported] + counts[intake.Own] + counts[intake.Duplicate]
	fmt.Fprintf(r.stdout, "fetched over IMAP %d, opened %d, joined %d, alerts %d, absence notices %d, bounces %d, set aside %d, unreadable %d\n",
		len(r.arrived), counts[intake.Opened], counts[intake.Joined], counts[intake.Alerted], counts[intake.AutoNoted], counts[intake.Bounced], aside, counts[intake.Unreadable])
	fmt.Fprintf(r.stdout, "sent over SMTP and received: %d answers, %d acknowledgements; %.1f s\n", len(received)-acks, acks, r.now().Sub(start).Seconds())
	answers := map[string]bool{}
	for _, m := range received {
		if !m.Automatic {
			answers[m.MessageID] = true
		}
	}
	if len(answers) != r.answered {
		fmt.Fprintf(r.stdout, "WRONG  %d answers were written, %d were received\n", r.answered, len(answers))
		ok = false
	}
	if !ok {
		return errFates
	}
	return nil
}
