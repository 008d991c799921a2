package backup

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"guichet/internal/blob"
	"guichet/internal/db"
	"guichet/internal/fault"
)

// Verify opens a copy (its folder, or a backup folder for the newest one) and
// checks all of it: the database against its hash, SQLite's own checks and the
// manifest's counts, and every content, small and large, against its hash. The
// report tells what the copy holds; a fault says what is wrong with it.
func Verify(ctx context.Context, dir string) (Report, error) {
	r, err := find(dir)
	if err != nil {
		return r, err
	}
	if err := r.checkDatabase(ctx); err != nil {
		return r, err
	}
	// A restore does not need the list; thinning does, and keeps everything without it.
	if list, err := readList(filepath.Join(r.Path, contentsFile), map[string]bool{}); err != nil || r.List != "" && list != r.List {
		cause := errors.Join(err, errors.New("the list's hash is not the manifest's"))
		return r, fault.Wrap(cause, fault.Refused, "backup.err.damaged", "folder", r.Path)
	}
	c, err := openCopy(filepath.Join(r.Path, databaseFile))
	if err != nil {
		return r, told(err, dir)
	}
	defer c.Close()
	lost, err := damaged(ctx, c, filepath.Join(r.Path, "..", "..", blobsDir))
	if err != nil {
		return r, told(err, dir)
	}
	known := r.Missing
	r.Missing = lost
	since := slices.DeleteFunc(slices.Clone(lost), func(hash string) bool { return slices.Contains(known, hash) })
	if len(since) > 0 {
		return r, fault.New(fault.Refused, "backup.err.contents", "n", len(since))
	}
	return r, nil
}

// find returns the copy in dir: dir itself, or the newest one below it.
func find(dir string) (Report, error) {
	r, err := manifest(dir)
	if !errors.Is(err, fs.ErrNotExist) {
		if _, ok := fault.As(err); err != nil && !ok {
			err = fault.Wrap(err, fault.Refused, "backup.err.damaged", "folder", dir)
		}
		return r, err
	}
	list, err := List(dir)
	if err != nil {
		return Report{}, err
	}
	if len(list) == 0 {
		return Report{}, fault.New(fault.Missing, "backup.err.none", "folder", dir)
	}
	return list[0], nil
}

// checkDatabase compares the copy's database with what the manifest says of it.
func (r Report) checkDatabase(ctx context.Context) error {
	path := filepath.Join(r.Path, databaseFile)
	bad := func(cause error) error {
		return fault.Wrap(cause, fault.Refused, "backup.err.damaged", "folder", r.Path)
	}
	size, sum, err := hashFile(path)
	if err != nil {
		return bad(err)
	}
	if size != r.Size || sum != r.SHA256 {
		return bad(errors.New("the database's hash is not the manifest's"))
	}
	c, err := openCopy(path)
	if err != nil {
		return bad(err)
	}
	defer c.Close()
	said, err := db.Value[string](ctx, c, "PRAGMA integrity_check(1)")
	if err != nil || said != "ok" {
		return bad(errors.Join(err, db.ErrDamaged))
	}
	for table, want := range r.Counts {
		have, err := db.Value[int64](ctx, c, "SELECT COUNT(*) FROM "+quoted(table))
		if err != nil || have != want {
			return bad(errors.Join(err, errors.New(table+": another number of rows than the manifest's")))
		}
	}
	return nil
}

// quoted keeps a name from a manifest a name.
func quoted(table string) string {
	for _, known := range counted {
		if table == known {
			return table
		}
	}
	return "(SELECT 1 WHERE 0)"
}

// damaged reads every content that a database names and returns those that are
// not what their hash says.
func damaged(ctx context.Context, c copied, blobs string) (lost []string, err error) {
	hashes, err := db.Values[string](ctx, c, "SELECT hash FROM blob ORDER BY hash")
	if err != nil {
		return nil, err
	}
	for _, hash := range hashes {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		err := check(ctx, c, blobs, hash)
		if errors.Is(err, blob.ErrDamaged) {
			lost = append(lost, hash)
		} else if err != nil {
			return nil, err
		}
	}
	return lost, nil
}

// folderFree says whether a folder is missing, empty, or only has what a process
// that is about to restore puts there.
func folderFree(dir string) (bool, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	began := false
	for _, e := range entries {
		began = began || e.Name() == markFile
	}
	for _, e := range entries {
		switch e.Name() {
		case lockFile, ownerFile:
		case databaseFile:
			return false, nil
		default:
			if !began {
				return false, nil
			}
		}
	}
	return true, nil
}
