package web

import (
	"context"

	"guichet/internal/db"
	"guichet/internal/people"
	"guichet/internal/ticket"
	"guichet/internal/view"
)

func listSavedViews(ctx context.Context, d *door, _ *struct{}) (out savedViews, err error) {
	asker, err := d.asker(ctx, d.DB)
	if err != nil {
		return out, err
	}
	all, err := view.Of(ctx, d.DB, asker.Agent)
	if err != nil {
		return out, err
	}
	counts, until, err := d.board.Counts(ctx, d.DB, d.Now(), asker, all)
	out.Until = ms(until)
	out.Items = each(all, func(v view.View) savedView {
		s := savedViewOf(v)
		if c := counts[v.ID]; c.Known {
			s.Count = &c.N
		}
		return s
	})
	return out, err
}

func savedViewOf(v view.View) savedView {
	return savedView{ID: idOf(v.ID), Name: v.Name, Query: v.Query, Sort: order(v.Sort), Shared: v.OwnerID == 0, Position: v.Position, Version: v.Version}
}

// owner is whose a view is.
func owner(ctx context.Context, shared bool) int64 {
	if shared {
		return 0
	}
	return who(ctx).agent.ID
}

func saveView(ctx context.Context, d *door, in *viewNew) (out savedView, err error) {
	b := in.Body
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		asker, err := d.asker(ctx, tx)
		if err != nil {
			return err
		}
		v, err := view.Create(ctx, tx, actor(ctx), d.Now(), asker, view.View{OwnerID: owner(ctx, b.Shared), Name: b.Name, Query: b.Query, Sort: ticket.Order(b.Sort)})
		out = savedViewOf(v)
		return err
	})
	return out, err
}

func updateView(ctx context.Context, d *door, in *viewPatch) (out savedView, err error) {
	b := in.Body
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		asker, err := d.asker(ctx, tx)
		if err != nil {
			return err
		}
		v, err := view.ByID(ctx, tx, asker.Agent, in.ID.n())
		if err != nil {
			return err
		}
		v.Version = b.Version
		take(&v.Name, b.Name)
		take(&v.Query, b.Query)
		take(&v.Sort, (*ticket.Order)(b.Sort))
		take(&v.Position, b.Position)
		if b.Shared != nil {
			v.OwnerID = owner(ctx, *b.Shared)
		}
		v, err = view.Update(ctx, tx, actor(ctx), d.Now(), asker, v)
		out = savedViewOf(v)
		return err
	})
	return out, err
}

// take lays a value over another where one is given.
func take[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

func deleteView(ctx context.Context, d *door, in *viewIn) (out savedView, err error) {
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		v, err := view.Delete(ctx, tx, actor(ctx), d.Now(), in.ID.n())
		out = savedViewOf(v)
		return err
	})
	return out, err
}

func completeSearch(ctx context.Context, d *door, in *completeIn) (out completions, err error) {
	asker, err := d.asker(ctx, d.DB)
	if err != nil {
		return out, err
	}
	names := func(field, start string) (names []string, err error) {
		filter := people.Filter{Text: start, Limit: 20}
		if field == "requester" {
			rows, _, err := people.Contacts(ctx, d.DB, filter)
			return each(rows, func(c people.Contact) string { return c.Name }), err
		}
		rows, _, err := people.Clients(ctx, d.DB, filter)
		return each(rows, func(c people.Client) string { return c.Name }), err
	}
	items, err := ticket.Complete(in.Word, who(ctx).agent.Language, asker, names)
	out.Items = items
	return out, err
}
