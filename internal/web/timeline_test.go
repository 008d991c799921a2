package web

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"guichet/internal/db"
	"guichet/internal/db/dbtest"
	"guichet/internal/journal"
	"guichet/internal/ticket"
)

// long makes a ticket of n messages, each sent late by up to some minutes, with a
// note after each tenth and a change of level after each seventh.
func (k *desktop) long(n int) (tk ticket.Ticket) {
	k.t.Helper()
	k.write(func(ctx context.Context, tx *db.Tx) (err error) {
		if tk, err = ticket.OpenNew(ctx, tx, k.now, ticket.Opening{Subject: "Sauvegarde en échec", Channel: "mail"}); err != nil {
			return err
		}
		for i := range n {
			now := k.now.Add(time.Duration(i) * time.Minute)
			if tk, err = ticket.ByID(ctx, tx, tk.ID); err != nil {
				return err
			}
			if _, err := ticket.Add(ctx, tx, journal.System(), now, now, tk, ticket.Message{Direction: ticket.In,
				From: ticket.Person{Address: "nas@bruyere.example"}, Recipients: []ticket.Person{{Role: "to", Address: "support@gardian.example"}},
				Subject: tk.Subject, At: now.Add(-time.Duration(i%5) * 90 * time.Second), Body: fmt.Sprintf("n° %d\n", i) + strings.Repeat("Le disque 3 ne répond pas. ", 70)}); err != nil {
				return err
			}
			if i%10 == 9 {
				if _, err := ticket.AddNote(ctx, tx, k.agent.ID, now, tk.ID, fmt.Sprint("vu n° ", i)); err != nil {
					return err
				}
			}
			if i%7 == 6 {
				level := 1 + (i/7)%2
				if _, err := ticket.Change(ctx, tx, journal.Agent(k.agent.ID), now, tk.ID, 0, ticket.Patch{Level: &level}); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return tk
}

// A mail dated before what was said while it was on its way is news after it, and
// what happened at the time of a message stands after it.
func TestALateMailStandsWhereItCame(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDeskOn(t, d)
		var tk ticket.Ticket
		k.write(func(ctx context.Context, tx *db.Tx) (err error) {
			if tk, err = ticket.OpenNew(ctx, tx, k.now, ticket.Opening{Subject: "Lenteur", Channel: "mail"}); err != nil {
				return err
			}
			for _, minute := range []int{1, 3, 2, 4} {
				at := k.now.Add(time.Duration(minute) * time.Minute)
				if _, err := ticket.Add(ctx, tx, journal.System(), at, at, tk, ticket.Message{Direction: ticket.In, At: at, Body: fmt.Sprint(minute)}); err != nil {
					return err
				}
			}
			level := 2
			_, err = ticket.Change(ctx, tx, journal.System(), k.now.Add(3*time.Minute), tk.ID, 0, ticket.Patch{Level: &level})
			return err
		})
		var got []string
		for _, item := range k.ticket(idOf(tk.ID)).Timeline {
			if got = append(got, item.label()); item.Event != nil {
				got[len(got)-1] = item.Event.Kind
			}
		}
		if want := "ticket.opened 1 3 2 ticket.changed 4"; strings.Join(got, " ") != want {
			t.Errorf("%q, want %q", got, want)
		}
	})
}

// label is what a test knows an item by.
func (i timelineItem) label() string {
	if i.Message != nil {
		line, _, _ := strings.Cut(i.Message.Text, "\n")
		return line
	}
	return i.ID
}

// A ticket of hundreds of messages is shown with its newest; walked back page by
// page it gives everything once, in the order that one page of all has.
func TestALongTimelineComesInPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDeskOn(t, d)
		tk := k.long(430)
		path := "/api/tickets/" + string(idOf(tk.ID)) + "/timeline"
		v := k.ticket(idOf(tk.ID))
		if len(v.Timeline) != timelinePage || v.Earlier == "" || v.Timeline[timelinePage-1].Note == nil {
			t.Fatalf("%d items, the last %+v", len(v.Timeline), v.Timeline[len(v.Timeline)-1])
		}
		var all timelineItems
		k.call(200, "GET", path+"?limit=500", nil, &all)
		walked, cursor, pages := []timelineItem(v.Timeline), v.Earlier, 1
		for cursor != "" {
			var page timelineItems
			k.call(200, "GET", path+"?limit=37&before="+cursor, nil, &page)
			walked, cursor, pages = append(slices.Clone([]timelineItem(page.Items)), walked...), page.Earlier, pages+1
			if pages > 100 {
				t.Fatal("it has no end")
			}
		}
		if len(walked) != 430+43+60+1 {
			t.Errorf("%d items in %d pages", len(walked), pages)
		}
		seen := map[string]bool{}
		for _, item := range walked {
			if seen[item.ID] {
				t.Errorf("%s twice", item.ID)
			}
			seen[item.ID] = true
		}
		for i, item := range all.Items { // the newest 500 of them
			if w := walked[len(walked)-len(all.Items)+i]; w.ID != item.ID {
				t.Fatalf("item %d is %s, in one page %s", i, w.ID, item.ID)
			}
		}
		if p := k.refused(422, "GET", path+"?before=rien", nil); p.Key != "web.request" {
			t.Error(p)
		}
		k.refused(404, "GET", "/api/tickets/999999/timeline", nil)
	})
}

func BenchmarkALongTicket(b *testing.B) {
	for _, n := range []int{20, 2000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			k := newDesk(b)
			path, size := "/api/tickets/"+string(idOf(k.long(n).ID)), 0
			for b.Loop() {
				size = k.do(k.request("GET", path, nil)).Body.Len()
			}
			b.ReportMetric(float64(size), "bytes")
		})
	}
}
