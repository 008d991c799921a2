package people

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"guichet/internal/fault"
)

// The most that a file may hold.
const (
	ImportBytes = 20 << 20
	ImportRows  = 50000
	columnsRead = 200 // of a row; what stands further right is not looked at
)

// Table is a CSV file as it was read.
type Table struct {
	Encoding  string // "UTF-8", "UTF-16" or "Windows-1252"
	Separator string // ";", "," or a tab
	Columns   []string
	Headed    bool // the first row names the columns; otherwise they are numbered
	Rows      []Line
}

// Line is one row and where it begins in the file, from 1.
type Line struct {
	Number int
	Cells  []string
}

// cell returns a cell as one line of text; a column that the row does not have is
// empty. The apostrophe that keeps a spreadsheet from running a text as a formula
// is taken off.
func (l Line) cell(column int) string {
	if column < 0 || column >= len(l.Cells) {
		return ""
	}
	text := tidy(l.Cells[column])
	if len(text) > 1 && text[0] == '\'' && strings.IndexByte("=+-@", text[1]) >= 0 {
		return text[1:]
	}
	return text
}

// ReadCSV reads a file as a spreadsheet or another program wrote it: encoding and
// separator are found, not asked. It fails with a fault that says what to do.
func ReadCSV(data []byte) (Table, error) {
	if len(data) > ImportBytes {
		return Table{}, fault.New(fault.Invalid, "people.import.too_big", "max", ImportBytes>>20)
	}
	var t Table
	text, err := decode(data, &t)
	if err != nil {
		return t, err
	}
	if strings.Trim(text, " \r\n"+separators) == "" {
		return t, fault.New(fault.Invalid, "people.import.no_rows")
	}
	if rest, ok := cutSep(text); ok {
		t.Separator, text = text[4:5], rest
	} else {
		t.Separator = separatorOf(text)
	}
	r := reader{text: text, sep: t.Separator[0], line: 1}
	for {
		line, ok, err := r.next()
		if err != nil {
			return t, err
		}
		if !ok {
			break
		}
		if len(t.Rows) > ImportRows {
			return t, fault.New(fault.Invalid, "people.import.too_many", "max", ImportRows)
		}
		t.Rows = append(t.Rows, line)
	}
	if len(t.Rows) == 0 {
		return t, fault.New(fault.Invalid, "people.import.no_rows")
	}
	t.head()
	return t, nil
}

// decode gives the file's text. What is not valid UTF-8 is Windows-1252, which is
// what French spreadsheets write and in which no byte is wrong.
func decode(data []byte, t *Table) (string, error) {
	for _, magic := range []string{"PK\x03\x04", "\xd0\xcf\x11\xe0"} {
		if bytes.HasPrefix(data, []byte(magic)) {
			return "", fault.New(fault.Invalid, "people.import.spreadsheet")
		}
	}
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		t.Encoding = "UTF-16"
		out, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Bytes(data)
		if err != nil {
			return "", fault.Wrap(err, fault.Invalid, "people.import.binary")
		}
		return string(out), nil
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if bytes.IndexByte(data, 0) >= 0 {
		return "", fault.New(fault.Invalid, "people.import.binary")
	}
	if utf8.Valid(data) {
		t.Encoding = "UTF-8"
		return string(data), nil
	}
	t.Encoding = "Windows-1252"
	out, err := charmap.Windows1252.NewDecoder().Bytes(data)
	if err != nil {
		return "", fault.Wrap(err, fault.Invalid, "people.import.binary")
	}
	return string(out), nil
}

// cutSep takes off the line "sep=;" with which Excel is told the separator.
func cutSep(text string) (rest string, ok bool) {
	if len(text) < 5 || !strings.EqualFold(text[:4], "sep=") || strings.IndexByte(separators, text[4]) < 0 {
		return text, false
	}
	rest = strings.TrimLeft(text[5:], " \"")
	if rest != "" && rest[0] != '\r' && rest[0] != '\n' {
		return text, false
	}
	return rest, true
}

const separators = ";\t,"

// separatorOf finds the separator that cuts most of the first rows into as many
// cells as the first one.
func separatorOf(text string) string {
	best, most := ",", 0
	for i := range len(separators) {
		r := reader{text: text, sep: separators[i], line: 1}
		width, same := 0, 0
		for range 20 {
			line, ok, err := r.next()
			if !ok || err != nil {
				break
			}
			if width == 0 {
				width = len(line.Cells)
			}
			if len(line.Cells) == width {
				same++
			}
		}
		if score := same*1000 + min(width, 999); width > 1 && score > most {
			best, most = separators[i:i+1], score
		}
	}
	return best
}

// reader cuts a text into rows (RFC 4180, and what programs write instead: lone
// carriage returns, quotes inside bare cells).
type reader struct {
	text string
	sep  byte
	line int // of the text's beginning
}

// next returns the next row that is not blank; ok is false at the end.
func (r *reader) next() (l Line, ok bool, err error) {
	for r.text != "" {
		l = Line{Number: r.line}
		for more := true; more; {
			var cell string
			if cell, more, err = r.cell(); err != nil {
				return l, false, err
			}
			if len(l.Cells) < columnsRead {
				l.Cells = append(l.Cells, cell)
			}
		}
		for _, c := range l.Cells {
			if strings.TrimSpace(c) != "" {
				return l, true, nil
			}
		}
	}
	return Line{}, false, nil
}

// cell cuts one cell off; more says that the row goes on.
func (r *reader) cell() (cell string, more bool, err error) {
	if strings.HasPrefix(r.text, `"`) {
		if cell, err = r.quoted(); err != nil {
			return "", false, err
		}
	}
	end := strings.IndexAny(r.text, string(r.sep)+"\r\n")
	if end < 0 {
		end = len(r.text)
	}
	cell += r.text[:end]
	r.text = r.text[end:]
	if r.text == "" {
		return cell, false, nil
	}
	if r.text[0] == r.sep {
		r.text = r.text[1:]
		return cell, true, nil
	}
	if strings.HasPrefix(r.text, "\r\n") {
		r.text = r.text[1:]
	}
	r.text = r.text[1:]
	r.line++
	return cell, false, nil
}

// quoted cuts a cell in quotes off, in which two quotes are one.
func (r *reader) quoted() (string, error) {
	var b strings.Builder
	rest, lines := r.text[1:], 0
	for {
		end := strings.IndexByte(rest, '"')
		if end < 0 {
			return "", fault.New(fault.Invalid, "people.import.quote", "line", r.line)
		}
		b.WriteString(rest[:end])
		lines += newlines(rest[:end])
		rest = rest[end+1:]
		if !strings.HasPrefix(rest, `"`) {
			break
		}
		b.WriteByte('"')
		rest = rest[1:]
	}
	r.text = rest
	r.line += lines
	return b.String(), nil
}

func newlines(s string) int {
	return strings.Count(s, "\n") + strings.Count(s, "\r") - strings.Count(s, "\r\n")
}
