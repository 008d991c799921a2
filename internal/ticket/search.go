package ticket

import (
	"context"
	"fmt"
	"slices"
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
			strings.ToValidUTF8(words(subject+" "+body+" "+people), " "))
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

// words keeps letters and digits only, so that both engines cut text alike.
func words(text string) string {
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

// Search is what a person asks for: words and filters.
type Search struct {
	Words  []string // folded; the last one may be the beginning of a word
	Client []string // folded beginnings of a client's name
	From   []string // folded parts of a sender
	Status []Status
	Files  bool
	After  time.Time // activity on or after
	Before time.Time // activity before
	Number int64     // #12
}

// Filter is a filter that ParseSearch understood, for the interface to show.
type Filter struct{ Name, Value string }

// ParseSearch reads a search line. Filters are client:, from: (de:), status:
// (statut:), has:attachment (avec:fichier), after: (depuis:), before: (avant:)
// with dates as 2026-11-23 or 23/11/2026 in zone; #12 is a ticket's number. A
// filter that is not understood comes back in unknown and counts as words.
func ParseSearch(line string, zone *time.Location) (s Search, filters []Filter, unknown []string) {
	for _, token := range tokens(line) {
		name, value, isFilter := strings.Cut(token, ":")
		if isFilter && value != "" && s.filter(strings.ToLower(name), value, zone) {
			filters = append(filters, Filter{strings.ToLower(name), value})
			continue
		}
		if isFilter && value != "" && slices.Contains([]string{"status", "statut", "after", "depuis", "before", "avant", "has", "avec"}, strings.ToLower(name)) {
			unknown = append(unknown, token)
			continue
		}
		if n, ok := number(token); ok {
			s.Number = n
			continue
		}
		s.Words = append(s.Words, strings.FieldsFunc(db.Fold(token), notWord)...)
	}
	return s, filters, unknown
}

// tokens cuts a line at spaces outside quotation marks, which it drops.
func tokens(line string) []string {
	var out []string
	var b strings.Builder
	quoted := false
	end := func() {
		if b.Len() > 0 {
			out = append(out, b.String())
			b.Reset()
		}
	}
	for _, r := range line {
		switch {
		case strings.ContainsRune("\"“”«»", r):
			quoted = !quoted
		case unicode.IsSpace(r) && !quoted:
			end()
		default:
			b.WriteRune(r)
		}
	}
	end()
	return out
}

func number(token string) (int64, bool) {
	digits, ok := strings.CutPrefix(token, "#")
	if !ok || digits == "" || len(digits) > 15 {
		return 0, false
	}
	var n int64
	for _, r := range digits {
		if r < '0' || r > '9' {
			return 0, false
		}
		n = n*10 + int64(r-'0')
	}
	return n, true
}

func (s *Search) filter(name, value string, zone *time.Location) bool {
	switch name {
	case "client":
		s.Client = append(s.Client, db.Fold(value))
	case "from", "de":
		s.From = append(s.From, strings.FieldsFunc(db.Fold(value), notWord)...)
	case "status", "statut":
		status, ok := statusWords[db.Fold(value)]
		if ok {
			s.Status = append(s.Status, status)
		}
		return ok
	case "has", "avec":
		if !slices.Contains([]string{"attachment", "file", "fichier", "piece", "pj"}, db.Fold(value)) {
			return false
		}
		s.Files = true
	case "after", "depuis":
		return day(&s.After, value, zone, 0)
	case "before", "avant":
		return day(&s.Before, value, zone, 0)
	default:
		return false
	}
	return true
}

var statusWords = map[string]Status{
	"new": New, "nouveau": New, "open": Open, "ouvert": Open, "pending": Pending, "attente": Pending,
	"resolved": Resolved, "resolu": Resolved, "traite": Resolved, "closed": Closed, "clos": Closed, "ferme": Closed,
}

func day(to *time.Time, value string, zone *time.Location, plus int) bool {
	for _, layout := range []string{"2006-01-02", "02/01/2006", "2/1/2006"} {
		if t, err := time.ParseInLocation(layout, value, zone); err == nil {
			*to = t.AddDate(0, 0, plus)
			return true
		}
	}
	return false
}

// Hit is a ticket that a search found, with the message or note that matched
// (0 where only filters did).
type Hit struct {
	Row
	EntryID int64
	Text    string // of the matching message or note, for the excerpt
}

// Place is where a page of a search ends: at an entry and, where only filters were
// asked, at a ticket, since not every ticket has an entry. The zero Place is the
// beginning, and the end.
type Place struct{ Entry, Ticket int64 }

// String writes a place as a token; the zero place is "".
func (p Place) String() string {
	if p == (Place{}) {
		return ""
	}
	return fmt.Sprintf("%d.%d", p.Entry, p.Ticket)
}

// ParsePlace reads what String wrote.
func ParsePlace(s string) (p Place, err error) {
	if s == "" {
		return p, nil
	}
	if _, err := fmt.Sscanf(s, "%d.%d", &p.Entry, &p.Ticket); err != nil {
		return Place{}, fault.Wrap(err, fault.Invalid, "fault.choice")
	}
	return p, nil
}

// Find returns a page of a search, the newest matching message first, each
// ticket once, and the place after which the next page begins.
func Find(ctx context.Context, q db.Querier, agent int64, s Search, from Place, limit int) (hits []Hit, next Place, err error) {
	if limit <= 0 || limit > 200 {
		limit = 50
	}
	if len(s.Words) == 0 && len(s.From) == 0 {
		return s.byFilters(ctx, q, agent, from, limit)
	}
	hits, end, err := s.byWords(ctx, q, agent, from.Entry, limit)
	return hits, Place{Entry: end}, err
}

func (s Search) byWords(ctx context.Context, q db.Querier, agent, after int64, limit int) (hits []Hit, next int64, err error) {
	// A ticket whose every message matches must not fill the page alone: read on
	// until enough tickets are found or the matches end.
	seen, start := map[int64]bool{}, after
	for len(hits) < limit {
		entries, err := s.entries(ctx, q, agent, after, limit*2)
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
func (s Search) entries(ctx context.Context, q db.Querier, agent, after int64, limit int) ([]Hit, error) {
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
	where, more := s.conditions()
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

// conditions are the filters that are columns.
func (s Search) conditions() (where []string, args []any) {
	add := func(condition string, values ...any) {
		where = append(where, condition)
		args = append(args, values...)
	}
	if s.Number != 0 {
		add("t.number = ?", s.Number)
	}
	for _, c := range s.Client {
		add("c.fold >= ? AND c.fold < ?", c, c+"\U0010FFFF")
	}
	if len(s.Status) > 0 {
		values := make([]any, len(s.Status))
		for i, status := range s.Status {
			values[i] = string(status)
		}
		add("t.status IN "+db.In(len(values)), values...)
	}
	if s.Files {
		add("t.files = 1")
	}
	if !s.After.IsZero() {
		add("t.activity_at >= ?", s.After)
	}
	if !s.Before.IsZero() {
		add("t.activity_at < ?", s.Before)
	}
	return where, args
}

// byFilters lists tickets when no word was given. Pages follow the last entry, and
// the ticket where there is none.
func (s Search) byFilters(ctx context.Context, q db.Querier, agent int64, from Place, limit int) ([]Hit, Place, error) {
	where, args := s.conditions()
	if len(where) == 0 {
		return nil, Place{}, nil
	}
	if from != (Place{}) {
		where = append(where, "(t.last_entry_id, t.id) < (?, ?)")
		args = append(args, from.Entry, from.Ticket)
	}
	hits, err := db.All(ctx, q, func(h *Hit) []any { return append(rowFields(&h.Row), &h.EntryID) },
		"SELECT "+rowColumns+", t.last_entry_id"+rowFrom+"WHERE "+strings.Join(where, " AND ")+" ORDER BY t.last_entry_id DESC, t.id DESC LIMIT ?",
		append(append([]any{agent}, args...), limit+1)...)
	if err != nil || len(hits) <= limit {
		return hits, Place{}, err
	}
	last := hits[limit-1]
	return hits[:limit], Place{last.EntryID, last.ID}, nil
}
