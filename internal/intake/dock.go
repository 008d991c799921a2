package intake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/mail"
	"guichet/internal/outbox"
)

// Row is a mail as the receiving dock shows it.
type Row struct {
	ID          int64
	MailboxID   int64
	Source      string
	Raw         string // the content that holds it
	Size        int64
	ReceivedAt  time.Time
	MessageID   string
	FromName    string
	FromAddr    string
	Subject     string
	Kind        string
	Fate        Fate
	Reason      string // a key of words
	Args        map[string]any
	TicketID    int64
	Number      int64 // of the ticket, 0 for none
	EntryID     int64
	DuplicateOf int64
	Version     int64
	Warnings    []mail.Warning // those about the sender first
	InJunk      bool           // the server's copy is in its folder for spam
	Moving      bool           // it is on its way there or back
	MoveProblem outbox.Problem // why it could not be moved, at the last try
}

type dockRow struct {
	Row
	args     string
	warnings string
	place    string
	due      time.Time
	problem  string
}

const dockColumns = `m.id, m.mailbox_id, m.source, m.raw, m.size, m.received_at, m.message_id, m.from_name, m.from_addr, m.subject, m.kind,
	m.fate, m.reason, m.reason_args, m.ticket_id, t.number, m.entry_id, m.duplicate_of, m.version, m.warnings, p.place, p.due_at, p.problem`

func dockFields(r *dockRow) []any {
	return []any{&r.ID, &r.MailboxID, &r.Source, &r.Raw, &r.Size, &r.ReceivedAt, &r.MessageID, &r.FromName, &r.FromAddr, &r.Subject, &r.Kind,
		(*string)(&r.Fate), &r.Reason, &r.args, &r.TicketID, &r.Number, &r.EntryID, &r.DuplicateOf, &r.Version, &r.warnings, &r.place, &r.due, &r.problem}
}

// dockTables are the mails with what their rows name.
const dockTables = " FROM mail m LEFT JOIN ticket t ON t.id = m.ticket_id LEFT JOIN mail_place p ON p.mail_id = m.id "

// Mails returns a page of the mails that came in, newest first: those of one fate,
// or all for "". after is the id of the last row of the page before, 0 at first.
func Mails(ctx context.Context, q db.Querier, fate Fate, after int64, limit int) (rows []Row, next int64, err error) {
	if limit <= 0 || limit > 200 {
		limit = 50
	}
	where, args := "WHERE m.source <> 'history'", []any{} // an archive is shown where it was imported
	if fate != "" {
		where, args = where+" AND m.fate = ?", append(args, string(fate))
	}
	if after != 0 {
		where, args = where+" AND m.id < ?", append(args, after)
	}
	found, err := db.All(ctx, q, dockFields, "SELECT "+dockColumns+dockTables+where+
		" ORDER BY m.id DESC LIMIT ?", append(args, limit+1)...)
	if err != nil {
		return nil, 0, err
	}
	for _, f := range found[:min(len(found), limit)] {
		row, err := f.row()
		if err != nil {
			return nil, 0, err
		}
		rows = append(rows, row)
	}
	if len(found) > limit {
		next = rows[limit-1].ID
	}
	return rows, next, nil
}

// MailByID returns one mail of the dock.
func MailByID(ctx context.Context, q db.Querier, id int64) (Row, error) {
	f, err := db.One(ctx, q, dockFields, "SELECT "+dockColumns+dockTables+"WHERE m.id = ?", id)
	if errors.Is(err, db.ErrNone) {
		return f.Row, fault.New(fault.Missing, "fault.gone")
	}
	if err != nil {
		return f.Row, err
	}
	return f.row()
}

func (r dockRow) row() (Row, error) {
	r.Warnings = warningsOf(r.warnings)
	r.InJunk, r.Moving = r.place == string(outbox.Junk), !r.due.IsZero()
	if r.problem != "" {
		if err := json.Unmarshal([]byte(r.problem), &r.MoveProblem); err != nil {
			return r.Row, fmt.Errorf("place of mail %d: %w", r.ID, err)
		}
	}
	if err := json.Unmarshal([]byte(r.args), &r.Args); err != nil {
		return r.Row, fmt.Errorf("reason of mail %d: %w", r.ID, err)
	}
	return r.Row, nil
}

// FateCounts returns how many mails had each fate.
func FateCounts(ctx context.Context, q db.Querier) (map[Fate]int64, error) {
	type cell struct {
		fate string
		n    int64
	}
	cells, err := db.All(ctx, q, func(c *cell) []any { return []any{&c.fate, &c.n} }, "SELECT fate, n FROM mail_count")
	out := map[Fate]int64{}
	for _, c := range cells {
		out[Fate(c.fate)] = c.n
	}
	return out, err
}
