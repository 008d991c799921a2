package intake

import (
	"context"
	"fmt"
	"io"

	"guichet/internal/db"
	"guichet/internal/journal"
	"guichet/internal/mail"
	"guichet/internal/mailbox"
	"guichet/internal/outbox"
)

// becauseJunk is the reason of a mail that the server filed as spam.
const becauseJunk = "intake.because.junk"

// placed follows where the server's copy of a mail is that was taken in before. One
// that somebody took out of the folder for spam on the server itself is no spam:
// its fate is found as if it came in now.
func (t *taking) placed(ctx context.Context, known Outcome) (Outcome, error) {
	if t.Origin.Source != "imap" {
		return known, nil
	}
	if t.Origin.Junk {
		return known, outbox.InJunk(ctx, t.tx, known.MailID, t.Origin.MailboxID)
	}
	left, err := outbox.LeftJunk(ctx, t.tx, known.MailID)
	if err != nil || !left || known.Fate != Spam || known.Reason != becauseJunk {
		return known, err
	}
	return t.rescued(ctx, known.MailID)
}

func (t *taking) rescued(ctx context.Context, id int64) (Outcome, error) {
	row, err := MailByID(ctx, t.tx, id)
	if err != nil {
		return Outcome{}, err
	}
	t.id = id
	v, err := t.decide(ctx)
	if err != nil {
		return Outcome{}, err
	}
	if v.args == nil {
		v.args = map[string]any{}
	}
	if err := t.moved(ctx, journal.System(), row, v, "mail.rescued"); err != nil {
		return Outcome{}, err
	}
	_, err = t.tx.Exec(ctx, "UPDATE mail SET duplicate_of = ? WHERE id = ?", db.Null(v.duplicate), id)
	return Outcome{MailID: id, Fate: v.fate, Reason: v.reason, TicketID: v.ticketID, EntryID: v.entryID}, err
}

// send has the server's copy follow what a person decides: spam goes to the server's
// folder for it, what was there and is none comes back. A mail that is only set
// aside stays where it is; one that is so again comes back too.
func (t *taking) send(ctx context.Context, row Row, to Fate, kind string) error {
	byHand := kind == "mail.reassigned"
	if row.Source != "imap" || row.MailboxID == 0 || to == SetAside && byHand {
		return nil
	}
	if to == Spam {
		// What is taken back was there before, if ever.
		return outbox.Want(ctx, t.tx, t.now, row.ID, row.MailboxID, outbox.Junk, !byHand)
	}
	return outbox.Want(ctx, t.tx, t.now, row.ID, row.MailboxID, outbox.Home, true)
}

// Known is what a mail's copy on its server is found by.
type Known struct {
	MessageID   string
	Fingerprint string
	Size        int64
	Seen        []mailbox.UID
}

// KnownAs returns by what a mail is found on its server.
func KnownAs(ctx context.Context, q db.Querier, id int64) (Known, error) {
	var box int64
	k, err := db.One(ctx, q, func(k *Known) []any { return []any{&k.MessageID, &k.Fingerprint, &k.Size, &box} },
		"SELECT message_id, fingerprint, size, mailbox_id FROM mail WHERE id = ?", id)
	if err != nil {
		return k, err
	}
	k.Seen, err = mailbox.SeenAs(ctx, q, box, id)
	return k, err
}

// Is says whether a text is this mail's: the same content, whatever servers wrote
// into its head on the way.
func (k Known) Is(r io.Reader) (bool, error) {
	m, err := mail.Parse(r, nil)
	if err != nil {
		return false, fmt.Errorf("read a copy: %w", err)
	}
	if _, err := io.Copy(io.Discard, r); err != nil {
		return false, fmt.Errorf("read a copy: %w", err)
	}
	return fmt.Sprintf("%x", m.Fingerprint) == k.Fingerprint, nil
}
