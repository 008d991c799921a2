package history

import (
	"context"
	"slices"
	"strings"

	"guichet/internal/db"
	"guichet/internal/ticket"
)

// Forget takes a person's name and addresses out of what was noted of archives:
// the part of an erasure that is this room's. It reads every row, since addresses
// stand among others there.
func Forget(ctx context.Context, tx *db.Tx, addresses []string) error {
	type line struct {
		history, n, talk     int64
		name, from, everyone string
	}
	rows, err := db.All(ctx, tx, func(l *line) []any { return []any{&l.history, &l.n, &l.talk, &l.name, &l.from, &l.everyone} },
		"SELECT history_id, n, talk, from_name, from_addr, people FROM history_mail")
	if err != nil {
		return err
	}
	for _, l := range rows {
		named := strings.Fields(l.everyone)
		left := slices.DeleteFunc(slices.Clone(named), func(a string) bool { return slices.Contains(addresses, a) })
		if len(left) == len(named) {
			continue
		}
		if slices.Contains(addresses, l.from) {
			l.name, l.from = ticket.Erased, ""
		}
		if _, err := tx.Exec(ctx, "UPDATE history_mail SET from_name = ?, from_addr = ?, people = ? WHERE history_id = ? AND n = ?",
			l.name, l.from, strings.Join(left, " "), l.history, l.n); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE history_talk SET people = ? WHERE history_id = ? AND n = ?", ticket.Erased, l.history, l.talk); err != nil {
			return err
		}
	}
	return nil
}
