package outbox

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"guichet/internal/blob"
	"guichet/internal/db"
	"guichet/internal/db/dbtest"
	"guichet/internal/fault"
	"guichet/internal/journal"
	"guichet/internal/mail/wire"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// scripted is an SMTP server that answers each verb as it is told. An answer of
// "" hangs up instead. It keeps what it took to the end.
type scripted struct {
	t  *testing.T
	ln net.Listener

	mu    sync.Mutex
	says  map[string]string // by verb; "DOT" answers the end of the text
	taken []string
	held  chan chan struct{} // where set, the end of a text waits to be let go
}

func script(t *testing.T, says map[string]string) *scripted {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &scripted{t: t, ln: ln, says: says}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			s.talk(c)
		}
	}()
	t.Cleanup(func() {
		if err := ln.Close(); err != nil {
			t.Error(err)
		}
		<-done
	})
	return s
}

func (s *scripted) say(verb, usual string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if v, ok := s.says[verb]; ok {
		return v
	}
	return usual
}

func (s *scripted) tell(verb, answer string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.says[verb] = answer
}

func (s *scripted) talk(c net.Conn) {
	defer c.Close()
	r := bufio.NewReader(c)
	put := func(line string) bool {
		_, err := io.WriteString(c, line+"\r\n")
		return err == nil && line != ""
	}
	put("220 mx.example")
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		verb := strings.ToUpper(strings.Fields(line + " x")[0])
		switch verb {
		case "EHLO":
			put("250 mx.example")
		case "RCPT":
			address := line[strings.Index(line, "<")+1 : strings.Index(line, ">")]
			if !put(s.say(address, s.say("RCPT", "250 ok"))) {
				return
			}
		case "DATA":
			if answer := s.say("DATA", "354 go on"); !put(answer) {
				return
			} else if answer[0] != '3' {
				continue
			}
			var text strings.Builder
			for {
				line, err := r.ReadString('\n')
				if err != nil {
					return
				}
				if line == ".\r\n" {
					break
				}
				text.WriteString(line)
			}
			if s.held != nil {
				let := make(chan struct{})
				s.held <- let
				<-let
			}
			if answer := s.say("DOT", "250 queued"); answer != "" && answer[0] != '2' {
				put(answer)
				continue
			}
			s.mu.Lock()
			s.taken = append(s.taken, text.String())
			s.mu.Unlock()
			if !put(s.say("DOT", "250 queued")) {
				return
			}
		case "QUIT":
			put("221 bye")
			return
		default:
			if !put(s.say(verb, "250 ok")) {
				return
			}
		}
	}
}

func (s *scripted) port() int { return s.ln.Addr().(*net.TCPAddr).Port }

func (s *scripted) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.taken)
}

// bench is an outbox with one item on a desk whose clock the test turns.
type bench struct {
	*testing.T
	db   *db.DB
	srv  *scripted
	mu   sync.Mutex
	at   time.Time
	opts Options
}

func newBench(t *testing.T, d *db.DB, says map[string]string) *bench {
	b := &bench{T: t, db: d, srv: script(t, says), at: noon}
	b.opts = Options{Blobs: t.TempDir(), Log: slog.New(slog.DiscardHandler), Now: b.now,
		Route: func(context.Context, int64) (Route, error) {
			return Route{SMTP: wire.Server{Host: "127.0.0.1", Port: b.srv.port(), Security: wire.None}, Hello: "desk.example", From: "support@msp.example"}, nil
		},
		Render: func(context.Context, Item) ([]byte, error) { return []byte("Subject: accusé\r\n\r\nreçu\r\n"), nil }}
	return b
}

func (b *bench) now() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.at
}

// later turns the clock.
func (b *bench) later(by time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.at = b.at.Add(by)
}

func (b *bench) enqueue(to ...string) int64 {
	b.Helper()
	var it Item
	c, err := blob.Of(b.opts.Blobs, []byte("Subject: x\r\nMessage-ID: <m@d>\r\n\r\nBonjour\r\n"))
	if err != nil {
		b.Fatal(err)
	}
	err = b.db.Write(b.Context(), func(tx *db.Tx) (err error) {
		if err = blob.Put(b.Context(), tx, noon, c); err != nil {
			return err
		}
		it = Item{Kind: Answer, TicketID: 5, MailboxID: 1, Raw: c.Hash, Size: c.Size, RFCID: "m@d", NotBefore: b.now()}
		for _, a := range to {
			it.Recipients = append(it.Recipients, Recipient{Address: a})
		}
		it, err = Enqueue(b.Context(), tx, b.now(), it.Once())
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return it.ID
}

// try does what the loop does when an item is due, once.
func (b *bench) try(id int64) Item {
	b.Helper()
	if err := newLoop(b.db, b.opts).send(b.Context(), id); err != nil {
		b.Fatal(err)
	}
	return b.item(id)
}

func (b *bench) item(id int64) Item {
	b.Helper()
	it, err := ByID(b.Context(), b.db, id)
	if err != nil {
		b.Fatal(err)
	}
	return it
}

func TestAnswersOfTheServer(t *testing.T) {
	for _, c := range []struct {
		name  string
		says  map[string]string
		state State
		key   string
	}{
		{"taken", nil, Sent, ""},
		{"greylisted", map[string]string{"RCPT": "450 4.2.0 later"}, Waiting, ""},
		{"no such user", map[string]string{"RCPT": "550 5.1.1 no such user"}, Failed, ""},
		{"sender refused", map[string]string{"MAIL": "550 5.7.1 not you"}, Failed, "wire.err.smtp_from"},
		{"busy at MAIL", map[string]string{"MAIL": "451 4.3.0 busy"}, Waiting, "wire.err.smtp_from"},
		{"refused at DATA", map[string]string{"DATA": "554 5.7.0 spam"}, Failed, "wire.err.smtp_data"},
		{"refused after the dot", map[string]string{"DOT": "554 5.7.0 spam"}, Failed, ""},
		{"put off after the dot", map[string]string{"DOT": "452 4.3.1 full"}, Waiting, ""},
		{"hung up at MAIL", map[string]string{"MAIL": ""}, Waiting, ""},
		{"hung up at DATA", map[string]string{"DATA": ""}, Waiting, ""},
		{"hung up after the dot", map[string]string{"DOT": ""}, Uncertain, "outbox.err.uncertain"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				if c.says == nil {
					c.says = map[string]string{}
				}
				b := newBench(t, d, c.says)
				it := b.try(b.enqueue("enora@client.example"))
				if it.State != c.state || c.key != "" && it.Problem.Key != c.key {
					t.Errorf("state %s, problem %+v", it.State, it.Problem)
				}
				if c.state == Waiting && !it.NotBefore.Equal(noon.Add(30*time.Second)) {
					t.Errorf("tried again at %v", it.NotBefore)
				}
				if c.state == Failed && it.Problem.Server == "" {
					t.Error("the server's words are lost")
				}
				told, err := journal.OfTicket(t.Context(), d, 5)
				if err != nil || (len(told) == 1) != (c.state != Waiting) {
					t.Errorf("the timeline says %+v, %v", told, err)
				}
			})
		})
	}
}

// E1: what may have arrived is never sent again by itself.
func TestAnUncertainMailIsLeftToAPerson(t *testing.T) {
	b := newBench(t, dbtest.Open(t), map[string]string{"DOT": ""})
	id := b.enqueue("enora@client.example")
	b.try(id)
	b.srv.tell("DOT", "250 ok")
	for range 5 {
		b.later(24 * time.Hour)
		b.try(id)
	}
	if n := b.srv.count(); n != 1 {
		t.Fatalf("the server has it %d times", n)
	}
	settle := func(sent bool) error {
		return b.db.Write(t.Context(), func(tx *db.Tx) error {
			_, err := Settle(t.Context(), tx, journal.Agent(1), b.now(), id, sent)
			return err
		})
	}
	if err := settle(false); err != nil {
		t.Fatal(err)
	}
	if it := b.try(id); it.State != Sent || b.srv.count() != 2 {
		t.Errorf("said not to have arrived: %s, taken %d times", it.State, b.srv.count())
	}
	if err := settle(true); !fault.Is(err, fault.Conflict) {
		t.Errorf("settled twice: %v", err)
	}
}

// E5: a crash is told from what is stored, in each state.
func TestWhatACrashLeaves(t *testing.T) {
	for stored, want := range map[State]State{Sending: Waiting, DataSent: Uncertain, Waiting: Waiting, Sent: Sent} {
		b := newBench(t, dbtest.Open(t), map[string]string{})
		id := b.enqueue("enora@client.example")
		err := b.db.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), "UPDATE outbox SET state = ? WHERE id = ?", string(stored), id)
			return err
		})
		if err := errors.Join(err, putRight(t.Context(), b.db, b.opts)); err != nil {
			t.Fatal(err)
		}
		if it := b.item(id); it.State != want {
			t.Errorf("left %s: %s, want %s", stored, it.State, want)
		}
	}
}

// E3: the good recipients get it once, whatever becomes of the bad ones.
func TestRecipientsOneByOne(t *testing.T) {
	b := newBench(t, dbtest.Open(t), map[string]string{"bad@client.example": "550 5.1.1 no", "slow@client.example": "450 4.2.0 later"})
	id := b.enqueue("good@client.example", "bad@client.example", "slow@client.example", "good@client.example")
	it := b.try(id)
	states := fmt.Sprint(it.Recipients)
	if it.State != Waiting || !strings.Contains(states, "good@client.example sent") || !strings.Contains(states, "bad@client.example failed") {
		t.Fatalf("%s %s", it.State, states)
	}
	b.srv.tell("slow@client.example", "250 ok")
	b.later(time.Hour)
	if it = b.try(id); it.State != Failed || it.Recipients[2].State != Sent {
		t.Errorf("%s %+v", it.State, it.Recipients)
	}
	b.srv.tell("bad@client.example", "250 ok")
	err := b.db.Write(t.Context(), func(tx *db.Tx) error { _, err := Retry(t.Context(), tx, journal.Agent(1), b.now(), id); return err })
	if err != nil {
		t.Fatal(err)
	}
	if it = b.try(id); it.State != Sent || b.srv.count() != 3 {
		t.Errorf("after a retry: %s, %d sendings", it.State, b.srv.count())
	}
}

func TestItGivesUpAfterTwoDays(t *testing.T) {
	b := newBench(t, dbtest.Open(t), map[string]string{"MAIL": "451 4.3.0 busy"})
	id := b.enqueue("enora@client.example")
	tries := 0
	for b.item(id).State == Waiting {
		b.later(max(0, b.item(id).NotBefore.Sub(b.now())))
		b.try(id)
		tries++
	}
	it := b.item(id)
	if it.State != Failed || it.Problem.Key != "outbox.err.too_long" || b.now().Sub(noon) < patience || tries < 20 || tries > 60 {
		t.Errorf("%s after %d tries and %v: %+v", it.State, tries, b.now().Sub(noon), it.Problem)
	}
}

func TestUndoOnlyBeforeItLeaves(t *testing.T) {
	b := newBench(t, dbtest.Open(t), map[string]string{})
	undo := func(id int64) error {
		return b.db.Write(t.Context(), func(tx *db.Tx) error { _, err := Undo(t.Context(), tx, id); return err })
	}
	id := b.enqueue("enora@client.example")
	if err := undo(id); err != nil {
		t.Fatal(err)
	}
	if it := b.try(id); it.State != Cancelled || b.srv.count() != 0 {
		t.Errorf("an undone mail: %s, %d", it.State, b.srv.count())
	}
	id = b.enqueue("enora@client.example")
	b.try(id)
	if err := undo(id); !fault.Is(err, fault.Conflict) {
		t.Errorf("undone after it left: %v", err)
	}
}

// Tried once, somebody may have it, and its draft is gone: a person who has it
// tried again can't undo it any more.
func TestNoUndoAfterATry(t *testing.T) {
	for name, says := range map[string]map[string]string{"retried": {"MAIL": "550 5.7.1 no"}, "settled": {"DOT": ""}} {
		b := newBench(t, dbtest.Open(t), says)
		id := b.enqueue("enora@client.example")
		b.try(id)
		err := b.db.Write(t.Context(), func(tx *db.Tx) (err error) {
			if name == "retried" {
				_, err = Retry(t.Context(), tx, journal.Agent(1), b.now(), id)
			} else {
				_, err = Settle(t.Context(), tx, journal.Agent(1), b.now(), id, false)
			}
			if err == nil {
				_, err = Undo(t.Context(), tx, id)
			}
			return err
		})
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("%s: undone: %v", name, err)
		}
	}
}

// What the server refused or put off before the connection broke is not in doubt,
// and a person's word on the others does not say that it arrived.
func TestOnlyWhatWasTakenIsUncertain(t *testing.T) {
	b := newBench(t, dbtest.Open(t), map[string]string{"bad@client.example": "550 5.1.1 no", "slow@client.example": "450 4.2.0 later", "DOT": ""})
	id := b.enqueue("bad@client.example", "good@client.example", "slow@client.example")
	states := func(it Item) string {
		text := string(it.State)
		for _, r := range it.Recipients {
			text += " " + string(r.State)
		}
		return text
	}
	if got := states(b.try(id)); got != "uncertain failed uncertain waiting" {
		t.Fatal(got)
	}
	err := b.db.Write(t.Context(), func(tx *db.Tx) error {
		_, err := Settle(t.Context(), tx, journal.Agent(1), b.now(), id, true)
		return err
	})
	if got := states(b.item(id)); err != nil || got != "waiting failed sent waiting" {
		t.Fatal(got, err)
	}
	b.srv.tell("slow@client.example", "250 ok")
	b.srv.tell("DOT", "250 ok")
	if got := states(b.try(id)); got != "failed failed sent sent" || b.srv.count() != 2 {
		t.Error(got, b.srv.count())
	}
}

// A report about one recipient must not end the tries for another.
func TestABounceLeavesTheOthersTheirTries(t *testing.T) {
	b := newBench(t, dbtest.Open(t), map[string]string{"slow@client.example": "450 4.2.0 later"})
	id := b.enqueue("gone@client.example", "slow@client.example")
	b.try(id)
	var known bool
	bounced := func(address string) {
		err := b.db.Write(t.Context(), func(tx *db.Tx) (err error) {
			known, err = Bounced(t.Context(), tx, b.now(), []string{"m@d"}, address, "5.1.1 no", true)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	bounced("gone@client.example")
	if it := b.item(id); !known || it.State != Waiting || it.Recipients[0].State != Failed {
		t.Fatalf("%v %+v", known, it)
	}
	b.srv.tell("slow@client.example", "250 ok")
	b.later(time.Hour)
	if it := b.try(id); it.State != Failed || it.Recipients[1].State != Sent {
		t.Errorf("%+v", it)
	}
	if bounced("nobody@client.example"); known {
		t.Error("a report about somebody who was not written to")
	}
}

// counted is a log that counts what it is told.
type counted struct {
	slog.Handler
	told chan struct{}
}

func (c counted) Enabled(context.Context, slog.Level) bool { return true }

func (c counted) Handle(context.Context, slog.Record) error {
	select {
	case c.told <- struct{}{}:
	default:
	}
	return nil
}

// While nothing can be written (a full disk), a mail that is due is tried at a
// pace, and not as fast as the machine can.
func TestADatabaseThatRefusesIsNotAskedWithoutPause(t *testing.T) {
	b := newBench(t, dbtest.Open(t), map[string]string{})
	b.enqueue("enora@client.example")
	write := func(statement string) {
		err := b.db.Write(t.Context(), func(tx *db.Tx) error { _, err := tx.Exec(t.Context(), statement); return err })
		if err != nil {
			t.Fatal(err)
		}
	}
	write("CREATE TRIGGER full BEFORE UPDATE OF attempts ON outbox BEGIN SELECT RAISE(ABORT, 'full'); END")
	told := make(chan struct{}, 1000)
	b.opts.Log = slog.New(counted{slog.DiscardHandler, told})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- Run(ctx, b.db, b.opts) }()
	<-told
	for range 50 {
		write("UPDATE counter SET value = value")
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if n := len(told); n > 5 {
		t.Errorf("it failed %d times more", n)
	}
}

func TestAnAcknowledgementIsWrittenOnceAndKept(t *testing.T) {
	b := newBench(t, dbtest.Open(t), map[string]string{"MAIL": "451 busy"})
	written := 0
	render := b.opts.Render
	b.opts.Render = func(ctx context.Context, it Item) ([]byte, error) { written++; return render(ctx, it) }
	id := b.enqueue("enora@client.example")
	err := b.db.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), "UPDATE outbox SET raw = '', kind = 'acknowledgement' WHERE id = ?", id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	b.try(id)
	b.srv.tell("MAIL", "250 ok")
	b.later(time.Hour)
	if it := b.try(id); it.State != Sent || written != 1 || it.Raw == "" {
		t.Errorf("%s, written %d times", it.State, written)
	}
}

// The loop itself: due mails leave, one at a time for a mailbox, until it ends.
func TestRunSendsWhatIsDue(t *testing.T) {
	b := newBench(t, dbtest.Open(t), map[string]string{})
	b.opts.Now = time.Now
	var ids []int64
	for i := range 5 {
		ids = append(ids, b.enqueue(fmt.Sprintf("c%d@client.example", i)))
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- Run(ctx, b.db, b.opts) }()
	for {
		changed := b.db.Changed()
		sent := 0
		for _, id := range ids {
			if b.item(id).State == Sent {
				sent++
			}
		}
		if sent == len(ids) {
			break
		}
		<-changed
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if n := b.srv.count(); n != 5 {
		t.Errorf("sent %d times", n)
	}
}

// A program that stops while the server has the whole mail hears its answer out.
func TestStoppingLeavesNoDoubt(t *testing.T) {
	b := newBench(t, dbtest.Open(t), map[string]string{})
	b.srv.held = make(chan chan struct{})
	id := b.enqueue("enora@client.example")
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- Run(ctx, b.db, b.opts) }()
	let := <-b.srv.held
	stop()
	close(let)
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if it := b.item(id); it.State != Sent {
		t.Errorf("left %s", it.State)
	}
}

func TestARestoredCopySendsNothingTwice(t *testing.T) {
	b := newBench(t, dbtest.Open(t), map[string]string{})
	id := b.enqueue("enora@client.example")
	err := b.db.Write(t.Context(), func(tx *db.Tx) error { return AfterRestore(t.Context(), tx, b.now()) })
	if err != nil {
		t.Fatal(err)
	}
	if it := b.try(id); it.State != Uncertain || b.srv.count() != 0 {
		t.Errorf("%s, %d", it.State, b.srv.count())
	}
}
