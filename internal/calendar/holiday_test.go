package calendar

import (
	"slices"
	"testing"
	"time"
)

func date(t *testing.T, s string) Date {
	t.Helper()
	d, err := ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestEaster(t *testing.T) {
	for _, want := range []string{"1961-04-02", "2000-04-23", "2008-03-23", "2011-04-24", "2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28", "2038-04-25", "2285-03-22"} {
		if d := date(t, want); Easter(d.Year) != d {
			t.Errorf("Easter(%d) = %s, want %s", d.Year, Easter(d.Year), want)
		}
	}
}

func TestHolidaysOfAYear(t *testing.T) {
	whole := []string{"2026-01-01", "2026-04-06", "2026-05-01", "2026-05-08", "2026-05-14", "2026-05-25", "2026-07-14", "2026-08-15", "2026-11-01", "2026-11-11", "2026-12-25"}
	for region, more := range map[Region][]string{
		France:          nil,
		AlsaceMoselle:   {"2026-04-03", "2026-12-26"},
		Guadeloupe:      {"2026-05-27"},
		Martinique:      {"2026-05-22"},
		Guyane:          {"2026-06-10"},
		Reunion:         {"2026-12-20"},
		Mayotte:         {"2026-04-27"},
		SaintBarthelemy: {"2026-10-09"},
		SaintMartin:     {"2026-05-28"},
		NewCaledonia:    {"2026-09-24"},
	} {
		want := slices.Sorted(slices.Values(slices.Concat(whole, more)))
		var got []string
		for _, h := range region.Of(2026) {
			got = append(got, h.Date.String())
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v\nwant %v", region, got, want)
		}
	}
	if NoHolidays.Of(2026) != nil {
		t.Error("no region has holidays")
	}
	if key, _ := France.On(date(t, "2026-05-14")); key != "calendar.holiday.ascension" {
		t.Error(key)
	}
	// Two on one day are one holiday.
	if key, ok := France.On(date(t, "2008-05-01")); !ok || key != "calendar.holiday.labour" || len(France.Of(2008)) != 10 {
		t.Error(key, France.Of(2008))
	}
}

func TestDatesAsText(t *testing.T) {
	var d Date
	if err := d.UnmarshalText([]byte("2026-02-30")); err == nil {
		t.Error("30 February was taken")
	}
	if err := d.UnmarshalText([]byte("2026-02-28")); err != nil || d.Add(1) != (Date{2026, time.March, 1}) || d.Weekday() != time.Saturday {
		t.Error(d, err)
	}
	if err := d.UnmarshalText(nil); err != nil || d.String() != "" {
		t.Error(d, err)
	}
	a, b := date(t, "2026-01-02"), date(t, "2026-01-09")
	if !a.Within(a, b) || !b.Within(a, b) || b.Add(1).Within(a, b) || !a.Before(b) || a.Before(a) {
		t.Error("order of days")
	}
}
