package web

import (
	"context"
	"strings"
	"unicode"

	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/people"
	"guichet/internal/ticket"
	"guichet/internal/words"
)

func listTickets(ctx context.Context, d *door, in *ticketsIn) (ticketPage, error) {
	after, err := ticket.ParseCursor(in.Cursor)
	if err != nil {
		return ticketPage{}, err
	}
	ask := ticket.Query{View: ticket.View(in.View), Client: in.Client.n(), Person: in.Contact.n(), Agent: who(ctx).agent.ID, After: after, Limit: in.Limit}
	var page ticketPage
	// One snapshot: some views are two lists, and a ticket may go from one to the other.
	err = d.DB.View(ctx, func(q db.Querier) error {
		rows, next, err := ticket.List(ctx, q, ask)
		if err != nil {
			return err
		}
		page = ticketPage{each(rows, rowOf), next.String()}
		return alarmed(ctx, q, page.Items, func(r *TicketRow) *TicketRow { return r })
	})
	return page, err
}

func rowOf(r ticket.Row) TicketRow {
	row := TicketRow{ID: idOf(r.ID), Number: r.Number, Subject: r.Subject, RequesterName: r.RequesterName, Status: status(r.Status),
		Level: r.Level, ActivityAt: ms(r.ActivityAt), Snippet: r.Snippet, Unread: r.Unread, HasFiles: r.Files,
		PendingUntil: ms(r.PendingUntil), LinkedNumber: r.LinkedNumber, Language: language(words.Parse(r.Language)), Version: r.Version}
	if r.ClientID != 0 {
		row.Client = &clientRef{idOf(r.ClientID), r.ClientName, r.ClientColour}
	}
	if r.AssigneeID != 0 {
		row.Assignee = &agentRef{idOf(r.AssigneeID), r.AssigneeName}
	}
	return row
}

func searchTickets(ctx context.Context, d *door, in *searchIn) (searchPage, error) {
	after, err := ticket.ParsePlace(in.Cursor)
	if err != nil {
		return searchPage{}, err
	}
	var page searchPage
	err = d.DB.View(ctx, func(q db.Querier) error {
		asker, err := d.asker(ctx, q)
		if err != nil {
			return err
		}
		s, unknown := ticket.ParseSearch(in.Q, asker)
		hits, next, err := ticket.Find(ctx, q, d.Now(), asker.Agent, s, ticket.Page{Order: ticket.Order(in.Sort), From: after, Limit: in.Limit})
		if err != nil {
			return err
		}
		page = searchPage{Unknown: unknown, Next: next.String(),
			Items: each(hits, func(h ticket.Hit) searchHit { return searchHit{rowOf(h.Row), excerpt(h.Text, s.Words)} })}
		return alarmed(ctx, q, page.Items, func(h *searchHit) *TicketRow { return &h.TicketRow })
	})
	return page, err
}

// asker is for whom a search line is read.
func (d *door) asker(ctx context.Context, q db.Querier) (ticket.Asker, error) {
	a := ticket.Asker{Agent: who(ctx).agent.ID, Zone: d.Answer.Zone}
	team, err := people.Agents(ctx, q)
	if err != nil {
		return a, err
	}
	a.Team = each(team, func(a people.Agent) ticket.Member { return ticket.Member{ID: a.ID, Name: a.Name} })
	a.Categories, err = ticket.NamedCategories(ctx, q, string(who(ctx).agent.Language))
	return a, err
}

// excerptWidth is how many words an excerpt has.
const excerptWidth = 24

// excerpt is the part of a text around the first word that was asked for, the
// hits marked. asked are folded words, the last perhaps the beginning of one.
func excerpt(text string, asked []string) list[excerptRun] {
	spaced := strings.Fields(text[:min(len(text), 64<<10)])
	first := 0
	for i, w := range spaced {
		if hits(w, asked) {
			first = i
			break
		}
	}
	from := max(0, first-excerptWidth/4)
	spaced = spaced[from:min(len(spaced), from+excerptWidth)]
	var runs list[excerptRun]
	for _, w := range spaced {
		hit := hits(w, asked)
		w = strings.ToValidUTF8(w, "\uFFFD")
		if n := len(runs) - 1; n >= 0 && runs[n].Hit == hit {
			runs[n].Text += " " + w
			continue
		}
		if len(runs) > 0 {
			runs[len(runs)-1].Text += " "
		}
		runs = append(runs, excerptRun{w, hit})
	}
	return runs
}

// hits says whether one of the words that a written word is made of was asked for.
func hits(written string, asked []string) bool {
	parts := strings.FieldsFunc(db.Fold(written), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for _, p := range parts {
		for i, a := range asked {
			if p == a || i == len(asked)-1 && len(a) >= 3 && strings.HasPrefix(p, a) {
				return true
			}
		}
	}
	return false
}

func createTicket(ctx context.Context, d *door, in *ticketNew) (out ticketMade, err error) {
	b := in.Body
	if b.Channel != "call" && b.Channel != "desk" {
		return out, &fault.Error{Kind: fault.Invalid, Key: "fault.fields", Fields: []fault.Field{{Name: "channel", Key: "fault.choice"}}}
	}
	now := d.Now()
	var c fault.Check
	c.That(strings.TrimSpace(b.Subject) != "", "subject", "fault.empty")
	c.That(!at(b.OutageAt).After(now), "outageAt", "ticket.err.outage_future")
	if err := c.Err(); err != nil {
		return out, err
	}
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		caller, err := callerOf(ctx, tx, d, in)
		if err != nil {
			return err
		}
		t, err := ticket.OpenNew(ctx, tx, now, ticket.Opening{Subject: b.Subject, ClientID: caller.ClientID, RequesterID: caller.ID,
			RequesterName: caller.Name, Channel: string(b.Channel), Language: string(caller.Language), OutageAt: at(b.OutageAt), By: actor(ctx)})
		if err != nil {
			return err
		}
		out = ticketMade{idOf(t.ID), t.Number}
		if email := caller.Email(); email != "" {
			if err := ticket.Join(ctx, tx, ticket.Participant{TicketID: t.ID, Address: email, ContactID: caller.ID, Name: caller.Name,
				Role: "requester", State: ticket.Active, Since: now}); err != nil {
				return err
			}
		}
		if strings.TrimSpace(b.Text) == "" {
			return nil
		}
		_, err = ticket.Add(ctx, tx, actor(ctx), now, now, t, ticket.Message{Direction: ticket.Call, ContactID: caller.ID,
			AgentID: who(ctx).agent.ID, From: ticket.Person{Name: caller.Name, Address: caller.Email()}, Subject: t.Subject, At: now, Body: b.Text})
		return err
	})
	return out, err
}

// callerOf finds the person that a ticket is opened for, or makes the contact.
// Nobody at all is allowed: a ticket may be about a client's server.
func callerOf(ctx context.Context, tx *db.Tx, d *door, in *ticketNew) (c people.Contact, err error) {
	b := in.Body
	switch {
	case b.ContactID.n() != 0:
		c, err = present(ctx, tx, b.ContactID.n())
	case b.Contact != nil:
		c, err = newCaller(ctx, tx, d, *b.Contact, b.ClientID.n())
	default:
		c.ClientID = b.ClientID.n()
	}
	if err != nil || c.ClientID == 0 {
		return c, err
	}
	client, err := served(ctx, tx, c.ClientID)
	if c.Language == "" {
		c.Language = client.Language
	}
	return c, err
}

// present is a contact whom a ticket may be for: the one that the given one was
// merged into, and nobody who was erased.
func present(ctx context.Context, q db.Querier, id int64) (people.Contact, error) {
	c, err := people.Current(ctx, q, id)
	if err == nil && !c.ErasedAt.IsZero() {
		err = fault.New(fault.Missing, "fault.gone")
	}
	return c, err
}

// served is a client whom a ticket may be for: none that another took over, whose
// tickets no list shows.
func served(ctx context.Context, q db.Querier, id int64) (people.Client, error) {
	c, err := people.ClientByID(ctx, q, id)
	if err == nil && c.MergedInto != 0 {
		err = fault.New(fault.Missing, "fault.gone")
	}
	return c, err
}

// newCaller takes a person who is not in the list yet. An address that somebody
// has already is that person.
func newCaller(ctx context.Context, tx *db.Tx, d *door, f callerForm, client int64) (people.Contact, error) {
	if f.Email != "" {
		if had, _, known, err := people.ByEmail(ctx, tx, f.Email); known || err != nil {
			return had, err
		}
	}
	c := people.Contact{Name: f.Name, Phone: f.Phone, ClientID: client}
	if f.Email != "" {
		c.Addresses = []people.Address{{Address: f.Email}}
	}
	return people.CreateContact(ctx, tx, actor(ctx), d.Now(), c)
}

func updateTicket(ctx context.Context, d *door, in *ticketPatch) (ticketView, error) {
	b := in.Body
	p := ticket.Patch{Subject: b.Subject, Level: b.Level, PendingReason: (*string)(b.PendingReason), Status: (*ticket.Status)(b.Status)}
	if b.PendingUntil != nil {
		until := at(*b.PendingUntil)
		p.PendingUntil = &until
	}
	if b.OutageAt != nil {
		outage := at(*b.OutageAt)
		p.OutageAt = &outage
	}
	p.AssigneeID, p.ClientID, p.RequesterID = numberOf(b.AssigneeID), numberOf(b.ClientID), numberOf(b.RequesterID)
	p.LinkedID = numberOf(b.LinkedID)
	err := d.DB.Write(ctx, func(tx *db.Tx) error {
		if err := fits(ctx, tx, &p); err != nil {
			return err
		}
		_, err := ticket.Change(ctx, tx, actor(ctx), d.Now(), in.ID.n(), b.Version, p)
		return err
	})
	if err != nil {
		return ticketView{}, err
	}
	return d.ticketView(ctx, in.ID.n())
}

func numberOf(i *id) *int64 {
	if i == nil {
		return nil
	}
	n := i.n()
	return &n
}

// fits checks what a patch points to in the other room, and fills in what
// follows: the requester's name, and the requester's client where none is given.
func fits(ctx context.Context, q db.Querier, p *ticket.Patch) error {
	if p.AssigneeID != nil && *p.AssigneeID != 0 {
		if a, err := people.AgentByID(ctx, q, *p.AssigneeID); err != nil {
			return err
		} else if !a.Active {
			return fault.New(fault.Refused, "people.err.inactive", "name", a.Name)
		}
	}
	if p.ClientID != nil && *p.ClientID != 0 {
		if _, err := served(ctx, q, *p.ClientID); err != nil {
			return err
		}
	}
	if p.LinkedID != nil && *p.LinkedID != 0 {
		if _, err := ticket.ByID(ctx, q, *p.LinkedID); err != nil {
			return err
		}
	}
	if p.RequesterID != nil && *p.RequesterID != 0 {
		c, err := present(ctx, q, *p.RequesterID)
		if err != nil {
			return err
		}
		p.RequesterID, p.RequesterName = &c.ID, &c.Name
		if p.ClientID == nil && c.ClientID != 0 {
			p.ClientID = &c.ClientID
		}
	}
	return nil
}

func markSeen(ctx context.Context, d *door, in *ticketSeen) error {
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		return ticket.Seen(ctx, tx, who(ctx).agent.ID, in.ID.n(), in.Body.EntryID.n())
	})
}

func addNote(ctx context.Context, d *door, in *noteNew) (out made, err error) {
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		n, err := ticket.AddNote(ctx, tx, who(ctx).agent.ID, d.Now(), in.ID.n(), in.Body.Text)
		out.ID = idOf(n)
		return err
	})
	return out, err
}

// keepNote keeps an internal note that is not written yet, for the agent alone.
func keepNote(ctx context.Context, d *door, in *notePut) error {
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := ticket.ByID(ctx, tx, in.ID.n()); err != nil {
			return err
		}
		return ticket.KeepNote(ctx, tx, who(ctx).agent.ID, in.ID.n(), in.Body.Text, d.Now())
	})
}
