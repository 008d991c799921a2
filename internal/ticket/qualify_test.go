package ticket

import (
	"context"
	"reflect"
	"testing"
	"time"

	"guichet/internal/db"
	"guichet/internal/db/dbtest"
	"guichet/internal/fault"
	"guichet/internal/journal"
)

func qualify(d *db.DB, id, version int64, n Qualification, p Patch) (tk Ticket, err error) {
	err = d.Write(context.Background(), func(tx *db.Tx) (err error) {
		tk, err = Qualify(context.Background(), tx, journal.Agent(7), noon.Add(time.Hour), id, version, n, p)
		return err
	})
	return tk, err
}

func TestQualify(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		tk := open(t, d, Opening{})
		if q, ok, err := Qualified(t.Context(), d, tk.ID); ok || err != nil || q.Priority != DefaultPriority {
			t.Fatalf("%+v %t %v", q, ok, err)
		}
		n := Qualification{Type: Incident, Impact: 1, Urgency: 2, Technicality: 2, Blocked: 4, AssetID: 50, OutageSource: "declared",
			Verdict: "out", Reason: "contract.verdict.line_out", ReasonArgs: map[string]any{"note": "Imprimantes", "line": float64(2)}}
		outage, level := noon.Add(-time.Hour), n.Level()
		after, err := qualify(d, tk.ID, tk.Version, n, Patch{OutageAt: &outage, Level: &level})
		if err != nil || after.Level != 2 || !after.OutageAt.Equal(outage) {
			t.Fatalf("%+v %v", after, err)
		}
		got, ok, err := Qualified(t.Context(), d, tk.ID)
		n.TicketID, n.Priority, n.At = tk.ID, 2, noon.Add(time.Hour)
		if !ok || err != nil || !reflect.DeepEqual(got, n) {
			t.Errorf("%+v %v\nwant %+v", got, err, n)
		}
		if read, err := ByID(t.Context(), d, tk.ID); err != nil || read.Version != after.Version {
			t.Errorf("version %d, told %d, %v", read.Version, after.Version, err)
		}
		same, err := qualify(d, tk.ID, after.Version, n, Patch{})
		if err != nil || same.Version != after.Version {
			t.Errorf("the same again: %+v %v", same, err)
		}
		n.Major = true
		if _, err := qualify(d, tk.ID, after.Version, n, Patch{}); err != nil {
			t.Error(err)
		}
		entries, err := journal.OfTicket(t.Context(), d, tk.ID)
		if err != nil || len(entries) != 4 || entries[3].Kind != "ticket.qualified" || len(entries[3].Changes) != 2 {
			t.Errorf("%+v %v", entries, err)
		}
		if _, err := qualify(d, tk.ID, tk.Version, n, Patch{}); !fault.Is(err, fault.Conflict) {
			t.Errorf("an old version was taken: %v", err)
		}
		if near, err := Near(t.Context(), d, 999, 50, tk.ReportedAt.Add(50*time.Minute)); err != nil || near != 1 {
			t.Error(near, err)
		}
		if near, err := Near(t.Context(), d, tk.ID, 50, tk.ReportedAt); err != nil || near != 0 {
			t.Error(near, err)
		}
	})
}

func TestQualifyRefuses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		tk := open(t, d, Opening{})
		good := Qualification{Type: Incident, Impact: 2, Urgency: 2, Technicality: 1}
		for name, spoil := range map[string]func(*Qualification){
			"type":         func(q *Qualification) { q.Type = "whim" },
			"impact":       func(q *Qualification) { q.Impact = 0 },
			"urgency":      func(q *Qualification) { q.Urgency = 4 },
			"technicality": func(q *Qualification) { q.Technicality = 9 },
			"blocked":      func(q *Qualification) { q.Blocked = -1 },
			"source":       func(q *Qualification) { q.OutageSource = "dream" },
			"major":        func(q *Qualification) { q.Type, q.Major = Request, true },
			"category":     func(q *Qualification) { q.CategoryID = 12345 },
		} {
			n := good
			spoil(&n)
			if _, err := qualify(d, tk.ID, 0, n, Patch{}); !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.Missing) {
				t.Errorf("%s: %v", name, err)
			}
		}
		later := noon.Add(48 * time.Hour)
		if _, err := qualify(d, tk.ID, 0, good, Patch{OutageAt: &later}); !fault.Is(err, fault.Invalid) {
			t.Errorf("an outage to come: %v", err)
		}
		if _, ok, err := Qualified(t.Context(), d, tk.ID); ok || err != nil {
			t.Error("half of it was kept", err)
		}
	})
}

func TestMatrixAndCategories(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		m, err := ReadMatrix(t.Context(), d)
		if err != nil || m != (Matrix{{1, 2, 3}, {2, 3, 3}, {3, 3, 4}}) {
			t.Fatal(m, err)
		}
		m[2][0] = 2
		write(t, d, func(ctx context.Context, tx *db.Tx) error { return SetMatrix(ctx, tx, journal.Agent(1), noon, m) })
		if now, err := ReadMatrix(t.Context(), d); err != nil || now != m {
			t.Error(now, err)
		}
		m[0][0] = 0
		if err := d.Write(t.Context(), func(tx *db.Tx) error { return SetMatrix(t.Context(), tx, journal.Agent(1), noon, m) }); !fault.Is(err, fault.Invalid) {
			t.Error(err)
		}
		var again bool
		for range 2 {
			write(t, d, func(ctx context.Context, tx *db.Tx) (err error) {
				again, err = SeedCategories(ctx, tx, noon)
				return err
			})
		}
		all, err := Categories(t.Context(), d)
		if err != nil || len(all) < 40 || again {
			t.Fatal(len(all), again, err)
		}
		first := all[0]
		first.NameFR, first.Retired = "Postes", true
		save := func(c Category) error {
			return d.Write(t.Context(), func(tx *db.Tx) error { _, err := SaveCategory(t.Context(), tx, journal.Agent(1), noon, c); return err })
		}
		if err := save(first); err != nil {
			t.Error(err)
		}
		if err := save(first); !fault.Is(err, fault.Conflict) {
			t.Error(err)
		}
		deep := Category{ParentID: all[len(all)-1].ID, NameFR: "x", NameEN: "x", Technicality: 1}
		if err := save(deep); !fault.Is(err, fault.Invalid) {
			t.Errorf("a third floor: %v", err)
		}
		if err := save(Category{NameFR: "x", Technicality: 7}); !fault.Is(err, fault.Invalid) {
			t.Error(err)
		}
		tk := open(t, d, Opening{})
		n := Qualification{Type: Request, Impact: 3, Urgency: 3, Technicality: 1, CategoryID: first.ID}
		if _, err := qualify(d, tk.ID, 0, n, Patch{}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a retired category was taken: %v", err)
		}
	})
}
