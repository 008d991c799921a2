package ticket

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"testing"
	"time"

	"guichet/internal/db"
	"guichet/internal/db/dbtest"
)

// plans asks SQLite how it would walk each query before it runs.
type plans struct {
	db.Querier
	t     *testing.T
	steps []string
}

func (p *plans) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	type step struct {
		id, parent, unused int64
		detail             string
	}
	steps, err := db.All(ctx, p.Querier, func(s *step) []any { return []any{&s.id, &s.parent, &s.unused, &s.detail} },
		"EXPLAIN QUERY PLAN "+query, slices.Clone(args)...)
	if err != nil {
		p.t.Fatal(err)
	}
	for _, s := range steps {
		p.steps = append(p.steps, s.detail)
	}
	return p.Querier.Query(ctx, query, args...)
}

// Lists and searches take the same time whatever the number of tickets only while
// each walks an index in the order that it shows: no table is read from end to end,
// nothing is sorted, and a search starts at the full text.
func TestListsAndSearchesWalkIndexes(t *testing.T) {
	d := dbtest.Open(t)
	after := Cursor{At: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC), ID: 7}
	check := func(name, first string, ask func(q db.Querier) error) {
		t.Helper()
		p := &plans{Querier: d, t: t}
		if err := ask(p); err != nil {
			t.Fatal(err)
		}
		for _, s := range p.steps {
			table := strings.HasPrefix(s, "SCAN ") && !strings.Contains(s, " INDEX ")
			if table || strings.Contains(s, "TEMP B-TREE") || strings.Contains(s, "MATERIALIZE") {
				t.Errorf("%s: %s", name, strings.Join(p.steps, "; "))
			}
		}
		if !strings.Contains(p.steps[0], first) {
			t.Errorf("%s does not begin with %s: %s", name, first, strings.Join(p.steps, "; "))
		}
	}
	list := func(ask Query, index string) {
		for _, ask.After = range []Cursor{{}, after} {
			check("the list "+string(ask.View), index, func(q db.Querier) error {
				_, _, err := List(t.Context(), q, ask)
				return err
			})
		}
	}
	for view, index := range map[View]string{Mine: "ticket_assignee", Unassigned: "ticket_assignee", AllOpen: "ticket_queue",
		OnHold: "ticket_queue", Done: "ticket_queue", Over: "ticket_queue", Everything: "ticket_activity"} {
		list(Query{View: view, Agent: 3}, index)
	}
	list(Query{Client: 4}, "ticket_client")
	list(Query{Person: 4}, "ticket_requester")
	for line, first := range map[string]string{
		"imprimante": "VIRTUAL TABLE", "imprimante PC-0042": "VIRTUAL TABLE", "from:zoe": "VIRTUAL TABLE",
		"imprimante status:new avant:2026-01-01 has:attachment": "VIRTUAL TABLE", "imprimante client:conserverie": "VIRTUAL TABLE",
		"status:new": "t USING INDEX", "has:attachment depuis:2026-01-01": "t USING INDEX", "#12": "t USING INDEX",
		"assignee:me status:active": "ticket_assignee", "status:closed": "ticket_queue",
	} {
		s, unknown := ParseSearch(line, asker)
		if len(unknown) > 0 {
			t.Fatal(unknown)
		}
		for _, from := range []Place{{}, {99, 98}} {
			check("the search "+line, first, func(q db.Querier) error {
				_, _, err := Find(t.Context(), q, noon, 3, s, Page{From: from})
				return err
			})
		}
	}
}
