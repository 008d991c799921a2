package mail

import (
	"path"
	"strings"
)

// tnefBody is the readable part of a winmail.dat, in the up to three forms that Outlook gives it.
type tnefBody struct {
	text     string
	html     []byte
	charset  string // of html, "" when its own declaration counts
	fromRTF  []byte
	codepage string // of the page, as a property says it
}

// bodyProperty takes a form of the text; HTML and RTF are files, too, as other programs give them.
func (t *tnef) bodyProperty(p prop) {
	switch {
	case p.set != "":
	case p.id == 0x1000:
		t.body.text = t.property(p)
	case p.id == 0x3fde && len(p.value) == 4:
		t.body.codepage = codepageName(int(uint32(p.value[0]) | uint32(p.value[1])<<8 | uint32(p.value[2])<<16 | uint32(p.value[3])<<24))
	case p.id == 0x1013 && t.body.html == nil && len(p.value) > 0:
		t.body.html = p.value
		if p.kind == 0x1f {
			t.body.html, t.body.charset = []byte(t.property(p)), "utf-8"
		}
		t.add(tnefFile{name: "body.html", kind: "text/html", data: t.body.html})
	case p.id == 0x1009 && t.body.fromRTF == nil:
		if rtf, ok := unpackRTF(p.value, t.left.bytes); ok && len(rtf) > 0 {
			t.left.bytes -= len(rtf)
			t.body.fromRTF = rtf
			t.add(tnefFile{name: "body.rtf", kind: "application/rtf", data: rtf})
		}
	}
}

func (t *tnef) add(f tnefFile) {
	if t.left.files > 0 {
		t.left.files--
		t.files = append(t.files, f)
	}
}

// shown gives the text and the HTML to show; either may be "". What only the RTF holds is read from there.
func (t *tnef) shown() (text, html string) {
	b := &t.body
	text = b.text
	if len(b.html) > 0 {
		charset := b.charset
		if charset == "" {
			charset = metaCharset(b.html)
		}
		if charset == "" {
			charset = b.codepage
		}
		d := decoder{}
		return text, d.text(b.html[:min(len(b.html), htmlLimit)], charset)
	}
	if len(b.fromRTF) > 0 {
		content, isHTML := readRTF(b.fromRTF)
		if isHTML {
			return text, content
		}
		if strings.TrimSpace(text) == "" {
			text = content
		}
	}
	return text, ""
}

// unpack makes leaves of the files of a winmail.dat, and keeps its text for a mail that has no other.
func (p *parser) unpack(t tnef) {
	if t.codepage == "" {
		return // there was none
	}
	for _, f := range t.files {
		if !p.worth(0) {
			p.m.warn(WarnNotAnalysed)
			return
		}
		name := f.name
		if name == "" {
			name = "Untitled Attachment" // what Outlook calls it
		}
		l := p.begin(Part{Index: len(p.m.Parts), Type: leafType(f.kind), Name: CleanName(name), CID: f.cid, Attachment: true}, identity{})
		if f.kind == "" {
			l.part.Type = typeByName(name)
		}
		l.openStore()
		for data := f.data; len(data) > 0; {
			n := min(len(data), flushSize)
			p.out = append(p.out[:0], data[:n]...)
			l.flush()
			data = data[n:]
		}
		l.finish()
	}
	p.spend(tnefLimit - t.left.bytes)
	text, html := t.shown()
	p.alts++
	p.lend(segment{charset: "utf-8", alt: p.alts, data: []byte(text)})
	p.lend(segment{charset: "utf-8", html: true, alt: p.alts, data: []byte(html)})
	if p.packed == nil {
		p.packed = t.calendar()
	}
}

// lend keeps a text for a mail that has no other, as long as all of them together can be shown.
func (p *parser) lend(s segment) {
	kept := len(s.data)
	for i := range p.spare {
		kept += len(p.spare[i].data)
	}
	if len(s.data) > 0 && kept <= htmlLimit+textLimit && len(p.spare) < 100 {
		p.spare = append(p.spare, s)
	}
}

// typeByName gives the type of the few kinds of files that the program shows itself.
func typeByName(name string) string {
	switch strings.ToLower(path.Ext(name)) {
	case ".png":
		return "image/png"
	case ".jpg", ".jpeg":
		return "image/jpeg"
	case ".gif":
		return "image/gif"
	case ".pdf":
		return "application/pdf"
	case ".eml":
		return "message/rfc822"
	}
	return "application/octet-stream"
}
