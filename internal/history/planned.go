package history

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"strings"

	"guichet/internal/db"
	"guichet/internal/intake"
	"guichet/internal/mail"
)

// Notes beside a mail of an archive, in its column there.
const (
	thereNot  = 0
	thereDesk = 1 // the desk has it
	thereTwin = 2 // the archive has it twice
)

// noted is a mail as planning reads it.
type noted struct {
	letter
	fate  string
	known bool
	kind  string
	there int64
	// only while a page is read
	hash, fingerprint, id, refs, people, from string
	whole                                     bool // it says by whom or when it was written
}

// gathering is the memory of a planning: what stands for texts, and what the
// archive holds beside letters.
type gathering struct {
	i         Import
	addresses map[string]uint32
	letters   []letter
	notes     []noted // of the same places
	twins     map[uint64]int
	spare     []int64         // places of mails that the archive has twice
	others    map[uint64]bool // sources of mails of no conversation
	strangers map[uint32]bool
}

// planned puts the mails of an archive that was read into conversations, writes
// these down, and shows what they would make. A second run finds the same.
func (o Options) planned(ctx context.Context, i Import) error {
	g := &gathering{i: i, addresses: map[string]uint32{}, twins: map[uint64]int{}, others: map[uint64]bool{}, strangers: map[uint32]bool{}}
	if err := g.load(ctx, o.DB); err != nil {
		return err
	}
	talks := plan(g.letters)
	if err := o.step(ctx, i, func(tx *db.Tx) error { return clearPlan(ctx, tx, i) }); err != nil {
		return err
	}
	w := &writing{o: o, g: g, talks: talks}
	if err := w.all(ctx); err != nil {
		return err
	}
	p, err := w.preview(ctx)
	if err != nil {
		return err
	}
	text, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("import %d: %w", i.ID, err)
	}
	return o.step(ctx, i, func(tx *db.Tx) error {
		if err := i.become(ctx, tx, o.Now(), Ready); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE history SET preview = ?, ended_at = NULL WHERE id = ?", string(text), i.ID); err != nil {
			return err
		}
		return i.happened(ctx, tx, o.Now(), i.by(), "history.ready")
	})
}

// clearPlan takes back what an earlier planning wrote that did not come to its end.
func clearPlan(ctx context.Context, tx *db.Tx, i Import) error {
	if _, err := tx.Exec(ctx, "DELETE FROM history_talk WHERE history_id = ?", i.ID); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "UPDATE history_mail SET talk = 0, turn = 0 WHERE history_id = ? AND (talk <> 0 OR turn <> 0)", i.ID)
	return err
}

// load reads what was noted, in pages.
func (g *gathering) load(ctx context.Context, q db.Querier) error {
	const page = 2000
	for last := int64(0); ; {
		rows, err := db.All(ctx, q, func(r *noted) []any {
			return []any{&r.n, &r.at, &r.hash, &r.fingerprint, &r.id, &r.refs, &r.people, &r.from, &r.client, &r.ticket, &r.own, &r.known,
				&r.kind, &r.there, &r.fate}
		}, `SELECT n, at, hash, fingerprint, message_id, refs, people, from_addr, client_id, joins, own, known, kind, there, fate
			FROM history_mail WHERE history_id = ? AND n > ? ORDER BY n LIMIT ?`, g.i.ID, last, page)
		if err != nil {
			return err
		}
		for _, r := range rows {
			last = r.n
			g.take(r)
		}
		if len(rows) < page {
			return nil
		}
	}
}

// take keeps one mail, as a letter where it may be of a conversation.
func (g *gathering) take(r noted) {
	r.tie, r.letter.id = number(r.hash), number(r.id)
	r.whole = r.id != "" || r.from != "" && r.at != g.i.CreatedAt.UnixMilli()
	switch {
	case r.there == thereDesk:
		return
	case !mayConverse(r.fate):
		if g.others[r.tie] {
			g.spare = append(g.spare, r.n)
		}
		g.others[r.tie] = true
		return
	case g.twin(&r):
		g.spare = append(g.spare, r.n)
		return
	}
	for ref := range strings.SplitSeq(r.refs, "\n") {
		if ref != "" {
			r.letter.refs = append(r.letter.refs, number(ref))
		}
	}
	for a := range strings.FieldsSeq(r.people) {
		r.letter.people = append(r.letter.people, g.address(a))
	}
	r.letter.from = g.address(r.from)
	r.report = r.kind == string(mail.KindBounce) && !r.own
	r.machine = r.report || r.kind == string(mail.KindAutoReply) && (r.own || r.fate == string(intake.AutoNoted))
	g.letters = append(g.letters, r.letter)
	r.hash, r.fingerprint, r.id, r.refs, r.people, r.from = "", "", "", "", "", ""
	r.letter.refs, r.letter.people = nil, nil
	g.notes = append(g.notes, r)
}

// mayConverse says whether a fate, noted by reading or by an earlier planning, is
// one of a conversation or of a machine that may belong to one.
func mayConverse(fate string) bool {
	switch intake.Fate(fate) {
	case "", intake.Opened, intake.Joined, intake.Alerted, intake.Own, intake.AutoNoted, intake.Bounced, intake.Duplicate:
		return true
	}
	return false
}

// twin says whether the archive has a mail twice. Of two the one with the lesser
// source stays, whichever comes first.
func (g *gathering) twin(r *noted) bool {
	key := number(r.fingerprint)
	if !r.whole {
		key = r.tie
	}
	other, twice := g.twins[key]
	if !twice {
		g.twins[key] = len(g.letters)
		return false
	}
	if r.tie < g.letters[other].tie {
		r.n, g.letters[other].n = g.letters[other].n, r.n
		r.tie, g.letters[other].tie = g.letters[other].tie, r.tie
		g.notes[other].n, g.notes[other].tie = g.letters[other].n, g.letters[other].tie
	}
	return true
}

func (g *gathering) address(a string) uint32 {
	if a == "" {
		return 0
	}
	n, known := g.addresses[a]
	if !known {
		n = uint32(len(g.addresses) + 1)
		g.addresses[a] = n
	}
	return n
}

// number stands for a text. Two of a million ids are the same number once in
// thirty million archives.
func number(text string) uint64 {
	if text == "" {
		return 0
	}
	h := fnv.New64a()
	h.Write([]byte(text))
	return h.Sum64()
}

// writing puts the conversations down.
type writing struct {
	o     Options
	g     *gathering
	talks []*talk
	turn  int64
	p     Preview
}

// at a time: a desk at work waits for no more than this.
const writtenAtOnce = 500

func (w *writing) all(ctx context.Context) error {
	clients := map[int64]bool{}
	for from := 0; from < len(w.talks); {
		err := w.o.step(ctx, w.g.i, func(tx *db.Tx) error {
			for n := 0; n < writtenAtOnce && from < len(w.talks); from++ {
				t := w.talks[from]
				n += len(t.letters)
				if t.ticket == 0 && t.client != 0 {
					clients[t.client] = true
				}
				if err := w.talk(ctx, tx, int64(from+1), t); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	w.p.Clients, w.p.Strangers = int64(len(clients)), int64(len(w.g.strangers))
	return w.rest(ctx)
}

// talk writes one conversation with its mails.
func (w *writing) talk(ctx context.Context, tx *db.Tx, n int64, t *talk) error {
	first, last := w.g.letters[t.letters[0]].at, int64(0)
	for k, index := range t.letters {
		l, note := w.g.letters[index], w.g.notes[index]
		first, last = min(first, l.at), max(last, l.at)
		w.turn++
		fate, reason := w.fate(t, k == 0, note)
		if !note.known && !l.own && !l.machine {
			w.g.strangers[l.from] = true
		}
		if _, err := tx.Exec(ctx, "UPDATE history_mail SET talk = ?, turn = ?, fate = ?, reason = ?, there = 0 WHERE history_id = ? AND n = ?",
			n, w.turn, string(fate), reason, w.g.i.ID, l.n); err != nil {
			return err
		}
	}
	if t.ticket == 0 {
		w.p.Opens, w.p.OpenMails = w.p.Opens+1, w.p.OpenMails+int64(len(t.letters))
	} else {
		w.p.Joins, w.p.JoinMails = w.p.Joins+1, w.p.JoinMails+int64(len(t.letters))
	}
	names, subject, err := w.heading(ctx, tx, t)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO history_talk (history_id, n, subject, first_at, last_at, mails, people, client_id, opens, ticket_id)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, w.g.i.ID, n, subject, first, last, len(t.letters), names, db.Null(t.client), t.ticket == 0, db.Null(t.ticket))
	return err
}

// fate says what a letter of a conversation becomes.
func (w *writing) fate(t *talk, first bool, note noted) (intake.Fate, string) {
	switch {
	case note.machine && note.kind == string(mail.KindBounce):
		return intake.Bounced, "intake.because.bounce"
	case note.machine && !note.own:
		return intake.AutoNoted, "intake.because.auto"
	case first && t.ticket == 0 && note.kind == string(mail.KindAlert):
		return intake.Alerted, "history.because.opened"
	case first && t.ticket == 0:
		return intake.Opened, "history.because.opened"
	}
	return intake.Joined, "history.because.joined"
}

// heading is the subject of a conversation and who writes in it.
func (w *writing) heading(ctx context.Context, tx *db.Tx, t *talk) (names, subject string, err error) {
	const most = 8 // letters that are looked at
	args := []any{w.g.i.ID}
	for _, index := range t.letters[:min(len(t.letters), most)] {
		args = append(args, w.g.letters[index].n)
	}
	type who struct{ name, address, subject string }
	rows, err := db.All(ctx, tx, func(x *who) []any { return []any{&x.name, &x.address, &x.subject} },
		"SELECT from_name, from_addr, subject FROM history_mail WHERE history_id = ? AND n IN "+db.In(len(args)-1)+" ORDER BY turn", args...)
	seen := map[string]bool{}
	var list []string
	for k, x := range rows {
		if k == 0 {
			subject = x.subject
		}
		if x.name == "" {
			x.name = x.address
		}
		if x.name != "" && !seen[x.address] && len(list) < 4 {
			list, seen[x.address] = append(list, x.name), true
		}
	}
	return strings.Join(list, ", "), subject, err
}

// rest gives the mails of no conversation their fate and their turn, at the end.
func (w *writing) rest(ctx context.Context) error {
	return w.o.step(ctx, w.g.i, func(tx *db.Tx) error {
		for _, n := range w.g.spare {
			if _, err := tx.Exec(ctx, "UPDATE history_mail SET there = 2, reason = 'history.because.twice' WHERE history_id = ? AND n = ?", w.g.i.ID, n); err != nil {
				return err
			}
		}
		for _, statement := range []string{
			"UPDATE history_mail SET reason = 'history.because.there' WHERE history_id = ? AND there = 1",
			"UPDATE history_mail SET fate = 'own', reason = 'history.because.unanswered' WHERE history_id = ? AND talk = 0 AND there = 0 AND own = 1",
		} {
			if _, err := tx.Exec(ctx, statement, w.g.i.ID); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, "UPDATE history_mail SET turn = ? + n WHERE history_id = ? AND talk = 0 AND there = 0 AND hash <> ''", w.turn, w.g.i.ID)
		return err
	})
}

// preview counts what there is.
func (w *writing) preview(ctx context.Context) (Preview, error) {
	p, id := w.p, w.g.i.ID
	type cell struct {
		fate        string
		talk, there int64
		n           int64
		first, last int64
	}
	cells, err := db.All(ctx, w.o.DB, func(c *cell) []any { return []any{&c.fate, &c.talk, &c.there, &c.n, &c.first, &c.last} },
		`SELECT fate, CASE WHEN talk = 0 THEN 0 ELSE 1 END, there, COUNT(*), MIN(at), MAX(at) FROM history_mail WHERE history_id = ? GROUP BY 1, 2, 3`, id)
	if err != nil {
		return p, err
	}
	p.Aside = map[string]int64{}
	for _, c := range cells {
		p.Mails += c.n
		if p.First == 0 || c.first < p.First {
			p.First = c.first
		}
		p.Last = max(p.Last, c.last)
		switch {
		case c.there != thereNot:
			p.There += c.n
		case c.fate == string(intake.Unreadable):
			p.Unreadable += c.n
		case c.talk == 0:
			p.Aside[c.fate] += c.n
		}
	}
	const shown = 20
	p.Skipped, err = db.All(ctx, w.o.DB, func(s *Skipped) []any { return []any{&s.Path, &s.Reason} },
		"SELECT path, problem FROM history_file WHERE history_id = ? AND problem <> '' ORDER BY n LIMIT ?", id, shown)
	if err != nil {
		return p, err
	}
	p.SkippedAll, err = db.Value[int64](ctx, w.o.DB, "SELECT COUNT(*) FROM history_file WHERE history_id = ? AND problem <> ''", id)
	return p, err
}
