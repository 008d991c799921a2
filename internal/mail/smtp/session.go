package smtp

import (
	"context"
	"errors"
	"time"

	gosmtp "github.com/emersion/go-smtp"

	"guichet/internal/mail/wire"
)

// session is one connection up to its end; nothing is sent on it after an error.
type session struct {
	ctx     context.Context // ends with the time for the whole session
	s       wire.Server
	p       wire.Patience
	conn    *wire.Conn
	c       *gosmtp.Client
	secrets []string
}

// open connects, greets and logs in.
func open(ctx context.Context, s wire.Server, hello string) (*session, []wire.Step, error) {
	if hello == "" {
		hello = "localhost"
	}
	conn, steps, err := wire.DialSMTP(ctx, s, hello)
	if err != nil {
		return nil, steps, err
	}
	k := &session{ctx: ctx, s: s, p: s.Patience.Defaults(), conn: conn, c: gosmtp.NewClient(conn)}
	err = k.enter(hello)
	steps = append(steps, wire.Step{Name: "login", OK: err == nil, Err: err})
	if err != nil {
		k.close()
		return nil, steps, err
	}
	return k, steps, nil
}

func (k *session) close() {
	_ = k.conn.Close() // never DataCommand.Close: it would end the text and deliver half a mail
}

// quit says goodbye, and does not wait long for the answer: what matters is settled.
func (k *session) quit() {
	k.conn.Expect(5*time.Second, 5*time.Second, 1<<20)
	_ = k.c.Quit() // a server that hangs up first has no consequence
}

// ready starts the patience for one command and its answer.
func (k *session) ready() {
	k.conn.Expect(k.p.Silence, k.p.Answer, 1<<20)
}

func (k *session) enter(hello string) error {
	k.ready()
	if err := k.c.Hello(hello); err != nil {
		if r := replyOf(err, nil); r != nil {
			return wire.TurnedAway(k.s, wire.Said(r.Error())) // whatever the code, it is not about the mail
		}
		return k.explain(err)
	}
	if k.s.User == "" && k.s.Token == nil {
		return nil // a relay that knows us by our address
	}
	keys, err := k.s.Secrets(k.ctx)
	if err != nil {
		return err
	}
	k.secrets = keys.All(k.s.User)
	login := keys.Login(k.s.User)
	switch {
	case keys.Token != "", k.c.SupportsAuth("PLAIN"):
	case k.c.SupportsAuth("LOGIN"):
		login = keys.LoginInTwoSteps(k.s.User) // all that Microsoft offers beside OAuth
	default:
		return wire.NoLogin(k.s)
	}
	k.ready()
	err = k.c.Auth(login)
	if r := replyOf(err, k.secrets); r != nil && r.Code/100 == 4 {
		return wire.TurnedAway(k.s, r.Error())
	} else if r != nil || wire.IsTokenRefused(err) {
		return keys.Refuse(k.ctx, k.s, err.Error(), err)
	}
	return k.explain(err)
}

// explain tells a connection error; the end of the session's time is told as the silence it is.
func (k *session) explain(err error) error {
	if err != nil && errors.Is(k.ctx.Err(), context.DeadlineExceeded) {
		err = k.ctx.Err()
	}
	return wire.Explain(err, k.s, k.secrets...)
}

// refused tells an answer that is a no, with the sentence key; any other error is the connection's.
func (k *session) refused(key string, err error, pairs ...string) error {
	r := replyOf(err, k.secrets)
	if r == nil {
		return k.explain(err)
	}
	return k.s.Fail(key, r, append(pairs, "words", wire.Said(r.Error()))...)
}
