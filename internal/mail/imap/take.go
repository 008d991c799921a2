package imap

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"
)

// haul is what one FETCH brought: prepared mails that count only once the command has completed.
type haul[T any] struct {
	uids   []uint32
	items  []T
	reason map[uint32]error // why a mail of this FETCH is not among them
}

func (g *haul[T]) discard(h Hooks[T]) {
	for _, item := range g.items {
		h.Discard(item)
	}
	g.uids, g.items = nil, nil
}

// fetchBatch fetches uids with one command and hands what is whole to the committer. It returns those asked and not
// got. When the command fails, nothing of it is kept and its mails become suspect.
func (p *pass[T]) fetchBatch(ctx context.Context, uids []uint32) (left []uint32, err error) {
	g, err := p.fetch(ctx, setOf(uids), 0)
	if err != nil {
		g.discard(p.h)
		if !ours(err) {
			p.tries.suspect(p.validity, uids)
		}
		if refused(err) {
			return uids, nil // the connection lives: one by one, at once
		}
		return nil, p.s.explain(err)
	}
	for _, uid := range uids {
		if !slices.Contains(g.uids, uid) {
			left = append(left, uid)
		}
	}
	return left, p.hand(ctx, g.uids, g.items)
}

// fetchAlone fetches one mail, by UID, then by sequence number: a server that sends the UID after the text is only
// understood the second way. A failure is counted; it ends the pass when it took the connection with it.
func (p *pass[T]) fetchAlone(ctx context.Context, uid uint32) error {
	g, err := p.fetch(ctx, setOf([]uint32{uid}), 0)
	if err == nil && len(g.uids) == 0 && g.reason[uid] == nil {
		var seq uint32
		if seq, err = p.s.seqOf(uid); err == nil && seq != 0 {
			g, err = p.fetch(ctx, imap.SeqSetNum(seq), uid)
		}
	}
	if err == nil && slices.Equal(g.uids, []uint32{uid}) {
		return p.hand(ctx, g.uids, g.items)
	}
	g.discard(p.h)
	if ours(err) {
		return err
	}
	return p.failed(ctx, uid, err, g.reason[uid])
}

func (p *pass[T]) failed(ctx context.Context, uid uint32, err, reason error) error {
	if ctx.Err() != nil {
		return ctx.Err() // we are going home: nobody's fault
	}
	told := reason
	switch {
	case refused(err):
		told = p.s.explainRefusal(err)
	case err != nil:
		told = p.s.explain(err)
	case told == nil:
		told = ErrHole
	}
	n, final := p.tries.failed(p.validity, uid, time.Now(), p.s.o.Retry)
	if known, ok := p.tries[mailKey{p.validity, uid}]; ok && (p.next.IsZero() || known.next.Before(p.next)) {
		p.next = known.next
	}
	if herr := p.h.Failed(ctx, p.validity, uid, n, final, told); herr != nil {
		return fmt.Errorf("note a failed mail: %w", herr)
	}
	if err != nil && !refused(err) {
		return p.s.explain(err)
	}
	return nil
}

// fetch runs one FETCH. With bySeq the set holds the sequence number of the mail with that UID, and the answer counts
// only if it says the same UID before or after the text.
func (p *pass[T]) fetch(ctx context.Context, set imap.NumSet, bySeq uint32) (*haul[T], error) {
	g := &haul[T]{reason: make(map[uint32]error)}
	got := len(g.items)
	take := func(uid uint32, size int64, r *literal) error {
		if bySeq != 0 {
			uid = bySeq
		}
		item, err := p.prepare(ctx, Fetched{p.validity, uid, size}, r)
		if err != nil {
			g.reason[uid] = err
			if errors.Is(err, ErrHalt) {
				return err
			}
			return nil
		}
		g.uids, g.items = append(g.uids, uid), append(g.items, item)
		return nil
	}
	seen := func(uid uint32, text bool) {
		if bySeq != 0 && uid != bySeq && len(g.items) > got {
			g.discard(p.h) // the folder moved under the number: this is another mail
		}
		if !text && uid != 0 {
			g.reason[uid] = ErrNoText
		}
		got = len(g.items)
	}
	return g, p.s.fetch(set, take, seen)
}

// prepare lets the caller read one mail and makes sure that it did, to the end that the server announced. A panic in
// a parser must cost one mail, not the program: it would come again at every start.
func (p *pass[T]) prepare(ctx context.Context, f Fetched, r *literal) (item T, err error) {
	made := false
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic while reading a mail: %v\n%s", v, debug.Stack())
			return
		}
		if made && err != nil {
			p.h.Discard(item)
		}
	}()
	item, err = p.h.Prepare(ctx, f, r)
	made = err == nil
	switch {
	case errors.Is(err, ErrHalt):
	case r.broken() != nil:
		err = fmt.Errorf("%w: %w", ErrShort, r.err)
	case err == nil && r.left > 0:
		err = ErrUnread
	}
	return item, err
}

// ours reports an error that is no mail's and no server's fault.
func ours(err error) bool {
	return errors.Is(err, ErrHalt) || errors.Is(err, errCommit) || errors.Is(err, context.Canceled)
}

// refused reports a NO or BAD: the command failed, the connection lives.
func refused(err error) bool {
	var no *imap.Error
	return errors.As(err, &no)
}
