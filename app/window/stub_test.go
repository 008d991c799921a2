//go:build !(desktop && production)

package window

import (
	"testing"

	"guichet/internal/fault"
	"guichet/internal/words"
)

func TestNoWindowIsSaidInWords(t *testing.T) {
	ok, why := Available()
	f, readable := fault.As(Run(t.Context(), Options{}))
	if ok || !readable || f.Key != why || words.Say(words.French, why) == why {
		t.Errorf("available %v, %q; Run says %+v", ok, why, f)
	}
}
