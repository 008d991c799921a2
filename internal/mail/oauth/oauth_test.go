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

// ask begins an authorisation and returns what its page is asked for.
func ask(t *testing.T, o *mailtest.OAuth) (*Asking, url.Values) {
	t.Helper()
	a, err := Ask(t.Context(), registered(o), "support@msp.example", page)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(a.URL)
	if err != nil {
		t.Fatal(err)
	}
	return a, u.Query()
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
	a, q := ask(t, o)
	if q.Get("code_challenge_method") != "S256" || q.Get("login_hint") != "support@msp.example" || strings.Contains(a.URL, mailtest.ClientSecret) {
		t.Fatal(a.URL)
	}
	if shown := browse(t, a.URL); shown != "yes" {
		t.Errorf("the browser shows %q", shown)
	}
	g, err := a.Wait()
	if err != nil || g.Account != "enora@msp.example" || g.Access == "" || g.Refresh == "" || g.Expiry.IsZero() {
		t.Errorf("%+v, %v", g, err)
	}
	if _, err := http.Get(q.Get("redirect_uri")); err == nil { //nolint:bodyclose // there is none
		t.Error("the listener is still open")
	}
}

func TestABrowserThatSaysNo(t *testing.T) {
	o := mailtest.NewOAuth(t, "enora@msp.example")
	o.Set(time.Hour, false, "access_denied")
	a, _ := ask(t, o)
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
	a, q := ask(t, o)
	back := q.Get("redirect_uri")
	for name, knock := range map[string]struct {
		path, host string
		status     int
	}{
		"no state":    {"/?code=x", "", http.StatusNotFound},
		"wrong state": {"/?code=x&state=guessed", "", http.StatusForbidden},
		"other host":  {"/?code=x&state=" + q.Get("state"), "evil.example", http.StatusNotFound},
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
	a, q := ask(t, o)
	for range mostTries {
		browse(t, q.Get("redirect_uri")+"/?code=x&state=guessed")
	}
	if _, err := a.Wait(); !wire.HasKey(err, "oauth.err.request") {
		t.Error(err)
	}
}

// A code that somebody else began is worth nothing without its verifier (RFC 7636).
func TestAStolenCodeIsWorthNothing(t *testing.T) {
	o := mailtest.NewOAuth(t, "enora@msp.example")
	mine, q := ask(t, o)
	stolen, _ := ask(t, o)
	theirs, err := url.Parse(stolen.URL)
	if err != nil {
		t.Fatal(err)
	}
	with := theirs.Query()
	with.Set("redirect_uri", q.Get("redirect_uri"))
	with.Set("state", q.Get("state"))
	theirs.RawQuery = with.Encode()
	if shown := browse(t, theirs.String()); shown != "no" {
		t.Errorf("the browser shows %q", shown)
	}
	if _, err := mine.Wait(); !IsEnded(err) {
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
