package outbox

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"guichet/internal/blob"
	"guichet/internal/db"
	"guichet/internal/journal"
)

// Errand is what is left to do for an item on its mailbox's IMAP server, once the
// server that sends has answered or has not. It is stored with the answer, so that
// nothing of it is forgotten, and never sends a mail.
type Errand string

// The errands; "" is none.
const (
	Copy Errand = "copy" // put it into the Sent folder
	Look Errand = "look" // see whether an uncertain one is in the Sent folder
)

// errandTries is how often an errand is run: for about as long as a mail is tried.
const errandTries = 30

// oweCopy has an item put into the Sent folder, once however many tries reach its
// recipients.
func oweCopy(ctx context.Context, tx *db.Tx, now time.Time, id int64) error {
	_, err := tx.Exec(ctx, "UPDATE outbox SET errand = 'copy', errand_at = ?, errand_tries = 0 WHERE id = ? AND copied = 0 AND errand <> 'copy'", now, id)
	return err
}

// notGone is the condition that no try of an item reached anybody: a mail in the
// Sent folder may else be there for those whom an earlier try reached.
const notGone = "NOT EXISTS (SELECT 1 FROM outbox_recipient r WHERE r.outbox_id = outbox.id AND r.state = 'sent')"

// oweLook has an uncertain item looked for.
func oweLook(ctx context.Context, tx *db.Tx, now time.Time, id int64) error {
	_, err := tx.Exec(ctx, "UPDATE outbox SET errand = 'look', errand_at = ?, errand_tries = 0 WHERE id = ? AND "+notGone, now, id)
	return err
}

// lookAgain has everything uncertain looked for once more, as a program that
// starts does.
func lookAgain(ctx context.Context, tx *db.Tx, now time.Time) error {
	_, err := tx.Exec(ctx, "UPDATE outbox SET errand = 'look', errand_at = ?, errand_tries = 0 WHERE state = 'uncertain' AND errand <> 'copy' AND "+notGone, now)
	return err
}

// settledErrand ends the look for an item that was settled. What a person says
// went has its copy owed, in case it is not there.
func settledErrand(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, id int64, sent bool) error {
	statement, args := "UPDATE outbox SET errand = '' WHERE id = ? AND errand <> 'copy'", []any{id}
	if sent && by != system {
		// Not the first try: it is looked for before it is put there.
		statement, args = "UPDATE outbox SET errand = 'copy', errand_at = ?, errand_tries = 1 WHERE id = ? AND copied = 0 AND errand <> 'copy'", []any{now, id}
	}
	_, err := tx.Exec(ctx, statement, args...)
	return err
}

// errand runs what is left to do for one item. Its next try is written down before
// this one, so that a crash in the middle counts as a try.
func (l *loop) errand(ctx context.Context, id int64) error {
	it, err := l.claimErrand(ctx, id)
	if err != nil || it.Errand == "" {
		return err
	}
	route, err := l.o.Route(ctx, it.MailboxID)
	done := false
	if err == nil && it.Errand == Copy {
		done, err = l.copy(ctx, it, route)
	} else if err == nil {
		done, err = l.look(ctx, it, route)
	}
	if err != nil && ctx.Err() == nil {
		l.o.Log.Warn("an errand failed", "errand", it.Errand, "outbox", id, "try", it.tries, "err", err)
	}
	if !done && it.tries >= errandTries {
		return l.giveUp(it)
	}
	return nil
}

// claimErrand sets the time of the next try and counts this one. It comes back
// without an errand where a person was faster.
func (l *loop) claimErrand(ctx context.Context, id int64) (it Item, err error) {
	now := l.o.Now()
	err = l.d.Write(ctx, func(tx *db.Tx) error {
		if it, err = ByID(ctx, tx, id); err != nil || it.Errand == "" {
			return err
		}
		it.tries++
		_, err := tx.Exec(ctx, "UPDATE outbox SET errand_tries = ?, errand_at = ? WHERE id = ?", it.tries, now.Add(pause(it.tries)), id)
		return err
	})
	return it, err
}

// copy puts an item into the Sent folder. From the second try on it may be there
// already: the server took it, and its answer was lost.
func (l *loop) copy(ctx context.Context, it Item, route Route) (bool, error) {
	if route.Keep == nil {
		return true, l.ended(it.ID, false)
	}
	if it.tries > 1 && route.Went != nil {
		if there, err := route.Went(ctx, it.RFCID); err != nil || there {
			if err == nil {
				err = l.ended(it.ID, true)
			}
			return there, err
		}
	}
	raw, err := blob.ReadAll(ctx, l.d, l.o.Blobs, it.Raw, 100<<20)
	if err != nil {
		return false, err
	}
	if err := route.Keep(ctx, bytes.NewReader(raw), it.Size); err != nil {
		return false, fmt.Errorf("keep a copy in the Sent folder: %w", err)
	}
	return true, l.ended(it.ID, true)
}

// look settles an uncertain item that is in the Sent folder. One that is not stays
// uncertain, and is looked for again: some servers take their time.
func (l *loop) look(ctx context.Context, it Item, route Route) (bool, error) {
	if route.Went == nil || it.State != Uncertain {
		return true, l.ended(it.ID, false)
	}
	went, err := route.Went(ctx, it.RFCID)
	if err != nil || !went {
		return false, err
	}
	return true, l.write(func(ctx context.Context, tx *db.Tx) error {
		now, err := ByID(ctx, tx, it.ID)
		if err != nil || now.State != Uncertain { // a person was faster
			return err
		}
		_, err = Settle(ctx, tx, system, l.o.Now(), it.ID, true)
		return err
	})
}

func (l *loop) ended(id int64, copied bool) error {
	return l.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE outbox SET errand = '', copied = CASE WHEN ? = 1 THEN 1 ELSE copied END WHERE id = ?", copied, id)
		return err
	})
}

// giveUp ends an errand that never succeeded. A copy that is missing is told on
// the ticket; an uncertain mail stays shown as it is.
func (l *loop) giveUp(it Item) error {
	return l.write(func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, "UPDATE outbox SET errand = '' WHERE id = ?", it.ID); err != nil || it.Errand != Copy {
			return err
		}
		_, err := told(ctx, tx, system, l.o.Now(), it.ID, "outbox.uncopied")
		return err
	})
}
