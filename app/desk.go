package app

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"guichet/app/instance"
	"guichet/internal/answer"
	"guichet/internal/blob"
	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/mail/oauth"
	"guichet/internal/outbox"
	"guichet/internal/secret"
	"guichet/internal/ticket"
)

// desk is one open data folder with its loops.
type desk struct {
	program
	dir    string
	hold   *instance.Instance
	db     *db.DB
	key    *secret.Key
	tokens *oauth.Keeper
	answer answer.Config
	state  *states

	opened  atomic.Bool
	passing bool           // a demo: its data are thrown away
	roots   *x509.CertPool // the authority of the demo's own servers; nil: the system's
}

// holdDesk takes hold of a data folder without opening what is in it. A folder
// that another process holds gives an *instance.Taken.
func holdDesk(p program, dir string, passing bool) (*desk, error) {
	if err := instance.CheckFolder(dir); err != nil {
		return nil, err
	}
	hold, err := instance.Acquire(dir)
	if err != nil {
		return nil, err
	}
	return &desk{program: p, dir: dir, hold: hold, state: newStates(), passing: passing}, nil
}

// openDesk takes hold of a data folder and opens what is in it.
func openDesk(ctx context.Context, p program, dir string, passing bool) (*desk, error) {
	d, err := holdDesk(p, dir, passing)
	if err != nil {
		return nil, err
	}
	if err := d.open(ctx); err != nil {
		return nil, errors.Join(err, d.close())
	}
	return d, nil
}

func (d *desk) open(ctx context.Context) (err error) {
	if bereft(d.dir) {
		return fault.New(fault.Refused, "app.err.damaged", "dir", d.dir)
	}
	if d.db, err = db.Open(ctx, filepath.Join(d.dir, "guichet.db")); err != nil {
		return d.explain(err)
	}
	if err := d.furnish(ctx); err != nil {
		return err
	}
	if d.key, err = openKeys(ctx, d); err != nil {
		return err
	}
	d.tokens = &oauth.Keeper{DB: d.db, Key: d.key, Now: d.now}
	key, err := messageKey(d.key)
	if err != nil {
		return err
	}
	d.answer = answer.Config{Blobs: filepath.Join(d.dir, "blobs"), Key: key, Zone: time.Local}
	d.opened.Store(true)
	return nil
}

// bereft says that a folder holds contents or backups and no database: one was
// lost, and a new, empty one in its place would hide that.
func bereft(dir string) bool {
	if info, err := os.Stat(filepath.Join(dir, "guichet.db")); err == nil && info.Size() > 0 || err != nil && !os.IsNotExist(err) {
		return false
	}
	for _, left := range []string{"blobs/*/*.zst", "backups/copies/*/manifest.json"} {
		// The pattern is a constant: it has no fault.
		if found, _ := fs.Glob(os.DirFS(dir), left); len(found) > 0 {
			return true
		}
	}
	return false
}

// explain gives the words for a database that can't be opened.
func (d *desk) explain(err error) error {
	switch {
	case errors.Is(err, db.ErrNewer):
		return fault.Wrap(err, fault.Refused, "app.err.newer", "dir", d.dir)
	case errors.Is(err, db.ErrDamaged):
		return fault.Wrap(err, fault.Refused, "app.err.damaged", "dir", d.dir)
	}
	return err
}

func (d *desk) close() error {
	var all error
	if d.db != nil {
		all = d.db.Close()
	}
	return errors.Join(all, d.hold.Release())
}

// run starts the loops and waits for them; they end with ctx. A loop that fails
// ends the others: half a desk would look like a whole one.
func (d *desk) run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	loops := map[string]func(context.Context) error{
		"outbox":    func(ctx context.Context) error { return outbox.Run(ctx, d.db, d.outbox()) },
		"mailboxes": d.fetchAll,
		"history":   d.importAll,
		"on hold":   d.every(time.Minute, d.wake),
		"clocks":    d.keepClocks,
		"contents":  later(d.every(6*time.Hour, d.collect)),
		"backup":    later(d.every(pace/6, d.backUp)),
		"sessions":  later(d.every(24*time.Hour, d.tidy)),
	}
	var wg sync.WaitGroup
	for name, loop := range loops {
		wg.Go(func() {
			if err := loop(ctx); err != nil && ctx.Err() == nil {
				cancel(fmt.Errorf("%s: %w", name, err))
			}
		})
	}
	wg.Wait()
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		return cause
	}
	return nil
}

// later leaves the first seconds to the window: what tidies and copies reads the
// whole disk.
func later(loop func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		first := time.NewTimer(5 * time.Second)
		defer first.Stop()
		select {
		case <-ctx.Done():
			return nil
		case <-first.C:
			return loop(ctx)
		}
	}
}

// every runs what is due at a steady pace. A failure is told and tried again.
func (d *desk) every(pace time.Duration, do func(ctx context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		tick := time.NewTicker(pace)
		defer tick.Stop()
		for {
			if err := do(ctx); err != nil && ctx.Err() == nil {
				d.log.Error("regular work failed, it is tried again", "err", err)
			}
			select {
			case <-ctx.Done():
				return nil
			case <-tick.C:
			}
		}
	}
}

// wake reopens the tickets whose time on hold is over.
func (d *desk) wake(ctx context.Context) error {
	due, err := db.Value[int64](ctx, d.db, "SELECT COUNT(*) FROM ticket WHERE queue = 1 AND pending_until <= ?", d.now())
	if err != nil || due == 0 {
		return err
	}
	return d.db.Write(ctx, func(tx *db.Tx) error {
		_, err := ticket.WakeDue(ctx, tx, d.now())
		return err
	})
}

// contentsInUse lists the statements that name contents.
var contentsInUse = []string{"SELECT raw FROM mail", "SELECT raw FROM message", "SELECT raw FROM outbox", "SELECT hash FROM draft_file"}

// grace is how long a content that nothing names is kept: an upload whose draft
// is not saved yet, a mail between its file and its transaction.
const grace = 24 * time.Hour

func (d *desk) collect(ctx context.Context) error {
	done, err := blob.Collect(ctx, d.db, d.answer.Blobs, contentsInUse, d.now(), grace)
	if done != (blob.Collected{}) {
		d.log.Info("collected contents that nothing names", "rows", done.Rows, "files", done.Files)
	}
	return err
}

// logger for a part of the program.
func (d *desk) logger(part string) *slog.Logger { return d.log.With("part", part) }
