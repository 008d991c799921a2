package mail

import "testing"

func TestReturnOfAbsence(t *testing.T) {
	for words, want := range map[string]string{
		"Je suis absente jusqu'au 5 novembre inclus.":              "2026-11-05",
		"Je suis en congés jusqu’au vendredi 13 novembre 2026.":    "2026-11-13",
		"Absent du 2 au 9/11, de retour le lundi 9 novembre.":      "2026-11-09",
		"De retour le 04/01/2027":                                  "2027-01-04",
		"Retour prévu le 4 janvier.":                               "2027-01-04",
		"Je serai absent du 2 novembre au 1er décembre.":           "2026-12-01",
		"I am away until November 5th.":                            "2026-11-05",
		"I will be back in the office on Monday, 9 November 2026.": "2026-11-09",
		"Returning on 2026-11-10":                                  "2026-11-10",
		"Ich bin bis zum 6.11. nicht im Büro.":                     "2026-11-06",
		"Ich bin wieder ab 10. Dezember erreichbar.":               "2026-12-10",
		"Je suis absent. En cas d'urgence : 04 72 00 00 00.":       "",
		"Jusqu'au bout du monde":                                   "",
	} {
		m := parse(t, "From: zoe@client.example\nDate: Mon, 2 Nov 2026 09:30:00 +0100\nAuto-Submitted: auto-replied\nContent-Type: text/plain; charset=utf-8\n\n"+words)
		got := ""
		if m.Returns != nil {
			got = m.Returns.Format("2006-01-02")
		}
		if got != want {
			t.Errorf("%q: %q, want %q", words, got, want)
		}
	}
	if m := parse(t, "From: zoe@client.example\nDate: Mon, 2 Nov 2026 09:30:00 +0100\n\nEn panne jusqu'au 5 novembre."); m.Returns != nil {
		t.Errorf("a person's mail returns on %v", m.Returns)
	}
}
