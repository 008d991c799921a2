package people

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"guichet/internal/db"
	"guichet/internal/db/dbtest"
	"guichet/internal/fault"
)

func read(t testing.TB, text string) Import {
	t.Helper()
	table, err := ReadCSV([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return Import{Table: table, Mapping: table.Mapping()}
}

func planned(t testing.TB, d *db.DB, im Import) ImportPlan {
	t.Helper()
	p, err := PlanImport(t.Context(), d, im)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func applied(t testing.TB, d *db.DB, im Import) (p ImportPlan) {
	t.Helper()
	write(t, d, func(ctx context.Context, tx *db.Tx) (err error) {
		p, err = ApplyImport(ctx, tx, by, noon, im)
		return err
	})
	return p
}

func said(p ImportPlan) (lines []string) {
	for _, r := range p.Rows {
		line := fmt.Sprintf("%d %s", r.Line, r.Action)
		if r.Problem != nil {
			line += " " + r.Problem.Key
		}
		lines = append(lines, line)
	}
	return lines
}

const list = `Société;Nom;Prénom;Courriel;Téléphone;Site;Langue
Lunel;Costa;Ana;ANA@lunel.example;01 99 00 00 01;Four;fr
lunel;Petit;Luc;luc@lunel.example;;four;Anglais
;Morel;Inès;ines@rive.example;;;
Nouvelle Société;Roy;Max;"max@neuf.example; m.roy@neuf.example";'+33 1 99 00 00 02;;
Lunel;Sans;Adresse;;0199000003;;
;;;;;;seule
;Seul;;;;Four;
Lunel;Mal;Écrit;pas une adresse;;;
Lunel;Costa;Ana;ana@lunel.example;autre numéro;;
Lunel;Langue;Autre;autre@lunel.example;;;klingon
`

func TestAnImportDoesWhatItsPreviewSaid(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		lunel, rive := client(t, d, "LUNEL"), client(t, d, "Rive", "rive.example")
		ana := contact(t, d, lunel.ID, "Ana", "ana@lunel.example")
		im := read(t, list)
		p := planned(t, d, im)
		want := []string{"2 update", "3 create", "4 create", "5 create", "6 create", "7 refuse people.import.empty", "8 refuse people.import.site",
			"9 refuse people.err.address", "10 refuse people.import.twice", "11 refuse people.import.language"}
		if got := said(p); !slices.Equal(got, want) {
			t.Fatalf("plan\n%s", strings.Join(got, "\n"))
		}
		if !slices.Equal(p.Clients, []string{"Nouvelle Société"}) || !maps.Equal(p.Totals, map[Action]int{Create: 4, Update: 1, Refuse: 5}) {
			t.Errorf("clients %v, totals %v", p.Clients, p.Totals)
		}
		im.Digest = p.Digest
		if got := applied(t, d, im); !slices.Equal(said(got), want) {
			t.Errorf("applied\n%s", strings.Join(said(got), "\n"))
		}
		got, err := ContactByID(t.Context(), d, ana.ID)
		if err != nil || got.Name != "Ana Costa" || got.Phone != "01 99 00 00 01" || got.SiteID == 0 || got.Language != "fr" {
			t.Errorf("updated: %+v, %v", got, err)
		}
		luc, cl, _, err := ByEmail(t.Context(), d, "luc@lunel.example")
		if err != nil || cl.ID != lunel.ID || luc.SiteID != got.SiteID || luc.Name != "Luc Petit" || luc.Language != "en" {
			t.Errorf("created: %+v, %v", luc, err)
		}
		if _, cl, _, err := ByEmail(t.Context(), d, "ines@rive.example"); err != nil || cl.ID != rive.ID {
			t.Errorf("by domain: %+v, %v", cl, err)
		}
		if max, cl, _, err := ByEmail(t.Context(), d, "m.roy@neuf.example"); err != nil || cl.Name != "Nouvelle Société" || max.Phone != "+33 1 99 00 00 02" || len(max.Addresses) != 2 {
			t.Errorf("new client: %+v, %+v, %v", max, cl, err)
		}
		im.Digest = ""
		if again := planned(t, d, im); again.Totals[Create]+again.Totals[Update] != 0 || again.Totals[Same] != 5 {
			t.Errorf("a second time: %v", said(again))
		}
	})
}

func TestAnImportThatWasNotSeenIsRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		im := read(t, "Nom;Mail\nAna;ana@lunel.example\n")
		im.Digest = planned(t, d, im).Digest
		contact(t, d, 0, "Other", "ana@lunel.example")
		e := refused(t, d, fault.Conflict, func(ctx context.Context, tx *db.Tx) error {
			_, err := ApplyImport(ctx, tx, by, noon, im)
			return err
		})
		if e.Key != "people.import.changed" {
			t.Error(e)
		}
	})
}

func TestRowsThatCouldMeanTwoPeopleAreRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := client(t, d, "Lunel")
		contact(t, d, c.ID, "Ana", "a1@lunel.example")
		contact(t, d, c.ID, "ANA", "a2@lunel.example")
		contact(t, d, c.ID, "Noé")
		p := planned(t, d, read(t, "Client;Nom;Mail\nLunel;Ana;\nLunel;x;a1@lunel.example, a2@lunel.example\nLunel;Noe;noe@lunel.example\nLunel;Ana;a3@lunel.example\n"))
		want := []string{"2 refuse people.import.namesakes", "3 refuse people.import.two", "4 update", "5 create"}
		if got := said(p); !slices.Equal(got, want) {
			t.Errorf("%v", got)
		}
	})
}

func TestHostileCellsStayText(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		im := read(t, "Nom;Mail;Client\n<img src=x onerror=alert(1)>;h1@x.example;=cmd|' /C calc'!A0\n\"a\nb\x1b[2J\u202e\";h2@x.example;'; DROP TABLE contact; --\n"+
			strings.Repeat("x", 300)+";h3@x.example;\n")
		p := applied(t, d, im)
		if got := said(p); !slices.Equal(got, []string{"2 create", "3 create", "5 refuse fault.too_long"}) {
			t.Fatal(got)
		}
		for address, want := range map[string]string{"h1@x.example": "<img src=x onerror=alert(1)>", "h2@x.example": "a b[2J"} {
			if got, _, _, err := ByEmail(t.Context(), d, address); err != nil || got.Name != want {
				t.Errorf("%q, %v", got.Name, err)
			}
		}
	})
}

// Whatever the file, what was applied once has nothing left to change.
func TestAnImportAppliedTwiceChangesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		one := func(values ...string) *rapid.Generator[string] { return rapid.SampledFrom(values) }
		rapid.Check(t, func(rt *rapid.T) {
			cleared(t, d)
			var b strings.Builder
			b.WriteString("Client;Nom;Mail;Tel;Site;Langue\n")
			for range rapid.IntRange(1, 12).Draw(rt, "rows") {
				b.WriteString(strings.Join([]string{one("", "Un", "UN ", "Deux").Draw(rt, "client"), one("", "Ana", "ana", "Noé").Draw(rt, "name"),
					one("", "", "a@un.example", "A@un.example|b@un.example", "b@un.example", "c@un.example", "x").Draw(rt, "mail"),
					one("", "1", "2").Draw(rt, "phone"), one("", "", "S", "s").Draw(rt, "site"), one("", "fr", "en", "?").Draw(rt, "language")}, ";") + "\n")
			}
			table, err := ReadCSV([]byte(b.String()))
			if err != nil {
				rt.Fatal(err)
			}
			half := table
			half.Rows = table.Rows[len(table.Rows)/2:] // some are there before
			applied(t, d, Import{Table: half, Mapping: table.Mapping()})
			im := Import{Table: table, Mapping: table.Mapping()}
			im.Digest = planned(t, d, im).Digest
			first := applied(t, d, im)
			im.Digest = ""
			if again := planned(t, d, im); again.Totals[Create]+again.Totals[Update] > 0 {
				rt.Fatalf("first\n%v\nagain\n%v\n%s", said(first), said(again), b.String())
			}
		})
	})
}

// A list made before a merge names the client and the person that are no more: it
// means those who took them over, and brings nobody back.
func TestAnImportFollowsMerges(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		old, now := client(t, d, "Boulangerie Lunel", "pain.example"), client(t, d, "Lunel", "lunel.example")
		former, ana := contact(t, d, old.ID, "A. Costa", "ana@pain.example"), contact(t, d, now.ID, "Ana Costa", "ana@lunel.example")
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			if err := MergeClients(ctx, tx, by, noon, old.ID, now.ID, nil); err != nil {
				return err
			}
			return MergeContacts(ctx, tx, by, noon, former.ID, ana.ID, nil)
		})
		p := applied(t, d, read(t, "Client;Nom;Mail;Tel\nBoulangerie Lunel;Ana Costa;ana@pain.example;0199000007\nBOULANGERIE LUNEL;Luc;luc@pain.example;\n"))
		if got := said(p); !slices.Equal(got, []string{"2 update", "3 create"}) || len(p.Clients) != 0 {
			t.Fatalf("%v, it makes %v", got, p.Clients)
		}
		got, err := ContactByID(t.Context(), d, ana.ID)
		if err != nil || got.Phone != "0199000007" || len(got.Addresses) != 2 {
			t.Errorf("%+v, %v", got, err)
		}
		if gone, err := ContactByID(t.Context(), d, former.ID); err != nil || gone.MergedInto != ana.ID || gone.Phone != "" {
			t.Errorf("the former one: %+v, %v", gone, err)
		}
		if _, cl, _, err := ByEmail(t.Context(), d, "luc@pain.example"); err != nil || cl.ID != now.ID {
			t.Errorf("at %+v, %v", cl, err)
		}
	})
}
