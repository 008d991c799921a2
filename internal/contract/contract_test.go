package contract

import (
	"context"
	"reflect"
	"testing"
	"time"

	"guichet/internal/calendar"
	"guichet/internal/db"
	"guichet/internal/db/dbtest"
	"guichet/internal/fault"
	"guichet/internal/journal"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func date(t *testing.T, s string) calendar.Date {
	t.Helper()
	d, err := calendar.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func tried(t *testing.T, d *db.DB, fn func(ctx context.Context, tx *db.Tx) (Contract, error)) (c Contract, err error) {
	t.Helper()
	err = d.Write(t.Context(), func(tx *db.Tx) (err error) { c, err = fn(t.Context(), tx); return err })
	return c, err
}

func made(t *testing.T, d *db.DB, client int64, starts, ends string, terms Terms) Contract {
	t.Helper()
	c := Contract{ClientID: client, Name: "  Maintenance  2026 ", StartsOn: date(t, starts), NoticeMonths: 3}
	if ends != "" {
		c.EndsOn = date(t, ends)
	}
	c, err := tried(t, d, func(ctx context.Context, tx *db.Tx) (Contract, error) {
		return Create(ctx, tx, journal.Agent(1), noon, c, terms)
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestVersionsHoldFromTheirDates(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		terms := Default()
		c := made(t, d, 5, "2026-01-01", "2027-12-31", terms)
		terms.Perimeter.Scope = Workstations
		c, err := tried(t, d, func(ctx context.Context, tx *db.Tx) (Contract, error) {
			return SetTerms(ctx, tx, journal.Agent(1), noon, c.ID, c.Version, date(t, "2027-01-01"), terms)
		})
		if err != nil || len(c.Versions) != 2 || c.Version != 2 || c.Name != "Maintenance 2026" {
			t.Fatalf("%+v %v", c, err)
		}
		read, err := ByID(t.Context(), d, c.ID)
		if err != nil || !reflect.DeepEqual(read, c) || !reflect.DeepEqual(read.Versions[1].Terms, terms) {
			t.Errorf("read back: %+v %v", read, err)
		}
		for day, want := range map[string]Scope{"2025-12-31": "", "2026-01-01": Infrastructure, "2026-12-31": Infrastructure, "2027-01-01": Workstations,
			"2027-12-31": Workstations, "2028-01-01": ""} {
			if got, ok := read.On(date(t, day)); got.Perimeter.Scope != want || ok != (want != "") {
				t.Errorf("%s: %s %t", day, got.Perimeter.Scope, ok)
			}
		}
		entries, err := journal.Of(t.Context(), d, "contract", c.ID)
		if err != nil || len(entries) != 2 || entries[1].Kind != "contract.terms" || entries[1].Changes[0].Field != "terms 2027-01-01" {
			t.Errorf("%+v %v", entries, err)
		}
		spans := Spans([]Contract{read})
		if len(spans) != 3 || spans[2].Terms != nil || !spans[1].From.Equal(time.Date(2026, 12, 31, 23, 0, 0, 0, time.UTC)) {
			t.Errorf("%+v", spans)
		}
		if At(spans, noon).Terms.Perimeter.Scope != Infrastructure || At(spans, noon.AddDate(-1, 0, 0)).Terms != nil || At(spans, noon.AddDate(2, 0, 0)).Terms != nil {
			t.Error("what holds at an instant")
		}
		periods, err := Periods(spans, func(t Terms) bool { return t.Perimeter.Scope == Infrastructure })
		if err != nil || len(periods) != 3 || periods[0].Terms == nil || periods[1].Terms != nil || periods[0].Terms.Targets[1].Resolve.Time != 4*time.Hour {
			t.Errorf("%+v %v", periods, err)
		}
	})
}

func TestSameTermsChangeNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := made(t, d, 5, "2026-01-01", "", Default())
		again, err := tried(t, d, func(ctx context.Context, tx *db.Tx) (Contract, error) {
			return SetTerms(ctx, tx, journal.Agent(1), noon, c.ID, c.Version, c.StartsOn, Default())
		})
		if err != nil || again.Version != c.Version {
			t.Errorf("%+v %v", again, err)
		}
	})
}

func TestUpdateMovesTheFirstVersion(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := made(t, d, 5, "2026-01-01", "", Default())
		c.StartsOn, c.Name = date(t, "2026-03-01"), "Infogérance"
		c, err := tried(t, d, func(ctx context.Context, tx *db.Tx) (Contract, error) {
			return Update(ctx, tx, journal.Agent(1), noon, c)
		})
		read, err2 := ByID(t.Context(), d, c.ID)
		if err != nil || err2 != nil || read.Versions[0].FromOn != c.StartsOn || !reflect.DeepEqual(read, c) {
			t.Errorf("%+v %v %v", read, err, err2)
		}
	})
}

func TestRefusals(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := made(t, d, 5, "2026-01-01", "2026-12-31", Default())
		made(t, d, 5, "2027-01-01", "", Default()) // the next day is free
		made(t, d, 6, "2026-06-01", "", Default()) // and so is another client
		bad := Default()
		bad.Risk = 200
		by := journal.Agent(1)
		for name, fn := range map[string]func(ctx context.Context, tx *db.Tx) (Contract, error){
			"overlap": func(ctx context.Context, tx *db.Tx) (Contract, error) {
				return Create(ctx, tx, by, noon, Contract{ClientID: 5, Name: "x", StartsOn: date(t, "2026-12-31"), EndsOn: date(t, "2026-12-31")}, Default())
			},
			"overlap by change": func(ctx context.Context, tx *db.Tx) (Contract, error) {
				later := c
				later.EndsOn = date(t, "2027-01-01")
				return Update(ctx, tx, by, noon, later)
			},
			"bad terms": func(ctx context.Context, tx *db.Tx) (Contract, error) {
				return SetTerms(ctx, tx, by, noon, c.ID, c.Version, c.StartsOn, bad)
			},
			"a day after its end": func(ctx context.Context, tx *db.Tx) (Contract, error) {
				return SetTerms(ctx, tx, by, noon, c.ID, c.Version, date(t, "2027-01-01"), Default())
			},
			"ends before it starts": func(ctx context.Context, tx *db.Tx) (Contract, error) {
				return Create(ctx, tx, by, noon, Contract{ClientID: 9, StartsOn: date(t, "2026-12-31"), EndsOn: date(t, "2026-12-30")}, bad)
			},
		} {
			_, err := tried(t, d, fn)
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
			if e, _ := fault.As(err); name == "ends before it starts" && len(e.Fields) != 3 {
				t.Errorf("not all at once: %v", err)
			}
		}
		stale := c
		stale.Version = 7
		if _, err := tried(t, d, func(ctx context.Context, tx *db.Tx) (Contract, error) { return Update(ctx, tx, by, noon, stale) }); !fault.Is(err, fault.Conflict) {
			t.Error(err)
		}
		if _, err := ByID(t.Context(), d, 999); !fault.Is(err, fault.Missing) {
			t.Error(err)
		}
	})
}
