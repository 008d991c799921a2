package mail

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"io"
	"slices"
	"strings"
	"testing"
	"time"
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
		attribute(1, tnefText, []byte("d\xe9j\xe0 vu\x00")).
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

// propertyList is a list of MAPI properties; each is written by property as a list of one.
func propertyList(props ...[]byte) []byte {
	p := &packer{}
	p.le(uint32(len(props)))
	for _, one := range props {
		p.Write(one[4:])
	}
	return p.Bytes()
}

// packedRTF writes a formatted body without compression.
func packedRTF(rtf string) []byte {
	p := &packer{}
	p.le(uint32(len(rtf)+12), uint32(len(rtf)), uint32(0x414c454d), uint32(0))
	p.WriteString(rtf)
	return p.Bytes()
}

// nest attaches a mail to another one, as an object.
func nest(label string, inner []byte) []byte {
	return newPacker().
		attribute(2, tnefRender, make([]byte, 14)).
		attribute(2, tnefTitle, []byte("Untitled Attachment\x00")).
		attribute(2, tnefData, []byte("This attachment is a MAPI 1.0 embedded message and is not supported by this mail system.")).
		attribute(2, tnefAttachment, propertyList(property(0x1e, 0x3001, []byte(label+"\x00")), property(0x0d, 0x3701, append(make([]byte, 16), inner...)))).
		Bytes()
}

// TestTNEFNested: a mail inside a winmail.dat becomes a mail that others can open, with its text and its files.
func TestTNEFNested(t *testing.T) {
	html := `{\rtf1\ansi\fromhtml1{\*\htmltag <p>}Voir l'\'e9cran{\*\htmltag <img src="cid:ecran@x">}{\*\htmltag </p>}}`
	inner := newPacker().
		attribute(1, tnefSubject, []byte("Panne d'imprimante / étage 2\x00")).
		attribute(1, tnefSent, []byte{0xea, 0x07, 11, 0, 23, 0, 9, 0, 30, 0, 0, 0, 1, 0}).
		attribute(1, tnefProps, propertyList(property(0x1f, 0x0037, wide("Panne d'imprimante / étage 2")), property(0x1f, 0x0c1a, wide("Enora Pichon")), property(0x1f, 0x5d01, wide("enora@conserverie.example")),
			property(0x1f, 0x0e04, wide("Support; Tim Guével")), property(0x102, 0x1009, packedRTF(html)))).
		attribute(2, tnefRender, nil).
		attribute(2, tnefAttachment, propertyList(property(0x1f, 0x3707, wide("écran.png")), property(0x1f, 0x3712, wide("ecran@x")), property(0x102, 0x3701, []byte("PNG")))).
		attribute(2, tnefRender, nil).
		attribute(2, tnefAttachment, propertyList(property(0x1f, 0x3707, wide("notice.pdf")), property(0x102, 0x3701, []byte("%PDF")))).
		Bytes()
	var eml bytes.Buffer
	m, err := Parse(strings.NewReader(winmailMail(nest("Panne", inner), "Pour information.")), func(p Part) io.Writer {
		if p.Type == "message/rfc822" && p.Name == "Panne d'imprimante - étage 2.eml" {
			return &eml
		}
		t.Errorf("%+v", p)
		return nil
	})
	if err != nil || m.Text != "Pour information." {
		t.Fatalf("%q, %v", m.Text, err)
	}
	in, err := Parse(&eml, nil)
	if err != nil || in.Subject != "Panne d'imprimante / étage 2" || in.From != (Address{"Enora Pichon", "enora@conserverie.example"}) || in.Date.Format("2006-01-02 15:04") != "2026-11-23 09:30" ||
		strings.TrimSpace(in.Text) != "Voir l'écran" || !strings.Contains(in.HTML, `cid:ecran@x`) || len(in.To) != 1 || in.To[0].Name != "Support, Tim Guével" {
		t.Errorf("%+v, %v", in, err)
	}
	var files []string
	for _, p := range in.Parts {
		if p.Attachment {
			files = append(files, p.Name)
		}
	}
	if want := []string{"écran.png", "notice.pdf"}; !slices.Equal(files, want) {
		t.Errorf("%q", files)
	}
}

// TestTNEFNames: the long name, else the short one, else the title, else the label.
func TestTNEFNames(t *testing.T) {
	long, short, label, ext := property(0x1f, 0x3707, wide("Compte rendu détaillé.docx")), property(0x1e, 0x3704, []byte("COMPTE~1.DOC\x00")), property(0x1e, 0x3001, []byte("Image\x00")), property(0x1e, 0x3703, []byte(".docx\x00"))
	title := []byte("TITRE~1.DOC\x00")
	for want, attributes := range map[string][][]byte{
		"Compte rendu détaillé.docx": {title, propertyList(label, short, long, ext)},
		"COMPTE~1.DOC":               {title, propertyList(short, label, ext)},
		"TITRE~1.DOC":                {title, propertyList(label, ext)},
		"Image":                      {nil, propertyList(ext, label)},
		"Untitled Attachment":        {nil, propertyList(ext)},
	} {
		p := newPacker().attribute(2, tnefRender, nil).attribute(2, tnefData, []byte("x")).attribute(2, tnefAttachment, attributes[1])
		if attributes[0] != nil {
			p.attribute(2, tnefTitle, attributes[0])
		}
		m, err := Parse(strings.NewReader(winmailMail(p.Bytes(), "x")), nil)
		if err != nil || len(m.Parts) != 3 || m.Parts[2].Name != want {
			t.Errorf("%s: %+v, %v", want, m.Parts, err)
		}
	}
}

// TestTNEFText: whichever form the text has, it is shown.
func TestTNEFText(t *testing.T) {
	const page = "<html><body><p>Écran noir</p></body></html>"
	for name, c := range map[string]struct {
		props      []byte
		text, html string
	}{
		"Unicode":               {property(0x1f, 0x1000, wide("Écran noir")), "Écran noir", ""},
		"code page":             {property(0x1e, 0x1000, []byte("\xc9cran noir\x00")), "Écran noir", ""},
		"page in UTF-8":         {propertyList(property(0x03, 0x3fde, []byte{0xe9, 0xfd, 0, 0}), property(0x102, 0x1013, []byte(page))), "Écran noir", page},
		"page in a code page":   {propertyList(property(0x102, 0x1013, []byte("<html><body><p>\xc9cran noir</p></body></html>")), property(0x03, 0x3fde, []byte{0xe4, 0x04, 0, 0})), "Écran noir", page},
		"page in Unicode":       {property(0x1f, 0x1013, wide(page)), "Écran noir", page},
		"RTF":                   {property(0x102, 0x1009, packedRTF(`{\rtf1\ansi\ansicpg1252 \'c9cran\par noir}`)), "Écran\nnoir", ""},
		"page in RTF":           {property(0x102, 0x1009, packedRTF(`{\rtf1\ansi\fromhtml1{\*\htmltag <html><body><p>}\'c9cran noir{\*\htmltag </p></body></html>}}`)), "Écran noir", page},
		"text and page, in RTF": {propertyList(property(0x1f, 0x1000, wide("Le texte.")), property(0x102, 0x1009, packedRTF(`{\rtf1\fromhtml1{\*\htmltag <p>}La page{\*\htmltag </p>}}`))), "Le texte.", "<p>La page</p>"},
	} {
		m, err := Parse(strings.NewReader(winmailMail(newPacker().attribute(1, tnefProps, c.props).Bytes(), "")), nil)
		if err != nil || strings.TrimSpace(m.Text) != c.text || strings.TrimSpace(strings.TrimRight(m.HTML, "\x00")) != c.html {
			t.Errorf("%s: %q, %q, %v", name, m.Text, m.HTML, err)
		}
	}
}

// TestTNEFMeeting: a meeting that Outlook asks for in its own form.
func TestTNEFMeeting(t *testing.T) {
	named := func(set string, id uint32, kind uint16, value []byte) []byte {
		p := &packer{}
		p.le(uint32(1), kind, uint16(0x8005))
		p.WriteString(set)
		p.le(uint32(0), id)
		if kind == 0x102 {
			p.le(uint32(1), uint32(len(value)))
		}
		p.Write(value)
		return p.Bytes()
	}
	at := func(hour int) []byte {
		p := &packer{}
		p.le(uint64(time.Date(2026, 12, 1, hour, 0, 0, 0, time.UTC).Unix()+11644473600) * 1e7)
		return p.Bytes()
	}
	b := newPacker().
		attribute(1, tnefClass, []byte("IPM.Microsoft Schedule.MtgReq\x00")).
		attribute(1, tnefProps, propertyList(named(setAppointment, 0x820d, 0x40, at(9)), named(setAppointment, 0x820e, 0x40, at(11)), named(setMeeting, 3, 0x102, []byte{4, 0, 0, 0}))).
		Bytes()
	in := Inspect("x", strings.NewReader(winmailMail(b, "Venez.")), time.UTC)
	if in.Kind != KindMeeting || in.Calendar == nil || in.Calendar.Method != "REQUEST" || in.Calendar.UID != "04000000" || len(in.Calendar.Occurrences) != 1 ||
		in.Calendar.Occurrences[0] != (inspectedOccurrence{"2026-12-01T09:00:00Z", "2026-12-01T11:00:00Z"}) {
		t.Errorf("%s %+v", in.Kind, in.Calendar)
	}
}

// TestTNEFBombs: what unfolds without end, by nesting or by compression, is given up at a known size.
func TestTNEFBombs(t *testing.T) {
	deep := newPacker().attribute(1, tnefText, []byte("au fond")).Bytes()
	for range 60 {
		deep = nest("x", deep)
	}
	if got, ok := readTNEF(deep); !ok || len(got.files) != 1 || got.left.files < tnefFiles-tnefDepth-2 {
		t.Errorf("%d files", len(got.files))
	}
	bomb := &packer{} // each pair of bytes stands for 17, and claims four gigabytes
	bomb.le(uint32(1), uint32(0xffffffff), uint32(0x75465a4c), uint32(0))
	for range 100_000 {
		bomb.Write(append([]byte{0xff}, bytes.Repeat([]byte{0x20, 0x0f}, 8)...))
	}
	one := newPacker().attribute(1, tnefProps, property(0x102, 0x1009, bomb.Bytes())).Bytes()
	many := newPacker()
	for range 16 {
		many.attribute(2, tnefRender, nil).attribute(2, tnefAttachment, property(0x0d, 0x3701, append(make([]byte, 16), one...)))
	}
	got, _ := readTNEF(many.Bytes())
	total := 0
	for _, f := range got.files {
		if f.kind == "message/rfc822" {
			total += len(f.data)
		}
	}
	if total > tnefLimit || got.left.bytes < 0 {
		t.Errorf("%d bytes, %d left", total, got.left.bytes)
	}
	page := newPacker().attribute(1, tnefProps, propertyList(property(0x102, 0x1013, bytes.Repeat([]byte("<p>x</p>"), 40_000)), property(0x1f, 0x1000, wide("x")))).Bytes()
	mail := "Content-Type: multipart/mixed; boundary=x\n" + strings.Repeat("\n--x\nContent-Type: application/ms-tnef\nContent-Transfer-Encoding: base64\n\n"+base64.StdEncoding.EncodeToString(page), 30) + "\n--x--\n"
	p := newParser(strings.NewReader(mail), nil)
	m, err := p.parse()
	if kept := len(m.HTML) + len(m.Text); err != nil || kept > htmlLimit+textLimit || len(p.spare) > 100 {
		t.Errorf("%d bytes of text in %d pieces, %v", kept, len(p.spare), err)
	}
	for name, size := range map[string]func(n int) string{
		"nested": func(n int) string { return winmailMail(nest("x", bytes.Repeat(many.Bytes()[:1000], n)), "") },
		"signed": func(n int) string {
			return smimeMail("application/pkcs7-mime", signed("Content-Type: text/plain\n\n"+strings.Repeat("a ", 1000*n), true))
		},
		"pieces": func(n int) string {
			return smimeMail("application/pkcs7-mime", bytes.Repeat([]byte("\x24\x80\x04\x01a"), 1000*n))
		},
		"visits": func(n int) string {
			return "Content-Type: text/calendar\n\n" + strings.Repeat(visit("DTSTART:20261123T090000Z", "RRULE:FREQ=DAILY")+"\n", 10*n)
		},
		"unfolds": func(n int) string {
			return "Content-Type: text/calendar\n\nBEGIN:VEVENT\nSUMMARY:" + strings.Repeat("a\n", 500*n)
		},
	} {
		few, _ := steps(t, size(10))
		if many, _ := steps(t, size(100)); many > 12*few {
			t.Errorf("%s: %d steps, ten times as much: %d", name, few, many)
		}
	}
}

// FuzzTNEF: any bytes are opened as far as they go.
func FuzzTNEF(f *testing.F) {
	f.Add(winmail(f))
	f.Add(nest("x", nest("y", winmail(f))))
	f.Add(newPacker().attribute(1, tnefProps, property(0x102, 0x1009, packedRTF(`{\rtf1\ansi\fromhtml1{\fonttbl{\f1\fcharset204 x}}{\*\htmltag <p>}\'c9\u233?\uc0{\*\htmltag </p>}\bin2 x}`))).Bytes())
	f.Add([]byte("x\x9f>\"\x01\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, _ := readTNEF(b)
		for _, file := range got.files {
			if len(file.data) > tnefLimit {
				t.Fatalf("%d bytes out of %d", len(file.data), len(b))
			}
		}
		rtf, _ := unpackRTF(b, tnefLimit)
		readRTF(rtf)
		readRTF(b)
	})
}
