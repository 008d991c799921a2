// Package app is the program: its commands, what it starts and stops, and how
// the rooms are wired together. It knows every room; nobody imports it. The
// clock, the environment and the logger are read here and handed down.
package app

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/words"
)

// Set at build time by -ldflags.
var (
	version = "dev"
	commit  = "unknown"
	date    = "unknown"
)

// command is one line of `guichet help`.
type command struct {
	name string
	args string
	run  func(ctx context.Context, p program, args []string) error
}

// program is what every command is given.
type program struct {
	stdin    io.Reader
	stdout   io.Writer
	stderr   io.Writer
	env      func(string) string
	now      func() time.Time
	log      *slog.Logger
	language words.Language
	data     string // the data folder asked for, "" for the usual one
}

// errUsage ends a command whose words are off, after the help was printed.
var errUsage = errors.New("usage")

// commands lists what the program can be asked. The first one is what starting
// it without a word does.
func commands() []command {
	return []command{
		{"window", "", openWindow},
		{"demo", "[--once]", demoCommand},
		{"serve", "[--listen ADDRESS]", serve},
		{"serve link", "--agent NAME", serveLink},
		{"ingest", "FILE.eml|MBOX|MAILDIR…", ingest},
		{"import", "[--preview] [--json] FILE|MBOX|FOLDER…|--mailbox ADDRESS --folder NAME", importCommand},
		{"import list", "[--json]", importList},
		{"import undo", "[--preview] NUMBER", importUndo},
		{"mail inspect", "[--json] FILE|DIR|-…", mailInspect},
		{"mail extract", "FILE|- DIR", mailExtract},
		{"backup", "[FOLDER]", backupCommand},
		{"restore", "[--without-secrets] BACKUP", restoreCommand},
		{"doctor", "", doctor},
		{"version", "", printVersion},
		{"help", "", nil},
	}
}

// Main runs the program and returns its exit code: 0 for done, 1 for a failure
// that was told, 2 for words that are off.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // asked a second time, it ends at once
	p := program{stdin: stdin, stdout: stdout, stderr: stderr, env: os.Getenv, now: time.Now}
	p.language = languageOf(p.env)
	level := slog.LevelInfo
	if p.env("GUICHET_DEBUG") != "" {
		level = slog.LevelDebug
	}
	p.log = slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: level}))
	err := p.dispatch(ctx, args)
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errUsage):
		return 2
	}
	fmt.Fprintln(stderr, p.say(err))
	return 1
}

// dispatch finds the command by its longest name.
func (p program) dispatch(ctx context.Context, args []string) error {
	args, err := p.global(args)
	if err != nil {
		return err
	}
	if len(args) == 0 {
		return openWindow(ctx, p, nil)
	}
	all := commands()
	slices.SortStableFunc(all, func(a, b command) int { return len(strings.Fields(b.name)) - len(strings.Fields(a.name)) })
	for _, c := range all {
		name := strings.Fields(c.name)
		if len(args) >= len(name) && slices.Equal(args[:len(name)], name) && c.run != nil {
			return c.run(ctx, p, args[len(name):])
		}
	}
	p.help()
	if slices.Contains([]string{"help", "--help", "-h"}, args[0]) {
		return nil
	}
	return errUsage
}

// global takes the flags that may stand before a command.
func (p *program) global(args []string) ([]string, error) {
	flags := p.flags("guichet")
	flags.StringVar(&p.data, "data", p.env("GUICHET_DATA"), "")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return []string{"help"}, nil
	} else if err != nil {
		return nil, fmt.Errorf("%w: %w", errUsage, err)
	}
	return flags.Args(), nil
}

// flags returns an empty set that tells its own faults.
func (p program) flags(name string) *flag.FlagSet {
	f := flag.NewFlagSet(name, flag.ContinueOnError)
	f.SetOutput(p.stderr)
	f.Usage = func() {}
	return f
}

func (p program) help() {
	fmt.Fprintln(p.stdout, words.Say(p.language, "app.help.title"))
	for _, c := range commands() {
		key := "app.help." + strings.ReplaceAll(c.name, " ", "_")
		fmt.Fprintf(p.stdout, "  guichet %-40s %s\n", strings.TrimSpace(c.name+" "+c.args), words.Say(p.language, key))
	}
	fmt.Fprintln(p.stdout, words.Say(p.language, "app.help.data", "folder", p.folder()))
}

func printVersion(_ context.Context, p program, _ []string) error {
	_, err := fmt.Fprintf(p.stdout, "guichet %s (%s, %s, %s %s/%s)\n", version, commit, date, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

// say is an error in the words of its reader; what has none is told as it is.
func (p program) say(err error) string {
	e, ok := fault.As(err)
	if !ok && (db.IsFull(err) || errors.Is(err, syscall.ENOSPC)) {
		e, ok = fault.As(fault.Wrap(err, fault.Busy, "fault.disk_full"))
	}
	if !ok {
		return err.Error()
	}
	text := words.SayMap(p.language, e.Key, e.Args)
	for _, f := range e.Fields {
		text += "\n  " + f.Name + " : " + words.SayMap(p.language, f.Key, f.Args)
	}
	return text
}

// folder is the data folder: the one asked for, else the platform's own place. It
// lies one below "guichet", where WebKit keeps files of its own.
func (p program) folder() string {
	if p.data != "" {
		return p.data
	}
	switch runtime.GOOS {
	case "windows":
		return filepath.Join(p.env("LOCALAPPDATA"), "Guichet", "data")
	case "darwin":
		return filepath.Join(p.env("HOME"), "Library", "Application Support", "Guichet", "data")
	}
	if base := p.env("XDG_DATA_HOME"); base != "" {
		return filepath.Join(base, "guichet", "data")
	}
	return filepath.Join(p.env("HOME"), ".local", "share", "guichet", "data")
}

// languageOf reads the language that the system speaks, French where it says
// nothing.
func languageOf(env func(string) string) words.Language {
	for _, name := range []string{"GUICHET_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := env(name); v != "" && v != "C" && v != "POSIX" && !strings.HasPrefix(v, "C.") {
			return words.Parse(v)
		}
	}
	return words.French
}
