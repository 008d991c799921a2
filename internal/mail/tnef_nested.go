package mail

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"io"
	"strings"
	"time"
)

// open makes a mail of every mail, task or appointment that was attached as an object: other programs can open it then.
func (t *tnef) open() {
	for i := range t.files {
		f := &t.files[i]
		if !f.nested {
			continue
		}
		in := tnef{depth: t.depth + 1, left: t.left}
		if in.depth > tnefDepth || !in.read(f.data) {
			f.kind = "application/ms-tnef"
			continue
		}
		eml := in.compose()
		if t.left.bytes -= len(eml); t.left.bytes < 0 {
			f.kind, t.left.bytes = "application/ms-tnef", 0
			continue
		}
		name := in.subject
		if name == "" {
			name = f.label
		}
		if name == "" {
			name = "message"
		}
		f.name, f.kind, f.data = strings.NewReplacer("/", "-", `\`, "-").Replace(name)+".eml", "message/rfc822", eml
	}
}

// compose writes what was nested as a mail of its own.
func (t *tnef) compose() []byte {
	var out bytes.Buffer
	size := 0
	for _, f := range t.files {
		size += len(f.data) + len(f.data)/2
	}
	out.Grow(size)
	c := composer{w: bufio.NewWriter(&out), seed: t.subject + t.class}
	from := composeName(t.from.Name)
	if t.from.Addr != "" {
		from = strings.TrimSpace(from + " <" + cleanToken(t.from.Addr) + ">")
	}
	for _, h := range [][2]string{{"From", from}, {"To", nameList(t.to)}, {"Cc", nameList(t.cc)}, {"Subject", encodeWords(t.subject)}} {
		if h[1] != "" {
			c.put(foldHeader(h[0], h[1]))
		}
	}
	if !t.sent.IsZero() {
		c.put("Date: " + t.sent.Format(time.RFC1123Z))
	}
	c.put("MIME-Version: 1.0")
	text, html := t.shown()
	m := Outgoing{Text: text, HTML: html}
	for _, f := range t.files {
		if f.name == "body.html" || f.name == "body.rtf" && html != "" {
			continue // it is the text itself
		}
		if f.kind == "" {
			f.kind = typeByName(f.name)
		}
		one := File{Name: f.name, Type: f.kind, CID: f.cid, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(f.data)), nil }}
		if f.cid != "" && html != "" {
			m.Inline = append(m.Inline, one)
		} else {
			m.Files = append(m.Files, one)
		}
	}
	if c.body(m) != nil || c.w.Flush() != nil { // nothing here can fail: all of it is in memory
		return nil
	}
	return out.Bytes()
}

// nameList writes the names that Outlook shows, "Ana Roux; Tim Guével", as a header.
func nameList(s string) string {
	var out []string
	for name := range strings.SplitSeq(s, ";") {
		if name = strings.TrimSpace(name); name != "" && len(out) < 100 {
			out = append(out, composeName(name))
		}
	}
	return strings.Join(out, ", ")
}

// The sets of named properties that appointments and meetings use (MS-OXPROPS 1.3.2).
const (
	setAppointment = "\x02\x20\x06\x00\x00\x00\x00\x00\xc0\x00\x00\x00\x00\x00\x00\x46"
	setMeeting     = "\x90\xda\xd8\x6e\x0b\x45\x1b\x10\x98\xda\x00\xaa\x00\x3f\x13\x05"
)

// appointment takes when and what a meeting is (MS-OXOCAL 2.2.1).
func (t *tnef) appointment(p prop) {
	switch {
	case p.set == setAppointment && p.id == 0x820d:
		t.start = fileTime(p.value)
	case p.set == setAppointment && p.id == 0x820e:
		t.end = fileTime(p.value)
	case p.set == setMeeting && p.id == 0x0003:
		t.meeting = strings.ToUpper(hex.EncodeToString(p.value[:min(len(p.value), 200)]))
	}
}

// calendar gives the meeting that a winmail.dat asks for, nil when it asks for none.
func (t *tnef) calendar() *Calendar {
	method := ""
	switch class := strings.ToLower(t.class); {
	case strings.HasPrefix(class, "ipm.schedule.meeting.request"), strings.Contains(class, "schedule.mtgreq"):
		method = "REQUEST"
	case strings.HasPrefix(class, "ipm.schedule.meeting.resp"), strings.Contains(class, "schedule.mtgresp"):
		method = "REPLY"
	case strings.HasPrefix(class, "ipm.schedule.meeting.canceled"), strings.Contains(class, "schedule.mtgcncl"):
		method = "CANCEL"
	default:
		return nil
	}
	c := &Calendar{Method: method, UID: t.meeting}
	if !t.start.IsZero() {
		e := event{kind: "VEVENT", uid: t.meeting, start: stamp{wall: t.start, utc: true, ok: true}}
		e.end = stamp{wall: t.end, utc: true, ok: !t.end.IsZero()}
		c.events = append(c.events, e)
	}
	return c
}
