package journal

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"guichet/internal/db"
)

const columns = "seq, at, actor, actor_id, kind, subject, subject_id, ticket_id, data"

type row struct {
	Entry
	data                string
	salt, digest, chain []byte
}

func fields(r *row) []any {
	return []any{&r.Seq, &r.At, &r.Actor.Kind, &r.Actor.ID, &r.Kind, &r.Subject, &r.SubjectID, &r.TicketID, &r.data}
}

func entries(rows []row, err error) ([]Entry, error) {
	if err != nil {
		return nil, err
	}
	out := make([]Entry, len(rows))
	for i, r := range rows {
		out[i] = r.Entry
		if err := json.Unmarshal([]byte(r.data), &out[i].Changes); err != nil {
			return nil, fmt.Errorf("journal entry %d: %w", r.Seq, err)
		}
	}
	return out, nil
}

// Since returns up to limit entries after seq, oldest first: the feed of
// changes. To follow it, take db.DB.Changed first, then read.
func Since(ctx context.Context, q db.Querier, seq int64, limit int) ([]Entry, error) {
	return entries(db.All(ctx, q, fields, "SELECT "+columns+" FROM journal WHERE seq > ? ORDER BY seq LIMIT ?", seq, limit))
}

// OfTicket returns the entries of a ticket's timeline, oldest first.
func OfTicket(ctx context.Context, q db.Querier, ticket int64) ([]Entry, error) {
	return OfTicketBetween(ctx, q, ticket, 0, math.MaxInt64)
}

// Step is an entry by its place and its time.
type Step struct {
	Seq int64
	At  time.Time
}

// Steps returns the entries of a ticket's timeline but those about these kinds of
// things, oldest first, without what they say.
func Steps(ctx context.Context, q db.Querier, ticket int64, but ...string) ([]Step, error) {
	args := []any{ticket}
	for _, subject := range but {
		args = append(args, subject)
	}
	return db.All(ctx, q, func(s *Step) []any { return []any{&s.Seq, &s.At} },
		"SELECT seq, at FROM journal WHERE ticket_id = ? AND subject NOT IN "+db.In(len(but))+" ORDER BY seq", args...)
}

// OfTicketBetween is OfTicket for the entries from first to last.
func OfTicketBetween(ctx context.Context, q db.Querier, ticket, first, last int64) ([]Entry, error) {
	return entries(db.All(ctx, q, fields, "SELECT "+columns+" FROM journal WHERE ticket_id = ? AND seq BETWEEN ? AND ? ORDER BY seq", ticket, first, last))
}

// Of returns the entries about one thing, oldest first.
func Of(ctx context.Context, q db.Querier, subject string, id int64) ([]Entry, error) {
	return entries(db.All(ctx, q, fields,
		"SELECT "+columns+" FROM journal WHERE subject = ? AND subject_id = ? ORDER BY seq", subject, id))
}

// Last returns the place of the newest entry, 0 for none.
func Last(ctx context.Context, q db.Querier) (int64, error) {
	n, err := db.Value[int64](ctx, q, "SELECT seq FROM journal ORDER BY seq DESC LIMIT 1")
	if errors.Is(err, db.ErrNone) {
		return 0, nil
	}
	return n, err
}

// Erase takes a contact's personal values out of all past entries (GDPR, art.
// 17). What stays says that there was a value; the chain still holds, because it
// covers digests, and the salt goes so that a digest can't be guessed back.
func Erase(ctx context.Context, tx *db.Tx, now time.Time, by Actor, contact int64) error {
	rows, err := db.All(ctx, tx, fields, "SELECT "+columns+` FROM journal
		WHERE seq IN (SELECT seq FROM journal_person WHERE contact_id = ?) ORDER BY seq`, contact)
	found, err := entries(rows, err)
	if err != nil {
		return err
	}
	for _, e := range found {
		for i := range e.Changes {
			if e.Changes[i].Person == contact {
				e.Changes[i] = Change{Field: e.Changes[i].Field, Erased: true}
			}
		}
		data, err := json.Marshal(e.Changes)
		if err != nil {
			return fmt.Errorf("erase from the journal: %w", err)
		}
		if _, err := tx.Exec(ctx, "UPDATE journal SET data = ?, salt = NULL WHERE seq = ?", string(data), e.Seq); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, "DELETE FROM journal_person WHERE contact_id = ?", contact); err != nil {
		return err
	}
	_, err = Append(ctx, tx, now, Entry{Actor: by, Kind: "contact.erased", Subject: "contact", SubjectID: contact})
	return err
}

// Verify walks the whole journal and returns an error that names the first
// entry that was altered, removed or put in by another hand.
func Verify(ctx context.Context, q db.Querier) error {
	const page = 1000
	var end last
	for {
		rows, err := db.All(ctx, q, func(r *row) []any { return append(fields(r), &r.salt, &r.digest, &r.chain) },
			"SELECT "+columns+", salt, digest, chain FROM journal WHERE seq > ? ORDER BY seq LIMIT ?", end.seq, page)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if err := r.follows(end); err != nil {
				return err
			}
			end = last{r.Seq, bytes.Clone(r.chain)}
		}
		if len(rows) < page {
			return nil
		}
	}
}

func (r row) follows(end last) error {
	switch {
	case r.Seq != end.seq+1:
		return fmt.Errorf("journal entry %d is missing", end.seq+1)
	case !bytes.Equal(r.chain, chainOf(end.chain, r.Entry, r.digest)):
		return fmt.Errorf("journal entry %d does not follow the one before it", r.Seq)
	case len(r.salt) > 0 && !bytes.Equal(r.digest, digestOf(r.salt, []byte(r.data))):
		return fmt.Errorf("journal entry %d was altered", r.Seq)
	}
	return nil
}
