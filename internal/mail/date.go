package mail

import (
	"strconv"
	"strings"
	"time"
)

// parseDate reads the Date header with the liberties of old and foreign mailers: no weekday, two-digit years, dots for
// colons, named zones, ISO 8601, asctime. ok is false when day, month and year are not all there.
func parseDate(s string) (t time.Time, ok bool) {
	if len(s) > 300 {
		s = s[:300]
	}
	if t, err := time.Parse(time.RFC3339, strings.TrimSpace(s)); err == nil {
		return t, true
	}
	d := dateParts{day: -1, month: 0, year: -1}
	zone := ""
	for _, f := range strings.FieldsFunc(dropComments(s), func(r rune) bool { return r == ' ' || r == ',' || r == '\t' }) {
		if z := d.take(f); z != "" && zone == "" {
			zone = z
		}
	}
	if d.day < 1 || d.day > 31 || d.month < 1 || d.year < 0 || d.hour > 24 || d.min > 59 || d.sec > 60 {
		return time.Time{}, false
	}
	return time.Date(d.year, d.month, d.day, d.hour, d.min, d.sec, 0, zoneOf(zone)), true
}

type dateParts struct {
	day, year, hour, min, sec int
	month                     time.Month
	clock                     bool
}

// take puts one field where it belongs; what is left over and may be a zone comes back.
func (d *dateParts) take(f string) (zone string) {
	switch {
	case strings.Count(f, ":") >= 1 && isDigit(f[0]):
		return d.takeClock(f)
	case d.clock && (f[0] == '+' || f[0] == '-') && len(f) > 1:
		return f
	case strings.Count(f, "-") == 2:
		d.takeDashed(f)
	case isDigit(f[0]):
		d.takeNumber(f)
	default:
		if m := monthOf(f); m != 0 && d.month == 0 {
			d.month = m
		} else if d.clock || d.year >= 0 {
			return f
		}
	}
	return ""
}

// takeClock reads "10:44", "10:44:03.5" and a zone glued to it.
func (d *dateParts) takeClock(f string) (zone string) {
	if d.clock {
		return ""
	}
	if i := strings.IndexAny(f, "+-ZzTt"); i > 0 {
		f, zone = f[:i], f[i:]
	}
	parts := strings.Split(f, ":")
	if len(parts) < 2 {
		return ""
	}
	d.hour, d.clock = number(parts[0]), true
	d.min = number(parts[1])
	if len(parts) > 2 {
		sec, _, _ := strings.Cut(parts[2], ".")
		d.sec = number(sec)
	}
	return zone
}

// takeDashed reads "2-Nov-2026" and "2026-11-02".
func (d *dateParts) takeDashed(f string) {
	p := strings.SplitN(f, "-", 3)
	if m := monthOf(p[1]); m != 0 {
		d.day, d.month, d.year = number(p[0]), m, year(p[2])
		return
	}
	if m := number(p[1]); len(p[0]) == 4 && m >= 1 && m <= 12 {
		d.year, d.month, d.day = number(p[0]), time.Month(m), number(p[2])
	}
}

func (d *dateParts) takeNumber(f string) {
	f = strings.TrimRight(f, ".thndrs")
	switch {
	case d.day < 0 && len(f) <= 2:
		d.day = number(f)
	case d.year < 0 && len(f) >= 2 && len(f) <= 4:
		d.year = year(f)
	}
}

// year reads a year; RFC 5322 4.3 says what two and three digits mean.
func year(f string) int {
	y := number(f)
	switch {
	case len(f) == 2 && y < 50:
		return 2000 + y
	case len(f) <= 3:
		return 1900 + y
	}
	return y
}

// number reads digits; anything else gives a value that no field accepts.
func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return 99
	}
	return n
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func monthOf(s string) time.Month {
	s = strings.ToLower(strings.TrimRight(s, "."))
	if len(s) < 3 {
		return 0
	}
	for i, m := range []string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"} {
		if s[:3] == m {
			return time.Month(i + 1)
		}
	}
	for i, m := range []string{"janv", "févr", "mars", "avr", "mai", "juin", "juil", "août", "sept", "oct", "nov", "déc"} {
		if strings.HasPrefix(s, m) {
			return time.Month(i + 1)
		}
	}
	return 0
}

// zoneOf reads "+0100", "+01:00", and the names of RFC 5322 4.3; anything else is UTC.
func zoneOf(s string) *time.Location {
	s = strings.TrimSpace(s)
	if s == "" {
		return time.UTC
	}
	if s[0] == '+' || s[0] == '-' {
		digits := strings.ReplaceAll(s[1:], ":", "")
		if n, err := strconv.Atoi(digits); err == nil && n >= 0 && len(digits) <= 4 {
			if len(digits) <= 2 {
				n *= 100
			}
			off := n/100*3600 + n%100*60
			if s[0] == '-' {
				off = -off
			}
			if off == 0 {
				return time.UTC
			}
			return time.FixedZone("", off)
		}
		return time.UTC
	}
	hours, known := map[string]int{"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
		"BST": 1, "CET": 1, "CEST": 2, "MET": 1, "MEST": 2, "EET": 2, "EEST": 3, "JST": 9}[strings.ToUpper(s)]
	if !known {
		if _, off, ok := strings.Cut(strings.ToUpper(s), "GMT"); ok && off != "" {
			return zoneOf(off)
		}
		return time.UTC
	}
	return time.FixedZone("", hours*3600)
}

// dropComments takes (…) out of a header value.
func dropComments(s string) string {
	if strings.IndexByte(s, '(') < 0 {
		return s
	}
	var b strings.Builder
	depth := 0
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '(':
			depth++
		case s[i] == ')' && depth > 0:
			depth--
		case depth == 0:
			b.WriteByte(s[i])
		}
	}
	return b.String()
}
