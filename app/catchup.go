package app

import (
	"context"
	"time"

	"guichet/internal/db"
	"guichet/internal/mail/imap"
	"guichet/internal/mailbox"
)

// catchUp reads the folder of moved mails once after a copy was restored, beside
// the loop of the mailbox, and tries until it has.
func (d *desk) catchUp(ctx context.Context, b mailbox.Mailbox) {
	for ctx.Err() == nil {
		done, err := d.catchUpOnce(ctx, b)
		if done || ctx.Err() != nil {
			return
		}
		d.logger("imap").Warn("what was moved before the copy was restored can't be read yet", "mailbox", b.Address, "err", err)
		timer := time.NewTimer(time.Minute)
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
		timer.Stop()
	}
}

func (d *desk) catchUpOnce(ctx context.Context, b mailbox.Mailbox) (done bool, err error) {
	since, owed, err := mailbox.CatchUp(ctx, d.db, b.ID)
	if err != nil || !owed {
		return err == nil, err
	}
	if b.After == "move" {
		b.Folder, b.After, b.MoveTo, b.Since = b.MoveTo, "leave", "", since
		h := d.hooks(b)
		h.State = nil // how the mailbox is doing is its own loop's to say
		// One pass leaves nothing behind but what could not be had, which is told.
		if _, err := imap.Once(ctx, d.imapOptions(b), h); err != nil {
			return false, err
		}
	}
	err = d.db.Write(ctx, func(tx *db.Tx) error { return mailbox.CaughtUp(ctx, tx, b.ID) })
	return err == nil, err
}
