package calendar

import (
	"testing"
	"time"

	"guichet/internal/fault"
)

func utc(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse("2006-01-02 15:04", s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func made(t *testing.T, p Plan) Calendar {
	t.Helper()
	c, err := New(p)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// office is 9:00-12:00 and 14:00-18:00, Monday to Friday.
func office(zone string, region Region) Plan {
	return Office(zone, region, Span{9 * 60, 12 * 60}, Span{14 * 60, 18 * 60})
}

func TestAddOpeningHours(t *testing.T) {
	paris := office("Europe/Paris", France)
	bridge := paris
	bridge.Closures = []Closure{{Date{2026, 5, 15}, Date{2026, 5, 15}, "Pont de l’Ascension"}}
	bridge.Extra = []Extra{{Date{2026, 5, 14}, []Span{{10 * 60, 11 * 60}}, "Inventaire"}}
	for _, c := range []struct {
		name, from string
		hours      float64
		want       string
		plan       Plan
	}{
		{"within a morning", "2026-11-23 08:30", 1, "2026-11-23 09:30", paris},
		{"over noon", "2026-11-23 10:30", 1, "2026-11-23 13:30", paris},
		{"ends with the day", "2026-11-23 08:00", 7, "2026-11-23 17:00", paris},
		{"over a week-end", "2026-11-20 16:30", 1, "2026-11-23 08:30", paris},
		{"over the Sunday of spring", "2026-03-27 16:30", 1, "2026-03-30 07:30", paris},
		{"over the Sunday of autumn", "2026-10-23 15:30", 1, "2026-10-26 08:30", paris},
		{"over Ascension", "2026-05-13 15:30", 1, "2026-05-15 07:30", paris},
		{"over Ascension and its bridge, with an hour opened", "2026-05-13 15:30", 2, "2026-05-18 07:30", bridge},
		{"Guadeloupe has no summer time", "2026-07-01 12:30", 1, "2026-07-01 14:00", office("America/Guadeloupe", Guadeloupe)},
		{"Nouméa begins while Paris sleeps", "2026-09-23 06:30", 1, "2026-09-24 22:30", office("Pacific/Noumea", NewCaledonia)},
		{"nothing to add stays", "2026-11-22 10:30", 0, "2026-11-22 10:30", paris},
	} {
		got, ok := made(t, c.plan).Add(utc(t, c.from), time.Duration(c.hours*float64(time.Hour)))
		if !ok || !got.Equal(utc(t, c.want)) {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// FAULTS.md T1: 20:00 to 08:00 in Paris is 11 hours in the night of spring and 13 in that of autumn.
func TestANightOfDutyIsAsLongAsItIs(t *testing.T) {
	duty := Plan{Zone: "Europe/Paris"}
	for d := range duty.Week {
		duty.Week[d] = []Span{{20 * 60, 32 * 60}}
	}
	c := made(t, duty)
	for _, n := range []struct {
		from, to string
		want     time.Duration
	}{
		{"2026-03-28 12:00", "2026-03-29 12:00", 11 * time.Hour},
		{"2026-10-24 12:00", "2026-10-25 12:00", 13 * time.Hour},
		{"2026-11-23 12:00", "2026-11-24 12:00", 12 * time.Hour},
	} {
		if got := c.Between(utc(t, n.from), utc(t, n.to)); got != n.want {
			t.Errorf("%s: %s, want %s", n.from, got, n.want)
		}
	}
}

// FAULTS.md T1: ten years × four zones: of three shifts one is always on, and never two.
func TestShiftsLeaveNoMinuteOut(t *testing.T) {
	for _, zone := range []string{"Europe/Paris", "Indian/Reunion", "America/Guadeloupe", "UTC"} {
		var shifts []Calendar
		for _, s := range []Span{{150, 630}, {630, 1110}, {1110, 1590}} { // changes at 2:30, which is skipped or twice
			p := Plan{Zone: zone}
			for d := range p.Week {
				p.Week[d] = []Span{s}
			}
			shifts = append(shifts, made(t, p))
		}
		from, to := utc(t, "2020-01-01 00:00"), utc(t, "2030-01-01 00:00")
		var sum time.Duration
		end := from
		for end.Before(to) { // each instant at which a shift ends, another is on
			on := 0
			next := to
			for _, c := range shifts {
				if s := c.Slices(end, end.Add(48*time.Hour))[0]; s.Open {
					on, next = on+1, s.To
				}
			}
			if on != 1 {
				t.Fatalf("%s: %d on duty at %s", zone, on, end)
			}
			sum, end = sum+next.Sub(end), next
		}
		if sum != end.Sub(from) {
			t.Errorf("%s: %s of %s", zone, sum, end.Sub(from))
		}
	}
}

func TestSlicesSayWhy(t *testing.T) {
	p := office("Europe/Paris", France)
	p.Closures = []Closure{{Date{2026, 5, 15}, Date{2026, 5, 15}, "Pont"}}
	p.Extra = []Extra{{Date{2026, 5, 16}, []Span{{600, 660}}, "Inventaire"}}
	want := []struct {
		to   string
		open bool
		why  Why
	}{
		{"2026-05-13 16:00", true, Why{Kind: Hours}},
		{"2026-05-13 22:00", false, Why{Kind: Outside}},
		{"2026-05-14 22:00", false, Why{OnHoliday, "calendar.holiday.ascension"}},
		{"2026-05-15 22:00", false, Why{OnClosure, "Pont"}},
		{"2026-05-16 08:00", false, Why{Kind: Outside}},
		{"2026-05-16 09:00", true, Why{ExtraHours, "Inventaire"}},
		{"2026-05-18 07:00", false, Why{Kind: Outside}},
		{"2026-05-18 07:30", true, Why{Kind: Hours}},
	}
	got := made(t, p).Slices(utc(t, "2026-05-13 14:30"), utc(t, "2026-05-18 07:30"))
	if len(got) != len(want) {
		t.Fatalf("%+v", got)
	}
	for i, w := range want {
		if !got[i].To.Equal(utc(t, w.to)) || got[i].Open != w.open || got[i].Why != w.why {
			t.Errorf("%d: %+v, want %+v", i, got[i], w)
		}
	}
}

func TestAlwaysAndNever(t *testing.T) {
	from := utc(t, "2026-10-24 12:00").Add(time.Millisecond)
	always := Always(time.UTC)
	if at, ok := always.Add(from, 36*time.Hour); !ok || at.Sub(from) != 36*time.Hour || always.Between(from, at) != 36*time.Hour || !always.Open(at) {
		t.Error(at, ok)
	}
	if s := always.Slices(from, from.Add(time.Hour)); len(s) != 1 || !s[0].Open {
		t.Error(s)
	}
	never := made(t, Plan{Zone: "Europe/Paris"})
	if _, ok := never.Next(from); ok {
		t.Error("a plan without hours opens")
	}
	if _, ok := never.Add(from, time.Minute); ok || never.Between(from, from.AddDate(3, 0, 0)) != 0 {
		t.Error("a plan without hours counts")
	}
	if s := never.Slices(from, from.Add(48*time.Hour)); len(s) != 1 || s[0].Open {
		t.Error(s)
	}
}

func TestValidateNamesEveryField(t *testing.T) {
	p := Plan{Zone: "Europe/Atlantis", Holidays: "fr-lune", Closures: []Closure{{From: Date{2026, 5, 2}, To: Date{2026, 5, 1}}}, Extra: []Extra{{Date: Date{2026, 5, 1}}}}
	p.Week[time.Monday] = []Span{{600, 600}}
	_, err := New(p)
	e, ok := fault.As(err)
	if !ok || len(e.Fields) != 5 {
		t.Fatalf("%v", err)
	}
	for _, s := range []Span{{-1, 60}, {day, day + 60}, {600, 2*day + 1}} {
		q := office("Europe/Paris", France)
		q.Week[time.Friday] = []Span{s}
		if q.Validate() == nil {
			t.Errorf("%v was taken", s)
		}
	}
	for _, zone := range []string{"", "Local", "../etc/passwd"} {
		if (Plan{Zone: zone}).Validate() == nil {
			t.Errorf("the zone %q was taken", zone)
		}
	}
}
