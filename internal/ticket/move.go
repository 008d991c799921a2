package ticket

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"guichet/internal/db"
	"guichet/internal/journal"
)

// MoveClient gives a client's tickets to another: the part of a merge of two
// clients that is this room's. It returns what moved, for ReturnClient.
func MoveClient(ctx context.Context, tx *db.Tx, from, into int64) ([]journal.Change, error) {
	moved, err := noted(ctx, tx, []note{
		{"tickets", "SELECT CAST(id AS TEXT) FROM ticket WHERE client_id = ? ORDER BY id", []any{from}},
		{"refsElsewhere", `SELECT CAST(r.ticket_id AS TEXT) || ' ' || r.ref FROM message_ref r JOIN ticket t ON t.id = r.ticket_id
			WHERE r.client_id = ? AND COALESCE(t.client_id, 0) <> ? ORDER BY 1`, []any{from, from}},
		{"refsKept", `SELECT CAST(r.ticket_id AS TEXT) || ' ' || r.ref FROM message_ref r JOIN ticket t ON t.id = r.ticket_id
			WHERE r.client_id = ? AND t.client_id = ? ORDER BY 1`, []any{into, from}},
		{"newest", "SELECT CAST(COALESCE(MAX(number), 0) AS TEXT) FROM ticket", nil},
	})
	if err != nil {
		return nil, err
	}
	return moved, run(ctx, tx, []any{into, from},
		"UPDATE ticket SET client_id = ? WHERE client_id = ?", "UPDATE message_ref SET client_id = ? WHERE client_id = ?")
}

// note is something that a move writes down: lines that a query gives.
type note struct {
	field, query string
	args         []any
}

// noted writes notes down as the journal keeps them; one without a line is left out.
func noted(ctx context.Context, q db.Querier, notes []note) ([]journal.Change, error) {
	var out []journal.Change
	for _, n := range notes {
		lines, err := db.Values[string](ctx, q, n.query, n.args...)
		if err != nil {
			return nil, err
		}
		if len(lines) > 0 {
			out = append(out, journal.Change{Field: n.field, After: strings.Join(lines, "\n")})
		}
	}
	return out, nil
}

// line is one line of a note: a number and, for some, what it is about.
type line struct {
	n    int64
	rest string
}

// lines reads a note back.
func lines(moved []journal.Change, field string) ([]line, error) {
	var out []line
	for _, c := range moved {
		text, ok := c.After.(string)
		if c.Field != field || !ok {
			continue
		}
		for one := range strings.SplitSeq(text, "\n") {
			number, rest, _ := strings.Cut(one, " ")
			n, err := strconv.ParseInt(number, 10, 64)
			if err != nil {
				return nil, fmt.Errorf("what a merge moved: %w", err)
			}
			out = append(out, line{n, rest})
		}
	}
	return out, nil
}

// run runs statements that take the same arguments.
func run(ctx context.Context, tx *db.Tx, args []any, statements ...string) error {
	for _, statement := range statements {
		if _, err := tx.Exec(ctx, statement, slices.Clone(args)...); err != nil {
			return err
		}
	}
	return nil
}

// ReturnClient takes MoveClient back, as far as the tickets are still where the
// merge put them, once the client has its contacts again.
func ReturnClient(ctx context.Context, tx *db.Tx, from, into int64, moved []journal.Change) error {
	tickets, err := lines(moved, "tickets")
	if err != nil {
		return err
	}
	for _, l := range tickets {
		if err := run(ctx, tx, []any{from, into, l.n}, "UPDATE ticket SET client_id = ? WHERE client_id = ? AND id = ?",
			"UPDATE message_ref SET client_id = ? WHERE client_id = ? AND ticket_id = ?"); err != nil {
			return err
		}
	}
	newest, err := lines(moved, "newest")
	if err != nil {
		return err
	}
	for _, l := range newest { // what the client's contacts opened since
		if err := run(ctx, tx, []any{from, into, l.n, from}, `UPDATE ticket SET client_id = ? WHERE client_id = ? AND number > ?
			AND requester_id IN (SELECT id FROM contact WHERE client_id = ?)`); err != nil {
			return err
		}
	}
	return returnRefs(ctx, tx, map[string]int64{"refsElsewhere": from, "refsKept": into}, moved)
}

// returnRefs gives the Message-IDs that were not their ticket's client's back to
// whom they were.
func returnRefs(ctx context.Context, tx *db.Tx, to map[string]int64, moved []journal.Change) error {
	for field, client := range to {
		all, err := lines(moved, field)
		if err != nil {
			return err
		}
		for _, l := range all {
			if err := run(ctx, tx, []any{client, l.n, l.rest}, "UPDATE message_ref SET client_id = ? WHERE ticket_id = ? AND ref = ?"); err != nil {
				return err
			}
		}
	}
	return nil
}

// MoveContact gives a contact's tickets, messages and places among the
// participants to another: the part of a merge of two contacts that is this
// room's, after the addresses. It returns what moved, for ReturnContact.
func MoveContact(ctx context.Context, tx *db.Tx, from, into int64) ([]journal.Change, error) {
	moved, err := noted(ctx, tx, []note{
		{"tickets", "SELECT CAST(id AS TEXT) FROM ticket WHERE requester_id = ? ORDER BY id", []any{from}},
		{"messages", "SELECT CAST(id AS TEXT) FROM message WHERE contact_id = ? ORDER BY id", []any{from}},
		// Who takes part under an address that is theirs is found again by it.
		{"participants", `SELECT CAST(ticket_id AS TEXT) || ' ' || address FROM participant WHERE contact_id = ?
			AND address NOT IN (SELECT address FROM contact_address WHERE contact_id = ?) ORDER BY 1`, []any{from, into}},
	})
	if err != nil {
		return nil, err
	}
	for i := range moved {
		if moved[i].Field == "participants" {
			moved[i].Person = from
		}
	}
	return moved, run(ctx, tx, []any{into, from}, "UPDATE ticket SET requester_id = ? WHERE requester_id = ?",
		"UPDATE participant SET contact_id = ? WHERE contact_id = ?", "UPDATE message SET contact_id = ? WHERE contact_id = ?")
}

// ReturnContact takes MoveContact back, once the contact has its addresses again:
// what moved, and what was said from these addresses since.
func ReturnContact(ctx context.Context, tx *db.Tx, from, into int64, moved []journal.Change) error {
	for field, statement := range map[string]string{
		"tickets":      "UPDATE ticket SET requester_id = ? WHERE requester_id = ? AND id = ?",
		"messages":     "UPDATE message SET contact_id = ? WHERE contact_id = ? AND id = ?",
		"participants": "UPDATE participant SET contact_id = ? WHERE contact_id = ? AND ticket_id = ? AND address = ?",
	} {
		all, err := lines(moved, field)
		if err != nil {
			return err
		}
		for _, l := range all {
			args := []any{from, into, l.n}
			if l.rest != "" {
				args = append(args, l.rest)
			}
			if err := run(ctx, tx, args, statement); err != nil {
				return err
			}
		}
	}
	const theirs = "(SELECT address FROM contact_address WHERE contact_id = ?)"
	if err := run(ctx, tx, []any{from, into, from}, "UPDATE message SET contact_id = ? WHERE contact_id = ? AND from_addr IN "+theirs,
		"UPDATE participant SET contact_id = ? WHERE contact_id = ? AND address IN "+theirs); err != nil {
		return err
	}
	return run(ctx, tx, []any{from, into, from}, `UPDATE ticket SET requester_id = ? WHERE requester_id = ? AND id IN
		(SELECT ticket_id FROM participant WHERE role = 'requester' AND contact_id = ?)`)
}

// GiveClient puts a contact's tickets that belong to no client under one, and
// returns which, for TakeClient.
func GiveClient(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, contact, client int64) ([]journal.Change, error) {
	moved, err := noted(ctx, tx, []note{
		{"tickets", "SELECT CAST(id AS TEXT) FROM ticket WHERE requester_id = ? AND client_id IS NULL ORDER BY id", []any{contact}}})
	if err != nil {
		return nil, err
	}
	return moved, toClient(ctx, tx, by, now, moved, 0, client)
}

// TakeClient takes GiveClient back, where nobody has given the tickets to another.
func TakeClient(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, client int64, moved []journal.Change) error {
	return toClient(ctx, tx, by, now, moved, client, 0)
}

func toClient(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, moved []journal.Change, before, after int64) error {
	all, err := lines(moved, "tickets")
	if err != nil {
		return err
	}
	for _, l := range all {
		t, err := ByID(ctx, tx, l.n)
		if err != nil {
			return err
		}
		if t.ClientID != before {
			continue
		}
		if _, err := Change(ctx, tx, by, now, t.ID, 0, Patch{ClientID: &after}); err != nil {
			return err
		}
	}
	return nil
}
