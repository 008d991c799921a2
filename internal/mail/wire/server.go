// Package wire opens the connections that the mail rooms talk over: name, TCP, TLS, deadlines on every read and
// write, and errors that say in words which step failed and what to do next. It knows neither IMAP nor SMTP beyond
// their first lines, which it reads itself so that nothing said in clear ever reaches a library (RFC 3207, RFC 9051 §11.3).
package wire

import (
	"context"
	"crypto/x509"
	"net"
	"strconv"
	"strings"
	"time"
)

// Security says how a connection is protected. The empty value means TLS.
type Security string

// The three kinds of protection. There is no fall-back from one to another.
const (
	TLS      Security = "tls"      // TLS from the first byte: ports 993 and 465 (RFC 8314)
	StartTLS Security = "starttls" // TLS after a command in clear; refused when the server does not offer it
	None     Security = "none"     // everything in clear, passwords included, because the person said so
)

// Server is one mail server and how to enter it.
type Server struct {
	Host     string
	Port     int
	Security Security
	User     string
	// Password is asked at each login, so that a changed secret is used at once. Nil: no password.
	Password func(context.Context) (string, error)
	// Token gives an OAuth 2 access token for XOAUTH2; nil when the account has none.
	Token func(context.Context) (string, error)
	// Spoil is told that the server refused the token, so that the next is another; nil: nobody is told.
	Spoil func(context.Context) error
	// Roots are the authorities to trust; nil means those of the system.
	Roots *x509.CertPool
	// Dial replaces net.Dialer.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
	// Patience holds the deadlines; zero fields take their defaults.
	Patience Patience
}

// Patience says how long a silent or slow server is waited for.
type Patience struct {
	Dial    time.Duration // name, TCP, TLS and greeting together; 30 s
	Silence time.Duration // without one byte while an answer or a write is due; 60 s
	Answer  time.Duration // a whole answer, a mail's text apart; 5 min
	Dot     time.Duration // the answer to the end of DATA, RFC 5321 §4.5.3.2.6 asks for 10 min; 5 min
	Session time.Duration // a whole SMTP session, the time for the text apart; 15 min
}

// Defaults returns p with its zero fields filled in.
func (p Patience) Defaults() Patience {
	fill := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	fill(&p.Dial, 30*time.Second)
	fill(&p.Silence, 60*time.Second)
	fill(&p.Answer, 5*time.Minute)
	fill(&p.Dot, 5*time.Minute)
	fill(&p.Session, 15*time.Minute)
	return p
}

// slowest is the pace below which a transfer counts as stalled: a server that feeds one byte a minute is not alive.
const slowest = 16 << 10

// ForBytes returns how long n bytes may take at the slowest pace that is still called progress.
func ForBytes(n int64) time.Duration {
	return time.Duration(n/slowest) * time.Second
}

// Addr returns host:port, an IPv6 address in brackets.
func (s Server) Addr() string {
	return net.JoinHostPort(s.host(), strconv.Itoa(s.Port))
}

// host is the name as typed without the blanks and the final dot, which no certificate carries.
func (s Server) host() string {
	return strings.TrimSuffix(strings.TrimSpace(s.Host), ".")
}

// Step is one step of a connection test, in the order they were made.
type Step struct {
	Name   string // name, tcp, tls, login, folders or rcpt
	OK     bool
	Err    error  // an *Error with its words key; nil when OK
	Detail string // what was found: the address, the TLS version, the folder names
}
