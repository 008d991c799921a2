package contract

import (
	"slices"

	"guichet/internal/asset"
)

// Scope is what a contract covers where no line says otherwise.
type Scope string

// The scopes.
const (
	Workstations   Scope = "workstations"   // what people work at
	Infrastructure Scope = "infrastructure" // everything
	Listed         Scope = "listed"         // nothing but what a line names
)

// Scopes lists them in the order of choice.
var Scopes = []Scope{Workstations, Infrastructure, Listed}

// atWork are the types that "workstations only" means.
var atWork = []asset.Type{asset.Workstation, asset.Laptop, asset.Peripheral}

// Perimeter is what a contract covers.
type Perimeter struct {
	Scope Scope  `json:"scope"`
	Lines []Line `json:"lines"`
}

// Line takes assets into the perimeter or out of it: one asset, or those of a type, of a site, or of a type at a site.
type Line struct {
	Covered bool       `json:"covered"`
	AssetID int64      `json:"assetId,omitempty"`
	SiteID  int64      `json:"siteId,omitempty"`
	Type    asset.Type `json:"type,omitempty"`
	Note    string     `json:"note"` // as the contract says it
}

func (l Line) valid() bool {
	named := l.AssetID != 0 || l.SiteID != 0 || l.Type != ""
	return named && (l.AssetID == 0 || l.SiteID == 0 && l.Type == "") && (l.Type == "" || slices.Contains(asset.Types, l.Type)) &&
		len([]rune(l.Note)) <= 300
}

// weight says how closely a line names a thing; 0: not at all.
func (l Line) weight(t Thing) int {
	switch {
	case l.AssetID != 0 && l.AssetID == t.AssetID:
		return 4
	case l.AssetID != 0, l.SiteID != 0 && l.SiteID != t.SiteID, l.Type != "" && l.Type != t.Type:
		return 0
	case l.SiteID != 0 && l.Type != "":
		return 3
	case l.Type != "":
		return 2
	}
	return 1
}

// Thing is what a ticket is about, as far as it is known.
type Thing struct {
	AssetID int64 // 0: not known
	SiteID  int64
	Type    asset.Type // "": not known
	Level   int        // who works on it: 1 or 2
}

// Answer says whether something is covered.
type Answer string

// The answers.
const (
	In       Answer = "in"
	Out      Answer = "out"
	Doubtful Answer = "doubtful"
)

// Verdict is an answer with the line of the contract that says so: a key of the words catalogue and its arguments.
type Verdict struct {
	Answer Answer
	Key    string
	Args   map[string]any
}

// Judge says whether the terms cover a thing. Of the lines that name it, the closest decides; of two alike, the one that
// takes it out.
func (t Terms) Judge(thing Thing) Verdict {
	if thing.Level != 0 && !slices.Contains(t.Levels, thing.Level) {
		return Verdict{Out, "contract.verdict.level", map[string]any{"level": thing.Level}}
	}
	best, weight := Line{}, 0
	for _, l := range t.Perimeter.Lines {
		if w := l.weight(thing); w > weight || w == weight && w > 0 && !l.Covered {
			best, weight = l, w
		}
	}
	answer := map[bool]Answer{true: In, false: Out}
	if weight > 0 {
		key := map[bool]string{true: "contract.verdict.line_in", false: "contract.verdict.line_out"}[best.Covered]
		return Verdict{answer[best.Covered], key, map[string]any{"note": best.Note, "line": 1 + slices.Index(t.Perimeter.Lines, best)}}
	}
	switch {
	case t.Perimeter.Scope == Infrastructure && thing.Type == "" && t.excludes():
		return Verdict{Doubtful, "contract.verdict.which_out", nil}
	case t.Perimeter.Scope == Infrastructure:
		return Verdict{In, "contract.verdict.infrastructure", nil}
	case thing.Type == "":
		return Verdict{Doubtful, "contract.verdict.which", nil}
	case t.Perimeter.Scope == Listed:
		return Verdict{Out, "contract.verdict.not_listed", nil}
	case slices.Contains(atWork, thing.Type):
		return Verdict{In, "contract.verdict.workstation", nil}
	}
	return Verdict{Out, "contract.verdict.workstations_only", nil}
}

func (t Terms) excludes() bool {
	return slices.ContainsFunc(t.Perimeter.Lines, func(l Line) bool { return !l.Covered })
}

// NoClient is the verdict where it is not known who asks, NoContract where nothing was agreed for that day.
var (
	NoClient   = Verdict{Doubtful, "contract.verdict.no_client", nil}
	NoContract = Verdict{Out, "contract.verdict.no_contract", nil}
)
