package mailbox

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/journal"
)

// OAuth is how a mailbox is entered with tokens in place of passwords.
type OAuth struct {
	Provider   string // microsoft, google, other
	Tenant     string // microsoft: its domain or id; "" for any
	ClientID   string
	AuthURL    string // other
	TokenURL   string
	DeviceURL  string
	Scopes     string    // other: separated by spaces
	SecretEnds string    // when the client's secret ends, YYYY-MM-DD; "" where it does not
	Account    string    // whom the tokens are for, as the provider says
	GrantedAt  time.Time // zero: nobody has consented yet
	Failures   int       // renewals that failed one after the other
	Ended      bool      // only a person's consent helps
}

// Alarming says whether somebody must look: the consent has ended, or two renewals
// failed one after the other.
func (o OAuth) Alarming() bool { return o.Ended || o.Failures >= 2 }

// SecretEndsSoon says whether the client's secret ends within a month of today, or
// has ended. Both dates are of the team's own zone.
func (o OAuth) SecretEndsSoon(now time.Time) bool {
	ends, err := time.ParseInLocation(time.DateOnly, o.SecretEnds, now.Location())
	return err == nil && now.AddDate(0, 1, 0).After(ends)
}

const oauthColumns = "provider, tenant, client_id, auth_url, token_url, device_url, scopes, secret_ends, account, granted_at, failures, ended"

// oauths returns the mailboxes that are entered with tokens.
func oauths(ctx context.Context, q db.Querier) (map[int64]OAuth, error) {
	type row struct {
		OAuth
		id int64
	}
	all, err := db.All(ctx, q, func(r *row) []any { return append([]any{&r.id}, oauthFields(&r.OAuth)...) },
		"SELECT mailbox_id, "+oauthColumns+" FROM mailbox_oauth")
	out := make(map[int64]OAuth, len(all))
	for _, r := range all {
		out[r.id] = r.OAuth
	}
	return out, err
}

// OAuthOf returns how a mailbox is entered with tokens; false where it has
// passwords.
func OAuthOf(ctx context.Context, q db.Querier, id int64) (OAuth, bool, error) {
	o, err := db.One(ctx, q, oauthFields, "SELECT "+oauthColumns+" FROM mailbox_oauth WHERE mailbox_id = ?", id)
	if errors.Is(err, db.ErrNone) {
		return o, false, nil
	}
	return o, err == nil, err
}

func oauthFields(o *OAuth) []any {
	return []any{&o.Provider, &o.Tenant, &o.ClientID, &o.AuthURL, &o.TokenURL, &o.DeviceURL, &o.Scopes, &o.SecretEnds, &o.Account,
		&o.GrantedAt, &o.Failures, &o.Ended}
}

// SetOAuth keeps the settings of a mailbox's tokens. What was consented to stays,
// unless it was for another application.
func SetOAuth(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, id int64, o OAuth) error {
	if err := o.validate(); err != nil {
		return err
	}
	had, _, err := OAuthOf(ctx, tx, id)
	if err != nil {
		return err
	}
	changes := o.differences(had)
	if had.Provider != o.Provider || had.Tenant != o.Tenant || had.ClientID != o.ClientID || had.TokenURL != o.TokenURL {
		had = OAuth{}
	}
	if _, err := tx.Exec(ctx, "DELETE FROM mailbox_oauth WHERE mailbox_id = ?", id); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "INSERT INTO mailbox_oauth (mailbox_id, "+oauthColumns+") VALUES "+db.In(13), id, o.Provider, o.Tenant, o.ClientID,
		o.AuthURL, o.TokenURL, o.DeviceURL, o.Scopes, o.SecretEnds, had.Account, had.GrantedAt, had.Failures, had.Ended); err != nil {
		return err
	}
	_, err = journal.Append(ctx, tx, now, journal.Entry{Actor: by, Kind: "mailbox.oauth_set", Subject: "mailbox", SubjectID: id, Changes: changes})
	return err
}

// differences lists what is not as it was of what a person sets.
func (o OAuth) differences(had OAuth) []journal.Change {
	var out []journal.Change
	for _, f := range []struct{ name, before, after string }{
		{"provider", had.Provider, o.Provider}, {"tenant", had.Tenant, o.Tenant}, {"client_id", had.ClientID, o.ClientID},
		{"auth_url", had.AuthURL, o.AuthURL}, {"token_url", had.TokenURL, o.TokenURL}, {"device_url", had.DeviceURL, o.DeviceURL},
		{"scopes", had.Scopes, o.Scopes}, {"secret_ends", had.SecretEnds, o.SecretEnds},
	} {
		if f.before != f.after {
			out = append(out, journal.Change{Field: f.name, Before: f.before, After: f.after})
		}
	}
	return out
}

func (o *OAuth) validate() error {
	o.Tenant, o.ClientID = strings.TrimSpace(o.Tenant), strings.TrimSpace(o.ClientID)
	var c fault.Check
	c.That(slices.Contains([]string{"microsoft", "google", "other"}, o.Provider), "provider", "fault.choice")
	c.That(o.ClientID != "", "clientId", "fault.empty")
	c.That(o.Provider != "other" || o.AuthURL != "", "authUrl", "fault.empty")
	c.That(o.Provider != "other" || o.TokenURL != "", "tokenUrl", "fault.empty")
	_, err := time.Parse(time.DateOnly, o.SecretEnds)
	c.That(o.SecretEnds == "" || err == nil, "secretEnds", "mailbox.err.secret_ends")
	return c.Err()
}

// RemoveOAuth makes a mailbox one of passwords again.
func RemoveOAuth(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, id int64) error {
	n, err := tx.Exec(ctx, "DELETE FROM mailbox_oauth WHERE mailbox_id = ?", id)
	if err != nil || n == 0 {
		return err
	}
	_, err = journal.Append(ctx, tx, now, journal.Entry{Actor: by, Kind: "mailbox.oauth_removed", Subject: "mailbox", SubjectID: id})
	return err
}

// Granted notes that a person consented: the alarm ends, and the mailbox is
// entered anew.
func Granted(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, id int64, account string) error {
	if _, err := tx.Exec(ctx, "UPDATE mailbox_oauth SET account = ?, granted_at = ?, failures = 0, ended = 0 WHERE mailbox_id = ?",
		account, now, id); err != nil {
		return err
	}
	// The fetch loop starts anew where the version moves.
	if _, err := tx.Exec(ctx, "UPDATE mailbox SET version = version + 1 WHERE id = ?", id); err != nil {
		return err
	}
	_, err := journal.Append(ctx, tx, now, journal.Entry{Actor: by, Kind: "mailbox.oauth_granted", Subject: "mailbox", SubjectID: id,
		Changes: []journal.Change{{Field: "account", After: account}}})
	return err
}

// Renewed notes that the tokens were renewed, or why they were not: ended where
// only a person's consent helps.
func Renewed(ctx context.Context, tx *db.Tx, now time.Time, id int64, failed, ended bool) error {
	set := "failures = 0, ended = 0"
	if failed {
		set = "failures = failures + 1"
	}
	if ended {
		set += ", ended = 1"
	}
	had, _, err := OAuthOf(ctx, tx, id)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "UPDATE mailbox_oauth SET "+set+" WHERE mailbox_id = ?", id); err != nil {
		return err
	}
	is, _, err := OAuthOf(ctx, tx, id)
	if err != nil || had.Alarming() == is.Alarming() {
		return err
	}
	_, err = journal.Append(ctx, tx, now, journal.Entry{Actor: journal.System(), Kind: "mailbox.oauth_alarm", Subject: "mailbox", SubjectID: id,
		Changes: []journal.Change{{Field: "alarm", Before: had.Alarming(), After: is.Alarming()}}})
	return err
}
