package journal

import (
	"context"
	"strings"
	"testing"
	"time"

	"guichet/internal/db"
	"guichet/internal/db/dbtest"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func append1(t *testing.T, d *db.DB, e Entry) int64 {
	t.Helper()
	var seq int64
	write(t, d, func(ctx context.Context, tx *db.Tx) (err error) {
		seq, err = Append(ctx, tx, noon, e)
		return err
	})
	return seq
}

func write(t *testing.T, d *db.DB, fn func(ctx context.Context, tx *db.Tx) error) {
	t.Helper()
	if err := d.Write(t.Context(), func(tx *db.Tx) error { return fn(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}

func TestAppendReadsBackInOrder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		append1(t, d, Entry{Actor: Agent(7), Kind: "ticket.status", Subject: "ticket", SubjectID: 3, TicketID: 3,
			Changes: []Change{{Field: "status", Before: "new", After: "open"}}})
		append1(t, d, Entry{Actor: System(), Kind: "mailbox.changed", Subject: "mailbox", SubjectID: 4,
			Changes: []Change{{Field: "password", Before: "old-pw", After: "new-pw", Sealed: true}}})
		all, err := Since(t.Context(), d, 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		if len(all) != 2 || all[0].Seq != 1 || all[1].Seq != 2 || !all[0].At.Equal(noon) {
			t.Fatalf("Since = %+v", all)
		}
		if c := all[0].Changes[0]; c.Before != "new" || c.After != "open" || all[0].Actor != Agent(7) {
			t.Errorf("entry = %+v", all[0])
		}
		if c := all[1].Changes[0]; c.Before != nil || c.After != nil || !c.Sealed {
			t.Errorf("a sealed value is in the journal: %+v", c)
		}
		of, err := OfTicket(t.Context(), d, 3)
		if err != nil || len(of) != 1 {
			t.Errorf("OfTicket = %v, %v", of, err)
		}
		if err := Verify(t.Context(), d); err != nil {
			t.Error(err)
		}
	})
}

func TestVerifyNamesWhatWasTouched(t *testing.T) {
	for name, damage := range map[string]string{
		"altered":      "UPDATE journal SET data = '[]' WHERE seq = 2",
		"removed":      "DELETE FROM journal WHERE seq = 2",
		"other author": "UPDATE journal SET actor_id = 9 WHERE seq = 2",
		"moved":        "UPDATE journal SET at = at + 1 WHERE seq = 2",
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				for i := range 3 {
					append1(t, d, Entry{Actor: Agent(1), Kind: "x", Subject: "ticket", SubjectID: int64(i), Changes: []Change{{Field: "f", After: i}}})
				}
				write(t, d, func(ctx context.Context, tx *db.Tx) error { _, err := tx.Exec(ctx, damage); return err })
				if err := Verify(t.Context(), d); err == nil || !strings.Contains(err.Error(), "entry 2") {
					t.Errorf("Verify = %v", err)
				}
			})
		})
	}
}

func TestEraseTakesThePersonOutAndKeepsTheChain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		append1(t, d, Entry{Actor: Agent(1), Kind: "contact.changed", Subject: "contact", SubjectID: 5, Changes: []Change{
			{Field: "phone", Before: "0297000001", After: "0297000002", Person: 5},
			{Field: "site", After: "Lorient"}}})
		append1(t, d, Entry{Actor: Agent(1), Kind: "contact.changed", Subject: "contact", SubjectID: 6,
			Changes: []Change{{Field: "phone", After: "0297000003", Person: 6}}})
		write(t, d, func(ctx context.Context, tx *db.Tx) error { return Erase(ctx, tx, noon, Agent(1), 5) })
		all, err := Since(t.Context(), d, 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		if c := all[0].Changes[0]; c.Before != nil || c.After != nil || !c.Erased {
			t.Errorf("the value is still there: %+v", c)
		}
		if all[0].Changes[1].After != "Lorient" || all[1].Changes[0].After != "0297000003" {
			t.Error("erased more than the person")
		}
		if all[2].Kind != "contact.erased" {
			t.Errorf("the erasure itself is not told: %+v", all[2])
		}
		if err := Verify(t.Context(), d); err != nil {
			t.Error(err)
		}
	})
}

func TestAFailedWriteLeavesNoEntry(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			if _, err := Append(ctx, tx, noon, Entry{Kind: "kept", Subject: "t", SubjectID: 1}); err != nil {
				return err
			}
			undone := tx.Savepoint(ctx, func() error {
				if _, err := Append(ctx, tx, noon, Entry{Kind: "undone", Subject: "t", SubjectID: 1}); err != nil {
					return err
				}
				return context.Canceled
			})
			if undone != context.Canceled {
				t.Errorf("Savepoint = %v", undone)
			}
			_, err := Append(ctx, tx, noon, Entry{Kind: "after", Subject: "t", SubjectID: 1})
			return err
		})
		all, err := Since(t.Context(), d, 0, 10)
		if err != nil || len(all) != 2 || all[1].Kind != "after" || all[1].Seq != 2 {
			t.Errorf("Since = %+v, %v", all, err)
		}
		if err := Verify(t.Context(), d); err != nil {
			t.Error(err)
		}
	})
}
