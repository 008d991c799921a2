package mail

import (
	"slices"
	"strings"
	"testing"
)

// bounced is a report about luc@client.example, as a known server writes it.
type bounced struct {
	head, body string
	status     string // class, and more where the report says more
	dead       bool
	original   string
}

const plainUTF8 = "Content-Type: text/plain; charset=utf-8\n"

// dsnOf makes a report of the standard form around what differs.
func dsnOf(head, words, fields, returned string) bounced {
	body := "--b\nContent-Type: text/plain; charset=utf-8\n\n" + words + "\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n" + fields + "\n\n"
	if returned != "" {
		body += "--b\nContent-Type: text/rfc822-headers\n\n" + returned + "\n\n"
	}
	return bounced{head: head + "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n", body: body + "--b--\n"}
}

func (b bounced) want(status string, dead bool, original string) bounced {
	b.status, b.dead, b.original = status, dead, original
	return b
}

// knownBounces are reports in French and English of servers that a desk in France hears from.
var knownBounces = map[string]bounced{
	"exchange online, fr": dsnOf("From: Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@client.example>\nSubject: Non remis : Votre demande\nIn-Reply-To: <o@desk.example>\nReferences: <o@desk.example>\nAuto-Submitted: auto-replied\n",
		"Votre message à luc@client.example n'a pas pu être remis.\n\nluc est introuvable dans client.example.", "Final-Recipient: rfc822;luc@client.example\nAction: failed\nStatus: 5.1.10\nDiagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup", "").want("5.1.10", true, "o@desk.example"),
	"exchange online, quota": dsnOf("From: postmaster@client.example\nSubject: Undeliverable: Votre demande\n", "Your message to luc@client.example couldn't be delivered.\nluc's mailbox is full.",
		"Final-Recipient: rfc822;luc@client.example\nAction: failed\nStatus: 5.2.2\nDiagnostic-Code: smtp;554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException", "Message-ID: <o@desk.example>\nTo: luc@client.example").want("5.2.2", false, "o@desk.example"),
	"exchange online, forbidden": dsnOf("From: postmaster@client.example\nSubject: Non remis : Votre demande\n", "Vous n'êtes pas autorisé à envoyer un message à ce groupe.",
		"Final-Recipient: rfc822;luc@client.example\nAction: failed\nStatus: 5.7.133\nDiagnostic-Code: smtp;550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required", "").want("5.7.133", false, ""),
	"exchange of a company, fr": {"From: postmaster@client.example\nSubject: Non remis : Votre demande\n" + plainUTF8,
		"Échec de la remise pour les destinataires ou groupes suivants :\n\nluc@client.example (luc@client.example)\nL'adresse de messagerie que vous avez entrée est introuvable. Vérifiez l'adresse de messagerie du destinataire et essayez de renvoyer le message.\n\nInformations de diagnostic pour les administrateurs :\n\nServeur de génération : SRV-EX1.client.local\n\nluc@client.example\nRemote Server returned '550 5.1.1 RESOLVER.ADR.RecipNotFound; not found'\n\nEn-têtes de message d'origine :\n\nReceived: from srv by srv\nMessage-ID: <o@desk.example>\nTo: luc@client.example\n", "5.1.1", true, "o@desk.example"},
	"exchange, delay, fr": dsnOf("From: postmaster@client.example\nSubject: Remise retardée : Votre demande\n", "Votre message n'a pas encore été remis. Le serveur réessaiera pendant les 24 prochaines heures.",
		"Final-Recipient: rfc822;luc@client.example\nAction: delayed\nStatus: 4.4.7\nDiagnostic-Code: smtp;400 4.4.7 Message delayed\nWill-Retry-Until: Tue, 3 Nov 2026 09:30:00 +0100", "Message-ID: <o@desk.example>").want("4.4.7", false, "o@desk.example"),
	"gmail, fr": dsnOf("From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>\nSubject: Delivery Status Notification (Failure)\nX-Failed-Recipients: luc@client.example\nIn-Reply-To: <o@desk.example>\n",
		"** Adresse introuvable **\n\nVotre message n'a pas été distribué à luc@client.example, car l'adresse est introuvable ou n'est pas autorisée à recevoir des messages.\n\nLa réponse du serveur distant est :\n\n550 5.1.1 The email account that you tried to reach does not exist.",
		"Final-Recipient: rfc822; luc@client.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist. Please try\n 550-5.1.1 double-checking the recipient's email address", "").want("5.1.1", true, "o@desk.example"),
	"gmail, quota": dsnOf("From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>\nSubject: Delivery Status Notification (Failure)\n", "The recipient's inbox is out of storage space.",
		"Final-Recipient: rfc822; luc@client.example\nAction: failed\nStatus: 5.2.2\nDiagnostic-Code: smtp; 452-4.2.2 The recipient's inbox is out of storage space.", "Message-ID: <o@desk.example>").want("5.2.2", false, "o@desk.example"),
	"postfix": dsnOf("Return-Path: <>\nFrom: MAILER-DAEMON@mx.desk.example (Mail Delivery System)\nSubject: Undelivered Mail Returned to Sender\n",
		"This is the mail system at host mx.desk.example.\n\n<luc@client.example>: host mx.client.example[192.0.2.1] said: 550 5.1.1\n    <luc@client.example>: Recipient address rejected: User unknown in virtual mailbox table (in reply to RCPT TO command)",
		"Final-Recipient: rfc822; luc@client.example\nOriginal-Recipient: rfc822;luc@client.example\nAction: failed\nStatus: 5.1.1\nRemote-MTA: dns; mx.client.example\nDiagnostic-Code: smtp; 550 5.1.1 <luc@client.example>: Recipient address rejected: User unknown in virtual mailbox table", "Message-ID: <o@desk.example>").want("5.1.1", true, "o@desk.example"),
	"postfix, greylisted": dsnOf("Return-Path: <>\nFrom: MAILER-DAEMON@mx.desk.example\nSubject: Delayed Mail (still being retried)\n", "THIS IS A WARNING ONLY.  YOU DO NOT NEED TO RESEND YOUR MESSAGE.",
		"Final-Recipient: rfc822; luc@client.example\nAction: delayed\nStatus: 4.7.1\nDiagnostic-Code: smtp; 451 4.7.1 Greylisting in action, please come back later", "Message-ID: <o@desk.example>").want("4.7.1", false, "o@desk.example"),
	"orange": {"Return-Path: <>\nFrom: MAILER-DAEMON@orange.example\nSubject: Undelivered Mail Returned to Sender\n" + plainUTF8,
		"Ceci est un message automatique du service de messagerie Orange.\n\nVotre message n'a pas pu être remis à un ou plusieurs destinataires.\n\n<luc@client.example>: host smtp-in.orange.example[192.0.2.1] said: 550 5.1.1\n    Adresse d au moins un destinataire invalide. Invalid recipient. OFR_416 [416]\n    (in reply to RCPT TO command)\n", "5.1.1", true, ""},
	"orange, refused": {"Return-Path: <>\nFrom: MAILER-DAEMON@mx.example\nSubject: Undelivered Mail Returned to Sender\n" + plainUTF8,
		"<luc@client.example>: host smtp-in.orange.example[192.0.2.1] refused to talk to me: 550 5.7.1 Service refuse. Veuillez essayer plus tard. service refused, please try later. OFR_506 [506]\n", "5.7.1", false, ""},
	"ovh": {"Return-Path: <>\nFrom: MAILER-DAEMON@mail-out.ovh.example\nSubject: failure notice\n" + plainUTF8,
		"Hi. This is the qmail-send program at mail-out.ovh.example.\nI'm afraid I wasn't able to deliver your message to the following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n<luc@client.example>:\n192.0.2.1 does not like recipient.\nRemote host said: 550 5.1.1 <luc@client.example> User doesn't exist\nGiving up on 192.0.2.1.\n\n--- Below this line is a copy of the message.\n\nReturn-Path: <support@desk.example>\nMessage-ID: <o@desk.example>\n\nx\n", "5.1.1", true, "o@desk.example"},
	"ovh, fr": {"Return-Path: <>\nFrom: MAILER-DAEMON@ovh.example\nSubject: Message non délivré / Undelivered mail\n" + plainUTF8,
		"Bonjour,\n\nLe message suivant n'a pas pu être délivré :\n\nDestinataire : luc@client.example\nRaison : 552 5.2.2 Boîte aux lettres pleine (over quota)\n", "5.2.2", false, ""},
	"free": {"Return-Path: <>\nFrom: Mail Delivery System <MAILER-DAEMON@free.example>\nSubject: Undelivered Mail Returned to Sender\n" + plainUTF8,
		"<luc@client.example>: host mx1.free.example[192.0.2.1] said: 550 5.2.1 This mailbox has been blocked due to inactivity (UserSearch) (in reply to RCPT TO command)\n", "5.2.1", false, ""},
	"laposte": {"Return-Path: <>\nFrom: MAILER-DAEMON@laposte.example\nSubject: Avis de non-remise\n" + plainUTF8,
		"Votre message n'a pas été remis à :\n\n<luc@client.example>\n550 5.1.1 Adresse d'au moins un destinataire inconnue. LPN007_510\n", "5.1.1", true, ""},
	"sfr": {"Return-Path: <>\nFrom: MAILER-DAEMON@sfr.example\nSubject: Mail delivery failed: returning message to sender\n" + plainUTF8,
		"This message was created automatically by mail delivery software.\n\n  luc@client.example\n    SMTP error from remote mail server after RCPT TO:<luc@client.example>:\n    550 5.1.1 Utilisateur inconnu\n", "5.1.1", true, ""},
	"exim, expired": {"Return-Path: <>\nX-Failed-Recipients: luc@client.example\nFrom: Mail Delivery System <Mailer-Daemon@mx.example>\nSubject: Mail delivery failed: returning message to sender\n" + plainUTF8,
		"A message that you sent could not be delivered to one or more of its recipients.\n\n  luc@client.example\n    retry timeout exceeded\n", "4", false, ""},
	"exim, no domain": {"Return-Path: <>\nX-Failed-Recipients: luc@client.example\nFrom: Mail Delivery System <Mailer-Daemon@mx.example>\nSubject: Mail delivery failed: returning message to sender\n" + plainUTF8,
		"  luc@client.example\n    Unrouteable address\n", "5", true, ""},
	"domino, fr": {"From: Postmaster@client.example\nSubject: ECHEC DE LA REMISE : Utilisateur luc (luc@client.example) non répertorié dans le Carnet d'adresses Domino\n" + plainUTF8,
		"Votre message\n\n  Objet : Votre demande\n\nn'a pas été remis à :\n\n  luc@client.example\n\ncar :\n\n  Utilisateur luc (luc@client.example) non répertorié dans le Carnet d'adresses Domino\n", "5", true, ""},
	"domino, en": {"From: Postmaster@client.example\nSubject: DELIVERY FAILURE: User luc (luc@client.example) not listed in Domino Directory\n" + plainUTF8,
		"Your message\n\n  Subject: Panne\n\nwas not delivered to:\n\n  luc@client.example\n\nbecause:\n\n  User luc (luc@client.example) not listed in Domino Directory\n", "5", true, ""},
	"zimbra": dsnOf("Return-Path: <>\nFrom: MAILER-DAEMON@zimbra.example\nSubject: Undelivered Mail Returned to Sender\n", "<luc@client.example>: data format error. Command output: 4.7.1 Service unavailable",
		"Final-Recipient: rfc822; luc@client.example\nAction: failed\nStatus: 5.6.0\nDiagnostic-Code: x-unix; 5.6.0 Over quota", "").want("5.6.0", false, ""),
	"mimecast": dsnOf("From: Postmaster <postmaster@eu.mimecast.example>\nSubject: [Postmaster] Email Delivery Failure\n", "This is a delivery failure notification message. The email address luc@client.example is not known.",
		"Final-Recipient: rfc822; luc@client.example\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 Invalid Recipient - https://community.mimecast.example/docs/DOC-1369#550", "").want("5.0.0", true, ""),
	"barracuda, policy": dsnOf("From: postmaster@barracuda.example\nSubject: **Message you sent blocked by our bulk email filter**\nReturn-Path: <>\n", "Your message to luc@client.example was blocked by our Spam Firewall.",
		"Final-Recipient: rfc822; luc@client.example\nAction: failed\nStatus: 5.7.1\nDiagnostic-Code: smtp; 550 5.7.1 Message content rejected, UBE", "Message-ID: <o@desk.example>").want("5.7.1", false, "o@desk.example"),
	"too large": dsnOf("Return-Path: <>\nFrom: MAILER-DAEMON@mx.example\nSubject: Undelivered Mail Returned to Sender\n", "<luc@client.example>: message size 30000000 exceeds size limit 20971520 of server",
		"Final-Recipient: rfc822; luc@client.example\nAction: failed\nStatus: 5.3.4\nDiagnostic-Code: smtp; 552 5.3.4 Message size exceeds fixed limit", "Message-ID: <o@desk.example>").want("5.3.4", false, "o@desk.example"),
	"yahoo": {"Return-Path: <>\nFrom: MAILER-DAEMON@yahoo.example\nSubject: Failure Notice\n" + plainUTF8,
		"Sorry, we were unable to deliver your message to the following address.\n\n<luc@client.example>:\n554: delivery error: dd This user doesn't have a client.example account (luc@client.example) [0] - mta1001\n\n--- Below this line is a copy of the message.\n\nMessage-ID: <o@desk.example>\n\nx\n", "5", true, "o@desk.example"},
	"de": {"From: Mailer-Daemon@mx.example\nReturn-Path: <>\nSubject: Unzustellbar: Anfrage\n" + plainUTF8,
		"Ihre Nachricht konnte an folgende Empfänger nicht zugestellt werden:\n\nluc@client.example\n550 5.1.1 Empfänger unbekannt\n", "5.1.1", true, ""},
	"id in the words": {"From: postmaster@client.example\nReturn-Path: <>\nSubject: Avis de non-remise\n" + plainUTF8,
		"Le message suivant n'a pas pu être remis à luc@client.example :\n\n  Message-ID : <o@desk.example>\n  Objet : Votre demande\n\n550 5.1.1 Utilisateur inconnu\n", "5.1.1", true, "o@desk.example"},
}

func TestKnownBounces(t *testing.T) {
	for name, b := range knownBounces {
		m := parse(t, "To: support@desk.example\n"+b.head+"\n"+b.body)
		if m.Kind != KindBounce || m.Bounce == nil {
			t.Errorf("%s: %s because of %q", name, m.Kind, m.KindReason)
			continue
		}
		r := m.Bounce.Recipients[0]
		if r.Addr != "luc@client.example" || !strings.HasPrefix(r.Status, b.status) || r.Permanent != b.dead || m.Bounce.OriginalMessageID != b.original {
			t.Errorf("%s: %+v of %q, want %s, dead %v, %q", name, r, m.Bounce.OriginalMessageID, b.status, b.dead, b.original)
		}
	}
}

// TestNoBounces: what looks like a report and is none.
func TestNoBounces(t *testing.T) {
	for name, raw := range map[string]string{
		"a receipt of reading, fr": "From: zoe@client.example\nSubject: Lu : Votre demande\n\nVotre message a été lu le lundi 2 novembre 2026.",
		"a person about a bounce":  "From: zoe@client.example\nSubject: Mail delivery failed\n\nBonjour, j'ai reçu ceci : que faire ?",
		"forwarded by a person":    "From: zoe@client.example\nSubject: TR: Undelivered Mail Returned to Sender\n\nPouvez-vous regarder ?\n\n-----Message d'origine-----\nDe : MAILER-DAEMON@mx.example\nEnvoyé : lundi\nObjet : Undelivered Mail\n\n<luc@client.example>: 550 5.1.1 User unknown",
		"postmaster's letter":      "From: postmaster@client.example\nSubject: Nouvelle adresse\n\nBonjour, nos adresses changent.",
		"an order":                 "From: noreply@shop.example\nSubject: Votre commande n'a pas pu être livrée\n\nLe colis n'a pas été remis au destinataire.",
	} {
		if m := parse(t, raw); slices.Contains([]Kind{KindBounce, KindFeedback}, m.Kind) {
			t.Errorf("%s: %s because of %q", name, m.Kind, m.KindReason)
		}
	}
}
