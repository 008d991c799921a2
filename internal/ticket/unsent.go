package ticket

import (
	"context"
	"errors"
	"time"

	"guichet/internal/db"
)

// unsent is where a note that is being written stands among the drafts: in the
// place of an outbox row that no note ever has.
const unsent = -1

// KeepNote keeps the text of an internal note that an agent has begun; "" forgets
// it. Of two windows of one agent the last to write counts.
func KeepNote(ctx context.Context, tx *db.Tx, agent, ticket int64, text string, now time.Time) error {
	if text == "" {
		_, err := tx.Exec(ctx, "DELETE FROM draft WHERE agent_id = ? AND ticket_id = ? AND outbox_id = ?", agent, ticket, unsent)
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO draft (agent_id, ticket_id, outbox_id, content, updated_at, version) VALUES (?, ?, ?, ?, ?, 1)
		ON CONFLICT (agent_id, ticket_id, outbox_id) DO UPDATE SET content = excluded.content, updated_at = excluded.updated_at`,
		agent, ticket, unsent, text, now)
	return err
}

// UnsentNote returns the note that an agent has begun, "" for none.
func UnsentNote(ctx context.Context, q db.Querier, agent, ticket int64) (string, error) {
	text, err := db.Value[string](ctx, q, "SELECT content FROM draft WHERE agent_id = ? AND ticket_id = ? AND outbox_id = ?", agent, ticket, unsent)
	if errors.Is(err, db.ErrNone) {
		return "", nil
	}
	return text, err
}
