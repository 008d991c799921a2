//go:build unix

package outbox

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"guichet/internal/db/dbtest"
	"guichet/internal/mail/mailtest"
	"guichet/internal/mail/wire"
)

// against gives the bench a real Postfix.
func (b *bench) against(srv wire.Server) {
	b.opts.Route = func(context.Context, int64) (Route, error) {
		return Route{SMTP: srv, Hello: "desk.guichet.example", From: mailtest.User}, nil
	}
}

// arrived waits until Postfix has delivered n mails.
func arrived(t *testing.T, box string, n int) {
	t.Helper()
	tick, giveUp := time.NewTicker(20*time.Millisecond), time.After(30*time.Second)
	defer tick.Stop()
	for len(mailtest.Box(t, box)) < n {
		select {
		case <-tick.C:
		case <-giveUp:
			t.Fatalf("%d mails, want %d", len(mailtest.Box(t, box)), n)
		}
	}
}

// E2: a real Postfix puts off at each stage, then takes the mail: it is tried again when its time has come, not before,
// and arrives once.
func TestPutOffAtEachStageByPostfix(t *testing.T) {
	var off sync.Map
	policy := mailtest.NewPolicy(t, func(stage, _ string, _ int) string {
		if _, yes := off.Load(stage); yes {
			return "450 4.2.0 greylisted, come back later"
		}
		return ""
	})
	srv, box := mailtest.PostfixWith(t, policy.Conf())
	for i, stage := range []string{"CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "END-OF-MESSAGE"} {
		t.Run(stage, func(t *testing.T) {
			b := newBench(t, dbtest.Open(t), map[string]string{})
			b.against(srv)
			off.Store(stage, true)
			id := b.enqueue("lea@moulin.example")
			for try := 1; try <= 3; try++ {
				it := b.try(id)
				if it.State != Waiting || it.NotBefore.Sub(b.now()) != pause(try) || !strings.Contains(fmt.Sprint(it.Problem, it.Recipients), "4") {
					t.Fatalf("try %d: %s at %s, %+v", try, it.State, it.NotBefore, it.Problem)
				}
				if early := b.try(id); early.Attempts != try {
					t.Fatalf("tried before its time: %d attempts", early.Attempts)
				}
				b.later(pause(try))
			}
			off.Delete(stage)
			if it := b.try(id); it.State != Sent || it.Attempts != 4 {
				t.Errorf("%s after %d attempts: %+v", it.State, it.Attempts, it.Problem)
			}
			arrived(t, box, i+1)
			if b.later(time.Hour); b.try(id).Attempts != 4 {
				t.Error("sent once more")
			}
		})
	}
	if n := len(mailtest.Box(t, box)); n != 6 {
		t.Errorf("%d mails arrived, want 6", n)
	}
}

// Greylisting by recipient, and one that does not exist: the good one gets the mail once, the one put off later, the
// bad one is said.
func TestRecipientsOneByOneByPostfix(t *testing.T) {
	policy := mailtest.NewPolicy(t, func(stage, recipient string, n int) string {
		if stage == "RCPT" && recipient == "paul@moulin.example" && n == 1 {
			return "450 4.2.0 greylisted"
		}
		return ""
	})
	srv, box := mailtest.PostfixWith(t, policy.Conf())
	b := newBench(t, dbtest.Open(t), map[string]string{})
	b.against(srv)
	id := b.enqueue("lea@moulin.example", "inconnu@moulin.example", "paul@moulin.example")
	first := b.try(id)
	if first.State != Waiting || states(first) != "failed,sent,waiting" {
		t.Fatalf("%s: %s", first.State, states(first))
	}
	b.later(pause(1))
	second := b.try(id)
	if second.State != Failed || states(second) != "failed,sent,sent" || !strings.Contains(second.Problem.Server, "550 5.1.1") {
		t.Fatalf("%s: %s, %+v", second.State, states(second), second.Problem)
	}
	arrived(t, box, 2)
	if n := len(mailtest.Box(t, box)); n != 2 {
		t.Errorf("%d copies", n)
	}
}

// states are those of the recipients by address.
func states(it Item) string {
	by := map[string]string{}
	for _, r := range it.Recipients {
		by[r.Address[:strings.IndexByte(r.Address, '@')]] = string(r.State)
	}
	return by["inconnu"] + "," + by["lea"] + "," + by["paul"]
}

// A mail that is larger than the server says it takes is told so in words, and none of it goes over the wire.
func TestTooLargeForPostfix(t *testing.T) {
	var data atomic.Int64
	policy := mailtest.NewPolicy(t, func(stage, _ string, _ int) string {
		if stage != "CONNECT" && stage != "EHLO" {
			data.Add(1)
		}
		return ""
	})
	srv, _ := mailtest.PostfixWith(t, policy.Conf()+"message_size_limit = 30\n")
	b := newBench(t, dbtest.Open(t), map[string]string{})
	b.against(srv)
	it := b.try(b.enqueue("lea@moulin.example"))
	if it.State != Failed || it.Problem.Key != "wire.err.smtp_size" || data.Load() != 0 {
		t.Errorf("%s, %+v, %d stages", it.State, it.Problem, data.Load())
	}
}
