package people

import (
	"context"
	"time"

	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/journal"
)

// Attach makes an address a contact of a client: the contact who has it moves
// there, or one is made. name counts only for a new contact. also does what
// follows in another room: from is the contact, into the client.
func Attach(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, address, name string, client int64, also Also) (Contact, error) {
	had, _, known, err := ByEmail(ctx, tx, address)
	if err != nil {
		return had, err
	}
	c, err := attached(ctx, tx, by, now, had, known, address, name, client)
	if err != nil {
		return c, err
	}
	changes := edits{{Field: "into", After: client}}
	changes.note("client", had.ClientID, c.ClientID, 0)
	changes.note("site", had.SiteID, c.SiteID, 0)
	if also != nil {
		more, err := also(ctx, tx, c.ID, client)
		if err != nil {
			return c, err
		}
		changes = append(changes, more...)
	}
	if len(changes) == 1 { // it was so already
		return c, nil
	}
	return c, happened(ctx, tx, by, now, "contact.attached", c.ID, changes)
}

func attached(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, had Contact, known bool, address, name string, client int64) (Contact, error) {
	if !known {
		return CreateContact(ctx, tx, by, now, Contact{ClientID: client, Name: cut(tidy(name), maxName), Addresses: []Address{{Address: address}}})
	}
	if had.ClientID == client {
		return had, nil
	}
	moved := had
	moved.ClientID, moved.SiteID = client, 0
	if err := contactFits(ctx, tx, moved); err != nil {
		return had, err
	}
	return replaceContact(ctx, tx, by, now, had, moved)
}

// UndoAttach gives a contact back the client and the site that it had before the
// last Attach; a contact that was made for it stays, of no client. One that was
// moved again since is a fault of kind Conflict.
func UndoAttach(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, contact int64, back Back) (Contact, error) {
	had, err := ContactByID(ctx, tx, contact)
	if err != nil {
		return had, err
	}
	entry, err := lastAttach(ctx, tx, contact)
	if err != nil {
		return had, err
	}
	before, into := had, int64(0)
	for _, c := range entry.Changes {
		switch c.Field {
		case "into":
			into = number(c.After)
		case "client":
			before.ClientID = number(c.Before)
		case "site":
			before.SiteID = number(c.Before)
		}
	}
	if had.ClientID != into || had.MergedInto != 0 || !had.ErasedAt.IsZero() {
		return had, fault.New(fault.Conflict, "people.err.attached_since")
	}
	if err := contactFits(ctx, tx, before); err != nil {
		return had, fault.Wrap(err, fault.Conflict, "people.err.attached_since") // the client or the site is gone
	}
	if before, err = replaceContact(ctx, tx, by, now, had, before); err != nil {
		return before, err
	}
	if back != nil {
		if err := back(ctx, tx, contact, into, entry.Changes); err != nil {
			return before, err
		}
	}
	return before, happened(ctx, tx, by, now, "contact.detached", contact, edits{{Field: "into", Before: into}})
}

// lastAttach is the last Attach of a contact that is not undone yet.
func lastAttach(ctx context.Context, q db.Querier, contact int64) (journal.Entry, error) {
	told, err := journal.Of(ctx, q, "contact", contact)
	if err != nil {
		return journal.Entry{}, err
	}
	for i := len(told) - 1; i >= 0 && told[i].Kind != "contact.detached"; i-- {
		if told[i].Kind == "contact.attached" {
			return told[i], nil
		}
	}
	return journal.Entry{}, fault.New(fault.Conflict, "people.err.not_attached")
}

// number reads a number of the journal; JSON's come back as floats.
func number(v any) int64 {
	n, _ := column(v).(int64) // nil, as a value that says nothing is left out: 0
	return n
}
