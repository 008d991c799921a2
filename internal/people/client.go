package people

import (
	"context"
	"slices"
	"strings"
	"time"

	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/journal"
	"guichet/internal/words"
)

// Colours is how many client colours the interface has; a client's is 0 to
// Colours-1.
const Colours = 8

// Client is an organisation under contract.
type Client struct {
	ID         int64
	Name       string
	Domains    []string // normalised, in order of the alphabet; a domain belongs to one client
	Language   words.Language
	Colour     int // below 0 when created: one is chosen
	Note       string
	CreatedAt  time.Time
	MergedInto int64 // the client that took this one over, 0 for none
	Version    int64
}

// Validate says every field that can't be taken.
func (c Client) Validate() error {
	var check fault.Check
	check.That(c.Name != "", "name", "fault.empty")
	check.That(short(c.Name, maxName), "name", "fault.too_long", "max", maxName)
	check.That(language(c.Language), "language", "fault.choice")
	check.That(c.Colour >= 0 && c.Colour < Colours, "colour", "fault.range", "min", 0, "max", Colours-1)
	check.That(short(c.Note, maxNote), "note", "fault.too_long", "max", maxNote)
	check.That(len(c.Domains) <= 200, "domains", "people.err.domains", "max", 200)
	for _, d := range c.Domains {
		domain, ok := NormalDomain(d)
		check.That(ok, "domains", "people.err.domain", "domain", d)
		check.That(!ok || !PublicProvider(domain), "domains", "people.err.public_domain", "domain", d)
	}
	return check.Err()
}

// tidied returns the client as it is stored, where it can be.
func (c Client) tidied() Client {
	c.Name, c.Note = tidy(c.Name), plainText(c.Note)
	var domains []string
	for _, d := range c.Domains {
		domain, _ := NormalDomain(d)
		if domain != "" && !slices.Contains(domains, domain) {
			domains = append(domains, domain)
		}
	}
	slices.Sort(domains)
	c.Domains = domains
	return c
}

const clientColumns = "client.id, client.name, client.language, client.colour, client.note, client.created_at, client.merged_into, client.version"

func clientFields(c *Client) []any {
	return []any{&c.ID, &c.Name, (*string)(&c.Language), &c.Colour, &c.Note, &c.CreatedAt, &c.MergedInto, &c.Version}
}

// ClientByID returns one client with its domains, or a Missing fault. A client
// that was merged is returned as it is, with MergedInto.
func ClientByID(ctx context.Context, q db.Querier, id int64) (Client, error) {
	c, err := db.One(ctx, q, clientFields, "SELECT "+clientColumns+" FROM client WHERE id = ?", id)
	if err != nil {
		return c, gone(err)
	}
	c.Domains, err = db.Values[string](ctx, q, "SELECT domain FROM client_domain WHERE client_id = ? ORDER BY domain", id)
	return c, err
}

// ClientByDomain returns the client that a normalised domain or the nearest
// domain above it belongs to. ok is false for a domain of nobody.
func ClientByDomain(ctx context.Context, q db.Querier, domain string) (c Client, ok bool, err error) {
	ids, err := db.All(ctx, q, func(d *ownedDomain) []any { return []any{&d.domain, &d.client} },
		"SELECT domain, client_id FROM client_domain WHERE domain IN "+db.In(parentsAsked), parentArgs(domain)...)
	if err != nil || len(ids) == 0 {
		return Client{}, false, err
	}
	nearest := slices.MaxFunc(ids, func(a, b ownedDomain) int { return len(a.domain) - len(b.domain) })
	c, err = ClientByID(ctx, q, nearest.client)
	return c, err == nil, err
}

type ownedDomain struct {
	domain string
	client int64
}

// parentsAsked is how many domains one statement asks about.
const parentsAsked = 6

// parentArgs gives the domain and those above it; of a very deep one, itself and
// its uppermost.
func parentArgs(domain string) []any {
	up := parents(domain)
	if len(up) > parentsAsked {
		up = append(up[:1:1], up[len(up)-parentsAsked+1:]...)
	}
	args := make([]any, parentsAsked)
	for i := range args {
		args[i] = ""
		if i < len(up) {
			args[i] = up[i]
		}
	}
	return args
}

// CreateClient adds a client; ID, CreatedAt and Version are given here.
func CreateClient(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, c Client) (Client, error) {
	c = c.tidied()
	id, err := tx.NewID(ctx)
	if err != nil {
		return c, err
	}
	if c.Colour < 0 {
		c.Colour = int(id % Colours)
	}
	if err := c.Validate(); err != nil {
		return c, err
	}
	if err := clientFree(ctx, tx, c); err != nil {
		return c, err
	}
	c.ID, c.CreatedAt, c.MergedInto, c.Version = id, now.UTC().Truncate(time.Millisecond), 0, 1
	if _, err := tx.Exec(ctx, `INSERT INTO client (id, name, fold, language, colour, note, created_at, version)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, c.ID, c.Name, db.Fold(c.Name), string(c.Language), c.Colour, c.Note, c.CreatedAt, c.Version); err != nil {
		return c, err
	}
	if err := keepDomains(ctx, tx, c.ID, nil, c.Domains); err != nil {
		return c, err
	}
	return c, happened(ctx, tx, by, now, "client.created", c.ID, clientEdits(Client{Colour: c.Colour}, c))
}

// UpdateClient stores c as the client c.ID now is, with exactly these domains;
// c.Version is the one that was read.
func UpdateClient(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, c Client) (Client, error) {
	c = c.tidied()
	had, err := ClientByID(ctx, tx, c.ID)
	if err != nil {
		return c, err
	}
	if had.MergedInto != 0 {
		return c, fault.New(fault.Missing, "fault.gone")
	}
	if err := stale(had.Version, c.Version); err != nil {
		return c, err
	}
	if err := c.Validate(); err != nil {
		return c, err
	}
	if err := clientFree(ctx, tx, c); err != nil {
		return c, err
	}
	c.CreatedAt, c.MergedInto, c.Version = had.CreatedAt, 0, had.Version
	changes := clientEdits(had, c)
	if len(changes) == 0 {
		return c, nil
	}
	c.Version++
	if err := stored(tx.Exec(ctx, `UPDATE client SET name = ?, fold = ?, language = ?, colour = ?, note = ?, version = ?
		WHERE id = ? AND version = ?`, c.Name, db.Fold(c.Name), string(c.Language), c.Colour, c.Note, c.Version, c.ID,
		had.Version)); err != nil {
		return c, err
	}
	if err := keepDomains(ctx, tx, c.ID, had.Domains, c.Domains); err != nil {
		return c, err
	}
	return c, happened(ctx, tx, by, now, "client.changed", c.ID, changes)
}

func clientEdits(had, c Client) edits {
	var e edits
	e.note("name", had.Name, c.Name, 0)
	e.note("domains", strings.Join(had.Domains, ", "), strings.Join(c.Domains, ", "), 0)
	e.note("language", had.Language, c.Language, 0)
	e.note("colour", had.Colour, c.Colour, 0)
	e.note("note", had.Note, c.Note, 0)
	return e
}

// clientFree refuses a name or a domain that another client has.
func clientFree(ctx context.Context, q db.Querier, c Client) error {
	var check fault.Check
	same, err := db.Value[int64](ctx, q, "SELECT COUNT(*) FROM client WHERE fold = ? AND id <> ? AND merged_into IS NULL", db.Fold(c.Name), c.ID)
	if err != nil {
		return err
	}
	check.That(same == 0, "name", "people.err.client_name", "name", c.Name)
	for _, d := range c.Domains {
		owners, err := db.Values[string](ctx, q, `SELECT c.name FROM client_domain d JOIN client c ON c.id = d.client_id
			WHERE d.domain = ? AND d.client_id <> ?`, d, c.ID)
		if err != nil {
			return err
		}
		if len(owners) > 0 {
			check.That(false, "domains", "people.err.domain_taken", "domain", ShowDomain(d), "client", owners[0])
		}
	}
	return check.Err()
}

func keepDomains(ctx context.Context, tx *db.Tx, client int64, had, want []string) error {
	for _, d := range had {
		if !slices.Contains(want, d) {
			if _, err := tx.Exec(ctx, "DELETE FROM client_domain WHERE domain = ?", d); err != nil {
				return err
			}
		}
	}
	for _, d := range want {
		if !slices.Contains(had, d) {
			if _, err := tx.Exec(ctx, "INSERT INTO client_domain (domain, client_id) VALUES (?, ?)", d, client); err != nil {
				return err
			}
		}
	}
	return nil
}
