package web

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"guichet/internal/answer"
	"guichet/internal/db"
	"guichet/internal/db/dbtest"
	"guichet/internal/fault"
	"guichet/internal/journal"
	"guichet/internal/people"
	"guichet/internal/words"
)

const (
	testHost   = "g-0123456789abcdef.localhost:4711"
	testOrigin = "http://" + testHost
)

var testTime0 = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// desktop is a handler on a new database with one agent in it, a lead, and her
// session.
type desktop struct {
	t       testing.TB
	db      *db.DB
	door    *door
	handler http.Handler
	agent   people.Agent
	token   string
	now     time.Time
}

func newDesk(t testing.TB, change ...func(*Options)) *desktop {
	t.Helper()
	return newDeskOn(t, dbtest.Open(t), change...)
}

func newDeskOn(t testing.TB, d *db.DB, change ...func(*Options)) *desktop {
	t.Helper()
	k := &desktop{t: t, db: d, now: testTime0}
	o := Options{DB: k.db, Origins: []string{testOrigin}, Instance: "test", Now: func() time.Time { return k.now },
		Dist:    fstest.MapFS{"index.html": {Data: []byte("<!doctype html><title>Guichet</title>")}, "assets/app-1a2b.js": {Data: []byte("1")}},
		Answer:  answer.Config{Blobs: t.TempDir(), Key: bytes.Repeat([]byte{7}, 32), Zone: time.UTC},
		Log:     slog.New(slog.NewTextHandler(io.Discard, nil)),
		Version: "test"}
	for _, c := range change {
		c(&o)
	}
	var err error
	if k.door, err = newDoor(o); err != nil {
		t.Fatal(err)
	}
	k.handler = k.door.outer(k.door.mux())
	k.write(func(ctx context.Context, tx *db.Tx) (err error) {
		k.agent, err = people.CreateAgent(ctx, tx, journal.System(), k.now, people.Agent{Name: "Léa Morin", Email: "lea@gardian.example",
			Language: words.French, Level: 1, Role: people.RoleLead, Active: true})
		return err
	})
	k.token = k.enter(k.agent.ID)
	return k
}

func (k *desktop) write(fn func(context.Context, *db.Tx) error) {
	k.t.Helper()
	if err := k.db.Write(k.t.Context(), func(tx *db.Tx) error { return fn(k.t.Context(), tx) }); err != nil {
		k.t.Fatal(err)
	}
}

// enter opens a session of an agent and returns its token.
func (k *desktop) enter(agent int64) (token string) {
	k.t.Helper()
	k.write(func(ctx context.Context, tx *db.Tx) error {
		ticket, err := people.NewEntry(ctx, tx, journal.System(), k.now, agent, people.KindWindow)
		if err != nil {
			return err
		}
		token, _, _, err = people.UseEntry(ctx, tx, k.now, ticket, "test")
		return err
	})
	return token
}

// request is one as our own page makes it.
func (k *desktop) request(method, path string, body any) *http.Request {
	k.t.Helper()
	var raw io.Reader
	if b, ok := body.([]byte); ok {
		raw = bytes.NewReader(b)
	} else if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			k.t.Fatal(err)
		}
		raw = bytes.NewReader(text)
	}
	r := httptest.NewRequest(method, path, raw)
	r.Host = testHost
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if method != http.MethodGet && method != http.MethodHead {
		r.Header.Set("Origin", testOrigin)
	}
	if _, ok := body.([]byte); !ok && body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	r.AddCookie(&http.Cookie{Name: k.door.cookie(), Value: k.token})
	return r
}

func (k *desktop) do(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	k.handler.ServeHTTP(w, r)
	return w
}

// call makes a request and reads its JSON answer into out (nil for none). It
// fails the test where the status is not want.
func (k *desktop) call(want int, method, path string, body, out any) *httptest.ResponseRecorder {
	k.t.Helper()
	w := k.do(k.request(method, path, body))
	if w.Code != want {
		k.t.Fatalf("%s %s: %d, want %d: %s", method, path, w.Code, want, w.Body)
	}
	if out != nil {
		reflect.ValueOf(out).Elem().SetZero() // what is absent stays absent
		if err := json.Unmarshal(w.Body.Bytes(), out); err != nil {
			k.t.Fatalf("%s %s: %v in %s", method, path, err, w.Body)
		}
	}
	return w
}

// refused makes a request that must be refused, and returns the problem, whose
// sentence must exist in both languages.
func (k *desktop) refused(want int, method, path string, body any) problem {
	k.t.Helper()
	var p problem
	k.call(want, method, path, body, &p)
	for _, key := range append([]string{p.Key}, fieldKeys(p)...) {
		for _, l := range words.Languages {
			if words.Say(l, key) == key {
				k.t.Errorf("%s %s: no words for %q in %s", method, path, key, l)
			}
		}
	}
	return p
}

func fieldKeys(p problem) (keys []string) {
	for _, f := range p.Fields {
		keys = append(keys, f.Key)
	}
	return keys
}

// revoke ends the desk's own session.
func (k *desktop) revoke() {
	k.t.Helper()
	k.write(func(ctx context.Context, tx *db.Tx) error {
		s, _, err := people.SessionByToken(ctx, tx, k.now, k.token)
		if fault.Is(err, fault.Refused) {
			return nil
		}
		if err != nil {
			return err
		}
		return people.Revoke(ctx, tx, journal.System(), k.now, s.ID)
	})
}

// filled is a pattern's path with something in each place.
func filled(pattern string) (method, path string) {
	method, path, found := strings.Cut(pattern, " ")
	if !found {
		method, path = "GET", pattern
	}
	path = strings.TrimSuffix(path, "{$}")
	for _, hole := range []string{"{id}", "{part}", "{n}", "{cap}"} {
		path = strings.ReplaceAll(path, hole, "1")
	}
	return method, path
}
