package mail

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"io"
	"strings"
	"testing"
	"unicode/utf16"
)

// packer writes a winmail.dat.
type packer struct{ bytes.Buffer }

func newPacker() *packer {
	p := &packer{}
	p.le(uint32(0x223e9f78), uint16(1))
	return p
}

func (p *packer) le(values ...any) {
	for _, v := range values {
		if err := binary.Write(p, binary.LittleEndian, v); err != nil {
			panic(err)
		}
	}
}

func (p *packer) attribute(level byte, id uint16, value []byte) *packer {
	p.le(level, id, uint16(0), uint32(len(value)))
	p.Write(value)
	p.le(uint16(0))
	return p
}

// property is one counted MAPI property in a list of one.
func property(kind, id uint16, value []byte) []byte {
	p := &packer{}
	p.le(uint32(1), kind, id)
	if id >= 0x8000 {
		p.Write(make([]byte, 16))
		p.le(uint32(1), uint32(6))
		p.Write([]byte("a\x00b\x00\x00\x00\x00\x00"))
	}
	if fixedSize(int(kind)) == 0 {
		p.le(uint32(1), uint32(len(value)))
	}
	p.Write(value)
	p.Write(make([]byte, (4-len(value)%4)%4))
	return p.Bytes()
}

func wide(s string) []byte {
	p := &packer{}
	for _, u := range utf16.Encode([]rune(s + "\x00")) {
		p.le(u)
	}
	return p.Bytes()
}

// rtfExample is the example of MS-OXRTFCP 3.1.1.1: "hello world".
const rtfExample = "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c09002062770 5b06c647d0a800fa0"

func winmail(t testing.TB) []byte {
	rtf, err := hex.DecodeString(strings.ReplaceAll(rtfExample, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return newPacker().
		attribute(1, tnefCodepage, []byte{0xe4, 0x04, 0, 0, 0, 0, 0, 0}). // 1252
		attribute(1, tnefBody, []byte("d\xe9j\xe0 vu\x00")).
		attribute(1, tnefProps, property(0x102, 0x1009, rtf)).
		attribute(2, tnefRender, make([]byte, 14)).
		attribute(2, tnefTitle, []byte("RELEV~1.PDF\x00")).
		attribute(2, tnefData, []byte("%PDF")).
		attribute(2, tnefAttachment, property(0x1f, 0x3707, wide("relevé détaillé.pdf"))).
		attribute(2, tnefRender, make([]byte, 14)).
		attribute(2, tnefData, []byte("x")).
		attribute(2, tnefAttachment, property(0x1e, 0x8001, []byte("named"))).
		attribute(2, tnefTitle, []byte("b.txt\x00")).
		Bytes()
}

func winmailMail(b []byte, text string) string {
	return "From: a@b.example\nContent-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain\n\n" + text + "\n--x\nContent-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\n" +
		base64.StdEncoding.EncodeToString(b) + "\n--x--\n"
}

func TestTNEF(t *testing.T) {
	stored := map[string]string{}
	var last string
	keep := func(p Part) io.Writer {
		last = p.Name
		stored[last] = ""
		return writerFunc(func(b []byte) { stored[last] += string(b) })
	}
	m, err := Parse(strings.NewReader(winmailMail(winmail(t), "")), keep)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"body.rtf": "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n", "relevé détaillé.pdf": "%PDF", "b.txt": "x"}
	for name, content := range want {
		if stored[name] != content {
			t.Errorf("%s holds %q, want %q", name, stored[name], content)
		}
	}
	if len(stored) != len(want) || m.Text != "déjà vu" || len(m.Parts) != 5 || m.Parts[1].Attachment {
		t.Errorf("stored %v, text %q, parts %+v", stored, m.Text, m.Parts)
	}
	if m, err := Parse(strings.NewReader(winmailMail(winmail(t), "Le vrai texte.")), nil); err != nil || m.Text != "Le vrai texte." {
		t.Errorf("text %q, %v", m.Text, err)
	}
}

type writerFunc func([]byte)

func (f writerFunc) Write(b []byte) (int, error) { f(b); return len(b), nil }

// TestTNEFBroken: what cannot be opened stays the file that it was.
func TestTNEFBroken(t *testing.T) {
	whole := winmail(t)
	for cut := range whole {
		t2, ok := readTNEF(whole[:cut])
		if ok != (cut >= 6) || len(t2.files) > 3 {
			t.Fatalf("cut at %d: %v, %d files", cut, ok, len(t2.files))
		}
	}
	var stored bytes.Buffer
	m, err := Parse(strings.NewReader(winmailMail([]byte("this is no TNEF at all"), "x")), func(Part) io.Writer { return &stored })
	if err != nil || len(m.Parts) != 2 || !m.Parts[1].Attachment || m.Parts[1].Name != "winmail.dat" || stored.String() != "this is no TNEF at all" {
		t.Errorf("%+v, stored %q, %v", m.Parts, stored.String(), err)
	}
	many := newPacker()
	for range 5000 {
		many.attribute(2, tnefRender, nil)
	}
	if m, err := Parse(strings.NewReader(winmailMail(many.Bytes(), "x")), nil); err != nil || len(m.Parts) > 210 {
		t.Errorf("%d parts, %v", len(m.Parts), err)
	}
}

// FuzzTNEF: any bytes are opened as far as they go.
func FuzzTNEF(f *testing.F) {
	f.Add(winmail(f))
	f.Add([]byte("x\x9f>\"\x01\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, _ := readTNEF(b)
		for _, file := range got.files {
			if len(file.data) > tnefLimit {
				t.Fatalf("%d bytes out of %d", len(file.data), len(b))
			}
		}
		unpackRTF(b)
		readProps(b)
	})
}
