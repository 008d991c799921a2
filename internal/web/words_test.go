package web

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"guichet/internal/journal"
	"guichet/internal/words"
)

// TestEveryKeyOfThisRoomHasItsSentence reads the keys out of the sources: a key
// that is only used where something goes wrong would else be missed.
func TestEveryKeyOfThisRoomHasItsSentence(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	key := regexp.MustCompile(`"((?:web|fault|answer|people|ticket|intake)\.[a-z_.]+[a-z])"`)
	used := map[string]bool{}
	for _, f := range files {
		source, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range key.FindAllStringSubmatch(string(source), -1) {
			used[m[1]] = !told[m[1]] && !quiet[m[1]] // a journal kind is no key
		}
	}
	for kind := range told {
		used["web.event."+kind] = true
	}
	for _, l := range words.Languages {
		sentences, err := words.Catalogue(l)
		if err != nil {
			t.Fatal(err)
		}
		for k, isKey := range used {
			if isKey && sentences[k] == "" {
				t.Errorf("%s: no sentence for %s", l, k)
			}
		}
	}
}

func TestEventsNameWhoDidIt(t *testing.T) {
	for actor, want := range map[journal.Actor]string{journal.System(): "Guichet", journal.Contact(4): "Paul Brun", journal.Contact(5): "",
		journal.Agent(2): "Léa Morin"} {
		item := eventOf(journal.Entry{Actor: actor, Kind: "ticket.opened"}, map[int64]string{2: "Léa Morin"}, map[int64]string{4: "Paul Brun"})
		if item.Event.Actor.Name != want || item.Event.Said.Args["name"] != want {
			t.Errorf("%+v: %+v", actor, item.Event)
		}
	}
}
