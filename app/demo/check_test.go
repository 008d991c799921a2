package demo

import (
	"slices"
	"strings"
	"testing"
)

// asHoped is the outcome that a fate describes.
func asHoped(m Mail) Outcome {
	f := m.Fate
	o := Outcome{
		Name: m.Name, Fate: f.Fate, Because: f.Because, Joins: f.Joins, Linked: f.Linked, Requester: strings.ToUpper(f.Requester),
		Text: strings.Join(f.TextContains, " \n"), Folded: slices.Clone(f.Folded),
	}
	if f.Client != nil {
		o.Client = *f.Client
	}
	if f.Attachments != nil {
		o.Attachments = *f.Attachments
	}
	if f.Inline != nil {
		o.Inline = *f.Inline
	}
	if f.Acknowledged != nil {
		o.Acknowledged = *f.Acknowledged
	}
	return o
}

func hoped(mails []Mail) []Outcome {
	var all []Outcome
	for _, m := range mails {
		all = append(all, asHoped(m))
	}
	return all
}

func TestCheckAcceptsWhatWasHoped(t *testing.T) {
	mails := loaded(t)
	lines, ok := Check(mails, hoped(mails))
	if !ok || len(lines) != len(mails) {
		t.Errorf("%d lines for %d mails:\n%s", len(lines), len(mails), strings.Join(lines, "\n"))
	}
}

// Every field that a fate names must be looked at: altered alone, it must be seen.
func TestCheckSeesEachAlteredField(t *testing.T) {
	mails := loaded(t)
	altered := map[string]int{}
	for i, m := range mails {
		for field, alter := range alterations(m.Fate) {
			happened := hoped(mails)
			alter(&happened[i])
			lines, ok := Check(mails, happened)
			if ok || !strings.HasPrefix(lines[i], "WRONG") || !strings.Contains(lines[i], field) {
				t.Errorf("%s: %s altered, said %q", m.Name, field, lines[i])
			}
			altered[field]++
		}
	}
	for _, field := range []string{"fate", "joins", "linked", "because", "client", "requester", "attachments", "inline", "acknowledged", "text-contains", "text-lacks", "folded"} {
		if altered[field] == 0 {
			t.Errorf("no mail of the demo names %s", field)
		}
	}
}

func alterations(f Fate) map[string]func(*Outcome) {
	all := map[string]func(*Outcome){
		"fate": func(o *Outcome) { o.Fate += "?" },
	}
	add := func(named bool, field string, alter func(*Outcome)) {
		if named {
			all[field] = alter
		}
	}
	add(f.Joins != "", "joins", func(o *Outcome) { o.Joins = "000-another" })
	add(f.Linked != "", "linked", func(o *Outcome) { o.Linked = "" })
	add(f.Because != "", "because", func(o *Outcome) { o.Because = "" })
	add(f.Client != nil, "client", func(o *Outcome) { o.Client += "x" })
	add(f.Requester != "", "requester", func(o *Outcome) { o.Requester = "x" + o.Requester })
	add(f.Attachments != nil, "attachments", func(o *Outcome) { o.Attachments++ })
	add(f.Inline != nil, "inline", func(o *Outcome) { o.Inline-- })
	add(f.Acknowledged != nil, "acknowledged", func(o *Outcome) { o.Acknowledged = !o.Acknowledged })
	add(len(f.TextContains) > 0, "text-contains", func(o *Outcome) { o.Text = o.Text[2:] })
	add(len(f.TextLacks) > 0, "text-lacks", func(o *Outcome) { o.Text += f.TextLacks[len(f.TextLacks)-1] })
	add(len(f.Folded) > 0, "folded", func(o *Outcome) { o.Folded = o.Folded[1:] })
	add(f.NothingFolds, "folded", func(o *Outcome) { o.Folded = []string{"quote"} })
	return all
}

func TestCheckCounts(t *testing.T) {
	mails := loaded(t)
	for name, happened := range map[string][]Outcome{
		"nothing happened": nil,
		"one is missing":   hoped(mails)[1:],
		"one twice":        append(hoped(mails), asHoped(mails[3])),
		"one too many":     append(hoped(mails), Outcome{Name: "999-unknown", Fate: "opened"}),
	} {
		if lines, ok := Check(mails, happened); ok {
			t.Errorf("%s: accepted:\n%s", name, strings.Join(lines, "\n"))
		}
	}
}
