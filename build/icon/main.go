// Icon draws the program's icon: somebody behind a service window, and the ticket
// that comes out under the counter. One list of shapes gives the SVG, the PNGs and
// the Windows icon file.
package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"log"
	"math"
	"os"
	"strings"
)

//go:generate go run .

var (
	blue  = color.NRGBA{0x24, 0x57, 0xD6, 0xFF}
	white = color.NRGBA{0xFF, 0xFF, 0xFF, 0xFF}
)

// box is a rectangle with round corners, one radius above and one below, on a canvas
// of 512 × 512.
type box struct {
	x, y, w, h, top, bottom float64
	fill                    color.NRGBA
}

var shapes = []box{
	{0, 0, 512, 512, 112, 112, blue},
	{104, 72, 304, 256, 40, 0, white},  // the window
	{206, 120, 100, 100, 50, 50, blue}, // a head
	{156, 236, 200, 92, 88, 0, blue},   // shoulders
	{64, 328, 384, 40, 20, 20, white},  // the counter
	{176, 384, 160, 64, 0, 16, white},  // the ticket
}

func main() {
	log.SetFlags(0)
	files := map[string][]byte{
		"../icon.svg":               svg(),
		"../icon.png":               encode(draw(512)),
		"../icon.ico":               ico(16, 24, 32, 48, 64, 128, 256),
		"../../app/window/icon.png": encode(draw(128)),
	}
	for name, data := range files {
		if err := os.WriteFile(name, data, 0o644); err != nil {
			log.Fatal(err)
		}
	}
}

// inside tells whether a point lies in the box: in a corner's square it must also lie
// within the corner's circle.
func (b box) inside(x, y float64) bool {
	x, y = x-b.x, y-b.y
	if x < 0 || y < 0 || x > b.w || y > b.h {
		return false
	}
	side := math.Min(x, b.w-x)
	return round(side, y, b.top) && round(side, b.h-y, b.bottom)
}

func round(side, edge, r float64) bool {
	dx, dy := r-side, r-edge
	return dx <= 0 || dy <= 0 || dx*dx+dy*dy <= r*r
}

// draw takes 8 × 8 samples a pixel, so that small sizes stay smooth.
func draw(size int) image.Image {
	const n = 8
	img := image.NewNRGBA(image.Rect(0, 0, size, size))
	step := 512 / float64(size*n)
	for py := range size {
		for px := range size {
			var sum, hits float64
			for s := range n * n {
				x := (float64(px*n+s%n) + 0.5) * step
				y := (float64(py*n+s/n) + 0.5) * step
				if c, ok := at(x, y); ok {
					hits++
					if c == white {
						sum++
					}
				}
			}
			img.SetNRGBA(px, py, mix(sum, hits, n*n))
		}
	}
	return img
}

// at returns the topmost colour at a point.
func at(x, y float64) (c color.NRGBA, ok bool) {
	for _, b := range shapes {
		if b.inside(x, y) {
			c, ok = b.fill, true
		}
	}
	return c, ok
}

func mix(whites, hits, all float64) color.NRGBA {
	if hits == 0 {
		return color.NRGBA{}
	}
	part := whites / hits
	of := func(a, b uint8) uint8 { return uint8(math.Round(float64(a)*(1-part) + float64(b)*part)) }
	return color.NRGBA{of(blue.R, white.R), of(blue.G, white.G), of(blue.B, white.B), uint8(math.Round(255 * hits / all))}
}

func encode(img image.Image) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		log.Fatal(err)
	}
	return b.Bytes()
}

func svg() []byte {
	var b strings.Builder
	b.WriteString("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 512 512\">\n")
	for _, s := range shapes {
		fmt.Fprintf(&b, "  <path fill=\"#%02X%02X%02X\" d=\"M%g %gh%ga%g %g 0 0 1 %g %gv%ga%g %g 0 0 1 %g %gh%ga%g %g 0 0 1 %g %gv%ga%g %g 0 0 1 %g %gz\"/>\n",
			s.fill.R, s.fill.G, s.fill.B,
			s.x+s.top, s.y, s.w-2*s.top, s.top, s.top, s.top, s.top,
			s.h-s.top-s.bottom, s.bottom, s.bottom, -s.bottom, s.bottom,
			-(s.w - 2*s.bottom), s.bottom, s.bottom, -s.bottom, -s.bottom,
			-(s.h - s.top - s.bottom), s.top, s.top, s.top, -s.top)
	}
	b.WriteString("</svg>\n")
	return []byte(b.String())
}

// ico writes a Windows icon file with PNG images inside (ICONDIR and ICONDIRENTRY of
// the Windows documentation; a size of 256 is written as 0).
func ico(sizes ...int) []byte {
	var head, body bytes.Buffer
	put := func(v any) {
		if err := binary.Write(&head, binary.LittleEndian, v); err != nil {
			log.Fatal(err)
		}
	}
	put([3]uint16{0, 1, uint16(len(sizes))})
	for _, size := range sizes {
		data := encode(draw(size))
		put([4]uint8{uint8(size), uint8(size), 0, 0})
		put([2]uint16{1, 32})
		put([2]uint32{uint32(len(data)), uint32(6 + 16*len(sizes) + body.Len())})
		body.Write(data)
	}
	return append(head.Bytes(), body.Bytes()...)
}
