package wire

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Error is an error that a person may read: a key of the words catalogue with its arguments. The server's own words
// stand in the argument "words", without control characters and cut to a line.
type Error struct {
	key   string
	args  map[string]any
	cause error
}

// Fail returns an *Error. Words among the arguments must have gone through Said.
func Fail(key string, args map[string]any, cause error) *Error {
	if words, ok := args["words"]; ok && words == "" {
		args["words"] = "–" // every sentence quotes something
	}
	return &Error{key: key, args: args, cause: cause}
}

// Key returns the words key.
func (e *Error) Key() string { return e.key }

// Args returns the arguments of the words.
func (e *Error) Args() map[string]any { return e.args }

// Unwrap returns the error underneath, nil if there is none.
func (e *Error) Unwrap() error { return e.cause }

// Error returns a line for the log: key, server's words, cause.
func (e *Error) Error() string {
	parts := []string{e.key}
	for _, k := range slices.Sorted(maps.Keys(e.args)) {
		if s, ok := e.args[k].(string); ok && s != "" {
			parts = append(parts, k+"="+s)
		}
	}
	if e.cause != nil {
		parts = append(parts, e.cause.Error())
	}
	return strings.Join(parts, ": ")
}

// HasKey reports whether err or an error inside it carries the words key.
func HasKey(err error, key string) bool {
	var e *Error
	return errors.As(err, &e) && e.key == key
}

// Fail is the function Fail with the server's name, port and user, and pairs of further arguments.
func (s Server) Fail(key string, cause error, pairs ...string) *Error {
	return Fail(key, s.args(pairs...), cause)
}

// args returns the arguments that every sentence may use, host and port, and the given pairs.
func (s Server) args(pairs ...string) map[string]any {
	m := map[string]any{"host": s.host(), "port": strconv.Itoa(s.Port), "user": s.User}
	for i := 0; i+1 < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return m
}

// Said makes a server's words fit to be shown: one line, no control or bidi characters, at most 300 characters, and
// none of the secrets, which some servers repeat (FAULTS E10).
func Said(text string, secrets ...string) string {
	text = hide(text, secrets)
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "?"))
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > 300 {
		return string(runes[:300]) + "…"
	}
	return text
}

// hide replaces the secrets; the shortest are left, since hiding "a" everywhere would hide the message.
func hide(text string, secrets []string) string {
	for _, s := range secrets {
		if len(s) >= 4 {
			text = strings.ReplaceAll(text, s, "•••")
		}
	}
	return text
}

// quiet is an error whose text no longer holds a secret; errors.Is and errors.As still see the original.
type quiet struct {
	text string
	err  error
}

func (q *quiet) Error() string        { return q.text }
func (q *quiet) Is(target error) bool { return errors.Is(q.err, target) }
func (q *quiet) As(target any) bool   { return errors.As(q.err, target) }

// Quiet returns err with the secrets taken out of its text; nil stays nil.
func Quiet(err error, secrets ...string) error {
	if err == nil {
		return nil
	}
	return &quiet{text: Said(err.Error(), secrets...), err: err}
}
