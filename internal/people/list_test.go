package people

import (
	"context"
	"fmt"
	"testing"

	"guichet/internal/db"
	"guichet/internal/db/dbtest"
	"guichet/internal/fault"
)

func TestListsPageWithoutHolesOrRepeats(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := client(t, d, "Rive", "rive.example")
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			for i := range 45 {
				p := Contact{ClientID: c.ID, Name: []string{"Élodie", "elodie", "Zoé"}[i%3], Addresses: []Address{{Address: fmt.Sprintf("p%d@rive.example", i)}}}
				if _, err := CreateContact(ctx, tx, by, noon, p); err != nil {
					return err
				}
			}
			return nil
		})
		seen := map[int64]bool{}
		next, last := "", ""
		for pages := 0; pages == 0 || next != ""; pages++ {
			var page []Contact
			var err error
			if page, next, err = Contacts(t.Context(), d, Filter{Client: c.ID, Cursor: next, Limit: 7}); err != nil || pages > 10 {
				t.Fatal(err, pages)
			}
			for _, p := range page {
				if name := db.Fold(p.Name); seen[p.ID] || name < last || len(p.Addresses) != 1 {
					t.Errorf("%+v after %s", p, last)
				} else {
					seen[p.ID], last = true, name
				}
			}
		}
		if len(seen) != 45 {
			t.Errorf("%d contacts", len(seen))
		}
	})
}

func TestSearchFindsByFoldedNameAddressAndDomain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := client(t, d, "Société Éole", "eole.example")
		client(t, d, "Cabinet Rive", "rive.example")
		contact(t, d, c.ID, "Zoé Lefèvre", "zoe@eole.example")
		contact(t, d, c.ID, "Œdipe 100%", "o_o@perso.example")
		for text, want := range map[string]int{"": 2, "LEFEVRE": 1, "zoé lef": 1, "zoe eole.example": 1, "oedipe": 1, "%": 1, "_": 1, "lefevre oedipe": 0, "'": 0} {
			list, _, err := Contacts(t.Context(), d, Filter{Text: text})
			if err != nil || len(list) != want {
				t.Errorf("contacts %q: %d, %v, want %d", text, len(list), err, want)
			}
		}
		for text, want := range map[string]int{"": 2, "societe": 1, "rive.ex": 1, "soc rive": 0} {
			list, _, err := Clients(t.Context(), d, Filter{Text: text, Cursor: "not a cursor"})
			if err != nil || len(list) != want || want == 1 && len(list[0].Domains) != 1 {
				t.Errorf("clients %q: %+v, %v, want %d", text, list, err, want)
			}
		}
		if n, err := CountClient(t.Context(), d, c.ID); err != nil || n != (ClientCounts{Contacts: 2}) {
			t.Errorf("%+v, %v", n, err)
		}
	})
}

func TestSitesComeChangeAndGo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := client(t, d, "Rive")
		p := contact(t, d, c.ID, "Noé")
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			s, err := CreateSite(ctx, tx, by, noon, Site{ClientID: c.ID, Name: " Siège ", Address: "1 quai de la Rive\n00000 Ville"})
			if err != nil {
				return err
			}
			p.SiteID = s.ID
			if p, err = UpdateContact(ctx, tx, by, noon, p); err != nil {
				return err
			}
			s.Name = "Atelier"
			if s, err = UpdateSite(ctx, tx, by, noon, s); err != nil || s.Version != 2 {
				t.Errorf("%+v, %v", s, err)
			}
			if err := DeleteSite(ctx, tx, by, noon, s.ID, 1); !fault.Is(err, fault.Conflict) {
				t.Errorf("a stale version deletes: %v", err)
			}
			return DeleteSite(ctx, tx, by, noon, s.ID, 2)
		})
		if got, err := ContactByID(t.Context(), d, p.ID); err != nil || got.SiteID != 0 {
			t.Errorf("%+v, %v", got, err)
		}
		if list, err := Sites(t.Context(), d, c.ID); err != nil || len(list) != 0 {
			t.Errorf("%v, %v", list, err)
		}
	})
}
