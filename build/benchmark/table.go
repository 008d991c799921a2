package benchmark

import (
	"fmt"
	"io"
	"math"
	"slices"
	"time"
)

// median is the middle one, of an even number the upper of the two.
func median(values []float64) float64 { return quantile(values, 0.5) }

// quantile is the value that a part of all do not exceed; NaN of none.
func quantile(values []float64, part float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	s := slices.Sorted(slices.Values(values))
	return s[min(int(part*float64(len(s))), len(s)-1)]
}

// ms are durations in milliseconds.
func ms(d []time.Duration) []float64 {
	out := make([]float64, len(d))
	for i, v := range d {
		out[i] = float64(v.Microseconds()) / 1000
	}
	return out
}

// table is what a person reads: a figure of Guichet, the floor's, their ratio, the goal.
type table struct{ w io.Writer }

func (t table) head(title string) {
	fmt.Fprintf(t.w, "\n%-46s %12s %12s %9s  %s\n", title, "guichet", "floor", "ratio", "goal")
}

// goal is what a ratio or a figure must be, above or below a bound.
type goal struct {
	bound float64
	least bool   // true: at least the bound
	of    string // "ratio" or "figure"
}

func atLeast(bound float64) *goal    { return &goal{bound, true, "ratio"} }
func atMost(bound float64) *goal     { return &goal{bound, false, "ratio"} }
func figureMost(bound float64) *goal { return &goal{bound, false, "figure"} }

// row writes one line. floor is NaN where there is none; ratio is the median of the rounds' own.
func (t table) row(name, format string, figure, floor, ratio float64, g *goal) {
	show := func(format string, v float64) string {
		if math.IsNaN(v) {
			return "-"
		}
		return fmt.Sprintf(format, v)
	}
	fmt.Fprintf(t.w, "%-46s %12s %12s %9s  %s\n", name, show(format, figure), show(format, floor), show("%.2f", ratio), g.verdict(figure, ratio))
}

func (g *goal) verdict(figure, ratio float64) string {
	if g == nil {
		return "-"
	}
	v := map[string]float64{"ratio": ratio, "figure": figure}[g.of]
	sign, met := "<=", v <= g.bound
	if g.least {
		sign, met = ">=", v >= g.bound
	}
	return fmt.Sprintf("%s %s %g: %s", g.of, sign, g.bound, map[bool]string{true: "MET", false: "NOT MET"}[met])
}
