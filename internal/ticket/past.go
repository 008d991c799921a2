package ticket

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"guichet/internal/db"
	"guichet/internal/journal"
)

// Past is a ticket of former times, over before the desk heard of it.
type Past struct {
	Opening
	TakenAt  time.Time // the first answer that the team gave, zero for none
	ClosedAt time.Time
	Source   string // what it was imported from, as people call it
}

// OpenPast makes a ticket of an archive: closed, with the dates of its mails.
// Nobody is told of it, and it is unread to nobody.
func OpenPast(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, p Past) (Ticket, error) {
	id, err := tx.NewID(ctx)
	if err != nil {
		return Ticket{}, err
	}
	number, err := tx.Next(ctx, "ticket")
	if err != nil {
		return Ticket{}, err
	}
	t := Ticket{ID: id, Number: number, Subject: cut(p.Subject, maxSubject), ClientID: p.ClientID, RequesterID: p.RequesterID,
		RequesterName: p.RequesterName, MailboxID: p.MailboxID, Channel: p.Channel, Status: Closed, Level: 1, Language: p.Language,
		ReportedAt: p.ReportedAt, TakenAt: p.TakenAt, ResolvedAt: p.ClosedAt, ClosedAt: p.ClosedAt, ActivityAt: p.ReportedAt, Version: 1}
	if err := insert(ctx, tx, t); err != nil {
		return t, err
	}
	if _, err := tx.Exec(ctx, "UPDATE ticket SET taken_at = ?, resolved_at = ?, closed_at = ? WHERE id = ?",
		t.TakenAt, t.ResolvedAt, t.ClosedAt, t.ID); err != nil {
		return t, err
	}
	if err := count(ctx, tx, t.Status.queue(), 0, 1); err != nil {
		return t, err
	}
	_, err = journal.Append(ctx, tx, now, journal.Entry{Actor: by, Kind: "ticket.imported", Subject: "ticket", SubjectID: t.ID, TicketID: t.ID,
		Changes: []journal.Change{{Field: "source", After: p.Source}}})
	return t, err
}

// Footing is what a ticket says of its messages: what a mail of former times may
// change of one that was there.
type Footing struct {
	ActivityAt  time.Time `json:"activity"`
	Snippet     string    `json:"snippet"`
	LastEntryID int64     `json:"last"`
	Files       bool      `json:"files"`
}

// Footing of a ticket as it was read.
func (t Ticket) Footing() Footing { return Footing{t.ActivityAt, t.Snippet, t.LastEntryID, t.Files} }

// AddPast puts a message of former times into a ticket. It reopens nothing, is
// unread to nobody, and takes the ticket's last line only where it is the latest.
// It returns the ticket as it now is.
func AddPast(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, t Ticket, m Message) (Ticket, Message, error) {
	id, err := tx.NewID(ctx)
	if err != nil {
		return t, m, err
	}
	m.ID, m.TicketID = id, t.ID
	if err := insertMessage(ctx, tx, m); err != nil {
		return t, m, err
	}
	if err := index(ctx, tx, m.ID, m.Subject, m.Body, m.people()); err != nil {
		return t, m, err
	}
	if t.LastEntryID == 0 || !m.At.Before(t.ActivityAt) {
		t.ActivityAt, t.Snippet = m.At, snippet(m.visible())
	}
	t.LastEntryID, t.Files = m.ID, t.Files || hasFiles(m.Attachments)
	if err := stand(ctx, tx, t.ID, t.Footing()); err != nil {
		return t, m, err
	}
	_, err = journal.Append(ctx, tx, now, journal.Entry{Actor: by, Kind: "message.imported", Subject: "message", SubjectID: m.ID, TicketID: t.ID})
	return t, m, err
}

func stand(ctx context.Context, tx *db.Tx, ticket int64, f Footing) error {
	_, err := tx.Exec(ctx, "UPDATE ticket SET activity_at = ?, snippet = ?, last_entry_id = ?, files = ? WHERE id = ?",
		f.ActivityAt, f.Snippet, f.LastEntryID, f.Files, ticket)
	return err
}

// Joined notes in a ticket's timeline that mails of an archive were put into it.
func Joined(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, ticket int64, source string) error {
	_, err := journal.Append(ctx, tx, now, journal.Entry{Actor: by, Kind: "ticket.history", Subject: "ticket", SubjectID: ticket, TicketID: ticket,
		Changes: []journal.Change{{Field: "source", After: source}}})
	return err
}

// Touched says whether anybody did anything to a ticket that an archive made, or
// only began to: an entry of the journal, a draft, another ticket that points to
// it.
func Touched(ctx context.Context, q db.Querier, ticket int64) (bool, error) {
	n, err := db.Value[int64](ctx, q, `SELECT (SELECT COUNT(*) FROM journal WHERE ticket_id = ? AND kind NOT IN ('ticket.imported', 'message.imported', 'ticket.history', 'ticket.unhistory', 'message.unimported'))
		+ (SELECT COUNT(*) FROM draft WHERE ticket_id = ?) + (SELECT COUNT(*) FROM draft_file WHERE ticket_id = ?)
		+ (SELECT COUNT(*) FROM ticket WHERE linked_id = ?) + (SELECT COUNT(*) FROM ticket WHERE id = ? AND version > 1)`, ticket, ticket, ticket, ticket, ticket)
	return n > 0, err
}

// RemovePast takes a ticket that an archive made, and that nobody touched, out
// again with all that is in it.
func RemovePast(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, t Ticket, source string) error {
	entries, err := Entries(ctx, tx, t.ID)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := unindex(ctx, tx, e.ID); err != nil {
			return err
		}
	}
	if err := run(ctx, tx, []any{t.ID}, "DELETE FROM message_recipient WHERE message_id IN (SELECT id FROM message WHERE ticket_id = ?)",
		"DELETE FROM attachment WHERE message_id IN (SELECT id FROM message WHERE ticket_id = ?)", "DELETE FROM message WHERE ticket_id = ?",
		"DELETE FROM message_ref WHERE ticket_id = ?", "DELETE FROM participant WHERE ticket_id = ?", "DELETE FROM ticket_seen WHERE ticket_id = ?",
		"DELETE FROM ticket WHERE id = ?"); err != nil {
		return err
	}
	if err := count(ctx, tx, t.Status.queue(), t.AssigneeID, -1); err != nil {
		return err
	}
	_, err = journal.Append(ctx, tx, now, journal.Entry{Actor: by, Kind: "ticket.unimported", Subject: "ticket", SubjectID: t.ID, TicketID: t.ID,
		Changes: []journal.Change{{Field: "source", After: source}, {Field: "number", Before: t.Number}}})
	return err
}

// TakePast takes one message of former times out of a ticket that was there
// before, with the ids that it brought. Restand then gives the ticket its footing
// back.
func TakePast(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, ticket, message int64, refs []string) error {
	if err := run(ctx, tx, []any{message}, "DELETE FROM message_recipient WHERE message_id = ?", "DELETE FROM attachment WHERE message_id = ?",
		"DELETE FROM message WHERE id = ?"); err != nil {
		return err
	}
	if err := unindex(ctx, tx, message); err != nil {
		return err
	}
	for _, ref := range refs {
		if err := run(ctx, tx, []any{ref, ticket}, "DELETE FROM message_ref WHERE ref = ? AND ticket_id = ?"); err != nil {
			return err
		}
	}
	_, err := journal.Append(ctx, tx, now, journal.Entry{Actor: by, Kind: "message.unimported", Subject: "message", SubjectID: message, TicketID: ticket})
	return err
}

// Restand gives a ticket back what it said of its messages before others were put
// into it; who came with them goes. Where something was said since, its newest
// line is that of what is left.
func Restand(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, ticket int64, before string, since time.Time, source string) error {
	var f Footing
	if err := json.Unmarshal([]byte(before), &f); err != nil {
		return fmt.Errorf("footing of ticket %d: %w", ticket, err)
	}
	t, err := ByID(ctx, tx, ticket)
	if err != nil {
		return err
	}
	newest, err := db.Value[int64](ctx, tx, `SELECT COALESCE(MAX(id), 0) FROM (SELECT id FROM message WHERE ticket_id = ?
		UNION ALL SELECT id FROM note WHERE ticket_id = ?) e`, ticket, ticket)
	if err != nil {
		return err
	}
	if newest > f.LastEntryID {
		if err := retouch(ctx, tx, ticket); err != nil {
			return err
		}
	} else if err := stand(ctx, tx, ticket, f); err != nil {
		return err
	}
	if err := run(ctx, tx, []any{ticket, since}, `DELETE FROM participant WHERE ticket_id = ? AND since = ? AND role = 'cc' AND state <> 'removed'
		AND NOT EXISTS (SELECT 1 FROM message m LEFT JOIN message_recipient r ON r.message_id = m.id
		WHERE m.ticket_id = participant.ticket_id AND (m.from_addr = participant.address OR r.address = participant.address))`); err != nil {
		return err
	}
	_, err = journal.Append(ctx, tx, now, journal.Entry{Actor: by, Kind: "ticket.unhistory", Subject: "ticket", SubjectID: ticket, TicketID: t.ID,
		Changes: []journal.Change{{Field: "source", After: source}}})
	return err
}

// KnowNew is Know, and says whether the id was not known of the ticket before. An
// alias is only taken where no message is known by it.
func KnowNew(ctx context.Context, tx *db.Tx, r Ref) (bool, error) {
	if r.ID == "" {
		return false, nil
	}
	n, err := tx.Exec(ctx, `INSERT INTO message_ref (ref, ticket_id, client_id, origin)
		SELECT CAST(? AS TEXT), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS TEXT)
		WHERE CAST(? AS TEXT) <> 'alias' OR NOT EXISTS (SELECT 1 FROM message_ref WHERE ref = ? AND origin <> 'alias')
		ON CONFLICT (ref, ticket_id) DO NOTHING`, r.ID, r.TicketID, r.ClientID, r.Origin, r.Origin, r.ID)
	return n > 0, err
}
