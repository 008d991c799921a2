package people

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/words"
)

// Import is a file and how it is understood.
type Import struct {
	Table    Table
	Mapping  Mapping
	Language words.Language // of the clients that it makes; "" is French
	// Digest is that of the plan that a person has seen; ApplyImport refuses to do
	// anything else. "" applies whatever the plan is now.
	Digest string
}

// Action is what an import does about a row.
type Action string

// The actions.
const (
	Create Action = "create"
	Update Action = "update"
	Same   Action = "same"
	Refuse Action = "refuse"
)

// ImportRow is what happens to one row. Problem says why it is refused.
type ImportRow struct {
	Line    int // in the file, from 1
	Action  Action
	Name    string
	Email   string
	Client  string
	Problem *Problem
}

// Problem is a sentence of the catalogue and its arguments.
type Problem struct {
	Key  string
	Args map[string]any
}

// ImportPlan is what an import does, before it does it.
type ImportPlan struct {
	Rows    []ImportRow
	Clients []string       // the clients that it makes
	Totals  map[Action]int // rows by action
	Digest  string

	steps []step
}

// step is one change: the contact as it will be, and how it was (ID 0 for a new
// one). A client or site with a negative id is one that the import makes.
type step struct{ had, want Contact }

// PlanImport says what an import does, row by row. Applying it and planning again
// gives only rows that are the same or refused.
func PlanImport(ctx context.Context, q db.Querier, im Import) (ImportPlan, error) {
	p, err := planner(ctx, q, im)
	if err != nil {
		return ImportPlan{}, err
	}
	return p.plan, nil
}

func planner(ctx context.Context, q db.Querier, im Import) (*plan, error) {
	k, err := whoIsKnown(ctx, q)
	if err != nil {
		return nil, err
	}
	p := &plan{known: k, touched: map[int64]int{}, plan: ImportPlan{Totals: map[Action]int{}}}
	p.plan.Rows = make([]ImportRow, len(im.Table.Rows))
	// Rows without an address mean a person by name. They come last: who has which
	// name at which client is then settled, now and when the file comes again.
	for _, named := range []bool{false, true} {
		for i, line := range im.Table.Rows {
			if (line.cell(im.Mapping.Email) == "") == named {
				p.plan.Rows[i] = p.row(line, im.Mapping)
			}
		}
	}
	h := sha256.New()
	for _, r := range p.plan.Rows {
		fmt.Fprintln(h, r.Line, r.Action, r.Name, r.Email, r.Client)
	}
	for _, s := range p.plan.steps {
		fmt.Fprintf(h, "%+v\n%+v\n", s.had, s.want)
	}
	p.plan.Clients = p.known.needed(p.plan.steps)
	p.plan.Digest = hex.EncodeToString(h.Sum(nil))
	return p, nil
}

type plan struct {
	known   *known
	touched map[int64]int // contact -> the line that spoke of it first
	plan    ImportPlan
}

// row plans one row and notes what it does. A file changes a contact once: a
// second row that would change it again is refused.
func (p *plan) row(line Line, m Mapping) ImportRow {
	r := ImportRow{Line: line.Number, Email: line.cell(m.Email), Client: line.cell(m.Client)}
	r.Name = strings.TrimSpace(line.cell(m.First) + " " + line.cell(m.Name))
	had, want, problem := p.meant(r, line, m)
	switch {
	case problem != nil:
		r.Action, r.Problem = Refuse, problem
	case had.ID == 0:
		r.Action = Create
		want.ID = p.known.newID()
	case len(contactEdits(had, want)) == 0:
		r.Action = Same
	default:
		r.Action = Update
	}
	if line, again := p.touched[want.ID]; again && r.Action == Update {
		r.Action, r.Problem = Refuse, problemOf("people.import.twice", "line", line)
	}
	if r.Action == Create || r.Action == Update {
		p.plan.steps = append(p.plan.steps, step{had, want})
		p.known.learn(want)
	}
	if _, again := p.touched[want.ID]; !again && r.Action != Refuse {
		p.touched[want.ID] = line.Number
	}
	if r.Action != Refuse && r.Name == "" {
		r.Name = want.Name
	}
	p.plan.Totals[r.Action]++
	r.Name, r.Email, r.Client = cut(r.Name, maxName), cut(r.Email, maxName), cut(r.Client, maxName)
	return r
}

// meant finds the contact that a row is about and what it makes of it.
func (p *plan) meant(r ImportRow, line Line, m Mapping) (had, want Contact, problem *Problem) {
	addresses, problem := addressesIn(r.Email)
	if problem != nil {
		return had, want, problem
	}
	language, ok := languageOf(line.cell(m.Language))
	switch {
	case r.Name == "" && len(addresses) == 0:
		return had, want, problemOf("people.import.empty")
	case !ok:
		return had, want, problemOf("people.import.language", "text", cut(line.cell(m.Language), 40))
	case !short(r.Client, maxName) || !short(line.cell(m.Site), maxName):
		return had, want, problemOf("fault.too_long", "max", maxName)
	case r.Client == "" && line.cell(m.Site) != "":
		return had, want, problemOf("people.import.site", "site", cut(line.cell(m.Site), 60))
	}
	client := p.known.client(r.Client)
	if client == 0 && len(addresses) > 0 {
		client = p.known.ofDomain(domainOf(addresses[0]))
	}
	if had, problem = p.known.who(r.Name, client, addresses); problem != nil {
		return had, want, problem
	}
	want = over(had, r, line.cell(m.Phone), language, addresses)
	if client != had.ClientID && (had.ID == 0 || r.Client != "") {
		want.ClientID, want.SiteID = client, 0
	}
	if site := line.cell(m.Site); site != "" {
		want.SiteID = p.known.site(client, site)
	}
	return had, want, problemIn(want.Validate())
}

// over lays a row's values over a contact; an empty cell changes nothing.
func over(had Contact, r ImportRow, phone string, l words.Language, addresses []string) Contact {
	want := had
	want.Addresses = slices.Clone(had.Addresses)
	if r.Name != "" {
		want.Name = r.Name
	}
	if phone != "" {
		want.Phone = phone
	}
	if l != "" {
		want.Language = l
	}
	for _, a := range addresses {
		want.Addresses = append(want.Addresses, Address{Address: a})
	}
	return want.tidied() // which drops an address that is there twice
}

// addressesIn reads the cell of addresses: one, or several with any mark between
// them, each perhaps with a name and angle brackets.
func addressesIn(cell string) (list []string, problem *Problem) {
	for _, piece := range strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune(";,|", r) }) {
		piece = strings.TrimSpace(piece)
		if open := strings.LastIndexByte(piece, '<'); open >= 0 && strings.HasSuffix(piece, ">") {
			piece = piece[open+1 : len(piece)-1]
		}
		if piece == "" {
			continue
		}
		address, ok := NormalAddress(strings.TrimPrefix(piece, "mailto:"))
		if !ok {
			return nil, problemOf("people.err.address", "address", cut(piece, 80))
		}
		list = append(list, address)
	}
	return list, nil
}

func problemOf(key string, args ...any) *Problem {
	e := fault.New(fault.Invalid, key, args...)
	return &Problem{e.Key, e.Args}
}

// problemIn gives the first field at fault of what Validate says.
func problemIn(err error) *Problem {
	e, ok := fault.As(err)
	if !ok || len(e.Fields) == 0 {
		return nil
	}
	return &Problem{e.Fields[0].Key, e.Fields[0].Args}
}
