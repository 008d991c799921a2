package app

import (
	"context"
	"strings"

	"guichet/app/demo"
	"guichet/internal/db"
	"guichet/internal/intake"
	"guichet/internal/people"
	"guichet/internal/ticket"
)

// outcomes tells what became of each mail, from the data alone.
func (r *rehearsal) outcomes(ctx context.Context) ([]demo.Outcome, error) {
	openers, err := r.openers(ctx)
	if err != nil {
		return nil, err
	}
	var out []demo.Outcome
	for id, name := range r.names {
		row, err := intake.MailByID(ctx, r.db, id)
		if err != nil {
			return nil, err
		}
		o, err := r.outcome(ctx, name, row, openers)
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, nil
}

// openers says which mail opened each ticket.
func (r *rehearsal) openers(ctx context.Context) (map[int64]string, error) {
	type pair struct{ ticket, mail int64 }
	rows, err := db.All(ctx, r.db, func(p *pair) []any { return []any{&p.ticket, &p.mail} },
		"SELECT ticket_id, MIN(id) FROM mail WHERE fate IN ('opened', 'alert', 'unreadable') GROUP BY ticket_id")
	out := map[int64]string{}
	for _, p := range rows {
		out[p.ticket] = r.names[p.mail]
	}
	return out, err
}

func (r *rehearsal) outcome(ctx context.Context, name string, row intake.Row, openers map[int64]string) (demo.Outcome, error) {
	o := demo.Outcome{Name: name, Fate: fateOf(row), Because: becauseOf(row.Reason)}
	if row.Fate != intake.Opened && row.Fate != intake.Alerted {
		o.Joins = openers[row.TicketID]
	}
	if row.DuplicateOf != 0 {
		o.Joins = r.names[row.DuplicateOf]
	}
	if row.TicketID == 0 {
		return o, nil
	}
	t, err := ticket.ByID(ctx, r.db, row.TicketID)
	if err != nil {
		return o, err
	}
	o.Linked = openers[t.LinkedID]
	if err := r.who(ctx, t, &o); err != nil || row.EntryID == 0 {
		return o, err
	}
	n, err := db.Value[int64](ctx, r.db, "SELECT COUNT(*) FROM acknowledgement WHERE ticket_id = ?", t.ID)
	if err != nil {
		return o, err
	}
	o.Acknowledged = n > 0 && openers[t.ID] == name
	m, err := ticket.MessageByID(ctx, r.db, row.EntryID)
	if err != nil {
		return o, err
	}
	shown(m, &o)
	return o, nil
}

// who fills in the client and the requester of a ticket.
func (r *rehearsal) who(ctx context.Context, t ticket.Ticket, o *demo.Outcome) error {
	if t.ClientID != 0 {
		c, err := people.ClientByID(ctx, r.db, t.ClientID)
		if err != nil {
			return err
		}
		o.Client = c.Name
	}
	if t.RequesterID != 0 {
		c, err := people.ContactByID(ctx, r.db, t.RequesterID)
		if err != nil {
			return err
		}
		if len(c.Addresses) > 0 {
			o.Requester = c.Addresses[0].Address
		}
	}
	return nil
}

// shown fills in what the message looks like: its text without the folds, the
// folds, its files.
func shown(m ticket.Message, o *demo.Outcome) {
	for _, a := range m.Attachments {
		if a.Inline {
			o.Inline++
		} else {
			o.Attachments++
		}
	}
	var b strings.Builder
	from := 0
	for _, f := range m.Folds {
		b.WriteString(m.Body[from:f.Start])
		from = f.End
		o.Folded = append(o.Folded, f.Kind)
	}
	b.WriteString(m.Body[from:])
	o.Text = b.String()
}

// fateOf names a fate as the files beside the mails do.
func fateOf(row intake.Row) string {
	if row.Kind == "meeting" && (row.Fate == intake.Opened || row.Fate == intake.Joined) {
		return "meeting"
	}
	return string(row.Fate)
}

func becauseOf(reason string) string {
	return strings.ReplaceAll(strings.TrimPrefix(reason, "intake.because."), "_", "-")
}
