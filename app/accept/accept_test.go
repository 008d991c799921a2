//go:build linux

// Package accept proves that the whole program holds: it is started as a process of its own, killed, starved of disk,
// watched by strace, and asked by many desks at once. It holds tests only. GUICHET_SOAK=1 asks for the long counts,
// GUICHET_SEED=n repeats a run.
package accept

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"guichet/app"
)

// As the program itself: this binary, called guichet.
func TestMain(m *testing.M) {
	switch filepath.Base(os.Args[0]) {
	case "guichet":
		os.Exit(app.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	case "guichet-migrate":
		os.Exit(migrateMain(os.Args[1]))
	}
	os.Exit(m.Run())
}

// patience bounds every wait for a condition. It is no measure of speed: a machine under load may need much of it.
const patience = 3 * time.Minute

func soak() bool { return os.Getenv("GUICHET_SOAK") != "" }

// times is a count for go test and one for the soak.
func times(short, long int) int {
	if soak() {
		return long
	}
	return short
}

// seeded returns a source of chance whose seed is printed.
func seeded(t *testing.T) *rand.Rand {
	seed := uint64(time.Now().UnixNano())
	if s := os.Getenv("GUICHET_SEED"); s != "" {
		if _, err := fmt.Sscan(s, &seed); err != nil {
			t.Fatalf("GUICHET_SEED: %v", err)
		}
	}
	t.Logf("GUICHET_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 1))
}

// say prints a figure that a run is judged by, also without -v.
func say(t *testing.T, format string, args ...any) {
	fmt.Printf("%s: %s\n", t.Name(), fmt.Sprintf(format, args...))
}

// absent says loudly that a test could not run here, and fails where everything must.
func absent(t *testing.T, why string) {
	say(t, "NOT RUN: %s", why)
	if os.Getenv("GUICHET_REQUIRE_SERVERS") == "1" {
		t.Error(why)
	}
	t.SkipNow()
}

// until waits for a condition that another process brings about, looked at again and again.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: not in %v", what, patience)
		}
	}
}

// child is the program as a process of its own.
type child struct {
	t   *testing.T
	cmd *exec.Cmd
	url chan string // where it is served

	mu    sync.Mutex
	said  bytes.Buffer // all of stdout and stderr
	ended chan struct{}
	err   error
}

// program is this binary under the name by which TestMain knows what to be.
func program(t *testing.T, name string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.Symlink(self, path); err != nil {
		t.Fatal(err)
	}
	return path
}

// start runs the program on a data folder; more is added to its environment.
func start(t *testing.T, dir string, more []string, args ...string) *child {
	t.Helper()
	return run(t, exec.Command(program(t, "guichet"), args...), append(environment(dir), more...))
}

// environment is all that the program may know of this machine.
func environment(dir string) []string {
	return []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "GUICHET_DATA=" + dir, "GUICHET_NO_KEYCHAIN=1", "GUICHET_LANGUAGE=en", "USER=Maud",
		"TMPDIR=" + os.TempDir()}
}

// run starts a process that is killed at the latest when the test ends.
func run(t *testing.T, cmd *exec.Cmd, env []string) *child {
	t.Helper()
	c := &child{t: t, cmd: cmd, url: make(chan string, 1), ended: make(chan struct{})}
	cmd.Env = env
	// What the parent's death leaves behind would hold the data of the next run.
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = c
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			fmt.Fprintln(c, lines.Text())
			if _, err := url.Parse(lines.Text()); err == nil && strings.Contains(lines.Text(), "/enter#") {
				c.url <- lines.Text()
			}
		}
		c.err = cmd.Wait()
		close(c.ended)
	}()
	t.Cleanup(c.kill)
	return c
}

// Write keeps what the program says.
func (c *child) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.said.Write(p)
}

func (c *child) words() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.said.String()
}

// kill ends the process as a power switch would, with all that it started: what
// a tracer leaves behind would hold its output open for ever.
func (c *child) kill() {
	if err := syscall.Kill(-c.cmd.Process.Pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		c.t.Errorf("kill: %v", err)
	}
	<-c.ended
}

// stop ends the process as the system does at shutdown; it must end well.
func (c *child) stop() {
	c.t.Helper()
	if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		c.t.Errorf("stop: %v\n%s", err, c.words())
	}
	<-c.ended
	if c.err != nil || strings.Contains(c.words(), "DATA RACE") {
		c.t.Errorf("the program ended with %v\n%s", c.err, c.words())
	}
}

// alive fails the test when the program ended by itself.
func (c *child) alive() {
	c.t.Helper()
	select {
	case <-c.ended:
		c.t.Fatalf("the program ended by itself: %v\n%s", c.err, c.words())
	default:
	}
}

// browser is a window on a served desk.
type browser struct {
	origin string
	cookie *http.Cookie
	client *http.Client
}

// enter opens a session by the link that the program printed. The desk's name resolves in browsers; here it is dialed.
func (c *child) enter() *browser {
	c.t.Helper()
	var link string
	select {
	case link = <-c.url:
	case <-c.ended:
		c.t.Fatalf("the program ended by itself: %v\n%s", c.err, c.words())
	case <-time.After(patience):
		c.t.Fatalf("no link\n%s", c.words())
	}
	b, err := enterBy(link)
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(b.client.CloseIdleConnections)
	return b
}

// enterBy opens a session by a link.
func enterBy(link string) (*browser, error) {
	at, err := url.Parse(link)
	if err != nil {
		return nil, err
	}
	dial := &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, "127.0.0.1:"+at.Port())
	}}
	b := &browser{origin: "http://" + at.Host, client: &http.Client{Transport: dial}}
	answer, err := b.send("POST", "/enter", map[string]string{"ticket": at.Fragment})
	if err == nil && (answer.status != http.StatusNoContent || b.cookie == nil) {
		err = fmt.Errorf("enter: %d %s", answer.status, answer.body)
	}
	return b, err
}

type reply struct {
	status int
	body   []byte
}

// send makes a request as our own page makes it.
func (b *browser) send(method, path string, body any) (reply, error) {
	var in io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return reply{}, err
		}
		in = bytes.NewReader(text)
	}
	r, err := http.NewRequest(method, b.origin+path, in)
	if err != nil {
		return reply{}, err
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Origin", b.origin)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if b.cookie != nil {
		r.AddCookie(b.cookie)
	}
	w, err := b.client.Do(r)
	if err != nil {
		return reply{}, err
	}
	defer w.Body.Close()
	if list := w.Cookies(); len(list) > 0 {
		b.cookie = list[0]
	}
	text, err := io.ReadAll(w.Body)
	return reply{w.StatusCode, text}, err
}

// get reads a JSON answer.
func (b *browser) get(path string, out any) error {
	w, err := b.send("GET", path, nil)
	if err == nil && w.status != http.StatusOK {
		err = fmt.Errorf("GET %s: %d %s", path, w.status, w.body)
	}
	if err != nil {
		return err
	}
	return json.Unmarshal(w.body, out)
}
