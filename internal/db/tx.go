package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Tx is the one write transaction under way. A function that takes a *Tx
// writes; one that takes a Querier does not. Inside a transaction there is only
// SQL: no network, no files, no parsing.
type Tx struct {
	d    *DB
	next map[string]int64 // counters taken in this transaction
	deep int              // savepoints open
	memo map[any]any
}

// Write runs fn in a transaction and commits it, synced to disk, when fn
// returns nil; otherwise nothing of it stays. One transaction runs at a time;
// ctx bounds the wait for the turn, and a transaction that began is carried to
// its end. On PostgreSQL fn may run again after a lost race, so it must not
// change anything outside the database.
func (d *DB) Write(ctx context.Context, fn func(tx *Tx) error) error {
	select {
	case d.turn <- struct{}{}:
	case <-ctx.Done():
		return fmt.Errorf("wait to write: %w", context.Cause(ctx))
	}
	defer func() { <-d.turn }()
	// A statement with a cancellable context costs the SQLite driver a goroutine,
	// and a cut in the middle saves nothing.
	ctx = context.WithoutCancel(ctx)
	for try := 1; ; try++ {
		err := d.writeOnce(ctx, fn)
		if err == nil {
			d.announce()
			return nil
		}
		if try == 5 || !retriable(err) {
			return err
		}
		time.Sleep(time.Duration(try*try) * 5 * time.Millisecond)
	}
}

func (d *DB) writeOnce(ctx context.Context, fn func(tx *Tx) error) (err error) {
	if err := d.begin(ctx); err != nil {
		return fmt.Errorf("begin a write: %w", err)
	}
	done := false
	defer func() {
		if !done { // fn failed or panicked
			err = errors.Join(err, d.writer.exec(ctx, "ROLLBACK"))
		}
	}()
	tx := &Tx{d: d}
	if err := fn(tx); err != nil {
		return err
	}
	if err := tx.keepCounters(ctx); err != nil {
		return err
	}
	if err := d.writer.exec(ctx, "COMMIT"); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	done = true
	return nil
}

// begin opens the transaction on the writer's own connection, and takes a new
// connection once where the server has dropped the old one.
func (d *DB) begin(ctx context.Context) error {
	begin := "BEGIN IMMEDIATE"
	if d.engine == Postgres {
		begin = "BEGIN"
	}
	if d.writer.conn != nil {
		err := d.writer.exec(ctx, begin)
		if err == nil || d.engine == SQLite {
			return err
		}
		_ = d.writer.close() // the old connection is gone: how it ends is of no use to anybody
	}
	conn, err := d.write.Conn(ctx)
	if err != nil {
		return err
	}
	d.writer = writer{conn: conn, stmts: map[string]*sql.Stmt{}}
	if d.engine == SQLite {
		if err := d.writer.exec(ctx, checkpoint); err != nil {
			return err
		}
	}
	return d.writer.exec(ctx, begin)
}

// checkpoint lets the write-ahead log grow to 16 MB before it is written back: at
// the usual 4 MB two batches of mails fill it, and the same pages of the same
// indexes are written again each time. The driver's address has no word for it.
const checkpoint = "PRAGMA wal_autocheckpoint = 4000"

// writer is the one connection that writes, with its statements prepared for
// as long as it lives. The turn guards it.
type writer struct {
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
}

func (w *writer) exec(ctx context.Context, statement string) error {
	_, err := w.conn.ExecContext(ctx, statement)
	return err
}

func (w *writer) prepare(ctx context.Context, e Engine, query string) (*sql.Stmt, error) {
	if stmt := w.stmts[query]; stmt != nil {
		return stmt, nil
	}
	stmt, err := w.conn.PrepareContext(ctx, rebind(e, query))
	if err != nil {
		return nil, fmt.Errorf("prepare %q: %w", query, err)
	}
	w.stmts[query] = stmt
	return stmt, nil
}

func (w *writer) close() error {
	if w.conn == nil {
		return nil
	}
	var all error
	for _, stmt := range w.stmts {
		all = errors.Join(all, stmt.Close())
	}
	all = errors.Join(all, w.conn.Close())
	*w = writer{}
	return all
}

// Engine says which database this is.
func (tx *Tx) Engine() Engine { return tx.d.engine }

// Query reads inside the transaction. Prefer All, One and Value.
func (tx *Tx) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	ctx = context.WithoutCancel(ctx)
	stmt, err := tx.d.writer.prepare(ctx, tx.d.engine, query)
	if err != nil {
		return nil, err
	}
	return stmt.QueryContext(ctx, plain(args)...)
}

// Exec runs a statement and returns how many rows it changed.
func (tx *Tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	ctx = context.WithoutCancel(ctx)
	stmt, err := tx.d.writer.prepare(ctx, tx.d.engine, query)
	if err != nil {
		return 0, err
	}
	result, err := stmt.ExecContext(ctx, plain(args)...)
	if err != nil {
		return 0, fmt.Errorf("exec %q: %w", firstWords(query), err)
	}
	return result.RowsAffected()
}

// Savepoint runs fn so that its failure undoes only what fn did; the
// transaction goes on. It returns fn's error.
func (tx *Tx) Savepoint(ctx context.Context, fn func() error) error {
	tx.deep++
	name := fmt.Sprintf("s%d", tx.deep)
	defer func() { tx.deep-- }()
	if _, err := tx.Exec(ctx, "SAVEPOINT "+name); err != nil {
		return err
	}
	failed := fn()
	if failed == nil {
		_, err := tx.Exec(ctx, "RELEASE SAVEPOINT "+name)
		return err
	}
	tx.memo = nil // what was remembered may have been undone
	if _, err := tx.Exec(ctx, "ROLLBACK TO SAVEPOINT "+name); err != nil {
		return errors.Join(failed, err)
	}
	if _, err := tx.Exec(ctx, "RELEASE SAVEPOINT "+name); err != nil {
		return errors.Join(failed, err)
	}
	return failed
}

// Remember keeps a value for the rest of the transaction, or until a savepoint
// is undone: what would otherwise be read again for each item of a batch.
func (tx *Tx) Remember(key, value any) {
	if tx.memo == nil {
		tx.memo = map[any]any{}
	}
	tx.memo[key] = value
}

// Remembered returns what Remember kept.
func (tx *Tx) Remembered(key any) (any, bool) {
	v, ok := tx.memo[key]
	return v, ok
}

// NewID returns an id that no row of any table has. Ids grow in the order in
// which they are made; a failed transaction may leave gaps.
func (tx *Tx) NewID(ctx context.Context) (int64, error) { return tx.Next(ctx, "id") }

// Next returns the next value of a named counter, from 1.
func (tx *Tx) Next(ctx context.Context, counter string) (int64, error) {
	if n, ok := tx.next[counter]; ok {
		tx.next[counter] = n + 1
		return n + 1, nil
	}
	// The update holds the row against other processes until the commit.
	n, err := Value[int64](ctx, tx, `INSERT INTO counter (name, value) VALUES (?, 1)
		ON CONFLICT (name) DO UPDATE SET value = counter.value + 1 RETURNING value`, counter)
	if err != nil {
		return 0, fmt.Errorf("take a number from %s: %w", counter, err)
	}
	if tx.next == nil {
		tx.next = map[string]int64{}
	}
	tx.next[counter] = n
	return n, nil
}

func (tx *Tx) keepCounters(ctx context.Context) error {
	for name, n := range tx.next {
		// Not an update: a savepoint that was undone may have taken the row away.
		if _, err := tx.Exec(ctx, `INSERT INTO counter (name, value) VALUES (?, ?)
			ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, n); err != nil {
			return err
		}
	}
	return nil
}

func firstWords(query string) string {
	words := strings.Fields(query)
	return strings.Join(words[:min(len(words), 4)], " ")
}
