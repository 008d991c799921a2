package app

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"guichet/internal/db"
	"guichet/internal/people"
	"guichet/internal/web"
)

// lobby is the window's door while the desk behind it is still being opened. The
// entry page is served at once, since the window's engine and the database take
// their time side by side; every other request waits for the desk.
type lobby struct {
	door
	rest    http.Handler  // behind settled
	look    web.Look      // behind known
	known   chan struct{} // closed when it is known how the window looks
	settled chan struct{} // closed when the desk is open, or can't be

	mu    sync.Mutex
	early []string // tickets that were given before they could be noted
	agent int64    // 0 until the desk is open
}

// patience is how long the entry page waits to be drawn as its agent left it; a
// database of a usual size is open before the window's engine asks for the page.
const patience = 300 * time.Millisecond

// newLobby listens for the window, before the desk is open.
func (d *desk) newLobby(ctx context.Context) (*lobby, error) {
	ln, origin, err := onLoopback(ctx)
	if err != nil {
		return nil, err
	}
	l := &lobby{door: door{desk: d, ln: ln, origin: origin}, known: make(chan struct{}), settled: make(chan struct{})}
	late := make(chan struct{})
	time.AfterFunc(patience, func() { close(late) })
	options := l.options()
	options.Look = func(ctx context.Context) web.Look {
		select {
		case <-l.known:
		case <-late:
		case <-ctx.Done():
		}
		return l.looks()
	}
	handler, err := web.Lobby(options, http.HandlerFunc(l.wait))
	if err != nil {
		return nil, errors.Join(err, ln.Close())
	}
	l.handler = l.raised(handler)
	return l, nil
}

// options are those of every handler that needs no database.
func (l *lobby) options() web.Options {
	return web.Options{Origins: []string{l.origin}, Now: l.desk.now, Log: l.desk.logger("web"), Shell: l.native}
}

// looks is how the agent left the window; as the system speaks until that is known.
func (l *lobby) looks() web.Look {
	select {
	case <-l.known:
		return l.look
	default:
		return web.Look{Language: l.desk.language}
	}
}

// wait leaves a request to the desk, once it is there.
func (l *lobby) wait(w http.ResponseWriter, r *http.Request) {
	select {
	case <-l.settled:
		l.rest.ServeHTTP(w, r)
	case <-r.Context().Done():
	}
}

// run opens the desk with open, lets in who waits, and runs it. Where it can't be
// opened the window says why until it is closed; then run returns it.
func (l *lobby) run(ctx context.Context, open func(context.Context) error) error {
	rest, failed := l.furnish(ctx, open)
	if failed != nil && ctx.Err() != nil {
		return nil // the window was closed before
	}
	if failed != nil {
		var err error
		if rest, err = web.Closed(l.options(), l.desk.say(failed)); err != nil {
			return errors.Join(failed, err)
		}
	}
	l.rest = rest
	close(l.settled)
	if failed != nil {
		<-ctx.Done()
		return failed
	}
	return l.desk.run(ctx)
}

func (l *lobby) furnish(ctx context.Context, open func(context.Context) error) (http.Handler, error) {
	if err := open(ctx); err != nil {
		return nil, err
	}
	me, err := l.desk.me(ctx)
	if err != nil {
		return nil, err
	}
	l.look = web.LookOf(me)
	close(l.known)
	rest, err := l.rooms("", l.native)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, ticket := range l.early {
		if err := l.note(ctx, me.ID, ticket); err != nil {
			return nil, err
		}
	}
	l.agent = me.ID
	return rest, nil
}

func (l *lobby) note(ctx context.Context, agent int64, ticket string) error {
	return l.desk.db.Write(ctx, func(tx *db.Tx) error {
		return people.KeepTicket(ctx, tx, l.desk.now(), agent, people.KindWindow, ticket)
	})
}

// way returns the address that opens a session once. A ticket that is asked for
// before the desk is open is good from then on.
func (l *lobby) way(ctx context.Context) (string, error) {
	ticket, err := people.NewTicket()
	if err != nil {
		return "", err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.agent == 0 {
		l.early = append(l.early, ticket)
	} else if err := l.note(ctx, l.agent, ticket); err != nil {
		return "", err
	}
	return l.origin + "/enter#" + ticket, nil
}
