package calendar

import (
	"cmp"
	"iter"
	"slices"
	"time"
)

// Calendar is a plan that can be asked about instants.
type Calendar struct {
	plan   Plan
	zone   *time.Location
	always bool
}

// New makes a calendar of a plan, which it checks.
func New(p Plan) (Calendar, error) {
	if err := p.Validate(); err != nil {
		return Calendar{}, err
	}
	zone, err := zoneOf(p.Zone)
	if err != nil {
		return Calendar{}, err
	}
	c := Calendar{plan: p, zone: zone}
	for d := range p.Week {
		c.plan.Week[d] = tidy(p.Week[d])
	}
	c.plan.Extra = nil
	for _, x := range p.Extra {
		c.plan.Extra = append(c.plan.Extra, Extra{x.Date, tidy(x.Spans), x.Name})
	}
	return c, nil
}

// Always is open at every instant. Its zone only cuts the days.
func Always(zone *time.Location) Calendar { return Calendar{zone: zone, always: true} }

// Zone returns the zone whose clocks it goes by.
func (c Calendar) Zone() *time.Location { return c.zone }

// tidy sorts spans and joins those that touch.
func tidy(spans []Span) (out []Span) {
	sorted := slices.SortedFunc(slices.Values(spans), func(a, b Span) int { return cmp.Compare(a.From, b.From) })
	for _, s := range sorted {
		if n := len(out) - 1; n >= 0 && s.From <= out[n].To {
			out[n].To = max(out[n].To, s.To)
			continue
		}
		out = append(out, s)
	}
	return out
}

// Why says what decides that it is open or closed.
type Why struct {
	Kind WhyKind
	Name string // a key of the words catalogue for a holiday, what a person wrote for a closure and an extra
}

// WhyKind is one of the reasons.
type WhyKind string

// The reasons. Hours and ExtraHours are open, the others closed.
const (
	Hours      WhyKind = "hours"
	ExtraHours WhyKind = "extra"
	Outside    WhyKind = "outside" // no hours then
	OnHoliday  WhyKind = "holiday"
	OnClosure  WhyKind = "closure"
)

// hours gives the spans that begin on a day, and what decides about the rest of it.
func (c Calendar) hours(d Date) (spans []Span, open, closed Why) {
	for _, x := range c.plan.Extra {
		if x.Date == d {
			spans, open = append(spans, x.Spans...), Why{ExtraHours, x.Name}
		}
	}
	if spans != nil {
		return tidy(spans), open, Why{Kind: Outside}
	}
	for _, x := range c.plan.Closures {
		if d.Within(x.From, x.To) {
			return nil, open, Why{OnClosure, x.Name}
		}
	}
	if key, ok := c.plan.Holidays.On(d); ok {
		return nil, open, Why{OnHoliday, key}
	}
	return c.plan.Week[d.Weekday()], Why{Kind: Hours}, Why{Kind: Outside}
}

// opening is a time in which it is open without a break.
type opening struct {
	from, to time.Time
	why      Why
}

// idle is for how many days without an hour it is looked for the next opening.
const idle = 800

// openings yields what is open after an instant, in order; none overlaps another, and some may touch. It ends where
// nothing opens for idle days.
func (c Calendar) openings(after time.Time) iter.Seq[opening] {
	return func(yield func(opening) bool) {
		end := after
		// A span of the day before may still run.
		for d, closed := DateOf(after.In(c.zone)).Add(-1), 0; closed < idle; d, closed = d.Add(1), closed+1 {
			spans, why, _ := c.hours(d)
			for _, s := range spans {
				o := opening{latest(d.Instant(c.zone, s.From), end), d.Instant(c.zone, s.To), why}
				if !o.to.After(o.from) {
					continue
				}
				if !yield(o) {
					return
				}
				end, closed = o.to, 0
			}
		}
	}
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// Open says whether it is open at an instant. An opening has its first instant and not its last.
func (c Calendar) Open(at time.Time) bool {
	next, ok := c.Next(at)
	return ok && next.Equal(at)
}

// Next returns the first instant from at on at which it is open: at itself where it is. ok is false where it does not
// open for more than two years.
func (c Calendar) Next(at time.Time) (next time.Time, ok bool) {
	at = at.UTC()
	if c.always {
		return at, true
	}
	for o := range c.openings(at) {
		return o.from.UTC(), true
	}
	return time.Time{}, false
}

// Add returns the first instant at which it has been open for d since from. d of 0 or less gives from. ok is false
// where it does not open again before that.
func (c Calendar) Add(from time.Time, d time.Duration) (at time.Time, ok bool) {
	from = from.UTC()
	if d <= 0 {
		return from, true
	}
	if c.always {
		return from.Add(d), true
	}
	for o := range c.openings(from) {
		if length := o.to.Sub(o.from); d > length {
			d -= length
			continue
		}
		return o.from.Add(d).UTC(), true
	}
	return time.Time{}, false
}

// Between returns for how long it is open from one instant to another, 0 where to is not after from.
func (c Calendar) Between(from, to time.Time) (d time.Duration) {
	if !to.After(from) {
		return 0
	}
	if c.always {
		return to.Sub(from)
	}
	for o := range c.openings(from) {
		if !o.from.Before(to) {
			break
		}
		d += earliest(o.to, to).Sub(o.from)
	}
	return d
}

func earliest(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
