package mailbox

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"guichet/internal/db"
	"guichet/internal/db/dbtest"
	"guichet/internal/journal"
	"guichet/internal/secret"
)

// history is what the journal says of a mailbox since its first entry, one line a change.
func history(t *testing.T, d *db.DB, id int64) string {
	t.Helper()
	all, err := journal.Of(t.Context(), d, "mailbox", id)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, e := range all[1:] {
		fmt.Fprintln(&b, e.Kind)
		for _, c := range e.Changes {
			fmt.Fprintf(&b, "  %s: %v -> %v %v\n", c.Field, c.Before, c.After, c.Sealed)
		}
	}
	return b.String()
}

// What fetches, sends and enters a mailbox is changed by a lead in silence
// otherwise: each change is told with what it was.
func TestTheJournalTellsWhatChangedOfAMailbox(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		key, err := secret.Open(t.Context(), d, secret.Options{Folder: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		m := create(t, d, good())
		by := journal.Agent(1)
		err = write(t, d, func(ctx context.Context, tx *db.Tx) error {
			m.IMAP.Host, m.After, m.MoveTo = "imap.elsewhere.example", "move", "Traité"
			_, err := Update(ctx, tx, by, noon, m)
			return errors.Join(err, Seal(ctx, tx, key, by, noon, m.ID, "imap", "mot-de-passe"),
				SetOAuth(ctx, tx, by, noon, m.ID, OAuth{Provider: "google", ClientID: "first"}),
				SetOAuth(ctx, tx, by, noon, m.ID, OAuth{Provider: "google", ClientID: "second"}))
		})
		if err != nil {
			t.Fatal(err)
		}
		want := `mailbox.changed
  imapHost: imap.msp.example -> imap.elsewhere.example false
  after: flag -> move false
  moveTo:  -> Traité false
mailbox.sealed
  imap: <nil> -> <nil> true
mailbox.oauth_set
  provider:  -> google false
  client_id:  -> first false
mailbox.oauth_set
  client_id: first -> second false
`
		if got := history(t, d, m.ID); got != want {
			t.Errorf("told:\n%s", got)
		}
		if kept, err := secret.Get(t.Context(), d, key, Owner(m.ID, "imap")); err != nil || kept.Reveal() != "mot-de-passe" {
			t.Errorf("sealed: %v", err)
		}
	})
}
