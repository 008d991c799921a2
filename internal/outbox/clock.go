package outbox

import (
	"context"
	"time"

	"guichet/internal/db"
)

// longestHold is longer than anything waits before its first try: the time in which
// an answer can be undone.
const longestHold = time.Minute

// straighten puts right what waits for a time that was reckoned by a clock which has
// been set back since: nothing waits longer than it would have from now on. It is
// looked for when the loop begins and when the clock is seen to go back. A clock
// that jumps forward only makes things due.
func (l *loop) straighten(ctx context.Context) error {
	now := l.o.Now()
	steady := !l.seen.IsZero() && !now.Before(l.seen.Add(-time.Second))
	l.seen = now
	if steady {
		return nil
	}
	return l.d.Write(ctx, func(tx *db.Tx) error {
		for _, w := range []work{sending, errands, moves} {
			if err := w.straighten(ctx, tx, now); err != nil {
				return err
			}
		}
		return nil
	})
}

func (w work) straighten(ctx context.Context, tx *db.Tx, now time.Time) error {
	type late struct {
		id, tries int64
		at        time.Time
	}
	all, err := db.All(ctx, tx, func(v *late) []any { return []any{&v.id, &v.tries, &v.at} },
		"SELECT "+w.id+", "+w.tries+", "+w.when+" FROM "+w.table+" WHERE "+w.which+" AND "+w.when+" > ?", now.Add(pause(1)))
	if err != nil {
		return err
	}
	for _, v := range all {
		most := longestHold
		if v.tries > 0 {
			most = pause(int(v.tries))
		}
		if v.at.Sub(now) <= most {
			continue
		}
		if v.tries == 0 {
			most = pause(1) // still long enough to undo an answer
		}
		if _, err := tx.Exec(ctx, "UPDATE "+w.table+" SET "+w.when+" = ? WHERE "+w.id+" = ?", now.Add(most), v.id); err != nil {
			return err
		}
	}
	return nil
}
