package secret

import (
	"context"
	"errors"
	"time"

	"guichet/internal/db"
	"guichet/internal/fault"
)

// Put seals a value for an owner such as "mailbox:12:imap", over what there was.
// An empty value removes it. The room that the owner belongs to writes the
// journal, with a sealed change.
func Put(ctx context.Context, tx *db.Tx, k *Key, now time.Time, owner string, value Text) error {
	if value == "" {
		return Delete(ctx, tx, owner)
	}
	_, err := tx.Exec(ctx, `INSERT INTO secret (owner, sealed, key_id, updated_at) VALUES (?, ?, ?, ?)
		ON CONFLICT (owner) DO UPDATE SET sealed = excluded.sealed, key_id = excluded.key_id, updated_at = excluded.updated_at`,
		owner, k.seal(owner, []byte(value)), k.id, now)
	return err
}

// Get opens an owner's value, "" where there is none. A value that this key does
// not open gives a fault that says what to do.
func Get(ctx context.Context, q db.Querier, k *Key, owner string) (Text, error) {
	type row struct {
		sealed []byte
		key    string
	}
	r, err := db.One(ctx, q, func(r *row) []any { return []any{&r.sealed, &r.key} }, "SELECT sealed, key_id FROM secret WHERE owner = ?", owner)
	if errors.Is(err, db.ErrNone) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	if r.key != k.id {
		return "", fault.New(fault.Refused, "secret.err.other_key", "have", k.id, "want", r.key)
	}
	value, err := k.open(owner, r.sealed)
	if err != nil {
		return "", fault.Wrap(err, fault.Refused, "secret.err.damaged")
	}
	return Text(value), nil
}

// Delete removes an owner's value.
func Delete(ctx context.Context, tx *db.Tx, owner string) error {
	_, err := tx.Exec(ctx, "DELETE FROM secret WHERE owner = ?", owner)
	return err
}

// ForgetAll removes every sealed value and the record of the key: what remains
// when the key and the recovery phrase are both lost. The values must then be
// typed in again.
func ForgetAll(ctx context.Context, tx *db.Tx) error {
	if _, err := tx.Exec(ctx, "DELETE FROM secret"); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "DELETE FROM setting WHERE name IN (?, ?)", recordName, recoveryName)
	return err
}
