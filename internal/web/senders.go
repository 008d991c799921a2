package web

import (
	"context"
	"math"
	"slices"

	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/intake"
	"guichet/internal/people"
	"guichet/internal/ticket"
)

func listBlocked(ctx context.Context, d *door, _ *struct{}) (page blockedList, err error) {
	err = d.DB.View(ctx, func(q db.Querier) error {
		all, err := intake.BlockedSenders(ctx, q)
		if err != nil {
			return err
		}
		names, err := agentNames(ctx, q)
		page.Items = each(all, func(b intake.Blocked) blockedRow {
			return blockedRow{b.Pattern, agentRef{idOf(b.AgentID), names[b.AgentID]}, ms(b.At)}
		})
		return err
	})
	return page, err
}

func blockSender(ctx context.Context, d *door, in *blockedForm) (row blockedRow, err error) {
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		b, err := intake.Block(ctx, tx, actor(ctx), d.Now(), in.Body.Pattern)
		row = blockedRow{b.Pattern, agentRef{idOf(who(ctx).agent.ID), who(ctx).agent.Name}, ms(b.At)}
		return err
	})
	return row, err
}

func unblockSender(ctx context.Context, d *door, in *blockedForm) error {
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		return intake.Unblock(ctx, tx, actor(ctx), d.Now(), in.Body.Pattern)
	})
}

// takeForwarded makes the sender of a mail that somebody passed on the requester
// of its ticket: the contact who has the address, or a new one, at the client of
// its domain. An agent who only passed it on takes no part any more.
func takeForwarded(ctx context.Context, d *door, in *ticketForwarded) (ticketView, error) {
	err := d.DB.Write(ctx, func(tx *db.Tx) error {
		truths, err := intake.Truths(ctx, tx, in.ID.n(), 0, math.MaxInt64)
		if err != nil {
			return err
		}
		from := truths[in.Body.MailID.n()].Forwarded
		if from.Addr == "" {
			return fault.New(fault.Conflict, "web.not_forwarded")
		}
		c, _, _, err := people.FindOrCreateByEmail(ctx, tx, actor(ctx), d.Now(), from.Addr, from.Name, "")
		if err != nil {
			return err
		}
		if err := ticket.Invite(ctx, tx, ticket.Participant{TicketID: in.ID.n(), Address: from.Addr, ContactID: c.ID, Name: c.Name,
			Role: "cc", State: ticket.Active, Since: d.Now()}); err != nil {
			return err
		}
		p := ticket.Patch{RequesterID: &c.ID}
		if err := fits(ctx, tx, &p); err != nil {
			return err
		}
		if _, err := ticket.Change(ctx, tx, actor(ctx), d.Now(), in.ID.n(), in.Body.Version, p); err != nil {
			return err
		}
		return withoutAgents(ctx, tx, in.ID.n())
	})
	if err != nil {
		return ticketView{}, err
	}
	return d.ticketView(ctx, in.ID.n())
}

// withoutAgents takes agents out of who receives the answers: they read them here.
func withoutAgents(ctx context.Context, tx *db.Tx, number int64) error {
	agents, err := people.Agents(ctx, tx)
	if err != nil {
		return err
	}
	all, err := ticket.Participants(ctx, tx, number)
	for _, p := range all {
		theirs := func(a people.Agent) bool { return a.Email == p.Address }
		if err == nil && p.Role == "cc" && slices.ContainsFunc(agents, theirs) {
			err = ticket.SetParticipant(ctx, tx, number, p.Address, ticket.Removed)
		}
	}
	return err
}
