package mail

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestFoldsOfComposedMails puts mails together from what people and programs write, and asks for what the person wrote.
func TestFoldsOfComposedMails(t *testing.T) {
	words := []string{"C'est réglé, merci.", "Bonjour,\n\nle poste PC-0042 redémarre en boucle.\n\nPouvez-vous passer ?", "Oui.", "Hello,\n\nthe printer on floor 2 is out of order since 9:30.\n\nThanks!", "Voici la liste :\n- PC-1\n- PC-2\n\nC'est urgent.",
		"Guten Tag,\n\nder Drucker druckt nicht.", "Le code affiché est 0x80070005 et le disque C: est plein."}
	signatures := []string{"", "\n\n-- \nZoé Durand\nComptabilité", "\n\nCordialement,\n\nZoé Durand\nComptabilité\n04 72 00 00 00", "\n\nEnvoyé de mon iPhone", "\n\nTélécharger Outlook pour iOS<https://aka.example/o>", "\n\nMit freundlichen Grüßen\nZoé Durand\nTel. +49 30 1234567"}
	notices := []string{"", "\n\nCe message est confidentiel et destiné à son seul destinataire.", "\n\nThis e-mail is intended solely for the addressee."}
	said := slices.Sorted(maps.Values(attributions))
	blocks := []string{"De : Support <s@azurene.example>\nEnvoyé : lundi 2 novembre 2026 09:30\nÀ : Zoé\nObjet : x", "________________________________\nFrom: Support <s@azurene.example>\nSent: Monday, November 2, 2026 9:30 AM\nTo: Zoé\nSubject: x",
		"-----Message d'origine-----\nDe : Support\nEnvoyé : lundi", "-----Ursprüngliche Nachricht-----\nVon: Support\nGesendet: Montag"}
	rapid.Check(t, func(t *rapid.T) {
		wrote := rapid.SampledFrom(words).Draw(t, "words")
		text := wrote + rapid.SampledFrom(signatures).Draw(t, "signature") + rapid.SampledFrom(notices).Draw(t, "notice")
		switch rapid.IntRange(0, 3).Draw(t, "quote") {
		case 1:
			text += "\n\n" + rapid.SampledFrom(said).Draw(t, "said") + "\n\n" + quoted(question)
		case 2:
			text += "\n\n" + rapid.SampledFrom(said).Draw(t, "said") + "\n" + quoted(quoted(question)+"\n\nbien reçu")
		case 3:
			text += "\n\n" + rapid.SampledFrom(blocks).Draw(t, "block") + "\n\n" + question
		}
		if rapid.Bool().Draw(t, "CRLF") {
			text = strings.ReplaceAll(text, "\n", "\r\n")
		}
		m, err := Parse(strings.NewReader("From: a@b.example\nSubject: Re: x\nContent-Type: text/plain; charset=utf-8\n\n"+text+"\n"), nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := m.Reply(); got != wrote {
			t.Fatalf("Reply = %q\nof %q\nfolds %+v", got, m.Text, m.Folds)
		}
	})
}

// TestX8InlineAnswers labels two hundred mails in which somebody answered between the lines: everything shows.
func TestX8InlineAnswers(t *testing.T) {
	heads := []string{"", "Bonjour, réponses ci-dessous.\n\n", "Voir plus bas.\n\n-- \nZoé\n\n", "Voir.\n\nCordialement,\nZoé Durand\n04 72 00 00 00\n\nCe message est confidentiel et destiné à son destinataire.\n\n"}
	layouts := map[string]string{
		"close":        "> Quel poste ?\n%s\n> Depuis quand ?\n%s\n> Merci\n",
		"apart":        "> Quel poste ?\n\n%s\n\n> Depuis quand ?\n\n%s\n\n> Merci\n> Le support\n",
		"last":         "> Bonjour,\n> Quel poste ?\n%s\n> Depuis quand ?\n%s\n",
		"long lines":   "> Pouvez-vous nous donner le nom exact du poste concerné par cette panne ?\n%s\n> et nous dire depuis quand exactement elle se produit sur ce poste\n%s\n> Merci\n",
		"deep":         "> > Quel poste ?\n> Quel poste, s'il vous plaît ?\n%s\n> > Depuis quand ?\n%s\n",
		"empty quotes": ">\n> Quel poste ?\n>\n%s\n>\n> Depuis quand ?\n>\n%s\n>\n",
	}
	answers := [][2]string{{"PC-0042", "hier soir"}, {"le poste PC-0042", "depuis hier soir, 18 h"}, {"PC-0042.", "hier soir."}, {"- PC-0042", "- hier soir"}, {"[Zoé] PC-0042", "[Zoé] hier soir"}}
	count := 0
	for name, layout := range layouts {
		for _, head := range heads {
			for _, said := range []string{"", attributions["thunderbird es"], attributions["gmail nl"], "Le 02/11/2026 à 09:30, Support a écrit :"} {
				for _, a := range answers {
					count++
					text := head + strings.TrimLeft(said+"\n", "\n") + fmt.Sprintf(layout, a[0], a[1])
					if m, got := reply(t, "Re: x", text); !strings.Contains(got, a[0]) || !strings.Contains(got, a[1]) {
						t.Errorf("%s: %q is left of %q, folds %+v", name, got, text, m.Folds)
					}
				}
			}
		}
	}
	if count < 200 {
		t.Errorf("only %d mails", count)
	}
}
