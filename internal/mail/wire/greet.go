package wire

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

// talk is the little that wire says itself: the greeting and STARTTLS of one protocol.
type talk struct {
	name     string // as a person knows it
	greeting string // first words of a good greeting
	upgrade  func(c *Conn, s Server) error
	fresh    string // stands for the greeting once TLS is up
	hello    string // SMTP: our name
}

// greet reads the server's first answer, before any library sees a byte, and leaves it in front of what follows.
func greet(c *Conn, s Server, t talk) error {
	text, err := readAnswer(c)
	if err != nil {
		return explain(err, s)
	}
	if err := judge(text, s, t); err != nil {
		return err
	}
	c.prefix = []byte(text)
	return nil
}

// judge tells a good greeting from another protocol, a refusal and PREAUTH: a server that lets us in before we said
// who we are leaves no command with which to ask for TLS (FAULTS E9).
func judge(text string, s Server, t talk) error {
	words := strings.TrimSpace(text)
	upper := strings.ToUpper(words)
	switch {
	case strings.HasPrefix(upper, t.greeting):
		return nil
	case strings.HasPrefix(upper, "* PREAUTH"):
		return Fail("wire.err.preauth", s.args(), nil)
	case strings.HasPrefix(upper, "* BYE"), strings.HasPrefix(upper, "4"), strings.HasPrefix(upper, "5"):
		return Fail("wire.err.turned_away", s.args("words", Said(words)), nil)
	}
	return Fail("wire.err.other_protocol", s.args("protocol", t.name, "words", Said(words)), nil)
}

// starttls goes from clear to TLS. It reads one byte at a time, so that whatever an attacker appends in clear to the
// answer is taken for TLS, and breaks it (RFC 3207 §6, CVE-2011-0411).
func starttls(c *Conn, s Server, t talk) error {
	c.prefix = nil
	if err := t.upgrade(c, s); err != nil {
		return err
	}
	c.prefix = []byte(t.fresh)
	return nil
}

func upgradeIMAP(c *Conn, s Server) error {
	if _, err := io.WriteString(c, "g1 STARTTLS\r\n"); err != nil {
		return explain(err, s)
	}
	for range 50 {
		line, err := readLine(c)
		if err != nil {
			return explain(err, s)
		}
		switch upper := strings.ToUpper(line); {
		case strings.HasPrefix(upper, "G1 OK"):
			return nil
		case strings.HasPrefix(upper, "G1 "), !strings.HasPrefix(line, "* "):
			return noStartTLS(s, line)
		}
	}
	return noStartTLS(s, "")
}

func (t talk) upgradeSMTP(c *Conn, s Server) error {
	answer, err := ask(c, "EHLO "+t.hello)
	if err != nil {
		return explain(err, s)
	}
	if !offersStartTLS(answer) {
		return noStartTLS(s, answer)
	}
	if answer, err = ask(c, "STARTTLS"); err != nil {
		return explain(err, s)
	}
	if !strings.HasPrefix(answer, "220") {
		return noStartTLS(s, answer)
	}
	return nil
}

func noStartTLS(s Server, words string) error {
	return Fail("wire.err.starttls_missing", s.args("words", Said(words)), nil)
}

func offersStartTLS(ehlo string) bool {
	for line := range strings.Lines(ehlo) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "250") && len(line) > 4 &&
			strings.EqualFold(line[4:], "STARTTLS") {
			return true
		}
	}
	return false
}

func ask(c *Conn, line string) (string, error) {
	if _, err := io.WriteString(c, line+"\r\n"); err != nil {
		return "", fmt.Errorf("write: %w", err)
	}
	return readAnswer(c)
}

// readAnswer reads one line, or the lines of a multi-line SMTP answer ("220-" … "220 ").
func readAnswer(c *Conn) (string, error) {
	var all strings.Builder
	for range 100 {
		line, err := readLine(c)
		if err != nil {
			return "", err
		}
		all.WriteString(line)
		if len(line) < 4 || line[3] != '-' || line[0] == '*' {
			return all.String(), nil
		}
	}
	return "", ErrBudget
}

var errLongLine = errors.New("a line without end")

func readLine(c *Conn) (string, error) {
	var line bytes.Buffer
	b := make([]byte, 1)
	for line.Len() < 8192 {
		if _, err := io.ReadFull(c, b); err != nil {
			return "", err
		}
		line.WriteByte(b[0])
		if b[0] == '\n' {
			return line.String(), nil
		}
	}
	return "", errLongLine
}
