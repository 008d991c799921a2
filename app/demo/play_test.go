package demo

import (
	"bytes"
	"context"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// desk is our side on a stage: what arrives, and what it sends.
type desk struct {
	t        *testing.T
	stage    Stage
	arrived  []Received // a mail that arrives is read the same way as one that leaves
	at       []time.Duration
	mu       sync.Mutex // held while the desk acts
	received []Received
	changed  chan struct{}
	start    time.Time
}

// play runs the live demo in virtual time, with act called each virtual second.
func play(t *testing.T, long time.Duration, act func(d *desk, second int)) *desk {
	t.Helper()
	d := &desk{t: t}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		d.start, d.changed = time.Now(), make(chan struct{}, 1) // a channel of outside would hold the bubble's clock
		d.stage = Stage{Mails: loaded(t), World: world(t), Changed: d.changed,
			Deliver: func(raw []byte) error {
				d.mu.Lock()
				defer d.mu.Unlock()
				d.arrived = append(d.arrived, newReceived("", nil, raw, time.Now()))
				d.at = append(d.at, time.Since(d.start))
				return nil
			},
			Received: func() []Received {
				d.mu.Lock()
				defer d.mu.Unlock()
				return slices.Clone(d.received)
			},
		}
		done := make(chan error, 1)
		go func() { done <- Play(ctx, d.stage) }()
		for second := range int(long / time.Second) {
			time.Sleep(time.Second)
			synctest.Wait()
			d.mu.Lock()
			act(d, second+1)
			d.mu.Unlock()
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return d
}

func (d *desk) send(to, inReplyTo, subject, text string, automatic bool) {
	auto := ""
	if automatic {
		auto = "Auto-Submitted: auto-replied\r\n"
	}
	raw := fmt.Sprintf("From: =?utf-8?q?Atelier_R=C3=A9seau_Lorient?= <support@atelier-reseau.example>\r\nTo: %s\r\nMessage-ID: <out%d@atelier-reseau.example>\r\nIn-Reply-To: %s\r\nSubject: %s\r\n%s"+
		"Content-Type: text/plain; charset=utf-8\r\n\r\n%s", to, len(d.received), inReplyTo, subject, auto, strings.ReplaceAll(text, "\n", "\r\n"))
	d.received = append(d.received, newReceived("support@atelier-reseau.example", []string{to}, []byte(raw), time.Now()))
	select {
	case d.changed <- struct{}{}:
	default:
	}
}

// arrivedFrom returns what came from an address, replies that the demo made only if made.
func (d *desk) arrivedFrom(address string, made bool) []Received {
	var some []Received
	for _, r := range d.arrived {
		m, err := mail.ReadMessage(bytes.NewReader(r.Raw))
		if err != nil {
			d.t.Fatal(err)
		}
		_, scripted := d.scripted(r.MessageID)
		if lastAddress(m.Header.Get("From")) == address && scripted != made {
			some = append(some, r)
		}
	}
	return some
}

func (d *desk) scripted(id string) (Mail, bool) {
	for _, m := range d.stage.Mails {
		if m.MessageID == id {
			return m, true
		}
	}
	return Mail{}, false
}

func TestTheBacklogComesFirstAndTheRestInMinutes(t *testing.T) {
	d := play(t, 5*time.Minute, func(*desk, int) {})
	early := 0
	for i, at := range d.at {
		m, _ := d.scripted(d.arrived[i].MessageID)
		if m.Ref() == "015" && i > 0 && d.arrived[i-1].MessageID == m.MessageID {
			m = find(t, "016") // one Message-ID, two deliveries
		}
		if at != m.Fate.Delay || len(m.Needs) > 0 {
			t.Errorf("%s came at %s, want %s, needs %q", m.Name, at, m.Fate.Delay, m.Needs)
		}
		if at <= 3*time.Second {
			early++
		}
	}
	if want := len(Waves(d.stage.Mails)[0]); early != 25 || len(d.at) != want {
		t.Errorf("%d in the first seconds, %d of %d in all", early, len(d.at), want)
	}
}

// A desk that acknowledges and answers as the files say must see every mail of the demo,
// and nobody but those of the files must write to it.
func TestEveryMailComesWhenOurSideDoesItsPart(t *testing.T) {
	handled, done := 0, map[string]bool{}
	d := play(t, 10*time.Minute, func(d *desk, second int) {
		for ; handled < len(d.arrived); handled++ {
			m, ok := d.scripted(d.arrived[handled].MessageID)
			if !ok || done[m.Name] || m.Fate.Acknowledged == nil || !*m.Fate.Acknowledged {
				continue
			}
			done[m.Name] = true
			subject := fmt.Sprintf("[#%d] your request", handled+1)
			d.send(m.From, m.MessageID, subject, "Bien reçu.\n", true)
			if m.Answer != nil {
				d.send(m.From, m.MessageID, "Re: "+subject, m.Answer.Text, false)
			}
		}
	})
	if len(d.arrived) != len(d.stage.Mails) {
		t.Errorf("%d mails came, want %d", len(d.arrived), len(d.stage.Mails))
	}
}

func TestContactsWriteBackThreeTimesAtMost(t *testing.T) {
	d := play(t, 10*time.Minute, func(d *desk, second int) {
		if second%30 == 10 { // a technician who cannot stop
			for number, who := range map[int]string{11: "011", 7: "007", 36: "036", 44: "044", 48: "048", 37: "038"} {
				m := find(d.t, who)
				d.send(m.From, m.MessageID, fmt.Sprintf("Re: [#%d] %s", number, "à propos"), "Bonjour,\n\nC'est rétabli ?\nEt chez vos collègues ?\n\nNadia\n\n> avant\n", false)
			}
		}
	})
	total := 0
	for _, who := range []string{"011", "007", "036", "044", "048"} {
		m := find(t, who)
		got := d.arrivedFrom(m.From, true)
		if len(got) == 0 || len(got) > maxReplies {
			t.Errorf("%s wrote back %d times", m.From, len(got))
		}
		total += len(got)
		for _, r := range got {
			checkWriteBack(t, d, r)
		}
	}
	if total < 8 {
		t.Errorf("%d replies in all: they give up too soon", total)
	}
	t.Logf("%d replies", total)
}

func checkWriteBack(t *testing.T, d *desk, r Received) {
	t.Helper()
	text := r.Text()
	switch {
	case !strings.Contains(r.InReplyTo, "<out"):
		t.Errorf("answers %q", r.InReplyTo)
	case len(r.References) == 0 || r.References[len(r.References)-1] != r.InReplyTo:
		t.Errorf("references %q", r.References)
	case r.Automatic || !strings.HasPrefix(strings.ToLower(r.Subject), "re: ["):
		t.Errorf("subject %q", r.Subject)
	case !strings.Contains(text, "Atelier Réseau Lorient <support@atelier-reseau.example>"):
		t.Errorf("does not say whom it quotes:\n%s", text)
	case !strings.Contains(text, "C'est rétabli ?"):
		t.Errorf("quotes nothing:\n%s", text)
	}
	if testing.Verbose() {
		t.Logf("%s\n%s\n", r.MessageID, text)
	}
}

func TestNobodyAnswersAnAcknowledgementOrFromAClosedAddress(t *testing.T) {
	d := play(t, 2*time.Minute, func(d *desk, second int) {
		switch second {
		case 30:
			d.send(find(d.t, "011").From, find(d.t, "011").MessageID, "[#11] reçu", "Bien reçu ?\n", true)
			d.send("t.audren@cabinet-morvan.example", "<x@y>", "[#9] reçu", "Êtes-vous là ?\n", false)
			d.send("nobody@elsewhere.example", "<x@y>", "[#8] reçu", "Êtes-vous là ?\n", false)
		}
	})
	for _, r := range d.arrived {
		if _, ok := d.scripted(r.MessageID); !ok {
			t.Errorf("somebody wrote back:\n%s", r.Raw)
		}
	}
}

func TestOneMailInSeveralEnvelopesIsAnsweredOnce(t *testing.T) {
	d := play(t, time.Minute, func(d *desk, second int) {
		if second == 10 {
			m := find(d.t, "007")
			d.send(m.From, m.MessageID, "Re: [#7] colis", "Vous avez cliqué ?\n", false)
			again := d.received[0]
			again.To = []string{"m.salaun@vetdunes.example"}
			d.received = append(d.received, again)
		}
	})
	if n := len(d.arrivedFrom("accueil@vetdunes.example", true)) + len(d.arrivedFrom("m.salaun@vetdunes.example", true)); n != 1 {
		t.Errorf("%d answers", n)
	}
}

func TestPlayStopsWhenADeliveryFails(t *testing.T) {
	broken := fmt.Errorf("no room")
	err := Play(t.Context(), Stage{Mails: loaded(t), World: world(t), Deliver: func([]byte) error { return broken }, Received: func() []Received { return nil }})
	if err == nil || !strings.Contains(err.Error(), "no room") {
		t.Error(err)
	}
}
