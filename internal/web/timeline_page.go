package web

import (
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"time"

	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/intake"
	"guichet/internal/journal"
	parse "guichet/internal/mail"
	"guichet/internal/outbox"
	"guichet/internal/ticket"
)

// timelinePage is how many items of a timeline a ticket is shown with: its newest.
const timelinePage = 100

// spot is where an item stands in its timeline: at a time, messages and notes
// before what happened, and each in the order in which it was written.
type spot struct {
	at    int64
	event bool
	n     int64 // the id of a message or note, an event's place in the journal
}

func (s spot) compare(o spot) int {
	switch {
	case s.at != o.at:
		return cmp.Compare(s.at, o.at)
	case s.event != o.event && s.event:
		return 1
	case s.event != o.event:
		return -1
	}
	return cmp.Compare(s.n, o.n)
}

// String writes a spot as an opaque cursor.
func (s spot) String() string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d.%t.%d", s.at, s.event, s.n))
}

// parseSpot reads what String wrote; nil for "".
func parseSpot(cursor string) (*spot, error) {
	if cursor == "" {
		return nil, nil
	}
	var s spot
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	if err == nil {
		_, err = fmt.Sscanf(string(text), "%d.%t.%d", &s.at, &s.event, &s.n)
	}
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "web.request")
	}
	return &s, nil
}

// listTimeline is a page of what came earlier than a ticket's view shows.
func listTimeline(ctx context.Context, d *door, in *timelineIn) (page timelineItems, err error) {
	before, err := parseSpot(in.Before)
	if err != nil {
		return page, err
	}
	err = d.DB.View(ctx, func(q db.Querier) error {
		if _, err := ticket.ByID(ctx, q, in.ID.n()); err != nil {
			return err
		}
		page, err = readTimeline(ctx, q, in.ID.n(), before, in.Limit)
		return err
	})
	return page, err
}

// readTimeline reads the last items before a spot (nil: of all) in the order of
// time. Only their places are read of the others: the texts of a ticket of
// thousands of messages stay where they are. q must be one snapshot.
func readTimeline(ctx context.Context, q db.Querier, number int64, before *spot, limit int) (page timelineItems, err error) {
	spots, err := spotsOf(ctx, q, number)
	if err != nil {
		return page, err
	}
	if before != nil {
		end, _ := slices.BinarySearchFunc(spots, *before, spot.compare)
		spots = spots[:end]
	}
	if len(spots) > limit {
		spots = spots[len(spots)-limit:]
		page.Earlier = spots[0].String()
	}
	items, err := itemsAt(ctx, q, number, spots)
	if err != nil {
		return page, err
	}
	page.Items = each(spots, func(s spot) timelineItem { return items[spot{event: s.event, n: s.n}] })
	return page, nil
}

// spotsOf gives every item of a timeline its place, in order.
func spotsOf(ctx context.Context, q db.Querier, number int64) ([]spot, error) {
	entries, err := ticket.Entries(ctx, q, number)
	if err != nil {
		return nil, err
	}
	steps, err := journal.Steps(ctx, q, number, "message", "note") // these stand for themselves
	if err != nil {
		return nil, err
	}
	spots := make([]spot, 0, len(entries)+len(steps))
	var last time.Time
	for _, e := range entries {
		// A mail that was long on its way stands after what was said meanwhile,
		// whatever date it bears: whoever wrote then has not read it.
		if e.At.After(last) {
			last = e.At
		}
		spots = append(spots, spot{at: ms(last), n: e.ID})
	}
	for _, s := range steps {
		spots = append(spots, spot{at: ms(s.At), event: true, n: s.Seq})
	}
	slices.SortFunc(spots, spot.compare)
	return spots, nil
}

// itemsAt reads the items of a run of spots, by their spots without the time.
func itemsAt(ctx context.Context, q db.Querier, number int64, spots []spot) (map[spot]timelineItem, error) {
	names, err := agentNames(ctx, q)
	if err != nil {
		return nil, err
	}
	out := map[spot]timelineItem{}
	if first, last, any := bounds(spots, false); any {
		if err := spoken(ctx, q, number, first, last, names, out); err != nil {
			return nil, err
		}
	}
	first, last, any := bounds(spots, true)
	if !any {
		return out, nil
	}
	events, err := journal.OfTicketBetween(ctx, q, number, first, last)
	if err != nil {
		return nil, err
	}
	contacts, err := contactNames(ctx, q, events)
	for _, e := range events {
		out[spot{event: true, n: e.Seq}] = eventOf(e, names, contacts)
	}
	return out, err
}

// bounds are the least and the greatest number among the spots of one sort.
func bounds(spots []spot, event bool) (first, last int64, any bool) {
	for _, s := range spots {
		if s.event != event {
			continue
		}
		if !any {
			first, last, any = s.n, s.n, true
		}
		first, last = min(first, s.n), max(last, s.n)
	}
	return first, last, any
}

// spoken reads the messages and notes whose ids are from first to last, and how
// the sending of answers stands.
func spoken(ctx context.Context, q db.Querier, number, first, last int64, names map[int64]string, out map[spot]timelineItem) error {
	messages, err := ticket.MessagesBetween(ctx, q, number, first, last)
	if err != nil {
		return err
	}
	sent, err := outbox.OfMessages(ctx, q, number, first, last)
	if err != nil {
		return err
	}
	truths, err := intake.Truths(ctx, q, number, first, last)
	if err != nil {
		return err
	}
	deliveries := map[int64]*Delivery{}
	for _, it := range sent {
		one := deliveryOf(it)
		deliveries[it.MessageID] = &one
	}
	for _, m := range messages {
		item := messageOf(m, names)
		item.Message.Delivery = deliveries[m.ID]
		item.Message.believe(truths[m.MailID])
		out[spot{n: m.ID}] = item
	}
	notes, err := ticket.NotesBetween(ctx, q, number, first, last)
	for _, n := range notes {
		out[spot{n: n.ID}] = timelineItem{ID: string(idOf(n.ID)), Type: "note", At: ms(n.At),
			Note: &noteItem{Agent: agentRef{idOf(n.AgentID), names[n.AgentID]}, Text: n.Body}}
	}
	return err
}

// readersOnly are warnings about the bytes that change what a reader sees; the dock
// shows the others too.
var readersOnly = []parse.Warning{parse.WarnNoSender, parse.WarnEncrypted, parse.WarnEncryptedPart, parse.WarnTruncated, parse.WarnNotAnalysed, intake.WarnSigned}

// believe adds what is to be known of the mail that a message came in.
func (m *messageItem) believe(t intake.Truth) {
	for _, w := range t.Warnings {
		if aboutSender(w) || slices.Contains(readersOnly, w) {
			m.Warnings = append(m.Warnings, warningOf(w))
		}
	}
	m.ReturnsOn = t.ReturnsOn
	m.Meeting = t.Meeting || m.MailID.n() != 0 && slices.ContainsFunc(m.Attachments, ofCalendar)
	if t.Forwarded.Addr != "" {
		m.Forwarded = &mailAddress{t.Forwarded.Name, t.Forwarded.Addr}
	}
}

// ofCalendar says whether an attachment is an event.
func ofCalendar(a attachment) bool { return a.Type == "text/calendar" || a.Type == "application/ics" }
