package ticket

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/journal"
)

// Type is what a ticket asks for, in the sense of ITIL.
type Type string

// The types.
const (
	Incident Type = "incident"
	Request  Type = "request"
	Problem  Type = "problem"
)

// Types lists them in the order of choice.
var Types = []Type{Incident, Request, Problem}

// OutageSources are who says when the outage began; "" for nobody.
var OutageSources = []string{"", "declared", "monitor"}

// The priority of a major incident, which stands outside the matrix, and that of a ticket that nobody has qualified.
const (
	MajorPriority   = 0
	DefaultPriority = 3
)

// Qualification is N1's first judgement of a ticket.
type Qualification struct {
	TicketID     int64
	Type         Type
	CategoryID   int64 // 0 for none
	Impact       int   // 1 (a site, everybody) to 3 (one person)
	Urgency      int   // 1 (work stands still) to 3 (can wait)
	Major        bool
	Priority     int // from the matrix; MajorPriority for a major incident
	Technicality int // 1 (anybody at N1) to 3 (a specialist)
	Blocked      int // how many people can't work
	AssetID      int64
	OutageSource string
	Verdict      string // in, out, doubtful
	Reason       string // the line of the contract that says so: a key of the words catalogue
	ReasonArgs   map[string]any
	At           time.Time // zero: nobody has qualified the ticket
}

// Level is the one that is proposed for it.
func (q Qualification) Level() int {
	if q.Technicality >= 2 {
		return 2
	}
	return 1
}

// Validate says every field that can't be taken.
func (q Qualification) Validate() error {
	var c fault.Check
	c.That(slices.Contains(Types, q.Type), "type", "fault.choice")
	for field, n := range map[string]int{"impact": q.Impact, "urgency": q.Urgency, "technicality": q.Technicality} {
		c.That(n >= 1 && n <= 3, field, "fault.range", "min", 1, "max", 3)
	}
	c.That(q.Blocked >= 0 && q.Blocked <= 100_000, "blocked", "fault.range", "min", 0, "max", 100_000)
	c.That(slices.Contains(OutageSources, q.OutageSource), "outageSource", "fault.choice")
	c.That(!q.Major || q.Type == Incident, "major", "qualify.err.major")
	return c.Err()
}

const qualified = `ticket_id, type, category_id, impact, urgency, major, priority, technicality, blocked, asset_id, outage_source,
	verdict, reason, reason_args, at`

type qualifiedRow struct {
	Qualification
	args string
}

func qualifiedFields(q *qualifiedRow) []any {
	return []any{&q.TicketID, (*string)(&q.Type), &q.CategoryID, &q.Impact, &q.Urgency, &q.Major, &q.Priority, &q.Technicality, &q.Blocked,
		&q.AssetID, &q.OutageSource, &q.Verdict, &q.Reason, &q.args, &q.At}
}

// Qualified returns a ticket's qualification; ok is false where nobody has qualified it, and Priority is then the default.
func Qualified(ctx context.Context, q db.Querier, ticket int64) (out Qualification, ok bool, err error) {
	row, err := db.One(ctx, q, qualifiedFields, "SELECT "+qualified+" FROM qualification WHERE ticket_id = ?", ticket)
	if errors.Is(err, db.ErrNone) {
		return Qualification{TicketID: ticket, Priority: DefaultPriority}, false, nil
	}
	if err == nil && row.args != "" {
		err = json.Unmarshal([]byte(row.args), &row.ReasonArgs)
	}
	return row.Qualification, err == nil, err
}

// Qualify stores what N1 judged, with the beginning of the outage and the level where patch has them, all of it or
// nothing. version is the ticket's that the caller saw (0: whatever is there). The priority comes from the matrix. That
// the asset is the client's and what the verdict is are for the caller to see to.
func Qualify(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, id, version int64, n Qualification, patch Patch) (Ticket, error) {
	if err := n.Validate(); err != nil {
		return Ticket{}, err
	}
	t, err := Change(ctx, tx, by, now, id, version, Patch{OutageAt: patch.OutageAt, Level: patch.Level})
	if err != nil {
		return t, err
	}
	had, _, err := Qualified(ctx, tx, id)
	if err != nil {
		return t, err
	}
	if n.CategoryID != 0 && n.CategoryID != had.CategoryID {
		if c, err := CategoryByID(ctx, tx, n.CategoryID); err != nil {
			return t, err
		} else if c.Retired {
			return t, fault.New(fault.Invalid, "qualify.err.category")
		}
	}
	if n.Priority, err = priorityOf(ctx, tx, n); err != nil {
		return t, err
	}
	n.TicketID, n.At = id, now.UTC()
	changes := qualifiedChanges(had, n)
	if len(changes) == 0 {
		return t, nil
	}
	if err := keepQualified(ctx, tx, n); err != nil {
		return t, err
	}
	if _, err := tx.Exec(ctx, "UPDATE ticket SET version = version + 1 WHERE id = ?", id); err != nil {
		return t, err
	}
	t.Version++
	_, err = journal.Append(ctx, tx, now, journal.Entry{Actor: by, Kind: "ticket.qualified", Subject: "ticket", SubjectID: id, TicketID: id,
		Changes: changes})
	return t, err
}

func keepQualified(ctx context.Context, tx *db.Tx, n Qualification) error {
	args := ""
	if len(n.ReasonArgs) > 0 {
		p, err := json.Marshal(n.ReasonArgs)
		if err != nil {
			return fmt.Errorf("reason of a verdict: %w", err)
		}
		args = string(p)
	}
	_, err := tx.Exec(ctx, `INSERT INTO qualification (`+qualified+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (ticket_id) DO UPDATE SET type = excluded.type, category_id = excluded.category_id, impact = excluded.impact,
		urgency = excluded.urgency, major = excluded.major, priority = excluded.priority, technicality = excluded.technicality,
		blocked = excluded.blocked, asset_id = excluded.asset_id, outage_source = excluded.outage_source, verdict = excluded.verdict,
		reason = excluded.reason, reason_args = excluded.reason_args, at = excluded.at`,
		n.TicketID, string(n.Type), db.Null(n.CategoryID), n.Impact, n.Urgency, n.Major, n.Priority, n.Technicality, n.Blocked,
		db.Null(n.AssetID), n.OutageSource, n.Verdict, n.Reason, args, n.At)
	return err
}

// qualifiedChanges lists what a person sees changed; the clocks read the priority out of it.
func qualifiedChanges(a, b Qualification) (out []journal.Change) {
	differ := func(field string, before, after any) {
		if before != after {
			out = append(out, journal.Change{Field: field, Before: before, After: after})
		}
	}
	differ("type", string(a.Type), string(b.Type))
	differ("category", a.CategoryID, b.CategoryID)
	differ("impact", a.Impact, b.Impact)
	differ("urgency", a.Urgency, b.Urgency)
	differ("major", a.Major, b.Major)
	differ("priority", a.Priority, b.Priority)
	differ("technicality", a.Technicality, b.Technicality)
	differ("blocked", a.Blocked, b.Blocked)
	differ("asset", a.AssetID, b.AssetID)
	differ("outageSource", a.OutageSource, b.OutageSource)
	differ("verdict", a.Verdict, b.Verdict)
	return out
}

// Near counts the other tickets of an asset that were reported within an hour of at: each may be one more person who
// can't work.
func Near(ctx context.Context, q db.Querier, ticket, asset int64, at time.Time) (int64, error) {
	return db.Value[int64](ctx, q, `SELECT COUNT(*) FROM qualification n JOIN ticket t ON t.id = n.ticket_id
		WHERE n.asset_id = ? AND n.ticket_id <> ? AND t.reported_at BETWEEN ? AND ?`, asset, ticket, at.Add(-time.Hour), at.Add(time.Hour))
}
