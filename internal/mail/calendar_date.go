package mail

import (
	"strconv"
	"strings"
	"time"
)

// stamp is a date or a time as a calendar writes it, before its zone is known.
type stamp struct {
	wall time.Time // the clock on the wall, kept in UTC
	zone string    // TZID, "" when none was given
	utc  bool      // wall is UTC
	date bool      // a day, without a time
	ok   bool
}

// lapse is a duration: days are days of the calendar, the rest is exact (RFC 5545 3.3.6).
type lapse struct {
	days  int
	clock time.Duration
}

// period is one RDATE: a time, sometimes with an end or a duration of its own.
type period struct {
	start, end stamp
	duration   lapse
	lasts      bool
}

var bareTime = strings.NewReplacer("-", "", ":", "", " ", "")

// parseStamp reads 20261123, 20261123T093000, 20261123T083000Z, and what others write instead.
func parseStamp(value, zone, kind string) stamp {
	value = strings.Trim(strings.TrimSpace(value), `"`)
	if len(value) > 40 {
		return stamp{}
	}
	if t, err := time.Parse(time.RFC3339, value); err == nil && inYears(t.UTC()) {
		return stamp{wall: t.UTC(), utc: true, ok: true}
	}
	s := stamp{zone: strings.TrimSpace(zone)}
	v := bareTime.Replace(strings.ToUpper(value))
	if v, s.utc = strings.CutSuffix(v, "Z"); s.utc {
		s.zone = ""
	}
	day, clock, timed := strings.Cut(v, "T")
	if len(day) != 8 || !digits(day) || timed && (len(clock) < 4 || !digits(clock[:min(len(clock), 6)])) {
		return stamp{}
	}
	if s.date = !timed || strings.EqualFold(kind, "DATE"); s.date {
		s.utc = false // a day is a day everywhere
	}
	year, month, dayOf := decimal(day[:4]), decimal(day[4:6]), decimal(day[6:])
	if year < 1 || month < 1 || month > 12 || dayOf < 1 || dayOf > 31 {
		return stamp{}
	}
	var h, m, sec int
	if timed && !s.date {
		h, m = decimal(clock[:2]), decimal(clock[2:4])
		if len(clock) >= 6 {
			sec = min(decimal(clock[4:6]), 59)
		}
		if h > 24 || m > 59 {
			return stamp{}
		}
	}
	s.wall = time.Date(year, time.Month(month), dayOf, h, m, sec, 0, time.UTC)
	s.ok = inYears(s.wall)
	return s
}

// inYears keeps the times that can be written with four digits of year, in any zone.
func inYears(t time.Time) bool { return t.Year() >= 1 && t.Year() <= 9998 }

func digits(s string) bool {
	for i := 0; i < len(s); i++ {
		if !isDigit(s[i]) {
			return false
		}
	}
	return s != ""
}

// decimal reads digits that were checked.
func decimal(s string) (n int) {
	for i := 0; i < len(s); i++ {
		n = n*10 + int(s[i]-'0')
	}
	return n
}

// parseLapse reads P1W, P1DT2H30M, -PT15M.
func parseLapse(s string) (d lapse, ok bool) {
	s = strings.ToUpper(strings.TrimSpace(s))
	minus := strings.HasPrefix(s, "-")
	s, ok = strings.CutPrefix(strings.TrimLeft(s, "+-"), "P")
	if !ok || s == "" {
		return d, false
	}
	for s != "" {
		if s[0] == 'T' {
			s = s[1:]
			continue
		}
		i := 0
		for i < len(s) && isDigit(s[i]) {
			i++
		}
		if i == 0 || i > 6 || i == len(s) {
			return lapse{}, false
		}
		n, err := strconv.Atoi(s[:i])
		if err != nil {
			return lapse{}, false
		}
		switch s[i] {
		case 'W':
			d.days += 7 * n
		case 'D':
			d.days += n
		case 'H':
			d.clock += time.Duration(n) * time.Hour
		case 'M':
			d.clock += time.Duration(n) * time.Minute
		case 'S':
			d.clock += time.Duration(n) * time.Second
		default:
			return lapse{}, false
		}
		s = s[i+1:]
		if d.days > 3_660_000 || d.clock > 100_000*time.Hour {
			return lapse{}, false
		}
	}
	if minus {
		d.days, d.clock = -d.days, -d.clock
	}
	return d, true
}
