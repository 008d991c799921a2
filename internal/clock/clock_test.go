package clock

import (
	"context"
	"reflect"
	"testing"
	"time"

	"guichet/internal/asset"
	"guichet/internal/calendar"
	"guichet/internal/contract"
	"guichet/internal/db"
	"guichet/internal/db/dbtest"
	"guichet/internal/journal"
	"guichet/internal/sla"
	"guichet/internal/ticket"
)

// monday is 10:00 in Paris.
var monday = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

const client = 5

func write(t *testing.T, d *db.DB, fn func(ctx context.Context, tx *db.Tx) error) {
	t.Helper()
	if err := d.Write(t.Context(), func(tx *db.Tx) error { return fn(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}

func agreed(t *testing.T, d *db.DB, terms contract.Terms) (c contract.Contract) {
	t.Helper()
	write(t, d, func(ctx context.Context, tx *db.Tx) (err error) {
		c, err = contract.Create(ctx, tx, journal.Agent(1), monday, contract.Contract{ClientID: client, Name: "Maintenance",
			StartsOn: calendar.Date{Year: 2026, Month: 1, Day: 1}}, terms)
		return err
	})
	return c
}

func opened(t *testing.T, d *db.DB, of int64) (tk ticket.Ticket) {
	t.Helper()
	write(t, d, func(ctx context.Context, tx *db.Tx) (err error) {
		tk, err = ticket.OpenNew(ctx, tx, monday, ticket.Opening{Subject: "Imprimante", ClientID: of, By: journal.Contact(8)})
		return err
	})
	return tk
}

func change(t *testing.T, d *db.DB, now time.Time, id int64, p ticket.Patch) {
	t.Helper()
	write(t, d, func(ctx context.Context, tx *db.Tx) error {
		_, err := ticket.Change(ctx, tx, journal.Agent(1), now, id, 0, p)
		return err
	})
}

func follow(t *testing.T, d *db.DB, now time.Time) time.Time {
	t.Helper()
	for range 100 {
		more, next, err := Follow(t.Context(), d, now)
		if err != nil {
			t.Fatal(err)
		}
		if !more {
			return next
		}
	}
	t.Fatal("it never ends")
	return time.Time{}
}

func mark(t *testing.T, d *db.DB, id int64) Mark {
	t.Helper()
	marks, err := Marks(t.Context(), d, []int64{id, 999_999})
	if err != nil {
		t.Fatal(err)
	}
	return marks[id]
}

func patch[T any](v T) *T { return &v }

func TestTheTableFollowsTheJournal(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		before, stranger := opened(t, d, client), opened(t, d, client+1)
		if next := follow(t, d, monday); !next.IsZero() {
			t.Errorf("without a contract something is due at %s", next)
		}
		c := agreed(t, d, contract.Default())
		next := follow(t, d, monday)
		// The internal target of P3, 4 h, is as short as the first answer: 10-12 and 14-16, at risk from 15:00 on.
		want := Mark{before.ID, sla.FirstAnswer, Quiet, monday.Add(6 * time.Hour)}
		if got := mark(t, d, before.ID); got != want || !next.Equal(monday.Add(5*time.Hour)) {
			t.Errorf("%+v, next %s", got, next)
		}
		if got := mark(t, d, stranger.ID); got != (Mark{}) {
			t.Errorf("a ticket without a contract: %+v", got)
		}
		next = follow(t, d, next)
		if got := mark(t, d, before.ID); got.Alarm != AtRisk || !next.Equal(monday.Add(6*time.Hour)) {
			t.Errorf("%+v, next %s", got, next)
		}
		follow(t, d, next)
		late, err := Alarmed(t.Context(), d, Late, 10)
		if err != nil || len(late) != 1 || late[0].TicketID != before.ID {
			t.Errorf("%+v %v", late, err)
		}
		// On hold for the user until Wednesday: what is left is the first answer, which a hold does not stop.
		at := monday.Add(6 * time.Hour)
		change(t, d, at, before.ID, ticket.Patch{Status: patch(ticket.Pending), PendingReason: patch("user"), PendingUntil: patch(at.Add(48 * time.Hour)), Level: patch(2)})
		follow(t, d, at)
		if got := mark(t, d, before.ID); got.Goal != sla.FirstAnswer || got.Alarm != Late {
			t.Errorf("%+v", got)
		}
		// Contracts change for the tickets that are open.
		terms := contract.Default()
		terms.Targets[3] = contract.Target{Resolve: contract.Limit{Minutes: 60}}
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			_, err := contract.SetTerms(ctx, tx, journal.Agent(1), at, c.ID, c.Version, c.StartsOn, terms)
			return err
		})
		follow(t, d, at)
		if got := mark(t, d, before.ID); got.Goal != sla.Resolution || got.Alarm != Late {
			t.Errorf("%+v", got)
		}
		change(t, d, at, before.ID, ticket.Patch{Status: patch(ticket.Closed)})
		if next := follow(t, d, at); !next.IsZero() || mark(t, d, before.ID) != (Mark{}) {
			t.Errorf("a closed ticket is due at %s", next)
		}
	})
}

func TestOutOfThePerimeterHasNoClock(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		terms := contract.Default()
		terms.Perimeter.Scope = contract.Workstations
		agreed(t, d, terms)
		tk := opened(t, d, client)
		var server asset.Asset
		write(t, d, func(ctx context.Context, tx *db.Tx) (err error) {
			server, err = asset.Create(ctx, tx, journal.Agent(1), monday, asset.Asset{ClientID: client, Name: "SRV-1", Type: asset.Server})
			return err
		})
		follow(t, d, monday)
		if mark(t, d, tk.ID).DueAt.IsZero() {
			t.Error("doubtful is not out")
		}
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			_, err := ticket.Qualify(ctx, tx, journal.Agent(1), monday, tk.ID, 0, ticket.Qualification{Type: ticket.Incident, Impact: 1,
				Urgency: 1, Technicality: 1, AssetID: server.ID}, ticket.Patch{})
			return err
		})
		follow(t, d, monday)
		if got := mark(t, d, tk.ID); got != (Mark{}) {
			t.Errorf("%+v", got)
		}
		server.Type = asset.Workstation
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			_, err := asset.Update(ctx, tx, journal.Agent(1), monday, server)
			return err
		})
		follow(t, d, monday)
		if got := mark(t, d, tk.ID); !got.DueAt.Equal(monday.Add(30 * time.Minute)) { // P1 now
			t.Errorf("%+v", got)
		}
	})
}

func TestFactsOfALife(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		agreed(t, d, contract.Default())
		tk := opened(t, d, client)
		at := func(minutes int) time.Time { return monday.Add(time.Duration(minutes) * time.Minute) }
		say := func(minutes int, by journal.Actor, way ticket.Direction) (m ticket.Message) {
			write(t, d, func(ctx context.Context, tx *db.Tx) error {
				now, err := ticket.ByID(ctx, tx, tk.ID)
				if err != nil {
					return err
				}
				m, err = ticket.Add(ctx, tx, by, at(minutes), at(minutes), now, ticket.Message{Direction: way, At: at(minutes), Body: "Bonjour"})
				return err
			})
			return m
		}
		say(1, journal.System(), ticket.Auto) // the acknowledgement is no answer
		undone := say(2, journal.Agent(1), ticket.Out)
		write(t, d, func(ctx context.Context, tx *db.Tx) error { return ticket.Take(ctx, tx, undone.ID) })
		say(3, journal.Agent(1), ticket.Out)
		change(t, d, at(4), tk.ID, ticket.Patch{Status: patch(ticket.Pending), PendingReason: patch("user"), PendingUntil: patch(at(90))})
		change(t, d, at(5), tk.ID, ticket.Patch{PendingUntil: patch(at(120))})
		say(6, journal.Contact(8), ticket.In) // opens it again
		change(t, d, at(7), tk.ID, ticket.Patch{Level: patch(2)})
		change(t, d, at(8), tk.ID, ticket.Patch{Status: patch(ticket.Resolved)})
		change(t, d, at(9), tk.ID, ticket.Patch{Status: patch(ticket.Closed)})
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			_, err := ticket.Qualify(ctx, tx, journal.Agent(1), at(10), tk.ID, 0, ticket.Qualification{Type: ticket.Incident, Impact: 1, Urgency: 1, Technicality: 1, Major: true}, ticket.Patch{})
			return err
		})
		c, err := Of(t.Context(), d, tk, map[int64]string{1: "Léa Morin"})
		if err != nil {
			t.Fatal(err)
		}
		want := []sla.Fact{
			{At: monday, Kind: sla.Reported, Priority: ticket.DefaultPriority},
			{At: at(3), Kind: sla.Answered, By: "Léa Morin"},
			{At: at(4), Kind: sla.Held, By: "Léa Morin", Reason: "user", Until: at(90)},
			{At: at(5), Kind: sla.Held, By: "Léa Morin", Reason: "user", Until: at(120)},
			{At: at(6), Kind: sla.Worked},
			{At: at(7), Kind: sla.Raised, By: "Léa Morin"},
			{At: at(8), Kind: sla.Ended, By: "Léa Morin"},
			{At: at(9), Kind: sla.Ended, By: "Léa Morin"},
			{At: at(10), Kind: sla.Ranked, By: "Léa Morin", Priority: ticket.MajorPriority},
		}
		if !reflect.DeepEqual(c.Facts, want) {
			t.Errorf("%+v\nwant %+v", c.Facts, want)
		}
		for _, got := range sla.All(c, at(60)) {
			if got.State != sla.Met {
				t.Errorf("%+v", got)
			}
		}
	})
}
