package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"guichet/app/demo"
	"guichet/app/instance"
	"guichet/app/window"
	"guichet/internal/asset"
	"guichet/internal/calendar"
	"guichet/internal/contract"
	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/journal"
	"guichet/internal/mailbox"
	"guichet/internal/people"
	"guichet/internal/secret"
	"guichet/internal/words"
)

// demoMark stands in a demo's data folder: only a folder with it is emptied.
const demoMark = "guichet-demo"

// demoCommand shows the program with a mailbox of its own: in the window, or in
// the browser where there is no display. --once does the path with nobody there.
func demoCommand(ctx context.Context, p program, args []string) error {
	flags := p.flags("demo")
	once := flags.Bool("once", false, "")
	mails := flags.String("mails", "", "") // another folder of mails, for tests
	noWindow := flags.Bool("no-window", false, "")
	if err := flags.Parse(args); err != nil || flags.NArg() > 0 {
		p.help()
		return errUsage
	}
	list, err := loadMails(*mails)
	if err != nil {
		return err
	}
	if *once {
		return demoOnce(ctx, p, list)
	}
	ok, why := window.Available()
	if *noWindow || !ok {
		if !*noWindow {
			fmt.Fprintln(p.stdout, words.Say(p.language, why))
		}
		return p.playDemo(ctx, list, false)
	}
	return p.playDemo(ctx, list, true)
}

func loadMails(folder string) ([]demo.Mail, error) {
	if folder == "" {
		return demo.Load()
	}
	return demo.LoadFrom(os.DirFS(folder))
}

// playDemo runs the live demo.
func (p program) playDemo(ctx context.Context, mails []demo.Mail, native bool) error {
	d, servers, err := openDemo(ctx, p, p.demoFolder())
	if taken := (*instance.Taken)(nil); errors.As(err, &taken) {
		return taken.Raise(ctx)
	}
	if err != nil {
		return err
	}
	world, err := demo.People()
	if err != nil {
		return errors.Join(err, servers.Close(), d.close())
	}
	play := func(ctx context.Context) error { return demo.Play(ctx, servers.Stage(mails, world)) }
	if native {
		err = d.show(ctx, func(context.Context) error { return nil }, play)
	} else {
		var o *door
		if o, err = d.loopback(ctx); err == nil {
			err = d.serveOn(ctx, o, play)
		}
	}
	return errors.Join(err, servers.Close(), d.close())
}

// demoFolder lies beside the real data, never in them.
func (p program) demoFolder() string { return strings.TrimRight(p.folder(), `/\`) + "-demo" }

// openDemo opens a new, filled demo desk and its mail servers.
func openDemo(ctx context.Context, p program, dir string) (*desk, *demo.Servers, error) {
	if err := emptied(dir); err != nil {
		return nil, nil, err
	}
	d, err := openDesk(ctx, p, dir, true)
	if err != nil {
		return nil, nil, err
	}
	world, err := demo.People()
	if err != nil {
		return nil, nil, errors.Join(err, d.close())
	}
	servers, err := demo.Start(world.Company.Address, p.now, func(format string, args ...any) { p.log.Debug(fmt.Sprintf(format, args...)) })
	if err != nil {
		return nil, nil, errors.Join(err, d.close())
	}
	d.roots = servers.Roots
	if err := d.fill(ctx, world, servers); err != nil {
		return nil, nil, errors.Join(err, servers.Close(), d.close())
	}
	return d, servers, nil
}

// emptied makes a new folder for the demo. One that is in use stays as it is; one
// that is not a demo's is never touched.
func emptied(dir string) error {
	hold, err := instance.Acquire(dir)
	if err != nil {
		return err
	}
	entries, err := os.ReadDir(dir)
	if err := errors.Join(err, hold.Release()); err != nil {
		return err
	}
	mark := filepath.Join(dir, demoMark)
	_, err = os.Stat(mark)
	if known := err == nil; !known && hasData(entries) {
		return fault.New(fault.Refused, "app.err.not_a_demo", "dir", dir)
	}
	for _, name := range []string{"guichet.db", "guichet.db-wal", "guichet.db-shm", "blobs", "key", "backups"} {
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			return fmt.Errorf("empty the demo's folder: %w", err)
		}
	}
	return os.WriteFile(mark, nil, 0o600)
}

func hasData(entries []os.DirEntry) bool {
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "guichet.db") {
			return true
		}
	}
	return false
}

// fill writes the demo's people and its mailbox.
func (d *desk) fill(ctx context.Context, w demo.World, servers *demo.Servers) error {
	return d.db.Write(ctx, func(tx *db.Tx) error {
		by, now := journal.System(), d.now()
		for _, a := range w.Agents {
			level, role := 1, people.RoleAgent
			switch a.Role {
			case "N2":
				level = 2
			case "lead":
				level, role = 2, people.RoleLead
			}
			if _, err := people.CreateAgent(ctx, tx, by, now, people.Agent{Name: a.Name, Email: a.Email, Language: d.demoLanguage(a),
				Level: level, Role: role, Active: true}); err != nil {
				return fmt.Errorf("demo agent %s: %w", a.Name, err)
			}
		}
		for _, c := range w.Clients {
			if err := fillClient(ctx, tx, by, now, c); err != nil {
				return fmt.Errorf("demo client %s: %w", c.Name, err)
			}
		}
		if _, err := tx.Exec(ctx, "INSERT INTO setting (name, value) VALUES ('team.name', ?)", w.Company.Name); err != nil {
			return err
		}
		return d.fillMailbox(ctx, tx, by, now, w.Company, servers)
	})
}

// demoLanguage lets the demo speak the language of who looks at it.
func (d *desk) demoLanguage(demo.Agent) words.Language { return d.language }

func fillClient(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, c demo.Client) error {
	client, err := people.CreateClient(ctx, tx, by, now, people.Client{Name: c.Name, Domains: c.Domains, Language: words.Parse(c.Language), Colour: -1})
	if err != nil {
		return err
	}
	sites := map[string]int64{}
	for _, s := range c.Sites {
		site, err := people.CreateSite(ctx, tx, by, now, people.Site{ClientID: client.ID, Name: s.Name, Address: s.City})
		if err != nil {
			return err
		}
		sites[s.Name] = site.ID
	}
	users := map[string]int64{}
	for _, p := range c.Contacts {
		contact, err := people.CreateContact(ctx, tx, by, now, people.Contact{ClientID: client.ID, SiteID: sites[p.Site], Name: p.Name,
			Phone: p.Phone, Language: words.Parse(p.Language), Note: p.Role, Addresses: []people.Address{{Address: p.Email}}})
		if err != nil {
			return fmt.Errorf("contact %s: %w", p.Name, err)
		}
		users[p.Email] = contact.ID
	}
	for _, m := range c.Machines {
		a := asset.Asset{ClientID: client.ID, SiteID: sites[m.Site], Name: m.Name, Type: asset.Type(m.Type)}
		if id := users[m.Contact]; id != 0 {
			a.Users = []int64{id}
		}
		if _, err := asset.Create(ctx, tx, by, now, a); err != nil {
			return fmt.Errorf("machine %s: %w", m.Name, err)
		}
	}
	return fillContract(ctx, tx, by, now, client.ID, c.Contract)
}

// fillContract agrees the usual terms with a demo's client, with what is its own, since the first day of last year.
func fillContract(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, client int64, c *demo.Contract) error {
	if c == nil {
		return nil
	}
	terms := contract.Default()
	terms.Perimeter.Scope, terms.OnCall, terms.Included = contract.Scope(c.Scope), c.OnCall, c.Included
	for _, l := range c.Lines {
		terms.Perimeter.Lines = append(terms.Perimeter.Lines, contract.Line{Covered: l.Covered, Type: asset.Type(l.Type), Note: l.Note})
	}
	if c.Saturday {
		terms.Hours.Week[time.Saturday] = []calendar.Span{{From: 9 * 60, To: 12 * 60}}
	}
	_, err := contract.Create(ctx, tx, by, now, contract.Contract{ClientID: client, Name: c.Name, NoticeMonths: 3,
		StartsOn: calendar.Date{Year: now.Year() - 1, Month: time.January, Day: 1}}, terms)
	return err
}

func (d *desk) fillMailbox(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, c demo.Company, s *demo.Servers) error {
	b, err := mailbox.Create(ctx, tx, by, now, mailbox.Mailbox{Name: c.Name, Address: c.Address, Aliases: c.Aliases, Language: c.Language,
		IMAP: mailbox.Server{Host: s.Host, Port: s.IMAPPort, Security: "tls", User: s.User},
		SMTP: mailbox.Server{Host: s.Host, Port: s.SMTPPort, Security: "tls", User: s.User}, SavesSent: true,
		SignatureFR: c.Signatures["fr"], SignatureEN: c.Signatures["en"], Acknowledge: true, Active: true})
	if err != nil {
		return err
	}
	for _, side := range []string{"imap", "smtp"} {
		if err := secret.Put(ctx, tx, d.key, now, mailbox.Owner(b.ID, side), secret.Text(s.Password)); err != nil {
			return err
		}
	}
	return nil
}
