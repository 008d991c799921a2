package contract

import (
	"fmt"
	"slices"
	"time"

	"guichet/internal/calendar"
	"guichet/internal/fault"
	"guichet/internal/sla"
)

// Terms are what a contract says from a date on.
type Terms struct {
	Perimeter Perimeter     `json:"perimeter"`
	Levels    []int         `json:"levels"` // covered: 1, 2
	Hours     calendar.Plan `json:"hours"`
	// OnCall says that somebody answers in the Extended hours. The clocks do not count in them: a target that holds at
	// night is one around the clock.
	OnCall   bool               `json:"onCall"`
	Extended [7][]calendar.Span `json:"extended"`
	Targets  [Priorities]Target `json:"targets"` // by priority
	Stops    []string           `json:"stops"`   // the reasons of a hold that stop the clock
	Grace    int                `json:"grace"`   // minutes left at least when a ticket is opened again
	Risk     int                `json:"risk"`    // at risk from this share of the target on, in hundredths
	// Included is how many minutes a month the fee holds, 0 for as many as are needed; each intervention is rounded up
	// to Rounding minutes.
	Included int `json:"included"`
	Rounding int `json:"rounding"`
}

// Priorities is how many there are: 0 is a major incident, then 1 (critical) to 4 (low).
const Priorities = 5

// Target is what is promised for a priority.
type Target struct {
	Answer   Limit `json:"answer"`
	Resolve  Limit `json:"resolve"`
	HandOver Limit `json:"handOver"` // internal: N1 to N2
}

// Limit is a time in minutes, 0 for no promise.
type Limit struct {
	Minutes int  `json:"minutes"`
	Around  bool `json:"around"` // around the clock, instead of in opening hours
}

// StopReasons are the reasons of a hold that a contract can let stop the clock.
var StopReasons = []string{"user", "vendor", "appointment", "other"}

// Default returns terms to begin from: the usual hours of an office in metropolitan France, the whole infrastructure,
// both levels, unlimited requests.
func Default() Terms {
	hour := func(n int) Limit { return Limit{Minutes: n * 60} }
	return Terms{Perimeter: Perimeter{Scope: Infrastructure}, Levels: []int{1, 2}, Stops: []string{"user", "appointment"}, Grace: 120, Risk: 75,
		Rounding: 15,
		Hours:    calendar.Office("Europe/Paris", calendar.France, calendar.Span{From: 9 * 60, To: 12 * 60}, calendar.Span{From: 14 * 60, To: 18 * 60}),
		Targets: [Priorities]Target{
			{Limit{15, true}, Limit{240, true}, Limit{15, true}},
			{Limit{Minutes: 30}, hour(4), Limit{Minutes: 30}},
			{hour(1), hour(8), hour(2)},
			{hour(4), hour(16), hour(4)},
			{hour(8), hour(40), hour(16)},
		}}
}

const maxMinutes = 366 * 24 * 60

// Validate says every field that can't be taken.
func (t Terms) Validate() error {
	var c fault.Check
	if e, ok := fault.As(t.Hours.Validate()); ok {
		for _, f := range e.Fields {
			c.That(false, "hours."+f.Name, f.Key, pairs(f.Args)...)
		}
	}
	extended := calendar.Plan{Zone: "UTC", Week: t.Extended}
	c.That(extended.Validate() == nil, "extended", "calendar.err.spans")
	c.That(slices.Contains(Scopes, t.Perimeter.Scope), "perimeter.scope", "fault.choice")
	for _, l := range t.Perimeter.Lines {
		c.That(l.valid(), "perimeter.lines", "contract.err.line")
	}
	c.That(len(t.Perimeter.Lines) <= 500, "perimeter.lines", "contract.err.lines", "max", 500)
	c.That(len(t.Levels) > 0 && !slices.ContainsFunc(t.Levels, func(n int) bool { return n < 1 || n > 2 }), "levels", "fault.choice")
	for _, target := range t.Targets {
		for _, l := range []Limit{target.Answer, target.Resolve, target.HandOver} {
			c.That(l.Minutes >= 0 && l.Minutes <= maxMinutes, "targets", "fault.range", "min", 0, "max", maxMinutes)
		}
	}
	c.That(!slices.ContainsFunc(t.Stops, func(s string) bool { return !slices.Contains(StopReasons, s) }), "stops", "fault.choice")
	c.That(t.Grace >= 0 && t.Grace <= maxMinutes, "grace", "fault.range", "min", 0, "max", maxMinutes)
	c.That(t.Risk >= 0 && t.Risk <= 100, "risk", "fault.range", "min", 0, "max", 100)
	c.That(t.Included >= 0 && t.Included <= maxMinutes, "included", "fault.range", "min", 0, "max", maxMinutes)
	c.That(t.Rounding >= 0 && t.Rounding <= 480, "rounding", "fault.range", "min", 0, "max", 480)
	return c.Err()
}

func pairs(args map[string]any) (out []any) {
	for k, v := range args {
		out = append(out, k, v)
	}
	return out
}

// Clocks gives the terms as the clocks take them. name is the contract's.
func (t Terms) Clocks(name string) (*sla.Terms, error) {
	hours, err := calendar.New(t.Hours)
	if err != nil {
		return nil, fmt.Errorf("hours of %s: %w", name, err)
	}
	out := &sla.Terms{Name: name, Hours: hours, Targets: map[int]sla.Target{}, Stops: map[string]bool{},
		Grace: time.Duration(t.Grace) * time.Minute, Risk: t.Risk}
	for priority, target := range t.Targets {
		out.Targets[priority] = sla.Target{Answer: target.Answer.limit(), Resolve: target.Resolve.limit(), HandOver: target.HandOver.limit()}
	}
	for _, reason := range t.Stops {
		out.Stops[reason] = true
	}
	return out, nil
}

func (l Limit) limit() sla.Limit {
	return sla.Limit{Time: time.Duration(l.Minutes) * time.Minute, Around: l.Around}
}
