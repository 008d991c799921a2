package web

import (
	"context"
	"errors"
	"html"
	"net"
	"net/url"
	"strings"
	"sync"
	"time"

	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/mail/oauth"
	"guichet/internal/mailbox"
	"guichet/internal/people"
	"guichet/internal/secret"
	"guichet/internal/words"
)

// consentTime bounds an authorisation; the ways have shorter limits of their own.
const consentTime = 20 * time.Minute

// consents are the authorisations under way, one a mailbox: a new one ends the
// one before.
type consents struct {
	mu sync.Mutex
	of map[int64]*consent
}

type consent struct {
	view  consentView
	stop  context.CancelFunc
	ended chan struct{}
}

func newConsents() *consents { return &consents{of: map[int64]*consent{}} }

// begin keeps a new authorisation in the place of the one before.
func (c *consents) begin(box int64, n *consent) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if had := c.of[box]; had != nil {
		had.stop()
	}
	c.of[box] = n
}

// end notes how an authorisation ended.
func (c *consents) end(n *consent, view consentView) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n.view = view
	n.stop()
	close(n.ended)
}

// look says how an authorisation stands. It waits a little for its end, so that
// nobody has to ask every second.
func (c *consents) look(ctx context.Context, box int64) consentView {
	c.mu.Lock()
	had := c.of[box]
	c.mu.Unlock()
	if had == nil {
		return consentView{State: "none"}
	}
	ctx, stop := context.WithTimeout(ctx, 10*time.Second)
	defer stop()
	select {
	case <-had.ended:
	case <-ctx.Done():
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return had.view
}

// setOAuth keeps the application through which a mailbox is entered with tokens.
func setOAuth(ctx context.Context, d *door, in *oauthIn) (v boxView, err error) {
	if err := lead(ctx); err != nil {
		return v, err
	}
	f, box := in.Body, in.ID.n()
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := mailbox.ByID(ctx, tx, box); err != nil {
			return err
		}
		if err := mailbox.SetOAuth(ctx, tx, actor(ctx), d.Now(), box, f.oauth()); err != nil {
			return err
		}
		if f.ClientSecret != "" {
			if err := mailbox.Seal(ctx, tx, d.Key, actor(ctx), d.Now(), box, "oauth-client", secret.Text(f.ClientSecret)); err != nil {
				return err
			}
		}
		app, err := d.Tokens.AppOf(ctx, tx, box)
		if err == nil {
			err = app.Check()
		}
		return err
	})
	if err != nil {
		return v, err
	}
	return getMailbox(ctx, d, &boxIn{ID: in.ID})
}

func (f OAuthForm) oauth() mailbox.OAuth {
	return mailbox.OAuth{Provider: string(f.Provider), Tenant: f.Tenant, ClientID: f.ClientID, AuthURL: f.AuthURL, TokenURL: f.TokenURL,
		DeviceURL: f.DeviceURL, Scopes: f.Scopes, SecretEnds: f.SecretEnds}
}

func oauthOf(o *mailbox.OAuth) *boxOAuth {
	if o == nil {
		return nil
	}
	return &boxOAuth{OAuthForm: OAuthForm{Provider: oauthProvider(o.Provider), Tenant: o.Tenant, ClientID: o.ClientID, AuthURL: o.AuthURL,
		TokenURL: o.TokenURL, DeviceURL: o.DeviceURL, Scopes: o.Scopes, SecretEnds: o.SecretEnds},
		Account: o.Account, GrantedAt: ms(o.GrantedAt), HasDevice: o.Provider == "microsoft" || o.DeviceURL != ""}
}

// removeOAuth makes a mailbox one of passwords again, and forgets its tokens.
func removeOAuth(ctx context.Context, d *door, in *boxIn) (v boxView, err error) {
	if err := lead(ctx); err != nil {
		return v, err
	}
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		for _, kept := range []string{"oauth", "oauth-client"} {
			if err := secret.Delete(ctx, tx, mailbox.Owner(in.ID.n(), kept)); err != nil {
				return err
			}
		}
		return mailbox.RemoveOAuth(ctx, tx, actor(ctx), d.Now(), in.ID.n())
	})
	if err != nil {
		return v, err
	}
	return getMailbox(ctx, d, in)
}

// askConsent begins an authorisation. It goes on after the answer: getConsent
// says how it ends.
func askConsent(ctx context.Context, d *door, in *consentIn) (v consentView, err error) {
	if err := lead(ctx); err != nil {
		return v, err
	}
	box, err := mailbox.ByID(ctx, d.DB, in.ID.n())
	if err != nil {
		return v, err
	}
	if box.OAuth == nil {
		return v, fault.New(fault.Invalid, "oauth.err.passwords")
	}
	app, err := d.Tokens.AppOf(ctx, d.DB, box.ID)
	if err != nil {
		return v, err
	}
	native, here := d.native()
	if in.Body.Way == "browser" && !here && !loopback(who(ctx).origin) {
		return v, fault.New(fault.Invalid, "oauth.err.elsewhere")
	}
	life, stop := context.WithTimeout(context.WithoutCancel(ctx), consentTime)
	wait, v, err := begin(life, app, box.Address, in.Body.Way, who(ctx).agent)
	if err != nil {
		stop()
		return v, err
	}
	if in.Body.Way == "browser" && here {
		if err := native.OpenURL(ctx, v.URL); err != nil {
			stop()
			return v, err
		}
		v.Opened = true
	}
	asked := &consent{view: v, stop: stop, ended: make(chan struct{})}
	d.consent.begin(box.ID, asked)
	by := actor(ctx)
	go func() {
		g, err := wait()
		if err == nil {
			err = d.DB.Write(life, func(tx *db.Tx) error { return d.Tokens.Keep(life, tx, by, box.ID, g) })
		}
		if err != nil && !errors.Is(err, context.Canceled) {
			d.Log.Warn("consent to a mailbox's tokens", "mailbox", box.Address, "err", err)
		}
		d.consent.end(asked, endOf(g, err))
	}()
	return v, nil
}

// native is the window's own things, where there is a window.
func (d *door) native() (Shell, bool) {
	if d.Shell == nil {
		return Shell{}, false
	}
	return d.Shell()
}

// loopback says whether a door is reached from this machine only: then the
// browser that asks is on it too.
func loopback(origin string) bool {
	u, err := url.Parse(origin)
	if err != nil {
		return false
	}
	name := u.Hostname()
	return name == "localhost" || strings.HasSuffix(name, ".localhost") || net.ParseIP(name).IsLoopback()
}

// begin asks the provider in one of the two ways.
func begin(life context.Context, app oauth.App, hint string, way consentWay, who people.Agent) (func() (oauth.Grant, error), consentView, error) {
	if way == "device" {
		code, err := oauth.Device(life, app)
		if err != nil {
			return nil, consentView{}, err
		}
		return func() (oauth.Grant, error) { return code.Wait(life) },
			consentView{State: "waiting", URL: code.URL, Code: code.Code, Expires: ms(code.Expires)}, nil
	}
	asking, err := oauth.Ask(life, app, hint, func(err error) string { return lastPage(who.Language, err) })
	if err != nil {
		return nil, consentView{}, err
	}
	return asking.Wait, consentView{State: "waiting", URL: asking.URL}, nil
}

func endOf(g oauth.Grant, err error) consentView {
	if err != nil {
		return consentView{State: "failed", Error: saidOf(err)}
	}
	return consentView{State: "done", Account: g.Account}
}

// lastPage is what the browser shows at the end.
func lastPage(l words.Language, err error) string {
	key := "oauth.page.done"
	if err != nil {
		key = "oauth.page.failed"
	}
	return "<!doctype html><html lang=\"" + string(l) + "\"><meta charset=\"utf-8\"><title>Guichet</title><p>" +
		html.EscapeString(words.Say(l, key)) + "</p></html>\n"
}

func getConsent(ctx context.Context, d *door, in *boxIn) (consentView, error) {
	if err := lead(ctx); err != nil {
		return consentView{}, err
	}
	return d.consent.look(ctx, in.ID.n()), nil
}
