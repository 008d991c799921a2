package words

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestEveryFaultHasItsSentences reads the keys of all errors that a person may
// meet out of the sources: most are only seen when something goes wrong.
func TestEveryFaultHasItsSentences(t *testing.T) {
	key := regexp.MustCompile(`"((?:[a-z]+\.err|fault)\.[a-z0-9_]+(?:\.[a-z0-9_]+)*)"`)
	used := map[string]string{}
	for _, folder := range []string{"..", "../../app"} {
		err := filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			source, err := os.ReadFile(path)
			for _, m := range key.FindAllStringSubmatch(string(source), -1) {
				used[m[1]] = path
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(used) < 100 {
		t.Fatalf("only %d keys were found", len(used))
	}
	for _, l := range Languages {
		sentences, err := Catalogue(l)
		if err != nil {
			t.Fatal(err)
		}
		for k, path := range used {
			if sentences[k] == "" {
				t.Errorf("%s: no sentence for %s, which %s uses", l, k, path)
			}
		}
	}
}
