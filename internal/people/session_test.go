package people

import (
	"context"
	"testing"
	"time"

	"guichet/internal/db"
	"guichet/internal/db/dbtest"
	"guichet/internal/fault"
	"guichet/internal/journal"
	"guichet/internal/words"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func write(t testing.TB, d *db.DB, fn func(ctx context.Context, tx *db.Tx) error) {
	t.Helper()
	if err := d.Write(t.Context(), func(tx *db.Tx) error { return fn(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}

// refused runs a write that must fail, and returns the fault's key.
func refused(t testing.TB, d *db.DB, kind fault.Kind, fn func(ctx context.Context, tx *db.Tx) error) *fault.Error {
	t.Helper()
	err := d.Write(t.Context(), func(tx *db.Tx) error { return fn(t.Context(), tx) })
	e, ok := fault.As(err)
	if !ok || e.Kind != kind {
		t.Fatalf("got %v, want a fault of kind %s", err, kind)
	}
	return e
}

func kinds(t testing.TB, d *db.DB) map[string]int {
	t.Helper()
	all, err := journal.Since(t.Context(), d, 0, 100000)
	if err != nil {
		t.Fatal(err)
	}
	n := map[string]int{}
	for _, e := range all {
		n[e.Kind]++
	}
	return n
}

func lea(t testing.TB, d *db.DB) Agent {
	t.Helper()
	var a Agent
	write(t, d, func(ctx context.Context, tx *db.Tx) (err error) {
		a, err = CreateAgent(ctx, tx, journal.System(), noon, Agent{Name: "Léa Morin", Email: "lea@gardian.example", Language: words.French, Level: 1, Role: RoleAgent, Active: true})
		return err
	})
	return a
}

func enter(t testing.TB, d *db.DB, now time.Time, ticket string) (token string, s Session, alarm bool) {
	t.Helper()
	write(t, d, func(ctx context.Context, tx *db.Tx) (err error) {
		token, s, alarm, err = UseEntry(ctx, tx, now, ticket, "Firefox on Windows")
		return err
	})
	return token, s, alarm
}

func ticketFor(t testing.TB, d *db.DB, agent int64, kind string) (ticket string) {
	t.Helper()
	write(t, d, func(ctx context.Context, tx *db.Tx) (err error) {
		ticket, err = NewEntry(ctx, tx, journal.Agent(agent), noon, agent, kind)
		return err
	})
	return ticket
}

func TestATicketOpensOneSession(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a := lea(t, d)
		token, s, alarm := enter(t, d, noon.Add(59*time.Second), ticketFor(t, d, a.ID, KindWindow))
		if alarm || len(token) != 43 || s.AgentID != a.ID {
			t.Fatalf("token %q, session %+v, alarm %v", token, s, alarm)
		}
		got, who, err := SessionByToken(t.Context(), d, noon.Add(time.Hour), token)
		if err != nil || got != s || who.ID != a.ID {
			t.Fatalf("SessionByToken = %+v, %+v, %v", got, who, err)
		}
		if _, _, err := SessionByToken(t.Context(), d, noon, token+"x"); !fault.Is(err, fault.Refused) {
			t.Errorf("another token: %v", err)
		}
		if _, _, err := SessionByToken(t.Context(), d, noon.Add(idle+time.Hour), token); !fault.Is(err, fault.Refused) {
			t.Errorf("an expired session: %v", err)
		}
	})
}

func TestATicketUsedTwiceEndsTheSessionAndSaysSo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a := lea(t, d)
		ticket := ticketFor(t, d, a.ID, KindLink)
		token, s, _ := enter(t, d, noon, ticket)
		second, again, alarm := enter(t, d, noon.Add(time.Second), ticket)
		if !alarm || second != "" || again.ID != s.ID || again.RevokedAt.IsZero() {
			t.Fatalf("token %q, session %+v, alarm %v", second, again, alarm)
		}
		if _, _, err := SessionByToken(t.Context(), d, noon.Add(time.Second), token); !fault.Is(err, fault.Refused) {
			t.Errorf("the first session still holds: %v", err)
		}
		if n := kinds(t, d); n["session.alarm"] != 1 || n["session.revoked"] != 1 || n["agent.link"] != 1 {
			t.Errorf("journal %v", n)
		}
	})
}

func TestTicketsThatOpenNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a := lea(t, d)
		window, link := ticketFor(t, d, a.ID, KindWindow), ticketFor(t, d, a.ID, KindLink)
		for _, c := range []struct {
			name, ticket, key string
			at                time.Time
		}{
			{"unknown", "nothing", "people.err.entry", noon},
			{"window late", window, "people.err.entry_late", noon.Add(time.Minute)},
			{"link late", link, "people.err.entry_late", noon.Add(24 * time.Hour)},
		} {
			e := refused(t, d, fault.Refused, func(ctx context.Context, tx *db.Tx) error {
				_, _, _, err := UseEntry(ctx, tx, c.at, c.ticket, "")
				return err
			})
			if e.Key != c.key {
				t.Errorf("%s: %s", c.name, e.Key)
			}
		}
	})
}

func TestTouchStoresOnceAMinuteAndMovesTheEnd(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a := lea(t, d)
		_, s, _ := enter(t, d, noon, ticketFor(t, d, a.ID, KindWindow))
		for _, after := range []time.Duration{30 * time.Second, time.Hour, time.Hour + 59*time.Second} {
			write(t, d, func(ctx context.Context, tx *db.Tx) error { return TouchSession(ctx, tx, noon.Add(after), s.ID) })
		}
		list, err := Sessions(t.Context(), d, noon.Add(2*time.Hour), a.ID)
		if err != nil || len(list) != 1 || !list[0].SeenAt.Equal(noon.Add(time.Hour)) || !list[0].ExpiresAt.Equal(noon.Add(time.Hour+idle)) {
			t.Errorf("Sessions = %+v, %v", list, err)
		}
		if list[0].Stale(noon.Add(time.Hour+59*time.Second)) || !list[0].Stale(noon.Add(time.Hour+time.Minute)) {
			t.Error("Stale does not turn at one minute")
		}
	})
}

func TestAnAgentWhoLeavesLosesSessionsAndLinks(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		lea(t, d)
		var b Agent
		write(t, d, func(ctx context.Context, tx *db.Tx) (err error) {
			b, err = CreateAgent(ctx, tx, journal.System(), noon, Agent{Name: "Hugo", Email: "Hugo@Gardian.Example", Language: words.English, Level: 2, Role: RoleAgent, Active: true})
			return err
		})
		token, _, _ := enter(t, d, noon, ticketFor(t, d, b.ID, KindLink))
		link := ticketFor(t, d, b.ID, KindLink)
		b.Active = false
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			_, err := UpdateAgent(ctx, tx, journal.System(), noon.Add(time.Minute), b)
			return err
		})
		if _, _, err := SessionByToken(t.Context(), d, noon.Add(time.Minute), token); !fault.Is(err, fault.Refused) {
			t.Errorf("session: %v", err)
		}
		refused(t, d, fault.Refused, func(ctx context.Context, tx *db.Tx) error {
			_, _, _, err := UseEntry(ctx, tx, noon.Add(2*time.Minute), link, "")
			return err
		})
		refused(t, d, fault.Refused, func(ctx context.Context, tx *db.Tx) error {
			_, err := NewEntry(ctx, tx, journal.System(), noon, b.ID, KindLink)
			return err
		})
		write(t, d, func(ctx context.Context, tx *db.Tx) error { return ForgetOld(ctx, tx, noon.Add(3*idle)) })
		if n, err := db.Value[int64](t.Context(), d, "SELECT (SELECT COUNT(*) FROM session) + (SELECT COUNT(*) FROM entry)"); err != nil || n != 0 {
			t.Errorf("%d rows are left, %v", n, err)
		}
	})
}
