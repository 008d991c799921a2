package oauth

import (
	"context"
	"errors"
	"net/url"

	"golang.org/x/oauth2"

	"guichet/internal/mail/wire"
)

// ended are the refusals after which only a person's consent helps (RFC 6749 §5.2, OpenID Connect Core §3.1.2.6).
var ended = map[string]bool{"invalid_grant": true, "interaction_required": true, "consent_required": true, "login_required": true}

// keys are the sentences for what providers refuse.
var keys = map[string]string{
	"access_denied": "oauth.err.denied", "authorization_declined": "oauth.err.denied",
	"expired_token": "oauth.err.late", "code_expired": "oauth.err.late",
	"invalid_client": "oauth.err.client", "unauthorized_client": "oauth.err.client",
	"invalid_scope": "oauth.err.scope", "invalid_request": "oauth.err.request",
}

// IsEnded says whether an error means that the consent is no longer good: a person must give it anew.
func IsEnded(err error) bool { return wire.HasKey(err, "oauth.err.ended") }

// explain puts an error of the library into words, without any secret in it.
func (a App) explain(err error, had Grant) error {
	secrets := []string{a.ClientSecret, had.Access, had.Refresh}
	args := map[string]any{"host": hostOf(a.TokenURL)}
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) {
		args["words"] = wire.Said(said(refused), secrets...)
		key := "oauth.err.server"
		if ended[refused.ErrorCode] {
			key = "oauth.err.ended"
		} else if known := keys[refused.ErrorCode]; known != "" {
			key = known
		}
		return wire.Fail(key, args, wire.Quiet(err, secrets...))
	}
	if errors.Is(err, context.DeadlineExceeded) && errors.Is(err, errLate) {
		return wire.Fail("oauth.err.late", args, errLate)
	}
	return wire.Fail("oauth.err.unreachable", args, wire.Quiet(err, secrets...))
}

var errLate = errors.New("nobody answered in time")

// said is the provider's own description, else its code, else what came with the status.
func said(r *oauth2.RetrieveError) string {
	switch {
	case r.ErrorDescription != "":
		return r.ErrorDescription
	case r.ErrorCode != "":
		return r.ErrorCode
	case r.Response != nil:
		return r.Response.Status
	}
	return ""
}

func hostOf(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return text
	}
	return u.Hostname()
}
