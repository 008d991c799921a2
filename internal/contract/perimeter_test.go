package contract

import (
	"testing"

	"guichet/internal/asset"
	"guichet/internal/words"
)

func TestJudge(t *testing.T) {
	lines := []Line{
		{Covered: false, Type: asset.Printer, Note: "Imprimantes : contrat du loueur"},
		{Covered: true, Type: asset.Printer, SiteID: 7, Note: "Imprimantes de Lorient"},
		{Covered: false, AssetID: 42, Note: "Ancien serveur"},
		{Covered: true, SiteID: 8, Note: "Tout le site de Vannes"},
		{Covered: false, SiteID: 8, Type: asset.Server, Note: "Serveurs de Vannes"},
		{Covered: true, SiteID: 8, Type: asset.Server, Note: "Serveurs de Vannes, plus tard"},
	}
	for _, c := range []struct {
		name  string
		scope Scope
		lines []Line
		thing Thing
		want  Answer
		key   string
		line  int
	}{
		{"a laptop is a workstation", Workstations, nil, Thing{Type: asset.Laptop, AssetID: 1}, In, "workstation", 0},
		{"a server is none", Workstations, nil, Thing{Type: asset.Server, AssetID: 1}, Out, "workstations_only", 0},
		{"no machine, workstations only", Workstations, nil, Thing{}, Doubtful, "which", 0},
		{"no machine, everything", Infrastructure, nil, Thing{}, In, "infrastructure", 0},
		{"no machine, everything but", Infrastructure, lines, Thing{}, Doubtful, "which_out", 0},
		{"a type taken out", Infrastructure, lines, Thing{Type: asset.Printer, AssetID: 1}, Out, "line_out", 1},
		{"the type at a site is closer", Infrastructure, lines, Thing{Type: asset.Printer, SiteID: 7, AssetID: 1}, In, "line_in", 2},
		{"an asset is closest", Workstations, lines, Thing{Type: asset.Laptop, SiteID: 8, AssetID: 42}, Out, "line_out", 3},
		{"a whole site", Listed, lines, Thing{Type: asset.Network, SiteID: 8, AssetID: 1}, In, "line_in", 4},
		{"of two alike, out", Listed, lines, Thing{Type: asset.Server, SiteID: 8, AssetID: 1}, Out, "line_out", 5},
		{"in no line", Listed, lines, Thing{Type: asset.Laptop, AssetID: 1}, Out, "not_listed", 0},
		{"a level that is not covered", Infrastructure, nil, Thing{Level: 2}, Out, "level", 0},
	} {
		terms := Default()
		terms.Perimeter, terms.Levels = Perimeter{c.scope, c.lines}, []int{1}
		got := terms.Judge(c.thing)
		line, _ := got.Args["line"].(int)
		if got.Answer != c.want || got.Key != "contract.verdict."+c.key || line != c.line {
			t.Errorf("%s: %+v", c.name, got)
		}
		for _, l := range words.Languages {
			if words.SayMap(l, got.Key, got.Args) == got.Key {
				t.Errorf("%s: no sentence for %s", l, got.Key)
			}
		}
	}
	for _, v := range []Verdict{NoClient, NoContract} {
		for _, l := range words.Languages {
			if words.Say(l, v.Key) == v.Key {
				t.Errorf("%s: no sentence for %s", l, v.Key)
			}
		}
	}
}

func TestTermsAreChecked(t *testing.T) {
	if err := Default().Validate(); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*Terms){
		"zone":      func(t *Terms) { t.Hours.Zone = "Mars/Phobos" },
		"scope":     func(t *Terms) { t.Perimeter.Scope = "most" },
		"empty":     func(t *Terms) { t.Perimeter.Lines = []Line{{Covered: true}} },
		"double":    func(t *Terms) { t.Perimeter.Lines = []Line{{AssetID: 1, SiteID: 2}} },
		"levels":    func(t *Terms) { t.Levels = nil },
		"level 4":   func(t *Terms) { t.Levels = []int{4} },
		"target":    func(t *Terms) { t.Targets[1].Answer.Minutes = -1 },
		"stops":     func(t *Terms) { t.Stops = []string{"weather"} },
		"risk":      func(t *Terms) { t.Risk = 101 },
		"extended":  func(t *Terms) { t.Extended[0] = append(t.Extended[0], t.Hours.Week[1]...); t.Extended[0][0].To = 0 },
		"rounding":  func(t *Terms) { t.Rounding = 1000 },
		"included":  func(t *Terms) { t.Included = -1 },
		"no grace":  func(t *Terms) { t.Grace = -5 },
		"odd hours": func(t *Terms) { t.Hours.Week[2][0].To = 5000 },
	} {
		terms := Default()
		spoil(&terms)
		if terms.Validate() == nil {
			t.Errorf("%s was taken", name)
		}
	}
}
