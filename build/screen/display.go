//go:build linux

// Package screen gives tests and measurements of the real window a display of their own: they see its pixels as they
// are drawn, press its keys, and weigh what runs on it.
package screen

import (
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// Display is a virtual display with nothing on it: no window manager, no other program.
type Display struct {
	Name          string // as in DISPLAY
	Width, Height int
	pixels        []byte // of the server's own picture, 4 bytes each, as it is now
	stride        int
}

// Open starts a display of a size in pixels; it ends with the test.
func Open(t testing.TB, width, height int) *Display {
	t.Helper()
	server, err := exec.LookPath("Xvfb")
	if err != nil {
		t.Fatal("Xvfb is not installed (Debian package xvfb)")
	}
	dir := t.TempDir()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	cmd := exec.Command(server, "-displayfd", "3", "-screen", "0", fmt.Sprintf("%dx%dx24", width, height), "-fbdir", dir, "-nolisten", "tcp")
	cmd.ExtraFiles = []*os.File{w}
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { end(cmd) })
	w.Close()                  // the server's copy is the one that counts
	name, err := io.ReadAll(r) // the server writes its number when it is ready, and closes
	if err != nil || len(name) == 0 {
		t.Fatalf("no display: %q, %v", name, err)
	}
	d := &Display{Name: ":" + strings.TrimSpace(string(name)), Width: width, Height: height}
	if err := d.look(filepath.Join(dir, "Xvfb_screen0")); err != nil {
		t.Fatal(err)
	}
	return d
}

// end stops a program of ours at once: a display has nothing to keep.
func end(cmd *exec.Cmd) {
	if err := cmd.Process.Kill(); err == nil {
		cmd.Wait() //nolint:errcheck // it was killed
	}
}

// look maps the server's picture into memory. Its head is that of XWDFile.h: 32-bit words, the greatest byte first.
func (d *Display) look(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("see the display: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("see the display: %w", err)
	}
	all, err := syscall.Mmap(int(f.Fd()), 0, int(info.Size()), syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		return fmt.Errorf("see the display: %w", err)
	}
	word := func(n int) int { return int(binary.BigEndian.Uint32(all[4*n:])) }
	const headSize, depth, stride, colours = 0, 11, 12, 19
	if word(depth) != 32 {
		return fmt.Errorf("see the display: %d bits a pixel", word(depth))
	}
	d.stride, d.pixels = word(stride), all[word(headSize)+12*word(colours):]
	return nil
}

// Bounds is all of the display.
func (d *Display) Bounds() image.Rectangle { return image.Rect(0, 0, d.Width, d.Height) }

// Shows tells whether a window with a title (a regular expression) is on the display.
func (d *Display) Shows(t testing.TB, title string) bool {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "xdotool", "search", "--onlyvisible", "--name", title)
	cmd.Env = append(os.Environ(), "DISPLAY="+d.Name)
	return cmd.Run() == nil // it fails where it finds none
}

// At is the colour of a pixel now.
func (d *Display) At(x, y int) color.RGBA {
	p := d.pixels[y*d.stride+4*x:]
	return color.RGBA{p[2], p[1], p[0], 255}
}

// Picture copies a part of what is shown.
func (d *Display) Picture(part image.Rectangle) *image.RGBA {
	m := image.NewRGBA(part)
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for x := part.Min.X; x < part.Max.X; x++ {
			m.SetRGBA(x, y, d.At(x, y))
		}
	}
	return m
}

// Keep writes a picture of the display, for somebody to look at. GUICHET_PICTURES names the folder; without it nothing
// is kept but what a failed test saw, in the system's folder for passing files.
func (d *Display) Keep(t testing.TB, name string) {
	t.Helper()
	dir := os.Getenv("GUICHET_PICTURES")
	if dir == "" && !t.Failed() {
		return
	}
	if dir == "" {
		dir = os.TempDir()
	}
	path := filepath.Join(dir, "guichet-"+strconv.Itoa(os.Getpid())+"-"+name+".png")
	f, err := os.Create(path)
	if err != nil {
		t.Error(err)
		return
	}
	defer f.Close()
	if err := png.Encode(f, d.Picture(d.Bounds())); err != nil {
		t.Error(err)
	}
	fmt.Println("picture:", path)
}

// Tool runs xdotool on the display and returns what it printed.
func (d *Display) Tool(t testing.TB, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "xdotool", args...)
	cmd.Env = append(os.Environ(), "DISPLAY="+d.Name)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("xdotool %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// Click presses the first button at a place.
func (d *Display) Click(t testing.TB, x, y int) {
	t.Helper()
	d.Tool(t, "mousemove", strconv.Itoa(x), strconv.Itoa(y), "click", "1")
}
