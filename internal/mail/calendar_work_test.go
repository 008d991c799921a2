package mail

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	rrule "github.com/teambition/rrule-go"
	"pgregory.net/rapid"
)

// TestCalendarBounded: rules that never come true, or far too often, cost a known number of steps.
func TestCalendarBounded(t *testing.T) {
	for i, r := range []string{
		"FREQ=SECONDLY", "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=HOURLY;INTERVAL=24;BYHOUR=3", "FREQ=MINUTELY;INTERVAL=60;BYMINUTE=7", "FREQ=SECONDLY;INTERVAL=100000;BYSECOND=59;BYMINUTE=59",
		"FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6", "FREQ=MONTHLY;BYDAY=53MO", "FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11;BYSETPOS=366", "FREQ=YEARLY;INTERVAL=99999;BYYEARDAY=366",
		"FREQ=YEARLY;BYHOUR=0,1,2,3;BYMINUTE=0,1,2,3,4,5,6,7,8,9;BYSECOND=0,1,2,3,4,5,6,7,8,9;BYSETPOS=-1;BYDAY=MO,TU,WE,TH,FR,SA,SU", "FREQ=WEEKLY;BYMONTH=1,13;COUNT=999999999",
	} {
		c := readCalendar([]byte(visit("DTSTART:20261123T090000Z", "RRULE:"+r)))
		if list := c.Occurrences(time.UTC, 5); c.steps > ruleSteps || len(list) == 0 {
			t.Errorf("%s: %d steps, %d times", r, c.steps, len(list))
		}
		if i > 2 {
			continue
		}
		many := readCalendar([]byte(strings.Repeat(visit("DTSTART:20261123T090000Z", "RRULE:"+r)+"\n", 100)))
		if list := many.Occurrences(time.UTC, 5); many.steps > calendarSteps+ruleSteps || len(list) != 5 {
			t.Errorf("%s, often: %d steps, %d times", r, many.steps, len(list))
		}
	}
	series := func(n int) string { // one series and its exceptions, all of the same name
		return strings.Repeat(visit("UID:a", "DTSTART:20261123T090000Z", "RRULE:FREQ=DAILY")+"\n"+visit("UID:a", "RECURRENCE-ID:20261124T090000Z", "DTSTART:20261124T090000Z")+"\n", n)
	}
	for _, n := range []int{100, 1000} {
		c := readCalendar([]byte(series(n)))
		if c.Occurrences(time.UTC, 5); c.steps > calendarSteps+ruleSteps+2*maxEvents || len(c.events) > maxEvents {
			t.Errorf("%d series: %d steps", n, c.steps)
		}
	}
	dates := readCalendar([]byte(visit("DTSTART:20261123T090000Z", "RDATE:"+strings.Repeat("20261124T090000Z,", 20_000), "EXDATE:"+strings.Repeat("20261125T090000Z,", 20_000))))
	if list := dates.Occurrences(time.UTC, 5); len(list) != 2 {
		t.Errorf("%d times", len(list))
	}
	if readCalendar([]byte(strings.Repeat("BEGIN:VEVENT\n", 20_000))) == nil || readCalendar([]byte("BEGIN:VEVENT\nSUMMARY:"+strings.Repeat("a\n", 50_000))) == nil {
		t.Error("no calendar")
	}
}

// TestRulesAsOthersReadThem walks rules of every kind beside a library that many calendars are read with.
func TestRulesAsOthersReadThem(t *testing.T) {
	list := func(t *rapid.T, name string, low, high int, fromEnd bool) string {
		values := rapid.SliceOfNDistinct(rapid.IntRange(low, high), 1, 4, rapid.ID).Draw(t, name)
		var out []string
		for i, v := range values {
			if fromEnd && i%2 == 1 {
				v = -v
			}
			out = append(out, fmt.Sprint(v))
		}
		return ";" + name + "=" + strings.Join(out, ",")
	}
	rapid.Check(t, func(t *rapid.T) {
		freq := rapid.SampledFrom([]string{"YEARLY", "MONTHLY", "WEEKLY", "DAILY"}).Draw(t, "FREQ")
		text := "FREQ=" + freq + fmt.Sprintf(";INTERVAL=%d", rapid.IntRange(1, 3).Draw(t, "INTERVAL"))
		maybe := func(name string) bool { return rapid.IntRange(0, 2).Draw(t, name+"?") == 0 }
		if maybe("BYMONTH") {
			text += list(t, "BYMONTH", 1, 12, false)
		}
		if maybe("BYMONTHDAY") && freq != "WEEKLY" {
			text += list(t, "BYMONTHDAY", 1, 31, true)
		}
		if maybe("BYYEARDAY") && freq == "YEARLY" {
			text += list(t, "BYYEARDAY", 1, 366, true)
		}
		if maybe("BYDAY") {
			days := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"MO", "TU", "WE", "TH", "FR", "SA", "SU"}), 1, 3, rapid.ID).Draw(t, "BYDAY")
			if nth := rapid.SampledFrom([]string{"", "1", "2", "-1"}).Draw(t, "nth"); freq == "MONTHLY" || freq == "YEARLY" {
				for i := range days {
					days[i] = nth + days[i]
				}
			}
			text += ";BYDAY=" + strings.Join(days, ",")
		}
		if maybe("BYHOUR") {
			text += list(t, "BYHOUR", 0, 23, false)
		}
		if freq == "YEARLY" && strings.Contains(text, ";BYDAY") && !strings.ContainsAny(text[strings.Index(text, ";BYDAY"):], "-12") && maybe("BYWEEKNO") {
			text += list(t, "BYWEEKNO", 2, 51, true)
		}
		if maybe("WKST") && (freq == "WEEKLY" || freq == "YEARLY") {
			text += ";WKST=SU"
		}
		if maybe("BYSETPOS") && freq != "WEEKLY" { // the other counts the first week from the start, not from its first day
			text += list(t, "BYSETPOS", 1, 3, true)
		}
		start := time.Date(2026, time.Month(rapid.IntRange(1, 12).Draw(t, "month")), rapid.IntRange(1, 28).Draw(t, "day"), 9, 30, 0, 0, time.UTC)
		compareRule(t, text, start)
	})
}

func compareRule(t *rapid.T, text string, start time.Time) {
	other, err := rrule.StrToRRule("DTSTART:" + start.Format("20060102T150405Z") + "\nRRULE:" + text + ";UNTIL=20270701T000000Z")
	if err != nil {
		t.Fatal(err)
	}
	want := other.All()
	rule, ok := parseRule(text)
	if !ok {
		t.Fatal(text)
	}
	var got []time.Time
	steps := ruleSteps
	w := walker{rule: rule, start: start, steps: &steps}
	w.walk(func(at time.Time) bool {
		if at.Year() > 2027 || at.Year() == 2027 && at.Month() >= 7 {
			return false
		}
		got = append(got, at)
		return true
	})
	want = slices.CompactFunc(want, time.Time.Equal) // it gives a time twice that two numbers name
	if !slices.EqualFunc(got, want, time.Time.Equal) && steps > 0 {
		t.Fatalf("%s from %s:\n got %v\nwant %v", text, start, got[:min(10, len(got))], want[:min(10, len(want))])
	}
}

// FuzzCalendar: any bytes give occurrences that are in order and can be written.
func FuzzCalendar(f *testing.F) {
	f.Add([]byte(calendar("METHOD:REQUEST", visit("UID:a", "DTSTART;TZID=Europe/Paris:20261123T090000", "DURATION:P1DT1H", "RRULE:FREQ=WEEKLY;BYDAY=MO,-1FR;BYSETPOS=1;UNTIL=20270101T000000Z", "EXDATE;VALUE=DATE:20261130"))))
	f.Add([]byte("BEGIN:VTIMEZONE\nTZID:x\nBEGIN:STANDARD\nDTSTART:16010101T030000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\nRDATE:20200101T000000\nEND:STANDARD\nEND:VTIMEZONE\nBEGIN:VEVENT\nDTSTART;TZID=x:20261123T090000\nRRULE:FREQ=SECONDLY;BYHOUR=3\nRDATE;VALUE=PERIOD:20261123T090000/PT1H\nEND:VEVENT"))
	f.Add([]byte("BEGIN:VTODO\nDUE;TZID=\"(UTC+01:00) Paris:20261123T0900\nRECURRENCE-ID;RANGE=THISANDFUTURE:20261123\nEND:VTODO"))
	f.Fuzz(func(t *testing.T, b []byte) {
		c := readCalendar(b)
		if c == nil {
			return
		}
		list := c.Occurrences(time.UTC, 5)
		for i, o := range list {
			if o.End.Before(o.Start) || i > 0 && o.Start.Before(list[i-1].Start) || len(o.Start.Format(time.RFC3339)) > 25 || o.Start.Year() < 1 {
				t.Fatalf("%+v", list)
			}
		}
		if len(list) > 5 || c.steps > calendarSteps+ruleSteps+3*maxEvents || strings.ContainsAny(c.Method+c.UID, "\r\n\x00") {
			t.Fatalf("%d times, %d steps, %q %q", len(list), c.steps, c.Method, c.UID)
		}
		c.words()
	})
}

// TestCollectedCalendars: calendars and winmail.dat that strangers collected are read within their limits.
func TestCollectedCalendars(t *testing.T) {
	files := 0
	for _, pattern := range []string{"*/data/*.ics", "*/data/*.tnef"} {
		names, err := filepath.Glob(filepath.Join(corpora, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			files++
			if c := readCalendar(b); c != nil {
				if list := c.Occurrences(time.UTC, 5); len(list) > 5 || c.steps > calendarSteps {
					t.Errorf("%s: %d times, %d steps", name, len(list), c.steps)
				}
			}
			if filepath.Ext(name) != ".tnef" {
				continue
			}
			if got, ok := readTNEF(b); !ok || len(got.files) == 0 || got.left.bytes < 0 {
				t.Errorf("%s: %v, %d files", name, ok, len(got.files))
			}
		}
	}
	if files == 0 {
		fmt.Println("collected calendars are not here: only our own were read")
	}
}
