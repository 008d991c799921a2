package ticket

import (
	"context"
	"slices"

	"guichet/internal/db"
)

// Ref says that a Message-ID belongs to a ticket.
type Ref struct {
	ID       string // without <>
	TicketID int64
	ClientID int64
	Origin   string // ours, theirs, or alias: seen only in another mail's References
}

// Know remembers a Message-ID of a ticket.
func Know(ctx context.Context, tx *db.Tx, r Ref) error {
	if r.ID == "" {
		return nil
	}
	_, err := tx.Exec(ctx, `INSERT INTO message_ref (ref, ticket_id, client_id, origin) VALUES (?, ?, ?, ?)
		ON CONFLICT (ref, ticket_id) DO NOTHING`, r.ID, r.TicketID, r.ClientID, r.Origin)
	return err
}

// KnowAlias remembers an id of a ticket that was only seen in another mail's
// References, where no message that anybody has is known by it.
func KnowAlias(ctx context.Context, tx *db.Tx, id string, ticket, client int64) error {
	_, err := tx.Exec(ctx, `INSERT INTO message_ref (ref, ticket_id, client_id, origin)
		SELECT CAST(? AS TEXT), CAST(? AS BIGINT), CAST(? AS BIGINT), 'alias'
		WHERE NOT EXISTS (SELECT 1 FROM message_ref WHERE ref = ? AND origin <> 'alias')
		ON CONFLICT (ref, ticket_id) DO NOTHING`, id, ticket, client, id)
	return err
}

// ForgetAliases takes ids away from a ticket that a mail had brought which is
// not in it any more.
func ForgetAliases(ctx context.Context, tx *db.Tx, ticket int64, ids []string) error {
	for _, id := range ids {
		if _, err := tx.Exec(ctx, "DELETE FROM message_ref WHERE ref = ? AND ticket_id = ? AND origin = 'alias'", id, ticket); err != nil {
			return err
		}
	}
	return nil
}

// KnownBy returns what is known of these Message-IDs, in the order in which they
// are given. One id may belong to several tickets: whoever reuses an id can't
// take it away, and a ticket that has the message comes before one that only
// heard of it.
func KnownBy(ctx context.Context, q db.Querier, ids []string) ([]Ref, error) {
	const most = 50
	ids = ids[:min(len(ids), most)]
	var out []Ref
	for _, id := range ids {
		if id == "" {
			continue
		}
		refs, err := db.All(ctx, q, func(r *Ref) []any { return []any{&r.ID, &r.TicketID, &r.ClientID, &r.Origin} },
			"SELECT ref, ticket_id, client_id, origin FROM message_ref WHERE ref = ? ORDER BY CASE origin WHEN 'alias' THEN 1 ELSE 0 END, ticket_id DESC", id)
		if err != nil {
			return nil, err
		}
		out = append(out, refs...)
	}
	return slices.Clip(out), nil
}
