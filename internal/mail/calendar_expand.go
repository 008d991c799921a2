package mail

import (
	"slices"
	"time"
)

// Limits of an expansion: steps of work for one rule and for a whole calendar.
const (
	ruleSteps     = 50_000
	calendarSteps = 250_000
)

// Occurrences gives the first n times of a calendar: of all its events, rules expanded, exceptions left out, those that
// were moved where they are now. here is the zone of whoever looks: days, and times without a zone, are meant there
// (RFC 5545 3.3.5). The work is bounded: what a rule would give beyond it is left out.
func (c *Calendar) Occurrences(here *time.Location, n int) []Occurrence {
	x := expansion{c: c, here: clock{loc: here}, want: n, steps: calendarSteps, clocks: map[string]clock{}, moved: map[string][]move{}}
	for i := range c.events {
		x.override(&c.events[i])
	}
	for i := range c.events {
		x.event(&c.events[i])
	}
	c.steps = calendarSteps - x.steps
	slices.SortStableFunc(x.out, func(a, b Occurrence) int { return a.Start.Compare(b.Start) })
	return x.out[:min(n, len(x.out))]
}

type expansion struct {
	c      *Calendar
	here   clock
	want   int
	steps  int
	clocks map[string]clock
	moved  map[string][]move // by UID
	out    []Occurrence
}

// move is one occurrence of a series that an event of its own replaces, or all from there on.
type move struct {
	at     time.Time
	future bool
	by     time.Duration
	ev     *event
}

// clock finds the zone of a stamp; one without a zone is other's, when that is given.
func (x *expansion) clock(s, other stamp) clock {
	name := s.zone
	if name == "" && !s.utc {
		name = other.zone
	}
	switch {
	case s.utc, name == "" && other.utc && !s.date:
		return clock{loc: time.UTC}
	case name == "":
		return x.here
	}
	if k, ok := x.clocks[name]; ok {
		return k
	}
	k, ok := x.c.clock(name)
	if !ok {
		k = x.here
	}
	if len(x.clocks) < maxZones {
		x.clocks[name] = k
	}
	return k
}

func (x *expansion) at(s, other stamp) time.Time { return x.clock(s, other).at(s.wall) }

// begin gives the stamps that an event goes from and to. A task without a beginning is where it is due, else when it
// was written and done; an exception without one stays in its place.
func (e *event) begin() (from, to stamp) {
	from, to = e.start, e.end
	if !from.ok {
		from = e.id
	}
	if e.kind != "VTODO" {
		return from, to
	}
	if !to.ok {
		to = e.due
	}
	switch {
	case from.ok:
	case e.due.ok:
		from = e.due
	case e.created.ok:
		from, to = e.created, e.completed
	default:
		from = e.completed
	}
	return from, to
}

// override notes what replaces an occurrence of a series.
func (x *expansion) override(e *event) {
	if !e.id.ok || len(x.moved[e.uid]) > maxEvents {
		return
	}
	m := move{at: x.at(e.id, e.start), future: e.future, ev: e}
	if from, _ := e.begin(); from.ok {
		m.by = from.wall.Sub(e.id.wall)
	}
	x.moved[e.uid] = append(x.moved[e.uid], m)
}

// event puts the times of one event out.
func (x *expansion) event(e *event) {
	from, to := e.begin()
	if !from.ok {
		return
	}
	k := x.clock(from, e.id)
	if e.id.ok || len(e.rules) == 0 && len(e.more) == 0 || x.steps <= 0 {
		x.put(e, k, from, to, from.wall)
		return
	}
	s := series{x: x, e: e, k: k, from: from, to: to, gone: map[int64]bool{}, days: map[string]bool{}}
	s.exceptions()
	s.walk()
	s.dates()
}

// put adds one occurrence that begins at a time on the wall of k.
func (x *expansion) put(e *event, k clock, from, to stamp, wall time.Time) {
	o := Occurrence{Start: k.at(wall), AllDay: from.date}
	switch {
	case to.ok && x.clock(to, from) == k:
		o.End = k.at(wall.Add(to.wall.Sub(from.wall)))
	case to.ok:
		end := x.at(to, from)
		o.End = o.Start.Add(end.Sub(k.at(from.wall))).In(end.Location())
	case e.lasts:
		o.End = k.at(wall.AddDate(0, 0, e.duration.days)).Add(e.duration.clock)
	case from.date: // RFC 5545 3.6.1: a day without an end is one day
		o.End = k.at(wall.AddDate(0, 0, 1))
	default: // and a time without an end is over at once
		o.End = o.Start
	}
	if o.End.Before(o.Start) {
		o.End = o.Start
	}
	if inYears(o.Start) && inYears(o.End) {
		x.out = append(x.out, o)
	}
}

// series is an event that comes again.
type series struct {
	x        *expansion
	e        *event
	k        clock
	from, to stamp
	gone     map[int64]bool  // instants that are left out, or stand elsewhere
	days     map[string]bool // days that are left out
	future   []move
}

func (s *series) exceptions() {
	for _, d := range s.e.except {
		if d.date || s.from.date {
			s.days[d.wall.Format(time.DateOnly)] = true
		}
		if !d.date {
			s.gone[s.x.at(d, s.from).Unix()] = true
		}
	}
	moved := s.x.moved[s.e.uid]
	s.x.steps -= len(moved)
	for _, m := range moved {
		s.gone[m.at.Unix()] = true
		if s.from.date { // whatever time the day was written with
			s.days[m.ev.id.wall.Format(time.DateOnly)] = true
		}
		if m.future {
			s.future = append(s.future, m)
		}
	}
	slices.SortFunc(s.future, func(a, b move) int { return a.at.Compare(b.at) })
}

// out says whether a time is an exception; seen ones are, too.
func (s *series) out(wall time.Time) bool {
	at := s.k.at(wall).Unix()
	if s.gone[at] || s.days[wall.Format(time.DateOnly)] {
		return true
	}
	s.gone[at] = true
	return false
}

// walk puts the first times of each rule out. The start is one of them only where the rule says so; where it gives
// nothing at all, or cannot be walked any more, the start stands for it.
func (s *series) walk() {
	given := 0
	for _, r := range s.e.rules {
		given += s.rule(r)
	}
	if given == 0 && !s.out(s.from.wall) {
		s.put(s.from.wall)
	}
}

// rule puts the first times of a rule out and says how many they are.
func (s *series) rule(r rule) (given int) {
	budget := max(min(ruleSteps, s.x.steps), 0)
	steps := budget
	until := time.Time{}
	if r.until.ok {
		until = s.x.at(r.until, stamp{zone: s.from.zone, utc: s.from.utc})
		if r.until.date && !s.from.date {
			until = until.Add(24*time.Hour - time.Second)
		}
	}
	w := walker{rule: r, start: s.from.wall, steps: &steps}
	w.walk(func(wall time.Time) bool {
		if r.until.ok && s.k.at(wall).After(until) {
			return false
		}
		if !s.out(wall) {
			s.put(wall)
			given++
		}
		return given < s.x.want
	})
	s.x.steps -= budget - steps
	return given
}

// put adds one time of the series, moved with those that follow an exception for this and all later ones.
func (s *series) put(wall time.Time) {
	e, from, to := s.e, s.from, s.to
	at, by := s.k.at(wall), time.Duration(0)
	for _, m := range s.future {
		if m.at.After(at) {
			break
		}
		e, by = m.ev, m.by
		from, to = m.ev.begin()
	}
	s.x.put(e, s.k, from, to, wall.Add(by))
}

// dates puts the times of RDATE out.
func (s *series) dates() {
	for _, p := range s.e.more {
		k := s.x.clock(p.start, s.from)
		if at := k.at(p.start.wall).Unix(); s.gone[at] {
			continue
		} else {
			s.gone[at] = true
		}
		switch {
		case p.end.ok:
			s.x.put(s.e, k, p.start, p.end, p.start.wall)
		case p.lasts:
			s.x.put(&event{lasts: true, duration: p.duration}, k, p.start, stamp{}, p.start.wall)
		default:
			s.x.put(s.e, k, s.from, s.to, p.start.wall)
		}
	}
}
