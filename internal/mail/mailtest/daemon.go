//go:build unix

package mailtest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// need ends the test when a program of a Debian package is missing, loudly: a line on standard output, and a failure
// where GUICHET_REQUIRE_SERVERS=1 says that the real servers must be met.
func need(t testing.TB, name, pkg string) string {
	t.Helper()
	for _, dir := range append(filepath.SplitList(os.Getenv("PATH")), "/usr/sbin", "/sbin") {
		if path := filepath.Join(dir, name); isProgram(path) {
			return path
		}
	}
	notRun(t, fmt.Sprintf("%s is not installed (Debian package %s)", name, pkg))
	return ""
}

func isProgram(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

func notRun(t testing.TB, why string) {
	t.Helper()
	fmt.Printf("NOT RUN: %s: %s\n", t.Name(), why)
	if os.Getenv("GUICHET_REQUIRE_SERVERS") == "1" {
		t.Fatal(why)
	}
	t.Skip(why)
}

// account is whom a server runs as: nobody when the test is root, since Dovecot refuses to serve root's mails.
type account struct {
	user, group string
	uid, gid    int
	switches    bool
}

func servant(t testing.TB) account {
	t.Helper()
	u, err := user.Current()
	if err == nil && u.Uid == "0" {
		u, err = user.Lookup("nobody")
	}
	if err != nil {
		t.Fatal(err)
	}
	g, err := user.LookupGroupId(u.Gid)
	if err != nil {
		t.Fatal(err)
	}
	uid, gid := ids(t, u)
	return account{u.Username, g.Name, uid, gid, os.Geteuid() != uid}
}

func ids(t testing.TB, u *user.User) (uid, gid int) {
	t.Helper()
	uid, err := strconv.Atoi(u.Uid)
	gid, err2 := strconv.Atoi(u.Gid)
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	return uid, gid
}

func idsOf(t testing.TB, name string) (uid, gid int) {
	t.Helper()
	u, err := user.Lookup(name)
	if err != nil {
		t.Fatal(err)
	}
	return ids(t, u)
}

// home makes a folder that the servant owns, gone after the test. t.TempDir would not do: its parent is closed to others.
func (a account) home(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "guichet-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Log(err)
		}
	})
	a.own(t, dir)
	return dir
}

func (a account) own(t testing.TB, paths ...string) {
	t.Helper()
	for _, path := range paths {
		if err := errors.Join(os.Chown(path, a.uid, a.gid), os.Chmod(path, 0o755)); err != nil {
			t.Fatal(err)
		}
	}
}

func (a account) mkdir(t testing.TB, paths ...string) {
	t.Helper()
	for _, path := range paths {
		if err := os.MkdirAll(path, 0o755); err != nil {
			t.Fatal(err)
		}
		a.own(t, path)
	}
}

// daemon is a server in the foreground.
type daemon struct {
	cmd  *exec.Cmd
	done chan error
	log  string // path of its log
}

// run starts a server that ends with the test. Grouped puts it into a process group of its own; Postfix makes its own
// and fails when it has one already.
func run(t testing.TB, a account, grouped bool, log, name string, args ...string) *daemon {
	t.Helper()
	d := &daemon{cmd: exec.Command(name, args...), done: make(chan error, 1), log: log}
	d.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: grouped}
	if a.switches {
		d.cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}
	}
	out, err := os.Create(log + ".out")
	if err != nil {
		t.Fatal(err)
	}
	d.cmd.Stdout, d.cmd.Stderr = out, out
	if err := d.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { d.done <- d.cmd.Wait() }()
	t.Cleanup(func() { d.stop(); _ = out.Close() })
	return d
}

// stop ends the server and whatever it leaves of its group of processes.
func (d *daemon) stop() {
	_ = d.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case err := <-d.done:
		d.done <- err
	case <-time.After(10 * time.Second):
	}
	_ = syscall.Kill(-d.cmd.Process.Pid, syscall.SIGKILL) // no such group: everybody went home
	<-d.done
}

// ready waits until the server answers on its ports.
func (d *daemon) ready(t testing.TB, ports ...int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for _, port := range ports {
		for {
			conn, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
			if err == nil {
				_ = conn.Close()
				break
			}
			select {
			case <-time.After(20 * time.Millisecond):
			case err := <-d.done:
				d.done <- err
				t.Fatalf("%s ended: %v\n%s", d.cmd.Path, err, d.words())
			case <-ctx.Done():
				t.Fatalf("%s does not answer on port %d\n%s", d.cmd.Path, port, d.words())
			}
		}
	}
}

func (d *daemon) words() string {
	log, err := os.ReadFile(d.log)
	out, err2 := os.ReadFile(d.log + ".out")
	return fmt.Sprintf("%s%s(%v)", log, out, errors.Join(err, err2))
}

// freePorts returns n ports that nobody listens on at the moment.
func freePorts(t testing.TB, n int) []int {
	t.Helper()
	var ports []int
	for range n {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer ln.Close() // together, so that they differ
		ports = append(ports, ln.Addr().(*net.TCPAddr).Port)
	}
	return ports
}
