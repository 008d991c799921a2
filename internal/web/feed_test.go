package web

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"guichet/internal/db"
	"guichet/internal/journal"
	"guichet/internal/people"
	"guichet/internal/words"
)

// served puts the desk behind a real server whose feeds a test can read.
func (k *desktop) served() *httptest.Server {
	k.t.Helper()
	s := httptest.NewUnstartedServer(k.handler)
	s.Start()
	k.t.Cleanup(s.Close)
	return s
}

type event struct{ id, name, data string }

// follow opens a feed and returns its events one by one; a comment comes as an
// event without a name.
func (k *desktop) follow(s *httptest.Server, query string, head map[string]string) (next func() (event, bool)) {
	k.t.Helper()
	ctx, cancel := context.WithTimeout(k.t.Context(), 20*time.Second) // a test that hangs must end
	r, err := http.NewRequestWithContext(ctx, "GET", s.URL+"/api/feed"+query, nil)
	if err != nil {
		k.t.Fatal(err)
	}
	r.Host, r.Header = testHost, k.request("GET", "/", nil).Header
	for name, value := range head {
		r.Header.Set(name, value)
	}
	answer, err := s.Client().Do(r)
	if err != nil {
		k.t.Fatal(err)
	}
	k.t.Cleanup(func() { cancel(); _ = answer.Body.Close() })
	if answer.StatusCode != 200 || answer.Header.Get("Content-Type") != "text/event-stream" {
		k.t.Fatal(answer.Status, answer.Header)
	}
	lines := bufio.NewScanner(answer.Body)
	return func() (e event, ok bool) {
		for lines.Scan() {
			switch name, value, _ := strings.Cut(lines.Text(), ": "); name {
			case "id":
				e.id = value
			case "event":
				e.name = value
			case "data":
				e.data = value
			case "":
				if value != "" {
					e.data = value // a comment
					continue
				}
				return e, true
			}
		}
		return e, false
	}
}

func (k *desktop) client(name string) (c people.Client) {
	k.t.Helper()
	k.write(func(ctx context.Context, tx *db.Tx) (err error) {
		c, err = people.CreateClient(ctx, tx, journal.Agent(k.agent.ID), k.now, people.Client{Name: name, Language: words.French, Colour: -1})
		return err
	})
	return c
}

func TestTheFeedTellsWhatHappensAndGoesOnWhereItWas(t *testing.T) {
	k := newDesk(t)
	s := k.served()
	next := k.follow(s, "", nil)
	if e, _ := next(); e.name != "status" || !strings.Contains(e.data, `"mailboxes":[]`) {
		t.Fatalf("first %+v", e)
	}
	c := k.client("Ardoise")
	e, _ := next()
	var told feedChange
	if err := json.Unmarshal([]byte(e.data), &told); err != nil {
		t.Fatal(err)
	}
	if e.name != "change" || told.Kind != "client.created" || told.SubjectID != idOf(c.ID) || told.ActorID != idOf(k.agent.ID) || e.id == "" {
		t.Fatalf("%+v", e)
	}
	k.client("Bruyère")
	k.client("Cyprès")
	again := k.follow(s, "?since=0", map[string]string{"Last-Event-ID": e.id})
	for _, kind := range []string{"status", "client.created", "client.created"} {
		if e, ok := again(); !ok || e.name != kind && !strings.Contains(e.data, kind) {
			t.Fatalf("%s expected, got %+v", kind, e)
		}
	}
}

func TestAFeedOfAnotherPastStartsAnew(t *testing.T) {
	k := newDesk(t)
	next := k.follow(k.served(), "?since=999999", nil)
	if e, _ := next(); e.name != "reset" {
		t.Errorf("%+v", e)
	}
	k.refused(422, "GET", "/api/feed?since=x", nil)
}

func TestAnIdleFeedBeats(t *testing.T) {
	k := newDesk(t)
	k.door.beat = time.Millisecond
	next := k.follow(k.served(), "", nil)
	next() // the status
	if e, ok := next(); !ok || e.name != "" {
		t.Errorf("%+v", e)
	}
}

func TestTheFeedOfARevokedSessionEnds(t *testing.T) {
	k := newDesk(t)
	next := k.follow(k.served(), "", nil)
	next() // the status
	k.revoke()
	for {
		if _, ok := next(); !ok {
			return
		}
	}
}

func TestTheFeedTellsHowTheLoopsAre(t *testing.T) {
	var full atomic.Bool
	moved := make(chan struct{})
	k := newDesk(t, func(o *Options) {
		o.Desk = Desk{DiskFull: full.Load, Changed: func() <-chan struct{} {
			if full.Load() {
				return nil
			}
			return moved
		}}
	})
	next := k.follow(k.served(), "", nil)
	if e, _ := next(); strings.Contains(e.data, `"diskFull":true`) {
		t.Fatalf("%+v", e)
	}
	full.Store(true)
	close(moved)
	if e, _ := next(); e.name != "status" || !strings.Contains(e.data, `"diskFull":true`) {
		t.Fatalf("%+v", e)
	}
}

// TestAFeedOutlivesTheTimeForABody waits for a change long after the time that a
// request has for its body.
func TestAFeedOutlivesTheTimeForABody(t *testing.T) {
	k := newDesk(t)
	k.door.bodyTime, k.door.answerTime, k.door.beat = time.Millisecond, time.Millisecond, 10*time.Millisecond
	next := k.follow(k.served(), "", nil)
	next() // the status
	for range 20 {
		if _, ok := next(); !ok {
			t.Fatal("the feed ended")
		}
	}
}
