package words

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestBothLanguagesSayTheSameThings(t *testing.T) {
	fr, err := Catalogue(French)
	if err != nil {
		t.Fatal(err)
	}
	en, err := Catalogue(English)
	if err != nil {
		t.Fatal(err)
	}
	if len(fr) == 0 {
		t.Fatal("the catalogue is empty")
	}
	for key, text := range fr {
		other, ok := en[key]
		if !ok {
			t.Errorf("%s has no English", key)
			continue
		}
		if a, b := names(text), names(other); !slices.Equal(a, b) {
			t.Errorf("%s: French takes %v, English %v", key, a, b)
		}
	}
	for key := range en {
		if _, ok := fr[key]; !ok {
			t.Errorf("%s has no French", key)
		}
	}
}

var argument = regexp.MustCompile(`\{(\w+)[|}]`)

func names(text string) []string {
	var out []string
	for _, m := range argument.FindAllStringSubmatch(text, -1) {
		if !slices.Contains(out, m[1]) {
			out = append(out, m[1])
		}
	}
	slices.Sort(out)
	return out
}

// A plain space before ; ! ? : or inside guillemets lets a line break there.
func TestFrenchTypography(t *testing.T) {
	fr, err := Catalogue(French)
	if err != nil {
		t.Fatal(err)
	}
	wrong := regexp.MustCompile(`« | »| [;!?]| :( |$)|[^\s\x{a0}\x{202f}\d/hps][;!?]( |$)|\boe(uvre|il)\b|\.\.\.`)
	for key, text := range fr {
		if m := wrong.FindString(text); m != "" {
			t.Errorf("%s: %q in %q", key, m, text)
		}
		if strings.Contains(text, "'") {
			t.Errorf("%s: a straight apostrophe in %q", key, text)
		}
	}
}

func TestFill(t *testing.T) {
	for _, c := range []struct {
		l    Language
		text string
		args map[string]any
		want string
	}{
		{French, "{n|{n} ticket|{n} tickets}", map[string]any{"n": 0}, "0 ticket"},
		{English, "{n|{n} ticket|{n} tickets}", map[string]any{"n": 0}, "0 tickets"},
		{French, "{n|{n} ticket|{n} tickets}", map[string]any{"n": 12345}, "12\u202f345 tickets"},
		{English, "{n|none|one|{n} of them}", map[string]any{"n": 1}, "one"},
		{English, "{n|none|one|{n} of them}", map[string]any{"n": 1234}, "1,234 of them"},
		{French, "à {who}", map[string]any{"who": "Léa"}, "à Léa"},
		{French, "à {who}", nil, "à {who}"},
		{English, "left { open", nil, "left { open"},
		{French, "{at}", map[string]any{"at": time.Date(2026, 11, 3, 9, 5, 0, 0, time.UTC)}, "03/11/2026 09:05"},
	} {
		if got := fill(c.l, c.text, c.args); got != c.want {
			t.Errorf("fill(%s, %q) = %q, want %q", c.l, c.text, got, c.want)
		}
	}
}

func TestSayReturnsAnUnknownKey(t *testing.T) {
	if got := Say(French, "no.such.key"); got != "no.such.key" {
		t.Errorf("Say = %q", got)
	}
}
