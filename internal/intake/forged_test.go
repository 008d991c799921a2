package intake

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"guichet/internal/answer"
	"guichet/internal/db"
	"guichet/internal/journal"
	"guichet/internal/mail"
	"guichet/internal/outbox"
	"guichet/internal/people"
	"guichet/internal/ticket"
)

// talk is a ticket in the middle of an exchange: Enora asked, the desk answered her and Yann, whom it invited; her chief
// was in copy and nobody has looked at that yet; Loïc was taken out.
type talk struct {
	ticket ticket.Ticket
	words  *strings.Replacer // {n} its number, {own} the id of our answer, {theirs} that of Enora's mail, {seen} one that her mail refers to
}

func (o *office) talk(i int) talk {
	o.Helper()
	theirs, seen := fmt.Sprintf("ask-%d@conserverie.example", i), fmt.Sprintf("seen-%d@conserverie.example", i)
	first := o.take(strings.Replace(letter("Enora Pichon <enora@conserverie.example>", theirs, fmt.Sprintf("Imprimante du poste %d", i),
		"Cc: chef@conserverie.example, loic@conserverie.example\nReferences: <"+seen+">\n"), "quai", fmt.Sprintf("quai %d", i), 1))[0]
	sent, err := answer.Send(o.Context(), o.db, o.cfg, noon, answer.Request{TicketID: first.TicketID, AgentID: 1, Text: "Redémarrez-la.",
		To: []mail.Address{{Addr: "enora@conserverie.example"}}, Cc: []mail.Address{{Addr: "yann@mareyeur.example"}}})
	if err != nil {
		o.Fatal(err)
	}
	it, err := outbox.ByID(o.Context(), o.db, sent.OutboxID)
	if err != nil {
		o.Fatal(err)
	}
	o.write(func(ctx context.Context, tx *db.Tx) error {
		return ticket.SetParticipant(ctx, tx, first.TicketID, "loic@conserverie.example", ticket.Removed)
	})
	t := o.ticket(first.TicketID)
	return talk{t, strings.NewReplacer("{n}", fmt.Sprint(t.Number), "{own}", it.RFCID, "{theirs}", theirs, "{seen}", seen)}
}

// people adds who the tables write as: an agent, and Enora's other address.
func (o *office) people() {
	o.Helper()
	o.write(func(ctx context.Context, tx *db.Tx) error {
		_, client, _ := strings.Cut("enora@conserverie.example", "@")
		of, _, err := people.ClientByDomain(ctx, tx, client)
		if err != nil {
			return err
		}
		if _, err := people.CreateContact(ctx, tx, journal.System(), noon, people.Contact{ClientID: of.ID, Name: "Enora Pichon",
			Addresses: []people.Address{{Address: "enora@conserverie.example"}, {Address: "e.pichon@maison.example"}}}); err != nil {
			return err
		}
		_, err = people.CreateAgent(ctx, tx, journal.System(), noon, people.Agent{Name: "Sam", Email: "sam@msp.example", Language: "fr", Level: 1, Role: "agent", Active: true})
		return err
	})
}

// written is one mail of the tables below.
type written struct{ name, from, subject, headers string }

func (w written) raw(t talk, i int) string {
	id := fmt.Sprintf("mail-%d@elsewhere.example", i)
	if strings.HasPrefix(w.headers, "Message-ID:") {
		head, rest, _ := strings.Cut(w.headers, "\n")
		id, w.headers = strings.Trim(strings.TrimPrefix(head, "Message-ID:"), " <>"), rest
	}
	from := "From: " + w.from + "\n"
	if strings.HasPrefix(w.from, "!") {
		from = w.from[1:] + "\n"
	}
	subject := w.subject
	if strings.HasPrefix(subject, "=B=") {
		subject = "=?utf-8?B?" + base64.StdEncoding.EncodeToString([]byte(t.words.Replace(subject[3:]))) + "?="
	}
	to := "To: support@msp.example\n"
	if strings.HasPrefix(w.headers, "To:") {
		to = ""
	}
	headers := w.headers
	if headers != "" && !strings.HasSuffix(headers, "\n") {
		headers += "\n"
	}
	return t.words.Replace(fmt.Sprintf("%s%sSubject: %s\nDate: Mon, 23 Nov 2026 11:45:00 +0000\nMessage-ID: <%s>\n%s\nTicket #{n} [#{n}]\n##- Répondez au-dessus de cette ligne -##\nVoici la suite numéro %d.\n",
		from, to, subject, id, headers, i))
}

var forgeries = []written{
	// The number of a ticket, by people who take no part.
	{"a stranger", "x@evil.example", "Re: Imprimante [#{n}]", ""},
	{"a stranger, alone in the subject", "x@evil.example", "[#{n}]", ""},
	{"a stranger, first", "x@evil.example", "[#{n}] Imprimante", ""},
	{"a stranger, twice", "x@evil.example", "Re: [#{n}] Re: [#{n}]", ""},
	{"a stranger, with noughts", "x@evil.example", "Re: x [#000{n}]", ""},
	{"a stranger, encoded", "x@evil.example", "=B=Re: Imprimante [#{n}]", ""},
	{"a stranger, encoded with another header inside", "x@evil.example", "=B=Re: x [#{n}]\r\nIn-Reply-To: <{own}>", ""},
	{"a stranger, in full-width figures and a plain one", "x@evil.example", "=B=Re: [＃{n}] [#{n}]", ""},
	{"a stranger, hidden behind invisible signs", "x@evil.example", "=B=Re: \u200b[\u200b#{n}\u200b] [#{n}]", ""},
	{"a stranger, behind a right-to-left mark", "x@evil.example", "=B=\u202e[#{n}]", ""},
	{"a stranger, in quoted-printable", "x@evil.example", "=?iso-8859-1?Q?Re=3A_=5B#{n}=5D?=", ""},
	{"a stranger, a transfer", "x@evil.example", "TR : Imprimante [#{n}]", ""},
	{"a colleague who takes no part", "katell@conserverie.example", "Imprimante [#{n}]", ""},
	{"a colleague who was only in copy", "chef@conserverie.example", "Re: Imprimante [#{n}]", ""},
	{"a colleague who was taken out", "loic@conserverie.example", "Re: Imprimante [#{n}]", ""},
	{"another client", "paul@menuiserie.example", "Re: Imprimante [#{n}]", ""},
	{"somebody at a free mailbox", "enora.pichon@gmail.com", "Re: Imprimante [#{n}]", ""},
	{"her name on another address", "Enora Pichon <x@evil.example>", "Re: Imprimante [#{n}]", ""},
	{"her address as the name", `"enora@conserverie.example" <x@evil.example>`, "Re: Imprimante [#{n}]", ""},
	{"her address in a comment", "x@evil.example (enora@conserverie.example)", "Re: Imprimante [#{n}]", ""},
	{"a look-alike of the domain", "enora@conserverle.example", "Re: Imprimante [#{n}]", ""},
	{"the domain inside another", "enora@conserverie.example.evil.example", "Re: Imprimante [#{n}]", ""},
	{"a part of the domain", "enora@mail.conserverie.example", "Re: Imprimante [#{n}]", ""},
	{"another suffix", "enora@conserverie.test", "Re: Imprimante [#{n}]", ""},
	{"a Cyrillic letter in the name", "en\u043era@conserverie.example", "Re: Imprimante [#{n}]", ""},
	{"a long s in the domain", "enora@con\u0441erverie.example", "Re: Imprimante [#{n}]", ""},
	{"a zero-width sign in the name", "eno\u200bra@conserverie.example", "Re: Imprimante [#{n}]", ""},
	{"a suffix of the name", "enora+x@conserverie.example", "Re: Imprimante [#{n}]", ""},
	{"quotes around the name and more", `"enora@conserverie.example"@evil.example`, "Re: Imprimante [#{n}]", ""},
	{"a source route", "<@evil.example:x@evil.example>", "Re: Imprimante [#{n}]", ""},
	{"two authors, hers second", "x@evil.example, enora@conserverie.example", "Re: Imprimante [#{n}]", ""},
	{"two authors, hers first", "enora@conserverie.example, x@evil.example", "Re: Imprimante [#{n}]", ""},
	{"two From fields", "!From: enora@conserverie.example\nFrom: x@evil.example", "Re: Imprimante [#{n}]", ""},
	{"no sender", "<>", "Re: Imprimante [#{n}]", ""},
	{"no From at all", "!X-From: enora@conserverie.example", "Re: Imprimante [#{n}]", ""},
	{"hers as the Sender", "x@evil.example", "Re: Imprimante [#{n}]", "Sender: enora@conserverie.example"},
	{"hers as the Reply-To", "x@evil.example", "Re: Imprimante [#{n}]", "Reply-To: enora@conserverie.example"},
	{"hers as the Return-Path", "x@evil.example", "Re: Imprimante [#{n}]", "Return-Path: <enora@conserverie.example>"},
	{"hers as who sent it again", "x@evil.example", "Re: Imprimante [#{n}]", "Resent-From: enora@conserverie.example\nX-Original-From: enora@conserverie.example"},
	{"hers, the answer going elsewhere", "enora@conserverie.example", "Re: Imprimante [#{n}]", "Reply-To: enora@evil.example"},
	{"hers, disowned by her domain", "enora@conserverie.example", "Re: Imprimante [#{n}]", "Authentication-Results: mx.msp.example; dmarc=fail header.from=conserverie.example\nReceived: from evil by mx.msp.example; Mon, 23 Nov 2026 11:45:00 +0000"},
	{"a number in the address", "x@evil.example", "Imprimante", "To: support+{n}@msp.example"},
	{"a number in a header", "x@evil.example", "Imprimante", "X-Ticket-ID: {n}\nX-Guichet-Ticket: [#{n}]\nThread-Topic: Re: Imprimante [#{n}]"},

	// As us.
	{"an agent", "Sam <sam@msp.example>", "Re: Imprimante [#{n}]", ""},
	{"an agent, by a known id", "Sam <sam@msp.example>", "Re: Imprimante", "In-Reply-To: <{theirs}>"},
	{"the desk", "Support <support@msp.example>", "Re: Imprimante [#{n}]", "In-Reply-To: <{theirs}>"},
	{"the desk, by its own id", "Support <support@msp.example>", "Re: Imprimante [#{n}]", "In-Reply-To: <{own}>"},
	{"the desk's alias", "Support <AIDE@msp.example>", "Re: Imprimante [#{n}]", "In-Reply-To: <{theirs}>"},
	{"the desk's name", "Support <x@evil.example>", "Re: Imprimante [#{n}]", "In-Reply-To: <{theirs}>"},
	{"our own message again", "x@evil.example", "Re: Imprimante [#{n}]", "Message-ID: <{own}>\n"},

	// Ids that others may know.
	{"a stranger, a known id", "x@evil.example", "Re: Imprimante", "In-Reply-To: <{theirs}>"},
	{"a stranger, a known id among the references", "x@evil.example", "Re: Imprimante [#{n}]", "References: <a@b> <{theirs}> <c@d>"},
	{"a stranger, an id that her mail refers to", "x@evil.example", "Re: Imprimante", "In-Reply-To: <{seen}>"},
	{"another client, a known id", "paul@menuiserie.example", "Re: Imprimante", "In-Reply-To: <{theirs}>"},
	{"another client, an id that her mail refers to", "paul@menuiserie.example", "Re: Imprimante", "References: <{seen}>"},
	{"another client, both and the number", "paul@menuiserie.example", "Re: Imprimante [#{n}]", "In-Reply-To: <{theirs}>\nReferences: <{seen}> <{theirs}>"},
	{"her name, a known id", "enora@conserverie.example <x@evil.example>", "Re: Imprimante", "In-Reply-To: <{theirs}>"},
	{"a look-alike, a known id", "enora@conserver1e.example", "Re: Imprimante", "In-Reply-To: <{theirs}>"},
	{"a known id as its own", "x@evil.example", "Re: Imprimante [#{n}]", "Message-ID: <{theirs}>\n"},

	// Ids that only we can make.
	{"one sign of the proof changed", "x@evil.example", "Re: Imprimante", "In-Reply-To: <{own:flip}>"},
	{"the proof cut", "x@evil.example", "Re: Imprimante", "In-Reply-To: <{own:cut}>"},
	{"no proof", "x@evil.example", "Re: Imprimante", "In-Reply-To: <{own:bare}>"},
	{"the proof of another ticket", "x@evil.example", "Re: Imprimante", "In-Reply-To: <{own:moved}>"},
	{"another word before the proof", "x@evil.example", "Re: Imprimante", "In-Reply-To: <{own:nonce}>"},
	{"the proof in capitals", "x@evil.example", "Re: Imprimante", "In-Reply-To: <{own:upper}>"},
	{"more before it", "x@evil.example", "Re: Imprimante", "In-Reply-To: <x{own}>"},
	{"one part more", "x@evil.example", "Re: Imprimante", "In-Reply-To: <g.1.{own}>"},
	{"an invisible sign inside", "x@evil.example", "Re: Imprimante", "In-Reply-To: <{own:hidden}>"},
	{"no proof from another key", "x@evil.example", "Re: Imprimante", "References: <{own:key}> <{own:bare}>"},
	{"ours in the text of a header of no meaning", "x@evil.example", "Re: Imprimante", "X-In-Reply-To: <{own}>\nThread-Index: {own}"},
}

// spoil gives the forms of an id of ours that the table asks for.
func spoil(o *office, t talk, s string) string {
	id := t.words.Replace("{own}")
	local, domain, _ := strings.Cut(id, "@")
	p := strings.Split(local, ".")
	last := byte('0')
	if p[3][0] == last {
		last = '1'
	}
	other := mail.NewMessageID(o.cfg.Key, t.ticket.ID+1, "abc", domain)
	_, otherMAC, _ := strings.Cut(strings.Split(other, "@")[0], ".abc.")
	return strings.NewReplacer(
		"{own:flip}", strings.Join(p[:3], ".")+"."+string(last)+p[3][1:]+"@"+domain,
		"{own:cut}", local[:len(local)-1]+"@"+domain,
		"{own:bare}", strings.Join(p[:3], ".")+".@"+domain,
		"{own:moved}", p[0]+"."+p[1]+".abc."+otherMAC+"@"+domain,
		"{own:nonce}", p[0]+"."+p[1]+".abc."+p[3]+"@"+domain,
		"{own:upper}", strings.ToUpper(local)+"@"+domain,
		"{own:hidden}", local[:5]+"\u200b"+local[5:]+"@"+domain,
		"{own:key}", mail.NewMessageID([]byte("another key"), t.ticket.ID, "abc", domain)).Replace(s)
}

// H1, H2: whoever forges an answer joins nothing, takes no part in anything, and never speaks as the desk.
func TestForgedAnswersJoinNothing(t *testing.T) {
	if len(forgeries) < 60 {
		t.Fatalf("%d forgeries", len(forgeries))
	}
	each(t, func(o *office) {
		o.people()
		for i, w := range forgeries {
			k := o.talk(i)
			before := o.state(k.ticket.ID)
			w.headers = spoil(o, k, w.headers)
			got := o.take(w.raw(k, i))[0]
			if got.TicketID == k.ticket.ID {
				o.Errorf("%s: joined, %s", w.name, got.Reason)
			}
			if after := o.state(k.ticket.ID); after != before {
				o.Errorf("%s: the ticket was\n%s\nand is\n%s", w.name, before, after)
			}
		}
		if n := o.count("SELECT COUNT(*) FROM message WHERE direction = 'out' AND agent_id IS NULL"); n != 0 {
			o.Errorf("%d messages of the desk were written by nobody of it", n)
		}
		if n, want := o.count("SELECT COUNT(*) FROM message WHERE direction = 'out'"), int64(len(forgeries)); n != want {
			o.Errorf("%d messages of the desk, %d were written", n, want)
		}
	})
}

// state is what a forged mail must not change of a ticket: what was said, who takes part, where it stands.
func (o *office) state(id int64) string {
	o.Helper()
	all, err := ticket.Participants(o.Context(), o.db, id)
	if err != nil {
		o.Fatal(err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d messages, %s;", o.count("SELECT COUNT(*) FROM message WHERE ticket_id = ?", id), o.ticket(id).Status)
	for _, p := range all {
		fmt.Fprintf(&b, " %s %s %s;", p.Address, p.Role, p.State)
	}
	return b.String()
}
