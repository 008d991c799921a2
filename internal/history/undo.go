package history

import (
	"context"
	"strings"

	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/intake"
	"guichet/internal/people"
	"guichet/internal/ticket"
)

// Removal says what taking an archive out again does.
type Removal struct {
	Opened  int64 // tickets that go
	Mails   int64 // mails that go with them or alone
	Joined  int64 // tickets that are given back as they were
	Stays   int64 // tickets that somebody has worked on since
	Staying []Talk
}

// PlanUndo looks at what taking an import out again would do.
func PlanUndo(ctx context.Context, q db.Querier, id int64) (u Removal, err error) {
	const page, named = 500, 50
	for last := int64(0); ; {
		talks, err := Talks(ctx, q, id, last, false, page)
		if err != nil {
			return u, err
		}
		for _, k := range talks {
			last = k.N
			if k.TicketID == 0 || k.Undone != 0 {
				continue
			}
			stays, err := worked(ctx, q, id, k.TicketID, k.Opens)
			switch {
			case err != nil:
				return u, err
			case stays:
				u.Stays++
				if len(u.Staying) < named {
					u.Staying = append(u.Staying, k)
				}
			case k.Opens:
				u.Opened++
			default:
				u.Joined++
			}
		}
		if len(talks) < page {
			break
		}
	}
	u.Mails, err = db.Value[int64](ctx, q, "SELECT COUNT(*) FROM history_mail WHERE history_id = ? AND done = 1 AND mail_id IS NOT NULL", id)
	return u, err
}

// worked says whether a ticket stays: somebody has done something to one that the
// archive opened, or another archive has put mails into it since. What was put into
// a ticket that was there goes, whatever was done to that ticket.
func worked(ctx context.Context, q db.Querier, id, tk int64, opened bool) (bool, error) {
	if !opened {
		return false, nil
	}
	n, err := db.Value[int64](ctx, q, "SELECT COUNT(*) FROM history_talk WHERE ticket_id = ? AND history_id <> ? AND undone = 0", tk, id)
	if err != nil || n > 0 {
		return true, err
	}
	return ticket.Touched(ctx, q, tk)
}

// undo takes an import out again: conversation by conversation, then what was set
// aside, then the contacts that nobody needs any more.
func (o Options) undo(ctx context.Context, i Import) error {
	for more := true; more; {
		if err := ctx.Err(); err != nil {
			return nil
		}
		err := o.step(ctx, i, func(tx *db.Tx) (err error) {
			more, err = o.undoTalks(ctx, tx, i)
			return err
		})
		if err != nil {
			return err
		}
	}
	for more := true; more; {
		if err := ctx.Err(); err != nil {
			return nil
		}
		err := o.step(ctx, i, func(tx *db.Tx) (err error) {
			more, err = o.undoAside(ctx, tx, i)
			return err
		})
		if err != nil {
			return err
		}
	}
	return o.undoContacts(ctx, i)
}

// undoTalks takes some conversations out, the last first, and says whether there
// are more.
func (o Options) undoTalks(ctx context.Context, tx *db.Tx, i Import) (more bool, err error) {
	talks, err := db.All(ctx, tx, talkFields, "SELECT "+talkColumns+` FROM history_talk WHERE history_id = ? AND undone = 0 AND ticket_id IS NOT NULL
		AND (opens = 1 OR before <> '') ORDER BY n DESC LIMIT ?`, i.ID, batchMails)
	if err != nil {
		return false, err
	}
	for _, k := range talks {
		undone, err := o.undoTalk(ctx, tx, i, k)
		if err != nil {
			return false, err
		}
		if _, err := tx.Exec(ctx, "UPDATE history_talk SET undone = ? WHERE history_id = ? AND n = ?", undone, i.ID, k.n); err != nil {
			return false, err
		}
		n, err := tx.Exec(ctx, "UPDATE history_mail SET done = ? WHERE history_id = ? AND talk = ? AND done = 1", undone+1, i.ID, k.n)
		if err != nil {
			return false, err
		}
		if _, err := tx.Exec(ctx, "UPDATE history SET progress = progress + ? WHERE id = ?", n, i.ID); err != nil {
			return false, err
		}
	}
	return len(talks) == batchMails, nil
}

// What becomes of a conversation that is taken out.
const (
	gone  = 1
	stays = 2
)

type laid struct {
	n, mail, entry int64
	refs           string
}

func (o Options) undoTalk(ctx context.Context, tx *db.Tx, i Import, k talkRow) (int, error) {
	tk, err := ticket.ByID(ctx, tx, k.ticket)
	if fault.Is(err, fault.Missing) {
		return gone, nil
	}
	if err != nil {
		return 0, err
	}
	if keep, err := worked(ctx, tx, i.ID, k.ticket, k.opens); err != nil || keep {
		return stays, err
	}
	mails, err := db.All(ctx, tx, func(l *laid) []any { return []any{&l.n, &l.mail, &l.entry, &l.refs} },
		"SELECT n, mail_id, entry_id, refs_added FROM history_mail WHERE history_id = ? AND talk = ? AND done = 1 AND mail_id IS NOT NULL ORDER BY turn DESC", i.ID, k.n)
	if err != nil {
		return 0, err
	}
	if k.opens {
		if err := ticket.RemovePast(ctx, tx, i.by(), o.Now(), tk, i.Label); err != nil {
			return 0, err
		}
	}
	for _, l := range mails {
		moved, err := intake.PastMoved(ctx, tx, l.mail)
		if err != nil {
			return 0, err
		}
		if moved { // a technician has put it elsewhere: it is theirs
			continue
		}
		if !k.opens && l.entry != 0 {
			if err := ticket.TakePast(ctx, tx, i.by(), o.Now(), k.ticket, l.entry, strings.Fields(l.refs)); err != nil {
				return 0, err
			}
		}
		if _, err := intake.RemovePast(ctx, tx, l.mail); err != nil {
			return 0, err
		}
	}
	if k.opens {
		return gone, nil
	}
	return gone, ticket.Restand(ctx, tx, i.by(), o.Now(), k.ticket, k.before, i.Since, i.Label)
}

// undoAside takes some mails out that belong to no conversation.
func (o Options) undoAside(ctx context.Context, tx *db.Tx, i Import) (more bool, err error) {
	const page = 500
	mails, err := db.All(ctx, tx, func(l *laid) []any { return []any{&l.n, &l.mail} },
		"SELECT n, mail_id FROM history_mail WHERE history_id = ? AND done = 1 ORDER BY turn LIMIT ?", i.ID, page)
	if err != nil {
		return false, err
	}
	for _, l := range mails {
		done := 3
		removed, err := intake.RemovePast(ctx, tx, l.mail)
		if err != nil {
			return false, err
		}
		if removed || l.mail == 0 {
			done = 2
		}
		if _, err := tx.Exec(ctx, "UPDATE history_mail SET done = ? WHERE history_id = ? AND n = ?", done, i.ID, l.n); err != nil {
			return false, err
		}
	}
	_, err = tx.Exec(ctx, "UPDATE history SET progress = progress + ? WHERE id = ?", len(mails), i.ID)
	return len(mails) == page, err
}

// undoContacts takes away the contacts that the import made and that nobody needs,
// and ends the undoing.
func (o Options) undoContacts(ctx context.Context, i Import) error {
	const page = 200
	for {
		if err := ctx.Err(); err != nil {
			return nil
		}
		end := false
		err := o.step(ctx, i, func(tx *db.Tx) error {
			contacts, err := db.Values[int64](ctx, tx, "SELECT contact_id FROM history_contact WHERE history_id = ? ORDER BY contact_id LIMIT ?", i.ID, page)
			if err != nil {
				return err
			}
			for _, c := range contacts {
				if _, err := people.RemoveUnused(ctx, tx, i.by(), o.Now(), c); err != nil {
					return err
				}
				if _, err := tx.Exec(ctx, "DELETE FROM history_contact WHERE history_id = ? AND contact_id = ?", i.ID, c); err != nil {
					return err
				}
			}
			if end = len(contacts) < page; !end {
				return nil
			}
			if err := i.become(ctx, tx, o.Now(), Undone); err != nil {
				return err
			}
			return i.happened(ctx, tx, o.Now(), i.by(), "history.undone")
		})
		if err != nil || end {
			return err
		}
	}
}
