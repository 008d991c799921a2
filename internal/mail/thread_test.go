package mail

import (
	"slices"
	"strings"
	"testing"
)

// TestR13MessageIDForms holds the forms of ids that arrive.
func TestR13MessageIDForms(t *testing.T) {
	for raw, want := range map[string][]string{
		"<a@b>":                     {"a@b"},
		"<a@b><c@d>":                {"a@b", "c@d"},
		"<a@b>,<c@d>":               {"a@b", "c@d"},
		"<a@b>\t <c@d>":             {"a@b", "c@d"},
		"<a@b> (comment) <c@d>":     {"a@b", "c@d"},
		"Your mail of Monday <a@b>": {"a@b"},
		"<no-at-sign>":              {"no-at-sign"},
		"<a@b@c>":                   {"a@b@c"},
		"<[x]=?utf-8?Q?a?=@b>":      {"[x]=?utf-8?Q?a?=@b"},
		"<a..b@c.>":                 {"a..b@c."},
		"<\"a b\"@c>":               {"\"ab\"@c"},
		"<a@\r\n b>":                {"a@b"},
		"a@b":                       {"a@b"},
		"a@b c@d":                   {"a@b", "c@d"},
		"<a@b":                      {"a@b"},
		"<<a@b>>":                   {"a@b"},
		"<>":                        nil,
		"":                          nil,
		"<0102018f-1;2@eu-west-3.mailer.example>": {"0102018f-1;2@eu-west-3.mailer.example"},
	} {
		if got := messageIDs(raw); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", raw, got, want)
		}
	}
}

func TestMessageIDsKeepsTheEnds(t *testing.T) {
	all := "<first@x>" + strings.Repeat("<middle@x>", 5000) + "<last@x>"
	if ids := messageIDs(all); len(ids) != idLimit || ids[0] != "first@x" || ids[len(ids)-1] != "last@x" {
		t.Errorf("%d ids, %q to %q", len(ids), ids[0], ids[len(ids)-1])
	}
}

func TestOwnTicket(t *testing.T) {
	key := []byte("0123456789abcdef0123456789abcdef")
	id := NewMessageID(key, 1234567, "n\r\n<x>.42", "azurene.example")
	for _, form := range []string{id, "<" + id + ">", " <" + id + "> "} {
		if n, ok := OwnTicket(key, form); !ok || n != 1234567 {
			t.Errorf("%q: %d %v", form, n, ok)
		}
	}
	if cleanToken(id) != id {
		t.Errorf("id %q holds what an id can't", id)
	}
	for _, forged := range []string{
		strings.Replace(id, "g.15lk7.", "g.15lk8.", 1), strings.Replace(id, ".nx42.", ".nx43.", 1), "g.1.2.3@azurene.example", "g.15lk7.nx42.@azurene.example", "g...@x", "", "x@y",
		NewMessageID([]byte("another key"), 1234567, "n", "azurene.example"), NewMessageID(key, -5, "n", "azurene.example"), id[:len(id)-20],
	} {
		if n, ok := OwnTicket(key, forged); ok {
			t.Errorf("forged %q joins ticket %d", forged, n)
		}
	}
}

func TestSubjects(t *testing.T) {
	for subject, want := range map[string]int64{"Re: [#42] Panne": 42, "[#x] [#7]": 7, "[#]": 0, "#42": 0, "[#0]": 0, "[#-3]": 0, "[#99999999999999999999]": 0, "[#12": 0} {
		if n, ok := SubjectToken(subject); n != want || ok != (want > 0) {
			t.Errorf("%q: %d %v", subject, n, ok)
		}
	}
	for subject, want := range map[string]string{
		"Re: [#42] Panne d’imprimante":     "panne d'imprimante",
		"RE : TR : Rép. : Panne":           "panne",
		"AW: WG: Störung":                  "storung",
		"Re[2]: Fwd: RE^3: x":              "x",
		"[#42] Re: Panne":                  "panne",
		"Réf : Cœur de réseau":             "coeur de reseau",
		"Serveur : arrêt":                  "serveur : arret",
		"":                                 "",
		"RE:":                              "",
		"Antw: SV: Odp: R: panne   totale": "panne totale",
	} {
		if got := BaseSubject(subject); got != want {
			t.Errorf("%q: %q, want %q", subject, got, want)
		}
	}
}
