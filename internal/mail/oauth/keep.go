package oauth

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"guichet/internal/db"
	"guichet/internal/journal"
	"guichet/internal/mail/wire"
	"guichet/internal/mailbox"
	"guichet/internal/secret"
)

// ahead is how long before its end an access token is renewed.
const ahead = 5 * time.Minute

// Keeper hands out access tokens of mailboxes and renews them. One of them serves the whole program, so that two
// connections never renew the same grant at once.
type Keeper struct {
	DB     *db.DB
	Key    *secret.Key
	Now    func() time.Time
	Client *http.Client // nil: one of our own

	mu    sync.Mutex
	turns map[int64]*sync.Mutex
}

// AppOf is the application that a mailbox is entered through.
func (k *Keeper) AppOf(ctx context.Context, q db.Querier, id int64) (App, error) {
	o, ok, err := mailbox.OAuthOf(ctx, q, id)
	if err != nil || !ok {
		return App{}, err
	}
	hidden, err := secret.Get(ctx, q, k.Key, mailbox.Owner(id, "oauth-client"))
	if err != nil {
		return App{}, err
	}
	app := App{ClientID: o.ClientID, ClientSecret: hidden.Reveal(), AuthURL: o.AuthURL, TokenURL: o.TokenURL, DeviceURL: o.DeviceURL,
		Scopes: strings.Fields(o.Scopes)}
	switch o.Provider {
	case "microsoft":
		app = Microsoft(o.Tenant, o.ClientID, hidden.Reveal())
	case "google":
		app = Google(o.ClientID, hidden.Reveal())
	}
	app.Client = k.Client
	return app, nil
}

// Keep seals what a person allowed.
func (k *Keeper) Keep(ctx context.Context, tx *db.Tx, by journal.Actor, id int64, g Grant) error {
	if err := k.seal(ctx, tx, id, g); err != nil {
		return err
	}
	return mailbox.Granted(ctx, tx, by, k.Now(), id, g.Account)
}

func (k *Keeper) seal(ctx context.Context, tx *db.Tx, id int64, g Grant) error {
	text, err := json.Marshal(g)
	if err != nil {
		return fmt.Errorf("seal tokens: %w", err)
	}
	return secret.Put(ctx, tx, k.Key, k.Now(), mailbox.Owner(id, "oauth"), secret.Text(text))
}

// Token returns an access token of a mailbox that is good for minutes yet. A new one is sealed before it is used: the
// refresh token that came with it may be the only one that is good from then on.
func (k *Keeper) Token(ctx context.Context, id int64) (string, error) {
	turn := k.turn(id)
	turn.Lock()
	defer turn.Unlock()
	sealed, err := secret.Get(ctx, k.DB, k.Key, mailbox.Owner(id, "oauth"))
	if err != nil {
		return "", err
	}
	var had Grant
	if sealed == "" {
		return "", wire.Fail("oauth.err.nobody", map[string]any{}, nil)
	}
	if err := json.Unmarshal([]byte(sealed.Reveal()), &had); err != nil {
		return "", fmt.Errorf("sealed tokens of mailbox %d are damaged", id) // the cause would quote them
	}
	if had.Access != "" && (had.Expiry.IsZero() || k.Now().Add(ahead).Before(had.Expiry)) {
		return had.Access, nil
	}
	app, err := k.AppOf(ctx, k.DB, id)
	if err != nil {
		return "", err
	}
	got, failed := app.Renew(ctx, had)
	if failed != nil && ctx.Err() != nil {
		return "", failed // we were told to stop: that is no failure of theirs
	}
	err = k.DB.Write(ctx, func(tx *db.Tx) error {
		if failed == nil {
			if err := k.seal(ctx, tx, id, got); err != nil {
				return err
			}
		}
		return mailbox.Renewed(ctx, tx, k.Now(), id, failed != nil, IsEnded(failed))
	})
	if failed != nil && k.Now().Before(had.Expiry) && !IsEnded(failed) {
		return had.Access, err // it is good for a few minutes yet: the provider may be back by then
	}
	if failed != nil {
		return "", failed
	}
	return got.Access, err
}

// Spoil has the next Token renew, whatever its time: the server refused the one that it was given.
func (k *Keeper) Spoil(ctx context.Context, id int64) error {
	turn := k.turn(id)
	turn.Lock()
	defer turn.Unlock()
	return k.DB.Write(ctx, func(tx *db.Tx) error {
		sealed, err := secret.Get(ctx, tx, k.Key, mailbox.Owner(id, "oauth"))
		if err != nil || sealed == "" {
			return err
		}
		var had Grant
		if json.Unmarshal([]byte(sealed.Reveal()), &had) != nil {
			return nil // Token says it
		}
		had.Access = ""
		return k.seal(ctx, tx, id, had)
	})
}

func (k *Keeper) turn(id int64) *sync.Mutex {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.turns == nil {
		k.turns = map[int64]*sync.Mutex{}
	}
	if k.turns[id] == nil {
		k.turns[id] = &sync.Mutex{}
	}
	return k.turns[id]
}
