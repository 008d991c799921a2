//go:build linux

package benchmark

import (
	"fmt"
	"image/color"
	"math"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"guichet/build/screen"
	"guichet/internal/db"
	"guichet/internal/journal"
	"guichet/internal/people"
)

// As app/window sets it: the same renderer for both.
var renderer = []string{"WEBKIT_DISABLE_DMABUF_RENDERER=1"}

// window measures the real window of the built program against an empty one of the same Wails: from the start of the
// process to the first points of the interface on a display, then what both cost while nobody touches them.
func window(b *testing.B, out table, s scale) {
	empty := filepath.Join(b.TempDir(), "empty")
	build := exec.Command("go", "build", "-tags", "desktop,production,webkit2_41", "-o", empty, "./empty")
	if text, err := build.CombinedOutput(); err != nil {
		b.Fatalf("the empty window: %v\n%s", err, text)
	}
	data := furnished(b, s.few)
	bin, home := screen.Binary(b), b.TempDir()
	// The displays are as large as both windows, so that those stand in the corner.
	mine, floor := screen.Open(b, 1280, 800), screen.Open(b, 1280, 800)
	paper := color.RGBA{0x13, 0xb4, 0x57, 255}
	start := map[string]func() (first, whole time.Duration, p *screen.Program){
		"guichet": func() (time.Duration, time.Duration, *screen.Program) {
			from := time.Now()
			p := mine.Run(b, home, renderer, bin, "--data", data)
			first := until(b, p, mine, from, func() bool { return panes(mine) })
			return first, until(b, p, mine, from, func() bool { return dark(mine, 240, 300, 480, 700) > 300 }), p
		},
		"floor": func() (time.Duration, time.Duration, *screen.Program) {
			from := time.Now()
			p := floor.Run(b, home, renderer, empty)
			first := until(b, p, floor, from, func() bool { return floor.At(640, 400) == paper })
			return first, first, p
		},
	}
	firsts, wholes, worked, weighed := map[string][]float64{}, map[string][]float64{}, map[string][]float64{}, map[string][]float64{}
	for round := range s.rounds + 1 {
		ways := []string{"floor", "guichet"}
		if round%2 == 1 {
			ways[0], ways[1] = ways[1], ways[0]
		}
		run := map[string]*screen.Program{}
		for _, way := range ways {
			first, whole, p := start[way]()
			run[way] = p
			if round > 0 { // the first round fills the caches of the disk
				firsts[way], wholes[way] = append(firsts[way], ms([]time.Duration{first})...), append(wholes[way], ms([]time.Duration{whole})...)
			}
			if round < s.rounds { // and only the last is watched while it idles
				p.Close(b)
			}
		}
		if round < s.rounds {
			continue
		}
		time.Sleep(10 * time.Second) // what a start leaves to do
		before := map[string]time.Duration{}
		for way, p := range run {
			before[way] = p.Worked(b)
		}
		time.Sleep(s.idle)
		for way, p := range run {
			worked[way] = append(worked[way], float64((p.Worked(b)-before[way]).Milliseconds())/s.idle.Seconds())
			weighed[way] = append(weighed[way], p.Weight(b))
		}
		for _, p := range run {
			p.Close(b)
		}
	}
	mine.Keep(b, "window")
	out.head(fmt.Sprintf("The window, %d tickets (floor: an empty one)", s.few))
	both(out, "start to first paint, ms", "%.0f", firsts, atMost(1.3))
	both(out, "start to the list of tickets, ms", "%.0f", wholes, nil)
	both(out, "processor time while idle, ms a second", "%.1f", worked, nil)
	both(out, "memory of all processes (PSS), MB", "%.0f", weighed, nil)
}

// both writes the medians, and that of the rounds' ratios.
func both(out table, name, format string, got map[string][]float64, g *goal) {
	var ratio []float64
	for i, v := range got["guichet"] {
		if f := got["floor"][i]; f > 0 {
			ratio = append(ratio, v/f)
		} else {
			ratio = append(ratio, math.NaN())
		}
	}
	out.row(name, format, median(got["guichet"]), median(got["floor"]), median(ratio), g)
}

// until waits for something on the display and returns how long it took.
func until(b *testing.B, p *screen.Program, d *screen.Display, from time.Time, so func() bool) time.Duration {
	p.Until(b, d, "nothing is drawn", so)
	return time.Since(from)
}

// panes tells whether the program's own frame is there: a white pane beside a rail that is not as white and has its
// words and signs in it. The boot page, which comes before, is white all over.
func panes(d *screen.Display) bool {
	rail, pane := d.At(100, 600), d.At(700, 600)
	white := color.RGBA{255, 255, 255, 255}
	return pane == white && rail != white && rail.G > 0xe0 && dark(d, 40, 100, 200, 430) > 100
}

// dark counts points of a part that are ink on light paper. An empty display is black, so all of it is no ink.
func dark(d *screen.Display, left, top, right, bottom int) (n int) {
	light := 0
	for y := top; y < bottom; y += 2 {
		for x := left; x < right; x += 2 {
			if d.At(x, y).G < 128 {
				n++
			} else {
				light++
			}
		}
	}
	if light < 4*n {
		return 0
	}
	return n
}

// furnished is the data folder of a desk that has worked for a while, with an agent at it and no mailbox awake.
func furnished(b *testing.B, tickets int) string {
	dir := b.TempDir()
	d, err := openDesk(b.Context(), dir)
	if err != nil {
		b.Fatal(err)
	}
	err = d.seed(b.Context(), tickets)
	if err == nil {
		err = d.db.Write(b.Context(), func(tx *db.Tx) error {
			_, err := people.CreateAgent(b.Context(), tx, journal.System(), time.Now(), people.Agent{Name: "Maud Kervella", Email: "maud@atelier.example",
				Language: "fr", Level: 1, Role: people.RoleLead, Active: true, Preferences: `{"theme":"light","zoom":100}`})
			if err != nil {
				return err
			}
			if _, err := tx.Exec(b.Context(), "INSERT INTO setting (name, value) VALUES ('team.name', 'Atelier')"); err != nil {
				return err
			}
			_, err = tx.Exec(b.Context(), "UPDATE mailbox SET active = 0")
			return err
		})
	}
	if err2 := d.db.Close(); err != nil || err2 != nil {
		b.Fatal(err, err2)
	}
	return dir
}
