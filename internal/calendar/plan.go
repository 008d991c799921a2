// Package calendar says when a service is open: hours of the week by the wall clock of a zone, public holidays, closures
// and extraordinary openings. It is pure: no clock, no database. Instants go in and come out in UTC, to the millisecond,
// and stay right across the changes of the clocks.
package calendar

import (
	"slices"
	"time"

	"guichet/internal/fault"
)

// Span is a piece of a day's hours, in minutes by the clock after the midnight that the day begins with. To may reach
// into the next day (26:00 is two in the morning): such a span belongs wholly to the day that it begins on.
type Span struct {
	From int `json:"from"`
	To   int `json:"to"`
}

const day = 24 * 60

// Closure is a time of whole days in which it is closed, both included.
type Closure struct {
	From Date   `json:"from"`
	To   Date   `json:"to"`
	Name string `json:"name"`
}

// Extra is an extraordinary opening: these are the day's hours, whatever the week, the holidays and the closures say.
type Extra struct {
	Date  Date   `json:"date"`
	Spans []Span `json:"spans"`
	Name  string `json:"name"`
}

// Plan is what a person writes down about the hours.
type Plan struct {
	Zone     string    `json:"zone"` // IANA, e.g. "Europe/Paris"
	Week     [7][]Span `json:"week"` // by time.Weekday: Sunday first
	Holidays Region    `json:"holidays"`
	Closures []Closure `json:"closures,omitempty"`
	Extra    []Extra   `json:"extra,omitempty"`
}

// Office returns the plan of a week in which Monday to Friday have these hours.
func Office(zone string, holidays Region, spans ...Span) Plan {
	p := Plan{Zone: zone, Holidays: holidays}
	for d := time.Monday; d <= time.Friday; d++ {
		p.Week[d] = slices.Clone(spans)
	}
	return p
}

// Validate says every field that can't be taken.
func (p Plan) Validate() error {
	var c fault.Check
	_, err := zoneOf(p.Zone)
	c.That(err == nil, "zone", "calendar.err.zone", "zone", p.Zone)
	c.That(p.Holidays.Known(), "holidays", "fault.choice")
	for _, spans := range p.Week {
		c.That(good(spans), "week", "calendar.err.spans")
	}
	for _, x := range p.Closures {
		c.That(x.From != (Date{}) && !x.To.Before(x.From), "closures", "calendar.err.closure", "name", x.Name)
	}
	for _, x := range p.Extra {
		c.That(x.Date != (Date{}) && len(x.Spans) > 0 && good(x.Spans), "extra", "calendar.err.extra", "name", x.Name)
	}
	return c.Err()
}

func good(spans []Span) bool {
	for _, s := range spans {
		if s.From < 0 || s.From >= day || s.To <= s.From || s.To > 2*day {
			return false
		}
	}
	return true
}

func zoneOf(name string) (*time.Location, error) {
	if name == "" || name == "Local" { // the machine's zone is nobody's contract
		return nil, fault.New(fault.Invalid, "calendar.err.zone", "zone", name)
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "calendar.err.zone", "zone", name)
	}
	return zone, nil
}
