package mail

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// returnWords come before the day in an absence notice: "jusqu'au 5 novembre", "back on November 5", "bis zum 5.11.".
var returnWords = regexp.MustCompile(`(?:jusqu'au|jusqu'a|de retour (?:le|des le|a partir du)?|retour (?:prevu )?(?:est prevu )?le|reprise le|reviendrai le|rentrerai le|serai absente? du .{1,40}? au|until|till|through` +
	`|back (?:in the office |at work )?(?:on)?|return(?:ing)? (?:to the office |to work )?(?:on)?|bis (?:zum|einschliesslich|inklusive)?|wieder (?:ab|am)|ab dem|zuruck am|hasta el|fino al|tot en met|ate)\s*` +
	`(?:(?:le|the|el|il|dem)\s+)?(?:[a-z]+day|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag)?[,.]?\s*(?:le\s+|the\s+|dem\s+|den\s+)?` +
	`(\d{4}-\d{2}-\d{2}|\d{1,2}(?:er|st|nd|rd|th|\.)?\s+(?:of\s+)?[a-z]{3,10}\.?(?:,?\s+\d{4})?|[a-z]{3,10}\.?\s+\d{1,2}(?:st|nd|rd|th)?(?:,?\s+\d{4})?|\d{1,2}[/.]\d{1,2}\.?(?:[/.]?\d{2,4})?)`)

var appleEnd = regexp.MustCompile(`endDate=([0-9T:Z-]+)`)

// returns finds the day that an absence notice gives for the return, in the zone of the mail; nil when it gives none. A
// day without a year is the first such day from the mail's own on.
func (p *parser) returns() *time.Time {
	if m := appleEnd.FindStringSubmatch(p.top.get("x-apple-criteria")); m != nil {
		if t, err := time.Parse(time.RFC3339, m[1]); err == nil {
			return &t
		}
	}
	text := p.m.Subject + "\n" + p.m.Reply()
	text = strings.Join(strings.Fields(foldText(text[:min(len(text), 4000)])), " ")
	for _, m := range returnWords.FindAllStringSubmatch(text, 10) {
		if t, ok := dayFrom(m[1], p.m.Date); ok {
			return &t
		}
	}
	return nil
}

var figures = regexp.MustCompile(`\d+`)

// dayFrom reads a day in words or figures (day before month), folded. from gives the year that is missing, and the zone.
func dayFrom(s string, from time.Time) (time.Time, bool) {
	if t, err := time.ParseInLocation("2006-01-02", s, from.Location()); err == nil {
		return t, true
	}
	n := figures.FindAllString(s, 3)
	month := time.Month(0)
	for _, w := range strings.FieldsFunc(s, func(r rune) bool { return r < 'a' || r > 'z' }) {
		if m := foldedMonth(w); m != 0 {
			month = m
		}
	}
	if month == 0 && len(n) >= 2 {
		month = time.Month(number(n[1]))
		n = append(n[:1], n[2:]...)
	}
	if len(n) == 0 || month < 1 || month > 12 {
		return time.Time{}, false
	}
	day, err := strconv.Atoi(n[0])
	if err != nil || day < 1 || day > 31 {
		return time.Time{}, false
	}
	if len(n) > 1 {
		return time.Date(year(n[1]), month, day, 0, 0, 0, 0, from.Location()), true
	}
	t := time.Date(from.Year(), month, day, 0, 0, 0, 0, from.Location())
	if t.AddDate(0, 0, 1).Before(from) {
		t = t.AddDate(1, 0, 0)
	}
	return t, !from.IsZero()
}

// foldedMonth knows the months of French, English and German without accents.
func foldedMonth(w string) time.Month {
	if len(w) < 3 {
		return 0
	}
	for i, names := range [][]string{{"jan"}, {"feb", "fev"}, {"mar"}, {"apr", "avr"}, {"may", "mai"}, {"jun", "juin"}, {"jul", "juil"}, {"aug", "aout"}, {"sep"},
		{"oct", "okt"}, {"nov"}, {"dec", "dez"}} {
		for _, n := range names {
			if strings.HasPrefix(w, n) {
				return time.Month(i + 1)
			}
		}
	}
	return 0
}
