package web

import (
	"context"
	"time"

	"guichet/internal/blob"
	"guichet/internal/fault"
	parse "guichet/internal/mail"
	"guichet/internal/ticket"
)

// meetingView is what a mail says about an event, in instants: the window writes
// them in the zone of whoever looks.
type meetingView struct {
	Kind      meetingKind       `json:"kind"`
	Summary   string            `json:"summary"`
	Location  string            `json:"location,omitempty"`
	Organizer *mailAddress      `json:"organizer,omitempty"`
	By        *mailAddress      `json:"by,omitempty" doc:"of an answer: who gives it"`
	Reply     meetingReply      `json:"reply,omitempty" doc:"of an answer; absent where it says neither yes nor no"`
	Comment   string            `json:"comment,omitempty"`
	Times     list[meetingTime] `json:"times" doc:"the first ones; of a counter-proposal those proposed"`
	Was       *meetingTime      `json:"was,omitempty" doc:"the time that a counter-proposal is to replace"`
	One       bool              `json:"one" doc:"it is about one time of a series"`
	Repeats   bool              `json:"repeats" doc:"it comes again, also after the times given"`
	Update    bool              `json:"update" doc:"of an invitation: it was sent before"`
}

// meetingTime is an instant to another, or days: these are the same everywhere.
type meetingTime struct {
	Start    int64  `json:"start"`
	End      int64  `json:"end"`
	FirstDay string `json:"firstDay,omitempty" doc:"YYYY-MM-DD where it takes whole days"`
	LastDay  string `json:"lastDay,omitempty"`
}

// getMeeting reads a message's calendar part from its raw source.
func getMeeting(ctx context.Context, d *door, in *messageIn) (v meetingView, err error) {
	m, err := ticket.MessageByID(ctx, d.DB, in.ID.n())
	if err != nil {
		return v, err
	}
	if m.MailID == 0 {
		return v, fault.New(fault.Missing, "fault.gone")
	}
	raw, _, err := blob.Open(ctx, d.DB, d.Answer.Blobs, m.Raw)
	if err != nil {
		return v, err
	}
	defer raw.Close()
	read, err := parse.Parse(raw, nil)
	if err != nil {
		return v, err
	}
	found := parse.MeetingOf(read, d.Answer.Zone)
	if found == nil {
		return v, fault.New(fault.Missing, "fault.gone")
	}
	return meetingOf(found), nil
}

func meetingOf(m *parse.Meeting) meetingView {
	v := meetingView{Kind: meetingKind(m.Kind), Summary: m.Summary, Location: m.Location, Organizer: personOf(m.Organizer), By: personOf(m.By),
		Reply: meetingReply(m.Reply), Comment: m.Comment, Times: each(m.Times, meetingTimeOf), One: m.One, Repeats: m.Repeats,
		Update: m.Kind == parse.MeetingInvite && m.Sending > 0}
	if m.Was != nil {
		was := meetingTimeOf(*m.Was)
		v.Was = &was
	}
	return v
}

func personOf(a parse.Address) *mailAddress {
	if a.Addr == "" && a.Name == "" {
		return nil
	}
	return &mailAddress{a.Name, a.Addr}
}

func meetingTimeOf(o parse.Occurrence) meetingTime {
	t := meetingTime{Start: ms(o.Start), End: ms(o.End)}
	if o.AllDay {
		t.FirstDay, t.LastDay = o.Start.Format(time.DateOnly), o.End.AddDate(0, 0, -1).Format(time.DateOnly)
		if t.LastDay < t.FirstDay {
			t.LastDay = t.FirstDay
		}
	}
	return t
}
