package blob

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sync/errgroup"
)

// settling is how many files are synced at once. A disk writes several back in
// little more than the time of one.
const settling = 8

// Settle puts loose contents on disk under their own names, synced with the
// folders that lead to them when it returns. Others it leaves alone.
func Settle(dir string, contents []Content) error {
	folders := map[string]bool{}
	var g errgroup.Group
	g.SetLimit(settling)
	for _, c := range contents {
		if c.loose == "" {
			continue
		}
		folder := filepath.Dir(filepath.Join(dir, fileName(c.Hash)))
		if !folders[folder] {
			folders[folder] = true
			if err := os.MkdirAll(folder, 0o700); err != nil {
				return errors.Join(fmt.Errorf("make the folder of contents: %w", err), g.Wait())
			}
		}
		g.Go(func() error { return place(c.loose, filepath.Join(dir, fileName(c.Hash))) })
	}
	if err := g.Wait(); err != nil || len(folders) == 0 {
		return err
	}
	folders[dir] = true // new folders stand in it
	for folder := range folders {
		g.Go(func() error { return syncFolder(folder) })
	}
	return g.Wait()
}

// place syncs a temporary file and gives it its name. What was settled before, as
// a second copy of it or by a first try, is there already.
func place(from, to string) error {
	err := syncFile(from)
	if err == nil {
		err = os.Rename(from, to)
	}
	if errors.Is(err, fs.ErrNotExist) {
		if _, there := os.Stat(to); there == nil {
			return nil
		}
	}
	if err != nil {
		return fmt.Errorf("write a content: %w", err)
	}
	return nil
}

func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
