package mail

import (
	"bytes"
	"encoding/binary"
	"strconv"
	"strings"
)

// tnefLimit is the size up to which a winmail.dat is opened; a larger one stays a file.
const tnefLimit = 24 << 20

// tnef is what Outlook packed into a winmail.dat (MS-OXTNEF).
type tnef struct {
	files    []tnefFile
	text     string
	html     []byte
	codepage string // of the strings that are not Unicode
	rich     bool   // a formatted body was taken: one is enough
}

type tnefFile struct {
	name, kind, cid string
	data            []byte
}

// isTNEF knows the part by its type or its usual name.
func isTNEF(p Part) bool {
	return p.Type == "application/ms-tnef" || p.Type == "application/vnd.ms-tnef" || strings.EqualFold(p.Name, "winmail.dat")
}

// Attributes of a TNEF stream that matter here; their ids without the type in the upper half.
const (
	tnefBody       = 0x800c
	tnefData       = 0x800f
	tnefTitle      = 0x8010
	tnefRender     = 0x9002 // begins an attachment
	tnefProps      = 0x9003
	tnefAttachment = 0x9005 // properties of the attachment being read
	tnefCodepage   = 0x9007
)

// readTNEF opens a winmail.dat as far as it goes; ok is false when it is none.
func readTNEF(b []byte) (t tnef, ok bool) {
	if len(b) < 6 || binary.LittleEndian.Uint32(b) != 0x223e9f78 {
		return t, false
	}
	t.codepage = "windows-1252"
	b = b[6:]
	for len(b) >= 9 {
		id, size := binary.LittleEndian.Uint16(b[1:]), int64(binary.LittleEndian.Uint32(b[5:]))
		b = b[9:]
		value := b[:min(size, int64(len(b)))]
		t.attribute(int(id), value)
		if size+2 >= int64(len(b)) {
			break
		}
		b = b[size+2:] // a checksum follows that nobody keeps right
	}
	return t, true
}

func (t *tnef) attribute(id int, value []byte) {
	if id == tnefRender && len(t.files) < 200 {
		t.files = append(t.files, tnefFile{name: "Untitled Attachment"})
	}
	var file *tnefFile
	if n := len(t.files); n > 0 {
		file = &t.files[n-1]
	}
	switch {
	case id == tnefCodepage && len(value) >= 4:
		if n := binary.LittleEndian.Uint32(value); n > 0 && n < 70_000 {
			t.codepage = "cp" + strconv.Itoa(int(n))
		}
	case id == tnefBody:
		t.text = t.string8(value)
	case id == tnefProps:
		t.message(value)
	case file == nil:
	case id == tnefTitle && (file.name == "Untitled Attachment" || file.name == ""):
		file.name = t.string8(value)
	case id == tnefData:
		file.data = value
	case id == tnefAttachment:
		t.attachment(file, value)
	}
}

// message takes the body out of the properties of the mail.
func (t *tnef) message(value []byte) {
	for _, p := range readProps(value) {
		switch {
		case p.id == 0x1000:
			t.text = t.property(p)
		case p.id == 0x1013 && t.html == nil:
			t.html = p.value
			t.files = append(t.files, tnefFile{name: "body.html", kind: "text/html", data: p.value})
		case p.id == 0x1009 && !t.rich:
			var rtf []byte
			if rtf, t.rich = unpackRTF(p.value); t.rich {
				t.files = append(t.files, tnefFile{name: "body.rtf", kind: "application/rtf", data: rtf})
			}
		}
	}
}

// attachment takes the long name, the type and the content out of the properties of a file.
func (t *tnef) attachment(f *tnefFile, value []byte) {
	for _, p := range readProps(value) {
		switch p.id {
		case 0x3707:
			f.name = t.property(p)
		case 0x3001, 0x3704:
			if f.name == "" || f.name == "Untitled Attachment" {
				f.name = t.property(p)
			}
		case 0x370e:
			f.kind = strings.ToLower(t.property(p))
		case 0x3712:
			f.cid = contentID(t.property(p))
		case 0x3701:
			if len(f.data) == 0 && p.kind == 0x102 {
				f.data = p.value
			} else if p.kind == 0x0d && len(p.value) > 16 { // an object: its class comes first
				f.data = p.value[16:]
			}
		}
	}
}

// property gives a text property; 0x1f is UTF-16.
func (t *tnef) property(p prop) string {
	if p.kind == 0x1f {
		d := decoder{}
		return strings.TrimRight(d.text(p.value, "utf-16le"), "\x00")
	}
	return t.string8(p.value)
}

func (t *tnef) string8(b []byte) string {
	d := decoder{}
	return d.text(bytes.TrimRight(b, "\x00"), t.codepage)
}

// prop is one MAPI property with one value.
type prop struct {
	id, kind int
	value    []byte
}

// readProps reads a list of MAPI properties (MS-OXTNEF 2.1.3.4) as far as it is sound.
func readProps(b []byte) []prop {
	r := propReader{b: b}
	var out []prop
	for n := r.u32(); n > 0 && !r.over && len(out) < 2000; n-- {
		p := prop{kind: int(r.u16()), id: int(r.u16())}
		if p.id >= 0x8000 {
			r.skipName()
		}
		values := uint32(1)
		multi := p.kind&0x1000 != 0
		p.kind &^= 0x1000
		size := fixedSize(p.kind)
		if multi || size == 0 {
			values = r.u32()
		}
		for ; values > 0 && !r.over; values-- {
			n := size
			if n == 0 {
				n = int64(r.u32())
			}
			p.value = r.take(n)
			r.take((4 - n%4) % 4)
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

// skipName passes over the name of a named property: a set, then a number or a text.
func (r *propReader) skipName() {
	r.take(16)
	if r.u32() == 0 {
		r.take(4)
		return
	}
	n := int64(r.u32())
	r.take(n + (4-n%4)%4)
}
