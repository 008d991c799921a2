package mail

import (
	"strings"
	"time"
)

// Calendar is what a text/calendar part says (RFC 5545, RFC 5546): who wants what, and when.
type Calendar struct {
	Method string // REQUEST, REPLY, CANCEL…, upper case, "" when none is given
	UID    string // of the first event

	summary, location, description string // of the first event
	events                         []event
	zones                          map[string]*zoneRules
	steps                          int // of work that the last expansion took: tests count them
}

// Occurrence is one time at which something takes place. An all-day one goes from midnight to midnight.
type Occurrence struct {
	Start, End time.Time
	AllDay     bool
}

// event is a VEVENT, a VTODO, a VJOURNAL or a VFREEBUSY.
type event struct {
	kind, uid              string
	start, end, due        stamp
	created, completed, id stamp // id: RECURRENCE-ID
	duration               lapse
	lasts                  bool // duration was given
	future                 bool // RANGE=THISANDFUTURE
	rules                  []rule
	more                   []period // RDATE
	except                 []stamp  // EXDATE
	title, where, what     string
	party                  party // who takes part, see meeting.go
}

// Limits of a calendar; what is beyond is left out.
const (
	maxEvents   = 5000
	maxZones    = 50
	maxNesting  = 20
	maxRules    = 4 // RRULEs of one event
	descriptive = 16 << 10
)

// readCalendar reads a calendar as far as it goes; nil when there is none in data. A missing VCALENDAR, lines that are
// none and components that never end are forgiven.
func readCalendar(data []byte) *Calendar {
	r := calendarReader{c: &Calendar{zones: map[string]*zoneRules{}}}
	for rest := calendarText(data); rest != ""; {
		var line string
		if line, rest = nextLine(rest); line != "" {
			r.line(readContentLine(line))
		}
	}
	for len(r.open) > 0 {
		r.end()
	}
	c := r.c
	if len(c.events) == 0 && c.Method == "" && !r.seen {
		return nil
	}
	for _, e := range c.events {
		if e.kind == "VEVENT" || len(c.events) == 1 {
			c.UID, c.summary, c.location, c.description = e.uid, e.title, e.where, e.what
			break
		}
	}
	return c
}

// calendarReader keeps the components that are open.
type calendarReader struct {
	c    *Calendar
	open []string
	ev   *event
	zone *zoneRules
	obs  *observance
	seen bool // a VCALENDAR
}

func (r *calendarReader) line(l contentLine) {
	switch l.name {
	case "BEGIN":
		r.begin(strings.ToUpper(strings.TrimSpace(l.value)))
		return
	case "END":
		if len(r.open) > 0 {
			r.end()
		}
		return
	}
	switch {
	case r.obs != nil:
		r.obs.property(l)
	case r.zone != nil:
		r.zone.property(l)
	case r.ev != nil && r.inside() == r.ev.kind:
		r.ev.property(l)
	case len(r.open) <= 1:
		r.calendar(l)
	}
}

func (r *calendarReader) inside() string {
	if len(r.open) == 0 {
		return ""
	}
	return r.open[len(r.open)-1]
}

func (r *calendarReader) begin(kind string) {
	if len(r.open) >= maxNesting {
		return
	}
	if r.ev != nil && kind == r.ev.kind && r.inside() == kind { // the one before never ended
		r.end()
	}
	r.open = append(r.open, kind)
	switch kind {
	case "VCALENDAR":
		r.seen = true
	case "VTIMEZONE":
		r.zone = &zoneRules{}
	case "STANDARD", "DAYLIGHT":
		if r.zone != nil && len(r.zone.observances) < 200 {
			r.obs = &observance{}
		}
	case "VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY":
		if r.ev == nil {
			r.ev = &event{kind: kind}
		}
	}
}

// end closes the innermost component, whatever the END says: those that are mixed up are cut at the same places.
func (r *calendarReader) end() {
	kind := r.inside()
	r.open = r.open[:len(r.open)-1]
	switch {
	case r.obs != nil && (kind == "STANDARD" || kind == "DAYLIGHT"):
		r.zone.observances, r.obs = append(r.zone.observances, *r.obs), nil
	case r.zone != nil && kind == "VTIMEZONE":
		if len(r.c.zones) < maxZones && r.c.zones[r.zone.name] == nil {
			r.c.zones[r.zone.name] = r.zone
		}
		r.zone = nil
	case r.ev != nil && kind == r.ev.kind:
		if len(r.c.events) < maxEvents {
			r.c.events = append(r.c.events, *r.ev)
		}
		r.ev = nil
	}
}

func (r *calendarReader) calendar(l contentLine) {
	if l.name == "METHOD" && r.c.Method == "" {
		r.c.Method = strings.ToUpper(cleanLine(strings.TrimSpace(l.value)))
	}
}

func (e *event) property(l contentLine) {
	switch l.name {
	case "UID":
		e.uid = cleanLine(strings.TrimSpace(l.value))
	case "SUMMARY":
		e.title = l.text()
	case "LOCATION":
		e.where = l.text()
	case "DESCRIPTION":
		e.what = l.text()
	case "DTSTART":
		e.start = l.stamp()
	case "DTEND":
		e.end = l.stamp()
	case "DUE":
		e.due = l.stamp()
	case "CREATED":
		e.created = l.stamp()
	case "COMPLETED":
		e.completed = l.stamp()
	case "RECURRENCE-ID":
		e.id, e.future = l.stamp(), strings.EqualFold(l.param("RANGE"), "THISANDFUTURE")
	case "DURATION":
		if d, ok := parseLapse(strings.TrimSpace(l.value)); ok {
			e.duration, e.lasts = d, true
		}
	case "RRULE":
		if rule, ok := parseRule(l.value); ok && len(e.rules) < maxRules {
			e.rules = append(e.rules, rule)
		}
	case "RDATE":
		e.more = append(e.more, l.periods()...)
	case "EXDATE":
		for _, p := range l.periods() {
			e.except = append(e.except, p.start)
		}
	default:
		e.party.property(l)
	}
}

// calendar reads the first part of the mail that is a calendar, and lends its words to a mail that has no others.
func (p *parser) calendar() {
	p.m.Calendar = p.packed
	for _, r := range p.reports {
		if r.kind != "text/calendar" && r.kind != "application/ics" {
			continue
		}
		p.spend(len(r.data))
		c := readCalendar(r.data)
		if c == nil {
			continue
		}
		if c.Method == "" { // RFC 6047 2.4 wants it in both places
			c.Method = strings.ToUpper(cleanLine(r.method))
		}
		p.m.Calendar = c
		p.lend(segment{charset: "utf-8", data: []byte(c.words())})
		return
	}
}

// words is what the first event says about itself: the readable text of a mail that has no other.
func (c *Calendar) words() string {
	var said pieces
	for _, s := range []string{c.summary, c.location} {
		if s != "" {
			said.add(s + "\n")
		}
	}
	if c.description != "" {
		said.separate()
		said.add(c.description + "\n")
	}
	return said.whole()
}
