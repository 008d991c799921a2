package web

import (
	"github.com/danielgtaylor/huma/v2"

	"guichet/internal/asset"
	"guichet/internal/calendar"
	"guichet/internal/contract"
)

type (
	assetType string
	scope     string
	region    string
	verdictIs string
)

func (assetType) Schema(r huma.Registry) *huma.Schema {
	return oneOf(r, "AssetType", texts(asset.Types)...)
}

func (scope) Schema(r huma.Registry) *huma.Schema {
	return oneOf(r, "Scope", texts(contract.Scopes)...)
}

func (region) Schema(r huma.Registry) *huma.Schema {
	return oneOf(r, "HolidayRegion", texts(calendar.Regions)...)
}

func (verdictIs) Schema(r huma.Registry) *huma.Schema {
	return oneOf(r, "VerdictAnswer", "in", "out", "doubtful")
}

// texts are the values of a closed list as text.
func texts[T ~string](values []T) []string {
	return each(values, func(v T) string { return string(v) })
}

type contractList struct {
	Items   list[contractView] `json:"items"`
	Usual   contractTerms      `json:"usual" doc:"terms to begin a new one from"`
	Regions list[regionView]   `json:"regions"`
}

// regionView tells which days a set of holidays holds this year.
type regionView struct {
	Region   region            `json:"region"`
	Holidays list[holidayView] `json:"holidays"`
}

type holidayView struct {
	Date string `json:"date"`
	Name said   `json:"name"`
}

type contractView struct {
	ID           id                    `json:"id"`
	Name         string                `json:"name"`
	StartsOn     string                `json:"startsOn"`
	EndsOn       string                `json:"endsOn" doc:"its last day, empty: until further notice"`
	NoticeMonths int                   `json:"noticeMonths"`
	Note         string                `json:"note"`
	Version      int64                 `json:"version"`
	Versions     list[contractVersion] `json:"versions"`
}

type contractVersion struct {
	FromOn string        `json:"fromOn"`
	Terms  contractTerms `json:"terms"`
}

type contractTerms struct {
	Scope    scope                     `json:"scope"`
	Lines    list[perimeterLine]       `json:"lines" maxItems:"500"`
	Levels   list[int]                 `json:"levels"`
	Zone     string                    `json:"zone" maxLength:"60"`
	Week     list[list[calendar.Span]] `json:"week" minItems:"7" maxItems:"7" doc:"minutes of the day; Sunday first"`
	Holidays region                    `json:"holidays"`
	Closures list[closure]             `json:"closures" maxItems:"500"`
	Extra    list[extraOpening]        `json:"extra" maxItems:"500"`
	OnCall   bool                      `json:"onCall"`
	Extended list[list[calendar.Span]] `json:"extended" minItems:"7" maxItems:"7"`
	Targets  list[contract.Target]     `json:"targets" minItems:"5" maxItems:"5" doc:"by priority: 0 a major incident, 1 to 4; minutes, 0 for no promise"`
	Stops    list[waitsFor]            `json:"stops"`
	Grace    int                       `json:"grace" doc:"minutes"`
	Risk     int                       `json:"risk" doc:"percent"`
	Included int                       `json:"included" doc:"minutes a month, 0: unlimited"`
	Rounding int                       `json:"rounding" doc:"minutes"`
}

type perimeterLine struct {
	Covered bool      `json:"covered"`
	AssetID id        `json:"assetId,omitempty"`
	SiteID  id        `json:"siteId,omitempty"`
	Type    assetType `json:"type,omitempty"`
	Note    string    `json:"note" maxLength:"300"`
}

type closure struct {
	From string `json:"from"`
	To   string `json:"to"`
	Name string `json:"name" maxLength:"200"`
}

type extraOpening struct {
	Date  string              `json:"date"`
	Spans list[calendar.Span] `json:"spans"`
	Name  string              `json:"name" maxLength:"200"`
}

// ContractForm is what a person gives for a contract but its terms.
type ContractForm struct {
	Name         string `json:"name" maxLength:"200"`
	StartsOn     string `json:"startsOn" maxLength:"10"`
	EndsOn       string `json:"endsOn,omitempty" maxLength:"10"`
	NoticeMonths int    `json:"noticeMonths"`
	Note         string `json:"note,omitempty" maxLength:"10000"`
}

type contractNew struct {
	ID   id `path:"id"`
	Body struct {
		ContractForm
		Terms contractTerms `json:"terms"`
	}
}

type contractPatch struct {
	ID   id `path:"id"`
	Body struct {
		Version int64 `json:"version"`
		ContractForm
	}
}

type termsPut struct {
	ID   id `path:"id"`
	Body struct {
		Version int64         `json:"version"`
		FromOn  string        `json:"fromOn" maxLength:"10"`
		Terms   contractTerms `json:"terms"`
	}
}

type assetList struct {
	Items list[assetView] `json:"items"`
}

type assetView struct {
	ID      id        `json:"id"`
	Name    string    `json:"name"`
	Type    assetType `json:"type"`
	SiteID  id        `json:"siteId,omitempty"`
	Serial  string    `json:"serial"`
	Note    string    `json:"note"`
	UserIDs list[id]  `json:"userIds"`
	Retired int64     `json:"retired,omitempty"`
	Version int64     `json:"version"`
}

// AssetForm is what a person gives for an asset.
type AssetForm struct {
	Name    string    `json:"name" maxLength:"200"`
	Type    assetType `json:"type"`
	SiteID  id        `json:"siteId,omitempty"`
	Serial  string    `json:"serial,omitempty" maxLength:"200"`
	Note    string    `json:"note,omitempty" maxLength:"10000"`
	UserIDs []id      `json:"userIds" maxItems:"200"`
	Retired bool      `json:"retired,omitempty"`
}

type assetNew struct {
	ID   id `path:"id"`
	Body AssetForm
}

type assetPatch struct {
	ID   id `path:"id"`
	Body struct {
		Version int64 `json:"version"`
		AssetForm
	}
}
