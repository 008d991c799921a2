package intake

import (
	"context"
	"crypto/rand"
	"strings"
	"time"

	"guichet/internal/answer"
	"guichet/internal/journal"
	"guichet/internal/mail"
	"guichet/internal/mailbox"
	"guichet/internal/outbox"
	"guichet/internal/people"
	"guichet/internal/ticket"
	"guichet/internal/words"
)

// fresh is how old a mail may be to be acknowledged: a mailbox that is connected
// for the first time must not thank people for last year.
const fresh = 24 * time.Hour

// converse takes a mail of a person, of a calendar or of a machine: it joins its
// ticket or opens one.
func (t *taking) converse(ctx context.Context, ours map[string]int64) (verdict, error) {
	m := t.Mail
	c, client, _, err := people.FindOrCreateByEmail(ctx, t.tx, journal.System(), t.now, m.From.Addr, m.From.Name, words.Language(""))
	if err != nil {
		return verdict{}, err
	}
	if err := t.doubt(ctx, c.ClientID); err != nil {
		return verdict{}, err
	}
	if err := t.alive(ctx); err != nil {
		return verdict{}, err
	}
	th, err := t.find(ctx, c)
	if err != nil {
		return verdict{}, err
	}
	if th.because != "" {
		return t.join(ctx, th, c, ours)
	}
	var seems int64
	if th.near == 0 {
		if seems, err = t.follows(ctx); err != nil {
			return verdict{}, err
		}
		th.near = seems
	}
	v, err := t.open(ctx, th.near, c, client, ours)
	if seems != 0 {
		v.reason = "intake.because.follows"
	}
	return v, err
}

// alive takes back that mail to the sender fails: who writes now is there to be
// answered. A full mailbox was emptied, a refusal was a server's mistake.
func (t *taking) alive(ctx context.Context) error {
	if t.Mail.Kind != mail.KindPerson || len(t.doubts) > 0 || t.Origin.Source != "imap" || t.now.Sub(t.reported()) > fresh {
		return nil
	}
	return people.Revive(ctx, t.tx, journal.System(), t.now, t.Mail.From.Addr)
}

func (t *taking) join(ctx context.Context, th thread, c people.Contact, ours map[string]int64) (verdict, error) {
	v := verdict{fate: Joined, reason: "intake.because." + strings.ReplaceAll(th.because, "-", "_"),
		args: map[string]any{"number": th.ticket.Number}, ticketID: th.ticket.ID}
	m, err := t.add(ctx, th.ticket, ticket.In, c)
	if err != nil {
		return v, err
	}
	v.entryID = m.ID
	if len(t.doubts) > 0 { // whoever it is, and whomever they name, nobody is to be answered unseen
		return v, nil
	}
	return v, t.company(ctx, th.ticket, c, ours, "cc", ticket.Proposed)
}

func (t *taking) open(ctx context.Context, near int64, c people.Contact, client people.Client, ours map[string]int64) (verdict, error) {
	m := t.Mail
	box, err := t.mailbox(ctx, ours)
	if err != nil {
		return verdict{}, err
	}
	o := ticket.Opening{Subject: subjectOf(m), ClientID: client.ID, RequesterID: c.ID, RequesterName: nameOf(m, c), MailboxID: box.ID,
		Channel: "mail", Language: languageOf(c, client, box), ReportedAt: t.reported(), ActivityAt: t.activity(), LinkedID: near, By: by(c)}
	v := verdict{fate: Opened, reason: "intake.because.new", args: map[string]any{}}
	switch {
	case m.Kind == mail.KindAlert:
		o.Channel = "alert"
		v = verdict{fate: Alerted, reason: "intake.because.alert", args: t.sign()}
	case near != 0:
		v.reason = "intake.because.linked"
	case t.unprompted():
		v.reason, v.args = "intake.because.generated", t.sign()
	case m.From.Addr == "":
		v.reason = "intake.because.no_sender"
	}
	tk, err := ticket.OpenNew(ctx, t.tx, t.now, o)
	if err != nil {
		return v, err
	}
	if near != 0 {
		if other, err := ticket.ByID(ctx, t.tx, near); err == nil {
			v.args["number"] = other.Number
		}
	}
	msg, err := t.add(ctx, tk, ticket.In, c)
	if err != nil {
		return v, err
	}
	v.ticketID, v.entryID = tk.ID, msg.ID
	if err := t.company(ctx, tk, c, ours, "requester", ticket.Active); err != nil {
		return v, err
	}
	return v, t.acknowledge(ctx, tk, c, client, box)
}

// message is the mail as a ticket keeps it.
func (t *taking) message(c people.Contact) ticket.Message {
	m := t.Mail
	folds := make([]ticket.Fold, len(m.Folds))
	for i, f := range m.Folds {
		folds[i] = ticket.Fold{Kind: string(f.Kind), Start: f.Start, End: f.End}
	}
	return ticket.Message{Direction: ticket.In, MailID: t.id, Raw: t.Raw.Hash,
		ContactID: c.ID, From: ticket.Person{Name: m.From.Name, Address: strings.ToLower(m.From.Addr)}, Recipients: recipients(m),
		Subject: m.Subject, MessageID: m.MessageID, At: t.reported(), Body: m.Text, HTML: m.HTML != "", Folds: folds,
		Attachments: answer.Attachments(m)}
}

// add puts the mail into a ticket as a message, and remembers its ids.
func (t *taking) add(ctx context.Context, tk ticket.Ticket, way ticket.Direction, c people.Contact) (ticket.Message, error) {
	m := t.Mail
	msg := t.message(c)
	msg.Direction = way
	msg, err := ticket.Add(ctx, t.tx, by(c), t.now, t.activity(), tk, msg)
	if err != nil {
		return msg, err
	}
	if err := ticket.Know(ctx, t.tx, ticket.Ref{ID: m.MessageID, TicketID: tk.ID, ClientID: c.ClientID, Origin: "theirs"}); err != nil {
		return msg, err
	}
	if way != ticket.In {
		return msg, nil
	}
	return msg, t.aliases(ctx, tk, c)
}

// aliases keeps the ids that the mail refers to and nobody has seen, for answers
// to them that come later from the same client.
func (t *taking) aliases(ctx context.Context, tk ticket.Ticket, c people.Contact) error {
	for _, id := range t.ids() {
		if _, own := mail.OwnTicket(t.cfg.Key, id); own || t.heard[id] {
			continue
		}
		if err := ticket.KnowAlias(ctx, t.tx, id, tk.ID, c.ClientID); err != nil {
			return err
		}
	}
	return nil
}

// company makes the sender take part in a role, and proposes who was in copy: they
// receive nothing until a technician has seen them.
func (t *taking) company(ctx context.Context, tk ticket.Ticket, c people.Contact, ours map[string]int64, role string, sender ticket.State) error {
	m := t.Mail
	if m.From.Addr != "" {
		if err := ticket.Join(ctx, t.tx, ticket.Participant{TicketID: tk.ID, Address: strings.ToLower(m.From.Addr), ContactID: c.ID,
			Name: nameOf(m, c), Role: role, State: sender, Since: t.now}); err != nil {
			return err
		}
	}
	const most = 50
	list := append(append([]mail.Address{}, m.To...), m.Cc...)
	for _, a := range list[:min(len(list), most)] {
		address := strings.ToLower(a.Addr)
		if _, mine := ours[address]; mine || address == "" {
			continue
		}
		if err := ticket.Join(ctx, t.tx, ticket.Participant{TicketID: tk.ID, Address: address, Name: a.Name, Role: "cc",
			State: ticket.Proposed, Since: t.now}); err != nil {
			return err
		}
	}
	return nil
}

// acknowledge thanks a person of a known client for a fresh mail: never a
// machine, never a stranger, never who asks not to be.
func (t *taking) acknowledge(ctx context.Context, tk ticket.Ticket, c people.Contact, client people.Client, box mailbox.Mailbox) error {
	m := t.Mail
	if m.Kind != mail.KindPerson || m.NoAnswer || client.ID == 0 || c.ID == 0 || !box.Acknowledge || t.Origin.Source != "imap" || t.now.Sub(t.reported()) > fresh {
		return nil
	}
	address, ok := mail.SendableAddress(strings.ToLower(m.From.Addr))
	if !ok {
		return nil
	}
	_, err := answer.QueueAcknowledgement(ctx, t.tx, t.cfg, t.now, tk, box, address, rand.Text())
	return err
}

type mailboxKey struct{ id int64 }

// mailbox is the one that the mail came through; for a file, the one that it is
// addressed to.
func (t *taking) mailbox(ctx context.Context, ours map[string]int64) (mailbox.Mailbox, error) {
	id := t.Origin.MailboxID
	for _, a := range append(append([]mail.Address{}, t.Mail.To...), t.Mail.Cc...) {
		if id == 0 {
			id = ours[strings.ToLower(a.Addr)]
		}
	}
	if id == 0 {
		return mailbox.Mailbox{}, nil
	}
	if v, ok := t.tx.Remembered(mailboxKey{id}); ok {
		return v.(mailbox.Mailbox), nil
	}
	box, err := mailbox.ByID(ctx, t.tx, id)
	t.tx.Remember(mailboxKey{id}, box)
	return box, err
}

// reported is when the mail was written, where it says so believably.
func (t *taking) reported() time.Time {
	d := t.Mail.Date
	if d.IsZero() || d.After(t.now) || d.Year() < 1990 {
		return t.now
	}
	return d.UTC()
}

// activity is where the ticket goes in lists: now for what arrives, whatever
// date it claims; its own date for what is imported.
func (t *taking) activity() time.Time {
	if t.Origin.Source == "imap" {
		return t.now
	}
	return t.reported()
}

func by(c people.Contact) journal.Actor {
	if c.ID == 0 {
		return journal.System()
	}
	return journal.Contact(c.ID)
}

func recipients(m *mail.Message) []ticket.Person {
	const most = 100
	var out []ticket.Person
	for _, a := range m.To[:min(len(m.To), most)] {
		out = append(out, ticket.Person{Address: strings.ToLower(a.Addr), Name: a.Name, Role: "to"})
	}
	for _, a := range m.Cc[:min(len(m.Cc), most)] {
		out = append(out, ticket.Person{Address: strings.ToLower(a.Addr), Name: a.Name, Role: "cc"})
	}
	return out
}

func nameOf(m *mail.Message, c people.Contact) string {
	for _, name := range []string{c.Name, m.From.Name, m.From.Addr} {
		if name != "" {
			return name
		}
	}
	return ""
}

// subjectOf never gives an empty subject: a list must have something to show.
func subjectOf(m *mail.Message) string {
	if s := strings.TrimSpace(m.Subject); s != "" {
		return s
	}
	for line := range strings.Lines(m.Reply()) {
		if line = strings.TrimSpace(line); line != "" {
			return line
		}
	}
	return "(…)"
}

func languageOf(c people.Contact, client people.Client, box mailbox.Mailbox) string {
	for _, l := range []string{string(c.Language), string(client.Language), box.Language} {
		if l != "" {
			return l
		}
	}
	return string(words.French)
}

// undelivered marks in the outbox what a report says of each recipient.
func (t *taking) undelivered(ctx context.Context, about []string, v *verdict) error {
	if t.Mail.Bounce == nil {
		return nil
	}
	for _, r := range t.Mail.Bounce.Recipients {
		v.args["address"] = r.Addr
		known, err := outbox.Bounced(ctx, t.tx, t.now, about, strings.ToLower(r.Addr), r.Status+" "+r.Reason, r.Permanent)
		if err != nil {
			return err
		}
		// Whoever holds one id of ours can report on any address.
		if !r.Permanent || !known {
			continue
		}
		if _, err := people.MarkDead(ctx, t.tx, journal.System(), t.now, r.Addr, r.Status+" "+r.Reason); err != nil {
			return err
		}
	}
	return nil
}
