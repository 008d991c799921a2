package backup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"guichet/internal/blob"
	"guichet/internal/db"
	"guichet/internal/db/dbtest"
	"guichet/internal/fault"
	"guichet/internal/journal"
	"guichet/internal/secret"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// desk is a data folder in use.
type desk struct {
	dir  string
	d    *db.DB
	key  *secret.Key
	rand *rand.Rand
}

func newDesk(t testing.TB) *desk {
	t.Helper()
	dir := t.TempDir()
	d, err := db.Open(t.Context(), filepath.Join(dir, databaseFile))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	key, err := secret.Open(t.Context(), d, secret.Options{Folder: dir})
	if err != nil {
		t.Fatal(err)
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	return &desk{dir, d, key, rand.New(rand.NewPCG(seed, 0))}
}

func (k *desk) blobs() string { return filepath.Join(k.dir, blobsDir) }

// mail takes a content of n random bytes in, with an entry in the journal, as a
// mail would be.
func (k *desk) mail(ctx context.Context, n int) (string, error) {
	body := make([]byte, n)
	for i := range body {
		body[i] = byte(k.rand.Uint32())
	}
	c, err := blob.Of(k.blobs(), body)
	if err != nil {
		return "", err
	}
	return c.Hash, k.d.Write(ctx, func(tx *db.Tx) error {
		if err := blob.Put(ctx, tx, noon, c); err != nil {
			return err
		}
		_, err := journal.Append(ctx, tx, noon, journal.Entry{Actor: journal.System(), Kind: "mail.in", Subject: "mail"})
		return err
	})
}

func (k *desk) mails(t testing.TB, sizes ...int) (hashes []string) {
	t.Helper()
	for _, n := range sizes {
		hash, err := k.mail(t.Context(), n)
		if err != nil {
			t.Fatal(err)
		}
		hashes = append(hashes, hash)
	}
	return hashes
}

func (k *desk) phrase(t testing.TB) secret.Text {
	t.Helper()
	phrase, r, err := secret.NewRecovery(k.key, noon)
	if err != nil {
		t.Fatal(err)
	}
	err = k.d.Write(t.Context(), func(tx *db.Tx) error {
		return errors.Join(secret.KeepRecovery(t.Context(), tx, journal.System(), noon, r),
			secret.Put(t.Context(), tx, k.key, noon, "mailbox:1:imap", "canary-password"))
	})
	if err != nil {
		t.Fatal(err)
	}
	return phrase
}

func (k *desk) backup(t testing.TB, to string, now time.Time) Report {
	t.Helper()
	r, err := Make(t.Context(), k.d, k.blobs(), to, now)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func faultKey(err error) string {
	if e, ok := fault.As(err); ok {
		return e.Key
	}
	return fmt.Sprint(err)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func TestACopyIsWholeAndSharesItsContents(t *testing.T) {
	k, to := newDesk(t), filepath.Join(t.TempDir(), "backup")
	k.mails(t, 10, 5000, 100_000, 300_000)
	first := k.backup(t, to, noon)
	if first.Contents != 2 || first.Added != 2 || first.Counts["blob"] != 4 || first.Counts["journal"] != 4 || first.Phrase {
		t.Errorf("first: %+v", first)
	}
	k.mails(t, 200_000)
	second := k.backup(t, to, noon.Add(time.Hour))
	if second.Contents != 3 || second.Added != 1 {
		t.Errorf("second: %+v", second)
	}
	for _, dir := range []string{to, first.Path, second.Path} {
		if _, err := Verify(t.Context(), dir); err != nil {
			t.Errorf("%s: %v", dir, err)
		}
	}
	list, err := List(to)
	if err != nil || len(list) != 2 || list[0].Path != second.Path || !list[0].At.Equal(noon.Add(time.Hour)) {
		t.Errorf("List = %+v, %v", list, err)
	}
	if _, err := Make(t.Context(), k.d, k.blobs(), to, noon.Add(time.Hour)); err == nil {
		t.Error("a second copy of the same instant replaces the first")
	}
	if _, err := Verify(t.Context(), second.Path); err != nil {
		t.Error(err)
	}
}

func TestVerifySeesEveryDamage(t *testing.T) {
	for name, c := range map[string]struct {
		damage func(t *testing.T, to string, r Report, hashes []string)
		want   string
	}{
		"a byte of the database": {func(t *testing.T, _ string, r Report, _ []string) { flip(t, filepath.Join(r.Path, databaseFile)) }, "backup.err.damaged"},
		"no database":            {func(t *testing.T, _ string, r Report, _ []string) { remove(t, filepath.Join(r.Path, databaseFile)) }, "backup.err.damaged"},
		"a byte of the list":     {func(t *testing.T, _ string, r Report, _ []string) { flip(t, filepath.Join(r.Path, contentsFile)) }, "backup.err.damaged"},
		"no list":                {func(t *testing.T, _ string, r Report, _ []string) { remove(t, filepath.Join(r.Path, contentsFile)) }, "backup.err.damaged"},
		"the manifest": {func(t *testing.T, _ string, r Report, _ []string) {
			remove(t, filepath.Join(r.Path, manifestFile))
			if err := os.WriteFile(filepath.Join(r.Path, manifestFile), []byte(`{"format":1,"size":1}`), 0o600); err != nil {
				t.Fatal(err)
			}
		}, "backup.err.damaged"},
		"a manifest that is none": {func(t *testing.T, _ string, r Report, _ []string) {
			if err := os.WriteFile(filepath.Join(r.Path, manifestFile), []byte(`{`), 0o600); err != nil {
				t.Fatal(err)
			}
		}, "backup.err.damaged"},
		"a later format": {func(t *testing.T, _ string, r Report, _ []string) {
			if err := os.WriteFile(filepath.Join(r.Path, manifestFile), []byte(`{"format":2}`), 0o600); err != nil {
				t.Fatal(err)
			}
		}, "backup.err.newer"},
		"a byte of a content": {func(t *testing.T, to string, _ Report, h []string) {
			flip(t, fileOf(filepath.Join(to, blobsDir), h[1]))
		}, "backup.err.contents"},
		"no content": {func(t *testing.T, to string, _ Report, h []string) {
			remove(t, fileOf(filepath.Join(to, blobsDir), h[1]))
		}, "backup.err.contents"},
	} {
		t.Run(name, func(t *testing.T) {
			k, to := newDesk(t), filepath.Join(t.TempDir(), "backup")
			hashes := k.mails(t, 1000, 100_000)
			r := k.backup(t, to, noon)
			c.damage(t, to, r, hashes)
			if _, err := Verify(t.Context(), r.Path); faultKey(err) != c.want {
				t.Errorf("Verify = %v, want %s", err, c.want)
			}
		})
	}
}

// flip turns a byte over in the middle of a file, in a file of its own: the
// content may be linked to the data folder's.
func flip(t testing.TB, path string) {
	t.Helper()
	body, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	remove(t, path)
	body[len(body)/2] ^= 0x55
	if err := os.WriteFile(path, body, 0o600); err != nil {
		t.Fatal(err)
	}
}

func remove(t testing.TB, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

func TestAContentLostAtHomeIsToldAndStopsNothing(t *testing.T) {
	k, to := newDesk(t), filepath.Join(t.TempDir(), "backup")
	hashes := k.mails(t, 100_000, 100_000, 100_000)
	remove(t, fileOf(k.blobs(), hashes[0]))
	flip(t, fileOf(k.blobs(), hashes[1]))
	r := k.backup(t, to, noon)
	if len(r.Missing) != 2 || r.Contents != 3 || r.Added != 1 {
		t.Errorf("%+v", r)
	}
	if exists(fileOf(filepath.Join(to, blobsDir), hashes[1])) {
		t.Error("a damaged content is in the backup")
	}
	if r, err := Verify(t.Context(), to); err != nil || len(r.Missing) != 2 {
		t.Errorf("Verify = %+v, %v", r, err)
	}
	// One that was lost is there again, as a later copy brings it, and another is not.
	if err := os.Rename(fileOf(filepath.Join(to, blobsDir), hashes[2]), fileOf(filepath.Join(to, blobsDir), hashes[2])+".away"); err != nil {
		t.Fatal(err)
	}
	flip(t, fileOf(k.blobs(), hashes[1]))
	if err := errors.Join(os.MkdirAll(filepath.Dir(fileOf(filepath.Join(to, blobsDir), hashes[1])), 0o700),
		copyFile(fileOf(k.blobs(), hashes[1]), fileOf(filepath.Join(to, blobsDir), hashes[1]))); err != nil {
		t.Fatal(err)
	}
	if r, err := Verify(t.Context(), to); faultKey(err) != "backup.err.contents" || len(r.Missing) != 2 {
		t.Errorf("Verify = %+v, %v", r, err)
	}
}

func TestAFolderThatCantTakeACopySaysWhy(t *testing.T) {
	k := newDesk(t)
	k.mails(t, 10)
	if _, err := Make(t.Context(), k.d, k.blobs(), filepath.Join(t.TempDir(), "not", "plugged in"), noon); faultKey(err) != "backup.err.folder" {
		t.Errorf("no such disk: %v", err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Make(t.Context(), k.d, k.blobs(), file, noon); faultKey(err) != "backup.err.failed" {
		t.Errorf("a file: %v", err)
	}
	theirs := filepath.Join(t.TempDir(), "backup")
	newDesk(t).backup(t, theirs, noon)
	if _, err := Make(t.Context(), k.d, k.blobs(), theirs, noon.Add(time.Hour)); faultKey(err) != "backup.err.other_desk" {
		t.Errorf("another desk's: %v", err)
	}
	if _, err := Verify(t.Context(), t.TempDir()); faultKey(err) != "backup.err.none" {
		t.Errorf("an empty folder: %v", err)
	}
}

func TestPostgresIsCopiedByItsOwnTool(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if d.Engine() != db.Postgres {
			return
		}
		if _, err := Make(t.Context(), d, t.TempDir(), filepath.Join(t.TempDir(), "b"), noon); faultKey(err) != "backup.err.postgres" {
			t.Error(err)
		}
	})
}

func TestACancelledCopyLeavesNothing(t *testing.T) {
	k, to := newDesk(t), filepath.Join(t.TempDir(), "backup")
	k.mails(t, 100_000)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Make(ctx, k.d, k.blobs(), to, noon); err == nil {
		t.Error("a cancelled copy says that it was made")
	}
	if entries, err := os.ReadDir(filepath.Join(to, copiesDir)); err != nil || len(entries) != 0 {
		t.Errorf("%v, %v", entries, err)
	}
}

func sum(body []byte) string {
	s := sha256.Sum256(body)
	return hex.EncodeToString(s[:])
}
