package mail

import "time"

// shownOccurrences is how many times of a calendar an inspection lists.
const shownOccurrences = 5

type inspectedCalendar struct {
	Method      string                `json:"method"`
	UID         string                `json:"uid"`
	Occurrences []inspectedOccurrence `json:"occurrences"`
}

// inspectedOccurrence holds RFC 3339 times with the offset of their zone.
type inspectedOccurrence struct {
	Start string `json:"start"`
	End   string `json:"end"`
}

func (in *Inspection) inspectCalendar(c *Calendar, here *time.Location) {
	if c == nil {
		return
	}
	in.Calendar = &inspectedCalendar{Method: c.Method, UID: c.UID, Occurrences: []inspectedOccurrence{}}
	for _, o := range c.Occurrences(here, shownOccurrences) {
		in.Calendar.Occurrences = append(in.Calendar.Occurrences, inspectedOccurrence{o.Start.Format(time.RFC3339), o.End.Format(time.RFC3339)})
	}
}
