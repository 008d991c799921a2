package calendar

import (
	"slices"
	"time"
)

// Region names a set of public holidays.
type Region string

// The regions. Those overseas have the eleven days of the whole country and the day of their own.
const (
	NoHolidays      Region = ""
	France          Region = "fr"
	AlsaceMoselle   Region = "fr-alsace-moselle"
	Guadeloupe      Region = "fr-guadeloupe"
	Martinique      Region = "fr-martinique"
	Guyane          Region = "fr-guyane"
	Reunion         Region = "fr-reunion"
	Mayotte         Region = "fr-mayotte"
	SaintBarthelemy Region = "fr-saint-barthelemy"
	SaintMartin     Region = "fr-saint-martin"
	NewCaledonia    Region = "fr-new-caledonia"
)

// Regions lists them in the order of choice.
var Regions = []Region{NoHolidays, France, AlsaceMoselle, Guadeloupe, Martinique, Guyane, Reunion, Mayotte, SaintBarthelemy, SaintMartin, NewCaledonia}

// Holiday is a public holiday; Key is its name in the words catalogue.
type Holiday struct {
	Date Date
	Key  string
}

// fixed is a holiday of the same day each year.
type fixed struct {
	month time.Month
	day   int
	key   string
}

// moving is a holiday so many days after Easter Sunday.
type moving struct {
	days int
	key  string
}

// country are the legal holidays of all of France: Code du travail, art. L3133-1.
var country = []fixed{
	{time.January, 1, "calendar.holiday.new_year"},
	{time.May, 1, "calendar.holiday.labour"},
	{time.May, 8, "calendar.holiday.victory"},
	{time.July, 14, "calendar.holiday.national"},
	{time.August, 15, "calendar.holiday.assumption"},
	{time.November, 1, "calendar.holiday.all_saints"},
	{time.November, 11, "calendar.holiday.armistice"},
	{time.December, 25, "calendar.holiday.christmas"},
}

var countryMoving = []moving{
	{1, "calendar.holiday.easter_monday"},
	{39, "calendar.holiday.ascension"},
	{50, "calendar.holiday.whit_monday"},
}

// own are the days that one region adds. Overseas: Code du travail, art. L3422-2 and décret 83-1003 (the abolition of
// slavery); Saint-Martin since 2018 on 28 May. Alsace and Moselle: art. L3134-13, where Good Friday holds in the
// communes with a Protestant church; the contract's extraordinary openings tell the others.
var own = map[Region][]fixed{
	AlsaceMoselle:   {{time.December, 26, "calendar.holiday.second_christmas"}},
	Guadeloupe:      {{time.May, 27, abolition}},
	Martinique:      {{time.May, 22, abolition}},
	Guyane:          {{time.June, 10, abolition}},
	Reunion:         {{time.December, 20, abolition}},
	Mayotte:         {{time.April, 27, abolition}},
	SaintBarthelemy: {{time.October, 9, abolition}},
	SaintMartin:     {{time.May, 28, abolition}},
	NewCaledonia:    {{time.September, 24, "calendar.holiday.citizenship"}},
}

const abolition = "calendar.holiday.abolition"

var ownMoving = map[Region][]moving{
	AlsaceMoselle: {{-2, "calendar.holiday.good_friday"}},
}

// On returns the key of the holiday that a day is in the region. Two on one day (1 May 2008 was Ascension too) give
// the one of the fixed date.
func (r Region) On(d Date) (key string, ok bool) {
	if r == NoHolidays {
		return "", false
	}
	for _, list := range [][]fixed{country, own[r]} {
		for _, f := range list {
			if f.month == d.Month && f.day == d.Day {
				return f.key, true
			}
		}
	}
	if d.Month < time.March || d.Month > time.June { // Easter Sunday is between 22 March and 25 April
		return "", false
	}
	easter := Easter(d.Year)
	for _, list := range [][]moving{countryMoving, ownMoving[r]} {
		for _, m := range list {
			if easter.Add(m.days) == d {
				return m.key, true
			}
		}
	}
	return "", false
}

// Of returns a year's holidays in the region, in order.
func (r Region) Of(year int) (all []Holiday) {
	for d := (Date{year, time.January, 1}); d.Year == year; d = d.Add(1) {
		if key, ok := r.On(d); ok {
			all = append(all, Holiday{d, key})
		}
	}
	return all
}

// Known says whether the region is one of Regions.
func (r Region) Known() bool { return slices.Contains(Regions, r) }

// Easter returns Easter Sunday of the Gregorian calendar (Meeus, Astronomical Algorithms, ch. 8).
func Easter(year int) Date {
	a, b, c := year%19, year/100, year%100
	d, e := b/4, b%4
	g := (b - (b+8)/25 + 1) / 3
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 22*l) / 451
	n := h + l - 7*m + 114
	return Date{year, time.Month(n / 31), n%31 + 1}
}
