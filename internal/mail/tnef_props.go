package mail

import (
	"encoding/binary"
	"strconv"
)

// prop is one MAPI property with one value. A named one has an id of the name's set instead.
type prop struct {
	id, kind int
	set      string // 16 bytes that say whose numbers id counts in, "" for the common ones
	value    []byte
}

// properties reads a list of MAPI properties (MS-OXTNEF 2.1.3.4) as far as it is sound.
func (t *tnef) properties(b []byte) []prop {
	r := propReader{b: b}
	var out []prop
	for n := r.u32(); n > 0 && !r.over && len(out) < 2000; n-- {
		p := prop{kind: int(r.u16()), id: int(r.u16())}
		if p.id >= 0x8000 {
			p.set, p.id = r.name()
		}
		values := uint32(1)
		multi := p.kind&0x1000 != 0
		p.kind &^= 0x1000
		size := fixedSize(p.kind)
		if multi || size == 0 {
			values = r.u32()
		}
		for first := true; values > 0 && !r.over; values-- {
			n := size
			if n == 0 {
				n = int64(r.u32())
			}
			value := r.take(n)
			if r.take((4 - n%4) % 4); first {
				p.value, first = value, false
			}
		}
		out = append(out, p)
	}
	return out
}

// fixedSize gives the bytes of a property's type, 0 when they are counted.
func fixedSize(kind int) int64 {
	switch kind {
	case 0x02, 0x03, 0x04, 0x0a, 0x0b, 0x01:
		return 4
	case 0x05, 0x06, 0x07, 0x14, 0x40:
		return 8
	case 0x48:
		return 16
	}
	return 0
}

// propReader reads little-endian values; over is set at the end of the bytes.
type propReader struct {
	b    []byte
	over bool
}

func (r *propReader) take(n int64) []byte {
	if n < 0 || n > int64(len(r.b)) {
		r.over, n = true, int64(len(r.b))
	}
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}

func (r *propReader) u16() uint16 {
	if b := r.take(2); len(b) == 2 {
		return binary.LittleEndian.Uint16(b)
	}
	return 0
}

func (r *propReader) u32() uint32 {
	if b := r.take(4); len(b) == 4 {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

// name reads the name of a named property: a set, then a number or a text, which gives the number -1.
func (r *propReader) name() (set string, id int) {
	set = string(r.take(16))
	if r.u32() == 0 {
		return set, int(r.u32())
	}
	n := int64(r.u32())
	r.take(n + (4-n%4)%4)
	return set, -1
}

// codepageName gives the charset of a code page's number.
func codepageName(n int) string {
	switch n {
	case 0, 1252:
		return "windows-1252"
	case 65001:
		return "utf-8"
	case 65000:
		return "utf-7"
	case 20127:
		return "us-ascii"
	case 1200:
		return "utf-16le"
	case 1201:
		return "utf-16be"
	case 10000:
		return "macintosh"
	case 20866:
		return "koi8-r"
	case 21866:
		return "koi8-u"
	case 50220, 50221, 50222:
		return "iso-2022-jp"
	case 51932:
		return "euc-jp"
	case 51949:
		return "euc-kr"
	case 54936:
		return "gb18030"
	}
	if n > 28590 && n <= 28606 {
		return "iso-8859-" + strconv.Itoa(n-28590)
	}
	return "cp" + strconv.Itoa(n)
}
