package people

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"guichet/internal/db"
)

// known is everybody there is, as an import's rows find them, and those that the
// rows before have made. What an import makes has a negative id until it is made.
type known struct {
	contacts map[int64]Contact
	owner    map[string]int64   // address -> contact
	names    map[string][]int64 // client and folded name -> contacts
	clients  map[string]int64   // folded name -> client
	domains  map[string]int64
	sites    map[string]int64 // client and folded name -> site
	made     map[int64]Site   // clients (Name) and sites to be made
	next     int64
}

func underClient(client int64, name string) string { return fmt.Sprint(client, " ", db.Fold(name)) }

// whoIsKnown reads all clients, sites and contacts: a file may speak of any.
func whoIsKnown(ctx context.Context, q db.Querier) (*known, error) {
	k := &known{contacts: map[int64]Contact{}, owner: map[string]int64{}, names: map[string][]int64{}, clients: map[string]int64{},
		domains: map[string]int64{}, sites: map[string]int64{}, made: map[int64]Site{}}
	if err := k.loadClients(ctx, q); err != nil {
		return nil, err
	}
	all, err := db.All(ctx, q, contactFields, "SELECT "+contactColumns+" FROM contact c WHERE c.merged_into IS NULL AND c.erased_at IS NULL ORDER BY c.id")
	if err != nil {
		return nil, err
	}
	type owned struct {
		Address
		contact int64
	}
	addresses, err := db.All(ctx, q, func(o *owned) []any { return []any{&o.Address.Address, &o.DeadAt, &o.DeadReason, &o.contact} },
		"SELECT address, dead_at, dead_reason, contact_id FROM contact_address ORDER BY contact_id, position, address")
	if err != nil {
		return nil, err
	}
	of := map[int64][]Address{}
	for _, o := range addresses {
		of[o.contact] = append(of[o.contact], o.Address)
	}
	for _, c := range all {
		c.Addresses = of[c.ID]
		k.learn(c)
	}
	return k, nil
}

func (k *known) loadClients(ctx context.Context, q db.Querier) error {
	clients, err := db.All(ctx, q, clientFields, "SELECT "+clientColumns+" FROM client ORDER BY id DESC")
	if err != nil {
		return err
	}
	into := map[int64]int64{}
	for _, c := range clients {
		into[c.ID] = c.MergedInto
	}
	for _, merged := range []bool{true, false} { // a client's own name counts before that of one it took over
		for _, c := range clients {
			id := c.ID
			for range mergesFollowed {
				if into[id] == 0 {
					break
				}
				id = into[id]
			}
			if (c.MergedInto != 0) == merged {
				k.clients[db.Fold(c.Name)] = id
			}
		}
	}
	domains, err := db.All(ctx, q, func(d *ownedDomain) []any { return []any{&d.domain, &d.client} }, "SELECT domain, client_id FROM client_domain")
	if err != nil {
		return err
	}
	for _, d := range domains {
		k.domains[d.domain] = d.client
	}
	sites, err := db.All(ctx, q, siteFields, "SELECT "+siteColumns+" FROM site ORDER BY id DESC")
	for _, s := range sites {
		k.sites[underClient(s.ClientID, s.Name)] = s.ID
	}
	return err
}

func (k *known) newID() int64 {
	k.next--
	return k.next
}

// learn notes a contact, in place of what was known of it.
func (k *known) learn(c Contact) {
	if had, ok := k.contacts[c.ID]; ok {
		key := underClient(had.ClientID, had.Name)
		k.names[key] = slices.DeleteFunc(k.names[key], func(id int64) bool { return id == c.ID })
	}
	k.contacts[c.ID] = c
	key := underClient(c.ClientID, c.Name)
	k.names[key] = append(k.names[key], c.ID)
	for _, a := range c.Addresses {
		k.owner[a.Address] = c.ID
	}
}

// who finds the contact that a row means: by its addresses; without an address,
// by the name at the client; and where the address is new, a namesake at the
// client that has no address yet. The zero Contact is a new one.
func (k *known) who(name string, client int64, addresses []string) (Contact, *Problem) {
	var found []int64
	for _, a := range addresses {
		if id, ok := k.owner[a]; ok && !slices.Contains(found, id) {
			found = append(found, id)
		}
	}
	if len(found) > 1 {
		return Contact{}, problemOf("people.import.two", "a", k.contacts[found[0]].Name, "b", k.contacts[found[1]].Name)
	}
	if len(found) == 0 && name != "" {
		found = slices.Clone(k.names[underClient(client, name)])
		if len(addresses) > 0 {
			found = slices.DeleteFunc(found, func(id int64) bool { return len(k.contacts[id].Addresses) > 0 })
		}
	}
	switch {
	case len(found) == 0:
		return Contact{}, nil
	case len(found) > 1:
		return Contact{}, problemOf("people.import.namesakes", "name", cut(name, 80))
	}
	return k.contacts[found[0]], nil
}

// client finds a client by its name, or notes one to be made; 0 for no name.
func (k *known) client(name string) int64 {
	fold := db.Fold(name)
	if fold == "" {
		return 0
	}
	if k.clients[fold] == 0 {
		k.clients[fold] = k.newID()
		k.made[k.clients[fold]] = Site{Name: name}
	}
	return k.clients[fold]
}

// site finds a client's site by its name, or notes one to be made.
func (k *known) site(client int64, name string) int64 {
	key := underClient(client, name)
	if k.sites[key] == 0 {
		k.sites[key] = k.newID()
		k.made[k.sites[key]] = Site{ClientID: client, Name: name}
	}
	return k.sites[key]
}

// ofDomain finds the client of a domain or of the nearest one above it.
func (k *known) ofDomain(domain string) int64 {
	for _, d := range parents(domain) {
		if id := k.domains[d]; id != 0 {
			return id
		}
	}
	return 0
}

// needed names the clients to be made that a step needs, in order of name.
func (k *known) needed(steps []step) (names []string) {
	seen := map[int64]bool{}
	for _, s := range steps {
		if id := s.want.ClientID; id < 0 && !seen[id] {
			seen[id] = true
			names = append(names, k.made[id].Name)
		}
	}
	slices.SortFunc(names, func(a, b string) int { return strings.Compare(db.Fold(a), db.Fold(b)) })
	return names
}
