package demo

import (
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"github.com/emersion/go-smtp"
)

// Servers is the mail provider of the demo: an IMAP and an SMTP server on free ports of
// 127.0.0.1, both with TLS from the first byte and one user. What it holds is lost when it
// closes.
type Servers struct {
	Host     string         // "127.0.0.1": the certificate names it, and "localhost"
	IMAPPort int            // implicit TLS
	SMTPPort int            // implicit TLS, AUTH PLAIN
	User     string         // the address of the support mailbox
	Password string         // random, new at each start
	Roots    *x509.CertPool // trusts the certificate of both

	now  func() time.Time
	user *imapmemserver.User
	imap *imapserver.Server
	smtp *smtp.Server
	wg   sync.WaitGroup

	mu       sync.Mutex
	received []Received
	hooks    []func(Received)
	changed  chan struct{}
}

// Start opens both servers for the mailbox of that address. now dates what arrives and the
// certificate; logf receives what the libraries have to say, which is about clients that
// break off.
func Start(address string, now func() time.Time, logf func(format string, args ...any)) (*Servers, error) {
	cert, roots, err := selfMade(now())
	if err != nil {
		return nil, err
	}
	s := &Servers{Host: "127.0.0.1", User: address, Password: rand.Text(), Roots: roots, now: now, changed: make(chan struct{}, 1)}
	if s.user, err = newUser(s.User, s.Password); err != nil {
		return nil, err
	}
	s.imap = newIMAP(s, logger(logf))
	s.smtp = newSMTP(s, logger(logf))
	config := &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	imapListener, err := tls.Listen("tcp", "127.0.0.1:0", config)
	if err != nil {
		return nil, fmt.Errorf("demo IMAP server: %w", err)
	}
	smtpListener, err := tls.Listen("tcp", "127.0.0.1:0", config)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("demo SMTP server: %w", err), imapListener.Close())
	}
	s.IMAPPort = imapListener.Addr().(*net.TCPAddr).Port
	s.SMTPPort = smtpListener.Addr().(*net.TCPAddr).Port
	s.serve("IMAP", logf, func() error { return s.imap.Serve(imapListener) })
	s.serve("SMTP", logf, func() error { return s.smtp.Serve(smtpListener) })
	return s, nil
}

func (s *Servers) serve(name string, logf func(string, ...any), serve func() error) {
	s.wg.Go(func() {
		if err := serve(); err != nil && !errors.Is(err, net.ErrClosed) && !errors.Is(err, smtp.ErrServerClosed) {
			logf("demo %s server: %v", name, err)
		}
	})
}

// Close ends both servers and every connection to them.
func (s *Servers) Close() error {
	err := errors.Join(s.imap.Close(), s.smtp.Close())
	s.wg.Wait()
	return err
}

// logger gives both libraries the function that they log through.
type logger func(format string, args ...any)

func (l logger) Printf(format string, args ...any) { l(format, args...) }
func (l logger) Println(args ...any)               { l("%s", fmt.Sprint(args...)) }
