package ticket

import (
	"context"
	"fmt"
	"time"

	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/journal"
)

// Matrix gives the priority (1 to 4) of an impact and an urgency: Matrix[impact-1][urgency-1].
type Matrix [3][3]int

// ReadMatrix returns the team's matrix.
func ReadMatrix(ctx context.Context, q db.Querier) (m Matrix, err error) {
	type cell struct{ impact, urgency, priority int }
	cells, err := db.All(ctx, q, func(c *cell) []any { return []any{&c.impact, &c.urgency, &c.priority} },
		"SELECT impact, urgency, priority FROM priority_matrix")
	for _, c := range cells {
		m[c.impact-1][c.urgency-1] = c.priority
	}
	return m, err
}

// SetMatrix stores another matrix. Tickets that were qualified keep their priority.
func SetMatrix(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, m Matrix) error {
	had, err := ReadMatrix(ctx, tx)
	if err != nil {
		return err
	}
	var check fault.Check
	var changes []journal.Change
	for i, row := range m {
		for u, priority := range row {
			check.That(priority >= 1 && priority <= 4, "matrix", "fault.range", "min", 1, "max", 4)
			if priority != had[i][u] {
				changes = append(changes, journal.Change{Field: fmt.Sprintf("%d/%d", i+1, u+1), Before: had[i][u], After: priority})
			}
		}
	}
	if err := check.Err(); err != nil || len(changes) == 0 {
		return err
	}
	for i, row := range m {
		for u, priority := range row {
			if _, err := tx.Exec(ctx, "UPDATE priority_matrix SET priority = ? WHERE impact = ? AND urgency = ?", priority, i+1, u+1); err != nil {
				return err
			}
		}
	}
	_, err = journal.Append(ctx, tx, now, journal.Entry{Actor: by, Kind: "matrix.changed", Subject: "setting", Changes: changes})
	return err
}

func priorityOf(ctx context.Context, q db.Querier, n Qualification) (int, error) {
	if n.Major {
		return MajorPriority, nil
	}
	m, err := ReadMatrix(ctx, q)
	return m[n.Impact-1][n.Urgency-1], err
}
