package web

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// TestServeBehindTLS enters by a certificate of our own authority and stops with
// a feed open.
func TestServeBehindTLS(t *testing.T) {
	dir := t.TempDir()
	id, err := SelfSigned(dir, []string{"guichet.example", "127.0.0.1"}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	started := make(chan struct{})
	go func() {
		ended <- Serve(ctx, tls.NewListener(ln, id.Config), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/feed" {
				_ = http.NewResponseController(w).Flush() // the reader waits for it
				close(started)
				<-r.Context().Done()
				return
			}
			_, _ = io.WriteString(w, r.Host) // the test reads it
		}), slog.New(slog.NewTextHandler(io.Discard, nil)))
	}()
	roots := x509.NewCertPool()
	ca, err := os.ReadFile(id.Authority)
	if err != nil || !roots.AppendCertsFromPEM(ca) {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: "guichet.example"}}}
	answer, err := client.Get("https://" + ln.Addr().String() + "/")
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil || string(body) != ln.Addr().String() {
		t.Errorf("%q %v", body, err)
	}
	feed, err := client.Get("https://" + ln.Addr().String() + "/feed")
	if err != nil {
		t.Fatal(err)
	}
	<-started
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	// The stream must end; how is up to the engine.
	_, _ = io.Copy(io.Discard, feed.Body)
	client.CloseIdleConnections()
}

func TestACertificateIsKeptAndRenewed(t *testing.T) {
	dir := t.TempDir()
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	certificate := func(at time.Time, hosts ...string) (Identity, string) {
		t.Helper()
		id, err := SelfSigned(dir, hosts, at)
		if err != nil {
			t.Fatal(err)
		}
		return id, id.Config.Certificates[0].Leaf.SerialNumber.String()
	}
	first, serial := certificate(now, "a.example")
	if again, same := certificate(now.Add(300*24*time.Hour), "a.example"); same != serial || again.Fingerprint != first.Fingerprint {
		t.Error("a good certificate was made anew")
	}
	for name, renewed := range map[string]func() (Identity, string){
		"near its end":   func() (Identity, string) { return certificate(now.Add(370*24*time.Hour), "a.example") },
		"another host":   func() (Identity, string) { return certificate(now, "b.example") },
		"a lost file":    func() (Identity, string) { return certificate(now, "c.example") },
		"authority ends": func() (Identity, string) { return certificate(now.Add(caLife), "d.example") },
	} {
		if id, other := renewed(); other == serial || id.Fingerprint != first.Fingerprint {
			t.Errorf("%s: serial %s, fingerprint %s", name, other, id.Fingerprint)
		}
	}
	if runtime.GOOS == "windows" {
		t.Log("NOT CHECKED: file modes mean nothing on Windows")
		return
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) != 4 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		if info, err := os.Stat(f); err != nil || info.Mode().Perm() != 0o600 {
			t.Error(f, info.Mode(), err)
		}
	}
}

func TestADamagedKeyIsNotReplaced(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "authority.key"), []byte("broken"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := SelfSigned(dir, []string{"a.example"}, time.Now()); err == nil {
		t.Error("a damaged key was taken or replaced in silence")
	}
}

// TestTheServerBoundsHeaders sends a header without end (FAULTS W5): the server
// must hang up at its own bound.
func TestTheServerBoundsHeaders(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- Serve(ctx, ln, http.NotFoundHandler(), slog.New(slog.NewTextHandler(io.Discard, nil)))
	}()
	c, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		_, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\n")
		for err == nil {
			_, err = io.WriteString(c, "X-More: and more and more and more and more and more\r\n")
		}
	}()
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil || answer.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Error(answer, err)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
