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
	archives, err := d.historyNotes(ctx)
	if err != nil {
		return me{}, err
	}
	return me{
		Agent: agentSelf{ID: idOf(a.ID), Name: a.Name, Email: a.Email, Level: a.Level, Role: role(a.Role),
			Language: language(a.Language), Preferences: preferencesOf(a.Preferences)},
		Demo: d.Demo, Version: d.Version, Shell: d.Shell != nil, NeedsSetup: !d.Demo && (team.TeamName == "" || len(boxes) == 0),
		JournalSeq: seq, Mailboxes: boxes, DiskFull: d.Desk.diskFull(), TeamName: team.TeamName, History: archives,
	}, nil
}

// preferencesOf reads an agent's preferences; what can't be read, or was never
// chosen, is as at the first start.
func preferencesOf(text string) preferences {
	first := preferences{Theme: "system", Notifications: true, Zoom: 100, Composer: "rich"}
	p := first
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		return first
	}
	return p
}

func updateMe(ctx context.Context, d *door, in *mePatch) (me, error) {
	var a people.Agent
	err := d.DB.Write(ctx, func(tx *db.Tx) (err error) {
		if a, err = people.AgentByID(ctx, tx, who(ctx).agent.ID); err != nil {
			return err
		}
		if a, err = nameMyself(ctx, tx, d, in, a); err != nil || in.Body.Preferences == nil {
			return err
		}
		if a.Preferences, err = preferred(a.Preferences, *in.Body.Preferences); err != nil {
			return err
		}
		return people.Prefer(ctx, tx, a.ID, a.Preferences)
	})
	if err != nil {
		return me{}, err
	}
	return d.me(ctx, a)
}

// nameMyself changes what others see of an agent; the role and the level are a
// lead's to give.
func nameMyself(ctx context.Context, tx *db.Tx, d *door, in *mePatch, a people.Agent) (people.Agent, error) {
	if in.Body.Name == nil && in.Body.Email == nil && in.Body.Language == nil {
		return a, nil
	}
	if in.Body.Name != nil {
		a.Name = *in.Body.Name
	}
	if in.Body.Email != nil {
		a.Email = *in.Body.Email
	}
	if in.Body.Language != nil {
		a.Language = words.Language(*in.Body.Language)
	}
	return people.UpdateAgent(ctx, tx, actor(ctx), d.Now(), a)
}

// preferred lays what changes over the preferences that there are.
func preferred(had string, patch preferencesPatch) (string, error) {
	p := preferencesOf(had)
	changes, err := json.Marshal(patch)
	if err == nil {
		err = json.Unmarshal(changes, &p)
	}
	if err != nil {
		return "", fmt.Errorf("preferences: %w", err)
	}
	text, err := json.Marshal(p)
	return string(text), err
}

func getViews(ctx context.Context, d *door, _ *struct{}) (out views, err error) {
	counts, err := ticket.Counts(ctx, d.DB, who(ctx).agent.ID)
	if err != nil {
		return out, err
	}
	out.Items = each(ticket.Views, func(v ticket.View) viewCount { return viewCount{deskView(v), counts[v]} })
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
	if s.History, err = d.historyNotes(ctx); err != nil {
		return s, err
	}
	s.Outbox.Stuck, _, err = outbox.Counts(ctx, d.DB)
	return s, err
}
