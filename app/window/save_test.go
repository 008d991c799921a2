package window

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"
)

// X6: a mail's file name is a label. None of these leaves the folder or disguises
// its ending.
func TestCleanName(t *testing.T) {
	for name, want := range map[string]string{
		"devis.pdf":                       "devis.pdf",
		"Procès-verbal n° 4.docx":         "Procès-verbal n° 4.docx",
		"../../../etc/passwd":             "_.._.._etc_passwd",
		"/etc/passwd":                     "_etc_passwd",
		`C:\Windows\a.exe`:                "C__Windows_a.exe",
		"a.pdf\x00.exe":                   "a.pdf.exe",
		"facture\u202egpj.exe":            "facturegpj.exe",
		"a\u200b.txt":                     "a.txt",
		"a\r\nb.txt":                      "a b.txt",
		"CON":                             "_CON",
		"nul.txt":                         "_nul.txt",
		"COM1.log":                        "_COM1.log",
		"com¹":                            "_com¹",
		"COMPTE.csv":                      "COMPTE.csv",
		"aux .txt":                        "_aux .txt",
		".bashrc":                         "bashrc",
		"run.exe. .":                      "run.exe",
		`a<b>:"c"|d?*.txt`:                "a_b___c__d__.txt",
		"\xff\xfe.bin":                    "bin",
		"":                                "fichier",
		"...":                             "fichier",
		" \t ":                            "fichier",
		strings.Repeat("é", 200) + ".pdf": strings.Repeat("é", 116) + ".pdf",
		strings.Repeat("a", 119) + ". b":  strings.Repeat("a", 117) + ". b",
	} {
		got := CleanName(name)
		if got != want {
			t.Errorf("CleanName(%q) = %q, want %q", name, got, want)
		}
		if utf8.RuneCountInString(got) > 120 || filepath.Base(got) != got || strings.HasSuffix(got, ".") {
			t.Errorf("CleanName(%q) = %q", name, got)
		}
	}
}

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
