package outbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"guichet/internal/blob"
	"guichet/internal/db"
	"guichet/internal/mail/smtp"
	"guichet/internal/mail/wire"
	"guichet/internal/ticket"
)

// Route is how one mailbox sends.
type Route struct {
	SMTP  wire.Server
	Hello string // what we call ourselves in EHLO
	From  string // the envelope's sender
	// Keep puts a copy into the Sent folder; nil where the server does.
	Keep func(ctx context.Context, raw io.Reader, size int64) error
	// Went says whether a mail is in the Sent folder. That it is proves that it
	// went; that it is not proves nothing. nil: can't be known.
	Went func(ctx context.Context, messageID string) (bool, error)
	// Put moves the server's copy of a mail that came in; nil where copies are left
	// alone. To move one that is there already changes nothing.
	Put func(ctx context.Context, mail int64, to Place) error
}

// Options are what the loop needs from the program.
type Options struct {
	Blobs  string // the folder of large contents
	Route  func(ctx context.Context, mailbox int64) (Route, error)
	Render func(ctx context.Context, it Item) ([]byte, error) // writes an item that has no content yet
	Now    func() time.Time
	Log    *slog.Logger
}

// patience is for how long a mail is tried.
const patience = 48 * time.Hour

// goodbye is for how long a program that stops waits for the server's answer to a
// mail that it has whole: cut off there, a person would have to find out.
const goodbye = 8 * time.Second

// pause is how long to wait after the nth try in vain: half a minute first, as
// most troubles are short, then the schedule of mail servers.
func pause(n int) time.Duration {
	early := []time.Duration{30 * time.Second, 2 * time.Minute, 5 * time.Minute}
	if n <= len(early) {
		return early[max(n, 1)-1]
	}
	wait := 15 * time.Minute
	for range n - len(early) - 1 {
		wait += wait / 5
	}
	return min(wait, 2*time.Hour)
}

// Run sends what is due until ctx ends, one mail at a time for each mailbox, and
// runs the errands that are left for what was sent. What a crash left half-way is
// put right first: a mail whose end may have been written becomes uncertain, and
// is looked for in its Sent folder; one that certainly was not waits again.
func Run(ctx context.Context, d *db.DB, o Options) error {
	if err := putRight(ctx, d, o); err != nil {
		return err
	}
	l := newLoop(d, o)
	defer l.wg.Wait()
	for {
		changed := d.Changed()
		next, err := l.start(ctx)
		if err != nil && ctx.Err() == nil {
			o.Log.Error("outbox", "err", err)
		}
		timer := time.NewTimer(next)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-timer.C:
		case <-changed:
		case <-l.freed:
		}
		timer.Stop()
	}
}

func putRight(ctx context.Context, d *db.DB, o Options) error {
	err := d.Write(ctx, func(tx *db.Tx) error {
		doubtful, err := db.Values[int64](ctx, tx, "SELECT id FROM outbox WHERE state = 'data-sent' ORDER BY id")
		if err != nil {
			return err
		}
		for _, id := range doubtful {
			if err := uncertain(ctx, tx, o.Now(), id, nil); err != nil {
				return err
			}
		}
		if err := lookAgain(ctx, tx, o.Now()); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "UPDATE outbox SET state = 'waiting' WHERE state = 'sending'")
		return err
	})
	if err != nil {
		return fmt.Errorf("put the outbox right: %w", err)
	}
	return nil
}

// loop is the state of one Run.
type loop struct {
	d     *db.DB
	o     Options
	wg    sync.WaitGroup
	mu    sync.Mutex
	busy  map[work]map[int64]bool // mailboxes with a mail on the wire, or an errand
	freed chan struct{}
	seen  time.Time // the clock at the last look
}

func newLoop(d *db.DB, o Options) *loop {
	return &loop{d: d, o: o, busy: map[work]map[int64]bool{sending: {}, errands: {}, moves: {}}, freed: make(chan struct{}, 1)}
}

// work is one of the things that are done side by side for each mailbox.
type work struct{ table, id, when, which, tries string }

var (
	sending = work{"outbox", "id", "not_before", "state = 'waiting'", "attempts"}
	errands = work{"outbox", "id", "errand_at", "errand <> ''", "errand_tries"}
	moves   = work{"mail_place", "mail_id", "due_at", "due_at IS NOT NULL", "tries"}
)

// start begins everything that is due and whose mailbox is free, and says how
// long there is nothing else to do.
func (l *loop) start(ctx context.Context) (time.Duration, error) {
	if err := l.straighten(ctx); err != nil {
		return time.Minute, err
	}
	mails, err := l.begin(ctx, sending, l.send)
	if err != nil {
		return mails, err
	}
	others, err := l.begin(ctx, errands, l.errand)
	if err != nil {
		return others, err
	}
	copies, err := l.begin(ctx, moves, l.move)
	return min(mails, others, copies), err
}

// begin asks for one item after another, each of a mailbox that is free: however
// many wait for one, the others' turn comes.
func (l *loop) begin(ctx context.Context, w work, do func(context.Context, int64) error) (time.Duration, error) {
	const idle = time.Minute
	now := l.o.Now()
	for {
		v, err := l.first(ctx, w)
		if errors.Is(err, db.ErrNone) {
			return idle, nil
		}
		if err != nil {
			return idle, err
		}
		if wait := v.at.Sub(now); wait > 0 {
			return min(idle, wait), nil
		}
		l.hold(w, v.mailbox)
		l.wg.Go(func() {
			defer l.release(w, v.mailbox)
			if err := do(ctx, v.id); err != nil && ctx.Err() == nil {
				l.o.Log.Error("send", "outbox", v.id, "err", err)
				rest(ctx) // the trouble is ours, such as a full disk: it would be the same at once
			}
		})
	}
}

// due is an item with the time from which it may be worked on.
type due struct {
	id, mailbox int64
	at          time.Time
}

func (l *loop) first(ctx context.Context, w work) (due, error) {
	held := l.held(w)
	free := ""
	if len(held) > 0 {
		free = " AND mailbox_id NOT IN " + db.In(len(held))
	}
	return db.One(ctx, l.d, func(v *due) []any { return []any{&v.id, &v.mailbox, &v.at} },
		"SELECT "+w.id+", mailbox_id, "+w.when+" FROM "+w.table+" WHERE "+w.which+free+" ORDER BY "+w.when+" LIMIT 1", held...)
}

func (l *loop) held(w work) []any {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []any
	for mailbox := range l.busy[w] {
		out = append(out, mailbox)
	}
	return out
}

func (l *loop) hold(w work, mailbox int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.busy[w][mailbox] = true
}

func (l *loop) release(w work, mailbox int64) {
	l.mu.Lock()
	delete(l.busy[w], mailbox)
	l.mu.Unlock()
	select {
	case l.freed <- struct{}{}:
	default:
	}
}

// rest waits before something that failed on our side is tried again.
func rest(ctx context.Context) {
	timer := time.NewTimer(5 * time.Second)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// send claims one item, sends it and writes down how that ended.
func (l *loop) send(ctx context.Context, id int64) error {
	it, err := l.claim(ctx, id)
	if err != nil || it.State != Sending {
		return err
	}
	result, route, failure := l.transmit(ctx, it)
	if failure != nil && !result.Uncertain && !result.Delivered() && (ctx.Err() != nil || ours(failure)) {
		// The program is stopping, or the disk is full: this was no try.
		err := l.insist(ctx, id, func() error { return l.notTried(id) })
		return errors.Join(failure, err)
	}
	return l.insist(ctx, id, func() error { return l.settle(it, route, result, failure) })
}

// ours says that a failure is not the server's: the disk is full, the database
// can't be reached.
func ours(err error) bool { return db.IsFull(err) || db.IsGone(err) }

func (l *loop) notTried(id int64) error {
	return l.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE outbox SET state = 'waiting', attempts = attempts - 1 WHERE id = ? AND state IN ('sending', 'data-sent')", id)
		return err
	})
}

// insist writes down how a try ended, however long a full disk is in the way:
// until then the item is neither sent again nor shown as sent.
func (l *loop) insist(ctx context.Context, id int64, write func() error) error {
	for {
		err := write()
		if err == nil || ctx.Err() != nil || !ours(err) {
			return err
		}
		l.o.Log.Error("how a mail ended can't be written down yet", "outbox", id, "err", err)
		rest(ctx)
	}
}

// write outlives the loop's context: what happened on the wire is written down
// even while the program stops.
func (l *loop) write(fn func(ctx context.Context, tx *db.Tx) error) error {
	ctx := context.Background()
	return l.d.Write(ctx, func(tx *db.Tx) error { return fn(ctx, tx) })
}

// claim marks an item as being sent. It comes back in another state where a
// person was faster (undone).
func (l *loop) claim(ctx context.Context, id int64) (Item, error) {
	var it Item
	err := l.d.Write(ctx, func(tx *db.Tx) (err error) {
		if _, err = tx.Exec(ctx, `UPDATE outbox SET state = 'sending', attempts = attempts + 1, version = version + 1
			WHERE id = ? AND state = 'waiting' AND not_before <= ?`, id, l.o.Now()); err != nil {
			return err
		}
		if it, err = ByID(ctx, tx, id); err != nil || it.State != Sending {
			return err
		}
		return ticket.ForgetDraft(ctx, tx, id) // it can't be undone any more
	})
	return it, err
}

// transmit sends an item to the recipients that still wait for it.
func (l *loop) transmit(ctx context.Context, it Item) (smtp.Result, Route, error) {
	route, err := l.o.Route(ctx, it.MailboxID)
	if err != nil {
		return smtp.Result{}, route, err
	}
	if it, err = l.rendered(ctx, it); err != nil {
		return smtp.Result{}, route, err
	}
	var to []string
	for _, r := range it.Recipients {
		if r.State == Waiting {
			to = append(to, r.Address)
		}
	}
	e := smtp.Envelope{From: route.From, To: to, Size: it.Size, Open: func() (io.ReadCloser, error) {
		r, _, err := blob.Open(ctx, l.d, l.o.Blobs, it.Raw)
		return r, err
	}}
	lasting, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	var ended atomic.Bool // the final dot is about to be or was written
	defer context.AfterFunc(ctx, func() {
		if ended.Load() {
			time.AfterFunc(goodbye, cancel)
			return
		}
		cancel()
	})()
	result, err := smtp.Send(lasting, route.SMTP, route.Hello, e, func(_ context.Context, s smtp.Stage) error {
		if s != smtp.DataSent {
			return nil
		}
		ended.Store(true)
		return l.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE outbox SET state = 'data-sent' WHERE id = ?", it.ID)
			return err
		})
	})
	return result, route, err
}

// rendered gives an item its content where it has none yet. The content is kept
// before anything is sent, so that every try sends the same mail.
func (l *loop) rendered(ctx context.Context, it Item) (Item, error) {
	if it.Raw != "" {
		return it, nil
	}
	raw, err := l.o.Render(ctx, it)
	if err != nil {
		return it, err
	}
	c, err := blob.Of(l.o.Blobs, raw)
	if err != nil {
		return it, err
	}
	it.Raw, it.Size = c.Hash, c.Size
	return it, l.write(func(ctx context.Context, tx *db.Tx) error {
		if err := blob.Put(ctx, tx, l.o.Now(), c); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "UPDATE outbox SET raw = ?, size = ? WHERE id = ?", c.Hash, c.Size, it.ID)
		return err
	})
}
