//go:build linux

package accept

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"guichet/internal/db"
	"guichet/internal/journal"
	"guichet/internal/mailbox"
	"guichet/internal/secret"
)

// R2: seen from the kernel, the log of the database is on disk before the server's copy of a mail is touched, and before
// the dot that ends a mail of ours.
func TestOnDiskBeforeTheServerIsTold(t *testing.T) {
	t.Parallel()
	strace, err := exec.LookPath("strace")
	if err != nil {
		absent(t, "strace is not installed")
	}
	for after, command := range map[string]string{"flag": "UID STORE", "move": "UID MOVE"} {
		t.Run(after, func(t *testing.T) { onDiskBefore(t, strace, after, command) })
	}
}

func onDiskBefore(t *testing.T, strace, after, command string) {
	h := found(t, t.TempDir())
	h.inClear(after)
	trace := filepath.Join(t.TempDir(), "trace")
	bin := program(t, "guichet")
	h.serveWith(func(env []string) *child {
		return run(t, exec.Command(strace, "-f", "-y", "-s", "4000", "-e", "trace=fsync,fdatasync,write,sendto,pwrite64", "-e", "signal=none",
			"-o", trace, bin, "serve"), env)
	}, func(c *child) {
		r, d := seeded(t), h.watch()
		for range times(15, 50) {
			h.deliver(r, 1+r.IntN(20))
			h.finished(c, d) // so that nothing but this group's own commit can stand before its STORE
		}
	})
	told, dots := 0, 0
	var seen calls
	for line := range lines(t, trace) {
		seen.add(line)
		if cmd := seen.last; cmd != "" {
			if set, ok := between(cmd, " "+command+" ", " "); ok {
				told++
				seen.after(t, "UID FETCH", first(set), cmd)
			}
			if strings.HasSuffix(cmd, `\r\n.\r\n`) {
				dots++
				seen.after(t, "DATA", 0, "the final dot")
			}
		}
	}
	say(t, "%d %s commands and %d final dots, each after a sync of the log", told, command, dots)
	if told < times(15, 50) || dots < 15 {
		t.Errorf("%d %s commands and %d final dots seen: too few to prove anything", told, command, dots)
	}
}

// inClear puts the mailbox on taps without TLS, so that the commands can be read; the servers still see TLS.
func (h *house) inClear(after string) {
	h.t.Helper()
	h.in.clear(h.imap.Server.Roots)
	h.out.clear(h.smtp.Server.Roots)
	h.with(func(ctx context.Context, d *db.DB, _ *secret.Key) error {
		return d.Write(ctx, func(tx *db.Tx) error {
			h.box.IMAP.Security, h.box.SMTP.Security = "none", "none"
			h.box.After, h.box.MoveTo = after, "Archive"
			_, err := mailbox.Update(ctx, tx, journal.System(), time.Now(), h.box)
			return err
		})
	})
}

// serveWith runs the program while do works with it, and ends it in peace.
func (h *house) serveWith(start func(env []string) *child, do func(c *child)) {
	h.t.Helper()
	c := start(append(environment(h.dir), h.env...))
	c.enter()
	do(c)
	// strace passes no signal on: the program itself is told.
	holder, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(c.cmd.Process.Pid), "task", strconv.Itoa(c.cmd.Process.Pid), "children"))
	if err != nil {
		h.t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.Fields(string(holder))[0])
	if err != nil {
		h.t.Fatal(err)
	}
	program, err := os.FindProcess(pid)
	if err != nil {
		h.t.Fatal(err)
	}
	if err := program.Signal(os.Interrupt); err != nil {
		h.t.Fatal(err)
	}
	<-c.ended
}

// call is one thing that the kernel was asked, in order.
type call struct {
	what string // "written" to the log, "synced", or a command on a socket
	text string
}

// calls reads a trace.
type calls struct {
	list    []call
	last    string          // the command of the line just added
	syncing map[string]bool // threads inside a sync of the log
}

var asked = regexp.MustCompile(`^(\d+) +(\w+)\(\d+<([^>]*)>(.*)$`)
var resumed = regexp.MustCompile(`^(\d+) +<\.\.\. (fsync|fdatasync) resumed>.*= 0`)

func (s *calls) add(line string) {
	s.last = ""
	if s.syncing == nil {
		s.syncing = map[string]bool{}
	}
	if m := resumed.FindStringSubmatch(line); m != nil && s.syncing[m[1]] {
		s.syncing[m[1]] = false
		s.list = append(s.list, call{what: "synced"})
		return
	}
	m := asked.FindStringSubmatch(line)
	if m == nil {
		return
	}
	thread, name, file, rest := m[1], m[2], m[3], m[4]
	inLog := strings.HasSuffix(file, "guichet.db-wal")
	switch {
	case inLog && name == "pwrite64":
		s.list = append(s.list, call{what: "written"})
	case inLog && strings.HasSuffix(rest, "= 0"):
		s.list = append(s.list, call{what: "synced"})
	case inLog:
		s.syncing[thread] = true
	case strings.HasPrefix(file, "socket:") || strings.HasPrefix(file, "TCP"):
		text, _ := between(rest, `, "`, `", `)
		s.last = text
		s.list = append(s.list, call{"said", text})
	}
}

// after checks that since the last command of a kind (that names this UID) the log was written and then synced.
func (s *calls) after(t *testing.T, command string, uid int, what string) {
	t.Helper()
	written, synced := false, false
	for i := len(s.list) - 2; i >= 0; i-- {
		c := s.list[i]
		switch c.what {
		case "synced":
			synced = true
		case "written":
			written = written || synced
		case "said":
			set, is := between(c.text, command+" ", " ")
			if !is && !strings.HasPrefix(c.text, command+`\r\n`) || uid != 0 && !holds(set, uid) {
				continue
			}
			if !written {
				t.Errorf("%.80s: since %.60s the log was not written and synced", what, c.text)
			}
			return
		}
	}
	t.Errorf("%.80s: no %s before it", what, command)
}

func lines(t *testing.T, path string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		in := bufio.NewScanner(f)
		in.Buffer(nil, 1<<20)
		for in.Scan() {
			if !yield(in.Text()) {
				return
			}
		}
		if err := in.Err(); err != nil {
			t.Fatal(err)
		}
	}
}

func between(text, from, to string) (string, bool) {
	_, rest, ok := strings.Cut(text, from)
	if !ok {
		return "", false
	}
	inner, _, ok := strings.Cut(rest, to)
	return inner, ok
}

// first is the lowest number of a set such as 3:7,9.
func first(set string) int {
	var n int
	if _, err := fmt.Sscan(strings.FieldsFunc(set, func(r rune) bool { return r == ':' || r == ',' })[0], &n); err != nil {
		return -1
	}
	return n
}

func holds(set string, uid int) bool {
	for part := range strings.SplitSeq(set, ",") {
		low, high, ok := strings.Cut(part, ":")
		if !ok {
			high = low
		}
		from, err1 := strconv.Atoi(low)
		to, err2 := strconv.Atoi(high)
		if err1 == nil && err2 == nil && from <= uid && uid <= to {
			return true
		}
	}
	return false
}
