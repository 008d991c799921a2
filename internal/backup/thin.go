package backup

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// How many copies stay: the newest of each of the last hours, days and months
// that have one, and no more bytes of databases than the cap, the newest three
// aside. Hours, days and months are UTC's.
const (
	hourly    = 24
	daily     = 14
	monthly   = 12
	atLeast   = 3
	mostBytes = 50 << 30
)

// kept says which copies stay. They come newest first.
func kept(copies []Report, most int64) []bool {
	stay := make([]bool, len(copies))
	for _, rule := range []struct {
		layout string
		n      int
	}{{"2006-01-02T15", hourly}, {"2006-01-02", daily}, {"2006-01", monthly}} {
		last, n := "", 0
		for i, c := range copies {
			if span := c.At.UTC().Format(rule.layout); span != last && n < rule.n {
				last, n, stay[i] = span, n+1, true
			}
		}
	}
	var bytes int64
	staying := 0
	for i, c := range copies {
		if !stay[i] {
			continue
		}
		bytes += c.Size
		if staying++; staying > atLeast && bytes > most {
			stay[i] = false
		}
	}
	return stay
}

// thin removes the copies that no longer stay and those that were cut short long
// ago, and then the contents that no copy names.
func thin(to string, now time.Time) error {
	copies, err := List(to)
	if err != nil {
		return err
	}
	gone := 0
	for i, stays := range kept(copies, mostBytes) {
		if !stays {
			gone++
			// Without its manifest it is no copy, however far the removal comes.
			if err := errors.Join(os.Remove(filepath.Join(copies[i].Path, manifestFile)), os.RemoveAll(copies[i].Path)); err != nil {
				return err
			}
		}
	}
	cut, err := removeCut(to, now)
	if err != nil || gone+cut == 0 {
		return err
	}
	return sweep(to)
}

// removeCut removes the copies that were never finished. One that is younger than
// a day may still be made.
func removeCut(to string, now time.Time) (n int, err error) {
	entries, err := os.ReadDir(filepath.Join(to, copiesDir))
	if err != nil {
		return 0, err
	}
	for _, e := range entries {
		begun, ok := strings.CutPrefix(e.Name(), part)
		if at, err := time.Parse(stamp, begun); !ok || err != nil || now.Sub(at) < 24*time.Hour {
			continue
		}
		n++
		if err := os.RemoveAll(filepath.Join(to, copiesDir, e.Name())); err != nil {
			return n, err
		}
	}
	return n, nil
}

// sweep removes the contents that no copy names, those being made included. A
// copy whose list can't be read, or is not the one that was written, keeps
// everything: Verify tells of it.
func sweep(to string) error {
	entries, err := os.ReadDir(filepath.Join(to, copiesDir))
	if err != nil {
		return err
	}
	named := map[string]bool{}
	for _, e := range entries {
		dir := filepath.Join(to, copiesDir, e.Name())
		sum, err := readList(filepath.Join(dir, contentsFile), named)
		if r, bad := manifest(dir); err == nil && bad == nil && r.List != "" && sum != r.List {
			return nil
		}
		if errors.Is(err, fs.ErrNotExist) && strings.HasPrefix(e.Name(), part) {
			return nil // it is being made, or was cut short: what it needs is not known yet
		}
		if err != nil {
			return err
		}
	}
	root := filepath.Join(to, blobsDir)
	return filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, ".zst") {
			return err
		}
		hash := filepath.Base(filepath.Dir(path)) + strings.TrimSuffix(e.Name(), ".zst")
		if named[hash] {
			return nil
		}
		return os.Remove(path)
	})
}

// readList notes the hashes in a list, and returns the SHA-256 of the list itself.
func readList(path string, into map[string]bool) (sum string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	lines := bufio.NewScanner(io.TeeReader(f, h))
	for lines.Scan() {
		into[lines.Text()] = true
	}
	return hex.EncodeToString(h.Sum(nil)), lines.Err()
}
