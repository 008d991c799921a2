package db

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing/fstest"
	"time"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var embedded embed.FS

// migrate brings the schema to this version of the program. Each migration is
// one transaction; before the first one that changes a database in use, a
// verified copy is made beside it.
func (d *DB) migrate(ctx context.Context) error {
	files, err := migrationsFor(d.engine, embedded)
	if err != nil {
		return err
	}
	dialect := goose.DialectSQLite3
	if d.engine == Postgres {
		dialect = goose.DialectPostgres
	}
	provider, err := goose.NewProvider(dialect, d.write, files, goose.WithTableName("schema_version"))
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	have, want, err := provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read the schema's version: %w", err)
	}
	if have > want {
		return fmt.Errorf("%w: schema %d, this program knows %d", ErrNewer, have, want)
	}
	if have == want {
		return nil
	}
	if have > 0 && d.engine == SQLite {
		if err := d.copyBefore(ctx, have); err != nil {
			return err
		}
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate the database: %w", err)
	}
	return nil
}

// copyBefore keeps the database as it was at version have. The name holds the
// second: a copy that an earlier, interrupted start left stays.
func (d *DB) copyBefore(ctx context.Context, have int64) error {
	to := fmt.Sprintf("%s.v%d-%s", d.path, have, time.Now().UTC().Format("20060102T150405"))
	if err := os.Remove(to); err != nil && !os.IsNotExist(err) {
		return fmt.Errorf("replace the copy: %w", err)
	}
	if err := d.Copy(ctx, to); err != nil {
		return fmt.Errorf("copy before the migration: %w", err)
	}
	return nil
}

// migrationsFor lays out the files that one engine runs: NNNN_what.sql is for
// both, NNNN_what.sqlite.sql and NNNN_what.postgres.sql for one each. BLOB is
// written BYTEA on PostgreSQL. A key that is one BIGINT is written INTEGER on
// SQLite, which makes it the table's own order and spares an index
// (https://www.sqlite.org/lang_createtable.html#rowid).
func migrationsFor(e Engine, from fs.FS) (fs.FS, error) {
	names, err := fs.Glob(from, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	out := fstest.MapFS{}
	for _, name := range names {
		body, err := fs.ReadFile(from, name)
		if err != nil {
			return nil, err
		}
		base := strings.TrimPrefix(name, "migrations/")
		number, what, _ := strings.Cut(strings.TrimSuffix(base, ".sql"), "_")
		what, only, _ := strings.Cut(what, ".")
		if only != "" && only != string(e) {
			continue
		}
		text := strings.ReplaceAll(string(body), " BIGINT NOT NULL PRIMARY KEY", " INTEGER NOT NULL PRIMARY KEY")
		if e == Postgres {
			text = strings.ReplaceAll(string(body), " BLOB", " BYTEA")
		}
		out[number+"_"+what+".sql"] = &fstest.MapFile{Data: []byte(text)}
	}
	return out, nil
}
