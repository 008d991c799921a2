package history

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"guichet/internal/db"
	"guichet/internal/db/dbtest"
	"guichet/internal/intake"
	"guichet/internal/journal"
	"guichet/internal/mailbox"
	"guichet/internal/people"
	"guichet/internal/ticket"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// office is a desk with one mailbox and two clients, and a folder for archives.
type office struct {
	*testing.T
	o   Options
	dir string
	box mailbox.Mailbox
	uid uint32
}

func seeded(t *testing.T) *rand.Rand {
	t.Helper()
	seed := rand.Uint64()
	t.Log("seed", seed)
	return rand.New(rand.NewPCG(seed, 3))
}

func openSQLite(t *testing.T) *db.DB { return dbtest.Open(t) }

func each(t *testing.T, run func(o *office)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { run(newOffice(t, d)) })
}

func newOffice(t *testing.T, d *db.DB) *office {
	t.Helper()
	f := &office{T: t, dir: t.TempDir(), o: Options{DB: d, Now: func() time.Time { return noon }}}
	f.o.Answer.Blobs, f.o.Answer.Key, f.o.Answer.Zone = t.TempDir(), []byte("clé d'essai de trente-deux octets"), time.UTC
	f.write(func(ctx context.Context, tx *db.Tx) (err error) {
		f.box, err = mailbox.Create(ctx, tx, journal.System(), noon, mailbox.Mailbox{Name: "Support", Address: "support@msp.example",
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
	return f
}

func (f *office) write(fn func(ctx context.Context, tx *db.Tx) error) {
	f.Helper()
	if err := f.o.DB.Write(f.Context(), func(tx *db.Tx) error { return fn(f.Context(), tx) }); err != nil {
		f.Fatal(err)
	}
}

// live takes a mail in as it arrives today.
func (f *office) live(raw string) intake.Outcome {
	f.Helper()
	f.uid++
	p, err := intake.Prepare(f.o.Answer, intake.Origin{Source: "imap", MailboxID: f.box.ID, UID: mailbox.UID{MailboxID: f.box.ID, Folder: "INBOX", UIDValidity: 1, UID: f.uid}},
		strings.NewReader(strings.ReplaceAll(raw, "\n", "\r\n")))
	if err != nil {
		f.Fatal(err)
	}
	out, err := intake.Take(f.Context(), f.o.DB, f.o.Answer, noon, []*intake.Prepared{p})
	if err != nil {
		f.Fatal(err)
	}
	return out[0]
}

// mbox writes mails to a file.
func (f *office) mbox(name string, mails ...string) string {
	f.Helper()
	var b strings.Builder
	for _, m := range mails {
		b.WriteString(stamp)
		for line := range strings.Lines(m) {
			if strings.HasPrefix(strings.TrimLeft(line, ">"), "From ") {
				line = ">" + line
			}
			b.WriteString(line)
		}
		b.WriteString("\n")
	}
	path := filepath.Join(f.dir, name)
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		f.Fatal(err)
	}
	return path
}

func (f *office) look(paths ...string) Import {
	f.Helper()
	var i Import
	f.write(func(ctx context.Context, tx *db.Tx) (err error) {
		i, err = Start(ctx, tx, noon, New{Kind: Files, Places: paths})
		return err
	})
	return f.work(i.ID)
}

func (f *office) work(id int64) Import {
	f.Helper()
	if err := Run(f.Context(), f.o, id); err != nil {
		f.Fatal(err)
	}
	i, err := ByID(f.Context(), f.o.DB, id)
	if err != nil {
		f.Fatal(err)
	}
	return i
}

func (f *office) move(id int64, to State) Import {
	f.Helper()
	f.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := Move(ctx, tx, journal.System(), noon, id, to)
		return err
	})
	return f.work(id)
}

func (f *office) bring(paths ...string) Import {
	f.Helper()
	i := f.look(paths...)
	if i.State != Ready {
		f.Fatalf("state %s, %s %v", i.State, i.Problem, i.ProblemArgs)
	}
	if i = f.move(i.ID, Importing); i.State != Done {
		f.Fatalf("state %s, %s %v", i.State, i.Problem, i.ProblemArgs)
	}
	return i
}

func (f *office) count(query string, args ...any) int64 {
	f.Helper()
	n, err := db.Value[int64](f.Context(), f.o.DB, query, args...)
	if err != nil {
		f.Fatal(err)
	}
	return n
}

// letterOn is a mail of a day of October.
func letterOn(day int, from, to, id, subject, more string) string {
	return fmt.Sprintf("From: %s\nTo: %s\nSubject: %s\nDate: %s\nMessage-ID: <%s>\n%s\nBonjour,\n\nvoici ce que je voulais dire (%s).\n",
		from, to, subject, time.Date(2026, 10, day, 9, 0, 0, 0, time.UTC).Format(time.RFC1123Z), id, more, id)
}

func reply(ids ...string) string {
	return "In-Reply-To: <" + ids[0] + ">\nReferences: <" + strings.Join(ids, "> <") + ">\n"
}

const enora, katell, us = "Enora Pichon <enora@conserverie.example>", "katell@conserverie.example", "Support MSP <support@msp.example>"

// archive is a correspondence of all kinds.
func archive() []string {
	return []string{
		letterOn(1, enora, us, "a1@c", "Imprimante", ""),
		letterOn(2, us, enora, "a2@zammad", "Re: Imprimante [Ticket#1]", reply("a1@c")),
		letterOn(3, katell, us, "a3@c", "Re: Imprimante [Ticket#1]", reply("a2@zammad", "a1@c")),
		letterOn(4, "Ewen <ewen@menuiserie.example>", us, "b1@m", "Réseau", ""),
		letterOn(5, us, "Ewen <ewen@menuiserie.example>", "b2@zammad", "Re: Réseau", reply("b1@m")),
		letterOn(6, "ewen@menuiserie.example", us, "b3@m", "Absent : Réseau", reply("b2@zammad")+"Auto-Submitted: auto-replied\n"),
		letterOn(7, "promo@boutique.example", us, "n1@p", "Soldes", "List-Unsubscribe: <mailto:x@boutique.example>\nList-ID: <promo.boutique.example>\nPrecedence: bulk\n"),
		letterOn(8, us, "inconnu@ailleurs.example", "o1@zammad", "Devis", ""),
		letterOn(9, "inconnu@ailleurs.example", us, "o2@x", "Re: Devis", reply("o1@zammad")),
		letterOn(10, us, "personne@ailleurs.example", "u1@zammad", "Sans réponse", ""),
	}
}

func TestAnArchiveIsShownAndThenTakenIn(t *testing.T) {
	each(t, func(f *office) {
		path := f.mbox("archive.mbox", archive()...)
		before := f.count("SELECT COUNT(*) FROM ticket") + f.count("SELECT COUNT(*) FROM mail") + f.count("SELECT COUNT(*) FROM contact")
		i := f.look(path)
		p := i.Preview
		if i.State != Ready || p.Mails != 10 || p.Opens != 3 || p.OpenMails != 8 || p.Joins != 0 || p.There != 0 || p.Aside["list"] != 1 || p.Aside["own"] != 1 ||
			p.Clients != 2 || p.Strangers != 1 || p.Unreadable != 0 || i.Label != "archive.mbox" {
			f.Fatalf("%s, %+v", i.State, p)
		}
		if n := f.count("SELECT COUNT(*) FROM ticket") + f.count("SELECT COUNT(*) FROM mail") + f.count("SELECT COUNT(*) FROM contact"); n != before {
			f.Error("looking at an archive wrote something")
		}
		talks, err := Talks(f.Context(), f.o.DB, i.ID, 0, false, 10)
		if err != nil || len(talks) != 3 || talks[0].Subject != "Imprimante" || talks[0].Mails != 3 || talks[0].Client != "Conserverie" ||
			!strings.HasPrefix(talks[0].People, "Enora Pichon, Support MSP") || talks[2].Client != "" {
			f.Errorf("%+v, %v", talks, err)
		}
		i = f.move(i.ID, Importing)
		if i.State != Done || i.Progress != i.Size || i.Size != 10 {
			f.Errorf("%+v", i)
		}
		f.acted(i)
	})
}

// acted looks at what the archive above must have made, and must not have done.
func (f *office) acted(i Import) {
	f.Helper()
	talks, err := Talks(f.Context(), f.o.DB, i.ID, 0, false, 10)
	if err != nil {
		f.Fatal(err)
	}
	tk, err := ticket.ByID(f.Context(), f.o.DB, talks[0].TicketID)
	if err != nil {
		f.Fatal(err)
	}
	day := func(n int) time.Time { return time.Date(2026, 10, n, 9, 0, 0, 0, time.UTC) }
	if tk.Status != ticket.Closed || !tk.ReportedAt.Equal(day(1)) || !tk.TakenAt.Equal(day(2)) || !tk.ClosedAt.Equal(day(3)) || !tk.ActivityAt.Equal(day(3)) ||
		tk.RequesterName != "Enora Pichon" || tk.MailboxID != f.box.ID || tk.LastInID != 0 || tk.Version != 1 {
		f.Errorf("ticket %+v", tk)
	}
	ways, err := db.Values[string](f.Context(), f.o.DB, "SELECT direction FROM message ORDER BY at")
	if err != nil || strings.Join(ways, " ") != "in out in in out auto out in" {
		f.Errorf("directions %v, %v", ways, err)
	}
	for what, n := range map[string]int64{"outbox": 0, "acknowledgement": 0, "mail_count": 0} {
		if got := f.count("SELECT COUNT(*) FROM " + what); got != n {
			f.Errorf("%s has %d rows", what, got)
		}
	}
	if n := f.count("SELECT COUNT(*) FROM journal WHERE kind IN ('message.in', 'ticket.opened')"); n != 0 {
		f.Errorf("%d entries that windows would tell of", n)
	}
	if n := f.count("SELECT n FROM ticket_count WHERE queue = 3"); n != 3 {
		f.Errorf("%d closed tickets are counted", n)
	}
	devis, err := ticket.ByID(f.Context(), f.o.DB, talks[2].TicketID)
	if err != nil || devis.Subject != "Devis" || devis.RequesterName != "inconnu@ailleurs.example" || devis.ClientID != 0 {
		f.Errorf("what we wrote first: %+v, %v", devis, err)
	}
	rows, _, err := intake.Mails(f.Context(), f.o.DB, "", 0, 50)
	if err != nil || len(rows) != 0 {
		f.Errorf("the dock shows %d old mails, %v", len(rows), err)
	}
	if err := journal.Verify(f.Context(), f.o.DB); err != nil {
		f.Error(err)
	}
}

func TestTwiceIsOnce(t *testing.T) {
	each(t, func(f *office) {
		f.bring(f.mbox("archive.mbox", archive()...))
		before := f.state()
		i := f.bring(f.mbox("copie.mbox", slices.Concat(archive(), archive()[:3])...))
		if i.Preview.There != 13 || i.Preview.Opens != 0 || i.Preview.OpenMails != 0 {
			f.Errorf("%+v", i.Preview)
		}
		f.same(before)
		// The same mails that the mailbox's server still has.
		if got := f.live(archive()[0]); got.Fate != intake.Duplicate {
			f.Errorf("%+v", got)
		}
	})
}

func TestAnAnswerOfTodayJoinsAndReopens(t *testing.T) {
	each(t, func(f *office) {
		i := f.bring(f.mbox("archive.mbox", archive()...))
		talks, err := Talks(f.Context(), f.o.DB, i.ID, 0, false, 10)
		if err != nil {
			f.Fatal(err)
		}
		got := f.live(letterOn(20, enora, us, "a4@c", "Re: Imprimante [Ticket#1]", reply("a2@zammad")))
		tk, err := ticket.ByID(f.Context(), f.o.DB, got.TicketID)
		if err != nil || got.Fate != intake.Joined || tk.ID != talks[0].TicketID || tk.Status != ticket.Open {
			f.Fatalf("%+v, %+v, %v", got, tk, err)
		}
		if got := f.live(letterOn(20, "inconnu@ailleurs.example", us, "o3@x", "Re: Devis", reply("o1@zammad"))); got.TicketID != talks[2].TicketID {
			f.Errorf("an answer to what we wrote first: %+v", got)
		}
		if got := f.live(letterOn(21, "x@evil.example", us, "e@x", "Re: Imprimante", reply("a2@zammad"))); got.Fate != intake.Opened {
			f.Errorf("a stranger who knows an id: %+v", got)
		}
		u, err := PlanUndo(f.Context(), f.o.DB, i.ID)
		if err != nil || u.Opened != 1 || u.Stays != 2 || u.Staying[0].N != 1 {
			f.Errorf("%+v, %v", u, err)
		}
		f.move(i.ID, Undoing)
		if n := f.count("SELECT COUNT(*) FROM message WHERE ticket_id = ?", tk.ID); n != 4 {
			f.Errorf("the ticket that was worked on has %d messages", n)
		}
		left, err := Talks(f.Context(), f.o.DB, i.ID, 0, true, 10)
		if err != nil || len(left) != 2 {
			f.Errorf("%+v, %v", left, err)
		}
	})
}

func TestOldMailsOfATicketThatIsThere(t *testing.T) {
	each(t, func(f *office) {
		now := f.live(letterOn(22, enora, us, "a5@c", "Re: Imprimante", reply("a2@zammad", "a1@c")))
		before := f.state()
		i := f.bring(f.mbox("archive.mbox", archive()...))
		if i.Preview.Joins != 1 || i.Preview.JoinMails != 3 || i.Preview.Opens != 2 {
			f.Fatalf("%+v", i.Preview)
		}
		tk, err := ticket.ByID(f.Context(), f.o.DB, now.TicketID)
		if err != nil || tk.Status != ticket.New || !strings.Contains(tk.Snippet, "a5@c") {
			f.Errorf("%+v, %v", tk, err)
		}
		if n := f.count("SELECT COUNT(*) FROM message WHERE ticket_id = ?", tk.ID); n != 4 {
			f.Errorf("%d messages", n)
		}
		if got := f.move(i.ID, Undoing); got.State != Undone {
			f.Errorf("%+v", got)
		}
		f.same(before)
	})
}

// An archive on a disk that is unplugged in the middle stops the import in words,
// and it goes on when the disk is back; a single file that went is left out.
func TestAnArchiveThatGoesAway(t *testing.T) {
	each(t, func(f *office) {
		f.mbox("one.mbox", archive()...)
		f.mbox("two.mbox", letterOn(12, enora, us, "z@c", "Écran", ""))
		i := f.look(f.dir)
		away := f.dir + "-away"
		if err := os.Rename(f.dir, away); err != nil {
			f.Fatal(err)
		}
		f.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := Move(ctx, tx, journal.System(), noon, i.ID, Importing)
			return err
		})
		if err := Run(f.Context(), f.o, i.ID); err == nil {
			f.Fatal("an archive that is away is no fault")
		}
		if i, err := ByID(f.Context(), f.o.DB, i.ID); err != nil || i.State != Stopped || i.Problem != "history.err.not_there" || i.ProblemArgs["path"] != f.dir {
			f.Fatalf("%+v, %v", i, err)
		}
		if err := os.Rename(away, f.dir); err != nil {
			f.Fatal(err)
		}
		if err := os.Remove(filepath.Join(f.dir, "two.mbox")); err != nil {
			f.Fatal(err)
		}
		if i = f.move(i.ID, Importing); i.State != Done || i.Problem != "" {
			f.Fatalf("%+v", i)
		}
		lost, err := Aside(f.Context(), f.o.DB, i.ID, intake.Unreadable, 0, 10)
		if err != nil || len(lost) != 1 || lost[0].Reason != "history.because.closed" || filepath.Base(lost[0].Path) != "two.mbox" {
			f.Errorf("%+v, %v", lost, err)
		}
		if n := f.count("SELECT COUNT(*) FROM ticket"); n != 3 {
			f.Errorf("%d tickets", n)
		}
	})
}

// What changed in a file since it was shown is not taken for what was shown.
func TestAFileThatChangedSinceThePreview(t *testing.T) {
	each(t, func(f *office) {
		i := f.look(f.mbox("a.mbox", archive()...))
		other := archive()
		other[3] = strings.Replace(other[3], "voici", "VOICI", 1)
		f.mbox("a.mbox", other...)
		f.move(i.ID, Importing)
		lost, err := Aside(f.Context(), f.o.DB, i.ID, intake.Unreadable, 0, 10)
		if err != nil || len(lost) != 1 || lost[0].Reason != "history.because.changed" || lost[0].Subject != "Réseau" {
			f.Errorf("%+v, %v", lost, err)
		}
	})
}

// tables are all but the journal, the counters and what imports keep of themselves.
var tables = []string{"ticket", "message", "message_recipient", "attachment", "message_ref", "participant", "mail", "contact", "contact_address",
	"ticket_seen", "outbox", "note", "draft", "acknowledgement", "journal_person", "client", "agent"}

// state is everything that people see, row by row.
func (f *office) state() map[string][]string {
	f.Helper()
	out := map[string][]string{}
	for _, table := range tables {
		rows, err := f.o.DB.Query(f.Context(), "SELECT * FROM "+table)
		if err != nil {
			f.Fatal(err)
		}
		columns, err := rows.Columns()
		if err != nil {
			f.Fatal(err)
		}
		for rows.Next() {
			values := make([]any, len(columns))
			for i := range values {
				values[i] = new(any)
			}
			if err := rows.Scan(values...); err != nil {
				f.Fatal(err)
			}
			var b strings.Builder
			for i, v := range values {
				fmt.Fprintf(&b, "%s=%v ", columns[i], *v.(*any))
			}
			out[table] = append(out[table], b.String())
		}
		if err := rows.Err(); err != nil {
			f.Fatal(err)
		}
		slices.Sort(out[table])
	}
	for _, table := range []string{"ticket_count", "mail_count"} {
		out[table] = []string{fmt.Sprint(f.count("SELECT COALESCE(SUM(n), 0) FROM " + table))}
	}
	out["search"] = []string{fmt.Sprint(f.count("SELECT COUNT(*) FROM search"))}
	return out
}

func (f *office) same(before map[string][]string) {
	f.Helper()
	after := f.state()
	for table, rows := range before {
		if !slices.Equal(rows, after[table]) {
			f.Errorf("%s differs:\n%s\nwas\n%s", table, strings.Join(after[table], "\n"), strings.Join(rows, "\n"))
		}
	}
}

// Whatever the archive, in whatever order, with work stopped anywhere: the same
// conversations come of it, and undoing leaves nothing of it.
func TestAnyArchiveComesAndGoes(t *testing.T) {
	r := seeded(t)
	mails := correspondence(r, 120)
	var want string
	for n := range 3 {
		each(t, func(f *office) {
			f.live(mails[0]) // part of it is there, with a ticket that goes on
			f.live(mails[3])
			before := f.state()
			r.Shuffle(len(mails)-5, func(i, j int) { mails[i+5], mails[j+5] = mails[j+5], mails[i+5] })
			i := f.interrupted(r, f.mbox("archive.mbox", mails...))
			if got := f.conversations(); want == "" {
				want = got
			} else if got != want {
				f.Errorf("run %d: other conversations\n%s\n%s", n, got, want)
			}
			f.interruptedUndo(r, i)
			f.same(before)
			if err := journal.Verify(f.Context(), f.o.DB); err != nil {
				f.Error(err)
			}
		})
	}
}

// correspondence makes mails of some people, of whom many answer one another.
func correspondence(r *rand.Rand, n int) (mails []string) {
	who := []string{enora, katell, "ewen@menuiserie.example", "x@evil.example", us, "inconnu@ailleurs.example"}
	var ids []string
	for k := range n {
		from, to := who[r.IntN(len(who))], us
		if from == us {
			to = who[r.IntN(4)]
		}
		more := ""
		if len(ids) > 0 && r.IntN(3) > 0 {
			more = reply(ids[r.IntN(len(ids))])
		}
		if r.IntN(10) == 0 {
			more += "Auto-Submitted: auto-replied\n"
		}
		id := fmt.Sprintf("m%d@archive.example", k)
		if r.IntN(12) > 0 {
			ids = append(ids, id)
		}
		mails = append(mails, letterOn(1+r.IntN(28), from, to, id, fmt.Sprintf("Sujet %d", k), more))
	}
	return append(mails, mails[n/2], "ceci n'est pas un mail\n")
}

// interrupted imports an archive and stops now and then, as a crash does.
func (f *office) interrupted(r *rand.Rand, path string) Import {
	f.Helper()
	var i Import
	f.write(func(ctx context.Context, tx *db.Tx) (err error) {
		i, err = Start(ctx, tx, noon, New{Kind: Files, Places: []string{path}})
		return err
	})
	f.runCut(r, i.ID)
	f.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := Move(ctx, tx, journal.System(), noon, i.ID, Importing)
		return err
	})
	return f.runCut(r, i.ID)
}

func (f *office) interruptedUndo(r *rand.Rand, i Import) {
	f.Helper()
	f.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := Move(ctx, tx, journal.System(), noon, i.ID, Undoing)
		return err
	})
	f.runCut(r, i.ID)
}

// runCut works on an import in runs that end after a few steps each.
func (f *office) runCut(r *rand.Rand, id int64) Import {
	f.Helper()
	for range 100 {
		ctx, cut := context.WithCancel(f.Context())
		left := 1 + r.IntN(9)
		o := f.o
		o.Told = func(Import) {
			if left--; left == 0 {
				cut()
			}
		}
		err := Run(ctx, o, id)
		cut()
		if err != nil && ctx.Err() == nil {
			f.Fatal(err)
		}
		i, err := ByID(f.Context(), f.o.DB, id)
		if err != nil {
			f.Fatal(err)
		}
		if !i.Active() {
			return i
		}
	}
	f.Fatal("it never ends")
	return Import{}
}

// conversations tells which mails are together.
func (f *office) conversations() string {
	f.Helper()
	type pair struct {
		ticket int64
		id     string
	}
	rows, err := db.All(f.Context(), f.o.DB, func(p *pair) []any { return []any{&p.ticket, &p.id} }, "SELECT ticket_id, message_id || direction FROM message ORDER BY message_id")
	if err != nil {
		f.Fatal(err)
	}
	by := map[int64][]string{}
	for _, p := range rows {
		by[p.ticket] = append(by[p.ticket], p.id)
	}
	var lines []string
	for _, ids := range by {
		lines = append(lines, strings.Join(ids, " "))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}
