package sla

import (
	"cmp"
	"slices"
	"time"

	"guichet/internal/calendar"
)

// piece is a time in which nothing changed for a clock.
type piece struct {
	from, to time.Time // to is zero for the last of what is foreseen: for ever
	now      standing
}

// standing is what decides whether time counts.
type standing struct {
	terms    *Terms
	priority int
	hold     *Fact // the hold, nil for none
	ended    bool
}

// limit is what is promised now, zero for nothing.
func (s standing) limit(g Goal) Limit {
	if s.terms == nil {
		return Limit{}
	}
	return s.terms.Targets[s.priority].of(g)
}

// hours are those in which time counts.
func (s standing) hours(g Goal) calendar.Calendar {
	if s.limit(g).Around {
		return calendar.Always(s.terms.Hours.Zone())
	}
	return s.terms.Hours
}

// paused says whether the hold stops the clock.
func (s standing) paused(g Goal) bool {
	return s.hold != nil && g != FirstAnswer && s.terms != nil && s.terms.Stops[s.hold.Reason]
}

func (s standing) counts(g Goal) bool { return s.terms != nil && !s.ended && !s.paused(g) }

// track is a ticket's way up to an instant, for one goal.
type track struct {
	goal    Goal
	periods []Period // those to come
	pieces  []piece
	at      time.Time // where the pieces end
	now     standing
	begun   time.Time
	floor   time.Duration // the grace of a reopening: the target is this at least
	spent   time.Duration // counted in the pieces
	stop    time.Time     // zero: it runs
	atStop  standing      // how it stood when it stopped
	coming  []Period      // those that were to come when it stopped
	final   bool          // nothing makes it run again
}

// follow goes along the facts up to an instant, or to the end that nothing undoes.
func follow(c Case, g Goal, now time.Time) *track {
	facts := slices.Clone(c.Facts)
	slices.SortStableFunc(facts, func(a, b Fact) int { return a.At.Compare(b.At) })
	t := &track{goal: g, periods: c.Periods}
	if i := slices.IndexFunc(facts, func(f Fact) bool { return f.Kind == Reported }); i >= 0 {
		t.begun, t.now.priority = facts[i].At, facts[i].Priority
	}
	t.at = t.begun
	if t.begun.IsZero() || now.Before(t.begun) {
		return t
	}
	for _, f := range facts {
		if f.At.After(now) || t.final {
			break
		}
		t.upTo(later(f.At, t.begun))
		t.take(f)
	}
	if !t.final {
		t.upTo(now)
	}
	return t
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// upTo adds the time up to an instant, cut where the terms change.
func (t *track) upTo(at time.Time) {
	for len(t.periods) > 0 && !t.periods[0].From.After(at) {
		t.add(later(t.periods[0].From, t.at))
		t.now.terms, t.periods = t.periods[0].Terms, t.periods[1:]
	}
	t.add(at)
}

func (t *track) add(at time.Time) {
	if !at.After(t.at) {
		return
	}
	p := piece{t.at, at, t.now}
	if p.now.counts(t.goal) {
		t.spent += p.now.hours(t.goal).Between(p.from, p.to)
	}
	t.pieces, t.at = append(t.pieces, p), at
}

// take lets a fact change how it stands.
func (t *track) take(f Fact) {
	before := t.now
	switch f.Kind {
	case Ranked:
		t.now.priority = f.Priority
	case Held:
		t.now.hold, t.now.ended = &f, false
	case Worked:
		t.now.hold, t.now.ended = nil, false
	case Ended:
		t.now.hold, t.now.ended = nil, true
	}
	switch {
	case t.stop.IsZero() && t.stops(f):
		t.stop, t.atStop, t.coming, t.final = t.at, before, t.periods, t.goal != Resolution
	case !t.stop.IsZero() && !t.now.ended:
		t.reopen()
	}
}

func (t *track) stops(f Fact) bool {
	return f.Kind == Ended || f.Kind == Answered && t.goal == FirstAnswer || f.Kind == Raised && t.goal == HandOver
}

// reopen lets the clock go on. What ended in time gets its grace; what ended late stays late.
func (t *track) reopen() {
	inTime := !t.late()
	t.stop = time.Time{}
	if inTime && t.now.terms != nil && t.now.terms.Grace > 0 {
		t.floor = max(t.floor, t.spent+t.now.terms.Grace)
	}
}

// late says whether it had stopped after it was due.
func (t *track) late() bool {
	due, ok := t.due(t.stop)
	return ok && t.stop.After(due)
}

// standing is how it stands for the question, and the terms to come: as it was when it stopped, else as it is.
func (t *track) standing() (standing, []Period) {
	if t.stop.IsZero() {
		return t.now, t.periods
	}
	return t.atStop, t.coming
}

const hundred = 100

// target is what may be spent up to this share (in hundredths) of the target, 0 for no target.
func (t *track) target(s standing, share int) time.Duration {
	limit := s.limit(t.goal).Time
	if limit <= 0 {
		return 0
	}
	return max(limit, t.floor) * time.Duration(share) / hundred
}

// share is from which part of the target on a clock is at risk.
func (s standing) share() int {
	if s.terms == nil {
		return hundred
	}
	return cmp.Or(s.terms.Risk, hundred)
}

// due returns the first instant at which the target is spent: past, or foreseen from an instant on.
func (t *track) due(from time.Time) (at time.Time, ok bool) {
	s, _ := t.standing()
	goal := t.target(s, hundred)
	if goal == 0 {
		return at, false
	}
	if t.spent >= goal {
		return t.reached(goal), true
	}
	spent := t.spent
	for _, p := range t.ahead(from) {
		if at, ok := t.crosses(p, spent, t.target(p.now, hundred)); ok {
			return at, true
		}
		spent += t.length(p)
	}
	return at, false
}

// crosses returns the instant of a piece at which the goal is reached. The piece's end is the next one's.
func (t *track) crosses(p piece, spent, goal time.Duration) (at time.Time, ok bool) {
	if goal == 0 {
		return at, false
	}
	if spent >= goal {
		return p.from, true
	}
	if !p.now.counts(t.goal) {
		return at, false
	}
	at, ok = p.now.hours(t.goal).Add(p.from, goal-spent)
	return at, ok && (p.to.IsZero() || at.Before(p.to))
}

// length is what a piece counts; the last one's is never asked for.
func (t *track) length(p piece) time.Duration {
	if p.to.IsZero() || !p.now.counts(t.goal) {
		return 0
	}
	return p.now.hours(t.goal).Between(p.from, p.to)
}

// reached returns when so much had been counted.
func (t *track) reached(goal time.Duration) time.Time {
	for _, p := range t.pieces {
		if n := t.length(p); n < goal {
			goal -= n
			continue
		}
		if at, ok := p.now.hours(t.goal).Add(p.from, goal); ok {
			return at
		}
	}
	return t.at
}

// ahead foresees from an instant on that nothing happens but the end of the hold and the contract's own changes.
func (t *track) ahead(from time.Time) (all []piece) {
	s, periods := t.standing()
	var wake time.Time
	if s.hold != nil {
		wake = s.hold.Until
	}
	known := s.hold == nil || !s.hold.Until.IsZero()
	for {
		if s.hold != nil && known && !wake.After(from) {
			s.hold = nil
		}
		var next time.Time
		if s.hold != nil && known {
			next = wake
		}
		if len(periods) > 0 && (next.IsZero() || !periods[0].From.After(next)) {
			next = later(periods[0].From, from)
		}
		all = append(all, piece{from, next, s})
		if next.IsZero() {
			return all
		}
		if len(periods) > 0 && !periods[0].From.After(next) {
			s.terms, periods = periods[0].Terms, periods[1:]
		}
		from = next
	}
}
