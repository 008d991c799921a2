package window

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"guichet/internal/words"
)

func ask(t *testing.T, o Options, method, path string) *http.Response {
	t.Helper()
	w := httptest.NewRecorder()
	boot(o).ServeHTTP(w, httptest.NewRequest(method, path, strings.NewReader("ticket")))
	return w.Result()
}

func text(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestBootPageSaysItInTheLanguage(t *testing.T) {
	for _, l := range words.Languages {
		r := ask(t, Options{Language: func() words.Language { return l }}, "GET", "/")
		page := text(t, r)
		for _, key := range []string{"opening", "failed", "retry"} {
			if said := words.Say(l, "shell.boot."+key); !strings.Contains(page, said) {
				t.Errorf("%s: %q is not on the page", l, said)
			}
		}
		if !strings.Contains(page, `<html lang="`+string(l)+`">`) {
			t.Errorf("%s: the page does not say its language", l)
		}
		if got := r.Header.Get("Content-Security-Policy"); got != bootPolicy || strings.Contains(got, "unsafe") {
			t.Errorf("policy %q", got)
		}
	}
}

func TestBootServesNothingElse(t *testing.T) {
	for path, want := range map[string]int{
		"/boot.js": 200, "/boot.css": 200, "/boot": 404, "/boot/": 404, "/boot/boot.js": 404,
		"/index.html": 404, "/../go.mod": 307, "/ticket": 405, "/api": 404,
	} {
		if got := ask(t, Options{}, "GET", path).StatusCode; got != want {
			t.Errorf("GET %s: %d, want %d", path, got, want)
		}
	}
}

// Each try asks for a new ticket, and none is given out for a desk that is not there.
func TestTicket(t *testing.T) {
	up := true
	var hosts []string
	desk := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hosts = append(hosts, r.Host)
		if !up {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	_, port, _ := strings.Cut(desk.Listener.Addr().String(), ":")
	n := 0
	o := Options{Enter: func() string {
		n++
		return "http://g-0123.localhost:" + port + "/enter#T" + strconv.Itoa(n)
	}}
	for i := 1; i <= 2; i++ {
		r := ask(t, o, "POST", "/ticket")
		if got := text(t, r); r.StatusCode != 200 || !strings.HasSuffix(got, "/enter#T"+strconv.Itoa(i)) {
			t.Errorf("try %d: %d %q", i, r.StatusCode, got)
		}
	}
	if want := "g-0123.localhost:" + port; hosts[0] != want {
		t.Errorf("asked for %q, want %q", hosts[0], want)
	}
	up = false
	if got := ask(t, o, "POST", "/ticket").StatusCode; got != http.StatusBadGateway {
		t.Errorf("a desk that refuses: %d", got)
	}
	desk.Close()
	if got := ask(t, o, "POST", "/ticket").StatusCode; got != http.StatusBadGateway {
		t.Errorf("no desk: %d", got)
	}
}

// F12: the version list of the module proxy stops at one without origin checks
// (before 2.11) and with a crash in its handlers (before 2.12).
func TestWailsIsRecent(t *testing.T) {
	b, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`wailsapp/wails/v2 v2\.(\d+)\.`).FindSubmatch(b)
	if m == nil {
		t.Fatal("go.mod does not name Wails")
	}
	if minor, err := strconv.Atoi(string(m[1])); err != nil || minor < 12 {
		t.Errorf("Wails 2.%s, want 2.12 or later", m[1])
	}
}
