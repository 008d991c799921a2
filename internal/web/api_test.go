package web

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write the API's description for the front end")

// TestSpecification keeps the front end's copy of the API description current.
func TestSpecification(t *testing.T) {
	file := filepath.FromSlash("../../frontend/src/lib/api/openapi.json")
	now, err := Specification()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(file, now, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(now, kept) {
		t.Error("the API changed: run go generate ./internal/web and commit frontend/src/lib/api")
	}
}
