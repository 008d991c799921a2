package benchmark

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime/debug"
	"runtime/pprof"
	"strings"
	"syscall"
	"time"

	"guichet/internal/mail/mailtest"
	"guichet/internal/mail/wire"
)

// task is one measured run, in a process of its own so that its processor time and
// its peak of memory are nobody else's.
type task struct {
	Way     string // guichet or floor
	Port    int    // of the IMAP server on loopback
	Dir     string // an empty folder
	Mails   int
	Profile string // where to write a processor profile, "" for nowhere
}

// result is what a run took. Server processes are not in it.
type result struct {
	Seconds float64
	CPU     float64 // seconds, user and system
	IdleMB  float64 // resident before the work, of the whole process
	PeakMB  float64 // the most that was resident
}

const taskName = "GUICHET_BENCHMARK_TASK"

// run does a task in a child process of this program.
func (t task) run() (result, error) {
	spec, err := json.Marshal(t)
	if err != nil {
		return result{}, err
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), taskName+"="+string(spec))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return result{}, fmt.Errorf("%s: %w", t.Way, err)
	}
	var r result
	return r, json.Unmarshal(out, &r)
}

// child does the task that the environment names, and returns false where it names none.
func child() bool {
	spec := os.Getenv(taskName)
	if spec == "" {
		return false
	}
	var t task
	err := json.Unmarshal([]byte(spec), &t)
	if err == nil {
		err = t.measure(context.Background())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return true
}

func (t task) measure(ctx context.Context) error {
	work, check, end, err := t.open(ctx)
	if err != nil {
		return err
	}
	if t.Profile != "" {
		f, err := os.Create(t.Profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
	}
	idle, err := settle()
	if err != nil {
		return err
	}
	start, before := time.Now(), cpu()
	n, err := work()
	r := result{Seconds: time.Since(start).Seconds(), CPU: (cpu() - before).Seconds()}
	pprof.StopCPUProfile()
	if err == nil && n != t.Mails {
		err = fmt.Errorf("%d of %d mails", n, t.Mails)
	}
	if err := errors.Join(err, check(), end()); err != nil {
		return err
	}
	r.IdleMB, r.PeakMB = idle, resident("VmHWM:")
	return json.NewEncoder(os.Stdout).Encode(r)
}

// open prepares one of the two ways: its work, a check of what it did, its end.
func (t task) open(ctx context.Context) (work func() (int, error), check, end func() error, err error) {
	server := wire.Server{Host: "127.0.0.1", Port: t.Port, Security: wire.None, User: mailtest.User,
		Password: func(context.Context) (string, error) { return mailtest.Password, nil }}
	if t.Way == "floor" {
		f, err := openFloor(ctx, t.Dir)
		if err != nil {
			return nil, nil, nil, err
		}
		return func() (int, error) { return f.ingest(ctx, server.Addr(), server.User, mailtest.Password) }, func() error { return nil }, f.close, nil
	}
	d, err := openDesk(ctx, t.Dir)
	if err != nil {
		return nil, nil, nil, err
	}
	return func() (int, error) { return d.ingest(ctx, server) }, func() error { return d.whole(ctx, t.Mails) }, d.db.Close, nil
}

// cpu is the processor time of this process so far.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // only wrong arguments fail
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// settle gives back what opening has left over, forgets the peak so far (proc(5),
// clear_refs) and returns what is resident then.
func settle() (idleMB float64, err error) {
	debug.FreeOSMemory()
	err = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0)
	return resident("VmRSS:"), err
}

// resident is the memory that this process has (VmRSS: of proc(5)) or has had at most
// (VmHWM:), in MB.
func resident(field string) float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		panic(err) // Linux has it
	}
	_, after, _ := strings.Cut(string(status), field)
	var kB float64
	if _, err := fmt.Sscan(after, &kB); err != nil {
		panic(err)
	}
	return kB * 1024 / 1e6
}
