package backup

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestKeptCopies(t *testing.T) {
	every := func(step time.Duration, n int, size int64) (list []Report) {
		for i := range n {
			list = append(list, Report{At: noon.Add(-time.Duration(i) * step), Size: size})
		}
		return list
	}
	count := func(stay []bool) (n int) {
		for _, s := range stay {
			if s {
				n++
			}
		}
		return n
	}
	for _, c := range []struct {
		name   string
		copies []Report
		most   int64
		want   int
	}{
		{"none", nil, 1 << 40, 0},
		{"one", every(time.Hour, 1, 1), 1 << 40, 1},
		{"every quarter of an hour for a day", every(15*time.Minute, 96, 1), 1 << 40, 24},
		{"hourly for 30 days", every(time.Hour, 30*24, 1), 1 << 40, 24 + 12 + 1}, // two days hold the 24 hours; October
		{"daily for two years", every(24*time.Hour, 730, 1), 1 << 40, 24 + 10},   // October is in the 24
		{"capped", every(time.Hour, 24, 10), 75, 7},
		{"capped below the least", every(time.Hour, 24, 1000), 75, atLeast},
	} {
		stay := kept(c.copies, c.most)
		if got := count(stay); got != c.want {
			t.Errorf("%s: %d copies stay, want %d", c.name, got, c.want)
		}
		if len(stay) > 0 && !stay[0] {
			t.Errorf("%s: the newest goes", c.name)
		}
	}
}

func TestThinningTakesContentsThatNoCopyNames(t *testing.T) {
	k, to := newDesk(t), filepath.Join(t.TempDir(), "backup")
	hashes := k.mails(t, 100_000, 100_001)
	first := k.backup(t, to, noon)
	k.forget(t, hashes[0])
	second := k.backup(t, to, noon.Add(time.Minute)) // the same hour: the first goes
	cut := filepath.Join(to, copiesDir, part+noon.Add(-25*time.Hour).Format(stamp))
	running := filepath.Join(to, copiesDir, part+noon.Format(stamp))
	for _, dir := range []string{cut, running} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(running, contentsFile), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if exists(first.Path) || exists(fileOf(filepath.Join(to, blobsDir), hashes[0])) {
		t.Error("the first copy or what only it named is still there")
	}
	if err := thin(to, noon); err != nil {
		t.Fatal(err)
	}
	if exists(cut) || !exists(running) {
		t.Error("what was cut long ago stays, or what may be running goes")
	}
	if _, err := Verify(t.Context(), second.Path); err != nil {
		t.Error(err)
	}
}

// A list that names something else than what it was written with takes nothing
// away from the copy that it belongs to.
func TestADamagedListKeepsEveryContent(t *testing.T) {
	k, to := newDesk(t), filepath.Join(t.TempDir(), "backup")
	hashes := k.mails(t, 100_000, 100_001)
	r := k.backup(t, to, noon)
	if r.List == "" {
		t.Error("the manifest does not know its list")
	}
	flip(t, filepath.Join(r.Path, contentsFile))
	if err := sweep(to); err != nil {
		t.Fatal(err)
	}
	for _, h := range hashes {
		if !exists(fileOf(filepath.Join(to, blobsDir), h)) {
			t.Error("a content is gone:", h)
		}
	}
}
