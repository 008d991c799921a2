package db

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// The table must give what the Unicode rules give, wherever a text leaves it.
func TestFoldsOfTheTable(t *testing.T) {
	seed := rand.Uint64()
	t.Log("seed", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	some := []rune("aéÈœŒçßøŁđ’…« »\u202f\u2011\u0301\u0327İıſǅΣСловоか\u3099ﬁ👩\u200d💻\xff")
	for range 5000 {
		var b strings.Builder
		for range r.IntN(12) {
			if r.IntN(3) == 0 {
				b.WriteRune(rune(r.IntN(0x2100)))
				continue
			}
			b.WriteRune(some[r.IntN(len(some))])
		}
		text := b.String()
		if got, want := Fold(text), foldAny(text); got != want {
			t.Fatalf("Fold(%q) = %q, the rules say %q", text, got, want)
		}
	}
}

func BenchmarkFold(b *testing.B) {
	text := strings.Repeat("L’imprimante du premier étage ne répond plus depuis ce matin : à l’aide ! ", 30)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Fold(text)
	}
}
