package mailbox

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"guichet/internal/db"
)

// A database restored from a copy does not know what came in after the copy was
// taken. Where the server's copies are moved away, that is no longer in the folder
// which is read: the folder that they were moved to is read once, from a time on.

func owed(id int64) string { return fmt.Sprintf("mailbox.%d.catch_up", id) }

// OweCatchUp notes that the folder of moved mails is to be read once, from since
// on; zero is from the beginning.
func OweCatchUp(ctx context.Context, tx *db.Tx, id int64, since time.Time) error {
	from := int64(0)
	if !since.IsZero() {
		from = since.UnixMilli()
	}
	_, err := tx.Exec(ctx, "INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
		owed(id), strconv.FormatInt(from, 10))
	return err
}

// CatchUp says whether OweCatchUp is still to be done for a mailbox, and from when
// on.
func CatchUp(ctx context.Context, q db.Querier, id int64) (since time.Time, still bool, err error) {
	text, err := db.Value[string](ctx, q, "SELECT value FROM setting WHERE name = ?", owed(id))
	if errors.Is(err, db.ErrNone) {
		return since, false, nil
	}
	if err != nil {
		return since, false, err
	}
	from, err := strconv.ParseInt(text, 10, 64)
	if err == nil && from != 0 {
		since = time.UnixMilli(from).UTC()
	}
	return since, err == nil, err
}

// CaughtUp notes that it is done.
func CaughtUp(ctx context.Context, tx *db.Tx, id int64) error {
	_, err := tx.Exec(ctx, "DELETE FROM setting WHERE name = ?", owed(id))
	return err
}
