package secret

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"guichet/internal/db"
	"guichet/internal/fault"
)

// Options say where the key may live.
type Options struct {
	Folder   string   // the data folder
	File     string   // the file that the team named for the key, "" for none
	Keychain Keychain // zero for none
}

// FileName is the key's file in the data folder, where there is no keychain.
const FileName = "key"

// The places where a key lives.
const (
	InKeychain = "keychain"
	InFolder   = "folder" // FileName in the data folder
	InFile     = "file"   // Options.File
)

const (
	recordName   = "secret.key"
	recoveryName = "secret.recovery"
)

// Record says which key the database is sealed with, and where it lives.
type Record struct {
	ID    string `json:"id"`
	Place string `json:"place"` // InKeychain, InFolder or InFile
}

// Recorded returns the record of the key; ok is false before the first start.
func Recorded(ctx context.Context, q db.Querier) (r Record, ok bool, err error) {
	ok, err = setting(ctx, q, recordName, &r)
	return r, ok, err
}

// setting reads one of this room's settings.
func setting(ctx context.Context, q db.Querier, name string, into any) (bool, error) {
	text, err := db.Value[string](ctx, q, "SELECT value FROM setting WHERE name = ?", name)
	if errors.Is(err, db.ErrNone) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if err := json.Unmarshal([]byte(text), into); err != nil {
		return false, fmt.Errorf("setting %s: %w", name, err)
	}
	return true, nil
}

func keepSetting(ctx context.Context, tx *db.Tx, name string, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO setting (name, value) VALUES (?, ?)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, string(text))
	return err
}

// Open finds the key of a database, wherever it lives, or makes the first one. A
// new key is made only while nothing depends on one (no sealed value, no recovery
// phrase); otherwise a key that is missing or another one gives a fault that says
// what to do.
func Open(ctx context.Context, d *db.DB, o Options) (*Key, error) {
	record, known, err := Recorded(ctx, d)
	if err != nil {
		return nil, err
	}
	k, where, problem := find(o, record, known)
	if k != nil && where == record.Place {
		return k, nil
	}
	if k != nil && known { // it moved
		return k, keepRecord(ctx, d, k, where)
	}
	if needed, err := depended(ctx, d); err != nil || needed {
		return nil, errors.Join(err, lost(problem, record))
	}
	if k, where, _ = find(o, Record{}, false); k != nil { // the start that made it was cut short
		return k, keepRecord(ctx, d, k, where)
	}
	if k, err = newKey(); err != nil {
		return nil, err
	}
	if where, err = settle(o, k); err != nil {
		return nil, err
	}
	return k, keepRecord(ctx, d, k, where)
}

// depended says whether anything would be lost with the key.
func depended(ctx context.Context, q db.Querier) (bool, error) {
	n, err := db.Value[int64](ctx, q, "SELECT (SELECT COUNT(*) FROM secret) + (SELECT COUNT(*) FROM setting WHERE name = ?)", recoveryName)
	return n > 0, err
}

// find looks for the key: where the record says, then in the other places. A key
// with another id is reported, and not used.
func find(o Options, record Record, known bool) (*Key, string, error) {
	var problems error
	for _, p := range []struct {
		place string
		load  func() (*Key, error)
	}{
		{InFile, func() (*Key, error) { return loadFile(o.File) }},
		{InKeychain, func() (*Key, error) {
			if !known {
				return nil, fs.ErrNotExist
			}
			return o.Keychain.load(record.ID)
		}},
		{InFolder, func() (*Key, error) { return loadFile(filepath.Join(o.Folder, FileName)) }},
	} {
		k, err := p.load()
		switch {
		case err == nil && (!known || k.id == record.ID):
			return k, p.place, nil
		case err == nil:
			problems = errors.Join(problems, fmt.Errorf("%s: key %s, not %s", p.place, k.id, record.ID))
		case !errors.Is(err, fs.ErrNotExist):
			problems = errors.Join(problems, fmt.Errorf("%s: %w", p.place, err))
		}
	}
	return nil, "", problems
}

func lost(cause error, r Record) error {
	key := "secret.err.lost"
	switch r.Place {
	case InKeychain:
		key = "secret.err.lost_keychain"
	case InFile:
		key = "secret.err.lost_file"
	}
	return fault.Wrap(cause, fault.Refused, key, "id", r.ID)
}

// settle puts a key where it will live: the named file, else the keychain, else
// the data folder.
func settle(o Options, k *Key) (place string, err error) {
	if o.File != "" {
		return InFile, keepFile(o.File, k)
	}
	if o.Keychain.keep(k) == nil { // whatever is wrong with the keychain, there is the file
		return InKeychain, nil
	}
	return InFolder, keepFile(filepath.Join(o.Folder, FileName), k)
}

func keepRecord(ctx context.Context, d *db.DB, k *Key, where string) error {
	return d.Write(ctx, func(tx *db.Tx) error { return keepSetting(ctx, tx, recordName, Record{k.id, where}) })
}

// Adopt makes a recovered key live on this machine, for a database that it was
// recovered for.
func Adopt(ctx context.Context, d *db.DB, o Options, k *Key) error {
	if had, where, _ := find(o, Record{ID: k.id}, true); had != nil { // what else is there does not matter
		return keepRecord(ctx, d, k, where)
	}
	where, err := settle(o, k)
	if err != nil {
		return err
	}
	return keepRecord(ctx, d, k, where)
}
