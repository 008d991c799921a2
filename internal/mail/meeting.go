package mail

import (
	"slices"
	"strings"
	"time"
)

// MeetingKind is what a mail with a calendar wants or says (RFC 5546 §1.4).
type MeetingKind string

// The kinds of meetings in mails.
const (
	MeetingInvite    MeetingKind = "invite"    // REQUEST, ADD: come
	MeetingAnswer    MeetingKind = "answer"    // REPLY: I come, or not
	MeetingCounter   MeetingKind = "counter"   // COUNTER: rather then
	MeetingNoCounter MeetingKind = "nocounter" // DECLINECOUNTER: no, as it was
	MeetingCancel    MeetingKind = "cancel"    // CANCEL: it does not take place, or without you
	MeetingAsk       MeetingKind = "ask"       // REFRESH: tell me once more
	MeetingPublish   MeetingKind = "publish"   // PUBLISH, or no method: for information
)

// MeetingReply is what an attendee answered (PARTSTAT, RFC 5545 §3.2.12).
type MeetingReply string

// The answers; "" where a mail says none.
const (
	Accepted  MeetingReply = "accepted"
	Declined  MeetingReply = "declined"
	Tentative MeetingReply = "tentative"
	Delegated MeetingReply = "delegated"
)

// Meeting is what a mail says about an event.
type Meeting struct {
	Kind               MeetingKind
	UID                string // of the event: an answer joins by it what was sent
	Summary, Location  string
	Organizer          Address
	By                 Address      // of an answer: who gives it
	Reply              MeetingReply // of an answer
	Comment            string       // what they say to it
	Times              []Occurrence // the first; of a counter-proposal the new ones
	Was                *Occurrence  // of a counter-proposal: the time that it is to replace, where it says so
	One                bool         // it is about one time of a series
	Repeats            bool         // it comes again, Times are not all
	Attendees, Sending int          // how many take part; SEQUENCE, 0 for the first sending
}

// party is who takes part in an event, and what they say to it.
type party struct {
	organizer Address
	attendees []attendee
	comment   string
	original  stamp // X-MS-OLK-ORIGINALSTART
	until     stamp // X-MS-OLK-ORIGINALEND
	sequence  int
}

type attendee struct {
	Address
	reply  MeetingReply
	states bool // some PARTSTAT was given, known or not
}

// maxAttendees bounds what is kept of a list of people.
const maxAttendees = 500

func (p *party) property(l contentLine) {
	switch l.name {
	case "ORGANIZER":
		p.organizer = l.person()
	case "ATTENDEE":
		if len(p.attendees) < maxAttendees {
			p.attendees = append(p.attendees, l.attendee())
		}
	case "COMMENT", "X-MS-OLK-COMMENT":
		if p.comment == "" {
			p.comment = l.text()
		}
	case "X-MS-OLK-ORIGINALSTART":
		p.original = l.stamp()
	case "X-MS-OLK-ORIGINALEND":
		p.until = l.stamp()
	case "SEQUENCE":
		if v := strings.TrimSpace(l.value); len(v) < 9 && digits(v) {
			p.sequence = decimal(v)
		}
	}
}

// person reads a calendar address. Apple writes its own paths there and the mail address beside it (EMAIL).
func (l contentLine) person() Address {
	_, addr, found := cutFold(l.value, "mailto:")
	if !found || strings.ContainsAny(addr, " <>") || !strings.Contains(addr, "@") {
		addr = l.param("EMAIL")
	}
	if !strings.Contains(addr, "@") {
		addr = ""
	}
	a := Address{Name: cleanLine(strings.Trim(l.param("CN"), `"' `)), Addr: cleanLine(strings.TrimSpace(addr))}
	if strings.EqualFold(a.Name, a.Addr) || strings.EqualFold(a.Name, "mailto:"+a.Addr) {
		a.Name = ""
	}
	return a
}

func cutFold(s, sep string) (before, after string, found bool) {
	if i := strings.Index(strings.ToLower(s), sep); i >= 0 && len(strings.ToLower(s)) == len(s) {
		return s[:i], strings.TrimSpace(s[i+len(sep):]), true
	}
	return s, "", false
}

func (l contentLine) attendee() attendee {
	said := strings.ToUpper(strings.TrimSpace(l.param("PARTSTAT")))
	a := attendee{Address: l.person(), states: said != ""}
	switch said {
	case "ACCEPTED", "COMPLETED", "IN-PROCESS":
		a.reply = Accepted
	case "DECLINED":
		a.reply = Declined
	case "TENTATIVE":
		a.reply = Tentative
	case "DELEGATED":
		a.reply = Delegated
	}
	return a
}

// shownMeetings is how many times of an event are given.
const shownMeetings = 5

// MeetingOf says what a mail's calendar part means in words of a meeting, nil for a mail without one. here is the zone
// of whoever reads: days, and times without a zone, are meant there.
func MeetingOf(m *Message, here *time.Location) *Meeting {
	if m.Calendar == nil || len(m.Calendar.events) == 0 {
		return nil
	}
	c := m.Calendar
	e := &c.events[0]
	if i := slices.IndexFunc(c.events, func(e event) bool { return e.kind == "VEVENT" }); i > 0 {
		e = &c.events[i]
	}
	out := &Meeting{Kind: meetingKind(c.Method), UID: e.uid, Summary: e.title, Location: e.where, Organizer: e.party.organizer,
		Comment: e.party.comment, One: e.id.ok && len(c.events) == 1, Sending: e.party.sequence, Attendees: len(e.party.attendees)}
	out.Times = c.Occurrences(here, shownMeetings)
	out.Repeats = len(e.rules)+len(e.more) > 0
	switch out.Kind {
	case MeetingAnswer, MeetingCounter, MeetingAsk:
		out.answered(m, e)
		out.Was = c.replaced(e, here)
	}
	return out
}

func meetingKind(method string) MeetingKind {
	switch method {
	case "REQUEST", "ADD":
		return MeetingInvite
	case "REPLY":
		return MeetingAnswer
	case "COUNTER":
		return MeetingCounter
	case "DECLINECOUNTER":
		return MeetingNoCounter
	case "CANCEL":
		return MeetingCancel
	case "REFRESH":
		return MeetingAsk
	}
	return MeetingPublish
}

// answered finds who answers: the attendee who wrote the mail, else the only one, else the first who says something.
// A name that only the mail has is lent.
func (out *Meeting) answered(m *Message, e *event) {
	writes := func(a attendee) bool {
		return a.Addr != "" && (strings.EqualFold(a.Addr, m.From.Addr) || strings.EqualFold(a.Addr, m.Sender.Addr))
	}
	all := e.party.attendees
	i := slices.IndexFunc(all, writes)
	if i < 0 {
		i = slices.IndexFunc(all, func(a attendee) bool { return a.reply != "" })
	}
	if i < 0 && len(all) == 1 {
		i = 0
	}
	by := attendee{Address: m.From}
	if i >= 0 {
		by = all[i]
	}
	if by.Addr == "" {
		by.Address = m.From
	}
	if by.Name == "" && strings.EqualFold(by.Addr, m.From.Addr) {
		by.Name = m.From.Name
	}
	out.By, out.Reply = by.Address, by.reply
	prefix, rest := replyPrefix(out.Summary)
	if out.Reply == "" && !by.states {
		if out.Reply = prefix; prefix == "" {
			out.Reply, _ = replyPrefix(m.Subject)
		}
	}
	if prefix != "" && prefix == out.Reply || out.Kind == MeetingCounter && rest != "" {
		out.Summary = rest
	}
}

// replyWords begin the title of an answer: Exchange puts them before the event's own.
var replyWords = map[string]MeetingReply{
	"accepted": Accepted, "accepté": Accepted, "acceptée": Accepted, "zugesagt": Accepted, "angenommen": Accepted, "aceptado": Accepted, "aceptada": Accepted,
	"accettato": Accepted, "geaccepteerd": Accepted, "aceite": Accepted, "aceito": Accepted, "invitation acceptée": Accepted,
	"declined": Declined, "refusé": Declined, "refusée": Declined, "abgelehnt": Declined, "abgesagt": Declined, "rechazado": Declined, "rechazada": Declined,
	"rifiutato": Declined, "geweigerd": Declined, "afgewezen": Declined, "recusado": Declined, "invitation refusée": Declined,
	"tentative": Tentative, "tentatively accepted": Tentative, "provisoire": Tentative, "mit vorbehalt": Tentative, "vorläufig zugesagt": Tentative,
	"mit vorbehalt angenommen": Tentative, "provisional": Tentative, "provvisorio": Tentative, "voorlopig": Tentative, "tentativo": Tentative,
	"peut-être": Tentative, "maybe": Tentative,
	"new time proposed": "", "nouvelle heure proposée": "", "nouvel horaire proposé": "", "neue zeit vorgeschlagen": "", "nueva hora propuesta": "",
	"nuova ora proposta": "", "nieuwe tijd voorgesteld": "",
}

// replyPrefix takes such words off a title; rest is "" when it begins with none.
func replyPrefix(title string) (reply MeetingReply, rest string) {
	head, rest, ok := strings.Cut(title, ":")
	if !ok {
		return "", ""
	}
	reply, ok = replyWords[strings.ToLower(strings.Trim(head, " \u00a0\u202f"))]
	if !ok {
		return "", ""
	}
	return reply, strings.TrimSpace(rest)
}

// replaced is the time that a counter-proposal is to replace, where the mail says so.
func (c *Calendar) replaced(e *event, here *time.Location) *Occurrence {
	from := e.party.original
	if !from.ok {
		if from = e.id; !from.ok {
			return nil
		}
	}
	x := expansion{c: c, here: clock{loc: here}, clocks: map[string]clock{}}
	was := Occurrence{Start: x.at(from, e.start), AllDay: from.date}
	was.End = was.Start
	switch {
	case e.party.until.ok:
		was.End = x.at(e.party.until, from)
	case e.start.ok && e.end.ok:
		was.End = was.Start.Add(e.end.wall.Sub(e.start.wall))
	}
	if was.End.Before(was.Start) || !inYears(was.Start) || !inYears(was.End) {
		was.End = was.Start
	}
	return &was
}
