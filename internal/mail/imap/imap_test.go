package imap

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"guichet/internal/mail/mailtest"
	"guichet/internal/mail/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// item is what the tests keep of a mail.
type item struct {
	uid uint32
	sum [32]byte
}

// desk is the caller of the loop in these tests: a store with the memory that the real one has on disk.
type desk struct {
	mu        sync.Mutex
	settled   map[mailKey]bool
	mails     map[[32]byte]int // how often each content was committed
	failed    map[uint32][]int // the tries told
	final     map[uint32]error
	unmarked  map[mailKey]bool
	low       uint32
	commits   []int
	discarded int
	prepared  int
	state     State
	commitErr error
	prepare   func(Fetched, []byte) error
	onState   func(State)
	lazy      map[uint32]bool // mails that Prepare leaves half read
	changed   chan struct{}
	patience  time.Duration
}

func sum(raw []byte) [32]byte { return sha256.Sum256(raw) }

func newDesk() *desk {
	return &desk{settled: map[mailKey]bool{}, mails: map[[32]byte]int{}, failed: map[uint32][]int{}, final: map[uint32]error{},
		unmarked: map[mailKey]bool{}, changed: make(chan struct{}, 1), patience: 30 * time.Second}
}

func (d *desk) ring() {
	select {
	case d.changed <- struct{}{}:
	default:
	}
}

func (d *desk) hooks() Hooks[item] {
	return Hooks[item]{Missing: d.missing, LowWater: d.lowWater, Prepare: d.read, Discard: d.discard, Commit: d.commit,
		Failed: d.fail, Unmarked: d.left, Marked: d.marked, State: d.told}
}

func (d *desk) missing(_ context.Context, v uint32, uids []uint32) ([]uint32, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(uids), func(uid uint32) bool { return d.settled[mailKey{v, uid}] }), nil
}

func (d *desk) lowWater(context.Context, uint32) (uint32, error) { return d.low, nil }

func (d *desk) read(_ context.Context, f Fetched, r io.Reader) (item, error) {
	if d.isLazy(f.UID) {
		r = io.LimitReader(r, 20)
	}
	raw, err := io.ReadAll(r)
	if err == nil && d.prepare != nil {
		err = d.prepare(f, raw)
	}
	if err == nil {
		d.mu.Lock()
		d.prepared++
		d.mu.Unlock()
	}
	return item{f.UID, sha256.Sum256(raw)}, err
}

func (d *desk) isLazy(uid uint32) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.lazy[uid]
}

func (d *desk) discard(item) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.discarded++
}

func (d *desk) commit(_ context.Context, v uint32, items []item) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	defer d.ring()
	if d.commitErr != nil {
		return d.commitErr
	}
	d.commits = append(d.commits, len(items))
	for _, it := range items {
		d.settled[mailKey{v, it.uid}], d.unmarked[mailKey{v, it.uid}] = true, true
		d.mails[it.sum]++
	}
	return nil
}

func (d *desk) fail(_ context.Context, v, uid uint32, try int, final bool, reason error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	defer d.ring()
	d.failed[uid] = append(d.failed[uid], try)
	if final {
		d.final[uid], d.settled[mailKey{v, uid}] = reason, true
	}
	return nil
}

func (d *desk) left(_ context.Context, v uint32) (uids []uint32, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for k := range d.unmarked {
		if k.validity == v {
			uids = append(uids, k.uid)
		}
	}
	return uids, nil
}

func (d *desk) marked(_ context.Context, v uint32, uids []uint32) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	defer d.ring()
	for _, uid := range uids {
		delete(d.unmarked, mailKey{v, uid})
	}
	return nil
}

func (d *desk) told(s State) {
	d.mu.Lock()
	d.state = s
	on := d.onState
	d.mu.Unlock()
	if on != nil {
		on(s)
	}
	d.ring()
}

// until waits until ok, which is asked under the lock after each change.
func (d *desk) until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	giveUp := time.After(d.patience)
	for {
		d.mu.Lock()
		done := ok()
		d.mu.Unlock()
		if done {
			return
		}
		select {
		case <-d.changed:
		case <-giveUp:
			d.mu.Lock()
			defer d.mu.Unlock()
			t.Fatalf("%s: not in time; state %+v, %d mails, failed %v", what, d.state, len(d.mails), d.failed)
		}
	}
}

// balanced checks that each prepared item was committed or discarded.
func (d *desk) balanced(t *testing.T) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	committed := 0
	for _, n := range d.commits {
		committed += n
	}
	if d.prepared != committed+d.discarded {
		t.Errorf("%d prepared, %d committed, %d discarded", d.prepared, committed, d.discarded)
	}
}

func letter(n, size int) []byte {
	head := fmt.Sprintf("From: Léa Morin <lea@moulin.example>\r\nTo: support@guichet.example\r\nSubject: demande %d\r\nMessage-ID: <%d@moulin.example>\r\n\r\n", n, n)
	line := "L'imprimante du premier ne répond plus.\r\n"
	return []byte(head + strings.Repeat(line, max(1, (size-len(head))/len(line))))
}

// start runs the loop until the test ends.
func start(t *testing.T, o Options, d *desk) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- Run(ctx, o, d.hooks()) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			if err := <-done; err != nil {
				t.Errorf("Run: %v", err)
			}
			d.balanced(t)
		})
	}
	t.Cleanup(stop)
	return stop
}

func TestOnce(t *testing.T) {
	for _, after := range []After{Leave, Flag, Move} {
		t.Run(string(after), func(t *testing.T) {
			srv := mailtest.IMAP(t)
			for n := range 120 {
				deliver(t, srv, letter(n, 400))
			}
			d := newDesk()
			o := Options{Server: srv.Server, After: after, MoveTo: "Archive"}
			n, err := Once(t.Context(), o, d.hooks())
			if err != nil || n != 120 || len(d.mails) != 120 {
				t.Fatalf("%d committed, %d contents, %v", n, len(d.mails), err)
			}
			if !slices.Equal(d.commits, []int{50, 50, 20}) {
				t.Errorf("commits of %v", d.commits)
			}
			d.balanced(t)
			checkAfter(t, srv, after)
			if n, err := Once(t.Context(), o, d.hooks()); n != 0 || err != nil {
				t.Errorf("second time: %d, %v", n, err)
			}
		})
	}
}

func deliver(t *testing.T, srv *mailtest.IMAPServer, raw []byte) {
	t.Helper()
	if _, err := srv.Deliver("INBOX", raw); err != nil {
		t.Fatal(err)
	}
}

func checkAfter(t *testing.T, srv *mailtest.IMAPServer, after After) {
	t.Helper()
	inbox, err := mailtest.Mails(srv.Server, "INBOX")
	archive, err2 := mailtest.Mails(srv.Server, "Archive")
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, m := range inbox {
		if m.Seen {
			seen++
		}
	}
	want := map[After][3]int{Leave: {120, 0, 0}, Flag: {120, 120, 0}, Move: {0, 0, 120}}[after]
	if got := [3]int{len(inbox), seen, len(archive)}; got != want {
		t.Errorf("inbox, seen, archive = %v, want %v", got, want)
	}
}

// A mail that comes while the loop waits in IDLE is there at once: no poll is due for a minute.
func TestRunIdle(t *testing.T) {
	srv, d := mailtest.IMAP(t), newDesk()
	stop := start(t, Options{Server: srv.Server, After: Flag}, d)
	d.until(t, "idle", func() bool { return d.state.Phase == Idle })
	for n := range 5 {
		deliver(t, srv, letter(n, 300))
		d.until(t, "mail", func() bool { return len(d.mails) == n+1 && len(d.unmarked) == 0 && d.state.Phase == Idle })
	}
	stop()
}

func TestLowWater(t *testing.T) {
	srv, d := mailtest.IMAP(t), newDesk()
	for n := range 10 {
		deliver(t, srv, letter(n, 300))
	}
	d.low = 8
	if n, err := Once(t.Context(), Options{Server: srv.Server}, d.hooks()); n != 3 || err != nil {
		t.Fatalf("%d mails from UID 8 on, %v", n, err)
	}
	d.low = 11
	if n, err := Once(t.Context(), Options{Server: srv.Server}, d.hooks()); n != 0 || err != nil {
		t.Fatalf("%d mails from UID 11 on, %v", n, err)
	}
}

func TestSent(t *testing.T) {
	srv := mailtest.IMAP(t)
	o := Options{Server: srv.Server}
	raw := letter(7, 9000)
	if err := Append(t.Context(), o, "", strings.NewReader(string(raw)), int64(len(raw))); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]bool{"<7@moulin.example>": true, "<8@moulin.example>": false} {
		if got, err := HasMessageID(t.Context(), o, "", id); err != nil || got != want {
			t.Errorf("HasMessageID(%s) = %v, %v", id, got, err)
		}
	}
	if err := Append(t.Context(), o, "Sent", strings.NewReader("court"), 10); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("short reader: %v", err)
	}
	if err := Append(t.Context(), o, "Nulle part", strings.NewReader("x"), 1); !wire.HasKey(err, "wire.err.folder") {
		t.Errorf("no such folder: %v", err)
	}
}
