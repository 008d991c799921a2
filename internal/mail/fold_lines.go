package mail

import (
	"sort"
	"strings"
)

// line is one line of a text: its bytes in it, its end left out, and what it looks like.
type line struct {
	start, end int    // byte range in the text, without the "\n"
	s          string // trimmed, odd spaces made plain
	blank      bool
	quoted     bool // begins with ">"
	ends       bool // could be the end of an attribution
	sentence   int8 // lines of the attribution that begins here, plus one; 0: not asked yet
}

type textLines struct {
	text  string
	lines []line
	tries int // sentences that may still be compared with the forms of attributions
	work  int // steps done: bytes and lines looked at
}

const (
	linesKept      = 20_000 // lines looked at; a mail of more is a log file, not an exchange
	sentencesTried = 1500
)

func splitLines(text string) *textLines {
	t := &textLines{text: text, tries: sentencesTried}
	t.lines = make([]line, 0, min(linesKept, strings.Count(text, "\n")+1))
	for at := 0; at < len(text) && len(t.lines) < linesKept; {
		end := len(text)
		if i := strings.IndexByte(text[at:], '\n'); i >= 0 {
			end = at + i
		}
		s := plainSpaces(text[at:min(end, at+2000)])
		t.lines = append(t.lines, line{start: at, end: end, s: s, blank: s == "" || s[0] >= 0x80 && strings.Trim(s, "\u200c\u200d") == "", quoted: isQuoted(s), ends: endsLikeAttribution(s)})
		at = end + 1
	}
	t.work = len(text)
	return t
}

// isQuoted knows a quoted line; the end of an address wrapped out of an attribution is none.
func isQuoted(s string) bool {
	return strings.HasPrefix(s, ">") && !(strings.HasPrefix(s, ">>> ") && strings.HasSuffix(s, " >>>")) && s != ">:" && !strings.HasPrefix(s, "> wrote:") && !strings.HasPrefix(s, ">, ")
}

var oddSpaces = strings.NewReplacer("\u00a0", " ", "\u202f", " ", "\u2009", " ", "\t", " ", "\u200b", "", "\u200e", "", "\u200f", "", "\ufeff", "", "\u202a", "", "\u202c", "", "\uff1a", ":")

// plainSpaces makes odd spaces plain ones and trims; most lines hold none, and French ones many other signs.
func plainSpaces(s string) string {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\t', 0xc2, 0xef:
			return strings.TrimSpace(oddSpaces.Replace(s))
		case 0xe2:
			if i+2 < len(s) && s[i+1] == 0x80 && (s[i+2] < 0x90 || s[i+2] >= 0xaa && s[i+2] <= 0xaf) {
				return strings.TrimSpace(oddSpaces.Replace(s))
			}
		}
	}
	return strings.TrimSpace(s)
}

// at gives the number of the line that holds a byte.
func (t *textLines) at(pos int) int {
	return min(len(t.lines), sort.Search(len(t.lines), func(i int) bool { return t.lines[i].end >= pos }))
}

// from gives the first line that has words at or after a byte.
func (t *textLines) from(pos int) int {
	i := t.at(pos)
	if i < len(t.lines) && pos > t.lines[i].start && strings.TrimSpace(t.text[pos:max(pos, t.lines[i].end)]) == "" {
		i++
	}
	return t.next(i)
}

// next gives the first line from i on that is not blank, or the number of lines.
func (t *textLines) next(i int) int {
	for i < len(t.lines) && t.lines[i].blank {
		i++
		t.work++
	}
	return i
}

// previous gives the last line before i that is not blank, or -1.
func (t *textLines) previous(i int) int {
	for i--; i >= 0 && t.lines[i].blank; {
		i--
		t.work++
	}
	return i
}

// onlyAttribution says whether nothing but blank lines and attributions stands between two places.
func (t *textLines) onlyAttribution(from, to int) bool {
	if from >= to {
		return true
	}
	rest := strings.TrimSpace(t.text[from:to])
	if rest == "" {
		return true
	}
	for i := t.from(from); i < len(t.lines) && t.lines[i].start < to; i++ {
		t.work++
		if t.lines[i].blank {
			continue
		}
		n := t.attribution(i)
		if n == 0 {
			return false
		}
		i += n - 1
	}
	return true
}
