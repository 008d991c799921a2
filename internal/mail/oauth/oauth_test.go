package oauth

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"guichet/internal/fault"
	"guichet/internal/mail/mailtest"
	"guichet/internal/mail/wire"
)

// registered is the application at the provider of the tests.
func registered(o *mailtest.OAuth) App {
	return App{ClientID: "guichet", ClientSecret: mailtest.ClientSecret, AuthURL: o.URL + "/authorize", TokenURL: o.URL + "/token", DeviceURL: o.URL + "/device",
		Scopes: []string{"mail"}}
}

func page(err error) string {
	if err != nil {
		return "no"
	}
	return "yes"
}

// browse follows the provider's page to the end, as a browser does, and returns what it shows.
func browse(t *testing.T, address string) string {
	t.Helper()
	r, err := http.Get(address) //nolint:gosec // the address of a server of this test
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestABrowserBringsATokenAndItsAccount(t *testing.T) {
	o := mailtest.NewOAuth(t, "enora@msp.example")
	a, err := Ask(t.Context(), registered(o), "support@msp.example", page)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(a.URL)
	if err != nil || u.Query().Get("code_challenge_method") != "S256" || u.Query().Get("login_hint") != "support@msp.example" || strings.Contains(a.URL, mailtest.ClientSecret) {
		t.Fatalf("%s, %v", a.URL, err)
	}
	if shown := browse(t, a.URL); shown != "yes" {
		t.Errorf("the browser shows %q", shown)
	}
	g, err := a.Wait()
	if err != nil || g.Account != "enora@msp.example" || g.Access == "" || g.Refresh == "" || g.Expiry.IsZero() {
		t.Errorf("%+v, %v", g, err)
	}
	if _, err := http.Get(u.Query().Get("redirect_uri")); err == nil { //nolint:bodyclose // there is none
		t.Error("the listener is still open")
	}
}

func TestABrowserThatSaysNo(t *testing.T) {
	o := mailtest.NewOAuth(t, "enora@msp.example")
	o.Set(time.Hour, false, "access_denied")
	a, err := Ask(t.Context(), registered(o), "", page)
	if err != nil {
		t.Fatal(err)
	}
	if shown := browse(t, a.URL); shown != "no" {
		t.Errorf("the browser shows %q", shown)
	}
	if _, err := a.Wait(); !wire.HasKey(err, "oauth.err.denied") {
		t.Error(err)
	}
}

// Whatever else on this machine knocks learns nothing and ends nothing, until it has guessed too often.
func TestOnlyOurOwnAnswerCounts(t *testing.T) {
	o := mailtest.NewOAuth(t, "enora@msp.example")
	a, err := Ask(t.Context(), registered(o), "", page)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(a.URL)
	if err != nil {
		t.Fatal(err)
	}
	back := u.Query().Get("redirect_uri")
	for name, knock := range map[string]struct {
		path, host string
		status     int
	}{
		"no state":    {"/?code=x", "", http.StatusNotFound},
		"wrong state": {"/?code=x&state=guessed", "", http.StatusForbidden},
		"other host":  {"/?code=x&state=" + u.Query().Get("state"), "evil.example", http.StatusNotFound},
		"other path":  {"/favicon.ico", "", http.StatusNotFound},
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, back+knock.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if knock.host != "" {
			req.Host = knock.host
		}
		r, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(name, err)
		}
		_ = r.Body.Close() // read by nobody
		if r.StatusCode != knock.status {
			t.Errorf("%s: %d", name, r.StatusCode)
		}
	}
	if shown := browse(t, a.URL); shown != "yes" {
		t.Errorf("the browser shows %q", shown)
	}
	if _, err := a.Wait(); err != nil {
		t.Error(err)
	}
}

func TestTooManyGuessesCloseTheDoor(t *testing.T) {
	o := mailtest.NewOAuth(t, "enora@msp.example")
	a, err := Ask(t.Context(), registered(o), "", page)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(a.URL)
	if err != nil {
		t.Fatal(err)
	}
	for range mostTries {
		browse(t, u.Query().Get("redirect_uri")+"/?code=x&state=guessed")
	}
	if _, err := a.Wait(); !wire.HasKey(err, "oauth.err.request") {
		t.Error(err)
	}
}

// A code that somebody else began is worth nothing without its verifier (RFC 7636).
func TestAStolenCodeIsWorthNothing(t *testing.T) {
	o := mailtest.NewOAuth(t, "enora@msp.example")
	var back [2]*Asking
	for i := range back {
		a, err := Ask(t.Context(), registered(o), "", page)
		if err != nil {
			t.Fatal(err)
		}
		back[i] = a
	}
	mine, err := url.Parse(back[0].URL)
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := url.Parse(back[1].URL)
	if err != nil {
		t.Fatal(err)
	}
	q := theirs.Query()
	q.Set("redirect_uri", mine.Query().Get("redirect_uri"))
	q.Set("state", mine.Query().Get("state"))
	theirs.RawQuery = q.Encode()
	if shown := browse(t, theirs.String()); shown != "no" {
		t.Errorf("the browser shows %q", shown)
	}
	if _, err := back[0].Wait(); !IsEnded(err) {
		t.Error(err)
	}
}

func TestAskEndsWithItsContext(t *testing.T) {
	o := mailtest.NewOAuth(t, "enora@msp.example")
	ctx, cancel := context.WithCancel(t.Context())
	a, err := Ask(ctx, registered(o), "", page)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := a.Wait(); err == nil {
		t.Error("an authorisation that nobody waits for was given")
	}
}

func TestADeviceCodeIsTypedElsewhere(t *testing.T) {
	o := mailtest.NewOAuth(t, "enora@msp.example")
	c, err := Device(t.Context(), registered(o))
	if err != nil || c.Code != "ABCD-EFGH" || c.URL != o.URL+"/type" {
		t.Fatalf("%+v, %v", c, err)
	}
	o.Down(1) // the first question meets a provider that is away for a moment
	o.Approve()
	if g, err := c.Wait(t.Context()); err != nil || g.Account != "enora@msp.example" || g.Refresh == "" {
		t.Errorf("%+v, %v", g, err)
	}
}

func TestAnApplicationIsCheckedBeforeItIsUsed(t *testing.T) {
	good := Microsoft("msp.example", "guichet", "")
	if err := good.Check(); err != nil {
		t.Error(err)
	}
	for name, change := range map[string]func(*App){
		"no client":       func(a *App) { a.ClientID = " " },
		"in clear":        func(a *App) { a.TokenURL = "http://login.example/token" },
		"a file":          func(a *App) { a.AuthURL = "file:///etc/passwd" },
		"a login in it":   func(a *App) { a.TokenURL = "https://a:b@login.example/" },
		"a script":        func(a *App) { a.AuthURL = "javascript:alert(1)" },
		"device in clear": func(a *App) { a.DeviceURL = "http://login.example/" },
	} {
		a := good
		change(&a)
		if err := a.Check(); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
