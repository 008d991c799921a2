//go:build unix

package imap

import (
	"errors"
	"strings"
	"testing"
	"time"

	"guichet/internal/mail/mailtest"
	"guichet/internal/mail/wire"
)

// The path against a real Dovecot: what is there, what comes while the loop waits, what becomes of the server's copy.
func TestDovecot(t *testing.T) {
	for _, c := range []struct {
		sec   wire.Security
		after After
	}{{wire.TLS, Move}, {wire.StartTLS, Flag}, {wire.TLS, Leave}} {
		t.Run(string(c.sec)+" "+string(c.after), func(t *testing.T) {
			srv, maildir := mailtest.DovecotOver(t, c.sec)
			for n := range 120 {
				mailtest.Drop(t, maildir, n, letter(n, 400))
			}
			d := newDesk()
			stop := start(t, Options{Server: srv, After: c.after, MoveTo: "Archive"}, d)
			d.until(t, "120 mails", func() bool { return len(d.mails) == 120 && d.state.Phase == Idle })
			mailtest.Drop(t, maildir, 120, letter(120, 30_000))
			d.until(t, "one more", func() bool {
				return len(d.mails) == 121 && (c.after == Leave || len(d.unmarked) == 0)
			})
			stop()
			checkDovecot(t, srv, c.sec, c.after)
		})
	}
}

func checkDovecot(t *testing.T, srv wire.Server, sec wire.Security, after After) {
	t.Helper()
	if sec != wire.TLS {
		return // the reader of mailtest speaks TLS only
	}
	inbox, err := mailtest.Mails(srv, "INBOX")
	archive, err2 := mailtest.Mails(srv, "Archive")
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	if after == Move && (len(inbox) != 0 || len(archive) != 121) || after == Leave && (len(inbox) != 121 || inbox[0].Seen) {
		t.Errorf("%d in the inbox, %d in the archive", len(inbox), len(archive))
	}
}

// A server that tells nothing by itself is asked now and then; one that cannot move mails is made to copy and remove.
func TestDovecotOfLessAbility(t *testing.T) {
	for _, c := range []struct {
		name, conf string
		after      After
	}{{"without IDLE", mailtest.WithoutIdle, Flag}, {"without MOVE", mailtest.WithoutMove, Move}, {"without UIDPLUS", mailtest.WithoutUIDPlus, Move}} {
		t.Run(c.name, func(t *testing.T) {
			srv, maildir := mailtest.DovecotWith(t, c.conf)
			for n := range 60 {
				mailtest.Drop(t, maildir, n, letter(n, 400))
			}
			d := newDesk()
			o := Options{Server: srv, After: c.after, MoveTo: "Archive", Poll: 300 * time.Millisecond}
			stop := start(t, o, d)
			d.until(t, "60 mails", func() bool { return len(d.mails) == 60 && d.state.Phase == Idle })
			for n := 60; n < 64; n++ {
				mailtest.Drop(t, maildir, n, letter(n, 400))
				d.until(t, "one more", func() bool { return len(d.mails) == n+1 && len(d.unmarked) == 0 })
			}
			stop()
			for raw, n := range d.mails {
				if n != 1 {
					t.Errorf("%x came %d times", raw[:4], n)
				}
			}
			if c.after != Move {
				return
			}
			inbox, archive := live(t, o, "INBOX"), live(t, o, "Archive")
			if inbox != "" || strings.Count(archive, ",") != 63 {
				t.Errorf("%d bytes in the inbox, %d mails in the archive", len(inbox), strings.Count(archive, ",")+1)
			}
		})
	}
}

func TestDovecotProbe(t *testing.T) {
	srv, _ := mailtest.Dovecot(t)
	steps := Probe(t.Context(), Options{Server: srv, After: Move, MoveTo: "Archive"})
	if last := steps[len(steps)-1]; len(steps) != 5 || !last.OK {
		t.Errorf("%+v", steps)
	}
	srv.User = "personne"
	steps = Probe(t.Context(), Options{Server: srv})
	if last := steps[len(steps)-1]; last.Name != "login" || !wire.HasKey(last.Err, "wire.err.login") {
		t.Errorf("%+v", steps)
	}
}
