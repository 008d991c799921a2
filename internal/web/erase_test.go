package web

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"guichet/internal/db"
	"guichet/internal/db/dbtest"
	"guichet/internal/outbox"
)

// heard are the columns, by table, that hold what was said, in the words of who
// said it. They stay: the person who erases is told so.
var heard = map[string]string{"message": "body", "ticket": "snippet", "blob": "data"}

// columns lists the tables that hold text with their columns, but the search, whose
// words are not kept.
func columns(t *testing.T, d *db.DB) (all []string) {
	t.Helper()
	query := `SELECT m.name || '.' || c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c
		WHERE m.type = 'table' AND substr(m.name, 1, 6) <> 'search' ORDER BY 1`
	if d.Engine() == db.Postgres {
		query = `SELECT table_name || '.' || column_name FROM information_schema.columns
			WHERE table_schema = current_schema() AND table_name <> 'search' ORDER BY 1`
	}
	all, err := db.Values[string](t.Context(), d, query)
	if err != nil || len(all) < 150 {
		t.Fatalf("%d columns, %v", len(all), err)
	}
	return all
}

// named lists the columns in which a text stands, without regard to capitals.
func (k *desktop) named(text string) (where []string) {
	k.t.Helper()
	for _, column := range columns(k.t.(*testing.T), k.db) {
		table, name, _ := strings.Cut(column, ".")
		n, err := db.Value[int64](k.t.Context(), k.db, fmt.Sprintf("SELECT COUNT(*) FROM %q WHERE replace(lower(CAST(%q AS TEXT)), ?, '') <> lower(CAST(%q AS TEXT))",
			table, name, name), text)
		if err != nil {
			k.t.Fatal(column, err)
		}
		if n > 0 && heard[table] != name {
			where = append(where, fmt.Sprintf("%s × %d", column, n))
		}
	}
	return where
}

// An erased person is in no row: not in the dock, not among whom answers went to,
// not in the journal, under no writing of the address.
func TestAnErasedPersonIsInNoTable(t *testing.T) { dbtest.Each(t, anErasedPersonIsInNoTable) }

func anErasedPersonIsInNoTable(t *testing.T, d *db.DB) {
	k := newDeskOn(t, d)
	k.box()
	in := k.arrives("From: Enora Pichon <Enora@Bruyere.example>\nTo: support@gardian.example\nSubject: Imprimante\nMessage-ID: <1@x.example>\n" +
		"Date: Mon, 23 Nov 2026 09:30:00 +0100\n\nElle ne marche pas.\n")
	k.arrives("From: Enora Pichon <ENORA@bruyere.example>\nTo: support@gardian.example\nSubject: Promotion\nMessage-ID: <2@x.example>\n" +
		"X-Spam-Flag: YES\nDate: Mon, 23 Nov 2026 09:31:00 +0100\n\nAchetez.\n")
	k.arrives("From: Paul Brun <paul@bruyere.example>\nTo: support@gardian.example\nCc: Enora Pichon <enora@bruyere.example>\nSubject: Tr: Wifi\n" +
		"Message-ID: <3@x.example>\nDate: Mon, 23 Nov 2026 09:32:00 +0100\n\nÀ voir.\n\n---------- Forwarded message ---------\n" +
		"De : Enora Pichon <enora@bruyere.example>\nDate: lun. 23 nov. 2026 à 09:00\nSubject: Wifi\nTo: Paul Brun <paul@bruyere.example>\n\nPlus de wifi.\n")
	number := idOf(in.TicketID)
	v := k.ticket(number)
	var sent answered
	k.call(200, "POST", "/api/tickets/"+string(number)+"/answer", map[string]any{"html": "", "text": "Nous regardons.",
		"to": []mailAddress{{"Enora Pichon", "Enora@bruyere.example"}}, "cc": []mailAddress{{"Paul Brun", "paul@bruyere.example"}},
		"files": []id{}, "quote": false, "seenEntry": v.LastEntryID}, &sent)
	it, err := outbox.ByID(t.Context(), k.db, sent.OutboxID.n())
	if err != nil {
		t.Fatal(err)
	}
	k.write(func(ctx context.Context, tx *db.Tx) error {
		for _, statement := range []string{"UPDATE outbox SET state = 'sent'", "UPDATE outbox_recipient SET state = 'sent'", "DELETE FROM draft",
			"INSERT INTO acknowledgement (address, at, ticket_id) VALUES ('enora@bruyere.example', 1, 1)"} {
			if _, err := tx.Exec(ctx, statement); err != nil {
				return err
			}
		}
		return nil
	})
	k.arrives("From: MAILER-DAEMON@mx.example\nTo: support@gardian.example\nSubject: Undelivered\nMessage-ID: <4@x.example>\nMIME-Version: 1.0\n" +
		"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: text/plain\n\nNot delivered.\n--b\n" +
		"Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; enora@bruyere.example\nAction: failed\n" +
		"Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 <enora@bruyere.example> no such user\n\n--b\nContent-Type: message/rfc822\n\nMessage-ID: <" + it.RFCID + ">\n\nx\n--b--\n")
	if was := k.named("enora"); len(was) < 10 {
		t.Fatalf("before, only in %v", was)
	}
	k.call(204, "POST", "/api/contacts/"+string(v.Requester.ID)+"/erase", nil, nil)
	for _, text := range []string{"enora", "pichon"} {
		if left := k.named(text); len(left) > 0 {
			t.Errorf("%s is still in %v", text, left)
		}
	}
	if n := len(k.named("paul brun")); n == 0 {
		t.Error("another person is gone too")
	}
	k.ticket(number) // and can still be shown
	k.call(200, "GET", "/api/mails", nil, nil)
}
