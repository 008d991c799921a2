package secret

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"guichet/internal/db"
	"guichet/internal/db/dbtest"
	"guichet/internal/fault"
	"guichet/internal/journal"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func write(t testing.TB, d *db.DB, fn func(ctx context.Context, tx *db.Tx) error) {
	t.Helper()
	if err := d.Write(t.Context(), func(tx *db.Tx) error { return fn(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}

func opened(t testing.TB, d *db.DB, o Options) *Key {
	t.Helper()
	k, err := Open(t.Context(), d, o)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func faultKey(err error) string {
	if e, ok := fault.As(err); ok {
		return e.Key
	}
	return fmt.Sprint(err)
}

// chain is a keychain in memory, in the functions' own form.
func chain(kept map[string]string) Keychain {
	return Keychain{
		Get: func(account string) (string, error) {
			if v, ok := kept[account]; ok {
				return v, nil
			}
			return "", errors.New("not found")
		},
		Set: func(account, value string) error { kept[account] = value; return nil },
	}
}

func TestSealedValuesOpenForTheirOwnerOnly(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := opened(t, d, Options{Folder: t.TempDir()})
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			return errors.Join(Put(ctx, tx, k, noon, "mailbox:1:imap", "first"), Put(ctx, tx, k, noon, "mailbox:1:imap", "s3cret-été"),
				Put(ctx, tx, k, noon, "mailbox:2:imap", "other"), Put(ctx, tx, k, noon, "mailbox:3:imap", ""))
		})
		for owner, want := range map[string]Text{"mailbox:1:imap": "s3cret-été", "mailbox:2:imap": "other", "mailbox:3:imap": ""} {
			if got, err := Get(t.Context(), d, k, owner); err != nil || got != want {
				t.Errorf("%s: %q, %v", owner, got.Reveal(), err)
			}
		}
		sealed, err := db.Value[[]byte](t.Context(), d, "SELECT sealed FROM secret WHERE owner = ?", "mailbox:1:imap")
		if err != nil || bytes.Contains(sealed, []byte("s3cret")) {
			t.Fatalf("the value is readable in its row, %v", err)
		}
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE secret SET sealed = ? WHERE owner = ?", sealed, "mailbox:2:imap")
			return err
		})
		if _, err := Get(t.Context(), d, k, "mailbox:2:imap"); faultKey(err) != "secret.err.damaged" {
			t.Errorf("a value moved to another owner: %v", err)
		}
		other, err := newKey()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Get(t.Context(), d, other, "mailbox:1:imap"); faultKey(err) != "secret.err.other_key" {
			t.Errorf("another key: %v", err)
		}
	})
}

func TestTheKeyGoesToTheKeychainElseToAFile(t *testing.T) {
	dir, kept := t.TempDir(), map[string]string{}
	liar := Keychain{Get: func(string) (string, error) { return encodeOf(t), nil }, Set: func(string, string) error { return nil }}
	broken := Keychain{Get: chain(nil).Get, Set: func(string, string) error { return errors.New("dbus-launch: not found") }}
	for _, c := range []struct {
		name  string
		o     Options
		place string
		file  string
	}{
		{"keychain", Options{Folder: dir, Keychain: chain(kept)}, InKeychain, ""},
		{"headless", Options{Folder: filepath.Join(dir, "a"), Keychain: broken}, InFolder, filepath.Join(dir, "a", "key")},
		{"keychain that loses", Options{Folder: filepath.Join(dir, "b"), Keychain: liar}, InFolder, filepath.Join(dir, "b", "key")},
		{"named file", Options{Folder: dir, File: filepath.Join(dir, "named"), Keychain: chain(kept)}, InFile, filepath.Join(dir, "named")},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := os.MkdirAll(c.o.Folder, 0o700); err != nil {
				t.Fatal(err)
			}
			d := dbtest.Open(t)
			k := opened(t, d, c.o)
			if again := opened(t, d, c.o); again.ID() != k.ID() {
				t.Error("the second start has another key")
			}
			if r, ok, err := Recorded(t.Context(), d); err != nil || !ok || r != (Record{k.ID(), c.place}) {
				t.Errorf("recorded %+v, %v, %v", r, ok, err)
			}
			if c.file == "" {
				return
			}
			info, err := os.Stat(c.file)
			if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
				t.Errorf("the file: %v, %v", info.Mode(), err)
			}
		})
	}
}

func encodeOf(t testing.TB) string {
	k, err := newKey()
	if err != nil {
		t.Fatal(err)
	}
	return encode(k)
}

func TestNoSecondKeyWhileAnythingIsSealed(t *testing.T) {
	for name, dependent := range map[string]func(ctx context.Context, tx *db.Tx, k *Key) error{
		"a value": func(ctx context.Context, tx *db.Tx, k *Key) error { return Put(ctx, tx, k, noon, "o", "v") },
		"a phrase": func(ctx context.Context, tx *db.Tx, k *Key) error {
			return KeepRecovery(ctx, tx, journal.System(), noon, Recovery{KeyID: k.id})
		},
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				dir := t.TempDir()
				k := opened(t, d, Options{Folder: dir})
				write(t, d, func(ctx context.Context, tx *db.Tx) error { return dependent(ctx, tx, k) })
				file := filepath.Join(dir, FileName)
				if err := os.Rename(file, file+".away"); err != nil {
					t.Fatal(err)
				}
				if _, err := Open(t.Context(), d, Options{Folder: dir, Keychain: chain(map[string]string{})}); faultKey(err) != "secret.err.lost" {
					t.Errorf("without the key: %v", err)
				}
				if err := os.WriteFile(file, []byte(encodeOf(t)), 0o600); err != nil {
					t.Fatal(err)
				}
				if _, err := Open(t.Context(), d, Options{Folder: dir}); faultKey(err) != "secret.err.lost" {
					t.Errorf("with another key: %v", err)
				}
				if again := opened(t, d, Options{Folder: dir, File: file + ".away"}); again.ID() != k.ID() {
					t.Error("the key is not found again where it was moved")
				}
			})
		})
	}
}

func TestALostKeyThatNothingNeedsIsReplaced(t *testing.T) {
	d, dir := dbtest.Open(t), t.TempDir()
	k := opened(t, d, Options{Folder: dir})
	if err := os.Remove(filepath.Join(dir, FileName)); err != nil {
		t.Fatal(err)
	}
	if again := opened(t, d, Options{Folder: dir}); again.ID() == k.ID() {
		t.Error("the same key came back")
	}
}

func TestAStartCutBeforeTheRecordKeepsItsKey(t *testing.T) {
	d, dir := dbtest.Open(t), t.TempDir()
	k := opened(t, d, Options{Folder: dir})
	write(t, d, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, "DELETE FROM setting")
		return err
	})
	if again := opened(t, d, Options{Folder: dir}); again.ID() != k.ID() {
		t.Error("a second key was made")
	}
}

func TestNothingPrintsASecret(t *testing.T) {
	k, err := newKey()
	if err != nil {
		t.Fatal(err)
	}
	value := struct {
		Password Text
		Key      *Key
	}{"canary", k}
	var out bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&out, nil))
	log.Info("x", "value", value, "password", value.Password, "key", k)
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "value", value, "password", value.Password, "key", k)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
		fmt.Fprintf(&out, verb+" "+verb+" "+verb+"\n", value, value.Password, k)
	}
	encoded, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	out.Write(encoded)
	for _, form := range []string{"canary", fmt.Sprintf("%x", "canary"), fmt.Sprintf("%X", "canary"), fmt.Sprintf("%x", k.raw), encode(k)[:20]} {
		if strings.Contains(out.String(), form) {
			t.Errorf("%s is printed", form)
		}
	}
	var back struct{ Password Text }
	if err := json.Unmarshal([]byte(`{"Password":"typed"}`), &back); err != nil || back.Password.Reveal() != "typed" {
		t.Errorf("a typed secret is not read: %v", err)
	}
}

func TestDerivedKeysDifferByPurpose(t *testing.T) {
	k, err := newKey()
	if err != nil {
		t.Fatal(err)
	}
	a, errA := k.Derive("message-id")
	b, errB := k.Derive("capability")
	again, errC := k.Derive("message-id")
	if errA != nil || errB != nil || errC != nil || bytes.Equal(a, b) || !bytes.Equal(a, again) || bytes.Equal(a, k.raw) || len(a) != KeyBytes {
		t.Errorf("%x %x %x", a, b, again)
	}
}
