package demo

import (
	"fmt"
	"strings"
	"time"
)

var (
	days      = [...]string{"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"}
	months    = [...]string{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"}
	shortDays = [...]string{"dim.", "lun.", "mar.", "mer.", "jeu.", "ven.", "sam."}
	// The short forms of CLDR, which Gmail and Apple Mail show.
	shortMonths = [...]string{"janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."}
)

const stamp = "20060102T150405Z"

// when writes an instant, given as an offset from now, in the way of a mail program.
func when(word, args string, now time.Time) (string, error) {
	if word == "ics" {
		clock, err := time.Parse("15:04", args)
		if err != nil {
			return "", fmt.Errorf("time of the day: %w", err)
		}
		y, m, d := nextMonday(now).Date()
		return time.Date(y, m, d, clock.Hour(), clock.Minute(), 0, 0, now.Location()).UTC().Format(stamp), nil
	}
	at := now
	if args != "" {
		offset, err := time.ParseDuration(args)
		if err != nil {
			return "", fmt.Errorf("offset from now: %w", err)
		}
		at = now.Add(offset)
	}
	if text, ok := above(word, at); ok {
		return text, nil
	}
	return "", fmt.Errorf("unknown directive")
}

// above writes an instant as the named mail program does above a quote.
func above(word string, t time.Time) (string, bool) {
	switch word {
	case "date":
		return t.Format(time.RFC1123Z), true
	case "stamp":
		return t.UTC().Format(stamp), true
	case "outlook-fr":
		return long(t) + t.Format(" 15:04"), true
	case "outlook-en":
		return t.Format("Monday, January 2, 2006 3:04 PM"), true
	case "gmail-fr":
		return fmt.Sprintf("%s %d %s %d à %s", shortDays[t.Weekday()], t.Day(), shortMonths[t.Month()-1], t.Year(), t.Format("15:04")), true
	case "gmail-en":
		return t.Format("Mon, 2 Jan 2006 at 15:04"), true
	case "apple-fr":
		return fmt.Sprintf("%d %s %d à %s", t.Day(), shortMonths[t.Month()-1], t.Year(), t.Format("15:04")), true
	case "apple-en":
		return t.Format("2 Jan 2006, at 15:04"), true
	case "thunderbird-fr":
		return t.Format("02/01/2006 à 15:04"), true
	case "thunderbird-en":
		return t.Format("02/01/2006 15:04"), true
	case "monday-fr":
		return strings.TrimSuffix(long(nextMonday(t)), nextMonday(t).Format(" 2006")), true
	case "monday-en":
		return nextMonday(t).Format("Monday 2 January"), true
	}
	return "", false
}

func long(t time.Time) string {
	return fmt.Sprintf("%s %d %s %d", days[t.Weekday()], t.Day(), months[t.Month()-1], t.Year())
}

// nextMonday leaves at least four days: nobody announces a newcomer for tomorrow.
func nextMonday(t time.Time) time.Time {
	t = t.AddDate(0, 0, 4)
	for t.Weekday() != time.Monday {
		t = t.AddDate(0, 0, 1)
	}
	return t
}
