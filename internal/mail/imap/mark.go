package imap

import (
	"context"
	"fmt"
	"slices"

	"github.com/emersion/go-imap/v2"
)

// mark flags or moves what has been committed since the last time. What it cannot do now stays unmarked at the
// caller's and is done by markLeftovers.
func (p *pass[T]) mark(ctx context.Context) error {
	return p.markAll(ctx, p.c.take())
}

func (p *pass[T]) markAll(ctx context.Context, uids []uint32) error {
	if len(uids) == 0 || p.s.o.After == Leave {
		return nil
	}
	slices.Sort(uids)
	for some := range slices.Chunk(uids, 90) { // a command line of some 1,000 bytes, RFC 2683 §3.2.1.5
		if err := p.s.after(some); err != nil {
			return err
		}
		if p.h.Marked == nil {
			continue
		}
		if err := p.h.Marked(ctx, p.validity, some); err != nil {
			return fmt.Errorf("marked: %w", err)
		}
	}
	return nil
}

// markLeftovers finishes what a crash or a cut left between the commit and the server.
func (p *pass[T]) markLeftovers(ctx context.Context) error {
	if p.h.Unmarked == nil || p.s.o.After == Leave {
		return nil
	}
	uids, err := p.h.Unmarked(ctx, p.validity)
	if err != nil {
		return fmt.Errorf("unmarked: %w", err)
	}
	return p.markAll(ctx, uids)
}

func (s *session) after(uids []uint32) error {
	if s.o.After == Move {
		return s.move(uids, s.o.MoveTo)
	}
	return s.flag(uids, imap.FlagSeen)
}

func (s *session) flag(uids []uint32, flag imap.Flag) error {
	s.ready()
	add := &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{flag}}
	return s.inFolder(s.c.Store(setOf(uids), add, nil).Close(), s.o.Folder)
}

// move moves mails. go-imap's own fall-back for servers without MOVE sends COPY, STORE \Deleted and EXPUNGE without
// waiting for the COPY, and so deletes mails that could not be copied; and without UIDPLUS its EXPUNGE takes along
// what others marked as deleted. Here each step waits for the one before, and only our own mails are expunged.
func (s *session) move(uids []uint32, to string) error {
	s.ready()
	set := setOf(uids)
	if s.moves() {
		_, err := s.c.Move(set, to).Wait()
		return s.inFolder(err, to)
	}
	if _, err := s.c.Copy(set, to).Wait(); err != nil {
		return s.inFolder(err, to)
	}
	return s.remove(uids)
}

// moves says whether the server moves mails by itself (RFC 6851).
func (s *session) moves() bool { return s.caps.Has(imap.CapMove) || s.caps.Has(imap.CapIMAP4rev2) }

// remove deletes mails of the folder that is open, and only these.
func (s *session) remove(uids []uint32) error {
	if err := s.flag(uids, imap.FlagDeleted); err != nil {
		return err
	}
	if !s.caps.Has(imap.CapUIDPlus) {
		return nil
	}
	s.ready()
	return s.inFolder(s.c.UIDExpunge(setOf(uids)).Close(), s.o.Folder)
}
