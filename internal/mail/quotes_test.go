package mail

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestAttributionForms: sentences that programs write before a quote, and sentences that people write.
func TestAttributionForms(t *testing.T) {
	for _, s := range []string{
		"Le lun. 2 nov. 2026 à 09:30, Zoé Durand <zoe@client.example> a écrit :",
		"Le 2 nov. 2026 à 09:30, Zoé Durand <zoe@client.example> a écrit:",
		"Le 02/11/2026 à 09:30, Zoé Durand a écrit :",
		"Le lundi 2 novembre 2026 à 09:30:12 UTC+1, Zoé Durand <zoe@client.example> a écrit :",
		"Zoé Durand <zoe@client.example> a écrit :",
		"En date de : lundi 2 novembre 2026, Zoé Durand <zoe@client.example> a écrit :",
		"On Mon, Nov 2, 2026 at 9:30 AM, Zoé Durand <zoe@client.example> wrote:",
		"On 2 Nov 2026, at 09:30, Zoé Durand <zoe@client.example> wrote:",
		"On 02/11/2026 09:30, Zoé Durand wrote:",
		"Zoé Durand <zoe@client.example> wrote:",
		"Am 02.11.2026 um 09:30 schrieb Zoé Durand:",
		"Am Mo., 2. Nov. 2026 um 09:30 Uhr schrieb Zoé Durand <zoe@client.example>:",
		"Zoé Durand <zoe@client.example> schrieb am Mo., 2. Nov. 2026, 09:30:",
		"El lun, 2 nov 2026 a las 9:30, Zoé Durand (<zoe@client.example>) escribió:",
		"Il giorno lun 2 nov 2026 alle ore 09:30 Zoé Durand <zoe@client.example> ha scritto:",
		"Em seg., 2 de nov. de 2026 às 09:30, Zoé Durand <zoe@client.example> escreveu:",
		"Op ma 2 nov 2026 om 09:30 schreef Zoé Durand <zoe@client.example>:",
		"Den mån 2 nov. 2026 kl 09:30 skrev Zoé Durand <zoe@client.example>:",
		"W dniu 2.11.2026 o 09:30, Zoé Durand pisze:",
		"pon., 2 lis 2026 o 09:30 Zoé Durand <zoe@client.example> napisał(a):",
		"пн, 2 нояб. 2026 г. в 09:30, Zoé Durand <zoe@client.example>:",
		"2026-11-02 9:30 GMT+01:00 Zoé Durand <zoe@client.example>:",
		"---- On Mon, 02 Nov 2026 09:30:00 +0100 Zoé Durand <zoe@client.example> wrote ----",
		"ma 2. marrask. 2026 klo 9.30 Zoé Durand (zoe@client.example) kirjoitti:",
	} {
		if lines := splitLines(s + "\n\n> cité\n"); lines.attribution(0) != 1 {
			t.Errorf("not known: %s", s)
		}
	}
	for _, s := range []string{
		"Mon collègue a écrit :", "Le client a écrit une lettre.", "Il m'a écrit hier :", "On a reçu le message suivant :", "As I wrote:", "Am Ende schrieb er:",
		"Le 3 novembre, il faudra prévoir :", "On lance la mise à jour à 10:30 :", "Voici ce que dit l'écran :", "At 10:30 the server stopped:", "Le mot de passe est : azerty",
		"Contact : zoe@client.example", "De 9h à 12h :", "El Niño escribió:", "L'erreur du 02/11/2026 à 09:30 sur la boîte (zoe@client.example) est celle-ci :", "2026-11-02 09:30:12 zoe@client.example failed:",
	} {
		if lines := splitLines(s + "\n\nsuite\n"); lines.attribution(0) != 0 {
			t.Errorf("a person's sentence: %s", s)
		}
	}
}

// TestHeaderBlockLanguages: Outlook's block in the languages that it speaks.
func TestHeaderBlockLanguages(t *testing.T) {
	for _, labels := range []string{"De|Envoyé|À|Objet", "From|Sent|To|Subject", "Von|Gesendet|An|Betreff", "De|Enviado|Para|Asunto", "Da|Inviato|A|Oggetto", "Van|Verzonden|Aan|Onderwerp",
		"De|Enviada em|Para|Assunto", "Od|Wysłano|Do|Temat", "Från|Skickat|Till|Ämne", "Fra|Sendt|Til|Emne", "Lähettäjä|Lähetetty|Vastaanottaja|Aihe", "От|Отправлено|Кому|Тема",
		"Od|Odesláno|Komu|Předmět", "Kimden|Gönderildi|Kime|Konu", "Feladó|Elküldve|Címzett|Tárgy", "De la|Trimis|Către|Subiect", "DE|ENVOYÉ|À|OBJET", "De |Date |Pour |Sujet "} {
		l := strings.Split(labels, "|")
		block := l[0] + ": Support <s@azurene.example>\n" + l[1] + ": 2/11/2026 09:30\n" + l[2] + ": zoe@client.example\n" + l[3] + ": SRV-02\n"
		if _, got := reply(t, "RE: SRV-02", "C'est fait.\n\n"+block+"\nbonjour\n"); got != "C'est fait." {
			t.Errorf("%s: %q", labels, got)
		}
	}
}

// TestFoldsCoverOnlyWhatTheyShould: kinds and ranges of the folds of a full mail.
func TestFoldsCoverOnlyWhatTheyShould(t *testing.T) {
	m, got := reply(t, "Re: SRV-02", "Bonjour,\n\nc'est fait.\n\n-- \nZoé Durand\nClient SA\n\nLe 02/11/2026 à 09:30, Support a écrit :\n"+quoted(question)+"\n_______________________________________________\nListe interne\nhttps://listes.client.example\n")
	if got != "Bonjour,\n\nc'est fait." {
		t.Errorf("Reply = %q", got)
	}
	var kinds []string
	for _, f := range m.Folds {
		kinds = append(kinds, string(f.Kind)+":"+strings.SplitN(strings.TrimSpace(m.Text[f.Start:f.End]), "\n", 2)[0])
	}
	want := "signature:-- | quote:Le 02/11/2026 à 09:30, Support a écrit :| signature:_______________________________________________"
	if strings.Join(kinds, "| ") != strings.ReplaceAll(want, "-- |", "-- |") && strings.Join(kinds, "|") != strings.ReplaceAll(want, "| ", "|") {
		t.Errorf("folds %q", kinds)
	}
}

// TestQuotedLinesThatProgramsBreak: a long quoted line or link wrapped out of its quote is no answer.
func TestQuotedLinesThatProgramsBreak(t *testing.T) {
	for name, below := range map[string]string{
		"wrapped link":     "> voir la page d'aide (https://aide.azurene.example/une/page/tres\n_longue?x=1)\n> merci\n",
		"link in brackets": "> voir\n(https://aide.azurene.example/page)\n> merci\n",
	} {
		if m, got := reply(t, "Re: x", "C'est réglé.\n\nLe 02/11/2026 à 09:30, Support a écrit :\n> Bonjour\n"+below); got != "C'est réglé." {
			t.Errorf("%s: %q, folds %+v", name, got, m.Folds)
		}
	}
}

// TestAnswersAreNeverFolded: in any order of quoted lines and answers, every answer stays in view.
func TestAnswersAreNeverFolded(t *testing.T) {
	lines := []string{"> Quel poste ?", "> Depuis quand exactement cette panne se produit-elle sur le poste de la comptabilité", ">", "> > avant", "> Le 1 nov. 2026, Luc a écrit :", "> De : Luc", "> https://x.example/a"}
	answers := []string{"pc-%d", "PC-%d.", "oui, depuis %d jours", "https://intranet.example/%d", "- le %d", "%d", "Le %d novembre", "c'est le poste %d :"}
	rapid.Check(t, func(t *rapid.T) {
		var b strings.Builder
		var want []string
		b.WriteString(rapid.SampledFrom([]string{"", "Bonjour,\n\n", "Le 02/11/2026 à 09:30, Support <s@x.example> a écrit :\n", "On 2 Nov 2026, at 09:30, Support wrote:\n\n", "Voir dessous.\n\nLe 02/11/2026 à 09:30, Support a écrit :\n"}).Draw(t, "head"))
		b.WriteString("> Bonjour\n> deux questions :\n")
		for i := range rapid.IntRange(1, 6).Draw(t, "answers") {
			for range rapid.IntRange(1, 4).Draw(t, "quoted") {
				b.WriteString(rapid.SampledFrom(lines).Draw(t, "line") + "\n")
			}
			gap := rapid.SampledFrom([]string{"", "\n"}).Draw(t, "gap")
			answer := fmt.Sprintf(rapid.SampledFrom(answers).Draw(t, "answer"), 7000+i)
			want = append(want, answer)
			b.WriteString(gap + answer + "\n" + gap)
		}
		b.WriteString(rapid.SampledFrom([]string{"", "> Merci\n> Support\n", "\n-- \nZoé\n"}).Draw(t, "tail"))
		m, err := Parse(strings.NewReader("From: a@b.example\nSubject: Re: x\nContent-Type: text/plain; charset=utf-8\n\n"+b.String()), nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range want {
			if !strings.Contains(m.Reply(), a) {
				t.Fatalf("%q is folded away in %q: %q", a, b.String(), m.Reply())
			}
		}
	})
}

// TestNothingIsEverLost: folds hide, they do not cut; a mail that is all quote stays in view.
func TestNothingIsEverLost(t *testing.T) {
	for _, text := range []string{quoted(question), "-- \nZoé\n", "Le 02/11/2026 à 09:30, Support a écrit :\n" + quoted(question), "-----Message d'origine-----\nDe : x@y.example\nEnvoyé : lundi\nObjet : z\n\n" + question,
		"Envoyé de mon iPhone"} {
		m, got := reply(t, "x", text)
		if m.Text != text || got == "" {
			t.Errorf("%q: text %q, reply %q", text, m.Text, got)
		}
	}
}

func TestDisclaimers(t *testing.T) {
	const words = "Bonjour,\n\nLe badge de Luc ne marche plus."
	for name, notice := range map[string]string{
		"fr":        "Ce message et toutes les pièces jointes sont confidentiels et établis à l'intention exclusive de leurs destinataires.\nToute utilisation non autorisée est interdite.",
		"fr, error": "Si vous avez reçu ce message par erreur, merci de le détruire et d'en avertir l'expéditeur.",
		"fr, rule":  "________________________________\n\nCet e-mail est confidentiel et destiné à son seul destinataire.",
		"fr, trees": "Pensez à l'environnement : n'imprimez ce message que si nécessaire.",
		"en":        "This e-mail and any attachments are confidential and intended solely for the addressee.",
		"en, title": "CONFIDENTIALITY NOTICE: the contents of this mail are private.",
		"de":        "Diese E-Mail enthält vertrauliche Informationen.\n\nSollten Sie nicht der richtige Adressat sein, löschen Sie sie bitte.",
		"scanner":   "Garanti sans virus. www.antivirus.example",
	} {
		for _, quote := range []string{"", "\n\nLe 02/11/2026 à 09:30, Support a écrit :\n" + quoted(question)} {
			m, got := reply(t, "Badge", words+"\n\n"+notice+quote)
			if got != words || name != "fr, rule" && m.Folds[0].Kind != FoldDisclaimer {
				t.Errorf("%s: %q, folds %+v", name, got, m.Folds)
			}
		}
	}
	for _, text := range []string{
		"Bonjour,\n\nCe message est confidentiel et destiné à son destinataire.\n\nPouvez-vous l'enlever de nos mails ?",
		"Ce message est confidentiel : le mot de passe du serveur a fuité.",
		"Bonjour,\n\nCe message d'erreur s'affiche au démarrage.\n\nMerci",
		"Bonjour,\n\nThis message appears when I print.\n",
	} {
		if _, got := reply(t, "x", text); got != strings.TrimSpace(text) {
			t.Errorf("%q becomes %q", text, got)
		}
	}
}
