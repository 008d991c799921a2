package web

import (
	"context"
	"testing"
	"time"

	"guichet/internal/db"
	"guichet/internal/journal"
	"guichet/internal/people"
)

// T2: a session and its cookie outlive a clock that is set back or forward, and the machine's sleep; a way in that
// waited too long is refused, and the next one opens.
func TestSessionsOutliveTheClock(t *testing.T) {
	k := newDesk(t)
	k.box()
	id := idOf(k.arrives(plainMail).TicketID)
	for _, by := range []time.Duration{-time.Hour, 2 * time.Hour, 24 * time.Hour, -24 * time.Hour, 8 * time.Hour, -25 * time.Hour} {
		k.now = k.now.Add(by)
		if k.ticket(id).ID != id {
			t.Fatalf("after %s", by)
		}
		var sessions struct{ Items []struct{ ID string } }
		k.call(200, "GET", "/api/sessions", nil, &sessions)
		if len(sessions.Items) != 1 {
			t.Errorf("after %s: %d sessions", by, len(sessions.Items))
		}
		k.call(200, "POST", "/api/tickets/"+string(id)+"/notes", map[string]any{"text": "Vu."}, nil)
	}
	var ticket string
	k.write(func(ctx context.Context, tx *db.Tx) (err error) {
		ticket, err = people.NewEntry(ctx, tx, journal.System(), k.now, k.agent.ID, people.KindWindow)
		return err
	})
	k.now = k.now.Add(8 * time.Hour)
	err := k.db.Write(t.Context(), func(tx *db.Tx) error {
		_, _, _, err := people.UseEntry(t.Context(), tx, k.now, ticket, "test")
		return err
	})
	if err == nil {
		t.Error("a way in that slept for eight hours opens")
	}
	k.token = k.enter(k.agent.ID)
	k.ticket(id)
}
