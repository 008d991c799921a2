package asset

import (
	"context"
	"slices"
	"testing"
	"time"

	"guichet/internal/db"
	"guichet/internal/db/dbtest"
	"guichet/internal/fault"
	"guichet/internal/journal"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func write(t *testing.T, d *db.DB, fn func(ctx context.Context, tx *db.Tx) error) {
	t.Helper()
	if err := d.Write(t.Context(), func(tx *db.Tx) error { return fn(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}

func create(t *testing.T, d *db.DB, a Asset) (out Asset) {
	t.Helper()
	write(t, d, func(ctx context.Context, tx *db.Tx) (err error) {
		out, err = Create(ctx, tx, journal.Agent(1), noon, a)
		return err
	})
	return out
}

func TestCreateAndChange(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		pc := create(t, d, Asset{ClientID: 5, SiteID: 6, Name: "  PC-0042 ", Type: Laptop, Serial: "S1", Users: []int64{9, 8, 9}})
		got, err := ByID(t.Context(), d, pc.ID)
		if err != nil || got.Name != "PC-0042" || !slices.Equal(got.Users, []int64{8, 9}) || got.SiteID != 6 || !got.CreatedAt.Equal(noon) {
			t.Fatalf("%+v %v", got, err)
		}
		got.Users, got.SiteID, got.Type = []int64{9, 10}, 0, Workstation
		write(t, d, func(ctx context.Context, tx *db.Tx) (err error) {
			got, err = Update(ctx, tx, journal.Agent(1), noon, got)
			return err
		})
		if again, err := ByID(t.Context(), d, pc.ID); err != nil || again.Version != 2 || again.Type != Workstation || !slices.Equal(again.Users, []int64{9, 10}) {
			t.Errorf("%+v %v", again, err)
		}
		entries, err := journal.Of(t.Context(), d, "asset", pc.ID)
		if err != nil || len(entries) != 2 || entries[1].Kind != "asset.changed" || len(entries[1].Changes) != 4 {
			t.Errorf("%+v %v", entries, err)
		}
		if mine, err := OfUser(t.Context(), d, 10); err != nil || len(mine) != 1 {
			t.Errorf("%v %v", mine, err)
		}
		if all, err := OfClient(t.Context(), d, 5, 50); err != nil || len(all) != 1 {
			t.Errorf("%v %v", all, err)
		}
		if err := d.Write(t.Context(), func(tx *db.Tx) error { _, err := Update(t.Context(), tx, journal.Agent(1), noon, pc); return err }); !fault.Is(err, fault.Conflict) {
			t.Errorf("an old version was taken: %v", err)
		}
	})
}

func TestRefusals(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		create(t, d, Asset{ClientID: 5, Name: "Serveur Hêtre", Type: Server})
		old := create(t, d, Asset{ClientID: 5, Name: "NAS", Type: Storage, RetiredAt: noon})
		create(t, d, Asset{ClientID: 5, Name: "NAS", Type: Storage})
		create(t, d, Asset{ClientID: 7, Name: "NAS", Type: Storage})
		for _, bad := range []Asset{{ClientID: 5, Type: Server}, {ClientID: 5, Name: "x", Type: "toaster"}, {ClientID: 5, Name: "serveur hetre", Type: Server}} {
			err := d.Write(t.Context(), func(tx *db.Tx) error { _, err := Create(t.Context(), tx, journal.Agent(1), noon, bad); return err })
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("%+v: %v", bad, err)
			}
		}
		old.RetiredAt = time.Time{}
		if err := d.Write(t.Context(), func(tx *db.Tx) error { _, err := Update(t.Context(), tx, journal.Agent(1), noon, old); return err }); !fault.Is(err, fault.Invalid) {
			t.Errorf("two machines in use with one name: %v", err)
		}
		if _, err := ByID(t.Context(), d, 999); !fault.Is(err, fault.Missing) {
			t.Error(err)
		}
	})
}

// What a merge moved goes back as the journal holds it.
func TestMergesTakeTheAssetsAlongAndBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a := create(t, d, Asset{ClientID: 5, SiteID: 3, Name: "A", Type: Server, Users: []int64{20, 21}})
		b := create(t, d, Asset{ClientID: 5, Name: "B", Type: Server, Users: []int64{20}})
		moved := func(fn func(ctx context.Context, tx *db.Tx, from, into int64) ([]journal.Change, error), from, into int64) []journal.Change {
			write(t, d, func(ctx context.Context, tx *db.Tx) error {
				changes, err := fn(ctx, tx, from, into)
				if err != nil {
					return err
				}
				_, err = journal.Append(ctx, tx, noon, journal.Entry{Kind: "merged", Subject: "test", SubjectID: from, Changes: changes})
				return err
			})
			entries, err := journal.Of(t.Context(), d, "test", from)
			if err != nil || len(entries) != 1 {
				t.Fatal(entries, err)
			}
			return entries[0].Changes
		}
		clients, contacts := moved(MoveClient, 5, 6), moved(MoveContact, 20, 21)
		if got, err := ByID(t.Context(), d, a.ID); err != nil || got.ClientID != 6 || !slices.Equal(got.Users, []int64{20, 21}) {
			t.Errorf("%+v %v", got, err)
		}
		if got, err := ByID(t.Context(), d, b.ID); err != nil || !slices.Equal(got.Users, []int64{21}) {
			t.Errorf("%+v %v", got, err)
		}
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			if err := ReturnContact(ctx, tx, 20, 21, contacts); err != nil {
				return err
			}
			return ReturnClient(ctx, tx, 5, 6, clients)
		})
		if got, err := ByID(t.Context(), d, b.ID); err != nil || got.ClientID != 5 || !slices.Equal(got.Users, []int64{20}) {
			t.Errorf("%+v %v", got, err)
		}
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			if err := ForgetContact(ctx, tx, 20); err != nil {
				return err
			}
			return LeaveSite(ctx, tx, 3)
		})
		if got, err := ByID(t.Context(), d, a.ID); err != nil || got.SiteID != 0 || !slices.Equal(got.Users, []int64{21}) {
			t.Errorf("%+v %v", got, err)
		}
	})
}
