package wire

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"strings"

	"golang.org/x/net/idna"
)

// DialIMAP opens a connection to an IMAP server up to its greeting, with STARTTLS when s asks for it. It returns the
// steps made, the last of which failed if the error (always an *Error) is not nil. The connection closes with ctx.
func DialIMAP(ctx context.Context, s Server) (*Conn, []Step, error) {
	return dial(ctx, s, talk{name: "IMAP", greeting: "* OK", upgrade: upgradeIMAP, fresh: "* OK\r\n"})
}

// DialSMTP is DialIMAP for an SMTP submission server; hello is the name we give ourselves, a host name or an address in
// brackets.
func DialSMTP(ctx context.Context, s Server, hello string) (*Conn, []Step, error) {
	if strings.ContainsFunc(hello, func(r rune) bool { return r <= ' ' || r > '~' }) {
		hello = "localhost" // nothing that could end the line and begin another command
	}
	t := talk{name: "SMTP", greeting: "220", fresh: "220 ready\r\n", hello: hello}
	t.upgrade = t.upgradeSMTP
	return dial(ctx, s, t)
}

func dial(ctx context.Context, s Server, t talk) (*Conn, []Step, error) {
	p := s.Patience.Defaults()
	short, cancel := context.WithTimeout(ctx, p.Dial)
	defer cancel()
	raw, steps, err := connect(short, s)
	if err != nil {
		return nil, steps, err
	}
	c := newConn(ctx, raw, Patience{Silence: p.Dial, Answer: p.Dial})
	detail, err := secure(short, c, s, t)
	steps = append(steps, Step{Name: "tls", OK: err == nil, Err: err, Detail: detail})
	if err != nil {
		_ = c.Close() // the step's error is the one to tell
		return nil, steps, err
	}
	c.Expect(p.Silence, p.Answer, 1<<20)
	return c, steps, nil
}

// connect makes the steps name and tcp.
func connect(ctx context.Context, s Server) (net.Conn, []Step, error) {
	host, err := idna.Lookup.ToASCII(s.host())
	if err != nil || host == "" {
		host = s.host() // an address, or a name that the resolver will refuse
	}
	ascii := s
	ascii.Host = host
	open := s.Dial
	if open == nil {
		open = new(net.Dialer).DialContext
	}
	raw, err := open(ctx, "tcp", ascii.Addr())
	if err == nil {
		return raw, []Step{{Name: "name", OK: true}, {Name: "tcp", OK: true, Detail: raw.RemoteAddr().String()}}, nil
	}
	told := explain(err, s)
	var dns *net.DNSError
	if errors.As(err, &dns) {
		return nil, []Step{{Name: "name", Err: told}}, told
	}
	return nil, []Step{{Name: "name", OK: true}, {Name: "tcp", Err: told}}, told
}

// secure makes the step tls and reads the greeting; detail is the version of TLS.
func secure(ctx context.Context, c *Conn, s Server, t talk) (detail string, err error) {
	switch s.Security {
	case None:
		return "", greet(c, s, t)
	case StartTLS:
		if err := greet(c, s, t); err != nil {
			return "", err
		}
		if err := starttls(c, s, t); err != nil {
			return "", err
		}
		return handshake(ctx, c, s)
	case TLS, "":
		if detail, err = handshake(ctx, c, s); err != nil {
			return "", err
		}
		return detail, greet(c, s, t)
	}
	return "", Fail("wire.err.security", s.args("security", string(s.Security)), nil)
}

// handshake puts TLS over the meter. The name in the certificate must be the one the person typed; nothing here can
// be clicked away.
func handshake(ctx context.Context, c *Conn, s Server) (string, error) {
	name := s.host()
	if ascii, err := idna.Lookup.ToASCII(name); err == nil {
		name = ascii
	}
	over := tls.Client(c.meter, &tls.Config{ServerName: name, RootCAs: s.Roots, MinVersion: tls.VersionTLS12})
	if err := over.HandshakeContext(ctx); err != nil {
		return "", explainTLS(err, s)
	}
	c.Conn = over
	return tls.VersionName(over.ConnectionState().Version), nil
}
