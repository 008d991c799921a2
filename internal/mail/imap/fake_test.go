package imap

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"guichet/internal/mail/wire"
)

// fake is a server of a few lines that can be told to misbehave. It talks over net.Pipe, so that a test runs in
// virtual time and a stall of an hour costs nothing.
type fake struct {
	mu       sync.Mutex
	mails    map[uint32][]byte
	flags    map[uint32]string
	validity uint32
	caps     string
	conns    int
	log      []string // commands, without their tags
	// answer, when it returns true, has answered the command itself.
	answer func(k *fakeConn, tag, cmd string) bool
	// give writes the answer for one mail; nil: an honest one.
	give func(k *fakeConn, seq int, uid uint32, raw []byte)
}

// fakeConn is one client's connection.
type fakeConn struct {
	net.Conn
	f     *fake
	n     int // 1 for the first client
	in    *bufio.Reader
	reset *atomic.Bool
	left  int // bytes until the fault; -1: none
	fault fault
}

type fault int

const (
	fin fault = iota
	rst
	silence
)

func newFake(mails int) *fake {
	f := &fake{mails: map[uint32][]byte{}, flags: map[uint32]string{}, validity: 7, caps: "IMAP4rev1 IDLE MOVE UIDPLUS"}
	for n := 1; n <= mails; n++ {
		f.mails[uint32(n)] = letter(n, 300)
	}
	return f
}

func (f *fake) server() wire.Server {
	return wire.Server{Host: "imap.guichet.example", Port: 143, Security: wire.None, User: "support",
		Password: func(context.Context) (string, error) { return canary, nil }, Dial: f.dial}
}

const canary = "canari-zq81"

// dialed is the client's end; it sees a reset where the server ended with one.
type dialed struct {
	net.Conn
	reset *atomic.Bool
}

func (d dialed) Read(b []byte) (int, error) {
	n, err := d.Conn.Read(b)
	if err == io.EOF && d.reset.Load() {
		err = syscall.ECONNRESET
	}
	return n, err
}

func (f *fake) dial(context.Context, string, string) (net.Conn, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.conns++
	here, there := net.Pipe()
	k := &fakeConn{Conn: there, f: f, n: f.conns, in: bufio.NewReader(there), reset: new(atomic.Bool), left: -1}
	go k.serve()
	return dialed{here, k.reset}, nil
}

// Write writes up to the fault.
func (k *fakeConn) Write(b []byte) (int, error) {
	if k.left < 0 || len(b) < k.left {
		if k.left >= 0 {
			k.left -= len(b)
		}
		return k.Conn.Write(b)
	}
	_, _ = k.Conn.Write(b[:k.left])
	k.fail(k.fault)
	return 0, io.ErrClosedPipe
}

func (k *fakeConn) fail(how fault) {
	if how == silence {
		_, _ = io.Copy(io.Discard, k.Conn) // until the client gives up
	}
	k.reset.Store(how == rst)
	_ = k.Close()
}

func (k *fakeConn) say(format string, args ...any) {
	_, _ = fmt.Fprintf(k, format+"\r\n", args...)
}

func (k *fakeConn) serve() {
	defer k.Close()
	if k.f.answer != nil && k.f.answer(k, "", "GREETING") {
		return
	}
	k.say("* OK fake")
	for {
		line, err := k.in.ReadString('\n')
		if err != nil {
			return
		}
		tag, cmd, _ := strings.Cut(strings.TrimSpace(line), " ")
		k.f.mu.Lock()
		k.f.log = append(k.f.log, cmd)
		answer := k.f.answer
		k.f.mu.Unlock()
		if answer != nil && answer(k, tag, cmd) {
			continue
		}
		k.obey(tag, cmd)
	}
}

func (k *fakeConn) obey(tag, cmd string) {
	verb, rest, _ := strings.Cut(cmd, " ")
	if verb == "UID" {
		sub, r, _ := strings.Cut(rest, " ")
		verb, rest = "UID "+sub, r
	}
	switch verb {
	case "CAPABILITY":
		k.say("* CAPABILITY %s", k.f.caps)
	case "SELECT", "EXAMINE":
		k.say("* %d EXISTS", len(k.f.uids()))
		k.say("* OK [UIDVALIDITY %d] numbered", k.f.validity)
	case "UID SEARCH":
		k.say("* SEARCH%s", k.f.search(rest))
	case "UID FETCH", "FETCH":
		k.fetch(verb == "UID FETCH", rest)
	case "UID STORE":
		k.f.store(rest)
	case "UID MOVE":
		k.f.drop(rest)
	case "IDLE":
		k.say("+ idling")
		_, _ = k.in.ReadString('\n')
	case "LOGOUT":
		k.say("* BYE")
	}
	k.say("%s OK done", tag)
}

func (f *fake) uids() (uids []uint32) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for uid := range f.mails {
		uids = append(uids, uid)
	}
	slices.Sort(uids)
	return uids
}

func (f *fake) search(rest string) string {
	low := 0
	_, _ = fmt.Sscanf(rest, "UID %d:*", &low)
	var out strings.Builder
	for _, uid := range f.uids() {
		if int(uid) >= low {
			fmt.Fprintf(&out, " %d", uid)
		}
	}
	return out.String()
}

// fetch answers FETCH for the numbers of a set such as "1:3,7".
func (k *fakeConn) fetch(byUID bool, rest string) {
	set, what, _ := strings.Cut(rest, " ")
	for i, uid := range k.f.uids() {
		n := uid
		if !byUID {
			n = uint32(i + 1)
		}
		switch {
		case !inSet(set, n):
		case !strings.Contains(what, "BODY"):
			k.say("* %d FETCH (UID %d)", i+1, uid)
		case k.f.give != nil:
			k.f.give(k, i+1, uid, k.f.mails[uid])
		default:
			k.honest(i+1, uid, k.f.mails[uid])
		}
	}
}

func (k *fakeConn) honest(seq int, uid uint32, raw []byte) {
	k.say("* %d FETCH (UID %d RFC822.SIZE %d BODY[] {%d}\r\n%s)", seq, uid, len(raw), len(raw), raw)
}

func inSet(set string, n uint32) bool {
	for part := range strings.SplitSeq(set, ",") {
		from, to, ranged := strings.Cut(part, ":")
		a, _ := strconv.Atoi(from)
		b := a
		if ranged {
			b, _ = strconv.Atoi(to)
		}
		if int(n) >= a && int(n) <= b {
			return true
		}
	}
	return false
}

func (f *fake) store(rest string) {
	set, flags, _ := strings.Cut(rest, " ")
	for _, uid := range f.uids() {
		if inSet(set, uid) {
			f.mu.Lock()
			f.flags[uid] += flags
			f.mu.Unlock()
		}
	}
}

func (f *fake) drop(rest string) {
	set, _, _ := strings.Cut(rest, " ")
	for _, uid := range f.uids() {
		if inSet(set, uid) {
			f.mu.Lock()
			delete(f.mails, uid)
			f.mu.Unlock()
		}
	}
}

func (f *fake) clients() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.conns
}

// bubble runs a test of the loop against f in virtual time.
func bubble(t *testing.T, f *fake, o Options, test func(t *testing.T, d *desk)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		d := newDesk()
		d.patience = 48 * time.Hour
		o.Server = f.server()
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error)
		go func() { done <- Run(ctx, o, d.hooks()) }()
		test(t, d)
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
		time.Sleep(time.Hour) // virtual: lets the fake's goroutines end
		d.balanced(t)
	})
}

// whole checks that the desk has each mail of f exactly once, but for those of but.
func (d *desk) whole(t *testing.T, f *fake, mails int, but ...uint32) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	if want := mails - len(but); len(d.mails) != want {
		t.Errorf("%d contents, want %d", len(d.mails), want)
	}
	for uid := uint32(1); uid <= uint32(mails); uid++ {
		if n := d.mails[sum(letter(int(uid), 300))]; n != 1 && !slices.Contains(but, uid) {
			t.Errorf("mail %d committed %d times", uid, n)
		}
	}
}
