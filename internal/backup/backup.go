// Package backup copies a desk's data to a folder, checks the copy by opening
// it, and puts it back on a machine that has nothing.
//
// A backup folder looks like this; the contents are shared by all copies, so
// each is there once:
//
//	blobs/ab/cdef….zst                        large contents, by their SHA-256
//	copies/20261123T120000.000Z/guichet.db    the database, whole
//	copies/20261123T120000.000Z/contents.txt  the large contents that it names
//	copies/20261123T120000.000Z/key.json      the key, sealed under the recovery phrase
//	copies/20261123T120000.000Z/manifest.json counts and hashes, written last
//
// A copy without its manifest is not one.
package backup

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/secret"
)

// The names below a backup folder and below a data folder.
const (
	copiesDir    = "copies"
	blobsDir     = "blobs"
	databaseFile = "guichet.db"
	contentsFile = "contents.txt"
	keyFile      = "key.json"
	manifestFile = "manifest.json"

	format = 1       // of the manifest
	part   = "part-" // begins the name of a copy that is being made
	stamp  = "20060102T150405.000Z"
)

// Report is what a copy holds: its manifest.
type Report struct {
	Path     string           `json:"-"`    // the copy's folder
	Desk     string           `json:"desk"` // names the data that were copied, for as long as they live
	Format   int              `json:"format"`
	At       time.Time        `json:"at"` // UTC
	Size     int64            `json:"size"`
	SHA256   string           `json:"sha256"`   // of the database
	Counts   map[string]int64 `json:"counts"`   // rows by table
	Contents int              `json:"contents"` // large contents, files of their own
	// List is the SHA-256 of contents.txt, "" in the first copies of all, which had
	// another under another name.
	List string `json:"listSHA256,omitempty"`
	// Missing are the large contents that were already lost or damaged in the
	// data folder when the copy was made (by Verify and Restore: now).
	Missing []string `json:"missing,omitempty"`
	// Secrets is how many sealed values there are; Phrase says that the recovery
	// phrase opens them on another machine.
	Secrets int64 `json:"secrets"`
	Phrase  bool  `json:"phrase"`
	// Added is how many large contents this copy brought to the folder.
	Added int `json:"-"`
}

// counted are the tables whose rows the manifest counts.
var counted = []string{"agent", "client", "contact", "mailbox", "mail", "ticket", "message", "note", "journal", "blob", "outbox"}

// Make copies the database d and the large contents below the folder blobs to
// the folder to, checks the copy, and thins out older ones. The folder that to
// stands in must exist: a disk that is not plugged in is told, not replaced. A
// content that is already lost at home does not stop the copy; Report.Missing
// names it. The faults say what to do.
func Make(ctx context.Context, d *db.DB, blobs, to string, now time.Time) (Report, error) {
	if d.Engine() != db.SQLite {
		return Report{}, fault.New(fault.Refused, "backup.err.postgres")
	}
	if err := ready(to); err != nil {
		return Report{}, err
	}
	desk, err := deskOf(ctx, d)
	if err == nil {
		err = ours(to, desk)
	}
	if err != nil {
		return Report{}, told(err, to)
	}
	r := Report{Format: format, Desk: desk, At: now.UTC().Truncate(time.Millisecond)}
	name := r.At.Format(stamp)
	dir := filepath.Join(to, copiesDir, part+name)
	if err = os.Mkdir(dir, 0o700); err == nil {
		err = r.fill(ctx, d, blobs, to, dir)
	}
	r.Path = filepath.Join(to, copiesDir, name)
	if err == nil {
		err = errors.Join(os.Rename(dir, r.Path), syncFolder(filepath.Dir(dir)))
	}
	if err != nil {
		if !errors.Is(err, fs.ErrExist) { // somebody else's, made at the same instant
			err = errors.Join(err, os.RemoveAll(dir), sweep(to)) // a full disk gets its room back
		}
		return Report{}, told(err, to)
	}
	return r, told(thin(to, now), to)
}

// ready makes the folders of a backup.
func ready(to string) error {
	if _, err := os.Stat(filepath.Dir(to)); err != nil {
		return fault.Wrap(err, fault.Refused, "backup.err.folder", "folder", filepath.Dir(to))
	}
	for _, dir := range []string{to, filepath.Join(to, copiesDir), filepath.Join(to, blobsDir)} {
		if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return told(err, to)
		}
	}
	return nil
}

// deskOf returns the name of a desk's data, which it gives at the first backup.
func deskOf(ctx context.Context, d *db.DB) (string, error) {
	const read = "SELECT value FROM setting WHERE name = 'backup.desk'"
	desk, err := db.Value[string](ctx, d, read)
	if !errors.Is(err, db.ErrNone) {
		return desk, err
	}
	err = d.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO setting (name, value) VALUES ('backup.desk', ?) ON CONFLICT (name) DO NOTHING", rand.Text())
		return err
	})
	if err != nil {
		return "", err
	}
	return db.Value[string](ctx, d, read)
}

// ours refuses a folder with another desk's copies: the two would thin each
// other out, and a restore would take whichever is newer.
func ours(to, desk string) error {
	list, err := List(to)
	if err != nil {
		return err
	}
	for _, r := range list {
		if r.Desk != desk {
			return fault.New(fault.Refused, "backup.err.other_desk", "folder", to)
		}
	}
	return nil
}

// fill writes a copy into dir, the manifest last.
func (r *Report) fill(ctx context.Context, d *db.DB, blobs, to, dir string) error {
	path := filepath.Join(dir, databaseFile)
	if err := d.Copy(ctx, path); err != nil {
		return fmt.Errorf("database: %w", err)
	}
	c, err := openCopy(path)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := r.count(ctx, c, dir); err != nil {
		return err
	}
	if r.List, err = writeList(ctx, c, dir); err != nil {
		return err
	}
	if err := r.carryAll(ctx, c, blobs, to); err != nil {
		return err
	}
	if r.Size, r.SHA256, err = hashFile(path); err != nil {
		return err
	}
	return errors.Join(writeJSON(filepath.Join(dir, manifestFile), r), syncFolder(dir))
}

// count notes what the copy holds, and puts the sealed key beside it.
func (r *Report) count(ctx context.Context, c copied, dir string) (err error) {
	r.Counts = map[string]int64{}
	for _, table := range counted {
		if r.Counts[table], err = db.Value[int64](ctx, c, "SELECT COUNT(*) FROM "+table); err != nil {
			return err
		}
	}
	if r.Secrets, err = db.Value[int64](ctx, c, "SELECT COUNT(*) FROM secret"); err != nil {
		return err
	}
	recovery, ok, err := secret.RecoveryOf(ctx, c)
	if err != nil || !ok {
		return err
	}
	r.Phrase = true
	return writeJSON(filepath.Join(dir, keyFile), recovery)
}

// told turns an error of the file system into the sentence that helps.
func told(err error, to string) error {
	if err == nil {
		return nil
	}
	if _, ok := fault.As(err); ok {
		return err
	}
	key := "backup.err.failed"
	switch {
	case errors.Is(err, syscall.ENOSPC), db.IsFull(err), errors.Is(err, syscall.Errno(112)) && os.PathSeparator == '\\': // ERROR_DISK_FULL
		key = "backup.err.full"
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		key = "backup.err.write"
	case errors.Is(err, db.ErrDamaged):
		key = "backup.err.database"
	}
	return fault.Wrap(err, fault.Refused, key, "folder", to)
}

// writeJSON stores a value in a new file, synced to disk.
func writeJSON(path string, value any) error {
	text, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	return writeFile(path, append(text, '\n'))
}

func writeFile(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Sync(), f.Close())
}

func hashFile(path string) (size int64, sum string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, "", err
	}
	defer f.Close()
	h := sha256.New()
	size, err = io.Copy(h, f)
	return size, hex.EncodeToString(h.Sum(nil)), err
}

// List returns the copies in a backup folder, the newest first. What has no
// readable manifest is not a copy.
func List(dir string) ([]Report, error) {
	entries, err := os.ReadDir(filepath.Join(dir, copiesDir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, told(err, dir)
	}
	var out []Report
	for i := len(entries) - 1; i >= 0; i-- { // names are in order of time
		if e := entries[i]; e.IsDir() && !strings.HasPrefix(e.Name(), part) {
			if r, err := manifest(filepath.Join(dir, copiesDir, e.Name())); err == nil {
				out = append(out, r)
			}
		}
	}
	return out, nil
}

func manifest(dir string) (Report, error) {
	r := Report{Path: dir}
	text, err := os.ReadFile(filepath.Join(dir, manifestFile))
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal(text, &r); err != nil {
		return r, err
	}
	if r.Format != format {
		return r, fault.New(fault.Refused, "backup.err.newer")
	}
	return r, nil
}
