package answer

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"

	"guichet/internal/db"
	"guichet/internal/mail"
	"guichet/internal/mailbox"
	"guichet/internal/outbox"
	"guichet/internal/people"
	"guichet/internal/ticket"
	"guichet/internal/words"
)

func hexOf(sum [32]byte) string { return hex.EncodeToString(sum[:]) }

// Subject is the subject of our mails about a ticket, with its number as people
// write it back.
func Subject(t ticket.Ticket) string {
	base := strings.TrimSpace(strings.TrimPrefix(t.Subject, "Re:"))
	return "Re: " + base + " " + t.Ref()
}

// Domain is the part of an address that its Message-IDs end with.
func Domain(address string) string {
	_, domain, ok := strings.Cut(address, "@")
	if !ok || domain == "" {
		return "localhost"
	}
	return domain
}

// body finishes the texts: the signature, the quote, the HTML made safe.
func (p *prepared) body(ctx context.Context, q db.Querier, cfg Config) error {
	sign := p.box.Signature(p.ticket.Language)
	if sign != "" {
		p.mail.Text = strings.TrimRight(p.mail.Text, "\n ") + "\n\n-- \n" + sign + "\n"
	}
	rich := p.HTML != ""
	if rich {
		p.mail.HTML = mail.Sanitize(p.HTML, mail.SanitizeOptions{CID: func(cid string) (string, bool) { return "cid:" + cid, true }}).HTML
		if sign != "" {
			p.mail.HTML += "<p>-- <br>" + strings.ReplaceAll(strings.TrimSuffix(strings.TrimPrefix(mail.TextToHTML(sign), "<p>"), "</p>\n"), "<p>", "") + "</p>"
		}
	}
	if !p.Quote {
		return nil
	}
	plain, quoted, ok, err := LastQuote(ctx, q, cfg, p.ticket)
	if err != nil || !ok {
		return err
	}
	p.mail.Text += "\n" + plain
	if rich {
		p.mail.HTML += quoted
	}
	return nil
}

// LastQuote is the last thing that the outside said, marked as quoted, in plain
// text and in HTML; false where it has said nothing.
func LastQuote(ctx context.Context, q db.Querier, cfg Config, t ticket.Ticket) (plain, html string, ok bool, err error) {
	m, err := ticket.LastIn(ctx, q, t.ID)
	if errors.Is(err, db.ErrNone) {
		return "", "", false, nil
	}
	if err != nil {
		return "", "", false, err
	}
	plain, html = mail.Quote(m.Body, mail.Address{Name: m.From.Name, Addr: m.From.Address}, m.At.In(cfg.Zone), t.Language)
	return plain, html, true, nil
}

// Suggested is somebody whom an answer would go to, and why (a key of words).
type Suggested struct {
	mail.Address
	Why string
}

// Recipients proposes whom an answer goes to: the requester, and in copy those
// who take part. Who is only proposed and our own addresses stay out, and so do
// dead ones; somebody who has another address is proposed under that.
func Recipients(ctx context.Context, q db.Querier, t ticket.Ticket) (to, cc []Suggested, err error) {
	ours, err := mailbox.Addresses(ctx, q)
	if err != nil {
		return nil, nil, err
	}
	all, err := ticket.Participants(ctx, q, t.ID)
	if err != nil {
		return nil, nil, err
	}
	for _, p := range all {
		if _, mine := ours[p.Address]; mine || p.State != ticket.Active {
			continue
		}
		c, _, known, err := people.ByEmail(ctx, q, p.Address)
		if err != nil {
			return nil, nil, err
		}
		if known && c.Dead(p.Address) {
			if p.Address = c.Email(); p.Address == "" || takesPart(all, p.Address) {
				continue
			}
		}
		a := mail.Address{Name: p.Name, Addr: p.Address}
		if p.Role == "requester" {
			to = append(to, Suggested{a, "answer.why.requester"})
		} else {
			cc = append(cc, Suggested{a, "answer.why.participant"})
		}
	}
	return to, cc, nil
}

func takesPart(all []ticket.Participant, address string) bool {
	return slices.ContainsFunc(all, func(p ticket.Participant) bool { return p.Address == address && p.State == ticket.Active })
}

// Acknowledge writes the acknowledgement of a ticket. It quotes nothing of what
// came in, the subject included: whoever forges a sender must not have us carry
// their words (FAULTS E7).
func Acknowledge(ctx context.Context, q db.Querier, cfg Config, now time.Time, it outbox.Item) ([]byte, error) {
	t, err := ticket.ByID(ctx, q, it.TicketID)
	if err != nil {
		return nil, err
	}
	box, err := mailbox.Sending(ctx, q, it.MailboxID)
	if err != nil {
		return nil, err
	}
	l := words.Parse(t.Language)
	chain, err := ticket.Chain(ctx, q, t.ID)
	if err != nil {
		return nil, err
	}
	text := words.Say(l, "answer.ack.body", "number", t.Number, "at", t.ReportedAt.In(cfg.Zone), "team", box.Name)
	if s := box.Signature(t.Language); s != "" {
		text += "\n\n-- \n" + s
	}
	out := mail.Outgoing{From: mail.Address{Name: box.Name, Addr: box.Address}, Subject: words.Say(l, "answer.ack.subject", "ref", t.Ref()),
		MessageID: it.RFCID, References: chain, Date: now.In(cfg.Zone), Text: text + "\n", Auto: true, Language: t.Language}
	for _, r := range it.Recipients {
		out.To = append(out.To, mail.Address{Addr: r.Address})
	}
	if len(chain) > 0 {
		out.InReplyTo = chain[0]
	}
	var b bytes.Buffer
	err = mail.Compose(&b, out)
	return b.Bytes(), err
}

// QueueAcknowledgement puts the acknowledgement of a ticket into the outbox,
// unless the address has had its share: at most one for a ticket, three a day for
// an address, sixty an hour for the desk (FAULTS E6, E7). It says whether it did.
func QueueAcknowledgement(ctx context.Context, tx *db.Tx, cfg Config, now time.Time, t ticket.Ticket, box mailbox.Mailbox, address, nonce string) (bool, error) {
	type shares struct{ ticket, day, hour int64 }
	s, err := db.One(ctx, tx, func(s *shares) []any { return []any{&s.ticket, &s.day, &s.hour} }, `SELECT
		(SELECT COUNT(*) FROM acknowledgement WHERE address = ? AND ticket_id = ?),
		(SELECT COUNT(*) FROM acknowledgement WHERE address = ? AND at > ?),
		(SELECT COUNT(*) FROM acknowledgement WHERE at > ?)`,
		address, t.ID, address, now.Add(-24*time.Hour), now.Add(-time.Hour))
	if err != nil || s.ticket >= 1 || s.day >= 3 || s.hour >= 60 {
		return false, err
	}
	if _, err := tx.Exec(ctx, "INSERT INTO acknowledgement (address, at, ticket_id) VALUES (?, ?, ?)", address, now, t.ID); err != nil {
		return false, err
	}
	it := outbox.Item{Kind: outbox.Acknowledgement, TicketID: t.ID, MailboxID: box.ID, NotBefore: now,
		RFCID:      mail.NewMessageID(cfg.Key, t.ID, nonce, Domain(box.Address)),
		Recipients: []outbox.Recipient{{Address: address}}}
	if _, err := outbox.Enqueue(ctx, tx, now, it); err != nil {
		return false, err
	}
	return true, ticket.Know(ctx, tx, ticket.Ref{ID: it.RFCID, TicketID: t.ID, ClientID: t.ClientID, Origin: "ours"})
}

// Forget takes a person's addresses out of who was acknowledged: the part of an
// erasure that is this room's.
func Forget(ctx context.Context, tx *db.Tx, addresses []string) error {
	for _, a := range addresses {
		if _, err := tx.Exec(ctx, "DELETE FROM acknowledgement WHERE address = ?", a); err != nil {
			return err
		}
	}
	return nil
}
