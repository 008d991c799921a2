package intake

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"guichet/internal/db"
	"guichet/internal/people"
	"guichet/internal/ticket"
)

// Forget takes a person's name and addresses out of the dock: the part of an
// erasure that is this room's. The raw sources stay, as ticket.ForgetContact says.
// It reads every row, since addresses stand there as the mails wrote them.
func Forget(ctx context.Context, tx *db.Tx, addresses []string) error {
	type row struct {
		id                   int64
		from, forwarded, why string
	}
	rows, err := db.All(ctx, tx, func(r *row) []any { return []any{&r.id, &r.from, &r.forwarded, &r.why} },
		"SELECT id, from_addr, forwarded_addr, CASE WHEN fate IN ('bounce', 'spam') THEN reason_args ELSE '' END FROM mail")
	if err != nil {
		return err
	}
	theirs := func(given string) bool {
		address, ok := people.NormalAddress(given)
		return ok && slices.Contains(addresses, address)
	}
	for _, r := range rows {
		if theirs(r.from) {
			if _, err := tx.Exec(ctx, "UPDATE mail SET from_name = ?, from_addr = '' WHERE id = ?", ticket.Erased, r.id); err != nil {
				return err
			}
		}
		if theirs(r.forwarded) {
			if _, err := tx.Exec(ctx, "UPDATE mail SET forwarded_name = '', forwarded_addr = '' WHERE id = ?", r.id); err != nil {
				return err
			}
		}
		if err := forgetReason(ctx, tx, r.id, r.why, theirs); err != nil {
			return err
		}
	}
	return nil
}

// forgetReason takes an address out of why a mail has its fate.
func forgetReason(ctx context.Context, tx *db.Tx, id int64, reason string, theirs func(string) bool) error {
	if reason == "" {
		return nil
	}
	var args map[string]any
	if err := json.Unmarshal([]byte(reason), &args); err != nil {
		return fmt.Errorf("reason of mail %d: %w", id, err)
	}
	if address, ok := args["address"].(string); !ok || !theirs(address) {
		return nil
	}
	args["address"] = ticket.Erased
	text, err := json.Marshal(args)
	if err != nil {
		return fmt.Errorf("reason of mail %d: %w", id, err)
	}
	_, err = tx.Exec(ctx, "UPDATE mail SET reason_args = ? WHERE id = ?", string(text), id)
	return err
}
