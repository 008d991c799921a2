package mail

import (
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // Windows has no zones by these names
)

// clock turns what stands on the wall of a place into an instant.
type clock struct {
	loc   *time.Location // of a zone that is known by name
	rules *zoneRules     // of one that only the calendar knows
}

// at gives the instant of a time on the wall. One that exists twice is the first, one that the change to summer time
// leaves out counts as if the change had not been (RFC 5545 3.3.5).
func (c clock) at(wall time.Time) time.Time {
	if c.rules != nil {
		offset := c.rules.offset(wall)
		return wall.Add(-time.Duration(offset) * time.Second).In(time.FixedZone("", offset))
	}
	before := offsetAt(c.loc, wall.Add(-24*time.Hour))
	after := offsetAt(c.loc, wall.Add(24*time.Hour))
	t := wall.Add(-time.Duration(before) * time.Second)
	if offsetAt(c.loc, t) != before {
		if u := wall.Add(-time.Duration(after) * time.Second); offsetAt(c.loc, u) == after {
			t = u
		}
	}
	return t.In(c.loc)
}

func offsetAt(loc *time.Location, t time.Time) int {
	_, offset := t.In(loc).Zone()
	return offset
}

// zoneRules is a VTIMEZONE.
type zoneRules struct {
	name, place string // TZID; X-LIC-LOCATION
	observances []observance
	fixed       []onset         // those that stand there by date, in order
	years       map[int][]onset // those that rules give, a year and the one before
}

// observance is a STANDARD or DAYLIGHT: an offset and when it begins.
type observance struct {
	start    stamp
	from, to int // seconds east of Greenwich
	more     []stamp
	rule     rule
	ruled    bool
}

// onset is the beginning of an offset, on the wall of the time before it.
type onset struct {
	wall time.Time
	to   int
}

func (z *zoneRules) property(l contentLine) {
	switch l.name {
	case "TZID":
		z.name = cleanZone(l.value)
	case "X-LIC-LOCATION":
		z.place = cleanZone(l.value)
	}
}

func (o *observance) property(l contentLine) {
	switch l.name {
	case "DTSTART":
		o.start = l.stamp()
	case "TZOFFSETFROM":
		o.from = parseOffset(l.value)
	case "TZOFFSETTO":
		o.to = parseOffset(l.value)
	case "RDATE":
		for _, p := range l.periods() {
			if len(o.more) < 500 {
				o.more = append(o.more, p.start)
			}
		}
	case "RRULE":
		if r, ok := parseRule(l.value); ok && r.freq == yearly {
			o.rule, o.ruled = r, true
		}
	}
}

// parseOffset reads +0100, -03:30, +001122 in seconds.
func parseOffset(s string) int {
	s = strings.ReplaceAll(strings.TrimSpace(s), ":", "")
	if len(s) < 5 || s[0] != '+' && s[0] != '-' || !digits(s[1:]) {
		return 0
	}
	n := decimal(s[1:3])*3600 + decimal(s[3:5])*60
	if len(s) >= 7 {
		n += decimal(s[5:7])
	}
	if n > 18*3600 {
		return 0
	}
	if s[0] == '-' {
		return -n
	}
	return n
}

// offset gives what the wall was ahead of UTC: that of the last onset before.
func (z *zoneRules) offset(wall time.Time) int {
	if z.years == nil {
		z.prepare()
	}
	ruled, ok := z.years[wall.Year()]
	if !ok {
		for i := range z.observances {
			ruled = append(ruled, z.observances[i].onsets(wall.Year())...)
		}
		slices.SortStableFunc(ruled, func(a, b onset) int { return a.wall.Compare(b.wall) })
		if len(z.years) < 300 {
			z.years[wall.Year()] = ruled
		}
	}
	best := onset{}
	for _, list := range [][]onset{z.fixed, ruled} {
		n, exact := slices.BinarySearchFunc(list, wall, func(o onset, t time.Time) int { return o.wall.Compare(t) })
		for exact && n+1 < len(list) && list[n+1].wall.Equal(wall) {
			n++
		}
		if !exact {
			n--
		}
		if n >= 0 && !list[n].wall.Before(best.wall) {
			best = list[n]
		}
	}
	if best.wall.IsZero() {
		return z.first()
	}
	return best.to
}

// first is the offset before anything began.
func (z *zoneRules) first() int {
	earliest := 0
	for i, o := range z.observances {
		if o.start.ok && o.start.wall.Before(z.observances[earliest].start.wall) {
			earliest = i
		}
	}
	return z.observances[earliest].from
}

func (z *zoneRules) prepare() {
	z.years = map[int][]onset{}
	for _, o := range z.observances {
		for _, s := range append(o.more, o.start) {
			if s.ok && len(z.fixed) < 2000 {
				z.fixed = append(z.fixed, onset{s.wall, o.to})
			}
		}
	}
	slices.SortStableFunc(z.fixed, func(a, b onset) int { return a.wall.Compare(b.wall) })
}

// onsets gives those of a rule in a year and the one before, or in its last years.
func (o *observance) onsets(year int) []onset {
	if !o.ruled || !o.start.ok {
		return nil
	}
	if o.rule.until.ok {
		year = min(year, o.rule.until.wall.Year())
	}
	start := o.start.wall
	if start.Year() < year-1 && o.rule.interval == 1 && o.rule.count == 0 {
		start = time.Date(year-1, start.Month(), start.Day(), start.Hour(), start.Minute(), start.Second(), 0, time.UTC)
	}
	var out []onset
	steps := 2000
	w := walker{rule: o.rule, start: start, steps: &steps}
	w.walk(func(wall time.Time) bool {
		if wall.Year() > year || o.rule.until.ok && wall.After(o.rule.until.wall.Add(24*time.Hour)) {
			return false
		}
		out = append(out, onset{wall, o.to})
		return len(out) < 50
	})
	return out
}
