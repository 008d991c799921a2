package benchmark

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"guichet/internal/db"
	"guichet/internal/journal"
	"guichet/internal/people"
	"guichet/internal/ticket"
)

// seeded is one ticket of a desk that has worked for a while.
type seeded struct {
	seen
	name   string
	status ticket.Status
	assign int64
}

var epoch = time.Date(2025, 1, 6, 7, 0, 0, 0, time.UTC)

// ticketAt is the i-th of n tickets, the same ones for Guichet and for the bare tables: the newest
// are open, what is old is closed.
func (c *corpus) ticketAt(i, n int) seeded {
	who := c.person()
	s := seeded{name: who.name, status: ticket.Closed, assign: int64(1 + c.r.IntN(8))}
	s.id, s.from, s.subject, s.text = fmt.Sprintf("%x.%d@mail.example", c.r.Uint64(), i), who.address, c.words(7), c.words(40+c.r.IntN(160))
	s.at = epoch.Add(time.Duration(i) * 4 * time.Minute)
	switch left := n - i; {
	case left < n/50:
		s.status, s.assign = ticket.New, 0
	case left < n/12:
		s.status = ticket.Open
	case left < n/10:
		s.status = ticket.Resolved
	}
	return s
}

// seed fills the desk through the rooms' own verbs, without mails.
func (d *desk) seed(ctx context.Context, n int) error {
	c := newCorpus(2)
	for i := 0; i < n; {
		if err := d.db.Write(ctx, func(tx *db.Tx) error {
			for end := min(n, i+1000); i < end; i++ {
				if err := d.put(ctx, tx, c.ticketAt(i, n)); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

func (d *desk) put(ctx context.Context, tx *db.Tx, s seeded) error {
	who, client, _, err := people.FindOrCreateByEmail(ctx, tx, journal.System(), s.at, s.from, s.name, "")
	if err != nil {
		return err
	}
	t, err := ticket.OpenNew(ctx, tx, s.at, ticket.Opening{Subject: s.subject, ClientID: client.ID, RequesterID: who.ID, RequesterName: who.Name,
		MailboxID: d.box.ID, Channel: "mail", Language: "fr", ReportedAt: s.at, ActivityAt: s.at, By: journal.Contact(who.ID)})
	if err != nil {
		return err
	}
	if _, err := ticket.Add(ctx, tx, journal.Contact(who.ID), s.at, s.at, t, ticket.Message{Direction: ticket.In, ContactID: who.ID,
		From: ticket.Person{Name: who.Name, Address: s.from}, Subject: s.subject, MessageID: s.id, At: s.at, Body: s.text}); err != nil {
		return err
	}
	if err := errors.Join(ticket.Know(ctx, tx, ticket.Ref{ID: s.id, TicketID: t.ID, ClientID: client.ID, Origin: "theirs"}),
		ticket.Join(ctx, tx, ticket.Participant{TicketID: t.ID, Address: s.from, ContactID: who.ID, Name: who.Name, Role: "requester",
			State: ticket.Active, Since: s.at})); err != nil || s.status == ticket.New {
		return err
	}
	_, err = ticket.Change(ctx, tx, journal.Agent(s.assign), s.at, t.ID, 0, ticket.Patch{Status: &s.status, AssigneeID: &s.assign})
	return err
}

// seed fills the bare tables with the same tickets.
func (f *floor) seed(ctx context.Context, n int) (err error) {
	c := newCorpus(2)
	for i := 0; i < n; {
		if f.tx, err = f.db.BeginTx(ctx, nil); err != nil {
			return err
		}
		for end := min(n, i+1000); i < end; i++ {
			s := c.ticketAt(i, n)
			if err := f.keep(ctx, &s.seen, string(s.status)); err != nil {
				return errors.Join(err, f.tx.Rollback())
			}
		}
		if err := f.tx.Commit(); err != nil {
			return err
		}
	}
	return nil
}

// question is one thing that a person asks: a place in a list, or words.
type question struct {
	view  ticket.View
	at    time.Time // of a place in the list; zero: the newest page
	id    int64     // far above any ticket's, so that the instant alone decides
	words string
}

// questions are a person's day: mostly the newest page of a queue, sometimes far down; words that
// are in many tickets, in few, the beginning of a word.
func questions(n, tickets int) (lists, searches []question) {
	c := newCorpus(3)
	for i := range n {
		q := question{view: []ticket.View{ticket.AllOpen, ticket.Over, ticket.Everything}[i%3]}
		if i%2 == 1 {
			q.at, q.id = epoch.Add(time.Duration(c.r.IntN(tickets))*4*time.Minute), 1<<50
		}
		lists = append(lists, q)
		words := []string{"imprimante", "sauvegarde volume", fmt.Sprintf("PC-%04d", c.r.IntN(4000)), "impr", fmt.Sprintf("imprimante PC-%04d", c.r.IntN(4000))}
		searches = append(searches, question{words: words[i%len(words)]})
	}
	return lists, searches
}

// asked is a way to answer a question; it returns how many tickets it showed.
type asked func(ctx context.Context, q question) (int, error)

func (d *desk) ask(ctx context.Context, q question) (int, error) {
	if q.words != "" {
		s, _ := ticket.ParseSearch(q.words, ticket.Asker{Zone: time.UTC})
		hits, _, err := ticket.Find(ctx, d.db, epoch, 1, s, ticket.Page{})
		return len(hits), err
	}
	rows, _, err := ticket.List(ctx, d.db, ticket.Query{View: q.view, Agent: 1, After: ticket.Cursor{At: q.at, ID: q.id}, Limit: 50})
	return len(rows), err
}

// ask answers from the bare tables with nothing but the statement.
func (f *floor) ask(ctx context.Context, q question) (int, error) {
	switch {
	case q.words != "":
		return f.rows(ctx, `SELECT t.id, t.subject, t.requester, t.status, t.activity_at, t.snippet FROM (SELECT rowid AS id FROM search WHERE search MATCH ?
			ORDER BY rowid DESC LIMIT 50) e CROSS JOIN message m CROSS JOIN ticket t WHERE m.id = e.id AND t.id = m.ticket_id`, match(q.words))
	case q.id == 0:
		q.at, q.id = epoch.AddDate(50, 0, 0), 1<<50
	}
	const columns = "SELECT id, subject, requester, status, activity_at, snippet FROM ticket WHERE "
	const page = "(activity_at, id) < (?, ?) ORDER BY activity_at DESC, id DESC LIMIT 50"
	switch q.view {
	case ticket.AllOpen: // two statuses are two walks of the index
		n, err := f.rows(ctx, columns+"status = ? AND "+page, "new", q.at.UnixMilli(), q.id)
		m, err2 := f.rows(ctx, columns+"status = ? AND "+page, "open", q.at.UnixMilli(), q.id)
		return min(n+m, 50), errors.Join(err, err2)
	case ticket.Over:
		return f.rows(ctx, columns+"status = ? AND "+page, "closed", q.at.UnixMilli(), q.id)
	}
	return f.rows(ctx, columns+page, q.at.UnixMilli(), q.id)
}

// match is the same expression that Guichet makes of words.
func match(words string) string {
	s := ""
	for i, w := range splitWords(words) {
		s += map[bool]string{true: " AND "}[i > 0] + `"` + w + `"`
	}
	return s + "*"
}

func (f *floor) rows(ctx context.Context, query string, args ...any) (n int, err error) {
	stmt := f.reads[query]
	if stmt == nil {
		if stmt, err = f.db.PrepareContext(ctx, query); err != nil {
			return 0, err
		}
		f.reads[query] = stmt
	}
	rows, err := stmt.QueryContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var id, at int64
		var subject, requester, status, snippet sql.NullString
		if err := rows.Scan(&id, &subject, &requester, &status, &at, &snippet); err != nil {
			return n, err
		}
		n++
	}
	return n, rows.Err()
}

// splitWords cuts as the search line does: PC-0042 is two words.
func splitWords(line string) []string {
	s, _ := ticket.ParseSearch(line, ticket.Asker{Zone: time.UTC})
	return s.Words
}
