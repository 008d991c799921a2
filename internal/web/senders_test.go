package web

import (
	"slices"
	"strings"
	"testing"

	"guichet/internal/db"
	"guichet/internal/db/dbtest"
	"guichet/internal/words"
)

const callForHelp = "From: Lou <lou@conserverie.example>\r\nTo: support@gardian.example\r\nSubject: TR: Panne du four\r\nDate: Mon, 23 Nov 2026 09:30:00 +0100\r\nMessage-ID: <fw@x>\r\n\r\n" +
	"Pour vous.\r\n\r\n-----Message d'origine-----\r\nDe : Nora Le Goff <nora@fournil.example>\r\nEnvoyé : lundi 23 novembre 2026 10:12\r\nÀ : Lou <lou@conserverie.example>\r\nObjet : Panne du four\r\n\r\nPlus rien ne marche.\r\n"

func TestTheSenderOfAForwardedMailBecomesTheRequester(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDeskOn(t, d)
		k.box()
		number := idOf(k.arrives(callForHelp).TicketID)
		before := k.ticket(number)
		m := before.Timeline[0].Message
		if m.Forwarded == nil || m.Forwarded.Address != "nora@fournil.example" {
			t.Fatalf("%+v", m)
		}
		path := "/api/tickets/" + string(number)
		var v ticketView
		k.call(200, "POST", path+"/forwarded", map[string]any{"version": before.Version, "mailId": m.MailID}, &v)
		if v.Requester == nil || v.Requester.Name != "Nora Le Goff" || len(v.Participants) < 2 || v.Participants[0].Address != "nora@fournil.example" || v.Participants[0].Role != "requester" {
			t.Errorf("%+v, %+v", v.Requester, v.Participants)
		}
		k.refused(409, "POST", path+"/forwarded", map[string]any{"version": before.Version, "mailId": m.MailID})
		k.refused(409, "POST", path+"/forwarded", map[string]any{"version": v.Version, "mailId": "999"})
		k.call(200, "PATCH", path, map[string]any{"version": v.Version, "requesterId": before.Requester.ID, "clientId": "0"}, &v)
		if len(v.Participants) != len(before.Participants) || v.Participants[0].Address != "lou@conserverie.example" || v.Participants[0].Role != "requester" {
			t.Errorf("undone: %+v", v.Participants)
		}
	})
}

func TestADoubtfulSenderIsSaidSo(t *testing.T) {
	k := newDesk(t)
	k.box()
	got := k.arrives(strings.Replace(callForHelp, "From: Lou <lou@conserverie.example>", "From: \"pdg@conserverie.example\" <x@evil.example>", 1))
	m := k.ticket(idOf(got.TicketID)).Timeline[0].Message
	if len(m.Warnings) != 1 || m.Warnings[0].Code != "name-address" || !m.Warnings[0].Sender || words.Say(words.French, m.Warnings[0].Said.Key) == m.Warnings[0].Said.Key {
		t.Errorf("%+v", m.Warnings)
	}
	var v mailView
	k.call(200, "GET", "/api/mails/"+string(idOf(got.MailID)), nil, &v)
	if !v.Doubtful || len(v.Warnings) == 0 || v.Warnings[0].Code != "name-address" {
		t.Errorf("%+v", v)
	}
}

func TestAMailThatSeemsToFollowIsJoinedOrNot(t *testing.T) {
	k := newDesk(t)
	k.box()
	mail := "From: Lou <lou@conserverie.example>\r\nTo: support@gardian.example\r\nSubject: Re: Le four\r\nDate: Mon, 23 Nov 2026 09:30:00 +0100\r\nMessage-ID: <ID@x>\r\n\r\nIl chauffe (ID).\r\n"
	first := k.arrives(strings.ReplaceAll(mail, "ID", "one"))
	second := k.ticket(idOf(k.arrives(strings.ReplaceAll(mail, "ID", "two")).TicketID))
	if second.Linked == nil || second.Linked.ID != idOf(first.TicketID) || second.Follows == nil {
		t.Fatalf("%+v, %+v", second.Linked, second.Follows)
	}
	path := "/api/tickets/" + string(second.ID)
	var v ticketView
	k.call(200, "PATCH", path, map[string]any{"version": second.Version, "linkedId": "0"}, &v)
	if v.Linked != nil || v.Follows != nil {
		t.Errorf("%+v, %+v", v.Linked, v.Follows)
	}
	k.call(200, "PATCH", path, map[string]any{"version": v.Version, "linkedId": second.Linked.ID}, &v)
	var row MailRow
	k.call(200, "POST", "/api/mails/"+string(v.Follows.MailID)+"/reassign", map[string]any{"version": v.Follows.MailVersion, "to": "ticket", "ticketId": v.Linked.ID}, &row)
	if row.Fate != "joined" || k.ticket(second.ID).Status != "closed" || k.ticket(second.ID).Follows != nil {
		t.Errorf("%+v", row)
	}
}

func TestSpamAndBlockedSenders(t *testing.T) {
	k := newDesk(t)
	k.box()
	path := "/api/mails/" + string(idOf(k.arrives(plainMail).MailID)) + "/reassign"
	var row MailRow
	k.call(200, "POST", path, map[string]any{"version": 1, "to": "spam"}, &row)
	if row.Fate != "spam" || !row.Undoable {
		t.Errorf("%+v", row)
	}
	k.call(200, "POST", path, map[string]any{"version": row.Version, "to": "desk"}, &row)
	if row.Fate != "opened" || row.Ticket == nil {
		t.Errorf("%+v", row)
	}
	var b blockedRow
	k.call(200, "POST", "/api/blocked", map[string]any{"pattern": "Bruit@Seller.example"}, &b)
	var all blockedList
	k.call(200, "GET", "/api/blocked", nil, &all)
	if b.Pattern != "bruit@seller.example" || !slices.ContainsFunc(all.Items, func(r blockedRow) bool { return r.Pattern == b.Pattern && r.Agent.Name != "" }) {
		t.Errorf("%+v, %+v", b, all)
	}
	if p := k.refused(422, "POST", "/api/blocked", map[string]any{"pattern": "gmail.com"}); len(p.Fields) != 1 || p.Fields[0].Key != "intake.err.block_public" {
		t.Errorf("%+v", p)
	}
	k.call(204, "POST", "/api/blocked/remove", map[string]any{"pattern": b.Pattern}, nil)
	k.refused(404, "POST", "/api/blocked/remove", map[string]any{"pattern": b.Pattern})
}
