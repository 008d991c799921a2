package people

import (
	"context"
	"time"

	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/journal"
)

// MergeContacts makes two contacts one person: from's addresses follow into's,
// and where into has no client, phone or note it takes from's. from stays as a
// row that leads to into; UndoMergeContact takes it all back.
func MergeContacts(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, from, into int64, also Also) error {
	a, b, err := twoContacts(ctx, tx, from, into)
	if err != nil {
		return err
	}
	moved := edits{{Field: "into", After: into}}
	for i, address := range a.Addresses {
		moved = append(moved, journal.Change{Field: "address", After: address.Address, Person: from})
		if _, err := tx.Exec(ctx, "UPDATE contact_address SET contact_id = ?, position = ? WHERE address = ?",
			into, len(b.Addresses)+i, address.Address); err != nil {
			return err
		}
	}
	filled := b
	if b.ClientID == 0 && a.ClientID != 0 {
		filled.ClientID, filled.SiteID = a.ClientID, a.SiteID
		moved = append(moved, journal.Change{Field: "filled", After: "client"})
	}
	if b.Phone == "" && a.Phone != "" {
		filled.Phone = a.Phone
		moved = append(moved, journal.Change{Field: "filled", After: "phone"})
	}
	if b.Note == "" && a.Note != "" {
		filled.Note = a.Note
		moved = append(moved, journal.Change{Field: "filled", After: "note"})
	}
	if err := fill(ctx, tx, filled); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "UPDATE contact SET merged_into = ?, version = version + 1 WHERE id = ?", into, from); err != nil {
		return err
	}
	return merged(ctx, tx, by, now, "contact", from, into, moved, also)
}

func twoContacts(ctx context.Context, q db.Querier, from, into int64) (a, b Contact, err error) {
	if a, err = ContactByID(ctx, q, from); err != nil {
		return a, b, err
	}
	if b, err = ContactByID(ctx, q, into); err != nil {
		return a, b, err
	}
	for _, c := range []Contact{a, b} {
		if c.MergedInto != 0 || !c.ErasedAt.IsZero() || from == into {
			return a, b, fault.New(fault.Invalid, "people.err.merge")
		}
	}
	return a, b, nil
}

func fill(ctx context.Context, tx *db.Tx, c Contact) error {
	_, err := tx.Exec(ctx, "UPDATE contact SET client_id = ?, site_id = ?, phone = ?, note = ? WHERE id = ?",
		db.Null(c.ClientID), db.Null(c.SiteID), c.Phone, c.Note, c.ID)
	return err
}

// UndoMergeContact makes a merged contact a person of its own again. What was
// changed since stays as it is. An erased person can't be brought back, and a
// merge of the other contact that came later must be undone first.
func UndoMergeContact(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, from int64, back Back) error {
	a, err := ContactByID(ctx, tx, from)
	if err != nil {
		return err
	}
	if a.MergedInto == 0 || !a.ErasedAt.IsZero() {
		return fault.New(fault.Invalid, "people.err.not_merged")
	}
	b, err := ContactByID(ctx, tx, a.MergedInto)
	if err != nil {
		return err
	}
	if b.MergedInto != 0 {
		return fault.New(fault.Refused, "people.err.merge_order", "name", b.Name)
	}
	moved, err := movedBy(ctx, tx, "contact", from)
	if err != nil {
		return err
	}
	position := 0
	for _, m := range moved {
		switch m.Field {
		case "address":
			if _, err := tx.Exec(ctx, "UPDATE contact_address SET contact_id = ?, position = ? WHERE address = ? AND contact_id = ?",
				from, position, m.After, b.ID); err != nil {
				return err
			}
			position++
		case "filled":
			b = emptied(b, a, m.After)
		}
	}
	if err := fill(ctx, tx, b); err != nil {
		return err
	}
	return unmerged(ctx, tx, by, now, "contact", from, b.ID, moved, back)
}

// emptied takes a value that a merge gave to b away again, where it is still a's.
func emptied(b, a Contact, field any) Contact {
	switch {
	case field == "client" && b.ClientID == a.ClientID:
		b.ClientID = 0
		if b.SiteID == a.SiteID {
			b.SiteID = 0
		}
	case field == "phone" && b.Phone == a.Phone:
		b.Phone = ""
	case field == "note" && b.Note == a.Note:
		b.Note = ""
	}
	return b
}

// EraseContact erases a person (GDPR, art. 17): the values and addresses of the
// contact and of all that were merged into it, and what the journal holds of
// them. The row stays, so that tickets say "erased person". also erases what
// another room keeps of a contact; it may be nil.
func EraseContact(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, id int64, also func(ctx context.Context, tx *db.Tx, contact int64) error) error {
	top, err := Current(ctx, tx, id)
	if err != nil {
		return err
	}
	person := []int64{top.ID}
	for i := 0; i < len(person); i++ {
		before, err := db.Values[int64](ctx, tx, "SELECT id FROM contact WHERE merged_into = ? ORDER BY id", person[i])
		if err != nil {
			return err
		}
		person = append(person, before...)
	}
	for _, contact := range person {
		n, err := tx.Exec(ctx, `UPDATE contact SET name = '', fold = '', phone = '', note = '', site_id = NULL, erased_at = ?,
			version = version + 1 WHERE id = ? AND erased_at IS NULL`, now, contact)
		if err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		if also != nil { // while the addresses are still known
			if err := also(ctx, tx, contact); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, "DELETE FROM contact_address WHERE contact_id = ?", contact); err != nil {
			return err
		}
		if err := journal.Erase(ctx, tx, now, by, contact); err != nil {
			return err
		}
	}
	return nil
}
