package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Querier is what a function that only reads takes: the DB itself (each query
// sees the last commit), a View (all see the same), or a Tx (sees its own
// writes).
type Querier interface {
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	Engine() Engine
}

// Query runs a read on the pool. Prefer All, One and Value.
func (d *DB) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	stmt, err := d.reads.get(ctx, d.engine, query)
	if err != nil {
		return nil, err
	}
	return stmt.QueryContext(ctx, plain(args)...)
}

// view is one read transaction.
type view struct {
	d  *DB
	tx *sql.Tx
}

func (v view) Engine() Engine { return v.d.engine }

func (v view) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	stmt, err := v.d.reads.get(ctx, v.d.engine, query)
	if err != nil {
		return nil, err
	}
	return v.tx.StmtContext(ctx, stmt).QueryContext(ctx, plain(args)...)
}

// View runs fn on one snapshot: all its reads see the same commit. fn must not
// open another: each holds a connection to its end.
func (d *DB) View(ctx context.Context, fn func(q Querier) error) error {
	select {
	case d.views <- struct{}{}:
	case <-ctx.Done():
		return fmt.Errorf("wait to read: %w", context.Cause(ctx))
	}
	defer func() { <-d.views }()
	level := sql.LevelDefault
	if d.engine == Postgres {
		level = sql.LevelRepeatableRead
	}
	tx, err := d.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: d.engine == Postgres, Isolation: level})
	if err != nil {
		return fmt.Errorf("begin a read: %w", err)
	}
	err = fn(view{d, tx})
	if end := tx.Rollback(); end != nil && !errors.Is(end, sql.ErrTxDone) {
		err = errors.Join(err, end)
	}
	return err
}

// All returns every row of a query. fields gives the addresses that a row's
// columns are read into; it is called once. A NULL reads as the zero value; a
// *time.Time reads BIGINT milliseconds, as UTC.
func All[T any](ctx context.Context, q Querier, fields func(*T) []any, query string, args ...any) ([]T, error) {
	rows, err := q.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("query: %w", err)
	}
	defer rows.Close()
	var out []T
	var row, zero T
	into := targets(fields(&row))
	for rows.Next() {
		row = zero
		if err := rows.Scan(into...); err != nil {
			return nil, fmt.Errorf("read a row: %w", err)
		}
		out = append(out, row)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read rows: %w", err)
	}
	return out, nil
}

// One returns the first row of a query, or ErrNone.
func One[T any](ctx context.Context, q Querier, fields func(*T) []any, query string, args ...any) (T, error) {
	var row T
	rows, err := q.Query(ctx, query, args...)
	if err != nil {
		return row, fmt.Errorf("query: %w", err)
	}
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return row, fmt.Errorf("read a row: %w", err)
		}
		return row, ErrNone
	}
	if err := rows.Scan(targets(fields(&row))...); err != nil {
		return row, fmt.Errorf("read a row: %w", err)
	}
	return row, rows.Err()
}

// Value returns the one column of the first row of a query, or ErrNone.
func Value[T any](ctx context.Context, q Querier, query string, args ...any) (T, error) {
	return One(ctx, q, func(v *T) []any { return []any{v} }, query, args...)
}

// Values returns the one column of every row of a query.
func Values[T any](ctx context.Context, q Querier, query string, args ...any) ([]T, error) {
	return All(ctx, q, func(v *T) []any { return []any{v} }, query, args...)
}

// In returns "(?, ?, …)" with n places, for a list of arguments. Lists are kept
// short by their callers (a page), since each length is a statement of its own.
func In(n int) string { return "(" + strings.TrimSuffix(strings.Repeat("?, ", n), ", ") + ")" }

// Null returns nil for a zero id, which stores NULL.
func Null(id int64) any {
	if id == 0 {
		return nil
	}
	return id
}

// Millis gives the stored form of an instant; a zero time is nil (NULL).
func Millis(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMilli()
}

// plain turns arguments into what both drivers store alike.
func plain(args []any) []any {
	for i, a := range args {
		switch v := a.(type) {
		case bool:
			args[i] = int64(0)
			if v {
				args[i] = int64(1)
			}
		case time.Time:
			args[i] = Millis(v)
		case int:
			args[i] = int64(v)
		}
	}
	return args
}

// targets lets the common kinds take a NULL, and times their milliseconds.
func targets(fields []any) []any {
	for i, f := range fields {
		switch p := f.(type) {
		case *int64:
			fields[i] = nullInt{p}
		case *int:
			fields[i] = nullSmall{p}
		case *string:
			fields[i] = nullText{p}
		case *time.Time:
			fields[i] = instant{p}
		case *bool:
			fields[i] = flag{p}
		}
	}
	return fields
}

type (
	nullInt   struct{ p *int64 }
	nullSmall struct{ p *int }
	nullText  struct{ p *string }
	instant   struct{ p *time.Time }
	flag      struct{ p *bool }
)

func whole(v any) (int64, error) {
	switch n := v.(type) {
	case nil:
		return 0, nil
	case int64:
		return n, nil
	case string: // PostgreSQL's numeric sums
		return strconv.ParseInt(n, 10, 64)
	case float64:
		return int64(n), nil
	}
	return 0, fmt.Errorf("a %T where a whole number belongs", v)
}

func (s nullInt) Scan(v any) (err error) { *s.p, err = whole(v); return err }

func (s nullSmall) Scan(v any) error {
	n, err := whole(v)
	*s.p = int(n)
	return err
}

func (s nullText) Scan(v any) error {
	switch t := v.(type) {
	case nil:
		*s.p = ""
	case string:
		*s.p = t
	case []byte:
		*s.p = string(t)
	default:
		return fmt.Errorf("a %T where text belongs", v)
	}
	return nil
}

func (s instant) Scan(v any) error {
	n, err := whole(v)
	*s.p = time.Time{}
	if v != nil && err == nil {
		*s.p = time.UnixMilli(n).UTC()
	}
	return err
}

func (s flag) Scan(v any) error {
	n, err := whole(v)
	*s.p = n != 0
	return err
}

// stmts keeps the prepared form of the statements of one pool. Their texts are
// constants of the rooms (and lists up to a page), so the number is bounded.
type stmts struct {
	db *sql.DB
	mu sync.RWMutex
	of map[string]*sql.Stmt
}

func (s *stmts) get(ctx context.Context, e Engine, query string) (*sql.Stmt, error) {
	s.mu.RLock()
	stmt := s.of[query]
	s.mu.RUnlock()
	if stmt != nil {
		return stmt, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if stmt := s.of[query]; stmt != nil {
		return stmt, nil
	}
	stmt, err := s.db.PrepareContext(ctx, rebind(e, query))
	if err != nil {
		return nil, fmt.Errorf("prepare %q: %w", query, err)
	}
	if s.of == nil {
		s.of = map[string]*sql.Stmt{}
	}
	s.of[query] = stmt
	return stmt, nil
}

func (s *stmts) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all error
	for _, stmt := range s.of {
		all = errors.Join(all, stmt.Close())
	}
	s.of = nil
	return all
}

// rebind numbers the placeholders for PostgreSQL. No statement of ours holds a
// question mark in a literal: values are always arguments.
//
// For SQLite it writes them as +?, which is the same value and hides from the planner
// that it is an argument. Else SQLite (3.54) marks a statement with "column = ?" or
// "LIMIT ?" to be planned anew where the argument changes, and the driver clears the
// arguments after each run: most reads were compiled again each time (50 µs).
func rebind(e Engine, query string) string {
	if e != Postgres {
		return strings.ReplaceAll(query, "?", "+?")
	}
	var b strings.Builder
	n := 0
	for _, r := range query {
		if r == '?' {
			n++
			b.WriteByte('$')
			b.WriteString(strconv.Itoa(n))
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}
