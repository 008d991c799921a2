package benchmark

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"guichet/app/instance"
	"guichet/internal/db"
	"guichet/internal/intake"
	"guichet/internal/journal"
	"guichet/internal/mail/imap"
	"guichet/internal/mail/wire"
	"guichet/internal/mailbox"
	"guichet/internal/people"
)

// desk is Guichet's own path, wired as the program wires it (app/fetch.go).
type desk struct {
	dir string
	db  *db.DB
	cfg intake.Config
	box mailbox.Mailbox
}

// openDesk makes a data folder with one mailbox and the clients of the corpus.
func openDesk(ctx context.Context, dir string) (*desk, error) {
	d := &desk{dir: dir, cfg: intake.Config{Blobs: filepath.Join(dir, "blobs"), Key: []byte("a key that signs nothing of anyone"), Zone: time.UTC}}
	var err error
	if d.db, err = db.Open(ctx, filepath.Join(dir, "guichet.db")); err != nil {
		return nil, err
	}
	err = d.db.Write(ctx, func(tx *db.Tx) (err error) {
		d.box, err = mailbox.Create(ctx, tx, journal.System(), time.Now(), mailbox.Mailbox{Name: "Support", Address: "support@msp.example",
			After: "leave", IMAP: mailbox.Server{Host: "h"}, SMTP: mailbox.Server{Host: "h"}, Acknowledge: true, Active: true})
		for i := 0; i < clients && err == nil; i++ {
			_, err = people.CreateClient(ctx, tx, journal.System(), time.Now(), people.Client{Name: fmt.Sprintf("%s %d", trades[i%len(trades)], i),
				Domains: []string{domain(i)}, Language: "fr", Colour: -1})
		}
		return err
	})
	if err != nil {
		return nil, errors.Join(err, d.db.Close())
	}
	return d, nil
}

// ingest brings every mail of the INBOX and returns how many.
func (d *desk) ingest(ctx context.Context, server wire.Server) (int, error) {
	return imap.Once(ctx, imap.Options{Server: server, Folder: d.box.Folder, After: imap.Leave}, d.hooks())
}

func (d *desk) hooks() imap.Hooks[*intake.Prepared] {
	at := func(validity, uid uint32) mailbox.UID {
		return mailbox.UID{MailboxID: d.box.ID, Folder: d.box.Folder, UIDValidity: validity, UID: uid}
	}
	return imap.Hooks[*intake.Prepared]{
		LowWater: func(ctx context.Context, validity uint32) (uint32, error) {
			return mailbox.LowWater(ctx, d.db, at(validity, 0))
		},
		Missing: func(ctx context.Context, validity uint32, uids []uint32) ([]uint32, error) {
			return mailbox.Missing(ctx, d.db, at(validity, 0), uids)
		},
		Prepare: func(_ context.Context, f imap.Fetched, r io.Reader) (*intake.Prepared, error) {
			if _, err := instance.FreeSpace(d.dir); err != nil {
				return nil, err
			}
			return intake.Prepare(d.cfg, intake.Origin{Source: "imap", MailboxID: d.box.ID, UID: at(f.UIDValidity, f.UID), Marked: true}, r)
		},
		Discard: func(*intake.Prepared) {},
		Commit: func(ctx context.Context, _ uint32, items []*intake.Prepared) error {
			_, err := intake.Take(ctx, d.db, d.cfg, time.Now(), items)
			return err
		},
		Failed: func(_ context.Context, _, uid uint32, _ int, _ bool, reason error) error {
			return fmt.Errorf("mail %d: %w", uid, reason)
		},
		Unmarked: func(ctx context.Context, validity uint32) ([]uint32, error) {
			return mailbox.Unmarked(ctx, d.db, at(validity, 0))
		},
		Marked: func(ctx context.Context, validity uint32, uids []uint32) error {
			return d.db.Write(ctx, func(tx *db.Tx) error { return mailbox.Marked(ctx, tx, at(validity, 0), uids) })
		},
		State: func(imap.State) {},
	}
}

// whole says whether every mail became a row that is no fault of ours.
func (d *desk) whole(ctx context.Context, mails int) error {
	n, err := db.Value[int](ctx, d.db, "SELECT COUNT(*) FROM mail WHERE fate <> 'unreadable'")
	if err == nil && n != mails {
		err = fmt.Errorf("%d of %d mails were taken in", n, mails)
	}
	return err
}
