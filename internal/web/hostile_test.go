package web

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"guichet/internal/db"
	"guichet/internal/db/dbtest"
	"guichet/internal/words"
)

// bodies are what a program that is wrong, or hostile, may send to any route.
var bodies = []string{``, `null`, `{}`, `[]`, `7`, `{"`, `{"version":-1}`, `{"version":1e30}`, `{"version":1,"name":null,"email":7}`,
	`{"intoId":"999999"}`, `{"intoId":"-1"}`, `{"intoId":""}`, `{"name":"x","email":"x","level":1,"role":"lead","language":"fr","active":true}`,
	`{"version":1,"name":"` + strings.Repeat("n", 3000) + `","language":"fr","colour":1,"domains":["x"]}`,
	`{"csv":"%%%","apply":true}`, `{"csv":"` + base64.StdEncoding.EncodeToString([]byte("nom;mail\nA;a@b.example\n")) + `","apply":true,"mapping":{"name":99,"first":-7,"email":1,"phone":-1,"client":-1,"site":50,"language":-1}}`,
	`{"text":"","to":[],"cc":[],"html":"","files":[],"quote":false,"seenEntry":"0"}`,
	`{"text":"x","to":[{"name":"","address":"a@b.example\r\nBcc: x@y.example"}],"cc":[],"html":"","files":["999999"],"quote":true,"seenEntry":"0"}`,
	`{"to":"ticket","version":1,"ticketId":"0"}`, `{"entryId":"999999999999999999"}`, `{"sent":true}`, `{"messageId":"1","n":-5}`}

// Whatever is sent to whichever route, about what is not there: it is refused in
// words, in both languages, and nothing falls over.
func TestNoRouteFallsOver(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDeskOn(t, d, withKey(t))
		k.box()
		k.arrives(plainMail)
		tried := 0
		for _, r := range routes() {
			method, path := filled(r.pattern)
			// A feed has no end; an entry and the shell have tests of their own.
			if r.wall != wallSession || path == "/api/feed" || path == "/" || strings.HasPrefix(path, "/shell/") {
				continue
			}
			for _, number := range []string{"1", "999999", "0", "999999999999999999", "99999999999999999999", "-1", "x"} {
				at := strings.Replace(path, "/1", "/"+number, 1)
				sent := bodies
				if method == "GET" || method == "DELETE" {
					sent = []string{""}
				}
				for _, body := range sent {
					k.harmless(method, at+"?version=1&cursor=%00&before=x&limit=-1&q=%22%27%00", body)
					k.harmless(method, at, body)
					tried++
				}
				if at == path { // no number in it
					break
				}
			}
		}
		if tried < 500 {
			t.Errorf("only %d requests", tried)
		}
		k.call(200, "GET", "/api/me", nil, nil) // the session held all the while
	})
}

// Records refuse what would lose or mix something up, each with its own sentence.
func TestRecordsRefuseInWords(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDeskOn(t, d, withKey(t))
		var a, b, c clientView
		for name, into := range map[string]*clientView{"Bruyère": &a, "Lunel": &b, "Rive": &c} {
			k.call(200, "POST", "/api/clients", map[string]any{"name": name, "colour": 1, "language": "fr", "domains": []string{db.Fold(name) + ".example"}}, into)
		}
		person := func(name, address string, client id) (v contactView) {
			k.call(200, "POST", "/api/contacts", map[string]any{"name": name, "clientId": client, "addresses": []string{address}}, &v)
			return v
		}
		paul, ana, zoe := person("Paul", "paul@perso.example", a.ID), person("Ana", "ana@perso.example", b.ID), person("Zoé", "zoe@perso.example", "")
		k.call(204, "POST", "/api/clients/"+string(a.ID)+"/merge", map[string]any{"intoId": b.ID}, nil)
		k.call(204, "POST", "/api/clients/"+string(b.ID)+"/merge", map[string]any{"intoId": c.ID}, nil)
		k.call(204, "POST", "/api/contacts/"+string(paul.ID)+"/merge", map[string]any{"intoId": ana.ID}, nil)
		k.call(204, "POST", "/api/contacts/"+string(zoe.ID)+"/erase", nil, nil)
		form := func(more map[string]any) map[string]any {
			body := map[string]any{"version": 1, "name": "X", "addresses": []string{}}
			for name, value := range more {
				body[name] = value
			}
			return body
		}
		for _, r := range []struct {
			status       int
			method, path string
			body         any
			key          string
		}{
			{422, "POST", "/api/clients/" + string(c.ID) + "/merge", map[string]any{"intoId": c.ID}, "people.err.merge"},
			{422, "POST", "/api/clients/" + string(a.ID) + "/merge", map[string]any{"intoId": c.ID}, "people.err.merge"},
			{422, "POST", "/api/clients/" + string(c.ID) + "/merge", map[string]any{"intoId": a.ID}, "people.err.merge"},
			{404, "POST", "/api/clients/" + string(c.ID) + "/merge", map[string]any{"intoId": "999999"}, "fault.gone"},
			{403, "POST", "/api/clients/" + string(a.ID) + "/unmerge", nil, "people.err.merge_order"},
			{422, "POST", "/api/clients/" + string(c.ID) + "/unmerge", nil, "people.err.not_merged"},
			{422, "POST", "/api/contacts/" + string(ana.ID) + "/merge", map[string]any{"intoId": ana.ID}, "people.err.merge"},
			{422, "POST", "/api/contacts/" + string(zoe.ID) + "/merge", map[string]any{"intoId": ana.ID}, "people.err.merge"},
			{422, "POST", "/api/contacts/" + string(ana.ID) + "/merge", map[string]any{"intoId": paul.ID}, "people.err.merge"},
			{422, "POST", "/api/contacts/" + string(zoe.ID) + "/unmerge", nil, "people.err.not_merged"},
			{409, "POST", "/api/contacts/" + string(ana.ID) + "/unattach", nil, "people.err.not_attached"},
			{404, "PATCH", "/api/contacts/" + string(paul.ID), form(nil), "fault.gone"},
			{404, "PATCH", "/api/contacts/" + string(zoe.ID), form(nil), "fault.gone"},
			{409, "PATCH", "/api/contacts/" + string(ana.ID), form(nil), "fault.conflict"},
			{422, "POST", "/api/contacts", map[string]any{"name": "Y", "addresses": []string{"PAUL@perso.example"}}, "fault.fields"},
			{422, "POST", "/api/contacts", map[string]any{"name": "Y", "addresses": []string{}, "clientId": a.ID}, "fault.fields"},
			{422, "POST", "/api/contacts/attach", map[string]any{"address": "new@perso.example", "name": "N", "clientId": b.ID}, "fault.fields"},
			{422, "POST", "/api/clients", map[string]any{"name": "Z", "colour": 1, "language": "fr", "domains": []string{"gmail.com"}}, "fault.fields"},
			{422, "POST", "/api/clients", map[string]any{"name": "Z", "colour": 1, "language": "fr", "domains": []string{"lunel.example"}}, "fault.fields"},
			{404, "DELETE", "/api/sites/999999?version=1", nil, "fault.gone"},
		} {
			if p := k.refused(r.status, r.method, r.path, r.body); p.Key != r.key {
				t.Errorf("%s %s %v: %+v", r.method, r.path, r.body, p)
			}
		}
	})
}

// harmless makes a request that may be refused, and must not fail.
func (k *desktop) harmless(method, path, body string) {
	k.t.Helper()
	r := k.request(method, path, []byte(body))
	r.Header.Set("Content-Type", "application/json")
	w := k.do(r)
	if w.Code < 400 {
		return
	}
	var p problem
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Code >= 500 {
		k.t.Errorf("%s %s %.80s: %d %s", method, path, body, w.Code, w.Body)
		return
	}
	for _, key := range append([]string{p.Key}, fieldKeys(p)...) {
		for _, l := range words.Languages {
			if words.Say(l, key) == key {
				k.t.Errorf("%s %s %.80s: no words for %q in %s", method, path, body, key, l)
			}
		}
	}
}
