package db

import (
	"strings"
	"unicode"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// ligatures are letters that Unicode does not take apart but people type apart.
var ligatures = strings.NewReplacer("œ", "oe", "æ", "ae", "ß", "ss", "ø", "o", "ł", "l", "đ", "d", "’", "'")

// Fold returns text as it is compared and searched: lower case, without
// accents, with ligatures taken apart. The engines' own lower() knows ASCII
// only.
func Fold(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	for i, r := range text {
		switch {
		case r < letters:
			b.WriteString(foldedLetters[r])
		case r >= signs && r < signs+0x70:
			b.WriteString(foldedSigns[r-signs])
		default:
			b.WriteString(foldAny(text[i:]))
			return b.String()
		}
	}
	return b.String()
}

// The folds of what nearly every text here is made of: the letters of Western and
// Central Europe, the signs of print. To ask the Unicode tables for each letter
// takes 50 µs for a mail.
const letters, signs = 0x180, 0x2000

var foldedLetters, foldedSigns = foldsOf(0, letters), foldsOf(signs, signs+0x70)

// foldsOf folds them in one go, each apart from its neighbours: one by one they took 5 ms of every start.
func foldsOf(from, to rune) []string {
	const apart = "\uffff"
	var all strings.Builder
	for r := from; r < to; r++ {
		all.WriteString(string(r))
		if r < to-1 {
			all.WriteString(apart)
		}
	}
	return strings.Split(foldAny(all.String()), apart)
}

// foldAny folds any letters, slowly.
func foldAny(text string) string {
	// A transformer keeps state, so each call has its own.
	strip := transform.Chain(norm.NFKD, runes.Remove(runes.In(unicode.Mn)), norm.NFC)
	folded, _, err := transform.String(strip, strings.ToLower(text))
	if err != nil { // not valid UTF-8: compare it as it is
		folded = strings.ToLower(text)
	}
	return ligatures.Replace(folded)
}
