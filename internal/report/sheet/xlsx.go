package sheet

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// writeXLSX writes one sheet with a head that stays in view and filters. Rows are
// streamed: past a few megabytes they wait in a temporary file.
func writeXLSX(w io.Writer, t Table) (err error) {
	f := excelize.NewFile()
	defer func() { err = errors.Join(err, f.Close()) }()
	name := sheetName(t.Name)
	if err := f.SetSheetName("Sheet1", name); err != nil {
		return fmt.Errorf("write a table: %w", err)
	}
	if err := fillXLSX(f, name, t); err != nil {
		return err
	}
	if err := f.Write(w); err != nil {
		return fmt.Errorf("write a table: %w", err)
	}
	return nil
}

func fillXLSX(f *excelize.File, name string, t Table) error {
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return fmt.Errorf("write a table: %w", err)
	}
	format := "dd/mm/yyyy hh:mm"
	when, err := f.NewStyle(&excelize.Style{CustomNumFmt: &format})
	if err != nil {
		return fmt.Errorf("write a table: %w", err)
	}
	out, err := f.NewStreamWriter(name)
	if err != nil {
		return fmt.Errorf("write a table: %w", err)
	}
	head := make([]any, len(t.Columns))
	for i, c := range t.Columns {
		head[i] = excelize.Cell{StyleID: bold, Value: c.Title}
		if err := out.SetColWidth(i+1, i+1, max(c.Width, 8)); err != nil {
			return fmt.Errorf("write a table: %w", err)
		}
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return fmt.Errorf("write a table: %w", err)
	}
	if err := out.SetRow("A1", head); err != nil {
		return fmt.Errorf("write a table: %w", err)
	}
	n, line := 1, make([]any, len(t.Columns))
	for row, err := range t.Rows {
		if err != nil {
			return err
		}
		n++
		for i := range line {
			line[i] = cellOf(row[i], when, t.Zone)
		}
		if err := out.SetRow(fmt.Sprintf("A%d", n), line); err != nil {
			return fmt.Errorf("write row %d: %w", n, err)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write a table: %w", err)
	}
	last, err := excelize.ColumnNumberToName(len(t.Columns))
	if err == nil {
		err = f.AutoFilter(name, fmt.Sprintf("A1:%s%d", last, n), nil)
	}
	return err
}

// maxCell is the longest text of a cell, in UTF-16 units (Excel specifications and limits).
const maxCell = 32_767

func cellOf(cell any, when int, zone *time.Location) any {
	switch v := cell.(type) {
	case time.Time:
		if v.IsZero() {
			return nil
		}
		// A spreadsheet knows no zones: the date is written as the clock on the wall shows it.
		y, m, d := v.In(zone).Date()
		h, min, s := v.In(zone).Clock()
		return excelize.Cell{StyleID: when, Value: time.Date(y, m, d, h, min, s, 0, time.UTC)}
	case string:
		if r := []rune(v); len(r) > maxCell/2 {
			return string(r[:maxCell/2])
		}
		return v
	}
	return cell
}

// sheetName keeps what Excel takes for the name of a sheet: 31 characters, none of
// []:*?/\ .
func sheetName(name string) string {
	r := []rune(strings.Trim(strings.NewReplacer("[", " ", "]", " ", ":", " ", "*", " ", "?", " ", "/", " ", `\`, " ").Replace(name), "' "))
	if len(r) == 0 {
		return "Guichet"
	}
	return string(r[:min(len(r), 31)])
}
