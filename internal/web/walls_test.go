package web

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

const revoked = "a revoked session"

// attacks are requests that no page of ours makes, with the status that they
// must end in behind each wall. 0: this wall lets it pass.
var attacks = []struct {
	name                 string
	change               func(k *desktop, r *http.Request)
	session, entry, mail int
	unsafeOnly           bool
}{
	{"another host", func(_ *desktop, r *http.Request) { r.Host = "evil.example" }, 421, 421, 421, false},
	{"the host with another port", func(_ *desktop, r *http.Request) { r.Host = "g-0123456789abcdef.localhost:4712" }, 421, 421, 421, false},
	{"the host in capitals", func(_ *desktop, r *http.Request) { r.Host = strings.ToUpper(testHost) }, 421, 421, 421, false},
	{"the bare address", func(_ *desktop, r *http.Request) { r.Host = "127.0.0.1:4711" }, 421, 421, 421, false},
	{"no host", func(_ *desktop, r *http.Request) { r.Host = "" }, 421, 421, 421, false},
	{"no cookie", func(_ *desktop, r *http.Request) { r.Header.Del("Cookie") }, 401, 0, 404, false},
	{"another process's cookie", func(_ *desktop, r *http.Request) {
		r.Header.Set("Cookie", "guichet-test="+strings.Repeat("A", 43))
	}, 401, 0, 404, false},
	{"the cookie of another instance", func(k *desktop, r *http.Request) {
		r.Header.Set("Cookie", "guichet-demo="+k.token)
	}, 401, 0, 404, false},
	{revoked, func(k *desktop, _ *http.Request) { k.revoke() }, 401, 0, 404, false},
	{"another site's page", func(_ *desktop, r *http.Request) {
		r.Header.Set("Origin", "https://evil.example")
		r.Header.Set("Sec-Fetch-Site", "cross-site")
	}, 403, 403, 404, false},
	{"another port's page", func(_ *desktop, r *http.Request) {
		r.Header.Set("Origin", "http://g-0123456789abcdef.localhost:8080")
		r.Header.Set("Sec-Fetch-Site", "same-site")
	}, 403, 403, 404, false},
	{"a sandboxed frame", func(_ *desktop, r *http.Request) {
		r.Header.Set("Origin", "null")
		r.Header.Set("Sec-Fetch-Site", "cross-site")
	}, 403, 403, 404, false},
	{"no word of where it is from", func(_ *desktop, r *http.Request) {
		r.Header.Del("Origin")
		r.Header.Del("Sec-Fetch-Site")
	}, 403, 403, 404, false},
	{"a foreign origin that calls itself same", func(_ *desktop, r *http.Request) { r.Header.Set("Origin", "https://evil.example") }, 403, 403, 404, true},
	{"no origin", func(_ *desktop, r *http.Request) { r.Header.Del("Origin") }, 403, 403, 404, true},
}

// TestEveryRouteBehindItsWall walks every route of the table through every
// attack. A route without a wall fails.
func TestEveryRouteBehindItsWall(t *testing.T) {
	k := newDesk(t, withShell)
	walked := 0
	for _, r := range routes() {
		method, path := filled(r.pattern)
		for _, a := range attacks {
			want, known := map[wall]int{wallSession: a.session, wallEntry: a.entry, wallMail: a.mail}[r.wall]
			if !known {
				t.Fatalf("%s has no wall", r.pattern)
			}
			unsafe := method != "GET"
			if a.unsafeOnly && !unsafe || r.wall == wallEntry && !unsafe && want == 403 {
				continue // a GET of the entry page is what a person types
			}
			if want == 0 {
				continue
			}
			req := k.request(method, path, nil)
			a.change(k, req)
			answer := k.do(req)
			if a.name == revoked {
				k.token = k.enter(k.agent.ID)
			}
			if answer.Code != want {
				t.Errorf("%s, %s: %d, want %d", r.pattern, a.name, answer.Code, want)
			}
			if answer.Header().Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%s, %s: a CORS header", r.pattern, a.name)
			}
			walked++
		}
	}
	if walked < 900 {
		t.Errorf("only %d walks", walked)
	}
	t.Log(walked, "walks")
}

func withShell(o *Options) {
	o.Shell = func() (Shell, bool) {
		return Shell{
			SaveFile: func(context.Context, string, io.Reader) (string, bool, error) { panic("not asked for") },
			OpenURL:  func(context.Context, string) error { panic("not asked for") },
			Pick:     func(context.Context, bool) ([]string, error) { panic("not asked for") },
			Notify:   func(context.Context, string, string) error { panic("not asked for") },
			SetTitle: func(string) { panic("not asked for") },
		}, true
	}
}

func TestEveryAnswerIsGuarded(t *testing.T) {
	k := newDesk(t)
	for _, path := range []string{"/", "/api/me", "/api/nothing", "/assets/app-1a2b.js", "/enter", "/m/x/", "/a/page/of/the/front/end"} {
		h := k.do(k.request("GET", path, nil)).Header()
		for name, part := range map[string]string{"Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff",
			"X-Frame-Options": "DENY", "Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin"} {
			if !strings.Contains(h.Get(name), part) {
				t.Errorf("%s: %s = %q", path, name, h.Get(name))
			}
		}
		if strings.Contains(h.Get("Content-Security-Policy"), "unsafe") {
			t.Errorf("%s: %s", path, h.Get("Content-Security-Policy"))
		}
	}
}

func TestWithoutAWindowTheShellDoesNotExist(t *testing.T) {
	k := newDesk(t)
	for _, r := range routes() {
		if method, path := filled(r.pattern); strings.HasPrefix(path, "/shell/") {
			k.refused(404, method, path, map[string]any{})
		}
	}
}

func TestAPanicIsToldUnderAReference(t *testing.T) {
	k := newDesk(t, func(o *Options) { o.Desk.DiskFull = func() bool { panic("secret words") } })
	p := k.refused(500, "GET", "/api/me", nil)
	if len(p.Ref) != 8 || p.Args["ref"] != p.Ref || p.Key != "fault.unexpected" {
		t.Errorf("%+v", p)
	}
}

func TestStaticFiles(t *testing.T) {
	k := newDesk(t)
	page := k.call(200, "GET", "/tickets/12", nil, nil)
	if kind := page.Header().Get("Content-Type"); kind != "text/html; charset=utf-8" || page.Header().Get("Cache-Control") != "private, no-cache" {
		t.Errorf("%s, %s", kind, page.Header().Get("Cache-Control"))
	}
	again := k.request("GET", "/", nil)
	again.Header.Set("If-None-Match", page.Header().Get("ETag"))
	if w := k.do(again); w.Code != http.StatusNotModified {
		t.Errorf("a known page: %d", w.Code)
	}
	if w := k.call(200, "GET", "/assets/app-1a2b.js", nil, nil); !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
		t.Errorf("%v", w.Header())
	}
	k.call(404, "GET", "/assets/other.js", nil, nil)
	k.refused(404, "GET", "/api/nothing", nil)
	k.refused(404, "POST", "/", map[string]any{})
}

func TestNavigationWithoutSessionShowsASentence(t *testing.T) {
	k := newDesk(t)
	r := k.request("GET", "/", nil)
	r.Header.Del("Cookie")
	r.Header.Set("Sec-Fetch-Dest", "document")
	r.Header.Set("Accept-Language", "fr-FR")
	w := k.do(r)
	if w.Code != 401 || !strings.Contains(w.Body.String(), "Votre session est terminée") || strings.Contains(w.Body.String(), "<script") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// TestABodyWithoutEndIsCut sends a body that never ends (FAULTS W5).
func TestABodyWithoutEndIsCut(t *testing.T) {
	if testing.Short() {
		fmt.Println("NOT RUN in -short: bodies without end, on every route")
		return
	}
	k := newDesk(t, withKey(t))
	for _, r := range routes() {
		method, path := filled(r.pattern)
		if method == "GET" || r.wall != wallSession || strings.HasPrefix(path, "/shell/") {
			continue
		}
		body := &endless{}
		req := k.request(method, path, nil)
		req.Body, req.ContentLength = io.NopCloser(body), -1
		req.Header.Set("Content-Type", "application/json")
		answer := k.do(req)
		if answer.Code < 400 && body.read > 0 || int64(body.read) > bodyLimit(path)+1<<20 {
			t.Errorf("%s: %d after %d bytes", r.pattern, answer.Code, body.read)
		}
		if answer.Code >= 500 {
			t.Errorf("%s: %d %s", r.pattern, answer.Code, answer.Body)
		}
	}
}

type endless struct{ read int }

var blanks = bytes.Repeat([]byte(" "), 64<<10)

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, blanks)
	e.read += n
	return n, nil
}
