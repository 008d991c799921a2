package history

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
)

// span is where the bytes of a mail stand in a file.
type span struct{ start, length int64 }

// dated is what an mbox puts between mails: "From ", who, and when in the form of
// asctime, with whatever a program adds (mbox(5), RFC 4155).
var dated = regexp.MustCompile(`^From .*\s(\d{1,2}\s+\d{1,2}:\d{2}(:\d{2})?(\s\S+){0,2}\s\d{4}|\d{4}\s+\d{1,2}:\d{2})`)

// fieldName is how a header begins; some programs put an escaped "From " first.
var fieldName = regexp.MustCompile(`^>?[!-9;-~]+[ \t]?:|^>From `)

// mbox finds the mails of an mbox file, one at a time from a place on. It is told
// apart from text that begins with "From" by what surrounds a line: a date in it,
// a header below it, nothing above it. Where a Content-Length leads to the next
// mail it is believed, since such files quote nothing; else it lies and says
// nothing.
type mbox struct {
	at   io.ReaderAt
	r    *bufio.Reader
	size int64
	pos  int64 // of the next byte of r
}

func newMbox(at io.ReaderAt, from, size int64) *mbox {
	m := &mbox{at: at, size: size}
	m.seek(from)
	return m
}

func (m *mbox) seek(to int64) {
	m.pos = to
	section := io.NewSectionReader(m.at, to, m.size-to)
	if m.r == nil {
		m.r = bufio.NewReaderSize(section, 64<<10)
		return
	}
	m.r.Reset(section)
}

// line reads one line, of which it gives the beginning, and whether it is blank.
func (m *mbox) line() (head []byte, blank bool, err error) {
	head, err = m.r.ReadSlice('\n')
	m.pos += int64(len(head))
	blank = len(bytes.TrimRight(head, "\r\n")) == 0
	if !errors.Is(err, bufio.ErrBufferFull) {
		return head, blank, err
	}
	head = bytes.Clone(head[:1024])
	for errors.Is(err, bufio.ErrBufferFull) {
		var more []byte
		more, err = m.r.ReadSlice('\n')
		m.pos += int64(len(more))
	}
	return head, false, err
}

// between says whether a "From " line that was just read stands between two mails.
func (m *mbox) between(line []byte, afterBlank bool) bool {
	if !bytes.HasPrefix(line, []byte("From ")) {
		return false
	}
	date := dated.Match(bytes.TrimRight(line, "\r\n"))
	next, err := m.r.Peek(200)
	if err != nil && len(next) == 0 {
		return date && afterBlank
	}
	header := fieldName.Match(next)
	return date && header || afterBlank && (date || header)
}

// next finds the next mail, and whether there is one. end is where the search for
// the one after it goes on.
func (m *mbox) next() (s span, end int64, ok bool, err error) {
	for { // to the line that begins it
		head, _, err := m.line()
		if bytes.HasPrefix(head, []byte("From ")) {
			break
		}
		if err == io.EOF {
			return s, m.pos, false, nil
		}
		if err != nil {
			return s, m.pos, false, err
		}
	}
	s.start = m.pos
	if to := m.declared(s.start); to > 0 {
		s.length = to - s.start
		m.seek(to)
		return s, to, true, nil
	}
	m.seek(s.start)
	return m.until(s)
}

// until reads to the line that stands before the next mail. The blank line above
// that line belongs to the file.
func (m *mbox) until(s span) (span, int64, bool, error) {
	last := s.start // where the mail ends if the next line begins another
	blank := true   // an empty mail may follow its own line
	for {
		begin := m.pos
		head, isBlank, err := m.line()
		if begin > s.start && m.between(head, blank) {
			s.length = last - s.start
			m.seek(begin)
			return s, begin, true, nil
		}
		if err != nil && err != io.EOF {
			return s, m.pos, false, err
		}
		if err == io.EOF {
			if len(head) > 0 && !isBlank {
				last = m.pos
			}
			s.length = last - s.start
			return s, m.pos, true, nil
		}
		last = m.pos
		if isBlank { // the one before another mail is the file's
			last = begin
		}
		blank = isBlank
	}
}

// declared is where a mail ends by its Content-Length, 0 where it has none or
// where nothing ends there.
func (m *mbox) declared(start int64) int64 {
	length := int64(-1)
	const most = 1000 // lines of a header
	for range most {
		head, blank, err := m.line()
		if blank || err != nil {
			break
		}
		name, value, _ := bytes.Cut(head, []byte(":"))
		if bytes.EqualFold(name, []byte("content-length")) {
			if n, err := strconv.ParseInt(string(bytes.TrimSpace(value)), 10, 64); err == nil {
				length = n
			}
		}
	}
	to := m.pos + length
	if length < 0 || to > m.size || to <= start {
		return 0
	}
	if to == m.size {
		return to
	}
	m.seek(to)
	for range 3 {
		head, blank, err := m.line()
		if bytes.HasPrefix(head, []byte("From ")) && dated.Match(bytes.TrimRight(head, "\r\n")) {
			return to
		}
		if err == io.EOF && blank {
			return to
		}
		if !blank || err != nil {
			return 0
		}
	}
	return 0
}

// unquoted gives the lines of a mail of an mbox back the "From" that the file
// quotes: one ">" of ">From", ">>From" and so on (mboxrd; an mboxo quotes less,
// and a mail of its own that begins a line so is rarer than one that is quoted).
type unquoted struct {
	r     *bufio.Reader
	rest  []byte
	start bool // of a line
	err   error
}

func unquote(r io.Reader) io.Reader {
	return &unquoted{r: bufio.NewReaderSize(r, 32<<10), start: true}
}

// Read reads as io.Reader says.
func (u *unquoted) Read(p []byte) (int, error) {
	for len(u.rest) == 0 {
		if u.err != nil {
			return 0, u.err
		}
		line, err := u.r.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			u.err = err
		}
		if u.start && bytes.HasPrefix(bytes.TrimLeft(line, ">"), []byte("From ")) && line[0] == '>' {
			line = line[1:]
		}
		u.start = err == nil
		u.rest = line // used up before r is read again
	}
	n := copy(p, u.rest)
	u.rest = u.rest[n:]
	return n, nil
}
