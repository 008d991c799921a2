package ticket

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"guichet/internal/blob"
	"guichet/internal/db"
	"guichet/internal/fault"
)

// Draft is an answer that an agent has begun. Content is the front end's own
// form of it (JSON); the room only keeps it.
type Draft struct {
	AgentID   int64
	TicketID  int64
	Content   string
	UpdatedAt time.Time
	Version   int64
}

// DraftFile is a file put into a draft; its bytes are a content.
type DraftFile struct {
	ID       int64
	AgentID  int64
	TicketID int64
	Hash     string
	Name     string
	Type     string
	Size     int64
	Inline   bool
	CID      string
}

// DraftOf returns an agent's draft for a ticket, and false where there is none.
func DraftOf(ctx context.Context, q db.Querier, agent, ticket int64) (Draft, bool, error) {
	d, err := db.One(ctx, q, func(d *Draft) []any {
		return []any{&d.AgentID, &d.TicketID, &d.Content, &d.UpdatedAt, &d.Version}
	},
		"SELECT agent_id, ticket_id, content, updated_at, version FROM draft WHERE agent_id = ? AND ticket_id = ? AND outbox_id = 0", agent, ticket)
	if errors.Is(err, db.ErrNone) {
		return d, false, nil
	}
	return d, err == nil, err
}

// SaveDraft keeps a draft and returns its new version. version is the one that
// the window last saw (0 for a new draft): another window's change since then is
// a fault of kind Conflict, and neither text is lost. So is saving one that was
// there and is not any more: it was sent or given up, and a window's last save came
// late.
func SaveDraft(ctx context.Context, tx *db.Tx, agent, ticket, version int64, content string, now time.Time) (int64, error) {
	var c fault.Check
	c.That(len(content) <= 4<<20, "html", "fault.too_long", "max", 4<<20)
	if err := c.Err(); err != nil {
		return 0, err
	}
	old, known, err := DraftOf(ctx, tx, agent, ticket)
	if err != nil {
		return 0, err
	}
	if known && old.Version != version {
		return old.Version, fault.New(fault.Conflict, "ticket.err.draft_conflict")
	}
	if !known && version > 0 {
		return 0, fault.New(fault.Conflict, "ticket.err.draft_gone")
	}
	_, err = tx.Exec(ctx, `INSERT INTO draft (agent_id, ticket_id, outbox_id, content, updated_at, version) VALUES (?, ?, 0, ?, ?, ?)
		ON CONFLICT (agent_id, ticket_id, outbox_id) DO UPDATE SET content = excluded.content, updated_at = excluded.updated_at, version = excluded.version`,
		agent, ticket, content, now, version+1)
	return version + 1, err
}

// DropDraft removes a draft that is given up, and its files.
func DropDraft(ctx context.Context, tx *db.Tx, agent, ticket int64) error {
	return draftRows(ctx, tx, "DELETE FROM %s WHERE agent_id = ? AND ticket_id = ? AND outbox_id = 0", agent, ticket)
}

// SendDraft sets a draft and its files aside with the outbox row that the
// answer leaves with, so that undoing it brings them back.
func SendDraft(ctx context.Context, tx *db.Tx, agent, ticket, outbox int64) error {
	return draftRows(ctx, tx, "UPDATE %s SET outbox_id = ? WHERE agent_id = ? AND ticket_id = ? AND outbox_id = 0", outbox, agent, ticket)
}

// ReturnDraft brings back the draft of an answer that agent undid, to who wrote
// it. A draft begun since then, by either, is a fault of kind Conflict: neither
// text is lost.
func ReturnDraft(ctx context.Context, tx *db.Tx, agent, ticket, outbox int64) error {
	begun, err := db.Value[int64](ctx, tx, `SELECT COUNT(*) FROM draft WHERE ticket_id = ? AND outbox_id = 0
		AND (agent_id = ? OR agent_id IN (SELECT agent_id FROM draft WHERE outbox_id = ?))`, ticket, agent, outbox)
	if err != nil {
		return err
	}
	if begun > 0 {
		return fault.New(fault.Conflict, "ticket.err.draft_begun")
	}
	return draftRows(ctx, tx, "UPDATE %s SET outbox_id = 0 WHERE outbox_id = ?", outbox)
}

// ForgetDraft removes what SendDraft set aside: the answer is on its way.
func ForgetDraft(ctx context.Context, tx *db.Tx, outbox int64) error {
	return draftRows(ctx, tx, "DELETE FROM %s WHERE outbox_id = ?", outbox)
}

// draftRows runs one statement on both tables of drafts.
func draftRows(ctx context.Context, tx *db.Tx, statement string, args ...any) error {
	for _, table := range []string{"draft_file", "draft"} {
		if _, err := tx.Exec(ctx, fmt.Sprintf(statement, table), slices.Clone(args)...); err != nil {
			return err
		}
	}
	return nil
}

const fileColumns = "id, agent_id, ticket_id, hash, name, type, size, inline, cid"

func fileFields(f *DraftFile) []any {
	return []any{&f.ID, &f.AgentID, &f.TicketID, &f.Hash, &f.Name, &f.Type, &f.Size, &f.Inline, &f.CID}
}

// AddFile puts a file into a draft; c is its content, ready to be named.
func AddFile(ctx context.Context, tx *db.Tx, now time.Time, f DraftFile, c blob.Content) (DraftFile, error) {
	id, err := tx.NewID(ctx)
	if err != nil {
		return f, err
	}
	f.ID, f.Hash, f.Size = id, c.Hash, c.Size
	if err := blob.Put(ctx, tx, now, c); err != nil {
		return f, err
	}
	_, err = tx.Exec(ctx, "INSERT INTO draft_file ("+fileColumns+", outbox_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
		f.ID, f.AgentID, f.TicketID, f.Hash, f.Name, f.Type, f.Size, f.Inline, f.CID)
	return f, err
}

// Files returns the files of an agent's draft, in the order in which they came.
func Files(ctx context.Context, q db.Querier, agent, ticket int64) ([]DraftFile, error) {
	return db.All(ctx, q, fileFields, "SELECT "+fileColumns+" FROM draft_file WHERE agent_id = ? AND ticket_id = ? AND outbox_id = 0 ORDER BY id", agent, ticket)
}

// FileByID returns one file of an agent's drafts.
func FileByID(ctx context.Context, q db.Querier, agent, id int64) (DraftFile, error) {
	f, err := db.One(ctx, q, fileFields, "SELECT "+fileColumns+" FROM draft_file WHERE agent_id = ? AND id = ?", agent, id)
	if errors.Is(err, db.ErrNone) {
		return f, fault.New(fault.Missing, "fault.gone")
	}
	return f, err
}

// DropFile takes a file out of a draft. What left with an answer stays with it.
func DropFile(ctx context.Context, tx *db.Tx, agent, id int64) error {
	_, err := tx.Exec(ctx, "DELETE FROM draft_file WHERE agent_id = ? AND id = ? AND outbox_id = 0", agent, id)
	return err
}

// Take removes a message from its ticket, as an answer undone in time or a mail
// that belongs elsewhere: its rows, its place in the search. What the ticket says
// of its messages becomes true of what is left.
func Take(ctx context.Context, tx *db.Tx, message int64) error {
	m, err := MessageByID(ctx, tx, message)
	if err != nil {
		return err
	}
	for _, statement := range []string{
		"DELETE FROM message_recipient WHERE message_id = ?", "DELETE FROM attachment WHERE message_id = ?", "DELETE FROM message WHERE id = ?",
	} {
		if _, err := tx.Exec(ctx, statement, message); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, "DELETE FROM message_ref WHERE ref = ? AND ticket_id = ?", m.MessageID, m.TicketID); err != nil {
		return err
	}
	if err := unindex(ctx, tx, message); err != nil {
		return err
	}
	return retouch(ctx, tx, m.TicketID)
}

// retouch gives a ticket the last line of the newest entry that it still has, what
// came in last, and whether there are files.
func retouch(ctx context.Context, tx *db.Tx, ticket int64) error {
	type last struct {
		id   int64
		body string
	}
	entries, err := db.All(ctx, tx, func(l *last) []any { return []any{&l.id, &l.body} },
		`SELECT id, body FROM message WHERE ticket_id = ? UNION ALL SELECT id, body FROM note WHERE ticket_id = ? ORDER BY id DESC LIMIT 1`, ticket, ticket)
	if err != nil {
		return err
	}
	var l last
	if len(entries) > 0 {
		l = entries[0]
	}
	_, err = tx.Exec(ctx, `UPDATE ticket SET snippet = ?, last_entry_id = ?,
		last_in_id = (SELECT COALESCE(MAX(id), 0) FROM message WHERE ticket_id = ? AND direction IN ('in', 'call')),
		files = (SELECT COUNT(*) FROM (SELECT 1 FROM message m JOIN attachment a ON a.message_id = m.id
			WHERE m.ticket_id = ? AND a.inline = 0 LIMIT 1) f) WHERE id = ?`, snippet(l.body), l.id, ticket, ticket, ticket)
	return err
}
