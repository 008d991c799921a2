package secret

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"strings"
	"time"

	"golang.org/x/crypto/argon2"

	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/journal"
)

// A recovery phrase is eight groups of five characters of Crockford's base 32,
// which has no letter that is mistaken for a digit, so that it can be written
// down and told on the telephone. Seven groups are random (175 bits); the last
// one checks them.
const (
	alphabet    = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	groupLength = 5
	groups      = 8
	randomChars = (groups - 1) * groupLength
)

// Recovery is the key sealed under the phrase (argon2id, then AES-256-GCM). It
// tells nothing to whoever does not have the phrase.
type Recovery struct {
	KeyID  string    `json:"keyId"`
	Salt   []byte    `json:"salt"`
	Time   uint32    `json:"time"`   // argon2id passes
	Memory uint32    `json:"memory"` // argon2id KiB
	Sealed []byte    `json:"sealed"`
	At     time.Time `json:"at"`
}

// NewRecovery makes a phrase and seals the key under it. It takes a tenth of a
// second and 19 MiB (OWASP's least for argon2id), so it stands outside the
// transaction; KeepRecovery stores the result.
func NewRecovery(k *Key, now time.Time) (Text, Recovery, error) {
	chars := make([]byte, randomChars)
	salt := make([]byte, 16)
	if _, err := rand.Read(chars); err != nil {
		return "", Recovery{}, fmt.Errorf("make a phrase: %w", err)
	}
	if _, err := rand.Read(salt); err != nil {
		return "", Recovery{}, fmt.Errorf("make a phrase: %w", err)
	}
	for i, c := range chars {
		chars[i] = alphabet[c%32]
	}
	plain := string(chars)
	r := Recovery{KeyID: k.id, Salt: salt, Time: 2, Memory: 19 << 10, At: now.UTC()}
	under, err := r.under(plain)
	if err != nil {
		return "", Recovery{}, err
	}
	r.Sealed = under.seal(k.id, k.raw)
	return Text(spell(plain + checkOf(plain))), r, nil
}

// under gives the key that the phrase makes.
func (r Recovery) under(plain string) (*Key, error) {
	if r.Time < 1 || r.Time > 20 || r.Memory < 8 || r.Memory > 1<<18 { // a hostile copy must not take the machine
		return nil, fault.New(fault.Invalid, "secret.err.recovery")
	}
	return keyOf(argon2.IDKey([]byte(plain), r.Salt, r.Time, r.Memory, 1, KeyBytes))
}

// Open gives the key back to whoever has the phrase. Case, spaces and dashes do
// not count, and O, I and L are read as the digits that they look like. A typing
// error, a wrong phrase and a damaged recovery have each its own fault.
func (r Recovery) Open(phrase Text) (*Key, error) {
	plain, err := read(string(phrase))
	if err != nil {
		return nil, err
	}
	under, err := r.under(plain)
	if err != nil {
		return nil, err
	}
	raw, err := under.open(r.KeyID, r.Sealed)
	if err != nil {
		return nil, fault.Wrap(err, fault.Refused, "secret.err.phrase")
	}
	k, err := keyOf(raw)
	if err != nil || k.id != r.KeyID {
		return nil, fault.Wrap(err, fault.Invalid, "secret.err.recovery")
	}
	return k, nil
}

// KeepRecovery stores a sealed key in place of the one there was, whose phrase
// then opens only older backups.
func KeepRecovery(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, r Recovery) error {
	if err := keepSetting(ctx, tx, recoveryName, r); err != nil {
		return err
	}
	_, err := journal.Append(ctx, tx, now, journal.Entry{Actor: by, Kind: "secret.recovery", Subject: "secret",
		Changes: []journal.Change{{Field: "phrase", Sealed: true}}})
	return err
}

// RecoveryOf returns the sealed key; ok is false while no phrase was made.
func RecoveryOf(ctx context.Context, q db.Querier) (r Recovery, ok bool, err error) {
	ok, err = setting(ctx, q, recoveryName, &r)
	return r, ok, err
}

// checkOf gives the last group.
func checkOf(plain string) string {
	sum := sha256.Sum256([]byte("guichet phrase " + plain))
	check := make([]byte, groupLength)
	for i := range check {
		check[i] = alphabet[sum[i]%32]
	}
	return string(check)
}

func spell(chars string) string {
	var b strings.Builder
	for i, c := range chars {
		if i > 0 && i%groupLength == 0 {
			b.WriteByte('-')
		}
		b.WriteRune(c)
	}
	return b.String()
}

var lookalikes = strings.NewReplacer("O", "0", "I", "1", "L", "1")

// read returns the phrase's own characters, where the check group fits.
func read(phrase string) (string, error) {
	var b strings.Builder
	for _, c := range lookalikes.Replace(strings.ToUpper(phrase)) {
		if strings.ContainsRune(alphabet, c) {
			b.WriteRune(c)
		} else if !strings.ContainsRune(" -–—.,_\t\r\n\u00a0\u202f", c) {
			return "", fault.New(fault.Invalid, "secret.err.phrase_char", "char", string(c))
		}
	}
	chars := b.String()
	if len(chars) != groups*groupLength {
		return "", fault.New(fault.Invalid, "secret.err.phrase_length", "n", len(chars), "want", groups*groupLength)
	}
	if plain := chars[:randomChars]; checkOf(plain) == chars[randomChars:] {
		return plain, nil
	}
	return "", fault.New(fault.Invalid, "secret.err.phrase_typed")
}
