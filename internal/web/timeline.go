package web

import (
	"context"
	"fmt"
	"slices"
	"unicode/utf8"

	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/intake"
	"guichet/internal/journal"
	"guichet/internal/people"
	"guichet/internal/ticket"
)

func getTicket(ctx context.Context, d *door, in *ticketIn) (ticketView, error) {
	return d.ticketView(ctx, in.ID.n())
}

// ticketView reads a whole ticket from one snapshot: what is shown together is
// from the same moment.
func (d *door) ticketView(ctx context.Context, number int64) (v ticketView, err error) {
	err = d.DB.View(ctx, func(q db.Querier) error {
		v, err = readTicket(ctx, q, who(ctx).agent.ID, number)
		return err
	})
	return v, err
}

func readTicket(ctx context.Context, q db.Querier, agent, number int64) (v ticketView, err error) {
	if _, err := ticket.ByID(ctx, q, number); err != nil {
		return v, err // with the sentence of a ticket that is not there
	}
	row, err := ticket.RowByID(ctx, q, agent, number)
	if err != nil {
		return v, err
	}
	v = ticketView{TicketRow: rowOf(row), Channel: channel(row.Channel), MailboxID: idOf(row.MailboxID),
		PendingReason: waitsFor(row.PendingReason), LastEntryID: idOf(row.LastEntryID),
		Times: ticketTimes{ms(row.OutageAt), ms(row.ReportedAt), ms(row.TakenAt), ms(row.ResolvedAt), ms(row.ClosedAt)}}
	for _, read := range []func(context.Context, db.Querier, int64, ticket.Row, *ticketView) error{
		readRequester, readParticipants, readLinked} {
		if err := read(ctx, q, agent, row, &v); err != nil {
			return v, err
		}
	}
	newest, err := readTimeline(ctx, q, number, nil, timelinePage)
	if err != nil {
		return v, err
	}
	v.Timeline, v.Earlier = newest.Items, newest.Earlier
	if v.Draft, err = readDraft(ctx, q, agent, number); err != nil {
		return v, err
	}
	v.NoteDraft, err = ticket.UnsentNote(ctx, q, agent, number)
	return v, err
}

func readRequester(ctx context.Context, q db.Querier, agent int64, t ticket.Row, v *ticketView) error {
	if t.RequesterID == 0 {
		return nil
	}
	c, err := people.Current(ctx, q, t.RequesterID)
	if err != nil {
		return err
	}
	r := requester{ID: idOf(c.ID), Name: c.Name, Phone: c.Phone, Language: language(c.Language),
		Addresses: each(c.Addresses, func(a people.Address) string { return a.Address })}
	if c.ClientID != 0 {
		client, err := people.ClientByID(ctx, q, c.ClientID)
		if err != nil {
			return err
		}
		r.Client = &clientRef{idOf(client.ID), client.Name, client.Colour}
	}
	v.Requester = &r
	const shown = 6
	rows, _, err := ticket.List(ctx, q, ticket.Query{Person: c.ID, Agent: agent, Limit: shown})
	rows = slices.DeleteFunc(rows, func(r ticket.Row) bool { return r.ID == t.ID })
	v.LastTickets = each(rows[:min(len(rows), shown-1)], rowOf)
	return err
}

func readParticipants(ctx context.Context, q db.Querier, _ int64, t ticket.Row, v *ticketView) error {
	all, err := ticket.Participants(ctx, q, t.ID)
	v.Participants = each(all, func(p ticket.Participant) participant {
		return participant{Address: p.Address, Name: p.Name, ContactID: idOf(p.ContactID), Role: partRole(p.Role),
			State: partState(p.State), Why: &said{Key: whyTaking(p.Role)}}
	})
	return err
}

func whyTaking(role string) string {
	if role == "requester" {
		return "answer.why.requester"
	}
	return "answer.why.participant"
}

func readLinked(ctx context.Context, q db.Querier, _ int64, t ticket.Row, v *ticketView) error {
	if t.LinkedID == 0 {
		return nil
	}
	l, err := ticket.ByID(ctx, q, t.LinkedID)
	if err != nil {
		return err
	}
	v.Linked = &ticketRef{idOf(l.ID), l.Number, l.Subject}
	if t.Status != ticket.New && t.Status != ticket.Open {
		return nil
	}
	entries, err := ticket.Entries(ctx, q, t.ID)
	if err != nil || len(entries) != 1 || entries[0].ID != t.LastInID {
		return err // what was said since would stay behind
	}
	m, err := ticket.MessageByID(ctx, q, t.LastInID)
	if err != nil || m.MailID == 0 {
		return err
	}
	mail, err := intake.MailByID(ctx, q, m.MailID)
	v.Follows = &proposal{idOf(mail.ID), mail.Version}
	return err
}

func agentNames(ctx context.Context, q db.Querier) (map[int64]string, error) {
	all, err := people.Agents(ctx, q)
	names := make(map[int64]string, len(all))
	for _, a := range all {
		names[a.ID] = a.Name
	}
	return names, err
}

func messageOf(m ticket.Message, names map[int64]string) timelineItem {
	item := messageItem{Direction: direction(m.Direction), From: mailAddress{m.From.Name, m.From.Address}, ContactID: idOf(m.ContactID),
		Subject: m.Subject, Text: m.Body, Folds: foldsOf(m.Body, m.Folds), HasHTML: m.HTML, MailID: idOf(m.MailID),
		Attachments: each(m.Attachments, attachmentOf)}
	if m.AgentID != 0 {
		item.Agent = &agentRef{idOf(m.AgentID), names[m.AgentID]}
	}
	for _, r := range m.Recipients {
		if to := (mailAddress{r.Name, r.Address}); r.Role == "cc" {
			item.CC = append(item.CC, to)
		} else {
			item.To = append(item.To, to)
		}
	}
	return timelineItem{ID: string(idOf(m.ID)), Type: "message", At: ms(m.At), Message: &item}
}

func attachmentOf(a ticket.Attachment) attachment {
	return attachment{Part: a.Part, Name: a.Name, Type: a.Type, Size: a.Size, Inline: a.Inline, Dangerous: dangerous(a.Name)}
}

// foldsOf turns byte offsets into the UTF-16 units that JavaScript counts in.
func foldsOf(text string, folds []ticket.Fold) list[fold] {
	out := make(list[fold], 0, len(folds))
	at, units := 0, 0
	advance := func(to int) int {
		for at < to && at < len(text) {
			r, size := utf8.DecodeRuneInString(text[at:])
			at += size
			units++
			if r > 0xFFFF {
				units++
			}
		}
		return units
	}
	for _, f := range folds { // ordered, apart from each other
		start := advance(f.Start)
		out = append(out, fold{foldKind(f.Kind), start, advance(f.End)})
	}
	return out
}

// told are the kinds of entries that have a sentence of their own.
var told = map[string]bool{"ticket.opened": true, "ticket.imported": true, "ticket.history": true, "ticket.unhistory": true, "ticket.changed": true, "ticket.qualified": true, "answer.undone": true, "outbox.retried": true,
	"outbox.settled": true, "outbox.sent": true, "outbox.failed": true, "outbox.uncertain": true, "outbox.bounced": true, "outbox.uncopied": true,
	"mail.reassigned": true, "mail.restored": true, "mail.rescued": true, "acknowledgement.sent": true, "acknowledgement.failed": true,
	"acknowledgement.uncertain": true, "acknowledgement.bounced": true, "acknowledgement.settled": true, "acknowledgement.retried": true,
	"acknowledgement.uncopied": true}

func eventOf(e journal.Entry, names, contacts map[int64]string) timelineItem {
	event := eventItem{Kind: e.Kind, Actor: eventActor{Kind: e.Actor.Kind, ID: idOf(e.Actor.ID), Name: actorName(e.Actor, names, contacts)}}
	event.Said = said{Key: "web.event.other", Args: map[string]any{"name": event.Actor.Name, "kind": e.Kind}}
	if told[e.Kind] {
		event.Said.Key = "web.event." + e.Kind
	}
	for _, c := range e.Changes {
		if c.Field == "source" { // an archive, as people call it
			event.Said.Args["source"] = c.After
		}
	}
	event.Changes = each(e.Changes, func(c journal.Change) change {
		return change{Field: c.Field, Before: shown(c.Field, c.Before, names), After: shown(c.Field, c.After, names)}
	})
	return timelineItem{ID: "event-" + string(idOf(e.Seq)), Type: "event", At: ms(e.At), Event: &event}
}

// contactNames adds the contacts who did something to a ticket.
func contactNames(ctx context.Context, q db.Querier, entries []journal.Entry) (map[int64]string, error) {
	names := map[int64]string{}
	for _, e := range entries {
		if _, known := names[e.Actor.ID]; known || e.Actor.Kind != "contact" {
			continue
		}
		c, err := people.ContactByID(ctx, q, e.Actor.ID)
		if err != nil && !fault.Is(err, fault.Missing) {
			return nil, err
		}
		names[e.Actor.ID] = c.Name
	}
	return names, nil
}

// actorName says who did it.
func actorName(a journal.Actor, agents, contacts map[int64]string) string {
	switch a.Kind {
	case "agent":
		return agents[a.ID]
	case "contact":
		return contacts[a.ID]
	}
	return "Guichet"
}

// shown writes a value of the journal as text; an agent by name.
func shown(field string, v any, names map[int64]string) string {
	switch v := v.(type) {
	case nil:
		return ""
	case float64: // as JSON reads a number
		if field == "assignee" {
			return names[int64(v)]
		}
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprint(v)
}
