package mail

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
)

func paris(t testing.TB) *time.Location {
	loc, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// calendar is a VCALENDAR of these lines.
func calendar(lines ...string) string {
	return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + strings.Join(lines, "\r\n") + "\r\nEND:VCALENDAR\r\n"
}

// visit is a VEVENT of these lines.
func visit(lines ...string) string {
	return "BEGIN:VEVENT\r\n" + strings.Join(lines, "\r\n") + "\r\nEND:VEVENT"
}

// startsAndEnds gives occurrences as "start end", seconds left out.
func startsAndEnds(list []Occurrence) []string {
	var out []string
	for _, o := range list {
		out = append(out, o.Start.Format("2006-01-02T15:04Z07:00")+" "+o.End.Format("2006-01-02T15:04Z07:00"))
	}
	return out
}

func TestOccurrences(t *testing.T) {
	const outlook = "BEGIN:VTIMEZONE\r\nTZID:Heure du chantier\r\n" +
		"BEGIN:STANDARD\r\nDTSTART:16010101T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nRRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10\r\nEND:STANDARD\r\n" +
		"BEGIN:DAYLIGHT\r\nDTSTART:16010101T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nRRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE"
	for name, c := range map[string]struct {
		ics  string
		want []string
	}{
		"in UTC": {calendar(visit("DTSTART:20261123T090000Z", "DTEND:20261123T100000Z")), []string{"2026-11-23T09:00Z 2026-11-23T10:00Z"}},
		"by Outlook": {calendar(visit("DTSTART;TZID=Romance Standard Time:20260701T140000", "DTEND;TZID=Romance Standard Time:20260701T150000")),
			[]string{"2026-07-01T14:00+02:00 2026-07-01T15:00+02:00"}},
		"as Outlook shows it": {calendar(visit("DTSTART;TZID=\"(UTC+01:00) Bruxelles, Copenhague, Madrid, Paris\":20261123T140000", "DURATION:PT1H30M")),
			[]string{"2026-11-23T14:00+01:00 2026-11-23T15:30+01:00"}},
		"a zone of its own": {calendar(outlook, visit("DTSTART;TZID=Heure du chantier:20260329T013000", "DURATION:PT15M", "RRULE:FREQ=DAILY;COUNT=2")),
			[]string{"2026-03-29T01:30+01:00 2026-03-29T01:45+01:00", "2026-03-30T01:30+02:00 2026-03-30T01:45+02:00"}},
		"a path":               {calendar(visit("DTSTART;TZID=/outils.example/2026_1/America/Argentina/Ushuaia:20261123T080000")), []string{"2026-11-23T08:00-03:00 2026-11-23T08:00-03:00"}},
		"here":                 {calendar(visit("DTSTART:20261123T080000", "DTEND:20261123T120000")), []string{"2026-11-23T08:00+01:00 2026-11-23T12:00+01:00"}},
		"a day":                {calendar(visit("DTSTART;VALUE=DATE:20260328", "DTEND;VALUE=DATE:20260330")), []string{"2026-03-28T00:00+01:00 2026-03-30T00:00+02:00"}},
		"a day without an end": {calendar(visit("DTSTART;VALUE=DATE:20260329")), []string{"2026-03-29T00:00+01:00 2026-03-30T00:00+02:00"}},
		"two zones": {calendar(visit("DTSTART;TZID=Europe/Paris:20261123T190000", "DTEND;TZID=America/Montreal:20261123T211500")),
			[]string{"2026-11-23T19:00+01:00 2026-11-23T21:15-05:00"}},
		"in the missing hour": {calendar(visit("DTSTART;TZID=Europe/Paris:20260329T023000", "DURATION:PT1H")), []string{"2026-03-29T03:30+02:00 2026-03-29T04:30+02:00"}},
		"in the double hour":  {calendar(visit("DTSTART;TZID=Europe/Paris:20261025T023000", "DURATION:PT15M")), []string{"2026-10-25T02:30+02:00 2026-10-25T02:45+02:00"}},
		"every Monday over the change": {calendar(visit("DTSTART;TZID=Europe/Paris:20261019T090000", "DTEND;TZID=Europe/Paris:20261019T093000", "RRULE:FREQ=WEEKLY;COUNT=2")),
			[]string{"2026-10-19T09:00+02:00 2026-10-19T09:30+02:00", "2026-10-26T09:00+01:00 2026-10-26T09:30+01:00"}},
		"last Friday of the month": {calendar(visit("DTSTART;TZID=Europe/Paris:20261127T170000", "RRULE:FREQ=MONTHLY;BYDAY=-1FR;COUNT=3")),
			[]string{"2026-11-27T17:00+01:00 2026-11-27T17:00+01:00", "2026-12-25T17:00+01:00 2026-12-25T17:00+01:00", "2027-01-29T17:00+01:00 2027-01-29T17:00+01:00"}},
		"last working day": {calendar(visit("DTSTART:20260130T180000Z", "RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=2")),
			[]string{"2026-01-30T18:00Z 2026-01-30T18:00Z", "2026-02-27T18:00Z 2026-02-27T18:00Z"}},
		"until, in UTC": {calendar(visit("DTSTART;TZID=Europe/Paris:20261123T230000", "RRULE:FREQ=DAILY;UNTIL=20261124T220000Z")),
			[]string{"2026-11-23T23:00+01:00 2026-11-23T23:00+01:00", "2026-11-24T23:00+01:00 2026-11-24T23:00+01:00"}},
		"until a day": {calendar(visit("DTSTART;TZID=Europe/Paris:20261123T230000", "RRULE:FREQ=DAILY;UNTIL=20261124")),
			[]string{"2026-11-23T23:00+01:00 2026-11-23T23:00+01:00", "2026-11-24T23:00+01:00 2026-11-24T23:00+01:00"}},
		"exceptions": {calendar(visit("DTSTART;TZID=Europe/Paris:20261123T090000", "RRULE:FREQ=DAILY;COUNT=5", "EXDATE;TZID=Europe/Paris:20261123T090000,20261124T090000", "EXDATE:20261125T080000Z", "EXDATE;VALUE=DATE:20261126")),
			[]string{"2026-11-27T09:00+01:00 2026-11-27T09:00+01:00"}},
		"more dates": {calendar(visit("DTSTART:20261123T090000Z", "DTEND:20261123T093000Z", "RDATE:20261201T090000Z", "RDATE;VALUE=PERIOD:20261202T090000Z/PT2H,20261203T090000Z/20261203T110000Z")),
			[]string{"2026-11-23T09:00Z 2026-11-23T09:30Z", "2026-12-01T09:00Z 2026-12-01T09:30Z", "2026-12-02T09:00Z 2026-12-02T11:00Z", "2026-12-03T09:00Z 2026-12-03T11:00Z"}},
		"one moved": {calendar(visit("UID:a", "DTSTART:20261123T090000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=3"),
			visit("UID:a", "RECURRENCE-ID:20261124T090000Z", "DTSTART:20261124T160000Z", "DURATION:PT2H")),
			[]string{"2026-11-23T09:00Z 2026-11-23T10:00Z", "2026-11-24T16:00Z 2026-11-24T18:00Z", "2026-11-25T09:00Z 2026-11-25T10:00Z"}},
		"all moved from there": {calendar(visit("UID:a", "DTSTART:20261123T090000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=3"),
			visit("UID:a", "RECURRENCE-ID;RANGE=THISANDFUTURE:20261124T090000Z", "DTSTART:20261124T100000Z", "DURATION:PT2H")),
			[]string{"2026-11-23T09:00Z 2026-11-23T10:00Z", "2026-11-24T10:00Z 2026-11-24T12:00Z", "2026-11-25T10:00Z 2026-11-25T12:00Z"}},
		"another's exception": {calendar(visit("UID:a", "DTSTART:20261123T090000Z", "RRULE:FREQ=DAILY;COUNT=2"), visit("UID:b", "RECURRENCE-ID:20261124T090000Z", "DTSTART:20261125T090000Z")),
			[]string{"2026-11-23T09:00Z 2026-11-23T09:00Z", "2026-11-24T09:00Z 2026-11-24T09:00Z", "2026-11-25T09:00Z 2026-11-25T09:00Z"}},
		"a task": {calendar("BEGIN:VTODO", "DUE;TZID=Europe/Paris:20261201T170000", "END:VTODO"), []string{"2026-12-01T17:00+01:00 2026-12-01T17:00+01:00"}},
		"in order": {calendar(visit("DTSTART:20261125T090000Z"), visit("DTSTART:20261123T090000Z")),
			[]string{"2026-11-23T09:00Z 2026-11-23T09:00Z", "2026-11-25T09:00Z 2026-11-25T09:00Z"}},
		"the first five only": {calendar(visit("DTSTART:20261123T090000Z", "RRULE:FREQ=HOURLY")),
			[]string{"2026-11-23T09:00Z 2026-11-23T09:00Z", "2026-11-23T10:00Z 2026-11-23T10:00Z", "2026-11-23T11:00Z 2026-11-23T11:00Z", "2026-11-23T12:00Z 2026-11-23T12:00Z", "2026-11-23T13:00Z 2026-11-23T13:00Z"}},
		"an end before the start": {calendar(visit("DTSTART:20261123T090000Z", "DTEND:20261123T080000Z")), []string{"2026-11-23T09:00Z 2026-11-23T09:00Z"}},
		"no start":                {calendar(visit("SUMMARY:Sans date")), nil},
	} {
		got := readCalendar([]byte(c.ics))
		if got == nil {
			t.Errorf("%s: no calendar", name)
		} else if list := startsAndEnds(got.Occurrences(paris(t), 5)); !slices.Equal(list, c.want) {
			t.Errorf("%s:\n got %q\nwant %q", name, list, c.want)
		}
	}
}

// TestCalendarBroken: what programs write instead of a calendar is read as what they mean.
func TestCalendarBroken(t *testing.T) {
	want := []string{"2026-11-23T09:00+01:00 2026-11-23T10:00+01:00"}
	for name, ics := range map[string]string{
		"LF only":                  strings.ReplaceAll(calendar(visit("DTSTART;TZID=Europe/Paris:20261123T090000", "DURATION:PT1H")), "\r", ""),
		"CR only":                  strings.ReplaceAll(calendar(visit("DTSTART;TZID=Europe/Paris:20261123T090000", "DURATION:PT1H")), "\r\n", "\r"),
		"no calendar around":       visit("DTSTART;TZID=Europe/Paris:20261123T090000", "DURATION:PT1H"),
		"never ended":              "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;TZID=Europe/Paris:20261123T090000\nDURATION:PT1H",
		"alarm never ended":        calendar(visit("DTSTART;TZID=Europe/Paris:20261123T090000", "DURATION:PT1H", "BEGIN:VALARM", "TRIGGER:-PT15M")),
		"folded in the name":       calendar(visit("DTSTART\r\n ;TZID=Europe/\r\n\tParis:20261123\r\n T090000", "DURATION\r\n :PT1H")),
		"folded without a space":   calendar(visit("DESCRIPTION:Prévoir une échelle et", "des gants, puis rappeler", "DTSTART;TZID=Europe/Paris:20261123T090000", "DURATION:PT1H")),
		"empty lines":              strings.ReplaceAll(calendar(visit("DTSTART;TZID=Europe/Paris:20261123T090000", "DURATION:PT1H")), "\r\n", "\r\n\r\n"),
		"lower case":               strings.ToLower(calendar(visit("DTSTART:20261123T080000Z", "DURATION:PT1H"))),
		"quote never closed":       calendar(visit("DTSTART;TZID=\"Romance Standard Time:20261123T090000", "DURATION:PT1H")),
		"zone with a bare colon":   calendar(visit("DTSTART;TZID=(UTC+01:00) Paris:20261123T090000", "DURATION:PT1H")),
		"dashes and colons":        calendar(visit("DTSTART;TZID=Europe/Paris:2026-11-23T09:00:00", "DURATION:PT1H")),
		"with an offset":           calendar(visit("DTSTART:2026-11-23T09:00:00+01:00", "DURATION:PT1H")),
		"unknown zone":             calendar(visit("DTSTART;TZID=Chez nous:20261123T090000", "DURATION:PT1H")),
		"no seconds":               calendar(visit("DTSTART;TZID=Europe/Paris:20261123T0900", "DURATION:PT1H")),
		"a second event inside":    calendar("BEGIN:VEVENT", "SUMMARY:vide", visit("DTSTART;TZID=Europe/Paris:20261123T090000", "DURATION:PT1H")),
		"an impossible rule":       calendar(visit("DTSTART;TZID=Europe/Paris:20261123T090000", "DURATION:PT1H", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")),
		"a rule without frequency": calendar(visit("DTSTART;TZID=Europe/Paris:20261123T090000", "DURATION:PT1H", "RRULE:INTERVAL=2")),
		"in UTF-16":                "\xff\xfe" + string(wide(calendar(visit("DTSTART;TZID=Europe/Paris:20261123T090000", "DURATION:PT1H")))),
	} {
		c := readCalendar([]byte(ics))
		if c == nil {
			t.Errorf("%s: no calendar", name)
			continue
		}
		list := c.Occurrences(paris(t), 5)
		for i := range list {
			list[i].Start, list[i].End = list[i].Start.In(paris(t)), list[i].End.In(paris(t))
		}
		if got := startsAndEnds(list); !slices.Equal(got, want) {
			t.Errorf("%s: %q", name, got)
		}
	}
	for _, none := range []string{"", "\n", "Bonjour,\n\nvoici l'agenda.\n", "BEGIN", ":", ";;;;"} {
		if c := readCalendar([]byte(none)); c != nil {
			t.Errorf("%q is read as %+v", none, c)
		}
	}
}

// TestMeeting: a mail that asks for a meeting says so, and has words even when it brings none.
func TestMeeting(t *testing.T) {
	ics := calendar("METHOD:REQUEST", visit("UID:visite-7@msp.example", "SUMMARY:Remplacement\\, onduleur", "LOCATION:Local technique", "DESCRIPTION:Prévoir\\n2 h.", "DTSTART;TZID=Europe/Paris:20261201T090000", "DTEND;TZID=Europe/Paris:20261201T110000"))
	in := Inspect("x", strings.NewReader("From: a@b.example\nSubject: Visite\nContent-Type: text/calendar; charset=utf-8; method=REQUEST\n\n"+ics), paris(t))
	got, err := json.Marshal(in.Calendar)
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"method":"REQUEST","uid":"visite-7@msp.example","occurrences":[{"start":"2026-12-01T09:00:00+01:00","end":"2026-12-01T11:00:00+01:00"}]}`; string(got) != want {
		t.Errorf("%s", got)
	}
	if want := "Remplacement, onduleur\nLocal technique\n\nPrévoir\n2 h.\n"; in.Text != want || in.Kind != KindMeeting {
		t.Errorf("%q, %s", in.Text, in.Kind)
	}
	in = Inspect("x", strings.NewReader("From: a@b.example\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\nCi-joint les jours fériés.\n--x\nContent-Type: text/calendar\n\n"+calendar("METHOD:PUBLISH", visit("DTSTART:20261225"))+"\n--x--\n"), paris(t))
	if in.Text != "Ci-joint les jours fériés." || in.Kind != KindPerson || in.Calendar == nil || len(in.Calendar.Occurrences) != 1 {
		t.Errorf("%q, %s, %+v", in.Text, in.Kind, in.Calendar)
	}
}

// TestMeetingSaidOutside: the method stands in the type only, the calendar in a plain file, the first part is none.
func TestMeetingSaidOutside(t *testing.T) {
	ics := calendar(visit("UID:a", "DTSTART:20261201T090000Z"))
	for name, c := range map[string]struct{ parts, method string }{
		"in the type":  {"--x\nContent-Type: text/calendar; method=cancel\n\n" + ics, "CANCEL"},
		"a plain file": {"--x\nContent-Type: application/octet-stream; name=Invitation.ICS\n\n" + calendar("METHOD:REQUEST", visit("UID:a", "DTSTART:20261201T090000Z")), "REQUEST"},
		"second part":  {"--x\nContent-Type: text/calendar\n\nabîmé\n--x\nContent-Type: application/ics; method=REPLY\n\n" + ics, "REPLY"},
	} {
		m, err := Parse(strings.NewReader("From: a@b.example\nContent-Type: multipart/mixed; boundary=x\n\n"+c.parts+"\n--x--\n"), nil)
		if err != nil || m.Kind != KindMeeting || m.Calendar == nil || m.Calendar.Method != c.method || m.Calendar.UID != "a" {
			t.Errorf("%s: %s, %+v, %v", name, m.Kind, m.Calendar, err)
		}
	}
}

func TestZoneNames(t *testing.T) {
	c := &Calendar{zones: map[string]*zoneRules{"Siège": {place: "Europe/Paris"}}}
	for name, want := range map[string]string{
		"Europe/Paris": "Europe/Paris", "Romance Standard Time": "Europe/Paris", "romance standard time": "Europe/Paris", "\"W. Europe Standard Time\"": "Europe/Berlin",
		"Siège": "Europe/Paris", "/freeassociation.sourceforge.net/Tzfile/Europe/Brussels": "Europe/Brussels", "UTC": "UTC", "GMT": "UTC",
		"Amsterdam, Berlin, Berne": "Europe/Amsterdam", "(UTC-03:00) Brasilia, Buenos Aires": "America/Buenos_Aires", "(UTC+05:45) Katmandou": "",
		"Local": "-", "../../etc/passwd": "-", "": "-", "Chez nous": "-", "Europe/Atlantis": "-",
	} {
		k, ok := c.clock(name)
		switch {
		case ok != (want != "-"):
			t.Errorf("%q: %v", name, ok)
		case ok && k.loc.String() != want:
			t.Errorf("%q is %s, want %s", name, k.loc, want)
		}
	}
	if k, _ := c.clock("(UTC+05:45) Katmandou"); offsetAt(k.loc, time.Unix(0, 0)) != 5*3600+45*60 {
		t.Error(k.loc)
	}
	for name, iana := range windowsZones {
		if knownZone(iana) == nil || name != strings.ToLower(name) {
			t.Errorf("%s leads to %s", name, iana)
		}
	}
}
