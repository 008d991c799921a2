package outbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"guichet/internal/db"
	"guichet/internal/journal"
)

// Place is where a mail's copy on the server is, or is to be.
type Place string

// The places. A mail of which nothing is noted is at home: where it came in.
const (
	Home Place = "home"
	Junk Place = "junk" // the server's folder for spam
)

// Want has the server's copy of a mail moved once this transaction is on disk. With
// onlyNoted a mail that never had to do with the folder for spam is left alone.
func Want(ctx context.Context, tx *db.Tx, now time.Time, mail, mailbox int64, to Place, onlyNoted bool) error {
	n, err := tx.Exec(ctx, "UPDATE mail_place SET wanted = ?, due_at = ?, tries = 0, problem = '' WHERE mail_id = ?", string(to), now, mail)
	if err != nil || n > 0 || onlyNoted {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO mail_place (mail_id, mailbox_id, place, wanted, due_at, tries, problem) VALUES (?, ?, 'home', ?, ?, 0, '')`,
		mail, mailbox, string(to), now)
	return err
}

// InJunk notes that a mail's copy was found in the server's folder for spam. An
// errand that is to fetch it out of there still does.
func InJunk(ctx context.Context, tx *db.Tx, mail, mailbox int64) error {
	_, err := tx.Exec(ctx, `INSERT INTO mail_place (mail_id, mailbox_id, place, wanted, tries, problem) VALUES (?, ?, 'junk', 'junk', 0, '')
		ON CONFLICT (mail_id) DO UPDATE SET place = 'junk', wanted = CASE WHEN mail_place.due_at IS NULL THEN 'junk' ELSE mail_place.wanted END`, mail, mailbox)
	return err
}

// LeftJunk notes that a mail's copy was found at home. It says whether somebody took
// it out of the folder for spam on the server: nobody here had wanted that.
func LeftJunk(ctx context.Context, tx *db.Tx, mail int64) (bool, error) {
	n, err := tx.Exec(ctx, "UPDATE mail_place SET place = 'home', wanted = 'home' WHERE mail_id = ? AND place = 'junk' AND wanted = 'junk' AND due_at IS NULL", mail)
	return n > 0, err
}

// errand to move a copy.
type placing struct {
	mail, mailbox int64
	wanted        Place
	due           time.Time
	tries         int
}

// move brings a mail's copy on the server where it is wanted. Like any errand it
// counts the try first.
func (l *loop) move(ctx context.Context, id int64) error {
	p, err := l.claimMove(ctx, id)
	if err != nil || p.due.IsZero() {
		return err
	}
	route, err := l.o.Route(ctx, p.mailbox)
	if err == nil && route.Put != nil {
		err = route.Put(ctx, p.mail, p.wanted)
	}
	switch {
	case err == nil:
		return l.moved(p, route.Put != nil)
	case ctx.Err() != nil:
		return nil // the program is stopping
	}
	l.o.Log.Warn("a mail's copy could not be moved on the server", "mail", p.mail, "to", p.wanted, "try", p.tries, "err", err)
	return l.unmoved(p, problem(err))
}

func (l *loop) claimMove(ctx context.Context, id int64) (p placing, err error) {
	now := l.o.Now()
	err = l.d.Write(ctx, func(tx *db.Tx) error {
		p, err = db.One(ctx, tx, func(p *placing) []any { return []any{&p.mail, &p.mailbox, (*string)(&p.wanted), &p.due, &p.tries} },
			"SELECT mail_id, mailbox_id, wanted, due_at, tries FROM mail_place WHERE mail_id = ?", id)
		if errors.Is(err, db.ErrNone) || err == nil && p.due.IsZero() {
			p, err = placing{}, nil
			return nil
		}
		if err != nil {
			return err
		}
		p.tries++
		_, err := tx.Exec(ctx, "UPDATE mail_place SET tries = ?, due_at = ? WHERE mail_id = ?", p.tries, now.Add(pause(p.tries)), id)
		return err
	})
	return p, err
}

// moved notes where the copy is now. What a person wanted otherwise meanwhile stays
// to be done. Where nothing may be moved the wish ends.
func (l *loop) moved(p placing, put bool) error {
	return l.write(func(ctx context.Context, tx *db.Tx) error {
		place := "place"
		if put {
			place = "wanted"
		}
		n, err := tx.Exec(ctx, "UPDATE mail_place SET place = "+place+", due_at = NULL, tries = 0, problem = '' WHERE mail_id = ? AND wanted = ?", p.mail, string(p.wanted))
		if err == nil && n == 0 && put {
			_, err = tx.Exec(ctx, "UPDATE mail_place SET place = ? WHERE mail_id = ?", string(p.wanted), p.mail)
		}
		if err != nil {
			return err
		}
		return tell(ctx, tx, l.o.Now(), "mail.placed", p)
	})
}

// unmoved keeps why it failed, for the dock; after the last try it is given up.
func (l *loop) unmoved(p placing, why Problem) error {
	text, err := json.Marshal(why)
	if err != nil {
		return fmt.Errorf("problem of mail %d: %w", p.mail, err)
	}
	return l.write(func(ctx context.Context, tx *db.Tx) error {
		end := ""
		if p.tries >= errandTries {
			end = ", due_at = NULL"
		}
		_, err := tx.Exec(ctx, "UPDATE mail_place SET problem = ?"+end+" WHERE mail_id = ? AND wanted = ?", string(text), p.mail, string(p.wanted))
		if err != nil || p.tries != 1 && end == "" {
			return err // told once when it begins and once when it is given up
		}
		return tell(ctx, tx, l.o.Now(), "mail.unplaced", p)
	})
}

func tell(ctx context.Context, tx *db.Tx, now time.Time, kind string, p placing) error {
	_, err := journal.Append(ctx, tx, now, journal.Entry{Actor: system, Kind: kind, Subject: "mail", SubjectID: p.mail,
		Changes: []journal.Change{{Field: "place", After: string(p.wanted)}}})
	return err
}
