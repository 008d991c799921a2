// Package view keeps the views that people save: a line of the search under a
// name, their own or everybody's, and how many tickets each holds at any moment.
// It owns the table saved_view.
package view

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/journal"
	"guichet/internal/ticket"
	"guichet/internal/words"
)

// View is a saved line.
type View struct {
	ID       int64
	OwnerID  int64 // an agent, 0: everybody's
	Name     string
	Query    string // as ticket.ParseSearch reads it
	Sort     ticket.Order
	Position int64 // among the owner's
	Version  int64
}

// The longest name, the longest line, in characters, and the most views of one owner.
const (
	maxName  = 60
	maxQuery = 500
	maxViews = 100
)

const columns = "id, owner_id, name, query, sort, position, version"

func fields(v *View) []any {
	return []any{&v.ID, &v.OwnerID, &v.Name, &v.Query, (*string)(&v.Sort), &v.Position, &v.Version}
}

// Of returns everybody's views, then the agent's own, in their order.
func Of(ctx context.Context, q db.Querier, agent int64) ([]View, error) {
	return db.All(ctx, q, fields, "SELECT "+columns+" FROM saved_view WHERE owner_id IN (0, ?) ORDER BY owner_id, position, id", agent)
}

// ByID returns a view that an agent may see, or a fault of kind Missing.
func ByID(ctx context.Context, q db.Querier, agent, id int64) (View, error) {
	v, err := db.One(ctx, q, fields, "SELECT "+columns+" FROM saved_view WHERE id = ? AND owner_id IN (0, ?)", id, agent)
	if errors.Is(err, db.ErrNone) {
		return v, fault.New(fault.Missing, "view.err.missing")
	}
	return v, err
}

// valid checks what a person wrote. who reads the line as its owner would.
func (v View) valid(who ticket.Asker) error {
	var c fault.Check
	c.That(v.Name != "", "name", "fault.empty")
	c.That(utf8.RuneCountInString(v.Name) <= maxName, "name", "fault.too_long", "max", maxName)
	c.That(utf8.RuneCountInString(v.Query) <= maxQuery, "query", "fault.too_long", "max", maxQuery)
	s, unknown := ticket.ParseSearch(v.Query, who)
	c.That(len(unknown) == 0, "query", "view.err.unknown", "words", strings.Join(unknown, ", "))
	c.That(len(unknown) > 0 || len(s.Terms)+len(s.Words)+len(s.From) > 0, "query", "fault.empty")
	c.That(slices.Contains(ticket.Orders, v.Sort), "sort", "fault.choice")
	return c.Err()
}

func tidy(v View) View {
	v.Name, v.Query = strings.Join(strings.Fields(v.Name), " "), strings.Join(strings.Fields(v.Query), " ")
	if v.Sort == "" {
		v.Sort = ticket.ByActivity
	}
	return v
}

// Create saves a view after the owner's others.
func Create(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, who ticket.Asker, v View) (View, error) {
	v = tidy(v)
	if err := v.valid(who); err != nil {
		return v, err
	}
	type end struct{ n, position int64 }
	last, err := db.One(ctx, tx, func(e *end) []any { return []any{&e.n, &e.position} },
		"SELECT COUNT(*), COALESCE(MAX(position), 0) FROM saved_view WHERE owner_id = ?", v.OwnerID)
	if err != nil {
		return v, err
	}
	if last.n >= maxViews {
		return v, fault.New(fault.Refused, "view.err.many", "max", maxViews)
	}
	if v.ID, err = tx.NewID(ctx); err != nil {
		return v, err
	}
	v.Position, v.Version = last.position+1, 1
	if _, err := tx.Exec(ctx, "INSERT INTO saved_view ("+columns+") VALUES (?, ?, ?, ?, ?, ?, ?)",
		v.ID, v.OwnerID, v.Name, v.Query, string(v.Sort), v.Position, v.Version); err != nil {
		return v, err
	}
	return v, tell(ctx, tx, by, now, "view.created", View{}, v)
}

// Update changes the name, the line, the order, the place and the owner. version is
// the one that the caller saw; another one is a fault of kind Conflict.
func Update(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, who ticket.Asker, v View) (View, error) {
	before, err := ByID(ctx, tx, by.ID, v.ID)
	if err != nil {
		return v, err
	}
	if v.Version != before.Version {
		return before, fault.New(fault.Conflict, "fault.conflict")
	}
	v = tidy(v)
	if err := v.valid(who); err != nil {
		return before, err
	}
	if v == before {
		return v, nil
	}
	v.Version++
	if _, err := tx.Exec(ctx, "UPDATE saved_view SET owner_id = ?, name = ?, query = ?, sort = ?, position = ?, version = ? WHERE id = ?",
		v.OwnerID, v.Name, v.Query, string(v.Sort), v.Position, v.Version, v.ID); err != nil {
		return before, err
	}
	return v, tell(ctx, tx, by, now, "view.changed", before, v)
}

// Delete takes a view away and returns it, so that it can be made again.
func Delete(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, id int64) (View, error) {
	v, err := ByID(ctx, tx, by.ID, id)
	if err != nil {
		return v, err
	}
	if _, err := tx.Exec(ctx, "DELETE FROM saved_view WHERE id = ?", id); err != nil {
		return v, err
	}
	return v, tell(ctx, tx, by, now, "view.deleted", v, View{})
}

func tell(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, kind string, before, after View) error {
	var changes []journal.Change
	for _, c := range []journal.Change{{Field: "name", Before: before.Name, After: after.Name}, {Field: "query", Before: before.Query, After: after.Query},
		{Field: "sort", Before: string(before.Sort), After: string(after.Sort)}, {Field: "owner", Before: before.OwnerID, After: after.OwnerID}} {
		if c.Before != c.After {
			changes = append(changes, c)
		}
	}
	_, err := journal.Append(ctx, tx, now, journal.Entry{Actor: by, Kind: kind, Subject: "view", SubjectID: max(before.ID, after.ID), Changes: changes})
	return err
}

// Seed gives a new team the views that every desk with contracts works from: what is
// late, and what soon will be. They are views like others, to change or delete.
func Seed(ctx context.Context, tx *db.Tx, now time.Time, lang words.Language) error {
	for _, v := range []View{{Name: words.Say(lang, "view.late"), Query: "is:late"}, {Name: words.Say(lang, "view.risk"), Query: "is:risk"}} {
		v.Sort = ticket.ByDue
		if _, err := Create(ctx, tx, journal.System(), now, ticket.Asker{Zone: time.UTC}, v); err != nil {
			return err
		}
	}
	return nil
}
