package mailtest

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"
)

// OAuth is an OAuth 2 provider of the tests: it signs everybody in as Account, and says no when told to.
type OAuth struct {
	URL     string // of the server; the paths are /authorize, /token, /device and /introspect
	Account string

	mu       sync.Mutex
	lifetime time.Duration
	rotate   bool
	refuse   string // an error of RFC 6749 for every request of a token
	down     int    // answers 503 that many times
	asked    int    // requests of a token
	devices  map[string]bool
	codes    map[string]string // code → challenge
	refresh  map[string]bool   // those that are good
	access   map[string]time.Time
}

// ClientSecret is what the provider wants from its client.
const ClientSecret = "a secret of the client"

// NewOAuth starts a provider on loopback.
func NewOAuth(t testing.TB, account string) *OAuth {
	t.Helper()
	o := &OAuth{Account: account, lifetime: time.Hour, devices: map[string]bool{}, codes: map[string]string{}, refresh: map[string]bool{}, access: map[string]time.Time{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /authorize", o.authorize)
	mux.HandleFunc("POST /token", o.token)
	mux.HandleFunc("POST /device", o.device)
	mux.HandleFunc("GET /introspect", o.introspect)
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	o.URL = s.URL
	return o
}

// Set changes the provider under its lock: how long tokens live, whether each renewal gives a new refresh token and
// withdraws the old, and what is refused.
func (o *OAuth) Set(lifetime time.Duration, rotate bool, refuse string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.lifetime, o.rotate, o.refuse = lifetime, rotate, refuse
}

// Down has the next n requests of a token answered with 503.
func (o *OAuth) Down(n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.down = n
}

// Revoke withdraws every token, as an administrator does.
func (o *OAuth) Revoke() {
	o.mu.Lock()
	defer o.mu.Unlock()
	clear(o.refresh)
	clear(o.access)
}

// Forget withdraws the access tokens only.
func (o *OAuth) Forget() {
	o.mu.Lock()
	defer o.mu.Unlock()
	clear(o.access)
}

// Asked returns how many tokens were asked for.
func (o *OAuth) Asked() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.asked
}

// Approve is the person who types a device code.
func (o *OAuth) Approve() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for code := range o.devices {
		o.devices[code] = true
	}
}

func (o *OAuth) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	back, err := url.Parse(q.Get("redirect_uri"))
	if err != nil || back.Hostname() != "localhost" || q.Get("code_challenge_method") != "S256" {
		http.Error(w, "invalid_request", http.StatusBadRequest)
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	answer := url.Values{"state": {q.Get("state")}}
	if o.refuse != "" {
		answer.Set("error", o.refuse)
	} else {
		code := rand.Text()
		o.codes[code] = q.Get("code_challenge")
		answer.Set("code", code)
	}
	back.Path, back.RawQuery = "/", answer.Encode()
	http.Redirect(w, r, back.String(), http.StatusFound)
}

func (o *OAuth) device(w http.ResponseWriter, _ *http.Request) {
	o.mu.Lock()
	defer o.mu.Unlock()
	code := rand.Text()
	o.devices[code] = false
	say(w, http.StatusOK, map[string]any{"device_code": code, "user_code": "ABCD-EFGH", "verification_uri": o.URL + "/type", "expires_in": 900, "interval": 1})
}

func (o *OAuth) token(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.asked++
	if o.down > 0 {
		o.down--
		http.Error(w, "not now", http.StatusServiceUnavailable)
		return
	}
	if r.FormValue("client_secret") != ClientSecret {
		say(w, http.StatusUnauthorized, map[string]any{"error": "invalid_client"})
		return
	}
	if fault := o.check(r); fault != "" {
		say(w, http.StatusBadRequest, map[string]any{"error": fault, "error_description": "refused: " + fault})
		return
	}
	access := rand.Text()
	o.access[access] = time.Now().Add(o.lifetime)
	out := map[string]any{"access_token": access, "token_type": "Bearer", "expires_in": int(o.lifetime.Seconds()), "id_token": o.identity()}
	if old := r.FormValue("refresh_token"); old == "" || o.rotate {
		delete(o.refresh, old)
		fresh := rand.Text()
		o.refresh[fresh] = true
		out["refresh_token"] = fresh
	}
	say(w, http.StatusOK, out)
}

// check says what is wrong with a request of a token, "" for nothing.
func (o *OAuth) check(r *http.Request) string {
	if o.refuse != "" {
		return o.refuse
	}
	switch r.FormValue("grant_type") {
	case "authorization_code":
		challenge, ok := o.codes[r.FormValue("code")]
		delete(o.codes, r.FormValue("code"))
		sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
		if !ok || base64.RawURLEncoding.EncodeToString(sum[:]) != challenge {
			return "invalid_grant"
		}
	case "refresh_token":
		if !o.refresh[r.FormValue("refresh_token")] {
			return "invalid_grant"
		}
	case "urn:ietf:params:oauth:grant-type:device_code":
		approved, ok := o.devices[r.FormValue("device_code")]
		switch {
		case !ok:
			return "expired_token"
		case !approved:
			return "authorization_pending"
		}
	default:
		return "unsupported_grant_type"
	}
	return ""
}

func (o *OAuth) identity() string {
	claims, _ := json.Marshal(map[string]string{"preferred_username": o.Account}) // a map of texts always marshals
	return "e30." + base64.RawURLEncoding.EncodeToString(claims) + ".none"
}

// introspect is how Dovecot asks whether a token is good (RFC 7662, by GET).
func (o *OAuth) introspect(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	defer o.mu.Unlock()
	until, ok := o.access[r.FormValue("token")]
	say(w, http.StatusOK, map[string]any{"active": ok && time.Now().Before(until), "username": User})
}

func say(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client that went away has its own error
}
