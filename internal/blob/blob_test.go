package blob

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"guichet/internal/db"
	"guichet/internal/db/dbtest"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func put(t *testing.T, d *db.DB, c Content) {
	t.Helper()
	if err := d.Write(t.Context(), func(tx *db.Tx) error { return Put(t.Context(), tx, noon, c) }); err != nil {
		t.Fatal(err)
	}
}

func noise(n int) []byte {
	p := make([]byte, n)
	r := rand.NewChaCha8([32]byte{7})
	r.Read(p)
	return p
}

func TestWhatGoesInComesOut(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		dir := filepath.Join(t.TempDir(), "blobs")
		for name, p := range map[string][]byte{
			"empty": {}, "short": []byte("bonjour"), "text": bytes.Repeat([]byte("une ligne de texte\r\n"), 900),
			"noise": noise(9000), "just small": noise(Small), "just large": noise(Small + 1),
			"large text": bytes.Repeat([]byte("abcdefgh\r\n"), 200000), "large noise": noise(3 << 20),
		} {
			c, err := Of(dir, p)
			if err != nil {
				t.Fatal(name, err)
			}
			put(t, d, c)
			put(t, d, c)
			r, size, err := Open(t.Context(), d, dir, c.Hash)
			if err != nil {
				t.Fatal(name, err)
			}
			got, err := io.ReadAll(r)
			if err != nil || !bytes.Equal(got, p) || size != int64(len(p)) {
				t.Errorf("%s: %d bytes of %d, %v", name, len(got), len(p), err)
			}
			if err := r.Close(); err != nil {
				t.Error(name, err)
			}
			if isFile := c.data == nil; isFile != (len(p) > Small) {
				t.Errorf("%s: file is %v", name, isFile)
			}
		}
		left, err := os.ReadDir(filepath.Join(dir, "tmp"))
		if err != nil || len(left) != 0 {
			t.Errorf("left in tmp: %v, %v", left, err)
		}
	})
}

func TestADamagedContentIsNeverReadAsWhole(t *testing.T) {
	d := dbtest.Open(t)
	dir := t.TempDir()
	large, err := Of(dir, bytes.Repeat([]byte("0123456789"), 20000))
	if err != nil {
		t.Fatal(err)
	}
	small, err := Of(dir, []byte("petit"))
	if err != nil {
		t.Fatal(err)
	}
	put(t, d, large)
	put(t, d, small)
	file := filepath.Join(dir, fileName(large.Hash))
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	flipped := bytes.Clone(whole)
	flipped[len(flipped)/2] ^= 1
	for name, bytes := range map[string][]byte{"flipped": flipped, "cut": whole[:len(whole)/2], "empty": {}, "replaced": noise(99)} {
		if err := os.WriteFile(file, bytes, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadAll(t.Context(), d, dir, large.Hash, 1<<20); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadAll(t.Context(), d, dir, large.Hash, 1<<20); !errors.Is(err, ErrDamaged) {
		t.Errorf("missing file: %v", err)
	}
	if err := d.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), "UPDATE blob SET data = ? WHERE hash = ?", []byte("pet1t"), small.Hash)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadAll(t.Context(), d, dir, small.Hash, 1<<20); !errors.Is(err, ErrDamaged) {
		t.Errorf("altered row: %v", err)
	}
}

func TestDiscardLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	w := NewWriter(dir)
	if _, err := w.Write(noise(Small * 3)); err != nil {
		t.Fatal(err)
	}
	w.Discard()
	w.Discard()
	left, err := os.ReadDir(filepath.Join(dir, "tmp"))
	if err != nil || len(left) != 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

func TestCollectTakesOnlyWhatNothingNames(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		dir := t.TempDir()
		kept, err1 := Of(dir, noise(Small*2))
		unused, err2 := Of(dir, noise(Small*2+1))
		crashed, err3 := Of(dir, noise(Small*2+2)) // its transaction never came
		young, err4 := Of(dir, []byte("jeune"))
		if err := errors.Join(err1, err2, err3, err4); err != nil {
			t.Fatal(err)
		}
		put(t, d, kept)
		put(t, d, unused)
		later := time.Now().Add(48 * time.Hour)
		if err := d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), "INSERT INTO setting (name, value) VALUES ('uses', ?)", kept.Hash)
			return errors.Join(err, Put(t.Context(), tx, later, young))
		}); err != nil {
			t.Fatal(err)
		}
		got, err := Collect(context.Background(), d, dir, []string{"SELECT value FROM setting", "SELECT value FROM setting"}, later, 24*time.Hour)
		if err != nil || got != (Collected{Rows: 1, Files: 2}) {
			t.Errorf("Collect = %+v, %v", got, err)
		}
		if _, err := ReadAll(t.Context(), d, dir, kept.Hash, 1<<20); err != nil {
			t.Error("a content in use is gone:", err)
		}
		if _, err := ReadAll(t.Context(), d, dir, young.Hash, 1<<20); err != nil {
			t.Error("a young content is gone:", err)
		}
		changed := d.Changed()
		if got, err := Collect(context.Background(), d, dir, []string{"SELECT value FROM setting"}, later, 24*time.Hour); err != nil || got != (Collected{}) {
			t.Errorf("Collect again = %+v, %v", got, err)
		}
		select {
		case <-changed:
			t.Error("every window was woken for nothing")
		default:
		}
		for _, c := range []Content{unused, crashed} {
			if _, err := os.Stat(filepath.Join(dir, fileName(c.Hash))); !errors.Is(err, os.ErrNotExist) {
				t.Error("still there:", err)
			}
		}
	})
}
