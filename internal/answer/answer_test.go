package answer

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"guichet/internal/blob"
	"guichet/internal/db"
	"guichet/internal/db/dbtest"
	"guichet/internal/fault"
	"guichet/internal/journal"
	"guichet/internal/mail"
	"guichet/internal/mailbox"
	"guichet/internal/outbox"
	"guichet/internal/people"
	"guichet/internal/ticket"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// desk is a ticket that a client's mail opened, and an agent who answers it.
type desk struct {
	*testing.T
	db     *db.DB
	cfg    Config
	agent  int64
	ticket ticket.Ticket
}

func each(t *testing.T, run func(k *desk)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { run(newDesk(t, d)) })
}

func newDesk(t *testing.T, d *db.DB) *desk {
	k := &desk{T: t, db: d, cfg: Config{Blobs: t.TempDir(), Key: []byte("a key of thirty-two bytes, or so"), Zone: time.FixedZone("CET", 3600)}}
	k.write(func(ctx context.Context, tx *db.Tx) error {
		a, err := people.CreateAgent(ctx, tx, journal.System(), noon, people.Agent{Name: "Hervé", Email: "herve@msp.example", Language: "fr", Level: 1, Role: people.RoleLead, Active: true})
		if err != nil {
			return err
		}
		k.agent = a.ID
		box, err := mailbox.Create(ctx, tx, journal.System(), noon, mailbox.Mailbox{Name: "Support MSP", Address: "support@msp.example",
			IMAP: mailbox.Server{Host: "h"}, SMTP: mailbox.Server{Host: "h"}, SignatureFR: "L’équipe\n02 97 00 00 00", SignatureEN: "The team", Active: true})
		if err != nil {
			return err
		}
		if k.ticket, err = ticket.OpenNew(ctx, tx, noon, ticket.Opening{Subject: "Imprimante du quai", RequesterName: "Enora", MailboxID: box.ID, Channel: "mail", Language: "fr"}); err != nil {
			return err
		}
		if _, err = ticket.Add(ctx, tx, journal.System(), noon, noon, k.ticket, ticket.Message{Direction: ticket.In, MessageID: "first@client.example",
			From: ticket.Person{Name: "Enora", Address: "enora@client.example"}, At: noon, Body: "Elle ne répond plus.\nMerci", Recipients: []ticket.Person{
				{Address: "support@msp.example", Role: "to"}, {Address: "chef@client.example", Role: "cc"}, {Address: "inconnu@ailleurs.example", Role: "cc"}}}); err != nil {
			return err
		}
		if _, err = ticket.AddNote(ctx, tx, k.agent, noon, k.ticket.ID, "elle appelle chaque semaine"); err != nil {
			return err
		}
		for address, state := range map[string]ticket.State{"enora@client.example": ticket.Active, "chef@client.example": ticket.Active,
			"inconnu@ailleurs.example": ticket.Proposed, "support@msp.example": ticket.Active} {
			role := "cc"
			if address == "enora@client.example" {
				role = "requester"
			}
			if err := ticket.Join(ctx, tx, ticket.Participant{TicketID: k.ticket.ID, Address: address, Role: role, State: state, Since: noon}); err != nil {
				return err
			}
		}
		_, err = ticket.SaveDraft(ctx, tx, k.agent, k.ticket.ID, 0, `{"text":"brouillon"}`, noon)
		return err
	})
	return k
}

func (k *desk) write(fn func(ctx context.Context, tx *db.Tx) error) {
	k.Helper()
	if err := k.db.Write(k.Context(), func(tx *db.Tx) error { return fn(k.Context(), tx) }); err != nil {
		k.Fatal(err)
	}
}

func (k *desk) attach(name string, inline bool, cid, content string) ticket.DraftFile {
	k.Helper()
	c, err := blob.Of(k.cfg.Blobs, []byte(content))
	if err != nil {
		k.Fatal(err)
	}
	var f ticket.DraftFile
	k.write(func(ctx context.Context, tx *db.Tx) (err error) {
		f, err = ticket.AddFile(ctx, tx, noon, ticket.DraftFile{AgentID: k.agent, TicketID: k.ticket.ID, Name: name, Type: "image/png", Inline: inline, CID: cid}, c)
		return err
	})
	return f
}

func (k *desk) request() Request {
	return Request{TicketID: k.ticket.ID, AgentID: k.agent, Text: "Redémarrez-la.", HTML: "<p>Redémarrez-<b>la</b>.</p>", Quote: true,
		To: []mail.Address{{Name: "Enora", Addr: "enora@client.example"}}, Cc: []mail.Address{{Addr: "chef@client.example"}}}
}

// raw is the mail as it will leave, and as our own reader understands it.
func (k *desk) raw(id int64) (string, *mail.Message) {
	k.Helper()
	it, err := outbox.ByID(k.Context(), k.db, id)
	if err != nil {
		k.Fatal(err)
	}
	p, err := blob.ReadAll(k.Context(), k.db, k.cfg.Blobs, it.Raw, 10<<20)
	if err != nil {
		k.Fatal(err)
	}
	m, err := mail.Parse(strings.NewReader(string(p)), func(mail.Part) io.Writer { return nil })
	if err != nil {
		k.Fatal(err)
	}
	return string(p), m
}

func TestAnAnswerIsAWholeMail(t *testing.T) {
	each(t, func(k *desk) {
		k.attach("photo.png", true, "p1", "picture")
		k.attach("notice.pdf", false, "", "manual")
		r := k.request()
		r.HTML += `<img src="cid:p1"><script>alert(1)</script>`
		sent, err := Send(k.Context(), k.db, k.cfg, noon, r)
		if err != nil {
			k.Fatal(err)
		}
		raw, m := k.raw(sent.OutboxID)
		if m.From.Addr != "support@msp.example" || m.To[0].Addr != "enora@client.example" || m.Cc[0].Addr != "chef@client.example" {
			k.Errorf("addresses: %+v %+v %+v", m.From, m.To, m.Cc)
		}
		if m.Subject != "Re: Imprimante du quai [#1]" || len(m.InReplyTo) != 1 || m.InReplyTo[0] != "first@client.example" {
			k.Errorf("subject %q, in reply to %v", m.Subject, m.InReplyTo)
		}
		if n, own := mail.OwnTicket(k.cfg.Key, m.MessageID); !own || n != k.ticket.ID {
			k.Errorf("Message-ID %q", m.MessageID)
		}
		for _, want := range []string{"Redémarrez-la.", "L’équipe", "Elle ne répond plus."} {
			if !strings.Contains(m.Text, want) || !strings.Contains(m.HTML, strings.ReplaceAll(want, "Redémarrez-la.", "Redémarrez-<b>la</b>.")) {
				k.Errorf("%q is missing:\n%s\n%s", want, m.Text, m.HTML)
			}
		}
		if strings.Contains(m.HTML, "script") {
			k.Error("a script left")
		}
		if strings.Contains(raw, "chaque semaine") || strings.Contains(m.Text, "chaque semaine") {
			k.Error("an internal note left")
		}
		msg, err := ticket.MessageByID(k.Context(), k.db, sent.MessageID)
		if err != nil || len(msg.Attachments) != 2 || !msg.Attachments[0].Inline || msg.Attachments[1].Name != "notice.pdf" {
			k.Errorf("attachments %+v, %v", msg.Attachments, err)
		}
		after, err := ticket.ByID(k.Context(), k.db, k.ticket.ID)
		if err != nil || after.AssigneeID != k.agent || after.Status != ticket.Open || after.TakenAt.IsZero() {
			k.Errorf("ticket %+v, %v", after, err)
		}
	})
}

func TestUndoBringsTheDraftBack(t *testing.T) {
	each(t, func(k *desk) {
		k.attach("notice.pdf", false, "", "manual")
		sent, err := Send(k.Context(), k.db, k.cfg, noon, k.request())
		if err != nil {
			k.Fatal(err)
		}
		if !sent.HoldUntil.Equal(noon.Add(Hold)) {
			k.Errorf("held until %v", sent.HoldUntil)
		}
		k.write(func(ctx context.Context, tx *db.Tx) error {
			id, err := Undo(ctx, tx, journal.Agent(k.agent), noon, sent.OutboxID)
			if id != k.ticket.ID {
				k.Errorf("ticket %d", id)
			}
			return err
		})
		dr, ok, err := ticket.DraftOf(k.Context(), k.db, k.agent, k.ticket.ID)
		if err != nil || !ok || dr.Content != `{"text":"brouillon"}` {
			k.Errorf("draft %+v, %v", dr, err)
		}
		if files, err := ticket.Files(k.Context(), k.db, k.agent, k.ticket.ID); err != nil || len(files) != 1 {
			k.Errorf("files %v, %v", files, err)
		}
		if all, err := ticket.Messages(k.Context(), k.db, k.ticket.ID); err != nil || len(all) != 1 {
			k.Errorf("messages %v, %v", all, err)
		}
		err = k.db.Write(k.Context(), func(tx *db.Tx) error {
			_, err := Undo(k.Context(), tx, journal.Agent(k.agent), noon, sent.OutboxID)
			return err
		})
		if !fault.Is(err, fault.Conflict) {
			k.Errorf("undone twice: %v", err)
		}
	})
}

// An answer to the wrong person that is undone in time gives that person no
// place in the ticket, and does not leave it resolved.
func TestUndoLeavesNothingBehind(t *testing.T) {
	each(t, func(k *desk) {
		now := noon.Add(time.Minute)
		r := k.request()
		resolved := ticket.Resolved
		r.Status, r.To = &resolved, []mail.Address{{Addr: "wrong@ailleurs.example"}}
		sent, err := Send(k.Context(), k.db, k.cfg, now, r)
		if err != nil {
			k.Fatal(err)
		}
		k.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := Undo(ctx, tx, journal.Agent(k.agent), now.Add(time.Second), sent.OutboxID)
			return err
		})
		if in, err := ticket.Participates(k.Context(), k.db, k.ticket.ID, "wrong@ailleurs.example", 0); in || err != nil {
			k.Errorf("still takes part: %v, %v", in, err)
		}
		if in, err := ticket.Participates(k.Context(), k.db, k.ticket.ID, "chef@client.example", 0); !in || err != nil {
			k.Errorf("who took part before: %v, %v", in, err)
		}
		if tk, err := ticket.ByID(k.Context(), k.db, k.ticket.ID); err != nil || tk.Status != ticket.Open || !tk.ResolvedAt.IsZero() {
			k.Errorf("%+v, %v", tk, err)
		}
	})
}

func TestSendRefusesInWords(t *testing.T) {
	k := newDesk(t, dbtest.Open(t))
	for name, change := range map[string]func(*Request){
		"nothing said":    func(r *Request) { r.Text = " \n" },
		"nobody":          func(r *Request) { r.To = nil },
		"no address":      func(r *Request) { r.To[0].Addr = "enora" },
		"two addresses":   func(r *Request) { r.Cc[0].Addr = "a@b.example>,<c@d.example" },
		"hold, no reason": func(r *Request) { pending := ticket.Pending; r.Status = &pending },
	} {
		r := k.request()
		change(&r)
		if _, err := Send(t.Context(), k.db, k.cfg, noon, r); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	n, err := db.Value[int64](t.Context(), k.db, "SELECT COUNT(*) FROM outbox")
	if err != nil || n != 0 {
		t.Errorf("%d mails to send, %v", n, err)
	}
}

// The same answer sent twice, and two colleagues at once: the second is told.
func TestAnAnswerKnowsWhatWasSaidBefore(t *testing.T) {
	each(t, func(k *desk) {
		tk, err := ticket.ByID(k.Context(), k.db, k.ticket.ID)
		if err != nil {
			k.Fatal(err)
		}
		r := k.request()
		r.Seen = &tk.LastEntryID
		ended := make(chan error, 4)
		for range 4 {
			go func() {
				_, err := Send(k.Context(), k.db, k.cfg, noon, r)
				ended <- err
			}()
		}
		sent := 0
		for range 4 {
			if err := <-ended; err == nil {
				sent++
			} else if !fault.Is(err, fault.Conflict) {
				k.Error(err)
			}
		}
		if sent != 1 {
			k.Errorf("it leaves %d times", sent)
		}
	})
}

func TestAnAnswerNeverLeavesWithoutAFileThatItNames(t *testing.T) {
	each(t, func(k *desk) {
		f := k.attach("notice.pdf", false, "", "manual")
		r := k.request()
		r.FileIDs = []int64{f.ID, f.ID + 1000}
		if _, err := Send(k.Context(), k.db, k.cfg, noon, r); !fault.Is(err, fault.Conflict) {
			k.Error(err)
		}
	})
}

func TestRecipientsAreThoseWhoTakePart(t *testing.T) {
	each(t, func(k *desk) {
		to, cc, err := Recipients(k.Context(), k.db, k.ticket)
		if err != nil || len(to) != 1 || to[0].Addr != "enora@client.example" || len(cc) != 1 || cc[0].Addr != "chef@client.example" {
			k.Errorf("to %+v, cc %+v, %v", to, cc, err)
		}
	})
}

// Nobody is proposed whom mail does not reach: a requester with another address is,
// under that one.
func TestADeadAddressIsNotProposed(t *testing.T) {
	each(t, func(k *desk) {
		k.write(func(ctx context.Context, tx *db.Tx) error {
			for _, c := range []people.Contact{{Name: "Enora", Addresses: []people.Address{{Address: "enora@client.example"}, {Address: "enora@perso.example"}}},
				{Name: "Chef", Addresses: []people.Address{{Address: "chef@client.example"}}}} {
				if _, err := people.CreateContact(ctx, tx, journal.System(), noon, c); err != nil {
					return err
				}
				if _, err := people.MarkDead(ctx, tx, journal.System(), noon, c.Addresses[0].Address, "5.1.1 no such user"); err != nil {
					return err
				}
			}
			return nil
		})
		to, cc, err := Recipients(k.Context(), k.db, k.ticket)
		if err != nil || len(to) != 1 || to[0].Addr != "enora@perso.example" || to[0].Why != "answer.why.requester" || len(cc) != 0 {
			k.Errorf("to %+v, cc %+v, %v", to, cc, err)
		}
	})
}

// E7: an acknowledgement carries nothing of what came in, and says that it is
// automatic (RFC 3834).
func TestAnAcknowledgementQuotesNothing(t *testing.T) {
	each(t, func(k *desk) {
		k.write(func(ctx context.Context, tx *db.Tx) error {
			c, err := people.CreateContact(ctx, tx, journal.System(), noon, people.Contact{Name: "Offre spéciale"})
			if err == nil {
				k.ticket, err = ticket.Change(ctx, tx, journal.System(), noon, k.ticket.ID, 0, ticket.Patch{RequesterID: &c.ID})
			}
			return err
		})
		var queued bool
		queue := func(ctx context.Context, tx *db.Tx) (err error) {
			box, err := mailbox.Sending(ctx, tx, k.ticket.MailboxID)
			if err != nil {
				return err
			}
			queued, err = QueueAcknowledgement(ctx, tx, k.cfg, noon, k.ticket, box, "enora@client.example", "n")
			return err
		}
		k.write(queue)
		list, err := outbox.OfTicket(k.Context(), k.db, k.ticket.ID)
		if err != nil || !queued || len(list) != 1 {
			k.Fatal(queued, list, err)
		}
		raw, err := Acknowledge(k.Context(), k.db, k.cfg, noon, list[0])
		if err != nil {
			k.Fatal(err)
		}
		m, err := mail.Parse(strings.NewReader(string(raw)), func(mail.Part) io.Writer { return nil })
		if err != nil {
			k.Fatal(err)
		}
		whole := m.Subject + m.Text + m.HTML
		if len(m.To) != 1 || m.To[0].Name != "" {
			k.Errorf("to %+v: the name is the sender's own words", m.To)
		}
		if strings.Contains(whole, "Imprimante") || strings.Contains(whole, "répond plus") {
			k.Errorf("it quotes:\n%s", whole)
		}
		if !strings.Contains(string(raw), "Auto-Submitted: auto-replied") || m.Kind != mail.KindAutoReply || !strings.Contains(m.Subject, "[#1]") {
			k.Errorf("kind %s, subject %q", m.Kind, m.Subject)
		}
		if !strings.Contains(m.Text, "23/11/2026 13:00") {
			k.Errorf("not in the desk's zone:\n%s", m.Text)
		}
		k.write(queue)
		if queued {
			k.Error("a second one for the same ticket")
		}
	})
}

func TestTooMuchIsRefusedBeforeItIsSent(t *testing.T) {
	k := newDesk(t, dbtest.Open(t))
	k.attach("gros.zip", false, "", "x")
	k.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE draft_file SET size = ?", maxFiles+1)
		return err
	})
	_, err := Send(t.Context(), k.db, k.cfg, noon, k.request())
	e, ok := fault.As(err)
	if !ok || e.Key != "answer.err.files_size" {
		t.Errorf("%v", errors.Unwrap(err))
	}
}
