// Package contract holds what was agreed with a client: what is covered, in which hours, and how fast, in versions that
// hold from their dates on. Whether something is covered (Judge) is a pure rule; the clocks are sla's.
//
// A function that changes something takes the transaction, who does it and when, and appends to the journal what it did.
package contract

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"guichet/internal/calendar"
	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/journal"
)

// Contract is what was agreed with a client for a time. A client has one at a time.
type Contract struct {
	ID           int64
	ClientID     int64
	Name         string
	StartsOn     calendar.Date
	EndsOn       calendar.Date // its last day; zero: until further notice
	NoticeMonths int
	Note         string
	Version      int64
	Versions     []Version // in order; the first holds from StartsOn on
}

// Version is what it says from a day on.
type Version struct {
	FromOn calendar.Date
	Terms  Terms
}

// On returns the terms of a day; ok is false where the contract does not hold.
func (c Contract) On(d calendar.Date) (t Terms, ok bool) {
	if d.Before(c.StartsOn) || c.EndsOn != (calendar.Date{}) && c.EndsOn.Before(d) {
		return t, false
	}
	for _, v := range c.Versions {
		if !d.Before(v.FromOn) {
			t, ok = v.Terms, true
		}
	}
	return t, ok
}

// Validate says every field that can't be taken, but those of the terms.
func (c Contract) Validate() error {
	var check fault.Check
	check.That(c.Name != "", "name", "fault.empty")
	check.That(len([]rune(c.Name)) <= 200, "name", "fault.too_long", "max", 200)
	check.That(c.StartsOn != (calendar.Date{}), "startsOn", "fault.empty")
	check.That(c.EndsOn == (calendar.Date{}) || !c.EndsOn.Before(c.StartsOn), "endsOn", "contract.err.ends")
	check.That(c.NoticeMonths >= 0 && c.NoticeMonths <= 60, "noticeMonths", "fault.range", "min", 0, "max", 60)
	check.That(len([]rune(c.Note)) <= 10000, "note", "fault.too_long", "max", 10000)
	return check.Err()
}

const columns = "id, client_id, name, starts_on, ends_on, notice_months, note, version"

type row struct {
	Contract
	starts, ends string
}

func fields(r *row) []any {
	return []any{&r.ID, &r.ClientID, &r.Name, &r.starts, &r.ends, &r.NoticeMonths, &r.Note, &r.Version}
}

func (r row) contract(ctx context.Context, q db.Querier) (Contract, error) {
	c := r.Contract
	if err := errors.Join(c.StartsOn.UnmarshalText([]byte(r.starts)), c.EndsOn.UnmarshalText([]byte(r.ends))); err != nil {
		return c, fmt.Errorf("contract %d: %w", c.ID, err)
	}
	type version struct{ from, terms string }
	versions, err := db.All(ctx, q, func(v *version) []any { return []any{&v.from, &v.terms} },
		"SELECT from_on, terms FROM contract_terms WHERE contract_id = ? ORDER BY from_on", c.ID)
	if err != nil {
		return c, err
	}
	for _, v := range versions {
		var out Version
		if err := errors.Join(out.FromOn.UnmarshalText([]byte(v.from)), json.Unmarshal([]byte(v.terms), &out.Terms)); err != nil {
			return c, fmt.Errorf("contract %d from %s: %w", c.ID, v.from, err)
		}
		c.Versions = append(c.Versions, out)
	}
	return c, nil
}

// ByID returns one contract with all its versions, or a Missing fault.
func ByID(ctx context.Context, q db.Querier, id int64) (Contract, error) {
	r, err := db.One(ctx, q, fields, "SELECT "+columns+" FROM contract WHERE id = ?", id)
	if errors.Is(err, db.ErrNone) {
		return r.Contract, fault.Wrap(err, fault.Missing, "fault.gone")
	}
	if err != nil {
		return r.Contract, err
	}
	return r.contract(ctx, q)
}

// OfClient returns a client's contracts, the oldest first.
func OfClient(ctx context.Context, q db.Querier, client int64) ([]Contract, error) {
	rows, err := db.All(ctx, q, fields, "SELECT "+columns+" FROM contract WHERE client_id = ? ORDER BY starts_on, id", client)
	if err != nil {
		return nil, err
	}
	all := make([]Contract, len(rows))
	for i, r := range rows {
		if all[i], err = r.contract(ctx, q); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Create adds a contract with its first terms; ID and Version are given here.
func Create(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, c Contract, first Terms) (Contract, error) {
	c.Name, c.Note = strings.Join(strings.Fields(c.Name), " "), strings.TrimSpace(c.Note)
	if err := both(c.Validate(), first.Validate()); err != nil {
		return c, err
	}
	if err := alone(ctx, tx, c); err != nil {
		return c, err
	}
	id, err := tx.NewID(ctx)
	if err != nil {
		return c, err
	}
	c.ID, c.Version, c.Versions = id, 1, []Version{{c.StartsOn, first}}
	if _, err := tx.Exec(ctx, "INSERT INTO contract ("+columns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?)", c.ID, c.ClientID, c.Name,
		c.StartsOn.String(), c.EndsOn.String(), c.NoticeMonths, c.Note, c.Version); err != nil {
		return c, err
	}
	terms, err := keepTerms(ctx, tx, c.ID, c.StartsOn, first)
	if err != nil {
		return c, err
	}
	return c, happened(ctx, tx, by, now, "contract.created", c, append(differences(Contract{}, c),
		journal.Change{Field: "terms " + c.StartsOn.String(), After: terms}))
}

// both joins the faults of two checks.
func both(a, b error) error {
	one, bad := fault.As(a)
	two, worse := fault.As(b)
	switch {
	case !bad:
		return b
	case !worse:
		return a
	}
	one.Fields = append(one.Fields, two.Fields...)
	return one
}

// Update stores the name, the dates, the notice and the note of a contract; c.Version is the one that was read. A new
// first day moves the first version along; those that it would leave before are refused.
func Update(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, c Contract) (Contract, error) {
	c.Name, c.Note = strings.Join(strings.Fields(c.Name), " "), strings.TrimSpace(c.Note)
	had, err := ByID(ctx, tx, c.ID)
	if err != nil {
		return c, err
	}
	if had.Version != c.Version {
		return c, fault.New(fault.Conflict, "fault.conflict")
	}
	c.ClientID, c.Versions = had.ClientID, slices.Clone(had.Versions)
	if err := c.Validate(); err != nil {
		return c, err
	}
	if len(c.Versions) > 1 && !c.StartsOn.Before(c.Versions[1].FromOn) {
		return c, fieldFault("startsOn", "contract.err.starts", "date", c.Versions[1].FromOn.String())
	}
	if err := alone(ctx, tx, c); err != nil {
		return c, err
	}
	changes := differences(had, c)
	if len(changes) == 0 {
		return had, nil
	}
	if _, err := tx.Exec(ctx, "UPDATE contract_terms SET from_on = ? WHERE contract_id = ? AND from_on = ?", c.StartsOn.String(), c.ID,
		had.StartsOn.String()); err != nil {
		return c, err
	}
	if len(c.Versions) > 0 {
		c.Versions[0].FromOn = c.StartsOn
	}
	if err := bump(ctx, tx, &c); err != nil {
		return c, err
	}
	return c, happened(ctx, tx, by, now, "contract.changed", c, changes)
}

// SetTerms lets terms hold from a day of the contract on. Those of the same day are replaced, the others stay; version is
// the contract's that was read.
func SetTerms(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, id, version int64, from calendar.Date, t Terms) (Contract, error) {
	c, err := ByID(ctx, tx, id)
	if err != nil {
		return c, err
	}
	if c.Version != version {
		return c, fault.New(fault.Conflict, "fault.conflict")
	}
	if err := t.Validate(); err != nil {
		return c, err
	}
	if _, ok := c.On(from); !ok {
		return c, fieldFault("fromOn", "contract.err.from", "name", c.Name)
	}
	var before any
	i := slices.IndexFunc(c.Versions, func(v Version) bool { return v.FromOn == from })
	if i >= 0 {
		if before, err = written(c.Versions[i].Terms); err != nil {
			return c, err
		}
	}
	after, err := keepTerms(ctx, tx, c.ID, from, t)
	if err != nil || before == after {
		return c, err
	}
	if err := bump(ctx, tx, &c); err != nil {
		return c, err
	}
	if err := happened(ctx, tx, by, now, "contract.terms", c, []journal.Change{{Field: "terms " + from.String(), Before: before, After: after}}); err != nil {
		return c, err
	}
	return ByID(ctx, tx, id)
}

func fieldFault(field, key string, args ...any) error {
	var check fault.Check
	check.That(false, field, key, args...)
	return check.Err()
}

// alone refuses a contract whose days are another one's of the client too.
func alone(ctx context.Context, q db.Querier, c Contract) error {
	others, err := OfClient(ctx, q, c.ClientID)
	if err != nil {
		return err
	}
	none := calendar.Date{}
	for _, o := range others {
		before := o.EndsOn != none && o.EndsOn.Before(c.StartsOn)
		after := c.EndsOn != none && c.EndsOn.Before(o.StartsOn)
		if o.ID != c.ID && !before && !after {
			return fieldFault("startsOn", "contract.err.overlap", "name", o.Name)
		}
	}
	return nil
}

func bump(ctx context.Context, tx *db.Tx, c *Contract) error {
	n, err := tx.Exec(ctx, `UPDATE contract SET name = ?, starts_on = ?, ends_on = ?, notice_months = ?, note = ?, version = ?
		WHERE id = ? AND version = ?`, c.Name, c.StartsOn.String(), c.EndsOn.String(), c.NoticeMonths, c.Note, c.Version+1, c.ID, c.Version)
	if err == nil && n == 0 { // on PostgreSQL another process may have written since the read
		err = fault.New(fault.Conflict, "fault.conflict")
	}
	c.Version++
	return err
}

func written(t Terms) (string, error) {
	p, err := json.Marshal(t)
	if err != nil {
		return "", fmt.Errorf("terms: %w", err)
	}
	return string(p), nil
}

// keepTerms stores a version and returns it as it is written.
func keepTerms(ctx context.Context, tx *db.Tx, id int64, from calendar.Date, t Terms) (string, error) {
	text, err := written(t)
	if err != nil {
		return "", err
	}
	_, err = tx.Exec(ctx, `INSERT INTO contract_terms (contract_id, from_on, terms) VALUES (?, ?, ?)
		ON CONFLICT (contract_id, from_on) DO UPDATE SET terms = excluded.terms`, id, from.String(), text)
	return text, err
}

func differences(had, c Contract) (out []journal.Change) {
	differ := func(field string, before, after any) {
		if before != after {
			out = append(out, journal.Change{Field: field, Before: before, After: after})
		}
	}
	differ("name", had.Name, c.Name)
	differ("startsOn", had.StartsOn.String(), c.StartsOn.String())
	differ("endsOn", had.EndsOn.String(), c.EndsOn.String())
	differ("noticeMonths", had.NoticeMonths, c.NoticeMonths)
	differ("note", had.Note, c.Note)
	return out
}

// happened appends an entry; its client stands in it, so that who follows the journal knows whose clocks are others.
func happened(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, kind string, c Contract, changes []journal.Change) error {
	_, err := journal.Append(ctx, tx, now, journal.Entry{Actor: by, Kind: kind, Subject: "contract", SubjectID: c.ID,
		Changes: append(changes, journal.Change{Field: "client", After: c.ClientID})})
	return err
}
