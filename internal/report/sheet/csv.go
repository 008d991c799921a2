package sheet

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"time"
)

// writeCSV writes what a French Excel opens by a double click: a mark for UTF-8,
// semicolons, lines ended as on Windows.
func writeCSV(w io.Writer, t Table) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return fmt.Errorf("write a table: %w", err)
	}
	out := csv.NewWriter(w)
	out.Comma, out.UseCRLF = ';', true
	line := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		line[i] = guarded(c.Title)
	}
	if err := out.Write(line); err != nil {
		return fmt.Errorf("write a table: %w", err)
	}
	for row, err := range t.Rows {
		if err != nil {
			return err
		}
		for i := range line {
			line[i] = plain(row[i], t.Zone)
		}
		if err := out.Write(line); err != nil {
			return fmt.Errorf("write a table: %w", err)
		}
	}
	out.Flush()
	return out.Error()
}

func plain(cell any, zone *time.Location) string {
	switch v := cell.(type) {
	case string:
		return guarded(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case time.Time:
		if !v.IsZero() {
			return v.In(zone).Format(dateTime)
		}
	}
	return ""
}

// guarded puts an apostrophe before what would be a formula.
func guarded(text string) string {
	if active(text) {
		return "'" + text
	}
	return text
}
