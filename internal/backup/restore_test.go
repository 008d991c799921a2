package backup

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"guichet/internal/blob"
	"guichet/internal/db"
	"guichet/internal/journal"
	"guichet/internal/secret"
)

func (k *desk) forget(t testing.TB, hash string) {
	t.Helper()
	err := k.d.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), "DELETE FROM blob WHERE hash = ?", hash)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// contentsOf reads every content of a data folder, and fails where one is not
// what its hash says.
func contentsOf(t testing.TB, dir string) map[string]bool {
	t.Helper()
	d, err := db.Open(t.Context(), filepath.Join(dir, databaseFile))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := journal.Verify(t.Context(), d); err != nil {
		t.Error(err)
	}
	hashes, err := db.Values[string](t.Context(), d, "SELECT hash FROM blob")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, hash := range hashes {
		body, err := blob.ReadAll(t.Context(), d, filepath.Join(dir, blobsDir), hash, 1<<30)
		if err != nil || sum(body) != hash {
			t.Errorf("%s: %v", hash, err)
		}
		found[hash] = true
	}
	return found
}

// drills is how many copies are taken and restored under writes.
func drills() int {
	if os.Getenv("GUICHET_SOAK") == "1" {
		return 20
	}
	return 5
}

// Copies are taken while mails come in; each is restored on a machine that has
// nothing and holds every mail that was committed before it, whole.
func TestDrillsUnderWrites(t *testing.T) {
	k, to := newDesk(t), filepath.Join(t.TempDir(), "backup")
	phrase := k.phrase(t)
	var (
		mu   sync.Mutex
		done []string
		wait sync.WaitGroup
	)
	allowed := make(chan struct{}, 150) // mails that may come in during one drill
	defer wait.Wait()
	defer close(allowed)
	wait.Go(func() {
		for range allowed {
			hash, err := k.mail(t.Context(), []int{200, 3000, 20_000, 90_000}[k.rand.IntN(4)])
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			done = append(done, hash)
			mu.Unlock()
		}
	})
	for drill := range drills() {
		mu.Lock()
		before := append([]string(nil), done...)
		mu.Unlock()
		for len(allowed) < cap(allowed) {
			allowed <- struct{}{}
		}
		r := k.backup(t, to, noon.Add(time.Duration(drill)*time.Hour))
		into := filepath.Join(t.TempDir(), "restored")
		if _, err := Restore(t.Context(), Plan{From: r.Path, Into: into, Phrase: phrase}, noon); err != nil {
			t.Fatal(err)
		}
		found := contentsOf(t, into)
		for _, hash := range before {
			if !found[hash] {
				t.Errorf("drill %d: %s is lost", drill, hash)
			}
		}
		if int64(len(found)) != r.Counts["blob"] || r.Counts["journal"] < int64(len(before)) {
			t.Errorf("drill %d: %d contents, the manifest says %d", drill, len(found), r.Counts["blob"])
		}
		if _, err := Verify(t.Context(), r.Path); err != nil {
			t.Error(err)
		}
		if err := os.RemoveAll(into); err != nil { // a soak has many of them
			t.Error(err)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	t.Logf("%d mails came in meanwhile", len(done))
}

func TestThePhraseOpensTheKeyOnAnotherMachine(t *testing.T) {
	k, to := newDesk(t), filepath.Join(t.TempDir(), "backup")
	phrase := k.phrase(t)
	k.mails(t, 100_000)
	r := k.backup(t, to, noon)
	if !r.Phrase || r.Secrets != 1 {
		t.Errorf("%+v", r)
	}
	for name, c := range map[string]struct {
		plan Plan
		want string
	}{
		"no phrase":     {Plan{}, "backup.err.phrase_needed"},
		"mistyped":      {Plan{Phrase: phrase[1:] + "0"}, "secret.err.phrase_typed"},
		"another's":     {Plan{Phrase: newDesk(t).phrase(t)}, "secret.err.phrase"},
		"not whole":     {Plan{Phrase: phrase[:10]}, "secret.err.phrase_length"},
		"the right one": {Plan{Phrase: phrase}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			c.plan.From, c.plan.Into = to, filepath.Join(t.TempDir(), "data")
			_, err := Restore(t.Context(), c.plan, noon)
			if c.want != "" {
				if faultKey(err) != c.want {
					t.Errorf("Restore = %v, want %s", err, c.want)
				}
				if entries, err := os.ReadDir(c.plan.Into); err == nil && len(entries) > 0 {
					t.Errorf("left behind: %v", entries)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := passwordIn(t, c.plan.Into, secret.Keychain{}); got != "canary-password" {
				t.Errorf("the password is %q", got.Reveal())
			}
		})
	}
}

func passwordIn(t testing.TB, dir string, chain secret.Keychain) secret.Text {
	t.Helper()
	d, err := db.Open(t.Context(), filepath.Join(dir, databaseFile))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	key, err := secret.Open(t.Context(), d, secret.Options{Folder: dir, Keychain: chain})
	if err != nil {
		t.Fatal(err)
	}
	got, err := secret.Get(t.Context(), d, key, "mailbox:1:imap")
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestPasswordsMayBeGivenUp(t *testing.T) {
	k, to := newDesk(t), filepath.Join(t.TempDir(), "backup")
	k.phrase(t)
	k.backup(t, to, noon)
	into := t.TempDir()
	if _, err := Restore(t.Context(), Plan{From: to, Into: into, WithoutSecrets: true}, noon); err != nil {
		t.Fatal(err)
	}
	if got := passwordIn(t, into, secret.Keychain{}); got != "" {
		t.Errorf("the password is %q", got.Reveal())
	}
}

func TestAMachineThatHasTheKeyNeedsNoPhrase(t *testing.T) {
	k, to := newDesk(t), filepath.Join(t.TempDir(), "backup")
	k.phrase(t)
	kept := map[string]string{}
	chain := secret.Keychain{
		Get: func(account string) (string, error) {
			if v, ok := kept[account]; ok {
				return v, nil
			}
			return "", errors.New("not found")
		},
		Set: func(account, value string) error { kept[account] = value; return nil },
	}
	text, err := os.ReadFile(filepath.Join(k.dir, secret.FileName))
	if err != nil {
		t.Fatal(err)
	}
	kept[k.key.ID()] = string(text)
	k.backup(t, to, noon)
	into := t.TempDir()
	if _, err := Restore(t.Context(), Plan{From: to, Into: into, Keychain: chain}, noon); err != nil {
		t.Fatal(err)
	}
	if got := passwordIn(t, into, chain); got != "canary-password" || exists(filepath.Join(into, secret.FileName)) {
		t.Errorf("the password is %q", got.Reveal())
	}
}

func TestRestoreTakesOnlyAnEmptyFolder(t *testing.T) {
	k, to := newDesk(t), filepath.Join(t.TempDir(), "backup")
	k.mails(t, 100_000)
	r := k.backup(t, to, noon)
	put := func(dir, name string) string {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	for name, dir := range map[string]string{"in use": k.dir, "somebody's": put(t.TempDir(), "letter.txt"), "the backup itself": to,
		"finished with a mark": put(put(t.TempDir(), databaseFile), markFile)} {
		before, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Restore(t.Context(), Plan{From: r.Path, Into: dir}, noon); faultKey(err) != "backup.err.in_use" {
			t.Errorf("%s: %v", name, err)
		}
		if after, err := os.ReadDir(dir); err != nil || len(after) != len(before) {
			t.Errorf("%s: the folder was touched, %v", name, err)
		}
	}
	for name, dir := range map[string]string{"held": put(put(t.TempDir(), lockFile), ownerFile),
		"cut short before": put(put(t.TempDir(), markFile), databaseFile+".half"), "missing": filepath.Join(t.TempDir(), "a", "b")} {
		if _, err := Restore(t.Context(), Plan{From: r.Path, Into: dir}, noon); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if len(contentsOf(t, dir)) != 1 || exists(filepath.Join(dir, markFile)) || exists(filepath.Join(dir, databaseFile+".half")) {
			t.Errorf("%s: the folder is not whole", name)
		}
	}
}

func TestAfterRunsInTheRestoredDatabaseAndMayStopIt(t *testing.T) {
	k, to := newDesk(t), filepath.Join(t.TempDir(), "backup")
	k.mails(t, 10)
	k.backup(t, to, noon)
	into := filepath.Join(t.TempDir(), "data")
	stop := errors.New("stop")
	plan := Plan{From: to, Into: into, After: func(context.Context, *db.Tx) error { return stop }}
	if _, err := Restore(t.Context(), plan, noon); !errors.Is(err, stop) {
		t.Errorf("Restore = %v", err)
	}
	if entries, err := os.ReadDir(into); err != nil || len(entries) > 0 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
	plan.After = func(ctx context.Context, tx *db.Tx) error {
		_, err := journal.Append(ctx, tx, noon, journal.Entry{Actor: journal.System(), Kind: "outbox.held", Subject: "outbox"})
		return err
	}
	if _, err := Restore(t.Context(), plan, noon); err != nil {
		t.Fatal(err)
	}
	contentsOf(t, into)
}

func TestADamagedCopyIsNotRestored(t *testing.T) {
	k, to := newDesk(t), filepath.Join(t.TempDir(), "backup")
	hashes := k.mails(t, 100_000, 100_000)
	r := k.backup(t, to, noon)
	flip(t, fileOf(filepath.Join(to, blobsDir), hashes[0]))
	into := filepath.Join(t.TempDir(), "data")
	got, err := Restore(t.Context(), Plan{From: to, Into: into}, noon)
	if err != nil || len(got.Missing) != 1 || got.Missing[0] != hashes[0] {
		t.Errorf("a lost content: %+v, %v", got, err)
	}
	if exists(fileOf(filepath.Join(into, blobsDir), hashes[0])) {
		t.Error("the damaged content was restored")
	}
	flip(t, filepath.Join(r.Path, databaseFile))
	if _, err := Restore(t.Context(), Plan{From: to, Into: filepath.Join(t.TempDir(), "x")}, noon); faultKey(err) != "backup.err.damaged" {
		t.Errorf("a damaged database: %v", err)
	}
}

// D1: whatever bytes of the database file are turned or cut off, a copy either
// fails or is whole; nothing panics and nothing new and empty takes its place.
func TestADamagedDatabaseIsNeverCopiedAsWhole(t *testing.T) {
	k := newDesk(t)
	k.mails(t, 3000, 3000, 3000, 3000)
	to := filepath.Join(t.TempDir(), "backup")
	whole, err := os.ReadFile(filepath.Join(k.backup(t, to, noon).Path, databaseFile))
	if err != nil {
		t.Fatal(err)
	}
	opened := 0
	for i := range 60 {
		body := append([]byte(nil), whole...)
		if i%3 == 0 {
			body = body[:1+k.rand.IntN(len(body)-1)]
		} else {
			for range 1 + k.rand.IntN(20) {
				body[k.rand.IntN(len(body))] ^= byte(1 + k.rand.IntN(255))
			}
		}
		path := filepath.Join(t.TempDir(), databaseFile)
		if err := os.WriteFile(path, body, 0o600); err != nil {
			t.Fatal(err)
		}
		d, err := db.Open(t.Context(), path)
		if err != nil {
			continue
		}
		opened++
		folder := filepath.Join(t.TempDir(), "b")
		if r, err := Make(t.Context(), d, k.blobs(), folder, noon); err == nil {
			if _, err := Verify(t.Context(), r.Path); err != nil && faultKey(err) != "backup.err.contents" {
				t.Errorf("%d: a copy that was said to be whole: %v", i, err)
			}
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}
	t.Logf("%d of 60 damaged files opened", opened)
}

func TestCopyFileWritesOverNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	if err := writeFile(path, []byte("first")); err != nil {
		t.Fatal(err)
	}
	if err := copyFile(path, path); err == nil {
		t.Error("a file was written over")
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if body, err := io.ReadAll(f); err != nil || string(body) != "first" {
		t.Errorf("%q, %v", body, err)
	}
}
