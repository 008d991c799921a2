package web

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"guichet/internal/mail/mailtest"
	"guichet/internal/mailbox"
	"guichet/internal/secret"
)

// application is what a person types of the provider of the tests.
func application(o *mailtest.OAuth) map[string]any {
	return map[string]any{"provider": "other", "clientId": "guichet", "clientSecret": mailtest.ClientSecret, "authUrl": o.URL + "/authorize",
		"tokenUrl": o.URL + "/token", "deviceUrl": o.URL + "/device", "scopes": "mail"}
}

func TestAPersonConsentsToAMailboxsTokens(t *testing.T) {
	k := newDesk(t, withKey(t))
	provider := mailtest.NewOAuth(t, "enora@gardian.example")
	var box boxView
	k.call(200, "POST", "/api/mailboxes", boxOf("mail.gardian.example", ""), &box)
	path := "/api/mailboxes/" + string(box.ID)
	k.refused(422, "POST", path+"/consent", map[string]any{"way": "browser"})
	w := k.call(200, "PUT", path+"/oauth", application(provider), &box)
	if box.OAuth == nil || !box.Status.Consent || !box.OAuth.HasDevice || strings.Contains(w.Body.String(), mailtest.ClientSecret) {
		t.Fatal(w.Body)
	}
	for _, way := range []string{"browser", "device"} {
		var asked consentView
		k.call(200, "POST", path+"/consent", map[string]any{"way": way}, &asked)
		if asked.State != "waiting" || !strings.HasPrefix(asked.URL, provider.URL) || (way == "device") != (asked.Code != "") {
			t.Fatalf("%s: %+v", way, asked)
		}
		if provider.Approve(); way == "browser" {
			if shown := visit(t, asked.URL); !strings.Contains(shown, "<p>Guichet est autoris") {
				t.Errorf("the browser shows %q", shown)
			}
		}
		k.call(200, "GET", path+"/consent", nil, &asked)
		if asked.State != "done" || asked.Account != "enora@gardian.example" {
			t.Errorf("%s: %+v", way, asked)
		}
		k.call(200, "GET", path, nil, &box)
		if box.Status.Consent || box.OAuth.Account != "enora@gardian.example" || box.OAuth.GrantedAt == 0 {
			t.Errorf("%s: %+v", way, box)
		}
	}
	if token, err := k.door.Tokens.Token(t.Context(), box.ID.n()); err != nil || token == "" {
		t.Error(err)
	}
	k.call(200, "DELETE", path+"/oauth", nil, &box)
	left, err := secret.Get(t.Context(), k.db, k.door.Key, mailbox.Owner(box.ID.n(), "oauth"))
	if box.OAuth != nil || err != nil || left != "" {
		t.Errorf("%+v, %v: tokens are left", box.OAuth, err)
	}
}

func TestAConsentThatFailsSaysWhy(t *testing.T) {
	k := newDesk(t, withKey(t))
	provider := mailtest.NewOAuth(t, "enora@gardian.example")
	var box boxView
	k.call(200, "POST", "/api/mailboxes", boxOf("mail.gardian.example", ""), &box)
	path := "/api/mailboxes/" + string(box.ID)
	k.call(200, "PUT", path+"/oauth", application(provider), nil)
	provider.Set(time.Hour, false, "access_denied")
	var asked consentView
	k.call(200, "POST", path+"/consent", map[string]any{"way": "browser"}, &asked)
	visit(t, asked.URL)
	k.call(200, "GET", path+"/consent", nil, &asked)
	if asked.State != "failed" || asked.Error == nil || asked.Error.Key != "oauth.err.denied" {
		t.Errorf("%+v", asked)
	}
	bad := application(provider)
	bad["tokenUrl"] = "http://login.gardian.example/token"
	if p := k.refused(422, "PUT", path+"/oauth", bad); len(p.Fields) != 1 || p.Fields[0].Name != "tokenUrl" {
		t.Errorf("%+v", p)
	}
	bad["provider"], bad["secretEnds"] = "microsoft", "31/03/2027"
	if p := k.refused(422, "PUT", path+"/oauth", bad); len(p.Fields) != 1 || p.Fields[0].Name != "secretEnds" {
		t.Errorf("%+v", p)
	}
}

func visit(t *testing.T, address string) string {
	t.Helper()
	r, err := http.Get(address) //nolint:gosec // the address of a server of this test
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := r.Body.Close(); err != nil {
			t.Error(err)
		}
	}()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
