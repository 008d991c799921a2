//go:build linux

package accept

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"guichet/internal/db"
	"guichet/internal/mail/mailtest"
	"guichet/internal/secret"
)

// R1, R2, E1, E5: whenever the program is killed while mails come in and answers go out, every mail is there once and
// whole, and nothing is sent twice.
func TestKilledAnywhere(t *testing.T) {
	t.Parallel()
	r, kills := seeded(t), times(20, 200)
	k := &killing{house: found(t, t.TempDir()), r: r, dots: map[string]bool{}}
	k.deliver(r, 120)
	for n := range kills {
		k.deliver(r, 15+r.IntN(40))
		if n > 0 {
			k.answer(8 + r.IntN(12))
		}
		k.round(n)
	}
	k.finish()
	say(t, "%d kills: %d inside a transaction, %d with a mail on the wire, %d between the final dot and its answer, %d with nothing under way; %d mails in %d rounds of growth",
		kills, k.inside, k.onWire, k.inDot, k.idle, len(k.raws), k.grew)
	k.judge()
	// Two kills in five land inside a transaction: a quarter must in a long run. In a short one chance alone goes below
	// that now and then, and none at all is the sign that the test hits nothing.
	if busy := kills - k.idle; 2*busy < kills || k.inside == 0 || kills >= 100 && 4*k.inside < kills {
		t.Errorf("the kills prove too little: %d of %d with work under way, %d inside a transaction", busy, kills, k.inside)
	}
}

// killing is the house with a tally of what the kills hit.
type killing struct {
	*house
	r                           *rand.Rand
	inside, onWire, inDot, idle int
	grew                        int
	rows                        int64
	dots                        map[string]bool // Message-IDs killed between the dot and its answer
}

// round runs the program up to a moment of chance, kills it there and looks at what is left.
func (k *killing) round(n int) {
	k.t.Helper()
	where := k.r.IntN(5)
	if n%7 == 6 {
		where = 4 // never left to chance altogether
	}
	dot := k.aimAtDot(where == 4)
	c := k.serve()
	switch where {
	case 0:
		k.traffic(c, k.in, 1+k.r.IntN(60), dot.reached)
	case 1:
		k.traffic(c, k.out, 1+k.r.IntN(250), dot.reached)
	case 2:
		k.traffic(c, k.in, 1+k.r.IntN(40), dot.reached)
		k.locked(c)
	case 3:
		k.traffic(c, k.out, 1+k.r.IntN(150), dot.reached)
		k.locked(c)
	case 4:
		k.traffic(c, k.out, 1<<30, dot.reached)
	}
	c.alive()
	k.strike(c, dot)
	k.look(n)
}

// dot is the moment between the end of a mail and the server's answer to it, in which the server can be held.
type dot struct {
	reached chan string
	free    chan struct{}
}

// aimAtDot holds the server, where it is to, when it has a mail of this round and has not said so.
func (k *killing) aimAtDot(aim bool) dot {
	d := dot{make(chan string, 1), make(chan struct{})}
	if !aim {
		return d
	}
	left := 1 + k.r.IntN(10)
	k.whenTaken(func(s mailtest.Sent) { // one connection at a time: the mailbox's
		if left--; left == 0 {
			d.reached <- idOf(s.Raw)
			<-d.free
		}
	})
	return d
}

func idOf(raw []byte) string {
	for line := range strings.Lines(string(raw)) {
		if id, ok := strings.CutPrefix(strings.ToLower(line), "message-id:"); ok {
			return strings.Trim(strings.TrimSpace(id), "<>")
		}
	}
	return ""
}

// traffic waits for n more pieces of traffic on a tap, for the dot, or until nothing moves any more.
func (k *killing) traffic(c *child, p *tap, n int, dot chan string) {
	k.t.Helper()
	from, _, _ := p.seen()
	for {
		now, _, moved := p.seen()
		if now >= from+n || len(dot) > 0 {
			return
		}
		select {
		case <-moved:
		case <-c.ended:
			return
		case <-time.After(2 * time.Second): // all is done: the gate counts this kill as idle
			if again, _, _ := p.seen(); again == now && now > from {
				return
			}
		}
	}
}

// locked waits for the next moment with a transaction open and a little longer, so that kills land all through it.
func (k *killing) locked(c *child) {
	end := time.Now().Add(3 * time.Second)
	for !k.writing() && time.Now().Before(end) {
		select {
		case <-c.ended:
			return
		default:
		}
	}
	for stop := time.Now().Add(time.Duration(k.r.IntN(4000)) * time.Microsecond); time.Now().Before(stop) && k.writing(); {
	}
}

// writing says whether a process has a write transaction open: SQLite then locks byte 120 of the -shm file
// (sqlite.org/walformat.html, "WAL_WRITE_LOCK").
func (k *killing) writing() bool {
	f, err := os.Open(filepath.Join(k.dir, "guichet.db-shm"))
	if err != nil {
		return false // not opened yet
	}
	defer f.Close()
	lock := unix.Flock_t{Type: unix.F_RDLCK, Start: 120, Len: 1}
	return unix.FcntlFlock(f.Fd(), unix.F_GETLK, &lock) == nil && lock.Type != unix.F_UNLCK
}

// strike stops the process, notes what it was doing, and kills it.
func (k *killing) strike(c *child, d dot) {
	k.t.Helper()
	if err := c.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		k.t.Fatalf("stop: %v\n%s", err, c.words())
	}
	_, sending, _ := k.out.seen()
	inside := k.writing()
	if inside {
		k.inside++
	}
	if sending > 0 {
		k.onWire++
	}
	if !inside && sending == 0 {
		k.idle++
	}
	select {
	case id := <-d.reached:
		k.inDot++
		k.dots[id] = true
	default:
	}
	c.kill()
	k.whenTaken(nil)
	close(d.free)
	if strings.Contains(c.words(), "DATA RACE") {
		k.t.Error(c.words())
	}
	// The server hears of the end before the next round begins.
	until(k.t, "the connections' end", func() bool {
		_, a, _ := k.in.seen()
		_, b, _ := k.out.seen()
		return a+b == 0
	})
}

// look opens a copy of what the kill left, as the disk has it, and checks it.
func (k *killing) look(n int) {
	k.t.Helper()
	dir := k.t.TempDir()
	for _, name := range []string{"guichet.db", "guichet.db-wal"} {
		raw, err := os.ReadFile(filepath.Join(k.dir, name))
		if err != nil && !os.IsNotExist(err) {
			k.t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), raw, 0o600); err != nil {
			k.t.Fatal(err)
		}
	}
	ctx := context.Background()
	if err := db.Verify(ctx, filepath.Join(dir, "guichet.db")); err != nil {
		k.t.Fatalf("after kill %d: %v", n, err)
	}
	d, err := db.Open(ctx, filepath.Join(dir, "guichet.db"))
	if err != nil {
		k.t.Fatalf("after kill %d: %v", n, err)
	}
	rows, err := db.Value[int64](ctx, d, "SELECT (SELECT COUNT(*) FROM mail) + (SELECT COUNT(*) FROM outbox WHERE state IN ('sent', 'uncertain'))")
	if err != nil || rows < k.rows {
		k.t.Fatalf("after kill %d: %d rows, had %d: %v", n, rows, k.rows, err)
	}
	if rows > k.rows {
		k.grew++
	}
	k.rows = rows
	if err := d.Close(); err != nil {
		k.t.Fatal(err)
	}
}

// finish lets the program do all that is left, and ends it in peace.
func (k *killing) finish() {
	k.t.Helper()
	k.answer(1000)
	c := k.serve()
	c.enter() // it is up
	k.settled(c)
	c.stop()
}

// settled waits until every mail is in and marked and nothing waits to be sent.
func (h *house) settled(c *child) {
	h.t.Helper()
	d, err := db.Open(context.Background(), filepath.Join(h.dir, "guichet.db"))
	if err != nil {
		h.t.Fatal(err)
	}
	defer d.Close()
	h.finished(c, d)
}

// finished is settled on data that are open already.
func (h *house) finished(c *child, d *db.DB) {
	h.t.Helper()
	want, state := h.onServer(), ""
	defer func() {
		if h.t.Failed() {
			h.t.Logf("UIDs settled, unmarked, items to send: %s; on the server %d\n%s", state, want, c.words())
		}
	}()
	until(h.t, "all mails in and all answers out", func() bool {
		c.alive()
		var err error
		state, err = db.Value[string](context.Background(), d, `SELECT (SELECT COUNT(*) FROM imap_uid WHERE final = 1) || ' ' ||
			(SELECT COUNT(*) FROM imap_uid WHERE marked = 0) || ' ' || (SELECT COUNT(*) FROM outbox WHERE state IN ('waiting', 'sending', 'data-sent'))`)
		if err != nil {
			h.t.Fatal(err)
		}
		return state == fmt.Sprintf("%d 0 0", want)
	})
}

// onServer counts the mails in the inbox and those moved out of it. One that is
// moved while it counts would count twice, so it counts until nothing moved.
func (h *house) onServer() int {
	h.t.Helper()
	for {
		before, moved, after := h.held("INBOX"), h.held("Archive"), h.held("INBOX")
		if before == after {
			return after + moved
		}
	}
}

// held counts the mails of one folder.
func (h *house) held(folder string) int {
	h.t.Helper()
	mails, err := mailtest.Mails(h.imap.Server, folder)
	if err != nil {
		h.t.Fatal(err)
	}
	return len(mails)
}

// judge holds what is stored and what was sent against what was delivered and written.
func (k *killing) judge() {
	k.t.Helper()
	k.whole()
	states := k.sentOnce()
	for id := range k.dots {
		if states[id] != "uncertain" {
			k.t.Errorf("%s was killed between the dot and its answer and is %q", id, states[id])
		}
	}
	n := map[string]int{}
	for _, s := range states {
		n[s]++
	}
	say(k.t, "%d mails delivered; %d items sent, %d uncertain, %d sent twice", len(k.raws), n["sent"], n["uncertain"], k.twice)
	if n["sent"] == 0 || n["sent"]+n["uncertain"] != len(states) {
		k.t.Errorf("what was to be sent ended as %v", n)
	}
}

// whole checks that every mail delivered is there once, and that all that is there can be read.
func (h *house) whole() {
	h.t.Helper()
	h.with(func(ctx context.Context, d *db.DB, _ *secret.Key) error {
		stored, err := db.Values[string](ctx, d, "SELECT raw FROM mail")
		if err != nil {
			return err
		}
		have := map[string]int{}
		for _, raw := range stored {
			have[raw]++
		}
		lost, twice, foreign := 0, 0, 0
		for raw := range h.raws {
			switch have[raw] {
			case 0:
				lost++
			case 1:
			default:
				twice++
			}
		}
		for raw := range have {
			if !h.raws[raw] {
				foreign++
			}
		}
		if lost+twice+foreign > 0 {
			h.t.Errorf("of %d mails %d are lost, %d are there twice; %d were never sent", len(h.raws), lost, twice, foreign)
		}
		return errorsOf(ctx, d, h.dir)
	})
}

// sentOnce checks that no recipient got a Message-ID twice and that what counts as sent arrived; it returns the state
// of each item by its Message-ID.
func (h *house) sentOnce() map[string]string {
	h.t.Helper()
	got := map[string]int{}
	for _, s := range h.smtp.Taken() {
		for _, to := range s.To {
			got[idOf(s.Raw)+" "+to]++
		}
	}
	for key, n := range got {
		if n > 1 {
			h.twice++
			h.t.Errorf("%s was sent %d times", key, n)
		}
	}
	states := map[string]string{}
	h.with(func(ctx context.Context, d *db.DB, _ *secret.Key) error {
		type item struct{ id, state, address string }
		items, err := db.All(ctx, d, func(i *item) []any { return []any{&i.id, &i.state, &i.address} },
			"SELECT o.rfc_id, r.state, r.address FROM outbox o JOIN outbox_recipient r ON r.outbox_id = o.id")
		for _, i := range items {
			id := strings.ToLower(i.id)
			states[id] = i.state
			if n := got[id+" "+i.address]; i.state == "sent" && n != 1 {
				h.t.Errorf("%s to %s counts as sent and arrived %d times", id, i.address, n)
			}
		}
		return err
	})
	return states
}
