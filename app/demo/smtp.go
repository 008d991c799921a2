package demo

import (
	"crypto/subtle"
	"fmt"
	"io"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

const maxMail = 64 << 20 // what large providers accept

func newSMTP(s *Servers, log logger) *smtp.Server {
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) {
		return &submission{servers: s}, nil
	}))
	server.Domain = "localhost"
	server.AllowInsecureAuth = true // the listener speaks TLS only, which the library cannot see
	server.MaxMessageBytes = maxMail
	server.MaxRecipients = 100
	server.ErrorLog = log
	return server
}

// submission is one SMTP connection of a client that must log in before it sends.
type submission struct {
	servers *Servers
	known   bool
	from    string
	to      []string
}

func (s *submission) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *submission) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(identity, user, password string) error {
		if user != s.servers.User || subtle.ConstantTimeCompare([]byte(password), []byte(s.servers.Password)) != 1 {
			return smtp.ErrAuthFailed
		}
		s.known = true
		return nil
	}), nil
}

func (s *submission) Mail(from string, _ *smtp.MailOptions) error {
	if !s.known {
		return smtp.ErrAuthRequired
	}
	s.from = from
	return nil
}

func (s *submission) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = append(s.to, to)
	return nil
}

func (s *submission) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return fmt.Errorf("demo SMTP server: %w", err)
	}
	s.servers.keep(newReceived(s.from, s.to, raw, s.servers.now()))
	return nil
}

func (s *submission) Reset()        { s.from, s.to = "", nil }
func (s *submission) Logout() error { return nil }
