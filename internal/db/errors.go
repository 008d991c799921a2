package db

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"slices"

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
// all, or not now, whatever the statement.
func IsGone(err error) bool {
	var s sqlite3.Error
	if errors.As(err, &s) {
		return slices.Contains(gone, s.Code)
	}
	var unreached *pgconn.ConnectError
	if errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) || errors.As(err, &unreached) {
		return true
	}
	// Classes of PostgreSQL (appendix A): connection, resources, operator's orders.
	var p *pgconn.PgError
	return errors.As(err, &p) && len(p.Code) == 5 && slices.Contains([]string{"08", "53", "57"}, p.Code[:2])
}

var gone = []sqlite3.ErrNo{sqlite3.ErrIoErr, sqlite3.ErrCorrupt, sqlite3.ErrReadonly, sqlite3.ErrBusy, sqlite3.ErrNomem, sqlite3.ErrCantOpen}

// retriable says whether a PostgreSQL transaction lost a race and may be run
// again from its start (serialization failure, deadlock).
func retriable(err error) bool {
	var p *pgconn.PgError
	return errors.As(err, &p) && (p.Code == "40001" || p.Code == "40P01")
}
