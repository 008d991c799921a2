package calendar

import (
	"testing"

	"guichet/internal/words"
)

func TestEveryHolidayHasItsName(t *testing.T) {
	for _, l := range words.Languages {
		for _, r := range Regions {
			for _, h := range r.Of(2026) {
				if words.Say(l, h.Key) == h.Key {
					t.Errorf("%s: no name for %s", l, h.Key)
				}
			}
		}
	}
}
