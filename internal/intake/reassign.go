package intake

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"guichet/internal/blob"
	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/journal"
	"guichet/internal/people"
	"guichet/internal/ticket"
)

// Target is where a technician puts a mail.
type Target string

// The targets.
const (
	ToTicket Target = "ticket"
	ToNew    Target = "new"
	ToAside  Target = "aside"
	ToSpam   Target = "spam" // set aside as such
	ToDesk   Target = "desk" // not spam: to the ticket that it answers, else to a new one
)

// Reassign corrects the fate of a mail: to another ticket, to a new one, or out
// of all. version is the one that the caller saw. A ticket that is left without
// a word is closed. UndoReassign takes it back.
func Reassign(ctx context.Context, d *db.DB, cfg Config, by journal.Actor, now time.Time, id, version int64, to Target, ticketID int64) (Row, error) {
	v := verdict{ticketID: ticketID, args: map[string]any{}}
	switch to {
	case ToTicket:
		v.fate, v.reason = Joined, "intake.because.by_hand"
		if ticketID == 0 {
			return Row{}, fault.New(fault.Missing, "ticket.err.missing")
		}
	case ToNew:
		v.fate, v.reason, v.ticketID = Opened, "intake.because.by_hand", 0
	case ToAside:
		v.fate, v.reason, v.ticketID = SetAside, "intake.because.by_hand", 0
	case ToSpam:
		v.fate, v.reason, v.ticketID = Spam, "intake.because.by_hand", 0
	case ToDesk:
		v.reason, v.ticketID = "intake.because.by_hand", 0
	default:
		return Row{}, fault.New(fault.Invalid, "fault.choice")
	}
	return reassign(ctx, d, cfg, by, now, id, version, v, "mail.reassigned")
}

// UndoReassign gives a mail back the fate that it had before the last Reassign.
func UndoReassign(ctx context.Context, d *db.DB, cfg Config, by journal.Actor, now time.Time, id, version int64) (Row, error) {
	history, err := journal.Of(ctx, d, "mail", id)
	if err != nil {
		return Row{}, err
	}
	for i := len(history) - 1; i >= 0; i-- {
		e := history[i]
		if e.Kind == "mail.restored" {
			break
		}
		if e.Kind == "mail.reassigned" {
			v := before(e)
			v.since = e.At
			return reassign(ctx, d, cfg, by, now, id, version, v, "mail.restored")
		}
	}
	return Row{}, fault.New(fault.Conflict, "intake.err.nothing_to_undo")
}

// before reads the former fate out of an entry.
func before(e journal.Entry) verdict {
	v := verdict{args: map[string]any{}}
	for _, c := range e.Changes {
		switch c.Field {
		case "fate":
			v.fate = Fate(fmt.Sprint(c.Before))
		case "reason":
			v.reason = fmt.Sprint(c.Before)
		case "args":
			// What this program wrote itself a moment ago.
			_ = json.Unmarshal([]byte(fmt.Sprint(c.Before)), &v.args)
		case "ticket":
			if n, ok := c.Before.(float64); ok {
				v.ticketID = int64(n)
			}
		}
	}
	return v
}

// reassign takes the mail's message out of where it is and puts it, read again
// from the raw source, where it goes.
func reassign(ctx context.Context, d *db.DB, cfg Config, by journal.Actor, now time.Time, id, version int64, v verdict, kind string) (Row, error) {
	row, err := MailByID(ctx, d, id)
	if err != nil {
		return row, err
	}
	p, err := again(ctx, d, cfg, row)
	if err != nil {
		return row, err
	}
	err = d.Write(ctx, func(tx *db.Tx) error {
		if row, err = MailByID(ctx, tx, id); err != nil {
			return err
		}
		if row.Version != version {
			return fault.New(fault.Conflict, "fault.conflict")
		}
		t := &taking{tx: tx, cfg: cfg, now: now, Prepared: p, id: id}
		if v.fate == "" {
			if err := t.belongs(ctx, &v); err != nil {
				return err
			}
		}
		if err := t.leave(ctx, by, row); err != nil {
			return err
		}
		if err := t.reopen(ctx, by, v); err != nil {
			return err
		}
		if err := t.settleIn(ctx, &v); err != nil {
			return err
		}
		if err := t.send(ctx, row, v.fate, kind); err != nil {
			return err
		}
		return t.moved(ctx, by, row, v, kind)
	})
	if err != nil {
		return row, err
	}
	return MailByID(ctx, d, id)
}

// reopen gives a ticket the status back that it had before the mail left it empty,
// where nobody has changed it since.
func (t *taking) reopen(ctx context.Context, by journal.Actor, v verdict) error {
	if v.since.IsZero() || v.ticketID == 0 {
		return nil
	}
	entries, err := journal.Of(ctx, t.tx, "ticket", v.ticketID)
	if err != nil {
		return err
	}
	for _, e := range slices.Backward(entries) {
		for _, c := range e.Changes {
			if c.Field != "status" {
				continue
			}
			was := ticket.Status(fmt.Sprint(c.Before))
			if !e.At.Equal(v.since) || was == ticket.Pending { // whose date may be over
				return nil
			}
			_, err := ticket.Change(ctx, t.tx, by, t.now, v.ticketID, 0, ticket.Patch{Status: &was})
			return err
		}
	}
	return nil
}

// belongs fills in where a mail goes that was set aside wrongly.
func (t *taking) belongs(ctx context.Context, v *verdict) error {
	c, _, _, err := people.ByEmail(ctx, t.tx, t.Mail.From.Addr)
	if err != nil {
		return err
	}
	if err := t.doubt(ctx, c.ClientID); err != nil {
		return err
	}
	th, err := t.find(ctx, c)
	v.fate, v.ticketID = Opened, 0
	if th.because != "" {
		v.fate, v.ticketID = Joined, th.ticket.ID
	}
	return err
}

// again reads a mail from its kept source.
func again(ctx context.Context, d *db.DB, cfg Config, row Row) (*Prepared, error) {
	r, _, err := blob.Open(ctx, d, cfg.Blobs, row.Raw)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return Prepare(cfg, Origin{Source: row.Source, MailboxID: row.MailboxID}, r)
}

// leave takes the message out of its ticket with the ids and the people that it
// brought, and closes a ticket that has nothing left.
func (t *taking) leave(ctx context.Context, by journal.Actor, row Row) error {
	if row.EntryID == 0 {
		return nil
	}
	if err := ticket.Take(ctx, t.tx, row.EntryID); err != nil {
		return err
	}
	if err := ticket.ForgetAliases(ctx, t.tx, row.TicketID, t.ids()); err != nil {
		return err
	}
	if err := ticket.Uninvite(ctx, t.tx, row.TicketID); err != nil {
		return err
	}
	tk, err := ticket.ByID(ctx, t.tx, row.TicketID)
	if err != nil || tk.LastEntryID != 0 {
		return err
	}
	closed := ticket.Closed
	_, err = ticket.Change(ctx, t.tx, by, t.now, tk.ID, 0, ticket.Patch{Status: &closed})
	return err
}

// settleIn puts the message where the verdict says. A message that a technician
// places is one of a person, whatever the program took it for.
func (t *taking) settleIn(ctx context.Context, v *verdict) error {
	if v.ticketID == 0 && v.fate != Opened {
		return nil
	}
	ours, err := t.addresses(ctx)
	if err != nil {
		return err
	}
	c, client, _, err := people.FindOrCreateByEmail(ctx, t.tx, journal.System(), t.now, t.Mail.From.Addr, t.Mail.From.Name, "")
	if err != nil {
		return err
	}
	role := "cc" // a ticket that is there has its requester
	if v.ticketID == 0 {
		role = "requester"
		box, err := t.mailbox(ctx, ours)
		if err != nil {
			return err
		}
		tk, err := ticket.OpenNew(ctx, t.tx, t.now, ticket.Opening{Subject: subjectOf(t.Mail), ClientID: client.ID, RequesterID: c.ID,
			RequesterName: nameOf(t.Mail, c), MailboxID: box.ID, Channel: "mail", Language: languageOf(c, client, box),
			ReportedAt: t.reported(), By: by(c)})
		if err != nil {
			return err
		}
		v.ticketID = tk.ID
	}
	tk, err := ticket.ByID(ctx, t.tx, v.ticketID)
	if err != nil {
		return err
	}
	m, err := t.add(ctx, tk, wayOf(v.fate), c)
	if err != nil {
		return err
	}
	v.entryID = m.ID
	return t.company(ctx, tk, c, ours, role, ticket.Active)
}

func wayOf(f Fate) ticket.Direction {
	switch f {
	case Bounced:
		return ticket.Bounce
	case AutoNoted:
		return ticket.Auto
	}
	return ticket.In
}

// moved writes the new fate and tells what it was before.
func (t *taking) moved(ctx context.Context, by journal.Actor, row Row, v verdict, kind string) error {
	oldArgs, err := json.Marshal(row.Args)
	if err != nil {
		return fmt.Errorf("reason of mail %d: %w", row.ID, err)
	}
	newArgs, err := json.Marshal(v.args)
	if err != nil {
		return fmt.Errorf("reason of mail %d: %w", row.ID, err)
	}
	if _, err := t.tx.Exec(ctx, `UPDATE mail SET fate = ?, reason = ?, reason_args = ?, ticket_id = ?, entry_id = ?, version = version + 1 WHERE id = ?`,
		string(v.fate), v.reason, string(newArgs), db.Null(v.ticketID), db.Null(v.entryID), row.ID); err != nil {
		return err
	}
	if row.Source != historySource { // of an archive nothing is counted
		if err := countFate(ctx, t.tx, row.Fate, -1); err != nil {
			return err
		}
		if err := countFate(ctx, t.tx, v.fate, 1); err != nil {
			return err
		}
	}
	_, err = journal.Append(ctx, t.tx, t.now, journal.Entry{Actor: by, Kind: kind, Subject: "mail", SubjectID: row.ID, TicketID: v.ticketID,
		Changes: []journal.Change{{Field: "fate", Before: string(row.Fate), After: string(v.fate)},
			{Field: "reason", Before: row.Reason, After: v.reason}, {Field: "args", Before: string(oldArgs), After: string(newArgs)},
			{Field: "ticket", Before: row.TicketID, After: v.ticketID}}})
	return err
}
