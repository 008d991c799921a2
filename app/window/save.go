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

// CleanName makes a file name out of what a mail says: a label, never a path. No
// separators, controls, direction marks or characters that Windows forbids, no
// device name, no hidden file, at most 120 characters with the ending kept. What is
// left of nothing is "fichier".
func CleanName(name string) string {
	name = strings.Map(nameRune, strings.ToValidUTF8(name, ""))
	name = strings.Join(strings.Fields(name), " ")
	name = strings.Trim(name, ". ") // Windows drops them at the end: "a.exe." is a.exe
	if name == "" {
		return "fichier"
	}
	if stem, _, _ := strings.Cut(name, "."); isDevice(stem) {
		name = "_" + name
	}
	return shorten(name)
}

func nameRune(r rune) rune {
	switch {
	case strings.ContainsRune(`/\:*?"<>|`, r):
		return '_'
	case r == '\t' || r == '\n':
		return ' '
	case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp):
		return -1 // controls, direction marks, zero widths: they only disguise
	}
	return r
}

// isDevice tells the names that Windows gives to devices, whatever the ending.
func isDevice(stem string) bool {
	switch s := strings.ToUpper(strings.TrimSpace(stem)); s {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$":
		return true
	default:
		r := []rune(s)
		return len(r) == 4 && (s[:3] == "COM" || s[:3] == "LPT") && strings.ContainsRune("0123456789¹²³", r[3])
	}
}

func shorten(name string) string {
	const most = 120
	if utf8.RuneCountInString(name) <= most {
		return name
	}
	ext := []rune(filepath.Ext(name))
	if len(ext) > 12 { // not an ending, a sentence with a dot
		ext = nil
	}
	stem := []rune(strings.TrimSuffix(name, string(ext)))
	return strings.TrimRight(string(stem[:most-len(ext)]), ". ") + string(ext)
}

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
