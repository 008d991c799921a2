package benchmark

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-message"
	_ "github.com/emersion/go-message/charset" // every charset, as a real program needs
	gomail "github.com/emersion/go-message/mail"
	_ "github.com/mattn/go-sqlite3"
)

// floorSchema is the least that a desk of mails can be kept in.
const floorSchema = `
CREATE TABLE ticket (id INTEGER PRIMARY KEY, subject TEXT, requester TEXT, status TEXT, activity_at INTEGER, snippet TEXT);
CREATE INDEX ticket_status ON ticket (status, activity_at, id);
CREATE INDEX ticket_activity ON ticket (activity_at, id);
CREATE TABLE message (id INTEGER PRIMARY KEY, ticket_id INTEGER, message_id TEXT UNIQUE, from_addr TEXT, subject TEXT, at INTEGER, body TEXT);
CREATE TABLE attachment (message_id INTEGER, part INTEGER, name TEXT, type TEXT, size INTEGER, hash TEXT, PRIMARY KEY (message_id, part));
CREATE VIRTUAL TABLE search USING fts5(subject, body, content='message', content_rowid='id', tokenize='unicode61 remove_diacritics 2');`

// floor is a program with nothing in it but the work: batched FETCH of 50, a
// go-message walk, rows and full text, one synced commit per batch.
type floor struct {
	db                           *sql.DB
	tx                           *sql.Tx
	ticket, message, file, index *sql.Stmt
	id                           int64
	reads                        map[string]*sql.Stmt
}

// seen is what the floor keeps of a mail.
type seen struct {
	id, from, subject, text string
	at                      time.Time
	files                   []seenFile
}

type seenFile struct {
	name, kind, hash string
	size             int64
}

func openFloor(ctx context.Context, dir string) (*floor, error) {
	d, err := sql.Open("sqlite3", "file:"+filepath.Join(dir, "floor.db")+"?_journal_mode=WAL&_synchronous=FULL&_cache_size=-32000")
	if err != nil {
		return nil, err
	}
	d.SetMaxOpenConns(1)
	if _, err := d.ExecContext(ctx, floorSchema); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	f := &floor{db: d, reads: map[string]*sql.Stmt{}}
	for _, s := range []struct {
		to    **sql.Stmt
		query string
	}{
		{&f.ticket, "INSERT INTO ticket (id, subject, requester, status, activity_at, snippet) VALUES (?, ?, ?, ?, ?, ?)"},
		{&f.message, "INSERT INTO message (id, ticket_id, message_id, from_addr, subject, at, body) VALUES (?, ?, ?, ?, ?, ?, ?)"},
		{&f.file, "INSERT INTO attachment (message_id, part, name, type, size, hash) VALUES (?, ?, ?, ?, ?, ?)"},
		{&f.index, "INSERT INTO search (rowid, subject, body) VALUES (?, ?, ?)"},
	} {
		if *s.to, err = d.PrepareContext(ctx, s.query); err != nil {
			return nil, errors.Join(err, d.Close())
		}
	}
	return f, nil
}

// ingest brings every mail of the INBOX and returns how many.
func (f *floor) ingest(ctx context.Context, address, user, password string) (n int, err error) {
	c, err := imapclient.DialInsecure(address, nil)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	if err := c.Login(user, password).Wait(); err != nil {
		return 0, err
	}
	if _, err := c.Select("INBOX", &imap.SelectOptions{ReadOnly: true}).Wait(); err != nil {
		return 0, err
	}
	found, err := c.UIDSearch(&imap.SearchCriteria{}, nil).Wait()
	if err != nil {
		return 0, err
	}
	for uids := found.AllUIDs(); len(uids) > 0; uids = uids[min(len(uids), 50):] {
		batch, err := fetchBatch(c, uids[:min(len(uids), 50)])
		if err != nil {
			return n, err
		}
		if err := f.commit(ctx, batch); err != nil {
			return n, err
		}
		n += len(batch)
	}
	return n, nil
}

func fetchBatch(c *imapclient.Client, uids []imap.UID) ([]seen, error) {
	whole := imap.FetchItemBodySection{Peek: true}
	cmd := c.Fetch(imap.UIDSetNum(uids...), &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{&whole}})
	var batch []seen
	for msg := cmd.Next(); msg != nil; msg = cmd.Next() {
		for item := msg.Next(); item != nil; item = msg.Next() {
			body, ok := item.(imapclient.FetchItemDataBodySection)
			if !ok {
				continue
			}
			s, err := walk(body.Literal)
			if _, drain := io.Copy(io.Discard, body.Literal); err != nil || drain != nil {
				return nil, errors.Join(err, drain, cmd.Close())
			}
			batch = append(batch, s)
		}
	}
	return batch, cmd.Close()
}

// walk reads a mail once: its header, the text, a hash of each file.
func walk(r io.Reader) (seen, error) {
	m, err := gomail.CreateReader(r)
	if err != nil && !message.IsUnknownCharset(err) {
		return seen{}, err
	}
	s := seen{}
	// What a header does not say stays empty, as with any mail.
	s.id, _ = m.Header.MessageID()
	s.subject, _ = m.Header.Subject()
	s.at, _ = m.Header.Date()
	if from, err := m.Header.AddressList("From"); err == nil && len(from) > 0 {
		s.from = from[0].Address
	}
	for {
		p, err := m.NextPart()
		if err == io.EOF {
			return s, nil
		}
		if err != nil {
			return s, err
		}
		if err := s.part(p); err != nil {
			return s, err
		}
	}
}

func (s *seen) part(p *gomail.Part) error {
	switch h := p.Header.(type) {
	case *gomail.InlineHeader:
		kind, _, err := h.ContentType()
		if err != nil || kind != "text/plain" {
			_, err := io.Copy(io.Discard, p.Body)
			return err
		}
		var b strings.Builder
		_, err = io.Copy(&b, io.LimitReader(p.Body, 1<<20))
		s.text += b.String()
		return err
	case *gomail.AttachmentHeader:
		f, sum := seenFile{}, sha256.New()
		f.name, _ = h.Filename()
		f.kind, _, _ = h.ContentType()
		n, err := io.Copy(sum, p.Body)
		f.size, f.hash = n, hex.EncodeToString(sum.Sum(nil))
		s.files = append(s.files, f)
		return err
	}
	return nil
}

// commit writes one batch, synced to disk when it returns.
func (f *floor) commit(ctx context.Context, batch []seen) (err error) {
	if f.tx, err = f.db.BeginTx(ctx, nil); err != nil {
		return err
	}
	for i := range batch {
		if err := f.keep(ctx, &batch[i], "new"); err != nil {
			return errors.Join(err, f.tx.Rollback())
		}
	}
	return f.tx.Commit()
}

func (f *floor) keep(ctx context.Context, s *seen, status string) error {
	f.id++
	snippet := s.text[:min(len(s.text), 160)]
	if _, err := f.tx.StmtContext(ctx, f.ticket).ExecContext(ctx, f.id, s.subject, s.from, status, s.at.UnixMilli(), snippet); err != nil {
		return fmt.Errorf("ticket: %w", err)
	}
	if _, err := f.tx.StmtContext(ctx, f.message).ExecContext(ctx, f.id, f.id, s.id, s.from, s.subject, s.at.UnixMilli(), s.text); err != nil {
		return fmt.Errorf("message: %w", err)
	}
	for i, a := range s.files {
		if _, err := f.tx.StmtContext(ctx, f.file).ExecContext(ctx, f.id, i, a.name, a.kind, a.size, a.hash); err != nil {
			return fmt.Errorf("attachment: %w", err)
		}
	}
	_, err := f.tx.StmtContext(ctx, f.index).ExecContext(ctx, f.id, s.subject, s.text)
	return err
}

func (f *floor) close() error { return f.db.Close() }
