package imap

import (
	"context"
	"strings"
	"testing"

	"guichet/internal/mail/wire"
)

// Whatever a server answers, a pass ends without a panic, and each prepared mail is committed or discarded.
func FuzzAnswers(f *testing.F) {
	for _, seed := range []string{
		"* 1 FETCH (UID 1 BODY[] {5}\r\nhello)\r\n", "* 1 FETCH (BODY[] {5}\r\nhello UID 1)\r\n", "* SEARCH 0 1\r\n",
		"* ESEARCH UID ALL 1:9\r\n", "* 2 EXPUNGE\r\n* 3 EXISTS\r\n", "* 1 FETCH (UID 1 BODY[] NIL)\r\n", "* 1 FETCH (UID 1 BODY[] \"x\")\r\n+ \r\n",
		"* OK [CLOSED]\r\n* BYE\r\n", "* 1 FETCH (UID 1 BODY[]<0> {3}\r\nabc BODY[1] {2}\r\nxy)\r\n",
	} {
		for at := range 4 {
			f.Add(at, []byte(seed))
		}
	}
	f.Fuzz(func(t *testing.T, at int, answer []byte) {
		verb := []string{"CAPABILITY", "EXAMINE", "UID SEARCH", "UID FETCH"}[uint(at)%4]
		srv := newFake(3)
		srv.answer = func(k *fakeConn, _, cmd string) bool {
			if strings.HasPrefix(cmd, verb) {
				_, _ = k.Write(answer)
				if at < 0 {
					_ = k.Close()
				}
			}
			return false
		}
		d := newDesk()
		s := srv.server()
		s.Patience = wire.Patience{Silence: 1e8, Answer: 1e9, Dial: 1e9} // nanoseconds: what waits here waits for nothing
		_, _ = Once(context.Background(), Options{Server: s}, d.hooks()) // an error is as good as none
		d.balanced(t)
	})
}
