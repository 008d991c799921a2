package web

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"sync"
	"time"
)

// grant is what one capability opens: one message, for one session, with the
// links that were found in it.
type grant struct {
	visitor visitor
	message int64
	links   []mailLink
	used    time.Time
}

// grants keeps the capabilities of mail documents. They live in memory only: a
// capability never outlives the program, and at most maxGrants are kept.
type grants struct {
	mu sync.Mutex
	of map[string]grant
}

// A day's work of opened mails; the least used goes first.
const (
	maxGrants = 2000
	grantLife = 24 * time.Hour
)

func newGrants() *grants { return &grants{of: map[string]grant{}} }

// give returns a capability (256 random bits). The same session gets the same
// one for the same message, so that its frame stays as it is.
func (g *grants) give(v visitor, message int64, links []mailLink, now time.Time) (string, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for name, had := range g.of {
		if had.visitor.session.ID == v.session.ID && had.message == message {
			g.of[name] = grant{v, message, links, now}
			return name, nil
		}
	}
	if len(g.of) >= maxGrants {
		g.forget(now)
	}
	raw := make([]byte, 32)
	if _, err := rand.Read(raw); err != nil {
		return "", fmt.Errorf("make a capability: %w", err)
	}
	name := base64.RawURLEncoding.EncodeToString(raw)
	g.of[name] = grant{v, message, links, now}
	return name, nil
}

// forget drops what is too old, and the least used one where nothing is.
func (g *grants) forget(now time.Time) {
	var least string
	for name, had := range g.of {
		if now.Sub(had.used) > grantLife {
			delete(g.of, name)
			continue
		}
		if least == "" || had.used.Before(g.of[least].used) {
			least = name
		}
	}
	if len(g.of) >= maxGrants {
		delete(g.of, least)
	}
}

// open returns what a capability opens.
func (g *grants) open(name string, now time.Time) (grant, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	had, ok := g.of[name]
	if !ok || now.Sub(had.used) > grantLife {
		return grant{}, false
	}
	had.used = now
	g.of[name] = had
	return had, true
}

// questions carries what a click in a mail asks to the windows of its session.
type questions struct {
	mu sync.Mutex
	of map[int64]map[chan feedQuestion]bool // by session
}

func newQuestions() *questions { return &questions{of: map[int64]map[chan feedQuestion]bool{}} }

// listen returns the questions of a session, and what ends listening.
func (q *questions) listen(session int64) (<-chan feedQuestion, func()) {
	c := make(chan feedQuestion, 4)
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.of[session] == nil {
		q.of[session] = map[chan feedQuestion]bool{}
	}
	q.of[session][c] = true
	return c, func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		delete(q.of[session], c)
		if len(q.of[session]) == 0 {
			delete(q.of, session)
		}
	}
}

// ask hands a question to every window of the session. A window that has four
// unread ones gets no more: nobody clicks that fast.
func (q *questions) ask(session int64, asked feedQuestion) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for c := range q.of[session] {
		select {
		case c <- asked:
		default:
		}
	}
}
