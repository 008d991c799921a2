package ticket

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"guichet/internal/db"
)

// What N1 said of a ticket and what its clocks say stand in tables of their own, of
// which a ticket may have no row.

// qualifiedAs asks for a condition on the row y of the qualification.
func qualifiedAs(condition string, arg any, holds func(*Facts) bool) test {
	return test{sql: "EXISTS (SELECT 1 FROM qualification y WHERE y.ticket_id = t.id AND " + condition + ")",
		args:  func(time.Time) []any { return []any{arg} },
		holds: func(f *Facts, _ time.Time) bool { return f.Qualified && holds(f) }}
}

func alarmed(alarm int) test {
	return test{sql: "EXISTS (SELECT 1 FROM ticket_clock k WHERE k.ticket_id = t.id AND k.alarm = ?)",
		args: func(time.Time) []any { return []any{int64(alarm)} }, column: "k.alarm", value: int64(alarm),
		holds: func(f *Facts, _ time.Time) bool { return f.Alarm == alarm }}
}

// readDue reads when the clock that is due first is due.
func readDue(value string, who Asker) ([]test, bool) {
	tests, ok := ahead("k.due_at", func(f *Facts) time.Time { return f.DueAt })(value, who)
	for i := range tests {
		tests[i].sql = "EXISTS (SELECT 1 FROM ticket_clock k WHERE k.ticket_id = t.id AND " + tests[i].sql + ")"
	}
	return tests, ok
}

var typeWords = map[string]Type{"incident": Incident, "request": Request, "demande": Request, "problem": Problem, "probleme": Problem}

func readType(value string, _ Asker) ([]test, bool) {
	if slices.Contains(nobody, value) {
		return readIs("unqualified", Asker{})
	}
	meant, ok := typeWords[value]
	return []test{qualifiedAs("y.type = ?", string(meant), func(f *Facts) bool { return f.Type == meant })}, ok
}

func readPriority(value string, _ Asker) ([]test, bool) {
	if slices.Contains(nobody, value) {
		return readIs("unqualified", Asker{})
	}
	n, err := strconv.Atoi(strings.TrimPrefix(value, "p"))
	if value == "major" || value == "majeur" {
		n, err = MajorPriority, nil
	}
	return []test{qualifiedAs("y.priority = ?", int64(n), func(f *Facts) bool { return f.Priority == n })}, err == nil && n >= 0 && n <= 4
}

// readCategory takes a category by the beginning of its name or of one above it.
func readCategory(value string, who Asker) (tests []test, ok bool) {
	if slices.Contains(nobody, value) {
		return []test{plainly("NOT EXISTS (SELECT 1 FROM qualification y WHERE y.ticket_id = t.id AND y.category_id IS NOT NULL)",
			func(f *Facts) bool { return f.CategoryID == 0 })}, true
	}
	for _, c := range who.Categories {
		if slices.ContainsFunc(c.Names, func(name string) bool { return strings.HasPrefix(db.Fold(name), value) }) {
			tests = append(tests, qualifiedAs("y.category_id = ?", c.ID, func(f *Facts) bool { return f.CategoryID == c.ID }))
		}
	}
	return tests, len(tests) > 0
}

func readAsset(value string, _ Asker) ([]test, bool) {
	if slices.Contains(nobody, value) {
		return []test{plainly("NOT EXISTS (SELECT 1 FROM qualification y WHERE y.ticket_id = t.id AND y.asset_id IS NOT NULL)",
			func(f *Facts) bool { return f.AssetFold == "" })}, true
	}
	x := begins("e.fold", value, func(f *Facts) string { return f.AssetFold })
	x.sql = "EXISTS (SELECT 1 FROM qualification y JOIN asset e ON e.id = y.asset_id WHERE y.ticket_id = t.id AND " + x.sql + ")"
	return []test{x}, true
}

var verdictWords = map[string]string{"in": "in", "dans": "in", "out": "out", "hors": "out", "doubtful": "doubtful", "douteux": "doubtful"}

func readPerimeter(value string, _ Asker) ([]test, bool) {
	meant, ok := verdictWords[value]
	return []test{qualifiedAs("y.verdict = ?", meant, func(f *Facts) bool { return f.Verdict == meant })}, ok
}
