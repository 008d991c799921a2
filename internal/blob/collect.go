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
//
// What there is to take is looked for without the turn to write: each commit wakes
// every window, and mostly there is nothing.
func Collect(ctx context.Context, d *db.DB, dir string, uses []string, now time.Time, grace time.Duration) (Collected, error) {
	done, err := collectRows(ctx, d, " FROM blob WHERE created_at < ? AND hash NOT IN ("+strings.Join(uses, " UNION ")+")", now.Add(-grace))
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

func collectRows(ctx context.Context, d *db.DB, unused string, before time.Time) (done Collected, err error) {
	n, err := db.Value[int64](ctx, d, "SELECT COUNT(*)"+unused, before)
	if err != nil || n == 0 {
		return done, err
	}
	err = d.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, "DELETE"+unused, before)
		done.Rows = int(n)
		return err
	})
	return done, err
}

// collectFile removes one file that is older than before and has no row. It
// holds the turn to write meanwhile, so that no transaction names the content.
func collectFile(ctx context.Context, d *db.DB, path string, before time.Time) (gone bool, err error) {
	if loose, err := unnamed(ctx, d, path, before); err != nil || !loose {
		return false, err
	}
	err = d.Write(ctx, func(tx *db.Tx) error {
		if gone, err = unnamed(ctx, tx, path, before); err != nil || !gone {
			return err
		}
		return os.Remove(path)
	})
	return gone, err
}

// unnamed says whether a file is older than before and has no row. One that is
// gone by now is not.
func unnamed(ctx context.Context, q db.Querier, path string, before time.Time) (bool, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil || info.ModTime().After(before) {
		return false, err
	}
	hash := filepath.Base(filepath.Dir(path)) + strings.TrimSuffix(filepath.Base(path), ".zst")
	_, err = db.Value[int64](ctx, q, "SELECT size FROM blob WHERE hash = ?", hash)
	if errors.Is(err, db.ErrNone) {
		return true, nil
	}
	return false, err
}
