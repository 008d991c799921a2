package people

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"guichet/internal/db"
	"guichet/internal/db/dbtest"
	"guichet/internal/fault"
	"guichet/internal/journal"
)

// dump gives the whole content of the clients' and contacts' tables, versions
// aside.
func dump(t testing.TB, d *db.DB) string {
	t.Helper()
	var b strings.Builder
	for _, query := range []string{
		"SELECT 'client ' || CAST(id AS TEXT) || ' ' || name || ' ' || COALESCE(CAST(merged_into AS TEXT), '-') FROM client ORDER BY id",
		"SELECT 'domain ' || domain || ' ' || CAST(client_id AS TEXT) FROM client_domain ORDER BY domain",
		"SELECT 'site ' || CAST(id AS TEXT) || ' ' || CAST(client_id AS TEXT) FROM site ORDER BY id",
		`SELECT 'contact ' || CAST(id AS TEXT) || ' ' || name || ' ' || phone || '/' || note || ' ' || COALESCE(CAST(client_id AS TEXT), '-')
			|| ' ' || COALESCE(CAST(site_id AS TEXT), '-') || ' ' || COALESCE(CAST(merged_into AS TEXT), '-') FROM contact ORDER BY id`,
		"SELECT 'address ' || address || ' ' || CAST(contact_id AS TEXT) || ' ' || CAST(position AS TEXT) FROM contact_address ORDER BY address",
	} {
		lines, err := db.Values[string](t.Context(), d, query)
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString(strings.Join(lines, "\n") + "\n")
	}
	return b.String()
}

// cleared takes away all clients and contacts that a run before has left.
func cleared(t testing.TB, d *db.DB) {
	t.Helper()
	write(t, d, func(ctx context.Context, tx *db.Tx) error {
		for _, table := range []string{"client", "client_domain", "site", "contact", "contact_address"} {
			if _, err := tx.Exec(ctx, "DELETE FROM "+table); err != nil {
				return err
			}
		}
		return nil
	})
}

// small fills a database with clients and contacts as drawn.
func small(rt *rapid.T, t testing.TB, d *db.DB) (clients, contacts []int64) {
	write(t, d, func(ctx context.Context, tx *db.Tx) error {
		for i := range rapid.IntRange(2, 4).Draw(rt, "clients") {
			c, err := CreateClient(ctx, tx, by, noon, Client{Name: fmt.Sprintf("c%d", i), Language: "fr", Colour: -1})
			if err != nil {
				return err
			}
			clients = append(clients, c.ID)
			if _, err := CreateSite(ctx, tx, by, noon, Site{ClientID: c.ID, Name: "Siège"}); err != nil {
				return err
			}
		}
		for range rapid.IntRange(2, 5).Draw(rt, "contacts") {
			p := Contact{Name: "P", Phone: rapid.SampledFrom([]string{"", "1", "2"}).Draw(rt, "phone"),
				Note: rapid.SampledFrom([]string{"", "n"}).Draw(rt, "note")}
			if k := rapid.IntRange(-1, len(clients)-1).Draw(rt, "of"); k >= 0 {
				p.ClientID = clients[k]
			}
			for range rapid.IntRange(0, 3).Draw(rt, "addresses") {
				p.Addresses = append(p.Addresses, Address{Address: fmt.Sprintf("a%d@x.example", rapid.Uint64().Draw(rt, "a"))})
			}
			if p, err := CreateContact(ctx, tx, by, noon, p); err == nil {
				contacts = append(contacts, p.ID)
			} else if !fault.Is(err, fault.Invalid) { // the same address drawn twice
				return err
			}
		}
		return nil
	})
	return clients, contacts
}

// Whatever is merged into whatever, undoing the merges (in an order that the
// rules allow) gives back what there was.
func TestMergesUndoneGiveBackWhatThereWas(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		rapid.Check(t, func(rt *rapid.T) {
			cleared(t, d)
			clients, contacts := small(rt, t, d)
			before := dump(t, d)
			type merge struct {
				contact    bool
				from, into int64
			}
			var done []merge
			for range rapid.IntRange(1, 6).Draw(rt, "merges") {
				m := merge{contact: rapid.Bool().Draw(rt, "contact")}
				pool := clients
				if m.contact {
					pool = contacts
				}
				if len(pool) < 2 {
					continue
				}
				m.from, m.into = rapid.SampledFrom(pool).Draw(rt, "from"), rapid.SampledFrom(pool).Draw(rt, "into")
				err := d.Write(t.Context(), func(tx *db.Tx) error {
					if m.contact {
						return MergeContacts(t.Context(), tx, by, noon, m.from, m.into, nil)
					}
					return MergeClients(t.Context(), tx, by, noon, m.from, m.into, nil)
				})
				if err == nil {
					done = append(done, m)
				} else if !fault.Is(err, fault.Invalid) {
					rt.Fatal(err)
				}
			}
			slices.Reverse(done)
			for _, m := range done {
				write(t, d, func(ctx context.Context, tx *db.Tx) error {
					if m.contact {
						return UndoMergeContact(ctx, tx, by, noon, m.from, nil)
					}
					return UndoMergeClient(ctx, tx, by, noon, m.from, nil)
				})
			}
			if after := dump(t, d); after != before {
				rt.Fatalf("before:\n%s\nafter:\n%s", before, after)
			}
		})
	})
}

func TestMergedClientsAreOneAndTheOthersRoomsFollow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a, b, c := client(t, d, "Lunel", "lunel.example"), client(t, d, "Boulangerie Lunel", "pain.example"), client(t, d, "Rive")
		p := contact(t, d, a.ID, "Ana", "ana@lunel.example")
		var told []int64
		also := func(_ context.Context, _ *db.Tx, from, into int64) ([]journal.Change, error) {
			told = append(told, from, into)
			return nil, nil
		}
		write(t, d, func(ctx context.Context, tx *db.Tx) error { return MergeClients(ctx, tx, by, noon, a.ID, b.ID, also) })
		if _, cl, _, err := ByEmail(t.Context(), d, "ana@lunel.example"); err != nil || cl.ID != b.ID {
			t.Errorf("the contact is at %d, %v", cl.ID, err)
		}
		if cl, _, err := ClientByDomain(t.Context(), d, "lunel.example"); err != nil || cl.ID != b.ID {
			t.Errorf("the domain is %d's, %v", cl.ID, err)
		}
		if !slices.Equal(told, []int64{a.ID, b.ID}) {
			t.Errorf("told %v", told)
		}
		for name, pair := range map[string][2]int64{"itself": {b.ID, b.ID}, "twice": {a.ID, c.ID}, "into a merged one": {c.ID, a.ID}} {
			e := refused(t, d, fault.Invalid, func(ctx context.Context, tx *db.Tx) error {
				return MergeClients(ctx, tx, by, noon, pair[0], pair[1], nil)
			})
			if e.Key != "people.err.merge" {
				t.Errorf("%s: %v", name, e)
			}
		}
		write(t, d, func(ctx context.Context, tx *db.Tx) error { return MergeClients(ctx, tx, by, noon, b.ID, c.ID, nil) })
		e := refused(t, d, fault.Refused, func(ctx context.Context, tx *db.Tx) error { return UndoMergeClient(ctx, tx, by, noon, a.ID, nil) })
		if e.Key != "people.err.merge_order" {
			t.Error(e)
		}
		if got, err := ContactByID(t.Context(), d, p.ID); err != nil || got.ClientID != c.ID {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

func TestMergedContactsAnswerToAllAddresses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a, b := contact(t, d, 0, "A. Costa", "ana@perso.example"), contact(t, d, 0, "Ana Costa", "ana@lunel.example")
		write(t, d, func(ctx context.Context, tx *db.Tx) error { return MergeContacts(ctx, tx, by, noon, a.ID, b.ID, nil) })
		got, _, ok, err := ByEmail(t.Context(), d, "ana@perso.example")
		if err != nil || !ok || got.ID != b.ID || got.Email() != "ana@lunel.example" || len(got.Addresses) != 2 {
			t.Errorf("%+v, %v, %v", got, ok, err)
		}
		if got, err := Current(t.Context(), d, a.ID); err != nil || got.ID != b.ID {
			t.Errorf("Current = %+v, %v", got, err)
		}
	})
}

func TestAnErasedPersonLeavesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a, b := contact(t, d, 0, "Aurore Valdemar", "aurore@perso.example"), contact(t, d, 0, "A. Valdemar", "valdemar@rive.example")
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			b.Note, b.Phone = "Valdemar, étage 2", "+33 1 99 00 12 34"
			if _, err := UpdateContact(ctx, tx, by, noon, b); err != nil {
				return err
			}
			if _, err := MarkDead(ctx, tx, by, noon, "aurore@perso.example", "550 aurore unknown"); err != nil {
				return err
			}
			return MergeContacts(ctx, tx, by, noon, a.ID, b.ID, nil)
		})
		var told []int64
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			return EraseContact(ctx, tx, by, noon, a.ID, func(_ context.Context, _ *db.Tx, c int64) error { told = append(told, c); return nil })
		})
		if !slices.Equal(told, []int64{b.ID, a.ID}) {
			t.Errorf("told %v", told)
		}
		all := dump(t, d)
		data, err := db.Values[string](t.Context(), d, "SELECT data FROM journal")
		if err != nil {
			t.Fatal(err)
		}
		all = strings.ToLower(all + strings.Join(data, "\n"))
		for _, word := range []string{"aurore", "valdemar", "99 00 12"} {
			if strings.Contains(all, word) {
				t.Errorf("%q is still there", word)
			}
		}
		if err := journal.Verify(t.Context(), d); err != nil {
			t.Error(err)
		}
		if _, _, ok, err := ByEmail(t.Context(), d, "aurore@perso.example"); ok || err != nil {
			t.Errorf("the address is still known, %v", err)
		}
		e := refused(t, d, fault.Invalid, func(ctx context.Context, tx *db.Tx) error { return UndoMergeContact(ctx, tx, by, noon, a.ID, nil) })
		if e.Key != "people.err.not_merged" {
			t.Error(e)
		}
		if got, err := ContactByID(t.Context(), d, b.ID); err != nil || got.ErasedAt.IsZero() || got.Name != "" {
			t.Errorf("%+v, %v", got, err)
		}
	})
}
