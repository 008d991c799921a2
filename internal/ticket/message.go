package ticket

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/journal"
)

// Direction says which way a message went.
type Direction string

// The directions. Auto and bounce came from machines; a call is told by an agent.
const (
	In     Direction = "in"
	Out    Direction = "out"
	Auto   Direction = "auto"
	Bounce Direction = "bounce"
	Call   Direction = "call"
)

// Fold is a run of Message.Body that the view folds away: a quote, a signature.
// Start and End are byte offsets.
type Fold struct {
	Kind  string `json:"kind"`
	Start int    `json:"start"`
	End   int    `json:"end"`
}

// Person is a name and an address as a mail gives them.
type Person struct {
	Address string
	Name    string
	Role    string // to or cc
}

// Attachment is part Part of the message's raw source.
type Attachment struct {
	MessageID int64
	Part      int
	Name      string // a label only: never a path
	Type      string
	Size      int64 // bytes, decoded
	Hash      string
	Inline    bool
	CID       string
}

// Message is one thing said between the desk and the outside.
type Message struct {
	ID          int64
	TicketID    int64
	Direction   Direction
	MailID      int64  // the mail that it came in, 0 for none
	Raw         string // the content that holds the mail as sent or received
	ContactID   int64
	AgentID     int64
	From        Person
	Recipients  []Person
	Subject     string
	MessageID   string // RFC 5322, without <>
	At          time.Time
	Body        string // the readable text, whole
	HTML        bool   // the raw source has an HTML form too
	Folds       []Fold
	Attachments []Attachment
}

// Add puts a message into a ticket: its rows, its place in the search, the
// ticket's last line, the journal. An incoming message of a person reopens a
// ticket that is not open. activity is where the ticket goes in lists.
func Add(ctx context.Context, tx *db.Tx, by journal.Actor, now, activity time.Time, t Ticket, m Message) (Message, error) {
	id, err := tx.NewID(ctx)
	if err != nil {
		return m, err
	}
	m.ID, m.TicketID = id, t.ID
	if err := insertMessage(ctx, tx, m); err != nil {
		return m, err
	}
	if err := index(ctx, tx, m.ID, m.Subject, m.Body, m.people()); err != nil {
		return m, err
	}
	lastIn := t.LastInID
	if m.Direction == In || m.Direction == Call {
		lastIn = m.ID
	}
	if err := touch(ctx, tx, t, activity, m.visible(), m.ID, lastIn, hasFiles(m.Attachments)); err != nil {
		return m, err
	}
	if _, err := journal.Append(ctx, tx, now, journal.Entry{Actor: by, Kind: "message." + string(m.Direction), Subject: "message",
		SubjectID: m.ID, TicketID: t.ID}); err != nil {
		return m, err
	}
	if m.Direction == In && t.Status.queue() != 0 {
		open := Open
		_, err = Change(ctx, tx, by, now, t.ID, 0, Patch{Status: &open})
	}
	return m, err
}

func insertMessage(ctx context.Context, tx *db.Tx, m Message) error {
	folds := "[]"
	if len(m.Folds) > 0 {
		p, err := json.Marshal(m.Folds)
		if err != nil {
			return fmt.Errorf("folds: %w", err)
		}
		folds = string(p)
	}
	if _, err := tx.Exec(ctx, `INSERT INTO message (id, ticket_id, direction, mail_id, raw, contact_id, agent_id, from_name, from_addr,
		subject, message_id, at, body, html, folds, files) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		m.ID, m.TicketID, string(m.Direction), db.Null(m.MailID), m.Raw, db.Null(m.ContactID), db.Null(m.AgentID), m.From.Name,
		m.From.Address, m.Subject, m.MessageID, m.At, m.Body, m.HTML, folds, len(m.Attachments)); err != nil {
		return err
	}
	for i, r := range m.Recipients {
		if _, err := tx.Exec(ctx, "INSERT INTO message_recipient (message_id, position, role, address, name) VALUES (?, ?, ?, ?, ?)",
			m.ID, i, r.Role, r.Address, r.Name); err != nil {
			return err
		}
	}
	for _, a := range m.Attachments {
		if _, err := tx.Exec(ctx, `INSERT INTO attachment (message_id, part, name, type, size, hash, inline, cid)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, m.ID, a.Part, a.Name, a.Type, a.Size, a.Hash, a.Inline, a.CID); err != nil {
			return err
		}
	}
	return nil
}

// hasFiles says whether there is an attachment that a person would look for.
func hasFiles(list []Attachment) bool {
	for _, a := range list {
		if !a.Inline {
			return true
		}
	}
	return false
}

// visible is the text without its folded runs.
func (m Message) visible() string {
	var b strings.Builder
	from := 0
	for _, f := range m.Folds {
		if f.Start >= from && f.End <= len(m.Body) && f.Start <= f.End {
			b.WriteString(m.Body[from:f.Start])
			from = f.End
		}
	}
	b.WriteString(m.Body[from:])
	return b.String()
}

// people is what a search for a person finds the message by.
func (m Message) people() string {
	var b strings.Builder
	for _, p := range append([]Person{m.From}, m.Recipients...) {
		b.WriteString(p.Name + " " + p.Address + " ")
	}
	return b.String()
}

// touch moves a ticket to its new place in lists and gives it its last line. A
// ticket that stays where it is, as one just opened does, keeps its place in the
// five indexes that hold it.
func touch(ctx context.Context, tx *db.Tx, t Ticket, activity time.Time, text string, entry, lastIn int64, files bool) error {
	set, args := "", []any{}
	if activity.UnixMilli() > t.ActivityAt.UnixMilli() {
		set, args = "activity_at = ?, ", []any{activity}
	}
	_, err := tx.Exec(ctx, "UPDATE ticket SET "+set+"snippet = ?, last_entry_id = ?, last_in_id = ?, files = ? WHERE id = ?",
		append(args, snippet(text), entry, lastIn, t.Files || files, t.ID)...)
	return err
}

// snippet is the first words of a text on one line.
func snippet(text string) string {
	words := strings.Fields(cut(strings.TrimSpace(text), 400))
	return cut(strings.Join(words, " "), 160)
}

// AddNote writes an internal note: it never leaves the desk, and stands in a
// table of its own so that no query for a mail can quote it.
func AddNote(ctx context.Context, tx *db.Tx, agent int64, now time.Time, ticket int64, body string) (int64, error) {
	body = strings.TrimSpace(body)
	var c fault.Check
	c.That(body != "", "text", "fault.empty")
	c.That(len(body) <= 200_000, "text", "fault.too_long", "max", 200_000)
	if err := c.Err(); err != nil {
		return 0, err
	}
	t, err := ByID(ctx, tx, ticket)
	if err != nil {
		return 0, err
	}
	id, err := tx.NewID(ctx)
	if err != nil {
		return 0, err
	}
	if _, err := tx.Exec(ctx, "INSERT INTO note (id, ticket_id, agent_id, at, body) VALUES (?, ?, ?, ?, ?)", id, ticket, agent, now, body); err != nil {
		return 0, err
	}
	if err := index(ctx, tx, id, t.Subject, body, ""); err != nil {
		return 0, err
	}
	if err := touch(ctx, tx, t, now, body, id, t.LastInID, false); err != nil {
		return 0, err
	}
	if err := KeepNote(ctx, tx, agent, ticket, "", now); err != nil { // it is written
		return 0, err
	}
	_, err = journal.Append(ctx, tx, now, journal.Entry{Actor: journal.Agent(agent), Kind: "note.added", Subject: "note", SubjectID: id, TicketID: ticket})
	return id, err
}
