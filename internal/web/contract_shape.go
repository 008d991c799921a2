package web

import (
	"guichet/internal/asset"
	"guichet/internal/calendar"
	"guichet/internal/contract"
	"guichet/internal/fault"
)

func contractOf(c contract.Contract) contractView {
	return contractView{ID: idOf(c.ID), Name: c.Name, StartsOn: c.StartsOn.String(), EndsOn: c.EndsOn.String(), NoticeMonths: c.NoticeMonths,
		Note: c.Note, Version: c.Version, Versions: each(c.Versions, func(v contract.Version) contractVersion {
			return contractVersion{v.FromOn.String(), termsOf(v.Terms)}
		})}
}

func termsOf(t contract.Terms) contractTerms {
	return contractTerms{Scope: scope(t.Perimeter.Scope), Lines: each(t.Perimeter.Lines, func(l contract.Line) perimeterLine {
		return perimeterLine{l.Covered, idOf(l.AssetID), idOf(l.SiteID), assetType(l.Type), l.Note}
	}), Levels: t.Levels, Zone: t.Hours.Zone, Week: weekOf(t.Hours.Week), Holidays: region(t.Hours.Holidays),
		Closures: each(t.Hours.Closures, func(c calendar.Closure) closure { return closure{c.From.String(), c.To.String(), c.Name} }),
		Extra:    each(t.Hours.Extra, func(x calendar.Extra) extraOpening { return extraOpening{x.Date.String(), x.Spans, x.Name} }),
		OnCall:   t.OnCall, Extended: weekOf(t.Extended), Targets: t.Targets[:],
		Stops: each(t.Stops, func(s string) waitsFor { return waitsFor(s) }), Grace: t.Grace, Risk: t.Risk, Included: t.Included, Rounding: t.Rounding}
}

func weekOf(week [7][]calendar.Span) list[list[calendar.Span]] {
	return each(week[:], func(spans []calendar.Span) list[calendar.Span] { return spans })
}

func (t contractTerms) terms() (out contract.Terms, err error) {
	dates := days{}
	out = contract.Terms{Levels: t.Levels, OnCall: t.OnCall, Grace: t.Grace, Risk: t.Risk, Included: t.Included, Rounding: t.Rounding,
		Stops: each(t.Stops, func(s waitsFor) string { return string(s) }),
		Hours: calendar.Plan{Zone: t.Zone, Holidays: calendar.Region(t.Holidays)},
		Perimeter: contract.Perimeter{Scope: contract.Scope(t.Scope), Lines: each(t.Lines, func(l perimeterLine) contract.Line {
			return contract.Line{Covered: l.Covered, AssetID: l.AssetID.n(), SiteID: l.SiteID.n(), Type: asset.Type(l.Type), Note: l.Note}
		})}}
	for i := range out.Hours.Week { // the schema has seen to their lengths
		out.Hours.Week[i], out.Extended[i] = t.Week[i], t.Extended[i]
	}
	copy(out.Targets[:], t.Targets)
	for _, c := range t.Closures {
		out.Hours.Closures = append(out.Hours.Closures, calendar.Closure{From: dates.of("closures", c.From), To: dates.of("closures", c.To), Name: c.Name})
	}
	for _, x := range t.Extra {
		out.Hours.Extra = append(out.Hours.Extra, calendar.Extra{Date: dates.of("extra", x.Date), Spans: x.Spans, Name: x.Name})
	}
	return out, dates.check.Err()
}

// days reads dates, and collects those that are none.
type days struct{ check fault.Check }

func (d *days) of(field, text string) (out calendar.Date) {
	if err := out.UnmarshalText([]byte(text)); err != nil {
		d.check.That(false, field, "web.err.date", "text", text)
	}
	return out
}

func (f ContractForm) contract() (contract.Contract, error) {
	dates := days{}
	c := contract.Contract{Name: f.Name, StartsOn: dates.of("startsOn", f.StartsOn), EndsOn: dates.of("endsOn", f.EndsOn),
		NoticeMonths: f.NoticeMonths, Note: f.Note}
	return c, dates.check.Err()
}
