package sla

import (
	"time"

	"guichet/internal/calendar"
)

// Slice is a part of a clock's time with what was decided about it.
type Slice struct {
	From, To time.Time // UTC
	Counted  bool
	Why      Reason
	Calendar calendar.Why // of Open and Closed: which hours, which holiday
	Hold     *Fact        // the hold that it fell into, whether that stopped the clock or not
	Terms    string       // whose hours
	Priority int
	Ahead    bool // foreseen, up to when it is due
}

// Reason is why a slice counts or not.
type Reason string

// The reasons. Open and Around count.
const (
	Open     Reason = "open"
	Around   Reason = "around" // the target is around the clock
	Closed   Reason = "closed"
	OnHold   Reason = "hold"
	Finished Reason = "finished" // between an end and the reopening
	NoTerms  Reason = "none"
)

// Explain takes a clock apart. The slices follow each other without a gap from the beginning to now or to the stop, and
// those that count make its Elapsed; of a clock that runs, those ahead go on to Due and make the rest of its Target.
func Explain(c Case, g Goal, now time.Time) (all []Slice) {
	t := follow(c, g, now)
	if t.begun.IsZero() || now.Before(t.begun) {
		return nil
	}
	for _, p := range t.pieces {
		if t.stop.IsZero() || p.from.Before(t.stop) {
			all = t.slices(all, p, false)
		}
	}
	due, ok := t.due(now)
	if !ok || !t.stop.IsZero() || !due.After(now) {
		return all
	}
	for _, p := range t.ahead(now) {
		if !p.from.Before(due) {
			break
		}
		if p.to.IsZero() || p.to.After(due) {
			p.to = due
		}
		all = t.slices(all, p, true)
	}
	return all
}

// slices adds a piece, cut where it opens and closes.
func (t *track) slices(all []Slice, p piece, ahead bool) []Slice {
	s := Slice{From: p.from.UTC(), To: p.to.UTC(), Hold: p.now.hold, Priority: p.now.priority, Ahead: ahead}
	if p.now.terms != nil {
		s.Terms = p.now.terms.Name
	}
	switch {
	case p.now.ended:
		s.Why = Finished
	case p.now.terms == nil:
		s.Why = NoTerms
	case p.now.paused(t.goal):
		s.Why = OnHold
	case p.now.limit(t.goal).Around:
		s.Why, s.Counted = Around, true
	default:
		for _, part := range p.now.terms.Hours.Slices(p.from, p.to) {
			s.From, s.To, s.Counted, s.Calendar, s.Why = part.From, part.To, part.Open, part.Why, Closed
			if part.Open {
				s.Why = Open
			}
			all = join(all, s)
		}
		return all
	}
	return join(all, s)
}

// join adds a slice, to the one before it where it only goes on.
func join(all []Slice, s Slice) []Slice {
	if n := len(all) - 1; n >= 0 {
		last := all[n]
		last.From, last.To = s.From, s.To
		if last == s && all[n].To.Equal(s.From) {
			all[n].To = s.To
			return all
		}
	}
	return append(all, s)
}
