package outbox

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"guichet/internal/db"
	"guichet/internal/db/dbtest"
	"guichet/internal/journal"
)

// copies is a server on which a mail's copy is moved.
type copies struct {
	asked  []Place
	fails  error
	during func()
}

func (b *bench) moving(c *copies) {
	route := b.opts.Route
	b.opts.Route = func(ctx context.Context, id int64) (Route, error) {
		r, err := route(ctx, id)
		r.Put = func(_ context.Context, mail int64, to Place) error {
			if c.during != nil {
				c.during()
			}
			c.asked = append(c.asked, to)
			return c.fails
		}
		return r, err
	}
}

func (b *bench) want(mail int64, to Place, onlyNoted bool) {
	b.Helper()
	if err := b.db.Write(b.Context(), func(tx *db.Tx) error { return Want(b.Context(), tx, b.now(), mail, 1, to, onlyNoted) }); err != nil {
		b.Fatal(err)
	}
}

// moves runs what is due, as the loop does.
func (b *bench) moves() {
	b.Helper()
	ids, err := db.Values[int64](b.Context(), b.db, "SELECT mail_id FROM mail_place WHERE due_at <= ?", b.now())
	if err != nil {
		b.Fatal(err)
	}
	for _, id := range ids {
		if err := newLoop(b.db, b.opts).move(b.Context(), id); err != nil {
			b.Fatal(err)
		}
	}
}

type placeRow struct {
	place, wanted, problem string
	due                    time.Time
	tries                  int
}

func (b *bench) placeOf(mail int64) placeRow {
	b.Helper()
	r, err := db.One(b.Context(), b.db, func(r *placeRow) []any { return []any{&r.place, &r.wanted, &r.problem, &r.due, &r.tries} },
		"SELECT place, wanted, problem, due_at, tries FROM mail_place WHERE mail_id = ?", mail)
	if err != nil {
		b.Fatal(err)
	}
	return r
}

func TestACopyIsMovedAndMovedBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, c := newBench(t, d, map[string]string{}), &copies{}
		b.moving(c)
		b.want(8, Home, true)
		b.want(7, Junk, false)
		if n, err := db.Value[int64](t.Context(), d, "SELECT COUNT(*) FROM mail_place"); err != nil || n != 1 {
			t.Fatalf("%d rows, %v", n, err)
		}
		b.moves()
		if r := b.placeOf(7); r.place != "junk" || !r.due.IsZero() || r.tries != 0 {
			t.Errorf("%+v", r)
		}
		b.want(7, Home, true)
		b.moves()
		b.moves()
		if r := b.placeOf(7); r.place != "home" || !r.due.IsZero() || !slices.Equal(c.asked, []Place{Junk, Home}) {
			t.Errorf("%+v, %v", r, c.asked)
		}
		told, err := journal.Of(t.Context(), d, "mail", 7)
		if err != nil || len(told) != 2 || told[0].Kind != "mail.placed" {
			t.Errorf("%+v, %v", told, err)
		}
	})
}

// It is tried like any errand, says why it fails, and ends.
func TestAMoveThatFailsIsTriedAgainThenGivenUp(t *testing.T) {
	b, c := newBench(t, dbtest.Open(t), map[string]string{}), &copies{fails: errors.New("refused")}
	b.moving(c)
	b.want(7, Junk, false)
	b.moves()
	if r := b.placeOf(7); r.place != "home" || r.problem == "" || r.due.Sub(b.now()) != pause(1) {
		t.Errorf("%+v", r)
	}
	for range errandTries {
		b.later(3 * time.Hour)
		b.moves()
	}
	if r := b.placeOf(7); len(c.asked) != errandTries || !r.due.IsZero() || r.problem == "" {
		t.Errorf("%d tries, %+v", len(c.asked), r)
	}
	told, err := journal.Of(t.Context(), b.db, "mail", 7)
	if err != nil || len(told) != 2 {
		t.Errorf("told %d times, %v", len(told), err)
	}
	c.fails = nil
	b.want(7, Junk, false)
	b.moves()
	if r := b.placeOf(7); r.place != "junk" || r.problem != "" {
		t.Errorf("%+v", r)
	}
}

// What is undone while the copy moves is moved back.
func TestAMoveThatIsUndoneMeanwhile(t *testing.T) {
	b := newBench(t, dbtest.Open(t), map[string]string{})
	c := &copies{during: func() { b.want(7, Home, true) }}
	b.moving(c)
	b.want(7, Junk, false)
	b.moves()
	if r := b.placeOf(7); r.place != "junk" || r.wanted != "home" || r.due.IsZero() {
		t.Fatalf("%+v", r)
	}
	c.during = nil
	b.moves()
	if r := b.placeOf(7); r.place != "home" || !slices.Equal(c.asked, []Place{Junk, Home}) {
		t.Errorf("%+v, %v", r, c.asked)
	}
}

// Where copies are left alone nothing is asked of the server.
func TestNoCopyIsMovedWhereTheyAreLeft(t *testing.T) {
	b := newBench(t, dbtest.Open(t), map[string]string{})
	b.want(7, Junk, false)
	b.moves()
	if r := b.placeOf(7); r.place != "home" || !r.due.IsZero() {
		t.Errorf("%+v", r)
	}
}

func TestTheFolderForSpamIsFollowed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d, map[string]string{})
		do := func(fn func(ctx context.Context, tx *db.Tx) error) {
			t.Helper()
			if err := d.Write(t.Context(), func(tx *db.Tx) error { return fn(t.Context(), tx) }); err != nil {
				t.Fatal(err)
			}
		}
		left := func() (yes bool) {
			t.Helper()
			do(func(ctx context.Context, tx *db.Tx) (err error) { yes, err = LeftJunk(ctx, tx, 7); return err })
			return yes
		}
		found := func() { do(func(ctx context.Context, tx *db.Tx) error { return InJunk(ctx, tx, 7, 1) }) }
		if left() {
			t.Error("a mail that never was there has left")
		}
		found()
		b.want(7, Home, true)
		if left() {
			t.Error("we wanted it home ourselves")
		}
		found() // seen once more before the errand ran
		if r := b.placeOf(7); r.wanted != "home" || r.due.IsZero() {
			t.Errorf("%+v", r)
		}
		b.moving(&copies{})
		b.moves()
		found()
		if r := b.placeOf(7); r.place != "junk" || r.wanted != "junk" {
			t.Errorf("%+v", r)
		}
		if !left() || left() {
			t.Error("it leaves once")
		}
	})
}
