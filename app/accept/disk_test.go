//go:build linux

package accept

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"guichet/internal/db"
)

// R14: a disk that fills up while mails come in and answers go out raises the alarm; when there is room again all goes
// on by itself, and nothing was lost or sent twice. Half of the rounds stop before the last byte, half at it.
func TestDiskFull(t *testing.T) {
	if os.Getuid() != 0 {
		say(t, "NOT RUN: only root can mount a small disk")
		t.SkipNow()
	}
	t.Parallel() // most of it is waiting
	chance := seeded(t)
	var mails atomic.Int64
	t.Cleanup(func() { say(t, "%d full disks, %d mails, 0 lost", times(3, 20), mails.Load()) })
	for round := range times(3, 20) {
		r := rand.New(rand.NewPCG(chance.Uint64(), 1))
		t.Run(fmt.Sprint(round), func(t *testing.T) {
			t.Parallel()
			h := found(t, disk(t, 20<<20))
			h.env = append(h.env, "GUICHET_LEAST_FREE="+[]string{"0", "1000000"}[round%2])
			h.deliver(r, 60)
			h.settleAll()
			h.answer(20)
			h.deliver(r, 70)
			c := h.serve()
			b := c.enter()
			d := h.watch()
			until(t, "some new mail", func() bool { return h.settledUIDs(d) > 60 || h.settledUIDs(d) == h.onServer() })
			free := fill(t, h.dir)
			h.deliver(r, 70)
			until(t, "the alarm", func() bool { c.alive(); return b.full(t) })
			free()
			h.finished(c, d)
			until(t, "the alarm's end", func() bool { return !b.full(t) })
			c.stop()
			h.whole()
			h.sentOnce()
			if n := strings.Count(c.words(), "\n"); n > 100 {
				t.Errorf("a full disk gave %d lines of log, such as\n%s", n, c.words()[:min(len(c.words()), 2000)])
			}
			mails.Add(int64(len(h.raws)))
		})
	}
}

// A start on a disk that is full already says so in words, and touches nothing.
func TestStartOnAFullDisk(t *testing.T) {
	if os.Getuid() != 0 {
		say(t, "NOT RUN: only root can mount a small disk")
		t.SkipNow()
	}
	t.Parallel()
	h := found(t, disk(t, 20<<20))
	h.env = append(h.env, "GUICHET_LEAST_FREE=0")
	h.deliver(seeded(t), 40)
	h.settleAll()
	free := fill(t, h.dir)
	for range 2 {
		c := start(t, h.dir, h.env, "serve")
		<-c.ended
		if !strings.Contains(c.words(), "disk") || strings.Contains(c.words(), "database or disk is full") {
			t.Errorf("a start on a full disk says: %s", c.words())
		}
	}
	free()
	h.settleAll()
	h.whole()
}

// disk mounts a disk of this size in memory until the test ends.
func disk(t *testing.T, size int) string {
	t.Helper()
	dir := t.TempDir()
	if err := unix.Mount("none", dir, "tmpfs", 0, fmt.Sprintf("size=%d,mode=0700", size)); err != nil {
		absent(t, "a small disk can't be mounted here: "+err.Error())
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	data := filepath.Join(dir, "data")
	if err := os.Mkdir(data, 0o700); err != nil {
		t.Fatal(err)
	}
	return data
}

// fill writes beside the data until the disk has no byte left, and returns what takes it away again.
func fill(t *testing.T, data string) (free func()) {
	t.Helper()
	path := filepath.Join(filepath.Dir(data), "filler")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	page := make([]byte, 4096)
	for err == nil {
		_, err = f.Write(page)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	return func() {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
}

// full asks the desk whether it shows the alarm. It must answer on a full disk.
func (b *browser) full(t *testing.T) bool {
	t.Helper()
	var me struct{ DiskFull bool }
	if err := b.get("/api/me", &me); err != nil {
		t.Fatal(err)
	}
	return me.DiskFull
}

// settleAll runs the program until all that is delivered is in.
func (h *house) settleAll() {
	h.t.Helper()
	c := h.serve()
	c.enter() // it is up
	h.settled(c)
	c.stop()
}

// watch opens the data for reading beside the program that runs on them.
func (h *house) watch() *db.DB {
	h.t.Helper()
	d, err := db.Open(context.Background(), filepath.Join(h.dir, "guichet.db"))
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() {
		if err := d.Close(); err != nil {
			h.t.Error(err)
		}
	})
	return d
}

func (h *house) settledUIDs(d *db.DB) int {
	h.t.Helper()
	n, err := db.Value[int](context.Background(), d, "SELECT COUNT(*) FROM imap_uid WHERE final = 1")
	if err != nil {
		h.t.Fatal(err)
	}
	return n
}
