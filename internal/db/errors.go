package db

import (
	"database/sql"
	"database/sql/driver"
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/mattn/go-sqlite3"
)

// ErrNone is returned by One and Value when no row matches.
var ErrNone = sql.ErrNoRows

// ErrNewer refuses a database that a later version of the program wrote.
var ErrNewer = errors.New("the database was written by a newer version")

// ErrDamaged refuses a SQLite file that fails its integrity check.
var ErrDamaged = errors.New("the database file is damaged")

// IsUnique says whether err is the refusal of a second row with the same key.
func IsUnique(err error) bool {
	var s sqlite3.Error
	if errors.As(err, &s) {
		return s.ExtendedCode == sqlite3.ErrConstraintUnique || s.ExtendedCode == sqlite3.ErrConstraintPrimaryKey
	}
	var p *pgconn.PgError
	return errors.As(err, &p) && p.Code == "23505"
}

// IsFull says whether err means that the disk has no room left.
func IsFull(err error) bool {
	var s sqlite3.Error
	if errors.As(err, &s) {
		return s.Code == sqlite3.ErrFull
	}
	var p *pgconn.PgError
	return errors.As(err, &p) && p.Code == "53100"
}

// IsGone says whether err means that the database can't be reached or read at
// all, whatever the statement.
func IsGone(err error) bool {
	var s sqlite3.Error
	if errors.As(err, &s) {
		return s.Code == sqlite3.ErrIoErr || s.Code == sqlite3.ErrCorrupt || s.Code == sqlite3.ErrReadonly || s.Code == sqlite3.ErrBusy
	}
	var p *pgconn.PgError
	return errors.Is(err, driver.ErrBadConn) || errors.As(err, &p) && p.Code[:2] == "08"
}

// retriable says whether a PostgreSQL transaction lost a race and may be run
// again from its start (serialization failure, deadlock).
func retriable(err error) bool {
	var p *pgconn.PgError
	return errors.As(err, &p) && (p.Code == "40001" || p.Code == "40P01")
}
