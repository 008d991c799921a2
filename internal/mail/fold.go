package mail

import (
	"slices"
	"sort"
	"strings"
)

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
		var decided bool
		if folds, decided = p.structureFolds(t); !decided {
			folds = t.quotes(isForwardSubject(p.m.Subject))
		}
	}
	if t.answersAnnounced(folds) {
		folds = nil
	}
	folds = append(folds, p.markedSignature(t, folds)...)
	folds = append(folds, t.disclaimer(folds)...)
	folds = append(folds, t.signature(folds)...)
	folds = append(folds, armorFolds(p.m.Text)...)
	p.m.Folds = tidy(p.m.Text, folds)
	p.spend(t.work)
}

// announced is how people say that they answered in the text below, which Outlook marks with nothing but a colour.
var announced = lazily(`^(?:(?:reponses?|repondu|commentaires?|remarques?|annotations?|precisions?|answers?|answered|comments?|remarks?|replies|antworten|anmerkungen|kommentare?|respuestas?|risposte|antwoorden|respostas?)\b.{0,60}` +
	`(?:ci-dessous|ci-apres|plus bas|dans (?:le|ton|votre) (?:texte|corps|mail|message)|dans le corps|au fil d|en (?:rouge|bleu|vert|gras|couleur|violet|orange)|inline|in-line|below|in (?:red|blue|green|bold|the (?:text|body))|im text|unten|in (?:rot|blau|grun)|abajo|en rojo|in rosso|qui sotto|hieronder|in het rood|abaixo|a vermelho)` +
	`|(?:voir|cf\.?|see|siehe) (?:en|in) (?:rouge|bleu|vert|red|blue|green|rot|blau)\b)`)

// answersAnnounced says whether the few words above the first quote tell of answers in it.
func (t *textLines) answersAnnounced(folds []Fold) bool {
	if len(folds) == 0 || folds[0].Kind != FoldQuote || folds[0].Start > 1500 {
		return false
	}
	said := strings.Join(strings.Fields(foldText(t.text[:folds[0].Start])), " ")
	return slices.ContainsFunc(announcing, func(stem string) bool { return announcedBy(stem, said) })
}

// announcing are the stems of the first words of announced: almost no mail has one, and to look for them is cheap.
var announcing = []string{"repon", "comment", "remar", "annotation", "precision", "answer", "replies", "antwo", "anmerkung", "kommentar",
	"respuesta", "rispost", "respost", "voir", "cf", "see", "siehe"}

// announcedBy looks for the announcement where words begin with a stem.
func announcedBy(stem, said string) bool {
	for at := 0; ; at++ {
		i := strings.Index(said[at:], stem)
		if i < 0 {
			return false
		}
		if at += i; (at == 0 || !inWord(said[at-1])) && announced.MatchString(said[at:min(len(said), at+500)]) {
			return true
		}
	}
}

// inWord knows what stands inside a word for a regular expression's word boundary.
func inWord(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '_'
}

// markedSignature folds the signature that the HTML marks as one. Outlook's mark is not believed: people answer in it.
func (p *parser) markedSignature(t *textLines, folds []Fold) []Fold {
	for _, s := range p.marks.spans {
		if s.kind == FoldSignature && s.start < s.end && s.end-s.start < 1000 && !t.folded(s.start, folds) {
			return []Fold{{FoldSignature, s.start, s.end}}
		}
	}
	return nil
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
	at := 0
	for _, f := range folds {
		if strings.TrimSpace(text[at:f.Start]) != "" {
			return true
		}
		at = f.End
	}
	return strings.TrimSpace(text[at:]) != ""
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
	sort.SliceStable(folds, func(i, j int) bool { return folds[i].Start < folds[j].Start })
}

// structureFolds makes folds of what the HTML structure says. decided is false when it says nothing; when somebody
// answered between the quotes it is true, and nothing is folded.
func (p *parser) structureFolds(t *textLines) (folds []Fold, decided bool) {
	quotes := ordered(p.marks.spans)
	end := 0
	for i, s := range quotes {
		if s.start < end || strings.TrimSpace(t.text[min(s.start, len(t.text)):min(s.end, len(t.text))]) == "" {
			continue
		}
		if s.box && t.answersInside(s, quotes[i+1:]) {
			return nil, true
		}
		first := t.from(s.start)
		start := s.start
		if n := t.attributionBefore(first); n < first {
			start = t.lines[n].start
		}
		if len(folds) > 0 && !t.onlyAttribution(end, start) {
			return nil, true
		}
		folds = append(folds, Fold{t.kindAt(first, isForwardSubject(p.m.Subject)), start, s.end})
		end = s.end
	}
	return folds, len(folds) > 0
}

// answersInside says whether an element that holds quotes holds answers to them too: it begins with an attribution and a
// quote, and something else stands between or below its quotes.
func (t *textLines) answersInside(box span, inner []span) bool {
	end, quotes := box.start, 0
	for _, s := range inner {
		t.work++
		if s.start >= box.end {
			break
		}
		if s.start < end || s.box && s.start == box.start {
			continue
		}
		if !t.onlyAttribution(end, s.start) {
			return quotes > 0
		}
		end, quotes = s.end, quotes+1
	}
	return quotes > 0 && !t.onlyAttribution(end, min(box.end, len(t.text)))
}

// ordered gives the quotes among the spans, outer ones before those in them.
func ordered(spans []span) []span {
	var out []span
	for _, s := range spans {
		if s.kind == FoldQuote {
			out = append(out, s)
		}
	}
	sort.SliceStable(out, func(i, j int) bool {
		return out[i].start < out[j].start || out[i].start == out[j].start && out[i].end > out[j].end
	})
	return out
}
