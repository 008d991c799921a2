package web

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"guichet/internal/fault"
)

// huma takes these two from package variables, read while operations are
// registered: lists are never null, and every error has the shape of problem.
func init() {
	huma.DefaultArrayNullable = false
	huma.NewError = humaProblem
}

// id is an identifier as JSON carries it: a string, since a JavaScript number
// would round large ones. "" and "0" are no id.
type id string

// Schema gives ids a name of their own in the generated types.
func (id) Schema(r huma.Registry) *huma.Schema {
	return named(r, "ID", &huma.Schema{Type: huma.TypeString, Pattern: "^[0-9]{0,18}$"})
}

// n is the number behind an id, 0 for none.
func (i id) n() int64 {
	n, err := strconv.ParseInt(string(i), 10, 64)
	if err != nil {
		return 0 // the pattern has let nothing else through: "" is no id
	}
	return n
}

// idOf is the id of a number, "" for 0.
func idOf(n int64) id {
	if n == 0 {
		return ""
	}
	return id(strconv.FormatInt(n, 10))
}

// list is a slice that is [] in JSON where it is nil, as its schema promises.
type list[T any] []T

// MarshalJSON writes the slice, or [].
func (l list[T]) MarshalJSON() ([]byte, error) {
	if l == nil {
		return []byte("[]"), nil
	}
	return json.Marshal([]T(l))
}

// each makes a list by turning every element of from.
func each[A, B any](from []A, turn func(A) B) list[B] {
	out := make(list[B], 0, len(from))
	for _, a := range from {
		out = append(out, turn(a))
	}
	return out
}

// said is a sentence by its key in the words catalogue.
type said struct {
	Key  string         `json:"key"`
	Args map[string]any `json:"args,omitempty"`
}

// named puts a schema among the components, so that the generated types have
// its name, and returns a reference to it.
func named(r huma.Registry, name string, s *huma.Schema) *huma.Schema {
	if r.Map()[name] == nil {
		s.PrecomputeMessages()
		r.Map()[name] = s
	}
	return &huma.Schema{Ref: "#/components/schemas/" + name}
}

// oneOf is the named schema of a string that has only these values.
func oneOf(r huma.Registry, name string, values ...string) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeString}
	for _, v := range values {
		s.Enum = append(s.Enum, v)
	}
	return named(r, name, s)
}

// ms is an instant as JSON carries it, 0 for none.
func ms(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// at is the instant behind a number, zero for 0.
func at(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMilli(n).UTC()
}

// saidOf is the sentence of an error, nil for none. An error that has none is
// told in general: its text is for the log.
func saidOf(err error) *said {
	if err == nil {
		return nil
	}
	if f, ok := fault.As(err); ok {
		return &said{f.Key, f.Args}
	}
	return &said{Key: "web.unknown"}
}
