package outbox

import (
	"context"
	"slices"
	"strings"

	"guichet/internal/db"
)

// Forget takes a person's addresses out of what has left or will not leave any
// more: the part of an erasure that is this room's. What is still on its way, and
// what a person has yet to decide about, keeps them until then.
func Forget(ctx context.Context, tx *db.Tx, addresses []string) error {
	all, err := db.All(ctx, tx, recipientFields, `SELECT r.outbox_id, r.address, r.state, r.reply FROM outbox_recipient r
		JOIN outbox o ON o.id = r.outbox_id WHERE o.state IN ('sent', 'failed', 'cancelled')`)
	if err != nil {
		return err
	}
	for _, r := range all {
		if !slices.Contains(addresses, strings.ToLower(r.Address)) {
			continue
		}
		if _, err := tx.Exec(ctx, "DELETE FROM outbox_recipient WHERE outbox_id = ? AND address = ?", r.OutboxID, r.Address); err != nil {
			return err
		}
		// What failed for nobody else can't be tried again.
		if _, err := tx.Exec(ctx, `UPDATE outbox SET state = 'cancelled', problem = '', version = version + 1 WHERE id = ? AND state = 'failed'
			AND NOT EXISTS (SELECT 1 FROM outbox_recipient r WHERE r.outbox_id = outbox.id AND r.state = 'failed')`, r.OutboxID); err != nil {
			return err
		}
	}
	return nil
}
