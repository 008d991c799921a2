package ticket

import (
	"strconv"
	"time"
)

// What can be said of a time that is past, of one ahead, and of a day, in English
// and French by turns.
var (
	pastValues   = []string{"<4h", "<4h", ">2d", ">2j", "today", "aujourd’hui", "yesterday", "hier", "week", "semaine", "month", "mois"}
	futureValues = []string{"<4h", "<4h", ">2d", ">2j", "today", "aujourd’hui", "tomorrow", "demain", "week", "semaine"}
	dayValues    = []string{"2026-01-31", "31/01/2026"}
)

// since reads a value about a time that is past: <4h is less than four hours ago.
func since(column string, of func(*Facts) time.Time) func(string, Asker) ([]test, bool) {
	return func(value string, who Asker) ([]test, bool) {
		if value == "" {
			return nil, false
		}
		if away, ok := distance(value[1:]); ok && (value[0] == '<' || value[0] == '>') {
			return []test{crossing(column, of, away, value[0] == '>')}, true
		}
		return within(column, of, value, who.Zone)
	}
}

// ahead reads a value about a time to come: <4h is in less than four hours, or over.
func ahead(column string, of func(*Facts) time.Time) func(string, Asker) ([]test, bool) {
	return func(value string, who Asker) ([]test, bool) {
		if value == "" {
			return nil, false
		}
		if away, ok := distance(value[1:]); ok && (value[0] == '<' || value[0] == '>') {
			return []test{crossing(column, of, -away, value[0] == '<')}, true
		}
		return within(column, of, value, who.Zone)
	}
}

// distance reads 30m, 4h, 2d (2j) and 3w (3s).
func distance(text string) (time.Duration, bool) {
	if len(text) < 2 || len(text) > 5 {
		return 0, false
	}
	unit, ok := map[byte]time.Duration{'m': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour, 'j': 24 * time.Hour,
		'w': 7 * 24 * time.Hour, 's': 7 * 24 * time.Hour}[text[len(text)-1]]
	n, err := strconv.ParseUint(text[:len(text)-1], 10, 16)
	return time.Duration(n) * unit, ok && err == nil
}

// crossing asks whether the instant "the time plus away" is over (or is not): the
// one instant at which the answer changes by itself.
func crossing(column string, of func(*Facts) time.Time, away time.Duration, over bool) test {
	compare := map[bool]string{true: " <= ?)", false: " > ?)"}[over]
	x := test{sql: "(" + column + " IS NOT NULL AND " + column + compare,
		args: func(now time.Time) []any { return []any{now.Add(-away)} },
		holds: func(f *Facts, now time.Time) bool {
			return !of(f).IsZero() && of(f).After(now.Add(-away)) != over
		},
		turns: func(f *Facts, _ time.Time) time.Time {
			if of(f).IsZero() {
				return time.Time{}
			}
			return of(f).Add(away)
		}}
	if !over {
		x.column, x.since = column, func(now time.Time) time.Time { return now.Add(-away) }
	}
	return x
}

// spans are whole days around the midnight that began today.
var spans = map[string]func(midnight time.Time) (from, to time.Time){
	"today":     func(m time.Time) (time.Time, time.Time) { return m, m.AddDate(0, 0, 1) },
	"yesterday": func(m time.Time) (time.Time, time.Time) { return m.AddDate(0, 0, -1), m },
	"tomorrow":  func(m time.Time) (time.Time, time.Time) { return m.AddDate(0, 0, 1), m.AddDate(0, 0, 2) },
	"week": func(m time.Time) (time.Time, time.Time) {
		monday := m.AddDate(0, 0, -(int(m.Weekday())+6)%7)
		return monday, monday.AddDate(0, 0, 7)
	},
	"month": func(m time.Time) (time.Time, time.Time) {
		first := m.AddDate(0, 0, 1-m.Day())
		return first, first.AddDate(0, 1, 0)
	},
}

var spanWords = map[string]string{"aujourdhui": "today", "aujourd'hui": "today", "hier": "yesterday", "demain": "tomorrow", "semaine": "week", "mois": "month"}

// within reads a word for days around today, a day, and a day with < or > before it.
func within(column string, of func(*Facts) time.Time, value string, zone *time.Location) ([]test, bool) {
	if french, ok := spanWords[value]; ok {
		value = french
	}
	if span, ok := spans[value]; ok {
		x := between(column, of, func(now time.Time) (time.Time, time.Time) { return span(midnight(now, zone)) })
		x.turns = func(f *Facts, now time.Time) time.Time {
			if from, _ := span(midnight(now, zone)); of(f).Before(from) {
				return time.Time{} // the days only move away from it
			}
			return midnight(now, zone).AddDate(0, 0, 1)
		}
		return []test{x}, true
	}
	from, to, ok := days(value, zone)
	return []test{between(column, of, func(time.Time) (time.Time, time.Time) { return from, to })}, ok
}

func midnight(now time.Time, zone *time.Location) time.Time {
	y, m, d := now.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, zone)
}

func between(column string, of func(*Facts) time.Time, span func(now time.Time) (from, to time.Time)) test {
	return test{sql: "(" + column + " IS NOT NULL AND " + column + " >= ? AND " + column + " < ?)",
		args: func(now time.Time) []any {
			from, to := span(now)
			return []any{from.UnixMilli(), to.UnixMilli()}
		},
		holds: func(f *Facts, now time.Time) bool {
			from, to := span(now)
			return !of(f).IsZero() && !of(f).Before(from) && of(f).Before(to)
		},
		column: column, since: func(now time.Time) time.Time {
			from, _ := span(now)
			return from
		}}
}

// The ends of time, as far as tickets go.
var longAgo, farAhead = time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// days reads 2026-11-23 or 23/11/2026, alone for that day, after < for what is
// before it and after > for what is later than it.
func days(value string, zone *time.Location) (from, to time.Time, ok bool) {
	side := value[0]
	if side == '<' || side == '>' {
		value = value[1:]
	}
	day, ok := dayOf(value, zone)
	switch side {
	case '<':
		return longAgo, day, ok
	case '>':
		return day.AddDate(0, 0, 1), farAhead, ok
	}
	return day, day.AddDate(0, 0, 1), ok
}

func dayOf(value string, zone *time.Location) (time.Time, bool) {
	for _, layout := range []string{"2006-01-02", "02/01/2006", "2/1/2006"} {
		if t, err := time.ParseInLocation(layout, value, zone); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

func readAfter(value string, who Asker) ([]test, bool) {
	return activity(value, who, func(day time.Time) (time.Time, time.Time) { return day, farAhead })
}

func readBefore(value string, who Asker) ([]test, bool) {
	return activity(value, who, func(day time.Time) (time.Time, time.Time) { return longAgo, day })
}

func activity(value string, who Asker, span func(day time.Time) (from, to time.Time)) ([]test, bool) {
	day, ok := dayOf(value, who.Zone)
	return []test{between("t.activity_at", func(f *Facts) time.Time { return f.ActivityAt },
		func(time.Time) (time.Time, time.Time) { return span(day) })}, ok
}
