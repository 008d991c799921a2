package web

import (
	"context"
	"time"

	"guichet/internal/mailbox"
)

// Desk is how the program's loops are doing, as app knows it. All of it may be
// nil: a server without loops.
type Desk struct {
	// Mailboxes says how each mailbox that is fetched is doing, by its id.
	Mailboxes func() map[int64]MailboxState
	DiskFull  func() bool
	// Changed returns a channel that is closed when one of these changes.
	Changed func() <-chan struct{}
}

// MailboxState is how a mailbox is doing.
type MailboxState struct {
	State        string // ok, connecting, failing, off
	OkAt         time.Time
	FailingSince time.Time
	Err          error // a fault, or any other error: a person then reads a general sentence
}

func (k Desk) changed() <-chan struct{} {
	if k.Changed == nil {
		return nil
	}
	return k.Changed()
}

func (k Desk) diskFull() bool { return k.DiskFull != nil && k.DiskFull() }

func (k Desk) mailboxes() map[int64]MailboxState {
	if k.Mailboxes == nil {
		return nil
	}
	return k.Mailboxes()
}

// boxNotes tells every mailbox's state.
func (d *door) boxNotes(ctx context.Context) (list[boxNote], error) {
	boxes, err := mailbox.All(ctx, d.DB)
	if err != nil {
		return nil, err
	}
	states := d.Desk.mailboxes()
	return each(boxes, func(m mailbox.Mailbox) boxNote { return boxNoteOf(m, states, d.Now()) }), nil
}

func boxNoteOf(m mailbox.Mailbox, states map[int64]MailboxState, now time.Time) boxNote {
	n := boxNote{ID: idOf(m.ID), Name: m.Name, Address: m.Address, State: "off"}
	if m.Active {
		n.State = "connecting"
	}
	s, known := states[m.ID]
	if known && m.Active {
		n.State, n.OkAt, n.FailingSince = boxState(s.State), ms(s.OkAt), ms(s.FailingSince)
		n.Error = saidOf(s.Err)
	}
	if o := m.OAuth; o != nil && m.Active {
		n.Consent, n.SecretEnds = o.GrantedAt.IsZero() || o.Alarming(), ""
		if o.SecretEndsSoon(now) {
			n.SecretEnds = o.SecretEnds
		}
	}
	return n
}
