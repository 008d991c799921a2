// Package window is the desktop shell: a window on the loopback server, and the few
// things that only a desktop program can do. Nothing else imports Wails, and without
// the build tags desktop and production a stub stands in for it, so that tests and
// servers need no graphical library.
//
// Nothing of the program is bound to the window's scripts. The page is served over
// loopback like any other; Wails serves one boot page that goes there.
package window

import (
	"context"
	"io"

	"guichet/internal/words"
)

// The smallest window in which the desk can be used (LOOK.md: below 900 px one pane
// at a time), and the first size of a new one. Pixels of the desktop.
const (
	minWidth, minHeight     = 900, 600
	firstWidth, firstHeight = 1280, 800
)

// Options says what Run shows and where.
type Options struct {
	Title    string
	Language func() words.Language // of the boot page and the native dialogs
	// Folder is the data folder: the window keeps its size and place there, and on
	// Windows the web view its own files.
	Folder string
	// Enter returns where the page is, "http://HOST:PORT/enter#TICKET", with a new
	// ticket at each call: the boot page asks again when a person tries again. "" is no
	// way in. Somebody listens there before Run is called.
	Enter func() string
	// OnShell receives the native things as soon as the window exists. It may be nil.
	OnShell func(Shell)
}

// Shell is what the desktop can do for the page. Its arguments come from the page and
// are treated as hostile. All of it may be called from any goroutine, until Run
// returns.
type Shell struct {
	// SaveFile asks where to keep r under the suggested name, cleaned, and writes it
	// there whole or not at all. saved is false when the person thought better of it.
	SaveFile func(ctx context.Context, name string, r io.Reader) (path string, saved bool, err error)
	// Pick asks for files to read, or for a folder. None: the person thought better
	// of it.
	Pick func(ctx context.Context, folder bool) (paths []string, err error)
	// OpenURL opens an http, https, mailto or tel link outside. The question to the
	// person comes before; see CleanURL for what is refused.
	OpenURL func(ctx context.Context, raw string) error
	// Notify shows a desktop notification; markup in it is shown, not obeyed.
	Notify func(ctx context.Context, title, body string) error
	// SetTitle changes the window's title.
	SetTitle func(title string)
	// Raise brings the window to the front, also when it was minimised.
	Raise func()
}
