package intake

import (
	"context"
	"math"
	"slices"
	"testing"

	"guichet/internal/db"
	"guichet/internal/journal"
	"guichet/internal/mail"
	"guichet/internal/people"
	"guichet/internal/ticket"
)

const (
	enora  = "Enora Pichon <enora@conserverie.example>"
	katell = "Katell <katell@conserverie.example>"
)

// odd are honest answers as programs and people spoil them.
var odd = []written{
	// By an id of ours, whoever holds it.
	{"plain", enora, "Re: Imprimante", "In-Reply-To: <{own}>"},
	{"among the references only", enora, "Re: Imprimante", "References: <a@b> <{own}> <c@d>"},
	{"the first of the references only", enora, "Autre chose", "References: <{own}> <c@d> <e@f>"},
	{"references over several lines", enora, "Re: Imprimante", "References: <a@b>\n\t<{own}>\n <c@d>"},
	{"references run together", enora, "Re: Imprimante", "References: <a@b><{own}><c@d>"},
	{"references with commas", enora, "Re: Imprimante", "References: <a@b>, <{own}>, <c@d>"},
	{"no brackets", enora, "Re: Imprimante", "In-Reply-To: {own}"},
	{"no brackets, several", enora, "Re: Imprimante", "References: a@b {own} c@d"},
	{"one bracket", enora, "Re: Imprimante", "In-Reply-To: <{own}"},
	{"the other bracket", enora, "Re: Imprimante", "In-Reply-To: {own}>"},
	{"blanks in the brackets", enora, "Re: Imprimante", "In-Reply-To: < {own} >"},
	{"quotes around", enora, "Re: Imprimante", `In-Reply-To: "<{own}>"`},
	{"a sentence around", enora, "Re: Imprimante", "In-Reply-To: Your message of \"Mon, 23 Nov 2026\" <{own}>"},
	{"a sentence behind", enora, "Re: Imprimante", "In-Reply-To: <{own}> (Support's message)"},
	{"doubled brackets", enora, "Re: Imprimante", "In-Reply-To: <<{own}>>"},
	{"a header in capitals", enora, "RE: IMPRIMANTE", "IN-REPLY-TO: <{own}>"},
	{"her private mailbox", "enora.p@gmail.com", "Re: Imprimante", "In-Reply-To: <{own}>"},
	{"whoever she passed it on to", "Service <achats@fournisseur.example>", "TR: Imprimante", "In-Reply-To: <{own}>"},
	{"a look-alike that holds our id", "enora@conserverle.example", "Re: Imprimante", "In-Reply-To: <{own}>"},
	{"a forwarder that breaks DMARC", enora, "Re: Imprimante", "Authentication-Results: mx.msp.example; dmarc=fail header.from=conserverie.example\nReceived: from relay by mx.msp.example; Mon, 23 Nov 2026 11:45:00 +0000\nIn-Reply-To: <{own}>"},
	{"no subject", enora, "", "In-Reply-To: <{own}>"},
	{"another subject", enora, "Le camion est arrivé", "In-Reply-To: <{own}>"},
	{"to the alias", enora, "Re: Imprimante", "To: aide@msp.example\nIn-Reply-To: <{own}>"},
	{"to nobody that is named", enora, "Re: Imprimante", "To: undisclosed-recipients:;\nIn-Reply-To: <{own}>"},
	{"the answer to an answer that only they have", katell, "Re: Imprimante", "In-Reply-To: <x@conserverie.example>\nReferences: <{own}> <x@conserverie.example>"},

	// By an id that is known.
	{"hers", enora, "J'oubliais", "In-Reply-To: <{theirs}>"},
	{"hers, from her other address", "e.pichon@maison.example", "Re: Imprimante", "In-Reply-To: <{theirs}>"},
	{"a colleague", katell, "Re: Imprimante", "In-Reply-To: <{theirs}>"},
	{"a colleague, by what she answered", katell, "Re: Imprimante", "References: <{seen}>"},
	{"a colleague who was only in copy", "chef@conserverie.example", "Re: Imprimante", "In-Reply-To: <{theirs}>"},
	{"a colleague of another site", "katell@brest.conserverie.example", "Re: Imprimante", "In-Reply-To: <{theirs}>"},
	{"who takes part", "yann@mareyeur.example", "Re: Imprimante", "References: <{theirs}>"},

	// By the number, the headers lost, from who takes part.
	{"Re:", enora, "Re: Imprimante [#{n}]", ""},
	{"RE:", enora, "RE: Imprimante [#{n}]", ""},
	{"RE :", enora, "RE : Imprimante [#{n}]", ""},
	{"Ré:", enora, "=B=Ré : Imprimante [#{n}]", ""},
	{"Rép :", enora, "=B=Rép. : Imprimante [#{n}]", ""},
	{"TR:", enora, "TR: Imprimante [#{n}]", ""},
	{"Tr :", enora, "=B=Tr\u00a0: Imprimante [#{n}]", ""},
	{"Fwd:", enora, "Fwd: Imprimante [#{n}]", ""},
	{"AW:", enora, "AW: Imprimante [#{n}]", ""},
	{"WG:", enora, "WG: Imprimante [#{n}]", ""},
	{"SV:", enora, "SV: Imprimante [#{n}]", ""},
	{"Antw:", enora, "Antw: Imprimante [#{n}]", ""},
	{"RIF:", enora, "RIF: Imprimante [#{n}]", ""},
	{"Re[2]:", enora, "Re[2]: Imprimante [#{n}]", ""},
	{"Re(3):", enora, "Re(3): Imprimante [#{n}]", ""},
	{"many of them", enora, "RE: AW: RE: TR: Re: Imprimante [#{n}] [#{n}]", ""},
	{"a label of their gateway", enora, "[EXTERNE] Re: Imprimante [#{n}]", ""},
	{"the number alone", enora, "[#{n}]", ""},
	{"the number first", enora, "[#{n}] toujours en panne", ""},
	{"the number in a sentence", enora, "au sujet de [#{n}], c'est réparé", ""},
	{"another thing in brackets", enora, "[conserverie] [URGENT] Re: Imprimante [#{n}]", ""},
	{"encoded", enora, "=B=Re : Imprimante [#{n}]", ""},
	{"in quoted-printable", enora, "=?iso-8859-1?Q?R=E9p_=3A_Imprimante_=5B#{n}=5D?=", ""},
	{"encoded in two pieces", enora, "=?utf-8?Q?Re_:_Imprimante_=5B?=\n =?utf-8?Q?#{n}=5D?=", ""},
	{"in a charset that is not said", enora, "R\xe9p : Imprimante [#{n}]", ""},
	{"folded", enora, "Re: Imprimante du quai qui ne veut plus imprimer\n [#{n}]", ""},
	{"a telephone that keeps the subject alone", "enora@conserverie.example", "Re: Imprimante [#{n}]", "X-Mailer: iPhone Mail (21A329)"},
	{"a telephone that makes ids of its own", "enora@conserverie.example", "Re: Imprimante [#{n}]", "In-Reply-To: <local-17@phone>\nReferences: <local-16@phone> <local-17@phone>"},
	{"Exchange's own thread only", enora, "RE: Imprimante [#{n}]", "Thread-Topic: Imprimante\nThread-Index: AdkX1234"},
	{"her address in capitals", "ENORA@Conserverie.EXAMPLE", "Re: Imprimante [#{n}]", ""},
	{"another name", "Accueil de la conserverie <enora@conserverie.example>", "Re: Imprimante [#{n}]", ""},
	{"her other address", "e.pichon@maison.example", "Re: Imprimante [#{n}]", ""},
	{"who takes part, from elsewhere", "Yann <yann@mareyeur.example>", "Re: Imprimante [#{n}]", ""},
	{"approved by her domain", enora, "Re: Imprimante [#{n}]", "Authentication-Results: mx.msp.example; dmarc=pass header.from=conserverie.example"},
	{"answers going to the same house", enora, "Re: Imprimante [#{n}]", "Reply-To: secretariat@conserverie.example"},
	{"no automatic answers, please", enora, "Re: Imprimante [#{n}]", "X-Auto-Response-Suppress: All"},
	{"an id of ours that a gateway spoilt, and the number", enora, "Re: Imprimante [#{n}]", "In-Reply-To: <g.1.abc@msp.example>"},
}

// H2: at least 57 of 60 honest answers find their ticket, however spoilt.
func TestOddAnswersFindTheirTicket(t *testing.T) {
	if len(odd) < 60 {
		t.Fatalf("%d answers", len(odd))
	}
	each(t, func(o *office) {
		o.people()
		for i, w := range odd {
			k := o.talk(i)
			if got := o.take(w.raw(k, i))[0]; got.Fate != Joined || got.TicketID != k.ticket.ID {
				o.Errorf("%s: %+v, not ticket %d", w.name, got, k.ticket.ID)
			}
		}
	})
}

// Who was only in copy takes part once a technician has seen the mail.
func TestWhoWasSeenInCopyMayAnswerByTheNumber(t *testing.T) {
	each(t, func(o *office) {
		k := o.talk(0)
		o.write(func(ctx context.Context, tx *db.Tx) error {
			return ticket.Seen(ctx, tx, 1, k.ticket.ID, o.ticket(k.ticket.ID).LastEntryID)
		})
		got := o.take(written{"", "chef@conserverie.example", "Re: Imprimante [#{n}]", ""}.raw(k, 0))[0]
		if got.TicketID != k.ticket.ID {
			o.Errorf("%+v", got)
		}
	})
}

// Whoever holds an id of ours answers, but whoever is doubtful is never answered before somebody has looked.
func TestADoubtfulSenderIsWarnedOfAndNotAnswered(t *testing.T) {
	each(t, func(o *office) {
		o.people()
		k := o.talk(0)
		before, err := ticket.Participants(o.Context(), o.db, k.ticket.ID)
		if err != nil {
			o.Fatal(err)
		}
		got := o.take(written{"", "enora@conserverle.example", "Re: Imprimante", "Cc: complice@evil.example\nIn-Reply-To: <{own}>"}.raw(k, 0))[0]
		after, err := ticket.Participants(o.Context(), o.db, k.ticket.ID)
		if got.TicketID != k.ticket.ID || err != nil || len(after) != len(before) {
			o.Errorf("%+v; who takes part: %+v, %v", got, after, err)
		}
		truths, err := Truths(o.Context(), o.db, k.ticket.ID, 0, math.MaxInt64)
		if err != nil || len(truths) != 1 || !slices.Equal(truths[got.MailID].Warnings, []mail.Warning{mail.WarnLookalike}) {
			o.Errorf("truths %+v, %v", truths, err)
		}
		row, err := MailByID(o.Context(), o.db, got.MailID)
		if err != nil || !slices.Equal(row.Warnings, []mail.Warning{mail.WarnLookalike}) {
			o.Errorf("row %+v, %v", row, err)
		}
	})
}

// A partner whose domain resembles a client's is no impostor once a technician has said whose they are.
func TestWhoIsKnownImitatesNobody(t *testing.T) {
	each(t, func(o *office) {
		first := o.take(letter("jo@conserverie-du-port.example", "one@x", "Bonjour", ""), letter("jo@conserverle.example", "two@x", "Bonjour à vous", ""))
		o.write(func(ctx context.Context, tx *db.Tx) error {
			of, _, err := people.ClientByDomain(ctx, tx, "menuiserie.example")
			if err != nil {
				return err
			}
			_, err = people.Attach(ctx, tx, journal.System(), noon, "jo@conserverle.example", "Jo", of.ID, nil)
			return err
		})
		first = append(first, o.take(letter("jo@conserverle.example", "three@x", "Autre chose", ""))...)
		for i, want := range []string{"", "lookalike", ""} {
			if row, err := MailByID(o.Context(), o.db, first[i].MailID); err != nil || len(row.Warnings) != len(want)/9 {
				o.Errorf("mail %d: %v, %v, want %q", i, row.Warnings, err, want)
			}
		}
	})
}
