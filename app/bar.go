package app

import (
	"fmt"
	"io"
	"strings"
)

// bar is the progress of a command on the terminal, drawn at each hundredth.
type bar struct {
	w           io.Writer
	total, done int64
	shown       int64
	count       int
}

// Write counts what was read of the total.
func (b *bar) Write(p []byte) (int, error) {
	b.done += int64(len(p))
	return len(p), nil
}

// draw shows how far it is, with how many things that were.
func (b *bar) draw(count int) {
	b.count = count
	percent := int64(0)
	if b.total > 0 {
		percent = min(100, b.done*100/b.total)
	}
	if percent == b.shown {
		return
	}
	b.shown = percent
	full := int(percent / 4)
	fmt.Fprintf(b.w, "\r[%s%s] %3d %%", strings.Repeat("█", full), strings.Repeat("·", 25-full), percent)
	if count > 0 {
		fmt.Fprintf(b.w, "  %d", count)
	}
}

// end leaves the line of the bar.
func (b *bar) end() {
	b.draw(b.count)
	fmt.Fprintln(b.w)
}
