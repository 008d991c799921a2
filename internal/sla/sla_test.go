package sla

import (
	"testing"
	"time"

	"guichet/internal/calendar"
)

func paris(t *testing.T, s string) time.Time {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", s, zone)
	if err != nil {
		t.Fatal(err)
	}
	return at.UTC()
}

const hour = time.Hour

// office is 9-12 and 14-18, Monday to Friday: an urgent ticket has 1 h and 4 h, a normal one 4 h and 2 days of 7 h.
func office(t *testing.T) *Terms {
	t.Helper()
	hours, err := calendar.New(calendar.Office("Europe/Paris", calendar.France, calendar.Span{From: 540, To: 720}, calendar.Span{From: 840, To: 1080}))
	if err != nil {
		t.Fatal(err)
	}
	return &Terms{Name: "Maintenance 2026", Hours: hours, Grace: 2 * hour, Risk: 75,
		Stops: map[string]bool{"user": true, "vendor": false},
		Targets: map[int]Target{
			1: {Limit{15 * time.Minute, true}, Limit{4 * hour, true}, Limit{30 * time.Minute, true}},
			2: {Limit{hour, false}, Limit{4 * hour, false}, Limit{2 * hour, false}},
			3: {Limit{4 * hour, false}, Limit{14 * hour, false}, Limit{4 * hour, false}},
		}}
}

func TestClocks(t *testing.T) {
	type fact struct {
		at    string
		kind  Kind
		more  string // reason of a hold
		until string
		n     int
	}
	for _, c := range []struct {
		name    string
		goal    Goal
		facts   []fact
		now     string
		state   State
		due     string
		elapsed time.Duration
		next    string
	}{
		{"runs over noon", Resolution, []fact{{"2026-11-23 11:00", Reported, "", "", 2}}, "2026-11-23 15:00", Running, "2026-11-23 17:00", 2 * hour, "2026-11-23 16:00"},
		{"is at risk at three quarters", Resolution, []fact{{"2026-11-23 11:00", Reported, "", "", 2}}, "2026-11-23 16:00", Running, "2026-11-23 17:00", 3 * hour, "2026-11-23 17:00"},
		{"is late from its due instant on", Resolution, []fact{{"2026-11-23 11:00", Reported, "", "", 2}}, "2026-11-23 17:00", Late, "2026-11-23 17:00", 4 * hour, ""},
		{"is met at its due instant", Resolution, []fact{{"2026-11-23 11:00", Reported, "", "", 2}, {"2026-11-23 17:00", Ended, "", "", 0}},
			"2026-11-24 17:00", Met, "2026-11-23 17:00", 4 * hour, ""},
		{"due at closing time is missed at night", Resolution, []fact{{"2026-11-23 14:00", Reported, "", "", 2}, {"2026-11-23 19:00", Ended, "", "", 0}},
			"2026-11-24 17:00", Late, "2026-11-23 18:00", 4 * hour, ""},
		{"waits for the user, and is foreseen to go on", Resolution, []fact{{"2026-11-23 09:00", Reported, "", "", 2}, {"2026-11-23 10:00", Held, "user", "2026-11-24 09:00", 0}},
			"2026-11-23 16:00", Paused, "2026-11-24 12:00", hour, "2026-11-24 11:00"},
		{"waits for the vendor at our cost", Resolution, []fact{{"2026-11-23 09:00", Reported, "", "", 2}, {"2026-11-23 10:00", Held, "vendor", "2026-11-24 09:00", 0}},
			"2026-11-23 14:30", Running, "2026-11-23 15:00", 3*hour + 30*time.Minute, "2026-11-23 15:00"},
		{"a hold is no answer", FirstAnswer, []fact{{"2026-11-23 09:00", Reported, "", "", 2}, {"2026-11-23 09:10", Held, "user", "2026-11-24 09:00", 0}},
			"2026-11-23 10:00", Late, "2026-11-23 10:00", hour, ""},
		{"the first answer stops its clock", FirstAnswer, []fact{{"2026-11-23 09:00", Reported, "", "", 2}, {"2026-11-23 09:59", Answered, "", "", 0}, {"2026-11-23 11:59", Answered, "", "", 0}},
			"2026-11-23 17:00", Met, "2026-11-23 10:00", 59 * time.Minute, ""},
		{"the hand-over stops the internal clock", HandOver, []fact{{"2026-11-23 09:00", Reported, "", "", 2}, {"2026-11-23 11:30", Raised, "", "", 0}},
			"2026-11-23 17:00", Late, "2026-11-23 11:00", 2*hour + 30*time.Minute, ""},
		{"urgent is around the clock, over the night of autumn", Resolution, []fact{{"2026-10-25 01:30", Reported, "", "", 1}},
			"2026-10-25 04:00", Running, "2026-10-25 04:30", 3*hour + 30*time.Minute, "2026-10-25 04:30"},
		{"made urgent, late since before", Resolution, []fact{{"2026-11-23 09:00", Reported, "", "", 3}, {"2026-11-23 16:00", Ranked, "", "", 2}},
			"2026-11-23 16:00", Late, "2026-11-23 15:00", 5 * hour, ""},
		{"opened again in time: the rest", Resolution, []fact{{"2026-11-23 09:00", Reported, "", "", 2}, {"2026-11-23 10:00", Ended, "", "", 0}, {"2026-11-24 09:00", Worked, "", "", 0}},
			"2026-11-24 10:00", Running, "2026-11-24 12:00", 2 * hour, "2026-11-24 11:00"},
		{"opened again in time: the grace", Resolution, []fact{{"2026-11-23 09:00", Reported, "", "", 2}, {"2026-11-23 14:30", Ended, "", "", 0}, {"2026-11-24 09:00", Worked, "", "", 0}},
			"2026-11-24 10:00", Running, "2026-11-24 11:00", 4*hour + 30*time.Minute, "2026-11-24 11:00"},
		{"opened again late: no grace", Resolution, []fact{{"2026-11-23 09:00", Reported, "", "", 2}, {"2026-11-23 15:30", Ended, "", "", 0}, {"2026-11-24 09:00", Worked, "", "", 0}},
			"2026-11-24 10:00", Late, "2026-11-23 15:00", 5*hour + 30*time.Minute, ""},
		{"over Armistice Day", Resolution, []fact{{"2026-11-10 17:00", Reported, "", "", 2}}, "2026-11-11 12:00", Running, "2026-11-12 12:00", hour, "2026-11-12 11:00"},
		{"without a target for its priority", Resolution, []fact{{"2026-11-23 09:00", Reported, "", "", 5}}, "2026-11-23 10:00", None, "", hour, ""},
	} {
		cs := Case{Periods: []Period{{paris(t, "2026-01-01 00:00"), office(t)}}}
		for _, f := range c.facts {
			one := Fact{At: paris(t, f.at), Kind: f.kind, Reason: f.more, Priority: f.n, By: "Léa Morin"}
			if f.until != "" {
				one.Until = paris(t, f.until)
			}
			cs.Facts = append(cs.Facts, one)
		}
		got := Of(cs, c.goal, paris(t, c.now))
		if got.State != c.state || got.Elapsed != c.elapsed || !sameInstant(t, got.Due, c.due) || !sameInstant(t, got.Next, c.next) {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

func sameInstant(t *testing.T, at time.Time, want string) bool {
	t.Helper()
	if want == "" {
		return at.IsZero()
	}
	return at.Equal(paris(t, want))
}

func TestAContractThatChangesUnderWay(t *testing.T) {
	old, young := office(t), office(t)
	young.Name = "Maintenance 2027"
	young.Targets = map[int]Target{2: {Resolve: Limit{2 * hour, false}}}
	c := Case{Facts: []Fact{{At: paris(t, "2026-12-31 15:00"), Kind: Reported, Priority: 2}},
		Periods: []Period{{paris(t, "2026-01-01 00:00"), old}, {paris(t, "2027-01-01 00:00"), young}}}
	before := Of(c, Resolution, paris(t, "2026-12-31 17:30"))
	// 3 h are gone when the promise of 2 h begins.
	if before.State != Running || !before.Due.Equal(paris(t, "2027-01-01 00:00")) || before.Target != 4*hour {
		t.Errorf("%+v", before)
	}
	after := Of(c, Resolution, paris(t, "2027-01-04 09:00"))
	if after.State != Late || !after.Due.Equal(paris(t, "2026-12-31 17:00")) || after.Target != 2*hour {
		t.Errorf("%+v", after)
	}
	c.Facts = append(c.Facts, Fact{At: paris(t, "2026-12-31 17:59"), Kind: Ended})
	if kept := Of(c, Resolution, paris(t, "2027-01-04 09:00")); kept.State != Met || kept.Target != 4*hour {
		t.Errorf("what ended under the old contract: %+v", kept)
	}
	c.Periods[1].Terms = nil
	if gone := Of(c, Resolution, paris(t, "2027-01-04 09:00")); gone.State != Met {
		t.Errorf("what ended before the contract did: %+v", gone)
	}
}

func TestExplainNamesEachPart(t *testing.T) {
	c := Case{Periods: []Period{{paris(t, "2026-01-01 00:00"), office(t)}}, Facts: []Fact{
		{At: paris(t, "2026-11-10 17:00"), Kind: Reported, Priority: 3},
		{At: paris(t, "2026-11-12 10:00"), Kind: Held, Reason: "user", By: "Léa Morin", Until: paris(t, "2026-11-13 09:00")},
		{At: paris(t, "2026-11-12 15:00"), Kind: Worked, By: "Paul Brun"},
		{At: paris(t, "2026-11-12 16:00"), Kind: Ended},
		{At: paris(t, "2026-11-12 17:00"), Kind: Worked},
	}}
	now := paris(t, "2026-11-12 17:30")
	var got []string
	for _, s := range Explain(c, Resolution, now)[:9] {
		name := string(s.Why)
		if s.Hold != nil {
			name += " " + s.Hold.Reason + " " + s.Hold.By
		}
		got = append(got, s.To.Sub(s.From).String()+" "+name+" "+s.Calendar.Name)
	}
	want := []string{"1h0m0s open ", "6h0m0s closed ", "24h0m0s closed calendar.holiday.armistice", "9h0m0s closed ", "1h0m0s open ",
		"5h0m0s hold user Léa Morin ", "1h0m0s open ", "1h0m0s finished ", "30m0s open "}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%d: %q, want %q", i, got[i], want[i])
		}
	}
}

func TestNothingBeforeItBegins(t *testing.T) {
	c := Case{Periods: []Period{{paris(t, "2026-01-01 00:00"), office(t)}}, Facts: []Fact{{At: paris(t, "2026-11-23 09:00"), Kind: Reported, Priority: 2}}}
	early := paris(t, "2026-11-23 08:59")
	if got := Of(c, Resolution, early); got.State != None || Explain(c, Resolution, early) != nil {
		t.Errorf("%+v", got)
	}
	if got := Of(Case{}, Resolution, early); got.State != None || Explain(Case{}, Resolution, early) != nil {
		t.Errorf("%+v", got)
	}
	if all := All(c, paris(t, "2026-11-23 09:30")); len(all) != 3 {
		t.Error(all)
	} else if worst, ok := Worst(all); !ok || worst.Goal != FirstAnswer || worst.Remaining() != 30*time.Minute {
		t.Errorf("%+v", worst)
	}
	if _, ok := Worst(All(Case{Facts: c.Facts}, early)); ok {
		t.Error("a ticket without a contract is due")
	}
}
