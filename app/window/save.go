package window

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"
)

// writeWhole writes r beside path and moves it there when it is complete, so that a
// failure leaves nothing that looks like the file.
func writeWhole(path string, r io.Reader) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".guichet-*")
	if err != nil {
		return fmt.Errorf("save file: %w", err)
	}
	_, err = io.Copy(f, r)
	if err == nil {
		err = f.Chmod(0o644) // a file for the person, not for the program
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("save file: %w", err), os.Remove(f.Name()))
	}
	return nil
}

// plain makes a text from outside fit to be shown by the desktop: one line, no
// controls, and no < >, which notification servers take for markup.
func plain(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '<':
			return '‹'
		case r == '>':
			return '›'
		case unicode.IsSpace(r):
			return ' '
		case unicode.In(r, unicode.Cc, unicode.Cf):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most-1]) + "…"
}
