//go:build desktop && production && linux

package window

import (
	"encoding/base64"
	"image"
	"image/color"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"guichet/build/screen"
	"guichet/internal/words"
)

// deskLink is shown as a block of its own colour, and so is found on the screen.
const deskLink = `<a href="https://encyclo.example/wiki/Guichet_(service)?q=a~b" style="display:block;background-color:#13b457;height:40px">La notice</a>`

const deskFile = "Réf;Quantité\r\nPC-0042;3\r\n"

func deskLetter() string {
	return strings.ReplaceAll(`From: Jeanne Le Bris <jeanne@criee.example>
To: support@atelier.example
Subject: =?utf-8?b?`+base64.StdEncoding.EncodeToString([]byte("Inventaire à vérifier"))+`?=
Message-ID: <inventaire@criee.example>
Date: Mon, 23 Nov 2026 10:00:00 +0100
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/html; charset=utf-8

<html><body>`+deskLink+`</body></html>
--b
Content-Type: text/csv; charset=utf-8; name*=utf-8''inventaire%20%C3%A9t%C3%A9.csv
Content-Disposition: attachment; filename*=utf-8''inventaire%20%C3%A9t%C3%A9.csv
Content-Transfer-Encoding: base64

`+base64.StdEncoding.EncodeToString([]byte(deskFile))+`
--b--
`, "\n", "\r\n")
}

// A person at the real page, in the real window of the built program: a click on a link in a mail asks before the
// browser opens, a click on a file leads to the desktop's own dialog.
func TestPageAndDesktop(t *testing.T) {
	d := screen.Open(t, 1400, 1000)
	home, mails, folder, tools := t.TempDir(), t.TempDir(), t.TempDir(), t.TempDir()
	opened := filepath.Join(tools, "opened")
	write(t, filepath.Join(tools, "xdg-open"), "#!/bin/sh\nprintf '%s\\n' \"$*\" >>"+opened+"\n", 0o755)
	write(t, filepath.Join(mails, "1.eml"), deskLetter(), 0o600)
	if err := os.Mkdir(filepath.Join(home, "Downloads"), 0o700); err != nil {
		t.Fatal(err)
	}
	furnish(t, folder, 1400, 1000)
	bin := screen.Binary(t)
	d.Run(t, home, nil, bin, "--data", folder, "ingest", mails).Wait(t)
	p := d.Run(t, home, []string{"PATH=" + tools + ":" + os.Getenv("PATH")}, bin, "--data", folder)
	openFirst(t, d, p)
	var link image.Rectangle
	p.Until(t, d, "no link", func() bool { link = patch(d, d.Bounds(), color.RGBA{0x13, 0xb4, 0x57, 255}); return link.Dy() > 20 })

	t.Run("a link", func(t *testing.T) {
		question := func() image.Rectangle {
			d.Click(t, link.Min.X+60, link.Min.Y+10)
			var open image.Rectangle
			// The question darkens the page, and its main button is the only thing in the accent's colour.
			p.Until(t, d, "no question", func() bool {
				open = patch(d, image.Rect(400, 200, 1000, 800), accent)
				return open.Dx() > 40 && d.At(link.Min.X+60, link.Min.Y+10) != color.RGBA{0x13, 0xb4, 0x57, 255}
			})
			return open
		}
		question()
		d.Keep(t, "question")
		if b, err := os.ReadFile(opened); err == nil {
			t.Errorf("opened before the answer: %s", b)
		}
		d.Tool(t, "key", "Escape")
		p.Until(t, d, "the question stays", func() bool { return d.At(link.Max.X-5, link.Min.Y+10).G == 0xb4 })
		if b, err := os.ReadFile(opened); err == nil {
			t.Errorf("opened without an answer: %s", b)
		}
		open := question()
		d.Click(t, open.Min.X+open.Dx()/2, open.Min.Y+open.Dy()/2)
		p.Until(t, d, "no browser", func() bool { b, err := os.ReadFile(opened); return err == nil && len(b) > 0 })
		if b, err := os.ReadFile(opened); err != nil || string(b) != "https://encyclo.example/wiki/Guichet_%28service%29?q=a%7Eb\n" {
			t.Errorf("opened %q, %v", b, err)
		}
	})
	t.Run("a file", func(t *testing.T) {
		// The chip stands under the frame, which is 120 high and begins above the link.
		chip := image.Pt(link.Min.X+40, link.Min.Y-17+120+26)
		title := "^" + words.Say(words.French, "shell.save.title") + "$"
		saved := filepath.Join(home, "Downloads", "inventaire été.csv")
		for _, key := range []string{"Escape", "Return"} {
			d.Click(t, chip.X, chip.Y)
			id := d.Tool(t, "search", "--sync", "--onlyvisible", "--name", title)
			d.Keep(t, "save")
			d.Tool(t, "mousemove", "--window", id, "300", "200", "key", key)
			p.Until(t, d, "the dialog stays", func() bool { return !d.Shows(t, title) })
			if _, err := os.Stat(saved); key == "Escape" && err == nil {
				t.Error("saved although the dialog was left")
			}
		}
		p.Until(t, d, "nothing is saved", func() bool { _, err := os.Stat(saved); return err == nil })
		if b, err := os.ReadFile(saved); err != nil || string(b) != deskFile {
			t.Errorf("saved %q, %v", b, err)
		}
	})
	d.Keep(t, "page")
	p.Close(t)
}

// A mail that comes in while nobody is at the window is told by the desktop: in the demo, whose mails arrive by
// themselves, with the pointer elsewhere.
func TestPageTellsTheDesktop(t *testing.T) {
	d := screen.Open(t, 1500, 1000)
	home := t.TempDir()
	address, shown := startBus(t)
	p := d.Run(t, home, []string{"DBUS_SESSION_BUS_ADDRESS=" + address}, screen.Binary(t), "--data", home+"/desk", "demo")
	d.Tool(t, "search", "--sync", "--onlyvisible", "--name", "^Guichet$")
	d.Tool(t, "mousemove", "1499", "999", "windowfocus", "1") // PointerRoot (X.h): whoever is under the pointer, nobody here
	var n notice
	p.Until(t, d, "no notice", func() bool {
		select {
		case n = <-shown:
			return true
		case <-time.After(time.Millisecond):
			return false
		}
	})
	d.Keep(t, "notice")
	if n.app != "guichet" || n.title == "" || !strings.HasPrefix(n.body, "#") || strings.ContainsAny(n.title+n.body, "<>\n") {
		t.Errorf("the desktop is told %+v", n)
	}
	p.Close(t)
}

// accent is the colour of a main button in the light (frontend/src/styles/tokens.css).
var accent = color.RGBA{0x23, 0x5e, 0xd2, 255}

// patch is the smallest rectangle around the points of a colour in a part of the display.
func patch(d *screen.Display, part image.Rectangle, c color.RGBA) (found image.Rectangle) {
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for x := part.Min.X; x < part.Max.X; x++ {
			if d.At(x, y) == c {
				found = found.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return found
}

func write(t *testing.T, path, text string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}
