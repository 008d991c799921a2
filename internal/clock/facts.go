// Package clock gives tickets their clocks: it reads what happened out of the journal, what was agreed out of the
// contracts, and lets the pure rules of sla say how each stands. Lists are served from the table ticket_clock, which
// follows the journal: whatever wrote to a ticket, its clock is kept.
package clock

import (
	"context"
	"slices"
	"time"

	"guichet/internal/asset"
	"guichet/internal/contract"
	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/journal"
	"guichet/internal/sla"
	"guichet/internal/ticket"
)

// Of reads all that the clocks of a ticket depend on. names are those of the agents, for the explanation. What the
// ticket is about (its client, its asset) is taken as it is known now: a correction is no change of the past.
func Of(ctx context.Context, q db.Querier, t ticket.Ticket, names map[int64]string) (c sla.Case, err error) {
	if c.Periods, err = periods(ctx, q, t); err != nil {
		return c, err
	}
	entries, err := journal.OfTicket(ctx, q, t.ID)
	if err != nil {
		return c, err
	}
	said, err := db.Values[int64](ctx, q, "SELECT id FROM message WHERE ticket_id = ? AND direction IN ('out', 'call')", t.ID)
	if err != nil {
		return c, err
	}
	c.Facts = Facts(t.ReportedAt, entries, said, names)
	return c, nil
}

func periods(ctx context.Context, q db.Querier, t ticket.Ticket) ([]sla.Period, error) {
	if t.ClientID == 0 {
		return nil, nil
	}
	contracts, err := contract.OfClient(ctx, q, t.ClientID)
	if err != nil || len(contracts) == 0 {
		return nil, err
	}
	n, _, err := ticket.Qualified(ctx, q, t.ID)
	if err != nil {
		return nil, err
	}
	thing, err := Thing(ctx, q, n.AssetID, 0)
	if err != nil {
		return nil, err
	}
	return contract.Periods(contract.Spans(contracts), func(terms contract.Terms) bool { return terms.Judge(thing).Answer != contract.Out })
}

// Thing says what an asset is for the perimeter. One that is gone, or 0, is not known.
func Thing(ctx context.Context, q db.Querier, id int64, level int) (contract.Thing, error) {
	thing := contract.Thing{Level: level}
	if id == 0 {
		return thing, nil
	}
	a, err := asset.ByID(ctx, q, id)
	if fault.Is(err, fault.Missing) {
		return thing, nil
	}
	thing.AssetID, thing.SiteID, thing.Type = a.ID, a.SiteID, a.Type
	return thing, err
}

// Facts tells what the journal of a ticket says about its clocks. said are the messages to the requester that stand: an
// answer that was taken back in time never was one. A call that an agent noted is an answer, for they spoke.
func Facts(reported time.Time, entries []journal.Entry, said []int64, names map[int64]string) []sla.Fact {
	facts := []sla.Fact{{At: reported, Kind: sla.Reported, Priority: ticket.DefaultPriority}}
	var hold sla.Fact // the one under way, as far as it is told
	for _, e := range entries {
		by := names[e.Actor.ID]
		if e.Actor.Kind == "system" {
			by = "Guichet"
		}
		switch e.Kind {
		case "message.out", "message.call":
			if e.Actor.Kind == "agent" && slices.Contains(said, e.SubjectID) {
				facts = append(facts, sla.Fact{At: e.At, Kind: sla.Answered, By: by})
			}
		case "ticket.changed":
			facts = append(facts, changed(e, by, &hold)...)
		case "ticket.qualified":
			if n, ok := number(e, "priority"); ok {
				facts = append(facts, sla.Fact{At: e.At, Kind: sla.Ranked, By: by, Priority: int(n)})
			}
		}
	}
	return facts
}

// changed reads an entry of ticket.Change.
func changed(e journal.Entry, by string, hold *sla.Fact) (facts []sla.Fact) {
	if level, ok := number(e, "level"); ok && level >= 2 {
		facts = append(facts, sla.Fact{At: e.At, Kind: sla.Raised, By: by})
	}
	if reason, ok := text(e, "pendingReason"); ok {
		hold.Reason = reason
	}
	if until, ok := number(e, "pendingUntil"); ok {
		hold.Until = time.Time{}
		if until > 0 {
			hold.Until = time.UnixMilli(until).UTC()
		}
	}
	status, moved := text(e, "status")
	_, again := text(e, "pendingReason")
	_, later := number(e, "pendingUntil")
	switch {
	case moved && status == string(ticket.Pending), !moved && (again || later):
		hold.At, hold.Kind, hold.By = e.At, sla.Held, by
		facts = append(facts, *hold)
	case moved && (status == string(ticket.Resolved) || status == string(ticket.Closed)):
		facts = append(facts, sla.Fact{At: e.At, Kind: sla.Ended, By: by})
	case moved:
		facts = append(facts, sla.Fact{At: e.At, Kind: sla.Worked, By: by})
	}
	return facts
}

// text is the value that a field has since an entry.
func text(e journal.Entry, field string) (string, bool) {
	for _, c := range e.Changes {
		if c.Field == field {
			s, _ := c.After.(string) // "" is left out of the journal
			return s, true
		}
	}
	return "", false
}

// number is text for a number; one that is nothing is 0.
func number(e journal.Entry, field string) (int64, bool) {
	for _, c := range e.Changes {
		if c.Field == field {
			n, _ := c.After.(float64) // as JSON reads a number
			return int64(n), true
		}
	}
	return 0, false
}

// Verdict judges a ticket by the contract of the day on which it was reported. asset is what it is about, 0 for not
// known; level is who works on it, 0 for whoever.
func Verdict(ctx context.Context, q db.Querier, t ticket.Ticket, asset int64, level int) (contract.Verdict, error) {
	judge, err := Judge(ctx, q, t)
	if err != nil {
		return contract.Verdict{}, err
	}
	thing, err := Thing(ctx, q, asset, level)
	return judge(thing), err
}

// Judge is Verdict for many things.
func Judge(ctx context.Context, q db.Querier, t ticket.Ticket) (func(contract.Thing) contract.Verdict, error) {
	if t.ClientID == 0 {
		return func(contract.Thing) contract.Verdict { return contract.NoClient }, nil
	}
	contracts, err := contract.OfClient(ctx, q, t.ClientID)
	if err != nil {
		return nil, err
	}
	terms := contract.At(contract.Spans(contracts), t.ReportedAt).Terms
	if terms == nil {
		return func(contract.Thing) contract.Verdict { return contract.NoContract }, nil
	}
	return terms.Judge, nil
}
