package history

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"guichet/internal/answer"
	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/intake"
	"guichet/internal/mail"
	"guichet/internal/mail/imap"
)

// Options are what working on an import needs.
type Options struct {
	DB     *db.DB
	Answer answer.Config
	Now    func() time.Time
	Folder string // where mails of an IMAP folder wait between the reading and the import
	// Told is called after each step that is on disk. It may be nil.
	Told func(Import)
	// IMAP says how a mailbox is reached. It may be nil: then none is.
	IMAP func(ctx context.Context, mailbox int64) (imap.Options, error)
	// Room says whether the disk can take more. It may be nil.
	Room func() error
}

// errMoved ends work on an import whose state somebody changed.
var errMoved = errors.New("the import was moved")

// batch is how many mails are read, or taken in, in one transaction, and how many
// bytes of them at most.
const (
	batchMails = 50
	batchBytes = 8 << 20
)

// found is one mail of an archive on its way into the notes.
type found struct {
	file  int64
	uid   int64
	span  span
	mail  *intake.Prepared
	cause string // why it can't be read, a key of words
}

// Run works on an import until it rests: read, taken in or taken out. It goes on
// where it stopped, whatever stopped it. It ends without an error when ctx ends or
// somebody moves the import on.
func Run(ctx context.Context, o Options, id int64) error {
	for ctx.Err() == nil {
		i, err := ByID(ctx, o.DB, id)
		if err != nil || !i.Active() {
			return err
		}
		switch i.State {
		case Reading:
			err = o.read(ctx, i)
		case Importing:
			err = o.take(ctx, i)
		case Undoing:
			err = o.undo(ctx, i)
		}
		if errors.Is(err, errMoved) {
			continue
		}
		if f, told := fault.As(err); told && ctx.Err() == nil && f.Kind != fault.Busy {
			return errors.Join(err, o.fail(ctx, i, f))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// fail notes why an import can't go on, for a person to read. What was taken in
// stays, and can be gone on with or taken out.
func (o Options) fail(ctx context.Context, i Import, f *fault.Error) error {
	args, err := json.Marshal(f.Args)
	if err != nil {
		return fmt.Errorf("import %d: %w", i.ID, err)
	}
	to := Failed
	if i.State != Reading {
		to = Stopped
	}
	waits := i.State == Reading && i.Kind == IMAP && f.Kind == fault.Outside // a server that is away comes back
	return o.DB.Write(ctx, func(tx *db.Tx) error {
		if waits {
			_, err := tx.Exec(ctx, "UPDATE history SET problem = ?, problem_args = ? WHERE id = ?", f.Key, string(args), i.ID)
			return err
		}
		if err := i.become(ctx, tx, o.Now(), to); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "UPDATE history SET problem = ?, problem_args = ? WHERE id = ?", f.Key, string(args), i.ID)
		if err != nil {
			return err
		}
		return i.happened(ctx, tx, o.Now(), i.by(), "history."+string(to))
	})
}

// step runs one transaction of work on an import that still is in its state.
func (o Options) step(ctx context.Context, i Import, do func(tx *db.Tx) error) error {
	if o.Room != nil {
		if err := o.Room(); err != nil {
			return err
		}
	}
	err := o.DB.Write(ctx, func(tx *db.Tx) error {
		now, err := ByID(ctx, tx, i.ID)
		if err != nil {
			return err
		}
		if now.State != i.State {
			return errMoved
		}
		return do(tx)
	})
	if err != nil || o.Told == nil {
		return err
	}
	now, err := ByID(ctx, o.DB, i.ID)
	if err == nil {
		o.Told(now)
	}
	return err
}

// read notes every mail of an archive, and then what they would make.
func (o Options) read(ctx context.Context, i Import) error {
	if i.Kind == IMAP {
		if err := o.fetch(ctx, i); err != nil {
			return err
		}
		return o.planned(ctx, i)
	}
	files, err := o.files(ctx, i)
	if err != nil {
		return err
	}
	r := &reading{o: o, i: i}
	defer r.close()
	for _, f := range files {
		if err := r.file(ctx, f); err != nil {
			return err
		}
	}
	if err := r.flush(ctx); err != nil {
		return err
	}
	return o.planned(ctx, i)
}

// files returns the files of an archive, found once.
func (o Options) files(ctx context.Context, i Import) ([]file, error) {
	had, err := filesOf(ctx, o.DB, i.ID)
	if err != nil || len(had) > 0 {
		return had, err
	}
	files, err := find(i.Places)
	if err != nil {
		return nil, err
	}
	return files, o.step(ctx, i, func(tx *db.Tx) error {
		var size int64
		for _, f := range files {
			size += f.size
			if _, err := tx.Exec(ctx, "INSERT INTO history_file (history_id, n, path, size, at, read_to, problem) VALUES (?, ?, ?, ?, ?, 0, ?)",
				i.ID, f.n, f.path, f.size, f.at, f.problem); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, "UPDATE history SET size = ? WHERE id = ?", size, i.ID)
		return err
	})
}

func filesOf(ctx context.Context, q db.Querier, id int64) ([]file, error) {
	return db.All(ctx, q, func(f *file) []any { return []any{&f.n, &f.path, &f.size, &f.at, &f.readTo, &f.problem} },
		"SELECT n, path, size, at, read_to, problem FROM history_file WHERE history_id = ? ORDER BY n", id)
}

// reading is one run through the files of an archive.
type reading struct {
	opened
	o     Options
	i     Import
	batch []found
	bytes int64
	ends  []file // whose reading came this far with the batch
}

func (r *reading) file(ctx context.Context, f file) error {
	if f.problem != "" || f.readTo >= f.size && f.size > 0 {
		return nil
	}
	in, err := r.at(f.path)
	if err != nil {
		if err := r.i.away(f.path); err != nil {
			return err
		}
		return r.skip(ctx, f, "history.because.closed")
	}
	form, err := shapeOf(in, f.path, f.size)
	switch {
	case err != nil:
		return r.skip(ctx, f, "history.because.closed")
	case form == noMail:
		return r.skip(ctx, f, "history.because.no_mail")
	case form == oneMail:
		return r.one(ctx, in, f, span{0, f.size}, f.size, false)
	}
	m := newMbox(in, f.readTo, f.size)
	for {
		s, end, ok, err := m.next()
		if err != nil {
			return r.skip(ctx, f, "history.because.closed")
		}
		if !ok {
			return r.reached(ctx, f, f.size)
		}
		if err := r.one(ctx, in, f, s, end, true); err != nil {
			return err
		}
	}
}

// one looks at one mail. What can't be read is noted, and stops nothing.
func (r *reading) one(ctx context.Context, in *os.File, f file, s span, end int64, many bool) error {
	m := found{file: f.n, span: s}
	p, err := intake.Look(section(in, s, many))
	if err != nil {
		m.cause = "history.because.closed"
		p = &intake.Prepared{Mail: &mail.Message{}}
	}
	m.mail = p
	m.mail.Mail.HTML = "" // not needed any more
	r.batch, r.bytes = append(r.batch, m), r.bytes+s.length
	return r.reached(ctx, f, end)
}

// section reads one mail of a file as it was before it was filed.
func section(in io.ReaderAt, s span, many bool) io.Reader {
	var mail io.Reader = io.NewSectionReader(in, s.start, s.length)
	if many {
		mail = unquote(mail)
	}
	return mail
}

func (r *reading) reached(ctx context.Context, f file, to int64) error {
	f.readTo = to
	if n := len(r.ends); n > 0 && r.ends[n-1].n == f.n {
		r.ends[n-1] = f
	} else {
		r.ends = append(r.ends, f)
	}
	if len(r.batch) < batchMails && r.bytes < batchBytes && len(r.ends) < 4*batchMails {
		return ctx.Err()
	}
	return r.flush(ctx)
}

func (r *reading) skip(ctx context.Context, f file, why string) error {
	f.problem = why
	return r.reached(ctx, f, f.size)
}

func (r *reading) flush(ctx context.Context) error {
	if len(r.ends) == 0 {
		return ctx.Err()
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	err := r.o.step(ctx, r.i, func(tx *db.Tx) error {
		if err := r.o.note(ctx, tx, r.i, r.batch); err != nil {
			return err
		}
		for _, f := range r.ends {
			if _, err := tx.Exec(ctx, "UPDATE history_file SET read_to = ?, problem = ? WHERE history_id = ? AND n = ?", f.readTo, f.problem, r.i.ID, f.n); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, "UPDATE history SET progress = (SELECT COALESCE(SUM(read_to), 0) FROM history_file WHERE history_id = ?) WHERE id = ?", r.i.ID, r.i.ID)
		return err
	})
	r.batch, r.bytes, r.ends = nil, 0, nil
	return err
}

// note weighs mails of an archive and writes down what each of them is.
func (o Options) note(ctx context.Context, tx *db.Tx, i Import, batch []found) error {
	n, err := db.Value[int64](ctx, tx, "SELECT COALESCE(MAX(n), 0) FROM history_mail WHERE history_id = ?", i.ID)
	if err != nil {
		return err
	}
	for k, m := range batch {
		if err := o.noteOne(ctx, tx, i, n+int64(k)+1, m); err != nil {
			return err
		}
	}
	return nil
}

func (o Options) noteOne(ctx context.Context, tx *db.Tx, i Import, n int64, f found) error {
	m := f.mail.Mail
	w := intake.Weighed{Fate: intake.Unreadable, Reason: f.cause}
	if f.cause == "" {
		var err error
		if w, err = intake.Weigh(ctx, tx, o.Answer, i.CreatedAt, f.mail); err != nil {
			return err
		}
	}
	args, err := json.Marshal(w.Args)
	if err != nil {
		return fmt.Errorf("a mail of an archive: %w", err)
	}
	fate := string(w.Fate)
	if w.There {
		fate = string(intake.Duplicate)
	}
	var people []string
	for _, a := range append(append([]mail.Address{m.From}, m.To...), m.Cc...) {
		if address := strings.ToLower(a.Addr); address != "" && len(people) < 50 && !slices.Contains(people, address) {
			people = append(people, address)
		}
	}
	_, err = tx.Exec(ctx, `INSERT INTO history_mail (history_id, n, file, start, length, uid, hash, fingerprint, message_id, refs, at, from_name,
		from_addr, people, subject, kind, own, known, client_id, joins, there, fate, reason, reason_args)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		i.ID, n, f.file, f.span.start, f.span.length, f.uid, f.mail.Raw.Hash, fmt.Sprintf("%x", m.Fingerprint), plain(m.MessageID),
		plain(strings.Join(refs(m), "\n")), i.written(m.Date), plain(m.From.Name), plain(strings.ToLower(m.From.Addr)), plain(strings.Join(people, " ")), plain(m.Subject),
		string(m.Kind), w.Own, w.Known, db.Null(w.ClientID), db.Null(w.TicketID), w.There, fate, w.Reason, string(args))
	return err
}

// plain is text that any database takes.
func plain(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}

// refs are the ids that a mail answers, the nearest first; of a delivery report,
// the mail that it is about.
func refs(m *mail.Message) []string {
	out := slices.Clone(m.InReplyTo)
	if m.Bounce != nil && m.Bounce.OriginalMessageID != "" {
		out = append([]string{m.Bounce.OriginalMessageID}, out...)
	}
	for _, id := range slices.Backward(m.References) {
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	const most = 50
	return out[:min(len(out), most)]
}

// written is when a mail was, as far as it says so believably.
func (i Import) written(d time.Time) time.Time {
	if d.IsZero() || d.After(i.CreatedAt) || d.Year() < 1990 {
		return i.CreatedAt
	}
	return d.UTC()
}
