package history

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/intake"
)

// due is one mail that waits to be taken in.
type due struct {
	n, file, uid, talk int64
	start, length      int64
	hash               string
	at                 time.Time
	own                bool
	fate, reason, args string
	prepared           *intake.Prepared
	cause              string // why it can't be
}

// take takes the mails of an archive in, a batch at a time: the mails, their
// tickets and the note that they are in stand in one transaction.
func (o Options) take(ctx context.Context, i Import) error {
	files, err := filesOf(ctx, o.DB, i.ID)
	if err != nil {
		return err
	}
	t := &taking{o: o, i: i, paths: map[int64]file{}}
	for _, f := range files {
		t.paths[f.n] = f
	}
	defer t.close()
	for {
		batch, err := t.next(ctx)
		if err != nil {
			return err
		}
		if len(batch) == 0 {
			return t.done(ctx)
		}
		if err := t.batch(ctx, batch); err != nil {
			return err
		}
	}
}

// taking is one run of taking in.
type taking struct {
	opened
	o     Options
	i     Import
	paths map[int64]file
}

// next reads the next mails out of their files.
func (t *taking) next(ctx context.Context) ([]due, error) {
	batch, err := db.All(ctx, t.o.DB, func(d *due) []any {
		return []any{&d.n, &d.file, &d.uid, &d.talk, &d.start, &d.length, &d.hash, &d.at, &d.own, &d.fate, &d.reason, &d.args}
	}, `SELECT n, file, uid, talk, start, length, hash, at, own, fate, reason, reason_args FROM history_mail
		WHERE history_id = ? AND done = 0 AND turn > 0 ORDER BY turn LIMIT ?`, t.i.ID, batchMails)
	if err != nil {
		return nil, err
	}
	var bytes int64
	for k := range batch {
		if bytes += batch[k].length; k > 0 && bytes > batchBytes {
			batch = batch[:k]
			break
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := t.prepare(&batch[k]); err != nil {
			return nil, err
		}
	}
	return batch, nil
}

// prepare reads one mail again. One that is not as it was when it was shown is
// left, with the reason.
func (t *taking) prepare(d *due) error {
	f, known := t.paths[d.file]
	if !known {
		d.cause = "history.because.closed"
		return nil
	}
	in, err := t.at(f.path)
	if err != nil {
		d.cause = "history.because.closed"
		return t.i.away(f.path)
	}
	form, err := shapeOf(in, f.path, f.size)
	if err != nil {
		d.cause = "history.because.closed"
		return nil
	}
	src := &source{r: section(in, span{d.start, d.length}, form == manyMails && t.i.Kind == Files)}
	p, err := intake.Prepare(t.o.Answer, intake.HistoryOrigin(), src)
	switch {
	case src.err != nil:
		d.cause = "history.because.closed"
	case err != nil:
		return err
	case p.Raw.Hash != d.hash:
		d.cause = "history.because.changed"
	default:
		p.Mail.Date = d.at
		d.prepared = p
	}
	return nil
}

// source tells an error of the archive from one of our own disk.
type source struct {
	r   io.Reader
	err error
}

// Read reads as io.Reader says.
func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != io.EOF {
		s.err = err
	}
	return n, err
}

// batch commits some mails. Where one of them fails the others are taken without
// it.
func (t *taking) batch(ctx context.Context, batch []due) error {
	var sources []*intake.Prepared
	for _, d := range batch {
		if d.prepared != nil {
			sources = append(sources, d.prepared)
		}
	}
	if err := intake.Settle(t.o.Answer, sources); err != nil {
		return err
	}
	run := func(take func(tx *db.Tx, d due) error) error {
		return t.o.step(ctx, t.i, func(tx *db.Tx) error {
			for _, d := range batch {
				if err := take(tx, d); err != nil {
					return err
				}
			}
			_, err := tx.Exec(ctx, "UPDATE history SET progress = progress + ? WHERE id = ?", len(batch), t.i.ID)
			return err
		})
	}
	err := run(func(tx *db.Tx, d due) error { return t.one(ctx, tx, d) })
	if err == nil || errors.Is(err, errMoved) || db.IsFull(err) || db.IsGone(err) || fault.Is(err, fault.Busy) || ctx.Err() != nil {
		return err
	}
	return run(func(tx *db.Tx, d due) error {
		err := tx.Savepoint(ctx, func() error { return t.one(ctx, tx, d) })
		if err == nil || db.IsFull(err) || db.IsGone(err) {
			return err
		}
		d.cause = "history.because.failed"
		if errors.Is(err, intake.ErrGone) {
			d.cause = "history.because.gone"
		}
		return t.one(ctx, tx, d)
	})
}

// one takes one mail in.
func (t *taking) one(ctx context.Context, tx *db.Tx, d due) error {
	if d.cause != "" {
		_, err := tx.Exec(ctx, "UPDATE history_mail SET done = 1, fate = 'unreadable', reason = ? WHERE history_id = ? AND n = ?", d.cause, t.i.ID, d.n)
		return err
	}
	past := intake.Past{By: t.i.by(), Source: t.i.Label, Since: t.i.Since, Fate: intake.Fate(d.fate), Reason: d.reason, Own: d.own, At: d.at,
		Args: map[string]any{}}
	if err := json.Unmarshal([]byte(d.args), &past.Args); err != nil {
		return fmt.Errorf("a mail of an archive: %w", err)
	}
	if past.Args == nil {
		past.Args = map[string]any{}
	}
	past.Args["source"] = t.i.Label
	var k talkRow
	if d.talk != 0 {
		var err error
		if k, err = t.talk(ctx, tx, d, &past); err != nil {
			return err
		}
	}
	laid, err := intake.TakePast(ctx, tx, t.o.Answer, t.o.Now(), d.prepared, past)
	if err != nil {
		return err
	}
	if laid.Again {
		_, err := tx.Exec(ctx, "UPDATE history_mail SET done = 1, there = 1, fate = 'duplicate', reason = 'history.because.there' WHERE history_id = ? AND n = ?", t.i.ID, d.n)
		return err
	}
	for _, c := range laid.Contacts {
		if _, err := tx.Exec(ctx, "INSERT INTO history_contact (history_id, contact_id) VALUES (?, ?)", t.i.ID, c); err != nil {
			return err
		}
	}
	if d.talk != 0 && k.ticket == 0 {
		if _, err := tx.Exec(ctx, "UPDATE history_talk SET ticket_id = ? WHERE history_id = ? AND n = ?", laid.TicketID, t.i.ID, d.talk); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, "UPDATE history_mail SET done = 1, mail_id = ?, entry_id = ?, refs_added = ?, fate = ?, reason = ? WHERE history_id = ? AND n = ?",
		laid.MailID, db.Null(laid.EntryID), strings.Join(laid.Refs, "\n"), string(past.Fate), past.Reason, t.i.ID, d.n)
	return err
}

// done ends an import.
func (t *taking) done(ctx context.Context) error {
	return t.o.step(ctx, t.i, func(tx *db.Tx) error {
		if err := t.i.become(ctx, tx, t.o.Now(), Done); err != nil {
			return err
		}
		return t.i.happened(ctx, tx, t.o.Now(), t.i.by(), "history.done")
	})
}
