package web

import (
	"strings"
	"testing"

	"guichet/internal/db"
	"guichet/internal/db/dbtest"
	"guichet/internal/words"
)

const accepting = "From: Lou <lou@conserverie.example>\nTo: support@gardian.example\nSubject: =?utf-8?q?Accept=C3=A9_=3A_Visite?=\nDate: Mon, 23 Nov 2026 09:30:00 +0100\nMessage-ID: <visit@x>\nMIME-Version: 1.0\n" +
	"Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-8\n\nEntendu.\n--b\nContent-Type: text/calendar; charset=utf-8; method=REPLY\n\n" +
	"BEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\nUID:v1@gardian.example\nSUMMARY:Visite\nDTSTART:20261130T130000Z\nDTEND:20261130T140000Z\n" +
	"ATTENDEE;PARTSTAT=ACCEPTED;CN=Lou:mailto:lou@conserverie.example\nEND:VEVENT\nEND:VCALENDAR\n--b--\n"

func TestAnAnswerToAnInvitationIsSaid(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDeskOn(t, d)
		k.box()
		got := k.arrives(strings.ReplaceAll(accepting, "\n", "\r\n"))
		item := k.ticket(idOf(got.TicketID)).Timeline[0]
		if !item.Message.Meeting {
			t.Fatalf("%+v", item.Message)
		}
		var v meetingView
		k.call(200, "GET", "/api/messages/"+item.ID+"/meeting", nil, &v)
		if v.Kind != "answer" || v.Reply != "accepted" || v.By == nil || v.By.Name != "Lou" || v.Summary != "Visite" || len(v.Times) != 1 || v.Times[0].Start != 1796043600000 || v.Times[0].FirstDay != "" {
			t.Errorf("%+v", v)
		}
		days := k.arrives(strings.NewReplacer("\n", "\r\n", "visit@x", "days@x", "REPLY", "PUBLISH", "DTSTART:20261130T130000Z\nDTEND:20261130T140000Z", "DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261227").Replace(accepting))
		item = k.ticket(idOf(days.TicketID)).Timeline[0]
		k.call(200, "GET", "/api/messages/"+item.ID+"/meeting", nil, &v)
		if v.Kind != "publish" || v.Times[0].FirstDay != "2026-12-24" || v.Times[0].LastDay != "2026-12-26" {
			t.Errorf("%+v", v)
		}
		plain := k.ticket(idOf(k.arrives(plainMail).TicketID)).Timeline[0]
		if plain.Message.Meeting {
			t.Error("a plain mail is no meeting")
		}
		k.refused(404, "GET", "/api/messages/"+plain.ID+"/meeting", nil)
	})
}

func TestASignatureAndACipherAreSaid(t *testing.T) {
	k := newDesk(t)
	k.box()
	signed := "From: Lou <lou@conserverie.example>\r\nTo: support@gardian.example\r\nSubject: Devis\r\nDate: Mon, 23 Nov 2026 09:30:00 +0100\r\nMessage-ID: <sig@x>\r\nMIME-Version: 1.0\r\n" +
		"Content-Type: multipart/signed; protocol=\"application/pgp-signature\"; micalg=pgp-sha256; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nBonjour.\r\n--b\r\n" +
		"Content-Type: application/pgp-signature; name=signature.asc\r\n\r\n-----BEGIN PGP SIGNATURE-----\r\n\r\niQ==\r\n-----END PGP SIGNATURE-----\r\n--b--\r\n"
	sealed := strings.NewReplacer("sig@x", "enc@x", "multipart/signed; protocol=\"application/pgp-signature\"; micalg=pgp-sha256", "multipart/encrypted; protocol=\"application/pgp-encrypted\"",
		"Content-Type: text/plain\r\n\r\nBonjour.", "Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1", "application/pgp-signature; name=signature.asc", "application/octet-stream; name=encrypted.asc", "SIGNATURE", "MESSAGE").Replace(signed)
	for raw, want := range map[string]string{signed: "signed", sealed: "encrypted"} {
		m := k.ticket(idOf(k.arrives(raw).TicketID)).Timeline[0].Message
		if len(m.Warnings) != 1 || m.Warnings[0].Code != want || m.Warnings[0].Sender || words.Say(words.French, m.Warnings[0].Said.Key) == m.Warnings[0].Said.Key {
			t.Errorf("%s: %+v", want, m.Warnings)
		}
	}
}
