package history

import (
	"cmp"
	"slices"
)

// letter is what planning needs to know of one mail of an archive. Ids and
// addresses are numbers that stand for them, so that a million fit in memory.
type letter struct {
	n       int64 // its place in the archive
	at      int64 // when it was written, in milliseconds
	tie     uint64
	id      uint64   // of its Message-ID, 0 for none
	refs    []uint64 // the ids that it answers, the nearest first
	from    uint32   // an address, 0 for none
	people  []uint32 // everybody that it names, the sender too
	client  int64
	ticket  int64 // of the desk, to which it belongs
	own     bool
	machine bool // an absence notice or a delivery report: it begins nothing
	report  bool // a delivery report, which is from nobody
}

// talk is one conversation: a ticket to be, or part of one that is there.
type talk struct {
	ticket  int64 // of the desk, 0: it opens one
	client  int64
	letters []int // in the order in which they are taken
	people  map[uint32]bool
	heard   bool // somebody but us wrote
}

// planning joins the letters of an archive into conversations.
type planning struct {
	letters []letter
	talks   []*talk
	home    []int            // of each letter, -1 for none
	known   map[uint64]int   // a conversation by the ids of its letters
	heardOf map[uint64]int   // by ids that its letters answer and nobody has
	desk    map[int64]int    // by the ticket of the desk
	byID    map[uint64][]int // letters by their Message-ID
}

// plan puts the letters into conversations, by the rules of today's mail: an
// answer belongs to what it answers where its writer takes part there or is of the
// same client; one whose ids belong to others' begins its own. It depends on
// what the letters are, never on the order in which they stand in the archive.
// Letters that begin nothing and join nothing are in no conversation.
func plan(letters []letter) []*talk {
	p := &planning{letters: letters, home: make([]int, len(letters)), known: map[uint64]int{}, heardOf: map[uint64]int{},
		desk: map[int64]int{}, byID: map[uint64][]int{}}
	for _, i := range p.order() {
		p.place(i)
	}
	return slices.DeleteFunc(p.talks, func(t *talk) bool { return t.ticket == 0 && !t.heard })
}

// order gives the letters by date, each after those that it answers, whatever the
// clocks of their writers said.
func (p *planning) order() []int {
	byDate := make([]int, len(p.letters))
	for i := range byDate {
		byDate[i], p.home[i] = i, -1
	}
	slices.SortFunc(byDate, func(a, b int) int {
		x, y := p.letters[a], p.letters[b]
		return cmp.Or(cmp.Compare(x.at, y.at), cmp.Compare(x.tie, y.tie), cmp.Compare(x.n, y.n))
	})
	for _, i := range byDate {
		if id := p.letters[i].id; id != 0 {
			p.byID[id] = append(p.byID[id], i)
		}
	}
	const waiting, under, done = 0, 1, 2
	state := make([]byte, len(p.letters))
	out := make([]int, 0, len(p.letters))
	var stack []int
	for _, first := range byDate {
		stack = append(stack[:0], first)
		for len(stack) > 0 {
			i := stack[len(stack)-1]
			if state[i] == waiting {
				state[i] = under
				for _, ref := range slices.Backward(p.letters[i].refs) {
					for _, j := range slices.Backward(p.byID[ref]) {
						if state[j] == waiting {
							stack = append(stack, j)
						}
					}
				}
				continue
			}
			stack = stack[:len(stack)-1]
			if state[i] == under {
				state[i] = done
				out = append(out, i)
			}
		}
	}
	return out
}

// place finds the conversation of a letter, or begins one.
func (p *planning) place(i int) {
	l := p.letters[i]
	home := p.find(l)
	if home < 0 {
		if l.machine && l.ticket == 0 {
			return
		}
		home = len(p.talks)
		p.talks = append(p.talks, &talk{ticket: l.ticket, client: l.client, people: map[uint32]bool{}})
		if l.ticket != 0 {
			p.desk[l.ticket] = home
		}
	}
	t := p.talks[home]
	p.home[i] = home
	t.letters = append(t.letters, i)
	if _, taken := p.known[l.id]; l.id != 0 && !taken {
		p.known[l.id] = home
	}
	if l.machine {
		return
	}
	t.client = cmp.Or(t.client, l.client)
	t.heard = t.heard || !l.own
	for _, who := range l.people {
		t.people[who] = true
	}
	for _, ref := range l.refs {
		if _, taken := p.heardOf[ref]; !taken && len(p.byID[ref]) == 0 {
			p.heardOf[ref] = home
		}
	}
}

// find looks for the conversation that a letter may join, -1 for none.
func (p *planning) find(l letter) int {
	if l.ticket != 0 {
		if home, begun := p.desk[l.ticket]; begun {
			return home
		}
		return -1
	}
	for _, ids := range []map[uint64]int{p.known, p.heardOf} {
		for _, ref := range l.refs {
			if home, there := ids[ref]; there && p.mayJoin(l, p.talks[home]) {
				return home
			}
		}
	}
	return -1
}

// mayJoin is the rule of FAULTS H1 and H2 for an archive: an id can be forwarded.
func (p *planning) mayJoin(l letter, t *talk) bool {
	return l.own || l.report || l.client != 0 && l.client == t.client || l.from != 0 && t.people[l.from]
}
