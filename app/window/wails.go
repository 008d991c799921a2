//go:build desktop && production

package window

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/options/linux"
	"github.com/wailsapp/wails/v2/pkg/options/windows"
	desktop "github.com/wailsapp/wails/v2/pkg/runtime"

	"guichet/internal/fault"
)

//go:embed icon.png
var icon []byte

// Available tells whether a window can open here; if not, why is the key of the
// sentence that says so.
func Available() (ok bool, why string) {
	if runtime.GOOS == "linux" && os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
		return false, "shell.window.absent.display"
	}
	return true, ""
}

// Run opens the window and returns when it is closed or ctx ends. A process can do
// this once: the graphical library keeps the thread that it was started on.
func Run(ctx context.Context, o Options) (err error) {
	if ok, why := Available(); !ok {
		return fault.New(fault.Refused, why)
	}
	if err := quietRenderer(); err != nil {
		return err
	}
	// Wails panics where the display can't be reached.
	defer func() {
		if r := recover(); r != nil {
			err = fault.Wrap(fmt.Errorf("open window: %v", r), fault.Refused, "shell.window.failed")
		}
	}()
	w := &running{ctx: ctx, options: o, place: loadPlace(o.Folder)}
	if err := wails.Run(w.app()); err != nil {
		return fault.Wrap(err, fault.Refused, "shell.window.failed")
	}
	return w.kept
}

// quietRenderer turns off the renderer that leaves windows blank on some graphics
// drivers (wails issues 2977, 4985), unless the person chose otherwise.
func quietRenderer() error {
	const name = "WEBKIT_DISABLE_DMABUF_RENDERER"
	if runtime.GOOS != "linux" || os.Getenv(name) != "" {
		return nil
	}
	if err := os.Setenv(name, "1"); err != nil {
		return fmt.Errorf("set %s: %w", name, err)
	}
	return nil
}

// running is one window while it is open.
type running struct {
	ctx     context.Context // of Run
	desk    context.Context // Wails' own: names the window in every call
	options Options
	place   place
	kept    error // from keeping the place, returned by Run
	closing sync.Once
	dialog  sync.Mutex
	notices sync.Once
	noBus   error
}

func (w *running) app() *options.App {
	app := &options.App{
		Title:     w.options.Title,
		Width:     w.place.Width,
		Height:    w.place.Height,
		MinWidth:  minWidth,
		MinHeight: minHeight,

		AssetServer:              &assetserver.Options{Handler: boot(w.options)},
		EnableDefaultContextMenu: true,
		OnStartup:                w.started,
		OnBeforeClose:            w.beforeClose,
		Linux: &linux.Options{
			Icon:             icon,
			ProgramName:      "guichet", // matches StartupWMClass of the desktop entry
			WebviewGpuPolicy: linux.WebviewGpuPolicyNever,
		},
		Windows: &windows.Options{
			WebviewUserDataPath:  filepath.Join(w.options.Folder, "webview"),
			Theme:                windows.SystemDefault,
			IsZoomControlEnabled: true, // Ctrl and wheel, Ctrl and plus: reading aids
		},
	}
	if w.place.Maximised {
		app.WindowStartState = options.Maximised
	}
	return app
}

func (w *running) started(desk context.Context) {
	w.desk = desk
	if w.place.Known {
		desktop.WindowSetPosition(desk, w.place.X, w.place.Y)
	}
	context.AfterFunc(w.ctx, func() { desktop.Quit(desk) })
	if w.options.OnShell != nil {
		w.options.OnShell(w.shell())
	}
	if runtime.GOOS == "linux" {
		w.enter()
	}
}

// enter goes to the desk while the engine still starts, so that the boot page is not even loaded: it stays for a way in
// that fails. Only where a script given this early waits for the engine, as WebKitGTK lets it. Nobody needs to be asked
// first: the door has been open since before the window.
func (w *running) enter() {
	if address := w.options.Enter(); address != "" {
		desktop.WindowExecJS(w.desk, "location.replace("+strconv.Quote(address)+")")
	}
}

// beforeClose keeps the window's place. It may be asked twice, by the person and by
// ctx: only the first closes, the second would stop a loop that is gone.
func (w *running) beforeClose(desk context.Context) (prevent bool) {
	prevent = true
	w.closing.Do(func() {
		prevent = false
		w.kept = w.look(desk).save(w.options.Folder)
		desktop.CleanupNotifications(desk)
	})
	return prevent
}

// look reads the window's place. Of a maximised or minimised window the last normal
// size is kept, for the day it is made smaller again.
func (w *running) look(desk context.Context) place {
	p := w.place
	p.Maximised = desktop.WindowIsMaximised(desk)
	if p.Maximised || desktop.WindowIsMinimised(desk) || desktop.WindowIsFullscreen(desk) {
		return p
	}
	p.Width, p.Height = desktop.WindowGetSize(desk)
	p.X, p.Y = desktop.WindowGetPosition(desk)
	p.Known = true
	return p
}
