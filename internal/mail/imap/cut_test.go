package imap

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"
)

// soak reports whether the long counts are wanted.
func soak() bool { return os.Getenv("GUICHET_SOAK") != "" }

// seeded returns a random source whose seed is printed.
func seeded(t *testing.T) *rand.Rand {
	seed := uint64(time.Now().UnixNano())
	if s := os.Getenv("GUICHET_SEED"); s != "" {
		_, _ = fmt.Sscan(s, &seed)
	}
	t.Logf("GUICHET_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 1))
}

// cutOnce makes the first connection fail after the given bytes of its first FETCH answer.
func cutOnce(f *fake, after int, how fault) {
	f.answer = func(k *fakeConn, _, cmd string) bool {
		if k.n == 1 && strings.HasPrefix(cmd, "UID FETCH") && k.left < 0 {
			k.left, k.fault = after, how
		}
		return false
	}
}

// R3: a connection cut at any byte of a mail leaves no half of it, and the mail comes whole the next time.
func TestCutAtEveryByte(t *testing.T) {
	const size = 2048
	answer := size + 60 // with its frame and the tagged OK
	for after := range answer {
		f := newFake(0)
		f.mails[1] = letter(1, size)
		cutOnce(f, after, fault(after%2))
		bubble(t, f, Options{After: Flag}, func(t *testing.T, d *desk) {
			d.until(t, fmt.Sprint("mail after a cut at ", after), func() bool { return len(d.mails) == 1 && len(d.unmarked) == 0 })
			if d.mails[sum(f.mails[1])] != 1 {
				t.Errorf("cut at %d: %v", after, d.mails)
			}
		})
		if t.Failed() {
			return
		}
	}
}

// The same with a mail of 5 MB between two small ones.
func TestCutLargeMail(t *testing.T) {
	r, rounds := seeded(t), 12
	if soak() {
		rounds = 200
	}
	big := letter(2, 5<<20)
	for range rounds {
		f := newFake(3)
		f.mails[2] = big
		at := r.IntN(len(big) + 900)
		cutOnce(f, at, fault(r.IntN(2)))
		bubble(t, f, Options{After: Flag}, func(t *testing.T, d *desk) {
			d.until(t, fmt.Sprint("three mails after a cut at ", at), func() bool { return len(d.mails) == 3 && len(d.unmarked) == 0 })
			for uid, raw := range f.mails {
				if d.mails[sum(raw)] != 1 {
					t.Errorf("cut at %d: mail %d committed %d times", at, uid, d.mails[sum(raw)])
				}
			}
		})
	}
}

// R4: wherever the server stops talking, and however, the loop is back on a new connection soon.
func TestStalls(t *testing.T) {
	points := []struct {
		cmd   string
		after int // bytes of the answer
	}{
		{"GREETING", 0}, {"GREETING", 5}, {"CAPABILITY", 0}, {"CAPABILITY", 12}, {"LOGIN", 0}, {"SELECT", 0}, {"UID SEARCH", 0},
		{"UID FETCH", 0}, {"UID FETCH", 30}, {"UID FETCH", 200}, {"UID FETCH", 700}, {"UID STORE", 0}, {"IDLE", 0}, {"IDLE", 10},
	}
	for _, p := range points {
		for how, name := range map[fault]string{fin: "FIN", rst: "RST", silence: "silence"} {
			t.Run(fmt.Sprintf("%s+%d %s", p.cmd, p.after, name), func(t *testing.T) {
				f := newFake(2)
				f.answer = func(k *fakeConn, _, cmd string) bool {
					if k.n == 1 && strings.HasPrefix(cmd, p.cmd) && k.left < 0 {
						k.left, k.fault = p.after, how
					}
					return false
				}
				begin := time.Time{}
				bubble(t, f, Options{After: Flag}, func(t *testing.T, d *desk) {
					begin = time.Now()
					d.until(t, "second connection idle", func() bool {
						return f.clients() == 2 && len(d.unmarked) == 0 && d.state.Phase == Idle
					})
					if took := time.Since(begin); took > 95*time.Second {
						t.Errorf("back after %v", took)
					}
					d.whole(t, f, 2)
				})
			})
		}
	}
}

// A server that feeds a byte now and then makes progress, but not enough.
func TestTrickle(t *testing.T) {
	f := newFake(1)
	f.give = func(k *fakeConn, seq int, uid uint32, raw []byte) {
		if k.n > 1 {
			k.honest(seq, uid, raw)
			return
		}
		k.say("* %d FETCH (UID %d BODY[] {%d}", seq, uid, len(raw))
		for _, b := range raw {
			time.Sleep(50 * time.Second) // virtual
			if _, err := k.Write([]byte{b}); err != nil {
				return
			}
		}
	}
	bubble(t, f, Options{}, func(t *testing.T, d *desk) {
		begin := time.Now()
		d.until(t, "mail", func() bool { return len(d.mails) == 1 })
		if took := time.Since(begin); took > 12*time.Minute {
			t.Errorf("had after %v", took)
		}
		d.whole(t, f, 1)
	})
}
