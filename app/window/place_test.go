package window

import (
	"os"
	"path/filepath"
	"testing"
)

func TestPlaceComesBack(t *testing.T) {
	dir := t.TempDir()
	want := place{Width: 1500, Height: 900, X: 40, Y: 30, Known: true, Maximised: true}
	if err := want.save(dir); err != nil {
		t.Fatal(err)
	}
	if got := loadPlace(dir); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestPlaceThatMakesNoSense(t *testing.T) {
	first := place{Width: firstWidth, Height: firstHeight}
	for name, text := range map[string]string{
		"no file": "", "not JSON": "{", "too small": `{"width":10,"height":10}`,
		"too large": `{"width":99999,"height":900}`, "below zero": `{"width":-1500,"height":900}`,
	} {
		dir := t.TempDir()
		if text != "" {
			if err := os.WriteFile(filepath.Join(dir, placeFile), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if got := loadPlace(dir); got != first {
			t.Errorf("%s: %+v, want the first size", name, got)
		}
	}
}

// A screen that was unplugged leaves a place that nobody sees: size yes, place no.
func TestPlaceOffTheScreen(t *testing.T) {
	dir := t.TempDir()
	if err := (place{Width: 1500, Height: 900, X: -1800, Y: 30, Known: true}).save(dir); err != nil {
		t.Fatal(err)
	}
	if got := loadPlace(dir); got.Known || got.Width != 1500 {
		t.Errorf("got %+v", got)
	}
}

func TestPlaceOfAFolderThatIsGone(t *testing.T) {
	if err := (place{}).save(filepath.Join(t.TempDir(), "gone")); err != nil {
		t.Error(err)
	}
}
