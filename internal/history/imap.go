package history

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/intake"
	"guichet/internal/mail"
	"guichet/internal/mail/imap"
)

// spool is where the mails of an IMAP folder wait, one behind the other, so that a
// server gives each of them once: for the preview and for the import.
func (o Options) spool(id int64) string {
	return filepath.Join(o.Folder, strconv.FormatInt(id, 10)+".mails")
}

// fetching is one reading of an IMAP folder. The server's copies are only looked
// at: the folder is opened read-only.
type fetching struct {
	o      Options
	i      Import
	file   *os.File
	end    int64 // of what is written
	listed int64
}

// fetch brings what is missing of an IMAP folder, and goes on where it stopped.
func (o Options) fetch(ctx context.Context, i Import) error {
	if o.IMAP == nil {
		return fault.New(fault.Refused, "history.err.no_mailbox")
	}
	server, err := o.IMAP(ctx, i.MailboxID)
	if err != nil {
		return err
	}
	server.Folder, server.After = i.Places[0], imap.Leave
	f := &fetching{o: o, i: i}
	if err := f.open(ctx); err != nil {
		return err
	}
	_, err = imap.Once(ctx, server, f.hooks())
	return errors.Join(err, f.file.Close())
}

// open opens the spool behind what is noted of it: the rest is of a run that was
// cut.
func (f *fetching) open(ctx context.Context) error {
	if err := os.MkdirAll(f.o.Folder, 0o700); err != nil {
		return fmt.Errorf("make the folder of imports: %w", err)
	}
	had, err := filesOf(ctx, f.o.DB, f.i.ID)
	if err != nil {
		return err
	}
	path := f.o.spool(f.i.ID)
	if len(had) == 0 {
		err = f.o.step(ctx, f.i, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, "INSERT INTO history_file (history_id, n, path, size, at, read_to) VALUES (?, 1, ?, 0, ?, 0)", f.i.ID, path, f.o.Now())
			return err
		})
		had = []file{{n: 1}}
	}
	if err != nil {
		return err
	}
	if f.file, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return fmt.Errorf("keep the mails of a folder: %w", err)
	}
	f.end = had[0].readTo
	if err := f.file.Truncate(f.end); err != nil {
		return errors.Join(fmt.Errorf("keep the mails of a folder: %w", err), f.file.Close())
	}
	return nil
}

func (f *fetching) hooks() imap.Hooks[found] {
	return imap.Hooks[found]{
		LowWater: func(context.Context, uint32) (uint32, error) { return 0, nil },
		Missing:  f.missing,
		Prepare:  f.prepare,
		Discard:  func(found) {}, // its place in the spool is left empty
		Commit:   f.commit,
		Failed: func(ctx context.Context, validity, uid uint32, _ int, _ bool, _ error) error {
			none := &intake.Prepared{Mail: &mail.Message{}}
			return f.commit(ctx, validity, []found{{file: 1, uid: int64(uid), mail: none, cause: "history.because.fetch"}})
		},
	}
}

// missing strikes out the mails that are here, and sees to it that the numbers of
// the folder are still the same.
func (f *fetching) missing(ctx context.Context, validity uint32, uids []uint32) ([]uint32, error) {
	if had := f.i.UIDValidity; had != 0 && had != int64(validity) {
		return nil, fault.New(fault.Conflict, "history.err.numbering", "folder", f.i.Places[0])
	}
	have, err := db.Values[int64](ctx, f.o.DB, "SELECT uid FROM history_mail WHERE history_id = ? AND uid BETWEEN ? AND ?",
		f.i.ID, int64(uids[0]), int64(uids[len(uids)-1]))
	if err != nil {
		return nil, err
	}
	here := make(map[uint32]bool, len(have))
	for _, uid := range have {
		here[uint32(uid)] = true
	}
	f.listed += int64(len(uids))
	var out []uint32
	for _, uid := range uids {
		if !here[uid] {
			out = append(out, uid)
		}
	}
	return out, nil
}

// prepare reads one mail into the spool.
func (f *fetching) prepare(_ context.Context, m imap.Fetched, r io.Reader) (found, error) {
	if f.o.Room != nil {
		if err := f.o.Room(); err != nil {
			return found{}, fmt.Errorf("%w: %w", imap.ErrHalt, err)
		}
	}
	w := &kept{w: io.NewOffsetWriter(f.file, f.end)}
	p, err := intake.Look(io.TeeReader(r, w))
	if w.err != nil {
		return found{}, fmt.Errorf("%w: %w", imap.ErrHalt, w.err)
	}
	if err != nil {
		return found{}, err
	}
	p.Mail.HTML = ""
	out := found{file: 1, uid: int64(m.UID), span: span{f.end, w.n}, mail: p}
	f.end += w.n
	return out, nil
}

// kept counts what is written, and keeps the error of our own disk apart.
type kept struct {
	w   io.Writer
	n   int64
	err error
}

// Write writes as io.Writer says.
func (k *kept) Write(p []byte) (int, error) {
	n, err := k.w.Write(p)
	k.n, k.err = k.n+int64(n), errors.Join(k.err, err)
	return n, err
}

// commit notes mails once they are on disk.
func (f *fetching) commit(ctx context.Context, validity uint32, items []found) error {
	if err := f.file.Sync(); err != nil {
		return fmt.Errorf("keep the mails of a folder: %w", err)
	}
	end := int64(0)
	for _, m := range items {
		end = max(end, m.span.start+m.span.length)
	}
	return f.o.step(ctx, f.i, func(tx *db.Tx) error {
		if err := f.o.note(ctx, tx, f.i, items); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE history_file SET read_to = CASE WHEN read_to < ? THEN ? ELSE read_to END, size = ? WHERE history_id = ?", end, end, end, f.i.ID); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE history SET uidvalidity = ?, size = ?, problem = '', progress = (SELECT COUNT(*) FROM history_mail WHERE history_id = ?)
			WHERE id = ?`, int64(validity), f.listed, f.i.ID, f.i.ID)
		return err
	})
}

// Sweep removes what waited of IMAP folders whose import is over.
func (o Options) Sweep(ctx context.Context) error {
	entries, err := os.ReadDir(o.Folder)
	if err != nil {
		return ignore(err, os.ErrNotExist)
	}
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), ".mails")
		id, err := strconv.ParseInt(name, 10, 64)
		if !ok || err != nil {
			continue
		}
		i, err := ByID(ctx, o.DB, id)
		if err == nil && (i.Active() && i.State != Undoing || i.State == Ready || i.State == Stopped) {
			continue
		}
		if err != nil && !fault.Is(err, fault.Missing) {
			return err
		}
		if err := os.Remove(filepath.Join(o.Folder, e.Name())); err != nil {
			return fmt.Errorf("remove what waited: %w", err)
		}
	}
	return nil
}
