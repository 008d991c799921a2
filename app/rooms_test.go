package app

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// floors is the house: a room imports rooms of its own floor or below, never above. A room that is not listed fails
// the test: its builder says where it stands.
var floors = [][]string{
	{"internal/db", "internal/journal", "internal/blob", "internal/fault", "internal/words", "internal/secret", "internal/report/sheet"},
	{"internal/calendar"},
	{"internal/sla"},
	{"internal/people", "internal/mailbox", "internal/mail", "internal/ticket", "internal/asset", "internal/contract"},
	{"internal/mail/wire", "internal/mail/imap", "internal/mail/smtp", "internal/mail/oauth", "internal/mail/discover", "internal/outbox", "internal/backup"},
	{"internal/answer", "internal/intake", "internal/clock"},
	{"internal/history", "internal/view"},
	{"internal/web", "frontend"},
	{"app/instance", "app/window", "app/demo"},
	{"app"},
	{""}, // main
}

// aside are no rooms: what only tests and tools import, and tools.
var aside = []string{"internal/db/dbtest", "internal/mail/mailtest", "app/accept", "build"}

// loops are the files that may read the clock, the environment or the logger of the process by themselves, each with
// its reason. All others are given them.
var loops = map[string]string{
	"app/main.go":                "hands them to all others",
	"app/demo/play.go":           "the loop that plays the demo",
	"app/window/wails.go":        "the display and the settings of its engine stand in the environment",
	"internal/db/migrate.go":     "the name of the copy made before a migration",
	"internal/mail/imap/idle.go": "the fetch loop",
	"internal/mail/imap/loop.go": "the fetch loop",
	"internal/mail/imap/pass.go": "the fetch loop",
	"internal/mail/imap/take.go": "the fetch loop",
	"internal/mail/wire/conn.go": "deadlines of a connection",
	"internal/web/feed.go":       "deadlines of a connection",
	"internal/web/walls.go":      "deadlines of a connection",
}

// clocks are what a room is given instead.
var clocks = map[string][]string{
	"time":     {"Now", "Since", "Until"},
	"os":       {"Getenv", "LookupEnv", "Environ"},
	"log/slog": {"Default", "SetDefault", "Debug", "Info", "Warn", "Error", "DebugContext", "InfoContext", "WarnContext", "ErrorContext"},
	"log":      {"Print", "Printf", "Println", "Fatal", "Fatalf", "Fatalln", "Panic", "Panicf", "Default"},
}

// source is one Go file of the program, whatever its build tags.
type source struct {
	room, path string
	file       *ast.File
}

func sources(t *testing.T) (all []source) {
	t.Helper()
	root := os.DirFS("..")
	err := fs.WalkDir(root, ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && (slices.Contains([]string{"node_modules", "testdata"}, e.Name()) || strings.HasPrefix(e.Name(), ".") && path != ".") {
			return fs.SkipDir
		}
		if e.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		text, err := fs.ReadFile(root, path)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, text, 0)
		room := filepath.ToSlash(filepath.Dir(path))
		if room == "." {
			room = ""
		}
		all = append(all, source{room, path, file})
		return err
	})
	if err != nil || len(all) < 100 {
		t.Fatalf("%d files: %v", len(all), err)
	}
	return all
}

func (s source) imports() (paths []string) {
	for _, i := range s.file.Imports {
		path, err := strconv.Unquote(i.Path.Value)
		if err == nil { // the parser has seen to it
			paths = append(paths, path)
		}
	}
	return paths
}

func isAside(room string) bool {
	return slices.ContainsFunc(aside, func(a string) bool { return room == a || strings.HasPrefix(room, a+"/") })
}

// floor is where a room stands; a folder inside a room stands with it.
func floor(room string) int {
	for n, rooms := range floors {
		if slices.Contains(rooms, room) {
			return n
		}
	}
	if up := filepath.ToSlash(filepath.Dir(room)); up != "." && up != "internal" {
		return floor(up)
	}
	return -1
}

// DESIGN.md §3: imports point downwards.
func TestRoomsImportDownwards(t *testing.T) {
	for _, s := range sources(t) {
		if isAside(s.room) {
			continue
		}
		here := floor(s.room)
		if here < 0 {
			t.Errorf("%s: the room %q stands on no floor", s.path, s.room)
		}
		for _, path := range s.imports() {
			room, ours := strings.CutPrefix(path, "guichet/")
			switch {
			case !ours:
			case isAside(room):
				t.Errorf("%s imports %s, which is for tests", s.path, path)
			case floor(room) > here:
				t.Errorf("%s imports %s, which stands above it", s.path, path)
			case room == "app" && s.room != "":
				t.Errorf("%s imports app", s.path)
			}
		}
	}
}

// Some libraries have one door.
func TestOneDoorForEachLibrary(t *testing.T) {
	doors := map[string]string{
		"github.com/wailsapp/wails":          "app/window",
		"github.com/mattn/go-sqlite3":        "internal/db",
		"github.com/jackc/pgx":               "internal/db",
		"github.com/pressly/goose":           "internal/db",
		"github.com/danielgtaylor/huma":      "internal/web",
		"github.com/emersion/go-imap":        "internal/mail/imap app/demo",
		"github.com/emersion/go-smtp":        "internal/mail/smtp app/demo",
		"github.com/zalando/go-keyring":      "internal/secret",
		"github.com/microcosm-cc/bluemonday": "internal/mail",
	}
	for _, s := range sources(t) {
		for _, path := range s.imports() {
			for library, rooms := range doors {
				if (path == library || strings.HasPrefix(path, library+"/")) && !isAside(s.room) && !slices.Contains(strings.Fields(rooms), s.room) {
					t.Errorf("%s imports %s, whose door is %s", s.path, path, rooms)
				}
			}
		}
	}
}

// The clock, the environment and the logger of the process are read in app and in the loops; a room is given them.
func TestRoomsAreGivenTheClock(t *testing.T) {
	used := map[string]bool{}
	for _, s := range sources(t) {
		if isAside(s.room) {
			continue
		}
		for _, what := range s.reads() {
			used[s.path] = true
			if loops[s.path] == "" {
				t.Errorf("%s reads %s: take it as a parameter, or say in this test why this file is a loop", s.path, what)
			}
		}
	}
	for path, why := range loops {
		if !used[path] {
			t.Errorf("%s (%s) reads none of them any more: take it off the list", path, why)
		}
	}
}

// reads lists what a file takes from the process by itself.
func (s source) reads() (found []string) {
	names := map[string]string{}
	for _, i := range s.file.Imports {
		path, err := strconv.Unquote(i.Path.Value)
		if err != nil || clocks[path] == nil {
			continue
		}
		name := path[strings.LastIndex(path, "/")+1:]
		if i.Name != nil {
			name = i.Name.Name
		}
		names[name] = path
	}
	ast.Inspect(s.file, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := sel.X.(*ast.Ident); ok && slices.Contains(clocks[names[x.Name]], sel.Sel.Name) {
			found = append(found, x.Name+"."+sel.Sel.Name)
		}
		return true
	})
	return found
}
