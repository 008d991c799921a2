// Package sheet writes tables for spreadsheets: CSV as a French Excel opens it, and
// XLSX. What stands in a cell came from outside and stays text: no cell is ever a
// formula.
package sheet

import (
	"io"
	"iter"
	"strings"
	"time"

	"golang.org/x/text/width"
)

// Table is what is written, row by row: a table may be larger than memory.
type Table struct {
	Name    string // of the sheet
	Columns []Column
	// Rows gives the cells of each row: string, int64, time.Time (zero: empty) or nil.
	// An error ends the writing.
	Rows iter.Seq2[[]any, error]
	Zone *time.Location // in which times are written
}

// Column is the head of a column and, for XLSX, its width in characters.
type Column struct {
	Title string
	Width float64
}

// Format is a kind of file.
type Format string

// The formats, by the ending of their names.
const (
	CSV  Format = "csv"
	XLSX Format = "xlsx"
)

// Write writes a table in a format.
func Write(w io.Writer, f Format, t Table) error {
	if f == XLSX {
		return writeXLSX(w, t)
	}
	return writeCSV(w, t)
}

// dateTime is how a time stands in a table.
const dateTime = "02/01/2006 15:04"

// active says whether a spreadsheet would take a text for a formula (OWASP, CSV
// injection): by its first character, blanks before it and full-width forms included.
// A number with a sign is none.
func active(text string) bool {
	plain := strings.TrimLeft(width.Narrow.String(text), " \u00a0\u202f")
	if strings.HasPrefix(text, "\t") || strings.HasPrefix(text, "\r") || strings.HasPrefix(text, "\n") {
		return true
	}
	return plain != "" && strings.ContainsRune("=+-@", rune(plain[0])) && !number(plain)
}

// number says whether a text is a figure or a telephone number: sign, digits, and
// what separates them.
func number(text string) bool {
	digits := strings.TrimLeft(text, "+-")
	return len(text)-len(digits) <= 1 && strings.Trim(digits, "0123456789.,() \u00a0\u202f-/") == "" && strings.ContainsAny(digits, "0123456789")
}
