package wire

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const canary = "canari-zq81"

// scene is a server whose part is played by a function, and what it heard in clear.
type scene struct {
	mu    sync.Mutex
	heard strings.Builder
}

// play returns a server on which each connection is served by part.
func (s *scene) play(t *testing.T, sec Security, part func(c net.Conn, in *bufio.Reader)) Server {
	t.Helper()
	var wg sync.WaitGroup
	t.Cleanup(wg.Wait)
	return Server{Host: "mail.guichet.example", Port: 143, Security: sec, User: "support",
		Password: func(context.Context) (string, error) { return canary, nil },
		Dial: func(context.Context, string, string) (net.Conn, error) {
			here, there := net.Pipe()
			wg.Go(func() {
				defer there.Close()
				said := make(chan string, 100)
				wg.Go(func() {
					for text := range said {
						_, _ = io.WriteString(there, text)
					}
				})
				defer close(said)
				part(talker{there, said}, bufio.NewReader(io.TeeReader(there, s)))
				_, _ = io.Copy(s, there)
			})
			return here, nil
		}}
}

// talker writes without waiting to be heard, as a socket does and a pipe does not.
type talker struct {
	net.Conn
	said chan<- string
}

func (t talker) Write(b []byte) (int, error) {
	t.said <- string(b)
	return len(b), nil
}

func (s *scene) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.heard.Write(b)
}

func say(c net.Conn, text string) { _, _ = io.WriteString(c, text+"\r\n") }

func hear(in *bufio.Reader) { _, _ = in.ReadString('\n') }

// E9: whatever somebody between us and the server does to STARTTLS, the connection ends before the first secret and
// before anything said in clear counts.
func TestStartTLSAttackers(t *testing.T) {
	imapTo := func(answer string) func(net.Conn, *bufio.Reader) {
		return func(c net.Conn, in *bufio.Reader) {
			say(c, "* OK ready")
			hear(in)
			say(c, answer)
		}
	}
	smtpTo := func(ehlo, answer string) func(net.Conn, *bufio.Reader) {
		return func(c net.Conn, in *bufio.Reader) {
			say(c, "220 ready")
			hear(in)
			say(c, ehlo)
			if answer != "" {
				hear(in)
				say(c, answer)
			}
		}
	}
	greets := func(text string) func(net.Conn, *bufio.Reader) {
		return func(c net.Conn, _ *bufio.Reader) { say(c, text) }
	}
	for _, c := range []struct {
		name, key string
		smtp      bool
		part      func(net.Conn, *bufio.Reader)
	}{
		{"IMAP preauth", "wire.err.preauth", false, greets("* PREAUTH welcome")},
		{"IMAP preauth in small letters", "wire.err.preauth", false, greets("* preauth welcome")},
		{"IMAP goodbye", "wire.err.turned_away", false, greets("* BYE full")},
		{"IMAP refusal", "wire.err.starttls_missing", false, imapTo("g1 NO not here")},
		{"IMAP bad", "wire.err.starttls_missing", false, imapTo("g1 BAD unknown")},
		{"IMAP other tag", "wire.err.starttls_missing", false, imapTo("T1 OK go")},
		{"IMAP yes but no TLS", "wire.err.tls_failed", false, imapTo("g1 OK go\r\n* OK still in clear")},
		{"IMAP injected capability", "wire.err.tls_failed", false, imapTo("g1 OK go\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nT1 OK")},
		{"IMAP endless", "wire.err.starttls_missing", false, imapTo(strings.Repeat("* OK wait\r\n", 60))},
		{"IMAP endless line", "wire.err.flood", false, greets("* OK " + strings.Repeat("x", 20_000))},
		{"SMTP stripped", "wire.err.starttls_missing", true, smtpTo("250-mail\r\n250 AUTH PLAIN", "")},
		{"SMTP stripped by name", "wire.err.starttls_missing", true, smtpTo("250-mail\r\n250 XXXXXXXA", "")},
		{"SMTP refusal", "wire.err.starttls_missing", true, smtpTo("250-mail\r\n250 STARTTLS", "454 not now")},
		{"SMTP yes but no TLS", "wire.err.tls_failed", true, smtpTo("250-mail\r\n250 STARTTLS", "220 go\r\n250 AUTH PLAIN")},
		{"SMTP turned away", "wire.err.turned_away", true, greets("554-no\r\n554 go away")},
		{"SMTP is IMAP", "wire.err.other_protocol", true, greets("* OK IMAP4rev1")},
		{"IMAP is SMTP", "wire.err.other_protocol", false, greets("220 mail ESMTP")},
	} {
		t.Run(c.name, func(t *testing.T) {
			var s scene
			srv := s.play(t, StartTLS, c.part)
			var err error
			if c.smtp {
				_, _, err = DialSMTP(t.Context(), srv, "desk.example")
			} else {
				_, _, err = DialIMAP(t.Context(), srv)
			}
			if !HasKey(err, c.key) {
				t.Errorf("%v, want %s", err, c.key)
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			if heard := s.heard.String(); strings.Contains(heard, canary) || strings.Contains(heard, "LOGIN") || strings.Contains(heard, "AUTH") {
				t.Errorf("said in clear: %q", heard)
			}
		})
	}
}

// A server that says nothing is left after the time for a connection, in each step.
func TestSilence(t *testing.T) {
	for name, part := range map[string]func(net.Conn, *bufio.Reader){
		"greeting": func(net.Conn, *bufio.Reader) {},
		"half":     func(c net.Conn, _ *bufio.Reader) { _, _ = io.WriteString(c, "* O") },
		"starttls": func(c net.Conn, _ *bufio.Reader) { say(c, "* OK") },
		"tls":      func(c net.Conn, in *bufio.Reader) { say(c, "* OK"); hear(in); say(c, "g1 OK") },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var s scene
				begin := time.Now()
				_, steps, err := DialIMAP(t.Context(), s.play(t, StartTLS, part))
				if took := time.Since(begin); took != 30*time.Second {
					t.Errorf("given up after %v", took)
				}
				want := map[bool]string{true: "wire.err.tls_silent", false: "wire.err.silent"}[name == "tls"]
				if last := steps[len(steps)-1]; !HasKey(err, want) || last.OK || last.Name != "tls" {
					t.Errorf("%v, %+v", err, steps)
				}
			})
		})
	}
}

// Dialling fails in words.
func TestDialErrors(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := ln.Addr().(*net.TCPAddr).Port
	ln.Close()
	notFound := func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "nulle.part", IsNotFound: true}}
	}
	late := func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}
	}
	for _, c := range []struct {
		step, key string
		s         Server
	}{
		{"tcp", "wire.err.refused", Server{Host: "127.0.0.1", Port: port}},
		{"name", "wire.err.name_unknown", Server{Host: "nulle.part", Port: 993, Dial: notFound}},
		{"tcp", "wire.err.silent", Server{Host: "mail.guichet.example", Port: 993, Dial: late}},
	} {
		_, steps, err := DialIMAP(t.Context(), c.s)
		if last := steps[len(steps)-1]; !HasKey(err, c.key) || last.Name != c.step || last.Err != err {
			t.Errorf("%v, %+v, want %s at %s", err, steps, c.key, c.step)
		}
	}
	if _, _, err := DialIMAP(t.Context(), (&scene{}).play(t, "tsl", func(net.Conn, *bufio.Reader) {})); !HasKey(err, "wire.err.security") {
		t.Error(err)
	}
}

// A write to a peer that does not read ends too.
func TestWriteDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s scene
		release := make(chan struct{})
		srv := s.play(t, None, func(c net.Conn, _ *bufio.Reader) { say(c, "* OK"); <-release })
		c, _, err := DialIMAP(t.Context(), srv)
		if err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		_, err = c.Write(make([]byte, 1<<20))
		if !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(begin) != time.Minute {
			t.Errorf("%v after %v", err, time.Since(begin))
		}
		close(release)
		_ = c.Close()
	})
}

func TestSaid(t *testing.T) {
	for in, want := range map[string]string{
		"  no\r\n such\tuser ": "no such user", "a\x00\x1b[31mb\u202ec": "a[31mbc", "bad \xff": "bad ?",
		"pass " + canary + "!": "pass •••!", strings.Repeat("é", 400): strings.Repeat("é", 300) + "…",
	} {
		if got := Said(in, canary, "no"); got != want {
			t.Errorf("Said(%q) = %q", in, got)
		}
	}
}

// No form of a secret survives in an error (E10).
func TestSecretsHidden(t *testing.T) {
	for _, k := range []Secrets{{Password: canary}, {Token: canary}} {
		s := Server{Host: "imap.guichet.example", User: "support"}
		_, first, _ := k.Login("support").Start()
		all := k.All("support")
		for _, form := range append(all, string(first)) {
			for _, err := range []error{
				LoginRefused(s, "no: "+form, fmt.Errorf("no: %s", form), all...), Explain(fmt.Errorf("odd %s", form), s, all...),
				Refused(s, io.EOF, fmt.Errorf("no %s", form), all...),
			} {
				for ; err != nil; err = errors.Unwrap(err) {
					if text := fmt.Sprintf("%v %+v %#v", err, err, err); strings.Contains(text, canary) || strings.Contains(text, form) {
						t.Errorf("%q stands in %s", form, text)
					}
				}
			}
		}
	}
}

func TestLoginRefused(t *testing.T) {
	token := func(context.Context) (string, error) { return "", nil }
	for _, c := range []struct {
		s    Server
		want string
	}{
		{Server{Host: "imap.gmail.com"}, "wire.err.login_google"}, {Server{Host: "outlook.office365.com."}, "wire.err.login_microsoft"},
		{Server{Host: "notoutlook.com"}, "wire.err.login"}, {Server{Host: "imap.gmail.com", Token: token}, "wire.err.login_token"},
	} {
		if err := LoginRefused(c.s, "no", nil); !HasKey(err, c.want) {
			t.Errorf("%s: %v", c.s.Host, err)
		}
	}
}

func TestXOAUTH2(t *testing.T) {
	x := Secrets{Token: "tok"}.Login("a@b.example")
	mech, first, err := x.Start()
	if mech != "XOAUTH2" || string(first) != "user=a@b.example\x01auth=Bearer tok\x01\x01" || err != nil {
		t.Errorf("%s %q %v", mech, first, err)
	}
	if _, err := x.Next([]byte(`{"status":"401"}`)); !IsTokenRefused(err) || !strings.Contains(err.Error(), "401") {
		t.Error(err)
	}
}
