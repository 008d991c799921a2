package web

import (
	"context"

	"guichet/internal/calendar"
	"guichet/internal/contract"
	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/people"
)

func listContracts(ctx context.Context, d *door, in *clientIn) (out contractList, err error) {
	err = d.DB.View(ctx, func(q db.Querier) error {
		if _, err := people.ClientByID(ctx, q, in.ID.n()); err != nil {
			return err
		}
		all, err := contract.OfClient(ctx, q, in.ID.n())
		out.Items = each(all, contractOf)
		return err
	})
	out.Usual = termsOf(contract.Default())
	year := d.Now().In(d.Answer.Zone).Year()
	out.Regions = each(calendar.Regions, func(r calendar.Region) regionView {
		return regionView{region(r), each(r.Of(year), func(h calendar.Holiday) holidayView { return holidayView{h.Date.String(), said{Key: h.Key}} })}
	})
	return out, err
}

func createContract(ctx context.Context, d *door, in *contractNew) (v contractView, err error) {
	if err := lead(ctx); err != nil {
		return v, err
	}
	c, err := in.Body.contract()
	if err != nil {
		return v, err
	}
	terms, err := in.Body.Terms.terms()
	if err != nil {
		return v, err
	}
	c.ClientID = in.ID.n()
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		client, err := people.ClientByID(ctx, tx, c.ClientID)
		if err != nil {
			return err
		}
		if client.MergedInto != 0 {
			return fault.New(fault.Missing, "fault.gone")
		}
		made, err := contract.Create(ctx, tx, actor(ctx), d.Now(), c, terms)
		v = contractOf(made)
		return err
	})
	return v, err
}

func updateContract(ctx context.Context, d *door, in *contractPatch) (v contractView, err error) {
	if err := lead(ctx); err != nil {
		return v, err
	}
	c, err := in.Body.contract()
	if err != nil {
		return v, err
	}
	c.ID, c.Version = in.ID.n(), in.Body.Version
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		saved, err := contract.Update(ctx, tx, actor(ctx), d.Now(), c)
		v = contractOf(saved)
		return err
	})
	return v, err
}

func setTerms(ctx context.Context, d *door, in *termsPut) (v contractView, err error) {
	if err := lead(ctx); err != nil {
		return v, err
	}
	terms, err := in.Body.Terms.terms()
	if err != nil {
		return v, err
	}
	dates := days{}
	from := dates.of("fromOn", in.Body.FromOn)
	if err := dates.check.Err(); err != nil {
		return v, err
	}
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		saved, err := contract.SetTerms(ctx, tx, actor(ctx), d.Now(), in.ID.n(), in.Body.Version, from, terms)
		v = contractOf(saved)
		return err
	})
	return v, err
}
