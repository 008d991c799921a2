package web

import (
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"guichet/internal/fault"
)

// problem is an error on the wire (RFC 9457): the front end says Key from the
// words catalogue. It never holds the text of a library or a value that was
// sent: that could be a password.
type problem struct {
	Type   string         `json:"type"`
	Title  string         `json:"title"`
	Status int            `json:"status"`
	Key    string         `json:"key"`
	Args   map[string]any `json:"args,omitempty"`
	Fields []problemField `json:"fields,omitempty"`
	Ref    string         `json:"ref,omitempty" doc:"where the log tells more"`
}

// problemField is one input at fault.
type problemField struct {
	Name string         `json:"name"`
	Key  string         `json:"key"`
	Args map[string]any `json:"args,omitempty"`
}

// Error gives the key: the cause went to the log.
func (p *problem) Error() string { return p.Key }

// GetStatus is the HTTP status that huma answers with.
func (p *problem) GetStatus() int { return p.Status }

// ContentType is RFC 9457's, whatever was negotiated.
func (p *problem) ContentType(string) string { return "application/problem+json" }

var statusOf = map[fault.Kind]int{
	fault.Invalid:  http.StatusUnprocessableEntity,
	fault.Missing:  http.StatusNotFound,
	fault.Refused:  http.StatusForbidden,
	fault.Conflict: http.StatusConflict,
	fault.Outside:  http.StatusBadGateway,
	fault.Busy:     http.StatusServiceUnavailable,
}

func newProblem(status int, key string) *problem {
	return &problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Key: key}
}

// faultProblem is the wire form of an error that a person may read.
func faultProblem(f *fault.Error) *problem {
	status, ok := statusOf[f.Kind]
	if !ok {
		status = http.StatusInternalServerError
	}
	p := newProblem(status, f.Key)
	p.Args = f.Args
	for _, field := range f.Fields {
		p.Fields = append(p.Fields, problemField{Name: field.Name, Key: field.Key, Args: field.Args})
	}
	return p
}

// humaProblem is what huma calls for the errors that it finds itself: a body
// that is no JSON, a value outside its schema. Only the place is told.
func humaProblem(status int, _ string, errs ...error) huma.StatusError {
	p := newProblem(status, keyOf(status))
	for _, err := range errs {
		var d *huma.ErrorDetail
		if errors.As(err, &d) && d.Location != "" {
			p.Fields = append(p.Fields, problemField{Name: fieldName(d.Location), Key: "web.value"})
		}
	}
	return p
}

func keyOf(status int) string {
	switch status {
	case http.StatusUnprocessableEntity, http.StatusBadRequest:
		return "fault.fields"
	case http.StatusRequestEntityTooLarge:
		return "web.too_much"
	case http.StatusUnsupportedMediaType, http.StatusNotAcceptable:
		return "web.request"
	case http.StatusRequestTimeout:
		return "web.too_slow"
	}
	return "fault.unexpected"
}

// fieldName is the input's own name: "body.imap.host" is imap.host.
func fieldName(location string) string {
	for _, where := range []string{"body.", "query.", "path.", "header."} {
		if len(location) > len(where) && location[:len(where)] == where {
			return location[len(where):]
		}
	}
	return location
}

// renamed gives the fields at fault of another room the names that they have in
// the form that was sent.
func renamed(err error, names map[string]string) error {
	f, ok := fault.As(err)
	if !ok {
		return err
	}
	for i, field := range f.Fields {
		if name, known := names[field.Name]; known {
			f.Fields[i].Name = name
		}
	}
	return f
}
