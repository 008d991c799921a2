package instance

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"guichet/internal/fault"
	"guichet/internal/words"
)

// R16: network paths are refused in every spelling, local ones that look alike pass.
func TestUNC(t *testing.T) {
	for path, want := range map[string]bool{
		`\\nas\guichet`:              true,
		`//nas/guichet/data`:         true,
		`\\?\UNC\nas\guichet`:        true,
		`\\?\unc\nas\guichet`:        true,
		`\\.\UNC\nas\guichet`:        true,
		`\\nas@SSL\DavWWWRoot\desk`:  true,
		`\\wsl.localhost\Debian\srv`: true,
		`\\?\C:\Users\lea\Guichet`:   false,
		`\\.\C:\Users\lea\Guichet`:   false,
		`C:\Users\lea\Guichet`:       false,
		`/home/lea/.local/share`:     false,
		`//`:                         false,
		``:                           false,
	} {
		if got := isUNC(path); got != want {
			t.Errorf("isUNC(%q) = %v, want %v", path, got, want)
		}
	}
}

func TestCheckFolder(t *testing.T) {
	dir := t.TempDir()
	for _, d := range []string{dir, filepath.Join(dir, "not", "there", "yet")} {
		if err := CheckFolder(d); err != nil {
			t.Errorf("CheckFolder(%q) = %v", d, err)
		}
	}
	err := CheckFolder(`\\nas\guichet`)
	f, ok := fault.As(err)
	if !ok {
		t.Fatalf("a network path gives %v", err)
	}
	for _, l := range words.Languages {
		said := words.SayMap(l, f.Key, f.Args)
		if !strings.Contains(said, "guichet serve") || !strings.Contains(said, `\\nas\guichet`) {
			t.Errorf("%s: %q does not say which folder and where to go", l, said)
		}
	}
}

// A local name that leads elsewhere is judged by where it leads.
func TestNearestFollowsLinks(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Log("links need a privilege on Windows: checked on Unix")
		return
	}
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(dir, link); err != nil {
		t.Fatal(err)
	}
	got, err := nearest(filepath.Join(link, "deeper", "data"))
	if err != nil || got != dir {
		t.Errorf("nearest = %q, %v; want %q", got, err, dir)
	}
}

func TestFreeSpace(t *testing.T) {
	n, err := FreeSpace(filepath.Join(t.TempDir(), "later"))
	if err != nil || n == 0 {
		t.Errorf("FreeSpace = %d, %v", n, err)
	}
}
