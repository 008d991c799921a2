// Package smtp hands one mail to a submission server, recipient by recipient, and tells exactly how far it got: what
// was refused and in which words, what was accepted, and what nobody can know because the answer to the end of the
// text was lost (RFC 1047).
package smtp

import (
	"errors"
	"fmt"
	"io"

	gosmtp "github.com/emersion/go-smtp"

	"guichet/internal/mail/wire"
)

// Envelope is one mail to send. From may be empty: the null sender of automatic mails. Open returns the mail's text,
// of about Size bytes; line ends are made CRLF on the way.
type Envelope struct {
	From string
	To   []string
	Size int64
	Open func() (io.ReadCloser, error)
}

// Stage is how far a sending got.
type Stage string

// The stages, in order. DataSent is told before the final dot is written: from then on the server may have the mail,
// and when it cannot be noted the dot is not written. Done is told after the server's yes.
const (
	Connected Stage = "connected"
	MailFrom  Stage = "mail"
	RcptTo    Stage = "rcpt"
	Data      Stage = "data"
	DataSent  Stage = "data-sent"
	Done      Stage = "done"
)

// Reply is a server's answer in its own words.
type Reply struct {
	Code     int
	Enhanced string // RFC 3463, such as "5.1.1"; empty when the server gives none
	Text     string // one line, fit to be shown
	again    bool   // worth another try whatever the code says
}

// Error returns the reply as one line.
func (r *Reply) Error() string {
	return fmt.Sprintf("%d %s %s", r.Code, r.Enhanced, r.Text)
}

// RcptResult is what the server said to one recipient. Err is set when the address never reached the server.
type RcptResult struct {
	Addr            string
	Code            int
	Enhanced, Reply string
	Accepted        bool // takes effect only when Result.Delivered
	Temporary       bool
	Err             error
}

// Result is how a sending ended. Its recipients stand in the order of the envelope.
type Result struct {
	Rcpts     []RcptResult
	Final     *Reply // the answer to the end of the text
	Uncertain bool   // the end was sent, its answer never came: the mail must not be sent again by itself
}

// Delivered reports whether the server has the mail for the recipients that it accepted, whatever the error says.
func (r Result) Delivered() bool {
	return r.Final != nil && r.Final.Code/100 == 2
}

// Permanent reports whether sending the same mail again would fail the same way: the server answered 5xx to the
// mail itself, or the mail cannot be sent at all. A refused login is not: it is for the settings, the mail can wait.
func Permanent(err error) bool {
	var r *Reply
	if errors.As(err, &r) {
		return r.Code/100 == 5 && !r.again
	}
	for _, key := range []string{"wire.err.smtp_size", "wire.err.smtp_address", "wire.err.smtp_utf8"} {
		if wire.HasKey(err, key) {
			return true
		}
	}
	return false
}

// replyOf returns the server's answer inside a library's error, nil when there is none.
func replyOf(err error, secrets []string) *Reply {
	var said *gosmtp.SMTPError
	if !errors.As(err, &said) {
		return nil
	}
	r := &Reply{Code: said.Code, Text: wire.Said(said.Message, secrets...)}
	if e := said.EnhancedCode; e != (gosmtp.EnhancedCode{}) && e != gosmtp.NoEnhancedCode {
		r.Enhanced = fmt.Sprintf("%d.%d.%d", e[0], e[1], e[2])
	}
	return r
}
