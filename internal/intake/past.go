package intake

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"guichet/internal/blob"
	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/journal"
	"guichet/internal/mail"
	"guichet/internal/people"
	"guichet/internal/ticket"
)

// historySource marks the mails of an archive: they are old news, which the dock
// does not show and nothing counts.
const historySource = "history"

// HistoryOrigin is where the mails of an archive come from.
func HistoryOrigin() Origin { return Origin{Source: historySource} }

// Weighed is what a mail of an archive is found to be, before anything is written.
type Weighed struct {
	There    bool   // the desk has it
	Fate     Fate   // what would set it aside, "" for a mail of a conversation
	Reason   string // a key of words
	Args     map[string]any
	Own      bool  // from one of our addresses
	Known    bool  // the sender is a contact, or of a client's domain
	ClientID int64 // the sender's; where the mail is ours, that of whom it went to
	TicketID int64 // of the desk, to which it belongs by its ids
}

// Weigh says what a mail of an archive is, by the rules of what comes in today.
// The number in a subject counts for nothing: it may be another program's.
func Weigh(ctx context.Context, tx *db.Tx, cfg Config, now time.Time, p *Prepared) (w Weighed, err error) {
	t := &taking{tx: tx, cfg: cfg, now: now, Prepared: p}
	if w.There, err = t.there(ctx); err != nil || w.There {
		return w, err
	}
	if t.Mail.Fingerprint == ([32]byte{}) {
		return Weighed{Fate: Unreadable, Reason: "intake.because.unreadable", Args: map[string]any{"cause": errUnread.Error()}}, nil
	}
	ours, err := t.addresses(ctx)
	if err != nil {
		return w, err
	}
	_, mine := ours[strings.ToLower(t.Mail.From.Addr)]
	_, made := mail.OwnTicket(cfg.Key, t.Mail.MessageID)
	w.Own = mine || made
	c, err := t.party(ctx, &w, ours)
	if err != nil {
		return w, err
	}
	if w.TicketID, err = t.belongsBy(ctx, c, w.Own); err != nil || w.Own {
		return w, err
	}
	return w, t.setAside(ctx, &w)
}

// there says whether the desk has a mail: its bytes, or its content come by
// another way.
func (t *taking) there(ctx context.Context) (bool, error) {
	known, err := t.seen(ctx)
	if err != nil || known.MailID != 0 {
		return known.MailID != 0, err
	}
	if first, err := t.first(ctx); err != nil || first != 0 {
		return first != 0, err
	}
	if t.Mail.MessageID == "" {
		return false, nil
	}
	// An answer that left from here has no row as a mail: its Message-ID proves it.
	n, own := mail.OwnTicket(t.cfg.Key, t.Mail.MessageID)
	if !own {
		return false, nil
	}
	sent, err := db.Value[int64](ctx, t.tx, "SELECT COUNT(*) FROM message WHERE ticket_id = ? AND message_id = ?", n, t.Mail.MessageID)
	return sent > 0, err
}

// party finds whom a mail is from, or whom ours is to, and what is known of them.
func (t *taking) party(ctx context.Context, w *Weighed, ours map[string]int64) (people.Contact, error) {
	address := t.Mail.From.Addr
	if w.Own {
		address = other(t.Mail, ours).Addr
	}
	c, client, known, err := people.ByEmail(ctx, t.tx, address)
	if err != nil {
		return c, err
	}
	w.Known, w.ClientID = known, client.ID
	if !known {
		_, domain, _ := strings.Cut(address, "@")
		client, w.Known, err = people.ClientByDomain(ctx, t.tx, domain)
		w.ClientID = client.ID
		c.ClientID = client.ID
	}
	return c, err
}

// other is the first recipient who is not us.
func other(m *mail.Message, ours map[string]int64) mail.Address {
	for _, a := range append(append([]mail.Address{}, m.To...), m.Cc...) {
		if _, mine := ours[strings.ToLower(a.Addr)]; !mine && a.Addr != "" {
			return a
		}
	}
	return mail.Address{}
}

// belongsBy finds the ticket of the desk that a mail belongs to by its ids: those
// that it answers, or its own, where an answer to it came first. What we sent
// ourselves needs no proof of who takes part.
func (t *taking) belongsBy(ctx context.Context, c people.Contact, own bool) (int64, error) {
	th, err := t.byIDs(ctx, c)
	if err != nil || th.because != "" {
		return th.ticket.ID, err
	}
	if own && th.near != 0 {
		return th.near, nil
	}
	known, err := ticket.KnownBy(ctx, t.tx, []string{t.Mail.MessageID})
	for _, ref := range known {
		found, err := ticket.ByID(ctx, t.tx, ref.TicketID)
		if err != nil {
			return 0, err
		}
		takesPart, err := t.takesPart(ctx, found, c)
		if err != nil {
			return 0, err
		}
		if own || takesPart || c.ClientID != 0 && c.ClientID == found.ClientID {
			return found.ID, nil
		}
	}
	return 0, err
}

// setAside finds what keeps a mail out of conversations. An automatic answer and a
// delivery report may still belong to one.
func (t *taking) setAside(ctx context.Context, w *Weighed) error {
	blocked, err := t.blocked(ctx)
	switch {
	case err != nil:
		return err
	case blocked:
		w.Fate, w.Reason, w.Args = Spam, "intake.because.blocked", map[string]any{"address": t.Mail.From.Addr}
	case t.Mail.Kind == mail.KindBounce:
		w.Fate, w.Reason, w.Args = Bounced, "intake.because.bounce_of_nothing", map[string]any{"address": bouncedTo(t.Mail)}
	case t.Mail.Kind == mail.KindAutoReply && !t.unprompted():
		w.Fate, w.Reason, w.Args = AutoNoted, "intake.because.auto", t.sign()
	case t.Mail.Kind == mail.KindList && w.ClientID == 0:
		w.Fate, w.Reason, w.Args = Listed, "intake.because.list", t.sign()
	case t.Mail.Kind == mail.KindFeedback:
		w.Fate, w.Reason, w.Args = Reported, "intake.because.feedback", t.sign()
	case t.Spam != "" && w.TicketID == 0:
		w.Fate, w.Reason, w.Args = Spam, "intake.because.spam", map[string]any{"sign": t.Spam}
	}
	return nil
}

// bouncedTo is whom a delivery report says that a mail did not reach, "" for nobody.
func bouncedTo(m *mail.Message) string {
	if m.Bounce == nil || len(m.Bounce.Recipients) == 0 {
		return ""
	}
	return m.Bounce.Recipients[0].Addr
}

// Past says where a mail of an archive goes.
type Past struct {
	By       journal.Actor
	Source   string    // the archive, as people call it
	Since    time.Time // one instant for all participants that an archive brings
	Fate     Fate      // Opened, Joined, Bounced, AutoNoted; any other sets the mail aside
	Reason   string
	Args     map[string]any
	Own      bool
	TicketID int64     // where it goes, 0 for none or for the one that it opens
	At       time.Time // when it was written
	TakenAt  time.Time // of the ticket that it opens: the first answer in it
	ClosedAt time.Time // of the ticket that it opens: the last mail of its conversation
}

// Laid is what TakePast did with one mail.
type Laid struct {
	Outcome
	Refs     []string // ids that the ticket did not know
	Contacts []int64  // made for it
}

// ErrGone is of a mail whose ticket went away since the archive was looked at.
var ErrGone = fault.New(fault.Missing, "ticket.err.missing")

// Settle puts the large sources of mails on disk, before a transaction names them.
func Settle(cfg Config, batch []*Prepared) error { return settle(cfg, batch) }

// TakePast takes one mail of an archive in. It answers, notifies, counts, reopens
// and revives nothing. A mail that is there changes nothing.
func TakePast(ctx context.Context, tx *db.Tx, cfg Config, now time.Time, p *Prepared, past Past) (Laid, error) {
	t := &taking{tx: tx, cfg: cfg, now: now, Prepared: p}
	if there, err := t.there(ctx); err != nil || there {
		return Laid{Outcome: Outcome{Again: true}}, err
	}
	if err := blob.Put(ctx, tx, now, p.Raw); err != nil {
		return Laid{}, err
	}
	var err error
	if t.id, err = tx.NewID(ctx); err != nil {
		return Laid{}, err
	}
	l := &laying{taking: t, past: past, Laid: Laid{Outcome: Outcome{MailID: t.id, Fate: past.Fate, Reason: past.Reason}}}
	err = l.lay(ctx)
	return l.Laid, err
}

// laying is one mail of an archive on its way in.
type laying struct {
	*taking
	past Past
	Laid
	ours map[string]int64
}

func (l *laying) lay(ctx context.Context) (err error) {
	if l.ours, err = l.addresses(ctx); err != nil {
		return err
	}
	if l.past.TicketID != 0 || l.past.Fate == Opened || l.past.Fate == Alerted {
		if err := l.converse(ctx); err != nil {
			return err
		}
	}
	if err := l.insert(ctx, verdict{fate: l.past.Fate, reason: l.past.Reason, args: l.past.Args, ticketID: l.TicketID, entryID: l.EntryID}); err != nil {
		return err
	}
	if l.TicketID != 0 {
		return nil
	}
	_, err = journal.Append(ctx, l.tx, l.now, journal.Entry{Actor: l.past.By, Kind: "mail.imported", Subject: "mail", SubjectID: l.id})
	return err
}

// converse puts the mail into its ticket, or opens the one that it begins.
func (l *laying) converse(ctx context.Context) error {
	whose := l.Mail.From
	if l.past.Own {
		whose = other(l.Mail, l.ours)
	}
	var c people.Contact
	var client people.Client
	if l.past.Fate != Bounced { // a mail server is nobody's contact
		var err error
		if c, client, err = l.contact(ctx, whose); err != nil {
			return err
		}
	}
	tk, err := l.ticket(ctx, whose, c, client)
	if err != nil {
		return err
	}
	msg := l.message(c)
	msg.Direction = l.way()
	if l.past.Own {
		msg.ContactID = 0
	}
	if _, msg, err = ticket.AddPast(ctx, l.tx, l.past.By, l.now, tk, msg); err != nil {
		return err
	}
	l.TicketID, l.EntryID = tk.ID, msg.ID
	if err := l.know(ctx, tk, c); err != nil || msg.Direction == ticket.Bounce || msg.Direction == ticket.Auto {
		return err
	}
	if err := l.doubt(ctx, c.ClientID); err != nil || len(l.doubts) > 0 && !l.past.Own && l.past.TicketID != 0 {
		return err // whoever it is, and whomever they name, nobody is to be answered unseen
	}
	return l.takePart(ctx, tk, whose, c)
}

// contact finds or makes whom a mail is from, or to. A known one learns nothing
// from old mail.
func (l *laying) contact(ctx context.Context, whose mail.Address) (people.Contact, people.Client, error) {
	c, client, known, err := people.ByEmail(ctx, l.tx, whose.Addr)
	if err != nil || known {
		return c, client, err
	}
	c, client, created, err := people.FindOrCreateByEmail(ctx, l.tx, l.past.By, l.now, whose.Addr, whose.Name, "")
	if created {
		l.Contacts = append(l.Contacts, c.ID)
	}
	return c, client, err
}

func (l *laying) ticket(ctx context.Context, whose mail.Address, c people.Contact, client people.Client) (ticket.Ticket, error) {
	if l.past.TicketID != 0 {
		tk, err := ticket.ByID(ctx, l.tx, l.past.TicketID)
		if fault.Is(err, fault.Missing) {
			err = ErrGone
		}
		return tk, err
	}
	box, err := l.mailbox(ctx, l.ours)
	if err != nil {
		return ticket.Ticket{}, err
	}
	name := nameOf(&mail.Message{From: whose}, c)
	o := ticket.Opening{Subject: subjectOf(l.Mail), ClientID: client.ID, RequesterID: c.ID, RequesterName: name, MailboxID: box.ID,
		Channel: "mail", Language: languageOf(c, client, box), ReportedAt: l.past.At}
	if l.past.Fate == Alerted {
		o.Channel = "alert"
	}
	return ticket.OpenPast(ctx, l.tx, l.past.By, l.now, ticket.Past{Opening: o, TakenAt: l.past.TakenAt, ClosedAt: l.past.ClosedAt, Source: l.past.Source})
}

func (l *laying) way() ticket.Direction {
	switch {
	case l.past.Own && l.Mail.Kind == mail.KindAutoReply:
		return ticket.Auto
	case l.past.Own:
		return ticket.Out
	}
	return wayOf(l.past.Fate)
}

// know remembers the mail's id, and those that it refers to, and notes which of
// them are new to the ticket.
func (l *laying) know(ctx context.Context, tk ticket.Ticket, c people.Contact) error {
	refs := []ticket.Ref{{ID: l.Mail.MessageID, TicketID: tk.ID, ClientID: c.ClientID, Origin: "theirs"}}
	if !l.past.Own && l.past.Fate != Bounced && l.past.Fate != AutoNoted {
		for _, id := range l.ids() {
			if _, own := mail.OwnTicket(l.cfg.Key, id); !own {
				refs = append(refs, ticket.Ref{ID: id, TicketID: tk.ID, ClientID: c.ClientID, Origin: "alias"})
			}
		}
	}
	for _, ref := range refs {
		fresh, err := ticket.KnowNew(ctx, l.tx, ref)
		if err != nil {
			return err
		}
		if fresh {
			l.Refs = append(l.Refs, ref.ID)
		}
	}
	return nil
}

// takePart makes who wrote, and whom we wrote to, take part; others in copy are
// proposed. Into a ticket that was there they come as they would have then.
func (l *laying) takePart(ctx context.Context, tk ticket.Ticket, whose mail.Address, c people.Contact) error {
	role := "cc"
	if l.past.TicketID == 0 {
		role = "requester"
	}
	join := func(a mail.Address, contact int64, role string, state ticket.State) error {
		address := strings.ToLower(a.Addr)
		if _, mine := l.ours[address]; mine || address == "" {
			return nil
		}
		p := ticket.Participant{TicketID: tk.ID, Address: address, ContactID: contact, Name: a.Name, Role: role, State: state, Since: l.past.Since}
		if state == ticket.Active {
			return ticket.Confirm(ctx, l.tx, p)
		}
		return ticket.Join(ctx, l.tx, p)
	}
	if err := join(mail.Address{Name: nameOf(&mail.Message{From: whose}, c), Addr: whose.Addr}, c.ID, role, ticket.Active); err != nil {
		return err
	}
	const most = 50
	list := append(append([]mail.Address{}, l.Mail.To...), l.Mail.Cc...)
	for _, a := range list[:min(len(list), most)] {
		state := ticket.Proposed
		if l.past.Own {
			state = ticket.Active
		}
		if err := join(a, 0, "cc", state); err != nil {
			return err
		}
	}
	return nil
}

// RemovePast takes the row of an archive's mail away again, where nobody has
// decided anything about it since. removed says whether it went.
func RemovePast(ctx context.Context, tx *db.Tx, id int64) (removed bool, err error) {
	n, err := tx.Exec(ctx, "DELETE FROM mail WHERE id = ? AND source = 'history' AND version = 1", id)
	return n > 0, err
}

// PastMoved says whether a technician has put an archive's mail elsewhere since.
func PastMoved(ctx context.Context, q db.Querier, id int64) (bool, error) {
	version, err := db.Value[int64](ctx, q, "SELECT version FROM mail WHERE id = ?", id)
	if errors.Is(err, db.ErrNone) {
		return true, nil
	}
	return version > 1, err
}

// Look reads one mail of an archive to its end as Prepare does, and keeps nothing
// of its source.
func Look(r io.Reader) (*Prepared, error) {
	sum := sha256.New()
	tee := io.TeeReader(r, sum)
	m, err := mail.Parse(tee, nil)
	if err == nil {
		_, err = io.Copy(io.Discard, tee)
	}
	if err != nil {
		return nil, fmt.Errorf("read a mail: %w", err)
	}
	return &Prepared{Origin: HistoryOrigin(), Raw: blob.Content{Hash: hex.EncodeToString(sum.Sum(nil))}, Mail: m,
		Spam: m.Spam}, nil
}
