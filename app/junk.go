package app

import (
	"context"
	"time"

	"guichet/internal/intake"
	"guichet/internal/mail/imap"
	"guichet/internal/mailbox"
	"guichet/internal/outbox"
)

// junkBack is how far back a folder for spam is read: a call for help is looked for
// there, not the history of what nobody wanted.
const junkBack = 14 * 24 * time.Hour

// junkPace is how often it is looked into.
const junkPace = 5 * time.Minute

// junkOptions are those of a mailbox's folder for spam, which is only read.
func (d *desk) junkOptions(b mailbox.Mailbox) (imap.Options, imap.Hooks[*intake.Prepared]) {
	b.Folder, b.After, b.MoveTo = imap.Junk, "leave", ""
	if from := d.now().Add(-junkBack); b.Since.Before(from) {
		b.Since = from
	}
	o, h := d.imapOptions(b), d.hooks(b)
	o.Calm, o.Poll = true, junkPace
	h.State = nil // how the mailbox is doing is its own loop's to say
	return o, h
}

// lookInJunk reads the folder for spam beside the mailbox's own loop. What stands in
// its way stands in the other's too and is told there; that the server has no such
// folder is no trouble.
func (d *desk) lookInJunk(ctx context.Context, b mailbox.Mailbox) {
	o, h := d.junkOptions(b)
	h.State = func(s imap.State) {
		if s.Phase == imap.Failing {
			d.logger("imap").Info("the folder for spam can't be read now", "mailbox", b.Address, "err", s.Err)
		}
	}
	if err := imap.Run(ctx, o, h); err != nil && ctx.Err() == nil {
		d.logger("imap").Error("reading the folder for spam ended", "mailbox", b.Address, "err", err)
	}
}

// put moves the server's copy of a mail.
func (d *desk) put(ctx context.Context, b mailbox.Mailbox, mail int64, to outbox.Place) error {
	known, err := intake.KnownAs(ctx, d.db, mail)
	if err != nil {
		return err
	}
	c := imap.Copy{MessageID: known.MessageID, Size: known.Size, Same: known.Is}
	for _, s := range known.Seen {
		c.Spots = append(c.Spots, imap.Spot{Folder: s.Folder, UIDValidity: s.UIDValidity, UID: s.UID})
	}
	from, folder := []string{imap.Junk}, b.Folder
	if to == outbox.Junk {
		from, folder = []string{b.Folder}, imap.Junk
		if b.After == "move" {
			from = append(from, b.MoveTo)
		}
	}
	_, err = imap.Put(ctx, d.imapOptions(b), c, from, folder)
	return err
}
