package web

import (
	"context"
	"strings"
	"time"

	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/mail/imap"
	"guichet/internal/mail/smtp"
	"guichet/internal/mail/wire"
	"guichet/internal/mailbox"
	"guichet/internal/secret"
)

func listMailboxes(ctx context.Context, d *door, _ *struct{}) (boxRows, error) {
	all, err := mailbox.All(ctx, d.DB)
	states := d.Desk.mailboxes()
	return boxRows{each(all, func(m mailbox.Mailbox) boxView { return boxViewOf(m, states, d.Now()) })}, err
}

func getMailbox(ctx context.Context, d *door, in *boxIn) (boxView, error) {
	m, err := mailbox.ByID(ctx, d.DB, in.ID.n())
	return boxViewOf(m, d.Desk.mailboxes(), d.Now()), err
}

// boxViewOf shows a mailbox without its passwords.
func boxViewOf(m mailbox.Mailbox, states map[int64]MailboxState, now time.Time) boxView {
	return boxView{ID: idOf(m.ID), Version: m.Version, Status: boxNoteOf(m, states, now), OAuth: oauthOf(m.OAuth), BoxForm: BoxForm{
		Name: m.Name, Address: m.Address, Aliases: m.Aliases, Language: language(m.Language),
		IMAP: boxIMAP{BoxServer: serverOf(m.IMAP), Folder: m.Folder, After: afterFetch(m.After), MoveTo: m.MoveTo, Since: ms(m.Since), Junk: m.LookInJunk},
		SMTP: serverOf(m.SMTP), SavesSent: m.SavesSent, SentFolder: m.SentFolder, SignatureFR: m.SignatureFR, SignatureEN: m.SignatureEN,
		Acknowledge: m.Acknowledge, Active: m.Active}}
}

func serverOf(s mailbox.Server) BoxServer {
	return BoxServer{Host: s.Host, Port: s.Port, Security: security(s.Security), User: s.User}
}

func (s BoxServer) server() mailbox.Server {
	return mailbox.Server{Host: s.Host, Port: s.Port, Security: string(s.Security), User: s.User}
}

func (f BoxForm) mailbox() mailbox.Mailbox {
	return mailbox.Mailbox{Name: f.Name, Address: f.Address, Aliases: f.Aliases, Language: string(f.Language), IMAP: f.IMAP.server(),
		Folder: f.IMAP.Folder, After: string(f.IMAP.After), MoveTo: f.IMAP.MoveTo, Since: at(f.IMAP.Since), LookInJunk: f.IMAP.Junk, SMTP: f.SMTP.server(),
		SavesSent: f.SavesSent, SentFolder: f.SentFolder, SignatureFR: f.SignatureFR, SignatureEN: f.SignatureEN,
		Acknowledge: f.Acknowledge, Active: f.Active}
}

func createMailbox(ctx context.Context, d *door, in *boxNew) (v boxView, err error) {
	return d.keepMailbox(ctx, in.Body, func(tx *db.Tx) (mailbox.Mailbox, error) {
		return mailbox.Create(ctx, tx, actor(ctx), d.Now(), in.Body.mailbox())
	})
}

func updateMailbox(ctx context.Context, d *door, in *boxPatch) (v boxView, err error) {
	m := in.Body.mailbox()
	m.ID, m.Version = in.ID.n(), in.Body.Version
	return d.keepMailbox(ctx, in.Body.BoxForm, func(tx *db.Tx) (mailbox.Mailbox, error) {
		had, err := mailbox.ByID(ctx, tx, m.ID)
		if err != nil {
			return m, err
		}
		if err := givenAgain(had, in.Body.BoxForm); err != nil {
			return m, err
		}
		return mailbox.Update(ctx, tx, actor(ctx), d.Now(), m)
	})
}

// givenAgain asks for a password again where the server that it would be sent to
// is another one.
func givenAgain(had mailbox.Mailbox, f BoxForm) error {
	var c fault.Check
	c.That(had.OAuth != nil || f.IMAP.Password != "" || sameServer(f.IMAP.server(), had.IMAP), "imap.password", "web.password_again")
	c.That(had.OAuth != nil || f.SMTP.Password != "" || sameServer(f.SMTP.server(), had.SMTP), "smtp.password", "web.password_again")
	return c.Err()
}

// sameServer says whether a password that is stored for one server may go to
// another description of it: the same host, and never in the clear where it was
// protected.
func sameServer(s, had mailbox.Server) bool {
	return strings.EqualFold(strings.TrimSpace(s.Host), had.Host) && (s.Security == had.Security || s.Security != "none")
}

// keepMailbox writes a mailbox and seals the passwords that were given, in one
// transaction.
func (d *door) keepMailbox(ctx context.Context, f BoxForm, write func(*db.Tx) (mailbox.Mailbox, error)) (v boxView, err error) {
	if err := lead(ctx); err != nil {
		return v, err
	}
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		m, err := write(tx)
		if err != nil {
			return renamed(err, formNames)
		}
		for side, password := range map[string]string{"imap": f.IMAP.Password, "smtp": f.SMTP.Password} {
			if password == "" {
				continue
			}
			if err := mailbox.Seal(ctx, tx, d.Key, actor(ctx), d.Now(), m.ID, side, secret.Text(password)); err != nil {
				return err
			}
		}
		v = boxViewOf(m, d.Desk.mailboxes(), d.Now())
		return nil
	})
	return v, err
}

// formNames are the mailbox room's names of fields as the form has them.
var formNames = map[string]string{"imapHost": "imap.host", "imapPort": "imap.port", "imapSecurity": "imap.security", "after": "imap.after",
	"moveTo": "imap.moveTo", "smtpHost": "smtp.host", "smtpPort": "smtp.port", "smtpSecurity": "smtp.security"}

// testTime bounds a connection test: a person waits for it.
const testTime = 60 * time.Second

// testMailbox tries both servers of a mailbox as the form has them, before
// anything is stored.
func testMailbox(ctx context.Context, d *door, in *boxTest) (out boxTested, err error) {
	if err := lead(ctx); err != nil {
		return out, err
	}
	ctx, cancel := context.WithTimeout(ctx, testTime)
	defer cancel()
	m := in.Body.mailbox()
	var had mailbox.Mailbox
	if in.Body.ID.n() != 0 {
		if had, err = mailbox.ByID(ctx, d.DB, in.Body.ID.n()); err != nil {
			return out, err
		}
	}
	received := make(chan []wire.Step, 1)
	go func() {
		received <- imap.Probe(ctx, imap.Options{Server: d.wire(had, m.IMAP, "imap", in.Body.IMAP.Password), Folder: m.Folder,
			After: imap.After(m.After), MoveTo: m.MoveTo})
	}()
	sent := smtp.Probe(ctx, d.wire(had, m.SMTP, "smtp", in.Body.SMTP.Password), helloName, m.Address)
	step := func(s wire.Step) testStep {
		if s.Name == "login" && s.Detail == "" && had.OAuth != nil {
			s.Detail = had.OAuth.Account // whom the token is for: not always who the mailbox is
		}
		return testStep{Name: s.Name, Ok: s.OK, Error: saidOf(s.Err), Detail: s.Detail}
	}
	out.SMTP = each(sent, step)
	out.IMAP = each(<-received, step)
	return out, nil
}

// helloName is what we say we are: the name of this machine is nobody's business.
const helloName = "guichet.localhost"

// wire is a server with the password given, or else what is stored for the
// mailbox had: a password or tokens. These go only to the host that they are
// stored for, protected as it is there at least, so that nobody can have them sent
// elsewhere by naming another.
func (d *door) wire(had mailbox.Mailbox, s mailbox.Server, side, given string) wire.Server {
	w := wire.Server{Host: s.Host, Port: s.Port, Security: wire.Security(s.Security), User: s.User, Roots: d.Roots,
		Password: func(context.Context) (string, error) { return given, nil }}
	of := map[string]mailbox.Server{"imap": had.IMAP, "smtp": had.SMTP}[side]
	if given != "" || had.ID == 0 || !sameServer(s, of) {
		return w
	}
	if had.OAuth != nil {
		w.Token = func(ctx context.Context) (string, error) { return d.Tokens.Token(ctx, had.ID) }
		w.Spoil = func(ctx context.Context) error { return d.Tokens.Spoil(ctx, had.ID) }
		return w
	}
	w.Password = func(ctx context.Context) (string, error) {
		kept, err := secret.Get(ctx, d.DB, d.Key, mailbox.Owner(had.ID, side))
		return kept.Reveal(), err
	}
	return w
}
