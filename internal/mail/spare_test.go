package mail

import "testing"

// What spares a regular expression must let all pass that the expression knows.
func TestSparedExpressions(t *testing.T) {
	for _, s := range []string{
		"Disclaimer: x", "*** Confidentiality Notice - x", "Legal notice: x", "Avertissement : x", "Confidentialité : x", "Mention légale : x", "Avis de confidentialité : x",
		"Hinweis: x", "Haftungsausschluss: x", "Aviso legal: x", "Avviso legale: x", "Avviso di riservatezza: x", "Nota di riservatezza: x", "Aviso de confidencialidade: x",
		"Confidencialidad: x", "Riservatezza: x", "Ce message est confidentiel", "(Cet e-mail est destiné à l'usage exclusif", "Le présent courriel est privé",
		"Les informations contenues dans ce message", "L'information contenue dans ce message", "Si vous n'êtes pas le destinataire", "Si vous avez reçu ce message par erreur",
		"L’intégrité de ce message", "L'absence de virus", "P Avant d'imprimer", "Avant d’imprimer", "Pensez à l'environnement", "N'imprimez ce message", "Cet e-mail est sans virus",
		"This email is confidential", "__ This communication is intended solely", "The information contained in this e-mail", "The contents of this message", "If you are not the intended",
		"If you have received this in error", "Please consider the environment", "This email has been checked", "Virus-free", "Garanti sans virus", "Diese E-Mail ist vertraulich",
		"Sollten Sie nicht der", "Este mensaje es confidencial", "Questo messaggio è riservato", "Le informazioni contenute in questo", "Dit bericht is vertrouwelijk", "Dit is vertrouwelijk",
		"De informatie is vertrouwelijk", "Esta mensagem é confidencial", "Este e-mail é confidencial", "As informações são confidenciais", "Detta mejl är avsett", "Denna e-post är konfidentiell",
		"Denne e-mail er fortrolig", "Niniejsza wiadomość jest poufna", "Ta wiadomość jest przeznaczona", "El presente correo es confidencial", "Este correo: destinatario",
		"Questa e-mail è riservata", "Tato zpráva je důvěrná",
	} {
		if known := legalWords.MatchString(foldText(s)); !known || !isLegal(s) {
			t.Errorf("%q: known %v, passed %v", s, known, isLegal(s))
		}
	}
	for _, local := range []string{"no-reply", "noreply", "no_reply", "no-.reply", "do-not-reply", "donotreply", "ne-pas-repondre", "nepasrepondre", "pas-de-reponse", "noreponse", "wordpress", "www-data", "apache",
		"nobody", "root", "mailer", "notification", "notifications", "notify", "alert", "alerte", "alertes", "formulaire", "webform", "form", "forms", "newsletter", "info-lettre", "infolettre", "bounce", "bounces",
		"service-client-ne-pas-repondre", "x.root", "alerts+x"} {
		if known := robotLocal.MatchString(local); !known || !robotSender(local+"@client.example") {
			t.Errorf("%s: known %v, passed %v", local, known, robotSender(local+"@client.example"))
		}
	}
}

// TestAnnouncedBy: announcements begin where a word does.
func TestAnnouncedBy(t *testing.T) {
	folds := func(text string) []Fold { return []Fold{{FoldQuote, len(text), len(text) + 1}} }
	for text, want := range map[string]bool{
		"Mes réponses sont ci-dessous.": true, "Voir en rouge": true, "cf. en bleu": true, "See in red": true, "My comments are\n inline": true, "J’ai répondu dans le texte": true,
		"irréponse ci-dessous": false, "devoir en rouge": false, "Voir demain": false, "Merci pour vos réponses.": false, "Sans réponse, puis mes remarques plus bas": true,
		"Je reviens vers vous.": false, "": false, "éréponse ci-dessous": false,
	} {
		if got := splitLines(text + "> x").answersAnnounced(folds(text)); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
