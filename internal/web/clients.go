package web

import (
	"context"

	"guichet/internal/asset"
	"guichet/internal/db"
	"guichet/internal/people"
	"guichet/internal/words"
)

func listClients(ctx context.Context, d *door, in *clientsIn) (clientPage, error) {
	var page clientPage
	err := d.DB.View(ctx, func(q db.Querier) error {
		rows, next, err := people.Clients(ctx, q, people.Filter{Text: in.Q, Cursor: in.Cursor, Limit: in.Limit})
		page = clientPage{each(rows, clientRowOf), next}
		return err
	})
	return page, err
}

func clientRowOf(c people.Client) ClientRow {
	return ClientRow{ID: idOf(c.ID), Name: c.Name, Colour: c.Colour, Language: language(c.Language), Domains: each(c.Domains, people.ShowDomain), Version: c.Version}
}

func getClient(ctx context.Context, d *door, in *clientIn) (v clientView, err error) {
	err = d.DB.View(ctx, func(q db.Querier) error {
		v, err = readClient(ctx, q, in.ID.n())
		return err
	})
	return v, err
}

func readClient(ctx context.Context, q db.Querier, number int64) (v clientView, err error) {
	c, err := people.ClientByID(ctx, q, number)
	if err != nil {
		return v, err
	}
	sites, err := people.Sites(ctx, q, number)
	if err != nil {
		return v, err
	}
	counts, err := people.CountClient(ctx, q, number)
	return clientView{ClientRow: clientRowOf(c), Note: c.Note, Sites: each(sites, siteOf), Contacts: int64(counts.Contacts), MergedInto: idOf(c.MergedInto)}, err
}

func (f ClientForm) client() people.Client {
	return people.Client{Name: f.Name, Colour: f.Colour, Language: words.Language(f.Language), Note: f.Note, Domains: f.Domains}
}

func createClient(ctx context.Context, d *door, in *clientNew) (v clientView, err error) {
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		c, err := people.CreateClient(ctx, tx, actor(ctx), d.Now(), in.Body.client())
		if err != nil {
			return err
		}
		v, err = readClient(ctx, tx, c.ID)
		return err
	})
	return v, err
}

func updateClient(ctx context.Context, d *door, in *clientPatch) (v clientView, err error) {
	c := in.Body.client()
	c.ID, c.Version = in.ID.n(), in.Body.Version
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := people.UpdateClient(ctx, tx, actor(ctx), d.Now(), c); err != nil {
			return err
		}
		v, err = readClient(ctx, tx, c.ID)
		return err
	})
	return v, err
}

func mergeClient(ctx context.Context, d *door, in *mergeIn) error {
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		return people.MergeClients(ctx, tx, actor(ctx), d.Now(), in.ID.n(), in.Body.IntoID.n(), moveClient)
	})
}

func unmergeClient(ctx context.Context, d *door, in *clientIn) error {
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		return people.UndoMergeClient(ctx, tx, actor(ctx), d.Now(), in.ID.n(), returnClient)
	})
}

func siteOf(s people.Site) siteView {
	return siteView{ID: idOf(s.ID), Name: s.Name, Address: s.Address, Version: s.Version}
}

func createSite(ctx context.Context, d *door, in *siteNew) (v siteView, err error) {
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		s, err := people.CreateSite(ctx, tx, actor(ctx), d.Now(), people.Site{ClientID: in.ID.n(), Name: in.Body.Name, Address: in.Body.Address})
		v = siteOf(s)
		return err
	})
	return v, err
}

func updateSite(ctx context.Context, d *door, in *sitePatch) (v siteView, err error) {
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		s, err := people.UpdateSite(ctx, tx, actor(ctx), d.Now(),
			people.Site{ID: in.ID.n(), Name: in.Body.Name, Address: in.Body.Address, Version: in.Body.Version})
		v = siteOf(s)
		return err
	})
	return v, err
}

func deleteSite(ctx context.Context, d *door, in *versioned) error {
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		if err := asset.LeaveSite(ctx, tx, in.ID.n()); err != nil {
			return err
		}
		return people.DeleteSite(ctx, tx, actor(ctx), d.Now(), in.ID.n(), in.Version)
	})
}
