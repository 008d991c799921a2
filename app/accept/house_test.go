//go:build linux

package accept

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"guichet/internal/answer"
	"guichet/internal/db"
	"guichet/internal/journal"
	"guichet/internal/mail"
	"guichet/internal/mail/mailtest"
	"guichet/internal/mailbox"
	"guichet/internal/people"
	"guichet/internal/secret"
	"guichet/internal/ticket"
	"guichet/internal/words"
)

// house is a data folder of an MSP with one mailbox, and the two servers that it reaches over taps.
type house struct {
	t      *testing.T
	dir    string
	env    []string
	imap   *mailtest.IMAPServer
	smtp   *mailtest.SMTPServer
	onMail func(mailtest.Sent) // set under mu
	mu     sync.Mutex
	in     *tap
	out    *tap
	box    mailbox.Mailbox
	agent  people.Agent

	letters []letter
	raws    map[string]bool // SHA-256 of everything delivered
	twice   int             // items that a recipient got twice
}

// letter is a mail of a client's person that later ones can answer.
type letter struct{ from, id, subject string }

// found makes a house in dir.
func found(t *testing.T, dir string) *house {
	t.Helper()
	h := &house{t: t, dir: dir, imap: mailtest.IMAP(t), raws: map[string]bool{}}
	var err error
	if h.smtp, err = mailtest.StartSMTP(h.took); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.smtp.Close)
	h.in, h.out = listen(t, h.imap.Server.Addr()), listen(t, h.smtp.Server.Addr())
	h.env = []string{"SSL_CERT_FILE=" + certificates(t, h.imap.Server.Addr(), h.smtp.Server.Addr())}
	h.with(h.furnish)
	return h
}

// took passes on what the sending server was given, before it says that it has it.
func (h *house) took(s mailtest.Sent) {
	h.mu.Lock()
	on := h.onMail
	h.mu.Unlock()
	if on != nil {
		on(s)
	}
}

func (h *house) whenTaken(on func(mailtest.Sent)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.onMail = on
}

// certificates writes what the servers show themselves with to a file, for the program's own trust.
func certificates(t *testing.T, addresses ...string) string {
	t.Helper()
	var all []byte
	for _, a := range addresses {
		// The test's own server, asked for the certificate that the program will then verify.
		c, err := tls.Dial("tcp", a, &tls.Config{InsecureSkipVerify: true})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.ConnectionState().PeerCertificates[0].Raw})...)
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "authorities.pem")
	if err := os.WriteFile(path, all, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// with opens the data while no program runs on them.
func (h *house) with(do func(ctx context.Context, d *db.DB, k *secret.Key) error) {
	h.t.Helper()
	ctx := context.Background()
	d, err := db.Open(ctx, filepath.Join(h.dir, "guichet.db"))
	if err != nil {
		h.t.Fatal(err)
	}
	k, err := secret.Open(ctx, d, secret.Options{Folder: h.dir})
	if err == nil {
		err = do(ctx, d, k)
	}
	if err := errors.Join(err, d.Close()); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) furnish(ctx context.Context, d *db.DB, k *secret.Key) error {
	return d.Write(ctx, func(tx *db.Tx) (err error) {
		by, now := journal.System(), time.Now()
		if h.agent, err = people.CreateAgent(ctx, tx, by, now, people.Agent{Name: "Maud Kervella", Email: "maud@guichet.example",
			Language: words.French, Level: 1, Role: people.RoleLead, Active: true}); err != nil {
			return err
		}
		if _, err = people.CreateClient(ctx, tx, by, now, people.Client{Name: "Conserverie du Port", Domains: []string{"conserverie.example"},
			Language: words.French, Colour: -1}); err != nil {
			return err
		}
		if h.box, err = mailbox.Create(ctx, tx, by, now, mailbox.Mailbox{Name: "Support", Address: mailtest.User,
			IMAP: mailbox.Server{Host: "127.0.0.1", Port: h.in.port()}, SMTP: mailbox.Server{Host: "127.0.0.1", Port: h.out.port()},
			SavesSent: true, Acknowledge: true, Active: true}); err != nil {
			return err
		}
		for _, side := range []string{"imap", "smtp"} {
			if err := secret.Put(ctx, tx, k, now, mailbox.Owner(h.box.ID, side), secret.Text(mailtest.Password)); err != nil {
				return err
			}
		}
		return nil
	})
}

// serve starts the program.
func (h *house) serve(more ...string) *child {
	h.t.Helper()
	return start(h.t, h.dir, append(h.env, more...), "serve")
}

// deliver puts n mails of all kinds into the mailbox.
func (h *house) deliver(r *rand.Rand, n int) {
	h.t.Helper()
	for range n {
		raw := h.write(r, len(h.raws))
		sum := sha256.Sum256(raw)
		h.raws[hex.EncodeToString(sum[:])] = true
		copies := 1
		if r.IntN(9) == 0 {
			copies = 2 // the same mail by two ways
		}
		for range copies {
			if _, err := h.imap.Deliver("INBOX", raw); err != nil {
				h.t.Fatal(err)
			}
		}
	}
}

// write makes the nth mail: a new request, an answer to an earlier one, one with a large file, or one whose inside is
// rubble (below a header that the memory server needs: it gives a mail without one without its text).
func (h *house) write(r *rand.Rand, n int) []byte {
	l := letter{from: fmt.Sprintf("poste%d@conserverie.example", n), id: fmt.Sprintf("%d.%d@conserverie.example", n, r.Uint64()),
		subject: fmt.Sprintf("Étiqueteuse %d à l'arrêt", n)}
	more := ""
	switch kind := r.IntN(12); {
	case kind == 0:
		return fmt.Appendf(nil, "From: =?utf-8?q?=ff <x@\r\nContent-Type: multipart/mixed; boundary=\r\nContent-Transfer-Encoding: base64\r\n\r\n--\r\n\x00\xff%d %x", n, r.Uint64())
	case kind < 4 && len(h.letters) > 0:
		first := h.letters[r.IntN(len(h.letters))]
		l.from, l.subject = first.from, "Re: "+first.subject
		more = "In-Reply-To: <" + first.id + ">\r\nReferences: <" + first.id + ">\r\n"
	default:
		h.letters = append(h.letters, l)
	}
	head := fmt.Sprintf("From: Poste %d <%s>\r\nTo: %s\r\nSubject: %s\r\nDate: %s\r\nMessage-ID: <%s>\r\n%sMIME-Version: 1.0\r\n",
		n, l.from, mailtest.User, l.subject, time.Now().Format(time.RFC1123Z), l.id, more)
	text := fmt.Sprintf("Bonjour,\r\n\r\nl'étiqueteuse de la ligne %d ne démarre plus.\r\n", n)
	if r.IntN(10) > 0 {
		return []byte(head + "Content-Type: text/plain; charset=utf-8\r\n\r\n" + text + strings.Repeat("Elle clignote.\r\n", r.IntN(400)))
	}
	file := make([]byte, 60_000+r.IntN(200_000)) // on both sides of what the database keeps itself
	for i := range file {
		file[i] = byte(r.Uint32())
	}
	return []byte(head + "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + text +
		"\r\n--b\r\nContent-Type: image/png\r\nContent-Disposition: attachment; filename=photo.png\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
		fold(base64.StdEncoding.EncodeToString(file)) + "\r\n--b--\r\n")
}

func fold(text string) string {
	var b strings.Builder
	for len(text) > 76 {
		b.WriteString(text[:76] + "\r\n")
		text = text[76:]
	}
	return b.String() + text
}

// answer writes up to n answers of the agent, due at once, to tickets that have none.
func (h *house) answer(n int) {
	h.t.Helper()
	h.with(func(ctx context.Context, d *db.DB, k *secret.Key) error {
		key, err := k.Derive("message-id")
		if err != nil {
			return err
		}
		ids, err := db.Values[int64](ctx, d, `SELECT t.id FROM ticket t WHERE t.client_id IS NOT NULL AND NOT EXISTS
			(SELECT 1 FROM outbox o WHERE o.ticket_id = t.id AND o.kind = 'answer') ORDER BY t.id LIMIT ?`, n)
		if err != nil {
			return err
		}
		cfg := answer.Config{Blobs: filepath.Join(h.dir, "blobs"), Key: key, Zone: time.UTC}
		for _, id := range ids {
			tk, err := ticket.ByID(ctx, d, id)
			if err != nil {
				return err
			}
			to, cc, err := answer.Recipients(ctx, d, tk)
			if err != nil {
				return err
			}
			if _, err := answer.Send(ctx, d, cfg, time.Now().Add(-answer.Hold), answer.Request{TicketID: id, AgentID: h.agent.ID,
				Text: "Bonjour, un technicien passe ce matin.", To: addresses(to), Cc: addresses(cc), Quote: true}); err != nil {
				return fmt.Errorf("answer ticket %d: %w", id, err)
			}
		}
		return nil
	})
}

func addresses(list []answer.Suggested) (out []mail.Address) {
	for _, s := range list {
		out = append(out, s.Address)
	}
	return out
}
