package demo

import (
	_ "embed" // replies.json
	"encoding/json"
	"hash/fnv"
	"math/rand/v2"
	"strings"
	"time"
)

// maxReplies is how often a contact writes back on one ticket.
const maxReplies = 3

//go:embed replies.json
var repliesFile []byte

// sayings are the canned words of contacts in one language.
type sayings struct {
	Open   []string `json:"open"`   // it goes on
	Close  []string `json:"close"`  // it is solved
	Inline []string `json:"inline"` // under a question
}

func loadSayings() (map[string]sayings, error) {
	var all map[string]sayings
	err := json.Unmarshal(repliesFile, &all)
	return all, err
}

// writeBack lets the contact that r was sent to answer it, some seconds later.
func (p *playing) writeBack(r Received, now time.Time) {
	contact, ok := p.contact(r)
	ticket := threadOf(r)
	if !ok || contact.Gone || p.said[ticket] >= maxReplies {
		return
	}
	turn := p.said[ticket]
	chance := seeded(ticket, turn)
	text, solved := choose(p.sayings[contact.Language], r.Text(), turn, chance)
	p.said[ticket]++
	if solved {
		p.said[ticket] = maxReplies // nobody thanks twice
	}
	pause := 4*time.Second + time.Duration(chance.IntN(9000))*time.Millisecond
	p.arrive(arrival{at: now.Add(pause), mail: reply(contact, r, text)})
}

// contact finds who answers: the first of the recipients that the demo knows, a stranger
// of its mails included.
func (p *playing) contact(r Received) (Contact, bool) {
	for _, to := range r.To {
		if c, ok := p.World.Contact(to); ok {
			return c, true
		}
		for _, m := range p.Mails {
			if strings.EqualFold(m.From, to) && m.Fate.Fate == "opened" && m.Fate.Linked == "" {
				return Contact{Email: m.From, Language: "fr", Mailer: "thunderbird"}, true
			}
		}
	}
	return Contact{}, false
}

// threadOf names the ticket that a mail of ours belongs to.
func threadOf(r Received) string {
	if found := token.FindString(r.Subject); found != "" {
		return found
	}
	if len(r.References) > 0 {
		return r.References[0]
	}
	return r.InReplyTo + r.MessageID
}

// seeded gives the same chances to the same turn of the same ticket, whatever the run.
func seeded(ticket string, turn int) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(ticket)) // never fails
	return rand.New(rand.NewPCG(h.Sum64(), uint64(turn)))
}

// choose picks what to say at that turn, and whether it settles the matter. Sometimes the
// answer stands under the questions of what is answered.
func choose(say sayings, asked string, turn int, chance *rand.Rand) (text string, solved bool) {
	if turn == maxReplies-1 || chance.IntN(10) < 3+2*turn {
		return say.Close[chance.IntN(len(say.Close))], true
	}
	if chance.IntN(3) == 0 {
		if text, ok := underQuestions(asked, say.Inline, chance); ok {
			return text, false
		}
	}
	return say.Open[chance.IntN(len(say.Open))], false
}

// underQuestions quotes a text up to its last question and answers each of them.
func underQuestions(asked string, answers []string, chance *rand.Rand) (string, bool) {
	var out, block strings.Builder
	for line := range strings.SplitSeq(strings.TrimSpace(asked), "\n") {
		if strings.HasPrefix(line, ">") {
			break // what we quoted ourselves
		}
		block.WriteString(strings.TrimRight("> "+line, " ") + "\n")
		if strings.HasSuffix(strings.TrimSpace(line), "?") {
			out.WriteString(block.String() + "\n" + answers[chance.IntN(len(answers))] + "\n\n")
			block.Reset()
		}
	}
	return strings.TrimSpace(out.String()), out.Len() > 0
}
