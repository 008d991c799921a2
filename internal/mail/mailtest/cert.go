// Package mailtest starts mail servers for tests and for the demo: in the process (go-imap's memory server, go-smtp)
// and, for the tests that must meet the real ones, Dovecot and Postfix on loopback with TLS and a login.
package mailtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// Identity is a certificate for one host and the pool that trusts it.
type Identity struct {
	Cert  tls.Certificate
	Roots *x509.CertPool
}

// NewIdentity makes a self-signed certificate for the given names and addresses, valid from an hour ago until until.
func NewIdentity(until time.Time, names ...string) (Identity, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return Identity{}, fmt.Errorf("key: %w", err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Guichet test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: until, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	for _, name := range names {
		if ip := net.ParseIP(name); ip != nil {
			c.IPAddresses = append(c.IPAddresses, ip)
		} else {
			c.DNSNames = append(c.DNSNames, name)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		return Identity{}, fmt.Errorf("certificate: %w", err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		return Identity{}, fmt.Errorf("certificate: %w", err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	return Identity{tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: parsed}, roots}, nil
}

// Loopback is the identity of a server on this machine, for a day.
func Loopback() (Identity, error) {
	return NewIdentity(time.Now().Add(24*time.Hour), "127.0.0.1", "localhost")
}

// Write stores the certificate and its key as PEM files in dir and returns their paths.
func (id Identity) Write(dir string) (cert, key string, err error) {
	der, err := x509.MarshalPKCS8PrivateKey(id.Cert.PrivateKey)
	if err != nil {
		return "", "", fmt.Errorf("key: %w", err)
	}
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for path, block := range map[string]*pem.Block{
		cert: {Type: "CERTIFICATE", Bytes: id.Cert.Certificate[0]}, key: {Type: "PRIVATE KEY", Bytes: der},
	} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			return "", "", err
		}
	}
	return cert, key, nil
}
