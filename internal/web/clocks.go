package web

import (
	"context"
	"time"

	"guichet/internal/calendar"
	"guichet/internal/clock"
	"guichet/internal/db"
	"guichet/internal/sla"
	"guichet/internal/ticket"
)

func getClocks(ctx context.Context, d *door, in *ticketIn) (v clocksView, err error) {
	err = d.DB.View(ctx, func(q db.Querier) error {
		t, err := ticket.ByID(ctx, q, in.ID.n())
		if err != nil {
			return err
		}
		if v.Qualification, err = readQualification(ctx, q, t); err != nil {
			return err
		}
		if v.Qualification != nil {
			v.Verdict = v.Qualification.Verdict
		} else {
			verdict, err := clock.Verdict(ctx, q, t, 0, 0)
			if err != nil {
				return err
			}
			v.Verdict = verdictOf(verdict)
		}
		c, err := clock.Of(ctx, q, t, nil)
		if err != nil {
			return err
		}
		v.clocks(c, d.Now())
		return nil
	})
	return v, err
}

// clocks adds those with a promise, and when the first of them changes by itself.
func (v *clocksView) clocks(c sla.Case, now time.Time) {
	var next time.Time
	for _, one := range sla.All(c, now) {
		if one.State == sla.None {
			continue
		}
		v.Clocks = append(v.Clocks, clockOf(one))
		if !one.Next.IsZero() && (next.IsZero() || one.Next.Before(next)) {
			next = one.Next
		}
	}
	v.NextAt = ms(next)
	for _, p := range c.Periods {
		if p.Terms != nil && !p.From.After(now) {
			v.Zone = p.Terms.Hours.Zone().String()
		}
	}
}

func clockOf(c sla.Clock) clockView {
	return clockView{Goal: goal(c.Goal), State: clockState(c.State), AtRisk: c.AtRisk, Stopped: ms(c.Stop), Due: ms(c.Due), Target: c.Target.Milliseconds(),
		Around: c.Around, Elapsed: c.Elapsed.Milliseconds(), Paused: c.Paused.Milliseconds(), Remaining: c.Remaining().Milliseconds()}
}

func getClock(ctx context.Context, d *door, in *clockIn) (v clockSlices, err error) {
	err = d.DB.View(ctx, func(q db.Querier) error {
		t, err := ticket.ByID(ctx, q, in.ID.n())
		if err != nil {
			return err
		}
		names, err := agentNames(ctx, q)
		if err != nil {
			return err
		}
		c, err := clock.Of(ctx, q, t, names)
		if err != nil {
			return err
		}
		v.Clock = clockOf(sla.Of(c, sla.Goal(in.Goal), d.Now()))
		v.Slices = each(sla.Explain(c, sla.Goal(in.Goal), d.Now()), sliceOf)
		return nil
	})
	return v, err
}

func sliceOf(s sla.Slice) clockSlice {
	out := clockSlice{From: ms(s.From), To: ms(s.To), Counted: s.Counted, Why: sliceWhy(s.Why), Hours: hoursWhy(s.Calendar.Kind), Priority: s.Priority,
		Terms: s.Terms, Ahead: s.Ahead}
	if s.Calendar.Kind == calendar.OnHoliday {
		out.Holiday = &said{Key: s.Calendar.Name}
	} else {
		out.Name = s.Calendar.Name
	}
	if s.Hold != nil {
		out.Reason, out.By = waitsFor(s.Hold.Reason), s.Hold.By
	}
	return out
}

// alarmed adds to a page of a list how the clocks of its tickets stand.
func alarmed[T any](ctx context.Context, q db.Querier, page list[T], row func(*T) *TicketRow) error {
	ids := each(page, func(item T) int64 { return row(&item).ID.n() })
	marks, err := clock.Marks(ctx, q, ids)
	if err != nil {
		return err
	}
	for i := range page {
		r := row(&page[i])
		m := marks[r.ID.n()]
		r.Due, r.Alarm = ms(m.DueAt), []alarm{"", "risk", "late"}[m.Alarm]
	}
	return nil
}
