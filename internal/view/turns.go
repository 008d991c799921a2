package view

import (
	"container/heap"
	"time"
)

// turns holds, for each ticket that some view will lose or gain by the passing of
// time alone, when to look at it again.
type turns struct {
	of   map[int64]time.Time
	heap queue
}

type turn struct {
	at time.Time
	id int64
}

// set forgets what was known of a ticket and notes at, unless that is zero.
func (t *turns) set(id int64, at time.Time) {
	if at.IsZero() {
		delete(t.of, id)
		return
	}
	if t.of == nil {
		t.of = map[int64]time.Time{}
	}
	t.of[id] = at
	heap.Push(&t.heap, turn{at, id})
}

// sooner notes at where nothing earlier is known.
func (t *turns) sooner(id int64, at time.Time) {
	if had, ok := t.of[id]; !at.IsZero() && (!ok || at.Before(had)) {
		t.set(id, at)
	}
}

// over takes out the tickets whose time has come.
func (t *turns) over(now time.Time) (ids []int64) {
	for len(t.heap) > 0 && !t.heap[0].at.After(now) {
		first := heap.Pop(&t.heap).(turn)
		if t.of[first.id].Equal(first.at) { // else something newer is known of it
			delete(t.of, first.id)
			ids = append(ids, first.id)
		}
	}
	return ids
}

// next is the earliest time noted, zero where there is none.
func (t *turns) next() time.Time {
	for len(t.heap) > 0 {
		if first := t.heap[0]; t.of[first.id].Equal(first.at) {
			return first.at
		}
		heap.Pop(&t.heap)
	}
	return time.Time{}
}

type queue []turn

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].at.Before(q[j].at) }
func (q queue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)        { *q = append(*q, x.(turn)) }
func (q *queue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}
