package imap

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"guichet/internal/mail/wire"
)

// session is one logged-in connection, used by one goroutine.
type session struct {
	c       *imapclient.Client
	conn    *wire.Conn
	o       Options
	p       wire.Patience
	secrets []string
	news    chan struct{} // holds one token when the server announced a change
	caps    imap.CapSet
	noIdle  bool
	dozed   time.Duration // length of the last IDLE without news
	alarms  int           // false ones in a row
}

// open connects and logs in; ctx's end closes the connection.
func open(ctx context.Context, o Options) (*session, []wire.Step, error) {
	conn, steps, err := wire.DialIMAP(ctx, o.Server)
	if err != nil {
		return nil, steps, err
	}
	s := &session{conn: conn, o: o, p: o.Server.Patience.Defaults(), news: make(chan struct{}, 1)}
	s.c = imapclient.New(conn, &imapclient.Options{UnilateralDataHandler: &imapclient.UnilateralDataHandler{
		Mailbox: func(*imapclient.UnilateralDataMailbox) { s.ring() },
	}})
	err = s.login(ctx)
	steps = append(steps, wire.Step{Name: "login", OK: err == nil, Err: err})
	if err == nil && o.Folder == Junk {
		s.o.Folder, err = s.junk()
	}
	if err != nil {
		s.close()
		return nil, steps, err
	}
	return s, steps, nil
}

// ring notes news without ever waiting: it runs on the goroutine that reads the connection.
func (s *session) ring() {
	select {
	case s.news <- struct{}{}:
	default:
	}
}

// close ends the connection and waits for its reader. Every fetch must have been drained.
func (s *session) close() {
	_ = s.conn.Close()
	_ = s.c.Close() // waits for the reader; the error is the one already seen
}

// logout says goodbye, and does not wait long for the answer.
func (s *session) logout() {
	s.conn.Expect(5*time.Second, 5*time.Second, 1<<20)
	_ = s.c.Logout().Wait() // the work is done: a server that drops us here has no consequence
	s.close()
}

// ready starts the patience for one command of ordinary size.
func (s *session) ready() {
	s.conn.Expect(s.p.Silence, s.p.Answer, 1<<20)
}

func (s *session) login(ctx context.Context) error {
	keys, err := s.o.Server.Secrets(ctx)
	if err != nil {
		return err
	}
	s.secrets = keys.All(s.o.Server.User)
	s.ready()
	if err := s.c.WaitGreeting(); err != nil {
		return s.explain(err)
	}
	caps := s.c.Caps()
	switch mech := "AUTH=PLAIN"; {
	case keys.Token != "", caps.Has(imap.Cap(mech)):
		err = s.c.Authenticate(keys.Login(s.o.Server.User))
	case caps.Has(imap.CapLoginDisabled):
		return wire.NoLogin(s.o.Server)
	default:
		err = s.c.Login(s.o.Server.User, keys.Password).Wait()
	}
	if err != nil {
		return s.refused(ctx, keys, err)
	}
	s.ready()
	s.caps = s.c.Caps() // asked again after the login, so that no later command waits for it
	return nil
}

// refused tells a wrong password from a server that is busy.
func (s *session) refused(ctx context.Context, keys wire.Secrets, err error) error {
	var no *imap.Error
	switch {
	case !errors.As(err, &no):
		if wire.IsTokenRefused(err) {
			return keys.Refuse(ctx, s.o.Server, err.Error(), err)
		}
		return s.explain(err)
	case no.Code == imap.ResponseCodeUnavailable || no.Code == imap.ResponseCodeLimit || no.Code == imap.ResponseCodeInUse:
		return wire.TurnedAway(s.o.Server, wire.Said(no.Text, s.secrets...))
	}
	return keys.Refuse(ctx, s.o.Server, no.Text, err)
}

// explain prefers the connection's own error to what the library made of it.
func (s *session) explain(err error) error {
	if cause := s.conn.Err(); err != nil && cause != nil && !refused(err) {
		err = cause
	}
	return wire.Explain(err, s.o.Server, s.secrets...)
}

// enter selects the folder and returns its UIDVALIDITY. It is done before each pass: an open SELECT would not tell us
// that the folder was rebuilt. A folder that is only read is opened read-only.
func (s *session) enter(folder string, readOnly bool) (uint32, error) {
	s.ready()
	data, err := s.c.Select(folder, &imap.SelectOptions{ReadOnly: readOnly}).Wait()
	if err != nil {
		return 0, s.inFolder(err, folder)
	}
	return data.UIDValidity, nil
}

// inFolder explains a command about a folder that the server refused.
func (s *session) inFolder(err error, folder string) error {
	var no *imap.Error
	if err == nil || !errors.As(err, &no) {
		return s.explain(err)
	}
	return wire.NoFolder(s.o.Server, folder, no.Text, fmt.Errorf("%s %s", no.Type, no.Code))
}
