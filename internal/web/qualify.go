package web

import (
	"context"
	"strconv"

	"guichet/internal/asset"
	"guichet/internal/clock"
	"guichet/internal/contract"
	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/ticket"
)

func verdictOf(v contract.Verdict) verdictView {
	return verdictView{verdictIs(v.Answer), said{v.Key, v.Args}}
}

func getQualify(ctx context.Context, d *door, in *ticketIn) (v qualifyView, err error) {
	err = d.DB.View(ctx, func(q db.Querier) error {
		t, err := ticket.ByID(ctx, q, in.ID.n())
		if err != nil {
			return err
		}
		v = qualifyView{Version: t.Version, OutageAt: ms(t.OutageAt)}
		if v.Now, err = readQualification(ctx, q, t); err != nil {
			return err
		}
		clues, err := readClues(ctx, q, t, v.Now)
		if err != nil {
			return err
		}
		v.Categories = each(clues.Categories, func(c ticket.Category) categoryView {
			return categoryView{idOf(c.ID), idOf(c.ParentID), c.NameFR, c.NameEN, c.Technicality}
		})
		v.Suggestions = each(ticket.Suggest(clues), suggestionOf)
		m, err := ticket.ReadMatrix(ctx, q)
		if err != nil {
			return err
		}
		v.Matrix = each(m[:], func(row [3]int) list[int] { return row[:] })
		return readMachines(ctx, q, t, clues, &v)
	})
	return v, err
}

func suggestionOf(s ticket.Suggestion) suggestion {
	value := strconv.FormatInt(s.Value, 10)
	if s.Field == "type" {
		value = string(ticket.Types[s.Value])
	}
	return suggestion{suggestFor(s.Field), value, said{s.Key, s.Args}}
}

// readQualification is how a ticket was qualified, nil for not yet.
func readQualification(ctx context.Context, q db.Querier, t ticket.Ticket) (*qualification, error) {
	n, ok, err := ticket.Qualified(ctx, q, t.ID)
	if err != nil || !ok {
		return nil, err
	}
	out := qualification{Qualification: Qualification{Type: ticketType(n.Type), CategoryID: idOf(n.CategoryID), Impact: n.Impact, Urgency: n.Urgency,
		Major: n.Major, Technicality: n.Technicality, Blocked: n.Blocked, AssetID: idOf(n.AssetID), OutageSource: outageSource(n.OutageSource)},
		Priority: n.Priority, Verdict: verdictView{verdictIs(n.Verdict), said{n.Reason, n.ReasonArgs}}, At: ms(n.At)}
	if n.CategoryID != 0 {
		c, err := ticket.CategoryByID(ctx, q, n.CategoryID)
		if err != nil && !fault.Is(err, fault.Missing) {
			return nil, err
		}
		out.Category = c.Name(string(who(ctx).agent.Language))
	}
	if n.AssetID != 0 {
		a, err := asset.ByID(ctx, q, n.AssetID)
		if err != nil && !fault.Is(err, fault.Missing) {
			return nil, err
		}
		out.Asset = a.Name
	}
	return &out, nil
}

// pastAsked is how many earlier tickets of the requester a suggestion goes by.
const pastAsked = 10

// readClues gathers what the suggestions go by.
func readClues(ctx context.Context, q db.Querier, t ticket.Ticket, now *qualification) (c ticket.Clues, err error) {
	c.Subject = t.Subject
	if c.Text, err = ticket.FirstText(ctx, q, t.ID); err != nil {
		return c, err
	}
	all, err := ticket.Categories(ctx, q)
	if err != nil {
		return c, err
	}
	for _, one := range all {
		if !one.Retired || now != nil && now.CategoryID == idOf(one.ID) {
			c.Categories = append(c.Categories, one)
		}
	}
	if t.RequesterID != 0 {
		if c.Past, err = ticket.EarlierOf(ctx, q, t.RequesterID, t.ID, pastAsked); err != nil {
			return c, err
		}
		own, err := asset.OfUser(ctx, q, t.RequesterID)
		if err != nil {
			return c, err
		}
		c.Own = each(own, machineOf)
	}
	if t.ClientID != 0 {
		others, err := asset.OfClient(ctx, q, t.ClientID, assetsShown)
		if err != nil {
			return c, err
		}
		c.Others = each(others, machineOf)
	}
	if now != nil && now.AssetID != "" {
		near, err := ticket.Near(ctx, q, t.ID, now.AssetID.n(), t.ReportedAt)
		c.Near = int(near)
		return c, err
	}
	return c, nil
}

func machineOf(a asset.Asset) ticket.Machine { return ticket.Machine{ID: a.ID, Name: a.Name} }

// readMachines lists what the ticket may be about, each with what the contract says of it.
func readMachines(ctx context.Context, q db.Querier, t ticket.Ticket, c ticket.Clues, v *qualifyView) error {
	unknown, err := clock.Verdict(ctx, q, t, 0, 0)
	if err != nil {
		return err
	}
	v.Unknown = verdictOf(unknown)
	own := map[int64]bool{}
	for _, m := range c.Own {
		own[m.ID] = true
	}
	all, err := asset.OfClient(ctx, q, t.ClientID, assetsShown)
	if err != nil {
		return err
	}
	judge, err := clock.Judge(ctx, q, t)
	if err != nil {
		return err
	}
	var theirs, others list[qualifyMachine]
	for _, a := range all {
		verdict := judge(contract.Thing{AssetID: a.ID, SiteID: a.SiteID, Type: a.Type})
		m := qualifyMachine{idOf(a.ID), a.Name, assetType(a.Type), own[a.ID], verdictOf(verdict)}
		switch {
		case m.Own:
			theirs = append(theirs, m)
		case a.RetiredAt.IsZero() || v.Now != nil && v.Now.AssetID == m.ID:
			others = append(others, m)
		}
	}
	v.Machines = append(theirs, others...)
	return nil
}

func qualifyTicket(ctx context.Context, d *door, in *qualifyIn) (ticketView, error) {
	b := in.Body
	n := ticket.Qualification{Type: ticket.Type(b.Type), CategoryID: b.CategoryID.n(), Impact: b.Impact, Urgency: b.Urgency, Major: b.Major,
		Technicality: b.Technicality, Blocked: b.Blocked, AssetID: b.AssetID.n(), OutageSource: string(b.OutageSource)}
	patch := ticket.Patch{Level: b.Level}
	if b.OutageAt != nil {
		outage := at(*b.OutageAt)
		patch.OutageAt = &outage
	}
	err := d.DB.Write(ctx, func(tx *db.Tx) error {
		t, err := ticket.ByID(ctx, tx, in.ID.n())
		if err != nil {
			return err
		}
		if n.AssetID != 0 {
			a, err := asset.ByID(ctx, tx, n.AssetID)
			if err != nil {
				return err
			}
			if a.ClientID != t.ClientID {
				return &fault.Error{Kind: fault.Invalid, Key: "fault.fields", Fields: []fault.Field{{Name: "assetId", Key: "qualify.err.asset"}}}
			}
		}
		verdict, err := clock.Verdict(ctx, tx, t, n.AssetID, 0)
		if err != nil {
			return err
		}
		n.Verdict, n.Reason, n.ReasonArgs = string(verdict.Answer), verdict.Key, verdict.Args
		_, err = ticket.Qualify(ctx, tx, actor(ctx), d.Now(), t.ID, b.Version, n, patch)
		return err
	})
	if err != nil {
		return ticketView{}, err
	}
	return d.ticketView(ctx, in.ID.n())
}
