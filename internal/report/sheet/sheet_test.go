package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

func rows(all ...[]any) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for _, r := range all {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func written(t *testing.T, f Format, table Table) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, f, table); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

var paris = func() *time.Location {
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		panic(err)
	}
	return zone
}()

func table(r ...[]any) Table {
	return Table{Name: "Tickets : à faire", Columns: []Column{{"Numéro", 8}, {"Objet", 40}, {"Signalé", 16}}, Rows: rows(r...), Zone: paris}
}

func TestCSVIsWhatAFrenchExcelOpens(t *testing.T) {
	at := time.Date(2026, 7, 1, 22, 30, 0, 0, time.UTC)
	got := string(written(t, CSV, table([]any{int64(12), "Écran \"noir\"; et\nplus", at}, []any{int64(13), nil, time.Time{}})))
	want := "\ufeffNuméro;Objet;Signalé\r\n12;\"Écran \"\"noir\"\"; et\r\nplus\";02/07/2026 00:30\r\n13;;\r\n"
	if got != want {
		t.Errorf("%q\nwant\n%q", got, want)
	}
}

func TestXLSXIsReadBack(t *testing.T) {
	at := time.Date(2026, 7, 1, 22, 30, 0, 0, time.UTC)
	b := written(t, XLSX, table([]any{int64(12), "=1+1", at}, []any{int64(-3), "deux\x00\x0blignes\n😀", nil}))
	f, err := excelize.OpenReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	sheet := "Tickets   à faire"
	for cell, want := range map[string]string{"A1": "Numéro", "A2": "12", "B2": "=1+1", "C2": "02/07/2026 00:30", "A3": "-3"} {
		if got, err := f.GetCellValue(sheet, cell); err != nil || got != want {
			t.Errorf("%s is %q (%v), want %q", cell, got, err, want)
		}
	}
	if formula, err := f.GetCellFormula(sheet, "B2"); err != nil || formula != "" {
		t.Errorf("a text became the formula %q (%v)", formula, err)
	}
	if kind, err := f.GetCellType(sheet, "C2"); err != nil || kind == excelize.CellTypeSharedString || kind == excelize.CellTypeInlineString {
		t.Errorf("a date is stored as text (%v, %v)", kind, err)
	}
}

// FAULTS I5: nothing that a stranger writes in a subject is a formula in the table.
func TestNoTextIsAFormula(t *testing.T) {
	var texts []string
	for _, start := range []string{"=", "+", "-", "@", "\t=", "\r=", "\n=", "＝", "＋", "－", "＠", " =", "\u00a0=", "+-"} {
		for _, rest := range []string{"cmd|' /C calc'!A0", "HYPERLINK(\"http://x.example\")", "1+1", "SUM(A1:A9)", "DDE(\"x\")"} {
			texts = append(texts, start+rest)
		}
	}
	var all [][]any
	for i, text := range texts {
		all = append(all, []any{int64(i), text, nil})
	}
	b := written(t, CSV, table(all...))
	lines, err := readCSV(b)
	if err != nil || len(lines) != len(texts)+1 || len(texts) < 60 {
		t.Fatal(len(lines), err)
	}
	for i, line := range lines[1:] {
		if !strings.HasPrefix(line[1], "'") {
			t.Errorf("%q is written %q", texts[i], line[1])
		}
	}
}

func TestNumbersStayNumbers(t *testing.T) {
	texts := []string{"-12", "+33 2 97 00 00 00", "-1,5", "-0.5", "+33(0)297", "- 4", "12", "-3 000,00", "+1-202-555-0100", "Écran", "a=b", "", "2026-11-23", "-12/34"}
	var all [][]any
	for _, text := range texts {
		all = append(all, []any{int64(0), text, nil})
	}
	lines, err := readCSV(written(t, CSV, table(all...)))
	if err != nil {
		t.Fatal(err)
	}
	for i, text := range texts {
		if lines[i+1][1] != text {
			t.Errorf("%q is written %q", text, lines[i+1][1])
		}
	}
}

func readCSV(b []byte) ([][]string, error) {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b, []byte("\ufeff"))))
	r.Comma = ';'
	return r.ReadAll()
}

func TestAnErrorOfTheRowsEndsTheTable(t *testing.T) {
	broken := errors.New("the disk")
	for _, f := range []Format{CSV, XLSX} {
		table := table()
		table.Rows = func(yield func([]any, error) bool) {
			if yield([]any{int64(1), "a", nil}, nil) {
				yield(nil, broken)
			}
		}
		var b bytes.Buffer
		if err := Write(&b, f, table); !errors.Is(err, broken) {
			t.Errorf("%s: %v", f, err)
		}
	}
}

func TestNamesOfSheets(t *testing.T) {
	for name, want := range map[string]string{"": "Guichet", "'a'": "a", "[x]:*?/\\": "x", strings.Repeat("é", 40): strings.Repeat("é", 31)} {
		if got := sheetName(name); got != want {
			t.Errorf("%q becomes %q", name, got)
		}
	}
}

// Ten thousand rows fit, the longest text too.
func TestManyRows(t *testing.T) {
	long := strings.Repeat("é", 40_000)
	table := table()
	table.Rows = func(yield func([]any, error) bool) {
		for i := range 10_000 {
			if !yield([]any{int64(i), fmt.Sprint("Ticket ", i, map[bool]string{true: long}[i == 7]), time.Unix(0, 0)}, nil) {
				return
			}
		}
	}
	f, err := excelize.OpenReader(bytes.NewReader(written(t, XLSX, table)))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := f.GetCellValue("Tickets   à faire", "B10001"); err != nil || got != "Ticket 9999" {
		t.Errorf("%q, %v", got, err)
	}
}
