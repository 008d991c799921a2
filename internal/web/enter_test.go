package web

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"guichet/internal/db"
	"guichet/internal/journal"
	"guichet/internal/people"
)

func (k *desktop) entry(kind string) (ticket string) {
	k.t.Helper()
	k.write(func(ctx context.Context, tx *db.Tx) (err error) {
		ticket, err = people.NewEntry(ctx, tx, journal.System(), k.now, k.agent.ID, kind)
		return err
	})
	return ticket
}

func TestATicketBecomesACookie(t *testing.T) {
	k := newDesk(t)
	w := k.call(204, "POST", "/enter", map[string]string{"ticket": k.entry(people.KindWindow)}, nil)
	cookies := w.Result().Cookies()
	if len(cookies) != 1 {
		t.Fatal(cookies)
	}
	c := cookies[0]
	if c.Name != "guichet-test" || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Domain != "" || c.Path != "/" || c.Secure {
		t.Errorf("%+v", c)
	}
	k.token = c.Value
	k.call(200, "GET", "/api/me", nil, nil)
}

func TestTheCookieIsSecureBehindTLS(t *testing.T) {
	k := newDesk(t, func(o *Options) { o.Origins = []string{"https://" + testHost} })
	r := k.request("POST", "/enter", map[string]string{"ticket": k.entry(people.KindLink)})
	r.Header.Set("Origin", "https://"+testHost)
	if c := k.do(r).Result().Cookies(); len(c) != 1 || !c[0].Secure {
		t.Error(c)
	}
}

func TestATicketUsedTwiceEndsItsSession(t *testing.T) {
	k := newDesk(t)
	ticket := map[string]string{"ticket": k.entry(people.KindLink)}
	k.token = k.call(204, "POST", "/enter", ticket, nil).Result().Cookies()[0].Value
	if p := k.refused(403, "POST", "/enter", ticket); p.Key != "web.enter.used" {
		t.Error(p.Key)
	}
	k.refused(401, "GET", "/api/me", nil)
}

func TestEntriesThatFail(t *testing.T) {
	k := newDesk(t)
	late := map[string]string{"ticket": k.entry(people.KindWindow)}
	k.now = k.now.Add(61 * time.Second)
	k.refused(403, "POST", "/enter", late)
	k.refused(403, "POST", "/enter", map[string]string{"ticket": "guess"})
	k.refused(400, "POST", "/enter", []byte("{"))
	k.refused(400, "POST", "/enter", []byte(`{"ticket":"`+strings.Repeat("x", 2000)+`"}`))
	for range 6 {
		k.refused(403, "POST", "/enter", map[string]string{"ticket": "guess"})
	}
	k.refused(429, "POST", "/enter", map[string]string{"ticket": k.entry(people.KindWindow)})
	k.now = k.now.Add(3 * time.Second)
	k.call(204, "POST", "/enter", map[string]string{"ticket": k.entry(people.KindWindow)}, nil)
}

func TestTheEntryPageHasNoInlineScript(t *testing.T) {
	k := newDesk(t)
	r := k.request("GET", "/enter", nil)
	r.Header.Set("Sec-Fetch-Site", "cross-site") // as the window's boot page comes
	r.Header.Del("Cookie")
	w := k.do(r)
	body := w.Body.String()
	if w.Code != 200 || !strings.Contains(body, `<script src="/enter.js"></script>`) || strings.Count(body, "<script") != 1 || strings.Contains(body, "data-none=\"\"") {
		t.Errorf("%d %s", w.Code, body)
	}
	if script := k.call(200, "GET", "/enter.js", nil, nil); !strings.Contains(script.Body.String(), "location.replace('/')") {
		t.Error(script.Body)
	}
}

func TestASessionInUseIsKept(t *testing.T) {
	k := newDesk(t)
	for range 40 { // days
		k.now = k.now.Add(24 * time.Hour)
		k.call(200, "GET", "/api/me", nil, nil)
	}
	k.now = k.now.Add(31 * 24 * time.Hour)
	k.refused(401, "GET", "/api/me", nil)
}
