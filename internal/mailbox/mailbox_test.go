package mailbox

import (
	"context"
	"slices"
	"testing"
	"time"

	"guichet/internal/db"
	"guichet/internal/db/dbtest"
	"guichet/internal/fault"
	"guichet/internal/journal"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func write(t *testing.T, d *db.DB, fn func(ctx context.Context, tx *db.Tx) error) error {
	t.Helper()
	return d.Write(t.Context(), func(tx *db.Tx) error { return fn(t.Context(), tx) })
}

func good() Mailbox {
	return Mailbox{Name: "Support", Address: " Support@MSP.example ", IMAP: Server{Host: "imap.msp.example"}, SMTP: Server{Host: "smtp.msp.example", Security: "starttls"}, Active: true}
}

func create(t *testing.T, d *db.DB, m Mailbox) Mailbox {
	t.Helper()
	if err := write(t, d, func(ctx context.Context, tx *db.Tx) (err error) {
		m, err = Create(ctx, tx, journal.Agent(1), noon, m)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestCreateFillsInWhatIsUsual(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		in := good()
		in.Aliases = []string{"aide@msp.example", "AIDE@msp.example"}
		m := create(t, d, in)
		if m.Address != "support@msp.example" || m.IMAP.Port != 993 || m.SMTP.Port != 587 || m.IMAP.User != m.Address || m.Folder != "INBOX" || m.After != "flag" {
			t.Errorf("%+v", m)
		}
		stored, err := ByID(t.Context(), d, m.ID)
		if err != nil || stored.Address != m.Address || !slices.Equal(stored.Aliases, []string{"aide@msp.example"}) {
			t.Errorf("%+v, %v", stored, err)
		}
		ours, err := Addresses(t.Context(), d)
		if err != nil || ours["aide@msp.example"] != m.ID || len(ours) != 2 {
			t.Errorf("%v, %v", ours, err)
		}
	})
}

func TestValidateTellsAllAtOnce(t *testing.T) {
	d := dbtest.Open(t)
	bad := Mailbox{Address: "nobody", IMAP: Server{Port: 70000, Security: "magic"}, After: "move", Language: "de"}
	err := write(t, d, func(ctx context.Context, tx *db.Tx) error {
		_, err := Create(ctx, tx, journal.Agent(1), noon, bad)
		return err
	})
	e, ok := fault.As(err)
	if !ok || e.Kind != fault.Invalid {
		t.Fatal(err)
	}
	var names []string
	for _, f := range e.Fields {
		names = append(names, f.Name)
	}
	for _, want := range []string{"address", "name", "imapHost", "smtpHost", "imapPort", "imapSecurity", "moveTo", "language"} {
		if !slices.Contains(names, want) {
			t.Errorf("%s is not told: %v", want, names)
		}
	}
}

func TestUpdateIsVersioned(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		m := create(t, d, good())
		other := create(t, d, Mailbox{Name: "Ventes", Address: "ventes@msp.example", IMAP: Server{Host: "h"}, SMTP: Server{Host: "h"}, Aliases: []string{"devis@msp.example"}})
		update := func(m Mailbox) error {
			return write(t, d, func(ctx context.Context, tx *db.Tx) error {
				_, err := Update(ctx, tx, journal.Agent(1), noon, m)
				return err
			})
		}
		m.Name = "Assistance"
		if err := update(m); err != nil {
			t.Fatal(err)
		}
		if err := update(m); !fault.Is(err, fault.Conflict) {
			t.Errorf("a stale version: %v", err)
		}
		m.Version++
		m.Aliases = other.Aliases
		if err := update(m); !fault.Is(err, fault.Invalid) {
			t.Errorf("somebody else's alias: %v", err)
		}
		sending, err := Sending(t.Context(), d, other.ID)
		if err != nil || sending.ID != m.ID {
			t.Errorf("an inactive mailbox sends: %+v, %v", sending, err)
		}
	})
}

func TestUIDsAreSettledOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		of := func(validity, uid uint32) UID {
			return UID{MailboxID: 1, Folder: "INBOX", UIDValidity: validity, UID: uid}
		}
		do := func(fn func(ctx context.Context, tx *db.Tx) error) {
			t.Helper()
			if err := write(t, d, fn); err != nil {
				t.Fatal(err)
			}
		}
		missing := func(validity uint32, uids ...uint32) []uint32 {
			t.Helper()
			out, err := Missing(t.Context(), d, of(validity, 0), uids)
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		do(func(ctx context.Context, tx *db.Tx) error { return Settled(ctx, tx, noon, of(7, 2), 55, false) })
		do(func(ctx context.Context, tx *db.Tx) error { return Failed(ctx, tx, noon, of(7, 3), 1, false, "hole") })
		if got := missing(7, 1, 2, 3); !slices.Equal(got, []uint32{1, 3}) {
			t.Errorf("missing %v", got)
		}
		do(func(ctx context.Context, tx *db.Tx) error { return Failed(ctx, tx, noon, of(7, 3), 5, true, "hole") })
		if got := missing(7, 1, 2, 3); !slices.Equal(got, []uint32{1}) {
			t.Errorf("after the last try: missing %v", got)
		}
		if got := missing(8, 2); !slices.Equal(got, []uint32{2}) {
			t.Errorf("under another UIDVALIDITY: missing %v", got)
		}
		un, err := Unmarked(t.Context(), d, of(7, 0))
		if err != nil || !slices.Equal(un, []uint32{2}) {
			t.Errorf("unmarked %v, %v", un, err)
		}
		do(func(ctx context.Context, tx *db.Tx) error { return Marked(ctx, tx, of(7, 0), un) })
		if un, err = Unmarked(t.Context(), d, of(7, 0)); err != nil || len(un) != 0 {
			t.Errorf("unmarked %v, %v", un, err)
		}
		troubles, err := Troubles(t.Context(), d, 10)
		if err != nil || len(troubles) != 1 || troubles[0].Problem != "hole" || !troubles[0].Final {
			t.Errorf("troubles %+v, %v", troubles, err)
		}
		do(func(ctx context.Context, tx *db.Tx) error { return SetLowWater(ctx, tx, of(7, 100)) })
		if low, err := LowWater(t.Context(), d, of(7, 0)); err != nil || low != 100 {
			t.Errorf("low water %d, %v", low, err)
		}
		if low, err := LowWater(t.Context(), d, of(8, 0)); err != nil || low != 0 {
			t.Errorf("low water of another UIDVALIDITY %d, %v", low, err)
		}
	})
}

// A mail is of one mailbox: no address or alias is two mailboxes', whatever its
// case and whether the other is used now.
func TestTwoMailboxesNeverShareAnAddress(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		whole := func(address string, aliases ...string) Mailbox {
			return Mailbox{Name: "Boîte " + address, Address: address, Aliases: aliases, IMAP: Server{Host: "h"}, SMTP: Server{Host: "h"}}
		}
		var first, second Mailbox
		write := func(fn func(ctx context.Context, tx *db.Tx) error) error {
			return d.Write(t.Context(), func(tx *db.Tx) error { return fn(t.Context(), tx) })
		}
		if err := write(func(ctx context.Context, tx *db.Tx) (err error) {
			if first, err = Create(ctx, tx, journal.System(), noon, whole("support@msp.example", "aide@msp.example")); err != nil {
				return err
			}
			second, err = Create(ctx, tx, journal.System(), noon, whole("autre@msp.example"))
			return err
		}); err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string]struct {
			m     Mailbox
			field string
		}{
			"the address again":      {whole("Support@MSP.example"), "address"},
			"an alias as an address": {whole("aide@msp.example"), "address"},
			"an address as an alias": {whole("c@msp.example", "SUPPORT@msp.example"), "aliases"},
			"an alias again":         {whole("c@msp.example", "aide@msp.example"), "aliases"},
		} {
			second.Address, second.Aliases = c.m.Address, c.m.Aliases
			for verb, err := range map[string]error{
				"create": write(func(ctx context.Context, tx *db.Tx) error {
					_, err := Create(ctx, tx, journal.System(), noon, c.m)
					return err
				}),
				"update": write(func(ctx context.Context, tx *db.Tx) error {
					_, err := Update(ctx, tx, journal.System(), noon, second)
					return err
				}),
			} {
				f, ok := fault.As(err)
				if !ok || len(f.Fields) != 1 || f.Fields[0].Name != c.field || f.Fields[0].Key != "mailbox.err.address_taken" || f.Fields[0].Args["name"] != first.Name {
					t.Errorf("%s, %s: %v", verb, name, err)
				}
			}
		}
		first.Aliases = []string{"aide@msp.example", "support@msp.example", "neuf@msp.example"}
		if err := write(func(ctx context.Context, tx *db.Tx) error {
			_, err := Update(ctx, tx, journal.System(), noon, first)
			return err
		}); err != nil {
			t.Errorf("its own addresses: %v", err)
		}
	})
}
