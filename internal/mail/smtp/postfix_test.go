//go:build unix

package smtp

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"guichet/internal/mail/mailtest"
	"guichet/internal/mail/wire"
)

// The path against a real Postfix: login, one bad recipient among three, the mail as it was written.
func TestPostfix(t *testing.T) {
	for _, sec := range []wire.Security{wire.TLS, wire.StartTLS} {
		t.Run(string(sec), func(t *testing.T) {
			srv, box := mailtest.PostfixOver(t, sec)
			for _, step := range Probe(t.Context(), srv, "desk.guichet.example", mailtest.User) {
				if !step.OK {
					t.Fatalf("%+v", step)
				}
			}
			e := letter("lea@moulin.example", "inconnu@moulin.example", "paul@moulin.example")
			res, err := Send(t.Context(), srv, "desk.guichet.example", e, (&log{}).note)
			if err != nil || !res.Delivered() {
				t.Fatal(res, err)
			}
			if r := res.Rcpts[1]; r.Code != 550 || r.Enhanced != "5.1.1" || r.Accepted || r.Temporary {
				t.Errorf("%+v", r)
			}
			got := arrived(t, box, 2)
			if want := bytes.ReplaceAll([]byte(body), []byte("\r\n"), []byte("\n")); !bytes.HasSuffix(got[0], want[bytes.Index(want, []byte("\n\n")):]) {
				t.Errorf("arrived as %q", got[0])
			}
			srv.User = "personne"
			if _, err := Send(t.Context(), srv, "", e, (&log{}).note); !wire.HasKey(err, "wire.err.login") || Permanent(err) {
				t.Error(err)
			}
		})
	}
}

// arrived waits for n mails in a maildir.
func arrived(t *testing.T, box string, n int) [][]byte {
	t.Helper()
	tick, giveUp := time.NewTicker(20*time.Millisecond), time.After(30*time.Second)
	defer tick.Stop()
	for {
		if mails := mailtest.Box(t, box); len(mails) >= n {
			return mails
		}
		select {
		case <-tick.C:
		case <-giveUp:
			log, err := os.ReadFile(filepath.Join(box, "..", "..", "log"))
			t.Fatalf("%d mails are not there: %s %v", n, log, err)
		}
	}
}
