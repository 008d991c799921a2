//go:build unix

package app

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"guichet/internal/blob"
	"guichet/internal/db"
	"guichet/internal/intake"
	"guichet/internal/journal"
	"guichet/internal/mail/mailtest"
	"guichet/internal/mail/wire"
	"guichet/internal/mailbox"
	"guichet/internal/secret"
	"guichet/internal/ticket"
)

// another adds a second mailbox, a folder of the same server.
func (d *desk) another(t *testing.T, in wire.Server, folder string) {
	t.Helper()
	side := mailbox.Server{Host: in.Host, Port: in.Port, Security: string(in.Security), User: in.User}
	if err := d.db.Write(t.Context(), func(tx *db.Tx) error {
		b, err := mailbox.Create(t.Context(), tx, journal.System(), d.now(), mailbox.Mailbox{Name: "Alertes", Address: "alertes@msp.example", IMAP: side, Folder: folder, SMTP: side, SavesSent: true, Active: true})
		if err != nil {
			return err
		}
		password, err := in.Password(t.Context())
		if err != nil {
			return err
		}
		return secret.Put(t.Context(), tx, d.key, d.now(), mailbox.Owner(b.ID, "imap"), secret.Text(password))
	}); err != nil {
		t.Fatal(err)
	}
}

// TestR10AnAlertStorm: 10,000 mails (a tenth without GUICHET_SOAK) in one mailbox keep nobody from the call for help in
// another, nor from the list of tickets; all are there in the end, in bounded memory.
func TestR10AnAlertStorm(t *testing.T) {
	storm := 1_000
	if soaking() {
		storm = 10_000
	}
	srv, calmBox := mailtest.Dovecot(t)
	if _, err := mailtest.Mails(srv, "Archive"); err != nil { // it is there from now on
		t.Fatal(err)
	}
	loudBox := filepath.Join(calmBox, ".Archive")
	d := quietDesk(t)
	d.roots = srv.Roots
	d.connect(t, srv, srv)
	d.another(t, srv, "Archive")
	pad := "\r\n" + strings.Repeat("seuil dépassé sur le serveur de sauvegarde\r\n", 450)
	for n := range storm {
		mailtest.Drop(t, loudBox, n, append(letterTo(fmt.Sprintf("storm-%d@client.example", n), ""), pad...))
	}
	peak, watched := watchHeap(t)
	stop := d.running(t)
	d.fetchedAll(t, storm/10)
	mailtest.Drop(t, calmBox, 1, letterTo("help@client.example", ""))
	var lists []time.Duration
	before := waitFor(t, d, func() (int, bool) {
		began := time.Now()
		if _, _, err := ticket.List(t.Context(), d.db, ticket.Query{View: ticket.Everything, Limit: 50}); err != nil {
			t.Fatal(err)
		}
		lists = append(lists, time.Since(began))
		n := d.count(t, "SELECT COUNT(*) FROM mail")
		return n, d.count(t, "SELECT COUNT(*) FROM mail WHERE message_id = 'help@client.example'") == 1
	})
	d.fetchedAll(t, storm+1)
	stop()
	watched()
	if before >= storm {
		t.Errorf("the call for help was taken after %d mails of the storm", before)
	}
	if n := d.count(t, "SELECT COUNT(*) FROM mail"); n != storm+1 {
		t.Errorf("%d mails, %d sent", n, storm+1)
	}
	const most = 300 << 20
	if *peak > most {
		t.Errorf("%d MB of heap", *peak>>20)
	}
	slices.Sort(lists)
	t.Logf("the call for help came after %d mails; heap at most %d MB; a list took %s (p95 of %d)", before, *peak>>20, lists[len(lists)*95/100], len(lists))
}

// TestR11LargeMails: mails of 25, 50, 64 and 80 MB are kept byte for byte, each a ticket, with little memory.
func TestR11LargeMails(t *testing.T) {
	srv, maildir := mailtest.Dovecot(t)
	d := quietDesk(t)
	d.roots = srv.Roots
	d.connect(t, srv, srv)
	sums := map[string][32]byte{}
	for n, size := range []int{25, 50, 64, 80} {
		id := fmt.Sprintf("large-%d@client.example", size)
		raw := largeMail(id, size<<20, uint64(n))
		sums[id] = sha256.Sum256(raw)
		if err := os.WriteFile(filepath.Join(maildir, "cur", fmt.Sprintf("1700000000.M%dP1.guichet:2,", n)), raw, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	peak, watched := watchHeap(t)
	stop := d.running(t)
	d.fetchedAll(t, len(sums))
	stop()
	watched()
	rows, _, err := intake.Mails(t.Context(), d.db, "", 0, 10)
	if err != nil || len(rows) != len(sums) {
		t.Fatalf("%d mails, %v", len(rows), err)
	}
	for _, row := range rows {
		r, _, err := blob.Open(t.Context(), d.db, d.answer.Blobs, row.Raw)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.New()
		_, err = io.Copy(sum, r)
		r.Close()
		if want := sums[row.MessageID]; err != nil || !bytes.Equal(sum.Sum(nil), want[:]) || row.TicketID == 0 {
			t.Errorf("%s is not what was sent: %v, ticket %d", row.MessageID, err, row.TicketID)
		}
	}
	const most = 128 << 20
	if *peak > most {
		t.Errorf("%d MB of heap", *peak>>20)
	}
	t.Logf("heap at most %d MB", *peak>>20)
}

// largeMail is a mail with one attachment, in lines as Dovecot gives them.
func largeMail(id string, size int, seed uint64) []byte {
	noise := rand.New(rand.NewPCG(seed, 11))
	chunk := make([]byte, 57*1000)
	for i := range chunk {
		chunk[i] = byte(noise.Uint32())
	}
	var lines bytes.Buffer
	for rest := chunk; len(rest) > 0; rest = rest[57:] {
		lines.WriteString(base64.StdEncoding.EncodeToString(rest[:57]) + "\r\n")
	}
	out := bytes.NewBuffer(make([]byte, 0, size+1<<20))
	fmt.Fprintf(out, "From: Enora <enora@moulin.example>\r\nTo: support@msp.example\r\nSubject: Plans\r\nDate: %s\r\nMessage-ID: <%s>\r\nMIME-Version: 1.0\r\n"+
		"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nVoici les plans.\r\n--b\r\nContent-Type: application/zip; name=plans.zip\r\n"+
		"Content-Disposition: attachment; filename=plans.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n", time.Now().Format(time.RFC1123Z), id)
	for out.Len() < size {
		out.Write(lines.Bytes())
	}
	out.WriteString("--b--\r\n")
	return out.Bytes()
}
