//go:build linux

package accept

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

// D5: eight desks work on one program while mails come in, answers go out, a backup is made and other processes write to
// the same database. No one of them is ever shown an error.
func TestEightDesks(t *testing.T) {
	r := seeded(t)
	h := found(t, t.TempDir())
	h.deliver(r, 40)
	h.settleAll()
	c := h.serve()
	lead := c.enter()
	bin := program(t, "guichet")
	seeds, enough := make([]uint64, 8), time.Now().Add(time.Duration(times(6, 60))*time.Second)
	var desks sync.WaitGroup
	tally := make([]work, len(seeds))
	for n := range seeds {
		seed := r.Uint64()
		name := fmt.Sprintf("Technicien %d", n)
		if err := lead.do("POST", "/api/agents", map[string]any{"name": name, "email": fmt.Sprintf("t%d@guichet.example", n), "level": 1,
			"role": "agent", "language": "fr", "active": true}, nil); err != nil {
			t.Fatal(err)
		}
		desks.Go(func() {
			k, err := deskOf(h, bin, name)
			if err != nil {
				t.Errorf("desk %d: %v", n, err)
				return
			}
			defer k.client.CloseIdleConnections()
			k.r = rand.New(rand.NewPCG(seed, 1))
			for tally[n].done < 20 || time.Now().Before(enough) {
				if err := k.step(&tally[n]); err != nil {
					t.Errorf("desk %d: %v", n, err)
					return
				}
			}
		})
	}
	for range 5 {
		h.deliver(r, 20)
		if err := lead.do("POST", "/api/backups", map[string]any{}, nil); err != nil {
			t.Error(err)
		}
	}
	desks.Wait()
	h.finished(c, h.watch())
	c.stop()
	h.whole()
	h.sentOnce()
	if strings.Contains(c.words(), "locked") || strings.Contains(c.words(), "level=ERROR") {
		t.Errorf("an error is in the log:\n%s", c.words())
	}
	sum := work{}
	for _, w := range tally {
		sum.done, sum.wrote, sum.lostRace = sum.done+w.done, sum.wrote+w.wrote, sum.lostRace+w.lostRace
	}
	say(t, "%d things done at 8 desks, %d of them writes, %d refused as somebody was faster, 0 errors", sum.done, sum.wrote, sum.lostRace)
}

// work counts what a desk did.
type work struct{ done, wrote, lostRace int }

// deskAt is one agent's browser.
type deskAt struct {
	*browser
	r *rand.Rand
}

// deskOf opens a session for an agent by a link that another process makes while the desk is served.
func deskOf(h *house, bin, name string) (*deskAt, error) {
	cmd := exec.Command(bin, "serve", "link", "--agent", name)
	cmd.Env = append(environment(h.dir), h.env...)
	link, err := cmd.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("serve link: %w: %s", err, link)
	}
	b, err := enterBy(strings.TrimSpace(string(link)))
	return &deskAt{browser: b}, err
}

// errFaster is the one refusal that belongs to the work: somebody else changed the ticket first.
var errFaster = errors.New("somebody was faster")

// do makes a request that must succeed or lose a race.
func (b *browser) do(method, path string, body, out any) error {
	if method == "GET" {
		return b.get(path, out)
	}
	w, err := b.send(method, path, body)
	switch {
	case err != nil:
		return err
	case w.status == http.StatusConflict:
		return errFaster
	case w.status >= 300:
		return fmt.Errorf("%s %s: %d %s", method, path, w.status, w.body)
	}
	return nil
}

// step does one thing that a technician does.
func (k *deskAt) step(w *work) error {
	var list struct{ Items []struct{ ID string } }
	if err := k.do("GET", "/api/tickets?view=all&limit=50", nil, &list); err != nil {
		return err
	}
	var skip struct{}
	one := struct {
		ID, LastEntryID string
		Version         int64
	}{}
	if err := k.do("GET", "/api/tickets/"+list.Items[k.r.IntN(len(list.Items))].ID, nil, &one); err != nil {
		return err
	}
	at := "/api/tickets/" + one.ID
	var err error
	kind := k.r.IntN(8)
	switch kind {
	case 0:
		err = k.do("GET", "/api/search?q="+url.QueryEscape("étiqueteuse "+fmt.Sprint(k.r.IntN(60))), nil, &skip)
	case 1:
		err = errors.Join(k.do("GET", "/api/views", nil, &skip), k.do("GET", "/api/mails", nil, &skip), k.do("GET", "/api/outbox", nil, &skip))
	case 2:
		err = k.do("POST", "/api/tickets", map[string]any{"subject": "Écran noir", "text": "Au téléphone.", "channel": "call",
			"contact": map[string]any{"name": "Poste", "email": fmt.Sprintf("appel%d@conserverie.example", k.r.IntN(1000))}}, nil)
	case 3:
		err = k.do("POST", at+"/notes", map[string]any{"text": "Vu avec le fournisseur."}, nil)
	case 4:
		err = k.do("PATCH", at, map[string]any{"version": one.Version, "status": []string{"open", "resolved"}[k.r.IntN(2)]}, nil)
	case 5:
		err = k.do("POST", at+"/seen", map[string]any{"entryId": one.LastEntryID}, nil)
	case 6:
		err = k.do("PUT", at+"/draft", map[string]any{"version": 0, "html": "", "text": "Bonjour,", "to": []any{}, "cc": []any{}, "since": one.LastEntryID}, nil)
	case 7:
		err = k.do("POST", at+"/answer", map[string]any{"html": "", "text": "Bonjour, c'est réparé.", "files": []any{}, "cc": []any{}, "quote": true,
			"to": []any{map[string]any{"address": "poste1@conserverie.example", "name": "Poste 1"}}, "seenEntry": one.LastEntryID}, nil)
	}
	w.done++
	if kind > 1 {
		w.wrote++
	}
	if errors.Is(err, errFaster) {
		w.lostRace++
		return nil
	}
	return err
}
