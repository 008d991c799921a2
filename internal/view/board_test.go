package view

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"guichet/internal/calendar"
	"guichet/internal/clock"
	"guichet/internal/contract"
	"guichet/internal/db"
	"guichet/internal/db/dbtest"
	"guichet/internal/journal"
	"guichet/internal/people"
	"guichet/internal/ticket"
	"guichet/internal/words"
)

var (
	noon  = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	sarah = journal.Agent(7)
	asker = ticket.Asker{Agent: 7, Zone: time.UTC, Team: []ticket.Member{{ID: 7, Name: "Sarah"}, {ID: 8, Name: "Samuel"}}}
)

// desk is a team at work: each step is one thing that somebody does.
type desk struct {
	t                          *testing.T
	d                          *db.DB
	r                          *rand.Rand
	now                        time.Time
	tickets, clients, contacts []int64
}

func (k *desk) write(fn func(ctx context.Context, tx *db.Tx) error) {
	k.t.Helper()
	if err := k.d.Write(k.t.Context(), func(tx *db.Tx) error { return fn(k.t.Context(), tx) }); err != nil {
		k.t.Fatal(err)
	}
}

func one(r *rand.Rand, ids []int64) int64 { return ids[r.IntN(len(ids))] }

func (k *desk) opens(ctx context.Context, tx *db.Tx) error {
	tk, err := ticket.OpenNew(ctx, tx, k.now, ticket.Opening{Subject: "x", ClientID: one(k.r, k.clients), RequesterID: one(k.r, k.contacts), Channel: "mail", Language: "fr", By: sarah})
	k.tickets = append(k.tickets, tk.ID)
	return err
}

func (k *desk) changes(ctx context.Context, tx *db.Tx) error {
	status, until, reason, agent := ticket.Statuses[k.r.IntN(5)], k.now.Add(time.Duration(1+k.r.IntN(90))*time.Hour), "user", []int64{0, 7, 8}[k.r.IntN(3)]
	_, err := ticket.Change(ctx, tx, sarah, k.now, one(k.r, k.tickets), 0, ticket.Patch{Status: &status, PendingUntil: &until, PendingReason: &reason, AssigneeID: &agent})
	return err
}

func (k *desk) hears(ctx context.Context, tx *db.Tx) error {
	tk, err := ticket.ByID(ctx, tx, one(k.r, k.tickets))
	if err != nil {
		return err
	}
	_, err = ticket.Add(ctx, tx, sarah, k.now, k.now, tk, ticket.Message{Direction: ticket.In, Body: "Bonjour", At: k.now, Attachments: []ticket.Attachment{{Part: 1, Name: "a.png"}}})
	return err
}

func (k *desk) renames(ctx context.Context, tx *db.Tx) error {
	c, err := people.ClientByID(ctx, tx, one(k.r, k.clients))
	if err == nil {
		c.Name = fmt.Sprintf("%s %d", []string{"Acme", "Kerlann", "Zen"}[k.r.IntN(3)], k.r.Int())
		_, err = people.UpdateClient(ctx, tx, sarah, k.now, c)
	}
	if err != nil {
		return err
	}
	p, err := people.ContactByID(ctx, tx, one(k.r, k.contacts))
	if err == nil {
		p.Name = fmt.Sprintf("%s %d", []string{"Jean", "Zoé"}[k.r.IntN(2)], k.r.Int())
		_, err = people.UpdateContact(ctx, tx, sarah, k.now, p)
	}
	return err
}

func (k *desk) merges(ctx context.Context, tx *db.Tx) error {
	c, err := people.CreateClient(ctx, tx, sarah, k.now, people.Client{Name: fmt.Sprintf("Acme %d", k.r.Int()), Language: words.French})
	if err != nil {
		return err
	}
	from, into := one(k.r, k.clients), c.ID
	k.clients = append(k.clients, into)
	for i, id := range k.clients {
		if id == from {
			k.clients[i] = into
		}
	}
	return people.MergeClients(ctx, tx, sarah, k.now, from, into, ticket.MoveClient)
}

func (k *desk) qualifies(ctx context.Context, tx *db.Tx) error {
	_, err := ticket.Qualify(ctx, tx, sarah, k.now, one(k.r, k.tickets), 0, ticket.Qualification{Type: ticket.Types[k.r.IntN(2)], Impact: 1 + k.r.IntN(3),
		Urgency: 1 + k.r.IntN(3), Technicality: 1, Verdict: "in"}, ticket.Patch{})
	return err
}

// clocks lets the clocks of the tickets catch up.
func (k *desk) clocks() {
	k.t.Helper()
	for more := true; more; {
		var err error
		if more, _, err = clock.Follow(k.t.Context(), k.d, k.now); err != nil {
			k.t.Fatal(err)
		}
	}
}

func (k *desk) waits(context.Context, *db.Tx) error {
	k.now = k.now.Add(time.Duration(k.r.IntN(30*60)) * time.Minute)
	return nil
}

// Whatever happens, in whatever order, the board tells what a count of the rows
// tells.
func TestTheBoardCountsAsTheRowsDo(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	lines := []string{"status:active", "status:new,open -client:acme", "assignee:me", "client:acme has:pj", "requester:jean", "created:today", "updated:<4h",
		"is:late", "is:risk status:active", "due:<4h", "due:today", "priority:P1,P2", "type:incident -is:late", "is:unqualified", "until:<2d status:pending", "-updated:<1d status:active", "created:week assignee:none", "waits:user"}
	var views []View
	for i, line := range lines {
		views = append(views, View{ID: int64(i + 1), Query: line})
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := &desk{t: t, d: d, r: rand.New(rand.NewPCG(seed, 2)), now: noon}
		k.write(func(ctx context.Context, tx *db.Tx) error {
			for i := range 4 {
				c, err := people.CreateClient(ctx, tx, sarah, noon, people.Client{Name: fmt.Sprintf("Client %d", i), Language: words.French})
				if err != nil {
					return err
				}
				p, err := people.CreateContact(ctx, tx, sarah, noon, people.Contact{Name: fmt.Sprintf("Jean %d", i), ClientID: c.ID})
				if err != nil {
					return err
				}
				k.clients, k.contacts = append(k.clients, c.ID), append(k.contacts, p.ID)
				if _, err := contract.Create(ctx, tx, sarah, noon, contract.Contract{ClientID: c.ID, Name: "Maintenance", StartsOn: calendar.Date{Year: 2026, Month: 1, Day: 1}},
					contract.Default()); err != nil {
					return err
				}
			}
			return nil
		})
		var b Board
		held := int64(0)
		for range 60 {
			k.write(k.opens)
			for range k.r.IntN(4) {
				k.write([]func(context.Context, *db.Tx) error{k.opens, k.changes, k.changes, k.hears, k.renames, k.merges, k.waits, k.qualifies}[k.r.IntN(8)])
			}
			if k.r.IntN(2) == 0 {
				k.clocks()
			}
			counts, until, err := b.Counts(t.Context(), d, k.now, asker, views)
			if err != nil {
				t.Fatal(err)
			}
			if !until.IsZero() && !until.After(k.now) {
				t.Fatalf("at %v the counts would hold until %v", k.now, until)
			}
			for _, v := range views {
				want := rows(t, d, k.now, v.Query)
				if got := counts[v.ID]; !got.Known || got.N != want {
					t.Fatalf("%q at %v: the board says %v, the rows %d", v.Query, k.now, got, want)
				}
				held += want
			}
		}
		if held == 0 {
			t.Error("no view ever held a ticket")
		}
	})
}

func rows(t *testing.T, d *db.DB, now time.Time, line string) (n int64) {
	t.Helper()
	s, _ := ticket.ParseSearch(line, asker)
	for from := (ticket.Place{}); ; {
		hits, next, err := ticket.Find(t.Context(), d, now, 7, s, ticket.Page{From: from, Limit: 200})
		if err != nil {
			t.Fatal(err)
		}
		n += int64(len(hits))
		if from = next; next == (ticket.Place{}) {
			return n
		}
	}
}
