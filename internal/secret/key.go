// Package secret keeps sealed values: mailbox passwords and the like stand in the
// database, sealed with AES-256-GCM under one 32-byte key that does not.
//
// The key lives in the system's keychain; where there is none (a headless Linux),
// in a file that only its owner can read; or in a file that the team names. Where
// it lives is recorded, and while sealed values exist no second key is ever made:
// that would lose them in silence.
package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
)

// KeyBytes is the length of the key.
const KeyBytes = 32

// Key seals and opens values. It never prints itself.
type Key struct {
	id   string
	raw  []byte
	aead cipher.AEAD
}

// ID names the key without telling it: the beginning of a hash, in hex.
func (k *Key) ID() string { return k.id }

// LogValue tells the log which key it is, and no more.
func (k *Key) LogValue() slog.Value { return slog.StringValue("key " + k.id) }

// Format tells which key it is, under every verb.
func (k *Key) Format(s fmt.State, _ rune) { fmt.Fprint(s, "key "+k.id) }

// Derive returns another 32-byte key, for one purpose, that says nothing about
// this one (HKDF, RFC 5869): what signs Message-IDs is derived.
func (k *Key) Derive(purpose string) ([]byte, error) {
	return hkdf.Key(sha256.New, k.raw, nil, "guichet "+purpose, KeyBytes)
}

func newKey() (*Key, error) {
	raw := make([]byte, KeyBytes)
	if _, err := rand.Read(raw); err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	return keyOf(raw)
}

func keyOf(raw []byte) (*Key, error) {
	if len(raw) != KeyBytes {
		return nil, fmt.Errorf("a key of %d bytes", len(raw))
	}
	block, err := aes.NewCipher(raw)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(append([]byte("guichet key "), raw...))
	return &Key{id: hex.EncodeToString(sum[:8]), raw: raw, aead: aead}, nil
}

// seal binds the value to its owner: moved to another row, it no longer opens.
func (k *Key) seal(owner string, value []byte) []byte {
	return k.aead.Seal(nil, nil, value, []byte(owner))
}

func (k *Key) open(owner string, sealed []byte) ([]byte, error) {
	return k.aead.Open(nil, nil, sealed, []byte(owner))
}
