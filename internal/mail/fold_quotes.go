package mail

import (
	"strings"
)

// quotes folds the quoted text that plain text shows: lines marked with ">", what follows an attribution, a header
// block or a mark of the original message. forward says that the subject announces a forwarded mail.
func (t *textLines) quotes(forward bool) []Fold {
	split, from, kind := t.splitter(forward)
	if split >= 0 {
		if f, decided := t.afterSplitter(split, from, kind); decided {
			return f
		}
	}
	return t.markedRuns()
}

// splitter finds the first line that begins somebody else's text, and the byte where it does.
func (t *textLines) splitter(forward bool) (first, from int, kind FoldKind) {
	first, kind = t.splitLine(forward)
	if first < 0 {
		return -1, 0, ""
	}
	from = t.lines[first].start
	if at := t.shared(first); at >= 0 {
		from = at
	}
	return first, from, kind
}

func (t *textLines) splitLine(forward bool) (first int, kind FoldKind) {
	kind = FoldQuote
	if forward {
		kind = FoldForward
	}
	for i := range t.lines {
		l := t.lines[i]
		t.work += min(len(l.s), 120)
		switch {
		case l.blank:
		case markLike(l.s) && originalMark.MatchString(l.s):
			return t.ruleAbove(i), kind
		case markLike(l.s) && betweenRules.MatchString(l.s) && t.blockBelow(i):
			return t.ruleAbove(i), kind
		case markLike(l.s) && forwardMark.MatchString(l.s) && t.headerSoon(i+1):
			return t.ruleAbove(i), FoldForward
		case l.quoted:
		case t.attribution(i) > 0 || t.shared(i) >= 0:
			return i, FoldQuote
		case t.headerBlock(i) > 0:
			return t.ruleAbove(i), kind
		}
	}
	return -1, ""
}

// markLike spares the regular expressions: marks stand between rules, or end with a colon.
func markLike(s string) bool {
	return len(s) > 8 && len(s) < 120 && (strings.IndexByte("-_=*>", s[0]) >= 0 || s[len(s)-1] == ':')
}

// blockBelow says whether a header block stands right below line i.
func (t *textLines) blockBelow(i int) bool {
	n := t.next(i + 1)
	return n < len(t.lines) && n < i+4 && t.headerBlock(n) > 0
}

// headerSoon says whether a header block follows within some lines.
func (t *textLines) headerSoon(i int) bool {
	for n := 0; n < 6 && i < len(t.lines); n++ {
		if kind, _ := label(t.lines[i].s); kind != "" {
			return true
		}
		i++
	}
	return false
}

// ruleAbove takes a rule right above line i with it.
func (t *textLines) ruleAbove(i int) int {
	if p := t.previous(i); p >= 0 && isRule(t.lines[p].s) {
		return p
	}
	return i
}

// afterSplitter folds from a splitter on. Without ">" marks below it everything is somebody else's; with them the marks
// decide where it ends, and whether somebody answered in between.
func (t *textLines) afterSplitter(split, from int, kind FoldKind) (folds []Fold, decided bool) {
	after := split + max(1, t.attribution(split))
	marked := 0
	for i := after; i < len(t.lines); i++ {
		if t.lines[i].quoted {
			marked++
		}
	}
	if n := t.next(after); marked == 0 || n < len(t.lines) && !t.lines[n].quoted && t.attribution(split) == 0 {
		return []Fold{{kind, from, len(t.text)}}, true
	}
	return nil, false
}

// run is a stretch of quoted lines, [from, to).
type run struct{ from, to int }

// markedRuns folds lines marked with ">", with the attributions above them. When text of the writer stands between two
// of them, that is an answer in between, and all stays in view but what is quoted at the very end.
func (t *textLines) markedRuns() []Fold {
	runs := t.runs()
	if len(runs) == 0 {
		return nil
	}
	for i := 1; i < len(runs); i++ {
		if t.answers(runs[i-1].to, runs[i].from) {
			return nil
		}
	}
	first, last := runs[0], runs[len(runs)-1]
	end := len(t.text)
	if last.to < len(t.lines) {
		end = t.lines[last.to].start
	}
	from := t.attributionBefore(first.from)
	start := t.lines[from].start
	if at := t.shared(from); at >= 0 {
		start = at
	} else if p := t.previous(first.from); p >= 0 && from == first.from {
		if at := t.shared(p); at >= 0 {
			start = at
		}
	}
	return []Fold{{FoldQuote, start, end}}
}

// runs gathers the quoted lines: at least two in a row, or one under an attribution. A line that a program wrapped out
// of its quote belongs to it.
func (t *textLines) runs() []run {
	var runs []run
	for i := 0; i < len(t.lines); i++ {
		if !t.lines[i].quoted {
			continue
		}
		j, marks := i, 0
		for j < len(t.lines) {
			t.work++
			if t.lines[j].quoted {
				marks++
				j++
				continue
			}
			next := t.next(j)
			if next < len(t.lines) && t.lines[next].quoted && t.lines[j].blank {
				j = next
				continue
			}
			if j > i && !t.lines[j].blank && t.brokenLink(j) {
				j++
				continue
			}
			break
		}
		if p := t.previous(i); marks > 1 || t.attributionBefore(i) < i || p >= 0 && t.shared(p) >= 0 {
			runs = append(runs, run{i, j})
		}
		i = j
	}
	return runs
}

// answers says whether the lines [from, to) hold words of the writer.
func (t *textLines) answers(from, to int) bool {
	for i := from; i < to; i++ {
		t.work++
		if t.lines[i].blank {
			continue
		}
		if n := t.attribution(i); n > 0 {
			i += n - 1
			continue
		}
		if !t.brokenLink(i) {
			return true
		}
	}
	return false
}

var linkLine = lazily(`^[(<]https?://\S+[)>]\s?>?$`)

// brokenLink knows a line that only a link wrapped out of its quote made: in brackets, or the tail of one in brackets. A
// bare link or a few words may be an answer, and answers are never folded.
func (t *textLines) brokenLink(i int) bool {
	if linkLine.MatchString(t.lines[i].s) {
		return true
	}
	above := t.lines[max(0, i-1)].s
	open := strings.LastIndex(above, "(http")
	return open >= 0 && !strings.Contains(above[open:], ")") && !strings.Contains(t.lines[i].s, " ")
}

// kindAt says whether the quote that begins at line i is a forwarded mail.
func (t *textLines) kindAt(i int, forward bool) FoldKind {
	if i < len(t.lines) && (forwardMark.MatchString(t.lines[i].s) || forward) {
		return FoldForward
	}
	return FoldQuote
}
