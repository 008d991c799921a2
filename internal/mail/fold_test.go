package mail

import (
	"strings"
	"testing"
)

// reply gives what is left of a plain text once folded.
func reply(t testing.TB, subject, text string) (*Message, string) {
	t.Helper()
	m, err := Parse(strings.NewReader("From: a@b.example\nSubject: "+subject+"\nContent-Type: text/plain; charset=utf-8\n\n"+text), nil)
	if err != nil {
		t.Fatal(err)
	}
	checkFolds(t, m)
	return m, m.Reply()
}

// checkFolds says whether the folds are ordered, apart and inside the text.
func checkFolds(t testing.TB, m *Message) {
	t.Helper()
	at := 0
	for _, f := range m.Folds {
		if f.Start < at || f.End <= f.Start || f.End > len(m.Text) {
			t.Fatalf("folds %+v of %d bytes", m.Folds, len(m.Text))
		}
		at = f.End
	}
}

const question = "Bonjour,\n\nLe serveur SRV-02 redémarre toutes les heures.\nPouvez-vous regarder ?\n"

func quoted(s string) string {
	return "> " + strings.ReplaceAll(strings.TrimRight(s, "\n"), "\n", "\n> ") + "\n"
}

func TestReplyWithoutQuotes(t *testing.T) {
	const answer = "C'est corrigé, merci."
	for name, below := range map[string]string{
		"gmail fr":            "Le lun. 2 nov. 2026 à 09:30, Support Azurène <support@azurene.example> a\nécrit\u00a0:\n\n" + quoted(question),
		"gmail fr, narrow":    "Le lun. 2 nov. 2026 à 09:30, Support Azurène <support@azurene.example> a écrit\u202f:\n\n" + quoted(question),
		"thunderbird fr":      "Le 02/11/2026 à 09:30, Support Azurène a écrit :\n" + quoted(question),
		"apple fr":            "> Le 2 nov. 2026 à 09:30, Support <support@azurene.example> a écrit :\n> \n" + quoted(question),
		"gmail en":            "On Mon, Nov 2, 2026 at 9:30 AM Support Azurène <\nsupport@azurene.example> wrote:\n\n" + quoted(question),
		"apple en":            "On 2 Nov 2026, at 09:30, Support <support@azurene.example> wrote:\n\n" + question,
		"thunderbird de":      "Am 02.11.26 um 09:30 schrieb Support Azurène:\n" + quoted(question),
		"gmail de":            "Am Mo., 2. Nov. 2026 um 09:30 Uhr schrieb Support <support@azurene.example>:\n\n" + quoted(question),
		"outlook fr":          "De : Support Azurène <support@azurene.example>\nEnvoyé : lundi 2 novembre 2026 09:30\nÀ : Zoé Durand <zoe@client.example>\nObjet : RE: SRV-02\n\n" + question,
		"outlook fr, spaces":  "De\u00a0: Support\nEnvoyé\u00a0: lundi 2 novembre 2026 09:30\nÀ\u00a0: Zoé\nObjet\u00a0: SRV-02\n\n" + question,
		"outlook fr, stars":   "*De :* Support <support@azurene.example>\n*Envoyé :* lundi 2 novembre 2026 09:30\n*À :* Zoé\n*Cc :* Luc\n*Objet :* SRV-02\n\n" + question,
		"outlook fr, rule":    "________________________________\nDe : Support <support@azurene.example>\nEnvoyé : lundi 2 novembre 2026 09:30\nÀ : Zoé\nObjet : SRV-02\n\n" + question,
		"outlook en":          "From: Support <support@azurene.example>\nSent: Monday, November 2, 2026 9:30 AM\nTo: Zoé\nSubject: RE: SRV-02\n\n" + question,
		"outlook de":          "Von: Support <support@azurene.example>\nGesendet: Montag, 2. November 2026 09:30\nAn: Zoé\nBetreff: AW: SRV-02\n\n" + question,
		"message d'origine":   "-----Message d'origine-----\nDe : Support\nEnvoyé : lundi 2 novembre 2026 09:30\n\n" + question,
		"original message":    "-----Original Message-----\nFrom: Support\nSent: Monday\n\n" + question,
		"original, no header": "-----Original Message-----\n" + question,
		"orange":              "> Message du 02/11/26 09:30\n> De : \"Support\" <support@azurene.example>\n> A : zoe@client.example\n> Objet : SRV-02\n>\n" + quoted(question),
		"orange, bare":        "========================================\n\nMessage du : 02/11/2026 09:30\nDe : \"Support\" <support@azurene.example>\nA : zoe@client.example\nCopie à : \nObjet : SRV-02\n\n" + question,
		"zimbra":              "De: \"Support\" <support@azurene.example>\nÀ: \"Zoé\" <zoe@client.example>\nEnvoyé: Lundi 2 Novembre 2026 09:30:00\nObjet: SRV-02\n\n" + question,
		"roundcube":           "Le 2026-11-02 09:30, Support a écrit :\n" + quoted(question),
		"es":                  "El lun, 2 nov 2026 a las 9:30, Support (<support@azurene.example>) escribió:\n\n" + quoted(question),
		"it":                  "Il giorno lun 2 nov 2026 alle ore 09:30 Support <support@azurene.example> ha scritto:\n\n" + quoted(question),
		"nl":                  "Op ma 2 nov 2026 om 09:30 schreef Support <support@azurene.example>:\n\n" + quoted(question),
		"pt":                  "Em seg., 2 de nov. de 2026 às 09:30, Support <support@azurene.example> escreveu:\n\n" + quoted(question),
		"only marks":          quoted(question),
	} {
		t.Run(name, func(t *testing.T) {
			m, got := reply(t, "Re: SRV-02", answer+"\n\n"+below)
			if got != answer {
				t.Errorf("Reply = %q\nfolds %+v", got, m.Folds)
			}
		})
	}
}

// TestInlineAnswersStay: nothing that stands between quoted lines may disappear.
func TestInlineAnswersStay(t *testing.T) {
	for name, text := range map[string]string{
		"between":     "Le 02/11/2026 à 09:30, Support a écrit :\n> Quel poste ?\nPC-0042\n> Depuis quand ?\nhier soir\n",
		"with blanks": "On 2 Nov 2026, Support <s@azurene.example> wrote:\n\n> Quel poste ?\n\nPC-0042\n\n> Depuis quand ?\n\nhier soir\n\n> Merci\n",
		"long lines":  "Le 02/11/2026, Support a écrit :\n> Pouvez-vous nous confirmer le nom du poste concerné par cette panne ?\nPC-0042 bien sûr\n> Et depuis quand cette panne se produit-elle exactement, même à peu près ?\nhier soir\n",
		"outlook":     "Voir mes réponses dans le texte : PC-0042.\n\n> Depuis quand ?\nhier soir\n> Autre chose ?\nnon\n",
	} {
		_, got := reply(t, "Re: SRV-02", text)
		for _, word := range []string{"PC-0042", "hier soir"} {
			if !strings.Contains(got, word) {
				t.Errorf("%s: %q is folded away: %q", name, word, got)
			}
		}
	}
}

// TestAnnouncedAnswersStay: whoever says that the answers stand in the quoted text is believed.
func TestAnnouncedAnswersStay(t *testing.T) {
	const below = "\n\nDe : Support <s@azurene.example>\nEnvoyé : lundi 2 novembre 2026 09:30\nÀ : Zoé\nObjet : x\n\nQuel poste ?\nPC-0042\nDepuis quand ?\nhier soir\n"
	for _, said := range []string{"Bonjour,\n\nmes réponses ci-dessous en rouge.", "Mes commentaires dans le texte.", "J'ai répondu plus bas.", "Voir en rouge.", "My answers below.", "Please find my comments in red.", "See in blue.", "Antworten unten im Text.", "Respuestas en rojo.",
		"Réponses au fil du texte", "Quelques précisions dans votre mail ci-après", "Risposte qui sotto.", "Antwoorden hieronder."} {
		if _, got := reply(t, "RE: x", said+below); !strings.Contains(got, "PC-0042") || !strings.Contains(got, "hier soir") {
			t.Errorf("%q: the answers are folded: %q", said, got)
		}
	}
	for _, said := range []string{"C'est bon, merci.", "Le voyant est en rouge.", "Je n'ai pas eu de réponse.", "See you below the office.", "Voir avec Luc.", "Le serveur répond de nouveau, le bouton est en bas."} {
		if _, got := reply(t, "RE: x", said+below); got != said {
			t.Errorf("%q: %q", said, got)
		}
	}
	if m, got := reply(t, "TR: x", "Ses réponses ci-dessous."+below); got != "Ses réponses ci-dessous." || m.Forwarded == nil {
		t.Errorf("a forwarded mail stays folded: %q", got)
	}
}

func TestAnswerBelowTheQuoteStays(t *testing.T) {
	m, got := reply(t, "Re: x", "Le 02/11/2026 à 09:30, Support a écrit :\n"+quoted(question)+"\nVoilà, c'est fait.\n")
	if got != "Voilà, c'est fait." || len(m.Folds) != 1 || m.Folds[0].Kind != FoldQuote {
		t.Errorf("Reply = %q, folds %+v", got, m.Folds)
	}
}

func TestOrdinaryTextIsNotFolded(t *testing.T) {
	for _, text := range []string{
		question,
		"Mon collègue a écrit :\nle serveur est arrêté.\n",
		"De : Lyon\nà : Paris\nun colis à prendre.\n",
		"Date : demain\nLieu : salle 2\nObjet : réunion\n",
		"Il affiche « erreur 0x80070005 » puis :\n\nC:\\> dir\n\net rien d'autre.\n",
		"Le 3 novembre, on vous attend. Il a dit ceci :\n- venir tôt\n- prendre le badge\n",
		"Subject: a test of the form\nThank you for your time.\n",
		"> une seule ligne citée à la main\nma réponse à cette ligne\n",
		"Voici le tableau :\n----------\na b c\n",
		"Merci\nJean",
		"Poste   Échéance\n------------------\nPC-1  12/01\nPC-2  www.x.example\n\nMerci de renouveler ces licences avant leur échéance.\n",
		"Bonjour,\n\nmes coordonnées :\n06 12 34 56 78\njean@client.example\n",
	} {
		if m, got := reply(t, "Demande", text); got != strings.TrimSpace(text) {
			t.Errorf("%q loses %+v: %q", text, m.Folds, got)
		}
	}
}

func TestSignatures(t *testing.T) {
	const words = "Bonjour,\n\nL'écran reste noir."
	for name, tail := range map[string]string{
		"delimiter":    "-- \nZoé Durand\nComptabilité\n",
		"no space":     "--\nZoé Durand",
		"phone fr":     "Envoyé de mon iPhone",
		"outlook ios":  "Télécharger Outlook pour iOS<https://aka.example/o>",
		"android fr":   "Envoyé depuis mon appareil Galaxy",
		"phone en":     "Sent from my iPhone",
		"phone de":     "Von meinem iPhone gesendet",
		"cordialement": "Cordialement,\n\nZoé Durand\nResponsable comptable\n04 72 00 00 00 | zoe@client.example\n",
		"regards":      "Kind regards,\nZoé Durand\nAccounting, Client SA\n",
		"thanks":       "Merci d'avance,\nZoé\n",
		"thanks en":    "Thanks,\nZoé Durand\n",
		"card":         "Zoé Durand\nComptable\nTél. 04 72 00 00 00\nwww.client.example\n",
	} {
		m, got := reply(t, "Écran", words+"\n\n"+tail)
		if got != words || len(m.Folds) != 1 || m.Folds[0].Kind != FoldSignature {
			t.Errorf("%s: Reply = %q, folds %+v", name, got, m.Folds)
		}
	}
	if _, got := reply(t, "Écran", words+"\n\nCordialement,\nZoé\n"); !strings.HasSuffix(got, "Zoé") {
		t.Errorf("a closing and a name are folded: %q", got)
	}
}

func TestStructureOfHTMLFolds(t *testing.T) {
	for name, body := range map[string]string{
		"gmail":           `<div dir="ltr">C'est fait.</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">Le lun. 2 nov. 2026 à 09:30, Support &lt;<a href="mailto:s@x.example">s@x.example</a>&gt; a écrit :<br></div><blockquote class="gmail_quote">Avant<br><p>encore</p></blockquote></div>`,
		"outlook web":     `<div>C'est fait.</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>De :</b> Support<br><b>Envoyé :</b> lundi<br></div><div>Avant</div>`,
		"outlook desktop": `<div class=WordSection1><p class=MsoNormal>C'est fait.</p><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p><b>De&nbsp;:</b> Support<br></p></div><p>Avant</p></div>`,
		"thunderbird":     `<p>C'est fait.</p><div class="moz-cite-prefix">Le 02/11/2026 à 09:30, Support a écrit&nbsp;:<br></div><blockquote type="cite" cite="mid:x"><p>Avant</p></blockquote>`,
		"apple":           `<div>C'est fait.</div><div><br><blockquote type="cite"><div>Le 2 nov. 2026 à 09:30, Support &lt;s@x.example&gt; a écrit :</div><div>Avant</div></blockquote></div>`,
		"gmail, signed":   `<div dir="ltr">C'est fait.<div><br></div><div>-- <br><div class="gmail_signature">Zoé Durand<br>Comptable</div></div></div><br><div class="gmail_quote"><div class="gmail_attr">Le lun. 2 nov. 2026 à 09:30, Support &lt;s@x.example&gt; a écrit :<br></div><blockquote class="gmail_quote">Avant</blockquote></div>`,
		"signed only":     `<p>C'est fait.</p><div class="moz-signature">Zoé Durand<br>Comptable</div>`,
		"yahoo":           `<div>C'est fait.</div><div class="yahoo_quoted"><div>Le lundi 2 novembre 2026, Support a écrit :</div>Avant</div>`,
		"proton":          `<div>C'est fait.</div><div class="protonmail_quote">Le lundi, Support a écrit :<blockquote type="cite">Avant</blockquote></div>`,
	} {
		m, err := Parse(strings.NewReader("From: a@b.example\nContent-Type: text/html; charset=utf-8\n\n"+body), nil)
		if err != nil {
			t.Fatal(err)
		}
		checkFolds(t, m)
		if got := m.Reply(); got != "C'est fait." {
			t.Errorf("%s: Reply = %q of %q, folds %+v", name, got, m.Text, m.Folds)
		}
	}
}

// TestInlineAnswersInHTMLStay: answers between the quotes of a rich mail stay in view, wherever the program put them.
func TestInlineAnswersInHTMLStay(t *testing.T) {
	for name, body := range map[string]string{
		"gmail":       `<div>Voir ci-dessous.</div><div class="gmail_quote"><div class="gmail_attr">Le lun. 2 nov. 2026 à 09:30, Support &lt;s@x.example&gt; a écrit :<br></div><blockquote class="gmail_quote">Quel poste ?</blockquote><div>PC-0042</div><blockquote class="gmail_quote">Depuis quand ?</blockquote><div>hier soir</div></div>`,
		"gmail, last": `<div class="gmail_quote"><div class="gmail_attr">Le lun. 2 nov. 2026 à 09:30, Support &lt;s@x.example&gt; a écrit :<br></div><blockquote class="gmail_quote">Quel poste ?</blockquote><div>PC-0042 hier soir</div></div>`,
		"thunderbird": `<div class="moz-cite-prefix">Le 02/11/2026 à 09:30, Support a écrit :<br></div><blockquote type="cite">Quel poste ?</blockquote><p>PC-0042</p><blockquote type="cite">Depuis quand ?</blockquote><p>hier soir</p><blockquote type="cite">Merci</blockquote>`,
		"apple":       `<div><blockquote type="cite"><div>Le 2 nov. 2026 à 09:30, Support a écrit :</div><div>Quel poste ?</div></blockquote><div>PC-0042</div><blockquote type="cite">Depuis quand ?</blockquote></div><div>hier soir</div>`,
	} {
		m, err := Parse(strings.NewReader("From: a@b.example\nContent-Type: text/html; charset=utf-8\n\n"+body), nil)
		if err != nil {
			t.Fatal(err)
		}
		checkFolds(t, m)
		for _, word := range []string{"PC-0042", "hier soir"} {
			if !strings.Contains(m.Reply(), word) {
				t.Errorf("%s: %q is folded away: %q, folds %+v", name, word, m.Reply(), m.Folds)
			}
		}
	}
}
