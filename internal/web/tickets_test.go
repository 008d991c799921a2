package web

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"guichet/internal/db"
	"guichet/internal/db/dbtest"
	"guichet/internal/journal"
	"guichet/internal/mailbox"
	"guichet/internal/people"
	"guichet/internal/ticket"
	"guichet/internal/words"
)

const plainMail = `From: Paul Brun <paul@bruyere.example>
To: support@gardian.example
Cc: Zoé Lang <zoe@bruyere.example>
Subject: Plus de réseau 🖥
Message-ID: <plain-1@bruyere.example>
Date: Mon, 23 Nov 2026 09:30:00 +0100
Content-Type: text/plain; charset=utf-8

Bonjour 🖥, plus de réseau depuis ce matin.

> Le 20/11, vous écriviez :
> tout va bien
`

func (k *desktop) ticket(o id) (v ticketView) {
	k.t.Helper()
	k.call(200, "GET", "/api/tickets/"+string(o), nil, &v)
	return v
}

func TestATicketFromAMailToItsAnswer(t *testing.T) {
	dbtest.Each(t, aTicketFromAMailToItsAnswer)
}

func aTicketFromAMailToItsAnswer(t *testing.T, d *db.DB) {
	k := newDeskOn(t, d)
	k.box()
	in := k.arrives(plainMail)
	number := idOf(in.TicketID)

	var page ticketPage
	k.call(200, "GET", "/api/tickets?view=unassigned", nil, &page)
	if len(page.Items) != 1 || page.Items[0].ID != number || !page.Items[0].Unread || page.Items[0].Status != "new" {
		t.Fatalf("%+v", page)
	}
	v := k.ticket(number)
	said := v.Timeline[0].Message
	if said == nil || said.From.Address != "paul@bruyere.example" || v.Requester == nil || v.Requester.Name != "Paul Brun" {
		t.Fatalf("%+v", v)
	}
	for _, f := range said.Folds {
		units := utf16Text(said.Text)
		if quoted := string(units[f.Start:f.End]); f.Kind != "quote" || !strings.Contains(quoted, "tout va bien") || strings.Contains(quoted, "Bonjour") {
			t.Errorf("folded %q of %q", quoted, said.Text)
		}
	}
	if len(said.Folds) == 0 {
		t.Error("nothing is folded")
	}
	k.call(204, "POST", "/api/tickets/"+string(number)+"/seen", map[string]any{"entryId": v.LastEntryID}, nil)

	var c compose
	k.call(200, "GET", "/api/tickets/"+string(number)+"/compose", nil, &c)
	if len(c.To) != 1 || c.To[0].Address != "paul@bruyere.example" || len(c.CC) != 1 || c.CC[0].Address != "zoe@bruyere.example" ||
		c.Signature != "L’équipe Gardian" || !strings.Contains(c.QuoteText, "> Bonjour") {
		t.Errorf("%+v", c)
	}
	for _, to := range append(c.To, c.CC...) {
		if words.Say(words.French, to.Why.Key) == to.Why.Key {
			t.Error("no words for", to.Why.Key)
		}
	}

	var sent answered
	answer := map[string]any{"html": "<p>Nous regardons.</p>", "text": "Nous regardons.", "to": []mailAddress{{"Paul Brun", "paul@bruyere.example"}},
		"cc": []mailAddress{}, "files": []id{}, "quote": true, "seenEntry": "0", "status": "pending", "pendingReason": "user",
		"pendingUntil": k.now.Add(48 * time.Hour).UnixMilli()}
	if p := k.refused(409, "POST", "/api/tickets/"+string(number)+"/answer", answer); p.Key != "web.newer" {
		t.Error(p)
	}
	answer["seenEntry"] = v.LastEntryID
	k.call(200, "POST", "/api/tickets/"+string(number)+"/answer", answer, &sent)
	v = k.ticket(number)
	last := v.Timeline[len(v.Timeline)-1]
	for _, item := range v.Timeline {
		if item.ID == string(sent.MessageID) {
			last = item
		}
	}
	if last.Message == nil || last.Message.Delivery == nil || last.Message.Delivery.State != "waiting" || last.Message.Delivery.HoldUntil != sent.HoldUntil ||
		v.Status != "pending" || v.PendingReason != "user" || v.Assignee == nil || v.Assignee.Name != "Léa Morin" {
		t.Errorf("%+v", v)
	}
	k.call(204, "POST", "/api/outbox/"+string(sent.OutboxID)+"/undo", nil, nil)
	for _, item := range k.ticket(number).Timeline {
		if item.ID == string(sent.MessageID) {
			t.Error("the answer is still there")
		}
		if item.Event != nil && words.Say(words.French, item.Event.Said.Key) == item.Event.Said.Key {
			t.Error("no words for", item.Event.Said.Key)
		}
	}
	k.refused(409, "POST", "/api/outbox/"+string(sent.OutboxID)+"/undo", nil)
}

func utf16Text(s string) []rune {
	var units []rune // a rune beyond the plane takes two places, as in JavaScript
	for _, r := range s {
		units = append(units, r)
		if r > 0xFFFF {
			units = append(units, r)
		}
	}
	return units
}

func TestFoldsCountAsJavaScriptDoes(t *testing.T) {
	text := "é🖥a>b🖥"
	got := foldsOf(text, []ticket.Fold{{Kind: "quote", Start: len("é🖥"), End: len("é🖥a>")}, {Kind: "signature", Start: len("é🖥a>b"), End: len(text)}})
	want := []fold{{"quote", 3, 5}, {"signature", 6, 8}}
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("%+v", got)
	}
}

func TestATicketByTelephone(t *testing.T) {
	dbtest.Each(t, aTicketByTelephone)
}

func aTicketByTelephone(t *testing.T, d *db.DB) {
	k := newDeskOn(t, d)
	var made ticketMade
	k.call(200, "POST", "/api/tickets", map[string]any{"contact": map[string]any{"name": "Ana Gil", "phone": "+33 1 23 45 67 89"},
		"subject": "Serveur éteint", "text": "Elle appelle du site.", "channel": "call", "outageAt": k.now.Add(-time.Hour).UnixMilli()}, &made)
	v := k.ticket(made.ID)
	if v.Number != made.Number || v.Times.Outage == 0 || v.Channel != "call" || v.Requester == nil || v.Requester.Phone == "" || v.RequesterName != "Ana Gil" {
		t.Errorf("%+v", v)
	}
	p := k.refused(422, "POST", "/api/tickets", map[string]any{"subject": "", "text": "", "channel": "mail"})
	if len(p.Fields) == 0 || p.Fields[0].Name != "subject" {
		t.Errorf("%+v", p)
	}
	k.refused(422, "POST", "/api/tickets", map[string]any{"subject": "x", "text": "", "channel": "mail"})
	p = k.refused(422, "POST", "/api/tickets", map[string]any{"channel": "call", "subject": " \t", "text": "", "outageAt": k.now.Add(time.Hour).UnixMilli()})
	if got := strings.Join(fieldKeys(p), " "); got != "fault.empty ticket.err.outage_future" {
		t.Error(got)
	}
}

// A form may name who was merged or erased while it was open.
func TestATicketIsForSomebodyWhoIsThere(t *testing.T) {
	k := newDesk(t)
	var old, client clientView
	k.call(200, "POST", "/api/clients", map[string]any{"name": "Bruyère", "colour": 1, "language": "fr", "domains": []string{}}, &old)
	k.call(200, "POST", "/api/clients", map[string]any{"name": "Ardoise", "colour": 2, "language": "fr", "domains": []string{}}, &client)
	var erased contactView
	k.call(200, "POST", "/api/contacts", map[string]any{"name": "Nadia", "clientId": client.ID, "addresses": []string{"nadia@ardoise.example"}}, &erased)
	k.call(204, "POST", "/api/contacts/"+string(erased.ID)+"/erase", nil, nil)
	k.call(204, "POST", "/api/clients/"+string(old.ID)+"/merge", map[string]any{"intoId": client.ID}, nil)

	call := map[string]any{"subject": "Panne", "text": "", "channel": "call"}
	var made ticketMade
	k.call(200, "POST", "/api/tickets", call, &made)
	for field, gone := range map[string]id{"clientId": old.ID, "contactId": erased.ID} {
		call := map[string]any{"subject": "Panne", "text": "", "channel": "call", field: gone}
		k.refused(404, "POST", "/api/tickets", call)
	}
	for field, gone := range map[string]id{"clientId": old.ID, "requesterId": erased.ID} {
		k.refused(404, "PATCH", "/api/tickets/"+string(made.ID), map[string]any{"version": 1, field: gone})
	}
	k.call(200, "PATCH", "/api/tickets/"+string(made.ID), map[string]any{"version": 1, "clientId": client.ID}, nil)
}

func TestAChangeSeenTooLate(t *testing.T) {
	k := newDesk(t)
	k.box()
	number := string(idOf(k.arrives(plainMail).TicketID))
	v := k.ticket(id(number))
	k.call(200, "PATCH", "/api/tickets/"+number, map[string]any{"version": v.Version, "assigneeId": idOf(k.agent.ID)}, &v)
	if v.Status != "open" || v.Assignee == nil {
		t.Errorf("%+v", v)
	}
	if p := k.refused(409, "PATCH", "/api/tickets/"+number, map[string]any{"version": 1, "level": 2}); p.Key != "fault.conflict" {
		t.Error(p)
	}
	k.call(200, "PATCH", "/api/tickets/"+number, map[string]any{"version": v.Version, "assigneeId": "0", "level": 2}, &v)
	if v.Assignee != nil || v.Level != 2 {
		t.Errorf("%+v", v)
	}
	for name, bad := range map[string]any{"status": "gone", "level": 7, "assigneeId": "x", "pendingReason": "lunch"} {
		p := k.refused(422, "PATCH", "/api/tickets/"+number, map[string]any{"version": v.Version, name: bad})
		if len(p.Fields) == 0 || p.Fields[0].Name != name {
			t.Errorf("%s: %+v", name, p)
		}
	}
	k.refused(404, "PATCH", "/api/tickets/"+number, map[string]any{"version": v.Version, "assigneeId": "424242"})
	k.refused(404, "GET", "/api/tickets/424242", nil)
	k.refused(422, "GET", "/api/tickets/abc", nil)
}

// A ticket that goes on hold while a list is read stands in it once: the view of
// one's own is two lists.
func TestAListIsOfOneMoment(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDeskOn(t, d)
		k.box()
		number := k.arrives(plainMail).TicketID
		change := func(p ticket.Patch) error {
			return d.Write(context.Background(), func(tx *db.Tx) error {
				_, err := ticket.Change(context.Background(), tx, journal.Agent(k.agent.ID), k.now, number, 0, p)
				return err
			})
		}
		if err := change(ticket.Patch{AssigneeID: &k.agent.ID}); err != nil {
			t.Fatal(err)
		}
		open, hold, why, until := ticket.Open, ticket.Pending, "user", k.now.Add(time.Hour)
		enough, ended := make(chan struct{}), make(chan error, 1)
		go func() {
			for {
				select {
				case <-enough:
					ended <- nil
					return
				default:
				}
				if err := errors.Join(change(ticket.Patch{Status: &hold, PendingReason: &why, PendingUntil: &until}), change(ticket.Patch{Status: &open})); err != nil {
					ended <- err
					return
				}
			}
		}()
		for range 150 {
			var page ticketPage
			if k.call(200, "GET", "/api/tickets?view=mine", nil, &page); len(page.Items) != 1 {
				t.Errorf("the ticket stands there %d times", len(page.Items))
				break
			}
		}
		close(enough)
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func TestNotesAndSearch(t *testing.T) {
	dbtest.Each(t, notesAndSearch)
}

func notesAndSearch(t *testing.T, d *db.DB) {
	k := newDeskOn(t, d)
	k.box()
	number := string(idOf(k.arrives(plainMail).TicketID))
	k.call(200, "POST", "/api/tickets/"+number+"/notes", map[string]any{"text": "Vérifier le cœur de réseau du 2e étage."}, nil)
	k.refused(422, "POST", "/api/tickets/"+number+"/notes", map[string]any{"text": ""})
	var page searchPage
	k.call(200, "GET", "/api/search?q=coeur+etag", nil, &page)
	if len(page.Items) != 1 || string(page.Items[0].ID) != number {
		t.Fatalf("%+v", page)
	}
	marked := ""
	for _, run := range page.Items[0].Excerpt {
		if run.Hit {
			marked += run.Text
		}
	}
	if !strings.Contains(marked, "cœur") || !strings.Contains(marked, "étage") {
		t.Errorf("%+v", page.Items[0].Excerpt)
	}
	k.call(200, "GET", "/api/search?q=status%3Anew+from%3Apaul+status%3Aodd", nil, &page)
	if len(page.Items) != 1 || len(page.Unknown) != 1 {
		t.Errorf("%+v", page)
	}
}

// The origin of the window changes at each start, and with it goes what the browser
// kept: a note that was begun is kept here.
func TestANoteThatIsBegunIsKept(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDeskOn(t, d)
		k.box()
		number := idOf(k.arrives(plainMail).TicketID)
		path := "/api/tickets/" + string(number)
		keep := func(text string) { k.call(204, "PUT", path+"/note", map[string]any{"text": text}, nil) }
		keep("Il faut rappe")
		keep("Il faut rappeler Paul.")
		lea := k.token
		k.other(people.RoleLead)
		if got := k.ticket(number).NoteDraft; got != "" {
			t.Errorf("a colleague sees %q", got)
		}
		k.token = lea
		if v := k.ticket(number); v.NoteDraft != "Il faut rappeler Paul." || v.Draft != nil || len(v.Timeline) != 2 {
			t.Errorf("%q, %+v", v.NoteDraft, v.Timeline)
		}
		k.call(200, "POST", path+"/notes", map[string]any{"text": "Il faut rappeler Paul."}, nil)
		if got := k.ticket(number).NoteDraft; got != "" {
			t.Errorf("the note is written, and begun: %q", got)
		}
		keep("Encore")
		keep("")
		if got := k.ticket(number).NoteDraft; got != "" {
			t.Errorf("given up, and begun: %q", got)
		}
		k.refused(404, "PUT", "/api/tickets/424242/note", map[string]any{"text": "x"})
	})
}

func TestDraftsAndTheirFiles(t *testing.T) {
	dbtest.Each(t, draftsAndTheirFiles)
}

func draftsAndTheirFiles(t *testing.T, d *db.DB) {
	k := newDeskOn(t, d)
	k.box()
	number := string(idOf(k.arrives(plainMail).TicketID))
	path := "/api/tickets/" + number + "/draft"
	var saved draftSaved
	body := map[string]any{"version": 0, "html": "<p>Je</p>", "text": "Je", "to": []mailAddress{}, "cc": []mailAddress{}, "since": "1"}
	k.call(200, "PUT", path, body, &saved)
	k.refused(409, "PUT", path, body)
	var f draftFile
	picture := []byte("\x89PNG\r\n\x1a\n")
	k.call(200, "POST", path+"/files?name=..%2Fcapture.png&type=image%2Fpng&inline=true", picture, &f)
	if strings.ContainsAny(f.Name, `/\`) || f.CID == "" || f.Size != int64(len(picture)) {
		t.Errorf("%+v", f)
	}
	w := k.call(200, "GET", "/api/draft-files/"+string(f.ID), nil, nil)
	if !bytes.Equal(w.Body.Bytes(), picture) || w.Header().Get("Content-Type") != "image/png" {
		t.Error(w.Header())
	}
	k.call(200, "POST", path+"/files?name=page.html&type=text%2Fhtml", []byte("<script>1</script>"), &f)
	if w := k.call(200, "GET", "/api/draft-files/"+string(f.ID), nil, nil); w.Header().Get("Content-Type") != "application/octet-stream" {
		t.Error(w.Header())
	}
	v := k.ticket(id(number))
	if v.Draft == nil || v.Draft.HTML != "<p>Je</p>" || len(v.Draft.Files) != 2 || v.Draft.Version != saved.Version {
		t.Errorf("%+v", v.Draft)
	}
	mine := k.token
	k.other(people.RoleAgent)
	if k.ticket(id(number)).Draft != nil {
		t.Error("another agent sees the draft")
	}
	k.refused(404, "GET", "/api/draft-files/"+string(f.ID), nil)
	k.token = mine
	k.call(204, "DELETE", "/api/draft-files/"+string(f.ID), nil, nil)
	k.call(204, "DELETE", path, nil, nil)
	if k.ticket(id(number)).Draft != nil {
		t.Error("the draft is still there")
	}
	body["version"] = saved.Version
	if p := k.refused(409, "PUT", path, body); p.Key != "ticket.err.draft_gone" || k.ticket(id(number)).Draft != nil {
		t.Error("a late save brought the draft back:", p)
	}
	if p := k.refused(413, "POST", path+"/files?name=x", make([]byte, maxUpload+1)); p.Key != "web.too_large" {
		t.Error(p)
	}
}

// other makes a second agent and sits down in their place.
func (k *desktop) other(role string) (a people.Agent) {
	k.t.Helper()
	k.write(func(ctx context.Context, tx *db.Tx) (err error) {
		a, err = people.CreateAgent(ctx, tx, journal.System(), k.now, people.Agent{Name: "Hugo Petit", Email: "hugo@gardian.example",
			Language: words.English, Level: 2, Role: role, Active: true})
		return err
	})
	k.token = k.enter(a.ID)
	return a
}

func TestTheDockCorrectsAFate(t *testing.T) {
	dbtest.Each(t, theDockCorrectsAFate)
}

func theDockCorrectsAFate(t *testing.T, d *db.DB) {
	k := newDeskOn(t, d)
	k.box()
	first, second := k.arrives(plainMail), k.arrives(richMail)
	k.write(func(ctx context.Context, tx *db.Tx) error {
		return mailbox.Failed(ctx, tx, k.now, mailbox.UID{MailboxID: 1, Folder: "INBOX", UIDValidity: 1, UID: 7}, 5, true, "NO [UNAVAILABLE]")
	})
	var page mailPage
	k.call(200, "GET", "/api/mails?limit=1", nil, &page)
	if len(page.Items) != 1 || page.Next == "" || page.Items[0].Subject != "Imprimante à l'arrêt" || len(page.Fates) != 1 || page.Fates[0].Count != 2 ||
		len(page.Troubles) != 1 || page.Troubles[0].UID != 7 {
		t.Fatalf("%+v", page)
	}
	if words.Say(words.French, page.Items[0].Reason.Key) == page.Items[0].Reason.Key {
		t.Error("no words for", page.Items[0].Reason.Key)
	}
	k.call(200, "GET", "/api/mails?limit=1&cursor="+page.Next, nil, &page)
	if len(page.Items) != 1 || page.Next != "" {
		t.Fatalf("%+v", page)
	}
	path := "/api/mails/" + string(idOf(second.MailID))
	var row MailRow
	k.call(200, "POST", path+"/reassign", map[string]any{"version": 1, "to": "ticket", "ticketId": idOf(first.TicketID)}, &row)
	if row.Fate != "joined" || row.Ticket == nil || row.Ticket.ID != idOf(first.TicketID) || !row.Undoable {
		t.Errorf("%+v", row)
	}
	k.refused(409, "POST", path+"/reassign", map[string]any{"version": 1, "to": "aside"})
	k.call(200, "POST", path+"/undo", map[string]any{"version": row.Version}, &row)
	if row.Fate != "opened" || row.Ticket.ID != idOf(second.TicketID) {
		t.Errorf("%+v", row)
	}
	var v mailView
	k.call(200, "GET", path, nil, &v)
	if !v.HasHTML || len(v.Headers) < 4 || v.Cut {
		t.Errorf("%+v", v)
	}
	var counts views
	k.call(200, "GET", "/api/views", nil, &counts)
	if counts.Dock.Total != 2 || counts.Dock.Problems != 1 || len(counts.Items) != 7 {
		t.Errorf("%+v", counts)
	}
}
