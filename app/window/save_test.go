package window

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
)

func TestWriteWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.txt")
	for _, text := range []string{"first", "second, over the first"} {
		if err := writeWhole(path, strings.NewReader(text)); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != text {
			t.Errorf("%q, %v; want %q", got, err, text)
		}
	}
}

func TestHalfAFileIsNoFile(t *testing.T) {
	dir := t.TempDir()
	cut := io.MultiReader(strings.NewReader("half"), iotest.ErrReader(errors.New("the line is cut")))
	if err := writeWhole(filepath.Join(dir, "a.txt"), cut); err == nil {
		t.Error("a cut reader was saved as if it were whole")
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestPlain(t *testing.T) {
	for in, want := range map[string]string{
		"Panne d’impression":              "Panne d’impression",
		"<b>gras</b> <img src=x>":         "‹b›gras‹/b› ‹img src=x›",
		"deux\nlignes\tet \u202eun piège": "deux lignes et un piège",
		"\xff":                            "",
		strings.Repeat("é", 50):           strings.Repeat("é", 39) + "…",
	} {
		if got := plain(in, 40); got != want {
			t.Errorf("plain(%q) = %q, want %q", in, got, want)
		}
	}
}
