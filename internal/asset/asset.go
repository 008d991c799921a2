// Package asset holds the machines and other things that the team looks after: what each is, where it stands and who
// uses it.
//
// A function that changes something takes the transaction, who does it and when, and appends to the journal what it did.
package asset

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/journal"
)

// Type is what an asset is.
type Type string

// Types lists what an asset can be, in the order of choice.
var Types = []Type{Workstation, Laptop, Mobile, Peripheral, Printer, Telephone, Server, VM, Storage, Network, Other}

// The types.
const (
	Workstation Type = "workstation"
	Laptop      Type = "laptop"
	Mobile      Type = "mobile"
	Peripheral  Type = "peripheral"
	Printer     Type = "printer"
	Telephone   Type = "telephone"
	Server      Type = "server"
	VM          Type = "vm"
	Storage     Type = "storage"
	Network     Type = "network"
	Other       Type = "other"
)

// Asset is one thing.
type Asset struct {
	ID        int64
	ClientID  int64
	SiteID    int64 // 0: unknown
	Name      string
	Type      Type
	Serial    string
	Note      string
	Users     []int64   // contacts, in order of their ids
	RetiredAt time.Time // zero: in use
	CreatedAt time.Time
	Version   int64
}

const (
	maxName = 200
	maxNote = 10000
)

// Validate says every field that can't be taken.
func (a Asset) Validate() error {
	var c fault.Check
	c.That(a.Name != "", "name", "fault.empty")
	c.That(len([]rune(a.Name)) <= maxName, "name", "fault.too_long", "max", maxName)
	c.That(slices.Contains(Types, a.Type), "type", "fault.choice")
	c.That(len([]rune(a.Serial)) <= maxName, "serial", "fault.too_long", "max", maxName)
	c.That(len([]rune(a.Note)) <= maxNote, "note", "fault.too_long", "max", maxNote)
	c.That(len(a.Users) <= 200, "users", "asset.err.users", "max", 200)
	return c.Err()
}

func (a Asset) tidied() Asset {
	a.Name, a.Serial = strings.Join(strings.Fields(a.Name), " "), strings.Join(strings.Fields(a.Serial), " ")
	a.Note = strings.TrimSpace(a.Note)
	a.Users = slices.Compact(slices.Sorted(slices.Values(a.Users)))
	return a
}

const columns = "a.id, a.client_id, a.site_id, a.name, a.type, a.serial, a.note, a.retired_at, a.created_at, a.version"

func fields(a *Asset) []any {
	return []any{&a.ID, &a.ClientID, &a.SiteID, &a.Name, (*string)(&a.Type), &a.Serial, &a.Note, &a.RetiredAt, &a.CreatedAt, &a.Version}
}

// ByID returns one asset with its users, or a Missing fault.
func ByID(ctx context.Context, q db.Querier, id int64) (Asset, error) {
	a, err := db.One(ctx, q, fields, "SELECT "+columns+" FROM asset a WHERE a.id = ?", id)
	if errors.Is(err, db.ErrNone) {
		return a, fault.Wrap(err, fault.Missing, "fault.gone")
	}
	if err != nil {
		return a, err
	}
	a.Users, err = db.Values[int64](ctx, q, "SELECT contact_id FROM asset_user WHERE asset_id = ? ORDER BY contact_id", id)
	return a, err
}

// OfClient returns a client's assets by name, those in use first, without their users.
func OfClient(ctx context.Context, q db.Querier, client int64, limit int) ([]Asset, error) {
	return db.All(ctx, q, fields, "SELECT "+columns+` FROM asset a WHERE a.client_id = ?
		ORDER BY CASE WHEN a.retired_at IS NULL THEN 0 ELSE 1 END, a.fold, a.id LIMIT ?`, client, limit)
}

// OfUser returns the assets in use that a contact uses, by name.
func OfUser(ctx context.Context, q db.Querier, contact int64) ([]Asset, error) {
	return db.All(ctx, q, fields, "SELECT "+columns+` FROM asset a JOIN asset_user u ON u.asset_id = a.id
		WHERE u.contact_id = ? AND a.retired_at IS NULL ORDER BY a.fold, a.id`, contact)
}

// Create adds an asset; ID, CreatedAt and Version are given here. That the client, the site and the users are there is
// for the caller to see to.
func Create(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, a Asset) (Asset, error) {
	a = a.tidied()
	if err := a.Validate(); err != nil {
		return a, err
	}
	if err := free(ctx, tx, a); err != nil {
		return a, err
	}
	id, err := tx.NewID(ctx)
	if err != nil {
		return a, err
	}
	a.ID, a.CreatedAt, a.Version = id, now.UTC().Truncate(time.Millisecond), 1
	if _, err := tx.Exec(ctx, `INSERT INTO asset (id, client_id, site_id, name, fold, type, serial, note, retired_at, created_at, version)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, a.ID, a.ClientID, db.Null(a.SiteID), a.Name, db.Fold(a.Name), string(a.Type), a.Serial,
		a.Note, a.RetiredAt, a.CreatedAt, a.Version); err != nil {
		return a, err
	}
	if err := keepUsers(ctx, tx, a.ID, nil, a.Users); err != nil {
		return a, err
	}
	return a, happened(ctx, tx, by, now, "asset.created", a.ID, differences(Asset{}, a))
}

// Update stores a as the asset a.ID now is; a.Version is the one that was read. An asset stays with its client.
func Update(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, a Asset) (Asset, error) {
	a = a.tidied()
	had, err := ByID(ctx, tx, a.ID)
	if err != nil {
		return a, err
	}
	if had.Version != a.Version {
		return a, fault.New(fault.Conflict, "fault.conflict")
	}
	if err := a.Validate(); err != nil {
		return a, err
	}
	a.ClientID, a.CreatedAt = had.ClientID, had.CreatedAt
	if err := free(ctx, tx, a); err != nil {
		return a, err
	}
	changes := differences(had, a)
	if len(changes) == 0 {
		return a, nil
	}
	a.Version++
	n, err := tx.Exec(ctx, `UPDATE asset SET site_id = ?, name = ?, fold = ?, type = ?, serial = ?, note = ?, retired_at = ?, version = ?
		WHERE id = ? AND version = ?`, db.Null(a.SiteID), a.Name, db.Fold(a.Name), string(a.Type), a.Serial, a.Note, a.RetiredAt, a.Version,
		a.ID, had.Version)
	if err == nil && n == 0 { // on PostgreSQL another process may have written since the read
		err = fault.New(fault.Conflict, "fault.conflict")
	}
	if err != nil {
		return a, err
	}
	if err := keepUsers(ctx, tx, a.ID, had.Users, a.Users); err != nil {
		return a, err
	}
	return a, happened(ctx, tx, by, now, "asset.changed", a.ID, changes)
}

// free refuses a name that another asset in use of the client has: people say the name on the telephone.
func free(ctx context.Context, q db.Querier, a Asset) error {
	var c fault.Check
	if a.RetiredAt.IsZero() {
		same, err := db.Value[int64](ctx, q, "SELECT COUNT(*) FROM asset WHERE client_id = ? AND fold = ? AND id <> ? AND retired_at IS NULL",
			a.ClientID, db.Fold(a.Name), a.ID)
		if err != nil {
			return err
		}
		c.That(same == 0, "name", "asset.err.name", "name", a.Name)
	}
	return c.Err()
}

func keepUsers(ctx context.Context, tx *db.Tx, id int64, had, want []int64) error {
	for _, u := range had {
		if !slices.Contains(want, u) {
			if _, err := tx.Exec(ctx, "DELETE FROM asset_user WHERE asset_id = ? AND contact_id = ?", id, u); err != nil {
				return err
			}
		}
	}
	for _, u := range want {
		if !slices.Contains(had, u) {
			if _, err := tx.Exec(ctx, "INSERT INTO asset_user (asset_id, contact_id) VALUES (?, ?)", id, u); err != nil {
				return err
			}
		}
	}
	return nil
}

func differences(had, a Asset) (out []journal.Change) {
	differ := func(field string, before, after any, same bool) {
		if !same {
			out = append(out, journal.Change{Field: field, Before: before, After: after})
		}
	}
	differ("client", had.ClientID, a.ClientID, had.ClientID == a.ClientID)
	differ("site", had.SiteID, a.SiteID, had.SiteID == a.SiteID)
	differ("name", had.Name, a.Name, had.Name == a.Name)
	differ("type", string(had.Type), string(a.Type), had.Type == a.Type)
	differ("serial", had.Serial, a.Serial, had.Serial == a.Serial)
	differ("note", had.Note, a.Note, had.Note == a.Note)
	differ("retired", db.Millis(had.RetiredAt), db.Millis(a.RetiredAt), had.RetiredAt.Equal(a.RetiredAt))
	for _, u := range had.Users {
		differ("user", u, nil, slices.Contains(a.Users, u))
	}
	for _, u := range a.Users {
		differ("user", nil, u, slices.Contains(had.Users, u))
	}
	return out
}

func happened(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, kind string, id int64, changes []journal.Change) error {
	_, err := journal.Append(ctx, tx, now, journal.Entry{Actor: by, Kind: kind, Subject: "asset", SubjectID: id, Changes: changes})
	return err
}
