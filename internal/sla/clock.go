package sla

import "time"

// clock tells how the track's goal stands at an instant.
func (t *track) clock(now time.Time) Clock {
	c := Clock{Goal: t.goal, State: None, Start: t.begun.UTC()}
	if t.begun.IsZero() || now.Before(t.begun) {
		return c
	}
	s, _ := t.standing()
	c.Elapsed, c.Paused, c.Around = t.spent, t.pausedFor(), s.limit(t.goal).Around
	c.Target = t.target(s, hundred)
	c.Stop, c.Stopped = t.stop, !t.stop.IsZero()
	from := now
	if c.Stopped {
		from = t.stop
	}
	if due, ok := t.due(from); ok {
		c.Due = due
	}
	c.State, c.AtRisk = t.state()
	if !c.Stopped {
		c.Next = t.next(now)
	}
	return c
}

// state says how it stands at the instant that the track goes up to.
func (t *track) state() (State, bool) {
	s, _ := t.standing()
	goal := t.target(s, hundred)
	switch {
	case goal == 0:
		return None, false
	case !t.stop.IsZero() && t.late():
		return Late, false
	case !t.stop.IsZero():
		return Met, false
	case t.spent >= goal:
		return Late, false
	}
	state := Running
	if s.paused(t.goal) {
		state = Paused
	}
	return state, t.spent >= t.target(s, s.share())
}

func (t *track) pausedFor() (d time.Duration) {
	for _, p := range t.pieces {
		if p.now.paused(t.goal) {
			d += p.now.hours(t.goal).Between(p.from, p.to)
		}
	}
	return d
}

// alarm is what a list colours: the rest of a state changes only when something happens.
type alarm struct{ none, risk, late bool }

func (t *track) alarm(s standing, spent time.Duration) alarm {
	goal := t.target(s, hundred)
	late := goal > 0 && spent >= goal
	return alarm{goal == 0, goal > 0 && !late && spent >= t.target(s, s.share()), late}
}

// next is the first instant after now at which the alarm is another, zero for never.
func (t *track) next(now time.Time) time.Time {
	spent, was := t.spent, t.alarm(t.now, t.spent)
	for _, p := range t.ahead(now) {
		if p.from.After(now) && t.alarm(p.now, spent) != was {
			return p.from
		}
		for _, share := range []int{p.now.share(), hundred} {
			goal := t.target(p.now, share)
			if goal <= spent { // none, or behind
				continue
			}
			if at, ok := t.crosses(p, spent, goal); ok && t.alarm(p.now, goal) != was {
				return at
			}
		}
		spent += t.length(p)
	}
	return time.Time{}
}

// Worst picks the clock that a list shows of a ticket: of those that run, the one that is due first. ok is false
// where none is due.
func Worst(clocks []Clock) (worst Clock, ok bool) {
	for _, c := range clocks {
		if c.Stopped || c.Due.IsZero() || ok && !c.Due.Before(worst.Due) {
			continue
		}
		worst, ok = c, true
	}
	return worst, ok
}
