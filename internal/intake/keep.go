package intake

import (
	"context"
	"encoding/json"
	"fmt"

	"guichet/internal/blob"
	"guichet/internal/db"
	"guichet/internal/journal"
	"guichet/internal/mail"
	"guichet/internal/outbox"
	"guichet/internal/people"
	"guichet/internal/ticket"
	"guichet/internal/words"
)

// keep writes the mail's row with its fate, and settles its UID: from now on the
// server's copy may be touched. The batch counts the fates.
func (t *taking) keep(ctx context.Context, v verdict) (Outcome, error) {
	if v.args == nil {
		v.args = map[string]any{}
	}
	if err := t.insert(ctx, v); err != nil {
		return Outcome{}, err
	}
	if t.Origin.Junk {
		if err := outbox.InJunk(ctx, t.tx, t.id, t.Origin.MailboxID); err != nil {
			return Outcome{}, err
		}
	}
	if v.ticketID == 0 {
		// A ticket's own entries tell the windows of the others.
		if _, err := journal.Append(ctx, t.tx, t.now, journal.Entry{Actor: journal.System(), Kind: "mail." + string(v.fate), Subject: "mail", SubjectID: t.id}); err != nil {
			return Outcome{}, err
		}
	}
	return Outcome{MailID: t.id, Fate: v.fate, Reason: v.reason, TicketID: v.ticketID, EntryID: v.entryID}, t.settleUID(ctx, t.id)
}

// insert writes the mail's row.
func (t *taking) insert(ctx context.Context, v verdict) error {
	args, err := json.Marshal(v.args)
	if err != nil {
		return fmt.Errorf("reason of a fate: %w", err)
	}
	m := t.Mail
	if err := t.doubt(ctx, 0); err != nil {
		return err
	}
	passed, err := t.passedOn(ctx)
	if err != nil {
		return err
	}
	_, err = t.tx.Exec(ctx, `INSERT INTO mail (id, mailbox_id, source, raw, size, fingerprint, received_at, message_id, from_name,
		from_addr, subject, kind, fate, reason, reason_args, ticket_id, entry_id, duplicate_of, version, warnings, returns_on,
		forwarded_name, forwarded_addr) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?)`,
		t.id, db.Null(t.Origin.MailboxID), t.Origin.Source, t.Raw.Hash, t.Raw.Size, t.fingerprint(), t.now, m.MessageID, m.From.Name,
		m.From.Addr, m.Subject, string(m.Kind), string(v.fate), v.reason, string(args), db.Null(v.ticketID), db.Null(v.entryID),
		db.Null(v.duplicate), t.warnings(), t.returnsOn(), passed.Name, passed.Addr)
	return err
}

func countFate(ctx context.Context, tx *db.Tx, f Fate, by int64) error {
	_, err := tx.Exec(ctx, `INSERT INTO mail_count (fate, n) VALUES (?, ?) ON CONFLICT (fate) DO UPDATE SET n = mail_count.n + ?`, string(f), by, by)
	return err
}

// unreadable opens a ticket for a mail whose own taking failed: with its raw
// source and what can be said of it, so that a person reads it.
func (t *taking) unreadable(ctx context.Context, cause error) (Outcome, error) {
	if known, err := t.seen(ctx); err != nil || known.MailID != 0 {
		return known, err
	}
	if err := blob.Put(ctx, t.tx, t.now, t.Raw); err != nil {
		return Outcome{}, err
	}
	var err error
	if t.id, err = t.tx.NewID(ctx); err != nil {
		return Outcome{}, err
	}
	plain := mail.Message{Kind: mail.KindPerson, Fingerprint: t.Mail.Fingerprint,
		From:    mail.Address{Name: clean(t.Mail.From.Name), Addr: clean(t.Mail.From.Addr)},
		Subject: clean(t.Mail.Subject), MessageID: clean(t.Mail.MessageID), Text: words.Say(words.French, "intake.unreadable")}
	own := *t.Prepared // the batch may be tried again, and finds the mail as it came
	own.Mail, t.Prepared = &plain, &own
	if plain.Subject == "" {
		plain.Subject = words.Say(words.French, "intake.unreadable_subject")
	}
	tk, err := ticket.OpenNew(ctx, t.tx, t.now, ticket.Opening{Subject: plain.Subject, RequesterName: plain.From.Addr,
		MailboxID: t.Origin.MailboxID, Channel: "mail", Language: string(words.French), By: journal.System()})
	if err != nil {
		return Outcome{}, err
	}
	msg, err := t.add(ctx, tk, ticket.In, people.Contact{})
	if err != nil {
		return Outcome{}, err
	}
	return t.keep(ctx, verdict{fate: Unreadable, reason: "intake.because.unreadable", ticketID: tk.ID, entryID: msg.ID,
		args: map[string]any{"cause": clean(cause.Error())}})
}

// clean keeps what any database takes: valid UTF-8 without NUL, of a size.
func clean(s string) string {
	var b []rune
	for _, r := range s {
		if r != 0 && r != 0xFFFD && len(b) < 500 {
			b = append(b, r)
		}
	}
	return string(b)
}
