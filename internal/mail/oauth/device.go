package oauth

import (
	"context"
	"errors"
	"time"

	"golang.org/x/oauth2"
)

// Code is what a person types on the provider's page, on any machine.
type Code struct {
	Code    string
	URL     string
	Expires time.Time

	app  App
	auth *oauth2.DeviceAuthResponse
}

// Device asks the provider for a code to show.
func Device(ctx context.Context, app App) (*Code, error) {
	if err := app.Check(); err != nil {
		return nil, err
	}
	auth, err := app.config("").DeviceAuth(app.with(ctx))
	if err != nil {
		return nil, app.explain(err, Grant{})
	}
	if auth.UserCode == "" || !safe(auth.VerificationURI) {
		return nil, app.explain(&oauth2.RetrieveError{ErrorCode: "server_error", ErrorDescription: "device code"}, Grant{})
	}
	return &Code{Code: auth.UserCode, URL: auth.VerificationURI, Expires: auth.Expiry, app: app, auth: auth}, nil
}

// Wait asks the provider, as often as it allows, whether the person has typed the code, until they have, refuse, or
// the code ends. A network that fails meanwhile ends nothing.
func (c *Code) Wait(ctx context.Context) (Grant, error) {
	if !c.Expires.IsZero() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadlineCause(ctx, c.Expires, errLate)
		defer cancel()
	}
	for {
		token, err := c.app.config("").DeviceAccessToken(c.app.with(ctx), c.auth)
		if err == nil {
			return grantOf(token), nil
		}
		var refused *oauth2.RetrieveError
		if ctx.Err() != nil {
			return Grant{}, c.app.explain(errors.Join(ctx.Err(), context.Cause(ctx)), Grant{})
		}
		if errors.As(err, &refused) && refused.ErrorCode != "" {
			return Grant{}, c.app.explain(err, Grant{})
		}
	}
}
