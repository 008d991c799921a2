package imap

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"guichet/internal/mail/wire"
)

// TestR8HostileLines: replies that tear the library's connection down, or would tear us down, once each; the mails still arrive.
func TestR8HostileLines(t *testing.T) {
	lines := []string{
		"* VANISHED (EARLIER) 1:5", `* LSUB () "/" INBOX`, "* 3 FETCH (X-EXOTIC 1)", "* 3 FETCH (ENVELOPE (bad))",
		`* 3 FETCH (INTERNALDATE "yesterday")`, "* OK [COPYUID 7 * *] done", "+ go on", "T999 OK unknown tag", "* BYE out",
		"* SEARCH 0", "* SEARCH 4294967296", `* ESEARCH (TAG "T1") UID ALL 1:4294967295`, "* OK [UIDVALIDITY abc] x", "garbage",
		"* 1 FETCH (BODYSTRUCTURE " + strings.Repeat("(", 200), "* LIST () \"/\" {99999999}", "\x00\x01\x02", "* ", "*",
		"* STATUS INBOX (MESSAGES -1)", strings.Repeat("x", 3<<20),
	}
	for i, line := range lines {
		t.Run(fmt.Sprintf("%d %.20q", i, line), func(t *testing.T) {
			for _, at := range []string{"UID SEARCH", "UID FETCH", "IDLE"} {
				f := newFake(60)
				f.answer = func(k *fakeConn, _, cmd string) bool {
					if k.n == 1 && strings.HasPrefix(cmd, at) {
						k.say("%s", line)
					}
					return false
				}
				bubble(t, f, Options{After: Flag}, func(t *testing.T, d *desk) {
					d.until(t, at, func() bool { return len(d.settled) == 60 && len(d.unmarked) == 0 && d.state.Phase == Idle })
					d.whole(t, f, 60)
				})
			}
		})
	}
}

// A server that answers anything with a stream without end is cut off.
func TestFlood(t *testing.T) {
	f := newFake(1)
	f.answer = func(k *fakeConn, _, cmd string) bool {
		for k.n == 1 && cmd == "LOGIN" || k.n == 1 && strings.HasPrefix(cmd, "SELECT") {
			if _, err := io.WriteString(k, "* OK still thinking\r\n"); err != nil {
				return true
			}
		}
		return false
	}
	bubble(t, f, Options{After: Flag}, func(t *testing.T, d *desk) {
		d.until(t, "failing", func() bool { return d.state.Phase == Failing })
		if !wire.HasKey(d.state.Err, "wire.err.flood") {
			t.Errorf("told as %v", d.state.Err)
		}
		d.until(t, "mail", func() bool { return len(d.mails) == 1 })
	})
}

// While the store fails nothing is lost and nothing is touched on the server; the loop goes on by itself.
func TestStoreFails(t *testing.T) {
	for _, where := range []string{"commit", "prepare"} {
		t.Run(where, func(t *testing.T) {
			f, full := newFake(200), errors.New("disk full")
			bubble(t, f, Options{After: Flag}, func(t *testing.T, d *desk) {
				d.mu.Lock()
				if where == "commit" {
					d.commitErr = full
				} else {
					d.prepare = func(Fetched, []byte) error { return fmt.Errorf("%w: %w", ErrHalt, full) }
				}
				d.mu.Unlock()
				for range 3 {
					d.until(t, "failing", func() bool { return d.state.Phase == Failing })
					d.until(t, "trying", func() bool { return d.state.Phase == Connecting })
				}
				d.mu.Lock()
				if len(d.mails) > 0 || len(f.flags) > 0 || len(d.failed) > 0 {
					t.Errorf("%d mails, flags %v, blamed %v", len(d.mails), f.flags, d.failed)
				}
				d.commitErr, d.prepare = nil, nil
				d.mu.Unlock()
				d.until(t, "all", func() bool { return len(d.settled) == 200 && len(d.unmarked) == 0 })
				d.whole(t, f, 200)
			})
		})
	}
}

// A server that is away: the pauses grow from about 1 s to 5 min, the desk knows since when; a refused login waits long at once.
func TestBackoff(t *testing.T) {
	f := newFake(1)
	var pauses []time.Duration
	f.answer = func(k *fakeConn, _, cmd string) bool {
		if k.n < 15 {
			k.fail(fin)
		}
		return false
	}
	bubble(t, f, Options{}, func(t *testing.T, d *desk) {
		begin := time.Now()
		d.mu.Lock()
		d.onState = func(s State) {
			if s.Phase == Failing {
				pauses = append(pauses, time.Until(s.Next))
				if s.Since.Sub(begin) > time.Second {
					t.Errorf("failing since %v, want the beginning", s.Since.Sub(begin))
				}
			}
		}
		d.mu.Unlock()
		d.until(t, "mail", func() bool { return len(d.mails) == 1 })
	})
	for i, p := range pauses {
		if most := min(time.Second<<i, 5*time.Minute); p > most || p < most/2 {
			t.Errorf("pause %d is %v, want %v or up to half less", i+1, p, most)
		}
	}
	if len(pauses) != 14 {
		t.Errorf("%d pauses", len(pauses))
	}
}

// A refused login is told in words, is not hammered, and the password is in no text even when the server repeats it (E10).
func TestRefusedLogin(t *testing.T) {
	f := newFake(1)
	f.caps = "IMAP4rev1"
	f.answer = func(k *fakeConn, tag, cmd string) bool {
		if !strings.HasPrefix(cmd, "LOGIN") {
			return false
		}
		k.say("%s NO [AUTHENTICATIONFAILED] bad password %s for %s", tag, canary, cmd)
		return true
	}
	bubble(t, f, Options{}, func(t *testing.T, d *desk) {
		d.until(t, "failing", func() bool { return d.state.Phase == Failing })
		err := d.state.Err
		if !wire.HasKey(err, "wire.err.login") || time.Until(d.state.Next) < 2*time.Minute {
			t.Errorf("%v, next in %v", err, time.Until(d.state.Next))
		}
		for ; err != nil; err = errors.Unwrap(err) {
			if text := fmt.Sprintf("%v %+v %#v", err, err, err); strings.Contains(text, canary) {
				t.Errorf("the password stands in %s", text)
			}
		}
	})
}

// A folder rebuilt under a new UIDVALIDITY is read again from its start; what was settled under the old one means nothing.
func TestUIDValidity(t *testing.T) {
	f := newFake(60)
	bubble(t, f, Options{After: Flag, Idle: 5 * time.Minute}, func(t *testing.T, d *desk) {
		for round := 1; round <= 5; round++ {
			d.until(t, "round", func() bool { return len(d.settled) == 60*round && len(d.unmarked) == 0 })
			f.mu.Lock()
			f.validity++
			f.mu.Unlock()
		}
		d.until(t, "last round", func() bool { return len(d.settled) == 360 })
		for content, n := range d.mails {
			if n != 6 {
				t.Errorf("content %x offered %d times", content[:4], n)
			}
		}
	})
}

// What a crash left between the commit and the server's copy is done at the next pass.
func TestUnmarked(t *testing.T) {
	f, d := newFake(3), newDesk()
	for uid := uint32(1); uid <= 3; uid++ {
		d.settled[mailKey{7, uid}], d.unmarked[mailKey{7, uid}] = true, true
	}
	n, err := Once(t.Context(), Options{Server: f.server(), After: Move, MoveTo: "Archive"}, d.hooks())
	if n != 0 || err != nil || len(f.mails) != 0 || len(d.unmarked) != 0 {
		t.Errorf("%d, %v; %d mails left, unmarked %v", n, err, len(f.mails), d.unmarked)
	}
}

// Without MOVE a mail is deleted only once its copy is certain, and nobody else's deleted mail goes with it.
func TestMoveByHand(t *testing.T) {
	for _, c := range []struct {
		caps, copied string
		want         []string
	}{
		{"IMAP4rev1 UIDPLUS", "OK", []string{"UID COPY 1:2 \"Archive\"", `UID STORE 1:2 +FLAGS.SILENT (\Deleted)`, "UID EXPUNGE 1:2"}},
		{"IMAP4rev1", "OK", []string{"UID COPY 1:2 \"Archive\"", `UID STORE 1:2 +FLAGS.SILENT (\Deleted)`}},
		{"IMAP4rev1 UIDPLUS", "NO", []string{"UID COPY 1:2 \"Archive\""}},
	} {
		f, d := newFake(2), newDesk()
		f.caps = c.caps
		f.answer = func(k *fakeConn, tag, cmd string) bool {
			if !strings.HasPrefix(cmd, "UID COPY") {
				return false
			}
			k.say("%s %s over quota", tag, c.copied)
			return true
		}
		_, err := Once(t.Context(), Options{Server: f.server(), After: Move, MoveTo: "Archive"}, d.hooks())
		if refused := c.copied == "NO"; refused != wire.HasKey(err, "wire.err.folder") || !refused && err != nil {
			t.Errorf("%+v: %v", c, err)
		}
		got := f.log[len(f.log)-len(c.want)-1:]
		if strings.Join(got, "|") != strings.Join(c.want, "|")+"|LOGOUT" {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

// Since bounds the first reading only, and by the earliest day that anybody on Earth had.
func TestSince(t *testing.T) {
	f, d := newFake(2), newDesk()
	o := Options{Server: f.server(), Since: time.Date(2026, 3, 2, 7, 0, 0, 0, time.UTC)}
	for _, low := range []uint32{0, 2} {
		d.low = low
		if _, err := Once(t.Context(), o, d.hooks()); err != nil {
			t.Fatal(err)
		}
	}
	all := strings.Join(f.log, "|")
	if !strings.Contains(all, `UID SEARCH SINCE "1-Mar-2026"`) || !strings.Contains(all, "UID SEARCH UID 2:*") {
		t.Error(all)
	}
}

// A caller that goes home in the middle of a mail gets its goroutine back at once.
func TestCancel(t *testing.T) {
	f, d := newFake(3), newDesk()
	ctx, cancel := context.WithCancel(t.Context())
	f.give = func(k *fakeConn, seq int, uid uint32, raw []byte) {
		k.say("* %d FETCH (UID %d BODY[] {%d}\r\nFrom:", seq, uid, len(raw))
		cancel()
		k.fail(silence)
	}
	if err := Run(ctx, Options{Server: f.server()}, d.hooks()); err != nil || len(d.failed) > 0 {
		t.Errorf("%v, blamed %v", err, d.failed)
	}
}

func TestProbe(t *testing.T) {
	for _, c := range []struct {
		name, last, key string
		o               Options
		answer          func(k *fakeConn, tag, cmd string) bool
	}{
		{name: "good", last: "folders"},
		{name: "folder", last: "folders", key: "wire.err.folder", answer: func(k *fakeConn, tag, cmd string) bool {
			if strings.HasPrefix(cmd, "EXAMINE") {
				k.say("%s NO no such folder", tag)
			}
			return strings.HasPrefix(cmd, "EXAMINE")
		}},
		{name: "move", last: "folders", key: "wire.err.folder", o: Options{After: Move, MoveTo: "Nulle part"}},
		{name: "greeting", last: "tls", key: "wire.err.other_protocol", answer: func(k *fakeConn, _, _ string) bool {
			k.say("220 smtp.guichet.example ESMTP")
			return true
		}},
	} {
		f := newFake(0)
		f.answer = func(k *fakeConn, tag, cmd string) bool {
			if cmd == `LIST "" "*"` {
				k.say(`* LIST (\HasNoChildren) "/" INBOX`)
				k.say(`* LIST (\Sent) "/" "&AMk-l&AOk-ments envoy&AOk-s"`)
			}
			return c.answer != nil && c.answer(k, tag, cmd)
		}
		c.o.Server = f.server()
		steps := Probe(t.Context(), c.o)
		last := steps[len(steps)-1]
		if last.Name != c.last || last.OK != (c.key == "") || c.key != "" && !wire.HasKey(last.Err, c.key) {
			t.Errorf("%s: %+v", c.name, steps)
		}
		if last.Name == "folders" && last.Detail != "INBOX\nÉléments envoyés" {
			t.Errorf("%s: folders %q", c.name, last.Detail)
		}
	}
}

// A server that rings with every answer is not asked without end.
func TestFalseAlarms(t *testing.T) {
	f := newFake(1)
	f.answer = func(k *fakeConn, _, cmd string) bool {
		if strings.HasPrefix(cmd, "UID SEARCH") {
			k.say("* 1 EXISTS")
		}
		return false
	}
	bubble(t, f, Options{}, func(t *testing.T, d *desk) {
		d.until(t, "mail", func() bool { return len(d.mails) == 1 })
		time.Sleep(time.Hour) // virtual
		f.mu.Lock()
		defer f.mu.Unlock()
		if n := strings.Count(strings.Join(f.log, "|"), "UID SEARCH"); n > 350 || n < 100 {
			t.Errorf("%d looks in an hour", n)
		}
	})
}

// The ways to log in: a token, PLAIN, LOGIN, none.
func TestLogins(t *testing.T) {
	token := func(context.Context) (string, error) { return canary, nil }
	for _, c := range []struct {
		name, caps, want, key string
		token                 bool
		refuse                bool
	}{
		{"token", "IMAP4rev1 SASL-IR AUTH=XOAUTH2 AUTH=PLAIN", "AUTHENTICATE XOAUTH2 dXNlcj1zdXBwb3J0AWF1dGg9QmVhcmVyIGNhbmFyaS16cTgxAQE=", "", true, false},
		{"plain", "IMAP4rev1 SASL-IR AUTH=PLAIN", "AUTHENTICATE PLAIN AHN1cHBvcnQAY2FuYXJpLXpxODE=", "", false, false},
		{"login", "IMAP4rev1", `LOGIN "support" "canari-zq81"`, "", false, false},
		{"none", "IMAP4rev1 LOGINDISABLED", "", "wire.err.no_login", false, false},
		{"token refused", "IMAP4rev1 SASL-IR AUTH=XOAUTH2", "", "wire.err.login_token", true, true},
	} {
		f, d := newFake(1), newDesk()
		f.caps = c.caps
		f.answer = func(k *fakeConn, tag, cmd string) bool {
			if !c.refuse || !strings.HasPrefix(cmd, "AUTHENTICATE") {
				return false
			}
			k.say("+ eyJzdGF0dXMiOiI0MDEifQ==") // {"status":"401"}
			return true
		}
		s := f.server()
		if c.token {
			s.Token = token
		}
		n, err := Once(t.Context(), Options{Server: s}, d.hooks())
		if c.key == "" {
			if n != 1 || err != nil || !strings.Contains(strings.Join(f.log, "|"), c.want) {
				t.Errorf("%s: %d, %v, %q", c.name, n, err, f.log)
			}
			continue
		}
		if !wire.HasKey(err, c.key) || strings.Contains(err.Error(), canary) || c.refuse && !strings.Contains(err.Error(), "401") {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
