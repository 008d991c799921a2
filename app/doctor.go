package app

import (
	"context"
	"errors"
	"fmt"
	"io"

	"guichet/app/instance"
	"guichet/internal/blob"
	"guichet/internal/db"
	"guichet/internal/journal"
	"guichet/internal/mail/imap"
	"guichet/internal/mail/smtp"
	"guichet/internal/mail/wire"
	"guichet/internal/mailbox"
	"guichet/internal/outbox"
	"guichet/internal/secret"
	"guichet/internal/words"
)

// errIll ends a doctor that found something.
var errIll = errors.New("guichet doctor: something needs a look")

// doctor checks what is on this machine and what it must reach, one line each.
// It takes hold of the data, so it speaks of a desk that is not running.
func doctor(ctx context.Context, p program, _ []string) error {
	d, err := openDesk(ctx, p, p.folder(), false)
	if err != nil {
		return err
	}
	checks := []struct {
		name  string
		check func(context.Context) (string, error)
	}{
		{"database", d.checkDatabase}, {"journal", d.checkJournal}, {"contents", d.checkContents}, {"disk", d.checkDisk},
		{"key", d.checkKey}, {"mailboxes", d.checkMailboxes}, {"outbox", d.checkOutbox},
	}
	ill := false
	for _, c := range checks {
		detail, err := c.check(ctx)
		mark := words.Say(p.language, "app.doctor.ok")
		if err != nil {
			ill = true
			mark, detail = words.Say(p.language, "app.doctor.bad"), p.say(err)
		}
		fmt.Fprintf(p.stdout, "%-22s %-7s %s\n", words.Say(p.language, "app.doctor."+c.name), mark, detail)
	}
	if err := d.close(); err != nil {
		return err
	}
	if ill {
		return errIll
	}
	return nil
}

func (d *desk) checkDatabase(ctx context.Context) (string, error) {
	return d.db.Path(), db.Verify(ctx, d.db.Path())
}

func (d *desk) checkJournal(ctx context.Context) (string, error) {
	if err := journal.Verify(ctx, d.db); err != nil {
		return "", err
	}
	n, err := journal.Last(ctx, d.db)
	return fmt.Sprint(n), err
}

// checkContents reads every content to its end: each is checked against its hash.
func (d *desk) checkContents(ctx context.Context) (string, error) {
	hashes, err := db.Values[string](ctx, d.db, "SELECT hash FROM blob ORDER BY hash")
	if err != nil {
		return "", err
	}
	for _, h := range hashes {
		r, _, err := blob.Open(ctx, d.db, d.answer.Blobs, h)
		if err != nil {
			return "", err
		}
		_, err = io.Copy(io.Discard, r)
		if err := errors.Join(err, r.Close()); err != nil {
			return "", err
		}
	}
	return fmt.Sprint(len(hashes)), nil
}

func (d *desk) checkDisk(context.Context) (string, error) {
	free, err := instance.FreeSpace(d.dir)
	if err == nil && free < d.leastFree() {
		err = d.full(fmt.Errorf("%d MiB free", free>>20))
	}
	return fmt.Sprintf("%d MiB", free>>20), err
}

func (d *desk) checkKey(ctx context.Context) (string, error) {
	r, _, err := secret.Recorded(ctx, d.db)
	return r.Place, err
}

func (d *desk) checkMailboxes(ctx context.Context) (string, error) {
	boxes, err := mailbox.All(ctx, d.db)
	if err != nil {
		return "", err
	}
	names := ""
	for _, b := range boxes {
		if !b.Active {
			continue
		}
		steps := append(imap.Probe(ctx, d.imapOptions(b)), smtp.Probe(ctx, d.server(b, b.SMTP, "smtp"), "guichet.localhost", b.Address)...)
		if err := failedStep(steps); err != nil {
			return "", fmt.Errorf("%s: %w", b.Address, err)
		}
		names += b.Address + " "
	}
	return names, nil
}

func failedStep(steps []wire.Step) error {
	for _, s := range steps {
		if !s.OK {
			return s.Err
		}
	}
	return nil
}

func (d *desk) checkOutbox(ctx context.Context) (string, error) {
	stuck, _, err := outbox.Counts(ctx, d.db)
	if err == nil && stuck > 0 {
		err = fmt.Errorf("%d", stuck)
	}
	return fmt.Sprint(stuck), err
}
