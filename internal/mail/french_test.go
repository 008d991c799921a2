package mail

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// understood is what a mail of testdata/fr must give; "" where it gives nothing, or where it does not matter.
type understood struct {
	kind                              Kind
	from, subject, reply, folds       string
	forwarded, failed, about, returns string
	files, warnings                   string
	dead                              bool
}

// TestFrenchMails reads whole mails as the programs of a French desk's correspondents write them, byte for byte.
func TestFrenchMails(t *testing.T) {
	for name, want := range map[string]understood{
		"absence-outlook": {kind: "auto_reply", from: "Zoé Durand <zoe.durand@cabinet-lenoir.example>", subject: "Réponse automatique\u00a0: Votre demande",
			reply: "Bonjour,\n\nJe suis absente du bureau du 31 octobre au 8 novembre 2026 inclus.\nDe retour le lundi 9 novembre, je répondrai à votre message.\nEn cas d'urgence, contactez l'accueil au 04 72 00 00 03.\n\nZoé Durand", returns: "2026-11-09"},
		"absence-sans-entete": {kind: "auto_reply", from: "Luc PETIT <luc.petit@client.example>", subject: "Congés Re: Votre demande",
			reply: "Je suis en congés jusqu’au 13/11.", returns: "2026-11-13"},
		"alerte-sauvegarde": {kind: "alert", from: "NAS-01 <nas@cabinet-lenoir.example>", subject: "[NAS-01] Tâche de sauvegarde échouée",
			reply: "La tâche de sauvegarde « Compta » a échoué : espace disque insuffisant."},
		"gmail-reponse": {kind: "person", from: "Zoé Durand <zoe@cabinet-lenoir.example>", subject: "Re: Votre demande",
			reply: "C’est bon, tout refonctionne. Merci !\n\nZoé", folds: "quote"},
		"iphone-reponse": {kind: "person", from: "Luc Petit <luc@cabinet-lenoir.example>", subject: "Re: Votre demande",
			reply: "Je suis en déplacement, voyez avec Léa.", folds: "signature quote"},
		"lettre-information": {kind: "list", from: "Fournisseur <infos@fournisseur.example>", subject: "Nos offres de novembre",
			reply: "Découvrez nos offres."},
		"liste-mentions": {kind: "person", from: "Paul Noir <paul@industrie.example>", subject: "Badge",
			reply: "Bonjour,\n\nMon badge n’ouvre plus la porte 3.", folds: "signature disclaimer"},
		"non-remis-exchange": {kind: "bounce", from: "<postmaster@cabinet-lenoir.example>", subject: "Non remis\u00a0: Votre demande",
			reply: "", failed: "paul.martin@cabinet-lenoir.example 5.1.10", dead: true, about: "g.1a.n.mac@azurene.example"},
		"non-remis-orange": {kind: "bounce", from: "Mail Delivery System <MAILER-DAEMON@smtp.orange.example>", subject: "Undelivered Mail Returned to Sender",
			reply: "", failed: "luc.petit@orange.example 5.2.2", about: "g.1b.n.mac@azurene.example"},
		"non-remis-ovh": {kind: "bounce", from: "<MAILER-DAEMON@mo1.mail-out.ovh.example>", subject: "failure notice",
			reply: "", failed: "compta@ancien-client.example 5.1.2", dead: true, about: "g.1c.n.mac@azurene.example"},
		"notes-reponse": {kind: "person", from: "<paul.noir@industrie.example>", subject: "Réf. : Badge",
			reply: "Le badge fonctionne, merci.", folds: "quote"},
		"orange-reponse": {kind: "person", from: "Luc PETIT <luc.petit@orange.example>", subject: "re: Votre demande",
			reply: "Bonjour,\n\nc’est toujours pareil, la box redémarre.\n\nmerci", folds: "quote"},
		"outlook-html": {kind: "person", from: "Luc Petit <luc.petit@cabinet-lenoir.example>", subject: "RE\u00a0: Votre demande",
			reply: "Bonjour,\n\nLe poste redémarre en boucle depuis ce matin.", folds: "signature quote"},
		"outlook-reponse": {kind: "person", from: "Zoé Durand <zoe.durand@cabinet-lenoir.example>", subject: "RE\u00a0: [#42] Imprimante du 2e étage",
			reply: "Bonjour,\n\nOui, elle est allumée mais le voyant clignote en orange.", folds: "signature quote"},
		"outlook-transfert": {kind: "person", from: "Marie Lefèvre <marie@azurene.example>", subject: "TR : Plus d'acces au partage",
			reply: "Pouvez-vous prendre cette demande ?\n\nMarie", forwarded: "lea.roy@cabinet-lenoir.example", folds: "forward"},
		"pieces-jointes": {kind: "person", from: "Comptabilité <compta@cabinet-lenoir.example>", subject: "Fichiers pour vous",
			reply: "Voici l’écran et les relevés – merci.", files: "ecran.png|Relevé d'été.pdf|evil.exe|Ancien échange.eml"},
		"sans-charset": {kind: "person", from: "André Noël <andre@client.example>", subject: "Problème de télécopie – urgent",
			reply: "Bonjour,\n\nle télécopieur n’imprime plus. Coût de la réparation : 120 €.\n\nAndré", warnings: "bad-charset"},
		"thunderbird-dans-le-texte": {kind: "person", from: "Léa Roy <lea.roy@cabinet-lenoir.example>", subject: "Re: [#42] Imprimante",
			reply: "Le 02/11/2026 à 09:12, Support Azurène a écrit :\n> Bonjour,\n> \n> Quel est le modèle ?\nUne HP, au 2e étage.\n> Depuis quand la panne ?\nDepuis vendredi soir.\n> \n> Le support"},
		"usurpation": {kind: "person", from: "zoe.durand@cabinet-lenoir.example <zoe.durand@cabinet-ienoir.example>", subject: "Changement de mot de passe urgent",
			reply: "Merci de réinitialiser mon mot de passe et de me l’envoyer à cette adresse.\n\nZoé", warnings: "dmarc-failed name-address reply-elsewhere"},
		"zimbra-reponse": {kind: "person", from: "<accueil@mairie.example>", subject: "Re: Standard",
			reply: "Le standard remarche, vous pouvez fermer.", folds: "signature quote"},
	} {
		got, m := understand(t, name)
		if want.reply == "" {
			got.reply = ""
		}
		if got != want {
			t.Errorf("%s:\n got %+v\nwant %+v\nof %q", name, got, want, m.Text)
		}
	}
}

func understand(t *testing.T, name string) (understood, *Message) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", "fr", name+".eml"))
	if err != nil {
		t.Fatal(err)
	}
	m := parse(t, string(raw))
	checkFolds(t, m)
	got := understood{kind: m.Kind, from: strings.TrimSpace(m.From.Name + " <" + m.From.Addr + ">"), subject: m.Subject, reply: m.Reply()}
	var folds, files, warnings []string
	for _, f := range m.Folds {
		folds = append(folds, string(f.Kind))
	}
	for _, w := range m.Warnings {
		warnings = append(warnings, string(w))
	}
	got.folds, got.warnings = strings.Join(folds, " "), strings.Join(warnings, " ")
	if m.Forwarded != nil {
		got.forwarded = m.Forwarded.From.Addr
	}
	if m.Returns != nil {
		got.returns = m.Returns.Format("2006-01-02")
	}
	if b := m.Bounce; b != nil {
		got.failed, got.dead, got.about = b.Recipients[0].Addr+" "+b.Recipients[0].Status, b.Recipients[0].Permanent, b.OriginalMessageID
		return got, m
	}
	for _, p := range m.Parts {
		if p.Attachment {
			files = append(files, p.Name)
		}
	}
	got.files = strings.Join(files, "|")
	return got, m
}

// frenchMails names the files of testdata/fr.
func frenchMails(t testing.TB) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("testdata", "fr", "*.eml"))
	if err != nil || len(names) == 0 {
		t.Fatal("no mails in testdata/fr", err)
	}
	return names
}
