// Package dbtest gives tests a real, empty, migrated database.
package dbtest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"database/sql"

	"guichet/internal/db"
)

// Open returns a new SQLite database in the test's own folder.
func Open(t testing.TB) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), filepath.Join(t.TempDir(), "guichet.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, d) })
	return d
}

// Each runs a test on every engine: SQLite, and PostgreSQL where
// GUICHET_TEST_PG holds a connection string (build/test always sets it).
func Each(t *testing.T, run func(t *testing.T, d *db.DB)) {
	t.Run("sqlite", func(t *testing.T) { run(t, Open(t)) })
	conn := os.Getenv("GUICHET_TEST_PG")
	if conn == "" {
		fmt.Println("NOT RUN on PostgreSQL: GUICHET_TEST_PG is not set:", t.Name())
		return
	}
	t.Run("postgres", func(t *testing.T) { run(t, openPostgres(t, conn)) })
}

var schemas atomic.Int64

func openPostgres(t testing.TB, conn string) *db.DB {
	t.Helper()
	schema := fmt.Sprintf("t%d_%d_%d", os.Getpid(), time.Now().UnixNano(), schemas.Add(1))
	admin, err := sql.Open("pgx", conn)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := admin.ExecContext(t.Context(), "CREATE SCHEMA "+schema); err != nil {
		t.Fatal(err)
	}
	sep := " "
	if strings.Contains(conn, "://") {
		sep = "?"
		if strings.Contains(conn, "?") {
			sep = "&"
		}
	}
	d, err := db.OpenPostgres(t.Context(), conn+sep+"search_path="+schema)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		closed(t, d)
		if _, err := admin.Exec("DROP SCHEMA " + schema + " CASCADE"); err != nil {
			t.Error(err)
		}
		if err := admin.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

func closed(t testing.TB, d *db.DB) {
	if err := d.Close(); err != nil {
		t.Error(err)
	}
}
