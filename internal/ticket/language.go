package ticket

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"guichet/internal/db"
)

// Asker is for whom a line is read: the same words mean other tickets for
// another agent, on another day, in another zone.
type Asker struct {
	Agent int64
	Zone  *time.Location // in which a day begins
	Team  []Member

	Categories []Named
}

// Named is a category with its names and those of the ones above it.
type Named struct {
	ID    int64
	Names []string
}

// Member is an agent as a line names them.
type Member struct {
	ID   int64
	Name string
}

// Term is one condition of a line: a field and the values of which one must
// hold, or with Not none.
type Term struct {
	Field string // in English, whatever was typed
	Text  string // the values as typed
	Not   bool
	tests []test
}

// test is one value of a term, for a statement and for a ticket at hand: both say
// the same.
type test struct {
	sql    string                                  // true or false, never NULL
	args   func(now time.Time) []any               // nil: none
	holds  func(f *Facts, now time.Time) bool      // nil: only a statement can say
	turns  func(f *Facts, now time.Time) time.Time // when holds may change by itself; nil or zero: never
	mine   bool                                    // means another agent for each asker
	column string                                  // the one that sql speaks of: equals value, or is not before since
	value  any
	since  func(now time.Time) time.Time // where sql says that a column is not before this; nil elsewhere
}

// ParseSearch reads a line of the search field or of a view. A field is a name,
// a colon and values with commas between them: status:open,new. Names and values
// are taken in French and in English, without regard to case and accents; a minus
// before a field turns it round. #12 is a ticket's number. What is none of this
// is words. A field with a value that it does not know comes back in unknown.
func ParseSearch(line string, who Asker) (s Search, unknown []string) {
	for _, token := range tokens(line) {
		name, value, isField := strings.Cut(token, ":")
		bare := strings.TrimLeft(name, "-!")
		not := len(name)-len(bare) == 1
		f, known := fieldByName(db.Fold(bare))
		switch {
		case isField && known && value != "" && len(name)-len(bare) <= 1:
			term, ok := f.term(value, not, who)
			if !ok {
				unknown = append(unknown, token)
				continue
			}
			s.Terms = append(s.Terms, term)
		case isField && value != "" && slices.Contains([]string{"from", "de"}, db.Fold(name)):
			s.From = append(s.From, strings.FieldsFunc(db.Fold(value), notWord)...)
		default:
			if n, ok := number(token); ok {
				s.Terms = append(s.Terms, Term{Field: "number", Text: token, tests: []test{equal("t.number", n, func(f *Facts) int64 { return f.Number })}})
				continue
			}
			s.Words = append(s.Words, strings.FieldsFunc(db.Fold(token), notWord)...)
		}
	}
	return s, unknown
}

// tokens cuts a line at spaces outside quotation marks, which it drops.
func tokens(line string) []string {
	var out []string
	var b strings.Builder
	quoted := false
	end := func() {
		if b.Len() > 0 {
			out = append(out, b.String())
			b.Reset()
		}
	}
	for _, r := range line {
		switch {
		case strings.ContainsRune("\"“”«»", r):
			quoted = !quoted
		case unicode.IsSpace(r) && !quoted:
			end()
		default:
			b.WriteRune(r)
		}
	}
	end()
	return out
}

func number(token string) (int64, bool) {
	digits, ok := strings.CutPrefix(token, "#")
	if !ok || digits == "" || len(digits) > 15 {
		return 0, false
	}
	var n int64
	for _, r := range digits {
		if r < '0' || r > '9' {
			return 0, false
		}
		n = n*10 + int64(r-'0')
	}
	return n, true
}

// maxValues bounds a term: each value is a condition of the statement.
const maxValues = 60

func (f field) term(values string, not bool, who Asker) (Term, bool) {
	t := Term{Field: f.name, Text: values, Not: not}
	for v := range strings.SplitSeq(values, ",") {
		if v == "" {
			continue
		}
		tests, ok := f.read(strings.TrimSpace(db.Fold(v)), who)
		if !ok || len(t.tests)+len(tests) > maxValues {
			return t, false
		}
		t.tests = append(t.tests, tests...)
	}
	return t, len(t.tests) > 0
}

// where gives a term as a condition of a statement, with its arguments.
func (t Term) where(now time.Time) (string, []any) {
	var some []string
	var args []any
	for _, x := range t.tests {
		some = append(some, x.sql)
		if x.args != nil {
			args = append(args, x.args(now)...)
		}
	}
	sql := some[0]
	if len(some) > 1 {
		sql = "(" + strings.Join(some, " OR ") + ")"
	}
	if t.Not {
		sql = "NOT " + sql
	}
	return sql, args
}

// Live says whether a ticket at hand is enough to tell if it is found: no words,
// which only the full text knows, and nothing that differs by what the reader has
// seen. Only such a line can be counted as it changes.
func (s Search) Live() bool {
	if len(s.Words)+len(s.From) > 0 || len(s.Terms) == 0 {
		return false
	}
	for _, t := range s.Terms {
		for _, x := range t.tests {
			if x.holds == nil {
				return false
			}
		}
	}
	return true
}

// Personal says whether a line finds other tickets for another agent.
func (s Search) Personal() bool {
	for _, t := range s.Terms {
		if slices.ContainsFunc(t.tests, func(x test) bool { return x.mine }) {
			return true
		}
	}
	return false
}

// Holds says whether a ticket is found by a live line, and when that may change
// without anything happening to it (the zero time: never).
func (s Search) Holds(f *Facts, now time.Time) (found bool, turns time.Time) {
	found = true
	for _, t := range s.Terms {
		some := false
		for _, x := range t.tests {
			some = some || x.holds(f, now)
			if x.turns == nil {
				continue
			}
			if at := x.turns(f, now); at.After(now) && (turns.IsZero() || at.Before(turns)) {
				turns = at
			}
		}
		found = found && some != t.Not
	}
	return found, turns
}
