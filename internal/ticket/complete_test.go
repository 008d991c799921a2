package ticket

import (
	"slices"
	"strings"
	"testing"
	"time"

	"guichet/internal/words"
)

func TestComplete(t *testing.T) {
	who := Asker{Agent: 3, Zone: time.UTC, Team: []Member{{3, "Sarah Le Goff"}, {4, "Samuel Roux"}}}
	clients := func(field, start string) ([]string, error) {
		return []string{"Conserverie du Port", "Conseil, Études & Cie"}, nil
	}
	for _, c := range []struct {
		word string
		lang words.Language
		want []string
	}{
		{"st", words.French, []string{"statut:"}},
		{"sta", words.English, []string{"status:"}},
		{"-tech", words.French, []string{"-technicien:"}},
		{"statut:ou", words.French, []string{"statut:ouvert"}},
		{"statut:ouvert,tr", words.French, []string{"statut:ouvert,traité"}},
		{"status:", words.English, []string{"status:new", "status:open", "status:pending", "status:resolved", "status:closed", "status:active"}},
		{"assignee:sa", words.English, []string{`assignee:"Sarah Le Goff"`, `assignee:"Samuel Roux"`}},
		{"client:cons", words.French, []string{`client:"Conserverie du Port"`, `client:"Conseil  Études & Cie"`}},
		{`client:"cons`, words.French, []string{`client:"Conserverie du Port"`, `client:"Conseil  Études & Cie"`}},
		{"until:t", words.English, []string{"until:today", "until:tomorrow"}},
		{"imprimante", words.French, nil},
		{"nothing:x", words.French, nil},
		{"", words.French, nil},
	} {
		got, err := Complete(c.word, c.lang, who, clients)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%q becomes %q (%v), want %q", c.word, got, err, c.want)
		}
	}
}

// Every value that is offered is one that the line knows, in both languages.
func TestWhatIsOfferedIsUnderstood(t *testing.T) {
	who := Asker{Agent: 3, Zone: time.UTC, Team: []Member{{3, "Sarah Le Goff"}}}
	for _, lang := range []words.Language{words.French, words.English} {
		for _, f := range askable {
			offered, err := Complete(f.called(lang)+":", lang, who, nil)
			if err != nil || len(offered) == 0 {
				t.Errorf("%s: nothing is offered (%v)", f.name, err)
			}
			for _, line := range offered {
				s, unknown := ParseSearch(line, who)
				if len(unknown) > 0 || len(s.Terms) != 1 || s.Terms[0].Field != f.name || strings.Contains(line, "::") {
					t.Errorf("%q is offered and not understood: %v", line, unknown)
				}
			}
		}
	}
}
