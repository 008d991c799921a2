package imap

import (
	"errors"
	"io"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"guichet/internal/mail/wire"
)

// Reasons why a mail could not be had, told to Hooks.Failed.
var (
	ErrHole    = errors.New("the server lists this mail but does not give it")
	ErrNoText  = errors.New("the server gives this mail without its text")
	ErrShort   = errors.New("the server gave less than it announced")
	ErrUnread  = errors.New("the mail was not read to its end")
	ErrRefused = errors.New("the server refuses to give this mail")
)

var wholeText = imap.FetchItemBodySection{Peek: true}

// what is asked of each mail: UID first (go-imap does that), since an answer whose text comes before its UID would be
// dropped without a word (FAULTS F3), and none of the structures that go-imap reads into memory or breaks on (R8).
var what = imap.FetchOptions{UID: true, RFC822Size: true, BodySection: []*imap.FetchItemBodySection{&wholeText}}

// literal is the text of one mail on its way in. It notices a text that ends early, which the library does not (F2).
type literal struct {
	r    io.Reader
	conn *wire.Conn
	left int64
	err  error // the first error; io.EOF only when the text is whole
}

func (l *literal) Read(b []byte) (int, error) {
	if l.err != nil {
		return 0, l.err // the library must not be asked again, see finish
	}
	n, err := l.r.Read(b)
	l.left -= int64(n)
	l.conn.Allow(int64(n))
	if err == io.EOF && l.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	l.err = err
	return n, err
}

// broken returns the error that ended the text before its end, nil if there was none.
func (l *literal) broken() error {
	if l.err == io.EOF {
		return nil
	}
	return l.err
}

// finish reads what is left of a text. After an error it waits for the library's reader to end: that one goes on as
// soon as the error is out, and our next call would read the same buffer beside it (a race in go-imap v2.0.0-beta.8).
func (s *session) finish(l *literal) {
	_, _ = io.Copy(io.Discard, l) // the error is kept in l
	if l.broken() != nil {
		_ = s.conn.Close()
		<-s.c.Closed()
	}
}

// take receives one mail's text; uid is 0 when the server has not told it yet. An error that wraps ErrHalt ends the
// fetch. Otherwise it is the taker's own affair.
type take func(uid uint32, size int64, r *literal) error

// fetch asks for a set of mails and hands each text to t, one after the other, on this goroutine. It returns nil only
// when the command completed with OK: until then nothing that t received may be believed. seen is called for each
// mail with the UID that the answer held, at its end, and whether it held a text.
func (s *session) fetch(set imap.NumSet, t take, seen func(uid uint32, text bool)) error {
	s.ready()
	cmd := s.c.Fetch(set, &what)
	for msg := cmd.Next(); msg != nil; msg = cmd.Next() {
		if err := s.one(msg, t, seen); err != nil {
			_ = cmd.Close() // drains what is left; err tells the story
			return err
		}
		s.ready()
	}
	return cmd.Close()
}

func (s *session) one(msg *imapclient.FetchMessageData, t take, seen func(uid uint32, text bool)) error {
	var uid uint32
	text := false
	for item := msg.Next(); item != nil; item = msg.Next() {
		switch item := item.(type) {
		case imapclient.FetchItemDataUID:
			uid = uint32(item.UID)
		case imapclient.FetchItemDataBodySection:
			if item.Literal == nil || item.Literal.Size() == 0 || text || !item.MatchCommand(&wholeText) {
				continue
			}
			text = true
			size := item.Literal.Size()
			s.conn.Expect(s.p.Silence, s.p.Answer+wire.ForBytes(size), 1<<20)
			l := &literal{r: item.Literal, conn: s.conn, left: size}
			err := t(uid, size, l)
			if err != nil {
				_ = s.conn.Close() // so that the rest need not come
			}
			s.finish(l)
			if err != nil {
				return err
			}
		}
	}
	seen(uid, text)
	return nil
}

// seqOf asks the sequence number of a mail, 0 when the server does not say.
func (s *session) seqOf(uid uint32) (uint32, error) {
	s.ready()
	cmd := s.c.Fetch(setOf([]uint32{uid}), &imap.FetchOptions{UID: true})
	var seq uint32
	for msg := cmd.Next(); msg != nil; msg = cmd.Next() {
		seq = msg.SeqNum
	}
	return seq, cmd.Close()
}

// explainRefusal keeps the server's words about one mail.
func (s *session) explainRefusal(err error) error {
	return wire.Refused(s.o.Server, ErrRefused, err, s.secrets...)
}
