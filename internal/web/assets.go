package web

import (
	"context"
	"slices"
	"time"

	"guichet/internal/asset"
	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/journal"
	"guichet/internal/people"
	"guichet/internal/ticket"
)

// assetsShown is how many assets of a client are listed.
const assetsShown = 2000

func listAssets(ctx context.Context, d *door, in *clientIn) (out assetList, err error) {
	err = d.DB.View(ctx, func(q db.Querier) error {
		all, err := asset.OfClient(ctx, q, in.ID.n(), assetsShown)
		out.Items = each(all, assetOf)
		return err
	})
	return out, err
}

func getAsset(ctx context.Context, d *door, in *clientIn) (assetView, error) {
	a, err := asset.ByID(ctx, d.DB, in.ID.n())
	return assetOf(a), err
}

func assetOf(a asset.Asset) assetView {
	return assetView{ID: idOf(a.ID), Name: a.Name, Type: assetType(a.Type), SiteID: idOf(a.SiteID), Serial: a.Serial, Note: a.Note,
		UserIDs: each(a.Users, idOf), Retired: ms(a.RetiredAt), Version: a.Version}
}

func (f AssetForm) asset(now time.Time) asset.Asset {
	a := asset.Asset{Name: f.Name, Type: asset.Type(f.Type), SiteID: f.SiteID.n(), Serial: f.Serial, Note: f.Note, Users: each(f.UserIDs, id.n)}
	if f.Retired {
		a.RetiredAt = now
	}
	return a
}

func createAsset(ctx context.Context, d *door, in *assetNew) (v assetView, err error) {
	a := in.Body.asset(d.Now())
	a.ClientID = in.ID.n()
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		if err := belongs(ctx, tx, a); err != nil {
			return err
		}
		made, err := asset.Create(ctx, tx, actor(ctx), d.Now(), a)
		v = assetOf(made)
		return err
	})
	return v, err
}

func updateAsset(ctx context.Context, d *door, in *assetPatch) (v assetView, err error) {
	a := in.Body.asset(d.Now())
	a.ID, a.Version = in.ID.n(), in.Body.Version
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		had, err := asset.ByID(ctx, tx, a.ID)
		if err != nil {
			return err
		}
		a.ClientID = had.ClientID
		if !had.RetiredAt.IsZero() && in.Body.Retired {
			a.RetiredAt = had.RetiredAt
		}
		if err := belongs(ctx, tx, a); err != nil {
			return err
		}
		saved, err := asset.Update(ctx, tx, actor(ctx), d.Now(), a)
		v = assetOf(saved)
		return err
	})
	return v, err
}

// belongs refuses an asset at another client's site, or of a client that is gone.
func belongs(ctx context.Context, q db.Querier, a asset.Asset) error {
	client, err := people.ClientByID(ctx, q, a.ClientID)
	if err != nil {
		return err
	}
	if client.MergedInto != 0 {
		return fault.New(fault.Missing, "fault.gone")
	}
	for _, u := range a.Users {
		if _, err := people.Current(ctx, q, u); err != nil {
			return err
		}
	}
	if a.SiteID == 0 {
		return nil
	}
	sites, err := people.Sites(ctx, q, a.ClientID)
	if err == nil && !slices.ContainsFunc(sites, func(s people.Site) bool { return s.ID == a.SiteID }) {
		err = fault.New(fault.Missing, "fault.gone")
	}
	return err
}

// moveClient is what a merge of two clients takes along: tickets and assets. Contracts stay with the client that they
// were made with; the tickets come under those of the other.
func moveClient(ctx context.Context, tx *db.Tx, from, into int64) ([]journal.Change, error) {
	return also(ctx, tx, from, into, ticket.MoveClient, asset.MoveClient)
}

func returnClient(ctx context.Context, tx *db.Tx, from, into int64, moved []journal.Change) error {
	if err := ticket.ReturnClient(ctx, tx, from, into, moved); err != nil {
		return err
	}
	return asset.ReturnClient(ctx, tx, from, into, moved)
}

func moveContact(ctx context.Context, tx *db.Tx, from, into int64) ([]journal.Change, error) {
	return also(ctx, tx, from, into, ticket.MoveContact, asset.MoveContact)
}

func returnContact(ctx context.Context, tx *db.Tx, from, into int64, moved []journal.Change) error {
	if err := ticket.ReturnContact(ctx, tx, from, into, moved); err != nil {
		return err
	}
	return asset.ReturnContact(ctx, tx, from, into, moved)
}

// also joins what rooms do in a merge.
func also(ctx context.Context, tx *db.Tx, from, into int64, rooms ...people.Also) (all []journal.Change, err error) {
	for _, room := range rooms {
		moved, err := room(ctx, tx, from, into)
		if err != nil {
			return nil, err
		}
		all = append(all, moved...)
	}
	return all, nil
}
