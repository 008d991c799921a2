package imap

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// pass is one look at the folder: list, ask what is missing, fetch, commit, mark.
type pass[T any] struct {
	s        *session
	h        Hooks[T]
	tries    tries
	validity uint32
	total    int
	done     int
	next     time.Time // when the first mail that must wait is due again
	c        *committer[T]
}

// run returns how many mails were committed. It goes on after a mail that cannot be had and stops when the connection
// or the commit fails.
func (p *pass[T]) run(ctx context.Context) (n int, err error) {
	o := p.s.o
	if p.validity, err = p.s.enter(o.Folder, o.After == Leave); err != nil {
		return 0, err
	}
	p.tries.forget(p.validity)
	if err := p.markLeftovers(ctx); err != nil {
		return 0, err
	}
	missing, err := p.missing(ctx)
	if err != nil {
		return 0, err
	}
	batch, alone, next := p.tries.due(p.validity, missing, time.Now())
	p.next, p.total = next, len(batch)+len(alone)
	if p.total == 0 {
		return 0, nil
	}
	p.tell()
	p.c = startCommits(ctx, p.h, p.validity)
	err = p.fetchAll(ctx, batch, alone)
	if cerr := p.c.finish(); cerr != nil {
		err = cerr // a full disk is the cause, the connection that we then left the consequence
	}
	if merr := p.mark(ctx); err == nil {
		err = merr
	}
	return p.c.count(), err
}

// missing lists the folder from the low-water mark on and lets the caller strike out what it has.
func (p *pass[T]) missing(ctx context.Context) ([]uint32, error) {
	low, err := p.h.LowWater(ctx, p.validity)
	if err != nil {
		return nil, fmt.Errorf("low water: %w", err)
	}
	listed, err := p.s.list(low, p.s.o.Since)
	if err != nil {
		return nil, err
	}
	var missing []uint32
	for chunk := range slices.Chunk(listed, 1000) {
		some, err := p.h.Missing(ctx, p.validity, chunk)
		if err != nil {
			return nil, fmt.Errorf("missing: %w", err)
		}
		missing = append(missing, some...)
	}
	return missing, nil
}

// fetchAll fetches in batches, and one by one what did not reconcile: the suspects of an earlier connection last, so
// that one poisonous mail stands in nobody's way.
func (p *pass[T]) fetchAll(ctx context.Context, batch, alone []uint32) error {
	var holes []uint32
	for uids := range slices.Chunk(batch, batchSize) {
		left, err := p.fetchBatch(ctx, uids)
		if err != nil {
			return err
		}
		holes = append(holes, left...)
		if err := p.mark(ctx); err != nil {
			return err
		}
	}
	slices.SortStableFunc(alone, func(a, b uint32) int {
		return p.tries[mailKey{p.validity, a}].failed - p.tries[mailKey{p.validity, b}].failed
	})
	for _, uid := range append(holes, alone...) {
		if err := p.fetchAlone(ctx, uid); err != nil {
			return err
		}
	}
	return nil
}

// hand gives prepared mails to the committer, which takes at most one batch ahead.
func (p *pass[T]) hand(ctx context.Context, uids []uint32, items []T) error {
	if len(items) == 0 {
		return nil
	}
	if err := p.c.hand(ctx, uids, items); err != nil {
		return err
	}
	p.tries.settle(p.validity, uids)
	p.done += len(uids)
	p.tell()
	return nil
}

func (p *pass[T]) tell() {
	if p.h.State != nil {
		p.h.State(State{Phase: Fetching, Done: p.done, Total: p.total, Since: time.Now()})
	}
}
