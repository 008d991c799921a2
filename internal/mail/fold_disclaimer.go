package mail

import (
	"slices"
	"strings"
)

// legalWords are the sentences that companies and scanners put below every mail; the text is folded, on one line.
var legalWords = lazily(`^[*_=\-\[( ]{0,40}(?:(?:disclaimer|confidentiality notice|legal notice|avertissement|confidentialite|mention legale|avis de confidentialite|hinweis|haftungsausschluss|aviso legal|avviso legale|avviso di riservatezza|nota di riservatezza|aviso de confidencialidad|aviso de confidencialidade|confidencialidad|riservatezza)\b.{0,5}[:.\-]|` +
	`(?:ce|cet|le present) (?:message|mail|e-mail|email|courriel|courrier)\b.{0,160}(?:confidenti|destinataire|usage exclusif|prive)|(?:les informations|l'information) contenue?s? dans ce|si vous (?:n'etes pas|avez recu) .{0,80}(?:destinataire|par erreur)|` +
	`l'integrite de ce message|l'absence de virus|(?:p )?(?:avant d'imprimer|pensez a (?:l'environnement|la planete)|n'imprimez (?:ce|cet) )|(?:ce|cet) (?:message|mail|e-mail|courriel|courrier)\b.{0,80}(?:sans virus|analyse par)|this (?:e-?mail|message|communication|transmission)\b.{0,200}(?:confidential|privileged|intended (?:solely|only)|is intended|sole use)|` +
	`the (?:information|contents?)\b.{0,30}(?:contained )?(?:in|of) this (?:e-?mail|message|communication)|if you (?:are not|have received) .{0,100}(?:intended|addressee|in error)|please consider the environment|` +
	`(?:this email has been checked|virus-free|garanti sans virus)|diese (?:e-?mail|nachricht)\b.{0,160}(?:vertraulich|bestimmt)|sollten sie nicht der|este (?:mensaje|correo)\b.{0,160}confidencial|questo messaggio\b.{0,160}(?:riservat|confidenzial)|le informazioni contenute in questo|` +
	`(?:dit (?:e-?mail ?)?(?:bericht)?|de (?:informatie|inhoud))\b.{0,160}vertrouwelijk|(?:esta mensagem|este e-?mail|as informacoes)\b.{0,160}confidencia|(?:detta|denna) (?:meddelande|mejl|e-?post)\b.{0,160}(?:konfidentiell|avsett)|denne (?:e-?mail|besked|melding|e-post)\b.{0,160}(?:fortrolig|konfidensiel)` +
	`|(?:niniejsza|ta) wiadomosc\b.{0,160}(?:poufn|przeznaczon)|(?:este|el presente) (?:correo|mensaje|e-?mail)\b.{0,160}(?:confidencial|destinatario)|questa (?:e-?mail|comunicazione)\b.{0,160}(?:riservat|confidenzial|destinatari)|tato zprava\b.{0,160}duvern)`)

// isLegal says whether a paragraph is such a sentence. Of almost all, the first letters tell that they are none.
func isLegal(s string) bool {
	start := strings.TrimLeft(s, "*_=-[( ")
	start = foldText(start[:min(len(start), 30)])
	return slices.ContainsFunc(legalStarts, func(stem string) bool { return strings.HasPrefix(start, stem) }) && legalWords.MatchString(foldText(s))
}

// legalStarts are the beginnings of legalWords.
var legalStarts = []string{"disclaimer", "confiden", "legal", "avertis", "mention", "avis", "hinweis", "haftung", "aviso", "avvis", "nota", "riserva", "ce", "le ", "les ", "l'", "si ", "p ",
	"avant", "pensez", "n'imp", "this", "the ", "if ", "please", "virus", "garanti", "diese", "sollten", "este", "questo", "questa", "dit ", "de ", "esta", "as ", "detta", "den", "niniej", "ta ", "el ", "tato"}

// disclaimer folds the legal notice at the end of what the writer wrote; folds are those found before.
func (t *textLines) disclaimer(folds []Fold) []Fold {
	end, stop := t.visibleEnd(folds)
	first := -1
	for last, seen := t.previous(end), 0; last >= 0 && seen < 12; seen++ {
		top := last
		for top > 0 && !t.lines[top-1].blank {
			top--
		}
		if isLegal(t.paragraph(top, last)) {
			first = top
		} else if first < 0 && strings.HasSuffix(t.lines[last].s, "?") { // no notice ends with a question: somebody writes below it
			return nil
		}
		last = t.previous(top)
	}
	if first <= 0 {
		return nil
	}
	if p := t.previous(first); p > 0 && isRule(t.lines[p].s) {
		first = p
	}
	if t.previous(first) < 0 {
		return nil
	}
	if n := t.quotedBelow(first, end); n < end {
		stop = t.lines[n].start
	}
	return []Fold{{FoldDisclaimer, t.lines[first].start, stop}}
}

// paragraph gives the beginning of the lines [first, last] as one.
func (t *textLines) paragraph(first, last int) string {
	var b strings.Builder
	b.Grow(600)
	for _, l := range t.lines[first : last+1] {
		if b.Len() > 500 {
			break
		}
		b.WriteString(l.s + " ")
	}
	return b.String()
}
