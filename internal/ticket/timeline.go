package ticket

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"guichet/internal/db"
	"guichet/internal/fault"
)

// Note is an internal note.
type Note struct {
	ID       int64
	TicketID int64
	AgentID  int64
	At       time.Time
	Body     string
}

const messageColumns = `id, ticket_id, direction, mail_id, raw, contact_id, agent_id, from_name, from_addr, subject, message_id,
	at, body, html, folds`

type messageRow struct {
	Message
	folds string
}

func messageFields(m *messageRow) []any {
	return []any{&m.ID, &m.TicketID, (*string)(&m.Direction), &m.MailID, &m.Raw, &m.ContactID, &m.AgentID, &m.From.Name, &m.From.Address,
		&m.Subject, &m.MessageID, &m.At, &m.Body, &m.HTML, &m.folds}
}

// Entry is a message or a note by its id and its own time: what is enough to
// order a timeline by, however long its texts are.
type Entry struct {
	ID int64
	At time.Time
}

// Entries returns every message and note of a ticket in the order in which they
// came.
func Entries(ctx context.Context, q db.Querier, ticket int64) ([]Entry, error) {
	return db.All(ctx, q, func(e *Entry) []any { return []any{&e.ID, &e.At} },
		"SELECT id, at FROM message WHERE ticket_id = ? UNION ALL SELECT id, at FROM note WHERE ticket_id = ? ORDER BY 1", ticket, ticket)
}

// Messages returns a ticket's messages with their recipients and attachments,
// oldest first. One that comes in between the statements is left whole to the next
// reading.
func Messages(ctx context.Context, q db.Querier, ticket int64) ([]Message, error) {
	return MessagesBetween(ctx, q, ticket, 0, math.MaxInt64)
}

// MessagesBetween is Messages for those whose ids are from first to last.
func MessagesBetween(ctx context.Context, q db.Querier, ticket, first, last int64) ([]Message, error) {
	rows, err := db.All(ctx, q, messageFields, "SELECT "+messageColumns+" FROM message WHERE ticket_id = ? AND id BETWEEN ? AND ? ORDER BY id", ticket, first, last)
	if err != nil {
		return nil, err
	}
	out := make([]Message, len(rows))
	at := map[int64]*Message{}
	for i, r := range rows {
		if out[i], err = r.message(); err != nil {
			return nil, err
		}
		at[r.ID] = &out[i]
	}
	type to struct {
		message int64
		Person
	}
	people, err := db.All(ctx, q, func(r *to) []any { return []any{&r.message, &r.Role, &r.Address, &r.Name} },
		`SELECT r.message_id, r.role, r.address, r.name FROM message_recipient r JOIN message m ON m.id = r.message_id
		WHERE m.ticket_id = ? AND m.id BETWEEN ? AND ? ORDER BY r.message_id, r.position`, ticket, first, last)
	if err != nil {
		return nil, err
	}
	for _, p := range people {
		if m := at[p.message]; m != nil {
			m.Recipients = append(m.Recipients, p.Person)
		}
	}
	files, err := db.All(ctx, q, attachmentFields, `SELECT a.message_id, a.part, a.name, a.type, a.size, a.hash, a.inline, a.cid
		FROM attachment a JOIN message m ON m.id = a.message_id WHERE m.ticket_id = ? AND m.id BETWEEN ? AND ?
		ORDER BY a.message_id, a.part`, ticket, first, last)
	for _, a := range files {
		if m := at[a.MessageID]; m != nil {
			m.Attachments = append(m.Attachments, a)
		}
	}
	return out, err
}

// LastIn returns the last message that came in, without its recipients and
// attachments; db.ErrNone where none has.
func LastIn(ctx context.Context, q db.Querier, ticket int64) (Message, error) {
	row, err := db.One(ctx, q, messageFields,
		"SELECT "+messageColumns+" FROM message WHERE ticket_id = ? AND direction = 'in' ORDER BY id DESC LIMIT 1", ticket)
	if err != nil {
		return Message{}, err
	}
	return row.message()
}

func attachmentFields(a *Attachment) []any {
	return []any{&a.MessageID, &a.Part, &a.Name, &a.Type, &a.Size, &a.Hash, &a.Inline, &a.CID}
}

func (r messageRow) message() (Message, error) {
	if err := json.Unmarshal([]byte(r.folds), &r.Folds); err != nil {
		return r.Message, fmt.Errorf("folds of message %d: %w", r.ID, err)
	}
	return r.Message, nil
}

// MessageByID returns one message without its recipients, with its attachments.
func MessageByID(ctx context.Context, q db.Querier, id int64) (Message, error) {
	row, err := db.One(ctx, q, messageFields, "SELECT "+messageColumns+" FROM message WHERE id = ?", id)
	if errors.Is(err, db.ErrNone) {
		return Message{}, fault.New(fault.Missing, "ticket.err.message_missing")
	}
	if err != nil {
		return Message{}, err
	}
	m, err := row.message()
	if err != nil {
		return m, err
	}
	m.Attachments, err = db.All(ctx, q, attachmentFields,
		"SELECT message_id, part, name, type, size, hash, inline, cid FROM attachment WHERE message_id = ? ORDER BY part", id)
	return m, err
}

// Newer says whether anything was said with a person, in either direction, after
// an entry: what an answer begun then does not know of.
func Newer(ctx context.Context, q db.Querier, ticket, entry int64) (bool, error) {
	n, err := db.Value[int64](ctx, q, "SELECT COUNT(*) FROM message WHERE ticket_id = ? AND id > ? AND direction IN ('in', 'call', 'out')", ticket, entry)
	return n > 0, err
}

// NotesBetween returns the internal notes of a ticket whose ids are from first to
// last, oldest first.
func NotesBetween(ctx context.Context, q db.Querier, ticket, first, last int64) ([]Note, error) {
	return db.All(ctx, q, func(n *Note) []any { return []any{&n.ID, &n.TicketID, &n.AgentID, &n.At, &n.Body} },
		"SELECT id, ticket_id, agent_id, at, body FROM note WHERE ticket_id = ? AND id BETWEEN ? AND ? ORDER BY id", ticket, first, last)
}

// Chain returns the Message-IDs of a ticket's messages that went or came by
// mail, oldest first: what an answer refers to.
func Chain(ctx context.Context, q db.Querier, ticket int64) ([]string, error) {
	return db.Values[string](ctx, q, "SELECT message_id FROM message WHERE ticket_id = ? AND message_id <> '' ORDER BY id", ticket)
}
