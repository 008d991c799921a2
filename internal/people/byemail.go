package people

import (
	"context"
	"errors"
	"strings"
	"time"

	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/journal"
	"guichet/internal/words"
)

// ByEmail returns the contact who has exactly this address (case aside) and the
// contact's client without its domains, the zero Client for none. ok is false for an address of
// nobody. A contact that was merged leads to the one it became.
func ByEmail(ctx context.Context, q db.Querier, address string) (c Contact, client Client, ok bool, err error) {
	key, is := NormalAddress(address)
	if !is {
		return c, client, false, nil
	}
	if c, client, ok, err = bare(ctx, q, key); ok {
		c.Addresses, err = addressesOf(ctx, q, c.ID)
	}
	return c, client, ok && err == nil, err
}

// bare is ByEmail without the contact's addresses: each mail that comes in asks
// for it.
func bare(ctx context.Context, q db.Querier, key string) (c Contact, client Client, ok bool, err error) {
	type both struct {
		c Contact
		k Client
	}
	found, err := db.One(ctx, q, func(b *both) []any { return append(contactFields(&b.c), clientFields(&b.k)...) },
		"SELECT "+contactColumns+", "+clientColumns+` FROM contact_address a JOIN contact c ON c.id = a.contact_id
		LEFT JOIN client ON client.id = c.client_id WHERE a.address = ?`, key)
	if errors.Is(err, db.ErrNone) {
		return c, client, false, nil
	}
	c, client = found.c, found.k
	if err == nil && c.MergedInto != 0 {
		if c, err = Current(ctx, q, c.MergedInto); err == nil {
			client, err = ownClient(ctx, q, c)
		}
	}
	return c, client, err == nil, err
}

// ownClient is the client of a contact, the zero Client for none.
func ownClient(ctx context.Context, q db.Querier, c Contact) (Client, error) {
	if c.ClientID == 0 {
		return Client{}, nil
	}
	return ClientByID(ctx, q, c.ClientID)
}

// mergesFollowed bounds a walk along merges. A merge always leads to a contact
// that is not merged itself, so a chain is as long as merges of merges.
const mergesFollowed = 100

// Current returns a contact, or the one that it was merged into.
func Current(ctx context.Context, q db.Querier, id int64) (Contact, error) {
	for range mergesFollowed {
		c, err := ContactByID(ctx, q, id)
		if err != nil || c.MergedInto == 0 {
			return c, err
		}
		id = c.MergedInto
	}
	return Contact{}, fault.New(fault.Missing, "fault.gone")
}

// FindOrCreateByEmail returns the contact who has this address, and makes one
// where nobody has it: at the client that the address's domain belongs to, else
// at none. name and l are what the mail says (l may be ""). created says that
// the contact is new. What is not an address gives the zero Contact: its mail
// still becomes a ticket. A contact who was there comes without the addresses, and a
// client may come without its domains.
func FindOrCreateByEmail(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, address, name string, l words.Language) (c Contact, client Client, created bool, err error) {
	key, is := NormalAddress(address)
	if !is {
		return c, client, false, nil
	}
	c, client, ok, err := bare(ctx, tx, key)
	if err != nil {
		return c, client, false, err
	}
	if ok {
		c, err = learnName(ctx, tx, by, now, c, name)
		return c, client, false, err
	}
	c, err = CreateContact(ctx, tx, by, now, Contact{Name: cut(tidy(name), maxName), Language: l, Addresses: []Address{{Address: key}}})
	if err == nil {
		client, err = ownClient(ctx, tx, c)
	}
	return c, client, err == nil, err
}

// learnName gives a contact that is only known by its address the name that it
// now writes under.
func learnName(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, c Contact, name string) (Contact, error) {
	name = cut(tidy(name), maxName)
	if name == "" || !strings.Contains(c.Name, "@") {
		return c, nil
	}
	addresses, err := addressesOf(ctx, tx, c.ID)
	if err != nil || len(addresses) == 0 || c.Name != cut(addresses[0].Address, maxName) {
		return c, err
	}
	c.Addresses = addresses
	named := c
	named.Name = name
	return replaceContact(ctx, tx, by, now, c, named)
}

// MarkDead notes that mail to an address fails for good, with the server's own
// words, and returns whether it is a contact's and was alive.
func MarkDead(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, address, reason string) (bool, error) {
	key, _ := NormalAddress(address)
	id, err := db.Value[int64](ctx, tx, "SELECT contact_id FROM contact_address WHERE address = ? AND dead_at IS NULL", key)
	if errors.Is(err, db.ErrNone) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	reason = cut(tidy(reason), 500)
	if _, err := tx.Exec(ctx, "UPDATE contact_address SET dead_at = ?, dead_reason = ? WHERE address = ?", now, reason, key); err != nil {
		return false, err
	}
	return true, happened(ctx, tx, by, now, "contact.address_dead", id, edits{
		{Field: "address", After: key, Person: id}, {Field: "reason", After: reason, Person: id}})
}

// Revive takes back MarkDead: mail may be written to the address again.
func Revive(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, address string) error {
	key, _ := NormalAddress(address)
	id, err := db.Value[int64](ctx, tx, "SELECT contact_id FROM contact_address WHERE address = ? AND dead_at IS NOT NULL", key)
	if errors.Is(err, db.ErrNone) {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "UPDATE contact_address SET dead_at = NULL, dead_reason = '' WHERE address = ?", key); err != nil {
		return err
	}
	return happened(ctx, tx, by, now, "contact.address_alive", id, edits{{Field: "address", After: key, Person: id}})
}
