package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strings"

	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/journal"
	"guichet/internal/people"
	"guichet/internal/web"
	"guichet/internal/words"
)

// serve opens the desk to browsers: on loopback, or with --listen to the team's
// network behind TLS. It prints where to go.
func serve(ctx context.Context, p program, args []string) error {
	flags := p.flags("serve")
	listen := flags.String("listen", "", "")
	if err := flags.Parse(args); err != nil || flags.NArg() > 0 {
		p.help()
		return errUsage
	}
	d, err := openDesk(ctx, p, p.folder(), false)
	if err != nil {
		return err
	}
	o, err := d.listen(ctx, *listen)
	if err != nil {
		return errors.Join(err, d.close())
	}
	return errors.Join(d.serveOn(ctx, o, nil), d.close())
}

// listen opens the door at an address; "" is loopback on a random port.
func (d *desk) listen(ctx context.Context, address string) (*door, error) {
	if address == "" {
		return d.loopback(ctx)
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "app.err.listen", "address", address)
	}
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fault.Wrap(err, fault.Refused, "app.err.listen", "address", address)
	}
	if host == "" || net.ParseIP(host).IsUnspecified() {
		host = firstAddress()
	}
	_, port, err := net.SplitHostPort(ln.Addr().String())
	if err != nil {
		return nil, errors.Join(err, ln.Close())
	}
	id, err := web.SelfSigned(filepath.Join(d.dir, "tls"), []string{host, "localhost"}, d.now())
	if err != nil {
		return nil, errors.Join(err, ln.Close())
	}
	fmt.Fprintln(d.stdout, words.Say(d.language, "app.serve.fingerprint", "print", id.Fingerprint, "file", id.Authority))
	return d.behind(tls.NewListener(ln, id.Config), "https://"+net.JoinHostPort(host, port), id.Fingerprint)
}

// firstAddress is this machine's own address on its network.
func firstAddress() string {
	addresses, err := net.InterfaceAddrs()
	if err == nil {
		for _, a := range addresses {
			if ip, ok := a.(*net.IPNet); ok && !ip.IP.IsLoopback() && ip.IP.To4() != nil {
				return ip.IP.String()
			}
		}
	}
	return "127.0.0.1"
}

// serveOn runs the desk behind a door until ctx ends, and says where to go.
func (d *desk) serveOn(ctx context.Context, o *door, also func(context.Context) error) error {
	if err := d.hold.Announce(o.ln.Addr().String(), o.host(), false); err != nil {
		return err
	}
	me, err := d.me(ctx)
	if err != nil {
		return err
	}
	if err := d.keepOrigin(ctx, o.origin); err != nil {
		return err
	}
	url, err := o.enter(ctx, me.ID, people.KindLink)
	if err != nil {
		return err
	}
	fmt.Fprintln(d.stdout, words.Say(d.language, "app.serve.where", "url", url, "name", me.Name))
	return d.together(ctx, o, d.run, also, func(ctx context.Context) error {
		<-ctx.Done()
		return nil
	})
}

// keepOrigin notes where the desk is served, for the links that are made by
// another process.
func (d *desk) keepOrigin(ctx context.Context, origin string) error {
	return d.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO setting (name, value) VALUES ('serve.origin', ?)
			ON CONFLICT (name) DO UPDATE SET value = excluded.value`, origin)
		return err
	})
}

// serveLink prints a link that lets one agent in once, within a day. The desk may
// be running: a second process on the database writes one row and leaves.
func serveLink(ctx context.Context, p program, args []string) error {
	flags := p.flags("serve link")
	name := flags.String("agent", "", "")
	if err := flags.Parse(args); err != nil || *name == "" {
		p.help()
		return errUsage
	}
	d, err := db.Open(ctx, filepath.Join(p.folder(), "guichet.db"))
	if err != nil {
		return err
	}
	url, err := linkFor(ctx, d, p, *name)
	if err := errors.Join(err, d.Close()); err != nil {
		return err
	}
	_, err = fmt.Fprintln(p.stdout, url)
	return err
}

func linkFor(ctx context.Context, d *db.DB, p program, name string) (string, error) {
	origin, err := db.Value[string](ctx, d, "SELECT value FROM setting WHERE name = 'serve.origin'")
	if errors.Is(err, db.ErrNone) {
		return "", fault.New(fault.Invalid, "app.err.not_served")
	}
	if err != nil {
		return "", err
	}
	team, err := people.Agents(ctx, d)
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(team, func(a people.Agent) bool {
		return a.Active && (db.Fold(a.Name) == db.Fold(name) || strings.EqualFold(a.Email, name))
	})
	if i < 0 {
		return "", fault.New(fault.Missing, "app.err.no_agent", "name", name)
	}
	var ticket string
	err = d.Write(ctx, func(tx *db.Tx) error {
		ticket, err = people.NewEntry(ctx, tx, journal.System(), p.now(), team[i].ID, people.KindLink)
		return err
	})
	return origin + "/enter#" + ticket, err
}
