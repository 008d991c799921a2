package view

import (
	"context"
	"strings"
	"sync"
	"time"

	"guichet/internal/clock"
	"guichet/internal/db"
	"guichet/internal/journal"
	"guichet/internal/ticket"
)

// Board counts the tickets of views without counting them: it holds which ticket
// is in which view, looks again at the tickets that the journal names, and at those
// whose time has come (a view of what is due within four hours changes while
// nothing happens). It lives as long as the program and reads all tickets when a
// view is first asked for.
type Board struct {
	mu    sync.Mutex
	seq   int64 // the journal is known up to here
	ticks int64 // and what the clocks say up to there
	shown map[key]*shown
	turns turns
}

// key is a view as an agent sees it: "assignee:me" is another list for each. The
// agent is 0 where the line says the same to all.
type key struct{ view, agent int64 }

// shown is a view with the tickets that it holds now.
type shown struct {
	line    string
	search  ticket.Search
	members members
}

// Count is how many tickets a view holds. What only the full text knows is not
// counted: Known is false.
type Count struct {
	N     int64
	Known bool
}

// Counts returns the counts of these views, by id, as an agent sees them now, and
// when they may change without anything happening (zero: never).
func (b *Board) Counts(ctx context.Context, d *db.DB, now time.Time, who ticket.Asker, views []View) (counts map[int64]Count, until time.Time, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	wanted := map[key]*shown{}
	for _, v := range views {
		s, _ := ticket.ParseSearch(v.Query, who)
		if s.Live() {
			wanted[keyOf(v, s, who)] = &shown{line: v.Query, search: s}
		}
	}
	// The snapshot is taken under the lock: none is older than what is known.
	if err := d.View(ctx, func(q db.Querier) error {
		if err := b.follow(ctx, q, now); err != nil {
			return err
		}
		return b.show(ctx, q, now, wanted)
	}); err != nil {
		b.reset() // a change may be half taken in
		return nil, time.Time{}, err
	}
	counts = map[int64]Count{}
	for k := range wanted {
		counts[k.view] = Count{b.shown[k].members.n, true}
	}
	return counts, b.turns.next(), nil
}

func keyOf(v View, s ticket.Search, who ticket.Asker) key {
	if s.Personal() {
		return key{v.ID, who.Agent}
	}
	return key{v.ID, 0}
}

func (b *Board) reset() { b.shown, b.turns, b.seq, b.ticks = nil, turns{}, 0, 0 }

// most is how many entries are followed one by one; more of them, and reading all
// tickets again is faster.
const most = 20_000

// follow takes in what happened since the last time, and whose time has come.
func (b *Board) follow(ctx context.Context, q db.Querier, now time.Time) error {
	last, err := journal.Last(ctx, q)
	if err != nil {
		return err
	}
	ticked, ticks, err := clock.ChangedSince(ctx, q, b.ticks)
	if err != nil {
		return err
	}
	b.ticks = ticks
	if len(b.shown) == 0 || last-b.seq > most {
		b.shown, b.turns, b.seq = nil, turns{}, last
		return nil
	}
	old := map[int64]bool{}
	for _, id := range append(ticked, b.turns.over(now)...) {
		old[id] = true
	}
	for b.seq < last {
		entries, err := journal.Since(ctx, q, b.seq, 1000)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if err := b.touched(ctx, q, e, old); err != nil {
				return err
			}
			b.seq = e.Seq
		}
	}
	ids := make([]int64, 0, len(old))
	for id := range old {
		ids = append(ids, id)
	}
	return b.lookAgain(ctx, q, now, ids)
}

// touched adds the tickets that an entry may have moved from view to view.
func (b *Board) touched(ctx context.Context, q db.Querier, e journal.Entry, old map[int64]bool) error {
	if e.TicketID != 0 {
		old[e.TicketID] = true
	}
	which := map[string]string{"client": "client_id = ?", "contact": "requester_id = ?",
		"asset": "id IN (SELECT ticket_id FROM qualification WHERE asset_id = ?)"}[e.Subject]
	switch {
	case e.Subject == "view" || e.Subject == "agent" || e.Subject == "category" || strings.HasSuffix(e.Kind, "merged"):
		b.shown, b.turns = nil, turns{} // other lines, other names, tickets of another client
	case which != "":
		ids, err := db.Values[int64](ctx, q, "SELECT id FROM ticket WHERE "+which, e.SubjectID)
		if err != nil {
			return err
		}
		for _, id := range ids {
			old[id] = true
		}
	}
	return nil
}

// page is how many tickets are read at once.
const page = 500

func (b *Board) lookAgain(ctx context.Context, q db.Querier, now time.Time, ids []int64) error {
	for len(ids) > 0 && len(b.shown) > 0 {
		some := ids[:min(page, len(ids))]
		ids = ids[len(some):]
		facts, err := ticket.FactsOf(ctx, q, some)
		if err != nil {
			return err
		}
		for _, id := range some { // one that is gone is in none
			b.turns.set(id, time.Time{})
			for _, s := range b.shown {
				s.members.set(id, false)
			}
		}
		for i := range facts {
			b.judge(&facts[i], now, b.shown)
		}
	}
	return nil
}

// judge puts a ticket into the views that it belongs to.
func (b *Board) judge(f *ticket.Facts, now time.Time, views map[key]*shown) {
	for _, s := range views {
		holds, turns := s.search.Holds(f, now)
		s.members.set(f.ID, holds)
		b.turns.sooner(f.ID, turns)
	}
}

// show reads all tickets for the views that are not known yet.
func (b *Board) show(ctx context.Context, q db.Querier, now time.Time, wanted map[key]*shown) error {
	fresh := map[key]*shown{}
	for k, s := range wanted {
		if had := b.shown[k]; had == nil || had.line != s.line {
			fresh[k] = s
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	for after, more := int64(0), true; more; {
		facts, err := ticket.FactsAfter(ctx, q, after, 2*page)
		if err != nil {
			return err
		}
		for i := range facts {
			b.judge(&facts[i], now, fresh)
			after = facts[i].ID
		}
		more = len(facts) == 2*page
	}
	if b.shown == nil {
		b.shown = map[key]*shown{}
	}
	for k, s := range fresh {
		b.shown[k] = s
	}
	return nil
}

// members is a set of tickets by id, one bit each, with its size.
type members struct {
	bits []uint64
	n    int64
}

func (m *members) set(id int64, in bool) {
	word, bit := id/64, uint64(1)<<(id%64)
	if word >= int64(len(m.bits)) {
		if !in {
			return
		}
		m.bits = append(m.bits, make([]uint64, word+1-int64(len(m.bits)))...)
	}
	switch was := m.bits[word]&bit != 0; {
	case in && !was:
		m.bits[word] |= bit
		m.n++
	case was && !in:
		m.bits[word] &^= bit
		m.n--
	}
}
