package sla

import (
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"guichet/internal/calendar"
)

// The oracle knows no intervals: it lives a ticket minute by minute, looks at the clock on the wall in each, and
// counts. Everything in its world happens on whole minutes.

// scene is a stretch of minutes around something that may go wrong, with contracts of several zones.
type scene struct {
	start time.Time
	terms []*Terms
	open  map[*Terms][]bool // minute by minute
}

const sceneDays = 18

var zones = []string{"Europe/Paris", "America/Guadeloupe", "Indian/Reunion", "Pacific/Noumea"}

// moments: both Sundays of the clocks, holidays, the turn of the year.
var moments = []time.Time{time.Date(2026, 3, 25, 0, 0, 0, 0, time.UTC), time.Date(2026, 10, 20, 0, 0, 0, 0, time.UTC),
	time.Date(2027, 3, 24, 0, 0, 0, 0, time.UTC), time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 12, 18, 0, 0, 0, 0, time.UTC)}

func newScene(t *testing.T, r *rand.Rand) scene {
	s := scene{start: moments[r.IntN(len(moments))], open: map[*Terms][]bool{}}
	for range 5 {
		plan := anyPlan(r, calendar.DateOf(s.start))
		hours, err := calendar.New(plan)
		if err != nil {
			t.Fatal(err)
		}
		terms := &Terms{Name: plan.Zone, Hours: hours, Targets: map[int]Target{}, Stops: map[string]bool{},
			Grace: time.Duration(r.IntN(2)*r.IntN(180)) * time.Minute, Risk: []int{0, 50, 75, 80}[r.IntN(4)]}
		for priority := 1; priority <= 3; priority++ {
			terms.Targets[priority] = Target{anyLimit(r), anyLimit(r), anyLimit(r)}
		}
		for _, reason := range reasons {
			terms.Stops[reason] = r.IntN(3) > 0
		}
		s.terms = append(s.terms, terms)
		s.open[terms] = wallClock(t, plan, s.start)
	}
	return s
}

var reasons = []string{"user", "vendor", "appointment", "other"}

func anyLimit(r *rand.Rand) Limit {
	if r.IntN(8) == 0 {
		return Limit{}
	}
	return Limit{time.Duration(1+r.IntN(1500)) * time.Minute, r.IntN(4) == 0}
}

func anyPlan(r *rand.Rand, around calendar.Date) calendar.Plan {
	p := calendar.Plan{Zone: zones[r.IntN(len(zones))], Holidays: calendar.Regions[r.IntN(len(calendar.Regions))]}
	for d := range p.Week {
		for range r.IntN(3) {
			from := r.IntN(24 * 60)
			p.Week[d] = append(p.Week[d], calendar.Span{From: from, To: from + 1 + r.IntN(700)})
		}
	}
	if r.IntN(2) == 0 {
		from := around.Add(r.IntN(sceneDays))
		p.Closures = []calendar.Closure{{From: from, To: from.Add(r.IntN(3))}}
	}
	if r.IntN(2) == 0 {
		p.Extra = []calendar.Extra{{Date: around.Add(r.IntN(sceneDays)), Spans: []calendar.Span{{From: 90, To: 200}}}}
	}
	return p
}

// wallClock says of each minute of a scene whether the plan has it open.
func wallClock(t *testing.T, p calendar.Plan, start time.Time) []bool {
	zone, err := time.LoadLocation(p.Zone)
	if err != nil {
		t.Fatal(err)
	}
	const lead = 4 * 24 * 60
	const day = 24 * 60
	open := make([]bool, sceneDays*day)
	readings := make([]int64, len(open)+2*lead) // the highest minute that the wall has shown so far
	for i := range readings {
		local := start.Add(time.Duration(i-lead) * time.Minute).In(zone)
		_, offset := local.Zone()
		readings[i] = local.Unix()/60 + int64(offset)/60
		if i > 0 {
			readings[i] = max(readings[i], readings[i-1])
		}
	}
	for n := readings[0] / day; n <= readings[len(readings)-1]/day; n++ {
		for _, s := range spansOf(p, calendar.DateOf(time.Unix(n*day*60, 0).UTC())) {
			from, _ := slices.BinarySearch(readings, n*day+int64(s.From))
			to, _ := slices.BinarySearch(readings, n*day+int64(s.To))
			for i := max(from-lead, 0); i < min(to-lead, len(open)); i++ {
				open[i] = true
			}
		}
	}
	return open
}

func spansOf(p calendar.Plan, d calendar.Date) []calendar.Span {
	for _, x := range p.Extra {
		if x.Date == d {
			return x.Spans
		}
	}
	for _, x := range p.Closures {
		if d.Within(x.From, x.To) {
			return nil
		}
	}
	if _, ok := p.Holidays.On(d); ok {
		return nil
	}
	return p.Week[d.Weekday()]
}

// life is a ticket in the oracle at a minute; it is copied to look ahead.
type life struct {
	s        *scene
	goal     Goal
	minute   int
	terms    *Terms
	priority int
	hold     *Fact
	ended    bool
	spent    int // minutes
	paused   int
	floor    time.Duration
	stopped  *life // as it was when the clock stopped
	over     bool
	history  []int  // spent at each minute from the beginning
	counted  []bool // whether each minute counted
}

func (l *life) limit() Limit {
	if l.terms == nil {
		return Limit{}
	}
	switch target := l.terms.Targets[l.priority]; l.goal {
	case FirstAnswer:
		return target.Answer
	case HandOver:
		return target.HandOver
	default:
		return target.Resolve
	}
}

func (l *life) target() time.Duration {
	if l.limit().Time == 0 {
		return 0
	}
	return max(l.limit().Time, l.floor)
}

func (l *life) onPause() bool {
	return l.hold != nil && l.goal != FirstAnswer && l.terms != nil && l.terms.Stops[l.hold.Reason]
}

// tick lives one minute.
func (l *life) tick() {
	l.history = append(l.history, l.spent)
	open := l.terms != nil && (l.limit().Around || l.s.open[l.terms][l.minute])
	count := open && !l.ended && !l.onPause()
	l.counted = append(l.counted, count)
	if count {
		l.spent++
	}
	if open && !l.ended && l.onPause() {
		l.paused++
	}
	l.minute++
}

func (l *life) turn(periods []Period) {
	now := l.time()
	for _, p := range periods {
		if !p.From.After(now) {
			l.terms = p.Terms
		}
	}
}

func (l *life) time() time.Time { return l.s.start.Add(time.Duration(l.minute) * time.Minute) }

func (l *life) has() time.Duration { return time.Duration(l.spent) * time.Minute }

// due lives on alone until the target is spent; -1 where the scene ends before.
func (l life) due(begun int, periods []Period) int {
	if l.target() == 0 {
		return -1
	}
	for i, spent := range l.history {
		if time.Duration(spent)*time.Minute >= l.target() {
			return begun + i
		}
	}
	l.history, l.counted = nil, nil
	for l.minute < sceneDays*24*60 {
		l.alone(periods)
		if l.target() > 0 && l.has() >= l.target() {
			return l.minute
		}
		l.tick()
	}
	return -1
}

// alone is what changes by itself.
func (l *life) alone(periods []Period) {
	l.turn(periods)
	if l.hold != nil && !l.hold.Until.IsZero() && !l.hold.Until.After(l.time()) {
		l.hold = nil
	}
}

func (l *life) alarm() [3]bool {
	risk := 100
	if l.terms != nil && l.terms.Risk > 0 {
		risk = l.terms.Risk
	}
	none := l.target() == 0
	late := !none && l.has() >= l.target()
	return [3]bool{none, !none && !late && l.has() >= l.target()*time.Duration(risk)/100, late}
}

// next lives on alone until a list would show it otherwise.
func (l life) next(periods []Period) int {
	l.history, l.counted = nil, nil
	was := l.alarm()
	for l.minute < sceneDays*24*60 {
		l.alone(periods)
		if l.alarm() != was {
			return l.minute
		}
		l.tick()
	}
	return -1
}

// live goes from the report to now.
func live(s *scene, c Case, g Goal, now int) *life {
	begun := int(c.Facts[0].At.Sub(s.start) / time.Minute)
	l := &life{s: s, goal: g, minute: begun, priority: c.Facts[0].Priority}
	facts := c.Facts
	for {
		l.turn(c.Periods)
		for len(facts) > 0 && !facts[0].At.After(l.time()) && !l.over {
			l.happens(facts[0], begun, c.Periods)
			facts = facts[1:]
		}
		if l.over || l.minute >= now {
			return l
		}
		l.tick()
	}
}

func (l *life) happens(f Fact, begun int, periods []Period) {
	before := *l
	switch f.Kind {
	case Ranked:
		l.priority = f.Priority
	case Held:
		l.hold, l.ended = &f, false
	case Worked:
		l.hold, l.ended = nil, false
	case Ended:
		l.hold, l.ended = nil, true
	}
	if l.stopped == nil && (f.Kind == Ended || f.Kind == Answered && l.goal == FirstAnswer || f.Kind == Raised && l.goal == HandOver) {
		l.stopped, l.over = &before, l.goal != Resolution
		return
	}
	if l.stopped != nil && !l.ended {
		if !l.stopped.wasLate(begun, periods) && l.terms != nil && l.terms.Grace > 0 {
			l.floor = max(l.floor, l.has()+l.terms.Grace)
		}
		l.stopped = nil
	}
}

func (l *life) wasLate(begun int, periods []Period) bool {
	due := l.due(begun, periods)
	return due >= 0 && l.minute > due
}

func soak() bool { return os.Getenv("GUICHET_SOAK") != "" }

func TestAgainstAMinuteByMinuteWalk(t *testing.T) {
	cases := 1_000
	if soak() {
		cases = 100_000
	}
	seed := rand.Uint64()
	t.Logf("seed %d, %d cases", seed, cases)
	r := rand.New(rand.NewPCG(seed, 9))
	var s scene
	for n := range cases {
		if n%50 == 0 {
			s = newScene(t, r)
		}
		c := anyCase(r, s)
		for _, g := range Goals {
			begun := int(c.Facts[0].At.Sub(s.start) / time.Minute)
			now := begun + r.IntN(10*24*60)
			compare(t, &s, c, g, now)
		}
		if t.Failed() {
			for _, f := range c.Facts {
				t.Logf("%s %s %s until %s, priority %d", f.At, f.Kind, f.Reason, f.Until, f.Priority)
			}
			t.Fatalf("seed %d, case %d", seed, n)
		}
	}
}

// anyCase makes the life of a ticket with up to a dozen events and some changes of the contract.
func anyCase(r *rand.Rand, s scene) Case {
	at := s.start.Add(time.Duration(r.IntN(3*24*60)) * time.Minute)
	var c Case
	from := s.start.AddDate(0, 0, -1)
	for range 1 + r.IntN(3) {
		p := Period{From: from, Terms: s.terms[r.IntN(len(s.terms))]}
		if r.IntN(8) == 0 {
			p.Terms = nil
		}
		c.Periods = append(c.Periods, p)
		from = from.Add(time.Duration(1+r.IntN(8*24*60)) * time.Minute)
	}
	c.Facts = []Fact{{At: at, Kind: Reported, Priority: 1 + r.IntN(3)}}
	for range r.IntN(12) {
		at = at.Add(time.Duration(r.IntN(1500)) * time.Minute)
		f := Fact{At: at, Kind: []Kind{Answered, Held, Held, Worked, Worked, Ended, Ranked, Raised}[r.IntN(8)], By: "Léa"}
		switch f.Kind {
		case Held:
			f.Reason = reasons[r.IntN(len(reasons))]
			if r.IntN(5) > 0 {
				f.Until = at.Add(time.Duration(r.IntN(3000)) * time.Minute)
			}
		case Ranked:
			f.Priority = 1 + r.IntN(4) // 4 has no target
		}
		c.Facts = append(c.Facts, f)
	}
	return c
}

func compare(t *testing.T, s *scene, c Case, g Goal, now int) {
	l := live(s, c, g, now)
	begun := int(c.Facts[0].At.Sub(s.start) / time.Minute)
	at := s.start.Add(time.Duration(now) * time.Minute)
	got := Of(c, g, at)
	asked := l
	if l.stopped != nil {
		asked = l.stopped
	}
	if got.Stopped != (l.stopped != nil) || got.Stopped && !got.Stop.Equal(asked.time()) {
		t.Errorf("%s: stopped %t at %s", g, got.Stopped, got.Stop)
	}
	if got.Elapsed != asked.has() || got.Paused != time.Duration(l.paused)*time.Minute || got.Target != asked.target() {
		t.Errorf("%s at %s: elapsed %s, paused %s, target %s; the walk has %s, %d min, %s", g, at, got.Elapsed, got.Paused, got.Target, asked.has(), l.paused, asked.target())
	}
	same(t, s, g, "due", got.Due, asked.due(begun, c.Periods))
	want := asked.state(begun, c.Periods, l.stopped != nil)
	if got.State != want {
		t.Errorf("%s at %s: %s, want %s", g, at, got.State, want)
	}
	if l.stopped == nil {
		if got.AtRisk != l.alarm()[1] {
			t.Errorf("%s at %s: at risk %t", g, at, got.AtRisk)
		}
		same(t, s, g, "next", got.Next, l.next(c.Periods))
	}
	explained(t, s, c, got, at, asked)
}

func (l *life) state(begun int, periods []Period, stopped bool) State {
	switch {
	case l.target() == 0:
		return None
	case stopped && l.wasLate(begun, periods), !stopped && l.has() >= l.target():
		return Late
	case stopped:
		return Met
	case l.onPause():
		return Paused
	}
	return Running
}

// same compares an instant with a minute of the scene: the first whole one that is not before it.
func same(t *testing.T, s *scene, g Goal, what string, got time.Time, want int) {
	minute := int((got.Sub(s.start) + time.Minute - 1) / time.Minute)
	if got.IsZero() || minute >= sceneDays*24*60 {
		minute = -1
	}
	if minute != want {
		t.Errorf("%s: %s %s is minute %d, the walk says %d", g, what, got, minute, want)
	}
}

func explained(t *testing.T, s *scene, c Case, got Clock, now time.Time, asked *life) {
	at := c.Facts[0].At
	var sum, ahead time.Duration
	for _, x := range Explain(c, got.Goal, now) {
		if !x.From.Equal(at) || !x.To.After(x.From) {
			t.Errorf("%s: %+v begins after %s", got.Goal, x, at)
		}
		at = x.To
		switch {
		case x.Counted && x.Ahead:
			ahead += x.To.Sub(x.From)
		case x.Counted:
			sum += x.To.Sub(x.From)
		}
		for m := x.From; m.Before(x.To) && !x.Ahead; m = m.Add(time.Minute) {
			if asked.counted[int(m.Sub(c.Facts[0].At)/time.Minute)] != x.Counted {
				t.Errorf("%s: %s is in %+v", got.Goal, m, x)
				return
			}
		}
	}
	end := now
	if got.Stopped {
		end = got.Stop
	} else if got.Due.After(now) {
		end = got.Due
	}
	if sum != got.Elapsed || !at.Equal(end) {
		t.Errorf("%s: the slices make %s of %s and end at %s instead of %s", got.Goal, sum, got.Elapsed, at, end)
	}
	if ahead > 0 && !c.Periods[len(c.Periods)-1].From.After(now) && sum+ahead != got.Target {
		t.Errorf("%s: with those ahead %s of %s", got.Goal, sum+ahead, got.Target)
	}
}
