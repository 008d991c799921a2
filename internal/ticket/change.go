package ticket

import (
	"context"
	"slices"
	"strings"
	"time"

	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/journal"
)

// Patch is what to change of a ticket; nil leaves a field as it is.
type Patch struct {
	Subject       *string
	Status        *Status
	PendingReason *string
	PendingUntil  *time.Time
	AssigneeID    *int64
	Level         *int
	RequesterID   *int64
	RequesterName *string
	ClientID      *int64
	OutageAt      *time.Time // zero: unknown
	LinkedID      *int64
}

// Change applies a patch, all of it or nothing, and writes what changed to the
// journal. version is the one that the caller saw: another writer's change since
// then is a fault of kind Conflict; 0 changes whatever is there. Changing
// nothing changes nothing, the version included.
func Change(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, id, version int64, p Patch) (Ticket, error) {
	before, err := ByID(ctx, tx, id)
	if err != nil {
		return before, err
	}
	if version != 0 && version != before.Version {
		return before, fault.New(fault.Conflict, "fault.conflict")
	}
	after, err := p.apply(before, now)
	if err != nil {
		return before, err
	}
	changes := differences(before, after)
	if len(changes) == 0 {
		return before, nil
	}
	after.Version++
	return after, keep(ctx, tx, by, now, before, after, changes)
}

// apply gives the ticket as the patch would have it, with what follows from it:
// the first hand that takes a ticket opens it and sets its time, the times of
// resolving and closing go with their statuses.
func (p Patch) apply(t Ticket, now time.Time) (Ticket, error) {
	set(&t.Subject, p.Subject)
	set(&t.Level, p.Level)
	set(&t.RequesterID, p.RequesterID)
	set(&t.RequesterName, p.RequesterName)
	set(&t.ClientID, p.ClientID)
	set(&t.OutageAt, p.OutageAt)
	set(&t.AssigneeID, p.AssigneeID)
	set(&t.LinkedID, p.LinkedID)
	t.Subject = cut(strings.TrimSpace(t.Subject), maxSubject)
	was := t.Status
	if p.AssigneeID != nil && *p.AssigneeID != 0 && t.Status == New {
		t.Status = Open
	}
	set(&t.Status, p.Status)
	if t.Status == Pending {
		set(&t.PendingReason, p.PendingReason)
		set(&t.PendingUntil, p.PendingUntil)
	} else {
		t.PendingReason, t.PendingUntil = "", time.Time{}
	}
	if err := t.valid(now, was); err != nil {
		return t, err
	}
	if t.TakenAt.IsZero() && (t.AssigneeID != 0 || t.Status != New) {
		t.TakenAt = now
	}
	if t.Status == New && t.AssigneeID == 0 {
		t.TakenAt = time.Time{} // what closed it is undone: nobody has taken it
	}
	switch {
	case t.Status == Resolved && was != Resolved:
		t.ResolvedAt, t.ClosedAt = now, time.Time{}
	case t.Status == Closed && was != Closed:
		t.ClosedAt = now
		if t.ResolvedAt.IsZero() {
			t.ResolvedAt = now
		}
	case t.Status != Resolved && t.Status != Closed:
		t.ResolvedAt, t.ClosedAt = time.Time{}, time.Time{}
	}
	return t, nil
}

func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

func (t Ticket) valid(now time.Time, was Status) error {
	var c fault.Check
	c.That(t.Subject != "", "subject", "fault.empty")
	c.That(slices.Contains(Statuses, t.Status), "status", "fault.choice")
	c.That(t.Level == 1 || t.Level == 2, "level", "fault.range", "min", 1, "max", 2)
	c.That(t.OutageAt.IsZero() || !t.OutageAt.After(now), "outageAt", "ticket.err.outage_future")
	if t.Status == Pending {
		c.That(slices.Contains(PendingReasons, t.PendingReason), "pendingReason", "ticket.err.pending_reason")
		c.That(!t.PendingUntil.IsZero() && (was == Pending || t.PendingUntil.After(now)), "pendingUntil", "ticket.err.pending_until")
	}
	return c.Err()
}

// differences lists what a person sees changed, in the order of importance.
func differences(a, b Ticket) []journal.Change {
	var out []journal.Change
	differ := func(field string, before, after any, same bool) {
		if !same {
			out = append(out, journal.Change{Field: field, Before: before, After: after})
		}
	}
	differ("status", a.Status, b.Status, a.Status == b.Status)
	differ("pendingReason", a.PendingReason, b.PendingReason, a.PendingReason == b.PendingReason)
	differ("pendingUntil", db.Millis(a.PendingUntil), db.Millis(b.PendingUntil), a.PendingUntil.Equal(b.PendingUntil))
	differ("assignee", a.AssigneeID, b.AssigneeID, a.AssigneeID == b.AssigneeID)
	differ("level", a.Level, b.Level, a.Level == b.Level)
	differ("subject", a.Subject, b.Subject, a.Subject == b.Subject)
	differ("client", a.ClientID, b.ClientID, a.ClientID == b.ClientID)
	differ("outage", db.Millis(a.OutageAt), db.Millis(b.OutageAt), a.OutageAt.Equal(b.OutageAt))
	differ("linked", a.LinkedID, b.LinkedID, a.LinkedID == b.LinkedID)
	differ("requester", a.RequesterID, b.RequesterID, a.RequesterID == b.RequesterID && a.RequesterName == b.RequesterName)
	return out
}

func keep(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, before, after Ticket, changes []journal.Change) error {
	if _, err := tx.Exec(ctx, `UPDATE ticket SET subject = ?, client_id = ?, requester_id = ?, requester_name = ?, status = ?,
		queue = ?, pending_reason = ?, pending_until = ?, assignee_id = ?, level = ?, outage_at = ?, taken_at = ?, resolved_at = ?,
		closed_at = ?, linked_id = ?, version = ? WHERE id = ?`,
		after.Subject, db.Null(after.ClientID), db.Null(after.RequesterID), after.RequesterName, string(after.Status),
		after.Status.queue(), after.PendingReason, after.PendingUntil, after.AssigneeID, after.Level, after.OutageAt, after.TakenAt,
		after.ResolvedAt, after.ClosedAt, db.Null(after.LinkedID), after.Version, after.ID); err != nil {
		return err
	}
	if before.Status.queue() != after.Status.queue() || before.AssigneeID != after.AssigneeID {
		if err := count(ctx, tx, before.Status.queue(), before.AssigneeID, -1); err != nil {
			return err
		}
		if err := count(ctx, tx, after.Status.queue(), after.AssigneeID, 1); err != nil {
			return err
		}
	}
	if before.RequesterID != after.RequesterID {
		if err := hand(ctx, tx, now, after.ID, after.RequesterID); err != nil {
			return err
		}
	}
	_, err := journal.Append(ctx, tx, now, journal.Entry{Actor: by, Kind: "ticket.changed", Subject: "ticket",
		SubjectID: after.ID, TicketID: after.ID, Changes: changes})
	return err
}

// WakeDue reopens the tickets whose time on hold is over, and returns their ids.
func WakeDue(ctx context.Context, tx *db.Tx, now time.Time) ([]int64, error) {
	due, err := db.Values[int64](ctx, tx, "SELECT id FROM ticket WHERE queue = 1 AND pending_until <= ? ORDER BY pending_until LIMIT 500", now)
	if err != nil {
		return nil, err
	}
	open := Open
	for _, id := range due {
		if _, err := Change(ctx, tx, journal.System(), now, id, 0, Patch{Status: &open}); err != nil {
			return nil, err
		}
	}
	return due, nil
}
