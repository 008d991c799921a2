package asset

import (
	"context"

	"guichet/internal/db"
	"guichet/internal/journal"
)

// MoveClient gives a client's assets to another: the part of a merge of two clients that is this room's. It returns
// what moved, for ReturnClient. Two assets may then have one name, which the next change of either asks to mend.
func MoveClient(ctx context.Context, tx *db.Tx, from, into int64) (moved []journal.Change, err error) {
	ids, err := db.Values[int64](ctx, tx, "SELECT id FROM asset WHERE client_id = ? ORDER BY id", from)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		moved = append(moved, journal.Change{Field: "asset", After: id})
	}
	_, err = tx.Exec(ctx, "UPDATE asset SET client_id = ?, version = version + 1 WHERE client_id = ?", into, from)
	return moved, err
}

// ReturnClient takes back what MoveClient did, as far as it is still where the merge put it.
func ReturnClient(ctx context.Context, tx *db.Tx, from, into int64, moved []journal.Change) error {
	for _, c := range moved {
		id, ok := c.After.(float64) // as JSON reads a number
		if c.Field != "asset" || !ok {
			continue
		}
		if _, err := tx.Exec(ctx, "UPDATE asset SET client_id = ?, version = version + 1 WHERE id = ? AND client_id = ?", from, int64(id), into); err != nil {
			return err
		}
	}
	return nil
}

// MoveContact gives what a contact uses to another: this room's part of a merge of two contacts.
func MoveContact(ctx context.Context, tx *db.Tx, from, into int64) (moved []journal.Change, err error) {
	ids, err := db.Values[int64](ctx, tx, `SELECT asset_id FROM asset_user WHERE contact_id = ? AND asset_id NOT IN
		(SELECT asset_id FROM asset_user WHERE contact_id = ?) ORDER BY asset_id`, from, into)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		moved = append(moved, journal.Change{Field: "assetUsed", After: id})
		if _, err := tx.Exec(ctx, "UPDATE asset_user SET contact_id = ? WHERE asset_id = ? AND contact_id = ?", into, id, from); err != nil {
			return nil, err
		}
	}
	return moved, nil
}

// ReturnContact takes back what MoveContact did.
func ReturnContact(ctx context.Context, tx *db.Tx, from, into int64, moved []journal.Change) error {
	for _, c := range moved {
		id, ok := c.After.(float64) // as JSON reads a number
		if c.Field != "assetUsed" || !ok {
			continue
		}
		if _, err := tx.Exec(ctx, "UPDATE asset_user SET contact_id = ? WHERE asset_id = ? AND contact_id = ?", from, int64(id), into); err != nil {
			return err
		}
	}
	return nil
}

// LeaveSite is for a site that is deleted: its assets stay with the client.
func LeaveSite(ctx context.Context, tx *db.Tx, site int64) error {
	_, err := tx.Exec(ctx, "UPDATE asset SET site_id = NULL, version = version + 1 WHERE site_id = ?", site)
	return err
}

// ForgetContact takes a person who is erased off the things that they used.
func ForgetContact(ctx context.Context, tx *db.Tx, contact int64) error {
	_, err := tx.Exec(ctx, "DELETE FROM asset_user WHERE contact_id = ?", contact)
	return err
}
