// Package ticket holds the tickets: what was asked, what was said, who takes
// part, in which state it is, and the five times that the trade keeps (outage
// start, reported, taken, resolved, closed). It owns the tables ticket*,
// participant, message*, attachment, note, draft* and search.
package ticket

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/journal"
)

// Status is where a ticket stands.
type Status string

// The statuses. Resolved waits for the requester's agreement; closed is the end.
const (
	New      Status = "new"     // nobody has taken it
	Open     Status = "open"    // somebody works on it
	Pending  Status = "pending" // on hold, with a reason and a date
	Resolved Status = "resolved"
	Closed   Status = "closed"
)

// Statuses lists them in the order of a ticket's life.
var Statuses = []Status{New, Open, Pending, Resolved, Closed}

// queue groups statuses for lists: what is worked on, waits, is done, is over.
func (s Status) queue() int64 {
	switch s {
	case Pending:
		return 1
	case Resolved:
		return 2
	case Closed:
		return 3
	}
	return 0
}

// PendingReasons are why a ticket may be on hold.
var PendingReasons = []string{"user", "vendor", "appointment", "other"}

// Ticket is one incident or request.
type Ticket struct {
	ID            int64
	Number        int64 // what people say: #12
	Subject       string
	ClientID      int64 // 0: of nobody known
	RequesterID   int64 // a contact, 0 for none
	RequesterName string
	MailboxID     int64  // answers leave from here; 0: the first active one
	Channel       string // mail, call, desk, alert
	Status        Status
	PendingReason string
	PendingUntil  time.Time
	AssigneeID    int64 // an agent, 0 for none
	Level         int   // 1 (N1) or 2 (N2)
	Language      string
	OutageAt      time.Time
	ReportedAt    time.Time
	TakenAt       time.Time
	ResolvedAt    time.Time
	ClosedAt      time.Time
	ActivityAt    time.Time
	Snippet       string
	LastEntryID   int64 // the newest message or note
	LastInID      int64 // the newest message from outside
	Files         bool
	LinkedID      int64 // another ticket that this one seems to be about
	Version       int64
}

const columns = `t.id, t.number, t.subject, t.client_id, t.requester_id, t.requester_name, t.mailbox_id, t.channel, t.status,
	t.pending_reason, t.pending_until, t.assignee_id, t.level, t.language, t.outage_at, t.reported_at, t.taken_at, t.resolved_at,
	t.closed_at, t.activity_at, t.snippet, t.last_entry_id, t.last_in_id, t.files, t.linked_id, t.version`

func fields(t *Ticket) []any {
	return []any{&t.ID, &t.Number, &t.Subject, &t.ClientID, &t.RequesterID, &t.RequesterName, &t.MailboxID, &t.Channel, (*string)(&t.Status),
		&t.PendingReason, &t.PendingUntil, &t.AssigneeID, &t.Level, &t.Language, &t.OutageAt, &t.ReportedAt, &t.TakenAt, &t.ResolvedAt,
		&t.ClosedAt, &t.ActivityAt, &t.Snippet, &t.LastEntryID, &t.LastInID, &t.Files, &t.LinkedID, &t.Version}
}

// ByID returns a ticket. A missing one is a fault of kind Missing.
func ByID(ctx context.Context, q db.Querier, id int64) (Ticket, error) {
	return found(db.One(ctx, q, fields, "SELECT "+columns+" FROM ticket t WHERE t.id = ?", id))
}

// ByNumber returns the ticket that people call #number.
func ByNumber(ctx context.Context, q db.Querier, number int64) (Ticket, error) {
	return found(db.One(ctx, q, fields, "SELECT "+columns+" FROM ticket t WHERE t.number = ?", number))
}

func found(t Ticket, err error) (Ticket, error) {
	if errors.Is(err, db.ErrNone) {
		return t, fault.New(fault.Missing, "ticket.err.missing")
	}
	return t, err
}

// Opening is what a new ticket starts with.
type Opening struct {
	Subject       string
	ClientID      int64
	RequesterID   int64
	RequesterName string
	MailboxID     int64
	Channel       string
	Language      string
	OutageAt      time.Time
	ReportedAt    time.Time // zero: now
	ActivityAt    time.Time // zero: now
	LinkedID      int64
	By            journal.Actor
}

// maxSubject is how many characters of a subject are kept; the mail has it whole.
const maxSubject = 300

// OpenNew opens a ticket, new and unassigned. Its first message is added apart.
func OpenNew(ctx context.Context, tx *db.Tx, now time.Time, o Opening) (Ticket, error) {
	id, err := tx.NewID(ctx)
	if err != nil {
		return Ticket{}, err
	}
	number, err := tx.Next(ctx, "ticket")
	if err != nil {
		return Ticket{}, err
	}
	t := Ticket{ID: id, Number: number, Subject: cut(strings.TrimSpace(o.Subject), maxSubject), ClientID: o.ClientID,
		RequesterID: o.RequesterID, RequesterName: o.RequesterName, MailboxID: o.MailboxID, Channel: o.Channel, Status: New,
		Level: 1, Language: o.Language, OutageAt: o.OutageAt, ReportedAt: o.ReportedAt, ActivityAt: o.ActivityAt,
		LinkedID: o.LinkedID, Version: 1}
	if t.ReportedAt.IsZero() {
		t.ReportedAt = now
	}
	if t.ActivityAt.IsZero() {
		t.ActivityAt = now
	}
	if err := insert(ctx, tx, t); err != nil {
		return Ticket{}, err
	}
	if err := count(ctx, tx, t.Status.queue(), 0, 1); err != nil {
		return Ticket{}, err
	}
	changes := []journal.Change{{Field: "channel", After: t.Channel}}
	if !t.OutageAt.IsZero() {
		changes = append(changes, journal.Change{Field: "outage", After: t.OutageAt.UnixMilli()})
	}
	_, err = journal.Append(ctx, tx, now, journal.Entry{Actor: o.By, Kind: "ticket.opened", Subject: "ticket",
		SubjectID: t.ID, TicketID: t.ID, Changes: changes})
	return t, err
}

func insert(ctx context.Context, tx *db.Tx, t Ticket) error {
	_, err := tx.Exec(ctx, `INSERT INTO ticket (id, number, subject, client_id, requester_id, requester_name, mailbox_id, channel,
		status, queue, pending_reason, assignee_id, level, language, outage_at, reported_at, activity_at, snippet, last_entry_id,
		last_in_id, files, linked_id, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', 0, ?, ?, ?, ?, ?, '', 0, 0, 0, ?, 1)`,
		t.ID, t.Number, t.Subject, db.Null(t.ClientID), db.Null(t.RequesterID), t.RequesterName, db.Null(t.MailboxID), t.Channel,
		string(t.Status), t.Status.queue(), t.Level, t.Language, t.OutageAt, t.ReportedAt, t.ActivityAt, db.Null(t.LinkedID))
	return err
}

// count keeps the number of tickets of each queue and assignee, so that the
// views' counts are never counted.
func count(ctx context.Context, tx *db.Tx, queue, assignee int64, by int64) error {
	_, err := tx.Exec(ctx, `INSERT INTO ticket_count (queue, assignee_id, n) VALUES (?, ?, ?)
		ON CONFLICT (queue, assignee_id) DO UPDATE SET n = ticket_count.n + ?`, queue, assignee, by, by)
	return err
}

// cut shortens text to n characters at most.
func cut(text string, n int) string {
	if len(text) <= n {
		return text
	}
	for i := range text {
		if n == 0 {
			return text[:i]
		}
		n--
	}
	return text
}

// Ref is how a ticket is written in a subject: [#12].
func (t Ticket) Ref() string { return fmt.Sprintf("[#%d]", t.Number) }
