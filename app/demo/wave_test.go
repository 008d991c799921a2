package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// delivered is a mail as it was put in the inbox.
type delivered struct {
	name string
	raw  []byte
}

// The whole demo without a desk: both waves go through the servers, and what comes out of
// IMAP is what went in.
func TestBothWavesGoThrough(t *testing.T) {
	s, mails := started(t), loaded(t)
	waves := Waves(mails)
	all := deliverWave(t, s, mails, waves[0])
	for i, m := range mails {
		if m.Fate.Acknowledged != nil && *m.Fate.Acknowledged && m.MessageID != "" {
			send(t, s, []string{m.From}, fmt.Sprintf("Message-ID: <ack%d@x.example>\r\nIn-Reply-To: %s\r\nSubject: [#%d] x\r\nAuto-Submitted: auto-replied\r\n\r\nx\r\n", i, m.MessageID, i))
		}
	}
	if m := find(t, "052"); m.Ready(Sent(mails, s.Received())) {
		t.Error("an answer to 002 is known before there is one")
	}
	for i, m := range mails {
		if m.Answer != nil {
			send(t, s, []string{m.From}, fmt.Sprintf("Message-ID: <answer%d@x.example>\r\nIn-Reply-To: %s\r\nSubject: [#%d] x\r\n\r\n%s", i, m.MessageID, i, strings.ReplaceAll(m.Answer.Text, "\n", "\r\n")))
		}
	}
	fetchAll(t, s, append(all, deliverWave(t, s, mails, waves[1])...))
}

func deliverWave(t *testing.T, s *Servers, mails, wave []Mail) (done []delivered) {
	t.Helper()
	for _, m := range wave {
		raw, err := m.Render(noon, Sent(mails, s.Received()))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Deliver(raw); err != nil {
			t.Fatal(err)
		}
		done = append(done, delivered{m.Name, raw})
	}
	return done
}

func fetchAll(t *testing.T, s *Servers, want []delivered) {
	t.Helper()
	c := login(t, s, nil)
	if _, err := c.Select("INBOX", nil).Wait(); err != nil {
		t.Fatal(err)
	}
	section := &imap.FetchItemBodySection{Peek: true}
	got, err := c.Fetch(imap.SeqSet{imap.SeqRange{Start: 1, Stop: 0}}, &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{section}}).Collect()
	if err != nil || len(got) != len(want) {
		t.Fatalf("%d mails for %d, %v", len(got), len(want), err)
	}
	for i := range want {
		if !bytes.Equal(got[i].FindBodySection(section), want[i].raw) {
			t.Errorf("%s changed on its way", want[i].name)
		}
	}
}

func TestPlayOnTheServers(t *testing.T) {
	s, mails := started(t), loaded(t)
	told := make(chan uint32, 10)
	c := login(t, s, &imapclient.Options{UnilateralDataHandler: &imapclient.UnilateralDataHandler{
		Mailbox: func(data *imapclient.UnilateralDataMailbox) { told <- *data.NumMessages },
	}})
	if _, err := c.Select("INBOX", nil).Wait(); err != nil {
		t.Fatal(err)
	}
	idle, err := c.Idle()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- Play(ctx, s.Stage(mails[:3], world(t))) }()
	for <-told < 3 {
	}
	cancel()
	if err := errors.Join(<-ended, idle.Close(), idle.Wait()); err != nil {
		t.Error(err)
	}
}
