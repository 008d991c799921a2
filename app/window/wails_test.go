//go:build desktop && production && linux

package window

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"guichet/internal/fault"
	"guichet/internal/words"
)

// desk is what the window needs of the loopback server, and a page that uses what the
// program relies on and says what came of it.
type desk struct {
	host  string
	said  chan string
	links chan string
}

const (
	deskPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self'; " +
		"form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
	deskPage = `<!doctype html><title>Desk</title><link rel="stylesheet" href="/desk.css">
<iframe sandbox="" src="/m/cap/"></iframe><script src="/desk.js"></script>`
	deskStyle = `body{margin:0} iframe{border:0;position:fixed;inset:0;width:100vw;height:100vh}`
	deskMail  = `<!doctype html><body style="margin:0"><a href="out/1" style="display:block;height:100vh">link</a>
<script>document.title='ran'; parent.postMessage('ran','*')</script>`
	enterScript = `fetch('/enter',{method:'POST',body:location.hash.slice(1)}).then(()=>location.replace('/'))`
	deskScript  = `
const say = (what, value) => fetch('/say', {method:'POST', body: what + '=' + value})
addEventListener('message', () => say('frame script', 'ran'))
const frame = document.querySelector('iframe')
let loads = 0
frame.addEventListener('load', () => loads++)
async function all() {
  await say('address', location.href)
  await say('cookie seen by scripts', document.cookie)
  await say('wails', [typeof window.wails, typeof window.runtime, typeof window.go].join())
  try { window.webkit.messageHandlers.external.postMessage('WT:taken over') } catch {}
  const form = new FormData()
  form.append('file', new File([new Uint8Array(3 << 20)], 'é.bin'))
  await say('upload', await (await fetch('/upload', {method:'POST', body: form})).text())
  await new Promise(done => {
    const source = new EventSource('/events')
    let n = 0
    source.onmessage = e => { if (++n === 3) { source.close(); say('events', e.data).then(done) } }
  })
  await say('mail', frame.contentDocument === null ? 'closed' : 'open')
  await say('ready', 'yes')
}
all().catch(e => say('failed', e))
`
)

func startDesk(t *testing.T) *desk {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	name := make([]byte, 8)
	if _, err := rand.Read(name); err != nil {
		t.Fatal(err)
	}
	d := &desk{
		host:  fmt.Sprintf("g-%s.localhost:%d", hex.EncodeToString(name), l.Addr().(*net.TCPAddr).Port),
		said:  make(chan string, 100),
		links: make(chan string, 100),
	}
	s := &http.Server{Handler: d.routes()}
	go s.Serve(l) //nolint:errcheck // ends with Close below
	t.Cleanup(func() { s.Close() })
	return d
}

func (d *desk) routes() http.Handler {
	mux := http.NewServeMux()
	page := func(path, kind, body string) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
			if c, err := r.Cookie("desk"); strings.HasPrefix(path, "/desk") && (err != nil || c.Value != "in") {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			w.Header().Set("Content-Type", kind+"; charset=utf-8")
			w.Header().Set("Content-Security-Policy", deskPolicy)
			if strings.HasPrefix(path, "/m/") {
				w.Header().Set("Content-Security-Policy", "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors http://"+d.host)
			}
			io.WriteString(w, body)
		})
	}
	page("/enter", "text/html", `<!doctype html><script src="/enter.js"></script>`)
	page("/enter.js", "text/javascript", enterScript)
	page("/{$}", "text/html", deskPage)
	page("/desk.css", "text/css", deskStyle)
	page("/desk.js", "text/javascript", deskScript)
	page("/m/cap/{$}", "text/html", deskMail)
	mux.HandleFunc("POST /enter", func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		d.said <- "ticket=" + string(b)
		http.SetCookie(w, &http.Cookie{Name: "desk", Value: "in", Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode})
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET /m/cap/out/{n}", func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusNoContent)
		d.links <- r.PathValue("n")
	})
	mux.HandleFunc("POST /say", func(_ http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		d.said <- string(b)
	})
	mux.HandleFunc("POST /upload", func(w http.ResponseWriter, r *http.Request) {
		f, head, err := r.FormFile("file")
		if err != nil {
			fmt.Fprint(w, err)
			return
		}
		n, err := io.Copy(io.Discard, f)
		fmt.Fprint(w, head.Filename, " ", n, " ", err)
	})
	mux.HandleFunc("GET /events", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for n := 1; n <= 3; n++ {
			fmt.Fprintf(w, "data: %d\n\n", n)
			w.(http.Flusher).Flush()
		}
		<-r.Context().Done() // until the page closes it
		d.said <- "stream=closed"
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Host != d.host {
			w.WriteHeader(http.StatusMisdirectedRequest)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// next waits for what is said under a name; other lines are checked by the caller.
func next(t *testing.T, ctx context.Context, ch <-chan string) string {
	t.Helper()
	select {
	case s := <-ch:
		return s
	case <-ctx.Done():
		t.Fatal("the window fell silent")
		return ""
	}
}

// The real window: it enters, everything the page relies on works, native things do
// what they say, and it closes cleanly. One test, since a process opens one window.
func TestWindow(t *testing.T) {
	if ok, why := Available(); !ok {
		t.Fatal(words.Say(words.English, why), "Run this under xvfb-run.")
	}
	home, folder, tools := t.TempDir(), t.TempDir(), t.TempDir()
	if err := os.Mkdir(filepath.Join(home, "Downloads"), 0o700); err != nil {
		t.Fatal(err)
	}
	opened := filepath.Join(tools, "opened")
	opener := "#!/bin/sh\nprintf '%s' \"$*\" >" + opened + ".part && mv " + opened + ".part " + opened + "\n"
	if err := os.WriteFile(filepath.Join(tools, "xdg-open"), []byte(opener), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("HOME", home)
	t.Setenv("PATH", tools+":"+os.Getenv("PATH"))
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")

	d := startDesk(t)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	shells := make(chan Shell, 1)
	done := make(chan error, 1)
	closeIt, closing := context.WithCancel(ctx)
	go func() {
		done <- Run(closeIt, Options{
			Title: "Guichet test", Language: func() words.Language { return words.French }, Folder: folder,
			Enter:   func() string { return "http://" + d.host + "/enter#T1" },
			OnShell: func(s Shell) { shells <- s },
		})
	}()

	want := []string{
		"ticket=T1", "address=http://" + d.host + "/", "cookie seen by scripts=", "wails=undefined,undefined,undefined",
		"upload=é.bin 3145728 <nil>", "events=3", "stream=closed", "mail=closed", "ready=yes",
	}
	for range want {
		if got := next(t, ctx, d.said); !contains(want, got) {
			t.Errorf("the page says %q", got)
		}
	}
	shell := <-shells
	t.Run("a link in a mail", func(t *testing.T) { clickLink(t, ctx, d) })
	t.Run("title", func(t *testing.T) {
		shell.SetTitle("Guichet\n12")
		tool(t, ctx, "xdotool", "search", "--sync", "--onlyvisible", "--name", "^Guichet 12$")
	})
	t.Run("open a link", func(t *testing.T) { openLink(t, ctx, shell, opened) })
	t.Run("save a file", func(t *testing.T) { saveFile(t, ctx, shell, home) })
	t.Run("names to save under", func(t *testing.T) {
		for name, want := range map[string]string{"../../etc/passwd": "passwd", ".bashrc": "bashrc", "...": "guichet", "": "guichet"} {
			if got := saveName(name); got != want {
				t.Errorf("saveName(%q) = %q, want %q", name, got, want)
			}
		}
	})
	t.Run("a notice without a bus", func(t *testing.T) {
		if f, ok := fault.As(shell.Notify(ctx, "a", "b")); !ok || f.Key != "shell.notify.failed" {
			t.Errorf("got %v", f)
		}
	})
	shell.Raise()
	closing()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if p := loadPlace(folder); !p.Known || p.Width != firstWidth {
		t.Errorf("the place kept is %+v", p)
	}
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}

// tool runs a helper program and returns what it printed.
func tool(t *testing.T, ctx context.Context, name string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(ctx, name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// A link in a mail reaches us and leaves the mail where it is: the second click on
// the same spot finds the link again.
func clickLink(t *testing.T, ctx context.Context, d *desk) {
	id := tool(t, ctx, "xdotool", "search", "--sync", "--onlyvisible", "--name", "^Guichet test$")
	for range 2 {
		tool(t, ctx, "xdotool", "mousemove", "--window", id, "200", "200", "click", "1")
		if n := next(t, ctx, d.links); n != "1" {
			t.Errorf("link %q, want 1", n)
		}
	}
}

func openLink(t *testing.T, ctx context.Context, shell Shell, opened string) {
	if err := shell.OpenURL(ctx, "file:///etc/passwd"); err == nil {
		t.Error("a file was opened")
	}
	if err := shell.OpenURL(ctx, "https://encyclo.example/wiki/Guichet_(service)"); err != nil {
		t.Fatal(err)
	}
	for {
		b, err := os.ReadFile(opened)
		if err == nil {
			if want := "https://encyclo.example/wiki/Guichet_%28service%29"; string(b) != want {
				t.Errorf("opened %q, want %q", b, want)
			}
			return
		}
		select {
		case <-ctx.Done():
			t.Fatal("nothing was opened")
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func saveFile(t *testing.T, ctx context.Context, shell Shell, home string) {
	type answer struct {
		path  string
		saved bool
		err   error
	}
	answers := make(chan answer, 1)
	ask := func() {
		path, saved, err := shell.SaveFile(ctx, `../devis "final".txt`, strings.NewReader("bonjour"))
		answers <- answer{path, saved, err}
	}
	title := words.Say(words.French, "shell.save.title")
	for _, key := range []string{"Escape", "Return"} {
		go ask()
		id := tool(t, ctx, "xdotool", "search", "--sync", "--onlyvisible", "--name", "^"+title+"$")
		if _, _, err := shell.SaveFile(ctx, "second.txt", nil); err == nil {
			t.Error("two dialogs at once")
		}
		tool(t, ctx, "xdotool", "mousemove", "--window", id, "300", "200", "key", key)
		got := <-answers
		want := answer{}
		if key == "Return" {
			want = answer{path: filepath.Join(home, "Downloads", "devis _final_.txt"), saved: true}
		}
		if got != want {
			t.Errorf("%s: got %+v, want %+v", key, got, want)
		}
	}
	b, err := os.ReadFile(filepath.Join(home, "Downloads", "devis _final_.txt"))
	if err != nil || string(b) != "bonjour" {
		t.Errorf("the file holds %q, %v", b, err)
	}
}
