// Package outbox holds what must leave after a commit. A row is written in the
// transaction that decides it, sent by a loop, retried with back-off, and shown
// where it is stuck. A mail is never sent again by itself once the server may
// have it: the stage "data-sent" is stored before the final dot, and what is
// found there after a cut is uncertain until a person decides.
package outbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/journal"
)

// State is how far an item has come.
type State string

// The states.
const (
	Waiting   State = "waiting"   // not before its time, or for the next try
	Sending   State = "sending"   // on the wire, the final dot not written
	DataSent  State = "data-sent" // the final dot is about to be or was written
	Sent      State = "sent"      // the server answered that it has it
	Failed    State = "failed"    // refused for good, or tried for too long
	Uncertain State = "uncertain" // the dot was written and no answer came
	Cancelled State = "cancelled"
)

// Problem is what went wrong at the last try: a sentence, and the server's own
// words.
type Problem struct {
	Key    string         `json:"key,omitempty"`
	Args   map[string]any `json:"args,omitempty"`
	Server string         `json:"server,omitempty"`
}

// Recipient is one address of an item, with a state of its own.
type Recipient struct {
	OutboxID int64
	Address  string
	State    State
	Reply    string // the server's words
}

// Kinds of items.
const (
	Answer          = "answer"
	Acknowledgement = "acknowledgement"
)

// Item is one mail to send.
type Item struct {
	ID         int64
	Kind       string
	TicketID   int64
	MessageID  int64 // the message that it carries, 0 for an acknowledgement
	MailboxID  int64
	Raw        string // the content to send; "" until it is rendered
	Size       int64
	RFCID      string // its Message-ID, without <>
	State      State
	NotBefore  time.Time
	Attempts   int
	Problem    Problem
	CreatedAt  time.Time
	SentAt     time.Time
	Errand     Errand
	tries      int // of the errand
	Version    int64
	Recipients []Recipient
}

const columns = `id, kind, ticket_id, message_id, mailbox_id, raw, size, rfc_id, state, not_before, attempts, problem, created_at, sent_at,
	errand, errand_tries, version`

type row struct {
	Item
	problem string
}

func fields(r *row) []any {
	return []any{&r.ID, &r.Kind, &r.TicketID, &r.MessageID, &r.MailboxID, &r.Raw, &r.Size, &r.RFCID, (*string)(&r.State), &r.NotBefore,
		&r.Attempts, &r.problem, &r.CreatedAt, &r.SentAt, (*string)(&r.Errand), &r.tries, &r.Version}
}

func items(rows []row, err error) ([]Item, error) {
	if err != nil {
		return nil, err
	}
	out := make([]Item, len(rows))
	for i, r := range rows {
		out[i] = r.Item
		if r.problem != "" {
			if err := json.Unmarshal([]byte(r.problem), &out[i].Problem); err != nil {
				return nil, fmt.Errorf("problem of outbox %d: %w", r.ID, err)
			}
		}
	}
	return out, nil
}

// Once returns the item with each recipient once, capitals aside: who is both in
// To and in Cc gets one mail.
func (it Item) Once() Item {
	seen := map[string]bool{}
	var once []Recipient
	for _, r := range it.Recipients {
		if key := strings.ToLower(r.Address); !seen[key] {
			seen[key] = true
			once = append(once, r)
		}
	}
	it.Recipients = once
	return it
}

// Enqueue writes an item to be sent at NotBefore at the earliest.
func Enqueue(ctx context.Context, tx *db.Tx, now time.Time, it Item) (Item, error) {
	id, err := tx.NewID(ctx)
	if err != nil {
		return it, err
	}
	it.ID, it.State, it.CreatedAt, it.Version = id, Waiting, now, 1
	if _, err := tx.Exec(ctx, `INSERT INTO outbox (id, kind, ticket_id, message_id, mailbox_id, raw, size, rfc_id, state, not_before,
		attempts, problem, created_at, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, '', ?, 1)`,
		it.ID, it.Kind, it.TicketID, db.Null(it.MessageID), it.MailboxID, it.Raw, it.Size, it.RFCID, string(it.State), it.NotBefore, now); err != nil {
		return it, err
	}
	for _, r := range it.Recipients {
		if _, err := tx.Exec(ctx, "INSERT INTO outbox_recipient (outbox_id, address, state, reply) VALUES (?, ?, 'waiting', '')", it.ID, r.Address); err != nil {
			return it, err
		}
	}
	return it, nil
}

// ByID returns an item with its recipients.
func ByID(ctx context.Context, q db.Querier, id int64) (Item, error) {
	r, err := db.One(ctx, q, fields, "SELECT "+columns+" FROM outbox WHERE id = ?", id)
	if errors.Is(err, db.ErrNone) {
		return r.Item, fault.New(fault.Missing, "fault.gone")
	}
	list, err := items([]row{r}, err)
	if err != nil {
		return r.Item, err
	}
	list[0].Recipients, err = recipients(ctx, q, id)
	return list[0], err
}

const recipientColumns = "outbox_id, address, state, reply"

func recipientFields(r *Recipient) []any {
	return []any{&r.OutboxID, &r.Address, (*string)(&r.State), &r.Reply}
}

func recipients(ctx context.Context, q db.Querier, id int64) ([]Recipient, error) {
	return db.All(ctx, q, recipientFields, "SELECT "+recipientColumns+" FROM outbox_recipient WHERE outbox_id = ? ORDER BY address", id)
}

// OfTicket returns a ticket's items with their recipients, oldest first.
func OfTicket(ctx context.Context, q db.Querier, ticket int64) ([]Item, error) {
	return withRecipients(ctx, q, "ticket_id = ?", ticket)
}

// OfMessages returns the items of a ticket that carry a message whose id is from
// first to last, with their recipients.
func OfMessages(ctx context.Context, q db.Querier, ticket, first, last int64) ([]Item, error) {
	return withRecipients(ctx, q, "ticket_id = ? AND message_id BETWEEN ? AND ?", ticket, first, last)
}

// Stuck returns the items that a person must look at: failed and uncertain ones,
// and those that have been tried in vain, oldest first.
func Stuck(ctx context.Context, q db.Querier) ([]Item, error) {
	return withRecipients(ctx, q, "state IN ('failed', 'uncertain') OR (state = 'waiting' AND attempts > 0)")
}

// Counts says how many items are stuck and how many wait.
func Counts(ctx context.Context, q db.Querier) (stuck, waiting int64, err error) {
	type cell struct {
		state string
		tried int64
		n     int64
	}
	cells, err := db.All(ctx, q, func(c *cell) []any { return []any{&c.state, &c.tried, &c.n} },
		`SELECT state, CASE WHEN attempts > 0 THEN 1 ELSE 0 END, COUNT(*) FROM outbox
		WHERE state IN ('failed', 'uncertain', 'waiting', 'sending') GROUP BY 1, 2`)
	for _, c := range cells {
		if c.state == "failed" || c.state == "uncertain" || c.state == "waiting" && c.tried == 1 {
			stuck += c.n
		}
		if c.state == "waiting" || c.state == "sending" {
			waiting += c.n
		}
	}
	return stuck, waiting, err
}

// withRecipients returns the items of a condition, the oldest 500, and their
// recipients in one statement more.
func withRecipients(ctx context.Context, q db.Querier, where string, args ...any) ([]Item, error) {
	const page = " ORDER BY id LIMIT 500"
	rows, err := db.All(ctx, q, fields, "SELECT "+columns+" FROM outbox WHERE "+where+page, slices.Clone(args)...)
	list, err := items(rows, err)
	if err != nil {
		return nil, err
	}
	all, err := db.All(ctx, q, recipientFields, "SELECT "+recipientColumns+` FROM outbox_recipient WHERE outbox_id IN
		(SELECT id FROM outbox WHERE `+where+page+") ORDER BY outbox_id, address", args...)
	of := map[int64][]Recipient{}
	for _, r := range all {
		of[r.OutboxID] = append(of[r.OutboxID], r)
	}
	for i := range list {
		list[i].Recipients = of[list[i].ID]
	}
	return list, err
}

// Undo cancels an item that nothing has been done with yet: its version is still
// the first. Once it was tried, whatever came of it, that is a fault of kind
// Conflict: somebody may have the mail.
func Undo(ctx context.Context, tx *db.Tx, id int64) (Item, error) {
	n, err := tx.Exec(ctx, "UPDATE outbox SET state = 'cancelled', version = version + 1 WHERE id = ? AND state = 'waiting' AND version = 1", id)
	if err != nil {
		return Item{}, err
	}
	if n == 0 {
		return Item{}, fault.New(fault.Conflict, "outbox.err.left")
	}
	return ByID(ctx, tx, id)
}

// Bounced notes a delivery report that came later by mail: ids are the
// Message-IDs that it is about. With permanent the recipient has failed. It says
// whether such a mail went to the address at all: a report may be forged.
func Bounced(ctx context.Context, tx *db.Tx, now time.Time, ids []string, address, reply string, permanent bool) (known bool, err error) {
	for _, id := range ids {
		found, sentTo, err := writtenTo(ctx, tx, id, address)
		if err == nil && found == 0 {
			continue
		}
		if err != nil || !permanent {
			return err == nil, err
		}
		if _, err := tx.Exec(ctx, "UPDATE outbox_recipient SET state = 'failed', reply = ? WHERE outbox_id = ? AND address = ?", reply, found, sentTo); err != nil {
			return true, err
		}
		// What is not over for another recipient goes on, and ends as failed.
		if _, err := tx.Exec(ctx, `UPDATE outbox SET state = 'failed', version = version + 1 WHERE id = ? AND kind = 'answer' AND NOT EXISTS (
			SELECT 1 FROM outbox_recipient r WHERE r.outbox_id = outbox.id AND r.state IN ('waiting', 'uncertain'))`, found); err != nil {
			return true, err
		}
		_, err = told(ctx, tx, journal.System(), now, found, "outbox.bounced")
		return true, err
	}
	return false, nil
}

// writtenTo finds the item with a Message-ID that went to an address, and the
// address as it was written to; 0 for none. Capitals do not count.
func writtenTo(ctx context.Context, q db.Querier, id, address string) (int64, string, error) {
	all, err := db.All(ctx, q, recipientFields, `SELECT r.outbox_id, r.address, r.state, r.reply FROM outbox o
		JOIN outbox_recipient r ON r.outbox_id = o.id WHERE o.rfc_id = ?`, id)
	for _, r := range all {
		if strings.EqualFold(r.Address, address) {
			return r.OutboxID, r.Address, err
		}
	}
	return 0, "", err
}

// Hurry ends the time in which answers can be undone, for a program that is about
// to end: they leave now, not at its next start. It says how many there are.
func Hurry(ctx context.Context, tx *db.Tx, now time.Time) (int64, error) {
	return tx.Exec(ctx, "UPDATE outbox SET not_before = ? WHERE state = 'waiting' AND attempts = 0 AND not_before > ?", now, now)
}

// Leaving says how many items are on their way or due for their first try.
func Leaving(ctx context.Context, q db.Querier) (int64, error) {
	return db.Value[int64](ctx, q, "SELECT COUNT(*) FROM outbox WHERE state IN ('sending', 'data-sent') OR (state = 'waiting' AND attempts = 0)")
}

// AfterRestore makes every item that a restored copy still has to send uncertain:
// it may have left between the copy and the loss, and nothing is sent twice.
func AfterRestore(ctx context.Context, tx *db.Tx, now time.Time) error {
	ids, err := db.Values[int64](ctx, tx, "SELECT id FROM outbox WHERE state IN ('waiting', 'sending', 'data-sent') ORDER BY id")
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := uncertain(ctx, tx, now, id, nil); err != nil {
			return err
		}
	}
	return nil
}

// Retry has a failed item tried again at once, for the recipients that did not
// get it. An uncertain one is not: see Settle.
func Retry(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, id int64) (Item, error) {
	n, err := tx.Exec(ctx, `UPDATE outbox SET state = 'waiting', attempts = 0, not_before = ?, created_at = ?, version = version + 1
		WHERE id = ? AND (state = 'failed' OR state = 'waiting')`, now, now, id)
	if err == nil && n == 0 {
		err = fault.New(fault.Conflict, "outbox.err.not_failed")
	}
	if err != nil {
		return Item{}, err
	}
	if _, err := tx.Exec(ctx, "UPDATE outbox_recipient SET state = 'waiting', reply = '' WHERE outbox_id = ? AND state = 'failed'", id); err != nil {
		return Item{}, err
	}
	return told(ctx, tx, by, now, id, "outbox.retried")
}

// Settle is a person's word on an uncertain item: it did reach them (sent), or it
// did not, and then it is sent again. Who was refused or put off at that try is
// not meant: with one put off the item waits again, with one refused it failed.
func Settle(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, id int64, sent bool) (Item, error) {
	state := Waiting
	if sent {
		state = Sent
	}
	if _, err := tx.Exec(ctx, "UPDATE outbox_recipient SET state = ? WHERE outbox_id = ? AND state = 'uncertain'", string(state), id); err != nil {
		return Item{}, err
	}
	all, err := recipients(ctx, tx, id)
	if err != nil {
		return Item{}, err
	}
	var at any
	switch {
	case len(of(all, Waiting)) > 0:
		state = Waiting
	case len(of(all, Failed)) > 0:
		state = Failed
	default:
		at = now
	}
	n, err := tx.Exec(ctx, `UPDATE outbox SET state = ?, not_before = ?, created_at = ?, sent_at = ?, attempts = 0, version = version + 1
		WHERE id = ? AND state = 'uncertain'`, string(state), now, now, at, id)
	if err == nil && n == 0 {
		err = fault.New(fault.Conflict, "outbox.err.not_uncertain")
	}
	if err == nil {
		err = settledErrand(ctx, tx, by, now, id, sent)
	}
	if err != nil {
		return Item{}, err
	}
	return told(ctx, tx, by, now, id, "outbox.settled")
}

// told appends what happened to an item to its ticket's timeline. An
// acknowledgement has its own kinds: "acknowledgement.sent" and so on.
func told(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, id int64, kind string) (Item, error) {
	it, err := ByID(ctx, tx, id)
	if err != nil {
		return it, err
	}
	if it.Kind == Acknowledgement {
		kind = strings.Replace(kind, "outbox.", "acknowledgement.", 1)
	}
	changes := []journal.Change{{Field: "state", After: string(it.State)}}
	if it.Problem.Server != "" {
		changes = append(changes, journal.Change{Field: "reply", After: it.Problem.Server})
	}
	_, err = journal.Append(ctx, tx, now, journal.Entry{Actor: by, Kind: kind, Subject: "outbox", SubjectID: id, TicketID: it.TicketID, Changes: changes})
	return it, err
}
