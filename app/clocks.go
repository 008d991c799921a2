package app

import (
	"context"
	"time"

	"guichet/internal/clock"
	"guichet/internal/db"
	"guichet/internal/ticket"
	"guichet/internal/view"
)

// gathered is how long a change waits for others before the clocks look at it.
const gathered = 250 * time.Millisecond

// keepClocks lets the clocks of the tickets follow what happens, and what becomes late by itself.
func (d *desk) keepClocks(ctx context.Context) error {
	for ctx.Err() == nil {
		changed := d.db.Changed() // before the look, so that no change is missed
		more, next, err := clock.Follow(ctx, d.db, d.now())
		wait := time.Hour
		switch {
		case err != nil && ctx.Err() == nil:
			d.log.Error("the clocks could not be kept, it is tried again", "err", err)
			wait, changed = time.Minute, nil
		case more:
			continue
		case !next.IsZero():
			wait = min(wait, max(next.Sub(d.now()), time.Millisecond))
		}
		pause(ctx, wait, changed)
	}
	return nil
}

// pause waits until something changed and a moment more, or for a time.
func pause(ctx context.Context, wait time.Duration, changed <-chan struct{}) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	case <-changed:
		timer.Reset(gathered)
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
	}
}

// furnish puts in what a new desk begins with.
func (d *desk) furnish(ctx context.Context) error {
	have, err := db.Values[int64](ctx, d.db, "SELECT id FROM category LIMIT 1")
	if err != nil || len(have) > 0 {
		return err
	}
	return d.db.Write(ctx, func(tx *db.Tx) error {
		if _, err := ticket.SeedCategories(ctx, tx, d.now()); err != nil {
			return err
		}
		return view.Seed(ctx, tx, d.now(), d.language)
	})
}
