package app

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"guichet/app/instance"
	"guichet/internal/db"
)

// The program is a command of the scripts: this binary under another name.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"guichet": func() { os.Exit(Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }})
}

// What a manager can read: each file in testdata/script says in a few lines what is done and what must come of it.
func TestScripts(t *testing.T) {
	mails, err := filepath.Abs("demo/mails")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                "testdata/script",
		RequireUniqueNames: true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "copyall": copyAll, "newer": newer, "damage": damage, "hold": hold, "undofirst": undoFirst,
		},
		Setup: func(env *testscript.Env) error {
			env.Setenv("GUICHET_DATA", filepath.Join(env.WorkDir, "data"))
			env.Setenv("GUICHET_NO_KEYCHAIN", "1")
			env.Setenv("GUICHET_LANGUAGE", "fr")
			env.Setenv("GUICHET_LEAST_FREE", "1")
			env.Setenv("DEMO", mails)
			return nil
		},
	})
}

// exits CODE COMMAND…: the command ends with this code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("exits CODE COMMAND…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		ended := (*exec.ExitError)(nil)
		if !errors.As(err, &ended) {
			ts.Fatalf("%v", err)
		}
		got = ended.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// copyall FROM TO copies a folder of files.
func copyAll(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("copyall FROM TO")
	}
	ts.Check(os.CopyFS(ts.MkAbs(args[1]), os.DirFS(ts.MkAbs(args[0]))))
}

// newer marks the database as one that a later version of the program wrote.
func newer(ts *testscript.TestScript, _ bool, _ []string) {
	ctx := context.Background()
	d, err := db.Open(ctx, database(ts))
	ts.Check(err)
	err = d.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO schema_version (version_id, is_applied) VALUES (9999, 1)")
		return err
	})
	ts.Check(errors.Join(err, d.Close()))
}

// damage overwrites the middle of the database file, as a dying disk does.
func damage(ts *testscript.TestScript, _ bool, _ []string) {
	f, err := os.OpenFile(database(ts), os.O_RDWR, 0)
	ts.Check(err)
	info, err := f.Stat()
	ts.Check(err)
	rubble := make([]byte, info.Size()/2)
	for i := range rubble {
		rubble[i] = 0xA5
	}
	_, err = f.WriteAt(rubble, info.Size()/4)
	ts.Check(errors.Join(err, f.Close()))
}

// undofirst [--preview] takes the first import out again, whatever its number is.
func undoFirst(ts *testscript.TestScript, neg bool, args []string) {
	ctx := context.Background()
	d, err := db.Open(ctx, database(ts))
	ts.Check(err)
	id, err := db.Value[int64](ctx, d, "SELECT MIN(id) FROM history WHERE state = 'done'")
	ts.Check(errors.Join(err, d.Close()))
	ts.Check(ts.Exec("guichet", append([]string{"import", "undo"}, append(args, strconv.FormatInt(id, 10))...)...))
}

// hold takes hold of the data folder, as a desk that is served does, until the script ends.
func hold(ts *testscript.TestScript, _ bool, _ []string) {
	h, err := instance.Acquire(ts.Getenv("GUICHET_DATA"))
	ts.Check(err)
	ts.Check(h.Announce("127.0.0.1:4711", "g-0123.localhost:4711", false))
	ts.Defer(func() { ts.Check(h.Release()) })
}

func database(ts *testscript.TestScript) string {
	return filepath.Join(ts.Getenv("GUICHET_DATA"), "guichet.db")
}
