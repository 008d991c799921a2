package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"guichet/internal/fault"
	"guichet/internal/mail"
)

// mailExtract writes every part of a mail into a folder, decoded, and tells the names it gave. Nothing that lies there
// is overwritten; no name leads out of the folder.
func mailExtract(_ context.Context, p program, args []string) error {
	if len(args) != 2 {
		p.help()
		return errUsage
	}
	in := io.Reader(p.stdin)
	if args[0] != "-" {
		f, err := os.Open(args[0])
		if err != nil {
			return fault.Wrap(err, fault.Missing, "app.extract.unread", "file", args[0])
		}
		defer f.Close()
		in = f
	}
	if err := os.MkdirAll(args[1], 0o700); err != nil {
		return fault.Wrap(err, fault.Refused, "app.extract.folder", "folder", args[1])
	}
	root, err := os.OpenRoot(args[1])
	if err != nil {
		return fault.Wrap(err, fault.Refused, "app.extract.folder", "folder", args[1])
	}
	defer root.Close()
	x := extraction{root: root, out: p.stdout, taken: map[string]bool{}}
	if err := x.mail(in); err != nil {
		return fault.Wrap(err, fault.Refused, "app.extract.failed", "file", args[0], "folder", args[1], "reason", err.Error())
	}
	return nil
}

// extraction is a mail being taken apart into a folder.
type extraction struct {
	root  *os.Root
	out   io.Writer
	taken map[string]bool
	file  *os.File // of the part being read
	text  bool     // a text was written
	err   error
}

func (x *extraction) mail(in io.Reader) error {
	m, err := mail.Extract(in, func(part mail.Part) io.Writer {
		x.text = x.text || !part.Attachment
		return x.next(part)
	})
	if err == nil && x.err == nil && !x.text && m.Text != "" { // it stood inside a winmail.dat or a calendar
		if w := x.next(mail.Part{Name: "message.txt", Type: "text/plain"}); w != nil {
			_, err = io.WriteString(w, m.Text)
		}
	}
	return errors.Join(err, x.err, x.close())
}

// next closes the file before and creates the one of a part, under a name that is free.
func (x *extraction) next(part mail.Part) io.Writer {
	if x.err = errors.Join(x.err, x.close()); x.err != nil {
		return nil
	}
	for {
		name := mail.FileName(part, x.taken)
		f, err := x.root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if errors.Is(err, os.ErrExist) {
			continue
		}
		if err != nil {
			x.err = err
			return nil
		}
		x.file = f
		fmt.Fprintln(x.out, name)
		return f
	}
}

func (x *extraction) close() error {
	if x.file == nil {
		return nil
	}
	err := x.file.Close()
	x.file = nil
	return err
}
