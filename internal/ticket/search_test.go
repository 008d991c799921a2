package ticket

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"guichet/internal/db"
	"guichet/internal/db/dbtest"
	"guichet/internal/journal"
)

var asker = Asker{Agent: 1, Zone: time.UTC}

func find(t *testing.T, d *db.DB, line string) []int64 {
	t.Helper()
	s, _ := ParseSearch(line, asker)
	hits, _, err := Find(t.Context(), d, noon, 1, s, Page{})
	if err != nil {
		t.Fatalf("%q: %v", line, err)
	}
	var numbers []int64
	for _, h := range hits {
		numbers = append(numbers, h.Number)
	}
	return numbers
}

func TestFind(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			for id, name := range map[int64]string{901: "Conserverie Kerlann", 902: "Menuiserie"} {
				if _, err := tx.Exec(ctx, `INSERT INTO client (id, name, fold, language, colour, note, created_at, version) VALUES (?, ?, ?, 'fr', 0, '', 0, 1)`,
					id, name, db.Fold(name)); err != nil {
					return err
				}
			}
			return nil
		})
		one := open(t, d, Opening{Subject: "Imprimante de l’étage", ClientID: 901})
		two := open(t, d, Opening{Subject: "Œuvre d'art", ClientID: 902})
		three := open(t, d, Opening{Subject: "VPN"})
		say(t, d, one.ID, noon, Message{Direction: In, Subject: "Imprimante de l’étage", Body: "Le PC-0042 n'imprime plus", From: Person{Name: "Enora Pichon", Address: "enora@kerlann.example"},
			Attachments: []Attachment{{Part: 1, Name: "photo.png"}}})
		say(t, d, two.ID, noon.Add(time.Minute), Message{Direction: In, Subject: "Œuvre d'art", Body: "Le cœur du réseau, à l'étage aussi", From: Person{Name: "Paul", Address: "paul@menuiserie.example"}})
		say(t, d, three.ID, noon.AddDate(0, 0, 3), Message{Direction: In, Subject: "VPN", Body: "tunnel"})
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			if _, err := AddNote(ctx, tx, 1, noon.AddDate(0, 0, 3), three.ID, "attention au pare-feu"); err != nil {
				return err
			}
			closed := Closed
			_, err := Change(ctx, tx, journal.Agent(1), noon, two.ID, 0, Patch{Status: &closed})
			return err
		})
		for line, want := range map[string][]int64{
			"imprimante":            {1},
			"IMPRIM":                {1}, // a beginning, whatever the case
			"etage":                 {2, 1},
			"étage":                 {2, 1},
			"coeur":                 {2},
			"cœur réseau":           {2},
			"oeuvre":                {2},
			"pc-0042":               {1},
			"enora":                 {1},
			"enora@kerlann.example": {1},
			"from:enora":            {1},
			"de:paul étage":         {2},
			"client:conserv":        {1},
			"client:menuiserie art": {2},
			"status:closed":         {2},
			"statut:clos étage":     {2},
			"statut:ouvert":         nil,
			"has:attachment":        {1},
			"avec:pj":               {1},
			"pare-feu":              {3},
			"after:2026-11-25":      {3},
			"before:24/11/2026":     {2, 1},
			"#3":                    {3},
			"nulle part":            nil,
			"":                      nil,
			`"AND OR NOT"`:          nil,
			`" * ( ^ : -`:           nil,
			"imprimante OR":         nil,
			"';--":                  nil,
		} {
			if got := find(t, d, line); !slices.Equal(got, want) {
				t.Errorf("%q finds %v, want %v", line, got, want)
			}
		}
	})
}

func TestATicketIsFoundOnceHoweverManyMessagesMatch(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a, b := open(t, d, Opening{}), open(t, d, Opening{})
		say(t, d, b.ID, noon, Message{Direction: In, Body: "toner"})
		for i := range 30 {
			say(t, d, a.ID, noon.Add(time.Duration(i)*time.Minute), Message{Direction: In, Body: "toner"})
		}
		s, _ := ParseSearch("toner", asker)
		var numbers []int64
		var after Place
		for range 5 {
			hits, next, err := Find(t.Context(), d, noon, 1, s, Page{From: after, Limit: 1})
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range hits {
				numbers = append(numbers, h.Number)
			}
			if after = next; next == (Place{}) {
				break
			}
		}
		if !slices.Equal(numbers, []int64{1, 2}) {
			t.Errorf("found %v", numbers)
		}
	})
}

func TestParseSearchTellsWhatItDidNotUnderstand(t *testing.T) {
	s, unknown := ParseSearch(`status:perdu client:"Conserverie Kerlann" après: 10:30 http://x.example « deux mots »`, asker)
	if !slices.Equal(unknown, []string{"status:perdu"}) || len(s.Terms) != 1 {
		t.Errorf("%d terms, unknown %v", len(s.Terms), unknown)
	}
	if strings.Join(s.Words, " ") != "apres 10 30 http x example deux mots" {
		t.Errorf("words %v", s.Words)
	}
}

// No line that a person types may break the search's own language.
func FuzzFind(f *testing.F) {
	for _, line := range []string{"a", `"`, "client:", "a* OR b", "NEAR(x y)", "{a b}: c", "\x00", "œ’é", "from:* status:new"} {
		f.Add(line)
	}
	d := dbtest.Open(f)
	f.Fuzz(func(t *testing.T, line string) {
		s, _ := ParseSearch(line, asker)
		if _, _, err := Find(t.Context(), d, noon, 1, s, Page{}); err != nil {
			t.Fatal(fmt.Errorf("%q: %w", line, err))
		}
	})
}

// Tickets that nobody has said anything in yet are found by filters like others.
func TestFiltersPageThroughTicketsWithoutAWord(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		want := map[int64]bool{}
		for i := range 11 {
			tk := open(t, d, Opening{})
			want[tk.ID] = true
			if i%3 == 0 {
				say(t, d, tk.ID, noon, Message{Direction: In, Body: "Bonjour"})
			}
		}
		s, _ := ParseSearch("status:new", asker)
		after, got := Place{}, map[int64]bool{}
		for range 20 {
			hits, next, err := Find(t.Context(), d, noon, 1, s, Page{From: after, Limit: 3})
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range hits {
				if got[h.ID] {
					t.Errorf("%d twice", h.ID)
				}
				got[h.ID] = true
			}
			if after = next; next == (Place{}) {
				break
			}
		}
		if len(got) != len(want) {
			t.Errorf("%d of %d", len(got), len(want))
		}
	})
}

// A word longer than PostgreSQL's 2,046 bytes is a word like another.
func TestAWordWithoutEndIsFoundOrNot(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		tk := open(t, d, Opening{})
		long := strings.Repeat("ﷺ", 900) + "fin"
		say(t, d, tk.ID, noon, Message{Direction: In, Body: "avant " + long + " après"})
		for line, want := range map[string]int{long: 1, "avant": 1, "x" + long: 0, "from:" + strings.Repeat("b", 5000): 0, strings.Repeat("a", 5000): 0} {
			s, _ := ParseSearch(line, asker)
			hits, _, err := Find(t.Context(), d, noon, 1, s, Page{})
			if err != nil || len(hits) != want {
				t.Errorf("%.10s… (%d bytes): %d hits, %v", line, len(line), len(hits), err)
			}
		}
	})
}
