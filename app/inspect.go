package app

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"guichet/internal/mail"
)

// errUnread ends a command that could not read some of its files.
var errUnread = errors.New("some files could not be read")

// mailInspect says what the program understands of mails: with --json one object
// a line, else a few lines for a person.
func mailInspect(_ context.Context, p program, args []string) error {
	flags := p.flags("mail inspect")
	asJSON := flags.Bool("json", false, "")
	if err := flags.Parse(args); err != nil || flags.NArg() == 0 {
		p.help()
		return errUsage
	}
	out := bufio.NewWriter(p.stdout)
	failed := false
	for _, path := range flags.Args() {
		err := eachMail(p, path, func(name string, r io.Reader) error { return showMail(out, name, r, *asJSON) })
		if err != nil {
			failed = true
			fmt.Fprintf(p.stderr, "%s: %v\n", path, err)
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if failed {
		return errUnread
	}
	return nil
}

// eachMail opens a file, each file of a folder, or standard input for "-".
func eachMail(p program, path string, do func(name string, r io.Reader) error) error {
	if path == "-" {
		return do("-", p.stdin)
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return withFile(path, do)
	}
	return filepath.WalkDir(path, func(file string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		return withFile(file, do)
	})
}

func withFile(path string, do func(name string, r io.Reader) error) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return do(path, f)
}

func showMail(out io.Writer, name string, r io.Reader, asJSON bool) error {
	seen := mail.Inspect(name, r, time.Local)
	if asJSON {
		enc := json.NewEncoder(out)
		enc.SetEscapeHTML(false)
		return enc.Encode(seen)
	}
	pretty, err := json.MarshalIndent(seen, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s\n%s\n", name, pretty)
	return err
}
