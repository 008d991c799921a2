package mail

import (
	"strings"
	"testing"
)

func TestForwarded(t *testing.T) {
	const body = "Bonjour,\n\nL'imprimante du 2e étage ne répond plus."
	outlook := "De : Luc Petit <luc@client.example>\nEnvoyé : lundi 2 novembre 2026 08:12\nÀ : Zoé Durand <zoe@client.example>; accueil@client.example\nCc : Léa Roy <lea@client.example>\nObjet : Imprimante\n\n" + body
	for name, tc := range map[string]struct{ subject, text, comment, from string }{
		"outlook":            {"TR: Imprimante", "Pouvez-vous voir ?\n\n" + outlook, "Pouvez-vous voir ?", "luc@client.example"},
		"outlook, rule":      {"TR: Imprimante", "Voir\n\n________________________________\n" + outlook, "Voir", "luc@client.example"},
		"outlook, no words":  {"Fwd: Imprimante", outlook, "", "luc@client.example"},
		"gmail":              {"Fwd: Imprimante", "Voir\n\n---------- Forwarded message ---------\nDe : Luc Petit <luc@client.example>\nDate: lun. 2 nov. 2026 à 08:12\nSubject: Imprimante\nTo: Zoé Durand <zoe@client.example>, <accueil@client.example>\nCc: Léa Roy <lea@client.example>\n\n" + body, "Voir", "luc@client.example"},
		"gmail, own subject": {"Imprimante HS", "Voir\n\n---------- Message transféré ---------\nDe : Luc Petit <luc@client.example>\nDate: lun. 2 nov. 2026 à 08:12\nSubject: Imprimante\nTo: <zoe@client.example>, <accueil@client.example>\nCc: Léa Roy <lea@client.example>\n\n" + body, "Voir", "luc@client.example"},
		"apple":              {"Fwd: Imprimante", "Voir\n\n> Début du message réexpédié :\n>\n> De: Luc Petit <luc@client.example>\n> Objet: Imprimante\n> Date: 2 novembre 2026 à 08:12:00 UTC+1\n> À: zoe@client.example, accueil@client.example\n> Cc: Léa Roy <lea@client.example>\n>\n" + quoted(body), "Voir", "luc@client.example"},
		"thunderbird":        {"Fwd: Imprimante", "Voir\n\n-------- Message transféré --------\nSujet : \tImprimante\nDate : \tMon, 2 Nov 2026 08:12:00 +0100\nDe : \tLuc Petit <luc@client.example>\nPour : \tZoé <zoe@client.example>, accueil@client.example\nCopie à : \tLéa Roy <lea@client.example>\n\n\n" + body, "Voir", "luc@client.example"},
		"yahoo":              {"Tr : Imprimante", "Voir\n\n   ----- Message transmis ----- De : Luc Petit <luc@client.example>À : \"Zoé\" <zoe@client.example>; accueil@client.exampleCc : Léa <lea@client.example>Envoyé : lundi 2 novembre 2026, 08:12:50 UTC+1Objet : Imprimante\n " + body, "Voir", "luc@client.example"},
	} {
		m, _ := reply(t, tc.subject, tc.text)
		f := m.Forwarded
		if f == nil {
			t.Errorf("%s: not seen", name)
			continue
		}
		if f.From.Addr != tc.from || f.Subject != "Imprimante" || f.Comment != tc.comment || f.Body != body || len(f.To) != 2 || len(f.Cc) != 1 || f.Cc[0].Addr != "lea@client.example" {
			t.Errorf("%s: %+v", name, f)
		}
		if tc.comment != "" && m.Reply() != tc.comment || len(m.Folds) > 0 && m.Folds[0].Kind != FoldForward {
			t.Errorf("%s: Reply = %q, folds %+v", name, m.Reply(), m.Folds)
		}
		if tc.comment == "" && !strings.Contains(m.Reply(), "ne répond plus") {
			t.Errorf("%s: everything is folded", name)
		}
	}
	for _, text := range []string{
		"Merci, ça marche.\n\n" + outlook,
		"Merci.\n\nLe 2 nov. 2026 à 09:30, Support <s@azurene.example> a écrit :\n" + quoted(body),
		"Merci.\n\n-----Message d'origine-----\n" + outlook,
		body,
	} {
		if m, _ := reply(t, "RE: Imprimante", text); m.Forwarded != nil {
			t.Errorf("a reply is taken for a forwarded mail: %+v", m.Forwarded)
		}
	}
}
