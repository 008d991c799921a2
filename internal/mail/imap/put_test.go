//go:build unix

package imap

import (
	"crypto/sha256"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/emersion/go-imap/v2"

	"guichet/internal/mail/mailtest"
	"guichet/internal/mail/wire"
)

// copyOf finds a mail of these tests by its bytes.
func copyOf(raw []byte, id string, spots ...Spot) Copy {
	return Copy{MessageID: id, Size: int64(len(raw)), Spots: spots, Same: func(r io.Reader) (bool, error) {
		got, err := io.ReadAll(r)
		return sha256.Sum256(got) == sha256.Sum256(raw), err
	}}
}

func spam(id, text string) []byte {
	head := ""
	if id != "" {
		head = "Message-ID: <" + id + ">\r\n"
	}
	return []byte("From: Promo <promo@vendeur.example>\r\nSubject: Gagnez\r\n" + head + "\r\n" + text + "\r\n")
}

// To the folder for spam and back, on servers that move, that copy, that copy and cannot remove, and with a folder
// under another name or none at all.
func TestPutOnDovecot(t *testing.T) {
	for _, c := range []struct{ name, conf, junk string }{
		{"moves, marks its folder", mailtest.WithJunk, "Écartés"},
		{"copies and removes, has no folder", mailtest.WithoutMove, "Junk"},
		{"copies and leaves, has no folder", mailtest.WithoutUIDPlus, "Junk"},
	} {
		t.Run(c.name, func(t *testing.T) {
			srv, maildir := mailtest.DovecotWith(t, c.conf)
			wanted, forged, other := spam("un@vendeur.example", "le vrai"), spam("un@vendeur.example", "le faux"), spam("deux@vendeur.example", "un autre")
			mailtest.Drop(t, maildir, 0, forged, wanted, other)
			o, mail := Options{Server: srv}, copyOf(wanted, "un@vendeur.example")
			put := func(from, to string, want int) {
				t.Helper()
				n, err := Put(t.Context(), o, mail, []string{from}, to)
				if err != nil || n != want {
					t.Fatalf("%d moved, want %d, %v", n, want, err)
				}
			}
			look := func(inbox, junk string) {
				t.Helper()
				if got := live(t, o, "INBOX"); got != inbox {
					t.Errorf("inbox: %s, want %s", got, inbox)
				}
				if got := live(t, o, c.junk); got != junk {
					t.Errorf("junk: %s, want %s", got, junk)
				}
			}
			put("INBOX", Junk, 1)
			look("le faux,un autre", "le vrai")
			put("INBOX", Junk, 0) // there already
			look("le faux,un autre", "le vrai")
			put(Junk, "INBOX", 1)
			look("le faux,un autre,le vrai", "")
			put(Junk, "INBOX", 0)
			put("INBOX", Junk, 1)
			look("le faux,un autre", "le vrai")
		})
	}
}

// live are the mails of a folder that are not marked as deleted.
func live(t *testing.T, o Options, folder string) string {
	t.Helper()
	s, _, err := open(t.Context(), o.defaults())
	if err != nil {
		t.Fatal(err)
	}
	defer s.logout()
	if _, err := s.enter(folder, true); err != nil {
		t.Fatal(err)
	}
	uids, err := s.live(imap.SearchCriteria{})
	if err != nil || len(uids) == 0 {
		return ""
	}
	var texts []string
	if err := s.fetch(setOf(uids), func(_ uint32, _ int64, r *literal) error {
		raw, err := io.ReadAll(r)
		_, text, _ := strings.Cut(string(raw), "\r\n\r\n")
		texts = append(texts, strings.TrimSpace(text))
		return err
	}, func(uint32, bool) {}); err != nil {
		t.Fatal(err)
	}
	return strings.Join(texts, ",")
}

// A mail without a Message-ID is found by the UID it was seen with, and after a move by its size.
func TestPutWithoutMessageID(t *testing.T) {
	srv, maildir := mailtest.DovecotWith(t, mailtest.WithJunk)
	raw, same := spam("", "sans nom"), spam("", "sang non")
	mailtest.Drop(t, maildir, 0, same, raw)
	o := Options{Server: srv}
	validity := validityOf(t, o)
	mail := copyOf(raw, "", Spot{"INBOX", validity, 2}, Spot{Junk, validity, 1}, Spot{"INBOX", validity + 1, 1})
	for i, way := range [][2]string{{"INBOX", Junk}, {Junk, "INBOX"}, {"INBOX", Junk}} {
		if n, err := Put(t.Context(), o, mail, way[:1], way[1]); n != 1 || err != nil {
			t.Fatalf("%d: %d moved, %v", i, n, err)
		}
	}
	if got := live(t, o, "INBOX"); got != "sang non" {
		t.Errorf("inbox: %s", got)
	}
}

func validityOf(t *testing.T, o Options) uint32 {
	t.Helper()
	s, _, err := open(t.Context(), o.defaults())
	if err != nil {
		t.Fatal(err)
	}
	defer s.logout()
	v, err := s.enter("INBOX", true)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// A copy was made and the connection broke before the original was removed: no second copy.
func TestPutGoesOnWhereItBroke(t *testing.T) {
	srv, maildir := mailtest.DovecotWith(t, mailtest.WithoutMove)
	raw := spam("un@vendeur.example", "le vrai")
	mailtest.Drop(t, maildir, 0, raw)
	o, mail := Options{Server: srv}, copyOf(raw, "un@vendeur.example")
	if n, err := Put(t.Context(), o, mail, []string{"INBOX"}, Junk); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	mailtest.Drop(t, maildir, 1, raw)
	if n, err := Put(t.Context(), o, mail, []string{"INBOX"}, Junk); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if inbox, junk := live(t, o, "INBOX"), live(t, o, "Junk"); inbox != "" || junk != "le vrai" {
		t.Errorf("inbox %q, junk %q", inbox, junk)
	}
}

// A server that refuses: nothing is lost, and the error says which folder.
func TestPutRefused(t *testing.T) {
	for _, conf := range []string{mailtest.WithJunk, mailtest.WithJunk + mailtest.WithoutMove} {
		srv, maildir := mailtest.DovecotWith(t, conf)
		raw := spam("un@vendeur.example", "le vrai")
		mailtest.Drop(t, maildir, 0, raw)
		o := Options{Server: srv}
		live(t, o, "Écartés") // it is there from now on
		closed := filepath.Join(maildir, ".&AMk-cart&AOk-s", "tmp")
		if err := os.Remove(closed); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(closed, nil, 0o444); err != nil {
			t.Fatal(err)
		}
		n, err := Put(t.Context(), o, copyOf(raw, "un@vendeur.example"), []string{"INBOX"}, Junk)
		if err == nil || n > 1 {
			t.Errorf("%d moved, %v", n, err)
		}
		if got := live(t, o, "INBOX"); got != "le vrai" {
			t.Errorf("inbox %q", got)
		}
	}
}

// The folder for spam by the names that servers give it.
func TestJunkNames(t *testing.T) {
	for _, c := range []struct{ lists, want string }{
		{`(\Junk) "/" "Brol"|() "/" "Junk"`, "Brol"},
		{`() "/" "Spam"|() "/" "Junk"`, "Junk"},
		{`() "." "INBOX.Spam"`, "INBOX.Spam"},
		{`() "/" "Courrier ind&AOk-sirable"`, "Courrier indésirable"},
		{`() "/" "QUARANTAINE"`, "QUARANTAINE"},
		{`(\Noselect) "/" "Spam"|() "/" "Sent"`, ""},
		{`() "/" "Pas Junk du tout"`, ""},
	} {
		f := newFake(1)
		f.answer = func(k *fakeConn, tag, cmd string) bool {
			if !strings.HasPrefix(cmd, "LIST") {
				return false
			}
			for line := range strings.SplitSeq(c.lists, "|") {
				k.say("* LIST %s", line)
			}
			k.say("%s OK", tag)
			return true
		}
		s, _, err := open(t.Context(), Options{Server: f.server()}.defaults())
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.junk()
		if got != c.want || (err == nil) != (c.want != "") || err != nil && !wire.HasKey(err, "wire.err.folder") {
			t.Errorf("%s: %q, %v", c.lists, got, err)
		}
		s.logout()
	}
}
