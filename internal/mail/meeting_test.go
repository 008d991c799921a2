package mail

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// meeting parses a mail of Nora's with a calendar part and reads it in Paris.
func meeting(t *testing.T, subject, method, ics string) *Meeting {
	t.Helper()
	raw := "From: Nora Le Goff <nora@fournil.example>\nTo: support@msp.example\nSubject: " + subject + "\nMIME-Version: 1.0\n" +
		"Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-8\n\nVoir la réunion.\n--b\n" +
		"Content-Type: text/calendar; charset=utf-8; method=" + method + "\n\nBEGIN:VCALENDAR\nMETHOD:" + method + "\n" + ics + "END:VCALENDAR\n--b--\n"
	m, err := Parse(strings.NewReader(raw), nil)
	if err != nil {
		t.Fatal(err)
	}
	got := MeetingOf(m, paris(t))
	if got == nil {
		t.Fatal("no meeting")
	}
	return got
}

// short is a meeting on one line.
func (g *Meeting) short() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %q by %s %q", g.Kind, g.Reply, g.Summary, g.By.Addr, g.By.Name)
	for _, o := range g.Times {
		fmt.Fprintf(&b, " %s", when(o))
	}
	if g.Was != nil {
		fmt.Fprintf(&b, " was %s", when(*g.Was))
	}
	if g.One {
		b.WriteString(" one")
	}
	return b.String()
}

func when(o Occurrence) string {
	return o.Start.Format("01-02 15:04") + o.End.Format("-15:04")
}

// The forms that Exchange, Gmail and Apple give to an answer.
func TestMeetingReplies(t *testing.T) {
	const exchange = "PRODID:Microsoft Exchange Server 2010\nBEGIN:VTIMEZONE\nTZID:Romance Standard Time\nBEGIN:STANDARD\nDTSTART:16010101T030000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\n" +
		"RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10\nEND:STANDARD\nBEGIN:DAYLIGHT\nDTSTART:16010101T020000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\n" +
		"RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3\nEND:DAYLIGHT\nEND:VTIMEZONE\nBEGIN:VEVENT\nATTENDEE;PARTSTAT=%s;CN=Nora LE GOFF:mailto:nora@fournil.example\n" +
		"COMMENT;LANGUAGE=fr-FR:\\n\nUID:visite-12@msp.example\nSUMMARY;LANGUAGE=fr-FR:%s\nDTSTART;TZID=Romance Standard Time:20261130T140000\n" +
		"DTEND;TZID=Romance Standard Time:20261130T150000\nLOCATION;LANGUAGE=fr-FR:Quai nord\n%sEND:VEVENT\n"
	const google = "PRODID:-//Google Inc//Google Calendar 70.9054//EN\nVERSION:2.0\nCALSCALE:GREGORIAN\nBEGIN:VEVENT\nDTSTART:20261130T130000Z\nDTEND:20261130T140000Z\n" +
		"DTSTAMP:20261123T100000Z\nORGANIZER;CN=Support:mailto:support@msp.example\nUID:visite-12@msp.example\n" +
		"ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=%s;CN=nora@fournil.example;X-NUM-GUESTS=0;X-RESPONSE-COMMENT=\"En retard\":\n mailto:nora@fournil.example\nSEQUENCE:0\nSTATUS:CONFIRMED\nSUMMARY:Visite du serveur\nEND:VEVENT\n"
	const apple = "PRODID:-//Apple Inc.//macOS 15.0//EN\nBEGIN:VEVENT\nUID:visite-12@msp.example\nDTSTART;TZID=Europe/Paris:20261130T140000\nDTEND;TZID=Europe/Paris:20261130T150000\n" +
		"SUMMARY:Visite du serveur\nATTENDEE;CN=\"Nora Le Goff\";EMAIL=\"nora@fournil.example\";PARTSTAT=%s;CUTYPE=INDIVIDUAL:/aBcD/principal/\nEND:VEVENT\n"
	const nora = `by nora@fournil.example "Nora LE GOFF"`
	const mine = `by nora@fournil.example "Nora Le Goff"`
	for _, c := range []struct{ name, subject, method, ics, want string }{
		{"Exchange accepts", "Accepté : Visite du serveur", "REPLY", fmt.Sprintf(exchange, "ACCEPTED", "Accepté : Visite du serveur", ""), `answer accepted "Visite du serveur" ` + nora + " 11-30 14:00-15:00"},
		{"Exchange declines", "Declined: Visite", "REPLY", fmt.Sprintf(exchange, "DECLINED", "Declined: Visite", ""), `answer declined "Visite" ` + nora + " 11-30 14:00-15:00"},
		{"Exchange, tentative", "Provisoire : Visite", "REPLY", fmt.Sprintf(exchange, "TENTATIVE", "Provisoire\u00a0: Visite", ""), `answer tentative "Visite" ` + nora + " 11-30 14:00-15:00"},
		{"Exchange, one of a series", "Accepté : Visite", "REPLY", fmt.Sprintf(exchange, "ACCEPTED", "Accepté : Visite", "RECURRENCE-ID;TZID=Romance Standard Time:20261130T140000\n"), `answer accepted "Visite" ` + nora + " 11-30 14:00-15:00 was 11-30 14:00-15:00 one"},
		{"Outlook proposes another time", "Nouvel horaire proposé : Visite", "COUNTER", fmt.Sprintf(exchange, "TENTATIVE", "Nouvel horaire proposé : Visite", "X-MS-OLK-ORIGINALSTART:20261130T090000Z\nX-MS-OLK-ORIGINALEND:20261130T100000Z\n"), `counter tentative "Visite" ` + nora + " 11-30 14:00-15:00 was 11-30 09:00-10:00"},
		{"Gmail accepts", "Accepted: Visite du serveur @ Mon Nov 30", "REPLY", fmt.Sprintf(google, "ACCEPTED"), `answer accepted "Visite du serveur" ` + mine + " 11-30 13:00-14:00"},
		{"Gmail declines", "Refusé: Visite", "REPLY", fmt.Sprintf(google, "DECLINED"), `answer declined "Visite du serveur" ` + mine + " 11-30 13:00-14:00"},
		{"Apple, tentative", "Peut-être : Visite du serveur", "REPLY", fmt.Sprintf(apple, "TENTATIVE"), `answer tentative "Visite du serveur" ` + mine + " 11-30 14:00-15:00"},
		{"no PARTSTAT: the subject says", "Refusé : Visite", "REPLY", "BEGIN:VEVENT\nUID:x\nSUMMARY:Visite\nATTENDEE:mailto:nora@fournil.example\nEND:VEVENT\n", `answer declined "Visite" ` + mine},
		{"not answered yet", "Visite : accepté ?", "REPLY", "BEGIN:VEVENT\nUID:x\nSUMMARY:Visite\nATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:nora@fournil.example\nEND:VEVENT\n", `answer  "Visite" ` + mine},
		{"sent by an assistant", "Accepté : Visite", "REPLY", "BEGIN:VEVENT\nUID:x\nSUMMARY:Visite\nATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:autre@fournil.example\nATTENDEE;PARTSTAT=ACCEPTED;CN=Le patron;SENT-BY=\"mailto:nora@fournil.example\":MAILTO:patron@fournil.example\nEND:VEVENT\n", `answer accepted "Visite" by patron@fournil.example "Le patron"`},
		{"nobody is named", "Accepted: Visite", "REPLY", "BEGIN:VEVENT\nUID:x\nSUMMARY:Visite\nEND:VEVENT\n", `answer accepted "Visite" ` + mine},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := meeting(t, c.subject, c.method, c.ics); got.short() != c.want {
				t.Errorf("%s\nwant %s", got.short(), c.want)
			}
		})
	}
}

func TestMeetingInvitations(t *testing.T) {
	got := meeting(t, "Invitation : Comité", "REQUEST", "BEGIN:VEVENT\nUID:comite@fournil.example\nSUMMARY:Comité : le point\\, en salle\nLOCATION:Salle 2\\nRue du Port\nSEQUENCE:2\n"+
		"ORGANIZER;CN=Nora:mailto:nora@fournil.example\nATTENDEE:mailto:a@x.example\nATTENDEE:mailto:b@x.example\nDTSTART;TZID=Europe/Paris:20261130T140000\nDURATION:PT1H\nRRULE:FREQ=MONTHLY\nEND:VEVENT\n")
	if got.Kind != MeetingInvite || got.Summary != "Comité : le point, en salle" || got.Location != "Salle 2\nRue du Port" || got.Organizer.Addr != "nora@fournil.example" ||
		len(got.Times) != 5 || !got.Repeats || got.Sending != 2 || got.Attendees != 2 || got.UID != "comite@fournil.example" || got.By.Addr != "" || got.Was != nil {
		t.Errorf("%+v", got)
	}
	day := meeting(t, "Fermeture", "PUBLISH", "BEGIN:VEVENT\nUID:x\nSUMMARY:Fermeture\nDTSTART;VALUE=DATE:20261224\nEND:VEVENT\n")
	if day.Kind != MeetingPublish || !day.Times[0].AllDay || day.Times[0].End.Sub(day.Times[0].Start) != 24*time.Hour {
		t.Errorf("%+v", day)
	}
	off := meeting(t, "Annulé : Visite", "CANCEL", "BEGIN:VEVENT\nUID:x\nSUMMARY:Visite\nSTATUS:CANCELLED\nDTSTART:20261130T130000Z\nEND:VEVENT\n")
	if off.Kind != MeetingCancel || len(off.Times) != 1 {
		t.Errorf("%+v", off)
	}
	if m, err := Parse(strings.NewReader("From: a@x.example\nSubject: rien\n\nrien\n"), nil); err != nil || MeetingOf(m, time.UTC) != nil {
		t.Error("a meeting out of nothing")
	}
}

func FuzzMeeting(f *testing.F) {
	f.Add("ATTENDEE;PARTSTAT=ACCEPTED;CN=\"Nora: \"\"Le Goff\";EMAIL=x@y.example:urn:uuid:1\nX-MS-OLK-ORIGINALSTART:99981231T235959Z\nRECURRENCE-ID:20261130\nSUMMARY:Accepté :")
	f.Add("ORGANIZER:mailto:\nATTENDEE:MAİLTO:x@y\nCOMMENT:\\n\nSEQUENCE:99999999\nDTSTART:20261130T140000\nDTEND:00010101T000000")
	f.Fuzz(func(t *testing.T, lines string) {
		for _, method := range []string{"REPLY", "COUNTER", "REQUEST"} {
			c := readCalendar([]byte("BEGIN:VCALENDAR\nMETHOD:" + method + "\nBEGIN:VEVENT\n" + lines + "\nEND:VEVENT\nEND:VCALENDAR\n"))
			got := MeetingOf(&Message{Calendar: c, Subject: lines}, time.UTC)
			if got != nil && (len(got.Times) > shownMeetings || strings.ContainsAny(got.By.Addr+got.By.Name, "\r\n")) {
				t.Errorf("%+v", got)
			}
		}
	})
}
