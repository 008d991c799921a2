package mail

import (
	"strings"
	"time"
)

// cleanZone strips what stands around the name of a zone.
func cleanZone(name string) string {
	return cleanLine(strings.Trim(strings.TrimSpace(name), `"'`))
}

// clock finds a zone by the name that a calendar gives it: one of the IANA, one of Windows, one that the calendar
// defines, one that a program put its own words around, the cities of Outlook's list. ok is false for a name that says
// nothing.
func (c *Calendar) clock(name string) (k clock, ok bool) {
	name = cleanZone(name)
	if loc := knownZone(name); loc != nil {
		return clock{loc: loc}, true
	}
	def := c.zones[name]
	if def != nil {
		if loc := knownZone(def.place); loc != nil {
			return clock{loc: loc}, true
		}
	}
	if loc := knownZone(zonePath(name)); loc != nil {
		return clock{loc: loc}, true
	}
	if def != nil && len(def.observances) > 0 {
		return clock{rules: def}, true
	}
	if loc := listedZone(name); loc != nil {
		return clock{loc: loc}, true
	}
	return clock{}, false
}

// knownZone gives the zone of an IANA or Windows name, nil when it is none.
func knownZone(name string) *time.Location {
	if iana := windowsZones[strings.ToLower(name)]; iana != "" {
		name = iana
	}
	switch strings.ToUpper(name) {
	case "UTC", "GMT", "Z", "ETC/UTC", "COORDINATED UNIVERSAL TIME":
		return time.UTC
	case "", "LOCAL":
		return nil
	}
	for i := 0; i < len(name); i++ {
		if c := name[i]; !isNameByte(c) && c != '/' && c != '+' || i > 60 {
			return nil
		}
	}
	if loc, err := time.LoadLocation(name); err == nil {
		return loc
	}
	return nil // an unknown name is no error: other readings of it follow
}

// zonePath takes the IANA name off the end of "/citadel.org/20261123_1/Europe/Paris": its last two words, or three for
// America/Argentina/Ushuaia.
func zonePath(name string) string {
	part := strings.Split(name, "/")
	n := len(part)
	switch {
	case n >= 4 && (part[n-3] == "America"):
		return strings.Join(part[n-3:], "/")
	case n >= 3:
		return strings.Join(part[n-2:], "/")
	}
	return ""
}

// listedZone reads the names that Outlook shows: "(UTC+01:00) Brussels, Copenhagen, Madrid, Paris", or the cities alone.
func listedZone(name string) *time.Location {
	cities, offset, told := name, 0, false
	if rest, ok := strings.CutPrefix(name, "("); ok {
		zone, after, _ := strings.Cut(rest, ")")
		zone = strings.TrimPrefix(strings.TrimPrefix(strings.ToUpper(zone), "UTC"), "GMT")
		cities, offset, told = after, parseOffset(zone), true
	}
	tries := 0
	for city := range strings.SplitSeq(cities, ",") {
		city = strings.ReplaceAll(strings.TrimSpace(city), " ", "_")
		for _, region := range []string{"Europe", "America", "Asia", "Africa", "Australia", "Pacific", "Atlantic"} {
			if tries++; tries > 60 || city == "" {
				break
			}
			loc := knownZone(region + "/" + city)
			if loc != nil && (!told || standardOffset(loc) == offset) {
				return loc
			}
		}
	}
	if told {
		return time.FixedZone("", offset)
	}
	return nil
}

// standardOffset is what a zone is ahead of UTC in its winter.
func standardOffset(loc *time.Location) int {
	january := offsetAt(loc, time.Date(2026, 1, 15, 0, 0, 0, 0, time.UTC))
	july := offsetAt(loc, time.Date(2026, 7, 15, 0, 0, 0, 0, time.UTC))
	return min(january, july)
}
