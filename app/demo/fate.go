package demo

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Fate is what must become of a mail. A field that the file does not name is not checked:
// its pointer is nil, its list empty or its string "".
type Fate struct {
	Fate         string        // one of Fates
	Joins        string        // name of the mail whose ticket (or whose copy, for a duplicate) it goes to
	Because      string        // one of Reasons
	Linked       string        // name of the mail whose ticket it must only be linked to
	Client       *string       // name of the client, "" for none (written "none")
	Requester    string        // address of the person whose ticket it is
	Attachments  *int          // files listed below the message
	Inline       *int          // images shown inside the text, by their Content-ID
	Acknowledged *bool         // whether its writer gets an acknowledgement
	TextContains []string      // each must stand in the text that is shown unfolded
	TextLacks    []string      // none may stand in the text that is shown unfolded
	Folded       []string      // kinds that must be folded: "quote", "signature"
	NothingFolds bool          // "folded: none"
	Delay        time.Duration // in the live demo: after the start, or after the last thing it needs was sent
}

// Fates lists what can become of a mail.
var Fates = []string{"opened", "joined", "auto", "bounce", "list", "alert", "duplicate", "meeting"}

// Reasons lists why a mail went where it went.
var Reasons = []string{"own-id", "known-id", "subject-token", "new", "linked"}

func parseFate(text string) (Fate, error) {
	var f Fate
	delayed := false
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		key, value, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if value = strings.TrimSpace(value); !ok || value == "" {
			return f, fmt.Errorf("fate: %q is not \"key: value\"", line)
		}
		if err := f.set(key, value); err != nil {
			return f, fmt.Errorf("fate: %s: %w", key, err)
		}
		delayed = delayed || key == "delay"
	}
	if f.Fate == "" || !delayed {
		return f, fmt.Errorf("fate: the keys fate and delay are needed")
	}
	return f, nil
}

func (f *Fate) set(key, value string) (err error) {
	switch key {
	case "fate":
		f.Fate, err = oneOf(value, Fates)
	case "joins":
		f.Joins = value
	case "because":
		f.Because, err = oneOf(value, Reasons)
	case "linked":
		f.Linked = value
	case "client":
		client := strings.TrimPrefix(value, "none")
		f.Client = &client
	case "requester":
		f.Requester = value
	case "attachments":
		f.Attachments, err = number(value)
	case "inline":
		f.Inline, err = number(value)
	case "acknowledged":
		_, err = oneOf(value, []string{"yes", "no"})
		yes := value == "yes"
		f.Acknowledged = &yes
	case "text-contains":
		f.TextContains = append(f.TextContains, value)
	case "text-lacks":
		f.TextLacks = append(f.TextLacks, value)
	case "folded":
		if f.NothingFolds = value == "none"; !f.NothingFolds {
			f.Folded, err = someOf(value, []string{"quote", "signature"})
		}
	case "delay":
		var seconds float64
		seconds, err = strconv.ParseFloat(value, 64)
		f.Delay = time.Duration(seconds * float64(time.Second))
	default:
		err = fmt.Errorf("unknown key")
	}
	return err
}

func number(value string) (*int, error) {
	n, err := strconv.Atoi(value)
	return &n, err
}

func oneOf(value string, allowed []string) (string, error) {
	if !slices.Contains(allowed, value) {
		return "", fmt.Errorf("%q is none of %s", value, strings.Join(allowed, ", "))
	}
	return value, nil
}

func someOf(value string, allowed []string) ([]string, error) {
	var some []string
	for one := range strings.SplitSeq(value, ",") {
		one, err := oneOf(strings.TrimSpace(one), allowed)
		if err != nil {
			return nil, err
		}
		some = append(some, one)
	}
	return some, nil
}

// checkRefs refuses a fate or a template that speaks of a mail that does not exist, or
// that stands later: it could not have opened a ticket yet.
func checkRefs(mails []Mail) error {
	earlier := map[string]bool{}
	for _, m := range mails {
		for _, name := range []string{m.Fate.Joins, m.Fate.Linked} {
			if name != "" && !earlier[name] {
				return fmt.Errorf("demo mail %s: no earlier mail %s", m.Name, name)
			}
		}
		for _, need := range m.Needs {
			if !earlier[need[strings.LastIndexByte(need, ' ')+1:]] {
				return fmt.Errorf("demo mail %s: no earlier mail for %q", m.Name, need)
			}
		}
		if earlier[m.Ref()] {
			return fmt.Errorf("demo mail %s: its number is taken", m.Name)
		}
		earlier[m.Name], earlier[m.Ref()] = true, true
	}
	return nil
}
