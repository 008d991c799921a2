package smtp

import (
	"guichet/internal/mail/wire"
)

// rcpts names the recipients one by one; one that is refused does not keep the mail from the others.
func (t *transfer) rcpts(to []string) error {
	good := 0
	for _, addr := range to {
		r, err := t.rcpt(addr)
		t.res.Rcpts = append(t.res.Rcpts, r)
		if err != nil {
			return err
		}
		if r.Accepted {
			good++
		}
	}
	if good == 0 {
		return t.nobody()
	}
	return nil
}

// nobody tells that no recipient was accepted, in the words of the one that may be accepted later, if there is one:
// it decides whether the mail is tried again.
func (t *transfer) nobody() error {
	last := &Reply{Code: 554, Enhanced: "5.1.3", Text: "no valid recipient"}
	for _, r := range t.res.Rcpts {
		if r.Code != 0 && !last.again {
			last = &Reply{r.Code, r.Enhanced, r.Reply, r.Temporary}
		}
	}
	return t.s.Fail("wire.err.smtp_rcpt", last, "words", wire.Said(last.Error()))
}

// rcpt names one recipient; its error is the connection's.
func (t *transfer) rcpt(addr string) (RcptResult, error) {
	r := RcptResult{Addr: addr}
	clean, err := checkAddr(addr)
	if err == nil && clean == "" {
		err = badAddr(addr)
	}
	if err == nil && !ascii(clean) {
		if ok, _ := t.c.Extension("SMTPUTF8"); !ok {
			err = t.s.Fail("wire.err.smtp_utf8", nil, "address", wire.Said(addr))
		}
	}
	if err != nil {
		r.Err = err
		return r, nil
	}
	t.ready()
	err = t.c.Rcpt(clean, nil)
	if err == nil {
		r.Accepted, r.Code = true, 250
		return r, nil
	}
	said := replyOf(err, t.secrets)
	if said == nil || said.Code == 421 { // RFC 5321 §3.8: 421 ends the session
		return r, t.refused("wire.err.turned_away", err)
	}
	r.Code, r.Enhanced, r.Reply = said.Code, said.Enhanced, said.Text
	// RFC 5321 §4.5.3.1.10: 552 to a RCPT is an old "too many recipients", to be taken as 452.
	r.Temporary = said.Code/100 == 4 || said.Code == 552 && said.Enhanced != "5.2.2"
	return r, nil
}
