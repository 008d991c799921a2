// Package intake turns what reaches the desk into tickets. A mail gets exactly
// one fate, with its reason, and keeps its raw source; what can't be understood
// still opens a ticket.
package intake

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"guichet/internal/answer"
	"guichet/internal/blob"
	"guichet/internal/db"
	"guichet/internal/mail"
	"guichet/internal/mailbox"
)

// Fate is what became of a mail.
type Fate string

// The fates.
const (
	Opened     Fate = "opened"     // a ticket
	Joined     Fate = "joined"     // a ticket that was there
	Alerted    Fate = "alert"      // a ticket, from a machine: nobody is answered
	AutoNoted  Fate = "auto"       // an automatic answer, noted on its ticket where it has one
	Bounced    Fate = "bounce"     // a delivery report, attached to its ticket where it has one
	Listed     Fate = "list"       // a newsletter or list, set aside
	Reported   Fate = "feedback"   // an abuse report, set aside
	Own        Fate = "own"        // our own mail come back, set aside
	Duplicate  Fate = "duplicate"  // a second copy of a mail that is there
	Unreadable Fate = "unreadable" // a ticket with the raw file, for a person to read
	SetAside   Fate = "aside"      // by a technician
	Spam       Fate = "spam"       // set aside: the server says so, the sender is blocked, or a technician
)

// Origin is where a mail came from.
type Origin struct {
	Source    string // imap or file
	MailboxID int64  // 0 for a file
	UID       mailbox.UID
	Marked    bool // the copy on the server needs nothing after the commit
	Junk      bool // found in the server's folder for spam
}

// Prepared is a mail that is read and parsed, and not yet in the database. A
// large raw source is a file already, which Take puts on disk.
type Prepared struct {
	Origin Origin
	Raw    blob.Content
	Mail   *mail.Message
	Spam   string // the line of the header by which the server takes it for spam
}

// errUnread is of a mail that our own parser failed on: it has no fingerprint, and
// what is known of it is not enough to decide by.
var errUnread = errors.New("the parser failed")

// Config is what taking in needs beside the database.
type Config = answer.Config

// Prepare reads one raw mail to its end. It needs no transaction: all parsing
// happens here. An error is one of reading or of the disk, never of the mail.
func Prepare(cfg Config, from Origin, r io.Reader) (*Prepared, error) {
	w := blob.NewWriter(cfg.Blobs)
	defer w.Discard()
	tee := io.TeeReader(r, w)
	m, err := mail.Parse(tee, func(mail.Part) io.Writer { return nil })
	if err != nil {
		return nil, fmt.Errorf("read a mail: %w", err)
	}
	// The parser may stop before the end; the raw source is kept whole.
	if _, err := io.Copy(io.Discard, tee); err != nil {
		return nil, fmt.Errorf("read a mail: %w", err)
	}
	raw, err := w.Loose()
	if err != nil {
		return nil, err
	}
	return &Prepared{Origin: from, Raw: raw, Mail: m, Spam: m.Spam}, nil
}

// Outcome is what Take did with one mail.
type Outcome struct {
	MailID   int64 // of the mail, or of the one that was there already
	Fate     Fate
	Reason   string // a key of words
	TicketID int64
	EntryID  int64 // the message it became
	Again    bool  // the very same bytes were there: nothing changed
}

// Take puts mails into the database, all of them in one transaction that is on
// disk when it returns, their large sources before it; then the server's copies
// may be touched. A mail that fails opens a ticket with its raw source, and stops
// nothing. Taking the same mail twice changes nothing.
//
// The batch is tried whole first, and with a savepoint for each mail only when one
// of them failed: the full-text index writes itself out at each savepoint, which
// costs as much as a transaction for each mail.
func Take(ctx context.Context, d *db.DB, cfg Config, now time.Time, batch []*Prepared) ([]Outcome, error) {
	if err := settle(cfg, batch); err != nil {
		return nil, err
	}
	out := make([]Outcome, len(batch))
	whole := func(tx *db.Tx, i int) (err error) {
		out[i], err = (&taking{tx: tx, cfg: cfg, now: now, Prepared: batch[i]}).take(ctx)
		return err
	}
	apart := func(tx *db.Tx, i int) error {
		err := tx.Savepoint(ctx, func() error { return whole(tx, i) })
		if err != nil && !ours(err) {
			out[i], err = (&taking{tx: tx, cfg: cfg, now: now, Prepared: batch[i]}).unreadable(ctx, err)
		}
		return err
	}
	err := oneByOne(ctx, d, out, whole)
	if err != nil && !ours(err) {
		err = oneByOne(ctx, d, out, apart)
	}
	return out, err
}

func settle(cfg Config, batch []*Prepared) error {
	raws := make([]blob.Content, len(batch))
	for i, p := range batch {
		raws[i] = p.Raw
	}
	return blob.Settle(cfg.Blobs, raws)
}

// oneByOne takes each mail of a batch, and counts their fates at its end.
func oneByOne(ctx context.Context, d *db.DB, out []Outcome, take func(tx *db.Tx, i int) error) error {
	return d.Write(ctx, func(tx *db.Tx) error {
		fates := map[Fate]int64{}
		for i := range out {
			if err := take(tx, i); err != nil {
				return fmt.Errorf("take in a mail: %w", err)
			}
			if !out[i].Again {
				fates[out[i].Fate]++
			}
		}
		for _, f := range slices.Sorted(maps.Keys(fates)) {
			if err := countFate(ctx, tx, f, fates[f]); err != nil {
				return err
			}
		}
		return nil
	})
}

// ours says that a failure is not the mail's: the disk is full, the database
// went away. Then the batch fails and the mails stay on the server.
func ours(err error) bool {
	return db.IsFull(err) || errors.Is(err, context.Canceled) || errors.Is(err, io.ErrClosedPipe) || db.IsGone(err)
}

// taking is one mail on its way into the database.
type taking struct {
	*Prepared
	tx  *db.Tx
	cfg Config
	now time.Time
	id  int64 // of the mail's row

	heard map[string]bool // the ids it answers by which a message is known

	doubted bool
	doubts  []mail.Warning // about the sender, once doubted
}

// take decides the fate of a mail.
func (t *taking) take(ctx context.Context) (Outcome, error) {
	if known, err := t.seen(ctx); err != nil {
		return known, err
	} else if known.MailID != 0 {
		return t.placed(ctx, known)
	}
	if t.Mail.Fingerprint == ([32]byte{}) {
		return Outcome{}, errUnread
	}
	if err := blob.Put(ctx, t.tx, t.now, t.Raw); err != nil {
		return Outcome{}, err
	}
	var err error
	if t.id, err = t.tx.NewID(ctx); err != nil {
		return Outcome{}, err
	}
	verdict, err := t.decide(ctx)
	if err != nil {
		return Outcome{}, err
	}
	return t.keep(ctx, verdict)
}

// seen finds the very same bytes: from a second run, another folder, an export.
func (t *taking) seen(ctx context.Context) (Outcome, error) {
	o, err := db.One(ctx, t.tx, func(o *Outcome) []any {
		return []any{&o.MailID, (*string)(&o.Fate), &o.Reason, &o.TicketID, &o.EntryID}
	}, "SELECT id, fate, reason, ticket_id, entry_id FROM mail WHERE raw = ?", t.Raw.Hash)
	if errors.Is(err, db.ErrNone) {
		return Outcome{}, nil
	}
	if err != nil {
		return o, err
	}
	o.Again = true
	return o, t.settleUID(ctx, o.MailID)
}

func (t *taking) settleUID(ctx context.Context, id int64) error {
	if t.Origin.Source != "imap" {
		return nil
	}
	return mailbox.Settled(ctx, t.tx, t.now, t.Origin.UID, id, t.Origin.Marked)
}

func (t *taking) fingerprint() string { return hex.EncodeToString(t.Mail.Fingerprint[:]) }
