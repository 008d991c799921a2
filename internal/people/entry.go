package people

import (
	"context"
	"errors"
	"time"

	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/journal"
)

// entry is a ticket that opens one session once.
type entry struct {
	agent     int64
	kind      string
	expiresAt time.Time
	usedAt    time.Time
	session   int64
}

// lives says how long the ticket of each kind may wait to be used.
func lives(kind string) time.Duration {
	if kind == KindLink {
		return 24 * time.Hour
	}
	return time.Minute
}

// NewEntry returns a ticket (256 bits) that opens one session of an active
// agent, once: within 60 s for KindWindow, within 24 h for KindLink. Only its
// hash is stored. A link is noted in the journal, with by as the one who gave it.
func NewEntry(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, agent int64, kind string) (string, error) {
	a, err := AgentByID(ctx, tx, agent)
	if err != nil {
		return "", err
	}
	if !a.Active {
		return "", fault.New(fault.Refused, "people.err.inactive", "name", a.Name)
	}
	ticket, err := NewTicket()
	if err != nil {
		return "", err
	}
	if err := KeepTicket(ctx, tx, now, agent, kind, ticket); err != nil {
		return "", err
	}
	if kind != KindLink {
		return ticket, nil
	}
	return ticket, happened(ctx, tx, by, now, "agent.link", agent, nil)
}

// NewTicket returns a ticket that opens nothing yet: the window asks for its way in
// before there is a database to note it in. KeepTicket makes it good.
func NewTicket() (string, error) {
	ticket, _, err := newToken()
	return ticket, err
}

// KeepTicket lets a ticket open one session of an agent; its time begins at now.
func KeepTicket(ctx context.Context, tx *db.Tx, now time.Time, agent int64, kind, ticket string) error {
	_, err := tx.Exec(ctx, "INSERT INTO entry (ticket_hash, agent_id, kind, expires_at) VALUES (?, ?, ?, ?)",
		tokenHash(ticket), agent, kind, now.Add(lives(kind)))
	return err
}

// UseEntry exchanges a ticket for a session. label says what entered (the
// browser's name for itself). A ticket that was used before means that somebody
// else has it: alarm is then true, the session that it opened is over, and the
// caller must commit that before it refuses. Any other ticket that opens nothing
// gives a Refused fault.
func UseEntry(ctx context.Context, tx *db.Tx, now time.Time, ticket, label string) (token string, s Session, alarm bool, err error) {
	hash := tokenHash(ticket)
	e, err := db.One(ctx, tx, func(e *entry) []any { return []any{&e.agent, &e.kind, &e.expiresAt, &e.usedAt, &e.session} },
		"SELECT agent_id, kind, expires_at, used_at, session_id FROM entry WHERE ticket_hash = ?", hash)
	if errors.Is(err, db.ErrNone) {
		return "", s, false, fault.New(fault.Refused, "people.err.entry")
	}
	if err != nil {
		return "", s, false, err
	}
	if !e.usedAt.IsZero() {
		s, err = alarmed(ctx, tx, now, e, label)
		return "", s, err == nil, err
	}
	if !now.Before(e.expiresAt) {
		return "", s, false, fault.New(fault.Refused, "people.err.entry_late")
	}
	n, err := tx.Exec(ctx, "UPDATE entry SET used_at = ? WHERE ticket_hash = ? AND used_at IS NULL", now, hash)
	if err == nil && n == 0 { // another process, at the same instant
		err = fault.New(fault.Refused, "people.err.entry_twice")
	}
	if err != nil {
		return "", s, false, err
	}
	if token, s, err = openSession(ctx, tx, now, e.agent, e.kind, label); err != nil {
		return "", s, false, err
	}
	_, err = tx.Exec(ctx, "UPDATE entry SET session_id = ? WHERE ticket_hash = ?", s.ID, hash)
	return token, s, false, err
}

// alarmed ends the session that a ticket opened when the ticket comes a second
// time: nobody can tell which of the two was meant.
func alarmed(ctx context.Context, tx *db.Tx, now time.Time, e entry, label string) (Session, error) {
	if err := Revoke(ctx, tx, journal.System(), now, e.session); err != nil {
		return Session{}, err
	}
	s, err := db.One(ctx, tx, sessionFields, "SELECT "+sessionColumns+" FROM session WHERE id = ?", e.session)
	if err != nil {
		return s, gone(err)
	}
	return s, happened(ctx, tx, journal.System(), now, "session.alarm", s.ID, edits{
		{Field: "agent", After: e.agent}, {Field: "label", After: cut(tidy(label), 200)}})
}

// ForgetOld removes entries and sessions that ended long ago.
func ForgetOld(ctx context.Context, tx *db.Tx, now time.Time) error {
	if _, err := tx.Exec(ctx, "DELETE FROM entry WHERE expires_at < ?", now.Add(-2*idle)); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "DELETE FROM session WHERE expires_at < ? OR revoked_at < ?", now.Add(-2*idle), now.Add(-2*idle))
	return err
}
