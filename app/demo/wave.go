package demo

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Delivered is a mail as it was put in the inbox: its bytes are the way from what the
// program stored back to its Name.
type Delivered struct {
	Name string
	Raw  []byte
}

// DeliverWave renders the mails of a wave at the present and puts them in the inbox, in
// their order. mails is the whole demo: what the wave answers is looked up there.
func (s *Servers) DeliverWave(mails, wave []Mail) ([]Delivered, error) {
	sent := Sent(mails, s.Received())
	var done []Delivered
	for _, m := range wave {
		raw, err := m.Render(s.now(), sent)
		if err != nil {
			return done, err
		}
		if err := s.Deliver(raw); err != nil {
			return done, fmt.Errorf("demo mail %s: %w", m.Name, err)
		}
		done = append(done, Delivered{Name: m.Name, Raw: raw})
	}
	return done, nil
}

// Await blocks until our side has sent everything that the wave needs whose kind is one
// of kinds ("ack of", "answer to", "number of"; none means all). When ctx ends first, the
// error wraps its cause and names what was still missing.
func (s *Servers) Await(ctx context.Context, mails, wave []Mail, kinds ...string) error {
	wake := make(chan struct{}, 1)
	s.OnReceived(func(Received) {
		select {
		case wake <- struct{}{}:
		default: // a wake-up is pending already
		}
	})
	for {
		missing := missing(wave, kinds, Sent(mails, s.Received()))
		if len(missing) == 0 {
			return nil
		}
		select {
		case <-wake:
		case <-ctx.Done():
			return fmt.Errorf("not sent: %s: %w", strings.Join(missing, ", "), context.Cause(ctx))
		}
	}
}

func missing(wave []Mail, kinds []string, sent func(string) (string, bool)) (list []string) {
	for _, m := range wave {
		for _, need := range m.Needs {
			kind := need[:strings.LastIndexByte(need, ' ')]
			if len(kinds) > 0 && !slices.Contains(kinds, kind) || slices.Contains(list, need) {
				continue
			}
			if _, ok := sent(need); !ok {
				list = append(list, need)
			}
		}
	}
	return list
}
