package mailtest

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"slices"
	"sync"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"guichet/internal/mail/wire"
)

// Sent is a mail that a server took.
type Sent struct {
	From string
	To   []string
	Raw  []byte
}

// SMTPServer is a submission server in the process, over TLS, that asks for a login.
type SMTPServer struct {
	Server wire.Server // how to reach it
	srv    *smtp.Server
	done   chan struct{}

	mu       sync.Mutex
	failures map[string]*smtp.SMTPError
	taken    []Sent
	onMail   func(Sent)
}

// SMTP starts a server that ends with the test.
func SMTP(t testing.TB) *SMTPServer {
	t.Helper()
	s, err := StartSMTP(nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// StartSMTP starts a server on a free port of loopback. onMail, if not nil, is called with each mail it took, before
// it says so. Close it.
func StartSMTP(onMail func(Sent)) (*SMTPServer, error) {
	id, err := Loopback()
	if err != nil {
		return nil, err
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	s := &SMTPServer{Server: reach(portOf(ln), id), done: make(chan struct{}), failures: map[string]*smtp.SMTPError{}, onMail: onMail}
	s.srv = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &session{s: s}, nil }))
	s.srv.Domain, s.srv.MaxMessageBytes = "smtp.guichet.example", 80<<20
	s.srv.ErrorLog = log.New(io.Discard, "", 0) // a client that hangs up is not worth a line here
	go func() {
		defer close(s.done)
		_ = s.srv.Serve(tls.NewListener(ln, &tls.Config{Certificates: []tls.Certificate{id.Cert}})) // ends with Close
	}()
	return s, nil
}

// Close ends the server.
func (s *SMTPServer) Close() {
	_ = s.srv.Close() // the listener's error has no reader
	<-s.done
}

// Fail lets every mail to addr fail with this answer; the code 0 lets them pass again.
func (s *SMTPServer) Fail(addr string, code int, enhanced [3]int, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.failures, addr)
	if code != 0 {
		s.failures[addr] = &smtp.SMTPError{Code: code, EnhancedCode: enhanced, Message: text}
	}
}

// Taken returns the mails taken so far.
func (s *SMTPServer) Taken() []Sent {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.taken)
}

func (s *SMTPServer) failure(addr string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.failures[addr]; err != nil {
		return err
	}
	return nil
}

// session is one client's.
type session struct {
	s      *SMTPServer
	inside bool
	mail   Sent
}

// AuthMechanisms lists PLAIN.
func (c *session) AuthMechanisms() []string { return []string{sasl.Plain} }

// Auth checks the one account.
func (c *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != User || password != Password {
			return smtp.ErrAuthFailed
		}
		c.inside = true
		return nil
	}), nil
}

// Mail begins a mail.
func (c *session) Mail(from string, _ *smtp.MailOptions) error {
	if !c.inside {
		return smtp.ErrAuthRequired
	}
	c.mail = Sent{From: from}
	return c.s.failure(from)
}

// Rcpt adds a recipient unless it is one that fails.
func (c *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if err := c.s.failure(to); err != nil {
		return err
	}
	c.mail.To = append(c.mail.To, to)
	return nil
}

// Data takes the text.
func (c *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return errors.Join(errors.New("cut"), err)
	}
	c.mail.Raw = raw
	if c.s.onMail != nil {
		c.s.onMail(c.mail)
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.s.taken = append(c.s.taken, c.mail)
	return nil
}

// Reset forgets the mail begun.
func (c *session) Reset() { c.mail = Sent{} }

// Logout ends the session.
func (c *session) Logout() error { return nil }
