// Package db opens the database and carries every statement to it.
//
// One SQL serves two engines: SQLite (the embedded default) and PostgreSQL.
// Statements are written with ? placeholders and keep to the subset that both
// understand: RETURNING, ON CONFLICT, row values and window functions are
// shared; LIKE, lower(), JSON and date functions on user text are not used
// (text is folded in Go, see Fold). Instants are BIGINT milliseconds since 1970
// UTC, dates are YYYY-MM-DD text, booleans are 0/1.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	_ "github.com/jackc/pgx/v5/stdlib" // the "pgx" driver
	_ "github.com/mattn/go-sqlite3"    // the "sqlite3" driver
)

// Engine names the database behind a DB.
type Engine string

// The engines that every statement must run on.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// DB is an open, migrated database: one writer connection and a pool of
// read-only ones. It is itself a Querier; each of its queries sees the last
// commit. It is safe for concurrent use.
type DB struct {
	engine Engine
	path   string
	read   *sql.DB
	write  *sql.DB
	turn   chan struct{} // held by the one transaction under way
	views  chan struct{} // held by each snapshot being read
	reads  stmts
	writer writer

	mu      sync.Mutex
	changed chan struct{} // closed at the next commit
}

// Open opens the SQLite database at path, creating it and its folder where
// they are missing, and brings its schema up to date. A verified copy stands
// beside the file before a migration changes it. It fails with ErrNewer for a
// file that a later version wrote, and with ErrDamaged for one that does not
// pass SQLite's quick check; in both cases the file is left as it was.
func Open(ctx context.Context, path string) (*DB, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	if err := private(path); err != nil {
		return nil, err
	}
	d := &DB{engine: SQLite, path: path}
	write, err := sql.Open("sqlite3", dsn(path, "rwc", "_cache_size=-16000"))
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	write.SetMaxOpenConns(1)
	read, err := sql.Open("sqlite3", dsn(path, "ro", "_query_only=1", "_cache_size=-16000"))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the database: %w", err), write.Close())
	}
	read.SetMaxOpenConns(max(4, runtime.NumCPU()) + 1)
	read.SetMaxIdleConns(5)
	d.write, d.read = write, read
	return d.start(ctx)
}

// private makes the file, where it is missing, for its owner alone; SQLite gives
// its companions the same mode.
func private(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	return f.Close()
}

// OpenPostgres opens a PostgreSQL database (or an engine that speaks its
// protocol) from a pgx connection string and brings its schema up to date.
func OpenPostgres(ctx context.Context, conn string) (*DB, error) {
	d := &DB{engine: Postgres, path: conn}
	write, err := sql.Open("pgx", conn)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	write.SetMaxOpenConns(1)
	read, err := sql.Open("pgx", conn)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the database: %w", err), write.Close())
	}
	read.SetMaxOpenConns(8)
	d.write, d.read = write, read
	return d.start(ctx)
}

// dsn builds the SQLite address. Options stand in the address and never in an
// Exec on the pool: the pool's second connection would miss them. FULL is named
// because the driver's own default in WAL mode is NORMAL, which may lose a
// committed mail at a power cut.
func dsn(path, mode string, more ...string) string {
	options := append([]string{"mode=" + mode, "_journal_mode=WAL", "_synchronous=FULL",
		"_busy_timeout=5000", "_foreign_keys=1"}, more...)
	if mode == "ro" {
		options = append([]string{"mode=ro", "_synchronous=FULL", "_busy_timeout=5000"}, more...)
	}
	return "file:" + (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath() + "?" + strings.Join(options, "&")
}

func (d *DB) start(ctx context.Context) (*DB, error) {
	d.turn = make(chan struct{}, 1)
	d.changed = make(chan struct{})
	d.reads.db = d.read
	// One connection is left to prepare on: else snapshots that hold them all would
	// wait for one another's statements for ever.
	d.views = make(chan struct{}, d.read.Stats().MaxOpenConnections-1)
	if err := d.ready(ctx); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

func (d *DB) ready(ctx context.Context) error {
	if d.engine == SQLite {
		if err := d.check(ctx); err != nil {
			return err
		}
	}
	return d.migrate(ctx)
}

// check refuses a damaged file before anything writes to it.
func (d *DB) check(ctx context.Context) error {
	var said string
	if err := d.write.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&said); err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if said != "ok" {
		return fmt.Errorf("%w: %s", ErrDamaged, said)
	}
	return nil
}

// Close ends both pools. A transaction under way is finished first.
func (d *DB) Close() error {
	d.turn <- struct{}{} // never given back: nothing writes to a closed database
	return errors.Join(d.reads.close(), d.writer.close(), d.read.Close(), d.write.Close())
}

// Engine says which database this is.
func (d *DB) Engine() Engine { return d.engine }

// Path is the SQLite file, or the PostgreSQL connection string.
func (d *DB) Path() string { return d.path }

// Changed returns a channel that is closed at the next commit. To follow the
// changes without missing one, take the channel first and read afterwards.
func (d *DB) Changed() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.changed
}

func (d *DB) announce() {
	d.mu.Lock()
	defer d.mu.Unlock()
	close(d.changed)
	d.changed = make(chan struct{})
}

// Copy writes a whole, consistent copy of a SQLite database to a new file
// (VACUUM INTO; the stepped backup API never ends beside a busy writer), then
// opens the copy and checks it.
func (d *DB) Copy(ctx context.Context, to string) error {
	if d.engine != SQLite {
		return errors.New("a PostgreSQL database is copied by pg_dump")
	}
	// A connection of its own: the readers' query_only refuses VACUUM INTO too.
	c, err := sql.Open("sqlite3", dsn(d.path, "ro"))
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	_, err = c.ExecContext(ctx, "VACUUM INTO ?", to)
	if err := errors.Join(err, c.Close()); err != nil {
		return fmt.Errorf("copy the database: %w", err)
	}
	if err := Verify(ctx, to); err != nil {
		return err
	}
	return syncFile(to)
}

// Verify opens a SQLite file read-only and runs SQLite's whole integrity check.
func Verify(ctx context.Context, path string) error {
	c, err := sql.Open("sqlite3", dsn(path, "ro"))
	if err != nil {
		return fmt.Errorf("open the copy: %w", err)
	}
	defer c.Close()
	var said string
	if err := c.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&said); err != nil {
		return fmt.Errorf("check the copy: %w", err)
	}
	if said != "ok" {
		return fmt.Errorf("%w: %s", ErrDamaged, said)
	}
	return nil
}

func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("open the copy: %w", err)
	}
	return errors.Join(f.Sync(), f.Close())
}
