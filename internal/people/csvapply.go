package people

import (
	"context"
	"time"

	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/journal"
	"guichet/internal/words"
)

// ApplyImport does what PlanImport says, all of it or nothing, and returns the
// plan. Where im.Digest is given and the plan is no longer the one that was seen,
// nothing is done and the Conflict fault says to look again.
func ApplyImport(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, im Import) (ImportPlan, error) {
	p, err := planner(ctx, tx, im)
	if err != nil {
		return ImportPlan{}, err
	}
	if im.Digest != "" && im.Digest != p.plan.Digest {
		return p.plan, fault.New(fault.Conflict, "people.import.changed")
	}
	if im.Language == "" {
		im.Language = words.French
	}
	made := map[int64]int64{} // of what is made here
	for _, s := range p.plan.steps {
		if s.want.ClientID, err = p.makeClient(ctx, tx, by, now, im, made, s.want.ClientID); err != nil {
			return p.plan, err
		}
		if s.want.SiteID, err = p.makeSite(ctx, tx, by, now, made, s.want); err != nil {
			return p.plan, err
		}
		if s.had.ID == 0 {
			_, err = insertContact(ctx, tx, by, now, s.want)
		} else {
			_, err = replaceContact(ctx, tx, by, now, s.had, s.want)
		}
		if err != nil {
			return p.plan, err
		}
	}
	if len(p.plan.steps) == 0 {
		return p.plan, nil
	}
	return p.plan, happened(ctx, tx, by, now, "contact.imported", 0, edits{
		{Field: "create", After: p.plan.Totals[Create]}, {Field: "update", After: p.plan.Totals[Update]},
		{Field: "same", After: p.plan.Totals[Same]}, {Field: "refuse", After: p.plan.Totals[Refuse]}})
}

// makeClient returns the id of a client, which it makes where the plan said so.
func (p *plan) makeClient(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, im Import, made map[int64]int64, id int64) (int64, error) {
	if id >= 0 || made[id] != 0 {
		return max(id, made[id]), nil
	}
	c, err := CreateClient(ctx, tx, by, now, Client{Name: p.known.made[id].Name, Language: im.Language, Colour: -1})
	made[id] = c.ID
	return c.ID, err
}

// makeSite returns the id of a contact's site, which it makes where the plan said
// so.
func (p *plan) makeSite(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, made map[int64]int64, c Contact) (int64, error) {
	if c.SiteID >= 0 || made[c.SiteID] != 0 {
		return max(c.SiteID, made[c.SiteID]), nil
	}
	s, err := CreateSite(ctx, tx, by, now, Site{ClientID: c.ClientID, Name: p.known.made[c.SiteID].Name})
	made[c.SiteID] = s.ID
	return s.ID, err
}
