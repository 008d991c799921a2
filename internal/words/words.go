// Package words holds every sentence that a person reads, in French and
// English: one catalogue for the program, its mails and its front end.
//
// A text may hold {name} for an argument, and a plural as
// {n|no ticket|one ticket|{n} tickets}: the forms for 0, 1 and more (in French
// 0 and 1 take the singular unless three forms are given; two forms are
// singular and plural).
package words

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"
)

//go:embed fr/*.json en/*.json
var files embed.FS

// Language is a language of the interface, of mails and of reports.
type Language string

// The languages that every sentence exists in.
const (
	French  Language = "fr"
	English Language = "en"
)

// Languages lists them; the first is the team's default.
var Languages = []Language{French, English}

// Parse returns the language that a tag such as "fr-FR" or "en" begins with,
// French where it is neither.
func Parse(tag string) Language {
	if strings.HasPrefix(strings.ToLower(tag), "en") {
		return English
	}
	return French
}

// Catalogue returns every sentence of a language by its key.
func Catalogue(l Language) (map[string]string, error) {
	names, err := fs.Glob(files, string(l)+"/*.json")
	if err != nil {
		return nil, err
	}
	all := map[string]string{}
	for _, name := range names {
		body, err := files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		var area map[string]string
		if err := json.Unmarshal(body, &area); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for key, text := range area {
			if _, twice := all[key]; twice {
				return nil, fmt.Errorf("%s: %s stands in two files", path.Base(name), key)
			}
			all[key] = text
		}
	}
	return all, nil
}

var catalogues = sync.OnceValue(func() map[Language]map[string]string {
	all := map[Language]map[string]string{}
	for _, l := range Languages {
		c, err := Catalogue(l)
		if err != nil {
			panic(err) // the embedded files are checked by a test
		}
		all[l] = c
	}
	return all
})

// Say returns the sentence for key in a language, filled with args (pairs of
// name and value). A key that nobody wrote comes back as it is: a test keeps
// that from happening.
func Say(l Language, key string, args ...any) string {
	values := map[string]any{}
	for i := 0; i+1 < len(args); i += 2 {
		values[fmt.Sprint(args[i])] = args[i+1]
	}
	return SayMap(l, key, values)
}

// SayMap is Say with the arguments in a map.
func SayMap(l Language, key string, args map[string]any) string {
	text, ok := catalogues()[l][key]
	if !ok {
		return key
	}
	return fill(l, text, args)
}

// fill replaces {name} and {n|form|form} in text.
func fill(l Language, text string, args map[string]any) string {
	var b strings.Builder
	for {
		start := strings.IndexByte(text, '{')
		if start < 0 {
			b.WriteString(text)
			return b.String()
		}
		end := closing(text, start)
		if end < 0 {
			b.WriteString(text)
			return b.String()
		}
		b.WriteString(text[:start])
		b.WriteString(hole(l, text[start+1:end], args))
		text = text[end+1:]
	}
}

// closing finds the brace that closes the one at start.
func closing(text string, start int) int {
	depth := 0
	for i := start; i < len(text); i++ {
		switch text[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

func hole(l Language, inside string, args map[string]any) string {
	name, forms, plural := strings.Cut(inside, "|")
	value, known := args[name]
	if !known {
		return "{" + inside + "}"
	}
	if !plural {
		return show(l, value)
	}
	choices := splitForms(forms)
	return fill(l, choices[pick(l, value, len(choices))], args)
}

// splitForms cuts at the bars that stand outside inner braces.
func splitForms(forms string) []string {
	var out []string
	depth, from := 0, 0
	for i, r := range forms {
		switch r {
		case '{':
			depth++
		case '}':
			depth--
		case '|':
			if depth == 0 {
				out = append(out, forms[from:i])
				from = i + 1
			}
		}
	}
	return append(out, forms[from:])
}

// pick chooses the form: with three, 0 / 1 / more; with two, singular and
// plural (CLDR: French says 0 in the singular, English in the plural).
func pick(l Language, value any, forms int) int {
	n, err := strconv.ParseInt(fmt.Sprint(value), 10, 64)
	if err != nil {
		return forms - 1
	}
	switch {
	case forms == 3 && n == 0:
		return 0
	case forms == 3 && n == 1:
		return 1
	case forms == 3:
		return 2
	case n == 1, n == 0 && l == French:
		return 0
	}
	return forms - 1
}

func show(l Language, value any) string {
	switch v := value.(type) {
	case string:
		return v
	case time.Time:
		return Time(l, v)
	case int:
		return Number(l, int64(v))
	case int64:
		return Number(l, v)
	}
	return fmt.Sprint(value)
}

// Number writes a whole number with the language's thousands mark (a narrow
// no-break space in French, from 10 000 on as French typography does for
// four-digit numbers; a comma in English).
func Number(l Language, n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	mark := ","
	if l == French {
		mark = "\u202f"
	}
	if len(digits) <= 4 && (l == French || len(digits) < 4) {
		return sign + digits
	}
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(mark)
		}
		b.WriteRune(d)
	}
	return sign + b.String()
}

// Time writes an instant in t's own zone: "23/11/2026 14:05" in French,
// "23 Nov 2026 14:05" in English.
func Time(l Language, t time.Time) string {
	if l == French {
		return t.Format("02/01/2006 15:04")
	}
	return t.Format("2 Jan 2006 15:04")
}
