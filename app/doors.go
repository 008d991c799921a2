package app

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"guichet/app/instance"
	"guichet/app/window"
	"guichet/frontend"
	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/journal"
	"guichet/internal/outbox"
	"guichet/internal/people"
	"guichet/internal/web"
	"guichet/internal/words"
)

// door is one way in: a listener and the handler behind it.
type door struct {
	desk    *desk
	ln      net.Listener
	origin  string
	handler http.Handler
	shell   atomic.Pointer[window.Shell]
}

// loopback opens the door that only this machine reaches.
func (d *desk) loopback(ctx context.Context) (*door, error) {
	ln, origin, err := onLoopback(ctx)
	if err != nil {
		return nil, err
	}
	return d.behind(ln, origin, "")
}

// onLoopback listens on a random port, under a name of its own for each start,
// since the cookies of a bare 127.0.0.1 are sent to every port of it.
func onLoopback(ctx context.Context) (net.Listener, string, error) {
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, "", fmt.Errorf("listen on loopback: %w", err)
	}
	name := make([]byte, 8)
	if _, err := rand.Read(name); err != nil {
		return nil, "", errors.Join(err, ln.Close())
	}
	port := ln.Addr().(*net.TCPAddr).Port
	return ln, fmt.Sprintf("http://g-%s.localhost:%d", hex.EncodeToString(name), port), nil
}

// behind puts the handler behind a listener. fingerprint is that of its
// certificate, "" for none.
func (d *desk) behind(ln net.Listener, origin, fingerprint string) (*door, error) {
	o := &door{desk: d, ln: ln, origin: origin}
	handler, err := o.rooms(fingerprint, nil)
	if err != nil {
		return nil, errors.Join(err, ln.Close())
	}
	o.handler = o.raised(handler)
	return o, nil
}

// rooms is all that can be done through a door. shell is the window's, nil for
// none.
func (o *door) rooms(fingerprint string, shell func() (web.Shell, bool)) (http.Handler, error) {
	d := o.desk
	name, err := d.key.Derive("cookie name")
	if err != nil {
		return nil, err
	}
	options := web.Options{DB: d.db, Origins: []string{o.origin}, Instance: hex.EncodeToString(name[:4]), Dist: frontend.Dist(), Now: d.now,
		Answer: d.answer, Log: d.logger("web"), Demo: d.passing, Version: version, Desk: d.state.desk(), Key: d.key, Tokens: d.tokens, Roots: d.roots, Folder: d.dir, Fingerprint: fingerprint, Shell: shell}
	d.offerBackups(&options)
	return web.Handler(options)
}

// raised lets a second start raise the window, before the walls of the rooms.
func (o *door) raised(rooms http.Handler) http.Handler {
	raise := o.desk.hold.RaiseHandler(o.raise)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == instance.RaisePath && r.Host == o.host() {
			raise.ServeHTTP(w, r)
			return
		}
		rooms.ServeHTTP(w, r)
	})
}

// native gives the window's own things, once there is a window.
func (o *door) native() (web.Shell, bool) {
	s := o.shell.Load()
	if s == nil {
		return web.Shell{}, false
	}
	return web.Shell{SaveFile: s.SaveFile, Pick: s.Pick, OpenURL: s.OpenURL, Notify: s.Notify, SetTitle: s.SetTitle}, true
}

func (o *door) raise() {
	if s := o.shell.Load(); s != nil {
		s.Raise()
	}
}

// host is the door's name and port, as a Host header says it.
func (o *door) host() string {
	return strings.TrimPrefix(strings.TrimPrefix(o.origin, "https://"), "http://")
}

func (o *door) serve(ctx context.Context) error {
	return web.Serve(ctx, o.ln, o.handler, o.desk.logger("web"))
}

// enter returns the address that opens a session of an agent once.
func (o *door) enter(ctx context.Context, agent int64, kind string) (string, error) {
	var ticket string
	err := o.desk.db.Write(ctx, func(tx *db.Tx) (err error) {
		ticket, err = people.NewEntry(ctx, tx, journal.System(), o.desk.now(), agent, kind)
		return err
	})
	return o.origin + "/enter#" + ticket, err
}

// me is the agent whom the window belongs to: the one that was chosen at first
// start, else the first of the team; made where there is none.
func (d *desk) me(ctx context.Context) (people.Agent, error) {
	team, err := people.Agents(ctx, d.db)
	if err != nil {
		return people.Agent{}, err
	}
	for _, a := range team {
		if a.Active {
			return a, nil
		}
	}
	var a people.Agent
	err = d.db.Write(ctx, func(tx *db.Tx) (err error) {
		a, err = people.CreateAgent(ctx, tx, journal.System(), d.now(), people.Agent{Name: d.userName(), Email: "moi@guichet.invalid",
			Language: d.language, Level: 1, Role: people.RoleLead, Active: true})
		return err
	})
	return a, err
}

// userName is what the system calls the person, until they say their name.
func (d *desk) userName() string {
	for _, name := range []string{"USER", "USERNAME", "LOGNAME"} {
		if v := d.env(name); v != "" {
			return v
		}
	}
	return "Technicien"
}

// openWindow is starting the program without a word: the window on this
// machine's data. A second start raises the first one's window.
func openWindow(ctx context.Context, p program, args []string) error {
	if len(args) > 0 {
		p.help()
		return errUsage
	}
	if ok, why := window.Available(); !ok {
		return fault.New(fault.Refused, why)
	}
	d, err := holdDesk(p, p.folder(), false)
	if taken := (*instance.Taken)(nil); errors.As(err, &taken) {
		return taken.Raise(ctx)
	}
	if err != nil {
		return err
	}
	return errors.Join(d.show(ctx, d.open, nil), d.close())
}

// show runs the desk behind its window until the window is closed. The desk is
// opened while the window is. also is a loop more, for the demo.
func (d *desk) show(ctx context.Context, open func(context.Context) error, also func(context.Context) error) error {
	l, err := d.newLobby(ctx)
	if err != nil {
		return err
	}
	if err := d.hold.Announce(l.ln.Addr().String(), l.host(), true); err != nil {
		return err
	}
	run := func(ctx context.Context) error { return l.run(ctx, open) }
	return d.together(ctx, &l.door, run, also, func(ctx context.Context) error {
		return window.Run(ctx, window.Options{Title: "Guichet", Folder: d.dir,
			Language: func() words.Language { return l.looks().Language },
			Enter: func() string {
				url, err := l.way(ctx)
				if err != nil {
					d.log.Error("no way in for the window", "err", err)
				}
				return url
			},
			OnShell: func(s window.Shell) { l.shell.Store(&s) }})
	})
}

// together runs the desk's loops (run) and the door while front runs; when front
// ends, or one of them fails, all end.
func (d *desk) together(ctx context.Context, o *door, run, also, front func(context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	ended := make(chan error, 3)
	behind := []func(context.Context) error{run, o.serve}
	if also != nil {
		behind = append(behind, also)
	}
	for _, run := range behind {
		go func() {
			err := run(ctx)
			if err != nil {
				cancel(err)
			}
			ended <- err
		}()
	}
	err := front(ctx)
	if ctx.Err() == nil {
		err = errors.Join(err, d.letGo(ctx))
	}
	cancel(nil)
	for range behind {
		err = errors.Join(err, <-ended)
	}
	return err
}

// lastMails is how long closing the window waits for answers to leave.
const lastMails = 8 * time.Second

// letGo sends what could still be undone when the window was closed: its author
// takes it for sent.
func (d *desk) letGo(ctx context.Context) error {
	if !d.opened.Load() {
		return nil
	}
	var held int64
	err := d.db.Write(ctx, func(tx *db.Tx) (err error) {
		held, err = outbox.Hurry(ctx, tx, d.now())
		return err
	})
	if err != nil || held == 0 {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, lastMails)
	defer cancel()
	for {
		changed := d.db.Changed()
		if n, err := outbox.Leaving(ctx, d.db); err != nil || n == 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return nil // it leaves at the next start
		case <-changed:
		}
	}
}
