// Package journal is the append-only log of what happened: who, when, what,
// before and after. An entry is written in the transaction of the rows that it
// tells about, and everything that looks back reads it: the ticket's timeline,
// the clocks, the audit, the live feed, the reports.
package journal

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"guichet/internal/db"
)

// Actor is who did it.
type Actor struct {
	Kind string // agent, contact, system
	ID   int64  // 0 for the system
}

// Agent is a person of the support team.
func Agent(id int64) Actor { return Actor{"agent", id} }

// Contact is a person at a client.
func Contact(id int64) Actor { return Actor{"contact", id} }

// System is the program by itself.
func System() Actor { return Actor{Kind: "system"} }

// Change is one field of what an entry is about. Values are strings, numbers,
// booleans, or nil.
type Change struct {
	Field  string `json:"field"`
	Before any    `json:"before,omitempty"`
	After  any    `json:"after,omitempty"`
	// Person is the contact whose personal value this is; Erase rewrites it.
	Person int64 `json:"person,omitempty"`
	// Sealed keeps both values out: the entry only says that it changed.
	Sealed bool `json:"sealed,omitempty"`
	// Erased says that the values were personal and are gone.
	Erased bool `json:"erased,omitempty"`
}

// Entry is one thing that happened.
type Entry struct {
	Seq       int64     // the order in which things happened, from 1
	At        time.Time // UTC
	Actor     Actor
	Kind      string // what: "ticket.status", "client.created"…
	Subject   string // the kind of thing that it happened to: "ticket", "client"…
	SubjectID int64
	TicketID  int64 // the ticket whose timeline shows it, 0 for none
	Changes   []Change
}

// last is the end of the chain, remembered within a transaction.
type last struct {
	seq   int64
	chain []byte
}

type lastKey struct{}

// Append writes an entry and returns its place in the order. The entry's own
// Seq and At are ignored: now is when it happened.
func Append(ctx context.Context, tx *db.Tx, now time.Time, e Entry) (int64, error) {
	end, err := chainEnd(ctx, tx)
	if err != nil {
		return 0, err
	}
	e.Seq, e.At = end.seq+1, now
	for i := range e.Changes {
		if e.Changes[i].Sealed {
			e.Changes[i].Before, e.Changes[i].After = nil, nil
		}
	}
	data, err := json.Marshal(e.Changes)
	if err != nil {
		return 0, fmt.Errorf("journal %s: %w", e.Kind, err)
	}
	salt := make([]byte, 16)
	if _, err := rand.Read(salt); err != nil {
		return 0, fmt.Errorf("journal: %w", err)
	}
	digest := digestOf(salt, data)
	chain := chainOf(end.chain, e, digest)
	if _, err := tx.Exec(ctx, `INSERT INTO journal
		(seq, at, actor, actor_id, kind, subject, subject_id, ticket_id, data, salt, digest, chain)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		e.Seq, now, e.Actor.Kind, db.Null(e.Actor.ID), e.Kind, e.Subject, e.SubjectID, db.Null(e.TicketID),
		string(data), salt, digest, chain); err != nil {
		return 0, err
	}
	tx.Remember(lastKey{}, last{e.Seq, chain})
	return e.Seq, notePersons(ctx, tx, e)
}

func chainEnd(ctx context.Context, tx *db.Tx) (last, error) {
	if v, ok := tx.Remembered(lastKey{}); ok {
		return v.(last), nil
	}
	end, err := db.One(ctx, tx, func(l *last) []any { return []any{&l.seq, &l.chain} },
		"SELECT seq, chain FROM journal ORDER BY seq DESC LIMIT 1")
	if errors.Is(err, db.ErrNone) {
		return last{}, nil
	}
	return end, err
}

// notePersons remembers which entries hold whose personal values.
func notePersons(ctx context.Context, tx *db.Tx, e Entry) error {
	for _, c := range e.Changes {
		if c.Person == 0 {
			continue
		}
		if _, err := tx.Exec(ctx, `INSERT INTO journal_person (contact_id, seq) VALUES (?, ?)
			ON CONFLICT (contact_id, seq) DO NOTHING`, c.Person, e.Seq); err != nil {
			return err
		}
	}
	return nil
}

func digestOf(salt, data []byte) []byte {
	h := sha256.New()
	h.Write(salt)
	h.Write(data)
	return h.Sum(nil)
}

// chainOf binds an entry to all before it. Lengths stand before texts, so that
// two different entries never give the same bytes.
func chainOf(before []byte, e Entry, digest []byte) []byte {
	h := sha256.New()
	h.Write(before)
	for _, n := range []int64{e.Seq, e.At.UnixMilli(), e.Actor.ID, e.SubjectID, e.TicketID} {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(n)))
	}
	for _, s := range []string{e.Actor.Kind, e.Kind, e.Subject} {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(s))))
		h.Write([]byte(s))
	}
	h.Write(digest)
	return h.Sum(nil)
}
