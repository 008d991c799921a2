package demo

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Stage is what Play needs: who is there, what arrives, and the two ways to our side.
type Stage struct {
	Mails    []Mail
	World    World
	Deliver  func(raw []byte) error // puts a mail in the support mailbox
	Received func() []Received      // all that our side has sent so far, oldest first
	Changed  <-chan struct{}        // wakes Play when there is more of it
}

// Stage returns the stage on these servers.
func (s *Servers) Stage(mails []Mail, world World) Stage {
	return Stage{Mails: mails, World: world, Deliver: s.Deliver, Received: s.Received, Changed: s.changed}
}

// Play is the live demo. Each mail arrives at its delay after the start, or after the last
// thing of ours that it needs has been sent; and the contacts write back to what the
// technicians send, three times a ticket at most, as they do in life: quoting it their own
// way, after a few seconds. It goes on until ctx ends, which is no error; the error is of a
// delivery or of a mail that cannot be rendered. It reads time.Now: it is a loop.
func Play(ctx context.Context, stage Stage) error {
	p := playing{Stage: stage, said: map[string]int{}, seen: map[string]bool{}}
	var err error
	if p.sayings, err = loadSayings(); err != nil {
		return err
	}
	p.start = time.Now()
	for _, m := range stage.Mails {
		if len(m.Needs) > 0 {
			p.waiting = append(p.waiting, m)
			continue
		}
		p.arrive(arrival{p.start.Add(m.Fate.Delay), m, true})
	}
	for ctx.Err() == nil {
		p.listen(time.Now())
		next, err := p.deliverDue(time.Now())
		if err != nil {
			return err
		}
		pause(ctx, stage.Changed, next)
	}
	return nil
}

// pause waits for the earliest of ctx, a change and the instant; a zero instant never comes.
func pause(ctx context.Context, changed <-chan struct{}, until time.Time) {
	var ring <-chan time.Time
	if !until.IsZero() {
		timer := time.NewTimer(time.Until(until))
		defer timer.Stop()
		ring = timer.C
	}
	select {
	case <-ctx.Done():
	case <-changed:
	case <-ring:
	}
}

type arrival struct {
	at    time.Time
	mail  Mail
	early bool // written before the start: its date counts back from there
}

type playing struct {
	Stage
	start   time.Time
	sayings map[string]sayings // by language
	coming  []arrival          // by time
	waiting []Mail             // for something of ours
	heard   int                // how many of Received have been dealt with
	seen    map[string]bool
	said    map[string]int // times that a contact wrote back, by ticket; maxReplies when all is said
}

func (p *playing) arrive(a arrival) {
	i, _ := slices.BinarySearchFunc(p.coming, a.at, func(a arrival, at time.Time) int {
		if a.at.After(at) {
			return 1
		}
		return -1 // after those of the same instant
	})
	p.coming = slices.Insert(p.coming, i, a)
}

func (p *playing) deliverDue(now time.Time) (next time.Time, err error) {
	for len(p.coming) > 0 {
		if p.coming[0].at.After(now) {
			return p.coming[0].at, nil
		}
		m, written := p.coming[0].mail, now
		if p.coming[0].early {
			// The two copies of one mail carry one date, as they must.
			written = p.start
		}
		p.coming = p.coming[1:]
		raw, err := m.Render(written, Sent(p.Mails, p.Received()))
		if err != nil {
			return next, err
		}
		if err := p.Deliver(raw); err != nil {
			return next, fmt.Errorf("demo mail %s: %w", m.Name, err)
		}
	}
	return next, nil
}

// listen deals with what our side has sent since the last time.
func (p *playing) listen(now time.Time) {
	all := p.Received()
	for _, r := range all[p.heard:] {
		p.heard++
		if r.MessageID != "" && p.seen[r.MessageID] {
			continue // one mail, sent to each recipient by itself
		}
		p.seen[r.MessageID] = true
		scripted := p.release(all[:p.heard], r, now)
		if !scripted && !r.Automatic {
			p.writeBack(r, now)
		}
	}
}

// release lets those mails come that have waited for r, and says whether one of them is
// its recipient's own answer to it.
func (p *playing) release(all []Received, r Received, now time.Time) (scripted bool) {
	sent := Sent(p.Mails, all)
	p.waiting = slices.DeleteFunc(p.waiting, func(m Mail) bool {
		if !m.Ready(sent) {
			return false
		}
		p.arrive(arrival{at: now.Add(m.Fate.Delay), mail: m})
		scripted = scripted || slices.ContainsFunc(m.Needs, func(need string) bool { return strings.HasPrefix(need, "answer to") })
		return true
	})
	return scripted
}
