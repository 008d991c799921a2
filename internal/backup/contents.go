package backup

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"guichet/internal/blob"
	"guichet/internal/db"
)

// fileOf is where a large content lies below a folder of contents, as package
// blob has it.
func fileOf(dir, hash string) string {
	if len(hash) < 3 {
		return filepath.Join(dir, hash)
	}
	return filepath.Join(dir, hash[:2], hash[2:]+".zst")
}

// writeList writes the large contents that a copy names, one hash a line. It
// stands there before the first of them is carried, so that nobody sweeps them.
func writeList(ctx context.Context, q db.Querier, dir string) (sum string, err error) {
	f, err := os.OpenFile(filepath.Join(dir, contentsFile), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	w := bufio.NewWriter(io.MultiWriter(f, h))
	err = eachLarge(ctx, q, func(c content) error {
		_, err := w.WriteString(c.hash + "\n")
		return err
	})
	err = errors.Join(err, w.Flush(), f.Sync(), f.Close())
	return hex.EncodeToString(h.Sum(nil)), err
}

// carryAll brings every large content of the copy c to the backup folder.
func (r *Report) carryAll(ctx context.Context, c copied, blobs, to string) error {
	into := filepath.Join(to, blobsDir)
	return eachLarge(ctx, c, func(one content) error {
		r.Contents++
		fresh, err := carry(ctx, c, one.hash, blobs, into, true)
		if errors.Is(err, blob.ErrDamaged) { // lost at home, or collected since the database was copied
			r.Missing = append(r.Missing, one.hash)
			return nil
		}
		if fresh {
			r.Added++
		}
		return err
	})
}

// carry brings one large content from a folder of contents to another, checks it
// there against its hash, and says whether it is new there. q is the database
// that names it. The file may be shared with the source (link) where both are on
// one disk: a content's file is never written again.
func carry(ctx context.Context, q db.Querier, hash, from, to string, link bool) (fresh bool, err error) {
	source, target := fileOf(from, hash), fileOf(to, hash)
	if same(source, target) {
		return false, nil
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
		return false, err
	}
	tmp := target + ".part"
	if err := removed(tmp); err != nil {
		return false, err
	}
	err = fs.ErrInvalid
	if link {
		err = os.Link(source, tmp)
	}
	if err != nil { // another disk, or one that knows no links
		err = copyFile(source, tmp)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return false, blob.ErrDamaged
	}
	if err != nil {
		return false, errors.Join(err, removed(tmp))
	}
	if err := errors.Join(os.Rename(tmp, target), syncFolder(filepath.Dir(target))); err != nil {
		return false, err
	}
	if err := check(ctx, q, to, hash); err != nil {
		return false, errors.Join(err, removed(target))
	}
	return true, nil
}

// same says whether a content is already there, by the size of its file: the
// name is the hash of what is in it, and Verify reads all of it.
func same(source, target string) bool {
	b, err := os.Stat(target)
	if err != nil || b.Size() == 0 {
		return false
	}
	a, err := os.Stat(source)
	return err != nil || a.Size() == b.Size()
}

// check reads a content to its end, which compares its hash.
func check(ctx context.Context, q db.Querier, dir, hash string) error {
	r, _, err := blob.Open(ctx, q, dir, hash)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, r)
	return errors.Join(err, r.Close())
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}

func removed(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
