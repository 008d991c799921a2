package intake

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/journal"
	"guichet/internal/ticket"
)

func TestWhatTheServerTakesForSpamIsSetAside(t *testing.T) {
	each(t, func(o *office) {
		o.people()
		k := o.talk(0)
		contacts := o.count("SELECT COUNT(*) FROM contact")
		spam := o.take(letter("Promo <promo@seller.example>", "spam@s", "Gagnez", "X-Spam-Flag: YES\n"))[0]
		answer := o.take(written{"", enora, "Re: Imprimante", "X-Spam-Flag: YES\nIn-Reply-To: <{own}>"}.raw(k, 1))[0]
		if spam.Fate != Spam || spam.TicketID != 0 || answer.Fate != Joined {
			o.Errorf("%+v, %+v", spam, answer)
		}
		if n := o.count("SELECT COUNT(*) FROM contact"); n != contacts {
			o.Errorf("%d contacts, %d before", n, contacts)
		}
		row, err := MailByID(o.Context(), o.db, spam.MailID)
		if err != nil || row.Args["sign"] != "X-Spam-Flag: YES" {
			o.Errorf("%+v, %v", row, err)
		}
		row, err = Reassign(o.Context(), o.db, o.cfg, journal.Agent(1), noon, row.ID, row.Version, ToDesk, 0)
		if err != nil || row.Fate != Opened || row.TicketID == 0 {
			o.Fatalf("not spam: %+v, %v", row, err)
		}
		number := row.TicketID
		if row, err = Reassign(o.Context(), o.db, o.cfg, journal.Agent(1), noon, row.ID, row.Version, ToSpam, 0); err != nil || row.Fate != Spam || o.ticket(number).Status != ticket.Closed {
			o.Errorf("spam: %+v, %v", row, err)
		}
		if row, err = UndoReassign(o.Context(), o.db, o.cfg, journal.Agent(1), noon, row.ID, row.Version); err != nil || row.Fate != Opened || o.ticket(number).Status != ticket.New || !o.ticket(number).TakenAt.IsZero() {
			o.Errorf("undone: %+v, %v, %+v", row, err, o.ticket(number))
		}
	})
}

// What was taken for spam wrongly goes where it belongs.
func TestNotSpamFindsItsTicket(t *testing.T) {
	each(t, func(o *office) {
		k := o.talk(0)
		o.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := Block(ctx, tx, journal.Agent(1), noon, "enora@conserverie.example")
			return err
		})
		got := o.take(written{"", enora, "Re: Imprimante", "In-Reply-To: <{own}>"}.raw(k, 1))[0]
		if got.Fate != Spam || got.Reason != "intake.because.blocked" {
			o.Fatalf("%+v", got)
		}
		row, err := Reassign(o.Context(), o.db, o.cfg, journal.Agent(1), noon, got.MailID, 1, ToDesk, 0)
		if err != nil || row.Fate != Joined || row.TicketID != k.ticket.ID {
			o.Errorf("%+v, %v", row, err)
		}
	})
}

func TestBlockedSenders(t *testing.T) {
	each(t, func(o *office) {
		for _, c := range []struct{ pattern, refused string }{
			{"Bruit@Seller.example", ""}, {"@réclame.example", ""}, {"loud.example", ""}, {"loud.example", ""}, {"x@gmail.com", ""},
			{"gmail.com", "intake.err.block_public"}, {"conserverie.example", "intake.err.block_client"}, {"support@msp.example", "intake.err.block_own"},
			{"msp.example", "intake.err.block_own"}, {"bonjour", "intake.err.block_form"}, {"", "intake.err.block_form"}, {"a b@c", "intake.err.block_form"},
		} {
			err := o.db.Write(o.Context(), func(tx *db.Tx) error {
				_, err := Block(o.Context(), tx, journal.Agent(1), noon, c.pattern)
				return err
			})
			var f *fault.Error
			if (c.refused == "") != (err == nil) || err != nil && (!errors.As(err, &f) || len(f.Fields) == 0 || f.Fields[0].Key != c.refused) {
				o.Errorf("%q: %v, want %q", c.pattern, err, c.refused)
			}
		}
		all, err := BlockedSenders(o.Context(), o.db)
		if err != nil || len(all) != 4 {
			o.Fatalf("%+v, %v", all, err)
		}
		for i, c := range []struct {
			from string
			want Fate
		}{
			{"bruit@seller.example", Spam}, {"autre@seller.example", Opened}, {"a@xn--rclame-bva.example", Spam}, {"a@news.loud.example", Spam},
			{"a@notloud.example", Opened}, {"enora@conserverie.example", Opened},
		} {
			if got := o.take(letter(c.from, fmt.Sprintf("b%d@x", i), fmt.Sprintf("Objet %d", i), ""))[0]; got.Fate != c.want {
				o.Errorf("%s: %+v", c.from, got)
			}
		}
		o.write(func(ctx context.Context, tx *db.Tx) error {
			return Unblock(ctx, tx, journal.Agent(1), noon, "loud.example")
		})
		if got := o.take(letter("a@loud.example", "again@x", "Encore", ""))[0]; got.Fate != Opened {
			o.Errorf("%+v", got)
		}
	})
}

func TestAMailOfTheSameSubjectSeemsToFollow(t *testing.T) {
	each(t, func(o *office) {
		o.people()
		k := o.talk(0)
		subject := "RE : imprimante du poste 0"
		for i, c := range []struct {
			from, subject, reason string
			linked                bool
		}{
			{enora, subject, "follows", true},
			{enora, "Imprimante du poste 1", "new", false},
			{"yann@mareyeur.example", subject, "follows", true},
			{"paul@menuiserie.example", subject, "new", false},
			{"x@evil.example", subject, "new", false},
			{katell, subject, "new", false},
			{enora + "\nReply-To: x@evil.example", subject, "new", false},
		} {
			got := o.take(written{"", c.from, c.subject, "In-Reply-To: <" + fmt.Sprint(i) + "@unknown>"}.raw(talk{words: strings.NewReplacer()}, i))[0]
			tk := o.ticket(got.TicketID)
			if got.Fate != Opened || got.Reason != "intake.because."+c.reason || tk.ID == k.ticket.ID || (tk.LinkedID != 0) != c.linked {
				o.Errorf("%s: %+v, linked to %d", c.from, got, tk.LinkedID)
			}
		}
		if o.ticket(k.ticket.ID).LinkedID != 0 || o.count("SELECT COUNT(*) FROM message WHERE ticket_id = ?", k.ticket.ID) != 2 {
			o.Error("something was joined")
		}
	})
}

func TestAnAbsenceSaysUntilWhen(t *testing.T) {
	each(t, func(o *office) {
		k := o.talk(0)
		raw := strings.Replace(written{"", enora, "Réponse automatique : absente", "Auto-Submitted: auto-replied\nIn-Reply-To: <{own}>"}.raw(k, 1),
			"Voici la suite numéro 1.", "Je serai de retour le 7 décembre 2026.", 1)
		got := o.take(raw)[0]
		truths, err := Truths(o.Context(), o.db, k.ticket.ID, 0, math.MaxInt64)
		if err != nil || got.Fate != AutoNoted || truths[got.MailID].ReturnsOn != "2026-12-07" {
			o.Errorf("%+v, %+v, %v", got, truths, err)
		}
	})
}

func TestWhoseMailWasPassedOn(t *testing.T) {
	each(t, func(o *office) {
		o.people()
		forward := func(from string) string {
			return "From: Sam <sam@msp.example>\nTo: support@msp.example\nSubject: TR: Panne\nDate: Mon, 23 Nov 2026 11:30:00 +0000\nMessage-ID: <fw" + from[:3] + "@msp.example>\n\n" +
				"Pour vous.\n\n-----Message d'origine-----\nDe : " + from + "\nEnvoyé : lundi 23 novembre 2026 10:12\nÀ : Sam <sam@msp.example>\nObjet : Panne\n\nPlus rien ne marche.\n"
		}
		for from, want := range map[string]string{"Enora Pichon <Enora@conserverie.example>": "enora@conserverie.example", "Support <support@msp.example>": "", "Sam <sam@msp.example>": ""} {
			got := o.take(forward(from))[0]
			truths, err := Truths(o.Context(), o.db, got.TicketID, 0, math.MaxInt64)
			if err != nil || truths[got.MailID].Forwarded.Addr != want {
				o.Errorf("%s: %+v, %v", from, truths, err)
			}
		}
	})
}

// H4, E7: codes, links and words of whoever writes never leave in an acknowledgement.
func TestNothingOfAServiceMailLeaves(t *testing.T) {
	const per = 30
	k := newDesk(t, "support@msp.example", "service@fournil.example")
	now, left := noon, 0
	for i := range per {
		code, link := fmt.Sprintf("%06d", 417_323+i*7919), fmt.Sprintf("https://login.service%d.example/verify?t=zq%dx", i, i*31)
		for _, from := range []string{fmt.Sprintf("Vérification %s <verif%d@fournil.example>", code, i), fmt.Sprintf("%s <x@service%d.example>", code, i)} {
			now = now.Add(25 * time.Hour)
			raw := fmt.Sprintf("From: %s\nTo: support@msp.example\nSubject: %s est votre code\nDate: %s\nMessage-ID: <%d-%d@service.example>\n\nVotre code : %s\n%s\n",
				from, code, now.Format(time.RFC1123Z), i, len(from), code, link)
			for _, sent := range k.hear(raw, now) {
				left++
				for _, secret := range []string{code, link, "verify", "votre code"} {
					if strings.Contains(sent, secret) {
						t.Errorf("%q left:\n%s", secret, sent)
					}
				}
			}
		}
	}
	if left != per {
		t.Errorf("%d acknowledgements left, to %d people of a client", left, per)
	}
}

// E7: whoever forges five hundred senders makes us write to nobody unknown, and to a client's at most what an hour allows.
func TestForgedSendersMakeNoRelayOfUs(t *testing.T) {
	const lure = "Achetez sur https://lure.example avant minuit"
	k := newDesk(t, "support@msp.example", "service@fournil.example")
	left := 0
	for i := range 500 {
		domain := "fournil.example"
		if i%2 == 0 {
			domain = fmt.Sprintf("victim%d.example", i)
		}
		raw := fmt.Sprintf("From: %s <victim%d@%s>\nTo: support@msp.example\nSubject: %s\nDate: Mon, 23 Nov 2026 11:59:00 +0000\nMessage-ID: <%d@m.example>\n\n%s\n",
			"lure.example", i, domain, lure, i, lure)
		for _, sent := range k.hear(raw, noon) {
			left++
			if strings.Contains(sent, "lure") || !strings.Contains(sent, "@fournil.example") {
				t.Errorf("left:\n%s", sent)
			}
		}
	}
	if left == 0 || left > 60 {
		t.Errorf("%d acknowledgements left in an hour", left)
	}
}
