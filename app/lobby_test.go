package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"guichet/internal/fault"
	"guichet/internal/words"
)

// hall is a lobby whose desk opens when the test lets it.
type hall struct {
	*lobby
	t     *testing.T
	open  chan struct{}
	stop  context.CancelFunc
	ended chan error
}

func newHall(t *testing.T, dir string) *hall {
	t.Helper()
	p := program{stdout: io.Discard, stderr: io.Discard, env: func(string) string { return "" }, now: time.Now,
		log: slog.New(slog.DiscardHandler), language: words.French}
	d, err := holdDesk(p, dir, true)
	if err != nil {
		t.Fatal(err)
	}
	l, err := d.newLobby(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	h := &hall{lobby: l, t: t, open: make(chan struct{}), stop: stop, ended: make(chan error, 1)}
	go func() {
		h.ended <- l.run(ctx, func(ctx context.Context) error {
			select {
			case <-h.open:
				return d.open(ctx)
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		})
	}()
	t.Cleanup(func() {
		stop()
		if err := errors.Join(l.ln.Close(), d.close()); err != nil {
			t.Error(err)
		}
	})
	return h
}

func (h *hall) ask(ctx context.Context, method, path string, body any, cookies ...*http.Cookie) *httptest.ResponseRecorder {
	h.t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		h.t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(ctx, method, path, bytes.NewReader(raw))
	r.Host = h.host()
	r.Header.Set("Origin", h.origin)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for _, c := range cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r)
	return w
}

// waiting tells when somebody waits for the end of a context.
type waiting struct {
	context.Context
	once sync.Once
	here chan struct{}
}

func (w *waiting) Done() <-chan struct{} {
	w.once.Do(func() { close(w.here) })
	return w.Context.Done()
}

// The window paints the frame and asks to be let in while the database is still checked: it is, once that is done.
func TestTheWindowIsServedBeforeTheDeskIsOpen(t *testing.T) {
	h := newHall(t, filepath.Join(t.TempDir(), "data"))
	url, err := h.way(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, ticket, _ := strings.Cut(url, "/enter#")
	if w := h.ask(t.Context(), "GET", "/enter", nil); w.Code != 200 || !strings.Contains(w.Body.String(), words.Say(words.French, "ui.rail.dock")) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	in := &waiting{Context: t.Context(), here: make(chan struct{})}
	entered := make(chan *httptest.ResponseRecorder, 1)
	go func() { entered <- h.ask(in, "POST", "/enter", map[string]string{"ticket": ticket}) }()
	<-in.here
	select {
	case w := <-entered:
		t.Errorf("let in before the database was checked: %d", w.Code)
	default:
	}
	close(h.open)
	w := <-entered
	cookies := w.Result().Cookies()
	if w.Code != 204 || len(cookies) != 1 {
		t.Fatalf("%d %v", w.Code, cookies)
	}
	if w := h.ask(t.Context(), "GET", "/api/me", nil, cookies[0]); w.Code != 200 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if h.looks().Language != words.French {
		t.Errorf("%+v", h.looks())
	}
	later, err := h.way(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, ticket, _ = strings.Cut(later, "/enter#")
	if w := h.ask(t.Context(), "POST", "/enter", map[string]string{"ticket": ticket}); w.Code != 204 {
		t.Errorf("a later window: %d", w.Code)
	}
	h.stop()
	if err := <-h.ended; err != nil {
		t.Error(err)
	}
}

// Only what needs no database is answered before it is open, and only to our own name.
func TestTheLobbyHasWalls(t *testing.T) {
	h := newHall(t, filepath.Join(t.TempDir(), "data"))
	gone, leave := context.WithCancel(t.Context())
	leave()
	for _, path := range []string{"/", "/api/me", "/assets/index.js", "/m/cap/"} {
		if w := h.ask(gone, "GET", path, nil); w.Body.Len() > 0 {
			t.Errorf("%s was answered: %s", path, w.Body)
		}
	}
	r := httptest.NewRequest("GET", "/enter", nil)
	r.Host = h.ln.Addr().String()
	w := httptest.NewRecorder()
	if h.handler.ServeHTTP(w, r); w.Code != http.StatusMisdirectedRequest {
		t.Errorf("another name: %d", w.Code)
	}
	if p := h.ask(t.Context(), "GET", "/enter", nil).Header().Get("Content-Security-Policy"); strings.Contains(p, "unsafe") || !strings.Contains(p, "default-src 'none'") {
		t.Error(p)
	}
}

// D1: damage is refused in words, in the window too, and nothing is written.
func TestADamagedDatabaseIsRefusedInTheWindow(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	file := filepath.Join(dir, "guichet.db")
	h := newHall(t, dir)
	damaged := bytes.Repeat([]byte("no database at all "), 1000)
	if err := os.WriteFile(file, damaged, 0o600); err != nil {
		t.Fatal(err)
	}
	close(h.open)
	want := words.Say(words.French, "app.err.damaged", "dir", dir)
	w := h.ask(t.Context(), "POST", "/enter", map[string]string{"ticket": "any"})
	if w.Code != http.StatusServiceUnavailable || w.Body.String() != want || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := h.ask(t.Context(), "GET", "/api/me", nil); w.Code != http.StatusServiceUnavailable {
		t.Errorf("the desk answers: %d", w.Code)
	}
	if err := h.desk.letGo(t.Context()); err != nil {
		t.Error(err)
	}
	h.stop() // the window is closed
	if f, ok := fault.As(<-h.ended); !ok || f.Key != "app.err.damaged" {
		t.Errorf("the program ends with %v", f)
	}
	if got, err := os.ReadFile(file); err != nil || !bytes.Equal(got, damaged) {
		t.Errorf("the file was touched: %v", err)
	}
}

func TestAWindowClosedWhileTheDeskOpensIsNoFailure(t *testing.T) {
	h := newHall(t, filepath.Join(t.TempDir(), "data"))
	h.stop()
	if err := <-h.ended; err != nil {
		t.Error(err)
	}
}
