//go:build linux

package benchmark

import (
	"fmt"
	"hash/maphash"
	"math"
	"strconv"
	"testing"
	"time"

	"guichet/build/screen"
)

// Where the list of tickets stands in a window of 1280 by 800, and how high its rows are.
const (
	listLeft, listTop, listRight, listBottom = 240, 64, 560, 790
	rowHeight                                = 56
)

// scroll goes down the list of a large desk in the real window, by wheel and by keys, and looks at the display as often
// as it can: how long one picture stays until the next, and whether one shows a place where rows are missing.
func scroll(b *testing.B, out table, s scale) {
	data := furnished(b, s.many)
	d := screen.Open(b, 1280, 800)
	p := d.Run(b, b.TempDir(), renderer, screen.Binary(b), "--data", data)
	ready := func() bool { return dark(d, listLeft, 300, listRight, 700) > 300 }
	p.Until(b, d, "no list", ready)
	d.Click(b, 90, 297) // all tickets, not only the open ones
	before := d.At(0, 0)
	p.Until(b, d, "no list of all", func() bool { return ready() && d.At(0, 0) == before })
	time.Sleep(2 * time.Second) // what a start leaves to do
	d.Tool(b, "mousemove", "400", "400")

	out.head(fmt.Sprintf("Scrolling in the window, %d tickets", s.many))
	for _, way := range []struct {
		name         string
		steps, delay int // ms
		kind, input  string
		open         bool // each ticket on the way is opened
	}{
		{"wheel, 60 notches a second", 600, 16, "click", "5", false},
		{"j held, 30 a second", 300, 33, "key", "j", false},
		{"j, 15 tickets opened a second", 150, 66, "key", "j", true},
	} {
		if way.open {
			d.Click(b, 400, 400)
			p.Until(b, d, "no ticket is opened", func() bool { return dark(d, 620, 10, 900, 60) > 30 })
		}
		frames, blank := watch(b, d, func() {
			d.Tool(b, way.kind, "--repeat", strconv.Itoa(way.steps), "--delay", strconv.Itoa(way.delay), way.input)
		})
		if len(frames) < way.steps/10 {
			d.Keep(b, "still")
			b.Errorf("%s: %d pictures only", way.name, len(frames))
		}
		for _, part := range []float64{0.5, 0.95} {
			out.row(fmt.Sprintf("%s: frame p%.0f, ms", way.name, part*100), "%.0f", quantile(frames, part), math.NaN(), math.NaN(), nil)
		}
		out.row(way.name+": frames with rows missing", "%.0f", float64(blank), math.NaN(), math.NaN(), figureMost(0))
	}
	d.Keep(b, "scrolled")
	p.Close(b)
}

// watch follows the list while something is done to it: the times in ms between pictures that differ, and how many of
// them have a hole.
func watch(b *testing.B, d *screen.Display, do func()) (frames []float64, blank int) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		do()
	}()
	seed := maphash.MakeSeed()
	last, since := print(d, seed), time.Now()
	for {
		select {
		case <-done:
			return frames, blank
		case <-time.After(500 * time.Microsecond):
		}
		now := print(d, seed)
		if now == last {
			continue
		}
		time.Sleep(2 * time.Millisecond) // a picture is copied in pieces
		last = print(d, seed)
		frames, since = append(frames, ms([]time.Duration{time.Since(since)})...), time.Now()
		if hole(d) > rowHeight+8 {
			time.Sleep(2 * time.Millisecond) // it may still have been copied
			if hole(d) <= rowHeight+8 {
				continue
			}
			if blank == 0 {
				d.Keep(b, "hole")
			}
			blank++
		}
	}
}

// print is a fingerprint of the list: of a few columns through its texts.
func print(d *screen.Display, seed maphash.Seed) uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	for y := listTop; y < listBottom; y++ {
		for x := listLeft + 40; x < listLeft+60; x += 3 {
			h.WriteByte(d.At(x, y).G)
		}
	}
	return h.Sum64()
}

// hole is the highest part of the list without any ink.
func hole(d *screen.Display) (most int) {
	run := 0
	for y := listTop; y < listBottom; y++ {
		ink := false
		for x := listLeft + 30; x < listRight-20 && !ink; x += 2 {
			ink = d.At(x, y).G < 140
		}
		if run++; ink {
			run = 0
		}
		most = max(most, run)
	}
	return most
}
