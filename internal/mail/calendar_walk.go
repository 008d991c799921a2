package mail

import (
	"slices"
	"time"
)

// walker goes through the times of a rule on the wall, in order, one step of work after the other. steps is what may
// still be spent: a rule that never comes true ends with it.
type walker struct {
	rule  rule
	start time.Time
	steps *int
	yield func(time.Time) bool
	left  int // of COUNT
	set   []time.Time
}

// walk gives every time of the rule that is not before the start until yield says false.
func (w *walker) walk(yield func(time.Time) bool) {
	w.yield, w.left = yield, w.rule.count
	w.fill()
	if w.rule.freq >= hourly {
		w.clockwise()
		return
	}
	for at, more := w.first(), true; more && *w.steps > 0 && inYears(at); at = w.next(at) {
		more = w.period(at)
	}
}

// fill puts in what a rule leaves to the start (RFC 5545 3.3.10, "information missing from the rule").
func (w *walker) fill() {
	r := &w.rule
	if r.freq < hourly {
		if len(r.hours) == 0 {
			r.hours = []int{w.start.Hour()}
		}
	}
	if r.freq < minutely && len(r.minutes) == 0 {
		r.minutes = []int{w.start.Minute()}
	}
	if r.freq < secondly && len(r.seconds) == 0 {
		r.seconds = []int{w.start.Second()}
	}
	if len(r.days)+len(r.monthDays)+len(r.yearDays) > 0 {
		return
	}
	switch {
	case r.freq == yearly && len(r.weeks) > 0 || r.freq == weekly:
		r.days = []weekday{{day: w.start.Weekday()}}
	case r.freq == yearly:
		if len(r.months) == 0 {
			r.months = []int{int(w.start.Month())}
		}
		r.monthDays = []int{w.start.Day()}
	case r.freq == monthly:
		r.monthDays = []int{w.start.Day()}
	}
}

// first is the beginning of the period that holds the start.
func (w *walker) first() time.Time {
	y, m, d := w.start.Date()
	switch w.rule.freq {
	case yearly:
		return day(y, 1, 1)
	case monthly:
		return day(y, m, 1)
	case weekly:
		return day(y, m, d-int(7+w.start.Weekday()-w.rule.weekStart)%7)
	}
	return day(y, m, d)
}

func (w *walker) next(at time.Time) time.Time {
	n := w.rule.interval
	switch w.rule.freq {
	case yearly:
		return at.AddDate(n, 0, 0)
	case monthly:
		return at.AddDate(0, n, 0)
	case weekly:
		return at.AddDate(0, 0, 7*n)
	}
	return at.AddDate(0, 0, n)
}

func day(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

// period goes through the days of one year, month, week or day.
func (w *walker) period(at time.Time) (more bool) {
	end := at.AddDate(0, 0, 1)
	switch w.rule.freq {
	case yearly:
		end = at.AddDate(1, 0, 0)
	case monthly:
		end = at.AddDate(0, 1, 0)
	case weekly:
		end = at.AddDate(0, 0, 7)
	}
	w.set = w.set[:0]
	for at.Before(end) && *w.steps > 0 {
		*w.steps--
		if r := w.rule; len(r.months) > 0 && !slices.Contains(r.months, int(at.Month())) {
			at = day(at.Year(), at.Month()+1, 1)
			continue
		}
		if w.counts(at) && !w.timesOf(at) {
			return false
		}
		at = at.AddDate(0, 0, 1)
	}
	return w.positions()
}

// timesOf gives the times of a day.
func (w *walker) timesOf(at time.Time) (more bool) {
	for _, h := range w.rule.hours {
		for _, m := range w.rule.minutes {
			for _, s := range w.rule.seconds {
				if !w.time(at.Add(time.Duration(h*3600+m*60+s) * time.Second)) {
					return false
				}
			}
		}
	}
	return true
}

// time gives one time, or keeps it for BYSETPOS.
func (w *walker) time(t time.Time) (more bool) {
	if *w.steps--; *w.steps <= 0 {
		return false
	}
	if len(w.rule.positions) > 0 {
		w.set = append(w.set, t)
		return true
	}
	return w.give(t)
}

// positions picks those of the period that BYSETPOS names.
func (w *walker) positions() (more bool) {
	if len(w.rule.positions) == 0 || *w.steps <= 0 {
		return true
	}
	var picked []time.Time
	for _, n := range w.rule.positions {
		if n < 0 {
			n += len(w.set) + 1
		}
		if n >= 1 && n <= len(w.set) {
			picked = append(picked, w.set[n-1])
		}
	}
	slices.SortFunc(picked, time.Time.Compare)
	for _, t := range slices.Compact(picked) {
		if !w.give(t) {
			return false
		}
	}
	return true
}

func (w *walker) give(t time.Time) (more bool) {
	if t.Before(w.start) {
		return true
	}
	if !w.yield(t) {
		return false
	}
	w.left--
	return w.left != 0
}

// clockwise walks a rule that is finer than a day; what cannot come true before the next hour or day is jumped over.
func (w *walker) clockwise() {
	step := time.Duration(w.rule.interval) * map[frequency]time.Duration{hourly: time.Hour, minutely: time.Minute, secondly: time.Second}[w.rule.freq]
	for t := w.start; *w.steps > 0 && inYears(t); {
		*w.steps--
		midnight := day(t.Year(), t.Month(), t.Day())
		r := &w.rule
		switch {
		case len(r.months) > 0 && !slices.Contains(r.months, int(t.Month())):
			t = jump(t, day(t.Year(), t.Month()+1, 1), step)
		case !w.counts(midnight):
			t = jump(t, midnight.AddDate(0, 0, 1), step)
		case len(r.hours) > 0 && !slices.Contains(r.hours, t.Hour()):
			t = jump(t, t.Truncate(time.Hour).Add(time.Hour), step)
		case r.freq > hourly && len(r.minutes) > 0 && !slices.Contains(r.minutes, t.Minute()):
			t = jump(t, t.Truncate(time.Minute).Add(time.Minute), step)
		case r.freq == secondly && len(r.seconds) > 0 && !slices.Contains(r.seconds, t.Second()):
			t = t.Add(step)
		default:
			if w.set = w.set[:0]; !w.within(t) || !w.positions() {
				return
			}
			t = t.Add(step)
		}
	}
}

// within gives the times of one hour, minute or second.
func (w *walker) within(t time.Time) (more bool) {
	minutes, seconds := w.rule.minutes, w.rule.seconds
	if w.rule.freq >= minutely {
		minutes = []int{t.Minute()}
	}
	if w.rule.freq == secondly {
		seconds = []int{t.Second()}
	}
	for _, m := range minutes {
		for _, s := range seconds {
			if !w.time(t.Truncate(time.Hour).Add(time.Duration(m*60+s) * time.Second)) {
				return false
			}
		}
	}
	return true
}

// jump gives the first t + n·step that is not before goal.
func jump(t, goal time.Time, step time.Duration) time.Time {
	n := (goal.Sub(t) + step - 1) / step
	return t.Add(max(n, 1) * step)
}
