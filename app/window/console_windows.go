//go:build desktop && production

package window

import (
	"os"

	"golang.org/x/sys/windows"
)

// A program of the graphical kind has no console: without this, what guichet.exe
// serve or doctor says to the terminal that started it would go nowhere. Output that
// was redirected stays where it goes, and a start from the desktop has no terminal.
func init() {
	if h, err := windows.GetStdHandle(windows.STD_OUTPUT_HANDLE); err == nil && h != 0 && h != windows.InvalidHandle {
		return
	}
	const parent = ^uintptr(0) // ATTACH_PARENT_PROCESS
	attach := windows.NewLazySystemDLL("kernel32.dll").NewProc("AttachConsole")
	if ok, _, _ := attach.Call(parent); ok == 0 { // no terminal there: nothing to show anything on
		return
	}
	if out, err := os.OpenFile("CONOUT$", os.O_RDWR, 0); err == nil {
		os.Stdout, os.Stderr = out, out
	}
	if in, err := os.OpenFile("CONIN$", os.O_RDWR, 0); err == nil {
		os.Stdin = in
	}
}
