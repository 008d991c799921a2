package mail

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
)

const flushSize = 8 << 10

// segment is a text leaf before its charset is decoded.
type segment struct {
	html          bool
	alt           int // number of the multipart/alternative it belongs to
	charset       string
	flowed, delsp bool
	data          []byte
	part          int
}

// report is the beginning of a leaf that classification reads.
type report struct {
	kind   string // media type
	method string // its parameter, of a calendar
	data   []byte
}

// leaf is a leaf being read: its bytes are decoded and handed on to a hash and a sink.
type leaf struct {
	p       *parser
	part    Part
	dec     transferDecoder
	eol     []byte // hard line end not yet written: before a boundary it belongs to the boundary
	seg     *segment
	begun   bool // a line that is not blank was read
	rep     *report
	limit   int
	dest    io.Writer
	waiting []byte // first bytes of an attached mail, until its subject is known
	wait    bool
	packed  bool // a winmail.dat or S/MIME, kept in waiting until it can be opened
	at      place
	head    []byte // first bytes of an attachment

	signedType bool         // S/MIME that calls itself signed
	again      func() *leaf // begins the text anew below a file that stood in it
}

// leaf reads a leaf up to the next boundary.
func (p *parser) leaf(at place, h header, t mediaType, beyond bool) end {
	return p.leafOn(p.open(at, h, t, beyond))
}

func (p *parser) leafOn(l *leaf) end {
	for {
		c, e, ok := p.next()
		if !ok {
			l.close()
			return e
		}
		l = l.afterFile(c)
		if name, ok := p.uuName(l, c); ok && p.worth(0) {
			l = p.uuFile(l, name)
			continue
		}
		l.take(p.src.again(c))
		if p.spent() && !p.blind {
			l.finish()
			return p.rest()
		}
	}
}

// empty notes a part that has headers only.
func (p *parser) empty(at place, h header, t mediaType) {
	if len(h) > 0 || at.depth == 0 {
		p.open(at, h, t, false).close()
	}
}

// open begins a leaf. beyond means that the budget of work is spent: the leaf is kept but not analysed.
func (p *parser) open(at place, h header, t mediaType, beyond bool) *leaf {
	d := parseMediaType(h.get("content-disposition"))
	l := p.begin(Part{
		Index: len(p.m.Parts), Type: leafType(t.value), Charset: cleanCharset(t.raw("charset")),
		Name: p.leafName(h, t, d), CID: contentID(h.get("content-id")), Inline: d.value == "inline",
	}, newTransferDecoder(h.get("content-transfer-encoding"), p.m.warn))
	if beyond {
		l.dec = identity{}
		l.part.Name = "not-analysed.eml"
		p.m.warn(WarnNotAnalysed)
	}
	p.protect(t)
	if !beyond && isBody(at, l.part, d.value) {
		l.seg = &segment{html: l.part.Type == "text/html", alt: at.alt, charset: t.raw("charset"), part: l.part.Index,
			flowed: strings.EqualFold(t.raw("format"), "flowed"), delsp: strings.EqualFold(t.raw("delsp"), "yes")}
		return l
	}
	l.part.Attachment = true
	kind := l.part.Type
	if kind == "application/octet-stream" && strings.HasSuffix(strings.ToLower(l.part.Name), ".ics") {
		kind = "text/calendar"
	}
	if limit := reportSize(kind); limit > 0 && !beyond && len(p.reports) < 20 {
		l.rep, l.limit = &report{kind: kind, method: t.raw("method")}, limit
	}
	l.wait = l.part.Type == "message/rfc822" && l.part.Name == ""
	l.packed = (isTNEF(l.part) || isSMIME(l.part)) && !beyond
	l.at, l.signedType = at, strings.Contains(strings.ToLower(t.raw("smime-type")), "signed")
	if !l.wait && !l.packed {
		l.openStore()
	}
	return l
}

// begin makes the leaf of a part; one is read at a time.
func (p *parser) begin(part Part, dec transferDecoder) *leaf {
	p.sum.Reset()
	p.out = p.out[:0]
	return &leaf{p: p, part: part, dec: dec}
}

// leafType mends what is no media type: RFC 2045 5.2 says that it is plain text.
func leafType(t string) string {
	main, sub, ok := strings.Cut(t, "/")
	switch {
	case t == "" || t == "text" || t == "plain" || !ok && t != "html":
		return "text/plain"
	case t == "html":
		return "text/html"
	case main == "" || sub == "":
		return "application/octet-stream"
	}
	return strings.ToValidUTF8(cleanLine(t), "")
}

// isBody says whether a leaf is (part of) the readable text: the rule of RFC 8621 4.1.4.
func isBody(at place, part Part, disposition string) bool {
	switch part.Type {
	case "text/plain", "text/html":
	case "text/enriched", "text/richtext":
		if at.alt != 0 {
			return false
		}
	default:
		return false
	}
	if disposition == "attachment" {
		return false
	}
	return at.index == 0 || at.parent != "related" && part.Name == "" || at.parent == "alternative"
}

// reportSize says how much of a leaf of this type classification wants to read.
func reportSize(t string) int {
	switch t {
	case "message/delivery-status", "message/feedback-report", "message/disposition-notification", "message/rfc822",
		"message/global-delivery-status", "message/global", "text/rfc822-headers", "message/rfc822-headers", "text/rfc822":
		return reportLimit
	case "text/calendar", "application/ics":
		return eventLimit
	}
	return 0
}

// leafName gives the label of a leaf: the file name of its disposition, else the name of its type.
func (p *parser) leafName(h header, t, d mediaType) string {
	name := d.get("filename", &p.dec)
	if name == "" {
		name = t.get("name", &p.dec)
	}
	if name == "" {
		name = d.get("name", &p.dec)
	}
	return CleanName(name)
}

func contentID(s string) string {
	return strings.ToValidUTF8(strings.Trim(strings.TrimSpace(s), "<>"), "\uFFFD")
}

// protect notes signed and encrypted content.
func (p *parser) protect(t mediaType) {
	switch t.value {
	case "multipart/signed":
		p.m.Signed = true
	case "multipart/encrypted", "application/pgp-encrypted":
		p.m.Encrypted = true
	}
}

// take decodes one line, or one piece of a long one.
func (l *leaf) take(data []byte) {
	line := trimEOL(data)
	ended := len(line) < len(data)
	p := l.p
	p.out = append(p.out, l.eol...)
	l.eol = nil
	if l.seg != nil && !l.begun && len(bytes.TrimSpace(line)) > 0 {
		l.begun = true
		l.doubt(line)
	}
	var hard bool
	if p.out, hard = l.dec.decode(p.out, line, ended); hard {
		if len(data)-len(line) == 1 {
			l.eol = newline
		} else {
			l.eol = crlf
		}
	}
	if len(p.out) >= flushSize {
		l.flush()
	}
}

var crlf = []byte("\r\n")

// doubt gives up on base64 when a text that claims to be in it begins with words.
func (l *leaf) doubt(line []byte) {
	if _, claimed := l.dec.(*base64Decoder); claimed && bytes.Count(bytes.TrimSpace(line), []byte(" ")) >= 2 {
		l.dec = identity{}
		l.p.m.warn(WarnBadBase64)
	}
}

// flush hands the decoded bytes on.
func (l *leaf) flush() {
	out := l.p.out
	l.p.out = out[:0]
	l.part.Size += int64(len(out))
	l.p.sum.Write(out)
	if l.p.lf != nil {
		l.p.lf.Write(out)
	}
	if l.seg != nil {
		if l.p.every && l.dest == nil && len(out) > 0 {
			l.openStore()
		}
		l.keepText(out)
	}
	if l.part.Attachment && len(l.head) < headSize {
		l.head = append(l.head, out[:min(len(out), headSize-len(l.head))]...)
	}
	if l.rep != nil {
		l.rep.data = append(l.rep.data, out[:min(len(out), l.limit-len(l.rep.data))]...)
	}
	if l.packed {
		if cap(l.waiting)-len(l.waiting) < len(out) { // twice as large each time: less is left behind on the way
			l.waiting = slices.Grow(l.waiting, len(l.waiting)+len(out))
		}
		if l.waiting = append(l.waiting, out...); len(l.waiting) > tnefLimit {
			if isSMIME(l.part) {
				l.opened() // for what it is: its content is too large to show
			}
			l.keepPacked()
		}
		return
	}
	if l.wait {
		l.waiting = append(l.waiting, out...)
		if len(l.waiting) > reportLimit || headerEnds(l.waiting) {
			l.named()
		}
		return
	}
	l.write(out)
}

func (l *leaf) keepText(out []byte) {
	limit, kept := textLimit, &l.p.kept[0]
	if l.seg.html {
		limit, kept = htmlLimit, &l.p.kept[1]
	}
	if room := limit - *kept; room < len(out) {
		out = out[:room]
		l.p.m.warn(WarnTruncated)
	}
	*kept += len(out)
	if l.seg.data == nil && len(out) >= flushSize { // more to come: the buffer says about how much
		l.seg.data = make([]byte, 0, len(out)+l.p.src.r.Buffered())
	}
	l.seg.data = append(l.seg.data, out...)
}

func headerEnds(b []byte) bool {
	return bytes.Contains(b, []byte("\n\n")) || bytes.Contains(b, []byte("\r\n\r\n"))
}

// named gives an attached mail the name of its subject, and begins to store it.
func (l *leaf) named() {
	d := decoder{}
	if subject := strings.TrimSpace(d.words(readHeader(l.waiting).get("subject"))); subject != "" {
		l.part.Name = CleanName(strings.NewReplacer("/", "-", `\`, "-").Replace(subject) + ".eml")
	} else {
		l.part.Name = "message.eml"
	}
	l.wait = false
	l.openStore()
	l.write(l.waiting)
	l.waiting = nil
}

func (l *leaf) openStore() {
	if l.p.store != nil && l.p.storeErr == nil {
		l.dest = l.p.store(l.part)
	}
}

func (l *leaf) write(b []byte) {
	if l.dest == nil || len(b) == 0 {
		return
	}
	if _, err := l.dest.Write(b); err != nil {
		l.p.storeErr = fmt.Errorf("store part %d: %w", l.part.Index, err)
		l.dest = nil
	}
}

// close ends a leaf at a boundary, whose line end it leaves out, or at the end of the mail.
func (l *leaf) close() {
	if len(l.p.bounds) > 0 && !l.p.blind {
		l.eol = nil
	}
	l.finish()
}

// finish notes a leaf that is whole.
func (l *leaf) finish() {
	p := l.p
	p.out = append(p.out, l.eol...)
	p.out = l.dec.end(p.out)
	l.flush()
	if l.wait {
		l.named()
	}
	var files tnef
	var content []byte
	if l.packed {
		var tnef, signed bool
		if files, tnef = readTNEF(l.waiting); !tnef && isSMIME(l.part) {
			content, signed = l.opened()
		}
		if tnef || signed {
			l.part.Attachment = false // what it holds stands for it
		} else {
			l.keepPacked()
		}
	}
	p.sniff(l.head, l.part.Type)
	p.sum.Sum(l.part.SHA256[:0])
	if p.lf != nil {
		p.lfSums = append(p.lfSums, p.lf.end())
	}
	p.m.Parts = append(p.m.Parts, l.part)
	if l.seg != nil {
		p.segments = append(p.segments, *l.seg)
	}
	if l.rep != nil {
		p.reports = append(p.reports, *l.rep)
	}
	p.unpack(files)
	if content != nil {
		p.inner(l.at, content)
	}
}

// keepPacked makes an ordinary file of a winmail.dat that cannot be opened.
func (l *leaf) keepPacked() {
	l.packed = false
	l.openStore()
	l.write(l.waiting)
	l.waiting = nil
}
