package wire

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
)

// Explain turns an error of the network or of a library into an *Error that says what happened and what to do next.
// An *Error is returned as it is. The secrets are taken out of every text.
func Explain(err error, s Server, secrets ...string) error {
	var told *Error
	if err == nil || errors.As(err, &told) {
		return err
	}
	return explain(Quiet(err, secrets...), s)
}

// explain is Explain for what cannot be nil and holds no secret.
func explain(err error, s Server) error {
	var told *Error
	if errors.As(err, &told) {
		return told
	}
	if key := reason(err); key != "" {
		return Fail(key, s.args(), err)
	}
	return Fail("wire.err.protocol", s.args("words", Said(err.Error())), err)
}

func reason(err error) string {
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return "wire.err.name_unknown"
	case errors.As(err, &dns):
		return "wire.err.name_failed"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "wire.err.refused"
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return "wire.err.unreachable"
	case errors.Is(err, context.Canceled):
		return "wire.err.cancelled"
	case timedOut(err):
		return "wire.err.silent"
	case errors.Is(err, ErrBudget), errors.Is(err, errLongLine):
		return "wire.err.flood"
	case cut(err):
		return "wire.err.cut"
	}
	return ""
}

func timedOut(err error) bool {
	var net net.Error
	return errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) ||
		errors.As(err, &net) && net.Timeout()
}

// cut reports whether the connection ended under us.
func cut(err error) bool {
	for _, end := range []error{io.EOF, io.ErrUnexpectedEOF, io.ErrClosedPipe, net.ErrClosed, syscall.ECONNRESET, syscall.EPIPE} {
		if errors.Is(err, end) {
			return true
		}
	}
	return false
}

// explainTLS names what is wrong with the certificate or with the port.
func explainTLS(err error, s Server) error {
	var (
		record  tls.RecordHeaderError
		name    x509.HostnameError
		unknown x509.UnknownAuthorityError
		invalid x509.CertificateInvalidError
		remote  *net.OpError
	)
	switch {
	case errors.As(err, &record) && s.Security != StartTLS:
		return Fail("wire.err.not_tls", s.args(), err)
	case errors.As(err, &name):
		return Fail("wire.err.tls_name", s.args("names", Said(certNames(name.Certificate))), err)
	case errors.As(err, &unknown):
		return Fail("wire.err.tls_authority", s.args("issuer", Said(issuer(unknown.Cert))), err)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return Fail("wire.err.tls_expired", s.args("until", invalid.Cert.NotAfter.UTC().Format("2006-01-02")), err)
	case timedOut(err):
		return Fail("wire.err.tls_silent", s.args(), err)
	case errors.Is(err, context.Canceled):
		return explain(err, s)
	case errors.As(err, &remote) && remote.Op == "remote error", cut(err): // the first is an alert of TLS
		return Fail("wire.err.tls_refused", s.args("words", Said(err.Error())), err)
	}
	return Fail("wire.err.tls_failed", s.args("words", Said(err.Error())), err)
}

func certNames(c *x509.Certificate) string {
	if c == nil {
		return ""
	}
	if len(c.DNSNames) == 0 {
		return c.Subject.CommonName
	}
	return strings.Join(c.DNSNames, ", ")
}

func issuer(c *x509.Certificate) string {
	if c == nil {
		return ""
	}
	return c.Issuer.String()
}
