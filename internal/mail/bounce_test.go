package mail

import (
	"fmt"
	"strings"
	"testing"
)

// TestBouncesInWords: reports without a standard part, as French and other providers write them.
func TestBouncesInWords(t *testing.T) {
	for name, tc := range map[string]struct {
		from, subject, body string
		addr, class         string
		dead                bool
	}{
		"gmail": {"Mail Delivery Subsystem <mailer-daemon@mail.example>", "Delivery Status Notification (Failure)",
			"Delivery to the following recipient failed permanently:\n\n     luc@client.example\n\nTechnical details of permanent failure:\nThe error that the other server returned was: 550 550 5.1.1 <luc@client.example>: Recipient address rejected: User unknown (state 13).\n\n   ----- Original message -----\n\nMessage-ID: <o@desk.example>\n",
			"luc@client.example", "5", true},
		"gmail, delay": {"Mail Delivery Subsystem <mailer-daemon@mail.example>", "Delivery Status Notification (Delay)",
			"THIS IS A WARNING MESSAGE ONLY.\n\nYOU DO NOT NEED TO RESEND YOUR MESSAGE.\n\nDelivery to the following recipient has been delayed:\n\n     luc@client.example\n\nMessage will be retried for 2 more day(s)\n", "luc@client.example", "4", false},
		"sendmail": {"Mail Delivery Subsystem <MAILER-DAEMON@mx.example>", "Returned mail: see transcript for details",
			"   ----- The following addresses had permanent fatal errors -----\n<luc@client.example>\n    (reason: 550 5.1.1 <luc@client.example>... User unknown)\n\n   ----- Transcript of session follows -----\n... while talking to mx.client.example.:\n>>> RCPT To:<luc@client.example>\n<<< 550 5.1.1 User unknown\n",
			"luc@client.example", "5", true},
		"exchange": {"System Administrator <postmaster@client.example>", "Undeliverable: Panne",
			"Your message\n\n  To:      luc@client.example\n  Subject: Panne\n\ndid not reach the following recipient(s):\n\nluc@client.example on Mon, 2 Nov 2026 09:30:00 +0100\n    The recipient name is not recognized\n\tThe MTS-ID of the original message is: c=fr\n    MSEXCH:IMS:CLIENT:SRV 550 User unknown\n",
			"luc@client.example", "5", true},
		"ovh": {"MAILER-DAEMON@mx.ovh.example", "Undelivered Mail Returned to Sender",
			"Bonjour,\n\nvotre message n'a pas pu être distribué.\n\n<luc@client.example>: host mx.client.example[192.0.2.1] said: 550 5.7.1 Message rejected as spam by policy (in reply to end of DATA command)\n", "luc@client.example", "5", false},
		"free": {"MAILER-DAEMON@free.example", "failure notice",
			"Hi. This is the qmail-send program at free.example.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n\n<luc@client.example>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n\nMessage-ID: <o@desk.example>\n", "luc@client.example", "5", true},
		"report in a report": {"MAILER-DAEMON@mx.example", "Undelivered Mail Returned to Sender",
			"Le message ci-dessous n'a pas pu être remis.\n\n---------------------------------\nReturn-Path: <>\nDelivered-To: luc@client.example\nFrom: MAILER-DAEMON@relais.example\n\nFinal-Recipient: rfc822; luc@client.example\nAction: failed\nStatus: 4.4.1\n", "luc@client.example", "4", false},
		"group or right": {"postmaster@groupes.example", "Message non remis",
			"Bonjour support@desk.example,\n\nIl se peut que le groupe (luc@client.example) n'existe pas ou que vous ne soyez pas autorisé à lui écrire.\n", "luc@client.example", "5", false},
		"laposte": {"postmaster@laposte.example", "Message non distribué",
			"Votre message n'a pas pu être remis à :\n\nluc@client.example\n\n550 5.5.0 Boîte du destinataire archivée. Archived recipient.\n", "luc@client.example", "5", false},
		"quota": {"Mail Delivery System <MAILER-DAEMON@mx.example>", "Mail delivery failed: returning message to sender",
			"A message that you sent could not be delivered.\n\n  luc@client.example\n    mailbox is full: retry timeout exceeded\n", "luc@client.example", "4", false},
		"domain gone": {"MAILER-DAEMON@mx.example", "Undelivered Mail Returned to Sender",
			"<luc@client.example>: Host or domain name not found. Name service error for name=client.example type=MX: Host not found (5.4.4)\n", "luc@client.example", "5", true},
		"german": {"Mail Delivery System <Mailer-Daemon@mx.example>", "Unzustellbar: Panne",
			"Die Nachricht konnte nicht zugestellt werden:\n\nluc@client.example\n550 5.1.1 Benutzer existiert nicht\n", "luc@client.example", "5", true},
		"grey": {"MAILER-DAEMON@mx.example", "Delayed Mail (still being retried)",
			"<luc@client.example>: host mx.client.example said: 451 4.7.1 Greylisted, try again later\n", "luc@client.example", "4", false},
	} {
		m := parse(t, "Return-Path: <>\nFrom: "+tc.from+"\nTo: support@desk.example\nSubject: "+tc.subject+"\nContent-Type: text/plain; charset=utf-8\n\n"+tc.body)
		if m.Kind != KindBounce || m.Bounce == nil {
			t.Errorf("%s: %s because of %q", name, m.Kind, m.KindReason)
			continue
		}
		if r := m.Bounce.Recipients[0]; r.Addr != tc.addr || r.Status[:1] != tc.class || r.Permanent != tc.dead {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

// TestE6OwnMailsAreKnown: what we send automatically is taken for automatic by ourselves, so that two desks cannot loop.
func TestE6OwnMailsAreKnown(t *testing.T) {
	m := answer()
	m.Auto = true
	got, err := Parse(strings.NewReader(string(compose(t, m))), nil)
	if err != nil || got.Kind != KindAutoReply {
		t.Errorf("%s because of %q, %v", got.Kind, got.KindReason, err)
	}
	m.Auto = false
	if got, err := Parse(strings.NewReader(string(compose(t, m))), nil); err != nil || got.Kind != KindPerson {
		t.Errorf("an agent's answer: %s because of %q, %v", got.Kind, got.KindReason, err)
	}
}

// TestDeliveryStatusLimits: a report about thousands of addresses is cut, and one without any still counts.
func TestDeliveryStatusLimits(t *testing.T) {
	var b strings.Builder
	b.WriteString("Reporting-MTA: dns; x\n\n")
	for i := range 3000 {
		fmt.Fprintf(&b, "Final-Recipient: rfc822; u%d@client.example\nAction: failed\nStatus: 5.1.1\n\n", i)
	}
	got, failed := readDeliveryStatus([]byte(b.String()))
	if !failed || len(got.Recipients) != 200 {
		t.Errorf("%d recipients, failed %v", len(got.Recipients), failed)
	}
	m := parse(t, "From: MAILER-DAEMON@x.example\nSubject: Undeliverable\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nVotre message a échoué.\n--b--")
	if m.Kind != KindBounce || len(m.Bounce.Recipients) != 1 || m.Bounce.Recipients[0].Status != "5.0.0" {
		t.Errorf("%s: %+v", m.Kind, m.Bounce)
	}
}
