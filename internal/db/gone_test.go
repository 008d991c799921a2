package db_test

import (
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/mattn/go-sqlite3"

	"guichet/internal/db"
	"guichet/internal/db/dbtest"
)

// What is ours must never be taken for a fault of the mail in hand: the rooms then
// set it aside as unreadable, or count a try.
func TestIsGone(t *testing.T) {
	for _, err := range []error{
		sqlite3.Error{Code: sqlite3.ErrIoErr}, sqlite3.Error{Code: sqlite3.ErrNomem}, sqlite3.Error{Code: sqlite3.ErrCantOpen},
		&pgconn.PgError{Code: "08006"}, &pgconn.PgError{Code: "57P01"}, &pgconn.PgError{Code: "57P03"}, &pgconn.PgError{Code: "53300"},
	} {
		if !db.IsGone(fmt.Errorf("take in a mail: %w", err)) {
			t.Errorf("%T %v", err, err)
		}
	}
	// Nothing listens on port 1.
	if _, err := db.OpenPostgres(t.Context(), "host=127.0.0.1 port=1 user=x sslmode=disable"); !db.IsGone(err) {
		t.Errorf("a server that is not there: %v", err)
	}
	for _, err := range []error{sqlite3.Error{Code: sqlite3.ErrConstraint}, &pgconn.PgError{Code: "22021"}, &pgconn.PgError{}} {
		if db.IsGone(err) {
			t.Errorf("%T %v is of what was written", err, err)
		}
	}
}

// A server that is started anew ends every connection. The write under way fails
// as ours; the next one, and the next read, take new ones.
func TestADroppedConnectionIsTakenAnew(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if d.Engine() != db.Postgres {
			return // SQLite has no server
		}
		if _, err := db.Value[int64](t.Context(), d, "SELECT COUNT(*) FROM setting"); err != nil {
			t.Fatal(err)
		}
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			if _, err := tx.Exec(t.Context(), "INSERT INTO setting (name, value) VALUES ('lost', '')"); err != nil {
				return err
			}
			pid, err := db.Value[int64](t.Context(), tx, "SELECT pg_backend_pid()")
			if err != nil {
				return err
			}
			if _, err := db.Value[string](t.Context(), d, "SELECT CAST(pg_terminate_backend(CAST(? AS INTEGER), 5000) AS TEXT)", pid); err != nil {
				return err
			}
			_, err = tx.Exec(t.Context(), "INSERT INTO setting (name, value) VALUES ('lost too', '')")
			return err
		})
		if !db.IsGone(err) {
			t.Errorf("the write that was cut: %v", err)
		}
		if err := d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), "INSERT INTO setting (name, value) VALUES ('kept', '')")
			return err
		}); err != nil {
			t.Errorf("the next write: %v", err)
		}
		if names, err := db.Values[string](t.Context(), d, "SELECT name FROM setting"); err != nil || fmt.Sprint(names) != "[kept]" {
			t.Errorf("%v, %v", names, err)
		}
	})
}
