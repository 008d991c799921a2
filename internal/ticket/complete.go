package ticket

import (
	"slices"
	"strings"

	"guichet/internal/db"
	"guichet/internal/words"
)

// maxCompletions is how many are offered.
const maxCompletions = 12

// Complete says what the last word of a search line can become, in the reader's
// language: the names of fields that begin so, or, after a colon, the values. names
// are what a client: or a requester: of these beginnings can be; it may be nil.
func Complete(word string, lang words.Language, who Asker, names func(field, start string) ([]string, error)) ([]string, error) {
	bare := strings.TrimLeft(word, "-!")
	sign := word[:len(word)-len(bare)]
	name, value, isField := strings.Cut(bare, ":")
	if !isField {
		return fieldNames(sign, db.Fold(bare), lang), nil
	}
	f, known := fieldByName(db.Fold(name))
	if !known {
		return nil, nil
	}
	said, typed, several := "", value, strings.LastIndexByte(value, ',')
	if several >= 0 {
		said, typed = value[:several+1], value[several+1:]
	}
	typed = strings.Trim(typed, `"“”«» `)
	values := f.inLanguage(lang)
	switch f.name {
	case "assignee":
		for _, m := range who.Team {
			values = append(values, m.Name)
		}
	case "category":
		for _, c := range who.Categories {
			values = append(values, c.Names[0])
		}
	case "client", "requester", "asset":
		if names == nil || typed == "" {
			break
		}
		more, err := names(f.name, typed)
		if err != nil {
			return nil, err
		}
		values = append(values, more...)
	}
	var out []string
	for _, v := range values {
		if strings.HasPrefix(db.Fold(v), db.Fold(typed)) && len(out) < maxCompletions {
			out = append(out, sign+name+":"+said+quoted(v))
		}
	}
	return out, nil
}

func fieldNames(sign, start string, lang words.Language) (out []string) {
	if start == "" {
		return nil
	}
	for _, f := range askable {
		begins := func(name string) bool { return strings.HasPrefix(db.Fold(name), start) }
		if begins(f.name) || slices.ContainsFunc(f.also, begins) {
			out = append(out, sign+f.called(lang)+":")
		}
	}
	return out
}

func (f field) called(lang words.Language) string {
	if lang == words.French {
		return f.also[0]
	}
	return f.name
}

func (f field) inLanguage(lang words.Language) (out []string) {
	for i := 0; i+1 < len(f.values); i += 2 {
		out = append(out, f.values[i+map[words.Language]int{words.French: 1}[lang]])
	}
	return out
}

// quoted writes a value so that tokens takes it for one.
func quoted(value string) string {
	value = strings.NewReplacer(`"`, "", "“", "", "”", "", "«", "", "»", "", ",", " ").Replace(value)
	if strings.ContainsAny(value, " \t\u00a0\u202f") {
		return `"` + value + `"`
	}
	return value
}
