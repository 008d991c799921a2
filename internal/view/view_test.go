package view

import (
	"context"
	"errors"
	"strings"
	"testing"

	"guichet/internal/db"
	"guichet/internal/db/dbtest"
	"guichet/internal/fault"
	"guichet/internal/journal"
	"guichet/internal/ticket"
	"guichet/internal/words"
)

func TestViewsAreOnesOwnOrEverybodys(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := &desk{t: t, d: d}
		samuel := journal.Agent(8)
		var late, mine View
		k.write(func(ctx context.Context, tx *db.Tx) (err error) {
			if late, err = Create(ctx, tx, sarah, noon, asker, View{Name: "  À  relancer ", Query: "status:pending  until:today"}); err != nil {
				return err
			}
			mine, err = Create(ctx, tx, sarah, noon, asker, View{OwnerID: 7, Name: "Les miens", Query: "assignee:me", Sort: ticket.Oldest})
			return err
		})
		if late.Name != "À relancer" || late.Query != "status:pending until:today" || late.Sort != ticket.ByActivity {
			t.Errorf("%+v", late)
		}
		for agent, want := range map[int64]int{7: 2, 8: 1} {
			if all, err := Of(t.Context(), d, agent); err != nil || len(all) != want || all[0] != late {
				t.Errorf("agent %d sees %+v, %v", agent, all, err)
			}
		}
		refused := func(kind fault.Kind, what string, fn func(ctx context.Context, tx *db.Tx) error) {
			t.Helper()
			err := d.Write(t.Context(), func(tx *db.Tx) error { return fn(t.Context(), tx) })
			var f *fault.Error
			if !errors.As(err, &f) || f.Kind != kind {
				t.Errorf("%s: %v, want %v", what, err, kind)
			}
		}
		refused(fault.Missing, "another's view", func(ctx context.Context, tx *db.Tx) error {
			_, err := Delete(ctx, tx, samuel, noon, mine.ID)
			return err
		})
		refused(fault.Conflict, "a view that has changed", func(ctx context.Context, tx *db.Tx) error {
			old := late
			old.Version, old.Name = 9, "x"
			_, err := Update(ctx, tx, samuel, noon, asker, old)
			return err
		})
		for name, bad := range map[string]View{"no name": {Query: "status:new"}, "an empty line": {Name: "x", Query: "  "}, "an unknown value": {Name: "x", Query: "status:odd"},
			"an unknown order": {Name: "x", Query: "status:new", Sort: "colour"}, "a name without end": {Name: strings.Repeat("é", 61), Query: "status:new"}} {
			refused(fault.Invalid, name, func(ctx context.Context, tx *db.Tx) error {
				_, err := Create(ctx, tx, sarah, noon, asker, bad)
				return err
			})
		}
		k.write(func(ctx context.Context, tx *db.Tx) error {
			late.Name = "Relances"
			changed, err := Update(ctx, tx, samuel, noon, asker, late)
			if err != nil || changed.Version != 2 {
				t.Errorf("%+v, %v", changed, err)
			}
			_, err = Delete(ctx, tx, samuel, noon, late.ID)
			return err
		})
		entries, err := journal.Of(t.Context(), d, "view", late.ID)
		if err != nil || len(entries) != 3 || entries[1].Kind != "view.changed" || entries[1].Changes[0].After != "Relances" {
			t.Errorf("%+v, %v", entries, err)
		}
	})
}

func TestAnOwnerHasAHundredViewsAtMost(t *testing.T) {
	d := dbtest.Open(t)
	k := &desk{t: t, d: d}
	k.write(func(ctx context.Context, tx *db.Tx) error {
		for range maxViews {
			if _, err := Create(ctx, tx, sarah, noon, asker, View{OwnerID: 7, Name: "x", Query: "status:new"}); err != nil {
				return err
			}
		}
		if _, err := Create(ctx, tx, sarah, noon, asker, View{OwnerID: 7, Name: "x", Query: "status:new"}); err == nil {
			t.Error("one more was taken")
		}
		return nil
	})
}

// A line with words is not counted, and one that changes its line is counted anew.
func TestCountsFollowTheLine(t *testing.T) {
	d := dbtest.Open(t)
	k := &desk{t: t, d: d}
	k.write(func(ctx context.Context, tx *db.Tx) error {
		for _, channel := range []string{"mail", "mail", "call"} {
			if _, err := ticket.OpenNew(ctx, tx, noon, ticket.Opening{Subject: "x", Channel: channel, By: sarah}); err != nil {
				return err
			}
		}
		return nil
	})
	var b Board
	for line, want := range map[string]Count{"channel:mail": {2, true}, "channel:call": {1, true}, "channel:mail imprimante": {}, "is:unread": {}, "-channel:mail": {1, true}} {
		counts, _, err := b.Counts(t.Context(), d, noon, asker, []View{{ID: 1, Query: line}})
		if err != nil || counts[1] != want {
			t.Errorf("%q: %+v, %v", line, counts[1], err)
		}
	}
}

func TestANewTeamHasTheViewsOfItsClocks(t *testing.T) {
	d := dbtest.Open(t)
	k := &desk{t: t, d: d}
	k.write(func(ctx context.Context, tx *db.Tx) error { return Seed(ctx, tx, noon, words.French) })
	all, err := Of(t.Context(), d, 7)
	if err != nil || len(all) != 2 || all[0].Name != "En retard" || all[0].Sort != ticket.ByDue {
		t.Errorf("%+v, %v", all, err)
	}
}
