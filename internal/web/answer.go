package web

import (
	"context"

	"guichet/internal/answer"
	"guichet/internal/db"
	"guichet/internal/mail"
	"guichet/internal/mailbox"
	"guichet/internal/ticket"
	"guichet/internal/words"
)

// getCompose is what an answer begins with: to whom and why, the quote, the
// signature.
func getCompose(ctx context.Context, d *door, in *ticketIn) (out compose, err error) {
	// One snapshot: what is quoted must be what the last entry is said to be.
	err = d.DB.View(ctx, func(q db.Querier) error {
		out, err = composeFor(ctx, q, d.Answer, in.ID.n())
		return err
	})
	return out, err
}

func composeFor(ctx context.Context, q db.Querier, cfg answer.Config, number int64) (out compose, err error) {
	t, err := ticket.ByID(ctx, q, number)
	if err != nil {
		return out, err
	}
	box, err := mailbox.Sending(ctx, q, t.MailboxID)
	if err != nil {
		return out, err
	}
	to, cc, err := answer.Recipients(ctx, q, t)
	if err != nil {
		return out, err
	}
	out = compose{To: each(to, composeToOf), CC: each(cc, composeToOf), Subject: answer.Subject(t), Signature: box.Signature(t.Language),
		Language: language(words.Parse(t.Language)), MailboxID: idOf(box.ID), LastEntryID: idOf(t.LastEntryID)}
	var quoted bool
	if out.QuoteText, out.QuoteHTML, quoted, err = answer.LastQuote(ctx, q, cfg, t); err != nil || !quoted {
		return out, err
	}
	return out, nil
}

func composeToOf(s answer.Suggested) composeTo {
	return composeTo{Address: s.Addr, Name: s.Name, Why: said{Key: s.Why}}
}

func answerTicket(ctx context.Context, d *door, in *answerIn) (answered, error) {
	b := in.Body
	t, err := ticket.ByID(ctx, d.DB, in.ID.n())
	if err != nil {
		return answered{}, err
	}
	seen := b.SeenEntry.n()
	r := answer.Request{TicketID: t.ID, AgentID: who(ctx).agent.ID, Text: b.Text, HTML: b.HTML, To: addressesOf(b.To), Cc: addressesOf(b.CC),
		FileIDs: make([]int64, 0, len(b.Files)), Quote: b.Quote, Status: (*ticket.Status)(b.Status), Seen: &seen}
	for _, f := range b.Files {
		r.FileIDs = append(r.FileIDs, f.n())
	}
	if b.PendingReason != nil {
		r.PendingReason = string(*b.PendingReason)
	}
	if b.PendingUntil != nil {
		r.PendingUntil = at(*b.PendingUntil)
	}
	sent, err := answer.Send(ctx, d.DB, d.Answer, d.Now(), r)
	if err != nil {
		return answered{}, err
	}
	return answered{idOf(sent.MessageID), idOf(sent.OutboxID), ms(sent.HoldUntil)}, nil
}

func addressesOf(given []mailAddress) []mail.Address {
	out := make([]mail.Address, len(given))
	for i, a := range given {
		out[i] = mail.Address{Name: a.Name, Addr: a.Address}
	}
	return out
}

func undoAnswer(ctx context.Context, d *door, in *outboxID) error {
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := answer.Undo(ctx, tx, actor(ctx), d.Now(), in.ID.n())
		return err
	})
}
