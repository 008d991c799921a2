package intake

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"guichet/internal/answer"
	"guichet/internal/blob"
	"guichet/internal/db"
	"guichet/internal/db/dbtest"
	"guichet/internal/journal"
	"guichet/internal/mail"
	"guichet/internal/mailbox"
	"guichet/internal/outbox"
	"guichet/internal/people"
	"guichet/internal/ticket"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// office is a desk with one mailbox and two clients.
type office struct {
	*testing.T
	db  *db.DB
	cfg Config
	box mailbox.Mailbox
	uid uint32
}

func each(t *testing.T, run func(o *office)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { run(newOffice(t, d)) })
}

func newOffice(t *testing.T, d *db.DB) *office {
	t.Helper()
	o := &office{T: t, db: d, cfg: Config{Blobs: t.TempDir(), Key: []byte("clé d'essai de trente-deux octets"), Zone: time.UTC}}
	o.write(func(ctx context.Context, tx *db.Tx) (err error) {
		o.box, err = mailbox.Create(ctx, tx, journal.System(), noon, mailbox.Mailbox{Name: "Support", Address: "support@msp.example",
			Aliases: []string{"aide@msp.example"}, IMAP: mailbox.Server{Host: "h"}, SMTP: mailbox.Server{Host: "h"}, Acknowledge: true, Active: true})
		if err != nil {
			return err
		}
		for _, name := range []string{"Conserverie", "Menuiserie"} {
			if _, err := people.CreateClient(ctx, tx, journal.System(), noon, people.Client{Name: name,
				Domains: []string{strings.ToLower(name) + ".example"}, Language: "fr", Colour: -1}); err != nil {
				return err
			}
		}
		return nil
	})
	return o
}

func (o *office) write(fn func(ctx context.Context, tx *db.Tx) error) {
	o.Helper()
	if err := o.db.Write(o.Context(), func(tx *db.Tx) error { return fn(o.Context(), tx) }); err != nil {
		o.Fatal(err)
	}
}

func (o *office) prepare(raw string) *Prepared {
	o.Helper()
	o.uid++
	p, err := Prepare(o.cfg, Origin{Source: "imap", MailboxID: o.box.ID, UID: mailbox.UID{MailboxID: o.box.ID, Folder: "INBOX", UIDValidity: 1, UID: o.uid}},
		strings.NewReader(strings.ReplaceAll(raw, "\n", "\r\n")))
	if err != nil {
		o.Fatal(err)
	}
	return p
}

func (o *office) take(raw ...string) []Outcome {
	o.Helper()
	var batch []*Prepared
	for _, r := range raw {
		batch = append(batch, o.prepare(r))
	}
	out, err := Take(o.Context(), o.db, o.cfg, noon, batch)
	if err != nil {
		o.Fatal(err)
	}
	return out
}

func (o *office) ticket(id int64) ticket.Ticket {
	o.Helper()
	t, err := ticket.ByID(o.Context(), o.db, id)
	if err != nil {
		o.Fatal(err)
	}
	return t
}

func (o *office) count(query string, args ...any) int64 {
	o.Helper()
	n, err := db.Value[int64](o.Context(), o.db, query, args...)
	if err != nil {
		o.Fatal(err)
	}
	return n
}

// letter is a mail with what a test says of it.
func letter(from, id, subject, more string) string {
	return fmt.Sprintf("From: %s\nTo: support@msp.example\nSubject: %s\nDate: Mon, 23 Nov 2026 11:30:00 +0000\nMessage-ID: <%s>\n%s\nBonjour,\n\nl'imprimante du quai ne répond plus.\n", from, subject, id, more)
}

func TestAMailOfAKnownClientOpensATicketAndIsAcknowledged(t *testing.T) {
	each(t, func(o *office) {
		got := o.take(letter("Enora Pichon <enora@conserverie.example>", "a@c", "Imprimante", "Cc: chef@conserverie.example\n"))[0]
		if got.Fate != Opened || got.Reason != "intake.because.new" {
			o.Fatalf("outcome %+v", got)
		}
		tk := o.ticket(got.TicketID)
		if tk.Number != 1 || tk.Subject != "Imprimante" || tk.RequesterName != "Enora Pichon" || tk.ClientID == 0 || tk.Status != ticket.New {
			o.Errorf("ticket %+v", tk)
		}
		if !strings.HasPrefix(tk.Snippet, "Bonjour, l'imprimante") || !tk.ReportedAt.Equal(noon.Add(-30*time.Minute)) {
			o.Errorf("snippet %q, reported %v", tk.Snippet, tk.ReportedAt)
		}
		list, err := outbox.OfTicket(o.Context(), o.db, tk.ID)
		if err != nil || len(list) != 1 || list[0].Kind != outbox.Acknowledgement || list[0].Recipients[0].Address != "enora@conserverie.example" {
			o.Errorf("outbox %+v, %v", list, err)
		}
		people, err := ticket.Participants(o.Context(), o.db, tk.ID)
		if err != nil || len(people) != 2 || people[0].State != ticket.Active || people[1].State != ticket.Proposed {
			o.Errorf("participants %+v, %v", people, err)
		}
	})
}

func TestTakingTheSameMailAgainChangesNothing(t *testing.T) {
	each(t, func(o *office) {
		one := letter("enora@conserverie.example", "a@c", "Imprimante", "")
		without := "From: enora@conserverie.example\nTo: support@msp.example\nSubject: Sans id\nDate: Mon, 23 Nov 2026 11:30:00 +0000\n\nTexte.\n"
		first := o.take(one, without)
		before := o.count("SELECT COUNT(*) FROM message") + 100*o.count("SELECT COUNT(*) FROM journal") + 10000*o.count("SELECT COUNT(*) FROM outbox")
		again := o.take(one, without, one)
		after := o.count("SELECT COUNT(*) FROM message") + 100*o.count("SELECT COUNT(*) FROM journal") + 10000*o.count("SELECT COUNT(*) FROM outbox")
		if before != after {
			o.Errorf("rows %d, then %d", before, after)
		}
		for i, a := range again {
			if !a.Again || a.TicketID != first[i%2].TicketID {
				o.Errorf("outcome %d: %+v", i, a)
			}
		}
		if n := o.count("SELECT COUNT(*) FROM imap_uid WHERE final = 1"); n != 5 {
			o.Errorf("%d of 5 UIDs are settled", n)
		}
	})
}

func TestACopyByAnAliasIsOneMessage(t *testing.T) {
	each(t, func(o *office) {
		body := letter("enora@conserverie.example", "a@c", "Imprimante", "")
		got := o.take("Delivered-To: support@msp.example\n"+body, "Delivered-To: aide@msp.example\nReceived: from x by y; Mon, 23 Nov 2026 11:31:00 +0000\n"+body)
		if got[1].Fate != Duplicate || o.count("SELECT COUNT(*) FROM message") != 1 {
			o.Errorf("outcomes %+v", got)
		}
		// R9: another content under the same id is kept.
		other := o.take(strings.Replace(body, "du quai", "du bureau", 1))[0]
		if other.Fate == Duplicate || o.count("SELECT COUNT(*) FROM message") != 2 {
			o.Errorf("a reused Message-ID: %+v", other)
		}
	})
}

func TestThreading(t *testing.T) {
	reply := func(id string) string { return "In-Reply-To: <" + id + ">\n" }
	for _, c := range []struct {
		name, from, id, subject string
		because                 string
		joins                   bool
	}{
		{"by an id of ours, from anywhere", "enora.perso@mail.example", "OURS", "Re: x", "own_id", true},
		{"by a known id, the requester", "enora@conserverie.example", "first@c", "autre objet", "known_id", true},
		{"by a known id, a colleague", "katell@conserverie.example", "first@c", "Re: Imprimante", "known_id", true},
		{"by a known id, a stranger", "x@evil.example", "first@c", "Re: Imprimante", "linked", false},
		{"by a known id, another client", "y@menuiserie.example", "first@c", "Re: Imprimante", "linked", false},
		{"by an unknown id first seen in a reference", "katell@conserverie.example", "alias@c", "Re: Imprimante", "known_id", true},
		{"the same from another client", "y@menuiserie.example", "alias@c", "Re: Imprimante", "linked", false},
		{"by a token, the requester", "enora@conserverie.example", "", "Re: Imprimante [#1]", "subject_token", true},
		{"by a token, a colleague who takes no part", "katell@conserverie.example", "", "Imprimante [#1]", "linked", false},
		{"by a token, a stranger", "x@evil.example", "", "Imprimante [#1]", "linked", false},
		{"by a token of nothing", "enora@conserverie.example", "", "Imprimante [#99]", "follows", false},
		{"by a forged id of ours", "enora.perso@mail.example", "FORGED", "Re: x", "new", false},
		{"by nothing", "enora@conserverie.example", "", "Imprimante", "follows", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			each(t, func(o *office) {
				first := o.take(letter("enora@conserverie.example", "first@c", "Imprimante", "References: <alias@c>\n"))[0]
				id := c.id
				switch id {
				case "OURS":
					id = mail.NewMessageID(o.cfg.Key, first.TicketID, "abc", "msp.example")
				case "FORGED":
					id = mail.NewMessageID([]byte("another key"), first.TicketID, "abc", "msp.example")
				}
				more := ""
				if id != "" {
					more = reply(id)
				}
				got := o.take(strings.Replace(letter(c.from, "second@x", c.subject, more), "quai", "second quai", 1))[0]
				if got.Reason != "intake.because."+c.because || (got.TicketID == first.TicketID) != c.joins {
					o.Errorf("outcome %+v, first ticket %d", got, first.TicketID)
				}
				if c.because == "linked" && o.ticket(got.TicketID).LinkedID != first.TicketID {
					o.Error("not linked")
				}
			})
		})
	}
}

func TestMachinesOpenAndReopenNothing(t *testing.T) {
	each(t, func(o *office) {
		first := o.take(letter("enora@conserverie.example", "first@c", "Imprimante", ""))[0]
		resolved := ticket.Resolved
		o.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := ticket.Change(ctx, tx, journal.Agent(1), noon, first.TicketID, 0, ticket.Patch{Status: &resolved})
			return err
		})
		ours := mail.NewMessageID(o.cfg.Key, first.TicketID, "abc", "msp.example")
		got := o.take(
			letter("enora@conserverie.example", "auto@c", "Absente", "Auto-Submitted: auto-replied\nIn-Reply-To: <"+ours+">\n"),
			letter("paul@menuiserie.example", "auto2@c", "Absent", "Auto-Submitted: auto-replied\n"),
			letter("news@seller.example", "news@s", "Nos promos", "List-Id: <news.seller.example>\nList-Unsubscribe: <mailto:u@seller.example>\nPrecedence: bulk\n"),
			letter("support@msp.example", "own@s", "De nous", ""))
		for i, want := range []Fate{AutoNoted, AutoNoted, Listed, Own} {
			if got[i].Fate != want {
				o.Errorf("mail %d: %+v, want %s", i, got[i], want)
			}
		}
		if got[0].TicketID != first.TicketID || got[1].TicketID != 0 {
			o.Errorf("notices: %+v", got[:2])
		}
		if tk := o.ticket(first.TicketID); tk.Status != ticket.Resolved {
			o.Errorf("an absence notice reopened the ticket: %s", tk.Status)
		}
		if n := o.count("SELECT COUNT(*) FROM ticket"); n != 1 {
			o.Errorf("%d tickets", n)
		}
		if n := o.count("SELECT COUNT(*) FROM outbox"); n != 1 {
			o.Errorf("%d mails to send: a machine was answered", n)
		}
	})
}

// A form on a client's site says by the rules that a program wrote it: somebody has
// to act on it all the same, and nobody is thanked. Nor is who forbids it.
func TestWhatAProgramWritesOfItselfIsARequest(t *testing.T) {
	each(t, func(o *office) {
		form := "From: formulaire@conserverie.example\nTo: support@msp.example\nSubject: %s\nDate: Mon, 23 Nov 2026 11:30:00 +0000\nMessage-ID: <%s>\n" +
			"Auto-Submitted: auto-generated\n\nJ'arrive lundi, il me faut un poste.\n"
		got := o.take(fmt.Sprintf(form, "Demande depuis le site", "form@c"),
			letter("enora@conserverie.example", "quiet@c", "Imprimante", "X-Auto-Response-Suppress: All\n"))
		if got[0].Fate != Opened || got[0].Reason != "intake.because.generated" || got[0].TicketID == 0 {
			o.Errorf("%+v", got[0])
		}
		if got[1].Fate != Opened || got[1].Reason != "intake.because.new" {
			o.Errorf("%+v", got[1])
		}
		if absent := o.take(fmt.Sprintf(form, "Réponse automatique : absente", "oof@c"))[0]; absent.Fate != AutoNoted {
			o.Errorf("%+v", absent)
		}
		if n := o.count("SELECT COUNT(*) FROM outbox"); n != 0 {
			o.Errorf("%d were thanked", n)
		}
	})
}

func TestAPersonsReplyReopens(t *testing.T) {
	each(t, func(o *office) {
		first := o.take(letter("enora@conserverie.example", "first@c", "Imprimante", ""))[0]
		closed := ticket.Closed
		o.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := ticket.Change(ctx, tx, journal.Agent(1), noon, first.TicketID, 0, ticket.Patch{Status: &closed})
			return err
		})
		o.take(letter("enora@conserverie.example", "second@c", "Re: Imprimante", "In-Reply-To: <first@c>\n"))
		if tk := o.ticket(first.TicketID); tk.Status != ticket.Open || !tk.ClosedAt.IsZero() {
			o.Errorf("ticket %+v", tk)
		}
	})
}

func TestABounceMarksWhatDidNotArrive(t *testing.T) {
	each(t, func(o *office) {
		first := o.take(letter("enora@conserverie.example", "first@c", "Imprimante", ""))[0]
		sent, err := answer.Send(o.Context(), o.db, o.cfg, noon, answer.Request{TicketID: first.TicketID, AgentID: 1, Text: "Redémarrez-la.",
			To: []mail.Address{{Addr: "enora@conserverie.example"}}})
		if err != nil {
			o.Fatal(err)
		}
		it, err := outbox.ByID(o.Context(), o.db, sent.OutboxID)
		if err != nil {
			o.Fatal(err)
		}
		got := o.take(report(it.RFCID, "enora@conserverie.example"))[0]
		if got.Fate != Bounced || got.TicketID != first.TicketID {
			o.Fatalf("outcome %+v", got)
		}
		if it, err = outbox.ByID(o.Context(), o.db, sent.OutboxID); err != nil || it.State != outbox.Failed || it.Recipients[0].State != outbox.Failed {
			o.Errorf("outbox %+v, %v", it, err)
		}
		c, _, _, err := people.ByEmail(o.Context(), o.db, "enora@conserverie.example")
		if err != nil || c.Addresses[0].DeadAt.IsZero() {
			o.Errorf("the address is not marked: %+v, %v", c, err)
		}
		// Who writes from it again can be answered again: not by an old mail, nor by a machine's.
		dead := func() bool {
			c, _, _, err := people.ByEmail(o.Context(), o.db, "enora@conserverie.example")
			if err != nil {
				o.Fatal(err)
			}
			return c.Dead("enora@conserverie.example")
		}
		o.take(strings.Replace(letter("enora@conserverie.example", "old@c", "Une vieille", ""), "23 Nov 2026", "20 Oct 2026", 1),
			letter("enora@conserverie.example", "away@c", "Absente", "Auto-Submitted: auto-replied\n"))
		if !dead() {
			o.Error("an old mail, or a machine's, revives an address")
		}
		o.take(strings.Replace(letter("enora@conserverie.example", "again@c", "Me revoilà", ""), "quai", "bureau", 1))
		if dead() {
			o.Error("who writes can't be answered")
		}
		// Whoever holds an id of ours can report on it: only on who was written to.
		o.take(letter("katell@conserverie.example", "k@c", "Le téléphone", ""), report(it.RFCID, "katell@conserverie.example"))
		if c, _, _, err := people.ByEmail(o.Context(), o.db, "katell@conserverie.example"); err != nil || len(c.Addresses) == 0 || !c.Addresses[0].DeadAt.IsZero() {
			o.Errorf("an address that nothing was sent to: %+v, %v", c, err)
		}
		// A forged report about a mail that is not ours marks nobody.
		forged := o.take(report("g.1.x.forged@msp.example", "katell@conserverie.example"))[0]
		if forged.TicketID != 0 || forged.Reason != "intake.because.bounce_of_nothing" {
			o.Errorf("a forged report: %+v", forged)
		}
	})
}

func report(about, address string) string {
	return "From: MAILER-DAEMON@mx.example\nTo: support@msp.example\nSubject: Undelivered Mail\nDate: Mon, 23 Nov 2026 11:40:00 +0000\nMessage-ID: <b" + about + ">\n" +
		"MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: text/plain\n\nNot delivered.\n" +
		"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; " + address +
		"\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 no such user\n\n--b\nContent-Type: message/rfc822\n\nMessage-ID: <" + about +
		">\nFrom: support@msp.example\nTo: " + address + "\nSubject: x\n\nx\n--b--\n"
}

func TestAcknowledgementsAreCapped(t *testing.T) {
	each(t, func(o *office) {
		for i := range 6 {
			o.take(letter("enora@conserverie.example", fmt.Sprintf("m%d@c", i), fmt.Sprintf("Demande %d", i), ""))
		}
		if n := o.count("SELECT COUNT(*) FROM outbox"); n != 3 {
			o.Errorf("%d acknowledgements to one address in a day, want 3", n)
		}
		o.take(letter("x@stranger.example", "s@c", "Bonjour", ""), strings.Replace(letter("paul@menuiserie.example", "old@c", "Vieux", ""), "2026", "2024", 1))
		if n := o.count("SELECT COUNT(*) FROM outbox"); n != 3 {
			o.Error("a stranger or an old mail was acknowledged")
		}
	})
}

// R7: whatever arrives opens a ticket with its raw source, and the others of the
// batch go through.
func TestNoBytesAreRefused(t *testing.T) {
	each(t, func(o *office) {
		odd := []string{"", "\n", "\x00\x01\x02\xff\xfe", strings.Repeat("A", 100_000), "Subject: =?utf-8?B?////?=\n\n\x00", "From: \x00\xff <\xff@\x00>\nSubject: \x00\n\na\x00b",
			"Content-Type: multipart/mixed; boundary=x\n\n--x\n--x\n--x", "From: a@b\nSubject: " + strings.Repeat("é", 5000) + "\n\nx"}
		var raw []string
		for i, s := range odd {
			raw = append(raw, letter("enora@conserverie.example", fmt.Sprintf("g%d@c", i), fmt.Sprintf("Bon %d", i), ""), s)
		}
		out := o.take(raw...)
		for i, got := range out {
			if got.MailID == 0 || got.Fate == Listed || got.TicketID == 0 {
				o.Errorf("mail %d: %+v", i, got)
			}
		}
		if n := o.count("SELECT COUNT(*) FROM mail"); n != int64(len(raw)) {
			o.Errorf("%d mails of %d", n, len(raw))
		}
	})
}

func TestReassignAndUndo(t *testing.T) {
	each(t, func(o *office) {
		a := o.take(letter("enora@conserverie.example", "a@c", "Imprimante", ""))[0]
		b := o.take(strings.Replace(letter("katell@conserverie.example", "b@c", "Encore elle", ""), "quai", "même quai", 1))[0]
		by := journal.Agent(7)
		row, err := Reassign(o.Context(), o.db, o.cfg, by, noon, b.MailID, 1, ToTicket, a.TicketID)
		if err != nil || row.TicketID != a.TicketID || row.Fate != Joined {
			o.Fatalf("Reassign = %+v, %v", row, err)
		}
		if tk := o.ticket(b.TicketID); tk.Status != ticket.Closed || tk.Snippet != "" {
			o.Errorf("the emptied ticket: %+v", tk)
		}
		if msgs, err := ticket.Messages(o.Context(), o.db, a.TicketID); err != nil || len(msgs) != 2 {
			o.Errorf("%d messages, %v", len(msgs), err)
		}
		taking, err := ticket.Participants(o.Context(), o.db, a.TicketID)
		if err != nil || len(taking) != 2 || taking[0].Role != "requester" || taking[0].Address != "enora@conserverie.example" || taking[1].Role != "cc" {
			o.Errorf("taking part: %+v, %v", taking, err)
		}
		if _, err := Reassign(o.Context(), o.db, o.cfg, by, noon, b.MailID, 1, ToAside, 0); err == nil {
			o.Error("a stale version is taken")
		}
		row, err = UndoReassign(o.Context(), o.db, o.cfg, by, noon, b.MailID, row.Version)
		if err != nil || row.TicketID != b.TicketID || row.Fate != Opened || row.Reason != "intake.because.new" {
			o.Fatalf("UndoReassign = %+v, %v", row, err)
		}
		if tk := o.ticket(b.TicketID); tk.Status == ticket.Closed || tk.Snippet == "" {
			o.Errorf("the ticket that got its mail back: %+v", tk)
		}
		if _, err := UndoReassign(o.Context(), o.db, o.cfg, by, noon, b.MailID, row.Version); err == nil {
			o.Error("an undo is undone twice")
		}
		row, err = Reassign(o.Context(), o.db, o.cfg, by, noon, b.MailID, row.Version, ToAside, 0)
		if err != nil || row.TicketID != 0 || row.Fate != SetAside {
			o.Errorf("aside: %+v, %v", row, err)
		}
		row, err = Reassign(o.Context(), o.db, o.cfg, by, noon, b.MailID, row.Version, ToNew, 0)
		if err != nil || row.TicketID == 0 || row.TicketID == b.TicketID {
			o.Errorf("new: %+v, %v", row, err)
		}
	})
}

// Who came with a mail that belongs elsewhere must not receive what is answered
// here (FAULTS H3), even once a technician has seen them.
func TestAReassignedMailTakesItsPeopleWithIt(t *testing.T) {
	each(t, func(o *office) {
		a := o.take(letter("enora@conserverie.example", "a@c", "Imprimante", "Cc: chef@conserverie.example\n"))[0]
		b := o.take(strings.Replace(letter("katell@conserverie.example", "b@c", "Tout autre chose",
			"In-Reply-To: <a@c>\nCc: stranger@elsewhere.example\n"), "quai", "bureau", 1))[0]
		if b.Fate != Joined || b.TicketID != a.TicketID {
			o.Fatalf("outcome %+v", b)
		}
		taking := func() (names []string) {
			all, err := ticket.Participants(o.Context(), o.db, a.TicketID)
			if err != nil {
				o.Fatal(err)
			}
			for _, p := range all {
				local, _, _ := strings.Cut(p.Address, "@")
				names = append(names, local+" "+string(p.State))
			}
			slices.Sort(names)
			return names
		}
		o.write(func(ctx context.Context, tx *db.Tx) error { return ticket.Seen(ctx, tx, 1, a.TicketID, b.EntryID) })
		if got := taking(); !slices.Equal(got, []string{"chef active", "enora active", "katell active", "stranger active"}) {
			o.Fatalf("taking part: %v", got)
		}
		row, err := Reassign(o.Context(), o.db, o.cfg, journal.Agent(7), noon.Add(time.Hour), b.MailID, 1, ToNew, 0)
		if err != nil {
			o.Fatal(err)
		}
		if got := taking(); !slices.Equal(got, []string{"chef active", "enora active"}) {
			o.Errorf("taking part once it is gone: %v", got)
		}
		if _, err := UndoReassign(o.Context(), o.db, o.cfg, journal.Agent(7), noon.Add(2*time.Hour), row.ID, row.Version); err != nil {
			o.Fatal(err)
		}
		if got := taking(); len(got) != 4 {
			o.Errorf("taking part with it again: %v", got)
		}
	})
}

// The parser survives itself; what it could not finish is a ticket to be read, and
// never taken for a copy of another such mail.
func TestAMailThatBreaksTheParserIsATicket(t *testing.T) {
	each(t, func(o *office) {
		broken := func(id string) *Prepared {
			head := "From: enora@conserverie.example\r\nMessage-ID: <" + id + ">\r\nDate: Mon, 23 Nov 2026 11:30:00 +0000\r\n\r\n"
			p, err := Prepare(o.cfg, Origin{Source: "file"}, io.MultiReader(strings.NewReader(head+strings.Repeat("imprimante "+id+"\r\n", 3000)), &panicking{}))
			if err != nil {
				o.Fatal(err)
			}
			return p
		}
		bad, worse := broken("bad@c"), broken("worse@c")
		good := o.prepare(letter("enora@conserverie.example", "good@c", "Bon", ""))
		out, err := Take(o.Context(), o.db, o.cfg, noon, []*Prepared{bad, good, worse})
		if err != nil || out[0].Fate != Unreadable || out[1].Fate != Opened || out[2].Fate != Unreadable {
			o.Fatalf("%+v, %v", out, err)
		}
		raw, err := blob.ReadAll(o.Context(), o.db, o.cfg.Blobs, bad.Raw.Hash, 1<<20)
		if err != nil || !strings.Contains(string(raw), "imprimante") {
			o.Errorf("the raw source: %v", err)
		}
		again, err := Take(o.Context(), o.db, o.cfg, noon, []*Prepared{bad})
		if err != nil || !again[0].Again {
			o.Errorf("again: %+v, %v", again, err)
		}
	})
}

// panicking stands for a fault in what reads a mail: it fails once, then ends.
type panicking struct{ done bool }

func (p *panicking) Read([]byte) (int, error) {
	if p.done {
		return 0, io.EOF
	}
	p.done = true
	panic("x")
}

func TestAClientWhoWritesThroughAGroupIsHeard(t *testing.T) {
	each(t, func(o *office) {
		group := "List-Id: <equipe.conserverie.example>\nPrecedence: list\n"
		got := o.take(letter("enora@conserverie.example", "a@c", "Imprimante", group), letter("x@elsewhere.example", "b@c", "Lettre", group))
		if got[0].Fate != Opened || got[1].Fate != Listed {
			o.Errorf("%+v", got)
		}
		if n := o.count("SELECT COUNT(*) FROM outbox"); n != 0 {
			o.Error("a list was acknowledged")
		}
	})
}

// A mail that a person puts elsewhere takes along the ids that it brought: what
// answers to them later joins it there, and an answer to what stayed does not.
func TestWhatAnswersAReassignedMailFollowsIt(t *testing.T) {
	each(t, func(o *office) {
		first := o.take(letter("enora@conserverie.example", "a@c", "Imprimante", ""))[0]
		moved := o.take(letter("enora@conserverie.example", "b@c", "Badge", "In-Reply-To: <a@c>\nReferences: <lost@c> <a@c>\n"))[0]
		if moved.TicketID != first.TicketID {
			o.Fatal("it did not join")
		}
		row, err := Reassign(o.Context(), o.db, o.cfg, journal.Agent(1), noon, moved.MailID, 1, ToNew, 0)
		if err != nil || row.TicketID == first.TicketID {
			o.Fatal(row, err)
		}
		for id, c := range map[string]struct {
			answers string
			want    int64
		}{"d@c": {"b@c", row.TicketID}, "e@c": {"lost@c", row.TicketID}, "f@c": {"a@c", first.TicketID}} {
			if got := o.take(letter("enora@conserverie.example", id, "Re: Badge", "In-Reply-To: <"+c.answers+">\n"))[0]; got.TicketID != c.want {
				o.Errorf("an answer to %s went to %d, want %d", c.answers, got.TicketID, c.want)
			}
		}
	})
}

// Capitals make no second person: one contact, one participant, one mail, and a
// report that names the address otherwise is about it.
func TestCapitalsMakeNoSecondPerson(t *testing.T) {
	each(t, func(o *office) {
		first := o.take(letter("Enora <Enora@Conserverie.Example>", "a@c", "Imprimante", "Cc: Chef@conserverie.example\n"))[0]
		second := o.take(letter("enora@conserverie.example", "b@c", "Re: Imprimante", "In-Reply-To: <a@c>\nCc: chef@Conserverie.example\n"))[0]
		if second.TicketID != first.TicketID || o.count("SELECT COUNT(*) FROM contact") != 1 || o.count("SELECT COUNT(*) FROM participant") != 2 {
			o.Errorf("%+v %+v, %d contacts, %d participants", first, second, o.count("SELECT COUNT(*) FROM contact"), o.count("SELECT COUNT(*) FROM participant"))
		}
		sent, err := answer.Send(o.Context(), o.db, o.cfg, noon, answer.Request{TicketID: first.TicketID, AgentID: 1, Text: "Oui.",
			To: []mail.Address{{Addr: "Enora@Conserverie.example"}}, Cc: []mail.Address{{Addr: "enora@conserverie.example"}}})
		if err != nil {
			o.Fatal(err)
		}
		it, err := outbox.ByID(o.Context(), o.db, sent.OutboxID)
		if err != nil || len(it.Recipients) != 1 {
			o.Fatalf("%+v, %v", it.Recipients, err)
		}
		o.write(func(ctx context.Context, tx *db.Tx) error {
			known, err := outbox.Bounced(ctx, tx, noon, []string{it.RFCID}, "eNORA@conserverie.example", "5.1.1 no", true)
			if !known {
				o.Error("a report in other capitals is about nobody")
			}
			return err
		})
	})
}
