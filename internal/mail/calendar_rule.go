package mail

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

type frequency int

const (
	yearly frequency = iota + 1
	monthly
	weekly
	daily
	hourly
	minutely
	secondly
)

// rule is a recurrence rule (RFC 5545 3.3.10), its lists sorted. It is walked by code of our own because a rule in one
// line of a mail can keep a usual library busy for ever (every 24 hours, at another hour than it begins).
type rule struct {
	freq                        frequency
	interval, count             int
	until                       stamp
	months, monthDays, yearDays []int
	weeks, positions            []int
	hours, minutes, seconds     []int
	days                        []weekday
	weekStart                   time.Weekday
}

// weekday is one BYDAY: n is 0 for every one, else which of the month or the year, from the end when negative.
type weekday struct {
	n   int
	day time.Weekday
}

const ruleText = 2000 // bytes of a rule: longer ones are made to be hard

// parseRule reads a rule; ok is false when it cannot be walked.
func parseRule(s string) (r rule, ok bool) {
	r = rule{interval: 1, weekStart: time.Monday}
	if len(s) > ruleText {
		return r, false
	}
	for part := range strings.SplitSeq(strings.ToUpper(s), ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		if !r.part(strings.TrimSpace(name), strings.TrimSpace(value)) {
			return r, false
		}
	}
	return r, r.freq != 0
}

func (r *rule) part(name, value string) (ok bool) {
	ok = true
	switch name {
	case "FREQ":
		r.freq, ok = map[string]frequency{"YEARLY": yearly, "MONTHLY": monthly, "WEEKLY": weekly, "DAILY": daily, "HOURLY": hourly, "MINUTELY": minutely,
			"SECONDLY": secondly}[value]
	case "INTERVAL":
		n, err := strconv.Atoi(value)
		r.interval, ok = max(n, 1), err == nil && n <= 100_000
	case "COUNT":
		n, err := strconv.Atoi(value)
		r.count, ok = n, err == nil && n > 0
	case "UNTIL":
		r.until = parseStamp(value, "", "")
	case "WKST":
		if d, known := parseWeekday(value); known {
			r.weekStart = d.day
		}
	case "BYDAY":
		for v := range strings.SplitSeq(value, ",") {
			if d, known := parseWeekday(v); known {
				r.days = append(r.days, d)
			}
		}
	case "BYMONTH":
		r.months = numbers(value, 1, 12, false)
	case "BYMONTHDAY":
		r.monthDays = numbers(value, 1, 31, true)
	case "BYYEARDAY":
		r.yearDays = numbers(value, 1, 366, true)
	case "BYWEEKNO":
		r.weeks = numbers(value, 1, 53, true)
	case "BYSETPOS":
		r.positions = numbers(value, 1, 366, true)
	case "BYHOUR":
		r.hours = numbers(value, 0, 23, false)
	case "BYMINUTE":
		r.minutes = numbers(value, 0, 59, false)
	case "BYSECOND":
		r.seconds = numbers(value, 0, 59, false)
	}
	return ok
}

// numbers reads a list, leaves out what is not from low to high (nor from the end, where that may be), and sorts it.
func numbers(s string, low, high int, fromEnd bool) (out []int) {
	for v := range strings.SplitSeq(s, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(v))
		if err == nil && (n >= low && n <= high || fromEnd && -n >= low && -n <= high) {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// parseWeekday reads MO, 2TU, -1SU.
func parseWeekday(s string) (d weekday, ok bool) {
	s = strings.TrimSpace(s)
	if len(s) < 2 {
		return d, false
	}
	i := strings.Index("SUMOTUWETHFRSA", s[len(s)-2:])
	if i < 0 || i%2 != 0 {
		return d, false
	}
	d.day = time.Weekday(i / 2)
	if s = s[:len(s)-2]; s == "" {
		return d, true
	}
	n, err := strconv.Atoi(s)
	d.n = n
	return d, err == nil && n >= -53 && n <= 53
}
