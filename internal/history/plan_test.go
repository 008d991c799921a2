package history

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// told writes conversations down by the places of their letters.
func told(letters []letter, talks []*talk) string {
	var lines []string
	for _, t := range talks {
		var places []string
		for _, i := range t.letters {
			places = append(places, fmt.Sprint(letters[i].n))
		}
		line := strings.Join(places, " ")
		if t.ticket != 0 {
			line = fmt.Sprintf("#%d: %s", t.ticket, line)
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return strings.Join(lines, "; ")
}

func TestPlan(t *testing.T) {
	const enora, katell, ewen, us = 1, 2, 3, 9
	// A letter from a person of a client, who names us.
	from := func(n int64, who uint32, client int64, id uint64, refs ...uint64) letter {
		return letter{n: n, at: n, id: id, refs: refs, from: who, people: []uint32{who}, client: client}
	}
	ours := func(n int64, to uint32, id uint64, refs ...uint64) letter {
		return letter{n: n, at: n, id: id, refs: refs, from: us, people: []uint32{us, to}, own: true}
	}
	for name, c := range map[string]struct {
		letters []letter
		want    string
	}{
		"an answer joins":                       {[]letter{from(1, enora, 7, 11), from(2, enora, 7, 12, 11)}, "1 2"},
		"our answer joins, and theirs to it":    {[]letter{from(1, enora, 0, 11), ours(2, enora, 12, 11), from(3, enora, 0, 13, 12, 11)}, "1 2 3"},
		"a colleague of the client joins":       {[]letter{from(1, enora, 7, 11), from(2, katell, 7, 12, 11)}, "1 2"},
		"a stranger who knows an id does not":   {[]letter{from(1, enora, 7, 11), from(2, ewen, 8, 12, 11)}, "1; 2"},
		"who was written to joins":              {[]letter{from(1, enora, 0, 11), {n: 2, at: 2, id: 12, refs: []uint64{11}, from: us, people: []uint32{us, enora, ewen}, own: true}, from(3, ewen, 0, 13, 12)}, "1 2 3"},
		"answers to what nobody has":            {[]letter{from(1, enora, 7, 12, 11), from(2, katell, 7, 13, 11)}, "1 2"},
		"the same of two clients":               {[]letter{from(1, enora, 7, 12, 11), from(2, ewen, 8, 13, 11)}, "1; 2"},
		"a clock that is wrong":                 {[]letter{{n: 1, at: 50, id: 11, from: enora, people: []uint32{enora}}, from(2, enora, 0, 12, 11)}, "1 2"},
		"what we wrote first":                   {[]letter{ours(1, enora, 11), from(2, enora, 0, 12, 11)}, "1 2"},
		"what we wrote and nobody answered":     {[]letter{ours(1, enora, 11), ours(2, enora, 12, 11)}, ""},
		"an absence notice":                     {[]letter{from(1, enora, 7, 11), ours(2, enora, 12, 11), {n: 3, at: 3, refs: []uint64{12}, from: enora, machine: true}}, "1 2 3"},
		"an absence notice about nothing":       {[]letter{{n: 3, at: 3, refs: []uint64{12}, from: enora, machine: true}}, ""},
		"a delivery report":                     {[]letter{from(1, enora, 7, 11), {n: 2, at: 2, refs: []uint64{11}, from: 20, machine: true, report: true}}, "1 2"},
		"a ticket of the desk":                  {[]letter{{n: 1, at: 1, id: 11, from: enora, ticket: 5, people: []uint32{enora}}, from(2, enora, 0, 12, 11)}, "#5: 1 2"},
		"two of the same ticket, no id between": {[]letter{{n: 1, at: 1, ticket: 5}, {n: 2, at: 2, ticket: 5}}, "#5: 1 2"},
		"our own to a ticket of the desk":       {[]letter{{n: 1, at: 1, id: 11, own: true, ticket: 5}}, "#5: 1"},
		"ids in a circle":                       {[]letter{from(1, enora, 7, 11, 12), from(2, enora, 7, 12, 11)}, "2 1"},
		"no ids at all":                         {[]letter{from(1, enora, 7, 0), from(2, enora, 7, 0)}, "1; 2"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := told(c.letters, plan(c.letters)); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

// The same letters in any order make the same conversations.
func TestPlanWhateverTheOrder(t *testing.T) {
	seed := rand.Uint64()
	t.Log("seed", seed)
	r := rand.New(rand.NewPCG(seed, 2))
	for range 300 {
		var letters []letter
		for n := range int64(2 + r.IntN(40)) {
			l := letter{n: n, at: int64(r.IntN(50)), tie: uint64(n), from: uint32(1 + r.IntN(6)), client: int64(r.IntN(3)), own: r.IntN(5) == 0, machine: r.IntN(8) == 0}
			if r.IntN(10) > 0 {
				l.id = uint64(1 + r.IntN(30))
			}
			for range r.IntN(4) {
				l.refs = append(l.refs, uint64(1+r.IntN(40)))
			}
			if r.IntN(20) == 0 {
				l.ticket = int64(1 + r.IntN(2))
			}
			l.people = []uint32{l.from, uint32(1 + r.IntN(6))}
			letters = append(letters, l)
		}
		want := told(letters, plan(letters))
		for range 4 {
			shuffled := slices.Clone(letters)
			r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
			if got := told(shuffled, plan(shuffled)); got != want {
				t.Fatalf("%s\n%s", want, got)
			}
		}
	}
}
