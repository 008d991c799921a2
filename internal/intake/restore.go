package intake

import (
	"context"
	"errors"
	"time"

	"guichet/internal/db"
	"guichet/internal/mailbox"
)

// margin is how far before the last mail of a restored copy the moved mails are
// read again: a server that was away may have given out old ones last.
const margin = 7 * 24 * time.Hour

// AfterRestore has what came in since a copy was taken fetched again where it was
// moved out of the folder that is read. What is there already is known by its
// bytes, and changes nothing.
func AfterRestore(ctx context.Context, tx *db.Tx) error {
	boxes, err := mailbox.All(ctx, tx)
	if err != nil {
		return err
	}
	for _, b := range boxes {
		if b.After != "move" {
			continue
		}
		last, err := db.Value[time.Time](ctx, tx, "SELECT received_at FROM mail WHERE mailbox_id = ? ORDER BY id DESC LIMIT 1", b.ID)
		if err != nil && !errors.Is(err, db.ErrNone) {
			return err
		}
		since := b.Since
		if !last.IsZero() {
			since = last.Add(-margin)
		}
		if err := mailbox.OweCatchUp(ctx, tx, b.ID, since); err != nil {
			return err
		}
	}
	return nil
}
