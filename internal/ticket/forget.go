package ticket

import (
	"context"

	"guichet/internal/db"
)

// Erased stands where the name of a person was who has been erased.
const Erased = "—"

// ForgetContact takes a person's name and addresses out of tickets, messages and
// their search: the part of an erasure that is this room's, before the addresses
// themselves go. What was said stays, and so do the raw sources, which belong to
// the client's file.
func ForgetContact(ctx context.Context, tx *db.Tx, contact int64) error {
	const theirs = "(SELECT address FROM contact_address WHERE contact_id = ?)"
	named, err := db.Values[int64](ctx, tx, `SELECT id FROM message WHERE contact_id = ? UNION
		SELECT message_id FROM message_recipient WHERE address IN `+theirs, contact, contact)
	if err != nil {
		return err
	}
	for _, statement := range []string{
		"UPDATE ticket SET requester_name = '" + Erased + "' WHERE requester_id = ?",
		"UPDATE message SET from_name = '" + Erased + "', from_addr = '' WHERE contact_id = ?",
		"UPDATE message_recipient SET name = '" + Erased + "', address = '' WHERE address IN " + theirs,
		"DELETE FROM participant WHERE address IN " + theirs,
		"DELETE FROM participant WHERE contact_id = ?",
	} {
		if _, err := tx.Exec(ctx, statement, contact); err != nil {
			return err
		}
	}
	for _, id := range named {
		if err := reindex(ctx, tx, id); err != nil {
			return err
		}
	}
	return nil
}

// reindex gives a message the place in the search that its rows now say.
func reindex(ctx context.Context, tx *db.Tx, id int64) error {
	m, err := MessageByID(ctx, tx, id)
	if err != nil {
		return err
	}
	m.Recipients, err = db.All(ctx, tx, func(p *Person) []any { return []any{&p.Role, &p.Address, &p.Name} },
		"SELECT role, address, name FROM message_recipient WHERE message_id = ? ORDER BY position", id)
	if err != nil {
		return err
	}
	if err := unindex(ctx, tx, id); err != nil {
		return err
	}
	return index(ctx, tx, id, m.Subject, m.Body, m.people())
}
