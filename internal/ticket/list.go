package ticket

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"time"

	"guichet/internal/db"
	"guichet/internal/fault"
)

// View is a list that the team works from.
type View string

// The views.
const (
	Mine       View = "mine"       // assigned to the asking agent, not done
	Unassigned View = "unassigned" // nobody's, not done
	AllOpen    View = "open"
	OnHold     View = "pending"
	Done       View = "resolved"
	Over       View = "closed"
	Everything View = "all"
)

// Views lists them in the order of the rail.
var Views = []View{Mine, Unassigned, AllOpen, OnHold, Done, Over, Everything}

// Row is a ticket as lists show it.
type Row struct {
	Ticket
	ClientName   string
	ClientColour int
	AssigneeName string
	LinkedNumber int64
	Unread       bool // for the asking agent
}

// Cursor is a place in a list: after (when, id).
type Cursor struct {
	At time.Time
	ID int64
}

// String writes a cursor as an opaque token; the zero cursor is "".
func (c Cursor) String() string {
	if c.ID == 0 {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d.%d", c.At.UnixMilli(), c.ID))
}

// ParseCursor reads what String wrote.
func ParseCursor(s string) (Cursor, error) {
	if s == "" {
		return Cursor{}, nil
	}
	p, err := base64.RawURLEncoding.DecodeString(s)
	var at, id int64
	if err == nil {
		_, err = fmt.Sscanf(string(p), "%d.%d", &at, &id)
	}
	if err != nil {
		return Cursor{}, fault.Wrap(err, fault.Invalid, "fault.choice")
	}
	return Cursor{time.UnixMilli(at).UTC(), id}, nil
}

// Query asks for a page of a list, newest activity first.
type Query struct {
	View   View // "": Everything
	Client int64
	Person int64 // a requester
	Agent  int64 // who asks: Mine and Unread are theirs
	After  Cursor
	Limit  int // up to 200
}

const rowFrom = ` FROM ticket t
	LEFT JOIN client c ON c.id = t.client_id
	LEFT JOIN agent a ON a.id = t.assignee_id
	LEFT JOIN ticket l ON l.id = t.linked_id
	LEFT JOIN ticket_seen s ON s.ticket_id = t.id AND s.agent_id = ? `

const rowColumns = columns + `, c.name, c.colour, a.name, l.number, CASE WHEN t.last_in_id > COALESCE(s.entry_id, 0) THEN 1 ELSE 0 END`

func rowFields(r *Row) []any {
	return append(fields(&r.Ticket), &r.ClientName, &r.ClientColour, &r.AssigneeName, &r.LinkedNumber, &r.Unread)
}

// List returns a page and the cursor of the next one (zero: this was the last).
func List(ctx context.Context, q db.Querier, ask Query) ([]Row, Cursor, error) {
	limit := ask.Limit
	if limit <= 0 || limit > 200 {
		limit = 50
	}
	where, args, err := ask.where()
	if err != nil {
		return nil, Cursor{}, err
	}
	rows, err := pages(ctx, q, ask, where, args, limit+1)
	if err != nil || len(rows) <= limit {
		return rows, Cursor{}, err
	}
	rows = rows[:limit]
	end := rows[limit-1]
	return rows, Cursor{end.ActivityAt, end.ID}, nil
}

// where gives the conditions of a view, one for each run of an index: a view
// over two queues is read as two runs, so that each is a walk of an index.
func (ask Query) where() ([]string, []any, error) {
	switch {
	case ask.Client != 0:
		return []string{"t.client_id = ?"}, []any{ask.Client}, nil
	case ask.Person != 0:
		return []string{"t.requester_id = ?"}, []any{ask.Person}, nil
	}
	switch ask.View {
	case Mine:
		return []string{"t.assignee_id = ? AND t.queue = 0", "t.assignee_id = ? AND t.queue = 1"}, []any{ask.Agent}, nil
	case Unassigned:
		return []string{"t.assignee_id = ? AND t.queue = 0", "t.assignee_id = ? AND t.queue = 1"}, []any{int64(0)}, nil
	case AllOpen:
		return []string{"t.queue = ?"}, []any{int64(0)}, nil
	case OnHold:
		return []string{"t.queue = ?"}, []any{int64(1)}, nil
	case Done:
		return []string{"t.queue = ?"}, []any{int64(2)}, nil
	case Over:
		return []string{"t.queue = ?"}, []any{int64(3)}, nil
	case Everything, "":
		return []string{""}, nil, nil
	}
	return nil, nil, fault.New(fault.Invalid, "fault.choice")
}

func pages(ctx context.Context, q db.Querier, ask Query, where []string, args []any, limit int) ([]Row, error) {
	var all []Row
	for _, condition := range where {
		sql, values := "SELECT "+rowColumns+rowFrom, append([]any{ask.Agent}, args...)
		if condition != "" {
			sql += "WHERE " + condition
		}
		if ask.After.ID != 0 {
			sql += map[bool]string{true: " AND ", false: "WHERE "}[condition != ""] + "(t.activity_at, t.id) < (?, ?)"
			values = append(values, ask.After.At, ask.After.ID)
		}
		rows, err := db.All(ctx, q, rowFields, sql+" ORDER BY t.activity_at DESC, t.id DESC LIMIT ?", append(values, limit)...)
		if err != nil {
			return nil, err
		}
		all = append(all, rows...)
	}
	if len(where) > 1 {
		slices.SortFunc(all, func(a, b Row) int {
			if c := b.ActivityAt.Compare(a.ActivityAt); c != 0 {
				return c
			}
			return int(b.ID - a.ID)
		})
	}
	return all[:min(len(all), limit)], nil
}

// Counts returns how many tickets each view holds for an agent.
func Counts(ctx context.Context, q db.Querier, agent int64) (map[View]int64, error) {
	type cell struct{ queue, assignee, n int64 }
	cells, err := db.All(ctx, q, func(c *cell) []any { return []any{&c.queue, &c.assignee, &c.n} },
		"SELECT queue, assignee_id, n FROM ticket_count")
	if err != nil {
		return nil, err
	}
	out := map[View]int64{}
	for _, c := range cells {
		out[Everything] += c.n
		out[[]View{AllOpen, OnHold, Done, Over}[c.queue]] += c.n
		if c.queue <= 1 && c.assignee == agent {
			out[Mine] += c.n
		}
		if c.queue <= 1 && c.assignee == 0 {
			out[Unassigned] += c.n
		}
	}
	return out, nil
}

// RowByID returns one ticket as lists show it.
func RowByID(ctx context.Context, q db.Querier, agent, id int64) (Row, error) {
	return db.One(ctx, q, rowFields, "SELECT "+rowColumns+rowFrom+"WHERE t.id = ?", agent, id)
}
