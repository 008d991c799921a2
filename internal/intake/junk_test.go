package intake

import (
	"context"
	"strings"
	"testing"

	"guichet/internal/db"
	"guichet/internal/journal"
)

// inJunk has a mail found in the server's folder for spam.
func (o *office) inJunk(raw string) Outcome {
	o.Helper()
	p := o.prepare(raw)
	p.Origin.Junk, p.Origin.UID.Folder = true, `\Junk`
	out, err := Take(o.Context(), o.db, o.cfg, noon, []*Prepared{p})
	if err != nil {
		o.Fatal(err)
	}
	return out[0]
}

func (o *office) row(id int64) Row {
	o.Helper()
	row, err := MailByID(o.Context(), o.db, id)
	if err != nil {
		o.Fatal(err)
	}
	return row
}

func (o *office) put(id int64, to Target) Row {
	o.Helper()
	row, err := Reassign(o.Context(), o.db, o.cfg, journal.Agent(1), noon, id, o.row(id).Version, to, 0)
	if err != nil {
		o.Fatal(err)
	}
	return row
}

func (o *office) undo(id int64) Row {
	o.Helper()
	row, err := UndoReassign(o.Context(), o.db, o.cfg, journal.Agent(1), noon, id, o.row(id).Version)
	if err != nil {
		o.Fatal(err)
	}
	return row
}

// owed is where a mail's copy is to be moved, "" for nowhere.
func (o *office) owed(id int64) string {
	o.Helper()
	all, err := db.Values[string](o.Context(), o.db, "SELECT wanted FROM mail_place WHERE mail_id = ? AND due_at IS NOT NULL", id)
	if err != nil {
		o.Fatal(err)
	}
	return strings.Join(all, ",")
}

// arrived is the errand's work: the copy is where it is wanted.
func (o *office) arrived(id int64) {
	o.Helper()
	o.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE mail_place SET place = wanted, due_at = NULL WHERE mail_id = ?", id)
		return err
	})
}

const fromAFilter = "Enora <enora@conserverie.example>"

// A call for help that a filter caught is seen, becomes a ticket with one key, and its copy comes back.
func TestACallForHelpInTheFolderForSpam(t *testing.T) {
	each(t, func(o *office) {
		help := letter(fromAFilter, "aide@c", "Panne", "")
		got := o.inJunk(help)
		row := o.row(got.MailID)
		if got.Fate != Spam || got.TicketID != 0 || !row.InJunk || row.Moving || row.Reason != "intake.because.junk" {
			t.Fatalf("%+v, %+v", got, row)
		}
		row = o.put(row.ID, ToDesk)
		if row.Fate != Opened || o.owed(row.ID) != "home" || !row.Moving {
			t.Errorf("%+v, owed %q", row, o.owed(row.ID))
		}
		if row = o.undo(row.ID); row.Fate != Spam || o.owed(row.ID) != "junk" {
			t.Errorf("undone: %+v, owed %q", row, o.owed(row.ID))
		}
		row = o.put(row.ID, ToNew)
		o.arrived(row.ID)
		if again := o.take(help)[0]; !again.Again || again.TicketID != row.TicketID || o.row(row.ID).InJunk {
			t.Errorf("back in the inbox: %+v, %+v", again, o.row(row.ID))
		}
	})
}

// What a person calls spam goes to the server's folder; what only its head said is left where it is.
func TestSpamGoesToTheServersFolder(t *testing.T) {
	each(t, func(o *office) {
		got := o.take(letter("Promo <promo@seller.example>", "un@s", "Gagnez", ""), letter("Promo <promo@seller.example>", "deux@s", "Gagnez", "X-Spam-Flag: YES\n"))
		one, two := got[0].MailID, got[1].MailID
		o.put(one, ToAside)
		if o.owed(one) != "" {
			t.Error("set aside: its copy moves")
		}
		o.put(one, ToSpam)
		if o.owed(one) != "junk" {
			t.Errorf("owed %q", o.owed(one))
		}
		o.arrived(one)
		if o.inJunk(letter("Promo <promo@seller.example>", "un@s", "Gagnez", "")); o.owed(one) != "" || !o.row(one).InJunk {
			t.Errorf("%+v", o.row(one))
		}
		if row := o.undo(one); row.Fate != SetAside || o.owed(one) != "home" {
			t.Errorf("undone: %s, owed %q", row.Fate, o.owed(one))
		}
		o.put(two, ToDesk)
		if o.owed(two) != "" {
			t.Error("it never was in the folder")
		}
		if o.undo(two); o.owed(two) != "" {
			t.Error("and is not sent there")
		}
	})
}

// Somebody took it out of the folder for spam on the server: it is no spam here either.
func TestAMailThatLeavesTheFolderForSpam(t *testing.T) {
	each(t, func(o *office) {
		help := letter(fromAFilter, "aide@c", "Panne", "")
		first := o.inJunk(help)
		again := o.inJunk(help)
		back := o.take(help)[0]
		row := o.row(first.MailID)
		if again.Fate != Spam || back.MailID != first.MailID || back.Fate != Opened || row.Fate != Opened || row.TicketID == 0 || row.InJunk {
			t.Errorf("%+v, %+v, %+v", again, back, row)
		}
		if once := o.take(help)[0]; once.TicketID != back.TicketID || o.count("SELECT COUNT(*) FROM ticket") != 1 {
			t.Errorf("%+v", once)
		}
		// What a technician said stays.
		kept := o.inJunk(letter("Promo <promo@seller.example>", "un@s", "Gagnez", ""))
		o.put(kept.MailID, ToAside)
		if got := o.take(letter("Promo <promo@seller.example>", "un@s", "Gagnez", ""))[0]; got.Fate != SetAside {
			t.Errorf("%+v", got)
		}
	})
}

// A copy to another address of ours that no filter caught is heard, whichever comes first; an answer always is.
func TestTheOtherCopyIsHeard(t *testing.T) {
	each(t, func(o *office) {
		help := letter(fromAFilter, "aide@c", "Panne", "")
		caught := o.inJunk("Delivered-To: aide@msp.example\n" + help)
		heard := o.take("Delivered-To: support@msp.example\n" + help)[0]
		third := o.inJunk("Delivered-To: tiers@msp.example\n" + help)
		if caught.Fate != Spam || heard.Fate != Opened || third.Fate != Duplicate {
			t.Errorf("%+v, %+v, %+v", caught, heard, third)
		}
		answer := o.inJunk(letter(fromAFilter, "re@c", "Re: Panne", "In-Reply-To: <aide@c>\n"))
		if answer.Fate != Joined || answer.TicketID != heard.TicketID || !o.row(answer.MailID).InJunk {
			t.Errorf("%+v", answer)
		}
	})
}
