//go:build linux

package screen

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Program is a program that was started on a display, in a home of its own.
type Program struct {
	cmd   *exec.Cmd
	said  said
	ended chan struct{}
	err   error
}

// said gathers what a program prints, while it runs.
type said struct {
	sync.Mutex
	text bytes.Buffer
}

func (s *said) Write(p []byte) (int, error) {
	s.Lock()
	defer s.Unlock()
	return s.text.Write(p)
}

// Binary is the built program: the one that GUICHET_BIN names, else the one of build/run.
func Binary(t testing.TB) string {
	t.Helper()
	path := os.Getenv("GUICHET_BIN")
	for dir := "."; path == ""; dir = filepath.Join("..", dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			path = filepath.Join(dir, "build/bin/guichet")
		}
	}
	path, err := filepath.Abs(path)
	if err == nil {
		_, err = os.Stat(path)
	}
	if err != nil {
		t.Fatalf("the program is not built (build/run, or GUICHET_BIN): %v", err)
	}
	return path
}

// Run starts a program on the display. home is where it keeps its things; env is added to its environment. It is
// killed with the test if it is not closed before.
func (d *Display) Run(t testing.TB, home string, env []string, name string, args ...string) *Program {
	t.Helper()
	p := &Program{cmd: exec.Command(name, args...), ended: make(chan struct{})}
	p.cmd.Env = append(append(os.Environ(), "HOME="+home, "XDG_DATA_HOME="+home+"/share", "XDG_CACHE_HOME="+home+"/cache",
		"XDG_CONFIG_HOME="+home+"/config", "DISPLAY="+d.Name, "GUICHET_LANGUAGE=fr", "GUICHET_NO_KEYCHAIN=1", "NO_AT_BRIDGE=1",
		"DBUS_SESSION_BUS_ADDRESS=unix:path="+home+"/no-bus"), env...)
	p.cmd.Stdout, p.cmd.Stderr = &p.said, &p.said
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.ended)
	}()
	t.Cleanup(func() {
		select {
		case <-p.ended:
			return
		default:
		}
		if err := p.cmd.Process.Kill(); err == nil {
			<-p.ended
		}
	})
	return p
}

// Said is what the program has printed so far.
func (p *Program) Said() string {
	p.said.Lock()
	defer p.said.Unlock()
	return p.said.text.String()
}

// Process is the number of the program's first process.
func (p *Program) Process() int { return p.cmd.Process.Pid }

// Wait lets the program come to its own, clean end.
func (p *Program) Wait(t testing.TB) {
	t.Helper()
	select {
	case <-p.ended:
	case <-t.Context().Done():
		t.Fatal("the program does not end")
	}
	if p.err != nil {
		t.Fatalf("the program ended with %v\n%s", p.err, p.Said())
	}
}

// Close asks the program to end and wants a clean end.
func (p *Program) Close(t testing.TB) {
	t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Errorf("the program is gone: %v\n%s", err, p.Said())
		return
	}
	select {
	case <-p.ended:
		if p.err != nil {
			t.Errorf("the program ended with %v\n%s", p.err, p.Said())
		}
	case <-time.After(time.Minute):
		t.Errorf("the program does not end\n%s", p.Said())
	}
}

// Until waits until something is so, looks at it every few milliseconds, and fails the test when the program ended
// before, or after two minutes: what stands in fails is told.
func (p *Program) Until(t testing.TB, d *Display, fails string, so func() bool) {
	t.Helper()
	late := time.After(2 * time.Minute)
	for !so() {
		why := ""
		select {
		case <-p.ended:
			why = fmt.Sprint("the program ended: ", p.err)
		case <-late:
			why = "two minutes are over"
		case <-t.Context().Done():
			why = "the test ends"
		case <-time.After(5 * time.Millisecond):
			continue
		}
		t.Errorf("%s: %s\n%s", fails, why, p.Said())
		d.Keep(t, "failed")
		t.FailNow()
	}
}
