// Package fault holds the errors that a person may read. Everything else is for
// the log: a person then sees a general sentence and a reference.
package fault

import (
	"errors"
	"fmt"
)

// Kind says what went wrong in general, and so how a door answers.
type Kind string

// The kinds, with the HTTP status that the web door gives them.
const (
	Invalid  Kind = "invalid"  // 422: what was given can't be taken
	Missing  Kind = "missing"  // 404
	Refused  Kind = "refused"  // 403
	Conflict Kind = "conflict" // 409: somebody else was first
	Outside  Kind = "outside"  // 502: a server of somebody else failed
	Busy     Kind = "busy"     // 503: not now
)

// Error is an error that a person may read: Key names its sentence in the words
// catalogue (what happened and what to do), Args fill it.
type Error struct {
	Kind   Kind
	Key    string
	Args   map[string]any
	Fields []Field // which inputs are at fault, all at once
	Cause  error   // for the log only
}

// Field is one input at fault, with the key of its own sentence.
type Field struct {
	Name string
	Key  string
	Args map[string]any
}

// New returns an error with the sentence key. args are pairs of name and value.
func New(kind Kind, key string, args ...any) *Error {
	return &Error{Kind: kind, Key: key, Args: pairs(args)}
}

// Wrap is New with a cause that is kept for the log.
func Wrap(cause error, kind Kind, key string, args ...any) *Error {
	return &Error{Kind: kind, Key: key, Args: pairs(args), Cause: cause}
}

// Error gives the key and the cause, for the log.
func (e *Error) Error() string {
	text := e.Key
	for _, f := range e.Fields {
		text += " " + f.Name + "=" + f.Key
	}
	if e.Cause != nil {
		text += ": " + e.Cause.Error()
	}
	return text
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Readable is an error of another room with a sentence of its own.
type Readable interface {
	error
	Key() string
	Args() map[string]any
}

// As finds the readable error in err's chain. An error that only has a key and
// arguments (Readable) counts as coming from outside.
func As(err error) (*Error, bool) {
	var e *Error
	if errors.As(err, &e) {
		return e, true
	}
	var r Readable
	if errors.As(err, &r) {
		return &Error{Kind: Outside, Key: r.Key(), Args: r.Args(), Cause: err}, true
	}
	return nil, false
}

// Is says whether err is a readable error of this kind.
func Is(err error, kind Kind) bool {
	e, ok := As(err)
	return ok && e.Kind == kind
}

// Check collects the inputs at fault, so that all are told at once.
type Check struct{ fields []Field }

// That notes field as at fault with the sentence key unless ok.
func (c *Check) That(ok bool, field, key string, args ...any) {
	if !ok {
		c.fields = append(c.fields, Field{Name: field, Key: key, Args: pairs(args)})
	}
}

// Err returns nil where every input was good.
func (c *Check) Err() error {
	if len(c.fields) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, Key: "fault.fields", Fields: c.fields}
}

func pairs(args []any) map[string]any {
	if len(args) == 0 {
		return nil
	}
	out := make(map[string]any, len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		out[fmt.Sprint(args[i])] = args[i+1]
	}
	return out
}
