//go:build linux

package screen

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// family lists a process and all that descend from it: a web view's pages and connections are processes of their own.
func family(first int) ([]int, error) {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil, err
	}
	children := map[int][]int{}
	for _, path := range stats {
		f, err := fields(path)
		if err != nil {
			continue // it ended meanwhile
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		parent, err2 := strconv.Atoi(f[1])
		if err == nil && err2 == nil {
			children[parent] = append(children[parent], pid)
		}
	}
	all := []int{first}
	for i := 0; i < len(all); i++ {
		all = append(all, children[all[i]]...)
	}
	return all, nil
}

// fields are those of a stat file from the third on (proc(5)): the second may hold spaces.
func fields(path string) ([]string, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	_, after, ok := bytes.Cut(b, []byte(") "))
	f := strings.Fields(string(after))
	if !ok || len(f) < 20 {
		return nil, fmt.Errorf("%s is cut", path)
	}
	return f, nil
}

// Worked is the processor time of the program and all its processes so far. A clock tick is a hundredth of a second on
// every Linux that Go runs on.
func (p *Program) Worked(t testing.TB) time.Duration {
	t.Helper()
	all, err := family(p.Process())
	if err != nil {
		t.Fatal(err)
	}
	ticks := 0
	for _, pid := range all {
		f, err := fields(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			continue // it ended meanwhile
		}
		for _, text := range f[11:13] {
			n, err := strconv.Atoi(text)
			if err != nil {
				t.Fatal(err)
			}
			ticks += n
		}
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}

// Weight is the memory of the program and all its processes in MB: what they share counts once (PSS of proc(5)).
func (p *Program) Weight(t testing.TB) float64 {
	t.Helper()
	all, err := family(p.Process())
	if err != nil {
		t.Fatal(err)
	}
	kB := 0
	for _, pid := range all {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
		if err != nil {
			continue // it ended meanwhile
		}
		_, after, _ := strings.Cut(string(b), "\nPss:")
		n := 0
		if _, err := fmt.Sscan(after, &n); err != nil {
			t.Fatal(err)
		}
		kB += n
	}
	return float64(kB) * 1024 / 1e6
}
