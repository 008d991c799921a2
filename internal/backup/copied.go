package backup

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"path/filepath"

	"guichet/internal/db"
)

// copied is a database in a backup, read without changing a byte of it: db.Open
// would migrate it, and make files beside it.
type copied struct{ *sql.DB }

func openCopy(path string) (copied, error) {
	address := "file:" + (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath() + "?mode=ro&immutable=1"
	c, err := sql.Open("sqlite3", address)
	if err != nil {
		return copied{}, fmt.Errorf("open the copy: %w", err)
	}
	c.SetMaxOpenConns(2) // a list being read and a content of it
	return copied{c}, nil
}

// Engine says that it is SQLite: only SQLite is copied here.
func (c copied) Engine() db.Engine { return db.SQLite }

// Query reads the copy; it makes a copy a db.Querier.
func (c copied) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return c.QueryContext(ctx, query, args...)
}

// content is a large content that a database names.
type content struct {
	hash string
	size int64
}

// large returns up to limit large contents after a hash, in order.
func large(ctx context.Context, q db.Querier, after string, limit int) ([]content, error) {
	return db.All(ctx, q, func(c *content) []any { return []any{&c.hash, &c.size} },
		"SELECT hash, size FROM blob WHERE data IS NULL AND size > 0 AND hash > ? ORDER BY hash LIMIT ?", after, limit)
}

// eachLarge runs do on every large content that a database names.
func eachLarge(ctx context.Context, q db.Querier, do func(c content) error) error {
	const page = 1000
	for after := ""; ; {
		list, err := large(ctx, q, after, page)
		if err != nil {
			return err
		}
		for _, c := range list {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := do(c); err != nil {
				return err
			}
			after = c.hash
		}
		if len(list) < page {
			return nil
		}
	}
}
