package demo

import (
	"fmt"
	"slices"
	"strings"
)

// Outcome is what became of a mail, as the program's own data tell it.
type Outcome struct {
	Name         string // of the Mail
	Fate         string // one of Fates
	Joins        string // name of the mail that opened the ticket it went to; for a duplicate, of the mail it repeats
	Because      string // one of Reasons
	Linked       string // name of the mail that opened the ticket it is linked to
	Client       string // name of the client, "" for none
	Requester    string // address of the requester of its ticket
	Attachments  int    // files listed below the message
	Inline       int    // images shown inside the text
	Acknowledged bool   // whether its writer was sent an acknowledgement of it
	Text         string // what is shown unfolded
	Folded       []string
}

// Check compares what happened with the fates that stand beside the mails: one line for
// each mail, in the order of mails, then one for each outcome that belongs to none. ok is
// true only if every mail has one outcome and every field that its fate names agrees.
func Check(mails []Mail, happened []Outcome) (lines []string, ok bool) {
	ok = true
	outcomes := map[string][]Outcome{}
	for _, o := range happened {
		outcomes[o.Name] = append(outcomes[o.Name], o)
	}
	for _, m := range mails {
		wrong := compare(m.Fate, outcomes[m.Name])
		delete(outcomes, m.Name)
		ok = ok && len(wrong) == 0
		lines = append(lines, line(m, wrong))
	}
	for _, o := range happened {
		if _, left := outcomes[o.Name]; left {
			delete(outcomes, o.Name)
			lines, ok = append(lines, fmt.Sprintf("WRONG  %s: no such mail", o.Name)), false
		}
	}
	return lines, ok
}

func line(m Mail, wrong []string) string {
	if len(wrong) > 0 {
		return fmt.Sprintf("WRONG  %s: %s", m.Name, strings.Join(wrong, "; "))
	}
	text := "ok     " + m.Name + ": " + m.Fate.Fate
	if m.Fate.Joins != "" {
		text += " " + m.Fate.Joins
	}
	if m.Fate.Because != "" {
		text += " because " + m.Fate.Because
	}
	if m.Fate.Linked != "" {
		text += ", linked to " + m.Fate.Linked
	}
	return text
}

// compare names every difference between a fate and the outcomes of its mail.
func compare(f Fate, outcomes []Outcome) (wrong []string) {
	if len(outcomes) != 1 {
		return []string{fmt.Sprintf("%d outcomes, want 1", len(outcomes))}
	}
	o := outcomes[0]
	differ := func(field string, named bool, got, want any) {
		if named && got != want {
			wrong = append(wrong, fmt.Sprintf("%s is %q, want %q", field, fmt.Sprint(got), fmt.Sprint(want)))
		}
	}
	differ("fate", true, o.Fate, f.Fate)
	differ("joins", f.Joins != "", o.Joins, f.Joins)
	differ("because", f.Because != "", o.Because, f.Because)
	differ("linked", f.Linked != "", o.Linked, f.Linked)
	differ("requester", f.Requester != "", strings.ToLower(o.Requester), strings.ToLower(f.Requester))
	if f.Client != nil {
		differ("client", true, o.Client, *f.Client)
	}
	if f.Attachments != nil {
		differ("attachments", true, o.Attachments, *f.Attachments)
	}
	if f.Inline != nil {
		differ("inline", true, o.Inline, *f.Inline)
	}
	if f.Acknowledged != nil {
		differ("acknowledged", true, o.Acknowledged, *f.Acknowledged)
	}
	return append(wrong, compareText(f, o)...)
}

// compareText looks at words: how white space and lines are laid out does not count.
func compareText(f Fate, o Outcome) (wrong []string) {
	shown := words(o.Text)
	for _, want := range f.TextContains {
		if !strings.Contains(shown, words(want)) {
			wrong = append(wrong, fmt.Sprintf("text-contains: %q is not shown", want))
		}
	}
	for _, lack := range f.TextLacks {
		if strings.Contains(shown, words(lack)) {
			wrong = append(wrong, fmt.Sprintf("text-lacks: %q is shown", lack))
		}
	}
	for _, kind := range f.Folded {
		if !slices.Contains(o.Folded, kind) {
			wrong = append(wrong, fmt.Sprintf("folded: no %s, folded are %q", kind, o.Folded))
		}
	}
	if f.NothingFolds && len(o.Folded) > 0 {
		wrong = append(wrong, fmt.Sprintf("folded: %q, want none", o.Folded))
	}
	return wrong
}

func words(text string) string { return strings.Join(strings.Fields(text), " ") }
