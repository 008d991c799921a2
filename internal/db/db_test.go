package db_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"guichet/internal/db"
	"guichet/internal/db/dbtest"
)

// F1: the driver's default in WAL mode is NORMAL; every connection must be FULL.
func TestEveryConnectionSyncsInFull(t *testing.T) {
	d := dbtest.Open(t)
	const full = 2
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		n, err := db.Value[int64](t.Context(), tx, "PRAGMA synchronous")
		if n != full {
			t.Errorf("the writer has synchronous=%d", n)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	// Hold several readers at once, so that the pool opens a connection for each.
	var held []func()
	for range 4 {
		ready, release := make(chan struct{}), make(chan struct{})
		done := make(chan error)
		go func() {
			done <- d.View(t.Context(), func(q db.Querier) error {
				n, err := db.Value[int64](t.Context(), q, "PRAGMA synchronous")
				if n != full {
					t.Errorf("a reader has synchronous=%d", n)
				}
				close(ready)
				<-release
				return err
			})
		}()
		<-ready
		held = append(held, func() {
			close(release)
			if err := <-done; err != nil {
				t.Error(err)
			}
		})
	}
	for _, release := range held {
		release()
	}
}

func TestReadersCannotWrite(t *testing.T) {
	d := dbtest.Open(t)
	rows, err := d.Query(t.Context(), "INSERT INTO setting (name, value) VALUES ('a', 'b') RETURNING name")
	if err == nil {
		for rows.Next() {
		}
		err = errors.Join(rows.Err(), rows.Close())
	}
	if err == nil {
		t.Error("a reader wrote")
	}
}

func TestRoundTrip(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		at := time.Date(2026, 3, 29, 2, 30, 0, 123e6, time.FixedZone("x", 7200))
		type row struct {
			id    int64
			name  string
			when  time.Time
			never time.Time
			yes   bool
			none  int64
		}
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			id, err := tx.NewID(t.Context())
			if err != nil {
				return err
			}
			_, err = tx.Exec(t.Context(), `INSERT INTO ticket (id, number, subject, requester_name, channel, status, queue, pending_reason,
				assignee_id, level, language, reported_at, activity_at, snippet, last_entry_id, last_in_id, files, version)
				VALUES (?, 1, ?, '', 'mail', 'new', 0, '', 0, 1, 'fr', ?, 0, '', 0, 0, ?, 1)`, id, "Ça ne marche plus ?", at, true)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		got, err := db.One(t.Context(), d, func(r *row) []any { return []any{&r.id, &r.name, &r.when, &r.never, &r.yes, &r.none} },
			"SELECT id, subject, reported_at, closed_at, files, client_id FROM ticket")
		if err != nil {
			t.Fatal(err)
		}
		if got.id != 1 || got.name != "Ça ne marche plus ?" || !got.when.Equal(at) || !got.never.IsZero() || !got.yes || got.none != 0 {
			t.Errorf("read %+v", got)
		}
		if _, err := db.Value[int64](t.Context(), d, "SELECT id FROM ticket WHERE number = ?", 99); !errors.Is(err, db.ErrNone) {
			t.Errorf("no row gives %v", err)
		}
		err = d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), "INSERT INTO counter (name, value) VALUES ('id', 9)")
			return err
		})
		if !db.IsUnique(err) {
			t.Errorf("a second row with the same key: %v", err)
		}
	})
}

func TestNothingOfAFailedWriteStays(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		stop := errors.New("stop")
		set := func(tx *db.Tx, name string) error {
			_, err := tx.Exec(t.Context(), "INSERT INTO setting (name, value) VALUES (?, '')", name)
			return err
		}
		if err := d.Write(t.Context(), func(tx *db.Tx) error { return errors.Join(set(tx, "gone"), stop) }); !errors.Is(err, stop) {
			t.Fatal(err)
		}
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic is swallowed")
				}
			}()
			_ = d.Write(t.Context(), func(tx *db.Tx) error { _ = set(tx, "panicked"); panic("x") })
		}()
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			if err := set(tx, "kept"); err != nil {
				return err
			}
			if err := tx.Savepoint(t.Context(), func() error {
				// A refused statement must not spoil the rest of the transaction.
				return errors.Join(set(tx, "undone"), set(tx, "kept"))
			}); !db.IsUnique(err) {
				t.Errorf("Savepoint = %v", err)
			}
			return set(tx, "kept too")
		})
		if err != nil {
			t.Fatal(err)
		}
		names, err := db.Values[string](t.Context(), d, "SELECT name FROM setting ORDER BY name")
		if err != nil || fmt.Sprint(names) != "[kept kept too]" {
			t.Errorf("stayed: %v, %v", names, err)
		}
	})
}

func TestIdsAreNeverGivenTwice(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var mu sync.Mutex
		seen := map[int64]bool{}
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 20 {
					var ids []int64
					err := d.Write(t.Context(), func(tx *db.Tx) error {
						for range 3 {
							id, err := tx.NewID(t.Context())
							if err != nil {
								return err
							}
							ids = append(ids, id)
						}
						return nil
					})
					mu.Lock()
					for _, id := range ids {
						if seen[id] || err != nil {
							t.Errorf("id %d twice, or %v", id, err)
						}
						seen[id] = true
					}
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		if len(seen) != 480 {
			t.Errorf("%d ids", len(seen))
		}
	})
}

// A savepoint that is undone takes the counter's first row with it.
func TestACounterBegunInAnUndoneSavepointGoesOn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var given []int64
		for range 2 {
			err := d.Write(t.Context(), func(tx *db.Tx) error {
				undone := errors.New("undone")
				if err := tx.Savepoint(t.Context(), func() error {
					if _, err := tx.Next(t.Context(), "ticket"); err != nil {
						return err
					}
					return undone
				}); !errors.Is(err, undone) {
					return err
				}
				n, err := tx.Next(t.Context(), "ticket")
				given = append(given, n)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if given[1] <= given[0] {
			t.Errorf("given: %v", given)
		}
	})
}

// More snapshots than the pool has connections, each with statements that nobody
// has prepared yet.
func TestManyViewsOfNewStatementsAllEnd(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		var wg sync.WaitGroup
		for i := range 4 * max(8, runtime.NumCPU()) {
			wg.Go(func() {
				err := d.View(ctx, func(q db.Querier) error {
					for j := range 20 {
						want := int64(100*i + j)
						if n, err := db.Value[int64](ctx, q, fmt.Sprintf("SELECT %d", want)); err != nil || n != want {
							return fmt.Errorf("read %d: %w", n, err)
						}
					}
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	})
}

func TestChangedTellsOfACommit(t *testing.T) {
	d := dbtest.Open(t)
	changed := d.Changed()
	if err := d.Write(t.Context(), func(tx *db.Tx) error { return errors.New("no") }); err == nil {
		t.Fatal("no error")
	}
	select {
	case <-changed:
		t.Fatal("told of a failed write")
	default:
	}
	if err := d.Write(t.Context(), func(tx *db.Tx) error { return nil }); err != nil {
		t.Fatal(err)
	}
	select {
	case <-changed:
	default:
		t.Fatal("did not tell")
	}
}

func TestAWriteWaitsForItsTurnOnlyAsLongAsItsContext(t *testing.T) {
	d := dbtest.Open(t)
	err := d.Write(t.Context(), func(*db.Tx) error {
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(errors.New("gave up"))
		if err := d.Write(ctx, func(*db.Tx) error { return nil }); err == nil {
			t.Error("a second write got in")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestANewerDatabaseIsRefusedAndLeftAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "guichet.db")
	open := func() (*db.DB, error) { return db.Open(t.Context(), path) }
	d, err := open()
	if err != nil {
		t.Fatal(err)
	}
	err = d.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), "INSERT INTO schema_version (version_id, is_applied) VALUES (9999, 1)")
		return err
	})
	if err := errors.Join(err, d.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := open(); !errors.Is(err, db.ErrNewer) {
		t.Errorf("Open = %v", err)
	}
}

// D1: damage is refused in words that can be acted on, never met with a crash
// or an empty database.
func TestADamagedFileIsRefused(t *testing.T) {
	whole := filepath.Join(t.TempDir(), "guichet.db")
	d, err := db.Open(t.Context(), whole)
	if err != nil {
		t.Fatal(err)
	}
	err = d.Write(t.Context(), func(tx *db.Tx) error {
		for i := range 500 {
			if _, err := tx.Exec(t.Context(), "INSERT INTO setting (name, value) VALUES (?, 'quelque chose')", fmt.Sprint(i)); err != nil {
				return err
			}
		}
		return nil
	})
	if err := errors.Join(err, d.Close()); err != nil {
		t.Fatal(err)
	}
	bytes, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	damaged := 0
	for i := range 40 {
		p := append([]byte{}, bytes...)
		switch at := 100 + i*(len(p)-5000)/40; {
		case i%4 == 0:
			p = p[:at]
		default:
			for j := range 4000 {
				p[at+j] ^= 0xa5
			}
		}
		path := filepath.Join(t.TempDir(), "guichet.db")
		if err := os.WriteFile(path, p, 0o600); err != nil {
			t.Fatal(err)
		}
		d, err := db.Open(t.Context(), path)
		if err == nil {
			n, err := db.Value[int64](t.Context(), d, "SELECT COUNT(*) FROM setting")
			if err != nil || n != 500 {
				t.Errorf("damage %d: opened with %d rows, %v", i, n, err)
			}
			if err := d.Close(); err != nil {
				t.Error(err)
			}
			continue
		}
		if !errors.Is(err, db.ErrDamaged) {
			t.Errorf("damage %d: %v", i, err)
		}
		damaged++
	}
	if damaged < 30 {
		t.Errorf("only %d of 40 were refused", damaged)
	}
}

func TestCopyIsWholeAndChecked(t *testing.T) {
	d := dbtest.Open(t)
	to := filepath.Join(t.TempDir(), "copy.db")
	if err := d.Copy(t.Context(), to); err != nil {
		t.Fatal(err)
	}
	if err := db.Verify(t.Context(), to); err != nil {
		t.Error(err)
	}
	c, err := sql.Open("sqlite3", to)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var n int
	if err := c.QueryRow("SELECT COUNT(*) FROM counter").Scan(&n); err != nil {
		t.Error(err)
	}
}

func TestFold(t *testing.T) {
	for in, want := range map[string]string{
		"Élan": "elan", "ŒUVRE": "oeuvre", "Straße": "strasse", "l’étage": "l'etage", "PC-0042": "pc-0042", "ﬁn": "fin",
		"e\u0301te\u0301": "ete", "": "", "日本": "日本",
	} {
		if got := db.Fold(in); got != want {
			t.Errorf("Fold(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestTheFileIsItsOwnersAlone(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // rights come from the folder there
	}
	d := dbtest.Open(t)
	for _, suffix := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(d.Path() + suffix)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%q: %v, %v", suffix, info, err)
		}
	}
}
