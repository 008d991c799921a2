package instance_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"guichet/app/instance"
	"guichet/internal/fault"
)

// The starts of these tests are real processes: this test binary, run again.
func TestMain(m *testing.M) {
	if dir := os.Getenv("INSTANCE_TEST_DIR"); dir != "" {
		if err := start(dir, os.Getenv("INSTANCE_TEST_SERVE") == ""); err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// start does what the program does: take the folder and serve until stdin ends, or
// ask the holder for its window. It prints one word for what became of it.
func start(dir string, window bool) error {
	in, err := instance.Acquire(dir)
	if taken, ok := errors.AsType[*instance.Taken](err); ok {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		err := taken.Raise(ctx)
		if errors.Is(err, instance.ErrNoWindow) {
			fmt.Println("no window")
			return nil
		}
		fmt.Println("raised")
		return err
	}
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	h := in.RaiseHandler(func() { fmt.Println("shown") })
	go http.Serve(l, h)  //nolint:errcheck // ends with the process
	fmt.Println("owner") // before the other one can ask for the window
	if err := in.Announce(l.Addr().String(), "desk.localhost", window); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
		return err
	}
	return in.Release()
}

type process struct {
	*exec.Cmd
	in  io.WriteCloser
	out *bufio.Scanner
}

func run(t *testing.T, dir string, env ...string) *process {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe)
	// The race detector would sleep a second at each exit.
	cmd.Env = append(append(os.Environ(), "INSTANCE_TEST_DIR="+dir, "GORACE=atexit_sleep_ms=0"), env...)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return &process{cmd, in, bufio.NewScanner(out)}
}

func (p *process) line() string {
	p.out.Scan()
	return p.out.Text()
}

func (p *process) stop(t *testing.T) {
	t.Helper()
	if err := errors.Join(p.in.Close(), p.Wait()); err != nil {
		t.Errorf("process %d: %v", p.Process.Pid, err)
	}
}

// R15: of two simultaneous starts exactly one owns the folder, the other one raises
// it, with a session bus, with a dead one and with none; and a killed owner leaves
// nothing behind that stops the next start.
func TestFiftyDoubleStarts(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	bus := [][]string{nil, {"DBUS_SESSION_BUS_ADDRESS="}, {"DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent"}}
	for round := range 50 {
		env := bus[round%len(bus)]
		owner, other := run(t, dir, env...), run(t, dir, env...)
		said, otherSaid := owner.line(), other.line()
		if otherSaid == "owner" {
			owner, other = other, owner
			said, otherSaid = otherSaid, said
		}
		if said != "owner" || otherSaid != "raised" {
			t.Fatalf("round %d: %q and %q, want one owner and one that raised it", round, said, otherSaid)
		}
		if got := owner.line(); got != "shown" {
			t.Fatalf("round %d: the owner says %q, want its window shown", round, got)
		}
		other.stop(t)
		if round%2 == 0 {
			owner.stop(t)
			continue
		}
		if err := owner.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		if err := owner.Wait(); err == nil {
			t.Fatal("the killed owner ended well")
		}
	}
}

func TestServeHasNoWindow(t *testing.T) {
	dir := t.TempDir()
	owner := run(t, dir, "INSTANCE_TEST_SERVE=1")
	defer owner.stop(t)
	if got := owner.line(); got != "owner" {
		t.Fatalf("first start: %q", got)
	}
	second := run(t, dir)
	defer second.stop(t)
	if got := second.line(); got != "no window" {
		t.Errorf("second start: %q, want no window", got)
	}
	_, err := instance.Acquire(dir)
	taken, ok := errors.AsType[*instance.Taken](err)
	if !ok {
		t.Fatalf("third start: %v", err)
	}
	if o := taken.Owner(); o.PID != owner.Process.Pid || o.Window {
		t.Errorf("holder %+v, want process %d without a window", o, owner.Process.Pid)
	}
	f, ok := fault.As(err)
	if !ok || f.Key != "shell.taken.serve" {
		t.Errorf("the person reads %+v, want who holds the folder", f)
	}
}

func TestAcquireTwiceInOneProcess(t *testing.T) {
	dir := t.TempDir()
	first, err := instance.Acquire(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := instance.Acquire(dir); err == nil {
		t.Fatal("the folder was taken twice")
	}
	if err := first.Release(); err != nil {
		t.Fatal(err)
	}
	again, err := instance.Acquire(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Release(); err != nil {
		t.Fatal(err)
	}
}

func TestOwnerNoteIsPrivate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	in, err := instance.Acquire(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Release()
	for name, want := range map[string]os.FileMode{".": 0o700, "owner.json": 0o600, "lock": 0o600} {
		st, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if got := st.Mode().Perm(); got != want {
			t.Errorf("%s has mode %o, want %o", name, got, want)
		}
	}
}
