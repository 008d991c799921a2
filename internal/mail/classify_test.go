package mail

import (
	"strings"
	"testing"
)

func TestKinds(t *testing.T) {
	const report = "From: x@client.example\nContent-Type: multipart/report; boundary=b; report-type="
	for name, tc := range map[string]struct {
		raw  string
		kind Kind
	}{
		"person":                     {"From: zoe@client.example\nSubject: Panne\n\nBonjour", KindPerson},
		"suppress is no sign":        {"From: zoe@client.example\nX-Auto-Response-Suppress: All\nSubject: Panne\n\nBonjour", KindPerson},
		"auto-submitted no":          {"From: zoe@client.example\nAuto-Submitted: no\nSubject: Panne\n\nBonjour", KindPerson},
		"auto-replied":               {"From: zoe@client.example\nAuto-Submitted: auto-replied (vacation)\nSubject: Re: Panne\n\nx", KindAutoReply},
		"auto-generated reply":       {"From: zoe@client.example\nAuto-Submitted: auto-generated\nIn-Reply-To: <a@b>\n\nx", KindAutoReply},
		"x-autoreply":                {"From: zoe@client.example\nX-Autoreply: yes\n\nx", KindAutoReply},
		"precedence":                 {"From: zoe@client.example\nPrecedence: auto_reply\n\nx", KindAutoReply},
		"outlook fr":                 {"From: zoe@client.example\nSubject: =?utf-8?Q?R=C3=A9ponse_automatique_:_Panne?=\n\nx", KindAutoReply},
		"outlook en":                 {"From: zoe@client.example\nSubject: Automatic reply: Panne\n\nx", KindAutoReply},
		"outlook de":                 {"From: zoe@client.example\nSubject: Automatische Antwort: Panne\n\nx", KindAutoReply},
		"absence with in-reply-to":   {"From: zoe@client.example\nIn-Reply-To: <a@b>\nSubject: =?utf-8?Q?Absente_jusqu'au_5?=\n\nx", KindAutoReply},
		"absence by a person":        {"From: zoe@client.example\nSubject: =?utf-8?Q?Absence_de_r=C3=A9seau?=\n\nx", KindPerson},
		"conge by a person":          {"From: zoe@client.example\nSubject: Conges de Luc\n\nx", KindPerson},
		"null sender":                {"Return-Path: <>\nFrom: zoe@client.example\nSubject: Re: Panne\n\nJe suis en congés.", KindAutoReply},
		"read receipt":               {report + "disposition-notification\n\n--b\n\nlu\n--b\nContent-Type: message/disposition-notification\n\nDisposition: x\n\n--b--", KindAutoReply},
		"list":                       {"From: zoe@client.example\nList-Id: <l.client.example>\nPrecedence: list\n\nx", KindList},
		"newsletter":                 {"From: infos@shop.example\nList-Unsubscribe: <https://shop.example/u>\nPrecedence: bulk\n\nx", KindList},
		"zabbix":                     {"From: zabbix@client.example\nSubject: Problem: disk\n\nx", KindAlert},
		"nagios header":              {"From: root@client.example\nX-Nagios-Notification-Type: PROBLEM\n\nx", KindAlert},
		"alertmanager":               {"From: noreply@client.example\nSubject: [FIRING:1] InstanceDown\n\nx", KindAlert},
		"cron":                       {"From: root@srv.client.example\nAuto-Submitted: auto-generated\nSubject: Cron <root@srv> backup\n\nx", KindAlert},
		"generated, a backup":        {"From: nas@client.example\nAuto-Submitted: auto-generated\nSubject: Rapport\n\nLa tâche de sauvegarde a échoué : espace disque insuffisant.", KindAlert},
		"generated, no sign":         {"From: helpdesk@client.example\nAuto-Submitted: auto-generated\nSubject: Demande 4512 mise à jour\n\nLuc a commenté la demande.", KindAutoReply},
		"generated, a list":          {"From: forum@client.example\nAuto-Submitted: auto-generated\nList-Id: <f.client.example>\nSubject: Nouveau sujet\n\nx", KindList},
		"generated, absence":         {"From: zoe@client.example\nAuto-Submitted: auto-generated\nSubject: Absence du bureau\n\nx", KindAutoReply},
		"vendor's letter":            {"From: Veeam <news@veeam.example>\nList-Unsubscribe: <https://veeam.example/u>\nSubject: Backup failed? Read this\n\nx", KindList},
		"vendor's alert":             {"From: Veeam <sauvegarde@client.example>\nSubject: [Failed] Job SRV-02\n\nBackup job failed", KindAlert},
		"vendor, a person":           {"From: Luc de Supervision <supervision@client.example>\nSubject: Congés\n\nBonjour, je serai absent.", KindPerson},
		"a person answers an alert":  {"From: noc@client.example\nIn-Reply-To: <a@b>\nSubject: Problem: disk\n\nJe m'en occupe.", KindPerson},
		"nas":                        {"From: NAS-01 <nas-01@client.example>\nSubject: [NAS-01] Disque 2 dégradé\n\nLe volume RAID est dégradé.", KindAlert},
		"printer scan":               {"From: copieur@client.example\nSubject: Numérisation\n\nVoir la pièce jointe.", KindPerson},
		"alert word by a person":     {"From: zoe@client.example\nSubject: Alerte : plus de toner\n\nx", KindPerson},
		"feedback":                   {report + "feedback-report\n\n--b\n\nspam\n--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n\n--b--", KindFeedback},
		"dmarc report":               {"From: noreply-dmarc-support@google.example\nSubject: Report domain: client.example Submitter: google.example Report-ID: 42\nContent-Type: application/zip; name=r.zip\n\nx", KindFeedback},
		"tls report":                 {report + "tlsrpt\n\n--b\n\nx\n--b--", KindFeedback},
		"a person's report":          {"From: zoe@client.example\nSubject: Report domain: nouveau nom\n\nx", KindPerson},
		"invitation":                 {"From: zoe@client.example\nContent-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\nMETHOD:REQUEST\nEND:VCALENDAR", KindMeeting},
		"published calendar":         {"From: zoe@client.example\nContent-Type: text/calendar\n\nBEGIN:VCALENDAR\nMETHOD:PUBLISH\nEND:VCALENDAR", KindPerson},
		"postmaster is a person too": {"From: postmaster@client.example\nSubject: Changement de MX\n\nBonjour, le MX change lundi.", KindPerson},
		"subject about a bounce":     {"From: zoe@client.example\nSubject: Mes mails sont undelivered\n\nBonjour, que faire ?", KindPerson},
		"mailer-daemon, anything":    {"Return-Path: <>\nFrom: MAILER-DAEMON@mx.example\nSubject: failure notice\n\nHi.", KindBounce},
	} {
		m := parse(t, tc.raw)
		if m.Kind != tc.kind || (m.KindReason == "") != (m.Kind == KindPerson) {
			t.Errorf("%s: %s because of %q, want %s", name, m.Kind, m.KindReason, tc.kind)
		}
	}
}

// TestAnswersForbidden: what keeps the desk from acknowledging, whatever the kind.
func TestAnswersForbidden(t *testing.T) {
	for head, want := range map[string]bool{
		"": false, "X-Auto-Response-Suppress: All": true, "X-Auto-Response-Suppress: DR, OOF, AutoReply": true, "X-Auto-Response-Suppress: DR, RN": false, "Auto-Submitted: no": false,
		"Auto-Submitted: auto-generated": true, "Precedence: bulk": true, "Precedence: first-class": false, "Return-Path: <>": true, "Return-Path: <zoe@client.example>": false,
		"List-Id: <l.client.example>": true, "List-Unsubscribe: <mailto:u@client.example>": true, "X-Loop: x": true,
	} {
		if m := parse(t, strings.TrimLeft(head+"\nFrom: zoe@client.example\nSubject: Panne\n\nx", "\n")); m.NoAnswer != want {
			t.Errorf("%q: %v", head, m.NoAnswer)
		}
	}
	if m := parse(t, "From: no-reply@client.example\n\nx"); !m.NoAnswer || m.Generated {
		t.Errorf("%+v", m)
	}
	if m := parse(t, "From: x@client.example\nAuto-Submitted: auto-generated\n\nx"); !m.Generated {
		t.Error("not known as generated")
	}
}

const dsn = `Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mx.desk.example>
To: support@desk.example
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

<luc@client.example>: host mx.client.example said: 550 5.1.1 User unknown
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.desk.example

Final-Recipient: rfc822; luc@Client.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1
 <luc@client.example>: User unknown

Final-Recipient: rfc822; zoe@client.example
Action: failed
Status: 5.2.2
Diagnostic-Code: smtp; 552 5.2.2 mailbox full

--b
Content-Type: message/rfc822

Message-ID: <g.1a.n.mac@desk.example>
Subject: Re: Panne
To: luc@client.example

texte
--b--
`

func TestBounces(t *testing.T) {
	for name, tc := range map[string]struct {
		raw, addr, status string
		dead              bool
		original          string
	}{
		"rfc 3464": {dsn, "luc@client.example", "5.1.1", true, "g.1a.n.mac@desk.example"},
		"exim": {"Return-Path: <>\nX-Failed-Recipients: luc@client.example\nFrom: Mail Delivery System <Mailer-Daemon@mx.example>\nSubject: Mail delivery failed: returning message to sender\n\n" +
			"A message that you sent could not be delivered.\n\n  luc@client.example\n    host mx.client.example [192.0.2.1]\n    SMTP error from remote mail server after RCPT TO:<luc@client.example>:\n    550 No such user here\n\n" +
			"------ This is a copy of the message, including all the headers. ------\n\nReceived: from x\nMessage-ID: <o1@desk.example>\nTo: luc@client.example\n\ntexte\n", "luc@client.example", "5.0.0", true, "o1@desk.example"},
		"qmail": {"Return-Path: <>\nFrom: MAILER-DAEMON@mx.example\nSubject: failure notice\n\nHi. This is the qmail-send program at mx.example.\n\n<luc@client.example>:\n192.0.2.1 does not like recipient.\n" +
			"Remote host said: 552 mailbox full\nGiving up on 192.0.2.1.\n\n--- Below this line is a copy of the message.\n\nReturn-Path: <support@desk.example>\nMessage-Id: <o2@desk.example>\n\nx", "luc@client.example", "5.0.0", false, "o2@desk.example"},
		"orange": {"Return-Path: <>\nFrom: mailer-daemon@mx.orange.example\nSubject: =?utf-8?Q?Message_non_remis?=\n\nVotre message n'a pas pu être remis aux destinataires suivants :\n\n<luc@client.example> : 550 5.1.1 Adresse inconnue\n",
			"luc@client.example", "5.1.1", true, ""},
		"exchange fr": {"From: postmaster@client.example\nTo: support@desk.example\nSubject: =?utf-8?Q?Non_remis=C2=A0:_Panne?=\n\nÉchec de la remise pour ces destinataires :\n\nluc@client.example\nL'adresse de messagerie est introuvable.\n\n" +
			"Informations de diagnostic :\nRemote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found'\n", "luc@client.example", "5.1.10", true, ""},
		"delayed":           {strings.NewReplacer("Action: failed", "Action: delayed", "5.1.1", "4.4.1", "User unknown", "Connection timed out").Replace(dsn), "luc@client.example", "4.4.1", false, "g.1a.n.mac@desk.example"},
		"blocked, not dead": {strings.NewReplacer("5.1.1", "5.7.1", "User unknown", "Message rejected as spam, see our policy").Replace(dsn), "luc@client.example", "5.7.1", false, "g.1a.n.mac@desk.example"},
	} {
		m := parse(t, tc.raw)
		if m.Kind != KindBounce || m.Bounce == nil {
			t.Errorf("%s: %s because of %q", name, m.Kind, m.KindReason)
			continue
		}
		r := m.Bounce.Recipients[0]
		if r.Addr != tc.addr || r.Status != tc.status || r.Permanent != tc.dead || m.Bounce.OriginalMessageID != tc.original {
			t.Errorf("%s: %+v of %q", name, r, m.Bounce.OriginalMessageID)
		}
	}
	if m := parse(t, dsn); len(m.Bounce.Recipients) != 2 || m.Bounce.Recipients[1].Permanent || m.Bounce.Recipients[1].Status != "5.2.2" {
		t.Errorf("second recipient: %+v", m.Bounce.Recipients)
	}
	if m := parse(t, strings.ReplaceAll(dsn, "Action: failed", "Action: delivered")); m.Kind != KindAutoReply || m.Bounce != nil {
		t.Errorf("a receipt of delivery: %s, %+v", m.Kind, m.Bounce)
	}
}
