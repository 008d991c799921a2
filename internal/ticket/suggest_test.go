package ticket

import (
	"context"
	"testing"

	"guichet/internal/db"
	"guichet/internal/db/dbtest"
)

func TestSuggest(t *testing.T) {
	d := dbtest.Open(t)
	write(t, d, func(ctx context.Context, tx *db.Tx) error { _, err := SeedCategories(ctx, tx, noon); return err })
	tree, err := Categories(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	id := map[string]int64{}
	for _, c := range tree {
		id[c.NameEN] = c.ID
	}
	for _, c := range []struct {
		subject, text string
		want          map[string]int64 // -1: nothing is proposed
	}{
		{"Imprimante du quai en panne", "Bonjour, plus personne ne peut sortir les étiquettes, c’est urgent.",
			map[string]int64{"type": 0, "category": id["Printer"], "impact": 1, "urgency": 1, "technicality": 1}},
		{"VPN", "Je n’arrive plus à me connecter au VPN depuis la maison. Pas urgent.", map[string]int64{"type": 0, "category": id["VPN, remote access"], "urgency": 3, "technicality": 2}},
		{"Arrivée de Mme Kerboul lundi", "Merci de créer son compte et sa boîte.", map[string]int64{"type": 1, "category": id["Joiner"], "impact": -1}},
		{"Teams: no sound", "My headset is not working since this morning, my colleagues cannot hear me.", map[string]int64{"type": 0, "impact": 2}},
		{"Mail louche", "Reçu un message suspect, une arnaque au colis je crois", map[string]int64{"category": id["Suspicious mail"], "technicality": 2}},
		{"Demain matin", "Je n’arrive pas à l’heure demain.", map[string]int64{"category": -1, "urgency": -1, "impact": -1}},
		{"KER-QUAI-01 rame", "Le poste ker quai 01 est très lent.", map[string]int64{"asset": 7, "category": id["Slow or frozen"], "urgency": 2}},
	} {
		got := map[string]int64{}
		for _, s := range Suggest(Clues{Subject: c.subject, Text: c.text, Categories: tree, Others: []Machine{{7, "KER-QUAI-01"}, {8, "PC"}}}) {
			got[s.Field] = s.Value
			if s.Key == "" {
				t.Errorf("%s: %s without a reason", c.subject, s.Field)
			}
		}
		for field, want := range c.want {
			if value, ok := got[field]; ok != (want >= 0) || ok && value != want {
				t.Errorf("%s: %s is %d (%t), want %d", c.subject, field, value, ok, want)
			}
		}
	}
}

func TestSuggestFromWhoAsks(t *testing.T) {
	one := func(c Clues, field string) (Suggestion, bool) {
		for _, s := range Suggest(c) {
			if s.Field == field {
				return s, true
			}
		}
		return Suggestion{}, false
	}
	c := Clues{Subject: "Bonjour", Own: []Machine{{3, "PC-3"}}, Past: []Earlier{{12, 5}, {11, 6}, {9, 5}}, Near: 2}
	if s, ok := one(c, "asset"); !ok || s.Value != 3 || s.Key != "qualify.why.own" {
		t.Error(s, ok)
	}
	if s, ok := one(c, "category"); !ok || s.Value != 5 || s.Args["n"] != 2 {
		t.Error(s, ok)
	}
	if s, ok := one(c, "blocked"); !ok || s.Value != 3 {
		t.Error(s, ok)
	}
	c.Own, c.Past, c.Near = append(c.Own, Machine{4, "PC-4"}), c.Past[:2], 0
	for _, field := range []string{"asset", "category", "blocked"} {
		if s, ok := one(c, field); ok {
			t.Errorf("%+v out of nothing", s)
		}
	}
}
