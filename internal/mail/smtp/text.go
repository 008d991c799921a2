package smtp

import (
	"errors"
	"io"

	gosmtp "github.com/emersion/go-smtp"

	"guichet/internal/mail/wire"
)

// text sends the body and its end.
func (t *transfer) text(body io.Reader) error {
	t.ready()
	end, err := t.c.Data()
	if err != nil {
		return t.refused("wire.err.smtp_data", err)
	}
	if err := t.reached(Data); err != nil {
		return err
	}
	if err := t.body(body); err != nil {
		return err
	}
	if err := t.conn.Alive(); err != nil {
		return t.explain(err) // gone before the end: certainly not delivered
	}
	if err := t.reached(DataSent); err != nil {
		return err
	}
	return t.dot(end)
}

// body writes the text past go-smtp, whose buffer would keep the last 4 kB back until the dot: only the final line end
// and the dot are left to it.
func (t *transfer) body(from io.Reader) error {
	out := &stuffer{w: t.conn, start: true}
	buf := make([]byte, 32<<10)
	for {
		n, rerr := from.Read(buf)
		t.ready()
		if _, err := out.Write(buf[:n]); err != nil {
			return t.explain(err)
		}
		if rerr == io.EOF {
			return nil
		}
		if rerr != nil {
			return t.s.Fail("wire.err.smtp_body", rerr)
		}
	}
}

// dot ends the text and reads the answer. Only an answer is certainty: any other error, a write that failed included,
// may come after the server took the mail.
func (t *transfer) dot(end *gosmtp.DataCommand) error {
	t.conn.Expect(t.p.Dot, t.p.Dot, 1<<20)
	said, err := end.CloseWithResponse()
	if err == nil {
		t.res.Final = &Reply{Code: 250, Text: wire.Said(said.StatusText, t.secrets...)}
		return nil
	}
	if r := replyOf(err, t.secrets); r != nil && r.Code/100 != 3 {
		t.res.Final = r
		if r.Code/100 == 2 {
			return nil
		}
		return t.refused("wire.err.smtp_data", err)
	}
	t.res.Uncertain = true
	return t.s.Fail("wire.err.smtp_unsure", errors.Join(errUnsure, wire.Quiet(err, t.secrets...)))
}

var errUnsure = errors.New("no answer to the end of the mail")

// stuffer makes each line end CRLF, drops every CR that stands alone (what SMTP smuggling is made of), doubles the dot
// at the start of a line (RFC 5321 §4.5.2) and keeps the last line end back.
type stuffer struct {
	w     io.Writer
	start bool // of a line
	eol   bool // a line end is due
	buf   []byte
}

func (s *stuffer) Write(b []byte) (int, error) {
	s.buf = s.buf[:0]
	for _, c := range b {
		if c == '\r' {
			continue
		}
		if s.eol {
			s.buf = append(s.buf, '\r', '\n')
		}
		s.eol = c == '\n'
		if !s.eol {
			if s.start && c == '.' {
				s.buf = append(s.buf, '.')
			}
			s.buf = append(s.buf, c)
		}
		s.start = s.eol
	}
	if len(s.buf) == 0 {
		return len(b), nil
	}
	if _, err := s.w.Write(s.buf); err != nil {
		return 0, err
	}
	return len(b), nil
}
