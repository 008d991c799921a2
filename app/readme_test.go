package app

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// A promise in the README names the tests that hold it: they must exist.
func TestTheREADMENamesTestsThatExist(t *testing.T) {
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	names := regexp.MustCompile("`(Test[A-Za-z0-9_]+)`").FindAllStringSubmatch(string(text), -1)
	if len(names) < 20 {
		t.Fatalf("only %d tests are named", len(names))
	}
	out, err := exec.Command("grep", "-rhoE", "--include=*_test.go", `^func Test[A-Za-z0-9_]+`, "../app", "../internal").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		if !strings.Contains(string(out)+"\n", "func "+n[1]+"\n") {
			t.Errorf("%s is named and does not exist", n[1])
		}
	}
}
