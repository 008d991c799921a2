package web

import (
	"slices"
	"testing"

	"guichet/internal/db"
	"guichet/internal/db/dbtest"
)

func TestSavedViews(t *testing.T) {
	dbtest.Each(t, savedViewsOn)
}

func savedViewsOn(t *testing.T, d *db.DB) {
	k := newDeskOn(t, d)
	k.box()
	number := string(idOf(k.arrives(plainMail).TicketID))
	var v savedView
	k.call(200, "POST", "/api/saved-views", viewForm{Name: "À prendre", Query: "statut:nouveau technicien:aucun", Shared: true}, &v)
	k.call(200, "POST", "/api/saved-views", viewForm{Name: "Mots", Query: "imprimante"}, nil)
	if p := k.refused(422, "POST", "/api/saved-views", viewForm{Name: "", Query: "statut:perdu"}); !slices.Equal(fieldKeys(p), []string{"fault.empty", "view.err.unknown"}) {
		t.Errorf("%v", fieldKeys(p))
	}
	counted := func() *int64 {
		t.Helper()
		var all savedViews
		k.call(200, "GET", "/api/saved-views", nil, &all)
		if len(all.Items) != 2 || all.Items[0].ID != v.ID || !all.Items[0].Shared || all.Items[1].Shared || all.Items[1].Count != nil {
			t.Fatalf("%+v", all)
		}
		return all.Items[0].Count
	}
	if n := counted(); n == nil || *n != 1 {
		t.Errorf("%v", n)
	}
	var ticket ticketView
	k.call(200, "GET", "/api/tickets/"+number, nil, &ticket)
	k.call(200, "PATCH", "/api/tickets/"+number, map[string]any{"version": ticket.Version, "status": "open"}, nil)
	if n := counted(); n == nil || *n != 0 {
		t.Errorf("after the ticket was opened: %v", n)
	}
	k.call(200, "PATCH", "/api/saved-views/"+string(v.ID), map[string]any{"version": v.Version, "query": "-statut:clos", "sort": "oldest"}, &v)
	if n := counted(); n == nil || *n != 1 || v.Sort != "oldest" {
		t.Errorf("after the line was changed: %v, %+v", n, v)
	}
	k.refused(409, "PATCH", "/api/saved-views/"+string(v.ID), map[string]any{"version": 1, "name": "x"})
	var page searchPage
	k.call(200, "GET", "/api/search?q=-statut%3Aclos&sort=oldest", nil, &page)
	if len(page.Items) != 1 {
		t.Errorf("%+v", page)
	}
	k.call(200, "DELETE", "/api/saved-views/"+string(v.ID), nil, &v)
	k.refused(404, "DELETE", "/api/saved-views/"+string(v.ID), nil)
}

func TestTheSearchLineCompletesItself(t *testing.T) {
	k := newDesk(t)
	k.box()
	k.arrives(plainMail)
	var c completions
	k.call(200, "GET", "/api/search/complete?word=statu", nil, &c)
	if !slices.Equal(c.Items, []string{"statut:"}) {
		t.Errorf("%q", c.Items)
	}
	k.call(200, "GET", "/api/search/complete?word=assignee:", nil, &c)
	if len(c.Items) < 3 {
		t.Errorf("%q", c.Items)
	}
}
