package outbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"testing"
	"time"

	"guichet/internal/db"
	"guichet/internal/db/dbtest"
	"guichet/internal/fault"
	"guichet/internal/journal"
	"guichet/internal/mail/wire"
)

// sentFolder is a Sent folder as a mailbox's server keeps it.
type sentFolder struct {
	mu     sync.Mutex
	copies int
	asked  int
	fails  error // of both
	loses  bool  // the answer to a copy that was stored
}

func (f *sentFolder) keep(_ context.Context, raw io.Reader, size int64) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.fails != nil {
		return f.fails
	}
	if n, err := io.Copy(io.Discard, raw); err != nil || n != size {
		return fmt.Errorf("%d of %d bytes: %w", n, size, err)
	}
	f.copies++
	if f.loses {
		return errors.New("the connection broke")
	}
	return nil
}

func (f *sentFolder) went(context.Context, string) (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked++
	return f.copies > 0, f.fails
}

// filing gives the bench's mailbox a Sent folder that we fill, or the server does.
func (b *bench) filing(f *sentFolder, ours bool) {
	route := b.opts.Route
	b.opts.Route = func(ctx context.Context, id int64) (Route, error) {
		r, err := route(ctx, id)
		r.Went = f.went
		if ours {
			r.Keep = f.keep
		}
		return r, err
	}
}

// restarted is what a new run of the loop does before anything else.
func (b *bench) restarted() {
	b.Helper()
	if err := putRight(b.Context(), b.db, b.opts); err != nil {
		b.Fatal(err)
	}
}

// errands runs what is due of them, as the loop does.
func (b *bench) errands() {
	b.Helper()
	ids, err := db.Values[int64](b.Context(), b.db, "SELECT id FROM outbox WHERE errand <> '' AND errand_at <= ?", b.now())
	if err != nil {
		b.Fatal(err)
	}
	for _, id := range ids {
		if err := newLoop(b.db, b.opts).errand(b.Context(), id); err != nil {
			b.Fatal(err)
		}
	}
}

func (b *bench) settle(id int64, sent bool) error {
	return b.db.Write(b.Context(), func(tx *db.Tx) error {
		_, err := Settle(b.Context(), tx, journal.Agent(1), b.now(), id, sent)
		return err
	})
}

func TestACopyThatFailsIsTriedAgainAndTheMailIsNot(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, f := newBench(t, d, map[string]string{}), &sentFolder{fails: errors.New("imap is away")}
		b.filing(f, true)
		id := b.enqueue("enora@client.example")
		if it := b.try(id); it.State != Sent || it.Errand != Copy {
			t.Fatalf("%s, owed %q", it.State, it.Errand)
		}
		for range 3 {
			b.errands()
			b.restarted()
			b.later(time.Hour)
		}
		f.fails = nil
		b.errands()
		for range 3 {
			b.later(time.Hour)
			b.errands()
		}
		if it := b.item(id); it.State != Sent || it.Errand != "" || f.copies != 1 || b.srv.count() != 1 {
			t.Errorf("%s, owed %q, %d copies, sent %d times", it.State, it.Errand, f.copies, b.srv.count())
		}
	})
}

// The server stored the copy and its answer was lost: the next try finds it.
func TestACopyWhoseAnswerIsLostIsNotMadeTwice(t *testing.T) {
	b, f := newBench(t, dbtest.Open(t), map[string]string{}), &sentFolder{loses: true}
	b.filing(f, true)
	id := b.enqueue("enora@client.example")
	b.try(id)
	for range 3 {
		b.errands()
		b.later(time.Hour)
	}
	if it := b.item(id); it.Errand != "" || f.copies != 1 {
		t.Errorf("owed %q, %d copies", it.Errand, f.copies)
	}
}

func TestAMailThatReachesItsRecipientsInTwoTriesIsCopiedOnce(t *testing.T) {
	b, f := newBench(t, dbtest.Open(t), map[string]string{"slow@client.example": "450 4.2.0 later"}), &sentFolder{}
	b.filing(f, true)
	id := b.enqueue("good@client.example", "slow@client.example")
	b.try(id)
	b.errands()
	b.srv.tell("slow@client.example", "250 ok")
	b.later(time.Hour)
	it := b.try(id)
	b.errands()
	if it.State != Sent || f.copies != 1 || b.srv.count() != 2 {
		t.Errorf("%s, %d copies, sent %d times", it.State, f.copies, b.srv.count())
	}
}

func TestACopyIsGivenUpInWords(t *testing.T) {
	b, f := newBench(t, dbtest.Open(t), map[string]string{}), &sentFolder{fails: errors.New("no such folder")}
	b.filing(f, true)
	id := b.enqueue("enora@client.example")
	b.try(id)
	for range errandTries + 5 {
		b.errands()
		b.later(3 * time.Hour)
	}
	told, err := journal.OfTicket(t.Context(), b.db, 5)
	if err != nil {
		t.Fatal(err)
	}
	kinds := []string{}
	for _, e := range told {
		kinds = append(kinds, e.Kind)
	}
	if it := b.item(id); !slices.Equal(kinds, []string{"outbox.sent", "outbox.uncopied"}) || it.State != Sent || it.Errand != "" {
		t.Errorf("%v, %s, owed %q", kinds, it.State, it.Errand)
	}
}

// E1: what is uncertain is looked for in the Sent folder that the server fills, at
// once, later, and by the next start of the program.
func TestWhatIsUncertainIsLookedFor(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, f := newBench(t, d, map[string]string{"DOT": ""}), &sentFolder{}
		b.filing(f, false)
		id := b.enqueue("enora@client.example")
		b.try(id)
		b.errands()
		b.later(time.Hour)
		b.errands()
		if it := b.item(id); it.State != Uncertain || f.asked != 2 {
			t.Fatalf("not found %d times, it is %s", f.asked, it.State)
		}
		b.restarted()
		b.errands()
		if it := b.item(id); it.State != Uncertain || f.asked != 3 {
			t.Fatalf("after a start, asked %d times, it is %s", f.asked, it.State)
		}
		f.copies = 1
		b.later(time.Hour)
		b.errands()
		if it := b.item(id); it.State != Sent || it.Errand != "" || it.SentAt.IsZero() || b.srv.count() != 1 {
			t.Errorf("found, it is %s, owed %q, sent %d times", it.State, it.Errand, b.srv.count())
		}
	})
}

// A crash in the middle of the end of a mail, as the next start finds it.
func TestACrashAfterTheDotIsCleared(t *testing.T) {
	for found, want := range map[int]State{0: Uncertain, 1: Sent} {
		b, f := newBench(t, dbtest.Open(t), map[string]string{}), &sentFolder{copies: found}
		b.filing(f, false)
		id := b.enqueue("enora@client.example")
		err := b.db.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), "UPDATE outbox SET state = 'data-sent' WHERE id = ?", id)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		b.restarted()
		b.errands()
		if it := b.item(id); it.State != want || b.srv.count() != 0 {
			t.Errorf("found %d: %s, sent %d times", found, it.State, b.srv.count())
		}
	}
}

// A copy of what reached one recipient proves nothing about the others.
func TestACopyOfAnEarlierTryProvesNothing(t *testing.T) {
	b, f := newBench(t, dbtest.Open(t), map[string]string{"slow@client.example": "450 4.2.0 later"}), &sentFolder{copies: 1}
	b.filing(f, false)
	id := b.enqueue("good@client.example", "slow@client.example")
	b.try(id)
	b.srv.tell("slow@client.example", "250 ok")
	b.srv.tell("DOT", "")
	b.later(time.Hour)
	b.try(id)
	b.restarted()
	b.errands()
	if it := b.item(id); it.State != Uncertain || f.asked != 0 {
		t.Errorf("%s, asked %d times", it.State, f.asked)
	}
}

// What a person says arrived gets its copy, where it is not there already.
func TestWhatAPersonSettlesIsFiledOnce(t *testing.T) {
	for there, want := range map[int]int{0: 1, 1: 1} {
		b, f := newBench(t, dbtest.Open(t), map[string]string{"DOT": ""}), &sentFolder{}
		b.filing(f, true)
		id := b.enqueue("enora@client.example")
		b.try(id)
		if err := b.settle(id, true); err != nil {
			t.Fatal(err)
		}
		f.copies = there
		b.errands()
		if it := b.item(id); it.Errand != "" || f.copies != want {
			t.Errorf("%d there before: owed %q, %d copies", there, it.Errand, f.copies)
		}
		if err := b.settle(id, true); !fault.Is(err, fault.Conflict) {
			t.Errorf("settled twice: %v", err)
		}
	}
}

// However many mails wait for a mailbox whose server is slow, another mailbox's
// are sent.
func TestAMailboxWithAHeapOfMailsDelaysNoOther(t *testing.T) {
	b := newBench(t, dbtest.Open(t), map[string]string{})
	b.opts.Now = time.Now
	b.srv.held = make(chan chan struct{})
	other := script(t, map[string]string{})
	first := b.opts.Route
	b.opts.Route = func(ctx context.Context, id int64) (Route, error) {
		r, err := first(ctx, id)
		if id == 2 {
			r.SMTP = wire.Server{Host: "127.0.0.1", Port: other.port(), Security: wire.None}
		}
		return r, err
	}
	for i := range 260 {
		b.enqueue(fmt.Sprintf("c%d@client.example", i))
	}
	last := b.enqueue("enora@client.example")
	err := b.db.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), "UPDATE outbox SET mailbox_id = 2, not_before = not_before + 1000 WHERE id = ?", last)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- Run(ctx, b.db, b.opts) }()
	let := <-b.srv.held // the first mail of the heap, and the others behind it
	for {
		changed := b.db.Changed()
		if b.item(last).State == Sent {
			break
		}
		<-changed
	}
	if n := b.srv.count(); n != 0 {
		t.Errorf("%d of the heap went first", n)
	}
	stop()
	close(let)
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
