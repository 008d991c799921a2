package wire

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"time"
)

// ErrBudget means that the server sent more than anything it was asked for can need.
var ErrBudget = errors.New("the server sent more than was asked for")

// Conn is a connection on which every read and write has a deadline that starts again with each byte of progress.
// The deadlines that a library sets on it are ignored: go-imap sets none while it waits for an answer and go-smtp
// none while it writes a body, so the one discipline is here.
type Conn struct {
	net.Conn // TLS, or the meter itself
	meter    *meter
	stop     func() bool // undoes the link to the context

	mu     sync.Mutex
	prefix []byte // the greeting, read by greet and handed to the library
	budget int64  // bytes the server may still send
	err    error  // the first error of a read
}

// meter sits under TLS, where progress can be seen byte by byte.
type meter struct {
	net.Conn
	mu      sync.Mutex
	silence time.Duration // longest wait for one byte; 0 waits for ever
	answer  time.Duration // longest sum of waits until the next Expect; 0 waits for ever
	waited  time.Duration
}

// newConn returns a Conn over raw that is closed when ctx ends, so that no read outlives its caller.
func newConn(ctx context.Context, raw net.Conn, p Patience) *Conn {
	m := &meter{Conn: raw}
	c := &Conn{Conn: m, meter: m}
	c.stop = context.AfterFunc(ctx, func() { _ = raw.Close() }) // the reader's error tells the story
	c.Expect(p.Silence, p.Answer, 64<<10)
	return c
}

// Expect starts a new wait: the server may be silent for at most silence, keep us waiting for answer in all, and
// send n bytes. It also holds for a read under way. Time during which nobody reads does not count: that is our delay.
func (c *Conn) Expect(silence, answer time.Duration, n int64) {
	c.mu.Lock()
	c.budget = n
	c.mu.Unlock()
	m := c.meter
	m.mu.Lock()
	defer m.mu.Unlock()
	m.silence, m.answer, m.waited = silence, answer, 0
	m.arm()
}

// Allow lets the server send n more bytes: what a caller has taken off a stream is no longer a burden.
func (c *Conn) Allow(n int64) {
	c.mu.Lock()
	c.budget += n
	c.mu.Unlock()
}

// Read reads from the server within the deadline and the budget. After an error there is only that error: go-imap's
// decoder tries three times more, each time for a whole deadline.
func (c *Conn) Read(b []byte) (int, error) {
	if n, err := c.ahead(b); n > 0 || err != nil {
		return n, err
	}
	n, err := c.Conn.Read(b)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.budget -= int64(n)
	c.err = err
	return n, err
}

// Alive returns an error when the server has already hung up. It waits a millisecond and keeps what it reads.
func (c *Conn) Alive() error {
	c.Expect(time.Millisecond, 0, 1<<20)
	b := make([]byte, 1)
	n, err := c.Conn.Read(b)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.prefix = append(c.prefix, b[:n]...)
	if n > 0 || errors.Is(err, os.ErrDeadlineExceeded) {
		return nil
	}
	return err
}

// Err returns the first error of a read, nil if there was none. Libraries flatten it into a text of their own.
func (c *Conn) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// ahead returns what needs no reading: the prefix, an error.
func (c *Conn) ahead(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.prefix) > 0 {
		n := copy(b, c.prefix)
		c.prefix = c.prefix[n:]
		return n, nil
	}
	if c.err == nil && c.budget <= 0 {
		c.err = ErrBudget
	}
	return 0, c.err
}

// Close closes the socket under TLS: a close_notify would wait for a peer that may be gone, a reader would wait with it.
func (c *Conn) Close() error {
	c.stop()
	return c.meter.Conn.Close()
}

// SetDeadline does nothing; see Conn.
func (c *Conn) SetDeadline(time.Time) error { return nil }

// SetReadDeadline does nothing; see Conn.
func (c *Conn) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline does nothing; see Conn.
func (c *Conn) SetWriteDeadline(time.Time) error { return nil }

// arm sets the deadline of the read under way or of the next one; m.mu is held.
func (m *meter) arm() {
	wait := m.silence
	if m.answer > 0 {
		wait = min(wait, m.answer-m.waited)
	}
	at := time.Time{}
	if m.silence > 0 {
		at = time.Now().Add(max(wait, 0))
	}
	_ = m.Conn.SetReadDeadline(at) // fails on a closed socket only, and then the read fails
}

func (m *meter) Read(b []byte) (int, error) {
	m.mu.Lock()
	m.arm()
	start := time.Now()
	m.mu.Unlock()
	n, err := m.Conn.Read(b)
	m.mu.Lock()
	m.waited += time.Since(start)
	m.mu.Unlock()
	return n, err
}

// Write sends b in pieces, each within the deadline: one big write would have to end as a whole.
func (m *meter) Write(b []byte) (int, error) {
	const piece = 16 << 10
	sent := 0
	for sent < len(b) || len(b) == 0 {
		if err := m.armWrite(); err != nil {
			return sent, err
		}
		n, err := m.Conn.Write(b[sent:min(len(b), sent+piece)])
		sent += n
		if err != nil || len(b) == 0 {
			return sent, err
		}
	}
	return sent, nil
}

func (m *meter) armWrite() error {
	m.mu.Lock()
	silence := m.silence
	m.mu.Unlock()
	at := time.Time{}
	if silence > 0 {
		at = time.Now().Add(silence)
	}
	if err := m.Conn.SetWriteDeadline(at); err != nil {
		return fmt.Errorf("write deadline: %w", err)
	}
	return nil
}
