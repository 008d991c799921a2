package ticket

import (
	"context"
	"errors"
	"strings"
	"time"

	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/journal"
)

// Category is a subject that tickets are about; categories make a tree of two levels.
type Category struct {
	ID           int64
	ParentID     int64 // 0: at the top
	Position     int   // among its brothers
	NameFR       string
	NameEN       string
	Words        string // what tickets of it tend to say, with blanks between
	Technicality int    // 1 to 3: what is proposed for its tickets
	Retired      bool   // not offered any more
	Version      int64
}

// Name is its name in a language: "en", else French.
func (c Category) Name(language string) string {
	if language == "en" {
		return c.NameEN
	}
	return c.NameFR
}

const categoryColumns = "id, parent_id, position, name_fr, name_en, words, technicality, retired, version"

func categoryFields(c *Category) []any {
	return []any{&c.ID, &c.ParentID, &c.Position, &c.NameFR, &c.NameEN, &c.Words, &c.Technicality, &c.Retired, &c.Version}
}

// Categories returns the whole tree, brothers together and in their order.
func Categories(ctx context.Context, q db.Querier) ([]Category, error) {
	return db.All(ctx, q, categoryFields, "SELECT "+categoryColumns+" FROM category ORDER BY parent_id, position, id")
}

// CategoryByID returns one category, or a Missing fault.
func CategoryByID(ctx context.Context, q db.Querier, id int64) (Category, error) {
	c, err := db.One(ctx, q, categoryFields, "SELECT "+categoryColumns+" FROM category WHERE id = ?", id)
	if errors.Is(err, db.ErrNone) {
		err = fault.Wrap(err, fault.Missing, "fault.gone")
	}
	return c, err
}

// SaveCategory adds a category (ID 0) or stores another state of one; c.Version is the one that was read.
func SaveCategory(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, c Category) (Category, error) {
	c.NameFR, c.NameEN = strings.Join(strings.Fields(c.NameFR), " "), strings.Join(strings.Fields(c.NameEN), " ")
	c.Words = strings.Join(strings.Fields(db.Fold(c.Words)), " ") // Suggest reads them
	var check fault.Check
	check.That(c.NameFR != "" && len([]rune(c.NameFR)) <= 100, "nameFr", "qualify.err.name", "max", 100)
	check.That(c.NameEN != "" && len([]rune(c.NameEN)) <= 100, "nameEn", "qualify.err.name", "max", 100)
	check.That(len(c.Words) <= 2000, "words", "fault.too_long", "max", 2000)
	check.That(c.Technicality >= 1 && c.Technicality <= 3, "technicality", "fault.range", "min", 1, "max", 3)
	if err := check.Err(); err != nil {
		return c, err
	}
	if c.ParentID != 0 {
		parent, err := CategoryByID(ctx, tx, c.ParentID)
		if err != nil {
			return c, err
		}
		if parent.ParentID != 0 || parent.ID == c.ID {
			return c, fault.New(fault.Invalid, "qualify.err.depth")
		}
	}
	if c.ID == 0 {
		return addCategory(ctx, tx, by, now, c)
	}
	return changeCategory(ctx, tx, by, now, c)
}

func addCategory(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, c Category) (Category, error) {
	id, err := tx.NewID(ctx)
	if err != nil {
		return c, err
	}
	c.ID, c.Version = id, 1
	if _, err := tx.Exec(ctx, "INSERT INTO category ("+categoryColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", c.ID, c.ParentID, c.Position,
		c.NameFR, c.NameEN, c.Words, c.Technicality, c.Retired, c.Version); err != nil {
		return c, err
	}
	return c, categoryHappened(ctx, tx, by, now, "category.created", Category{}, c)
}

func changeCategory(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, c Category) (Category, error) {
	had, err := CategoryByID(ctx, tx, c.ID)
	if err != nil {
		return c, err
	}
	if had.Version != c.Version {
		return c, fault.New(fault.Conflict, "fault.conflict")
	}
	if children, err := db.Value[int64](ctx, tx, "SELECT COUNT(*) FROM category WHERE parent_id = ?", c.ID); err != nil {
		return c, err
	} else if children > 0 && c.ParentID != 0 {
		return c, fault.New(fault.Invalid, "qualify.err.depth")
	}
	if had == c {
		return c, nil
	}
	c.Version++
	if _, err := tx.Exec(ctx, `UPDATE category SET parent_id = ?, position = ?, name_fr = ?, name_en = ?, words = ?, technicality = ?,
		retired = ?, version = ? WHERE id = ?`, c.ParentID, c.Position, c.NameFR, c.NameEN, c.Words, c.Technicality, c.Retired, c.Version, c.ID); err != nil {
		return c, err
	}
	return c, categoryHappened(ctx, tx, by, now, "category.changed", had, c)
}

func categoryHappened(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, kind string, had, c Category) error {
	var changes []journal.Change
	differ := func(field string, before, after any) {
		if before != after {
			changes = append(changes, journal.Change{Field: field, Before: before, After: after})
		}
	}
	differ("parent", had.ParentID, c.ParentID)
	differ("position", had.Position, c.Position)
	differ("nameFr", had.NameFR, c.NameFR)
	differ("nameEn", had.NameEN, c.NameEN)
	differ("words", had.Words, c.Words)
	differ("technicality", had.Technicality, c.Technicality)
	differ("retired", had.Retired, c.Retired)
	_, err := journal.Append(ctx, tx, now, journal.Entry{Actor: by, Kind: kind, Subject: "category", SubjectID: c.ID, Changes: changes})
	return err
}

// NamedCategories returns the categories as a search line names them: each by its name in a language, then by its other
// name and those of the categories above it.
func NamedCategories(ctx context.Context, q db.Querier, language string) ([]Named, error) {
	all, err := Categories(ctx, q)
	if err != nil {
		return nil, err
	}
	byID := map[int64]Category{}
	for _, c := range all {
		byID[c.ID] = c
	}
	named := make([]Named, 0, len(all))
	for _, c := range all {
		n := Named{ID: c.ID, Names: []string{c.Name(language)}}
		for up, deep := c, 0; up.ID != 0 && deep < 20; up, deep = byID[up.ParentID], deep+1 {
			n.Names = append(n.Names, up.NameFR, up.NameEN)
		}
		named = append(named, n)
	}
	return named, nil
}
