package mail

import "strings"

// fold fills Message.Folds: what the writer did not write now. The structure of the HTML speaks first, the text
// otherwise. When somebody answered between the quoted lines everything stays in view, and a mail is never folded whole.
func (p *parser) fold() {
	t := splitLines(p.m.Text)
	var folds []Fold
	if f, start := t.forwarded(p.m.Subject); f != nil {
		p.m.Forwarded = f
		folds = []Fold{{FoldForward, start, len(t.text)}}
	}
	if len(folds) == 0 {
		folds = p.structureFolds(t)
	}
	if len(folds) == 0 {
		folds = t.quotes(isForwardSubject(p.m.Subject))
	}
	folds = append(folds, t.signature(folds)...)
	folds = append(folds, t.disclaimer(folds)...)
	p.m.Folds = tidy(p.m.Text, folds)
}

// tidy orders folds, joins those that touch, and gives up on hiding everything.
func tidy(text string, folds []Fold) []Fold {
	sortFolds(folds)
	var out []Fold
	for _, f := range folds {
		f.Start, f.End = max(0, f.Start), min(len(text), f.End)
		if n := len(out); n > 0 && f.Start < out[n-1].End {
			f.Start = out[n-1].End
		}
		if f.Start < f.End && strings.TrimSpace(text[f.Start:f.End]) != "" {
			out = append(out, f)
		}
	}
	for len(out) > 0 && !anythingLeft(text, out) {
		out = out[1:] // the first fold is the most likely to be what the writer meant to show
	}
	return out
}

func anythingLeft(text string, folds []Fold) bool {
	return strings.TrimSpace(visible(text, folds)) != ""
}

// visible gives text without its folds.
func visible(text string, folds []Fold) string {
	var b strings.Builder
	at := 0
	for _, f := range folds {
		b.WriteString(text[at:f.Start])
		at = f.End
	}
	b.WriteString(text[at:])
	return b.String()
}

func sortFolds(folds []Fold) {
	for i := 1; i < len(folds); i++ { // a handful, nearly in order
		for j := i; j > 0 && folds[j].Start < folds[j-1].Start; j-- {
			folds[j], folds[j-1] = folds[j-1], folds[j]
		}
	}
}

// structureFolds makes folds of what the HTML structure says.
func (p *parser) structureFolds(t *textLines) []Fold {
	var folds []Fold
	end := 0
	for _, s := range outermost(p.marks.spans) {
		if s.kind != FoldQuote || strings.TrimSpace(t.text[min(s.start, len(t.text)):min(s.end, len(t.text))]) == "" {
			continue
		}
		first := t.at(s.start)
		for first < len(t.lines) && t.lines[first].blank {
			first++
		}
		start := s.start
		if n := t.attributionBefore(first); n < first {
			start = t.lines[n].start
		}
		if len(folds) > 0 && !t.onlyAttribution(end, start) {
			return nil // somebody answered between two quotes: the text decides
		}
		folds = append(folds, Fold{t.kindAt(first, isForwardSubject(p.m.Subject)), start, s.end})
		end = s.end
	}
	return folds
}

// outermost drops spans that lie in others.
func outermost(spans []span) []span {
	byStart := make([]span, len(spans))
	copy(byStart, spans)
	for i := 1; i < len(byStart); i++ {
		for j := i; j > 0 && byStart[j].start < byStart[j-1].start; j-- {
			byStart[j], byStart[j-1] = byStart[j-1], byStart[j]
		}
	}
	var out []span
	for _, s := range byStart {
		if n := len(out); n > 0 && s.start < out[n-1].end {
			out[n-1].end = max(out[n-1].end, s.end)
			continue
		}
		out = append(out, s)
	}
	return out
}
