package ticket

import (
	"context"
	"slices"
	"strings"
	"time"

	"guichet/internal/db"
	"guichet/internal/fault"
)

// conditions are the terms as conditions of a statement, but the one with this
// number (from 1), which is seen to.
func (s Search) conditions(now time.Time, seen int) (where []string, args []any) {
	for i, t := range s.Terms {
		if i+1 == seen {
			continue
		}
		sql, values := t.where(now)
		where, args = append(where, sql), append(args, values...)
	}
	return where, args
}

// start is where a walk of an index begins, in the order of the list.
type start struct {
	where string
	args  []any
	seen  int // the number of the term that where says already; the engine must not begin with its tables
}

// maxRuns is how many walks a list is put together from at most.
const maxRuns = 16

// runs chooses where the walks of a list by activity begin: at a number, an
// alarm, an assignee, a client, days not long ago, a queue, whichever a term names first in this order. The
// engines know nothing of how rare a value is; without this a list of one client's
// closed tickets reads all closed tickets.
func (s Search) runs(ctx context.Context, q db.Querier, now time.Time) ([]start, error) {
	if numbers := s.values("t.number"); len(numbers) > 0 {
		return walks("t.number = ?", numbers, nil), nil
	}
	if alarms := s.values("k.alarm"); len(alarms) > 0 {
		return walks("t.id IN (SELECT ticket_id FROM ticket_clock WHERE alarm = ?)", alarms, nil), nil
	}
	queues := s.queues()
	if agents := s.values("t.assignee_id"); len(agents) > 0 {
		if len(queues) == 0 {
			queues = []any{int64(0), int64(1), int64(2), int64(3)}
		}
		return walks("t.assignee_id = ? AND t.queue = ?", agents, queues), nil
	}
	clients, term, err := s.clients(ctx, q)
	if err != nil || len(clients) > 0 {
		all := walks("t.client_id = ?", clients, nil)
		for i := range all {
			if all[i].where != "" {
				all[i].seen = term
			}
		}
		return all, err
	}
	for _, column := range []string{"resolved_at", "closed_at", "reported_at"} {
		if since := s.since("t."+column, now); !since.IsZero() {
			return []start{{where: "t.id IN (SELECT id FROM ticket WHERE " + column + " >= ?)", args: []any{since}}}, nil
		}
	}
	return walks("t.queue = ?", queues, nil), nil
}

// walks gives a run for each value, or each pair of values; one run over
// everything where there is none, or where there would be too many.
func walks(where string, first, second []any) (all []start) {
	for _, a := range first {
		if len(second) == 0 {
			all = append(all, start{where: where, args: []any{a}})
		}
		for _, b := range second {
			all = append(all, start{where: where, args: []any{a, b}})
		}
	}
	if len(all) == 0 || len(all) > maxRuns {
		return []start{{}}
	}
	return all
}

// since returns before when no term finds anything, by a column: zero where none says.
// Only what lies near is worth a walk of its own.
func (s Search) since(column string, now time.Time) time.Time {
	for _, t := range s.Terms {
		if t.Not || len(t.tests) != 1 || t.tests[0].column != column || t.tests[0].since == nil {
			continue
		}
		if from := t.tests[0].since(now); now.Sub(from) < 100*24*time.Hour {
			return from
		}
	}
	return time.Time{}
}

// values returns what a term asks a column to be, each once, nil where none does.
func (s Search) values(column string) (all []any) {
	for _, t := range s.Terms {
		other := func(x test) bool { return x.column != column || x.since != nil }
		if t.Not || slices.ContainsFunc(t.tests, other) {
			continue
		}
		for _, x := range t.tests {
			if !slices.Contains(all, x.value) {
				all = append(all, x.value)
			}
		}
		return all
	}
	return nil
}

// queues returns the queues in which the terms look, nil for all.
func (s Search) queues() (all []any) {
	if all = s.values("t.queue"); all != nil {
		return all
	}
	for _, v := range s.values("t.status") {
		if queue := Status(v.(string)).queue(); !slices.Contains(all, any(queue)) {
			all = append(all, queue)
		}
	}
	return all
}

// clients returns the clients that a term names by their beginning, and the number
// of the term: none where no term does, or where it is the beginning of too many.
func (s Search) clients(ctx context.Context, q db.Querier) (all []any, term int, err error) {
	for i, t := range s.Terms {
		if t.Not || t.Field != "client" || t.tests[0].args == nil || len(t.tests) > 1 {
			continue
		}
		ids, err := db.Values[int64](ctx, q, "SELECT c.id FROM client c WHERE "+t.tests[0].sql+" ORDER BY c.fold, c.id LIMIT ?",
			append(t.tests[0].args(time.Time{}), maxRuns+1)...)
		for _, id := range ids {
			all = append(all, id)
		}
		if err != nil || len(all) > 0 {
			return all, i + 1, err
		}
		return []any{int64(-1)}, i + 1, nil // nobody's: a walk that ends at once
	}
	return nil, 0, nil
}

// byTerms lists tickets where no word was given.
func (s Search) byTerms(ctx context.Context, q db.Querier, now time.Time, agent int64, p Page) (hits []Hit, next Place, err error) {
	if len(s.Terms) == 0 {
		return nil, Place{}, nil
	}
	order, ok := orders[p.Order]
	if !ok {
		return nil, Place{}, fault.New(fault.Invalid, "fault.choice")
	}
	from := []start{{}}
	if order.walks {
		if from, err = s.runs(ctx, q, now); err != nil {
			return nil, Place{}, err
		}
	}
	for _, r := range from {
		found, err := s.walk(ctx, q, now, agent, p, order, r)
		if err != nil {
			return nil, Place{}, err
		}
		hits = append(hits, found...)
	}
	if len(from) > 1 {
		slices.SortFunc(hits, func(a, b Hit) int {
			if c := b.ActivityAt.Compare(a.ActivityAt); c != 0 {
				return c
			}
			return int(b.ID - a.ID)
		})
	}
	if len(hits) <= p.Limit {
		return hits, Place{}, nil
	}
	last := hits[p.Limit-1]
	return hits[:p.Limit], Place{order.of(last), last.ID}, nil
}

func (s Search) walk(ctx context.Context, q db.Querier, now time.Time, agent int64, p Page, order ordering, r start) ([]Hit, error) {
	where, args := s.conditions(now, r.seen)
	if r.where != "" {
		where, args = append(where, r.where), append(args, r.args...)
	}
	if p.From != (Place{}) {
		where = append(where, "("+order.column+", t.id) "+order.compare+" (?, ?)")
		args = append(args, p.From.Value, p.From.Ticket)
	}
	return db.All(ctx, q, func(h *Hit) []any { return append(rowFields(&h.Row), &h.EntryID, &h.due) },
		"SELECT "+rowColumns+", t.last_entry_id, "+map[bool]string{true: dueColumn, false: "0"}[p.Order == ByDue]+rowFrom+"WHERE "+strings.Join(where, " AND ")+
			" ORDER BY "+order.column+order.way+", t.id"+order.way+" LIMIT ?", append(append([]any{agent}, args...), p.Limit+1)...)
}

// dueColumn sorts a ticket without a clock after all others.
const dueColumn = "COALESCE((SELECT k.due_at FROM ticket_clock k WHERE k.ticket_id = t.id), 9000000000000000)"

// ordering is an order as a statement has it.
type ordering struct {
	column, way, compare string
	of                   func(Hit) int64
	walks                bool // other indexes than the order's own have it too
}

var orders = map[Order]ordering{
	"":         {"t.activity_at", " DESC", "<", func(t Hit) int64 { return t.ActivityAt.UnixMilli() }, true},
	ByActivity: {"t.activity_at", " DESC", "<", func(t Hit) int64 { return t.ActivityAt.UnixMilli() }, true},
	Newest:     {"t.number", " DESC", "<", func(t Hit) int64 { return t.Number }, false},
	ByDue:      {dueColumn, "", ">", func(t Hit) int64 { return t.due }, false},
	Oldest:     {"t.number", "", ">", func(t Hit) int64 { return t.Number }, false},
}
