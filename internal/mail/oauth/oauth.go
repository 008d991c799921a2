// Package oauth obtains and renews the OAuth 2 tokens that Microsoft 365, Google and others want in place of a
// password: by the browser of this machine (authorisation code with PKCE, RFC 7636, on a loopback address, RFC 8252),
// or by a code typed on another one (RFC 8628). It keeps nothing: what it obtains is the caller's to seal.
package oauth

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"guichet/internal/fault"
)

// App is an application as it is registered with a provider.
type App struct {
	ClientID     string
	ClientSecret string // Google gives one to desktop applications too; Microsoft gives none to public ones
	AuthURL      string
	TokenURL     string
	DeviceURL    string // "" where the provider has no device code for mail
	Scopes       []string
	// Client makes the requests; nil: one of our own, with deadlines.
	Client *http.Client
}

// Grant is what a person allowed: the tokens, and whom they are for.
type Grant struct {
	Access  string    `json:"access"`
	Refresh string    `json:"refresh"`
	Expiry  time.Time `json:"expiry"`  // of the access token; zero: not said
	Account string    `json:"account"` // the signed-in account, "" where the provider does not say
}

// Microsoft is an application registered in a tenant of Microsoft 365 (its domain or id; "" for any). The scopes are
// those of Exchange Online, for IMAP and SMTP
// (https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth).
func Microsoft(tenant, clientID, clientSecret string) App {
	if tenant == "" {
		tenant = "common"
	}
	base := "https://login.microsoftonline.com/" + url.PathEscape(tenant) + "/oauth2/v2.0/"
	return App{ClientID: clientID, ClientSecret: clientSecret, AuthURL: base + "authorize", TokenURL: base + "token", DeviceURL: base + "devicecode",
		Scopes: []string{"https://outlook.office.com/IMAP.AccessAsUser.All", "https://outlook.office.com/SMTP.Send", "offline_access", "openid", "email", "profile"}}
}

// Google is an application of kind "desktop". Google gives no device code for the scope of mail
// (https://developers.google.com/identity/protocols/oauth2/limited-input-device#allowedscopes).
func Google(clientID, clientSecret string) App {
	return App{ClientID: clientID, ClientSecret: clientSecret, AuthURL: "https://accounts.google.com/o/oauth2/v2/auth",
		TokenURL: "https://oauth2.googleapis.com/token", Scopes: []string{"https://mail.google.com/", "openid", "email"}}
}

// Check says which settings can't be used: every address must be https, but on this machine.
func (a App) Check() error {
	var c fault.Check
	c.That(strings.TrimSpace(a.ClientID) != "" && !strings.ContainsAny(a.ClientID, " \r\n\t"), "clientId", "fault.empty")
	c.That(safe(a.AuthURL), "authUrl", "oauth.err.url")
	c.That(safe(a.TokenURL), "tokenUrl", "oauth.err.url")
	c.That(a.DeviceURL == "" || safe(a.DeviceURL), "deviceUrl", "oauth.err.url")
	return c.Err()
}

func safe(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "https" || u.Scheme == "http" && (ip != nil && ip.IsLoopback() || u.Hostname() == "localhost")
}

// config is the application for the library; redirect is where the browser comes back to.
func (a App) config(redirect string) *oauth2.Config {
	return &oauth2.Config{ClientID: a.ClientID, ClientSecret: a.ClientSecret, RedirectURL: redirect, Scopes: a.Scopes,
		Endpoint: oauth2.Endpoint{AuthURL: a.AuthURL, TokenURL: a.TokenURL, DeviceAuthURL: a.DeviceURL,
			AuthStyle: oauth2.AuthStyleInParams}} // both want it there; to try would double each refusal
}

// with gives the library our client: it must not wait for ever, nor carry a secret to where a redirect points.
func (a App) with(ctx context.Context) context.Context {
	client := a.Client
	if client == nil {
		client = &http.Client{}
	}
	own := *client
	own.Timeout = 30 * time.Second
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return context.WithValue(ctx, oauth2.HTTPClient, &own)
}

// Renew exchanges a grant's refresh token for a new access token. The grant that it returns replaces the old one
// whole: some providers give a new refresh token each time and withdraw the old.
func (a App) Renew(ctx context.Context, had Grant) (Grant, error) {
	if had.Refresh == "" {
		return Grant{}, a.explain(&oauth2.RetrieveError{ErrorCode: "invalid_grant"}, had)
	}
	token, err := a.config("").TokenSource(a.with(ctx), &oauth2.Token{RefreshToken: had.Refresh}).Token()
	if err != nil {
		return Grant{}, a.explain(err, had)
	}
	got := grantOf(token)
	if got.Refresh == "" {
		got.Refresh = had.Refresh
	}
	if got.Account == "" {
		got.Account = had.Account
	}
	return got, nil
}

// grantOf reads a token, and the account from the ID token beside it. Its signature is not checked: it comes from the
// token endpoint itself, over TLS (OpenID Connect Core 1.0, §3.1.3.7), and is only shown.
func grantOf(token *oauth2.Token) Grant {
	g := Grant{Access: token.AccessToken, Refresh: token.RefreshToken, Expiry: token.Expiry}
	text, _ := token.Extra("id_token").(string)
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return g
	}
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return g
	}
	var said struct {
		Preferred string `json:"preferred_username"`
		Email     string `json:"email"`
		UPN       string `json:"upn"`
	}
	if json.Unmarshal(raw, &said) != nil {
		return g
	}
	for _, name := range []string{said.Preferred, said.Email, said.UPN} {
		if name != "" && g.Account == "" {
			g.Account = name
		}
	}
	return g
}
