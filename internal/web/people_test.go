package web

import (
	"strings"
	"testing"

	"guichet/internal/db"
	"guichet/internal/db/dbtest"
	"guichet/internal/intake"
	"guichet/internal/people"
)

func TestClientsSitesAndContacts(t *testing.T) {
	dbtest.Each(t, clientsSitesAndContacts)
}

func clientsSitesAndContacts(t *testing.T, d *db.DB) {
	k := newDeskOn(t, d)
	var ardoise, bruyere clientView
	form := map[string]any{"name": "Ardoise", "colour": 2, "language": "fr", "domains": []string{"ardoise.example"}}
	k.call(200, "POST", "/api/clients", form, &ardoise)
	p := k.refused(422, "POST", "/api/clients", form)
	if len(p.Fields) != 2 {
		t.Errorf("%+v", p)
	}
	k.call(200, "POST", "/api/clients", map[string]any{"name": "Bruyère", "colour": 3, "language": "en", "domains": []string{}}, &bruyere)
	var site siteView
	k.call(200, "POST", "/api/clients/"+string(ardoise.ID)+"/sites", map[string]any{"name": "Lyon", "address": "1 place du Port"}, &site)
	k.call(200, "PATCH", "/api/sites/"+string(site.ID), map[string]any{"version": site.Version, "name": "Lyon Sud"}, &site)
	var c contactView
	k.call(200, "POST", "/api/contacts", map[string]any{"name": "Nadia Roux", "addresses": []string{"Nadia@Ardoise.example"}}, &c)
	if c.Client == nil || c.Client.ID != ardoise.ID || c.Addresses[0].Address != "nadia@ardoise.example" {
		t.Errorf("%+v", c)
	}
	k.call(200, "PATCH", "/api/contacts/"+string(c.ID), map[string]any{"version": c.Version, "name": "Nadia Roux", "clientId": ardoise.ID,
		"siteId": site.ID, "language": "en", "addresses": []string{"nadia@ardoise.example"}}, &c)
	if c.SiteID != site.ID || c.Language != "en" {
		t.Errorf("%+v", c)
	}
	k.refused(409, "PATCH", "/api/contacts/"+string(c.ID), map[string]any{"version": 1, "name": "N", "addresses": []string{}})
	k.call(204, "DELETE", "/api/sites/"+string(site.ID)+"?version="+"2", nil, nil)
	var page contactPage
	k.call(200, "GET", "/api/contacts?q=nadia&client="+string(ardoise.ID), nil, &page)
	if len(page.Items) != 1 || page.Items[0].Client == nil {
		t.Errorf("%+v", page)
	}
	k.call(204, "POST", "/api/clients/"+string(bruyere.ID)+"/merge", map[string]any{"intoId": ardoise.ID}, nil)
	k.call(200, "GET", "/api/clients/"+string(bruyere.ID), nil, &bruyere)
	var all clientPage
	k.call(200, "GET", "/api/clients", nil, &all)
	if bruyere.MergedInto != ardoise.ID || len(all.Items) != 1 {
		t.Errorf("%+v %+v", bruyere, all)
	}
	k.call(204, "POST", "/api/contacts/"+string(c.ID)+"/erase", nil, nil)
	k.call(200, "GET", "/api/contacts/"+string(c.ID), nil, &c)
	if !c.Erased || len(c.Addresses) != 0 {
		t.Errorf("%+v", c)
	}
}

func TestAnUnknownSenderIsAttached(t *testing.T) {
	k := newDesk(t)
	k.box()
	number := idOf(k.arrives(plainMail).TicketID)
	var client clientView
	k.call(200, "POST", "/api/clients", map[string]any{"name": "Bruyère", "colour": 1, "language": "fr", "domains": []string{}}, &client)
	k.call(200, "POST", "/api/contacts/attach", map[string]any{"address": "paul@bruyere.example", "name": "Paul Brun", "clientId": client.ID}, nil)
	if v := k.ticket(number); v.Client == nil || v.Client.ID != client.ID || v.Requester.Client == nil {
		t.Errorf("%+v", v)
	}
}

// belongings is what tickets, messages and their ids say of clients and contacts.
func (k *desktop) belongings(after int64) string {
	k.t.Helper()
	var b strings.Builder
	for _, query := range []string{
		`SELECT 'ticket ' || CAST(number AS TEXT) || ' ' || COALESCE(CAST(client_id AS TEXT), '-') || ' ' || COALESCE(CAST(requester_id AS TEXT), '-')
			FROM ticket WHERE number > ? ORDER BY number`,
		`SELECT 'message ' || CAST(m.id AS TEXT) || ' ' || COALESCE(CAST(m.contact_id AS TEXT), '-')
			FROM message m JOIN ticket t ON t.id = m.ticket_id WHERE t.number > ? ORDER BY m.id`,
		`SELECT 'participant ' || CAST(t.number AS TEXT) || ' ' || p.address || ' ' || COALESCE(CAST(p.contact_id AS TEXT), '-')
			FROM participant p JOIN ticket t ON t.id = p.ticket_id WHERE t.number > ? ORDER BY t.number, p.address`,
		`SELECT 'ref ' || r.ref || ' ' || CAST(r.client_id AS TEXT)
			FROM message_ref r JOIN ticket t ON t.id = r.ticket_id WHERE t.number > ? ORDER BY r.ref`,
	} {
		lines, err := db.Values[string](k.t.Context(), k.db, query, after)
		if err != nil {
			k.t.Fatal(err)
		}
		b.WriteString(strings.Join(lines, "\n") + "\n")
	}
	return b.String()
}

// mailFrom arrives as a mail of its own.
func (k *desktop) mailFrom(from, id, more string) intake.Outcome {
	return k.arrives("From: " + from + "\nTo: support@gardian.example\nSubject: Demande " + id + "\nMessage-ID: <" + id + ">\n" +
		"Date: Mon, 23 Nov 2026 09:30:00 +0100\n" + more + "\nBonjour.\n")
}

func TestAMergeOfClientsIsUndoneWithTheirTickets(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDeskOn(t, d)
		k.box()
		var a, b clientView
		k.call(200, "POST", "/api/clients", map[string]any{"name": "Bruyère", "colour": 1, "language": "fr", "domains": []string{"bruyere.example"}}, &a)
		k.call(200, "POST", "/api/clients", map[string]any{"name": "Lunel", "colour": 2, "language": "fr", "domains": []string{"lunel.example"}}, &b)
		k.mailFrom("Paul <paul@bruyere.example>", "p1@bruyere.example", "Cc: ana@lunel.example\n")
		k.mailFrom("Ana <ana@lunel.example>", "a1@lunel.example", "")
		first := k.mailFrom("Zoé <zoe@bruyere.example>", "z1@bruyere.example", "References: <lost@bruyere.example>\n")
		k.call(204, "POST", "/api/tickets/"+string(idOf(first.TicketID))+"/seen", map[string]any{"entryId": idOf(first.EntryID)}, nil)
		k.mailFrom("Ana <ana@lunel.example>", "a2@lunel.example", "In-Reply-To: <p1@bruyere.example>\nReferences: <gone@lunel.example> <p1@bruyere.example>\n")
		before := k.belongings(0)

		k.call(204, "POST", "/api/clients/"+string(a.ID)+"/merge", map[string]any{"intoId": b.ID}, nil)
		if k.belongings(0) == before {
			t.Fatal("nothing moved")
		}
		since := k.mailFrom("Paul <paul@bruyere.example>", "p2@bruyere.example", "")
		if v := k.ticket(idOf(since.TicketID)); v.Client == nil || v.Client.ID != b.ID {
			t.Errorf("opened after the merge at %+v", v.Client)
		}
		k.call(204, "POST", "/api/clients/"+string(a.ID)+"/unmerge", nil, nil)
		if v := k.ticket(idOf(since.TicketID)); v.Client == nil || v.Client.ID != a.ID {
			t.Errorf("opened between, it is now at %+v", v.Client)
		}
		after := k.belongings(0)
		for _, line := range strings.Split(before, "\n") {
			if !strings.Contains(after, line+"\n") {
				t.Errorf("%q is gone:\n%s", line, after)
			}
		}
		if p := k.refused(422, "POST", "/api/clients/"+string(a.ID)+"/unmerge", nil); p.Key != "people.err.not_merged" {
			t.Error(p)
		}
	})
}

func TestAMergeOfContactsIsUndoneWithTheirTickets(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDeskOn(t, d)
		k.box()
		k.mailFrom("Paul <paul@bruyere.example>", "p1@bruyere.example", "Cc: paul@perso.example\n")
		k.mailFrom("Paul <paul@perso.example>", "q1@perso.example", "")
		var page contactPage
		k.call(200, "GET", "/api/contacts?q=paul", nil, &page)
		if len(page.Items) != 2 {
			t.Fatalf("%+v", page)
		}
		from, into := page.Items[0].ID, page.Items[1].ID
		var made ticketMade
		k.call(200, "POST", "/api/tickets", map[string]any{"contactId": from, "subject": "Par téléphone", "text": "Allô", "channel": "call"}, &made)
		before := k.belongings(0)
		k.call(204, "POST", "/api/contacts/"+string(from)+"/merge", map[string]any{"intoId": into}, nil)
		if v := k.ticket(made.ID); v.Requester.ID != into {
			t.Errorf("%+v", v.Requester)
		}
		address := page.Items[0].Addresses[0].Address
		since := k.mailFrom("Paul <"+address+">", "s1@perso.example", "")
		k.call(204, "POST", "/api/contacts/"+string(from)+"/unmerge", nil, nil)
		if v := k.ticket(idOf(since.TicketID)); v.Requester.ID != from {
			t.Errorf("opened between, it is of %+v", v.Requester)
		}
		after := k.belongings(0)
		for _, line := range strings.Split(before, "\n") {
			if !strings.Contains(after, line+"\n") {
				t.Errorf("%q is gone:\n%s", line, after)
			}
		}
		if p := k.refused(422, "POST", "/api/contacts/"+string(from)+"/unmerge", nil); p.Key != "people.err.not_merged" {
			t.Error(p)
		}
		k.refused(404, "POST", "/api/contacts/999999/unmerge", nil)
	})
}

func TestAttachingASenderIsUndone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDeskOn(t, d)
		k.box()
		first := k.mailFrom("Paul <paul@perso.example>", "p1@perso.example", "")
		second := k.mailFrom("Paul <paul@perso.example>", "p2@perso.example", "")
		var a, b clientView
		k.call(200, "POST", "/api/clients", map[string]any{"name": "Bruyère", "colour": 1, "language": "fr", "domains": []string{}}, &a)
		k.call(200, "POST", "/api/clients", map[string]any{"name": "Lunel", "colour": 1, "language": "fr", "domains": []string{}}, &b)
		attach := func(client id) (v contactView) {
			k.call(200, "POST", "/api/contacts/attach", map[string]any{"address": "paul@perso.example", "name": "Paul", "clientId": client}, &v)
			return v
		}
		c := attach(a.ID)
		back := "/api/contacts/" + string(c.ID) + "/unattach"
		other := k.ticket(idOf(second.TicketID))
		k.call(200, "PATCH", "/api/tickets/"+string(other.ID), map[string]any{"version": other.Version, "clientId": b.ID}, nil)
		var v contactView
		k.call(200, "POST", back, nil, &v)
		if v.Client != nil {
			t.Errorf("still at %+v", v.Client)
		}
		if v := k.ticket(idOf(first.TicketID)); v.Client != nil {
			t.Errorf("the ticket is still at %+v", v.Client)
		}
		if v := k.ticket(idOf(second.TicketID)); v.Client == nil || v.Client.ID != b.ID {
			t.Errorf("what a person gave to another client is at %+v", v.Client)
		}
		if p := k.refused(409, "POST", back, nil); p.Key != "people.err.not_attached" {
			t.Error(p)
		}
		attach(a.ID)
		attach(b.ID)
		k.call(200, "POST", back, nil, &v)
		if v.Client == nil || v.Client.ID != a.ID {
			t.Errorf("before the last move it was at Bruyère, not %+v", v.Client)
		}
		c = attach(b.ID)
		k.call(200, "PATCH", "/api/contacts/"+string(c.ID), map[string]any{"version": c.Version, "name": "Paul", "clientId": a.ID, "addresses": []string{"paul@perso.example"}}, nil)
		if p := k.refused(409, "POST", back, nil); p.Key != "people.err.attached_since" {
			t.Error(p)
		}
	})
}

func TestAgentsAndSessions(t *testing.T) {
	dbtest.Each(t, agentsAndSessions)
}

func agentsAndSessions(t *testing.T, d *db.DB) {
	k := newDeskOn(t, d)
	var row agentRow
	form := map[string]any{"name": "Hugo Petit", "email": "hugo@gardian.example", "level": 2, "role": "agent", "language": "en", "active": true}
	k.call(200, "POST", "/api/agents", form, &row)
	var link entryLink
	k.call(200, "POST", "/api/agents/"+string(row.ID)+"/link", nil, &link)
	if !link.Local {
		t.Error("a link to loopback is said to work elsewhere")
	}
	ticket := link.URL[len(testOrigin+"/enter#"):]
	boss := k.token
	k.token = k.call(204, "POST", "/enter", map[string]string{"ticket": ticket}, nil).Result().Cookies()[0].Value
	var self me
	k.call(200, "PATCH", "/api/me", map[string]any{"language": "fr", "preferences": map[string]any{"theme": "dark", "notifications": false,
		"frameHtml": true, "listWidth": 400, "panelHidden": false}}, &self)
	if self.Agent.Language != "fr" || self.Agent.Preferences.Theme != "dark" || self.Agent.Role != "agent" {
		t.Errorf("%+v", self)
	}
	for _, only := range []struct{ method, path string }{{"POST", "/api/agents"}, {"PATCH", "/api/agents/" + string(row.ID)}} {
		body := map[string]any{"version": 1}
		for name, value := range form {
			body[name] = value
		}
		if only.method == "POST" {
			delete(body, "version")
		}
		if p := k.refused(403, only.method, only.path, body); p.Key != "web.lead" {
			t.Error(p)
		}
	}
	k.refused(403, "POST", "/api/agents/"+string(idOf(k.agent.ID))+"/link", nil)
	var mine, all sessionRows
	k.call(200, "GET", "/api/sessions", nil, &mine)
	hugo := k.token
	k.token = boss
	k.call(200, "GET", "/api/sessions", nil, &all)
	if len(mine.Items) != 1 || !mine.Items[0].Own || len(all.Items) != 2 {
		t.Fatalf("%+v %+v", mine, all)
	}
	k.token = hugo
	for _, s := range all.Items {
		if s.Agent.ID == idOf(k.agent.ID) {
			k.refused(403, "DELETE", "/api/sessions/"+string(s.ID), nil)
		}
	}
	k.call(204, "DELETE", "/api/sessions/"+string(mine.Items[0].ID), nil, nil)
	k.refused(401, "GET", "/api/me", nil)
}

// What an agent chose follows to every machine. Two windows that each change one
// thing both keep theirs, and a lead's open form stays good.
func TestPreferencesAreKeptOneByOne(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDeskOn(t, d)
		var self me
		k.call(200, "GET", "/api/me", nil, &self)
		if p := self.Agent.Preferences; p.Zoom != 100 || p.RailFolded || p.Composer != "rich" || !p.Notifications || p.Theme != "system" {
			t.Errorf("at the first start: %+v", p)
		}
		for _, one := range []map[string]any{{"zoom": 125}, {"railFolded": true}, {"composer": "plain"}, {"notifications": false}, {"zoom": 90}} {
			k.call(200, "PATCH", "/api/me", map[string]any{"preferences": one}, &self)
		}
		if p := self.Agent.Preferences; p.Zoom != 90 || !p.RailFolded || p.Composer != "plain" || p.Notifications || p.Theme != "system" {
			t.Errorf("%+v", p)
		}
		if p := k.refused(422, "PATCH", "/api/me", map[string]any{"preferences": map[string]any{"zoom": 5000}}); len(p.Fields) != 1 {
			t.Errorf("%+v", p)
		}
		form := map[string]any{"version": 1, "name": "Léa Morin", "email": "lea@gardian.example", "level": 2, "role": "lead", "language": "fr", "active": true}
		k.call(200, "PATCH", "/api/agents/"+string(self.Agent.ID), form, nil)
	})
}

func TestAgentsNameThemselves(t *testing.T) {
	k := newDesk(t)
	boss := k.token
	k.other(people.RoleAgent)
	var self me
	k.call(200, "PATCH", "/api/me", map[string]any{"name": " Hugo  Grand ", "email": "Hugo.Grand@gardian.example"}, &self)
	if a := self.Agent; a.Name != "Hugo Grand" || a.Email != "hugo.grand@gardian.example" || a.Role != "agent" || a.Level != 2 {
		t.Errorf("%+v", a)
	}
	for field, body := range map[string]map[string]any{"name": {"name": " "}, "email": {"email": "lea@gardian.example"}} {
		if p := k.refused(422, "PATCH", "/api/me", body); len(p.Fields) != 1 || p.Fields[0].Name != field {
			t.Errorf("%v: %+v", body, p)
		}
	}
	k.call(200, "GET", "/api/me", nil, &self)
	if self.Agent.Name != "Hugo Grand" || self.Agent.Email != "hugo.grand@gardian.example" {
		t.Errorf("%+v", self.Agent)
	}
	k.token = boss
	if k.call(200, "GET", "/api/me", nil, &self); self.Agent.Name != "Léa Morin" {
		t.Errorf("%+v", self.Agent)
	}
}
