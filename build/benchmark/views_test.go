package benchmark

import (
	"context"
	"fmt"
	"math"
	"testing"
	"time"

	"guichet/internal/db"
	"guichet/internal/journal"
	"guichet/internal/ticket"
	"guichet/internal/view"
)

// views measures saved views with their counts and the lines of the search, in a desk and in one ten times as large.
func views(b *testing.B, out table, s scale) {
	few, many := 3*s.few, 3*s.many
	type key struct {
		what string
		size int
		part float64
	}
	got, first := map[key][]float64{}, map[int]float64{}
	for _, n := range []int{few, many} {
		d, err := openDesk(b.Context(), b.TempDir())
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() {
			if err := d.db.Close(); err != nil {
				b.Error(err)
			}
		})
		if err := d.seed(b.Context(), n); err != nil {
			b.Fatal(err)
		}
		now := epoch.Add(time.Duration(n) * 4 * time.Minute)
		var board view.Board
		start := time.Now()
		counted(b, d, &board, now)
		first[n] = float64(time.Since(start).Microseconds()) / 1000
		for range s.rounds {
			for what, took := range map[string][]time.Duration{"30 counts after a change": changes(b, d, &board, now, n), "40 lines": lines(b, d, now)} {
				for _, part := range []float64{0.5, 0.99} {
					k := key{what, n, part}
					got[k] = append(got[k], quantile(ms(took), part))
				}
			}
		}
	}
	out.head(fmt.Sprintf("Views, %d and %d tickets, ms (floor: the smaller)", few, many))
	for _, what := range []string{"30 counts after a change", "40 lines"} {
		for _, part := range []float64{0.5, 0.99} {
			small, large := median(got[key{what, few, part}]), median(got[key{what, many, part}])
			out.row(fmt.Sprintf("%s p%.0f", what, part*100), "%.2f", large, small, large/small, atMost(2))
		}
	}
	out.row("30 counts, the first time", "%.0f", first[many], first[few], math.NaN(), nil)
}

func counted(b *testing.B, d *desk, board *view.Board, now time.Time) {
	counts, _, err := board.Counts(b.Context(), d.db, now, team, kept)
	if err != nil || len(counts) != len(kept) || counts[3].N == 0 {
		b.Fatal(len(counts), err)
	}
}

// changes gives a ticket to another person, each time another one, and asks for all counts.
func changes(b *testing.B, d *desk, board *view.Board, now time.Time, n int) (took []time.Duration) {
	for i := range 200 {
		if err := d.db.Write(b.Context(), func(tx *db.Tx) error { return handOn(b.Context(), tx, now, int64(n-i*7)) }); err != nil {
			b.Fatal(err)
		}
		start := time.Now()
		counted(b, d, board, now)
		took = append(took, time.Since(start))
	}
	return took
}

func handOn(ctx context.Context, tx *db.Tx, now time.Time, number int64) error {
	t, err := ticket.ByNumber(ctx, tx, number)
	if err != nil {
		return err
	}
	to := t.AssigneeID%4 + 1
	_, err = ticket.Change(ctx, tx, journal.Agent(1), now, t.ID, 0, ticket.Patch{AssigneeID: &to})
	return err
}

// lines asks each line five times for its first page.
func lines(b *testing.B, d *desk, now time.Time) (took []time.Duration) {
	for range 5 {
		for _, line := range asks {
			s, unknown := ticket.ParseSearch(line, team)
			if len(unknown) > 0 {
				b.Fatal(unknown)
			}
			start := time.Now()
			if _, _, err := ticket.Find(b.Context(), d.db, now, team.Agent, s, ticket.Page{}); err != nil {
				b.Fatal(line, err)
			}
			took = append(took, time.Since(start))
		}
	}
	return took
}
