package people

import (
	"context"
	"encoding/base64"
	"strconv"
	"strings"

	"guichet/internal/db"
)

// Filter says which part of a list is wanted, in order of name.
type Filter struct {
	Client int64  // contacts of this client only, 0 for all
	Text   string // every word must stand in the name, in an address or in a domain
	Cursor string // what the page before returned, "" for the first page
	Limit  int    // rows, 50 for 0, 200 at most
}

const (
	pageRows    = 50
	mostRows    = 200
	wordsTested = 6 // of a search; more would only make the statement longer
)

func (f Filter) rows() int {
	if f.Limit <= 0 {
		return pageRows
	}
	return min(f.Limit, mostRows)
}

// where collects conditions and their arguments.
type where struct {
	text string
	args []any
}

func (w *where) and(condition string, args ...any) {
	w.text += " AND " + condition
	w.args = append(w.args, args...)
}

// words asks that each word of a search stands in one of the columns, or in the
// values of a table that belongs to the row. (Neither engine's LIKE and INSTR
// are the other's; replace is.)
func (w *where) words(text, column, others, value string) {
	for i, word := range strings.Fields(db.Fold(tidy(text))) {
		if i == wordsTested {
			return
		}
		w.and("(replace("+column+", ?, '') <> "+column+" OR EXISTS (SELECT 1 FROM "+others+
			" AND replace("+value+", ?, '') <> "+value+"))", word, word)
	}
}

// after continues a list where its cursor says; a cursor that is none starts it
// again.
func (w *where) after(cursor, fold, id string) {
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	name, number, ok := strings.Cut(string(raw), "\x00")
	last, bad := strconv.ParseInt(number, 10, 64)
	if err == nil && bad == nil && ok {
		w.and("("+fold+", "+id+") > (?, ?)", name, last)
	}
}

func cursor(name string, id int64) string {
	return base64.RawURLEncoding.EncodeToString([]byte(db.Fold(name) + "\x00" + strconv.FormatInt(id, 10)))
}

// Clients returns a page of clients, those merged into others left out, and the
// cursor of the next page ("" for none).
func Clients(ctx context.Context, q db.Querier, f Filter) ([]Client, string, error) {
	w := where{text: "merged_into IS NULL"}
	w.words(f.Text, "client.fold", "client_domain d WHERE d.client_id = client.id", "d.domain")
	w.after(f.Cursor, "fold", "id")
	w.args = append(w.args, f.rows()+1)
	list, err := db.All(ctx, q, clientFields, "SELECT "+clientColumns+" FROM client WHERE "+w.text+" ORDER BY fold, id LIMIT ?", w.args...)
	if err != nil {
		return nil, "", err
	}
	next := ""
	if len(list) > f.rows() {
		list = list[:f.rows()]
		next = cursor(list[len(list)-1].Name, list[len(list)-1].ID)
	}
	of := map[int64]*Client{}
	for i := range list {
		of[list[i].ID] = &list[i]
	}
	domains, err := db.All(ctx, q, func(d *ownedDomain) []any { return []any{&d.domain, &d.client} },
		"SELECT domain, client_id FROM client_domain WHERE client_id IN "+db.In(mostRows)+" ORDER BY domain", ids(of)...)
	for _, d := range domains {
		of[d.client].Domains = append(of[d.client].Domains, d.domain)
	}
	return list, next, err
}

// Contacts returns a page of contacts with their addresses, those merged into
// others and erased left out, and the cursor of the next page ("" for none).
func Contacts(ctx context.Context, q db.Querier, f Filter) ([]Contact, string, error) {
	w := where{text: "c.merged_into IS NULL AND c.erased_at IS NULL"}
	if f.Client != 0 {
		w.and("c.client_id = ?", f.Client)
	}
	w.words(f.Text, "c.fold", "contact_address a WHERE a.contact_id = c.id", "a.address")
	w.after(f.Cursor, "c.fold", "c.id")
	w.args = append(w.args, f.rows()+1)
	list, err := db.All(ctx, q, contactFields, "SELECT "+contactColumns+" FROM contact c WHERE "+w.text+" ORDER BY c.fold, c.id LIMIT ?", w.args...)
	if err != nil {
		return nil, "", err
	}
	next := ""
	if len(list) > f.rows() {
		list = list[:f.rows()]
		next = cursor(list[len(list)-1].Name, list[len(list)-1].ID)
	}
	return list, next, withAddresses(ctx, q, list)
}

// withAddresses reads the addresses of a page of contacts.
func withAddresses(ctx context.Context, q db.Querier, list []Contact) error {
	of := map[int64]*Contact{}
	for i := range list {
		of[list[i].ID] = &list[i]
	}
	type owned struct {
		Address
		contact int64
	}
	all, err := db.All(ctx, q, func(o *owned) []any { return []any{&o.Address.Address, &o.DeadAt, &o.DeadReason, &o.contact} },
		"SELECT address, dead_at, dead_reason, contact_id FROM contact_address WHERE contact_id IN "+db.In(mostRows)+
			" ORDER BY contact_id, position, address", ids(of)...)
	for _, o := range all {
		of[o.contact].Addresses = append(of[o.contact].Addresses, o.Address)
	}
	return err
}

// ids gives a page's ids as a list of always the same length, so that it is one
// statement.
func ids[T any](of map[int64]T) []any {
	out := make([]any, 0, mostRows)
	for id := range of {
		out = append(out, id)
	}
	for len(out) < mostRows {
		out = append(out, int64(0))
	}
	return out
}

// ClientCounts are what a client has.
type ClientCounts struct{ Contacts, Sites int }

// CountClient counts a client's contacts and sites.
func CountClient(ctx context.Context, q db.Querier, client int64) (ClientCounts, error) {
	return db.One(ctx, q, func(c *ClientCounts) []any { return []any{&c.Contacts, &c.Sites} }, `SELECT
		(SELECT COUNT(*) FROM contact WHERE client_id = ? AND merged_into IS NULL AND erased_at IS NULL),
		(SELECT COUNT(*) FROM site WHERE client_id = ?)`, client, client)
}
