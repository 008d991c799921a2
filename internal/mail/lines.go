package mail

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"sync"
)

// chunk is what one read gives: a whole line with its end, or a piece of a line longer than the buffer.
type chunk struct {
	data   []byte // valid until the next read
	starts bool   // data begins a line
}

const lineBuffer = 16 << 10

// lines reads a mail line by line without ever holding more than one buffer of it. A line longer than the buffer comes
// in several chunks, so a mail of one 60 MB line costs no more memory than any other.
type lines struct {
	r       *bufio.Reader
	lent    *lent // given back at the end
	err     error // of the reader, other than io.EOF
	midLine bool
	eof     bool
	held    []byte // a line that was read and given back
	holding bool
	heldTop bool
	looked  bool // ahead was called since the last chunk
}

// lent are buffers that one mail after the other has: new ones for each were half of what reading a mail allocates.
type lent struct {
	in   *bufio.Reader
	body *bufio.Writer // before the hash of the raw body, which is dear for each line
	out  []byte        // for the decoded bytes of the leaf being read
}

var buffers = sync.Pool{New: func() any {
	return &lent{bufio.NewReaderSize(nil, lineBuffer), bufio.NewWriterSize(nil, 4<<10), make([]byte, 0, flushSize+1024)}
}}

func newLines(r io.Reader) *lines {
	lent := buffers.Get().(*lent)
	lent.in.Reset(r)
	l := &lines{r: lent.in, lent: lent}
	if head, _ := l.r.Peek(4 << 10); bytes.IndexByte(head, '\n') < 0 && bytes.IndexByte(head, '\r') >= 0 {
		l.r = bufio.NewReaderSize(bareCR{l.r}, lineBuffer) // Peek's error comes again with the first read
	}
	return l
}

// end gives the buffer back; no chunk may be used any more.
func (l *lines) end() {
	l.lent.in.Reset(nil)
	l.lent.body.Reset(nil)
	buffers.Put(l.lent)
	l.r, l.lent, l.eof = nil, nil, true
}

// bareCR turns the line ends of old Mac mail into line feeds.
type bareCR struct{ r io.Reader }

func (b bareCR) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	for i, c := range p[:n] {
		if c == '\r' {
			p[i] = '\n'
		}
	}
	return n, err
}

// next gives the next chunk; ok is false at the end of the mail.
func (l *lines) next() (c chunk, ok bool) {
	if l.holding {
		l.holding = false
		return chunk{data: l.held, starts: l.heldTop}, true
	}
	if l.eof {
		return chunk{}, false
	}
	l.looked = false
	data, err := l.r.ReadSlice('\n')
	c = chunk{data: data, starts: !l.midLine}
	l.midLine = errors.Is(err, bufio.ErrBufferFull)
	if err != nil && !l.midLine {
		l.eof = true
		if err != io.EOF {
			l.err = fmt.Errorf("read mail: %w", err)
		}
	}
	return c, len(data) > 0
}

// giveBack makes next return c again. c must be the chunk that next gave last.
func (l *lines) giveBack(c chunk) {
	l.held = append(l.held[:0], c.data...)
	l.heldTop, l.holding = c.starts, true
}

// again gives the bytes of c, which looking ahead may have moved.
func (l *lines) again(c chunk) []byte {
	if l.looked {
		l.looked = false
		return l.held
	}
	return c.data
}

// ahead shows up to n of the bytes that follow, without reading them. Chunks given before become invalid.
func (l *lines) ahead(n int) []byte {
	l.looked = true
	b, _ := l.r.Peek(n) // a short answer is the answer: an error comes again with the next read
	return b
}

// trimEOL cuts the line end: LF, CRLF, and the CR CR LF that some relays write.
func trimEOL(b []byte) []byte {
	if n := len(b); n > 0 && b[n-1] == '\n' {
		b = b[:n-1]
		for n := len(b); n > 0 && b[n-1] == '\r'; n = len(b) {
			b = b[:n-1]
		}
	}
	return b
}
