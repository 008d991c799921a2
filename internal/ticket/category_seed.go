package ticket

import (
	"context"
	"time"

	"guichet/internal/db"
	"guichet/internal/journal"
)

// seed is a category as it comes with the program.
type seed struct {
	fr, en, words string
	technicality  int
	under         []seed
}

// seeds are the subjects of everyday IT support. Their words are signs as Suggest reads them.
var seeds = []seed{
	{"Poste de travail", "Workstation", "", 1, []seed{
		{"Lenteur, blocage", "Slow or frozen", "lent lente ralent rame fige gele slow frozen freeze lag.", 1, nil},
		{"Démarrage", "Start-up", "demarr allume boot start-up ecran-bleu bsod", 2, nil},
		{"Matériel", "Hardware", "ecran clavier souris batterie chargeur casque disque screen keyboard mouse battery charger headset tablet tablette", 1, nil},
		{"Mise à jour", "Update", "mise-a-jour maj. windows-update update upgrade", 1, nil},
	}},
	{"Messagerie", "Email", "", 1, []seed{
		{"Envoi et réception", "Sending and receiving", "mail mails courriel courriels message outlook thunderbird boite reception recois", 1, nil},
		{"Mot de passe demandé", "Asks for a password", "redemande keeps-asking asking-for-my-password asks-for-my-password password-loop", 1, nil},
		{"Règles, partage, liste", "Rules, sharing, lists", "boite-partagee delegation regle liste-de-diffusion shared-mailbox absence", 1, nil},
		{"Mail suspect", "Suspicious mail", "hameconn phishing suspect suspicious louche frauduleu arnaque", 2, nil},
	}},
	{"Réseau et accès", "Network and access", "", 2, []seed{
		{"Internet", "Internet", "internet fibre box. routeur operateur connexion router isp.", 2, nil},
		{"Wi-Fi", "Wi-Fi", "wifi wi-fi borne ssid", 2, nil},
		{"VPN, accès distant", "VPN, remote access", "vpn distance teletravail remote tunnel", 2, nil},
		{"Dossier partagé", "Shared folder", "lecteur partage dossier droits partagee share drive folder permission", 1, nil},
	}},
	{"Comptes et droits", "Accounts and rights", "", 1, []seed{
		{"Mot de passe", "Password", "mot-de-passe password mdp verrouill locked reset", 1, nil},
		{"Double authentification", "Two-factor sign-in", "mfa 2fa. authenticator double-authentification code-sms", 1, nil},
		{"Arrivée", "Joiner", "arrivee-de arrivee-d nouvel-arrivant nouvelle-arrivante nouveau-collaborateur nouvelle-collaboratrice stagiaire embauche joiner new-starter onboarding", 1, nil},
		{"Départ", "Leaver", "depart-de depart-d dernier-jour leaver offboarding last-day", 1, nil},
	}},
	{"Impression et numérisation", "Printing and scanning", "", 1, []seed{
		{"Imprimante", "Printer", "imprim imprimante bourrage toner etiquet print printer printing", 1, nil},
		{"Numérisation", "Scanning", "scan scanner numeris scan-to-email", 1, nil},
	}},
	{"Logiciels", "Software", "", 1, []seed{
		{"Bureautique", "Office", "excel word powerpoint office pdf teams classeur", 1, nil},
		{"Logiciel métier", "Business application", "erp crm paie compta logiciel sage. ciel. caisse portail portal customs", 2, nil},
		{"Licence, installation", "Licence, installation", "licence license installer installation install activation", 1, nil},
		{"Certificat", "Certificate", "certificat certificate signature-electronique", 2, nil},
	}},
	{"Téléphonie", "Telephony", "", 2, []seed{
		{"Téléphone fixe", "Desk telephone", "standard telephone poste-fixe ligne combine renvoi phone voicemail", 2, nil},
		{"Mobile", "Mobile", "mobile smartphone iphone android sim.", 1, nil},
	}},
	{"Serveurs et sauvegarde", "Servers and backup", "", 2, []seed{
		{"Serveur", "Server", "serveur server nas. rds. virtual virtuel", 2, nil},
		{"Sauvegarde", "Backup", "sauvegard backup restaur restore", 2, nil},
		{"Stockage plein", "Storage full", "espace-disque plein saturation disk-full quota", 2, nil},
	}},
	{"Sécurité", "Security", "", 3, []seed{
		{"Virus, rançongiciel", "Virus, ransomware", "virus rancon malware ransom chiffre edr antivirus trojan", 3, nil},
		{"Compte piraté", "Compromised account", "pirate compromis hacked compromised usurp", 3, nil},
		{"Perte ou vol", "Loss or theft", "perdu vole. volee. vol. lost stolen", 2, nil},
	}},
	{"Achats et conseil", "Purchases and advice", "", 1, []seed{
		{"Devis", "Quote", "devis tarif commande quote quotation order", 1, nil},
		{"Conseil", "Advice", "conseil question advice", 1, nil},
	}},
}

// SeedCategories puts the program's own categories in where there are none yet, and says whether it did.
func SeedCategories(ctx context.Context, tx *db.Tx, now time.Time) (bool, error) {
	have, err := db.Value[int64](ctx, tx, "SELECT COUNT(*) FROM category")
	if err != nil || have > 0 {
		return false, err
	}
	return true, plant(ctx, tx, now, 0, seeds)
}

func plant(ctx context.Context, tx *db.Tx, now time.Time, parent int64, list []seed) error {
	for i, s := range list {
		c, err := SaveCategory(ctx, tx, journal.System(), now, Category{ParentID: parent, Position: i + 1, NameFR: s.fr, NameEN: s.en,
			Words: s.words, Technicality: s.technicality})
		if err != nil {
			return err
		}
		if err := plant(ctx, tx, now, c.ID, s.under); err != nil {
			return err
		}
	}
	return nil
}
