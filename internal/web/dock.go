package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"guichet/internal/blob"
	"guichet/internal/fault"
	"guichet/internal/intake"
	parse "guichet/internal/mail"
	"guichet/internal/mailbox"
	"guichet/internal/ticket"
)

func (d *door) dockCount(ctx context.Context) (c dockCount, err error) {
	counts, err := intake.FateCounts(ctx, d.DB)
	for f, n := range counts {
		c.Total += n
		if f == intake.Unreadable {
			c.Problems += n
		}
	}
	if err != nil {
		return c, err
	}
	troubles, err := mailbox.Troubles(ctx, d.DB, troublesShown)
	c.Problems += int64(len(troubles))
	return c, err
}

func listMails(ctx context.Context, d *door, in *mailsIn) (page mailPage, err error) {
	after, err := strconv.ParseInt("0"+in.Cursor, 10, 64)
	if err != nil {
		return page, fault.Wrap(err, fault.Invalid, "web.request")
	}
	rows, next, err := intake.Mails(ctx, d.DB, intake.Fate(in.Fate), after, in.Limit)
	if err != nil {
		return page, err
	}
	boxes, err := d.boxNames(ctx)
	if err != nil {
		return page, err
	}
	counts, err := intake.FateCounts(ctx, d.DB)
	if err != nil {
		return page, err
	}
	page.Items = each(rows, func(r intake.Row) MailRow { return mailRowOf(r, boxes) })
	if next != 0 {
		page.Next = strconv.FormatInt(next, 10)
	}
	for f, n := range counts {
		if n > 0 {
			page.Fates = append(page.Fates, fateCount{fate(f), n})
		}
	}
	if after == 0 {
		page.Troubles, err = d.troubles(ctx, boxes)
	}
	slices.SortFunc(page.Fates, func(a, b fateCount) int { return strings.Compare(string(a.Fate), string(b.Fate)) })
	return page, err
}

// troublesShown is how many mails that could not be fetched the dock lists.
const troublesShown = 100

func (d *door) troubles(ctx context.Context, boxes map[int64]string) (list[fetchTrouble], error) {
	all, err := mailbox.Troubles(ctx, d.DB, troublesShown)
	return each(all, func(t mailbox.Trouble) fetchTrouble {
		return fetchTrouble{Mailbox: boxes[t.MailboxID], Folder: strings.TrimPrefix(t.Folder, `\`), UID: int64(t.UID.UID), Tries: t.Tries, Final: t.Final,
			Problem: t.Problem, At: ms(t.At)}
	}), err
}

func (d *door) boxNames(ctx context.Context) (map[int64]string, error) {
	boxes, err := mailbox.All(ctx, d.DB)
	names := make(map[int64]string, len(boxes))
	for _, b := range boxes {
		names[b.ID] = b.Name
	}
	return names, err
}

func mailRowOf(r intake.Row, boxes map[int64]string) MailRow {
	row := MailRow{ID: idOf(r.ID), ReceivedAt: ms(r.ReceivedAt), From: mailAddress{r.FromName, r.FromAddr}, Subject: r.Subject, Size: r.Size,
		Mailbox: boxes[r.MailboxID], Fate: fate(r.Fate), Reason: said{r.Reason, r.Args}, Kind: mailKind(r.Kind), Version: r.Version,
		Undoable: r.Reason == "intake.because.by_hand", Doubtful: slices.ContainsFunc(r.Warnings, aboutSender), InJunk: r.InJunk, Moving: r.Moving}
	if p := r.MoveProblem; p.Key != "" {
		row.Unmoved = &deliveryProblem{Key: p.Key, Args: p.Args, Server: p.Server}
	}
	if r.TicketID != 0 {
		row.Ticket = &ticketRef{ID: idOf(r.TicketID), Number: r.Number}
	}
	return row
}

// aboutSender says whether a warning is about who wrote a mail.
func aboutSender(w parse.Warning) bool {
	switch w {
	case parse.WarnNameAddress, parse.WarnLookalike, parse.WarnReplyElsewhere, parse.WarnForged, parse.WarnTwoSenders, parse.WarnMixedLetters:
		return true
	}
	return false
}

func warningOf(w parse.Warning) mailWarning {
	return mailWarning{Code: string(w), Sender: aboutSender(w), Said: said{Key: "mail.warning." + string(w)}}
}

// mailTextShown is how much of a mail the dock shows, in bytes; the raw source
// has all of it.
const mailTextShown = 64 << 10

func getMail(ctx context.Context, d *door, in *mailIn) (v mailView, err error) {
	r, err := intake.MailByID(ctx, d.DB, in.ID.n())
	if err != nil {
		return v, err
	}
	if v.MailRow, err = d.mailRow(ctx, r); err != nil {
		return v, err
	}
	v.Warnings = each(r.Warnings, warningOf)
	raw, _, err := blob.Open(ctx, d.DB, d.Answer.Blobs, r.Raw)
	if err != nil {
		return v, err
	}
	defer raw.Close()
	m, err := parse.Parse(raw, nil)
	if err != nil {
		return v, err
	}
	v.Text, v.HasHTML, v.Cut = m.Text, m.HTML != "", len(m.Text) > mailTextShown
	if v.Cut {
		v.Text = strings.ToValidUTF8(v.Text[:mailTextShown], "")
	}
	v.Headers = headersOf(m)
	return v, nil
}

// headersOf lists what a person looks for in a mail's head.
func headersOf(m *parse.Message) (out list[mailHeader]) {
	add := func(name, value string) {
		if value != "" {
			out = append(out, mailHeader{name, value})
		}
	}
	add("From", addressText(m.From))
	add("Sender", addressText(m.Sender))
	add("Reply-To", addressesText(m.ReplyTo))
	add("To", addressesText(m.To))
	add("Cc", addressesText(m.Cc))
	add("Delivered-To", strings.Join(m.DeliveredTo, ", "))
	add("Date", dateText(m))
	add("Subject", m.Subject)
	add("Message-ID", m.MessageID)
	add("In-Reply-To", strings.Join(m.InReplyTo, " "))
	add("References", strings.Join(m.References, " "))
	return out
}

func dateText(m *parse.Message) string {
	if m.Date.IsZero() {
		return ""
	}
	return m.Date.Format("2006-01-02 15:04:05 -0700")
}

func addressText(a parse.Address) string {
	// Not net/mail's String: it encodes what is not ASCII, and a person reads this.
	if a.Addr == "" || a.Name == "" {
		return a.Name + a.Addr
	}
	return a.Name + " <" + a.Addr + ">"
}

func addressesText(all []parse.Address) string {
	texts := make([]string, len(all))
	for i, a := range all {
		texts[i] = addressText(a)
	}
	return strings.Join(texts, ", ")
}

// mailRow shows one row with the subject of its ticket.
func (d *door) mailRow(ctx context.Context, r intake.Row) (MailRow, error) {
	boxes, err := d.boxNames(ctx)
	if err != nil {
		return MailRow{}, err
	}
	row := mailRowOf(r, boxes)
	if r.TicketID != 0 {
		t, err := ticket.ByID(ctx, d.DB, r.TicketID)
		if err != nil {
			return row, err
		}
		row.Ticket.Subject = t.Subject
	}
	return row, nil
}

// rawMail is the source of a mail, and the name that it is kept under.
func (d *door) rawMail(ctx context.Context, number int64) (hash, name string, err error) {
	r, err := intake.MailByID(ctx, d.DB, number)
	return r.Raw, emlName(r.Subject), err
}

func mailRaw(d *door, w http.ResponseWriter, r *http.Request) {
	hash, name, err := d.rawMail(r.Context(), id(r.PathValue("id")).n())
	if err == nil {
		err = d.sendBlob(w, r, hash, sentFile{name: name})
	}
	if err != nil {
		writeProblem(w, d.problemOf(r.Context(), r.Pattern, err))
	}
}

func reassignMail(ctx context.Context, d *door, in *mailReassign) (MailRow, error) {
	r, err := intake.Reassign(ctx, d.DB, d.Answer, actor(ctx), d.Now(), in.ID.n(), in.Body.Version, intake.Target(in.Body.To), in.Body.TicketID.n())
	if err != nil {
		return MailRow{}, err
	}
	return d.mailRow(ctx, r)
}

func undoReassign(ctx context.Context, d *door, in *mailUndo) (MailRow, error) {
	r, err := intake.UndoReassign(ctx, d.DB, d.Answer, actor(ctx), d.Now(), in.ID.n(), in.Body.Version)
	if err != nil {
		return MailRow{}, err
	}
	return d.mailRow(ctx, r)
}
