package ticket

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"guichet/internal/db"
	"guichet/internal/db/dbtest"
	"guichet/internal/journal"
)

func TestALineIsReadInBothLanguages(t *testing.T) {
	who := Asker{Agent: 3, Zone: time.UTC, Team: []Member{{3, "Sarah Le Goff"}, {4, "Samuel Roux"}, {5, "Zoé"}}}
	for line, want := range map[string]string{
		"status:open":                          "status:open",
		"Statut:Ouvert":                        "status:Ouvert",
		"état:clos,traité":                     "status:clos,traité",
		"-status:closed":                       "-status:closed",
		"!client:acme":                         "-client:acme",
		`client:"Conserverie du Port" vpn`:     "client:Conserverie du Port",
		"technicien:sarah":                     "assignee:sarah",
		"assignee:zoe":                         "assignee:zoe",
		"assignee:moi":                         "assignee:moi",
		"niveau:n2 canal:tél":                  "level:n2 channel:tél",
		"créé:aujourd’hui":                     "created:aujourd’hui",
		"updated:>2j until:<4h":                "updated:>2j until:<4h",
		"created:>2026-11-01":                  "created:>2026-11-01",
		"attend:éditeur est:lié avec:pj":       "waits:éditeur is:lié has:pj",
		"#12":                                  "number:#12",
		"http://x.example 10:30 --status:open": "",
	} {
		s, unknown := ParseSearch(line, who)
		var got []string
		for _, x := range s.Terms {
			got = append(got, map[bool]string{true: "-"}[x.Not]+x.Field+":"+x.Text)
		}
		if strings.Join(got, " ") != want || len(unknown) > 0 {
			t.Errorf("%q is read as %q, unknown %v; want %q", line, got, unknown, want)
		}
	}
	for _, line := range []string{"status:perdu", "assignee:nobodyatall", "level:7", "created:<4", "created:<99999d", "created:hm", "until:32/13/2026", "has:time", "status:,"} {
		if s, unknown := ParseSearch(line, who); len(unknown) != 1 || len(s.Terms)+len(s.Words) != 0 {
			t.Errorf("%q: %d terms, words %v, unknown %v", line, len(s.Terms), s.Words, unknown)
		}
	}
}

// A line asked of the database, page by page in each order, and of each ticket at
// hand finds the same; and what is found now is found until the instant that Holds
// tells, whatever other instant lies between.
func TestTheTwoReadingsAgree(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	who := Asker{Agent: 1, Zone: zone, Team: []Member{{1, "Sarah"}, {2, "Samuel"}}, Categories: []Named{{601, []string{"Imprimante", "Matériel"}}, {602, []string{"Matériel"}}}}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := rand.New(rand.NewPCG(seed, 1))
		manyTickets(t, d, r, 150)
		all, err := FactsAfter(t.Context(), d, 0, 1000)
		if err != nil || len(all) != 150 {
			t.Fatal(len(all), err)
		}
		found := 0
		for range 300 {
			line := randomLine(r)
			s, unknown := ParseSearch(line, who)
			if len(unknown) > 0 || !s.Live() {
				t.Fatalf("%q: unknown %v", line, unknown)
			}
			now := noon.Add(time.Duration(r.IntN(1000)-500) * time.Hour / 3)
			var want []int64
			for i := range all {
				holds, turns := s.Holds(&all[i], now)
				if holds {
					want = append(want, all[i].Number)
				}
				if turns.IsZero() {
					turns = now.AddDate(1, 0, 0)
				}
				later := now.Add(time.Duration(r.Int64N(int64(turns.Sub(now)))))
				if still, _ := s.Holds(&all[i], later); still != holds {
					t.Fatalf("%q: #%d holds %v at %v, %v at %v, and turns at %v", line, all[i].Number, holds, now, still, later, turns)
				}
			}
			found += len(want)
			for _, order := range Orders {
				got := pagesOf(t, d, now, s, order)
				slices.Sort(got)
				if !slices.Equal(got, want) {
					t.Fatalf("%q at %v by %s: the database finds %v, the tickets say %v", line, now, order, got, want)
				}
			}
		}
		if found < 300 {
			t.Errorf("only %d tickets found by 300 lines: they ask for too much", found)
		}
	})
}

// pagesOf reads all pages of a list and returns the numbers; a list out of its order fails.
func pagesOf(t *testing.T, d *db.DB, now time.Time, s Search, order Order) (numbers []int64) {
	t.Helper()
	var last []int64
	for from := (Place{}); ; {
		hits, next, err := Find(t.Context(), d, now, 1, s, Page{Order: order, From: from, Limit: 17})
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range hits {
			place := map[Order][]int64{ByDue: {h.due, h.ID}, ByActivity: {-h.ActivityAt.UnixMilli(), -h.ID}, Newest: {-h.Number}, Oldest: {h.Number}}[order]
			if slices.Compare(last, place) >= 0 && last != nil {
				t.Fatalf("#%d is out of the order %s", h.Number, order)
			}
			last, numbers = place, append(numbers, h.Number)
		}
		if from = next; next == (Place{}) {
			return numbers
		}
	}
}

// manyTickets writes tickets of all kinds, around noon.
func manyTickets(t *testing.T, d *db.DB, r *rand.Rand, n int) {
	t.Helper()
	names := []string{"Acme", "Acmé Conseil", "Menuiserie Kerlann", "Œuvre"}
	some := func() any {
		if r.IntN(3) == 0 {
			return nil
		}
		return noon.Add(time.Duration(r.IntN(2000)-1800) * time.Hour / 2)
	}
	write(t, d, func(ctx context.Context, tx *db.Tx) error {
		for i, name := range names {
			if _, err := tx.Exec(ctx, `INSERT INTO client (id, name, fold, language, colour, note, created_at, version) VALUES (?, ?, ?, 'fr', 0, '', 0, 1)`,
				901+i, name, db.Fold(name)); err != nil {
				return err
			}
		}
		for i, name := range []string{"PC-0042", "Élan"} {
			if _, err := tx.Exec(ctx, `INSERT INTO asset (id, client_id, name, fold, type, serial, note, created_at, version) VALUES (?, 901, ?, ?, 'laptop', '', '', 0, 1)`,
				701+i, name, db.Fold(name)); err != nil {
				return err
			}
		}
		for i, name := range []string{"Jean Le Gall", "Élodie"} {
			if _, err := tx.Exec(ctx, `INSERT INTO contact (id, name, fold, phone, language, note, created_at, version) VALUES (?, ?, ?, '', 'fr', '', 0, 1)`,
				801+i, name, db.Fold(name)); err != nil {
				return err
			}
		}
		for range n {
			tk, err := OpenNew(ctx, tx, noon.Add(-time.Duration(r.IntN(900))*time.Hour), Opening{Subject: "x", ClientID: []int64{0, 901, 902, 903, 904}[r.IntN(5)],
				RequesterID: []int64{0, 801, 802}[r.IntN(3)],
				Channel:     []string{"mail", "call", "alert"}[r.IntN(3)], Language: []string{"fr", "en"}[r.IntN(2)], By: journal.System()})
			if err != nil {
				return err
			}
			status := Statuses[r.IntN(len(Statuses))]
			if _, err := tx.Exec(ctx, `UPDATE ticket SET status = ?, queue = ?, assignee_id = ?, level = ?, files = ?, activity_at = ?, taken_at = ?, resolved_at = ?,
				closed_at = ?, outage_at = ?, pending_until = ? WHERE id = ?`, string(status), status.queue(), r.IntN(3), 1+r.IntN(2), r.IntN(2),
				noon.Add(-time.Duration(r.IntN(900))*time.Hour), some(), some(), some(), some(), some(), tk.ID); err != nil {
				return err
			}
			if err := judged(ctx, tx, r, tk.ID); err != nil {
				return err
			}
		}
		return nil
	})
}

// judged qualifies a ticket and gives it a clock, or not.
func judged(ctx context.Context, tx *db.Tx, r *rand.Rand, id int64) error {
	if r.IntN(3) > 0 {
		if _, err := tx.Exec(ctx, `INSERT INTO qualification (ticket_id, type, category_id, impact, urgency, major, priority, technicality, blocked, asset_id,
			outage_source, verdict, reason, reason_args, at) VALUES (?, ?, ?, 2, 2, 0, ?, 1, 0, ?, '', ?, '', '{}', 0)`, id, string(Types[r.IntN(3)]),
			[]any{nil, 601, 602}[r.IntN(3)], r.IntN(5), []any{nil, 701, 702}[r.IntN(3)], []string{"in", "out", "doubtful"}[r.IntN(3)]); err != nil {
			return err
		}
	}
	if r.IntN(2) > 0 {
		return nil
	}
	_, err := tx.Exec(ctx, "INSERT INTO ticket_clock (ticket_id, goal, alarm, due_at) VALUES (?, 'x', ?, ?)", id, r.IntN(3), noon.Add(time.Duration(r.IntN(200)-100)*time.Hour))
	return err
}

// randomLine is one to three fields with values that they know.
func randomLine(r *rand.Rand) string {
	var line []string
	for range 1 + r.IntN(3) {
		f := askable[r.IntN(len(askable))]
		if r.IntN(4) == 0 {
			f, _ = fieldByName("client") // often twice in a line
		}
		values := slices.DeleteFunc(slices.Clone(f.values), func(v string) bool { return v == "unread" || v == "non-lu" })
		switch f.name {
		case "client":
			values = []string{"none", "acme", "a", "oeuvre", "nowhere"}
		case "requester":
			values = []string{"none", "jean", "e"}
		case "assignee":
			values = append(values, "sa", "samuel")
		case "asset":
			values = []string{"none", "pc", "elan"}
		case "category":
			values = []string{"none", "mat", "impr"}
		case "after", "before":
			values = []string{"2026-11-20", "01/11/2026"}
		case "created", "updated", "taken", "solved", "ended", "outage", "until", "due":
			values = append(values, "2026-11-22", "<2026-11-10", ">2026-11-10", fmt.Sprintf("<%dd", 1+r.IntN(40)), fmt.Sprintf(">%dh", 1+r.IntN(90)))
		}
		x := values[r.IntN(len(values))]
		if r.IntN(3) == 0 {
			x += "," + values[r.IntN(len(values))]
		}
		line = append(line, map[bool]string{true: "-"}[r.IntN(4) == 0]+f.name+":"+x)
	}
	return strings.Join(line, " ")
}
