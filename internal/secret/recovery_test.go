package secret

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"guichet/internal/db"
	"guichet/internal/db/dbtest"
	"guichet/internal/journal"
)

func TestThePhraseGivesTheKeyBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := opened(t, d, Options{Folder: t.TempDir()})
		phrase, made, err := NewRecovery(k, noon)
		if err != nil {
			t.Fatal(err)
		}
		if !regexp.MustCompile(`^([0-9A-HJKMNP-TV-Z]{5}-){7}[0-9A-HJKMNP-TV-Z]{5}$`).MatchString(phrase.Reveal()) {
			t.Fatalf("phrase %q", phrase.Reveal())
		}
		write(t, d, func(ctx context.Context, tx *db.Tx) error { return KeepRecovery(ctx, tx, journal.Agent(1), noon, made) })
		r, ok, err := RecoveryOf(t.Context(), d)
		if err != nil || !ok || !r.At.Equal(noon) {
			t.Fatalf("%+v, %v, %v", r, ok, err)
		}
		p := phrase.Reveal()
		for name, typed := range map[string]string{
			"as shown": p, "lower case": strings.ToLower(p), "spaces": " " + strings.ReplaceAll(p, "-", "  ") + "\n",
			"no marks": strings.ReplaceAll(p, "-", ""), "lookalikes": strings.NewReplacer("0", "o", "1", "l").Replace(p),
		} {
			if got, err := r.Open(Text(typed)); err != nil || got.ID() != k.ID() {
				t.Errorf("%s: %v, %v", name, got, err)
			}
		}
		other, _, err := NewRecovery(k, noon)
		if err != nil {
			t.Fatal(err)
		}
		first := "0"
		if p[:1] == "0" {
			first = "1"
		}
		for want, typed := range map[string]string{
			"secret.err.phrase": other.Reveal(), "secret.err.phrase_typed": first + p[1:],
			"secret.err.phrase_length": p[:len(p)-1], "secret.err.phrase_char": strings.Replace(p, "-", "é", 1),
		} {
			if _, err := r.Open(Text(typed)); faultKey(err) != want {
				t.Errorf("%s: %v", want, err)
			}
		}
	})
}

func TestAHostileRecoveryDoesNotTakeTheMachine(t *testing.T) {
	k, err := newKey()
	if err != nil {
		t.Fatal(err)
	}
	phrase, good, err := NewRecovery(k, noon)
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Recovery){
		"memory": func(r *Recovery) { r.Memory = 1 << 31 }, "time": func(r *Recovery) { r.Time = 1 << 30 },
		"no memory": func(r *Recovery) { r.Memory = 0 }, "sealed cut": func(r *Recovery) { r.Sealed = r.Sealed[:5] },
		"nothing": func(r *Recovery) { r.Sealed = nil }, "other id": func(r *Recovery) { r.KeyID = "0" },
	} {
		r := good
		change(&r)
		if got, err := r.Open(phrase); got != nil || !strings.HasPrefix(faultKey(err), "secret.err.") {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

// Every single mistyped character is found by the check group.
func TestOneWrongCharacterIsSeen(t *testing.T) {
	k, err := newKey()
	if err != nil {
		t.Fatal(err)
	}
	phrase, _, err := NewRecovery(k, noon)
	if err != nil {
		t.Fatal(err)
	}
	missed := 0
	for i, was := range phrase.Reveal() {
		for _, c := range alphabet {
			if was == '-' || c == was {
				continue
			}
			if _, err := read(phrase.Reveal()[:i] + string(c) + phrase.Reveal()[i+1:]); err == nil {
				missed++
			}
		}
	}
	if missed > 0 { // one chance in 27 000: 40 × 31 tries against 2^25
		t.Errorf("%d wrong characters pass", missed)
	}
}

func FuzzReadPhrase(f *testing.F) {
	f.Add("0OIl1-abcde")
	f.Add(strings.Repeat("A", 40))
	f.Fuzz(func(t *testing.T, s string) {
		if plain, err := read(s); err == nil && (len(plain) != randomChars || strings.Trim(plain, alphabet) != "") {
			t.Errorf("%q gives %q", s, plain)
		}
	})
}
