package web

import (
	"github.com/danielgtaylor/huma/v2"

	"guichet/internal/sla"
	"guichet/internal/ticket"
)

type (
	ticketType   string
	outageSource string
	goal         string
	clockState   string
	sliceWhy     string
	hoursWhy     string
	suggestFor   string
	alarm        string
)

func (ticketType) Schema(r huma.Registry) *huma.Schema {
	return oneOf(r, "TicketType", texts(ticket.Types)...)
}

func (outageSource) Schema(r huma.Registry) *huma.Schema {
	return oneOf(r, "OutageSource", texts(ticket.OutageSources)...)
}

func (goal) Schema(r huma.Registry) *huma.Schema { return oneOf(r, "Goal", texts(sla.Goals)...) }

func (clockState) Schema(r huma.Registry) *huma.Schema {
	return oneOf(r, "ClockState", "none", "running", "paused", "met", "late")
}

func (sliceWhy) Schema(r huma.Registry) *huma.Schema {
	return oneOf(r, "SliceWhy", "open", "around", "closed", "hold", "finished", "none")
}

func (hoursWhy) Schema(r huma.Registry) *huma.Schema {
	return oneOf(r, "HoursWhy", "hours", "extra", "outside", "holiday", "closure")
}

func (alarm) Schema(r huma.Registry) *huma.Schema { return oneOf(r, "Alarm", "risk", "late") }

func (suggestFor) Schema(r huma.Registry) *huma.Schema {
	return oneOf(r, "SuggestFor", "type", "category", "impact", "urgency", "asset", "blocked", "technicality")
}

// qualifyView is all that the panel of the qualification shows.
type qualifyView struct {
	Version     int64                `json:"version" doc:"the ticket's"`
	Now         *qualification       `json:"now,omitempty" doc:"absent: nobody has qualified the ticket"`
	Suggestions list[suggestion]     `json:"suggestions"`
	Categories  list[categoryView]   `json:"categories"`
	Matrix      list[list[int]]      `json:"matrix" doc:"the priority by impact-1 and urgency-1"`
	Machines    list[qualifyMachine] `json:"machines" doc:"the requester's first"`
	Unknown     verdictView          `json:"unknown" doc:"the verdict where the machine is not known"`
	OutageAt    int64                `json:"outageAt,omitempty"`
}

type suggestion struct {
	Field suggestFor `json:"field"`
	Value string     `json:"value"`
	Why   said       `json:"why"`
}

type categoryView struct {
	ID           id     `json:"id"`
	ParentID     id     `json:"parentId,omitempty"`
	NameFR       string `json:"nameFr"`
	NameEN       string `json:"nameEn"`
	Technicality int    `json:"technicality"`
}

type qualifyMachine struct {
	ID      id          `json:"id"`
	Name    string      `json:"name"`
	Type    assetType   `json:"type"`
	Own     bool        `json:"own" doc:"the requester uses it"`
	Verdict verdictView `json:"verdict"`
}

type verdictView struct {
	Answer verdictIs `json:"answer"`
	Why    said      `json:"why"`
}

// Qualification is what a person judges. Exported as huma leaves out embedded types that are not.
type Qualification struct {
	Type         ticketType   `json:"type"`
	CategoryID   id           `json:"categoryId,omitempty"`
	Impact       int          `json:"impact" minimum:"1" maximum:"3"`
	Urgency      int          `json:"urgency" minimum:"1" maximum:"3"`
	Major        bool         `json:"major"`
	Technicality int          `json:"technicality" minimum:"1" maximum:"3"`
	Blocked      int          `json:"blocked" minimum:"0"`
	AssetID      id           `json:"assetId,omitempty"`
	OutageSource outageSource `json:"outageSource,omitempty"`
}

type qualification struct {
	Qualification
	Priority int         `json:"priority"`
	Verdict  verdictView `json:"verdict"`
	Category string      `json:"category" doc:"in the reader's language"`
	Asset    string      `json:"asset"`
	At       int64       `json:"at"`
}

type qualifyIn struct {
	ID   id `path:"id"`
	Body struct {
		Version int64 `json:"version"`
		Qualification
		OutageAt *int64 `json:"outageAt,omitempty" doc:"0 for unknown"`
		Level    *int   `json:"level,omitempty" enum:"1,2"`
	}
}

// clocksView is what a ticket was promised and how that stands.
type clocksView struct {
	Qualification *qualification  `json:"qualification,omitempty"`
	Verdict       verdictView     `json:"verdict"`
	Clocks        list[clockView] `json:"clocks" doc:"those with a promise"`
	NextAt        int64           `json:"nextAt,omitempty" doc:"when one becomes another by time alone"`
	Zone          string          `json:"zone" doc:"whose clock the contract goes by"`
}

type clockView struct {
	Goal      goal       `json:"goal"`
	State     clockState `json:"state"`
	AtRisk    bool       `json:"atRisk"`
	Stopped   int64      `json:"stopped,omitempty"`
	Due       int64      `json:"due,omitempty"`
	Target    int64      `json:"target" doc:"milliseconds"`
	Around    bool       `json:"around"`
	Elapsed   int64      `json:"elapsed" doc:"milliseconds"`
	Paused    int64      `json:"paused" doc:"milliseconds"`
	Remaining int64      `json:"remaining" doc:"milliseconds, below 0 when late"`
}

type clockIn struct {
	ID   id   `path:"id"`
	Goal goal `path:"goal"`
}

type clockSlices struct {
	Clock  clockView        `json:"clock"`
	Slices list[clockSlice] `json:"slices"`
}

type clockSlice struct {
	From     int64    `json:"from"`
	To       int64    `json:"to"`
	Counted  bool     `json:"counted"`
	Why      sliceWhy `json:"why"`
	Hours    hoursWhy `json:"hours,omitempty"`
	Name     string   `json:"name,omitempty" doc:"of a closure or an extraordinary opening"`
	Holiday  *said    `json:"holiday,omitempty"`
	Reason   waitsFor `json:"reason,omitempty" doc:"of a hold"`
	By       string   `json:"by,omitempty" doc:"who put it on hold"`
	Priority int      `json:"priority"`
	Terms    string   `json:"terms,omitempty" doc:"the contract's name"`
	Ahead    bool     `json:"ahead"`
}
