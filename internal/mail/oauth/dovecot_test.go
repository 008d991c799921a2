//go:build unix

package oauth

import (
	"context"
	"fmt"
	"testing"

	"guichet/internal/db/dbtest"
	"guichet/internal/mail/imap"
	"guichet/internal/mail/mailtest"
	"guichet/internal/mail/smtp"
	"guichet/internal/mail/wire"
)

// The path with tokens through a real Dovecot and a real Postfix: both sides are entered with XOAUTH2; a token that is
// withdrawn before its time costs one refusal and no more; a consent that is withdrawn is said in words.
func TestTokensOpenDovecotAndPostfix(t *testing.T) {
	o := mailtest.NewOAuth(t, mailtest.User)
	receive, send, maildir, _ := mailtest.ProviderOf(t, o)
	mailtest.Drop(t, maildir, 0, []byte("From: a@b.example\r\nSubject: Panne\r\n\r\nBonjour\r\n"))
	k, b := kept(t, dbtest.Open(t), o)
	consent(t, k, b.ID)
	for _, s := range []*wire.Server{&receive, &send} {
		s.Password = nil
		s.Token = func(ctx context.Context) (string, error) { return k.Token(ctx, b.ID) }
		s.Spoil = func(ctx context.Context) error { return k.Spoil(ctx, b.ID) }
	}
	probe := func() []wire.Step {
		return append(imap.Probe(t.Context(), imap.Options{Server: receive}), smtp.Probe(t.Context(), send, "desk.guichet.example", mailtest.User)...)
	}
	good := func(when string) {
		t.Helper()
		for _, step := range probe() {
			if !step.OK {
				t.Errorf("%s: %s: %v", when, step.Name, step.Err)
			}
		}
	}
	good("at first")

	o.Forget()
	refused := 0
	for _, step := range probe() {
		if !step.OK {
			refused++
			if !wire.HasKey(step.Err, "wire.err.login_token") {
				t.Errorf("%s: %v", step.Name, step.Err)
			}
		}
	}
	if refused != 1 {
		t.Errorf("%d refusals: the first spoils the token, the second side has a new one", refused)
	}
	good("with a new token")

	o.Revoke()
	said := fmt.Sprint(probe(), probe())
	if _, err := k.Token(t.Context(), b.ID); !IsEnded(err) {
		t.Errorf("%v after %s", err, said)
	}
	if s := settings(t, k, b.ID); !s.Alarming() {
		t.Errorf("no alarm: %+v", s)
	}
}
