package mail

import "testing"

func TestReturnOfAbsence(t *testing.T) {
	for words, want := range map[string]string{
		"Je suis absente jusqu'au 5 novembre inclus.":                           "2026-11-05",
		"Je suis en congés jusqu’au vendredi 13 novembre 2026.":                 "2026-11-13",
		"Absent du 2 au 9/11, de retour le lundi 9 novembre.":                   "2026-11-09",
		"De retour le 04/01/2027":                                               "2027-01-04",
		"Retour prévu le 4 janvier.":                                            "2027-01-04",
		"Je serai absent du 2 novembre au 1er décembre.":                        "2026-12-01",
		"I am away until November 5th.":                                         "2026-11-05",
		"I will be back in the office on Monday, 9 November 2026.":              "2026-11-09",
		"Returning on 2026-11-10":                                               "2026-11-10",
		"Ich bin bis zum 6.11. nicht im Büro.":                                  "2026-11-06",
		"Ich bin wieder ab 10. Dezember erreichbar.":                            "2026-12-10",
		"Absent du 2 au 6 novembre, de retour le 10.11.":                        "2026-11-10",
		"Je suis en congés du 28/10/2026 au 09/11/2026 inclus.":                 "2026-11-09",
		"À mon retour, le mardi 1er décembre 2026, je traiterai votre demande.": "2026-12-01",
		"Je serai à nouveau joignable à compter du 12 novembre.":                "2026-11-12",
		"Absente pour la journée ; je reprendrai le 03/11.":                     "2026-11-03",
		"I am out of office from October 30 to November 9.":                     "2026-11-09",
		"I will return to the office on Mon 9 Nov 2026.":                        "2026-11-09",
		"Out until 11/25/2026":                                                  "2026-11-25",
		"I am out of the office with no access to mail. Back Nov 16th.":         "2026-11-16",
		"Ich bin vom 2. bis zum 13. November im Urlaub.":                        "2026-11-13",
		"Ich bin ab dem 16.11.2026 wieder für Sie da.":                          "2026-11-16",
		"Am 17. November bin ich wieder zurück.":                                "",
		"Estoy de vacaciones hasta el 15 de noviembre de 2026.":                 "2026-11-15",
		"Estaré de vuelta el lunes 16 de noviembre.":                            "2026-11-16",
		"Sono assente fino al 13 novembre.":                                     "2026-11-13",
		"Rientro il 16 novembre.":                                               "2026-11-16",
		"Ik ben afwezig tot en met 13 november.":                                "2026-11-13",
		"Ik ben terug op maandag 16 november.":                                  "2026-11-16",
		"Estou ausente até ao dia 13 de novembro.":                              "2026-11-13",
		"Estarei de volta em 16/11/2026.":                                       "2026-11-16",
		"Jestem nieobecny do 13 listopada. Wracam 16 listopada.":                "2026-11-16",
		"Jag är ledig till och med 13 november, tillbaka den 16 november.":      "2026-11-16",
		"Меня не будет до 13 ноября.":                                           "2026-11-13",
		"Je suis absent jusqu'au 30 octobre.":                                   "2026-10-30",
		"Appelez Luc au 04.12.00.00.00 en cas d'urgence.":                       "",
		"Jusqu'au 31 février":                                                   "",
		"Appelez le 04 72 00 00 00 jusqu'à 18 h.":                               "",
		"Je suis absent. En cas d'urgence : 04 72 00 00 00.":                    "",
		"Jusqu'au bout du monde":                                                "",
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
