package intake

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"guichet/internal/db/dbtest"
)

// TestR9DuplicateMessageIDs: 20 pairs. The same mail come twice is one, whatever was written into its head on the way;
// another content under a known id, an empty id or none is never taken for a copy.
func TestR9DuplicateMessageIDs(t *testing.T) {
	plain := func(id, text string) string {
		head := ""
		if id != "none" {
			head = "Message-ID: " + id + "\n"
		}
		return "From: Enora <enora@conserverie.example>\nTo: support@msp.example\nSubject: Imprimante\nDate: Mon, 23 Nov 2026 11:30:00 +0000\n" + head + "\n" + text + "\n"
	}
	whole := plain("<a@c>", "du quai")
	for _, c := range []struct {
		name, first, second string
		copies              bool
	}{
		{"delivered to an alias too", "Delivered-To: support@msp.example\n" + whole, "Delivered-To: aide@msp.example\n" + whole, true},
		{"by another server", "Received: from a by b; Mon, 23 Nov 2026 11:31:00 +0000\n" + whole, "Received: from c by d; Mon, 23 Nov 2026 11:35:00 +0000\n" + whole, true},
		{"another return path", "Return-Path: <enora@conserverie.example>\n" + whole, "Return-Path: <bounce+1@conserverie.example>\n" + whole, true},
		{"scored by one filter only", whole, "X-Spam-Score: 0.1\n" + whole, true},
		{"authenticated by one only", whole, "Authentication-Results: mx.msp.example; dkim=pass\n" + whole, true},
		{"original recipient", whole, "X-Original-To: aide@msp.example\n" + whole, true},
		{"without an id, at the same second", plain("none", "du quai"), "Delivered-To: aide@msp.example\n" + plain("none", "du quai"), true},
		{"an empty id, at the same second", plain("<>", "du quai"), "Delivered-To: aide@msp.example\n" + plain("<>", "du quai"), true},
		{"a reused id, another text", whole, plain("<a@c>", "du bureau"), false},
		{"a reused id, one word more", whole, plain("<a@c>", "du quai, vite"), false},
		{"a reused id, another sender", whole, strings.Replace(whole, "enora@", "yann@", 1), false},
		{"a reused id, another subject", whole, strings.Replace(whole, "Imprimante", "Serveur", 1), false},
		{"a reused id, a forged sender from elsewhere", whole, strings.Replace(plain("<a@c>", "Virement urgent"), "enora@conserverie.example", "enora@evil.example", 1), false},
		{"a reused id, another day and text", whole, strings.Replace(plain("<a@c>", "encore"), "23 Nov", "24 Nov", 1), false},
		{"an empty id, another text", plain("<>", "du quai"), plain("<>", "du bureau"), false},
		{"no id, another text", plain("none", "du quai"), plain("none", "du bureau"), false},
		{"an id of blanks, another text", plain("< >", "du quai"), plain("< >", "du bureau"), false},
		{"an id without brackets, another text", plain("a@c", "du quai"), plain("a@c", "du bureau"), false},
		{"no id, another minute", plain("none", "du quai"), strings.Replace(plain("none", "du quai"), "11:30", "11:31", 1), false},
		{"neither id nor date", strings.Replace(plain("none", "du quai"), "Date: Mon, 23 Nov 2026 11:30:00 +0000\n", "", 1), strings.Replace("Delivered-To: aide@msp.example\n"+plain("none", "du quai"), "Date: Mon, 23 Nov 2026 11:30:00 +0000\n", "X-Autre: 1\n", 1), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := newOffice(t, dbtest.Open(t))
			got := o.take(c.first, c.second)
			if copied := got[1].Fate == Duplicate; copied != c.copies {
				t.Errorf("%+v", got[1])
			}
			want := int64(2)
			if c.copies {
				want = 1
			}
			if n := o.count("SELECT COUNT(*) FROM message"); n != want || o.count("SELECT COUNT(*) FROM mail") != 2 {
				t.Errorf("%d messages, want %d", n, want)
			}
			if again := o.take(c.first, c.second); !again[0].Again || !again[1].Again || o.count("SELECT COUNT(*) FROM message") != want {
				t.Errorf("taken again: %+v", again)
			}
		})
	}
}

// TestR12EveryBombIsATicket: whatever shape a mail has, it is a ticket with its raw source.
func TestR12EveryBombIsATicket(t *testing.T) {
	head := "From: Enora <enora@conserverie.example>\nTo: support@msp.example\nSubject: Bombe\nMIME-Version: 1.0\n"
	nested := func(levels int) string {
		var b strings.Builder
		for i := range levels {
			fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i)
		}
		return b.String() + "\nfond"
	}
	o := newOffice(t, dbtest.Open(t))
	for name, rest := range map[string]string{
		"20,000 levels":         nested(20_000),
		"60,000 parts":          "Content-Type: multipart/mixed; boundary=x\n\n" + strings.Repeat("--x\n\na\n", 60_000) + "--x--\n",
		"100,000 addresses":     "Cc: " + strings.Repeat("a@b.example,\n ", 100_000) + "z@b.example\n\ntexte",
		"60,000 words":          "X-Sujet: " + strings.Repeat("=?utf-8?q?=C3=A9?=\n ", 60_000) + "fin\n\ntexte",
		"an endless header":     "X-Pad: " + strings.Repeat("y", 20<<20) + "\n\ntexte",
		"50,000 references":     "References: " + strings.Repeat("<a@b.example>\n ", 50_000) + "<z@c>\n\ntexte",
		"mails in mails":        strings.Repeat("Content-Type: message/rfc822\n\n", 5_000) + "\nfond",
		"a boundary of nothing": "Content-Type: multipart/mixed; boundary=\"\"\n\n" + strings.Repeat("--\n", 100_000),
		"one line of text":      "\n" + strings.Repeat("> ", 5<<20),
		"NUL bytes":             "\n" + strings.Repeat("\x00", 1<<20),
		"TNEF of nonsense":      "Content-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\neJ8+Iv//" + strings.Repeat("AgEAAAABAAAA////fwAA", 20_000),
		"a calendar for ever":   "Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\nMETHOD:REQUEST\n" + strings.Repeat("BEGIN:VEVENT\nUID:x\nDTSTART:20260101T000000\nRRULE:FREQ=SECONDLY;BYMONTHDAY=31;BYMONTH=2\nEND:VEVENT\n", 3_000),
	} {
		before := o.count("SELECT COUNT(*) FROM ticket")
		got := o.take(head + "Message-ID: <" + strings.ReplaceAll(name, " ", "-") + "@c>\n" + rest)[0]
		if got.TicketID == 0 || o.count("SELECT COUNT(*) FROM ticket") != before+1 {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// collected are the mails that strangers collected; they are no part of the project.
const collected = "../../../shared/corpora"

// TestR13EveryCollectedMailIsKept: each has one fate, none fails, and each is known when it comes again.
func TestR13EveryCollectedMailIsKept(t *testing.T) {
	o, n, unreadable := newOffice(t, dbtest.Open(t)), 0, 0
	var batch []string
	flush := func() {
		for i, got := range o.take(batch...) {
			if got.MailID == 0 || got.Fate == "" {
				t.Errorf("mail %d: %+v", i, got)
			}
			if got.Fate == Unreadable {
				unreadable++
			}
		}
		for i, got := range o.take(batch...) {
			if !got.Again {
				t.Errorf("mail %d is not known again: %+v", i, got)
			}
		}
		batch = nil
	}
	err := filepath.WalkDir(collected, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || filepath.Ext(name) != ".eml" && filepath.Ext(name) != ".msg" {
			return err
		}
		raw, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		n++
		if batch = append(batch, strings.ReplaceAll(string(raw), "\r\n", "\n")); len(batch) == 50 {
			flush()
		}
		return nil
	})
	if err != nil {
		fmt.Println("collected mails are not here: only our own were taken:", err)
	}
	if len(batch) > 0 {
		flush()
	}
	if unreadable > 0 {
		t.Errorf("%d of %d mails are unreadable", unreadable, n)
	}
	t.Logf("%d mails", n)
}
