package web

import (
	"context"
	"time"

	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/history"
	"guichet/internal/intake"
	"guichet/internal/mail/imap"
	"guichet/internal/mailbox"
)

// historyPage is how many conversations or mails of an archive are shown at once.
const historyPage = 50

func listHistory(ctx context.Context, d *door, _ *struct{}) (out historyRows, err error) {
	if err := lead(ctx); err != nil {
		return out, err
	}
	all, err := history.All(ctx, d.DB)
	out.Items = each(all, historyRowOf)
	return out, err
}

// startHistory begins to read an archive. Files of this machine are only read for
// who sits at it: another desk of the network must not choose what it reads.
func startHistory(ctx context.Context, d *door, in *historyNew) (v HistoryRow, err error) {
	if err := lead(ctx); err != nil {
		return v, err
	}
	b := in.Body
	n := history.New{Kind: history.Kind(b.Kind), AgentID: who(ctx).agent.ID}
	switch n.Kind {
	case history.IMAP:
		box, err := mailbox.ByID(ctx, d.DB, b.MailboxID.n())
		if err != nil {
			return v, err
		}
		n.MailboxID, n.Mailbox, n.Places = box.ID, box.Name, []string{b.Folder}
	default:
		if d.Shell == nil {
			return v, fault.New(fault.Refused, "history.err.only_here")
		}
		n.Places = b.Paths
	}
	var i history.Import
	err = d.DB.Write(ctx, func(tx *db.Tx) (err error) {
		i, err = history.Start(ctx, tx, d.Now(), n)
		return err
	})
	return historyRowOf(i), err
}

func getHistory(ctx context.Context, d *door, in *historyIn) (v historyView, err error) {
	if err := lead(ctx); err != nil {
		return v, err
	}
	i, err := history.ByID(ctx, d.DB, in.ID.n())
	if err != nil {
		return v, err
	}
	p := i.Preview
	v = historyView{HistoryRow: historyRowOf(i), Places: i.Places, First: p.First, Last: p.Last, OpenMails: p.OpenMails, Joins: p.Joins,
		There: p.There, Strangers: p.Strangers, Clients: p.Clients, Unreadable: p.Unreadable, SkippedAll: p.SkippedAll,
		Skipped: each(p.Skipped, func(s history.Skipped) historySkipped { return historySkipped{s.Path, said{Key: s.Reason}} })}
	for _, f := range []intake.Fate{intake.Listed, intake.Spam, intake.Own, intake.AutoNoted, intake.Bounced, intake.Reported} {
		if n := p.Aside[string(f)]; n > 0 {
			v.Aside = append(v.Aside, fateCount{fate(f), n})
		}
	}
	v.Stays, err = history.Stays(ctx, d.DB, i.ID)
	return v, err
}

// moveHistory takes an archive in, stops, takes it out again, or gives it up.
func moveHistory(ctx context.Context, d *door, in *historyMove) (v HistoryRow, err error) {
	if err := lead(ctx); err != nil {
		return v, err
	}
	var i history.Import
	err = d.DB.Write(ctx, func(tx *db.Tx) (err error) {
		i, err = history.Move(ctx, tx, actor(ctx), d.Now(), in.ID.n(), history.State(in.Body.To))
		return err
	})
	return historyRowOf(i), err
}

func listHistoryTalks(ctx context.Context, d *door, in *historyPageIn) (out historyTalks, err error) {
	if err := lead(ctx); err != nil {
		return out, err
	}
	talks, err := history.Talks(ctx, d.DB, in.ID.n(), in.After, in.Stays, historyPage+1)
	if len(talks) > historyPage {
		talks = talks[:historyPage]
		out.Next = talks[historyPage-1].N
	}
	out.Items = each(talks, historyTalkOf)
	return out, err
}

func listHistoryAside(ctx context.Context, d *door, in *historyPageIn) (out historyMails, err error) {
	if err := lead(ctx); err != nil {
		return out, err
	}
	mails, err := history.Aside(ctx, d.DB, in.ID.n(), intake.Fate(in.Fate), in.After, historyPage+1)
	if len(mails) > historyPage {
		mails = mails[:historyPage]
		out.Next = mails[historyPage-1].N
	}
	out.Items = each(mails, func(m history.Mail) historyMail {
		return historyMail{N: m.N, At: ms(m.At), From: m.From, Subject: m.Subject, Because: said{Key: m.Reason, Args: m.Args}, MailID: idOf(m.MailID)}
	})
	return out, err
}

func planHistoryUndo(ctx context.Context, d *door, in *historyIn) (v historyUndo, err error) {
	if err := lead(ctx); err != nil {
		return v, err
	}
	err = d.DB.View(ctx, func(q db.Querier) error {
		u, err := history.PlanUndo(ctx, q, in.ID.n())
		v = historyUndo{Opened: u.Opened, Mails: u.Mails, Joined: u.Joined, Stays: u.Stays, Staying: each(u.Staying, historyTalkOf)}
		return err
	})
	return v, err
}

// folderTime bounds the listing of a mailbox's folders: a person waits for it.
const folderTime = 30 * time.Second

// listFolders asks a mailbox's server for its folders.
func listFolders(ctx context.Context, d *door, in *boxIn) (out folders, err error) {
	if err := lead(ctx); err != nil {
		return out, err
	}
	m, err := mailbox.ByID(ctx, d.DB, in.ID.n())
	if err != nil {
		return out, err
	}
	ctx, cancel := context.WithTimeout(ctx, folderTime)
	defer cancel()
	names, err := imap.Folders(ctx, imap.Options{Server: d.wire(m, m.IMAP, "imap", "")})
	out.Items = names
	return out, err
}

// pickWithShell asks the person for files or a folder of this machine.
func pickWithShell(ctx context.Context, d *door, in *shellPick) (out shellPicked, err error) {
	s, err := d.shell()
	if err != nil {
		return out, err
	}
	out.Paths, err = s.Pick(ctx, in.Body.Folder)
	return out, err
}

func historyRowOf(i history.Import) HistoryRow {
	row := HistoryRow{ID: idOf(i.ID), Kind: historyKind(i.Kind), Label: i.Label, State: historyState(i.State), CreatedAt: ms(i.CreatedAt), EndedAt: ms(i.EndedAt),
		Size: i.Size, Progress: i.Progress, Mails: i.Preview.Mails, Opens: i.Preview.Opens, JoinMails: i.Preview.JoinMails}
	if i.Problem != "" {
		row.Problem = &said{Key: i.Problem, Args: i.ProblemArgs}
	}
	return row
}

func historyTalkOf(k history.Talk) historyTalk {
	t := historyTalk{N: k.N, Subject: k.Subject, First: ms(k.First), Last: ms(k.Last), Mails: k.Mails, People: k.People, Opens: k.Opens,
		Client: k.Client, Number: k.Number}
	if k.Number != 0 {
		t.TicketID = idOf(k.TicketID)
	}
	return t
}

// historyNotes are the archives that are worked on, for the line in every window.
func (d *door) historyNotes(ctx context.Context) (list[historyNote], error) {
	work, err := history.Work(ctx, d.DB)
	return each(work, func(i history.Import) historyNote {
		return historyNote{ID: idOf(i.ID), Label: i.Label, State: historyState(i.State), Size: i.Size, Progress: i.Progress}
	}), err
}
