package backup

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"guichet/internal/blob"
	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/journal"
	"guichet/internal/secret"
)

// Plan says what is restored where.
type Plan struct {
	From string // a copy's folder, or a backup folder for its newest copy
	Into string // the data folder: missing or empty
	// Phrase opens the sealed passwords on a machine that does not have the key.
	Phrase secret.Text
	// WithoutSecrets gives the sealed passwords up: they are typed in again.
	WithoutSecrets bool
	Keychain       secret.Keychain // where the key may be or go; zero for none
	KeyFile        string          // the file that the team named for the key, "" for none
	// After is what the rooms do, in the restored database, about what may have
	// happened since the copy (answers that left, sessions). It may be nil.
	After func(ctx context.Context, tx *db.Tx) error
}

const (
	markFile  = ".restoring" // in the data folder until the restore is whole
	lockFile  = "lock"       // of package instance, which may hold the folder already
	ownerFile = "owner.json"
)

// Restore puts a copy into an empty data folder. The database gets its name last,
// so that a restore that was cut short leaves a folder in which nothing opens, and
// may be started again. Contents that the backup lost are named in the report.
func Restore(ctx context.Context, p Plan, now time.Time) (Report, error) {
	r, err := find(p.From)
	if err != nil {
		return r, err
	}
	free, err := folderFree(p.Into)
	if err != nil {
		return r, told(err, p.Into)
	}
	if !free {
		return r, fault.New(fault.Refused, "backup.err.in_use", "folder", p.Into)
	}
	if err := r.checkDatabase(ctx); err != nil {
		return r, err
	}
	key, err := p.key(ctx, r)
	if err != nil {
		return r, err
	}
	if err := p.begin(); err != nil {
		return r, told(err, p.Into)
	}
	if err := p.fill(ctx, &r, key, now); err != nil {
		return r, told(errors.Join(err, p.giveUp()), p.Into)
	}
	return r, told(p.finish(), p.Into)
}

// key opens the sealed key with the phrase; nil without a phrase. It comes first,
// so that a typing error costs nothing.
func (p Plan) key(ctx context.Context, r Report) (*secret.Key, error) {
	if p.Phrase == "" || p.WithoutSecrets {
		return nil, nil
	}
	c, err := openCopy(filepath.Join(r.Path, databaseFile))
	if err != nil {
		return nil, told(err, p.From)
	}
	defer c.Close()
	sealed, ok, err := secret.RecoveryOf(ctx, c)
	if err != nil {
		return nil, told(err, p.From)
	}
	if !ok {
		return nil, fault.New(fault.Refused, "backup.err.no_phrase")
	}
	return sealed.Open(p.Phrase)
}

// begin marks the folder and clears what an earlier, interrupted restore left.
func (p Plan) begin() error {
	if err := os.MkdirAll(p.Into, 0o700); err != nil {
		return err
	}
	if err := p.giveUp(); err != nil {
		return err
	}
	return errors.Join(writeFile(filepath.Join(p.Into, markFile), nil), syncFolder(p.Into))
}

// giveUp removes what a restore put into the folder, the mark last.
func (p Plan) giveUp() error {
	entries, err := os.ReadDir(p.Into)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() == lockFile || e.Name() == ownerFile || e.Name() == markFile {
			continue
		}
		if err := os.RemoveAll(filepath.Join(p.Into, e.Name())); err != nil {
			return err
		}
	}
	return removed(filepath.Join(p.Into, markFile))
}

// fill brings database, key and contents.
func (p Plan) fill(ctx context.Context, r *Report, key *secret.Key, now time.Time) error {
	if err := copyFile(filepath.Join(r.Path, databaseFile), p.half()); err != nil {
		return err
	}
	d, err := db.Open(ctx, p.half())
	if err != nil {
		if errors.Is(err, db.ErrNewer) {
			err = fault.Wrap(err, fault.Refused, "backup.err.newer")
		}
		return err
	}
	err = p.settle(ctx, d, key, *r, now)
	if err == nil {
		err = p.contents(ctx, d, r)
	}
	return errors.Join(err, d.Close())
}

// half is the database until the restore is whole.
func (p Plan) half() string { return filepath.Join(p.Into, databaseFile+".half") }

// settle makes the restored database one of this machine.
func (p Plan) settle(ctx context.Context, d *db.DB, key *secret.Key, r Report, now time.Time) error {
	o := secret.Options{Folder: p.Into, File: p.KeyFile, Keychain: p.Keychain}
	switch {
	case p.WithoutSecrets:
		if err := d.Write(ctx, func(tx *db.Tx) error { return secret.ForgetAll(ctx, tx) }); err != nil {
			return err
		}
	case key != nil:
		if err := secret.Adopt(ctx, d, o, key); err != nil {
			return err
		}
	case r.Secrets > 0 || r.Phrase:
		if _, err := secret.Open(ctx, d, o); err != nil { // this machine may still have the key
			if _, lost := fault.As(err); lost {
				return fault.Wrap(err, fault.Refused, "backup.err.phrase_needed", "n", r.Secrets)
			}
			return err
		}
	}
	return d.Write(ctx, func(tx *db.Tx) error {
		if p.After != nil {
			if err := p.After(ctx, tx); err != nil {
				return err
			}
		}
		_, err := journal.Append(ctx, tx, now, journal.Entry{Actor: journal.System(), Kind: "backup.restored", Subject: "backup",
			Changes: []journal.Change{{Field: "at", After: r.At.UnixMilli()}}})
		return err
	})
}

// contents copies the large contents. They are never shared with the backup: the
// data folder must not depend on it.
func (p Plan) contents(ctx context.Context, d *db.DB, r *Report) error {
	from, to := filepath.Join(r.Path, "..", "..", blobsDir), filepath.Join(p.Into, blobsDir)
	r.Missing, r.Added = nil, 0
	return eachLarge(ctx, d, func(one content) error {
		fresh, err := carry(ctx, d, one.hash, from, to, false)
		if errors.Is(err, blob.ErrDamaged) {
			r.Missing = append(r.Missing, one.hash)
			return nil
		}
		if fresh {
			r.Added++
		}
		return err
	})
}

// finish gives the database its name.
func (p Plan) finish() error {
	for _, more := range []string{"-wal", "-shm"} {
		if info, err := os.Stat(p.half() + more); err == nil && info.Size() > 0 && more == "-wal" {
			return fmt.Errorf("the restored database still has a log of %d bytes", info.Size())
		}
		if err := removed(p.half() + more); err != nil {
			return err
		}
	}
	older, err := filepath.Glob(p.half() + ".v*") // copies before a migration: the backup has them
	if err != nil {
		return err
	}
	for _, path := range older {
		if err := removed(path); err != nil {
			return err
		}
	}
	if err := os.Rename(p.half(), filepath.Join(p.Into, databaseFile)); err != nil {
		return err
	}
	return errors.Join(syncFolder(p.Into), removed(filepath.Join(p.Into, markFile)))
}
