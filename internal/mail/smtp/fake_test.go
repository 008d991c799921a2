package smtp

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"guichet/internal/fault"
	"guichet/internal/mail/wire"
	"guichet/internal/words"
)

const canary = "canari-zq81"

// how is what the fake does instead of its good answer.
type how string

const (
	drop    how = "drop"
	reset   how = "reset"
	silence how = "silence"
	half    how = "half an answer, then drop"
	garbage how = "garbage"
)

// fake is a submission server that misbehaves at one verb. It talks over net.Pipe, in virtual time.
type fake struct {
	verb   string // GREETING, EHLO, AUTH, MAIL, RCPT, DATA, BODY, DOT, QUIT
	fault  how
	answer string // instead of a fault: what it answers at verb

	mu    sync.Mutex
	whole int // mails whose end arrived
	yes   int // of these, those it said yes to
	lines []string
}

type client struct {
	net.Conn
	f *fake
}

func (c client) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if err == io.EOF && c.f.fault == reset {
		err = syscall.ECONNRESET
	}
	return n, err
}

func (f *fake) server() wire.Server {
	return wire.Server{Host: "smtp.guichet.example", Port: 587, Security: wire.None, User: "support",
		Password: func(context.Context) (string, error) { return canary, nil },
		Dial: func(context.Context, string, string) (net.Conn, error) {
			here, there := net.Pipe()
			go f.serve(there)
			return client{here, f}, nil
		}}
}

// at plays the fault when its verb has come; it returns false when the connection is over.
func (f *fake) at(c net.Conn, verb, good string) bool {
	if verb != f.verb {
		_, err := io.WriteString(c, good+"\r\n")
		return err == nil
	}
	switch f.fault {
	case drop, reset:
		return false
	case silence:
		_, _ = io.Copy(io.Discard, c)
		return false
	case half:
		_, _ = io.WriteString(c, good[:2])
		return false
	case garbage:
		_, err := io.WriteString(c, "what?\r\n")
		return err == nil
	}
	_, err := io.WriteString(c, f.answer+"\r\n")
	return err == nil
}

func (f *fake) serve(c net.Conn) {
	defer c.Close()
	in := bufio.NewReader(c)
	if !f.at(c, "GREETING", "220 fake ESMTP") {
		return
	}
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		f.mu.Lock()
		f.lines = append(f.lines, strings.TrimSpace(line))
		f.mu.Unlock()
		verb, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		good := map[string]string{"EHLO": "250-fake\r\n250-AUTH PLAIN\r\n250 SIZE 1000000", "AUTH": "235 2.7.0 in", "DATA": "354 go", "QUIT": "221 bye"}[verb]
		if good == "" {
			good = "250 2.0.0 ok"
		}
		if !f.at(c, verb, good) || verb == "DATA" && !f.text(c, in) {
			return
		}
	}
}

// text reads a mail up to its end.
func (f *fake) text(c net.Conn, in *bufio.Reader) bool {
	if f.verb == "DATA" && f.fault == "" && !strings.HasPrefix(f.answer, "354") {
		return true
	}
	for n := 0; ; n++ {
		if n == 3 && f.verb == "BODY" {
			return f.at(c, "BODY", "")
		}
		line, err := in.ReadString('\n')
		if err != nil {
			return false
		}
		if line == ".\r\n" {
			break
		}
	}
	f.mu.Lock()
	f.whole++
	if f.verb != "DOT" || strings.HasPrefix(f.answer, "2") {
		f.yes++
	}
	f.mu.Unlock()
	return f.at(c, "DOT", "250 2.0.0 queued as 1")
}

// outcome is what became of one sending.
type outcome struct {
	res        Result
	err        error
	stages     []Stage
	whole, yes int
	took       time.Duration
}

// bubble sends one mail of two recipients to f in virtual time.
func bubble(t *testing.T, f *fake, e Envelope) (o outcome) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		begin, l := time.Now(), &log{}
		o.res, o.err = Send(t.Context(), f.server(), "", e, l.note)
		o.took, o.stages = time.Since(begin), l.seen
		synctest.Wait()
		f.mu.Lock()
		o.whole, o.yes = f.whole, f.yes
		f.mu.Unlock()
		time.Sleep(time.Hour) // virtual: lets the fake end
	})
	for _, l := range words.Languages {
		if told, ok := fault.As(o.err); ok {
			if text := words.SayMap(l, told.Key, told.Args); text == told.Key || strings.Contains(text, "{") {
				t.Errorf("said as %q", text)
			}
		}
	}
	for err := o.err; err != nil; {
		if text := fmt.Sprintf("%v %+v %#v", err, err, err); strings.Contains(text, canary) {
			t.Errorf("the password stands in %s", text)
		}
		u, ok := err.(interface{ Unwrap() error })
		if !ok {
			break
		}
		err = u.Unwrap()
	}
	return o
}

func (o outcome) String() string {
	return fmt.Sprintf("%v; delivered %v, uncertain %v, stages %v, server has %d and said yes to %d, took %v",
		o.err, o.res.Delivered(), o.res.Uncertain, o.stages, o.whole, o.yes, o.took)
}

// slow is a server that takes 1,500 bytes of the text each five seconds.
type slow struct{ fake }

func (f *slow) dial(context.Context, string, string) (net.Conn, error) {
	here, there := net.Pipe()
	go func() {
		defer there.Close()
		in := bufio.NewReaderSize(there, 16)
		_, _ = io.WriteString(there, "220 slow\r\n")
		for _, answer := range []string{"250-slow\r\n250 AUTH PLAIN", "235 in", "250 ok", "250 ok", "354 go"} {
			_, _ = in.ReadString('\n')
			_, _ = io.WriteString(there, answer+"\r\n")
		}
		for {
			time.Sleep(5 * time.Second) // virtual
			if _, err := io.ReadFull(there, make([]byte, 1500)); err != nil {
				return
			}
		}
	}()
	return here, nil
}

// bubbleWith is bubble for any server.
func bubbleWith(t *testing.T, s wire.Server, e Envelope) (o outcome) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		begin, l := time.Now(), &log{}
		o.res, o.err = Send(t.Context(), s, "", e, l.note)
		o.took, o.stages = time.Since(begin), l.seen
		time.Sleep(time.Hour) // virtual: lets the server end
	})
	return o
}
