package calendar

import (
	"fmt"
	"time"
	_ "time/tzdata" // Windows has no zone files
)

// Date is a day by the wall calendar, of no zone.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf returns the day that an instant falls on in its own zone.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// ParseDate reads YYYY-MM-DD.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, fmt.Errorf("date %q: %w", s, err)
	}
	return DateOf(t), nil
}

// String writes YYYY-MM-DD, "" for the zero date.
func (d Date) String() string {
	if d == (Date{}) {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// MarshalText is String.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText is ParseDate, with "" for the zero date.
func (d *Date) UnmarshalText(text []byte) (err error) {
	*d = Date{}
	if len(text) > 0 {
		*d, err = ParseDate(string(text))
	}
	return err
}

// midnight is the day's beginning as if the zone were UTC.
func (d Date) midnight() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

// Add returns the day n days later.
func (d Date) Add(n int) Date { return DateOf(d.midnight().AddDate(0, 0, n)) }

// Weekday returns its day of the week.
func (d Date) Weekday() time.Weekday { return d.midnight().Weekday() }

// Before says whether d comes before other.
func (d Date) Before(other Date) bool { return d.midnight().Before(other.midnight()) }

// Within says whether d is one of the days from first to last, both included.
func (d Date) Within(first, last Date) bool { return !d.Before(first) && !last.Before(d) }

// Instant returns the instant at which the clocks of a zone first show this many minutes after the day's midnight, or
// more: where the hour that is asked for is skipped it is the change itself, and where it comes twice it is the first.
// Later readings never give earlier instants, so spans that touch by the clock touch in time.
func (d Date) Instant(zone *time.Location, minutes int) time.Time {
	// The reading as if in UTC. A change of the clocks that touches it lies within a day of it, in either direction.
	reading := d.midnight().Add(time.Duration(minutes) * time.Minute)
	before := offset(reading.Add(-24*time.Hour), zone)
	after := offset(reading.Add(24*time.Hour), zone)
	first := reading.Add(-max(before, after))
	second := reading.Add(-min(before, after))
	switch {
	case shows(first, zone, reading):
		return first
	case shows(second, zone, reading):
		return second
	}
	change, _ := second.In(zone).ZoneBounds()
	return change.UTC()
}

func offset(t time.Time, zone *time.Location) time.Duration {
	_, seconds := t.In(zone).Zone()
	return time.Duration(seconds) * time.Second
}

func shows(t time.Time, zone *time.Location, reading time.Time) bool {
	return t.Add(offset(t, zone)).Equal(reading)
}
