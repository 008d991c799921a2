package wire_test

import (
	"crypto/tls"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"guichet/internal/mail/mailtest"
	"guichet/internal/mail/wire"
	"guichet/internal/words"
)

// serveTLS accepts connections with the given configuration until the test ends; nil: says a greeting in clear.
func serveTLS(t *testing.T, c *tls.Config) int {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	t.Cleanup(func() { ln.Close(); wg.Wait() })
	wg.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			if c != nil {
				conn = tls.Server(conn, c)
			}
			_, _ = conn.Write([]byte("* OK ready\r\n")) // fails when the client refuses us: that is the test
			_ = conn.Close()
		}
	})
	return ln.Addr().(*net.TCPAddr).Port
}

// Every fault of a certificate or of a port has its sentence, and none lets the connection go on.
func TestCertificates(t *testing.T) {
	good, err := mailtest.Loopback()
	if err != nil {
		t.Fatal(err)
	}
	other, err := mailtest.NewIdentity(time.Now().Add(time.Hour), "ailleurs.example")
	if err != nil {
		t.Fatal(err)
	}
	old, err := mailtest.NewIdentity(time.Now().Add(-time.Minute), "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	with := func(id mailtest.Identity, most uint16) *tls.Config {
		return &tls.Config{Certificates: []tls.Certificate{id.Cert}, MinVersion: tls.VersionTLS10, MaxVersion: most}
	}
	for _, c := range []struct {
		name, key string
		server    *tls.Config
		roots     mailtest.Identity
	}{
		{"good", "", with(good, 0), good},
		{"unknown authority", "wire.err.tls_authority", with(good, 0), other},
		{"other name", "wire.err.tls_name", with(other, 0), other},
		{"expired", "wire.err.tls_expired", with(old, 0), old},
		{"too old", "wire.err.tls_refused", with(good, tls.VersionTLS11), good},
		{"clear", "wire.err.not_tls", nil, good},
	} {
		s := wire.Server{Host: "127.0.0.1", Port: serveTLS(t, c.server), Roots: c.roots.Roots}
		conn, steps, err := wire.DialIMAP(t.Context(), s)
		if c.key == "" {
			if err != nil || steps[2].Detail != "TLS 1.3" {
				t.Errorf("%s: %v, %+v", c.name, err, steps)
				continue
			}
			_ = conn.Close()
			continue
		}
		if !wire.HasKey(err, c.key) || steps[len(steps)-1].Name != "tls" {
			t.Errorf("%s: %v, want %s", c.name, err, c.key)
		}
		told := err.(*wire.Error)
		for _, l := range words.Languages {
			if text := words.SayMap(l, told.Key(), told.Args()); text == told.Key() || strings.Contains(text, "{") {
				t.Errorf("%s: %q", c.name, text)
			}
		}
	}
}

// Every sentence that these rooms name stands in the catalogue, and takes no argument that nobody gives.
func TestWords(t *testing.T) {
	key := regexp.MustCompile(`"(wire\.(?:err|step)\.[a-z0-9_]+)"`)
	files, err := filepath.Glob("../*/*.go")
	if err != nil || len(files) < 20 {
		t.Fatal(files, err)
	}
	used := map[string]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range key.FindAllStringSubmatch(string(text), -1) {
			used[m[1]] = true
		}
	}
	all, err := words.Catalogue(words.French)
	if err != nil {
		t.Fatal(err)
	}
	for k := range used {
		if all[k] == "" {
			t.Errorf("%s has no sentence", k)
		}
	}
	for k := range all {
		if strings.HasPrefix(k, "wire.err.") && !used[k] {
			t.Errorf("%s is said by nobody", k)
		}
	}
}
