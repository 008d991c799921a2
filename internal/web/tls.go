package web

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// A certificate lives as long as browsers accept one (CA/Browser Forum baseline
// requirements 6.3.2: 398 days), and is made anew a month before its end.
const (
	caLife   = 10 * 365 * 24 * time.Hour
	leafLife = 397 * 24 * time.Hour
	renewal  = 30 * 24 * time.Hour
)

// Identity is what the LAN door shows of itself.
type Identity struct {
	Config *tls.Config
	// Fingerprint is the SHA-256 of the server's public key (SPKI), in hex pairs:
	// it stays the same when the certificate is renewed, so that it can be pinned.
	Fingerprint string
	// Authority is the file of our own certificate authority, for those who want
	// their browser to trust it.
	Authority string
}

// SelfSigned returns the certificate for hosts (names and IP addresses), issued
// by an authority of our own. Keys and certificates are kept in dir (0700, files
// 0600) and reused; a certificate that ends soon or lacks a host is made anew
// with the same key.
func SelfSigned(dir string, hosts []string, now time.Time) (Identity, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return Identity{}, fmt.Errorf("make the folder of certificates: %w", err)
	}
	caKey, err := keptKey(filepath.Join(dir, "authority.key"))
	if err != nil {
		return Identity{}, err
	}
	key, err := keptKey(filepath.Join(dir, "server.key"))
	if err != nil {
		return Identity{}, err
	}
	caFile := filepath.Join(dir, "authority.pem")
	ca, err := keptCertificate(caFile, func(had *x509.Certificate) bool {
		return had.NotAfter.After(now.Add(leafLife)) && caKey.PublicKey.Equal(had.PublicKey)
	}, func() ([]byte, error) { return authority(caKey, now) })
	if err != nil {
		return Identity{}, err
	}
	leaf, err := keptCertificate(filepath.Join(dir, "server.pem"), func(had *x509.Certificate) bool {
		return had.NotAfter.After(now.Add(renewal)) && key.PublicKey.Equal(had.PublicKey) && names(had, hosts) && had.CheckSignatureFrom(ca) == nil
	}, func() ([]byte, error) { return certificate(key, caKey, ca, hosts, now) })
	if err != nil {
		return Identity{}, err
	}
	print := sha256.Sum256(leaf.RawSubjectPublicKeyInfo)
	return Identity{
		Config: &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"},
			Certificates: []tls.Certificate{{Certificate: [][]byte{leaf.Raw, ca.Raw}, PrivateKey: key, Leaf: leaf}}},
		Fingerprint: pairs(hex.EncodeToString(print[:])),
		Authority:   caFile,
	}, nil
}

func names(had *x509.Certificate, hosts []string) bool {
	return !slices.ContainsFunc(hosts, func(h string) bool { return had.VerifyHostname(h) != nil })
}

func authority(key *ecdsa.PrivateKey, now time.Time) ([]byte, error) {
	serial, err := serialNumber()
	if err != nil {
		return nil, err
	}
	shape := &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: "Guichet"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(caLife), IsCA: true, BasicConstraintsValid: true,
		MaxPathLenZero: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign}
	return x509.CreateCertificate(rand.Reader, shape, shape, &key.PublicKey, key)
}

func certificate(key, caKey *ecdsa.PrivateKey, ca *x509.Certificate, hosts []string, now time.Time) ([]byte, error) {
	serial, err := serialNumber()
	if err != nil {
		return nil, err
	}
	shape := &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: "Guichet"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(leafLife), KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	for _, h := range hosts {
		if ip := net.ParseIP(h); ip != nil {
			shape.IPAddresses = append(shape.IPAddresses, ip)
		} else {
			shape.DNSNames = append(shape.DNSNames, h)
		}
	}
	return x509.CreateCertificate(rand.Reader, shape, ca, &key.PublicKey, caKey)
}

func serialNumber() (*big.Int, error) {
	return rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
}

// keptKey reads a private key, or makes and keeps one.
func keptKey(file string) (*ecdsa.PrivateKey, error) {
	raw, err := pemBody(file)
	if errors.Is(err, fs.ErrNotExist) {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			return nil, fmt.Errorf("make a key: %w", err)
		}
		raw, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			return nil, fmt.Errorf("make a key: %w", err)
		}
		return key, keepPEM(file, "PRIVATE KEY", raw)
	}
	if err != nil {
		return nil, err
	}
	any, err := x509.ParsePKCS8PrivateKey(raw)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	key, ok := any.(*ecdsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("read %s: a key of another kind", file)
	}
	return key, nil
}

// keptCertificate reads a certificate where it is still good, or makes and keeps one.
func keptCertificate(file string, good func(*x509.Certificate) bool, make func() ([]byte, error)) (*x509.Certificate, error) {
	raw, err := pemBody(file)
	if err == nil {
		if had, err := x509.ParseCertificate(raw); err == nil && good(had) {
			return had, nil
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if raw, err = make(); err != nil {
		return nil, fmt.Errorf("make a certificate: %w", err)
	}
	if err := keepPEM(file, "CERTIFICATE", raw); err != nil {
		return nil, err
	}
	return x509.ParseCertificate(raw)
}

func pemBody(file string) ([]byte, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read a certificate: %w", err)
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("read %s: not PEM", file)
	}
	return block.Bytes, nil
}

func keepPEM(file, kind string, raw []byte) error {
	text := pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: raw})
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return fmt.Errorf("keep a certificate: %w", err)
	}
	return nil
}

// pairs writes hex as AB:CD:…, as browsers show a fingerprint.
func pairs(hex string) string {
	out := make([]byte, 0, len(hex)*3/2)
	for i := 0; i < len(hex); i += 2 {
		if i > 0 {
			out = append(out, ':')
		}
		out = append(out, upper(hex[i]), upper(hex[i+1]))
	}
	return string(out)
}

func upper(c byte) byte {
	if c >= 'a' {
		return c - 'a' + 'A'
	}
	return c
}
