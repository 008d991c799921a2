package imap

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"guichet/internal/mail/wire"
)

// Run reads the folder until ctx ends: it connects, brings what is missing, waits for news, and starts again after a
// failure. It returns nil when ctx ended; it never gives up by itself.
func Run[T any](ctx context.Context, o Options, h Hooks[T]) error {
	l := loop[T]{o: o.defaults(), h: h, tries: make(tries)}
	for failures := 0; ctx.Err() == nil; {
		l.tell(State{Phase: Connecting})
		ok, err := l.session(ctx)
		if ctx.Err() != nil {
			break
		}
		if ok {
			failures, l.since = 0, time.Time{}
		}
		failures++
		l.rest(ctx, failures, err)
	}
	return nil
}

// Once makes one pass over one connection and returns how many mails were committed. Mails that could not be had are
// told to Hooks.Failed and are no error.
func Once[T any](ctx context.Context, o Options, h Hooks[T]) (n int, err error) {
	o = o.defaults()
	s, _, err := open(ctx, o)
	if err != nil {
		return 0, err
	}
	defer s.logout()
	return (&pass[T]{s: s, h: h, tries: make(tries)}).run(ctx)
}

type loop[T any] struct {
	o     Options
	h     Hooks[T]
	tries tries
	since time.Time // first failure of the row
}

// session lives until the connection fails; ok says that it worked for a while.
func (l *loop[T]) session(ctx context.Context) (ok bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s, _, err := open(ctx, l.o)
	if err != nil {
		return false, err
	}
	defer s.close()
	l.tell(State{Phase: Connected})
	for {
		s.quiet()
		p := &pass[T]{s: s, h: l.h, tries: l.tries}
		n, err := p.run(ctx)
		ok = ok || n > 0 || err == nil
		if err != nil {
			return ok, err
		}
		if n > 0 {
			s.alarms = 0
		}
		l.since = time.Time{}
		l.tell(State{Phase: Idle})
		if err := s.wait(ctx, p.next); err != nil {
			return ok, err
		}
	}
}

// rest waits before the next connection. A refused login waits the longest: hammering locks accounts.
func (l *loop[T]) rest(ctx context.Context, failures int, err error) {
	if l.since.IsZero() {
		l.since = time.Now()
	}
	if refusedLogin(err) {
		failures = max(failures, 10)
	}
	pause := l.o.Backoff(failures)
	l.tell(State{Phase: Failing, Since: l.since, Next: time.Now().Add(pause), Err: err})
	timer, look := time.NewTimer(pause), time.NewTicker(wakeful)
	defer timer.Stop()
	defer look.Stop()
	for slept := l.o.sleeps(); ; {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
			return
		case <-look.C:
			if slept() { // whatever was in the way, the machine is somewhere else now
				return
			}
		}
	}
}

// refusedLogin says that trying again soon is no use. A token that was refused is another thing: the next is new.
func refusedLogin(err error) bool {
	var told *wire.Error
	if !errors.As(err, &told) || told.Key() == "wire.err.login_token" {
		return false
	}
	return strings.HasPrefix(told.Key(), "wire.err.login") || slices.Contains([]string{"oauth.err.ended", "oauth.err.nobody", "oauth.err.client"}, told.Key())
}

func (l *loop[T]) tell(s State) {
	if l.h.State == nil {
		return
	}
	if s.Since.IsZero() {
		s.Since = time.Now()
	}
	l.h.State(s)
}

func (o Options) defaults() Options {
	if o.Folder == "" {
		o.Folder = "INBOX"
	}
	if o.After == "" {
		o.After = Leave
	}
	if o.Poll == 0 {
		o.Poll = time.Minute
	}
	if o.Idle == 0 {
		o.Idle = 9 * time.Minute
	}
	if o.wall == nil {
		o.wall = func() time.Time { return time.Now().Round(0) } // without the monotonic part
	}
	if o.Backoff == nil {
		o.Backoff = backoff
	}
	if o.Retry == nil {
		o.Retry = retry
	}
	return o
}

// backoff doubles from 1 s to 5 min, less up to half by chance, so that desks do not return all at once after an outage.
func backoff(n int) time.Duration {
	d := min(time.Second<<min(n-1, 10), 5*time.Minute)
	return d - rand.N(d/2)
}

func retry(n int) time.Duration {
	return []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour}[min(n, 4)-1]
}
