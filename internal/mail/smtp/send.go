package smtp

import (
	"context"
	"fmt"
	"io"
	"strconv"

	gosmtp "github.com/emersion/go-smtp"

	"guichet/internal/mail/wire"
)

// Send hands e to the server s, calling itself hello. Each stage is told to stage as it is reached; an error of stage
// ends the sending before the next step. With a nil error the server has the mail for the accepted recipients. With
// an error nobody got it, unless the Result says Delivered (stage failed at Done) or Uncertain. Errors that a person
// may read are *wire.Error; Permanent tells whether trying again is of use.
func Send(ctx context.Context, s wire.Server, hello string, e Envelope, stage func(context.Context, Stage) error) (Result, error) {
	from, err := checkAddr(e.From)
	if err != nil {
		return Result{}, err
	}
	body, err := e.Open()
	if err != nil {
		return Result{}, s.Fail("wire.err.smtp_body", err)
	}
	defer body.Close()
	ctx, cancel := context.WithTimeout(ctx, s.Patience.Defaults().Session+wire.ForBytes(e.Size))
	defer cancel()
	k, _, err := open(ctx, s, hello)
	if err != nil {
		return Result{}, err
	}
	defer k.close()
	t := &transfer{session: k, stage: stage}
	err = t.run(from, e, body)
	return t.res, err
}

// transfer is one mail on its way through a session.
type transfer struct {
	*session
	stage func(context.Context, Stage) error
	res   Result
}

func (t *transfer) run(from string, e Envelope, body io.Reader) error {
	steps := []struct {
		do   func() error
		then Stage
	}{
		{func() error { return t.fits(e.Size) }, Connected},
		{func() error { return t.mailFrom(from, e.Size) }, MailFrom},
		{func() error { return t.rcpts(e.To) }, RcptTo},
		{func() error { return t.text(body) }, Done},
	}
	for _, step := range steps {
		if err := step.do(); err != nil {
			return err
		}
		if err := t.reached(step.then); err != nil {
			return err
		}
	}
	t.quit()
	return nil
}

func (t *transfer) reached(s Stage) error {
	if err := t.stage(t.ctx, s); err != nil {
		return fmt.Errorf("note stage %s: %w", s, err)
	}
	return nil
}

// fits refuses a mail that the server said it would refuse, before it is pushed through the wire.
func (t *transfer) fits(size int64) error {
	limit, ok := t.c.MaxMessageSize()
	if !ok || limit == 0 || size <= int64(limit) {
		return nil
	}
	mb := func(n int64) string { return strconv.FormatInt((n+500_000)/1_000_000, 10) }
	return t.s.Fail("wire.err.smtp_size", nil, "size", mb(size), "max", mb(int64(limit)))
}

func (t *transfer) mailFrom(from string, size int64) error {
	t.ready()
	opts := &gosmtp.MailOptions{Size: size}
	if !ascii(from) {
		if ok, _ := t.c.Extension("SMTPUTF8"); !ok {
			return t.s.Fail("wire.err.smtp_utf8", nil, "address", wire.Said(from))
		}
		opts.UTF8 = true
	}
	return t.refused("wire.err.smtp_from", t.c.Mail(from, opts), "from", wire.Said(from))
}
