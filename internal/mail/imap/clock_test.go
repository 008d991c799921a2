package imap

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// clock is a clock on the wall that a test turns; timers do not notice.
type wallClock struct {
	mu   sync.Mutex
	away time.Duration
}

func (c *wallClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Round(0).Add(c.away)
}

func (c *wallClock) jump(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.away += by
}

// T2: the machine slept, the server has forgotten us and says nothing: the loop notices when it wakes, and not when the
// IDLE or the pause would have ended.
func TestSleepAndResume(t *testing.T) {
	for _, slept := range []time.Duration{10 * time.Minute, 8 * time.Hour} {
		f, c := newFake(3), &wallClock{}
		var forgot atomic.Bool
		f.answer = func(k *fakeConn, tag, cmd string) bool {
			if cmd != "IDLE" || k.n > 1 {
				return false
			}
			k.say("+ idling")
			if _, err := k.in.ReadString('\n'); err == nil && forgot.Load() {
				k.fail(silence) // for ever
			}
			k.say("%s OK done", tag)
			return true
		}
		bubble(t, f, Options{wall: c.now, Idle: 9 * time.Minute}, func(t *testing.T, d *desk) {
			d.until(t, "idle", func() bool { return len(d.mails) == 3 && d.state.Phase == Idle })
			time.Sleep(2*time.Hour + time.Minute) // virtual: an IDLE lasts as long as it ever does by now
			c.jump(slept)
			forgot.Store(true)
			f.mu.Lock()
			f.mails[4] = letter(4, 300)
			f.mu.Unlock()
			woke := time.Now()
			d.until(t, "the mail that came meanwhile", func() bool { return len(d.mails) == 4 })
			if took := time.Since(woke); took > 3*time.Minute {
				t.Errorf("slept %s: noticed after %s", slept, took)
			}
		})
	}
}

// The same while the loop rests after failures: the network is there again.
func TestResumeWhileResting(t *testing.T) {
	f, c := newFake(1), &wallClock{}
	f.answer = func(k *fakeConn, _, cmd string) bool {
		if cmd == "GREETING" && c.now().Before(time.Date(2000, 1, 1, 6, 0, 0, 0, time.UTC)) {
			_ = k.Close()
			return true
		}
		return false
	}
	o := Options{wall: c.now, Backoff: func(int) time.Duration { return 5 * time.Minute }}
	bubble(t, f, o, func(t *testing.T, d *desk) {
		d.until(t, "failing", func() bool { return d.state.Phase == Failing })
		woke := time.Now()
		c.jump(8 * time.Hour)
		d.until(t, "the mail", func() bool { return len(d.mails) == 1 })
		if took := time.Since(woke); took > time.Minute {
			t.Errorf("noticed after %s", took)
		}
	})
}

// T2: a clock that is set back, or forward by a little, changes nothing that can be seen.
func TestClockSetBack(t *testing.T) {
	f, c := newFake(2), &wallClock{}
	f.give = func(k *fakeConn, seq int, uid uint32, raw []byte) {
		if uid != 2 {
			k.honest(seq, uid, raw)
		}
	}
	bubble(t, f, Options{wall: c.now, After: Flag}, func(t *testing.T, d *desk) {
		d.until(t, "one mail", func() bool { return len(d.mails) == 1 })
		for _, by := range []time.Duration{-time.Hour, 30 * time.Second, -24 * time.Hour} {
			c.jump(by)
		}
		d.until(t, "the notice", func() bool { return d.final[2] != nil })
		if !errors.Is(d.final[2], ErrHole) || len(d.failed[2]) != 5 || !strings.Contains(f.flags[1], "Seen") {
			t.Errorf("%v after %v", d.final[2], d.failed[2])
		}
	})
}
