package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"guichet/app/instance"
	"guichet/internal/answer"
	"guichet/internal/blob"
	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/intake"
	"guichet/internal/mail/imap"
	"guichet/internal/mail/wire"
	"guichet/internal/mailbox"
	"guichet/internal/outbox"
	"guichet/internal/secret"
	"guichet/internal/web"
)

// leastFree is how much room a disk must have, in bytes, for mail to be fetched:
// below it mail stays on the server.
const leastFree = 500 << 20

// states is how the mailboxes are doing, for the windows.
type states struct {
	mu      sync.Mutex
	boxes   map[int64]web.MailboxState
	full    bool
	changed chan struct{}
}

func newStates() *states {
	return &states{boxes: map[int64]web.MailboxState{}, changed: make(chan struct{})}
}

// set changes something and wakes the windows.
func (s *states) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *states) desk() web.Desk {
	return web.Desk{
		Mailboxes: func() map[int64]web.MailboxState {
			s.mu.Lock()
			defer s.mu.Unlock()
			out := make(map[int64]web.MailboxState, len(s.boxes))
			for id, b := range s.boxes {
				out[id] = b
			}
			return out
		},
		DiskFull: func() bool {
			s.mu.Lock()
			defer s.mu.Unlock()
			return s.full
		},
		Changed: func() <-chan struct{} {
			s.mu.Lock()
			defer s.mu.Unlock()
			return s.changed
		},
	}
}

// told takes the state of one fetch loop. While mail is failing the first
// moment of it stays, for "no mail since 14:05".
func (s *states) told(id int64, now time.Time, st imap.State) {
	s.set(func() {
		b := s.boxes[id]
		switch st.Phase {
		case imap.Failing:
			b.State, b.Err, b.FailingSince = "failing", st.Err, st.Since
		case imap.Connecting:
			if b.State == "" {
				b.State = "connecting"
			}
		default:
			b.State, b.Err, b.FailingSince, b.OkAt = "ok", nil, time.Time{}, now
		}
		s.boxes[id] = b
	})
}

// fetchAll runs one loop for each active mailbox, and starts a loop anew when its
// mailbox is changed.
func (d *desk) fetchAll(ctx context.Context) error {
	type running struct {
		version int64
		stop    func()
	}
	loops := map[int64]running{}
	defer func() {
		for _, l := range loops {
			l.stop()
		}
	}()
	for {
		changed := d.db.Changed()
		boxes, err := mailbox.All(ctx, d.db)
		if err != nil {
			return errors.Join(err, ctx.Err())
		}
		want := map[int64]mailbox.Mailbox{}
		for _, b := range boxes {
			if b.Active {
				want[b.ID] = b
			}
		}
		for id, l := range loops {
			if want[id].Version != l.version {
				l.stop()
				delete(loops, id)
				d.state.set(func() { delete(d.state.boxes, id) })
			}
		}
		for id, b := range want {
			if _, on := loops[id]; !on {
				loops[id] = running{b.Version, d.fetch(ctx, b)}
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-changed:
		}
		// Every commit wakes this loop; a mailbox is changed once in a while.
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// fetch starts the loop of one mailbox and returns what ends it and waits.
func (d *desk) fetch(ctx context.Context, b mailbox.Mailbox) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() { d.catchUp(ctx, b) })
	if b.LookInJunk {
		running.Go(func() { d.lookInJunk(ctx, b) })
	}
	running.Go(func() {
		if err := imap.Run(ctx, d.imapOptions(b), d.hooks(b)); err != nil && ctx.Err() == nil {
			d.logger("imap").Error("fetching ended", "mailbox", b.Address, "err", err)
			d.state.told(b.ID, d.now(), imap.State{Phase: imap.Failing, Since: d.now(), Err: err})
		}
	})
	return func() {
		cancel()
		running.Wait()
	}
}

func (d *desk) imapOptions(b mailbox.Mailbox) imap.Options {
	return imap.Options{Server: d.server(b, b.IMAP, "imap"), Folder: b.Folder, After: imap.After(b.After), MoveTo: b.MoveTo, Since: b.Since}
}

// server is one side of a mailbox with its sealed password, or its tokens.
func (d *desk) server(b mailbox.Mailbox, s mailbox.Server, side string) wire.Server {
	if b.OAuth != nil {
		return wire.Server{Host: s.Host, Port: s.Port, Security: wire.Security(s.Security), User: s.User, Roots: d.roots,
			Token: func(ctx context.Context) (string, error) { return d.tokens.Token(ctx, b.ID) },
			Spoil: func(ctx context.Context) error { return d.tokens.Spoil(ctx, b.ID) }}
	}
	return wire.Server{Host: s.Host, Port: s.Port, Security: wire.Security(s.Security), User: s.User, Roots: d.roots,
		Password: func(ctx context.Context) (string, error) {
			v, err := secret.Get(ctx, d.db, d.key, mailbox.Owner(b.ID, side))
			return v.Reveal(), err
		}}
}

// hooks joins the fetch loop to the rooms.
func (d *desk) hooks(b mailbox.Mailbox) imap.Hooks[*intake.Prepared] {
	at := func(validity, uid uint32) mailbox.UID {
		return mailbox.UID{MailboxID: b.ID, Folder: b.Folder, UIDValidity: validity, UID: uid}
	}
	low := &lowWater{desk: d, of: at}
	return imap.Hooks[*intake.Prepared]{
		LowWater: func(ctx context.Context, validity uint32) (uint32, error) {
			n, err := mailbox.LowWater(ctx, d.db, at(validity, 0))
			low.start(n)
			return n, err
		},
		Missing: func(ctx context.Context, validity uint32, uids []uint32) ([]uint32, error) {
			missing, err := mailbox.Missing(ctx, d.db, at(validity, 0), uids)
			if err != nil {
				return nil, err
			}
			return missing, low.listed(ctx, validity, uids, missing)
		},
		Prepare: func(ctx context.Context, f imap.Fetched, r io.Reader) (*intake.Prepared, error) {
			if err := d.room(); err != nil {
				return nil, fmt.Errorf("%w: %w", imap.ErrHalt, err)
			}
			p, err := intake.Prepare(d.answer, intake.Origin{Source: "imap", MailboxID: b.ID, UID: at(f.UIDValidity, f.UID), Marked: b.After == "leave", Junk: b.Folder == imap.Junk}, r)
			if blob.IsDisk(err) {
				err = fmt.Errorf("%w: %w", imap.ErrHalt, d.full(err))
			}
			return p, err
		},
		Discard: func(*intake.Prepared) {}, // a content that nothing names is collected
		Commit: func(ctx context.Context, _ uint32, items []*intake.Prepared) error {
			_, err := intake.Take(ctx, d.db, d.answer, d.now(), items)
			if db.IsFull(err) || blob.IsDisk(err) {
				err = d.full(err)
			}
			return err
		},
		Failed: func(ctx context.Context, validity, uid uint32, try int, final bool, reason error) error {
			return d.db.Write(ctx, func(tx *db.Tx) error {
				return mailbox.Failed(ctx, tx, d.now(), at(validity, uid), try, final, reason.Error())
			})
		},
		Unmarked: func(ctx context.Context, validity uint32) ([]uint32, error) {
			return mailbox.Unmarked(ctx, d.db, at(validity, 0))
		},
		Marked: func(ctx context.Context, validity uint32, uids []uint32) error {
			return d.db.Write(ctx, func(tx *db.Tx) error { return mailbox.Marked(ctx, tx, at(validity, 0), uids) })
		},
		State: func(s imap.State) {
			// Only a look at the folder that came to its end takes the alarm back:
			// connecting again does not make room.
			if s.Phase == imap.Idle && d.room() == nil {
				d.state.clear()
			}
			d.state.told(b.ID, d.now(), s)
		},
	}
}

// room refuses to fetch onto a disk that is nearly full.
func (d *desk) room() error {
	free, err := instance.FreeSpace(d.dir)
	if err != nil || free >= d.leastFree() {
		return err
	}
	return d.full(fmt.Errorf("%d MiB free", free>>20))
}

func (d *desk) leastFree() uint64 {
	var n uint64
	if _, err := fmt.Sscan(d.env("GUICHET_LEAST_FREE"), &n); err == nil {
		return n
	}
	return leastFree
}

// full raises the alarm that every window shows.
func (d *desk) full(cause error) error {
	d.state.set(func() { d.state.full = true })
	return fault.Wrap(cause, fault.Busy, "fault.disk_full")
}

// clear takes the alarm back once mail is fetched again.
func (s *states) clear() {
	s.mu.Lock()
	full := s.full
	s.mu.Unlock()
	if full {
		s.set(func() { s.full = false })
	}
}

// lowWater notes below which UID all is settled, so that a large folder is not
// listed whole at each look. It moves in steps, to spare the disk.
type lowWater struct {
	desk  *desk
	of    func(validity, uid uint32) mailbox.UID
	at    uint32 // as stored
	whole bool   // everything listed since start was settled
}

func (l *lowWater) start(at uint32) { l.at, l.whole = at, true }

func (l *lowWater) listed(ctx context.Context, validity uint32, uids, missing []uint32) error {
	const step = 500
	l.whole = l.whole && len(missing) == 0
	if !l.whole || len(uids) == 0 {
		return nil
	}
	next := uids[len(uids)-1] + 1
	if next < l.at+step {
		return nil
	}
	l.at = next
	return l.desk.db.Write(ctx, func(tx *db.Tx) error { return mailbox.SetLowWater(ctx, tx, l.of(validity, next)) })
}

// outbox joins the sending loop to the rooms.
func (d *desk) outbox() outbox.Options {
	return outbox.Options{Blobs: d.answer.Blobs, Now: d.now, Log: d.logger("outbox"), Route: d.route, Render: d.render}
}

// render writes the mail of an item that was queued without one.
func (d *desk) render(ctx context.Context, it outbox.Item) ([]byte, error) {
	return answer.Acknowledge(ctx, d.db, d.answer, d.now(), it)
}

func (d *desk) route(ctx context.Context, id int64) (outbox.Route, error) {
	b, err := mailbox.ByID(ctx, d.db, id)
	if err != nil {
		return outbox.Route{}, err
	}
	r := outbox.Route{SMTP: d.server(b, b.SMTP, "smtp"), Hello: "guichet.localhost", From: b.Address}
	o := d.imapOptions(b)
	// An empty folder is the one that the server names.
	r.Went = func(ctx context.Context, id string) (bool, error) { return imap.HasMessageID(ctx, o, b.SentFolder, id) }
	if b.After != "leave" {
		r.Put = func(ctx context.Context, mail int64, to outbox.Place) error { return d.put(ctx, b, mail, to) }
	}
	if !b.SavesSent {
		r.Keep = func(ctx context.Context, raw io.Reader, size int64) error {
			return imap.Append(ctx, o, b.SentFolder, raw, size)
		}
	}
	return r, nil
}
