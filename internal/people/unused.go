package people

import (
	"context"
	"time"

	"guichet/internal/db"
	"guichet/internal/journal"
)

// RemoveUnused takes a contact away again that an import made, where nobody has
// changed it and nothing names it any more. removed says whether it went. Only
// what tells of it in the journal stays.
func RemoveUnused(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, contact int64) (removed bool, err error) {
	n, err := db.Value[int64](ctx, tx, `SELECT (SELECT COUNT(*) FROM contact WHERE id = ? AND (version > 1 OR merged_into IS NOT NULL))
		+ (SELECT COUNT(*) FROM contact WHERE merged_into = ?) + (SELECT COUNT(*) FROM ticket WHERE requester_id = ?)
		+ (SELECT COUNT(*) FROM message WHERE contact_id = ?) + (SELECT COUNT(*) FROM participant p JOIN contact_address a
			ON a.address = p.address WHERE a.contact_id = ? AND p.contact_id = ?)
		+ (SELECT COUNT(*) FROM contact_address WHERE contact_id = ? AND dead_at IS NOT NULL)`, contact, contact, contact, contact, contact, contact, contact)
	if err != nil || n > 0 {
		return false, err
	}
	if _, err := tx.Exec(ctx, "DELETE FROM contact_address WHERE contact_id = ?", contact); err != nil {
		return false, err
	}
	gone, err := tx.Exec(ctx, "DELETE FROM contact WHERE id = ?", contact)
	if err != nil || gone == 0 {
		return false, err
	}
	if _, err := tx.Exec(ctx, "DELETE FROM journal_person WHERE contact_id = ?", contact); err != nil {
		return false, err
	}
	return true, happened(ctx, tx, by, now, "contact.removed", contact, nil)
}
