package web

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/journal"
	"guichet/internal/people"
)

// hostOf is the Host header of requests to an origin.
func hostOf(origin string) string {
	_, host, _ := strings.Cut(origin, "://")
	return host
}

// outer is the wall around everything: the Host byte for byte, the headers that
// every answer carries, and the end of a panic.
func (d *door) outer(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer d.caught(w, r)
		if _, ours := d.origins[r.Host]; !ours {
			// A name that we did not choose leads here: DNS rebinding, or a mistake.
			http.Error(w, "421 Misdirected Request", http.StatusMisdirectedRequest)
			return
		}
		guard(w.Header())
		if d.Shell != nil {
			// The native window has no openers, and WebKit would start another process for the way in: a fifth of the start.
			w.Header().Del("Cross-Origin-Opener-Policy")
		}
		next.ServeHTTP(w, r)
	})
}

// caught answers for a handler that panicked.
func (d *door) caught(w http.ResponseWriter, r *http.Request) {
	v := recover()
	if v == nil {
		return
	}
	if v == http.ErrAbortHandler {
		panic(v)
	}
	ref := reference()
	d.Log.Error("panic in a handler", "ref", ref, "route", r.Pattern, "panic", v, "stack", string(debug.Stack()))
	writeProblem(w, unexpected(ref))
}

// walled puts one of the walls before a handler, with bounds on time and size.
func (d *door) walled(kind wall, next http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d.bound(w, r)
		switch kind {
		case wallEntry:
			if !safe(r) && !d.ourPage(r) {
				writeProblem(w, newProblem(http.StatusForbidden, "web.foreign"))
				return
			}
		case wallSession:
			if !d.ourPage(r) {
				d.refuse(w, r, http.StatusForbidden, "web.foreign")
				return
			}
			in, err := d.session(r)
			if err != nil {
				d.noSession(w, r, err)
				return
			}
			r = r.WithContext(context.WithValue(r.Context(), visitorKey{}, in))
		}
		next(w, r)
	})
}

// bound keeps one request from holding a connection or the memory for ever. What
// may last is held to nothing but a size; a deadline that was set and taken away
// again could pass in between.
func (d *door) bound(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, bodyLimit(r.URL.Path))
	if lasts(r.Pattern) {
		unbound(w)
		return
	}
	rc := http.NewResponseController(w)
	// A writer that knows no deadlines (a test's recorder) is bounded by its test.
	_ = rc.SetReadDeadline(time.Now().Add(d.bodyTime))
	_ = rc.SetWriteDeadline(time.Now().Add(d.answerTime))
}

// unbound lets an answer last: a feed, or a dialog that waits for a person. The
// server goes on reading to see the other side leave, so a deadline for reading
// would end the request too.
func unbound(w http.ResponseWriter) {
	rc := http.NewResponseController(w)
	// As in bound.
	_ = rc.SetReadDeadline(time.Time{})
	_ = rc.SetWriteDeadline(time.Time{})
}

// The time for a request's body, and for the whole answer.
const (
	bodyTime   = 2 * time.Minute
	answerTime = 5 * time.Minute
)

func safe(r *http.Request) bool { return r.Method == http.MethodGet || r.Method == http.MethodHead }

// ourPage says whether the request was made by a page of ours, or typed by the
// person. What changes something needs our Origin as well.
func (d *door) ourPage(r *http.Request) bool {
	if safe(r) {
		site := r.Header.Get("Sec-Fetch-Site")
		return site == "same-origin" || site == "none"
	}
	return d.cross.Check(r) == nil && r.Header.Get("Origin") == d.origins[r.Host]
}

// visitor is who asks: a session and its agent.
type visitor struct {
	session people.Session
	agent   people.Agent
	token   string
	origin  string // the door that was used
}

type visitorKey struct{}

// who returns the visitor of a request that passed the session wall.
func who(ctx context.Context) visitor {
	v, ok := ctx.Value(visitorKey{}).(visitor)
	if !ok {
		panic("a handler behind no session wall asks who is there")
	}
	return v
}

// actor is the visitor as the journal names it.
func actor(ctx context.Context) journal.Actor { return journal.Agent(who(ctx).agent.ID) }

// lead refuses what only a lead may do.
func lead(ctx context.Context) error {
	if who(ctx).agent.Role != people.RoleLead {
		return fault.New(fault.Refused, "web.lead")
	}
	return nil
}

func (d *door) cookie() string { return "guichet-" + d.Instance }

func (d *door) session(r *http.Request) (visitor, error) {
	c, err := r.Cookie(d.cookie())
	if err != nil {
		return visitor{}, fault.New(fault.Refused, "people.err.session")
	}
	s, a, err := people.SessionByToken(r.Context(), d.DB, d.Now(), c.Value)
	if err != nil {
		return visitor{}, err
	}
	if now := d.Now(); s.Stale(now) {
		err = d.DB.Write(r.Context(), func(tx *db.Tx) error { return people.TouchSession(r.Context(), tx, now, s.ID) })
	}
	if db.IsFull(err) {
		err = nil // a full disk must not lock people out: the end of the session stays where it was
	}
	return visitor{s, a, c.Value, d.origins[r.Host]}, err
}

// noSession answers a request whose session does not hold.
func (d *door) noSession(w http.ResponseWriter, r *http.Request, err error) {
	if fault.Is(err, fault.Refused) {
		d.refuse(w, r, http.StatusUnauthorized, "web.session")
		return
	}
	writeProblem(w, d.problemOf(r.Context(), r.Pattern, err))
}

// refuse answers a person with a page and a script with a problem.
func (d *door) refuse(w http.ResponseWriter, r *http.Request, status int, key string) {
	if safe(r) && r.Header.Get("Sec-Fetch-Dest") == "document" {
		writePage(w, r, status, key)
		return
	}
	writeProblem(w, newProblem(status, key))
}

// problemOf turns an error into what goes over the wire. What a person may not
// read goes to the log under a reference.
func (d *door) problemOf(ctx context.Context, where string, err error) *problem {
	if f, ok := fault.As(err); ok {
		if f.Cause != nil {
			d.Log.InfoContext(ctx, "refused", "route", where, "key", f.Key, "cause", f.Cause)
		}
		return faultProblem(f)
	}
	switch {
	case errors.Is(err, db.ErrNone):
		return newProblem(http.StatusNotFound, "fault.gone")
	case db.IsFull(err):
		return newProblem(http.StatusInsufficientStorage, "fault.disk_full")
	case ctx.Err() != nil:
		return newProblem(http.StatusServiceUnavailable, "web.too_slow") // nobody is there to read it
	}
	ref := reference()
	d.Log.ErrorContext(ctx, "a request failed", "ref", ref, "route", where, "error", err)
	return unexpected(ref)
}

func unexpected(ref string) *problem {
	p := newProblem(http.StatusInternalServerError, "fault.unexpected")
	p.Ref, p.Args = ref, map[string]any{"ref": ref}
	return p
}

// reference is what a person can tell the one who reads the log.
func reference() string {
	raw := make([]byte, 4)
	if _, err := rand.Read(raw); err != nil {
		return "--------" // an answer without a reference is still an answer
	}
	return hex.EncodeToString(raw)
}
