package calendar

import "time"

// Slice is a time in which it is open, or closed for one reason.
type Slice struct {
	From, To time.Time // UTC
	Open     bool
	Why      Why
}

// Slices takes a time apart: they follow each other from from to to without a gap.
func (c Calendar) Slices(from, to time.Time) (all []Slice) {
	from, to = from.UTC(), to.UTC()
	if c.always && to.After(from) {
		return []Slice{{from, to, true, Why{Kind: Hours}}}
	}
	at := from
	for o := range c.openings(from) {
		if !o.from.Before(to) {
			break
		}
		all = c.closed(all, at, o.from)
		at = earliest(o.to, to)
		all = join(all, Slice{o.from.UTC(), at.UTC(), true, o.why})
	}
	return c.closed(all, at, to)
}

// closed adds a time in which nothing is open, day by day.
func (c Calendar) closed(all []Slice, from, to time.Time) []Slice {
	for d := DateOf(from.In(c.zone)); from.Before(to); d = d.Add(1) {
		_, _, why := c.hours(d)
		// A day that begins late because the clocks skip its midnight ends where the next begins.
		end := earliest(to, d.Add(1).Instant(c.zone, 0))
		if end.After(from) {
			all = join(all, Slice{from.UTC(), end.UTC(), false, why})
			from = end
		}
	}
	return all
}

// join adds a slice, to the one before it where it only goes on.
func join(all []Slice, s Slice) []Slice {
	if n := len(all) - 1; n >= 0 && all[n].Open == s.Open && all[n].Why == s.Why && all[n].To.Equal(s.From) {
		all[n].To = s.To
		return all
	}
	return append(all, s)
}
