package history

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/intake"
	"guichet/internal/ticket"
)

// talkRow is a conversation as taking in needs it.
type talkRow struct {
	n, ticket int64
	opens     bool
	last      time.Time
	before    string
}

func talkFields(k *talkRow) []any { return []any{&k.n, &k.ticket, &k.opens, &k.last, &k.before} }

const talkColumns = "n, ticket_id, opens, last_at, before"

// talk says where a mail of a conversation goes: into the ticket that is there, or
// that an earlier mail of it opened, or into one of its own. What the first of them
// was to do the next one does where that one was left out.
func (t *taking) talk(ctx context.Context, tx *db.Tx, d due, past *intake.Past) (talkRow, error) {
	k, err := db.One(ctx, tx, talkFields, "SELECT "+talkColumns+" FROM history_talk WHERE history_id = ? AND n = ?", t.i.ID, d.talk)
	if err != nil {
		return k, err
	}
	past.TicketID, past.ClosedAt = k.ticket, k.last
	machine := past.Fate == intake.Bounced || past.Fate == intake.AutoNoted
	switch {
	case k.ticket != 0 && !machine:
		past.Fate, past.Reason = intake.Joined, "history.because.joined"
	case k.ticket == 0 && machine:
		// Its ticket was not made: it stands for itself, and begins nothing.
	case k.ticket == 0:
		if past.Fate != intake.Alerted {
			past.Fate = intake.Opened
		}
		past.Reason = "history.because.opened"
		past.TakenAt, err = db.Value[time.Time](ctx, tx, `SELECT MIN(at) FROM history_mail WHERE history_id = ? AND talk = ? AND own = 1
			AND kind <> 'auto_reply'`, t.i.ID, d.talk)
	}
	if err != nil || k.opens || k.before != "" {
		return k, err
	}
	return k, t.before(ctx, tx, k)
}

// before keeps what a ticket that was there says of its messages, for the day when
// the archive is taken out again, and notes in its timeline what comes in.
func (t *taking) before(ctx context.Context, tx *db.Tx, k talkRow) error {
	tk, err := ticket.ByID(ctx, tx, k.ticket)
	if fault.Is(err, fault.Missing) {
		return intake.ErrGone
	}
	if err != nil {
		return err
	}
	text, err := json.Marshal(tk.Footing())
	if err != nil {
		return fmt.Errorf("ticket %d: %w", k.ticket, err)
	}
	if _, err := tx.Exec(ctx, "UPDATE history_talk SET before = ? WHERE history_id = ? AND n = ?", string(text), t.i.ID, k.n); err != nil {
		return err
	}
	return ticket.Joined(ctx, tx, t.i.by(), t.o.Now(), tk.ID, t.i.Label)
}

// Talk is one conversation of an archive, for people to look at.
type Talk struct {
	N        int64
	Subject  string
	First    time.Time
	Last     time.Time
	Mails    int64
	People   string // the first names
	ClientID int64
	Client   string
	Opens    bool  // a ticket of its own
	TicketID int64 // 0 while it is not there
	Number   int64 // of the ticket
	Undone   int64 // 1 gone, 2 stays
}

// Talks returns conversations of an archive in their order, after the nth. With
// stays only those that an undoing left.
func Talks(ctx context.Context, q db.Querier, id, after int64, stays bool, limit int) ([]Talk, error) {
	only := ""
	if stays {
		only = " AND h.undone = 2"
	}
	return db.All(ctx, q, func(k *Talk) []any {
		return []any{&k.N, &k.Subject, &k.First, &k.Last, &k.Mails, &k.People, &k.ClientID, &k.Client, &k.Opens, &k.TicketID, &k.Number, &k.Undone}
	}, `SELECT h.n, h.subject, h.first_at, h.last_at, h.mails, h.people, h.client_id, c.name, h.opens, h.ticket_id, t.number, h.undone
		FROM history_talk h LEFT JOIN client c ON c.id = h.client_id LEFT JOIN ticket t ON t.id = h.ticket_id
		WHERE h.history_id = ? AND h.n > ?`+only+" ORDER BY h.n LIMIT ?", id, after, limit)
}

// Stays counts the tickets that an undoing left, since somebody had worked on them.
func Stays(ctx context.Context, q db.Querier, id int64) (int64, error) {
	return db.Value[int64](ctx, q, "SELECT COUNT(*) FROM history_talk WHERE history_id = ? AND undone = 2", id)
}

// Mail is a mail of an archive that is of no conversation, for people to look at.
type Mail struct {
	N       int64
	At      time.Time
	From    string
	Subject string
	Fate    intake.Fate
	Reason  string // a key of words
	Args    map[string]any
	MailID  int64 // its row, once it is taken in
	Path    string
}

// Aside returns the mails of an archive that make and join no ticket, after the
// nth: of one fate, or all for "".
func Aside(ctx context.Context, q db.Querier, id int64, fate intake.Fate, after int64, limit int) ([]Mail, error) {
	where, args := "", []any{id, after}
	if fate != "" {
		where, args = " AND m.fate = ?", append(args, string(fate))
	}
	type line struct {
		Mail
		args string
	}
	rows, err := db.All(ctx, q, func(l *line) []any {
		return []any{&l.N, &l.At, &l.From, &l.Subject, (*string)(&l.Fate), &l.Reason, &l.args, &l.MailID, &l.Path}
	}, `SELECT m.n, m.at, m.from_addr, m.subject, m.fate, m.reason, m.reason_args, m.mail_id, f.path FROM history_mail m
		LEFT JOIN history_file f ON f.history_id = m.history_id AND f.n = m.file
		WHERE m.history_id = ? AND m.n > ? AND (m.talk = 0 OR m.fate = 'unreadable')`+where+" ORDER BY m.n LIMIT ?", append(args, limit)...)
	out := make([]Mail, len(rows))
	for k, r := range rows {
		out[k] = r.Mail
		if err := json.Unmarshal([]byte(r.args), &out[k].Args); err != nil {
			return nil, fmt.Errorf("a mail of an archive: %w", err)
		}
	}
	return out, err
}
