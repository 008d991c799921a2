package blob

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func loose(t *testing.T, dir string, p []byte) Content {
	t.Helper()
	w := NewWriter(dir)
	if _, err := w.Write(p); err != nil {
		t.Fatal(err)
	}
	c, err := w.Loose()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Contents of one batch reach the disk together; copies, small ones and a second
// try are no trouble.
func TestSettle(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "blobs")
	var batch []Content
	for i := range 20 {
		batch = append(batch, loose(t, dir, noise(Small+1+i%15)), loose(t, dir, noise(i)))
	}
	if _, err := os.Stat(filepath.Join(dir, fileName(batch[0].Hash))); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a loose content has its name: %v", err)
	}
	for range 2 {
		if err := Settle(dir, batch); err != nil {
			t.Fatal(err)
		}
	}
	for i, c := range batch {
		r, err := c.Reader(dir)
		if err != nil {
			t.Fatal(err)
		}
		p, err := io.ReadAll(r)
		if want := noise(int(c.Size)); err != nil || !bytes.Equal(p, want) {
			t.Errorf("content %d: %d of %d bytes, %v", i, len(p), len(want), err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
	if left, err := os.ReadDir(filepath.Join(dir, "tmp")); err != nil || len(left) != 0 {
		t.Errorf("left in tmp: %v, %v", left, err)
	}
}

// A content whose file is gone must stop the transaction that would name it.
func TestSettleWhatIsLost(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "blobs")
	c := loose(t, dir, noise(Small+1))
	if err := os.Remove(c.loose); err != nil {
		t.Fatal(err)
	}
	if err := Settle(dir, []Content{c}); !errors.Is(err, fs.ErrNotExist) || !IsDisk(err) {
		t.Errorf("Settle = %v", err)
	}
}

// A name that can't be given is a fault of the disk too.
func TestSettleWhereNothingCanBeNamed(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "blobs")
	c := loose(t, dir, noise(Small+1))
	if err := os.MkdirAll(filepath.Join(dir, fileName(c.Hash), "in the way"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := Settle(dir, []Content{c}); err == nil || !IsDisk(err) {
		t.Errorf("Settle = %v", err)
	}
}
