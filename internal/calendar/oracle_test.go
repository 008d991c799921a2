package calendar

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// zones are where the clients are: with a change of the clocks and without, ahead and behind.
var zones = []string{"Europe/Paris", "America/Guadeloupe", "Indian/Reunion", "Pacific/Noumea", "America/Miquelon"}

// walk is the slow way to know: every minute of a time is looked at by the clock on the wall, and a span begins at the
// first minute whose reading is not before its own.
type walk struct {
	start time.Time
	open  []bool
}

func walked(t *testing.T, p Plan, start time.Time, minutes int) walk {
	t.Helper()
	zone, err := time.LoadLocation(p.Zone)
	if err != nil {
		t.Fatal(err)
	}
	const margin = 3 * day // spans that began before it
	w := walk{start, make([]bool, minutes)}
	readings := make([]time.Time, minutes+2*margin)
	for i := range readings {
		local := start.Add(time.Duration(i-margin) * time.Minute).In(zone)
		readings[i] = time.Date(local.Year(), local.Month(), local.Day(), local.Hour(), local.Minute(), 0, 0, time.UTC)
		if i > 0 && readings[i].Before(readings[i-1]) { // the clocks went back: what was read once is past
			readings[i] = readings[i-1]
		}
	}
	first := func(reading time.Time) int {
		i, _ := slices.BinarySearchFunc(readings, reading, time.Time.Compare)
		return i - margin
	}
	for d := DateOf(readings[0]); d.midnight().Before(readings[len(readings)-1]); d = d.Add(1) {
		for _, s := range slowSpans(p, d) {
			from := first(d.midnight().Add(time.Duration(s.From) * time.Minute))
			to := first(d.midnight().Add(time.Duration(s.To) * time.Minute))
			for i := max(from, 0); i < min(to, minutes); i++ {
				w.open[i] = true
			}
		}
	}
	return w
}

func slowSpans(p Plan, d Date) (spans []Span) {
	for _, x := range p.Extra {
		if x.Date == d {
			spans = append(spans, x.Spans...)
		}
	}
	if spans != nil {
		return spans
	}
	for _, x := range p.Closures {
		for c := x.From; !x.To.Before(c); c = c.Add(1) {
			if c == d {
				return nil
			}
		}
	}
	for _, h := range p.Holidays.Of(d.Year) {
		if h.Date == d {
			return nil
		}
	}
	return p.Week[d.Weekday()]
}

// anyPlan makes hours that may overlap, pass midnight, or be none.
func anyPlan(r *rand.Rand, around Date) Plan {
	p := Plan{Zone: zones[r.IntN(len(zones))], Holidays: Regions[r.IntN(len(Regions))]}
	spans := func() (all []Span) {
		for range r.IntN(4) {
			from := r.IntN(day)
			all = append(all, Span{from, from + 1 + r.IntN(min(2*day-from, 900))})
		}
		return all
	}
	for d := range p.Week {
		p.Week[d] = spans()
	}
	for range r.IntN(3) {
		from := around.Add(r.IntN(20) - 5)
		p.Closures = append(p.Closures, Closure{from, from.Add(r.IntN(3)), "congés"})
	}
	for range r.IntN(3) {
		p.Extra = append(p.Extra, Extra{around.Add(r.IntN(20) - 5), append(spans(), Span{60, 180}), "inventaire"})
	}
	return p
}

// moments are around what may go wrong: both Sundays of the clocks, holidays, the end of a year.
var moments = []Date{{2026, 3, 28}, {2026, 10, 24}, {2027, 3, 27}, {2027, 10, 30}, {2026, 4, 3}, {2026, 5, 7}, {2026, 12, 19}, {2026, 12, 30}, {2028, 2, 27}}

func TestAgainstTheWallClock(t *testing.T) {
	seed := rand.Uint64()
	t.Log("seed", seed)
	r := rand.New(rand.NewPCG(seed, 4))
	for range 150 {
		around := moments[r.IntN(len(moments))]
		p := anyPlan(r, around)
		c, err := New(p)
		if err != nil {
			t.Fatal(err)
		}
		const minutes = 9 * day
		start := around.midnight().Add(time.Duration(r.IntN(2*day)-day) * time.Minute)
		w := walked(t, p, start, minutes)
		compare(t, c, w, r)
		if t.Failed() {
			t.Fatalf("plan %+v from %s", p, start)
		}
	}
}

func compare(t *testing.T, c Calendar, w walk, r *rand.Rand) {
	end := w.start.Add(time.Duration(len(w.open)) * time.Minute)
	at := w.start
	var sum time.Duration
	for _, s := range c.Slices(w.start, end) {
		if !s.From.Equal(at) || !s.To.After(s.From) || s.Open != (s.Why.Kind == Hours || s.Why.Kind == ExtraHours) {
			t.Errorf("slice %+v begins after %s", s, at)
		}
		for ; at.Before(s.To); at = at.Add(time.Minute) {
			if w.open[at.Sub(w.start)/time.Minute] != s.Open {
				t.Errorf("%s is in %+v", at, s)
				return
			}
		}
		if s.Open {
			sum += s.To.Sub(s.From)
		}
	}
	if all := c.Between(w.start, end); !at.Equal(end) || sum != all {
		t.Errorf("the slices end at %s and make %s of %s", at, sum, all)
	}
	for range 20 {
		from := r.IntN(len(w.open))
		part := time.Duration(r.IntN(60_000)) * time.Millisecond // within the minute
		asked(t, c, w, from, part, r.IntN(2*day))
	}
}

// asked compares one question about an instant, which is part after a minute.
func asked(t *testing.T, c Calendar, w walk, from int, part time.Duration, length int) {
	at := w.start.Add(time.Duration(from)*time.Minute + part)
	if got := c.Open(at); got != w.open[from] {
		t.Errorf("Open(%s) = %t", at, got)
	}
	want := at
	if i := slices.Index(w.open[from:], true); i > 0 {
		want = w.start.Add(time.Duration(from+i) * time.Minute)
	} else if i < 0 {
		return
	}
	if got, ok := c.Next(at); !ok || !got.Equal(want) {
		t.Errorf("Next(%s) = %s, want %s", at, got, want)
	}
	// length minutes and the part of one later, by going on minute by minute
	left := time.Duration(length)*time.Minute + 17*time.Millisecond
	for i, p := from, part; i < len(w.open); i, p = i+1, 0 {
		if !w.open[i] {
			continue
		}
		if left > time.Minute-p {
			left -= time.Minute - p
			continue
		}
		want := w.start.Add(time.Duration(i)*time.Minute + p + left)
		got, ok := c.Add(at, time.Duration(length)*time.Minute+17*time.Millisecond)
		if !ok || !got.Equal(want) {
			t.Errorf("Add(%s, %d min) = %s, want %s", at, length, got, want)
		}
		if b := c.Between(at, got); b != time.Duration(length)*time.Minute+17*time.Millisecond {
			t.Errorf("Between(%s, %s) = %s", at, got, b)
		}
		return
	}
}
