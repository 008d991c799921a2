package web

import (
	"context"
	"encoding/json"
	"fmt"

	"guichet/internal/db"
	"guichet/internal/journal"
	"guichet/internal/outbox"
	"guichet/internal/people"
	"guichet/internal/ticket"
	"guichet/internal/words"
)

func getMe(ctx context.Context, d *door, _ *struct{}) (me, error) {
	return d.me(ctx, who(ctx).agent)
}

func (d *door) me(ctx context.Context, a people.Agent) (me, error) {
	// The place in the journal comes first: what happens while the rest is read
	// reaches the window through its feed.
	seq, err := journal.Last(ctx, d.DB)
	if err != nil {
		return me{}, err
	}
	team, _, err := readSettings(ctx, d.DB)
	if err != nil {
		return me{}, err
	}
	boxes, err := d.boxNotes(ctx)
	if err != nil {
		return me{}, err
	}
	return me{
		Agent: agentSelf{ID: idOf(a.ID), Name: a.Name, Email: a.Email, Level: a.Level, Role: role(a.Role),
			Language: language(a.Language), Preferences: preferencesOf(a.Preferences)},
		Demo: d.Demo, Version: d.Version, Shell: d.Shell != nil, NeedsSetup: !d.Demo && (team.TeamName == "" || len(boxes) == 0),
		JournalSeq: seq, Mailboxes: boxes, DiskFull: d.Desk.diskFull(), TeamName: team.TeamName,
	}, nil
}

// preferencesOf reads an agent's preferences; what can't be read, or was never
// chosen, is as at the first start.
func preferencesOf(text string) preferences {
	p := preferences{Theme: "system", Notifications: true}
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		return preferences{Theme: "system", Notifications: true}
	}
	return p
}

func updateMe(ctx context.Context, d *door, in *mePatch) (me, error) {
	var a people.Agent
	err := d.DB.Write(ctx, func(tx *db.Tx) (err error) {
		if a, err = people.AgentByID(ctx, tx, who(ctx).agent.ID); err != nil {
			return err
		}
		if in.Body.Language != nil {
			a.Language = words.Language(*in.Body.Language)
		}
		if in.Body.Preferences != nil {
			text, err := json.Marshal(in.Body.Preferences)
			if err != nil {
				return fmt.Errorf("preferences: %w", err)
			}
			a.Preferences = string(text)
		}
		a, err = people.UpdateAgent(ctx, tx, actor(ctx), d.Now(), a)
		return err
	})
	if err != nil {
		return me{}, err
	}
	return d.me(ctx, a)
}

func getViews(ctx context.Context, d *door, _ *struct{}) (out views, err error) {
	counts, err := ticket.Counts(ctx, d.DB, who(ctx).agent.ID)
	if err != nil {
		return out, err
	}
	out.Items = each(ticket.Views, func(v ticket.View) viewCount { return viewCount{view(v), counts[v]} })
	if out.Outbox.Stuck, _, err = outbox.Counts(ctx, d.DB); err != nil {
		return out, err
	}
	out.Dock, err = d.dockCount(ctx)
	return out, err
}

// status is what the feed tells beside the journal.
func (d *door) status(ctx context.Context) (s feedStatus, err error) {
	s.DiskFull = d.Desk.diskFull()
	if s.Mailboxes, err = d.boxNotes(ctx); err != nil {
		return s, err
	}
	s.Outbox.Stuck, _, err = outbox.Counts(ctx, d.DB)
	return s, err
}
