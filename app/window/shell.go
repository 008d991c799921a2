//go:build desktop && production

package window

import (
	"context"
	"crypto/rand"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	desktop "github.com/wailsapp/wails/v2/pkg/runtime"

	"guichet/internal/fault"
	"guichet/internal/mail"
	"guichet/internal/words"
)

// Lengths of what a notice shows, in characters; desktops cut at about as much.
const (
	maxTitle = 120
	maxBody  = 300
)

func (w *running) shell() Shell {
	return Shell{
		SaveFile: w.saveFile,
		Pick:     w.pick,
		OpenURL:  w.openURL,
		Notify:   w.notify,
		SetTitle: func(title string) { desktop.WindowSetTitle(w.desk, plain(title, maxTitle)) },
		Raise:    w.raise,
	}
}

// saveFile allows one dialog at a time: Wails hands the answers over one channel, and
// two dialogs could swap theirs.
func (w *running) saveFile(ctx context.Context, name string, r io.Reader) (string, bool, error) {
	if !w.dialog.TryLock() {
		return "", false, fault.New(fault.Busy, "shell.save.busy")
	}
	defer w.dialog.Unlock()
	path, err := desktop.SaveFileDialog(w.desk, desktop.SaveDialogOptions{
		DefaultDirectory:     downloads(),
		DefaultFilename:      saveName(name),
		Title:                words.Say(w.options.Language(), "shell.save.title"),
		CanCreateDirectories: true,
	})
	if err != nil {
		return "", false, fault.Wrap(err, fault.Outside, "shell.save.failed", "dir", downloads())
	}
	if path == "" || ctx.Err() != nil {
		return "", false, ctx.Err()
	}
	if err := writeWhole(path, r); err != nil {
		return "", false, fault.Wrap(err, fault.Outside, "shell.save.failed", "dir", filepath.Dir(path))
	}
	return path, true, nil
}

// pick asks for what to read, one dialog at a time as saveFile does.
func (w *running) pick(ctx context.Context, folder bool) ([]string, error) {
	if !w.dialog.TryLock() {
		return nil, fault.New(fault.Busy, "shell.save.busy")
	}
	defer w.dialog.Unlock()
	options := desktop.OpenDialogOptions{DefaultDirectory: downloads(), ShowHiddenFiles: folder, Title: words.Say(w.options.Language(), "history.pick.files")}
	var paths []string
	var err error
	if folder {
		options.Title = words.Say(w.options.Language(), "history.pick.folder")
		var path string
		if path, err = desktop.OpenDirectoryDialog(w.desk, options); path != "" {
			paths = []string{path}
		}
	} else {
		paths, err = desktop.OpenMultipleFilesDialog(w.desk, options)
	}
	if err != nil {
		return nil, fault.Wrap(err, fault.Outside, "history.err.pick")
	}
	return paths, ctx.Err()
}

// saveName is what the dialog suggests: a label that leads nowhere, not hidden.
func saveName(name string) string {
	if name = strings.TrimLeft(mail.CleanName(name), "."); name != "" {
		return name
	}
	return "guichet"
}

// downloads is where a save dialog begins: the usual folder of the person, if it is
// there; empty leaves it to the dialog.
func downloads() string {
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	for _, name := range []string{"Téléchargements", "Downloads"} {
		dir := filepath.Join(home, name)
		if st, err := os.Stat(dir); err == nil && st.IsDir() {
			return dir
		}
	}
	return ""
}

// openURL starts the browser without waiting for it: the first window of a browser
// keeps its starter busy until it is closed.
func (w *running) openURL(_ context.Context, raw string) error {
	clean, err := CleanURL(raw)
	if err != nil {
		return err
	}
	if runtime.GOOS == "linux" && !hasBrowser() {
		return fault.New(fault.Outside, "shell.link.browser")
	}
	go desktop.BrowserOpenURL(w.desk, clean)
	return nil
}

// hasBrowser asks for the openers that Wails tries, which says nothing to its caller
// when it finds none.
func hasBrowser() bool {
	for _, name := range []string{"xdg-open", "x-www-browser", "www-browser"} {
		if _, err := exec.LookPath(name); err == nil {
			return true
		}
	}
	return false
}

// notify connects to the desktop at the first notice: a session without one is no
// reason not to open.
func (w *running) notify(_ context.Context, title, body string) error {
	w.notices.Do(func() { w.noBus = desktop.InitializeNotifications(w.desk) })
	err := w.noBus
	if err == nil {
		err = desktop.SendNotification(w.desk, desktop.NotificationOptions{
			ID:    rand.Text(),
			Title: plain(title, maxTitle),
			Body:  plain(body, maxBody),
		})
	}
	if err != nil {
		return fault.Wrap(err, fault.Outside, "shell.notify.failed")
	}
	return nil
}

// raise uses what brings a window forward on each system: presenting it where there
// is such a call (Linux, under the name of un-minimising), and on Windows a moment
// above all others, since only the program in front may choose the next one.
func (w *running) raise() {
	desktop.WindowShow(w.desk)
	if runtime.GOOS == "linux" || desktop.WindowIsMinimised(w.desk) {
		desktop.WindowUnminimise(w.desk)
	}
	if runtime.GOOS == "windows" {
		desktop.WindowSetAlwaysOnTop(w.desk, true)
		desktop.WindowSetAlwaysOnTop(w.desk, false)
	}
}
