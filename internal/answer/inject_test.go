package answer

import (
	"bufio"
	"context"
	"fmt"
	"net/textproto"
	"slices"
	"strings"
	"testing"

	"guichet/internal/db"
	"guichet/internal/db/dbtest"
	"guichet/internal/journal"
	"guichet/internal/mail"
	"guichet/internal/outbox"
	"guichet/internal/ticket"
)

// hostile are texts that would bring headers, recipients or a body of their own.
var hostile = []string{
	"x\r\nBcc: victim@evil.example", "x\nBcc: victim@evil.example", "x\rBcc: victim@evil.example", "x\r\n\r\nAutre texte", "x\x00\r\nBcc: v@evil.example",
	"x\u2028Bcc: victim@evil.example", "x\u0085Bcc: victim@evil.example", "=?utf-8?Q?x=0D=0ABcc:_victim@evil.example?=",
	`x" <victim@evil.example>, "y`, "x>, <victim@evil.example", "x\\\r\n\tBcc: victim@evil.example", strings.Repeat("long ", 400) + "\r\nBcc: victim@evil.example",
	"x; name=\"y\"\r\nContent-Type: text/html", "x\r\n--b\r\nBcc: victim@evil.example", "\u202ex\r\n.\r\nRCPT TO:<victim@evil.example>",
}

// places are where such a text comes into an answer.
var places = map[string]func(k *desk, r *Request, text string){
	"subject": func(k *desk, _ *Request, text string) {
		k.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := ticket.Change(ctx, tx, journal.System(), noon, k.ticket.ID, 0, ticket.Patch{Subject: &text})
			return err
		})
	},
	"name of a recipient":   func(_ *desk, r *Request, text string) { r.To[0].Name = text },
	"name of who is copied": func(_ *desk, r *Request, text string) { r.Cc[0].Name = text },
	"name of who asked and is quoted": func(k *desk, _ *Request, text string) {
		k.said(ticket.Person{Name: text, Address: "enora@client.example"}, "")
	},
	"id of what is answered": func(k *desk, _ *Request, text string) {
		k.said(ticket.Person{Address: "enora@client.example"}, text+"@client.example")
	},
	"text":           func(_ *desk, r *Request, text string) { r.Text, r.HTML = text, "<p>"+text+"</p>" },
	"name of a file": func(k *desk, _ *Request, text string) { k.attach(text, false, "", "manual") },
	"content id of a picture": func(k *desk, r *Request, text string) {
		text = text[:min(len(text), 200)] // the program makes these itself, and short
		k.attach("p.png", true, text, "p")
		r.HTML += `<img src="cid:` + text + `">`
	},
	"name of the desk's mailbox": func(k *desk, _ *Request, text string) { k.rename(text) },
}

// said adds a mail to the ticket, with what its writer chose.
func (k *desk) said(from ticket.Person, id string) {
	k.Helper()
	k.write(func(ctx context.Context, tx *db.Tx) error {
		t, err := ticket.ByID(ctx, tx, k.ticket.ID)
		if err != nil {
			return err
		}
		_, err = ticket.Add(ctx, tx, journal.System(), noon, noon, t, ticket.Message{Direction: ticket.In, MessageID: id, From: from, At: noon, Body: "Et maintenant ?"})
		return err
	})
}

// rename names the desk's mailbox, past what the room of mailboxes would refuse.
func (k *desk) rename(name string) {
	k.Helper()
	k.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE mailbox SET name = ? WHERE id = ?", name, k.ticket.MailboxID)
		return err
	})
}

// E8: whatever stands in a name, a subject, an id or a file's name, what leaves has exactly the headers of an answer and
// exactly its recipients.
func TestNothingInAnAnswerBringsHeadersOrRecipients(t *testing.T) {
	k := newDesk(t, dbtest.Open(t))
	intended := []string{"From", "Date", "Subject", "To", "Cc", "Message-Id", "In-Reply-To", "References", "Content-Language", "Mime-Version", "Content-Type", "Content-Transfer-Encoding"}
	tried := 0
	for place, put := range places {
		for i, text := range hostile {
			name := fmt.Sprintf("%s, %d", place, i)
			r := k.request()
			put(k, &r, text)
			sent, err := Send(k.Context(), k.db, k.cfg, noon, r)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			tried++
			raw, m := k.raw(sent.OutboxID)
			head, err := textproto.NewReader(bufio.NewReader(strings.NewReader(raw))).ReadMIMEHeader()
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			for h, values := range head {
				if !slices.Contains(intended, h) || len(values) != 1 {
					t.Errorf("%s: the header has %s: %q", name, h, values)
				}
			}
			if len(m.To) != 1 || m.To[0].Addr != "enora@client.example" || len(m.Cc) != 1 || m.Cc[0].Addr != "chef@client.example" || m.From.Addr != "support@msp.example" {
				t.Errorf("%s: from %+v to %+v, %+v", name, m.From, m.To, m.Cc)
			}
			it, err := outbox.ByID(k.Context(), k.db, sent.OutboxID)
			if err != nil || len(it.Recipients) != 2 {
				t.Errorf("%s: leaves to %+v, %v", name, it.Recipients, err)
			}
			for j, line := range strings.Split(raw, "\r\n") {
				if strings.ContainsAny(line, "\r\n\x00") || len(line) > 998 {
					t.Errorf("%s: line %d is %q", name, j, line[:min(len(line), 100)])
				}
			}
		}
	}
	if tried < 40 {
		t.Errorf("%d tried", tried)
	}
}

// An address that would bring more with it is refused before anything is written (go-smtp would send it).
func TestNoAddressBringsAnother(t *testing.T) {
	k := newDesk(t, dbtest.Open(t))
	for _, address := range []string{
		"enora@client.example\r\nBcc: v@evil.example", "enora@client.example>\r\nRCPT TO:<v@evil.example", "enora@client.example> SIZE=1", "enora@client.example, v@evil.example",
		"<enora@client.example>", "enora @client.example", "\"a\r\nb\"@client.example", "enora@client.example\x00", "enora@", "@client.example", "", "enora", "enora@client.example;v@evil.example",
		"enora@client.example (x)", "a\u202e@client.example", "enora@cli ent.example", strings.Repeat("a", 250) + "@client.example",
	} {
		for _, copied := range []bool{false, true} {
			r := k.request()
			if copied {
				r.Cc = append(r.Cc, mail.Address{Addr: address})
			} else {
				r.To[0].Addr = address
			}
			if _, err := Send(k.Context(), k.db, k.cfg, noon, r); err == nil {
				t.Errorf("%q was taken", address)
			}
		}
	}
	if n, err := db.Value[int64](k.Context(), k.db, "SELECT COUNT(*) FROM outbox"); n != 0 || err != nil {
		t.Errorf("%d leave, %v", n, err)
	}
}
