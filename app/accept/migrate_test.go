//go:build linux

package accept

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"guichet/internal/db"
	"guichet/internal/journal"
	"guichet/internal/people"
)

// migrateMain is a process that only opens a database.
func migrateMain(path string) int {
	d, err := db.Open(context.Background(), path)
	if err == nil {
		err = d.Close()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// D3: a start that is killed in the middle of the migrations leaves a database that the next start brings up to date.
func TestKilledWhileMigrating(t *testing.T) {
	r, kills := seeded(t), times(20, 100)
	bin := program(t, "guichet-migrate")
	took := migrateUntil(t, bin, t.TempDir(), time.Hour) // to its end
	landed, between := 0, 0
	for n := range kills {
		dir := t.TempDir()
		if end := migrateUntil(t, bin, dir, time.Duration(r.Int64N(int64(took)))); end >= 0 {
			took = max(min(took, end), time.Millisecond) // this machine is faster now
			continue
		}
		landed++
		if migrated(t, n, dir) {
			between++
		}
	}
	say(t, "%d of %d kills landed before the end, %d of them after the first migration", landed, kills, between)
	if 2*landed < kills {
		t.Errorf("only %d of %d kills landed in a start", landed, kills)
	}
}

// migrateUntil starts a process on a new database and kills it some time after the file is there. It returns how long
// the process took from there to its end, -1 where the kill came first.
func migrateUntil(t *testing.T, bin, dir string, after time.Duration) time.Duration {
	t.Helper()
	path := filepath.Join(dir, "guichet.db")
	c := run(t, exec.Command(bin, path), environment(dir))
	there := func() bool {
		_, err := os.Stat(path)
		return err == nil
	}
	for end := time.Now().Add(patience); !there() && time.Now().Before(end); {
	}
	from := time.Now()
	select {
	case <-c.ended:
		if c.err != nil {
			t.Fatalf("%v\n%s", c.err, c.words())
		}
		return time.Since(from)
	case <-time.After(after):
	}
	c.kill()
	if c.err == nil {
		return time.Since(from)
	}
	return -1
}

// migrated opens what a kill left, uses it, and says whether the first migration was there already.
func migrated(t *testing.T, n int, dir string) (between bool) {
	t.Helper()
	ctx, path := context.Background(), filepath.Join(dir, "guichet.db")
	d, err := db.Open(ctx, path)
	if err != nil {
		t.Fatalf("after kill %d: %v", n, err)
	}
	err = d.Write(ctx, func(tx *db.Tx) error {
		_, err := people.CreateClient(ctx, tx, journal.System(), time.Now(), people.Client{Name: "Conserverie", Language: "fr", Colour: -1})
		return err
	})
	if err := errors.Join(err, db.Verify(ctx, path), d.Close()); err != nil {
		t.Errorf("after kill %d: %v", n, err)
	}
	copies, err := filepath.Glob(path + ".v*") // made before a migration of a database that has some
	if err != nil {
		t.Fatal(err)
	}
	return len(copies) > 0
}
