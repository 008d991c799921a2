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
	plain := true
	for i := 0; i < len(text); i++ {
		if text[i] >= 0x80 {
			plain = false
			break
		}
	}
	if plain {
		return strings.ToLower(text)
	}
	// A transformer keeps state, so each call has its own.
	strip := transform.Chain(norm.NFKD, runes.Remove(runes.In(unicode.Mn)), norm.NFC)
	folded, _, err := transform.String(strip, strings.ToLower(text))
	if err != nil { // not valid UTF-8: compare it as it is
		folded = strings.ToLower(text)
	}
	return ligatures.Replace(folded)
}
