package people

import (
	"context"
	"slices"
	"strings"
	"time"

	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/journal"
	"guichet/internal/words"
)

// Contact is a person who writes or calls, at a client or at nobody's yet.
type Contact struct {
	ID         int64
	ClientID   int64 // 0 for none
	SiteID     int64 // 0 for none
	Name       string
	Phone      string
	Language   words.Language // "" where nobody knows: the client's counts
	Note       string
	Addresses  []Address // the first is the one to write to
	CreatedAt  time.Time
	MergedInto int64     // the contact that this one turned out to be, 0 for none
	ErasedAt   time.Time // when the person was erased: nothing personal is left
	Version    int64
}

// Address is one email address of a contact.
type Address struct {
	Address    string // normalised; it belongs to one contact
	DeadAt     time.Time
	DeadReason string // what the server said when mail to it failed
}

// Email is the address to write to: the first that is alive, "" for none.
func (c Contact) Email() string {
	for _, a := range c.Addresses {
		if a.DeadAt.IsZero() {
			return a.Address
		}
	}
	return ""
}

// Dead says whether mail to one of the contact's addresses fails for good.
func (c Contact) Dead(address string) bool {
	key, _ := NormalAddress(address)
	return slices.ContainsFunc(c.Addresses, func(a Address) bool { return a.Address == key && !a.DeadAt.IsZero() })
}

// Validate says every field that can't be taken.
func (c Contact) Validate() error {
	var check fault.Check
	check.That(c.Name != "", "name", "fault.empty")
	check.That(short(c.Name, maxName), "name", "fault.too_long", "max", maxName)
	check.That(short(c.Phone, maxPhone), "phone", "fault.too_long", "max", maxPhone)
	check.That(c.Language == "" || language(c.Language), "language", "fault.choice")
	check.That(short(c.Note, maxNote), "note", "fault.too_long", "max", maxNote)
	check.That(len(c.Addresses) <= 50, "addresses", "people.err.addresses", "max", 50)
	for _, a := range c.Addresses {
		_, ok := NormalAddress(a.Address)
		check.That(ok, "addresses", "people.err.address", "address", a.Address)
	}
	return check.Err()
}

// tidied returns the contact as it is stored, where it can be. A person without
// a name is called by the address.
func (c Contact) tidied() Contact {
	c.Name, c.Phone, c.Note = tidy(c.Name), tidy(c.Phone), plainText(c.Note)
	var kept []Address
	for _, a := range c.Addresses {
		a.Address, _ = NormalAddress(a.Address)
		if a.Address != "" && !slices.ContainsFunc(kept, func(k Address) bool { return k.Address == a.Address }) {
			kept = append(kept, a)
		}
	}
	c.Addresses = kept
	if c.Name == "" && len(kept) > 0 {
		c.Name = cut(kept[0].Address, maxName)
	}
	return c
}

func (c Contact) listed() string {
	list := make([]string, len(c.Addresses))
	for i, a := range c.Addresses {
		list[i] = a.Address
	}
	return strings.Join(list, ", ")
}

const contactColumns = "c.id, c.client_id, c.site_id, c.name, c.phone, c.language, c.note, c.created_at, c.merged_into, c.erased_at, c.version"

func contactFields(c *Contact) []any {
	return []any{&c.ID, &c.ClientID, &c.SiteID, &c.Name, &c.Phone, (*string)(&c.Language), &c.Note, &c.CreatedAt, &c.MergedInto, &c.ErasedAt, &c.Version}
}

// ContactByID returns one contact with its addresses, or a Missing fault. A
// contact that was merged or erased is returned as it is.
func ContactByID(ctx context.Context, q db.Querier, id int64) (Contact, error) {
	c, err := db.One(ctx, q, contactFields, "SELECT "+contactColumns+" FROM contact c WHERE c.id = ?", id)
	if err != nil {
		return c, gone(err)
	}
	c.Addresses, err = addressesOf(ctx, q, id)
	return c, err
}

func addressesOf(ctx context.Context, q db.Querier, contact int64) ([]Address, error) {
	return db.All(ctx, q, func(a *Address) []any { return []any{&a.Address, &a.DeadAt, &a.DeadReason} },
		"SELECT address, dead_at, dead_reason FROM contact_address WHERE contact_id = ? ORDER BY position, address", contact)
}

// CreateContact adds a contact; ID, CreatedAt and Version are given here. A
// contact without a client gets the client of its first address's domain.
func CreateContact(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, c Contact) (Contact, error) {
	c = c.tidied()
	if err := c.Validate(); err != nil {
		return c, err
	}
	if c.ClientID == 0 && len(c.Addresses) > 0 {
		client, _, err := ClientByDomain(ctx, tx, domainOf(c.Addresses[0].Address))
		if err != nil {
			return c, err
		}
		c.ClientID = client.ID
	}
	if err := contactFits(ctx, tx, c); err != nil {
		return c, err
	}
	return insertContact(ctx, tx, by, now, c)
}

// insertContact stores a new, checked contact.
func insertContact(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, c Contact) (Contact, error) {
	id, err := tx.NewID(ctx)
	if err != nil {
		return c, err
	}
	c.ID, c.CreatedAt, c.MergedInto, c.ErasedAt, c.Version = id, now.UTC().Truncate(time.Millisecond), 0, time.Time{}, 1
	if _, err := tx.Exec(ctx, `INSERT INTO contact (id, client_id, site_id, name, fold, phone, language, note, created_at, version)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, c.ID, db.Null(c.ClientID), db.Null(c.SiteID), c.Name, db.Fold(c.Name),
		c.Phone, string(c.Language), c.Note, c.CreatedAt, c.Version); err != nil {
		return c, err
	}
	if err := keepAddresses(ctx, tx, c.ID, nil, c.Addresses); err != nil {
		return c, err
	}
	return c, happened(ctx, tx, by, now, "contact.created", c.ID, contactEdits(Contact{}, c))
}

// UpdateContact stores c as the contact c.ID now is, with exactly these
// addresses in this order; c.Version is the one that was read. What is known
// about an address that stays is kept.
func UpdateContact(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, c Contact) (Contact, error) {
	c = c.tidied()
	had, err := ContactByID(ctx, tx, c.ID)
	if err != nil {
		return c, err
	}
	if had.MergedInto != 0 || !had.ErasedAt.IsZero() {
		return c, fault.New(fault.Missing, "fault.gone")
	}
	if err := stale(had.Version, c.Version); err != nil {
		return c, err
	}
	if err := c.Validate(); err != nil {
		return c, err
	}
	if err := contactFits(ctx, tx, c); err != nil {
		return c, err
	}
	return replaceContact(ctx, tx, by, now, had, c)
}

// replaceContact stores a checked contact over the one that there was.
func replaceContact(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, had, c Contact) (Contact, error) {
	c.CreatedAt, c.MergedInto, c.ErasedAt, c.Version = had.CreatedAt, 0, time.Time{}, had.Version
	for i, a := range c.Addresses {
		if k := slices.IndexFunc(had.Addresses, func(h Address) bool { return h.Address == a.Address }); k >= 0 {
			c.Addresses[i] = had.Addresses[k]
		} else {
			c.Addresses[i] = Address{Address: a.Address}
		}
	}
	changes := contactEdits(had, c)
	if len(changes) == 0 {
		return c, nil
	}
	c.Version++
	if err := stored(tx.Exec(ctx, `UPDATE contact SET client_id = ?, site_id = ?, name = ?, fold = ?, phone = ?,
		language = ?, note = ?, version = ? WHERE id = ? AND version = ?`, db.Null(c.ClientID), db.Null(c.SiteID), c.Name,
		db.Fold(c.Name), c.Phone, string(c.Language), c.Note, c.Version, c.ID, had.Version)); err != nil {
		return c, err
	}
	if err := keepAddresses(ctx, tx, c.ID, had.Addresses, c.Addresses); err != nil {
		return c, err
	}
	return c, happened(ctx, tx, by, now, "contact.changed", c.ID, changes)
}

func contactEdits(had, c Contact) edits {
	var e edits
	e.note("client", had.ClientID, c.ClientID, 0)
	e.note("site", had.SiteID, c.SiteID, 0)
	e.note("name", had.Name, c.Name, c.ID)
	e.note("phone", had.Phone, c.Phone, c.ID)
	e.note("language", had.Language, c.Language, 0)
	e.note("note", had.Note, c.Note, c.ID)
	e.note("addresses", had.listed(), c.listed(), c.ID)
	return e
}

// contactFits refuses a client, a site or an address that the contact can't
// have.
func contactFits(ctx context.Context, q db.Querier, c Contact) error {
	var check fault.Check
	if c.ClientID != 0 {
		n, err := db.Value[int64](ctx, q, "SELECT COUNT(*) FROM client WHERE id = ? AND merged_into IS NULL", c.ClientID)
		if err != nil {
			return err
		}
		check.That(n == 1, "clientId", "fault.choice")
	}
	if c.SiteID != 0 {
		n, err := db.Value[int64](ctx, q, "SELECT COUNT(*) FROM site WHERE id = ? AND client_id = ?", c.SiteID, c.ClientID)
		if err != nil {
			return err
		}
		check.That(n == 1, "siteId", "fault.choice")
	}
	for _, a := range c.Addresses {
		owners, err := db.Values[string](ctx, q, `SELECT c.name FROM contact_address a JOIN contact c ON c.id = a.contact_id
			WHERE a.address = ? AND a.contact_id <> ?`, a.Address, c.ID)
		if err != nil {
			return err
		}
		if len(owners) > 0 {
			check.That(false, "addresses", "people.err.address_taken", "address", a.Address, "name", owners[0])
		}
	}
	return check.Err()
}

func keepAddresses(ctx context.Context, tx *db.Tx, contact int64, had, want []Address) error {
	for _, h := range had {
		if !slices.ContainsFunc(want, func(w Address) bool { return w.Address == h.Address }) {
			if _, err := tx.Exec(ctx, "DELETE FROM contact_address WHERE address = ?", h.Address); err != nil {
				return err
			}
		}
	}
	for i, w := range want {
		if _, err := tx.Exec(ctx, `INSERT INTO contact_address (address, contact_id, position, dead_at, dead_reason)
			VALUES (?, ?, ?, ?, ?) ON CONFLICT (address) DO UPDATE SET position = excluded.position`,
			w.Address, contact, i, w.DeadAt, w.DeadReason); err != nil {
			return err
		}
	}
	return nil
}

func domainOf(address string) string { return address[strings.LastIndexByte(address, '@')+1:] }
