package web

import (
	"context"

	"guichet/internal/answer"
	"guichet/internal/asset"
	"guichet/internal/db"
	"guichet/internal/history"
	"guichet/internal/intake"
	"guichet/internal/journal"
	"guichet/internal/outbox"
	"guichet/internal/people"
	"guichet/internal/ticket"
	"guichet/internal/words"
)

func listContacts(ctx context.Context, d *door, in *contactsIn) (page contactPage, err error) {
	err = d.DB.View(ctx, func(q db.Querier) error {
		rows, next, err := people.Contacts(ctx, q, people.Filter{Client: in.Client.n(), Text: in.Q, Cursor: in.Cursor, Limit: in.Limit})
		if err != nil {
			return err
		}
		page.Next = next
		known := map[int64]*clientRef{}
		for _, c := range rows {
			v, err := contactOf(ctx, q, c, known)
			if err != nil {
				return err
			}
			page.Items = append(page.Items, v)
		}
		return nil
	})
	return page, err
}

// contactOf shows a contact with its client; known holds the clients that the
// same page has shown already.
func contactOf(ctx context.Context, q db.Querier, c people.Contact, known map[int64]*clientRef) (contactView, error) {
	v := contactView{ID: idOf(c.ID), Name: c.Name, SiteID: idOf(c.SiteID), Phone: c.Phone, Language: language(c.Language), Note: c.Note,
		Erased: !c.ErasedAt.IsZero(), Version: c.Version, MergedInto: idOf(c.MergedInto),
		Addresses: each(c.Addresses, func(a people.Address) contactAddress {
			return contactAddress{a.Address, ms(a.DeadAt), a.DeadReason}
		})}
	if c.ClientID == 0 {
		return v, nil
	}
	if known[c.ClientID] == nil {
		client, err := people.ClientByID(ctx, q, c.ClientID)
		if err != nil {
			return v, err
		}
		known[c.ClientID] = &clientRef{idOf(client.ID), client.Name, client.Colour}
	}
	v.Client = known[c.ClientID]
	return v, nil
}

func oneContact(ctx context.Context, q db.Querier, number int64) (contactView, error) {
	c, err := people.ContactByID(ctx, q, number)
	if err != nil {
		return contactView{}, err
	}
	return contactOf(ctx, q, c, map[int64]*clientRef{})
}

func getContact(ctx context.Context, d *door, in *contactIn) (v contactView, err error) {
	err = d.DB.View(ctx, func(q db.Querier) error {
		v, err = oneContact(ctx, q, in.ID.n())
		return err
	})
	return v, err
}

func (f ContactForm) contact() people.Contact {
	c := people.Contact{Name: f.Name, ClientID: f.ClientID.n(), SiteID: f.SiteID.n(), Phone: f.Phone, Note: f.Note}
	if f.Language != nil {
		c.Language = words.Language(*f.Language)
	}
	for _, a := range f.Addresses {
		c.Addresses = append(c.Addresses, people.Address{Address: a})
	}
	return c
}

func createContact(ctx context.Context, d *door, in *contactNew) (v contactView, err error) {
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		c, err := people.CreateContact(ctx, tx, actor(ctx), d.Now(), in.Body.contact())
		if err != nil {
			return err
		}
		v, err = oneContact(ctx, tx, c.ID)
		return err
	})
	return v, err
}

func updateContact(ctx context.Context, d *door, in *contactPatch) (v contactView, err error) {
	c := in.Body.contact()
	c.ID, c.Version = in.ID.n(), in.Body.Version
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := people.UpdateContact(ctx, tx, actor(ctx), d.Now(), c); err != nil {
			return err
		}
		v, err = oneContact(ctx, tx, c.ID)
		return err
	})
	return v, err
}

func mergeContact(ctx context.Context, d *door, in *mergeIn) error {
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		return people.MergeContacts(ctx, tx, actor(ctx), d.Now(), in.ID.n(), in.Body.IntoID.n(), moveContact)
	})
}

func unmergeContact(ctx context.Context, d *door, in *contactIn) error {
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		return people.UndoMergeContact(ctx, tx, actor(ctx), d.Now(), in.ID.n(), returnContact)
	})
}

// attachSender makes the unknown sender of a mail a contact of a client, and
// gives the client the sender's tickets that have none.
func attachSender(ctx context.Context, d *door, in *attachIn) (v contactView, err error) {
	by, now := actor(ctx), d.Now()
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		c, err := people.Attach(ctx, tx, by, now, in.Body.Address, in.Body.Name, in.Body.ClientID.n(),
			func(ctx context.Context, tx *db.Tx, contact, client int64) ([]journal.Change, error) {
				return ticket.GiveClient(ctx, tx, by, now, contact, client)
			})
		if err != nil {
			return err
		}
		v, err = oneContact(ctx, tx, c.ID)
		return err
	})
	return v, err
}

func unattachSender(ctx context.Context, d *door, in *contactIn) (v contactView, err error) {
	by, now := actor(ctx), d.Now()
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := people.UndoAttach(ctx, tx, by, now, in.ID.n(),
			func(ctx context.Context, tx *db.Tx, _, client int64, moved []journal.Change) error {
				return ticket.TakeClient(ctx, tx, by, now, client, moved)
			}); err != nil {
			return err
		}
		v, err = oneContact(ctx, tx, in.ID.n())
		return err
	})
	return v, err
}

// eraseContact erases a person for good (GDPR, art. 17).
func eraseContact(ctx context.Context, d *door, in *contactIn) error {
	if err := lead(ctx); err != nil {
		return err
	}
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		return people.EraseContact(ctx, tx, actor(ctx), d.Now(), in.ID.n(), forget)
	})
}

// forget takes a contact's name and addresses out of the other rooms.
func forget(ctx context.Context, tx *db.Tx, contact int64) error {
	c, err := people.ContactByID(ctx, tx, contact)
	if err != nil {
		return err
	}
	addresses := make([]string, len(c.Addresses))
	for i, a := range c.Addresses {
		addresses[i] = a.Address
	}
	for _, room := range []func(context.Context, *db.Tx, []string) error{intake.Forget, outbox.Forget, answer.Forget, history.Forget} {
		if err := room(ctx, tx, addresses); err != nil {
			return err
		}
	}
	if err := asset.ForgetContact(ctx, tx, contact); err != nil {
		return err
	}
	return ticket.ForgetContact(ctx, tx, contact)
}
