package web

import (
	"context"

	"guichet/internal/db"
	"guichet/internal/outbox"
	"guichet/internal/ticket"
)

func deliveryOf(it outbox.Item) Delivery {
	one := Delivery{OutboxID: idOf(it.ID), State: outState(it.State), Attempts: it.Attempts,
		Recipients: each(it.Recipients, func(r outbox.Recipient) deliveryLine {
			return deliveryLine{r.Address, rcptState(r.State), r.Reply}
		})}
	if it.State == outbox.Waiting && it.Attempts == 0 {
		one.HoldUntil = ms(it.NotBefore)
	}
	if it.Problem.Key != "" || it.Problem.Server != "" {
		one.Problem = &deliveryProblem{it.Problem.Key, it.Problem.Args, it.Problem.Server}
	}
	return one
}

func listOutbox(ctx context.Context, d *door, _ *struct{}) (out outboxRows, err error) {
	err = d.DB.View(ctx, func(q db.Querier) error {
		out, err = stuckRows(ctx, q)
		return err
	})
	return out, err
}

func stuckRows(ctx context.Context, q db.Querier) (out outboxRows, err error) {
	stuck, err := outbox.Stuck(ctx, q)
	if err != nil {
		return out, err
	}
	for _, it := range stuck {
		row := outboxRow{Delivery: deliveryOf(it), Kind: it.Kind, MessageID: idOf(it.MessageID), CreatedAt: ms(it.CreatedAt), SentAt: ms(it.SentAt)}
		if it.TicketID != 0 {
			t, err := ticket.ByID(ctx, q, it.TicketID)
			if err != nil {
				return out, err
			}
			row.Ticket = &ticketRef{idOf(t.ID), t.Number, t.Subject}
		}
		out.Items = append(out.Items, row)
	}
	return out, nil
}

func retryAnswer(ctx context.Context, d *door, in *outboxID) error {
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := outbox.Retry(ctx, tx, actor(ctx), d.Now(), in.ID.n())
		return err
	})
}

func settleAnswer(ctx context.Context, d *door, in *settleIn) error {
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := outbox.Settle(ctx, tx, actor(ctx), d.Now(), in.ID.n(), in.Body.Sent)
		return err
	})
}
