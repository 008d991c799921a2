package app

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/history"
	"guichet/internal/journal"
	"guichet/internal/mail/imap"
	"guichet/internal/mailbox"
	"guichet/internal/words"
)

// importing joins the work on archives to the rooms.
func (d *desk) importing() history.Options {
	return history.Options{DB: d.db, Answer: d.answer, Now: d.now, Folder: filepath.Join(d.dir, "import"), Room: d.room,
		IMAP: func(ctx context.Context, id int64) (imap.Options, error) {
			b, err := mailbox.ByID(ctx, d.db, id)
			return imap.Options{Server: d.server(b, b.IMAP, "imap")}, err
		}}
}

// importPause is how long an import rests that can't go on by itself: a server that
// is away, a disk that is full.
const importPause = time.Minute

// importAll works on the archives that somebody asked for, one after the other. It
// goes on with what a crash or the end of the program stopped.
func (d *desk) importAll(ctx context.Context) error {
	o := d.importing()
	o.Told = d.toldImport()
	if err := o.Sweep(ctx); err != nil {
		return err
	}
	rests := map[int64]time.Time{}
	for ctx.Err() == nil {
		changed := d.db.Changed()
		work, err := history.Work(ctx, d.db)
		if err != nil {
			return errors.Join(err, ctx.Err())
		}
		work = slices.DeleteFunc(work, func(i history.Import) bool { return d.now().Before(rests[i.ID]) })
		if len(work) == 0 {
			d.untilWork(ctx, changed)
			continue
		}
		id := work[0].ID
		err = history.Run(ctx, o, id)
		d.state.set(func() {}) // the windows look again
		if err = errors.Join(err, o.Sweep(ctx)); err != nil && ctx.Err() == nil {
			d.logger("history").Warn("an import can't go on", "import", id, "err", err)
			rests[id] = d.now().Add(importPause)
		}
	}
	return nil
}

// untilWork waits for a commit, of which each may be a person's wish for an import,
// or until one that rests is due.
func (d *desk) untilWork(ctx context.Context, changed <-chan struct{}) {
	due := time.NewTimer(importPause)
	defer due.Stop()
	select {
	case <-ctx.Done():
		return
	case <-due.C:
		return
	case <-changed:
	}
	select { // commits come in crowds, imports do not
	case <-ctx.Done():
	case <-time.After(200 * time.Millisecond):
	}
}

// toldImport tells the windows how far an import is, a few times a second.
func (d *desk) toldImport() func(history.Import) {
	const pace = 300 * time.Millisecond
	var last time.Time
	return func(i history.Import) {
		if now := d.now(); !i.Active() || now.Sub(last) >= pace {
			last = now
			d.state.set(func() {})
		}
	}
}

// importCommand looks at archives and takes them in. The same words again go on
// with what was stopped.
func importCommand(ctx context.Context, p program, args []string) error {
	flags := p.flags("import")
	preview, asJSON := flags.Bool("preview", false, ""), flags.Bool("json", false, "")
	box, folder := flags.String("mailbox", "", ""), flags.String("folder", "", "")
	if err := flags.Parse(args); err != nil || (flags.NArg() == 0) == (*box == "") {
		p.help()
		return errUsage
	}
	return p.atDesk(ctx, func(d *desk) error {
		n, err := d.newImport(ctx, flags.Args(), *box, *folder)
		if err != nil {
			return err
		}
		i, err := d.startImport(ctx, n)
		if err != nil {
			return err
		}
		if i.State == history.Reading {
			if i, err = d.workOn(ctx, i.ID); err != nil || ctx.Err() != nil {
				return d.leftHalf(i, err)
			}
		}
		if *preview {
			return d.showPreview(ctx, i, *asJSON)
		}
		if i.State == history.Ready || i.State == history.Stopped {
			if err := d.moveImport(ctx, i.ID, history.Importing); err != nil {
				return err
			}
		}
		if i, err = d.workOn(ctx, i.ID); err != nil || ctx.Err() != nil {
			return d.leftHalf(i, err)
		}
		return d.showImport(i, *asJSON)
	})
}

// atDesk opens the desk for a command.
func (p program) atDesk(ctx context.Context, do func(d *desk) error) error {
	d, err := openDesk(ctx, p, p.folder(), false)
	if err != nil {
		return err
	}
	return errors.Join(do(d), d.close())
}

// newImport names the files, or the folder of a mailbox.
func (d *desk) newImport(ctx context.Context, paths []string, box, folder string) (history.New, error) {
	if box == "" {
		return history.New{Kind: history.Files, Places: paths}, nil
	}
	all, err := mailbox.All(ctx, d.db)
	for _, b := range all {
		if strings.EqualFold(b.Address, box) {
			return history.New{Kind: history.IMAP, Places: []string{folder}, MailboxID: b.ID, Mailbox: b.Name}, nil
		}
	}
	return history.New{}, errors.Join(err, fault.New(fault.Missing, "history.err.no_such_box", "address", box))
}

// startImport begins an import, or takes up one of the same files. What was only
// looked at is looked at again: the files may have changed.
func (d *desk) startImport(ctx context.Context, n history.New) (i history.Import, err error) {
	start := func() error {
		return d.db.Write(ctx, func(tx *db.Tx) (err error) {
			i, err = history.Start(ctx, tx, d.now(), n)
			return err
		})
	}
	if err := start(); err != nil || i.State != history.Ready {
		return i, err
	}
	if err := d.moveImport(ctx, i.ID, history.Dropped); err != nil {
		return i, err
	}
	return i, start()
}

func (d *desk) moveImport(ctx context.Context, id int64, to history.State) error {
	return d.db.Write(ctx, func(tx *db.Tx) error {
		_, err := history.Move(ctx, tx, journal.System(), d.now(), id, to)
		return err
	})
}

// workOn works on an import until it rests, with a bar.
func (d *desk) workOn(ctx context.Context, id int64) (history.Import, error) {
	b := bar{w: d.stderr}
	o := d.importing()
	o.Told = func(i history.Import) {
		b.total, b.done = i.Size, i.Progress
		b.draw(0)
	}
	err := history.Run(ctx, o, id)
	fmt.Fprintln(d.stderr)
	i, gone := history.ByID(context.WithoutCancel(ctx), d.db, id)
	return i, errors.Join(err, gone)
}

// leftHalf tells how to go on with what was stopped, or why it can't.
func (d *desk) leftHalf(i history.Import, err error) error {
	if err == nil && i.Problem != "" {
		err = fault.New(fault.Outside, i.Problem)
	}
	if err == nil && i.Active() {
		fmt.Fprintln(d.stdout, words.Say(d.language, "history.cli.half"))
	}
	return err
}

// told is an import as the command line tells it, one object a line with --json.
type told struct {
	ID            int64           `json:"id"`
	Label         string          `json:"label"`
	State         history.State   `json:"state"`
	At            time.Time       `json:"at"`
	Preview       history.Preview `json:"preview"`
	Conversations []toldTalk      `json:"conversations,omitempty"`
}

type toldTalk struct {
	Subject string    `json:"subject"`
	People  string    `json:"people"`
	Mails   int64     `json:"mails"`
	First   time.Time `json:"first"`
	Last    time.Time `json:"last"`
	Client  string    `json:"client,omitempty"`
	Ticket  int64     `json:"ticket,omitempty"`
}

func tell(i history.Import) told {
	return told{ID: i.ID, Label: i.Label, State: i.State, At: i.CreatedAt, Preview: i.Preview}
}

func (d *desk) print(v any) error { return json.NewEncoder(d.stdout).Encode(v) }

// shownTalks is how many conversations a preview names on the terminal.
const shownTalks = 20

// showPreview prints what an archive would make.
func (d *desk) showPreview(ctx context.Context, i history.Import, asJSON bool) error {
	talks, err := history.Talks(ctx, d.db, i.ID, 0, false, shownTalks)
	if err != nil {
		return err
	}
	out := tell(i)
	for _, k := range talks {
		out.Conversations = append(out.Conversations, toldTalk{k.Subject, k.People, k.Mails, k.First, k.Last, k.Client, k.Number})
	}
	if asJSON {
		return d.print(out)
	}
	d.sayCounts(i, "history.cli.would")
	for _, k := range talks {
		client := k.Client
		if client == "" {
			client = "—"
		}
		fmt.Fprintf(d.stdout, "  %s – %s  %4d  %s · %s · %s\n", k.First.Format(time.DateOnly), k.Last.Format(time.DateOnly), k.Mails, k.Subject, k.People, client)
	}
	if more := i.Preview.Opens + i.Preview.Joins - int64(len(talks)); more > 0 {
		fmt.Fprintln(d.stdout, words.Say(d.language, "history.cli.more", "n", more))
	}
	return nil
}

// sayCounts tells in words what an archive makes.
func (d *desk) sayCounts(i history.Import, key string) {
	p := i.Preview
	day := func(ms int64) string { return time.UnixMilli(ms).In(d.answer.Zone).Format(time.DateOnly) }
	fmt.Fprintln(d.stdout, words.Say(d.language, key, "source", i.Label, "mails", p.Mails, "first", day(p.First), "last", day(p.Last),
		"opens", p.Opens, "joins", p.JoinMails, "there", p.There))
	for _, f := range slices.Sorted(keysOf(p.Aside)) {
		fmt.Fprintf(d.stdout, "  %s%s\n", words.Say(d.language, "history.cli.aside", "n", p.Aside[f]), words.Say(d.language, "history.aside."+f))
	}
	if n := p.Unreadable + p.SkippedAll; n > 0 {
		fmt.Fprintf(d.stdout, "  %s\n", words.Say(d.language, "history.cli.unreadable", "n", n))
	}
	for _, s := range p.Skipped {
		fmt.Fprintf(d.stdout, "    %s : %s\n", s.Path, words.Say(d.language, s.Reason))
	}
}

func keysOf(m map[string]int64) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func (d *desk) showImport(i history.Import, asJSON bool) error {
	if asJSON {
		return d.print(tell(i))
	}
	d.sayCounts(i, "history.cli.done")
	if i.Preview.Opens+i.Preview.JoinMails > 0 {
		fmt.Fprintln(d.stdout, words.Say(d.language, "history.cli.undo_hint", "id", strconv.FormatInt(i.ID, 10)))
	}
	return nil
}

// importList prints the imports that there were.
func importList(ctx context.Context, p program, args []string) error {
	flags := p.flags("import list")
	asJSON := flags.Bool("json", false, "")
	if err := flags.Parse(args); err != nil || flags.NArg() > 0 {
		p.help()
		return errUsage
	}
	return p.atDesk(ctx, func(d *desk) error {
		all, err := history.All(ctx, d.db)
		if err != nil {
			return err
		}
		for _, i := range all {
			if *asJSON {
				if err := d.print(tell(i)); err != nil {
					return err
				}
				continue
			}
			fmt.Fprintf(d.stdout, "%6d  %s  %-12s %s  %s\n", i.ID, i.CreatedAt.In(d.answer.Zone).Format("2006-01-02 15:04"),
				words.Say(d.language, "history.state."+string(i.State)), i.Label, words.Say(d.language, "history.cli.line", "mails", i.Preview.Mails, "opens", i.Preview.Opens))
		}
		if len(all) == 0 && !*asJSON {
			fmt.Fprintln(d.stdout, words.Say(d.language, "history.cli.none"))
		}
		return nil
	})
}

// importUndo takes an import out again, or says what that would do.
func importUndo(ctx context.Context, p program, args []string) error {
	flags := p.flags("import undo")
	preview := flags.Bool("preview", false, "")
	err := flags.Parse(args)
	if errors.Is(err, flag.ErrHelp) || flags.NArg() != 1 {
		p.help()
		return errUsage
	}
	id, err := strconv.ParseInt(flags.Arg(0), 10, 64)
	if err != nil {
		p.help()
		return errUsage
	}
	return p.atDesk(ctx, func(d *desk) error {
		u, err := history.PlanUndo(ctx, d.db, id)
		if err != nil {
			return err
		}
		key := "history.cli.undoing"
		if *preview {
			key = "history.cli.would_undo"
		}
		if _, err := history.ByID(ctx, d.db, id); err != nil {
			return err
		}
		fmt.Fprintln(d.stdout, words.Say(d.language, key, "opened", u.Opened, "joined", u.Joined, "mails", u.Mails, "stays", u.Stays))
		for _, k := range u.Staying {
			fmt.Fprintf(d.stdout, "  #%d %s\n", k.Number, k.Subject)
		}
		if *preview {
			return nil
		}
		i, err := history.ByID(ctx, d.db, id)
		if err == nil && i.State != history.Undoing {
			err = d.moveImport(ctx, id, history.Undoing)
		}
		if err != nil {
			return err
		}
		if i, err = d.workOn(ctx, id); err != nil || ctx.Err() != nil {
			return d.leftHalf(i, err)
		}
		fmt.Fprintln(d.stdout, words.Say(d.language, "history.cli.undone"))
		return nil
	})
}
