package demo

import (
	"bytes"
	"errors"
	"fmt"
	"mime"
	"regexp"
	"strings"
	"time"
)

// ErrNotYet says that a mail answers something of ours that has not been sent yet.
var ErrNotYet = errors.New("what this mail answers has not been sent yet")

var (
	directive = regexp.MustCompile(`\{\{([a-z-]+)(?: ([^{}]*))?\}\}`)
	ours      = regexp.MustCompile(`\{\{((?:ack of|answer to|number of) \d{3})\}\}`)
)

func needs(source []byte) []string {
	var list []string
	seen := map[string]bool{}
	for _, m := range ours.FindAllSubmatch(source, -1) {
		if need := string(m[1]); !seen[need] {
			seen[need] = true
			list = append(list, need)
		}
	}
	return list
}

// Ready says whether everything that the mail needs of ours can be told by sent.
func (m Mail) Ready(sent func(ref string) (string, bool)) bool {
	for _, need := range m.Needs {
		if _, ok := sent(need); !ok {
			return false
		}
	}
	return true
}

// Render returns the mail as it travels, lines ended by CRLF, its dates counted from now
// and written in now's zone. sent tells what a need such as "ack of 001" stands for: a
// Message-ID with its angle brackets, or the digits of a ticket's number; the error is
// ErrNotYet when it cannot. The same arguments give the same bytes.
func (m Mail) Render(now time.Time, sent func(ref string) (string, bool)) ([]byte, error) {
	var failed error
	filled := directive.ReplaceAllFunc(m.source, func(found []byte) []byte {
		parts := directive.FindSubmatch(found)
		value, err := fill(string(parts[1]), string(parts[2]), now, sent)
		if err != nil && failed == nil {
			failed = fmt.Errorf("demo mail %s: %s: %w", m.Name, found, err)
		}
		return []byte(value)
	})
	if failed != nil {
		return nil, failed
	}
	if bytes.Contains(filled, []byte("{{")) {
		return nil, fmt.Errorf("demo mail %s: a directive that cannot be read is left", m.Name)
	}
	raw, err := encodeParts(bytes.ReplaceAll(filled, []byte("\r\n"), []byte("\n")))
	if err != nil {
		return nil, fmt.Errorf("demo mail %s: %w", m.Name, err)
	}
	return crlf(raw), nil
}

func fill(word, args string, now time.Time, sent func(string) (string, bool)) (string, error) {
	switch word {
	case "ack", "answer", "number":
		value, ok := sent(word + " " + args)
		if !ok {
			return "", ErrNotYet
		}
		return value, nil
	case "q":
		return encodedWord(mime.QEncoding, args), nil
	case "b":
		return encodedWord(mime.BEncoding, args), nil
	}
	return when(word, args, now)
}

// encodedWord folds between the words that the encoder had to cut, as RFC 2047 asks.
func encodedWord(e mime.WordEncoder, text string) string {
	return strings.ReplaceAll(e.Encode("utf-8", text), "?= =?", "?=\n =?")
}

func crlf(raw []byte) []byte {
	raw = bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n"))
	return bytes.ReplaceAll(raw, []byte("\n"), []byte("\r\n"))
}

// Waves returns the mails in the two waves of a run that nobody watches: first those that
// need nothing of ours, then, once acknowledgements and answers have gone out, the rest.
func Waves(mails []Mail) [][]Mail {
	waves := make([][]Mail, 2)
	for _, m := range mails {
		wave := min(len(m.Needs), 1)
		waves[wave] = append(waves[wave], m)
	}
	return waves
}
