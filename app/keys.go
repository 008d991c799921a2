package app

import (
	"context"

	"guichet/internal/secret"
)

// openKeys finds the key of the sealed values. Data that are thrown away (the
// demo) never touch the person's keychain.
func openKeys(ctx context.Context, d *desk) (*secret.Key, error) {
	o := secret.Options{Folder: d.dir, File: d.env("GUICHET_KEY_FILE")}
	if !d.passing && d.env("GUICHET_NO_KEYCHAIN") == "" {
		o.Keychain = secret.System()
	}
	return secret.Open(ctx, d.db, o)
}

// messageKey is what signs our Message-IDs.
func messageKey(k *secret.Key) ([]byte, error) { return k.Derive("message-id") }
