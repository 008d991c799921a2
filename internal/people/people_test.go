package people

import (
	"context"
	"slices"
	"testing"

	"guichet/internal/db"
	"guichet/internal/db/dbtest"
	"guichet/internal/fault"
	"guichet/internal/journal"
	"guichet/internal/words"
)

var by = journal.Agent(1)

func client(t testing.TB, d *db.DB, name string, domains ...string) (c Client) {
	t.Helper()
	write(t, d, func(ctx context.Context, tx *db.Tx) (err error) {
		c, err = CreateClient(ctx, tx, by, noon, Client{Name: name, Domains: domains, Language: words.French, Colour: -1})
		return err
	})
	return c
}

func contact(t testing.TB, d *db.DB, client int64, name string, addresses ...string) (c Contact) {
	t.Helper()
	c = Contact{ClientID: client, Name: name}
	for _, a := range addresses {
		c.Addresses = append(c.Addresses, Address{Address: a})
	}
	write(t, d, func(ctx context.Context, tx *db.Tx) (err error) {
		c, err = CreateContact(ctx, tx, by, noon, c)
		return err
	})
	return c
}

func fieldKeys(e *fault.Error) (keys []string) {
	for _, f := range e.Fields {
		keys = append(keys, f.Name+"="+f.Key)
	}
	return keys
}

func TestTheFirstAgentLeadsAndTheLastLeadStays(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a := lea(t, d)
		if a.Role != RoleLead {
			t.Fatalf("the first agent is %q", a.Role)
		}
		for _, change := range []func(*Agent){func(a *Agent) { a.Active = false }, func(a *Agent) { a.Role = RoleAgent }} {
			b := a
			change(&b)
			e := refused(t, d, fault.Refused, func(ctx context.Context, tx *db.Tx) error {
				_, err := UpdateAgent(ctx, tx, by, noon, b)
				return err
			})
			if e.Key != "people.err.last_lead" {
				t.Error(e)
			}
		}
		e := refused(t, d, fault.Invalid, func(ctx context.Context, tx *db.Tx) error {
			_, err := CreateAgent(ctx, tx, by, noon, Agent{Name: "Autre", Email: "LEA@gardian.example", Language: "fr", Level: 1, Role: RoleAgent, Active: true})
			return err
		})
		if got := fieldKeys(e); !slices.Equal(got, []string{"email=people.err.agent_email"}) {
			t.Error(got)
		}
		e = refused(t, d, fault.Invalid, func(ctx context.Context, tx *db.Tx) error {
			_, err := CreateAgent(ctx, tx, by, noon, Agent{Email: "x", Language: "de", Level: 4, Role: "chief", Preferences: "[]"})
			return err
		})
		if got := fieldKeys(e); len(got) != 6 {
			t.Errorf("not all fields at once: %v", got)
		}
	})
}

func TestAStaleVersionOverwritesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a, c := lea(t, d), client(t, d, "Boulangerie Lunel", "lunel.example")
		p := contact(t, d, c.ID, "Ana", "ana@lunel.example")
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			first := []func() error{
				func() error { b := a; b.Name = "Léa M."; _, err := UpdateAgent(ctx, tx, by, noon, b); return err },
				func() error { b := c; b.Note = "1"; _, err := UpdateClient(ctx, tx, by, noon, b); return err },
				func() error { b := p; b.Phone = "1"; _, err := UpdateContact(ctx, tx, by, noon, b); return err },
			}
			for _, change := range first {
				if err := change(); err != nil {
					return err
				}
			}
			for i, change := range first {
				if err := change(); !fault.Is(err, fault.Conflict) {
					t.Errorf("%d: a second change of the same version gives %v", i, err)
				}
			}
			return nil
		})
	})
}

func TestClientsDomains(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		group := client(t, d, "Groupe Éole", "Eole.Example", "éole.example", "@eole.example")
		branch := client(t, d, "Éole Sud", "sud.eole.example")
		if want := []string{"eole.example", "xn--ole-9la.example"}; !slices.Equal(group.Domains, want) {
			t.Fatalf("domains %v, want %v", group.Domains, want)
		}
		for domain, want := range map[string]int64{"eole.example": group.ID, "paris.eole.example": group.ID,
			"sud.eole.example": branch.ID, "a.b.sud.eole.example": branch.ID, "noneole.example": 0, "example": 0, "": 0} {
			got, ok, err := ClientByDomain(t.Context(), d, domain)
			if err != nil || ok != (want != 0) || got.ID != want {
				t.Errorf("ClientByDomain(%q) = %d, %v, %v, want %d", domain, got.ID, ok, err, want)
			}
		}
		e := refused(t, d, fault.Invalid, func(ctx context.Context, tx *db.Tx) error {
			_, err := CreateClient(ctx, tx, by, noon, Client{Name: "groupe eole", Language: "fr", Domains: []string{"eole.example", "gmail.com", "co.uk", "not a domain"}})
			return err
		})
		if got := fieldKeys(e); !slices.Equal(got, []string{"domains=people.err.public_domain", "domains=people.err.public_domain", "domains=people.err.domain"}) &&
			len(got) != 3 {
			t.Error(got)
		}
		e = refused(t, d, fault.Invalid, func(ctx context.Context, tx *db.Tx) error {
			_, err := CreateClient(ctx, tx, by, noon, Client{Name: "groupe eole", Language: "fr", Domains: []string{"eole.example"}})
			return err
		})
		if got := fieldKeys(e); !slices.Equal(got, []string{"name=people.err.client_name", "domains=people.err.domain_taken"}) {
			t.Error(got)
		}
		group.Domains = []string{"eole.example"}
		write(t, d, func(ctx context.Context, tx *db.Tx) (err error) {
			group, err = UpdateClient(ctx, tx, by, noon, group)
			return err
		})
		if got, err := ClientByID(t.Context(), d, group.ID); err != nil || !slices.Equal(got.Domains, group.Domains) || got.Version != 2 {
			t.Errorf("after the change: %+v, %v", got, err)
		}
	})
}

func TestASenderFindsItsPlace(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := client(t, d, "Boulangerie Lunel", "lunel.example")
		find := func(address, name string) (p Contact, cl Client, created bool) {
			write(t, d, func(ctx context.Context, tx *db.Tx) (err error) {
				p, cl, created, err = FindOrCreateByEmail(ctx, tx, journal.System(), noon, address, name, words.French)
				return err
			})
			return p, cl, created
		}
		known, cl, created := find("Ana@Lunel.example", "Ana Costa")
		if !created || known.ClientID != c.ID || cl.ID != c.ID || known.Name != "Ana Costa" {
			t.Errorf("known domain: %+v, %v", known, created)
		}
		again, _, created := find("ANA@lunel.EXAMPLE", "Somebody Else")
		if created || again.ID != known.ID || again.Name != "Ana Costa" {
			t.Errorf("the same address: %+v, %v", again, created)
		}
		if plus, _, created := find("ana+help@lunel.example", "Ana"); !created || plus.ID == known.ID {
			t.Error("a plus-address is not an address of its own")
		}
		stranger, cl, _ := find("someone@elsewhere.example", "")
		if stranger.ClientID != 0 || cl.ID != 0 || stranger.Name != "someone@elsewhere.example" {
			t.Errorf("stranger: %+v", stranger)
		}
		if named, _, _ := find("someone@elsewhere.example", "Some One"); named.ID != stranger.ID || named.Name != "Some One" {
			t.Errorf("a nameless contact learns no name: %+v", named)
		}
		if nobody, _, created := find("not an address", "X"); created || nobody.ID != 0 {
			t.Errorf("what is no address gives %+v", nobody)
		}
	})
}

func TestAttachMovesOrMakes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := client(t, d, "Cabinet Rive", "rive.example")
		p := contact(t, d, 0, "Noé", "noe@perso.example")
		for _, address := range []string{"noe@perso.example", "new@perso.example", "noe@perso.example"} {
			write(t, d, func(ctx context.Context, tx *db.Tx) error {
				got, err := Attach(ctx, tx, by, noon, address, "", c.ID, nil)
				if err == nil && (got.ClientID != c.ID || address == "noe@perso.example" && got.ID != p.ID) {
					t.Errorf("Attach(%s) = %+v", address, got)
				}
				return err
			})
		}
		if n := kinds(t, d); n["contact.changed"] != 1 || n["contact.created"] != 2 {
			t.Errorf("journal %v", n)
		}
		refused(t, d, fault.Invalid, func(ctx context.Context, tx *db.Tx) error {
			_, err := Attach(ctx, tx, by, noon, "x@perso.example", "", 99999, nil)
			return err
		})
	})
}

func TestADeadAddressIsNotWrittenTo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := contact(t, d, 0, "Noé", "old@rive.example", "new@rive.example")
		if p.Email() != "old@rive.example" {
			t.Fatal(p.Email())
		}
		mark := func() (was bool) {
			write(t, d, func(ctx context.Context, tx *db.Tx) (err error) {
				was, err = MarkDead(ctx, tx, journal.System(), noon, "OLD@rive.example", "550 5.1.1 no such user")
				return err
			})
			return was
		}
		if !mark() || mark() {
			t.Error("MarkDead does not say whether the address was alive")
		}
		got, err := ContactByID(t.Context(), d, p.ID)
		if err != nil || got.Email() != "new@rive.example" || got.Addresses[0].DeadReason != "550 5.1.1 no such user" {
			t.Errorf("%+v, %v", got, err)
		}
		got.Phone = "+33 1 99 00 00 00"
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			if got, err = UpdateContact(ctx, tx, by, noon, got); err != nil || got.Addresses[0].DeadAt.IsZero() {
				t.Errorf("an edit brings the address back: %+v, %v", got, err)
			}
			return Revive(ctx, tx, by, noon, "old@rive.example")
		})
		if got, err := ContactByID(t.Context(), d, p.ID); err != nil || got.Email() != "old@rive.example" {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

func TestAContactsFieldsAreCheckedTogether(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		contact(t, d, 0, "Ana", "ana@lunel.example")
		e := refused(t, d, fault.Invalid, func(ctx context.Context, tx *db.Tx) error {
			_, err := CreateContact(ctx, tx, by, noon, Contact{Language: "xx", Addresses: []Address{{Address: "broken"}}})
			return err
		})
		if len(e.Fields) != 2 { // the name is taken from what was given as an address
			t.Error(fieldKeys(e))
		}
		e = refused(t, d, fault.Invalid, func(ctx context.Context, tx *db.Tx) error {
			_, err := CreateContact(ctx, tx, by, noon, Contact{Name: "B", ClientID: 77, SiteID: 78, Addresses: []Address{{Address: "ANA@lunel.example"}}})
			return err
		})
		if got := fieldKeys(e); !slices.Equal(got, []string{"clientId=fault.choice", "siteId=fault.choice", "addresses=people.err.address_taken"}) {
			t.Error(got)
		}
	})
}

func TestHostileTextStaysOneHarmlessLine(t *testing.T) {
	for in, want := range map[string]string{
		"Ana\u202eexe.tsoC":         "Anaexe.tsoC",
		"  Ana \t\r\n Costa ":       "Ana Costa",
		"A\x00na\x1b[31m":           "Ana[31m",
		"<script>alert(1)</script>": "<script>alert(1)</script>",
		"Ele\u0301na":               "Eléna",
		"bad\xffutf":                "bad\uFFFDutf",
	} {
		if got := tidy(in); got != want {
			t.Errorf("tidy(%q) = %q, want %q", in, got, want)
		}
	}
}
