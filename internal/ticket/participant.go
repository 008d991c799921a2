package ticket

import (
	"context"
	"time"

	"guichet/internal/db"
)

// State of a participant. Somebody in copy of an incoming mail is proposed until
// a technician has seen that mail; a proposed participant receives nothing.
type State string

// The states.
const (
	Active   State = "active"
	Proposed State = "proposed"
	Removed  State = "removed"
)

// Participant is somebody who takes part in a ticket by mail.
type Participant struct {
	TicketID  int64
	Address   string
	ContactID int64
	Name      string
	Role      string // requester or cc
	State     State
	Since     time.Time
}

// Join adds a participant. Who takes part already keeps state and role; who was
// removed by a technician stays out.
func Join(ctx context.Context, tx *db.Tx, p Participant) error {
	_, err := tx.Exec(ctx, `INSERT INTO participant (ticket_id, address, contact_id, name, role, state, since) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (ticket_id, address) DO NOTHING`,
		p.TicketID, p.Address, db.Null(p.ContactID), p.Name, p.Role, string(p.State), p.Since)
	return err
}

// Confirm is Join for who wrote or was written to: who was only proposed until now
// takes part. Who was removed by a technician stays out.
func Confirm(ctx context.Context, tx *db.Tx, p Participant) error {
	if err := Join(ctx, tx, p); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE participant SET state = 'active', contact_id = COALESCE(contact_id, ?)
		WHERE ticket_id = ? AND address = ? AND state = 'proposed' AND since = ?`, db.Null(p.ContactID), p.TicketID, p.Address, p.Since)
	return err
}

// Invite makes somebody whom a technician writes to take part, even who was
// proposed or removed before. A requester stays the requester.
func Invite(ctx context.Context, tx *db.Tx, p Participant) error {
	if err := Join(ctx, tx, p); err != nil {
		return err
	}
	return SetParticipant(ctx, tx, p.TicketID, p.Address, Active)
}

// Uninvite takes out who is in copy and whom no message of the ticket names any
// more: the one that brought them was taken away. Who was removed by a technician
// stays out, whatever names them later.
func Uninvite(ctx context.Context, tx *db.Tx, ticket int64) error {
	_, err := tx.Exec(ctx, `DELETE FROM participant WHERE ticket_id = ? AND role = 'cc' AND state <> 'removed' AND NOT EXISTS (
		SELECT 1 FROM message m LEFT JOIN message_recipient r ON r.message_id = m.id
		WHERE m.ticket_id = participant.ticket_id AND (m.from_addr = participant.address OR r.address = participant.address))`, ticket)
	return err
}

// Participants returns who takes part, the requester first.
func Participants(ctx context.Context, q db.Querier, ticket int64) ([]Participant, error) {
	return db.All(ctx, q, func(p *Participant) []any {
		return []any{&p.TicketID, &p.Address, &p.ContactID, &p.Name, &p.Role, (*string)(&p.State), &p.Since}
	}, `SELECT ticket_id, address, contact_id, name, role, state, since FROM participant WHERE ticket_id = ?
		ORDER BY CASE role WHEN 'requester' THEN 0 ELSE 1 END, since, address`, ticket)
}

// Participates says whether an address takes part in a ticket, or the contact (0
// for none) whose it is under another. Who is only proposed does not yet, and an
// address that was removed no longer, whosever it is.
func Participates(ctx context.Context, q db.Querier, ticket int64, address string, contact int64) (bool, error) {
	states, err := db.All(ctx, q, func(p *Participant) []any { return []any{&p.Address, (*string)(&p.State)} },
		"SELECT address, state FROM participant WHERE ticket_id = ? AND (address = ? OR contact_id = ?)", ticket, address, db.Null(contact))
	takes := false
	for _, p := range states {
		if p.Address == address {
			return p.State == Active, err
		}
		takes = takes || p.State == Active
	}
	return takes, err
}

// Heading is what names a ticket.
type Heading struct {
	ID      int64
	Subject string
}

// OfParticipant returns the last tickets, newest first, in which an address takes
// part and something happened since a time.
func OfParticipant(ctx context.Context, q db.Querier, address string, since time.Time, limit int) ([]Heading, error) {
	return db.All(ctx, q, func(h *Heading) []any { return []any{&h.ID, &h.Subject} },
		`SELECT t.id, t.subject FROM participant p JOIN ticket t ON t.id = p.ticket_id
		WHERE p.address = ? AND p.state = 'active' AND t.activity_at > ? ORDER BY p.ticket_id DESC LIMIT ?`, address, since, limit)
}

// SetParticipant changes the state of one participant.
func SetParticipant(ctx context.Context, tx *db.Tx, ticket int64, address string, state State) error {
	_, err := tx.Exec(ctx, "UPDATE participant SET state = ? WHERE ticket_id = ? AND address = ?", string(state), ticket, address)
	return err
}

// hand makes the contact who asks for a ticket from now on the requester among who
// takes part, under the address that the ticket knows, else their first. Who was it
// before stays in copy where a message names them, and is gone otherwise.
func hand(ctx context.Context, tx *db.Tx, now time.Time, ticket, contact int64) error {
	if _, err := tx.Exec(ctx, "UPDATE participant SET role = 'cc' WHERE ticket_id = ? AND role = 'requester'", ticket); err != nil {
		return err
	}
	const first = `SELECT a.address FROM contact_address a LEFT JOIN participant p ON p.ticket_id = ? AND p.address = a.address
		WHERE a.contact_id = ? ORDER BY CASE WHEN p.address IS NULL THEN 1 ELSE 0 END, CASE WHEN a.dead_at IS NULL THEN 0 ELSE 1 END, a.position LIMIT 1`
	if _, err := tx.Exec(ctx, `INSERT INTO participant (ticket_id, address, contact_id, name, role, state, since)
		SELECT CAST(? AS BIGINT), a.address, c.id, c.name, 'requester', 'active', CAST(? AS BIGINT)
		FROM contact c JOIN contact_address a ON a.contact_id = c.id WHERE c.id = ? AND a.address = (`+first+`)
		ON CONFLICT (ticket_id, address) DO UPDATE SET role = 'requester', state = 'active', contact_id = excluded.contact_id`,
		ticket, now, contact, ticket, contact); err != nil {
		return err
	}
	return Uninvite(ctx, tx, ticket)
}

// Seen notes that an agent has read a ticket up to an entry. Who was in copy of
// what has been read takes part from now on.
func Seen(ctx context.Context, tx *db.Tx, agent, ticket, entry int64) error {
	if _, err := tx.Exec(ctx, `INSERT INTO ticket_seen (agent_id, ticket_id, entry_id) VALUES (?, ?, ?)
		ON CONFLICT (agent_id, ticket_id) DO UPDATE SET entry_id = excluded.entry_id WHERE ticket_seen.entry_id < excluded.entry_id`,
		agent, ticket, entry); err != nil {
		return err
	}
	// Not who came with a mail that arrived while the agent was reading.
	_, err := tx.Exec(ctx, `UPDATE participant SET state = 'active' WHERE ticket_id = ? AND state = 'proposed' AND EXISTS (
		SELECT 1 FROM message m WHERE m.ticket_id = participant.ticket_id AND m.id <= ? AND (m.from_addr = participant.address OR EXISTS (
			SELECT 1 FROM message_recipient r WHERE r.message_id = m.id AND r.address = participant.address)))`, ticket, entry)
	return err
}
