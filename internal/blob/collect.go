package blob

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"guichet/internal/db"
)

// Collected says what Collect took away.
type Collected struct {
	Rows  int
	Files int
}

// Collect removes the contents that nothing names and that are older than
// grace, and the files that no row stands for (left by a crash between the file
// and its transaction). uses are the statements that list the hashes in use, one
// per table that names contents.
func Collect(ctx context.Context, d *db.DB, dir string, uses []string, now time.Time, grace time.Duration) (Collected, error) {
	var done Collected
	err := d.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, "DELETE FROM blob WHERE created_at < ? AND hash NOT IN ("+strings.Join(uses, " UNION ")+")", now.Add(-grace))
		done.Rows = int(n)
		return err
	})
	if err != nil {
		return done, fmt.Errorf("collect contents: %w", err)
	}
	err = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		gone, err := collectFile(ctx, d, path, now.Add(-grace))
		if gone {
			done.Files++
		}
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return done, err
}

// collectFile removes one file that is older than before and has no row. It
// holds the turn to write, so that no transaction names the content meanwhile.
func collectFile(ctx context.Context, d *db.DB, path string, before time.Time) (gone bool, err error) {
	hash := filepath.Base(filepath.Dir(path)) + strings.TrimSuffix(filepath.Base(path), ".zst")
	err = d.Write(ctx, func(tx *db.Tx) error {
		info, err := os.Stat(path)
		if err != nil || info.ModTime().After(before) {
			return err
		}
		_, err = db.Value[int64](ctx, tx, "SELECT size FROM blob WHERE hash = ?", hash)
		if !errors.Is(err, db.ErrNone) {
			return err
		}
		gone = true
		return os.Remove(path)
	})
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return gone, err
}
