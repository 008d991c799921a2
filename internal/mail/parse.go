package mail

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"hash"
	"io"
	"strings"
)

// Parse reads a mail from r, once, in bounded memory. store gives the writer for the decoded bytes of a leaf that is an
// attachment (its Size and SHA256 are not known yet); nil, or a nil writer, means that the bytes are only counted and
// hashed. Parse always gives a Message, whatever the bytes; the error is r's or a store writer's own.
func Parse(r io.Reader, store func(part Part) io.Writer) (*Message, error) {
	p := newParser(r, store)
	defer p.src.end()
	return p.safely()
}

// safely is parse, and a fault of ours costs one mail's analysis, not the mailbox: the raw mail is kept elsewhere.
func (p *parser) safely() (m *Message, err error) {
	defer func() {
		if recover() != nil {
			p.m.Kind = KindPerson
			p.m.warn(WarnNotAnalysed)
			_, err = io.Copy(io.Discard, p.src.r)
			m = p.m
		}
	}()
	return p.parse()
}

func newParser(r io.Reader, store func(part Part) io.Writer) *parser {
	src := newLines(r)
	p := &parser{src: src, m: &Message{}, store: store, budget: workLimit, sum: sha256.New(), bodySum: sha256.New(), body: src.lent.body, out: src.lent.out}
	p.body.Reset(p.bodySum)
	return p
}

func (p *parser) parse() (*Message, error) {
	p.entity(place{})
	p.finish()
	if p.src.err != nil {
		return p.m, p.src.err
	}
	return p.m, p.storeErr
}

type parser struct {
	src      *lines
	m        *Message
	top      header
	topType  mediaType
	store    func(Part) io.Writer
	storeErr error
	sum      hash.Hash     // of the leaf being read
	bodySum  hash.Hash     // of the raw body, for the fingerprint
	body     *bufio.Writer // of bodySum, which never fails
	lf       *lfHash       // set by Inspect only
	lfSums   [][32]byte
	inBody   bool
	bounds   [][]byte // "--boundary" of the multiparts being read, outermost first
	blind    bool     // boundaries mean nothing any more: the rest is one attachment
	work     int      // steps done, see budget.go
	budget   int      // steps allowed
	kept     [2]int   // bytes of plain text and of HTML kept so far
	sealed   int      // signed contents that were opened
	every    bool     // the readable text is stored too
	out      []byte   // decoded bytes of the leaf being read, on their way to its sink
	segments []segment
	spare    []segment // texts of a winmail.dat, for a mail without any other
	packed   *Calendar // the meeting of a winmail.dat
	reports  []report
	alts     int
	marks    folding
	dec      decoder
}

// place is where an entity stands in the tree.
type place struct {
	depth  int
	parent string // subtype of the multipart around it, "" for the mail itself
	index  int    // among the parts of that multipart
	alt    int    // number of the multipart/alternative around it, 0 for none
}

// end says why an entity was over: the boundary of a level, or the end of the mail.
type end struct {
	level   int // index in bounds, -1 at the end of the mail
	closing bool
}

// next gives a chunk of the body, or the boundary that stands there.
func (p *parser) next() (c chunk, e end, ok bool) {
	given := p.src.holding
	c, ok = p.src.next()
	if !ok {
		return c, end{level: -1}, false
	}
	p.spend(len(c.data))
	if p.inBody && !given {
		line := trimEOL(c.data)
		p.body.Write(line)
		if len(line) < len(c.data) {
			p.body.Write(newline)
		}
	}
	if c.starts && !p.blind && !p.spent() && len(p.bounds) > 0 && bytes.HasPrefix(c.data, dashes) {
		if level, closing := p.boundary(c.data); level >= 0 {
			return c, end{level, closing}, false
		}
	}
	return c, end{}, true
}

var newline, dashes, undeclaredBoundary = []byte("\n"), []byte("--"), []byte("--\x00")

// boundary finds the innermost multipart whose boundary the line is; an exact match wins over a closing one, for
// boundaries that are the beginning of another.
func (p *parser) boundary(line []byte) (level int, closing bool) {
	line = bytes.TrimRight(trimEOL(line), " \t")
	p.spend(equalWork * len(p.bounds))
	for i := len(p.bounds) - 1; i >= 0; i-- {
		if bytes.Equal(line, p.bounds[i]) {
			return i, false
		}
	}
	for i := len(p.bounds) - 1; i >= 0; i-- {
		if bytes.HasSuffix(line, dashes) && bytes.Equal(line[:len(line)-2], p.bounds[i]) {
			return i, true
		}
	}
	return -1, false
}

// entity reads a header block and what it heads.
func (p *parser) entity(at place) end {
	if !p.worth(at.depth) {
		return p.rest()
	}
	h, over, why := p.header(at)
	if at.depth == 0 {
		p.top = h
	}
	t := parseMediaType(h.get("content-type"))
	if t.value == "" && at.parent == "digest" {
		t.value = "message/rfc822"
	}
	if at.depth == 0 {
		p.topType = t
		p.dec.fallback = cleanCharset(t.raw("charset"))
	}
	switch sub, multi := strings.CutPrefix(t.value, "multipart/"); {
	case why == headTooLong && p.spent():
		return p.rest()
	case why == headTooLong:
		return p.leaf(at, h, mediaType{value: "application/octet-stream"}, true)
	case why == headCut:
		p.empty(at, h, t)
		return over
	case multi:
		return p.multipart(at, h, t, sub)
	}
	return p.leaf(at, h, t, false)
}

// How a header block came to its end.
type headEnd int

const (
	headWhole headEnd = iota
	headCut           // by a boundary or the end of the mail
	headTooLong
)

func (p *parser) header(at place) (header, end, headEnd) {
	r := headerReader{top: at.depth == 0}
	ahead := func(c chunk) []byte { // given back first: looking ahead moves the buffer under c
		p.src.giveBack(c)
		p.src.holding = false
		p.spend(4 << 10)
		return p.src.ahead(4 << 10)
	}
	defer func() {
		if r.bad {
			p.m.warn(WarnBadHeader)
		}
		if at.depth == 0 {
			p.inBody = true
		}
	}()
	for {
		c, e, ok := p.next()
		if !ok {
			r.flush()
			return r.h, e, headCut
		}
		switch v := r.take(c, ahead); {
		case v == lineEnds:
			return r.h, end{}, headWhole
		case v == lineIsBody:
			p.src.holding = true
			if at.depth == 0 {
				p.body.Write(p.src.held)
			}
			return r.h, end{}, headWhole
		case r.size > headerLimit, p.spent():
			r.flush()
			return r.h, end{}, headTooLong
		}
	}
}

// multipart reads the parts between boundaries, whatever is wrong with them.
func (p *parser) multipart(at place, h header, t mediaType, sub string) end {
	level := len(p.bounds)
	p.bounds = append(p.bounds, append([]byte("--"), strings.TrimRight(t.raw("boundary"), " \t")...))
	defer func() { p.bounds = p.bounds[:level] }()
	if len(p.bounds[level]) == 2 {
		p.bounds[level] = undeclaredBoundary // preamble finds it
		p.m.warn(WarnBadMultipart)
	}
	p.protect(t)
	if sub == "alternative" {
		p.alts++
		at.alt = p.alts
	}
	closed := false
	e := p.preamble(at, h, t, level)
	for i := 0; e.level == level; {
		if e.closing {
			closed = true
			e = p.skip()
			continue
		}
		e = p.entity(place{at.depth + 1, sub, i, at.alt})
		i++
	}
	if !closed && !p.blind {
		p.m.warn(WarnBadMultipart)
	}
	return e
}

// skip reads to the next boundary: an epilogue.
func (p *parser) skip() end {
	for {
		if _, e, ok := p.next(); !ok {
			return e
		}
		if p.spent() && !p.blind {
			return p.rest()
		}
	}
}
