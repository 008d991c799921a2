package app

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"guichet/app/instance"
	"guichet/internal/backup"
	"guichet/internal/db"
	"guichet/internal/intake"
	"guichet/internal/journal"
	"guichet/internal/outbox"
	"guichet/internal/people"
	"guichet/internal/secret"
	"guichet/internal/web"
	"guichet/internal/words"
)

// backupFolder is the one that the team chose, else a folder in the data.
func (d *desk) backupFolder(ctx context.Context) (string, error) {
	folder, err := db.Value[string](ctx, d.db, "SELECT value FROM setting WHERE name = 'backup.folder' AND value <> ''")
	if errors.Is(err, db.ErrNone) {
		return filepath.Join(d.dir, "backups"), nil
	}
	return folder, err
}

// makeBackup makes a verified copy; "" is the usual folder.
func (d *desk) makeBackup(ctx context.Context, folder string) (backup.Report, error) {
	if folder == "" {
		var err error
		if folder, err = d.backupFolder(ctx); err != nil {
			return backup.Report{}, err
		}
	}
	return backup.Make(ctx, d.db, d.answer.Blobs, folder, d.now())
}

// pace is how often a copy is made by itself.
const pace = time.Hour

// backUp makes a copy when the last one is an hour old: several starts in an hour
// make one. A demo has nothing to keep.
func (d *desk) backUp(ctx context.Context) error {
	if d.passing {
		return nil
	}
	folder, err := d.backupFolder(ctx)
	if err != nil {
		return err
	}
	had, err := backup.List(folder)
	if err != nil {
		return err
	}
	for _, r := range had {
		if d.now().Sub(r.At) < pace {
			return nil
		}
	}
	_, err = d.makeBackup(ctx, folder)
	return err
}

// tidy forgets sessions and entries that ended long ago.
func (d *desk) tidy(ctx context.Context) error {
	return d.db.Write(ctx, func(tx *db.Tx) error { return people.ForgetOld(ctx, tx, d.now()) })
}

// offerBackups hands the backups to the web door.
func (d *desk) offerBackups(o *web.Options) {
	one := func(r backup.Report) web.Backup { return web.Backup{Path: r.Path, At: r.At, Size: r.Size} }
	o.MakeBackup = func(ctx context.Context, folder string) (web.Backup, error) {
		r, err := d.makeBackup(ctx, folder)
		return one(r), err
	}
	o.Backups = func(ctx context.Context) ([]web.Backup, error) {
		folder, err := d.backupFolder(ctx)
		if err != nil {
			return nil, err
		}
		list, err := backup.List(folder)
		out := make([]web.Backup, len(list))
		for i, r := range list {
			out[i] = one(r)
		}
		return out, err
	}
}

// backupCommand makes a copy now and says where it is.
func backupCommand(ctx context.Context, p program, args []string) error {
	if len(args) > 1 {
		p.help()
		return errUsage
	}
	d, err := openDesk(ctx, p, p.folder(), false)
	if err != nil {
		return err
	}
	folder := ""
	if len(args) == 1 {
		folder = args[0]
	}
	r, err := d.makeBackup(ctx, folder)
	if err := errors.Join(err, d.close()); err != nil {
		return err
	}
	fmt.Fprintln(p.stdout, words.Say(p.language, "app.backup.done", "path", r.Path, "mails", r.Counts["mail"], "tickets", r.Counts["ticket"], "files", r.Contents))
	return missing(p, r)
}

// errMissing ends a copy that lacks contents which were lost before it.
var errMissing = errors.New("some contents are missing")

func missing(p program, r backup.Report) error {
	if len(r.Missing) == 0 {
		return nil
	}
	fmt.Fprintln(p.stderr, words.Say(p.language, "app.backup.missing", "n", len(r.Missing)))
	return errMissing
}

// restoreCommand puts a copy into an empty data folder. The recovery phrase is
// read from standard input where the key is not on this machine.
func restoreCommand(ctx context.Context, p program, args []string) error {
	flags := p.flags("restore")
	without := flags.Bool("without-secrets", false, "")
	if err := flags.Parse(args); err != nil || flags.NArg() != 1 {
		p.help()
		return errUsage
	}
	if err := instance.CheckFolder(p.folder()); err != nil {
		return err
	}
	hold, err := instance.Acquire(p.folder())
	if err != nil {
		return err
	}
	phrase, err := p.phrase(*without)
	if err != nil {
		return errors.Join(err, hold.Release())
	}
	plan := backup.Plan{From: flags.Arg(0), Into: p.folder(), Phrase: phrase, WithoutSecrets: *without, KeyFile: p.env("GUICHET_KEY_FILE"),
		After: func(ctx context.Context, tx *db.Tx) error {
			return errors.Join(outbox.AfterRestore(ctx, tx, p.now()), people.RevokeAll(ctx, tx, journal.System(), p.now()), intake.AfterRestore(ctx, tx))
		}}
	if p.env("GUICHET_NO_KEYCHAIN") == "" {
		plan.Keychain = secret.System()
	}
	r, err := backup.Restore(ctx, plan, p.now())
	if err := errors.Join(err, hold.Release()); err != nil {
		return err
	}
	fmt.Fprintln(p.stdout, words.Say(p.language, "app.restore.done", "path", p.folder(), "mails", r.Counts["mail"], "tickets", r.Counts["ticket"]))
	return missing(p, r)
}

// phrase asks for the recovery phrase; an empty line means that there is none.
func (p program) phrase(without bool) (secret.Text, error) {
	if without {
		return "", nil
	}
	if f, ok := p.stdin.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			fmt.Fprint(p.stderr, words.Say(p.language, "app.restore.phrase"))
		}
	}
	line, err := bufio.NewReader(p.stdin).ReadString('\n')
	if err != nil && line == "" {
		return "", nil // no input: the key may be on this machine
	}
	return secret.Text(strings.TrimSpace(line)), nil
}
