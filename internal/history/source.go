package history

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"guichet/internal/fault"
)

// file is one file of an archive.
type file struct {
	n       int64
	path    string
	size    int64
	at      time.Time
	readTo  int64
	problem string
}

// find lists the files that hold mails below the places of an archive, in an order
// that is the same each time. What is named itself must be there.
func find(places []string) (files []file, err error) {
	for _, place := range places {
		err := filepath.WalkDir(place, func(path string, e fs.DirEntry, err error) error {
			if err != nil {
				if path == place {
					return fault.Wrap(err, fault.Missing, "history.err.not_there", "path", place)
				}
				files = append(files, file{path: path, problem: "history.because.closed"})
				return nil
			}
			if path != place && !wanted(path, e) {
				if e.IsDir() {
					return fs.SkipDir
				}
				return nil
			}
			info, err := e.Info()
			if err != nil || !info.Mode().IsRegular() {
				return ignore(err, fs.ErrNotExist)
			}
			files = append(files, file{path: path, size: info.Size(), at: info.ModTime()})
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(files, func(a, b file) int { return strings.Compare(a.path, b.path) })
	files = slices.CompactFunc(files, func(a, b file) bool { return a.path == b.path })
	for i := range files {
		files[i].n = int64(i + 1)
	}
	return files, nil
}

func ignore(err, but error) error {
	if errors.Is(err, but) {
		return nil
	}
	return err
}

// beside are files that mail programs keep beside the mails.
var beside = []string{".msf", ".dat", ".index", ".cache", ".log", ".lock", ".uidvalidity", ".ini", ".json", ".db", ".sqlite"}

// wanted leaves out what is delivered only half yet (tmp of a maildir), and what
// programs keep beside the mails. A maildir's folders are hidden ones.
func wanted(path string, e fs.DirEntry) bool {
	name := e.Name()
	if e.IsDir() {
		return name != "tmp" && name != "lost+found"
	}
	return !strings.HasPrefix(name, ".") && !strings.HasPrefix(name, "dovecot") && name != "maildirfolder" && name != "subscriptions" &&
		!slices.Contains(beside, strings.ToLower(filepath.Ext(name)))
}

// shape is how a file holds mails.
type shape int

const (
	noMail shape = iota
	oneMail
	manyMails
)

// shapeOf looks at the beginning of a file.
func shapeOf(r io.ReaderAt, path string, size int64) (shape, error) {
	head := make([]byte, 4096)
	n, err := r.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return noMail, fmt.Errorf("read the beginning: %w", err)
	}
	text := bytes.TrimLeft(bytes.TrimPrefix(head[:n], []byte("\xef\xbb\xbf")), "\r\n")
	folder := filepath.Base(filepath.Dir(path))
	switch {
	case bytes.HasPrefix(text, []byte("From ")):
		return manyMails, nil
	case bytes.IndexByte(text, 0) >= 0 && !strings.EqualFold(filepath.Ext(path), ".eml"):
		return noMail, nil
	case folder == "cur" || folder == "new" || strings.EqualFold(filepath.Ext(path), ".eml"):
		return oneMail, nil
	case size > 0 && likeHeader(text):
		return oneMail, nil
	}
	return noMail, nil
}

// likeHeader says whether a text begins as mails do: two header lines.
func likeHeader(text []byte) bool {
	lines := bufio.NewScanner(bytes.NewReader(text))
	n := 0
	for lines.Scan() && n < 2 {
		line := lines.Bytes()
		if n > 0 && len(line) > 0 && (line[0] == ' ' || line[0] == '\t') {
			continue
		}
		if !fieldName.Match(line) {
			return false
		}
		n++
	}
	return n == 2
}

// away says that an archive as a whole is not there any more, as on a disk that was
// unplugged: then work on it stops, and goes on when it is back. A single file that
// went is left out.
func (i Import) away(path string) error {
	places := i.Places
	if i.Kind == IMAP {
		places = []string{path}
	}
	for _, place := range places {
		if _, err := os.Stat(place); err != nil {
			return fault.Wrap(err, fault.Missing, "history.err.not_there", "path", place)
		}
	}
	return nil
}

// opened is a file that mails are read from, kept open from one to the next.
type opened struct {
	path string
	f    *os.File
}

// at opens a file, or gives the one that is open.
func (o *opened) at(path string) (*os.File, error) {
	if o.f != nil && o.path == path {
		return o.f, nil
	}
	o.close()
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	o.path, o.f = path, f
	return f, nil
}

func (o *opened) close() {
	if o.f != nil {
		_ = o.f.Close() // only read
		o.f = nil
	}
}
