package oauth

import (
	"sync"
	"testing"
	"time"

	"guichet/internal/db"
	"guichet/internal/db/dbtest"
	"guichet/internal/journal"
	"guichet/internal/mail/mailtest"
	"guichet/internal/mail/wire"
	"guichet/internal/mailbox"
	"guichet/internal/secret"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// kept is a mailbox entered through the provider of the tests, which a person has consented to.
func kept(t *testing.T, d *db.DB, o *mailtest.OAuth) (*Keeper, mailbox.Mailbox) {
	t.Helper()
	key, err := secret.Open(t.Context(), d, secret.Options{Folder: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	k := &Keeper{DB: d, Key: key, Now: time.Now}
	var b mailbox.Mailbox
	err = d.Write(t.Context(), func(tx *db.Tx) (err error) {
		b, err = mailbox.Create(t.Context(), tx, journal.System(), noon, mailbox.Mailbox{Name: "Support", Address: "support@msp.example",
			IMAP: mailbox.Server{Host: "h"}, SMTP: mailbox.Server{Host: "h"}, Active: true})
		if err != nil {
			return err
		}
		if err := secret.Put(t.Context(), tx, key, noon, mailbox.Owner(b.ID, "oauth-client"), mailtest.ClientSecret); err != nil {
			return err
		}
		return mailbox.SetOAuth(t.Context(), tx, journal.System(), noon, b.ID, mailbox.OAuth{Provider: "other", ClientID: "guichet",
			AuthURL: o.URL + "/authorize", TokenURL: o.URL + "/token", Scopes: "mail"})
	})
	if err != nil {
		t.Fatal(err)
	}
	return k, b
}

// consent is a person who signs in.
func consent(t *testing.T, k *Keeper, id int64) {
	t.Helper()
	app, err := k.AppOf(t.Context(), k.DB, id)
	if err != nil {
		t.Fatal(err)
	}
	a, err := Ask(t.Context(), app, "", page)
	if err != nil {
		t.Fatal(err)
	}
	browse(t, a.URL)
	g, err := a.Wait()
	if err != nil {
		t.Fatal(err)
	}
	if err := k.DB.Write(t.Context(), func(tx *db.Tx) error { return k.Keep(t.Context(), tx, journal.Agent(7), id, g) }); err != nil {
		t.Fatal(err)
	}
}

func settings(t *testing.T, k *Keeper, id int64) mailbox.OAuth {
	t.Helper()
	o, ok, err := mailbox.OAuthOf(t.Context(), k.DB, id)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	return o
}

func TestATokenIsRenewedBeforeItEndsAndOnlyThen(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := mailtest.NewOAuth(t, "enora@msp.example")
		k, b := kept(t, d, o)
		if _, err := k.Token(t.Context(), b.ID); !wire.HasKey(err, "oauth.err.nobody") {
			t.Errorf("before anybody consented: %v", err)
		}
		consent(t, k, b.ID)
		if s := settings(t, k, b.ID); s.Account != "enora@msp.example" || s.GrantedAt.IsZero() || s.Alarming() {
			t.Errorf("%+v", s)
		}
		first, err := k.Token(t.Context(), b.ID)
		if err != nil || o.Asked() != 1 {
			t.Fatalf("%v, %d requests", err, o.Asked())
		}
		k.Now = func() time.Time { return time.Now().Add(56 * time.Minute) }
		second, err := k.Token(t.Context(), b.ID)
		if err != nil || second == first || o.Asked() != 2 {
			t.Errorf("%v, %d requests, the same: %v", err, o.Asked(), second == first)
		}
	})
}

// Two connections ask at once while each refresh token is good for one time only.
func TestARotatedTokenIsRenewedOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := mailtest.NewOAuth(t, "enora@msp.example")
		o.Set(time.Minute, true, "")
		k, b := kept(t, d, o)
		consent(t, k, b.ID)
		o.Set(time.Hour, true, "")
		var all sync.WaitGroup
		got := make([]string, 8)
		for i := range got {
			all.Go(func() {
				token, err := k.Token(t.Context(), b.ID)
				if err != nil {
					t.Error(err)
				}
				got[i] = token
			})
		}
		all.Wait()
		for _, token := range got {
			if token != got[0] {
				t.Error("two tokens")
			}
		}
		if o.Asked() != 2 {
			t.Errorf("%d requests", o.Asked())
		}
		// And the new refresh token was sealed with it.
		if err := k.Spoil(t.Context(), b.ID); err != nil {
			t.Fatal(err)
		}
		if again, err := k.Token(t.Context(), b.ID); err != nil || again == got[0] {
			t.Errorf("%v", err)
		}
	})
}

func TestAProviderThatIsAwayIsAnAlarmTheSecondTime(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := mailtest.NewOAuth(t, "enora@msp.example")
		k, b := kept(t, d, o)
		consent(t, k, b.ID)
		// Some minutes before its end the token at hand is good yet.
		k.Now = func() time.Time { return time.Now().Add(57 * time.Minute) }
		o.Down(1)
		if _, err := k.Token(t.Context(), b.ID); err != nil {
			t.Errorf("a token with minutes left was not used: %v", err)
		}
		k.Now = func() time.Time { return time.Now().Add(2 * time.Hour) }
		o.Down(1)
		if _, err := k.Token(t.Context(), b.ID); !wire.HasKey(err, "oauth.err.server") {
			t.Error(err)
		}
		if s := settings(t, k, b.ID); !s.Alarming() || s.Ended {
			t.Errorf("%+v", s)
		}
		if _, err := k.Token(t.Context(), b.ID); err != nil {
			t.Errorf("it is back: %v", err)
		}
		if s := settings(t, k, b.ID); s.Alarming() {
			t.Errorf("the alarm stays: %+v", s)
		}
	})
}

func TestAConsentThatWasWithdrawnIsSaidAtOnceAndRenewedByAPerson(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := mailtest.NewOAuth(t, "enora@msp.example")
		k, b := kept(t, d, o)
		consent(t, k, b.ID)
		o.Revoke()
		if err := k.Spoil(t.Context(), b.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := k.Token(t.Context(), b.ID); !IsEnded(err) {
			t.Error(err)
		}
		if s := settings(t, k, b.ID); !s.Ended || !s.Alarming() {
			t.Errorf("%+v", s)
		}
		consent(t, k, b.ID)
		if s := settings(t, k, b.ID); s.Alarming() {
			t.Errorf("%+v", s)
		}
		if _, err := k.Token(t.Context(), b.ID); err != nil {
			t.Error(err)
		}
	})
}
