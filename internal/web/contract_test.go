package web

import (
	"context"
	"testing"
	"time"

	"guichet/internal/clock"
	"guichet/internal/contract"
	"guichet/internal/db"
	"guichet/internal/db/dbtest"
	"guichet/internal/ticket"
	"guichet/internal/words"
)

// contracted is a client with a contract for workstations, a workstation and a server.
func (k *desktop) contracted() (client clientView, c contractView, pc, server assetView) {
	k.t.Helper()
	k.call(200, "POST", "/api/clients", map[string]any{"name": "Ardoise", "colour": 2, "language": "fr", "domains": []string{"ardoise.example"}}, &client)
	terms := termsOf(contract.Default())
	terms.Scope = "workstations"
	k.call(200, "POST", "/api/clients/"+string(client.ID)+"/contracts", map[string]any{"name": "Postes", "startsOn": "2020-01-01", "noticeMonths": 3,
		"terms": terms}, &c)
	for name, to := range map[string]*assetView{"PC-1": &pc, "SRV-1": &server} {
		kind := map[string]string{"PC-1": "laptop", "SRV-1": "server"}[name]
		k.call(200, "POST", "/api/clients/"+string(client.ID)+"/assets", map[string]any{"name": name, "type": kind, "userIds": []string{}}, to)
	}
	return client, c, pc, server
}

func TestContractsAndAssets(t *testing.T) { dbtest.Each(t, contractsAndAssets) }

func contractsAndAssets(t *testing.T, d *db.DB) {
	k := newDeskOn(t, d)
	client, c, pc, _ := k.contracted()
	terms := c.Versions[0].Terms
	terms.Lines = append(terms.Lines, perimeterLine{Covered: true, AssetID: pc.ID, Note: "le portable"})
	terms.Closures = append(terms.Closures, closure{"2027-08-02", "2027-08-20", "Congés"})
	terms.Extra = append(terms.Extra, extraOpening{"2027-08-05", terms.Week[1], "Inventaire"})
	path := "/api/contracts/" + string(c.ID)
	k.call(200, "PUT", path+"/terms", map[string]any{"version": c.Version, "fromOn": "2027-01-01", "terms": terms}, &c)
	var all contractList
	k.call(200, "GET", "/api/clients/"+string(client.ID)+"/contracts", nil, &all)
	if len(all.Items) != 1 || len(all.Items[0].Versions) != 2 || len(all.Regions) < 9 || len(all.Regions[1].Holidays) != 11 {
		t.Fatalf("%+v", all)
	}
	if got := all.Items[0].Versions[1].Terms; got.Lines[0].AssetID != pc.ID || got.Closures[0].To != "2027-08-20" || len(got.Extra[0].Spans) != 2 {
		t.Errorf("%+v", got)
	}
	k.call(200, "PATCH", path, map[string]any{"version": c.Version, "name": "Postes et plus", "startsOn": "2020-01-01", "endsOn": "2028-12-31", "noticeMonths": 6}, &c)
	if c.Name != "Postes et plus" || c.EndsOn != "2028-12-31" {
		t.Errorf("%+v", c)
	}
	k.refused(409, "PATCH", path, map[string]any{"version": 1, "name": "x", "startsOn": "2020-01-01", "noticeMonths": 6})
	if p := k.refused(422, "PATCH", path, map[string]any{"version": c.Version, "name": "x", "startsOn": "2020-13-01", "noticeMonths": 6}); p.Fields[0].Name != "startsOn" {
		t.Errorf("%+v", p)
	}
	k.refused(422, "POST", "/api/clients/"+string(client.ID)+"/contracts", map[string]any{"name": "Un autre", "startsOn": "2021-01-01", "noticeMonths": 0, "terms": terms})
	terms.Zone = "Mars/Phobos"
	if p := k.refused(422, "PUT", path+"/terms", map[string]any{"version": c.Version, "fromOn": "2027-01-01", "terms": terms}); p.Fields[0].Name != "hours.zone" {
		t.Errorf("%+v", p)
	}
	k.call(200, "PATCH", "/api/assets/"+string(pc.ID), map[string]any{"version": pc.Version, "name": "PC-1", "type": "workstation", "userIds": []string{}, "retired": true}, &pc)
	if pc.Retired == 0 || pc.Type != "workstation" {
		t.Errorf("%+v", pc)
	}
	var assets assetList
	k.call(200, "GET", "/api/clients/"+string(client.ID)+"/assets", nil, &assets)
	if len(assets.Items) != 2 || assets.Items[0].Name != "SRV-1" {
		t.Errorf("%+v", assets)
	}
	var site siteView
	k.call(200, "POST", "/api/clients/"+string(client.ID)+"/sites", map[string]any{"name": "Lyon"}, &site)
	k.call(200, "PATCH", "/api/assets/"+string(pc.ID), map[string]any{"version": pc.Version, "name": "PC-1", "type": "workstation", "userIds": []string{}, "siteId": site.ID}, &pc)
	k.refused(404, "PATCH", "/api/assets/"+string(pc.ID), map[string]any{"version": pc.Version, "name": "PC-1", "type": "workstation", "userIds": []string{}, "siteId": "99999"})
	k.call(204, "DELETE", "/api/sites/"+string(site.ID)+"?version=1", nil, nil)
	if k.call(200, "GET", "/api/assets/"+string(pc.ID), nil, &pc); pc.SiteID != "" || pc.Retired != 0 {
		t.Errorf("%+v", pc)
	}
}

func TestQualifyAndItsClocks(t *testing.T) { dbtest.Each(t, qualifyAndItsClocks) }

func qualifyAndItsClocks(t *testing.T, d *db.DB) {
	k := newDeskOn(t, d)
	client, _, pc, server := k.contracted()
	k.write(seeded)
	var made ticketMade
	k.call(200, "POST", "/api/tickets", map[string]any{"clientId": client.ID, "subject": "PC-1 : mot de passe Windows refusé, urgent", "text": "Bonjour", "channel": "desk"}, &made)
	path := "/api/tickets/" + string(made.ID)
	var v qualifyView
	k.call(200, "GET", path+"/qualify", nil, &v)
	got := map[suggestFor]string{}
	for _, s := range v.Suggestions {
		got[s.Field] = s.Value
	}
	if got["asset"] != string(pc.ID) || got["urgency"] != "1" || got["category"] == "" || v.Now != nil || len(v.Machines) != 2 || v.Matrix[0][0] != 1 {
		t.Fatalf("%+v", v)
	}
	if v.Machines[0].Verdict.Answer != "in" || v.Machines[1].Verdict.Answer != "out" || v.Unknown.Answer != "doubtful" {
		t.Errorf("%+v", v.Machines)
	}
	var clocks clocksView
	k.call(200, "GET", path+"/clocks", nil, &clocks)
	if len(clocks.Clocks) != 3 || clocks.Verdict.Answer != "doubtful" || clocks.Zone != "Europe/Paris" || clocks.NextAt == 0 || clocks.Qualification != nil {
		t.Errorf("%+v", clocks)
	}
	form := map[string]any{"version": v.Version, "type": "incident", "categoryId": got["category"], "impact": 2, "urgency": 1, "major": false, "technicality": 1,
		"blocked": 1, "assetId": pc.ID, "level": 1, "outageAt": k.door.Now().Add(-60_000_000_000).UnixMilli(), "outageSource": "declared"}
	var ticketNow ticketView
	k.call(200, "POST", path+"/qualify", form, &ticketNow)
	if ticketNow.Times.Outage == 0 || ticketNow.Version <= v.Version {
		t.Errorf("%+v", ticketNow)
	}
	k.refused(409, "POST", path+"/qualify", with(form, "impact", 1))
	k.call(200, "GET", path+"/clocks", nil, &clocks)
	if clocks.Verdict.Answer != "in" || clocks.Qualification.Priority != 2 || clocks.Qualification.Asset != "PC-1" || clocks.Qualification.Category == "" {
		t.Errorf("%+v", clocks)
	}
	var explained clockSlices
	k.call(200, "GET", path+"/clocks/resolve", nil, &explained)
	var sum int64
	for _, s := range explained.Slices {
		if s.Counted {
			sum += s.To - s.From
		}
	}
	if sum != 8*3600_000 || explained.Clock.Target != sum {
		t.Errorf("the slices make %d of %d", sum, explained.Clock.Target)
	}
	k.refused(422, "GET", path+"/clocks/tea", nil)
	k.followed(k.door.Now().AddDate(0, 1, 0))
	var page ticketPage
	if k.call(200, "GET", "/api/tickets?view=all", nil, &page); page.Items[0].Alarm != "late" || page.Items[0].Due == 0 {
		t.Errorf("%+v", page.Items)
	}
	var found searchPage
	if k.call(200, "GET", "/api/search?q=Windows", nil, &found); len(found.Items) != 1 || found.Items[0].Alarm != "late" {
		t.Errorf("%+v", found.Items)
	}
	var other clientView
	k.call(200, "POST", "/api/clients", map[string]any{"name": "Bruyère", "colour": 3, "language": "en", "domains": []string{}}, &other)
	k.call(200, "POST", "/api/clients/"+string(other.ID)+"/assets", map[string]any{"name": "PC-9", "type": "laptop", "userIds": []string{}}, &pc)
	if p := k.refused(422, "POST", path+"/qualify", with(with(form, "version", ticketNow.Version), "assetId", pc.ID)); p.Fields[0].Name != "assetId" {
		t.Errorf("%+v", p)
	}
	// Out of the perimeter: no clock, and the line that says so.
	form["version"], form["assetId"] = ticketNow.Version, server.ID
	k.call(200, "POST", path+"/qualify", form, nil)
	clocks = clocksView{}
	if k.call(200, "GET", path+"/clocks", nil, &clocks); len(clocks.Clocks) != 0 || clocks.Verdict.Answer != "out" {
		t.Errorf("%+v", clocks)
	}
	for _, l := range words.Languages {
		if words.SayMap(l, clocks.Verdict.Why.Key, clocks.Verdict.Why.Args) == clocks.Verdict.Why.Key {
			t.Errorf("%s: no sentence for %s", l, clocks.Verdict.Why.Key)
		}
	}
	last := k.ticket(made.ID).Timeline
	if e := last[len(last)-1].Event; e == nil || e.Kind != "ticket.qualified" || e.Said.Key != "web.event.ticket.qualified" {
		t.Errorf("%+v", last[len(last)-1])
	}
}

// followed lets the clocks follow until there is nothing left to do.
func (k *desktop) followed(now time.Time) {
	k.t.Helper()
	for more := true; more; {
		var err error
		if more, _, err = clock.Follow(k.t.Context(), k.db, now); err != nil {
			k.t.Fatal(err)
		}
	}
}

func seeded(ctx context.Context, tx *db.Tx) error {
	_, err := ticket.SeedCategories(ctx, tx, time.Now())
	return err
}
