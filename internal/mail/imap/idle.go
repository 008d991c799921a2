package imap

import (
	"context"
	"errors"
	"time"

	"github.com/emersion/go-imap/v2"
)

// quiet forgets news that the pass about to begin will see anyway.
func (s *session) quiet() {
	select {
	case <-s.news:
	default:
	}
}

// wait returns when there may be news: the server said so, the time for a look has come, or a mail is due for another
// try (due; zero: none). An error means that the connection is gone.
func (s *session) wait(ctx context.Context, due time.Time) error {
	if s.o.Calm || s.noIdle || !s.caps.Has(imap.CapIdle) && !s.caps.Has(imap.CapIMAP4rev2) {
		return s.poll(ctx, due)
	}
	s.ready()
	cmd, err := s.c.Idle()
	if refused(err) {
		s.noIdle = true // announced and refused: seen behind proxies
		return s.poll(ctx, due)
	}
	if err != nil {
		return s.explain(err)
	}
	period := until(due, s.nap())
	s.conn.Expect(period+s.p.Silence, 0, 1<<20)
	ended := s.doze(ctx, period)
	s.ready()
	if err := errors.Join(cmd.Close(), cmd.Wait()); err != nil {
		return s.explain(err)
	}
	return ended
}

// nap is how long the next IDLE may last: short after news, then longer up to Options.Idle. Some servers forget to
// tell what came between the last answer and the IDLE; that mail must not wait for minutes.
func (s *session) nap() time.Duration {
	s.dozed = min(max(2*s.dozed, 15*time.Second), s.o.Idle)
	return s.dozed
}

// poll is wait for a server without IDLE. News that came by chance counts too.
func (s *session) poll(ctx context.Context, due time.Time) error {
	period := until(due, s.o.Poll)
	s.conn.Expect(period+s.p.Silence, 0, 1<<20)
	return s.doze(ctx, period)
}

func (s *session) doze(ctx context.Context, period time.Duration) error {
	timer, look := time.NewTimer(period), time.NewTicker(wakeful)
	defer timer.Stop()
	defer look.Stop()
	for slept := s.o.sleeps(); ; {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-s.c.Closed():
			return nil // the next command says why
		case <-s.news:
			s.dozed = 0
			return s.calm(ctx)
		case <-timer.C:
			s.alarms = 0
			return nil
		case <-look.C:
			if slept() {
				return nil // the next command finds out whether the server still knows us
			}
		}
	}
}

// wakeful is how often a loop that waits looks whether the machine slept.
const wakeful = 20 * time.Second

// sleeps returns what says whether the machine has slept since: timers stand still then, the clock on the wall does not,
// and the server has most likely forgotten us without our knowing. A clock that is set forward looks the same, and
// costs no more than a look.
func (o Options) sleeps() (slept func() bool) {
	began, wall := time.Now(), o.wall()
	return func() bool { return o.wall().Sub(wall)-time.Since(began) > time.Minute }
}

// calm holds back after false alarms: some servers announce the folder's size with every answer, and each announcement
// costs a look. The first alarm is believed at once.
func (s *session) calm(ctx context.Context) error {
	pause := min(time.Duration(s.alarms)*250*time.Millisecond, 15*time.Second)
	s.alarms++
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// until returns the time to due, at most most and at least a moment.
func until(due time.Time, most time.Duration) time.Duration {
	if due.IsZero() {
		return most
	}
	return min(most, max(time.Until(due), time.Millisecond))
}
