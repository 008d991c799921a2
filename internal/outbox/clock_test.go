package outbox

import (
	"testing"
	"time"

	"guichet/internal/db"
	"guichet/internal/db/dbtest"
)

func (b *bench) look(l *loop) time.Duration {
	b.Helper()
	next, err := l.start(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	l.wg.Wait()
	return next
}

// T2: the clock goes back an hour or a day while an answer can still be undone, while one waits for its next try and
// while an errand does: none waits longer than it would have.
func TestAClockThatGoesBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for _, back := range []time.Duration{time.Hour, 24 * time.Hour} {
			b := newBench(t, d, map[string]string{"RCPT": "450 4.2.0 later"})
			b.moving(&copies{})
			b.later(48 * time.Hour)
			l := newLoop(d, b.opts)
			tried := b.enqueue("enora@client.example")
			for range 3 {
				b.look(l)
				b.later(pause(b.item(tried).Attempts))
			}
			b.later(-pause(3))
			held := b.enqueue("yann@client.example")
			b.holds(held, b.now().Add(10*time.Second))
			b.want(7, Junk, false)
			b.holds7(b.now().Add(pause(1)))
			b.look(l)
			b.later(-back)
			b.look(l)
			for id, most := range map[int64]time.Duration{tried: pause(3), held: pause(1)} {
				if wait := b.item(id).NotBefore.Sub(b.now()); wait > most || wait <= 0 {
					t.Errorf("back %s: waits %s, at most %s", back, wait, most)
				}
			}
			if wait := b.placeOf(7).due.Sub(b.now()); wait > time.Minute {
				t.Errorf("back %s: the errand waits %s", back, wait)
			}
			b.srv.tell("RCPT", "250 ok")
			b.later(pause(3))
			b.look(l)
			b.look(l)
			for _, id := range []int64{tried, held} {
				if it := b.item(id); it.State != Sent {
					t.Errorf("back %s: %s", back, it.State)
				}
			}
		}
	})
}

func (b *bench) holds(id int64, until time.Time) {
	b.Helper()
	if err := b.db.Write(b.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(b.Context(), "UPDATE outbox SET not_before = ? WHERE id = ?", until, id)
		return err
	}); err != nil {
		b.Fatal(err)
	}
}

func (b *bench) holds7(until time.Time) {
	b.Helper()
	if err := b.db.Write(b.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(b.Context(), "UPDATE mail_place SET due_at = ? WHERE mail_id = 7", until)
		return err
	}); err != nil {
		b.Fatal(err)
	}
}

// T2: a program that was away while the clock was set right finds what waits for a time far off.
func TestAClockThatWentBackWhileNobodyLooked(t *testing.T) {
	b := newBench(t, dbtest.Open(t), map[string]string{})
	id := b.enqueue("enora@client.example")
	b.holds(id, b.now().Add(24*time.Hour))
	b.look(newLoop(b.db, b.opts))
	if wait := b.item(id).NotBefore.Sub(b.now()); wait > time.Minute {
		t.Errorf("waits %s", wait)
	}
}

// T2: a day forward makes what waits due at once, and gives up nothing that was tried for less than two days.
func TestAClockThatGoesForward(t *testing.T) {
	b := newBench(t, dbtest.Open(t), map[string]string{"RCPT": "450 4.2.0 later"})
	l := newLoop(b.db, b.opts)
	id := b.enqueue("enora@client.example")
	b.look(l)
	b.later(24 * time.Hour)
	b.look(l)
	if it := b.item(id); it.State != Waiting || it.Attempts != 2 || it.NotBefore.Sub(b.now()) != pause(2) {
		t.Errorf("%s, %d attempts, next in %s", it.State, it.Attempts, it.NotBefore.Sub(b.now()))
	}
	b.srv.tell("RCPT", "250 ok")
	b.later(pause(2))
	b.look(l)
	if it := b.item(id); it.State != Sent || b.srv.count() != 1 {
		t.Errorf("%s, taken %d times", it.State, b.srv.count())
	}
}
