package contract

import (
	"time"

	"guichet/internal/calendar"
	"guichet/internal/sla"
)

// Span is a time in which the same terms hold.
type Span struct {
	From  time.Time
	Name  string // the contract's
	Terms *Terms // nil: nothing is agreed
}

// Spans lays a client's contracts out in time, in order; days begin at midnight in the zone of the terms that begin.
// Before the first span nothing is agreed.
func Spans(contracts []Contract) (all []Span) {
	for _, c := range contracts {
		var zone *time.Location
		for _, v := range c.Versions {
			terms := v.Terms
			zone = zoneOf(terms)
			if c.EndsOn != (calendar.Date{}) && c.EndsOn.Before(v.FromOn) {
				break
			}
			all = add(all, Span{v.FromOn.Instant(zone, 0), c.Name, &terms})
		}
		if zone != nil && c.EndsOn != (calendar.Date{}) {
			all = add(all, Span{From: c.EndsOn.Add(1).Instant(zone, 0)})
		}
	}
	return all
}

// add puts a span after the others; one that begins where the last does takes its place.
func add(all []Span, s Span) []Span {
	if n := len(all) - 1; n >= 0 && !all[n].From.Before(s.From) {
		all[n] = s
		return all
	}
	return append(all, s)
}

// zoneOf is the zone of checked terms.
func zoneOf(t Terms) *time.Location {
	c, err := calendar.New(t.Hours)
	if err != nil {
		return time.UTC // a zone that a new version of the zone files no longer has
	}
	return c.Zone()
}

// At returns what holds at an instant; Terms is nil where nothing does.
func At(spans []Span, at time.Time) (s Span) {
	for _, one := range spans {
		if !one.From.After(at) {
			s = one
		}
	}
	return s
}

// Periods gives the spans as the clocks take them. covered says whether a span's terms cover the thing that a ticket is
// about: what is out of the perimeter has no clock.
func Periods(spans []Span, covered func(Terms) bool) (all []sla.Period, err error) {
	for _, s := range spans {
		p := sla.Period{From: s.From}
		if s.Terms != nil && covered(*s.Terms) {
			if p.Terms, err = s.Terms.Clocks(s.Name); err != nil {
				return nil, err
			}
		}
		all = append(all, p)
	}
	return all, nil
}
