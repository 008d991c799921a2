package people

import (
	"context"
	"time"

	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/journal"
)

// Site is a place where a client works.
type Site struct {
	ID       int64
	ClientID int64
	Name     string
	Address  string // postal, several lines
	Version  int64
}

// Validate says every field that can't be taken.
func (s Site) Validate() error {
	var c fault.Check
	c.That(s.Name != "", "name", "fault.empty")
	c.That(short(s.Name, maxName), "name", "fault.too_long", "max", maxName)
	c.That(short(s.Address, 1000), "address", "fault.too_long", "max", 1000)
	return c.Err()
}

func (s Site) tidied() Site {
	s.Name, s.Address = tidy(s.Name), plainText(s.Address)
	return s
}

func siteFields(s *Site) []any { return []any{&s.ID, &s.ClientID, &s.Name, &s.Address, &s.Version} }

const siteColumns = "id, client_id, name, address, version"

// Sites returns a client's sites by name.
func Sites(ctx context.Context, q db.Querier, client int64) ([]Site, error) {
	return db.All(ctx, q, siteFields, "SELECT "+siteColumns+" FROM site WHERE client_id = ? ORDER BY name, id", client)
}

// SiteByID returns one site, or a Missing fault.
func SiteByID(ctx context.Context, q db.Querier, id int64) (Site, error) {
	s, err := db.One(ctx, q, siteFields, "SELECT "+siteColumns+" FROM site WHERE id = ?", id)
	return s, gone(err)
}

// CreateSite adds a site to a client; ID and Version are given here.
func CreateSite(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, s Site) (Site, error) {
	s = s.tidied()
	if err := s.Validate(); err != nil {
		return s, err
	}
	if c, err := ClientByID(ctx, tx, s.ClientID); err != nil || c.MergedInto != 0 {
		if err == nil {
			err = fault.New(fault.Missing, "fault.gone")
		}
		return s, err
	}
	id, err := tx.NewID(ctx)
	if err != nil {
		return s, err
	}
	s.ID, s.Version = id, 1
	if _, err := tx.Exec(ctx, "INSERT INTO site ("+siteColumns+") VALUES (?, ?, ?, ?, ?)", s.ID, s.ClientID, s.Name, s.Address, s.Version); err != nil {
		return s, err
	}
	return s, happened(ctx, tx, by, now, "site.created", s.ID, siteEdits(Site{}, s))
}

// UpdateSite stores s as the site s.ID now is; s.Version is the one that was
// read. A site stays with its client.
func UpdateSite(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, s Site) (Site, error) {
	s = s.tidied()
	had, err := SiteByID(ctx, tx, s.ID)
	if err != nil {
		return s, err
	}
	if err := stale(had.Version, s.Version); err != nil {
		return s, err
	}
	if err := s.Validate(); err != nil {
		return s, err
	}
	s.ClientID = had.ClientID
	changes := siteEdits(had, s)
	if len(changes) == 0 {
		return s, nil
	}
	s.Version++
	if err := stored(tx.Exec(ctx, "UPDATE site SET name = ?, address = ?, version = ? WHERE id = ? AND version = ?",
		s.Name, s.Address, s.Version, s.ID, had.Version)); err != nil {
		return s, err
	}
	return s, happened(ctx, tx, by, now, "site.changed", s.ID, changes)
}

// DeleteSite removes a site; its contacts stay with the client. version is the
// one that was read.
func DeleteSite(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, id, version int64) error {
	had, err := SiteByID(ctx, tx, id)
	if err != nil {
		return err
	}
	if err := stale(had.Version, version); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "UPDATE contact SET site_id = NULL, version = version + 1 WHERE site_id = ?", id); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "DELETE FROM site WHERE id = ?", id); err != nil {
		return err
	}
	return happened(ctx, tx, by, now, "site.deleted", id, siteEdits(had, Site{}))
}

func siteEdits(had, s Site) edits {
	var e edits
	e.note("client", had.ClientID, s.ClientID, 0)
	e.note("name", had.Name, s.Name, 0)
	e.note("address", had.Address, s.Address, 0)
	return e
}
