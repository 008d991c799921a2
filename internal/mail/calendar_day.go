package mail

import (
	"slices"
	"time"
)

// counts says whether a day is one that the rule means; its month was looked at.
func (w *walker) counts(at time.Time) bool {
	r := &w.rule
	if len(r.monthDays) > 0 && !has(r.monthDays, at.Day(), day(at.Year(), at.Month()+1, 0).Day()) {
		return false
	}
	if len(r.yearDays) > 0 && !has(r.yearDays, at.YearDay(), day(at.Year(), 12, 31).YearDay()) {
		return false
	}
	if len(r.weeks) > 0 && r.freq == yearly {
		if week, of := weekOf(at, r.weekStart); !has(r.weeks, week, of) {
			return false
		}
	}
	if len(r.days) == 0 {
		return true
	}
	for _, d := range r.days {
		if d.day == at.Weekday() && w.nth(d.n, at) {
			return true
		}
	}
	return false
}

// has looks for n in a list that may count from the end of a total.
func has(list []int, n, total int) bool {
	return slices.Contains(list, n) || slices.Contains(list, n-total-1)
}

// nth says whether a day is the nth of its kind in the month or, for a yearly rule without months, in the year.
func (w *walker) nth(n int, at time.Time) bool {
	r := &w.rule
	if n == 0 || r.freq > monthly || len(r.weeks) > 0 {
		return true
	}
	pos, total := at.Day(), day(at.Year(), at.Month()+1, 0).Day()
	if r.freq == yearly && len(r.months) == 0 {
		pos, total = at.YearDay(), day(at.Year(), 12, 31).YearDay()
	}
	if n > 0 {
		return (pos-1)/7+1 == n
	}
	return (total-pos)/7+1 == -n
}

// weekOf gives the number of a day's week and how many its year has: the first week is the one with four days in the
// year (ISO 8601, with any first day).
func weekOf(at time.Time, start time.Weekday) (week, of int) {
	middle := at.AddDate(0, 0, 3-int(7+at.Weekday()-start)%7) // the fourth day decides the year
	week = (middle.YearDay()-1)/7 + 1
	last := day(middle.Year(), 12, 28) // always in the last week when weeks begin on Monday; near enough for others
	lastMiddle := last.AddDate(0, 0, 3-int(7+last.Weekday()-start)%7)
	return week, (lastMiddle.YearDay()-1)/7 + 1
}
