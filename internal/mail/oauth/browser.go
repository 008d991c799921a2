package oauth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/oauth2"
)

// patience is how long a person may take to sign in.
const patience = 5 * time.Minute

// mostTries is how often the listener is asked with a wrong state before it closes: something on this machine guesses.
const mostTries = 20

// Asking is an authorisation under way in a browser.
type Asking struct {
	// URL is the provider's page to open.
	URL string

	wait func() (Grant, error)
}

// Wait returns what the person allowed, once. It ends after five minutes, and when the context of Ask does.
func (a *Asking) Wait() (Grant, error) { return a.wait() }

// Page writes what the browser shows at the end; err is nil when it went well.
type Page func(err error) string

// Ask opens a listener on the loopback address for one answer of the provider, checks that it is ours by its state,
// and exchanges the code that it brings. hint is the account to propose.
func Ask(ctx context.Context, app App, hint string, page Page) (*Asking, error) {
	if err := app.Check(); err != nil {
		return nil, err
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the browser: %w", err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	// Without a path: Microsoft compares it with the "http://localhost" of the registration, but for the port.
	cfg := app.config(fmt.Sprintf("http://localhost:%d", port))
	r := &returning{host: fmt.Sprintf("localhost:%d", port), state: rand.Text() + rand.Text(), verifier: oauth2.GenerateVerifier(),
		app: app, cfg: cfg, page: page, done: make(chan answer, 1)}
	options := []oauth2.AuthCodeOption{oauth2.S256ChallengeOption(r.verifier), oauth2.AccessTypeOffline, oauth2.SetAuthURLParam("prompt", "consent")}
	if hint != "" {
		options = append(options, oauth2.SetAuthURLParam("login_hint", hint))
	}
	ctx, cancel := context.WithTimeoutCause(ctx, patience, errLate)
	server := &http.Server{Handler: r, ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 64 << 10, BaseContext: func(net.Listener) context.Context { return ctx }}
	served := make(chan struct{})
	go func() {
		defer close(served)
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			r.end(answer{err: fmt.Errorf("listen for the browser: %w", err)})
		}
	}()
	return &Asking{URL: cfg.AuthCodeURL(r.state, options...), wait: sync.OnceValues(func() (Grant, error) {
		defer func() {
			// The page with the outcome is still on its way to the browser.
			end, stop := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
			defer stop()
			if server.Shutdown(end) != nil {
				_ = server.Close() // its error is that of a listener already closed
			}
			cancel()
			<-served
		}()
		select {
		case a := <-r.done:
			return a.grant, a.err
		case <-ctx.Done():
			return Grant{}, app.explain(errors.Join(ctx.Err(), context.Cause(ctx)), Grant{})
		}
	})}, nil
}

type answer struct {
	grant Grant
	err   error
}

// returning receives the browser as it comes back from the provider.
type returning struct {
	host, state, verifier string
	app                   App
	cfg                   *oauth2.Config
	page                  Page
	done                  chan answer

	mu    sync.Mutex
	wrong int
	over  bool
}

// ServeHTTP takes the one answer that carries our state. Anything else on this machine may knock: it learns nothing
// and ends nothing, but that too many wrong states close the door.
func (r *returning) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	q := req.URL.Query()
	if req.Host != r.host || req.Method != http.MethodGet || req.URL.Path != "/" || !q.Has("state") {
		http.Error(w, http.StatusText(http.StatusNotFound), http.StatusNotFound)
		return
	}
	if !r.mine(q.Get("state")) {
		http.Error(w, http.StatusText(http.StatusForbidden), http.StatusForbidden)
		return
	}
	var a answer
	if code := q.Get("error"); code != "" || q.Get("code") == "" {
		a.err = r.app.explain(&oauth2.RetrieveError{ErrorCode: code, ErrorDescription: q.Get("error_description")}, Grant{})
	} else if token, err := r.cfg.Exchange(r.app.with(req.Context()), q.Get("code"), oauth2.VerifierOption(r.verifier)); err != nil {
		a.err = r.app.explain(err, Grant{})
	} else {
		a.grant = grantOf(token)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	h.Set("Connection", "close")
	_, _ = strings.NewReader(r.page(a.err)).WriteTo(w) // a browser that went away has brought its answer all the same
	r.end(a)
}

// mine says whether a state is ours, the first time.
func (r *returning) mine(state string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.over {
		return false
	}
	r.over = subtle.ConstantTimeCompare([]byte(state), []byte(r.state)) == 1
	if !r.over {
		if r.wrong++; r.wrong >= mostTries {
			r.end(answer{err: r.app.explain(&oauth2.RetrieveError{ErrorCode: "invalid_request", ErrorDescription: "state"}, Grant{})})
		}
	}
	return r.over
}

// end gives the answer; those after the first are nobody's.
func (r *returning) end(a answer) {
	select {
	case r.done <- a:
	default:
	}
}
