// Package answer writes what the desk says to the outside: the technician's
// answers and the acknowledgements. It composes the mail, and puts message and
// outbox row into one transaction.
package answer

import (
	"context"
	"crypto/rand"
	"io"
	"slices"
	"strings"
	"time"

	"guichet/internal/blob"
	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/journal"
	"guichet/internal/mail"
	"guichet/internal/mailbox"
	"guichet/internal/outbox"
	"guichet/internal/ticket"
)

// Hold is how long an answer can be undone.
const Hold = 10 * time.Second

// maxFiles is the size of all files of one answer, in bytes: what common servers
// still take once it is encoded.
const maxFiles = 25 << 20

// Config is what composing needs beside the database.
type Config struct {
	Blobs string // the folder of large contents
	Key   []byte // the HMAC key of our Message-IDs
	Zone  *time.Location
}

// Request is an answer as the technician confirmed it.
type Request struct {
	TicketID      int64
	AgentID       int64
	Text          string
	HTML          string // "" for a plain answer
	To, Cc        []mail.Address
	FileIDs       []int64 // of the draft; nil: all of them
	Quote         bool    // the last message below
	Status        *ticket.Status
	PendingReason string
	PendingUntil  time.Time
	Seen          *int64 // the last entry that the agent had read; nil: whatever has come since
}

// Sent is what became of a request.
type Sent struct {
	MessageID int64
	OutboxID  int64
	HoldUntil time.Time
}

// Send composes an answer and puts it into the outbox, to leave after Hold. The
// ticket becomes the agent's where it is nobody's, and takes the status asked
// for; who is written to takes part from now on. Only the addresses given receive
// it, and nothing of the internal notes is ever in it. What was said since Seen,
// a colleague's answer or this one sent twice included, is a fault of kind
// Conflict.
func Send(ctx context.Context, d *db.DB, cfg Config, now time.Time, r Request) (Sent, error) {
	if err := r.validate(); err != nil {
		return Sent{}, err
	}
	p, err := prepare(ctx, d, cfg, now, r)
	if err != nil {
		return Sent{}, err
	}
	var sent Sent
	err = d.Write(ctx, func(tx *db.Tx) error {
		sent, err = p.write(ctx, tx, now)
		return err
	})
	return sent, err
}

func (r Request) validate() error {
	var c fault.Check
	c.That(strings.TrimSpace(r.Text) != "", "text", "answer.err.empty")
	c.That(len(r.To) > 0, "to", "answer.err.nobody")
	for field, list := range map[string][]mail.Address{"to": r.To, "cc": r.Cc} {
		for _, a := range list {
			_, ok := mail.SendableAddress(a.Addr)
			c.That(ok, field, "answer.err.address", "address", a.Addr)
		}
	}
	return c.Err()
}

// prepared is an answer whose mail is written and whose rows are not.
type prepared struct {
	Request
	ticket  ticket.Ticket
	box     mailbox.Mailbox
	mail    mail.Outgoing
	content blob.Content
	files   []ticket.Attachment
}

// prepare does all that needs no transaction: reading, quoting, composing.
func prepare(ctx context.Context, d *db.DB, cfg Config, now time.Time, r Request) (p prepared, err error) {
	p.Request = r
	if p.ticket, err = ticket.ByID(ctx, d, r.TicketID); err != nil {
		return p, err
	}
	if p.box, err = mailbox.Sending(ctx, d, p.ticket.MailboxID); err != nil {
		return p, err
	}
	chain, err := ticket.Chain(ctx, d, r.TicketID)
	if err != nil {
		return p, err
	}
	files, err := p.draftFiles(ctx, d)
	if err != nil {
		return p, err
	}
	p.mail = mail.Outgoing{From: mail.Address{Name: p.box.Name, Addr: p.box.Address}, To: r.To, Cc: r.Cc,
		Subject: Subject(p.ticket), MessageID: mail.NewMessageID(cfg.Key, p.ticket.ID, rand.Text(), Domain(p.box.Address)),
		References: chain, Date: now.In(cfg.Zone), Text: r.Text, HTML: r.HTML, Language: p.ticket.Language}
	if len(chain) > 0 {
		p.mail.InReplyTo = chain[len(chain)-1]
	}
	if err := p.body(ctx, d, cfg); err != nil {
		return p, err
	}
	p.attach(ctx, d, cfg, files)
	w := blob.NewWriter(cfg.Blobs)
	defer w.Discard()
	if err := mail.Compose(w, p.mail); err != nil {
		return p, err
	}
	if p.content, err = w.Done(); err != nil {
		return p, err
	}
	p.files, err = partsOf(ctx, d, cfg, p.content)
	return p, err
}

// draftFiles returns the files of the draft that go with the answer.
func (p *prepared) draftFiles(ctx context.Context, q db.Querier) ([]ticket.DraftFile, error) {
	all, err := ticket.Files(ctx, q, p.AgentID, p.TicketID)
	if err != nil {
		return nil, err
	}
	var out []ticket.DraftFile
	var size int64
	for _, f := range all {
		if p.FileIDs == nil || slices.Contains(p.FileIDs, f.ID) {
			out = append(out, f)
			size += f.Size
		}
	}
	for _, id := range p.FileIDs {
		if !slices.ContainsFunc(out, func(f ticket.DraftFile) bool { return f.ID == id }) {
			return nil, fault.New(fault.Conflict, "answer.err.file_gone") // it must not leave without
		}
	}
	if size > maxFiles {
		return nil, fault.New(fault.Invalid, "answer.err.files_size", "mb", size>>20, "max", maxFiles>>20)
	}
	return out, nil
}

// attach hands the files to the composer, read from their contents.
func (p *prepared) attach(ctx context.Context, q db.Querier, cfg Config, files []ticket.DraftFile) {
	for _, f := range files {
		file := mail.File{Name: f.Name, Type: f.Type, CID: f.CID, Size: f.Size, Open: func() (io.ReadCloser, error) {
			r, _, err := blob.Open(ctx, q, cfg.Blobs, f.Hash)
			return r, err
		}}
		if f.Inline && p.mail.HTML != "" && strings.Contains(p.mail.HTML, "cid:"+f.CID) {
			p.mail.Inline = append(p.mail.Inline, file)
		} else {
			p.mail.Files = append(p.mail.Files, file)
		}
	}
}

// partsOf reads back what was composed: which part of the mail each file became.
func partsOf(ctx context.Context, d *db.DB, cfg Config, c blob.Content) ([]ticket.Attachment, error) {
	r, err := c.Reader(cfg.Blobs)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	m, err := mail.Parse(r, func(mail.Part) io.Writer { return nil })
	if err != nil {
		return nil, err
	}
	return Attachments(m), nil
}

// write puts the answer's rows into one transaction.
func (p prepared) write(ctx context.Context, tx *db.Tx, now time.Time) (Sent, error) {
	by := journal.Agent(p.AgentID)
	if p.Seen != nil {
		if newer, err := ticket.Newer(ctx, tx, p.TicketID, *p.Seen); err != nil {
			return Sent{}, err
		} else if newer {
			return Sent{}, fault.New(fault.Conflict, "web.newer")
		}
	}
	t, err := p.state(ctx, tx, by, now)
	if err != nil {
		return Sent{}, err
	}
	if err := blob.Put(ctx, tx, now, p.content); err != nil {
		return Sent{}, err
	}
	m, err := ticket.Add(ctx, tx, by, now, now, t, ticket.Message{Direction: ticket.Out, Raw: p.content.Hash, AgentID: p.AgentID,
		From: ticket.Person{Name: p.box.Name, Address: p.box.Address}, Recipients: recipients(p.To, p.Cc), Subject: p.mail.Subject,
		MessageID: p.mail.MessageID, At: now, Body: p.Text, HTML: p.mail.HTML != "", Attachments: p.files})
	if err != nil {
		return Sent{}, err
	}
	if err := ticket.Know(ctx, tx, ticket.Ref{ID: m.MessageID, TicketID: t.ID, ClientID: t.ClientID, Origin: "ours"}); err != nil {
		return Sent{}, err
	}
	it := outbox.Item{Kind: outbox.Answer, TicketID: t.ID, MessageID: m.ID, MailboxID: p.box.ID, Raw: p.content.Hash,
		Size: p.content.Size, RFCID: m.MessageID, NotBefore: now.Add(Hold)}
	for _, a := range append(append([]mail.Address{}, p.To...), p.Cc...) {
		address, _ := mail.SendableAddress(a.Addr) // validate has asked already
		it.Recipients = append(it.Recipients, outbox.Recipient{Address: address})
		if err := ticket.Invite(ctx, tx, ticket.Participant{TicketID: t.ID, Address: strings.ToLower(a.Addr), Name: a.Name, Role: "cc", State: ticket.Active, Since: now}); err != nil {
			return Sent{}, err
		}
	}
	if it, err = outbox.Enqueue(ctx, tx, now, it.Once()); err != nil {
		return Sent{}, err
	}
	if err := ticket.SendDraft(ctx, tx, p.AgentID, t.ID, it.ID); err != nil {
		return Sent{}, err
	}
	return Sent{MessageID: m.ID, OutboxID: it.ID, HoldUntil: it.NotBefore}, nil
}

// state gives the ticket to who answers, where nobody has it, and the status
// asked for; without one an answer opens a new ticket.
func (p prepared) state(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time) (ticket.Ticket, error) {
	t, err := ticket.ByID(ctx, tx, p.TicketID)
	if err != nil {
		return t, err
	}
	change := ticket.Patch{Status: p.Status}
	if t.AssigneeID == 0 {
		change.AssigneeID = &p.AgentID
	}
	if p.Status == nil && t.Status == ticket.New {
		open := ticket.Open
		change.Status = &open
	}
	if p.Status != nil && *p.Status == ticket.Pending {
		change.PendingReason, change.PendingUntil = &p.PendingReason, &p.PendingUntil
	}
	return ticket.Change(ctx, tx, by, now, t.ID, 0, change)
}

// Undo takes back an answer that has not left: the message goes, the draft
// returns, the ticket is no longer on hold or done for it, and who came in with it
// takes no part. It returns the ticket.
func Undo(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, id int64) (int64, error) {
	it, err := outbox.Undo(ctx, tx, id)
	if err != nil {
		return 0, err
	}
	if it.Kind != outbox.Answer || it.MessageID == 0 {
		return 0, fault.New(fault.Conflict, "outbox.err.left") // an acknowledgement leaves at once
	}
	if err := ticket.Take(ctx, tx, it.MessageID); err != nil {
		return 0, err
	}
	if err := ticket.Uninvite(ctx, tx, it.TicketID); err != nil {
		return 0, err
	}
	if err := unsettle(ctx, tx, by, now, it); err != nil {
		return 0, err
	}
	if err := ticket.ReturnDraft(ctx, tx, by.ID, it.TicketID, it.ID); err != nil {
		return 0, err
	}
	_, err = journal.Append(ctx, tx, now, journal.Entry{Actor: by, Kind: "answer.undone", Subject: "outbox", SubjectID: it.ID, TicketID: it.TicketID})
	return it.TicketID, err
}

// unsettle opens a ticket again that the answer had put on hold or ended, where
// nobody has changed its status since.
func unsettle(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, it outbox.Item) error {
	t, err := ticket.ByID(ctx, tx, it.TicketID)
	if err != nil || t.Status == ticket.New || t.Status == ticket.Open {
		return err
	}
	entries, err := journal.Of(ctx, tx, "ticket", t.ID)
	if err != nil {
		return err
	}
	for _, e := range slices.Backward(entries) {
		for _, c := range e.Changes {
			if c.Field != "status" {
				continue
			}
			if !e.At.Equal(it.CreatedAt) || e.Actor.Kind != "agent" {
				return nil
			}
			open := ticket.Open
			_, err := ticket.Change(ctx, tx, by, now, t.ID, 0, ticket.Patch{Status: &open})
			return err
		}
	}
	return nil
}

func recipients(to, cc []mail.Address) []ticket.Person {
	var out []ticket.Person
	for _, a := range to {
		out = append(out, ticket.Person{Address: strings.ToLower(a.Addr), Name: a.Name, Role: "to"})
	}
	for _, a := range cc {
		out = append(out, ticket.Person{Address: strings.ToLower(a.Addr), Name: a.Name, Role: "cc"})
	}
	return out
}

// Attachments are the parts of a mail that are files, as a ticket keeps them.
func Attachments(m *mail.Message) []ticket.Attachment {
	var out []ticket.Attachment
	for _, p := range m.Parts {
		if p.Attachment {
			out = append(out, ticket.Attachment{Part: p.Index, Name: p.Name, Type: p.Type, Size: p.Size,
				Hash: hexOf(p.SHA256), Inline: p.Inline && p.CID != "", CID: p.CID})
		}
	}
	return out
}
