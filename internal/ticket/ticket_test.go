package ticket

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"guichet/internal/db"
	"guichet/internal/db/dbtest"
	"guichet/internal/fault"
	"guichet/internal/journal"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func write(t testing.TB, d *db.DB, fn func(ctx context.Context, tx *db.Tx) error) {
	t.Helper()
	if err := d.Write(context.Background(), func(tx *db.Tx) error { return fn(context.Background(), tx) }); err != nil {
		t.Fatal(err)
	}
}

func open(t testing.TB, d *db.DB, o Opening) Ticket {
	t.Helper()
	var tk Ticket
	if o.Subject == "" {
		o.Subject = "Imprimante"
	}
	write(t, d, func(ctx context.Context, tx *db.Tx) (err error) {
		tk, err = OpenNew(ctx, tx, noon, o)
		return err
	})
	return tk
}

func say(t testing.TB, d *db.DB, ticket int64, at time.Time, m Message) Message {
	t.Helper()
	write(t, d, func(ctx context.Context, tx *db.Tx) error {
		tk, err := ByID(ctx, tx, ticket)
		if err != nil {
			return err
		}
		m.At = at
		m, err = Add(ctx, tx, journal.System(), at, at, tk, m)
		return err
	})
	return m
}

func change(d *db.DB, id, version int64, p Patch) (tk Ticket, err error) {
	err = d.Write(context.Background(), func(tx *db.Tx) (err error) {
		tk, err = Change(context.Background(), tx, journal.Agent(7), noon.Add(time.Hour), id, version, p)
		return err
	})
	return tk, err
}

func ptr[T any](v T) *T { return &v }

func TestChangeKeepsTheFiveTimes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		later := noon.Add(time.Hour)
		tk := open(t, d, Opening{ReportedAt: noon.Add(-time.Hour), OutageAt: noon.Add(-2 * time.Hour)})
		steps := []struct {
			name  string
			patch Patch
			want  func(Ticket) bool
		}{
			{"the first hand opens it", Patch{AssigneeID: ptr(int64(7))}, func(k Ticket) bool { return k.Status == Open && k.TakenAt.Equal(later) }},
			{"resolving has its time", Patch{Status: ptr(Resolved)}, func(k Ticket) bool { return k.ResolvedAt.Equal(later) && k.ClosedAt.IsZero() }},
			{"closing keeps it", Patch{Status: ptr(Closed)}, func(k Ticket) bool { return k.ResolvedAt.Equal(later) && k.ClosedAt.Equal(later) }},
			{"reopening clears both", Patch{Status: ptr(Open)}, func(k Ticket) bool { return k.ResolvedAt.IsZero() && k.ClosedAt.IsZero() && k.TakenAt.Equal(later) }},
			{"on hold with reason and date", Patch{Status: ptr(Pending), PendingReason: ptr("vendor"), PendingUntil: ptr(noon.Add(48 * time.Hour))},
				func(k Ticket) bool { return k.PendingReason == "vendor" && !k.PendingUntil.IsZero() }},
			{"off hold they go", Patch{Status: ptr(Open)}, func(k Ticket) bool { return k.PendingReason == "" && k.PendingUntil.IsZero() }},
		}
		for _, s := range steps {
			got, err := change(d, tk.ID, tk.Version, s.patch)
			if err != nil {
				t.Fatal(s.name, err)
			}
			if !s.want(got) || got.Version != tk.Version+1 {
				t.Errorf("%s: %+v", s.name, got)
			}
			if stored, err := ByID(t.Context(), d, tk.ID); err != nil || stored != got {
				t.Errorf("%s: stored %+v, %v", s.name, stored, err)
			}
			tk = got
		}
		if !tk.OutageAt.Equal(noon.Add(-2*time.Hour)) || !tk.ReportedAt.Equal(noon.Add(-time.Hour)) {
			t.Errorf("times of the beginning: %+v", tk)
		}
	})
}

func TestChangeRefusesInWords(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		tk := open(t, d, Opening{})
		for name, c := range map[string]struct {
			version int64
			patch   Patch
			kind    fault.Kind
		}{
			"a stale version":       {99, Patch{Level: ptr(2)}, fault.Conflict},
			"an unknown status":     {1, Patch{Status: ptr(Status("lost"))}, fault.Invalid},
			"hold without a reason": {1, Patch{Status: ptr(Pending), PendingUntil: ptr(noon.Add(48 * time.Hour))}, fault.Invalid},
			"hold until yesterday":  {1, Patch{Status: ptr(Pending), PendingReason: ptr("user"), PendingUntil: ptr(noon.Add(-time.Hour))}, fault.Invalid},
			"an outage to come":     {1, Patch{OutageAt: ptr(noon.Add(72 * time.Hour))}, fault.Invalid},
			"no subject":            {1, Patch{Subject: ptr(" ")}, fault.Invalid},
			"level 9":               {1, Patch{Level: ptr(9)}, fault.Invalid},
		} {
			if _, err := change(d, tk.ID, c.version, c.patch); !fault.Is(err, c.kind) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := change(d, 99999, 0, Patch{}); !fault.Is(err, fault.Missing) {
			t.Errorf("a missing ticket: %v", err)
		}
		same, err := change(d, tk.ID, 1, Patch{Level: ptr(1)})
		if err != nil || same.Version != 1 {
			t.Errorf("changing nothing: %+v, %v", same, err)
		}
		if stored, err := ByID(t.Context(), d, tk.ID); err != nil || stored.Version != 1 {
			t.Errorf("a refused change left something: %+v, %v", stored, err)
		}
	})
}

func TestWakeDueReopensOnTime(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		tk := open(t, d, Opening{})
		until := noon.Add(48 * time.Hour)
		if _, err := change(d, tk.ID, 0, Patch{Status: ptr(Pending), PendingReason: ptr("user"), PendingUntil: &until}); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			at   time.Time
			want int
		}{{until.Add(-time.Second), 0}, {until, 1}, {until.Add(time.Second), 0}} {
			write(t, d, func(ctx context.Context, tx *db.Tx) error {
				woken, err := WakeDue(ctx, tx, c.at)
				if len(woken) != c.want {
					t.Errorf("at %v: %v", c.at, woken)
				}
				return err
			})
		}
	})
}

// The counts that the write keeps are those that counting would give, after any
// changes.
func TestCountsAreNeverWrong(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var ids []int64
		for range 12 {
			ids = append(ids, open(t, d, Opening{}).ID)
		}
		rapid.Check(t, func(r *rapid.T) {
			id := rapid.SampledFrom(ids).Draw(r, "ticket")
			p := Patch{AssigneeID: ptr(rapid.Int64Range(0, 3).Draw(r, "agent"))}
			status := rapid.SampledFrom(Statuses).Draw(r, "status")
			p.Status, p.PendingReason, p.PendingUntil = &status, ptr("user"), ptr(noon.Add(48*time.Hour))
			if _, err := change(d, id, 0, p); err != nil {
				r.Fatal(err)
			}
			for agent := range int64(4) {
				counts, err := Counts(context.Background(), d, agent)
				if err != nil {
					r.Fatal(err)
				}
				for _, v := range Views {
					rows, _, err := List(context.Background(), d, Query{View: v, Agent: agent})
					if err != nil || int64(len(rows)) != counts[v] {
						r.Fatalf("view %s of agent %d: %d rows, count %d, %v", v, agent, len(rows), counts[v], err)
					}
				}
			}
		})
	})
}

func TestPagesGiveEveryTicketOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for i := range 23 {
			// Ties in time must not lose or repeat a row.
			open(t, d, Opening{ActivityAt: noon.Add(time.Duration(i/4) * time.Minute), ClientID: int64(1 + i%2)})
		}
		for _, ask := range []Query{{View: Everything}, {View: Unassigned}, {View: AllOpen}, {Client: 1}} {
			seen := map[int64]bool{}
			ask.Limit = 5
			last := time.Time{}
			for {
				rows, next, err := List(t.Context(), d, ask)
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range rows {
					if seen[r.ID] || (!last.IsZero() && r.ActivityAt.After(last)) {
						t.Errorf("%+v: ticket %d again or out of order", ask, r.Number)
					}
					seen[r.ID], last = true, r.ActivityAt
				}
				if next.ID == 0 {
					break
				}
				if ask.After, err = ParseCursor(next.String()); err != nil {
					t.Fatal(err)
				}
			}
			if want := map[bool]int{true: 12, false: 23}[ask.Client != 0]; len(seen) != want {
				t.Errorf("%+v gives %d tickets, want %d", ask, len(seen), want)
			}
		}
		if _, err := ParseCursor("not a cursor"); !fault.Is(err, fault.Invalid) {
			t.Errorf("a bad cursor: %v", err)
		}
	})
}

func TestUnreadIsForEachAgent(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		tk := open(t, d, Opening{})
		m := say(t, d, tk.ID, noon, Message{Direction: In, Body: "Bonjour", From: Person{Address: "a@b.example"},
			Recipients: []Person{{Address: "chef@b.example", Role: "cc"}}})
		unread := func(agent int64) bool {
			r, err := RowByID(t.Context(), d, agent, tk.ID)
			if err != nil {
				t.Fatal(err)
			}
			return r.Unread
		}
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			return errors.Join(Join(ctx, tx, Participant{TicketID: tk.ID, Address: "chef@b.example", Role: "cc", State: Proposed, Since: noon}),
				Seen(ctx, tx, 1, tk.ID, m.ID))
		})
		if unread(1) || !unread(2) {
			t.Error("read by 1, not by 2")
		}
		if in, err := Participates(t.Context(), d, tk.ID, "chef@b.example", 0); err != nil || !in {
			t.Errorf("who was in copy of what was read takes part: %v, %v", in, err)
		}
		say(t, d, tk.ID, noon.Add(time.Minute), Message{Direction: In, Body: "Encore"})
		if !unread(1) {
			t.Error("a new message is unread again")
		}
		write(t, d, func(ctx context.Context, tx *db.Tx) error { return Seen(ctx, tx, 1, tk.ID, m.ID-1) })
	})
}

func TestDraftsSurviveAndReturn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		tk := open(t, d, Opening{})
		save := func(version int64, text string) (int64, error) {
			var v int64
			err := d.Write(t.Context(), func(tx *db.Tx) (err error) {
				v, err = SaveDraft(t.Context(), tx, 1, tk.ID, version, text, noon)
				return err
			})
			return v, err
		}
		v, err := save(0, "un")
		if err != nil || v != 1 {
			t.Fatal(v, err)
		}
		if _, err := save(0, "d'une autre fenêtre"); !fault.Is(err, fault.Conflict) {
			t.Errorf("another window overwrote it: %v", err)
		}
		if v, err = save(1, "deux"); err != nil || v != 2 {
			t.Fatal(v, err)
		}
		of := func() string {
			dr, _, err := DraftOf(t.Context(), d, 1, tk.ID)
			if err != nil {
				t.Fatal(err)
			}
			return dr.Content
		}
		write(t, d, func(ctx context.Context, tx *db.Tx) error { return SendDraft(ctx, tx, 1, tk.ID, 55) })
		if of() != "" {
			t.Error("a sent draft is still there")
		}
		if _, err := save(2, "parti trop tard"); !fault.Is(err, fault.Conflict) || of() != "" {
			t.Errorf("a late save brought a sent draft back: %q, %v", of(), err)
		}
		write(t, d, func(ctx context.Context, tx *db.Tx) error { return ReturnDraft(ctx, tx, 1, tk.ID, 55) })
		if of() != "deux" {
			t.Errorf("undone, the draft is %q", of())
		}
		if v, err = save(2, "trois"); err != nil || v != 3 {
			t.Errorf("undone, the draft is not saved: %d, %v", v, err)
		}
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			return errors.Join(SendDraft(ctx, tx, 1, tk.ID, 56), ForgetDraft(ctx, tx, 56))
		})
		if _, err := save(0, "nouveau"); err != nil {
			t.Error(err)
		}
		err = d.Write(t.Context(), func(tx *db.Tx) error { return ReturnDraft(t.Context(), tx, 1, tk.ID, 56) })
		if !fault.Is(err, fault.Conflict) || of() != "nouveau" {
			t.Errorf("a draft begun since is lost: %q, %v", of(), err)
		}
	})
}

func TestTakeGivesTheTicketItsFormerLastLine(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		tk := open(t, d, Opening{})
		say(t, d, tk.ID, noon, Message{Direction: In, Body: "la première"})
		m := say(t, d, tk.ID, noon.Add(time.Minute), Message{Direction: Out, Body: "la seconde zygomatique", MessageID: "x@y"})
		write(t, d, func(ctx context.Context, tx *db.Tx) error { return Take(ctx, tx, m.ID) })
		got, err := ByID(t.Context(), d, tk.ID)
		if err != nil || got.Snippet != "la première" {
			t.Errorf("snippet %q, %v", got.Snippet, err)
		}
		s, _ := ParseSearch("zygomatique", asker)
		if hits, _, err := Find(t.Context(), d, noon, 1, s, Page{}); err != nil || len(hits) != 0 {
			t.Errorf("what was taken is still found: %v, %v", hits, err)
		}
	})
}

// A message that went elsewhere must not stand as news that no answer has seen.
func TestTakeForgetsWhatCameInLast(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		tk := open(t, d, Opening{})
		first := say(t, d, tk.ID, noon, Message{Direction: In, Body: "la première"})
		m := say(t, d, tk.ID, noon.Add(time.Minute), Message{Direction: In, Body: "d'un autre", Attachments: []Attachment{{Part: 2, Name: "a.pdf"}}})
		if got, err := ByID(t.Context(), d, tk.ID); err != nil || got.LastInID != m.ID || !got.Files {
			t.Fatalf("%+v, %v", got, err)
		}
		write(t, d, func(ctx context.Context, tx *db.Tx) error { return Take(ctx, tx, m.ID) })
		if got, err := ByID(t.Context(), d, tk.ID); err != nil || got.LastInID != first.ID || got.Files {
			t.Errorf("last in %d, want %d; files %v; %v", got.LastInID, first.ID, got.Files, err)
		}
	})
}

// A stranger in copy of a mail that came while the technician read the one before
// has not been seen by anybody.
func TestWhoIsInCopyOfWhatIsNotReadYetStaysProposed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		tk := open(t, d, Opening{})
		read := say(t, d, tk.ID, noon, Message{Direction: In, Body: "Bonjour", Recipients: []Person{{Address: "chef@b.example", Role: "cc"}}})
		late := say(t, d, tk.ID, noon, Message{Direction: In, Body: "Encore", From: Person{Address: "inconnu@x.example"},
			Recipients: []Person{{Address: "stranger@x.example", Role: "cc"}}})
		in := func(address string) bool {
			in, err := Participates(t.Context(), d, tk.ID, address, 0)
			if err != nil {
				t.Fatal(err)
			}
			return in
		}
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			for _, a := range []string{"chef@b.example", "stranger@x.example", "inconnu@x.example"} {
				if err := Join(ctx, tx, Participant{TicketID: tk.ID, Address: a, Role: "cc", State: Proposed, Since: noon}); err != nil {
					return err
				}
			}
			return Seen(ctx, tx, 1, tk.ID, read.ID)
		})
		if !in("chef@b.example") || in("stranger@x.example") || in("inconnu@x.example") {
			t.Error("who takes part:", in("chef@b.example"), in("stranger@x.example"), in("inconnu@x.example"))
		}
		write(t, d, func(ctx context.Context, tx *db.Tx) error { return Seen(ctx, tx, 1, tk.ID, late.ID) })
		if !in("stranger@x.example") || !in("inconnu@x.example") {
			t.Error("read, they take part")
		}
	})
}

// A colleague may undo an answer; its draft goes back to who wrote it, and never
// over what they have begun since.
func TestADraftReturnsToItsWriter(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		tk := open(t, d, Opening{})
		save := func(ctx context.Context, tx *db.Tx, version int64, text string) error {
			_, err := SaveDraft(ctx, tx, 1, tk.ID, version, text, noon)
			return err
		}
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			return errors.Join(save(ctx, tx, 0, "un"), SendDraft(ctx, tx, 1, tk.ID, 55), save(ctx, tx, 0, "deux"))
		})
		err := d.Write(t.Context(), func(tx *db.Tx) error { return ReturnDraft(t.Context(), tx, 2, tk.ID, 55) })
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("over a newer draft: %v", err)
		}
	})
}

func TestNotesNeverLeave(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		tk := open(t, d, Opening{})
		say(t, d, tk.ID, noon, Message{Direction: In, Body: "public"})
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			_, err := AddNote(ctx, tx, 1, noon, tk.ID, "le client est pénible")
			return err
		})
		all, err := Messages(t.Context(), d, tk.ID)
		if err != nil || len(all) != 1 {
			t.Errorf("messages %v, %v", all, err)
		}
		notes, err := NotesBetween(t.Context(), d, tk.ID, 0, 1<<62)
		if err != nil || len(notes) != 1 {
			t.Errorf("notes %v, %v", notes, err)
		}
		err = d.Write(t.Context(), func(tx *db.Tx) error { _, err := AddNote(t.Context(), tx, 1, noon, tk.ID, "  "); return err })
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("an empty note: %v", err)
		}
	})
}

func TestSnippetIsOneShortLineWithoutFolds(t *testing.T) {
	d := dbtest.Open(t)
	tk := open(t, d, Opening{})
	body := "Merci,\nça marche.\n> ancien texte cité\n"
	say(t, d, tk.ID, noon, Message{Direction: In, Body: body, Folds: []Fold{{Kind: "quote", Start: len("Merci,\nça marche.\n"), End: len(body)}}})
	got, err := ByID(t.Context(), d, tk.ID)
	if err != nil || got.Snippet != "Merci, ça marche." {
		t.Errorf("snippet %q, %v", got.Snippet, err)
	}
	if s := snippet(fmt.Sprint(make([]int, 1000))); len(s) > 160 {
		t.Errorf("a snippet of %d bytes", len(s))
	}
}

func TestAnErasedPersonIsNoLongerNamed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, "INSERT INTO contact_address (address, contact_id, position, dead_reason) VALUES ('enora@c.example', 71, 0, '')")
			return err
		})
		tk := open(t, d, Opening{RequesterID: 71, RequesterName: "Enora Pichon"})
		say(t, d, tk.ID, noon, Message{Direction: In, ContactID: 71, From: Person{Name: "Enora Pichon", Address: "enora@c.example"}, Body: "ce qui fut dit"})
		say(t, d, tk.ID, noon, Message{Direction: Out, Recipients: []Person{{Name: "Enora", Address: "enora@c.example", Role: "to"}, {Name: "Paul", Address: "paul@c.example", Role: "cc"}}})
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			return errors.Join(Join(ctx, tx, Participant{TicketID: tk.ID, Address: "enora@c.example", Role: "requester", State: Active, Since: noon}),
				ForgetContact(ctx, tx, 71))
		})
		got, err := ByID(t.Context(), d, tk.ID)
		if err != nil || got.RequesterName != Erased {
			t.Errorf("requester %q, %v", got.RequesterName, err)
		}
		all, err := Messages(t.Context(), d, tk.ID)
		if err != nil || all[0].From != (Person{Name: Erased}) || all[0].Body != "ce qui fut dit" || all[1].Recipients[0].Address != "" || all[1].Recipients[1].Name != "Paul" {
			t.Errorf("messages %+v, %v", all, err)
		}
		if people, err := Participants(t.Context(), d, tk.ID); err != nil || len(people) != 0 {
			t.Errorf("participants %+v, %v", people, err)
		}
		for line, found := range map[string]int{"from:pichon": 0, "from:enora": 0, "from:paul": 1, "ce qui fut dit": 1} {
			s, _ := ParseSearch(line, asker)
			if hits, _, err := Find(t.Context(), d, noon, 1, s, Page{}); err != nil || len(hits) != found {
				t.Errorf("%s finds %d, %v", line, len(hits), err)
			}
		}
	})
}
