//go:build !sqlite_fts5

package db

// Without the tag sqlite_fts5 the program would build and its search fail.
var _ = build_with_the_tag_sqlite_fts5
