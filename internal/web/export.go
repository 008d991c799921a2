package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"os"
	"strconv"
	"time"

	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/report/sheet"
	"guichet/internal/ticket"
	"guichet/internal/words"
)

// exportAsk is a list as a table: a line of the search, its order, and the kind of file.
type exportAsk struct {
	Q      string      `json:"q" maxLength:"1000"`
	Sort   order       `json:"sort,omitempty"`
	Format sheetFormat `json:"format"`
}

// exportTickets sends a list of tickets as a table. It is whole before the first
// byte leaves, so that an error is said and no half of a table passes for a whole.
func exportTickets(d *door, w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	content, name, err := d.export(r.Context(), exportAsk{Q: q.Get("q"), Sort: order(q.Get("sort")), Format: sheetFormat(q.Get("format"))})
	if err != nil {
		writeProblem(w, d.problemOf(r.Context(), r.Pattern, err))
		return
	}
	defer content.Close()
	f := sentFile{name: name}
	if info, err := content.Stat(); err == nil {
		f.size = info.Size()
	}
	f.headers(w.Header())
	if r.Method == http.MethodHead {
		return
	}
	if _, err := io.Copy(w, content); err != nil {
		d.cut(r, err)
	}
}

// scratch is a temporary file that goes when it is closed.
type scratch struct{ *os.File }

func (s scratch) Close() error { return errors.Join(s.File.Close(), os.Remove(s.Name())) }

// export writes the table into a temporary file, ready to be read from its beginning.
func (d *door) export(ctx context.Context, ask exportAsk) (out scratch, name string, err error) {
	format := sheet.Format(ask.Format)
	if format != sheet.CSV && format != sheet.XLSX {
		return out, "", fault.New(fault.Invalid, "web.request")
	}
	asker, err := d.asker(ctx, d.DB)
	if err != nil {
		return out, "", err
	}
	s, unknown := ticket.ParseSearch(ask.Q, asker)
	if len(unknown) > 0 || len(s.Terms)+len(s.Words)+len(s.From) == 0 {
		return out, "", fault.New(fault.Invalid, "view.err.unknown", "words", ask.Q)
	}
	file, err := os.CreateTemp("", "guichet-export-*")
	if err != nil {
		return out, "", fmt.Errorf("export: %w", err)
	}
	out = scratch{file}
	lang := who(ctx).agent.Language
	err = d.DB.View(ctx, func(q db.Querier) error {
		list := ticketList{ctx, q, d.Now(), asker, s, ticket.Order(ask.Sort), lang, categoryNames(asker)}
		return sheet.Write(file, format, sheet.Table{Name: words.Say(lang, "export.tickets"), Columns: list.columns(), Rows: list.rows(), Zone: d.Answer.Zone})
	})
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		return out, "", errors.Join(err, out.Close())
	}
	return out, "tickets-" + d.Now().In(d.Answer.Zone).Format("2006-01-02-1504") + "." + string(format), nil
}

// ticketList is a list on its way into a table.
type ticketList struct {
	ctx        context.Context
	q          db.Querier
	now        time.Time
	asker      ticket.Asker
	search     ticket.Search
	order      ticket.Order
	lang       words.Language
	categories map[int64]string
}

func categoryNames(a ticket.Asker) map[int64]string {
	names := map[int64]string{}
	for _, c := range a.Categories {
		names[c.ID] = c.Names[0]
	}
	return names
}

func (l ticketList) columns() (all []sheet.Column) {
	for _, c := range []sheet.Column{{Title: "number", Width: 9}, {Title: "subject", Width: 50}, {Title: "status", Width: 12}, {Title: "priority", Width: 9},
		{Title: "type", Width: 11}, {Title: "category", Width: 22}, {Title: "client", Width: 26}, {Title: "requester", Width: 24}, {Title: "assignee", Width: 20},
		{Title: "level", Width: 8}, {Title: "channel", Width: 11}, {Title: "outage", Width: 17}, {Title: "reported", Width: 17}, {Title: "taken", Width: 17},
		{Title: "resolved", Width: 17}, {Title: "closed", Width: 17}, {Title: "activity", Width: 17}, {Title: "waits", Width: 20}, {Title: "until", Width: 17},
		{Title: "due", Width: 17}, {Title: "perimeter", Width: 12}} {
		all = append(all, sheet.Column{Title: words.Say(l.lang, "export.column."+c.Title), Width: c.Width})
	}
	return all
}

// rows reads the list page by page.
func (l ticketList) rows() iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for from := (ticket.Place{}); ; {
			hits, next, err := ticket.Find(l.ctx, l.q, l.now, l.asker.Agent, l.search, ticket.Page{Order: l.order, From: from, Limit: 200})
			if err != nil {
				yield(nil, err)
				return
			}
			ids := each(hits, func(h ticket.Hit) int64 { return h.ID })
			facts, err := ticket.FactsOf(l.ctx, l.q, ids)
			if err != nil {
				yield(nil, err)
				return
			}
			known := map[int64]ticket.Facts{}
			for _, f := range facts {
				known[f.ID] = f
			}
			for _, h := range hits {
				if !yield(l.row(h, known[h.ID]), nil) {
					return
				}
			}
			if from = next; next == (ticket.Place{}) {
				return
			}
		}
	}
}

func (l ticketList) row(h ticket.Hit, f ticket.Facts) []any {
	say := func(key, value string) string {
		if value == "" {
			return ""
		}
		return words.Say(l.lang, key+value)
	}
	priority := ""
	if f.Qualified {
		priority = map[bool]string{true: words.Say(l.lang, "export.major"), false: "P" + strconv.Itoa(f.Priority)}[f.Priority == ticket.MajorPriority]
	}
	return []any{h.Number, h.Subject, say("ui.status.", string(h.Status)), priority, say("export.type.", string(f.Type)), l.categories[f.CategoryID],
		h.ClientName, h.RequesterName, h.AssigneeName, "N" + strconv.Itoa(h.Level), say("export.channel.", h.Channel), h.OutageAt, h.ReportedAt, h.TakenAt,
		h.ResolvedAt, h.ClosedAt, h.ActivityAt, say("ui.pending.", h.PendingReason), h.PendingUntil, f.DueAt, say("export.perimeter.", f.Verdict)}
}
