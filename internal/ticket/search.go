package ticket

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"guichet/internal/db"
	"guichet/internal/fault"
)

// indexed is how much of a body is searched, in bytes: a mail of a mebibyte of
// log lines is found by its first part.
const indexed = 64 << 10

// index adds a message or note to the full-text search, folded. A row is never
// updated: what changes (status, assignee) is not in it.
func index(ctx context.Context, tx *db.Tx, id int64, subject, body, people string) error {
	subject, body, people = db.Fold(subject), db.Fold(body[:min(len(body), indexed)]), db.Fold(people)
	if tx.Engine() == db.Postgres {
		_, err := tx.Exec(ctx, `INSERT INTO search (id, doc) VALUES (?, to_tsvector('simple', ?))`, id,
			strings.ToValidUTF8(spaced(subject+" "+body+" "+people), " "))
		return err
	}
	_, err := tx.Exec(ctx, "INSERT INTO search (rowid, subject, body, people) VALUES (?, ?, ?, ?)", id, subject, body, people)
	return err
}

// unindex takes a message out of the search.
func unindex(ctx context.Context, tx *db.Tx, id int64) error {
	column := map[db.Engine]string{db.SQLite: "rowid", db.Postgres: "id"}[tx.Engine()]
	_, err := tx.Exec(ctx, "DELETE FROM search WHERE "+column+" = ?", id)
	return err
}

// spaced keeps letters and digits only, so that both engines cut text alike.
func spaced(text string) string {
	all := strings.FieldsFunc(text, notWord)
	for i, w := range all {
		all[i] = bounded(w)
	}
	return strings.Join(all, " ")
}

// bounded shortens a word to what PostgreSQL keeps of one (2,046 bytes: textsearch
// limitations); it indexes nothing of a longer one, and refuses to look for it.
func bounded(word string) string {
	const most = 2000
	if len(word) <= most {
		return word
	}
	end := most
	for !utf8.RuneStart(word[end]) {
		end--
	}
	return word[:end]
}

func notWord(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

// Search is what a person asks for: words, and conditions of which all must hold.
type Search struct {
	Words []string // folded; the last one may be the beginning of a word
	From  []string // folded parts of a sender
	Terms []Term
}

// Hit is a ticket that a search found, with the message or note that matched
// (0 where only filters did).
type Hit struct {
	Row
	EntryID int64
	Text    string // of the matching message or note, for the excerpt
	due     int64  // what ByDue orders by
}

// Place is where a page of a search ends: at an entry where words were asked, else
// at a ticket with the value that the order goes by. The zero Place is the
// beginning, and the end.
type Place struct{ Value, Ticket int64 }

// Order is how tickets are ordered that were found without words.
type Order string

// The orders. Words are always found newest message first.
const (
	ByActivity Order = "activity" // the newest first
	Newest     Order = "newest"   // by when they were opened
	Oldest     Order = "oldest"
	ByDue      Order = "due" // what is due first; then those without a clock
)

// Orders lists them, the usual one first.
var Orders = []Order{ByActivity, ByDue, Newest, Oldest}

// Page is which part of what is found, and in which order.
type Page struct {
	Order Order // "": ByActivity
	From  Place
	Limit int // up to 200
}

// String writes a place as a token; the zero place is "".
func (p Place) String() string {
	if p == (Place{}) {
		return ""
	}
	return fmt.Sprintf("%d.%d", p.Value, p.Ticket)
}

// ParsePlace reads what String wrote.
func ParsePlace(s string) (p Place, err error) {
	if s == "" {
		return p, nil
	}
	if _, err := fmt.Sscanf(s, "%d.%d", &p.Value, &p.Ticket); err != nil {
		return Place{}, fault.Wrap(err, fault.Invalid, "fault.choice")
	}
	return p, nil
}

// Find returns a page of a search, each ticket once, and the place after which the
// next page begins. agent is whose unread marks the rows bear.
func Find(ctx context.Context, q db.Querier, now time.Time, agent int64, s Search, p Page) (hits []Hit, next Place, err error) {
	if p.Limit <= 0 || p.Limit > 200 {
		p.Limit = 50
	}
	if len(s.Words) == 0 && len(s.From) == 0 {
		return s.byTerms(ctx, q, now, agent, p)
	}
	hits, end, err := s.byWords(ctx, q, now, agent, p.From.Value, p.Limit)
	return hits, Place{Value: end}, err
}

func (s Search) byWords(ctx context.Context, q db.Querier, now time.Time, agent, after int64, limit int) (hits []Hit, next int64, err error) {
	// A ticket whose every message matches must not fill the page alone: read on
	// until enough tickets are found or the matches end.
	seen, start := map[int64]bool{}, after
	for len(hits) < limit {
		entries, err := s.entries(ctx, q, now, agent, after, limit*2)
		if err != nil {
			return nil, 0, err
		}
		for _, h := range entries {
			after = h.EntryID
			if seen[h.ID] {
				continue
			}
			seen[h.ID] = true
			told, err := s.told(ctx, q, h.ID, start)
			if err != nil {
				return nil, 0, err
			}
			if !told {
				hits = append(hits, h)
			}
			if len(hits) == limit {
				return hits, after, nil
			}
		}
		if len(entries) < limit*2 {
			return hits, 0, nil
		}
	}
	return hits, after, nil
}

// told says whether a ticket was on a page before the one that starts after an
// entry: whether a newer entry of it matches too.
func (s Search) told(ctx context.Context, q db.Querier, ticket, start int64) (bool, error) {
	if start == 0 {
		return false, nil
	}
	found, match := "SELECT COUNT(*) FROM search WHERE search MATCH ? AND rowid IN ", s.match()
	if q.Engine() == db.Postgres {
		found, match = "SELECT COUNT(*) FROM search WHERE doc @@ to_tsquery('simple', ?) AND id IN ", s.tsquery()
	}
	n, err := db.Value[int64](ctx, q, found+`(SELECT id FROM message WHERE ticket_id = ? AND id >= ?
		UNION ALL SELECT id FROM note WHERE ticket_id = ? AND id >= ?)`, match, ticket, start, ticket, start)
	return n > 0, err
}

// entries returns matching messages and notes, newest first.
func (s Search) entries(ctx context.Context, q db.Querier, now time.Time, agent, after int64, limit int) ([]Hit, error) {
	match, column := s.match(), "rowid"
	found := "SELECT rowid AS id FROM search WHERE search MATCH ?"
	if q.Engine() == db.Postgres {
		match, column = s.tsquery(), "id"
		found = "SELECT id FROM search WHERE doc @@ to_tsquery('simple', ?)"
	}
	args := []any{agent, match}
	if after != 0 {
		found += " AND " + column + " < ?"
		args = append(args, after)
	}
	where, more := s.conditions(now, 0)
	where = append([]string{"t.id = COALESCE(m.ticket_id, n.ticket_id)"}, where...)
	// CROSS JOIN makes SQLite keep this order: left to choose, it reads the table
	// of tickets from end to end for each match.
	sql := "SELECT " + rowColumns + ", e.id, COALESCE(m.body, n.body)" + strings.Replace(rowFrom, "FROM ticket t", "FROM ("+found+
		") e LEFT JOIN message m ON m.id = e.id LEFT JOIN note n ON n.id = e.id CROSS JOIN ticket t", 1) + "WHERE " + strings.Join(where, " AND ")
	// The arguments follow the order of the places: the match stands before the agent.
	args = append(append(args[1:], args[0]), more...)
	return db.All(ctx, q, func(h *Hit) []any { return append(rowFields(&h.Row), &h.EntryID, &h.Text) },
		sql+" ORDER BY e.id DESC LIMIT ?", append(args, limit)...)
}

// match is the FTS5 expression: every word, the last one as a prefix. Words are
// quoted, so that no word is an operator.
func (s Search) match() string {
	var parts []string
	for i, w := range s.Words {
		part := `"` + w + `"`
		if i == len(s.Words)-1 && len(w) >= 3 {
			part += "*"
		}
		parts = append(parts, part)
	}
	for _, w := range s.From {
		parts = append(parts, `people:"`+w+`"*`)
	}
	return strings.Join(parts, " AND ")
}

// tsquery is the same for PostgreSQL. Its index does not tell people from body.
func (s Search) tsquery() string {
	var parts []string
	for i, w := range s.Words {
		w = bounded(w)
		if i == len(s.Words)-1 && len(w) >= 3 {
			w += ":*"
		}
		parts = append(parts, w)
	}
	for _, w := range s.From {
		parts = append(parts, bounded(w)+":*")
	}
	return strings.Join(parts, " & ")
}
