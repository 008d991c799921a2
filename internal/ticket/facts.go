package ticket

import (
	"context"
	"time"

	"guichet/internal/db"
)

// Facts are what the fields of a line ask of a ticket, without its messages.
type Facts struct {
	ID, Number    int64
	Status        Status
	PendingReason string
	AssigneeID    int64
	ClientID      int64
	ClientFold    string
	RequesterID   int64
	RequesterFold string
	Level         int
	Channel       string
	Language      string
	Files         bool
	Linked        bool
	OutageAt      time.Time
	ReportedAt    time.Time
	TakenAt       time.Time
	ResolvedAt    time.Time
	ClosedAt      time.Time
	ActivityAt    time.Time
	PendingUntil  time.Time
	Qualified     bool
	Type          Type
	Priority      int
	CategoryID    int64
	AssetFold     string
	Verdict       string
	Alarm         int // of its clocks: 0 none, 1 at risk, 2 late
	DueAt         time.Time
}

const factColumns = `t.id, t.number, t.status, t.pending_reason, t.assignee_id, t.client_id, c.fold, t.requester_id, r.fold, t.level, t.channel, t.language, t.files,
	CASE WHEN t.linked_id IS NULL THEN 0 ELSE 1 END, t.outage_at, t.reported_at, t.taken_at, t.resolved_at, t.closed_at, t.activity_at, t.pending_until,
	CASE WHEN y.ticket_id IS NULL THEN 0 ELSE 1 END, y.type, y.priority, y.category_id, e.fold, y.verdict, k.alarm, k.due_at`

func factFields(f *Facts) []any {
	return []any{&f.ID, &f.Number, (*string)(&f.Status), &f.PendingReason, &f.AssigneeID, &f.ClientID, &f.ClientFold, &f.RequesterID, &f.RequesterFold, &f.Level, &f.Channel,
		&f.Language, &f.Files, &f.Linked, &f.OutageAt, &f.ReportedAt, &f.TakenAt, &f.ResolvedAt, &f.ClosedAt, &f.ActivityAt, &f.PendingUntil,
		&f.Qualified, (*string)(&f.Type), &f.Priority, &f.CategoryID, &f.AssetFold, &f.Verdict, &f.Alarm, &f.DueAt}
}

const factFrom = ` FROM ticket t LEFT JOIN client c ON c.id = t.client_id LEFT JOIN contact r ON r.id = t.requester_id
	LEFT JOIN qualification y ON y.ticket_id = t.id LEFT JOIN asset e ON e.id = y.asset_id LEFT JOIN ticket_clock k ON k.ticket_id = t.id `

// FactsOf returns the facts of these tickets, a page of ids at most, in no order.
func FactsOf(ctx context.Context, q db.Querier, ids []int64) ([]Facts, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	return db.All(ctx, q, factFields, "SELECT "+factColumns+factFrom+"WHERE t.id IN "+db.In(len(ids)), args...)
}

// FactsAfter returns the facts of the tickets after an id, by id, so that all can
// be read page by page.
func FactsAfter(ctx context.Context, q db.Querier, id int64, limit int) ([]Facts, error) {
	return db.All(ctx, q, factFields, "SELECT "+factColumns+factFrom+"WHERE t.id > ? ORDER BY t.id LIMIT ?", id, limit)
}
