package web

import (
	"context"
	"strings"

	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/people"
	"guichet/internal/words"
)

func agentRowOf(a people.Agent) agentRow {
	return agentRow{ID: idOf(a.ID), Name: a.Name, Email: a.Email, Level: a.Level, Role: role(a.Role), Language: language(a.Language),
		Active: a.Active, Version: a.Version}
}

func listAgents(ctx context.Context, d *door, _ *struct{}) (agentRows, error) {
	all, err := people.Agents(ctx, d.DB)
	return agentRows{each(all, agentRowOf)}, err
}

// over lays a form over an agent, whose preferences and id stay.
func (f AgentForm) over(a people.Agent) people.Agent {
	a.Name, a.Email, a.Level, a.Role, a.Language, a.Active = f.Name, f.Email, f.Level, string(f.Role), words.Language(f.Language), f.Active
	return a
}

func createAgent(ctx context.Context, d *door, in *agentNew) (row agentRow, err error) {
	if err := lead(ctx); err != nil {
		return row, err
	}
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		a, err := people.CreateAgent(ctx, tx, actor(ctx), d.Now(), in.Body.over(people.Agent{}))
		row = agentRowOf(a)
		return err
	})
	return row, err
}

func updateAgent(ctx context.Context, d *door, in *agentPatch) (row agentRow, err error) {
	if err := lead(ctx); err != nil {
		return row, err
	}
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		had, err := people.AgentByID(ctx, tx, in.ID.n())
		if err != nil {
			return err
		}
		a := in.Body.over(had)
		a.Version = in.Body.Version
		a, err = people.UpdateAgent(ctx, tx, actor(ctx), d.Now(), a)
		row = agentRowOf(a)
		return err
	})
	return row, err
}

// linkAgent makes a one-time link that opens a session for an agent: one's own
// on another machine, or, for a lead, anybody's. The link leads to the door that
// it was asked at.
func linkAgent(ctx context.Context, d *door, in *agentIn) (out entryLink, err error) {
	if in.ID.n() != who(ctx).agent.ID {
		if err := lead(ctx); err != nil {
			return out, err
		}
	}
	now := d.Now()
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		ticket, err := people.NewEntry(ctx, tx, actor(ctx), now, in.ID.n(), people.KindLink)
		origin := who(ctx).origin
		out = entryLink{URL: origin + "/enter#" + ticket, Local: strings.HasPrefix(origin, "http:")}
		return err
	})
	return out, err
}

// listSessions lists one's own sessions, or everybody's for a lead.
func listSessions(ctx context.Context, d *door, _ *struct{}) (sessionRows, error) {
	self := who(ctx)
	of := self.agent.ID
	if self.agent.Role == people.RoleLead {
		of = 0
	}
	all, err := people.Sessions(ctx, d.DB, d.Now(), of)
	if err != nil {
		return sessionRows{}, err
	}
	names, err := agentNames(ctx, d.DB)
	return sessionRows{each(all, func(s people.Session) sessionRow {
		return sessionRow{ID: idOf(s.ID), Agent: agentRef{idOf(s.AgentID), names[s.AgentID]}, Kind: sessionKind(s.Kind), Label: s.Label,
			CreatedAt: ms(s.CreatedAt), SeenAt: ms(s.SeenAt), ExpiresAt: ms(s.ExpiresAt), Own: s.ID == self.session.ID}
	})}, err
}

func revokeSession(ctx context.Context, d *door, in *sessionIn) error {
	self := who(ctx)
	if self.agent.Role != people.RoleLead {
		mine, err := people.Sessions(ctx, d.DB, d.Now(), self.agent.ID)
		if err != nil {
			return err
		}
		own := false
		for _, s := range mine {
			own = own || s.ID == in.ID.n()
		}
		if !own {
			return fault.New(fault.Refused, "web.lead")
		}
	}
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		return people.Revoke(ctx, tx, actor(ctx), d.Now(), in.ID.n())
	})
}
