//go:build linux

package accept

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"guichet/internal/mail/mailtest"
)

// The passwords that must be found nowhere.
const (
	typed  = "canari-tape-7Kq2" // in forms and tests of a connection
	stored = "canari-garde-9Zx4"
)

// E10: passwords go through all that can fail, and are found in no log, answer, database, file or backup afterwards.
func TestNoSecretGetsOut(t *testing.T) {
	t.Parallel()
	h := found(t, t.TempDir())
	c := h.serve("GUICHET_DEBUG=1")
	b := c.enter()
	var said bytes.Buffer
	flows := 0
	send := func(method, path string, body any) {
		w, err := b.send(method, path, body)
		if err != nil {
			t.Errorf("%s %s: %v", method, path, err)
		}
		flows++
		fmt.Fprintf(&said, "%s %s: %d %s\n", method, path, w.status, w.body)
	}
	for n, misbehave := range []func(c net.Conn, tag, line string){echo, cut, garbage} {
		in, out := serveRude(t, "* OK rude", misbehave), serveRude(t, "220 rude", misbehave)
		send("POST", "/api/mailboxes/test", form(n, in.port(), out.port(), typed, "none"))
		send("POST", "/api/mailboxes/test", form(n, in.port(), out.port(), typed, "tls")) // they speak none
		send("POST", "/api/mailboxes", form(n, in.port(), out.port(), stored, "none"))
		until(t, "the logins", func() bool { c.alive(); return in.logins.Load() >= 2 && out.logins.Load() >= 1 })
	}
	send("POST", "/api/mailboxes/test", form(8, h.in.port(), h.out.port(), typed, "tls")) // refused by an honest server
	for _, wrong := range []any{                                                          // what a person or a page may get wrong
		map[string]any{"name": typed, "imap": map[string]any{"password": typed, "port": typed}},
		map[string]any{"imap": typed},
		[]string{typed},
		"{" + typed,
	} {
		send("POST", "/api/mailboxes", wrong)
		send("POST", "/api/mailboxes/test", wrong)
		send("PATCH", "/api/mailboxes/1", wrong)
	}
	send("GET", "/api/mailboxes", nil)
	send("GET", "/api/settings", nil)
	send("POST", "/api/backups", map[string]any{})
	c.stop()
	doctor := start(t, h.dir, h.env, "doctor")
	<-doctor.ended
	found := search(t, "the log", []byte(c.words())) + search(t, "the doctor's words", []byte(doctor.words())) + search(t, "the answers", said.Bytes())
	files := 0
	err := filepath.WalkDir(h.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		files++
		found += search(t, path, text)
		return err
	})
	if err != nil || files < 3 {
		t.Errorf("%d files: %v", files, err)
	}
	if !strings.Contains(said.String(), "•••") {
		t.Errorf("no server sent a password back:\n%s", said.String())
	}
	say(t, "%d flows, %d files and %d bytes of log searched, %d secrets found", flows+3, files, len(c.words()), found)
}

// search counts the passwords in a text, plain and as they stand in a login.
func search(t *testing.T, where string, text []byte) (n int) {
	t.Helper()
	for _, p := range []string{typed, stored, mailtest.Password} {
		for _, form := range []string{p, base64.StdEncoding.EncodeToString([]byte(p)),
			base64.StdEncoding.EncodeToString([]byte("\x00" + mailtest.User + "\x00" + p))} {
			if at := bytes.Index(text, []byte(form)); at >= 0 {
				n++
				t.Errorf("%s holds %q: …%.200q…", where, form, text[max(0, at-100):])
			}
		}
	}
	return n
}

func form(n, in, out int, password, security string) map[string]any {
	side := func(port int, more map[string]any) map[string]any {
		for k, v := range map[string]any{"host": "127.0.0.1", "port": port, "security": security, "user": mailtest.User, "password": password} {
			more[k] = v
		}
		return more
	}
	return map[string]any{"name": "Support", "address": fmt.Sprintf("support%d@guichet.example", n), "aliases": []string{}, "language": "fr",
		"imap": side(in, map[string]any{"folder": "INBOX", "after": "flag"}), "smtp": side(out, map[string]any{}), "savesSent": true,
		"signatureFr": "", "signatureEn": "", "acknowledge": true, "active": true}
}

// rude is a server that speaks enough IMAP or SMTP to be told a password, and then misbehaves.
type rude struct {
	ln     net.Listener
	logins atomic.Int64
}

func (s *rude) port() int { return s.ln.Addr().(*net.TCPAddr).Port }

// echo refuses every login with the very line that it was sent; cut hangs up; garbage says what no server says.
func echo(c net.Conn, tag, line string) {
	if strings.EqualFold(tag, "AUTH") {
		fmt.Fprintf(c, "535 5.7.8 %s\r\n", line)
		return
	}
	fmt.Fprintf(c, "%s NO %s\r\n", tag, line)
}
func cut(c net.Conn, _, _ string) { _ = c.Close() } // that is the misbehaviour
func garbage(c net.Conn, _, line string) {
	fmt.Fprintf(c, "\x00(((%s\r\n* BYE {99999999}%s\r\n", line, line)
	_ = c.Close() // nothing that could be waited for
}

func serveRude(t *testing.T, greeting string, login func(c net.Conn, tag, line string)) *rude {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &rude{ln: ln}
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return // the end of the test
			}
			go s.talk(c, greeting, login)
		}
	}()
	t.Cleanup(func() {
		if err := ln.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func (s *rude) talk(c net.Conn, greeting string, login func(c net.Conn, tag, line string)) {
	defer c.Close()
	fmt.Fprint(c, greeting+"\r\n")
	in := bufio.NewScanner(c)
	for in.Scan() {
		tag, rest, _ := strings.Cut(in.Text(), " ")
		verb, _, _ := strings.Cut(strings.ToUpper(rest), " ")
		switch {
		case strings.EqualFold(tag, "EHLO"):
			fmt.Fprint(c, "250-rude\r\n250 AUTH PLAIN LOGIN\r\n")
		case verb == "LOGIN", verb == "AUTHENTICATE", strings.EqualFold(tag, "AUTH"):
			s.logins.Add(1)
			login(c, tag, in.Text())
		case verb == "CAPABILITY":
			fmt.Fprintf(c, "* CAPABILITY IMAP4rev1\r\n%s OK\r\n", tag)
		default:
			fmt.Fprintf(c, "%s BAD %s\r\n", tag, in.Text())
		}
	}
}
