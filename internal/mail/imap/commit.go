package imap

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// errCommit marks a failed commit: the store's fault, not the server's.
var errCommit = errors.New("commit")

// committer runs Commit beside the fetch, one batch ahead, so that the disk and the network work at the same time.
type committer[T any] struct {
	in   chan haul[T]
	gone chan struct{} // closed when the goroutine has ended

	mu        sync.Mutex
	committed []uint32 // not marked on the server yet
	n         int
	err       error
}

func startCommits[T any](ctx context.Context, h Hooks[T], validity uint32) *committer[T] {
	c := &committer[T]{in: make(chan haul[T]), gone: make(chan struct{})}
	go func() {
		defer close(c.gone)
		for g := range c.in {
			c.commit(ctx, h, validity, g)
		}
	}()
	return c
}

func (c *committer[T]) commit(ctx context.Context, h Hooks[T], validity uint32, g haul[T]) {
	if c.failure() != nil {
		g.discard(h)
		return
	}
	err := h.Commit(ctx, validity, g.items)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		c.err = fmt.Errorf("%w: %w", errCommit, err)
		g.discard(h)
		return
	}
	c.n += len(g.uids)
	c.committed = append(c.committed, g.uids...)
}

// hand waits until the committer takes the batch; the committer owns the items from then on.
func (c *committer[T]) hand(ctx context.Context, uids []uint32, items []T) error {
	c.in <- haul[T]{uids: uids, items: items}
	if err := c.failure(); err != nil {
		return err
	}
	return ctx.Err()
}

func (c *committer[T]) failure() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// finish waits for the last commit.
func (c *committer[T]) finish() error {
	close(c.in)
	<-c.gone
	return c.failure()
}

// take returns the UIDs committed since the last call.
func (c *committer[T]) take() []uint32 {
	c.mu.Lock()
	defer c.mu.Unlock()
	uids := c.committed
	c.committed = nil
	return uids
}

func (c *committer[T]) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n
}
