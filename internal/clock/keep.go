package clock

import (
	"context"
	"errors"
	"time"

	"guichet/internal/db"
	"guichet/internal/journal"
	"guichet/internal/sla"
	"guichet/internal/ticket"
)

// Alarm is how a list colours a ticket.
type Alarm int

// The alarms.
const (
	Quiet Alarm = iota
	AtRisk
	Late
)

// Mark is what a list shows of a ticket's clocks: the one that is due first.
type Mark struct {
	TicketID int64
	Goal     sla.Goal
	Alarm    Alarm
	DueAt    time.Time
}

func markFields(m *Mark) []any {
	return []any{&m.TicketID, (*string)(&m.Goal), (*int)(&m.Alarm), &m.DueAt}
}

// Marks returns the marks of some tickets (a page of a list); those without a clock that runs have none.
func Marks(ctx context.Context, q db.Querier, ids []int64) (map[int64]Mark, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	rows, err := db.All(ctx, q, markFields, "SELECT ticket_id, goal, alarm, due_at FROM ticket_clock WHERE due_at IS NOT NULL AND ticket_id IN "+db.In(len(ids)), args...)
	marks := make(map[int64]Mark, len(rows))
	for _, m := range rows {
		marks[m.TicketID] = m
	}
	return marks, err
}

// Alarmed returns the tickets of an alarm, the one that was or is due first before the others.
func Alarmed(ctx context.Context, q db.Querier, alarm Alarm, limit int) ([]Mark, error) {
	return db.All(ctx, q, markFields, `SELECT ticket_id, goal, alarm, due_at FROM ticket_clock WHERE alarm = ? AND due_at IS NOT NULL
		ORDER BY due_at, ticket_id LIMIT ?`, int(alarm), limit)
}

const (
	entriesAtOnce = 500
	ticketsAtOnce = 100
)

// Follow keeps the marks true: it takes up what the journal says since the last time, and what has become another by
// time alone. It does a part at a time; more says that there is work left. next is when something changes by time alone,
// zero for never.
func Follow(ctx context.Context, d *db.DB, now time.Time) (more bool, next time.Time, err error) {
	if waiting, next, err := waits(ctx, d, now); err != nil || !waiting {
		return false, next, err
	}
	err = d.Write(ctx, func(tx *db.Tx) error {
		if err := takeUp(ctx, tx, now); err != nil {
			return err
		}
		return keepDue(ctx, tx, now)
	})
	return true, time.Time{}, err
}

// waits looks without writing whether there is something to do.
func waits(ctx context.Context, q db.Querier, now time.Time) (bool, time.Time, error) {
	contracts, err := db.Values[int64](ctx, q, "SELECT id FROM contract LIMIT 1")
	if err != nil || len(contracts) == 0 {
		return false, time.Time{}, err // nothing was ever promised
	}
	seq, err := place(ctx, q)
	if err != nil {
		return false, time.Time{}, err
	}
	last, err := journal.Last(ctx, q)
	if err != nil || last > seq {
		return err == nil, time.Time{}, err
	}
	next, err := db.One(ctx, q, func(t *time.Time) []any { return []any{t} },
		"SELECT next_at FROM ticket_clock WHERE next_at IS NOT NULL ORDER BY next_at LIMIT 1")
	if errors.Is(err, db.ErrNone) {
		return false, time.Time{}, nil
	}
	return err == nil && !next.After(now), next, err
}

func place(ctx context.Context, q db.Querier) (int64, error) {
	return db.Value[int64](ctx, q, "SELECT seq FROM clock_place WHERE name = 'journal'")
}

// takeUp marks the tickets that entries of the journal may have given other clocks as due for another look.
func takeUp(ctx context.Context, tx *db.Tx, now time.Time) error {
	seq, err := place(ctx, tx)
	if err != nil {
		return err
	}
	if seq < 0 { // the first time: no contract is older than this table
		first, err := db.Value[int64](ctx, tx, "SELECT COALESCE(MIN(seq), 1) FROM journal WHERE subject = 'contract'")
		if err != nil {
			return err
		}
		seq = first - 1
	}
	entries, err := journal.Since(ctx, tx, seq, entriesAtOnce)
	if err != nil {
		return err
	}
	touched := map[int64]bool{}
	for _, e := range entries {
		seq = e.Seq
		if e.TicketID != 0 && !touched[e.TicketID] {
			touched[e.TicketID] = true
			if err := look(ctx, tx, now, "t.id = ?", e.TicketID); err != nil {
				return err
			}
		}
		if err := lookAround(ctx, tx, now, e); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, "UPDATE clock_place SET seq = ? WHERE name = 'journal'", seq)
	return err
}

// lookAround is for entries that are about no ticket and yet about clocks.
func lookAround(ctx context.Context, tx *db.Tx, now time.Time, e journal.Entry) error {
	switch e.Subject {
	case "contract":
		if client, ok := number(e, "client"); ok {
			return look(ctx, tx, now, "t.client_id = ? AND t.queue IN (0, 1)", client)
		}
	case "client":
		if e.Kind == "client.merged" || e.Kind == "client.unmerged" || e.Kind == "client.took_over" {
			return look(ctx, tx, now, "t.client_id = ? AND t.queue IN (0, 1)", e.SubjectID)
		}
	case "asset":
		return look(ctx, tx, now, "t.id IN (SELECT ticket_id FROM qualification WHERE asset_id = ?)", e.SubjectID)
	}
	return nil
}

// look asks for another look at tickets that have a clock, or a client with a contract.
func look(ctx context.Context, tx *db.Tx, now time.Time, which string, arg int64) error {
	_, err := tx.Exec(ctx, `INSERT INTO ticket_clock (ticket_id, goal, alarm, next_at) SELECT t.id, '', 0, ? FROM ticket t WHERE `+which+`
		AND (EXISTS (SELECT 1 FROM contract c WHERE c.client_id = t.client_id) OR EXISTS (SELECT 1 FROM ticket_clock k WHERE k.ticket_id = t.id))
		ON CONFLICT (ticket_id) DO UPDATE SET next_at = excluded.next_at`, now, arg)
	return err
}

// keepDue looks at the tickets that ask for it.
func keepDue(ctx context.Context, tx *db.Tx, now time.Time) error {
	due, err := db.Values[int64](ctx, tx, "SELECT ticket_id FROM ticket_clock WHERE next_at <= ? ORDER BY next_at, ticket_id LIMIT ?", now, ticketsAtOnce)
	if err != nil {
		return err
	}
	for _, id := range due {
		if err := keep(ctx, tx, now, id); err != nil {
			return err
		}
	}
	return nil
}

// keep stores how a ticket's clocks stand. One whose clocks have all stopped leaves the table.
func keep(ctx context.Context, tx *db.Tx, now time.Time, id int64) error {
	t, err := ticket.ByID(ctx, tx, id)
	if err != nil {
		return err
	}
	c, err := Of(ctx, tx, t, nil)
	if err != nil {
		return err
	}
	clocks := sla.All(c, now)
	var next time.Time
	alarm := Quiet
	for _, one := range clocks {
		if !one.Next.IsZero() && (next.IsZero() || one.Next.Before(next)) {
			next = one.Next
		}
		if !one.Stopped {
			alarm = max(alarm, alarmOf(one))
		}
	}
	worst, runs := sla.Worst(clocks)
	if err := noteChange(ctx, tx, Mark{id, worst.Goal, alarm, worst.Due}); err != nil {
		return err
	}
	if !runs && next.IsZero() {
		_, err := tx.Exec(ctx, "DELETE FROM ticket_clock WHERE ticket_id = ?", id)
		return err
	}
	if !next.IsZero() { // an instant within a millisecond has come when the next one begins
		next = next.Add(time.Millisecond - 1).Truncate(time.Millisecond)
	}
	_, err = tx.Exec(ctx, "UPDATE ticket_clock SET goal = ?, alarm = ?, due_at = ?, next_at = ? WHERE ticket_id = ?",
		string(worst.Goal), int(alarm), worst.Due, next, id)
	return err
}

// noteChange notes that a ticket's mark is another than before, for those who keep what depends on it: no entry of the
// journal tells, since nobody did anything.
func noteChange(ctx context.Context, tx *db.Tx, m Mark) error {
	before, err := db.One(ctx, tx, markFields, "SELECT ticket_id, goal, alarm, due_at FROM ticket_clock WHERE ticket_id = ?", m.TicketID)
	if err != nil || before.Goal == m.Goal && before.Alarm == m.Alarm && before.DueAt.Equal(m.DueAt) {
		return err
	}
	seq, err := tx.Next(ctx, "clock_change")
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "INSERT INTO clock_change (ticket_id, seq) VALUES (?, ?) ON CONFLICT (ticket_id) DO UPDATE SET seq = excluded.seq", m.TicketID, seq)
	return err
}

// ChangedSince returns the tickets whose mark has become another after seq, and the newest seq.
func ChangedSince(ctx context.Context, q db.Querier, seq int64) (tickets []int64, last int64, err error) {
	type change struct{ ticket, seq int64 }
	rows, err := db.All(ctx, q, func(c *change) []any { return []any{&c.ticket, &c.seq} },
		"SELECT ticket_id, seq FROM clock_change WHERE seq > ? ORDER BY seq", seq)
	for _, c := range rows {
		tickets, seq = append(tickets, c.ticket), c.seq
	}
	return tickets, seq, err
}

func alarmOf(c sla.Clock) Alarm {
	switch {
	case c.State == sla.Late:
		return Late
	case c.AtRisk:
		return AtRisk
	}
	return Quiet
}
