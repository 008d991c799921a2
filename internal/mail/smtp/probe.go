package smtp

import (
	"context"

	"guichet/internal/mail/wire"
)

// Probe walks a connection test: name, TCP, TLS, login, and a mail from and to the address from that is taken back
// before its text (step rcpt). It stops at the first step that fails and sends nothing.
func Probe(ctx context.Context, s wire.Server, hello, from string) []wire.Step {
	ctx, cancel := context.WithTimeout(ctx, s.Patience.Defaults().Session)
	defer cancel()
	k, steps, err := open(ctx, s, hello)
	if err != nil {
		return steps
	}
	defer k.close()
	err = (&transfer{session: k}).rehearse(from)
	return append(steps, wire.Step{Name: "rcpt", OK: err == nil, Err: err, Detail: from})
}

func (t *transfer) rehearse(from string) error {
	addr, err := checkAddr(from)
	if err != nil {
		return err
	}
	if err := t.mailFrom(addr, 0); err != nil {
		return err
	}
	if err := t.rcpts([]string{from}); err != nil {
		return err
	}
	t.quit() // without DATA the server forgets it all
	return nil
}
