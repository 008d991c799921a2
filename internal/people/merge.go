package people

import (
	"context"
	"time"

	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/journal"
)

// Also is what another room does in the same transaction about its own rows: of
// two clients or contacts, what hung on from now hangs on into. What it returns is
// kept with the merge, for its undoing. It may be nil.
type Also func(ctx context.Context, tx *db.Tx, from, into int64) ([]journal.Change, error)

// Back undoes what Also did; moved is what Also returned, among other things of
// the merge. It may be nil.
type Back func(ctx context.Context, tx *db.Tx, from, into int64, moved []journal.Change) error

// MergeClients makes two clients one: from's domains, sites and contacts move to
// into, which keeps its own name and values. from stays as a row that leads to
// into; the journal holds what moved, so that UndoMergeClient can take it back.
func MergeClients(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, from, into int64, also Also) error {
	a, err := ClientByID(ctx, tx, from)
	if err != nil {
		return err
	}
	b, err := ClientByID(ctx, tx, into)
	if err != nil {
		return err
	}
	if from == into || a.MergedInto != 0 || b.MergedInto != 0 {
		return fault.New(fault.Invalid, "people.err.merge")
	}
	moved := edits{{Field: "into", After: into}}
	for _, d := range a.Domains {
		moved = append(moved, journal.Change{Field: "domain", After: d})
	}
	for _, kind := range []string{"site", "contact"} {
		list, err := db.Values[int64](ctx, tx, "SELECT id FROM "+kind+" WHERE client_id = ? ORDER BY id", from)
		if err != nil {
			return err
		}
		for _, id := range list {
			moved = append(moved, journal.Change{Field: kind, After: id})
		}
	}
	for _, statement := range []string{
		"UPDATE client_domain SET client_id = ? WHERE client_id = ?",
		"UPDATE site SET client_id = ?, version = version + 1 WHERE client_id = ?",
		"UPDATE contact SET client_id = ?, version = version + 1 WHERE client_id = ?",
		"UPDATE client SET merged_into = ?, version = version + 1 WHERE id = ?",
	} {
		if _, err := tx.Exec(ctx, statement, into, from); err != nil {
			return err
		}
	}
	return merged(ctx, tx, by, now, "client", from, into, moved, also)
}

// merged ends a merge: the other side's version, the other rooms, the journal.
func merged(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, subject string, from, into int64, moved edits, also Also) error {
	if _, err := tx.Exec(ctx, "UPDATE "+subject+" SET version = version + 1 WHERE id = ?", into); err != nil {
		return err
	}
	if also != nil {
		more, err := also(ctx, tx, from, into)
		if err != nil {
			return err
		}
		moved = append(moved, more...)
	}
	if err := happened(ctx, tx, by, now, subject+".merged", from, moved); err != nil {
		return err
	}
	return happened(ctx, tx, by, now, subject+".took_over", into, edits{{Field: "from", After: from}})
}

// UndoMergeClient makes a merged client one of its own again, with what the
// merge moved as far as it is still where the merge put it. A merge of the other
// client that came later must be undone first.
func UndoMergeClient(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, from int64, back Back) error {
	a, err := ClientByID(ctx, tx, from)
	if err != nil {
		return err
	}
	if a.MergedInto == 0 {
		return fault.New(fault.Invalid, "people.err.not_merged")
	}
	into, err := ClientByID(ctx, tx, a.MergedInto)
	if err != nil {
		return err
	}
	if into.MergedInto != 0 {
		return fault.New(fault.Refused, "people.err.merge_order", "name", into.Name)
	}
	if err := clientFree(ctx, tx, Client{ID: from, Name: a.Name}); err != nil {
		return err
	}
	moved, err := movedBy(ctx, tx, "client", from)
	if err != nil {
		return err
	}
	statements := map[string]string{
		"domain":  "UPDATE client_domain SET client_id = ? WHERE domain = ? AND client_id = ?",
		"site":    "UPDATE site SET client_id = ?, version = version + 1 WHERE id = ? AND client_id = ?",
		"contact": "UPDATE contact SET client_id = ?, version = version + 1 WHERE id = ? AND client_id = ?",
	}
	for _, m := range moved {
		if statement, ok := statements[m.Field]; ok {
			if _, err := tx.Exec(ctx, statement, from, column(m.After), into.ID); err != nil {
				return err
			}
		}
	}
	return unmerged(ctx, tx, by, now, "client", from, into.ID, moved, back)
}

func unmerged(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, subject string, from, into int64, moved []journal.Change, back Back) error {
	if _, err := tx.Exec(ctx, "UPDATE "+subject+" SET merged_into = NULL, version = version + 1 WHERE id = ?", from); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "UPDATE "+subject+" SET version = version + 1 WHERE id = ?", into); err != nil {
		return err
	}
	if back != nil {
		if err := back(ctx, tx, from, into, moved); err != nil {
			return err
		}
	}
	return happened(ctx, tx, by, now, subject+".unmerged", from, edits{{Field: "into", Before: into}})
}

// movedBy returns what the last merge of a thing moved.
func movedBy(ctx context.Context, q db.Querier, subject string, from int64) ([]journal.Change, error) {
	told, err := journal.Of(ctx, q, subject, from)
	if err != nil {
		return nil, err
	}
	for i := len(told) - 1; i >= 0; i-- {
		if told[i].Kind == subject+".merged" {
			return told[i].Changes, nil
		}
	}
	return nil, fault.New(fault.Invalid, "people.err.not_merged")
}

// column gives a value of the journal as a column holds it: JSON's numbers come
// back as floats.
func column(v any) any {
	if n, ok := v.(float64); ok {
		return int64(n)
	}
	return v
}
