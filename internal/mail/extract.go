package mail

import (
	"fmt"
	"io"
	"path"
	"strings"
	"unicode/utf8"
)

// Extract is Parse, but store is asked for a writer for every leaf, the readable text included. What is opened
// (winmail.dat, signed S/MIME) is not stored itself: what it holds is.
func Extract(r io.Reader, store func(part Part) io.Writer) (*Message, error) {
	p := newParser(r, store)
	p.every = true
	defer p.src.end()
	return p.safely()
}

const fileNameLimit = 200 // bytes: file systems stop at 255, and a number may follow

// FileName gives the name of the file that a part is written to: its own, made safe on every system (FAULTS X6), else
// one after its number and type. taken holds the names given so far, in the form that Windows and macOS compare; a name
// that is taken gets a number. FileName adds its answer to it.
func FileName(p Part, taken map[string]bool) string {
	name := CleanName(p.Name)
	if name == "" {
		name = fmt.Sprintf("part-%d%s", p.Index+1, extension(p.Type))
	}
	if strings.HasPrefix(name, ".") || strings.HasPrefix(name, "-") { // hidden, or taken for an option
		name = "_" + name
	}
	ext := path.Ext(name)
	if len(ext) > 20 || len(ext) == len(name) {
		ext = ""
	}
	stem := cutBytes(strings.TrimSuffix(name, ext), fileNameLimit-len(ext))
	name = stem + ext
	for n := 2; taken[foldText(name)]; n++ {
		name = fmt.Sprintf("%s (%d)%s", stem, n, ext)
	}
	taken[foldText(name)] = true
	return name
}

// cutBytes cuts s at n bytes, between two characters.
func cutBytes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return strings.TrimRight(s[:n], ". ")
}

// extension says how a part without a name is usually opened.
func extension(kind string) string {
	switch kind {
	case "text/plain", "text/rfc822-headers", "message/delivery-status", "message/disposition-notification":
		return ".txt"
	case "text/html":
		return ".html"
	case "text/calendar":
		return ".ics"
	case "message/rfc822":
		return ".eml"
	case "application/pgp-signature", "application/pgp-encrypted":
		return ".asc"
	case "application/pdf":
		return ".pdf"
	case "image/png":
		return ".png"
	case "image/jpeg":
		return ".jpg"
	case "image/gif":
		return ".gif"
	}
	return ".bin"
}
