package mail

import (
	"bytes"
	"encoding/binary"
	"strings"
	"time"
)

// Limits of a winmail.dat. A larger one, or what goes beyond them, stays a file.
const (
	tnefLimit = 24 << 20
	tnefFiles = 200 // in all, whatever is nested in what
	tnefDepth = 3   // mails in mails
)

// tnef is what Outlook packed into a winmail.dat (MS-OXTNEF).
type tnef struct {
	files    []tnefFile
	body     tnefBody
	codepage string // of the strings that are not Unicode

	class, subject string
	from           Address
	to, cc         string // names, as Outlook shows them
	sent           time.Time
	start, end     time.Time // of a meeting
	meeting        string    // its identity

	depth int
	left  *tnefLeft
}

// tnefLeft is what may still be made of a winmail.dat and all that it holds.
type tnefLeft struct{ files, bytes int }

type tnefFile struct {
	name, label, kind, cid string
	known                  int // how good name is: of two names the better one stays
	data                   []byte
	nested                 bool // data is a TNEF stream of its own
}

// isTNEF knows the part by its type or its usual name.
func isTNEF(p Part) bool {
	return p.Type == "application/ms-tnef" || p.Type == "application/vnd.ms-tnef" || strings.EqualFold(p.Name, "winmail.dat")
}

// Attributes of a TNEF stream that matter here; their ids without the type in the upper half.
const (
	tnefFrom       = 0x8000
	tnefSubject    = 0x8004
	tnefSent       = 0x8005
	tnefClass      = 0x8008
	tnefText       = 0x800c
	tnefData       = 0x800f
	tnefTitle      = 0x8010
	tnefStart      = 0x0006
	tnefEnd        = 0x0007
	tnefRender     = 0x9002 // begins an attachment
	tnefProps      = 0x9003
	tnefAttachment = 0x9005 // properties of the attachment being read
	tnefCodepage   = 0x9007
)

var tnefMark = []byte{0x78, 0x9f, 0x3e, 0x22}

// readTNEF opens a winmail.dat as far as it goes; ok is false when it is none.
func readTNEF(b []byte) (t tnef, ok bool) {
	t.left = &tnefLeft{files: tnefFiles, bytes: tnefLimit}
	return t, t.read(b)
}

func (t *tnef) read(b []byte) (ok bool) {
	if len(b) < 6 || !bytes.HasPrefix(b, tnefMark) {
		return false
	}
	t.codepage = "windows-1252"
	b = b[6:]
	for len(b) >= 9 {
		id, size := binary.LittleEndian.Uint16(b[1:]), int64(binary.LittleEndian.Uint32(b[5:]))
		b = b[9:]
		t.attribute(int(id), b[:min(size, int64(len(b)))])
		if size+2 >= int64(len(b)) {
			break
		}
		b = b[size+2:] // a checksum follows that nobody keeps right
	}
	t.open()
	return true
}

func (t *tnef) attribute(id int, value []byte) {
	switch id {
	case tnefCodepage:
		if len(value) >= 4 {
			t.codepage = codepageName(int(binary.LittleEndian.Uint32(value)))
		}
	case tnefFrom:
		t.from = t.sender(value)
	case tnefSubject:
		t.subject = t.string8(value)
	case tnefClass:
		t.class = t.string8(value)
	case tnefText:
		t.body.text = t.string8(value)
	case tnefSent:
		t.sent = tnefDate(value)
	case tnefStart:
		t.start = tnefDate(value)
	case tnefEnd:
		t.end = tnefDate(value)
	case tnefProps:
		t.message(value)
	case tnefRender:
		if t.left.files > 0 {
			t.left.files--
			t.files = append(t.files, tnefFile{})
		}
	default:
		if n := len(t.files); n > 0 {
			t.file(&t.files[n-1], id, value)
		}
	}
}

// file takes one attribute of an attachment.
func (t *tnef) file(f *tnefFile, id int, value []byte) {
	switch id {
	case tnefTitle:
		f.call(t.string8(value), 2)
	case tnefData:
		if !f.nested && len(f.data) == 0 {
			f.data = value
		}
	case tnefAttachment:
		for _, p := range t.properties(value) {
			t.attachment(f, p)
		}
	}
}

// call gives a file a name unless it has a better one: its label, its title, its short and its long name, in this order.
func (f *tnefFile) call(name string, known int) {
	if name = strings.TrimSpace(name); name != "" && known >= f.known {
		f.name, f.known = name, known
	}
}

// attachment takes one property of an attachment (MS-OXCMSG 2.2.2).
func (t *tnef) attachment(f *tnefFile, p prop) {
	switch p.id {
	case 0x3001:
		f.label = t.property(p)
		f.call(f.label, 1)
	case 0x3704:
		f.call(t.property(p), 3)
	case 0x3707:
		f.call(t.property(p), 4)
	case 0x370e:
		f.kind = strings.ToLower(t.property(p))
	case 0x3712:
		f.cid = contentID(t.property(p))
	case 0x3701:
		if p.kind == 0x102 && len(f.data) == 0 {
			f.data = p.value
		} else if p.kind == 0x0d && len(p.value) > 16 { // an object: the identity of its class comes first
			f.data = p.value[16:]
			f.nested = bytes.HasPrefix(f.data, tnefMark)
		}
	}
}

// message takes one list of properties of the mail (MS-OXPROPS).
func (t *tnef) message(value []byte) {
	for _, p := range t.properties(value) {
		switch p.id {
		case 0x001a:
			t.class = t.property(p)
		case 0x0037:
			t.subject = t.property(p)
		case 0x0039:
			t.sent = fileTime(p.value)
		case 0x0c1a:
			t.from.Name = t.property(p)
		case 0x0c1f, 0x5d01:
			if addr := t.property(p); strings.Contains(addr, "@") {
				t.from.Addr = cleanAddr(addr)
			}
		case 0x0e04:
			t.to = t.property(p)
		case 0x0e03:
			t.cc = t.property(p)
		case 0x0060:
			t.start = fileTime(p.value)
		case 0x0061:
			t.end = fileTime(p.value)
		default:
			t.bodyProperty(p)
			t.appointment(p)
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

// sender reads attFrom: sizes, then a name and an address such as SMTP:a@b.example, each ended by a zero.
func (t *tnef) sender(b []byte) (a Address) {
	if len(b) < 8 {
		return a
	}
	name, rest, _ := bytes.Cut(b[8:], []byte{0})
	addr, _, _ := bytes.Cut(bytes.TrimLeft(rest, "\x00"), []byte{0})
	a.Name = t.string8(name)
	if kind, addr, ok := strings.Cut(t.string8(addr), ":"); ok && strings.EqualFold(kind, "SMTP") && strings.Contains(addr, "@") {
		a.Addr = cleanAddr(addr)
	}
	return a
}

// tnefDate reads a date in words: year, month, day, hour, minute, second.
func tnefDate(b []byte) time.Time {
	if len(b) < 12 {
		return time.Time{}
	}
	n := func(i int) int { return int(binary.LittleEndian.Uint16(b[2*i:])) }
	if n(0) < 1601 || n(0) > 9998 {
		return time.Time{}
	}
	return time.Date(n(0), time.Month(n(1)), n(2), n(3), n(4), n(5), 0, time.UTC)
}

// fileTime reads the time of Windows: tenths of microseconds since 1601.
func fileTime(b []byte) time.Time {
	if len(b) < 8 {
		return time.Time{}
	}
	t := time.Unix(int64(binary.LittleEndian.Uint64(b)/1e7)-11644473600, 0).UTC()
	if !inYears(t) {
		return time.Time{}
	}
	return t
}
