//go:build linux

package accept

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"guichet/internal/blob"
	"guichet/internal/db"
	"guichet/internal/journal"
)

// errorsOf looks for damage in a data folder: the database's own check, the journal's chain, every content to its end.
func errorsOf(ctx context.Context, d *db.DB, dir string) error {
	all := errors.Join(db.Verify(ctx, d.Path()), journal.Verify(ctx, d))
	hashes, err := db.Values[string](ctx, d, "SELECT hash FROM blob")
	all = errors.Join(all, err)
	for _, hash := range hashes {
		r, _, err := blob.Open(ctx, d, filepath.Join(dir, "blobs"), hash)
		if err != nil {
			all = errors.Join(all, err)
			continue
		}
		_, err = io.Copy(io.Discard, r)
		all = errors.Join(all, err, r.Close())
	}
	lost, err := db.Values[string](ctx, d, `SELECT raw FROM mail WHERE raw NOT IN (SELECT hash FROM blob) UNION
		SELECT raw FROM message WHERE raw <> '' AND raw NOT IN (SELECT hash FROM blob) UNION
		SELECT raw FROM outbox WHERE raw <> '' AND raw NOT IN (SELECT hash FROM blob)`)
	if len(lost) > 0 {
		all = errors.Join(all, fmt.Errorf("%d contents are named and not there", len(lost)))
	}
	return errors.Join(all, err)
}
