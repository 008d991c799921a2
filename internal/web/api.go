package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"guichet/internal/people"
)

//go:generate go test -count=1 -run ^TestSpecification$ . -update
//go:generate npm --prefix ../../frontend run api

// maxJSON bounds the body of a JSON operation: a draft with its HTML. A file to
// import is larger, in base64.
const (
	maxJSON   = 8 << 20
	maxImport = people.ImportBytes*4/3 + 64<<10
)

// bodyLimit is how many bytes the body of a request to a path may have.
func bodyLimit(path string) int64 {
	switch {
	case strings.HasSuffix(path, "/draft/files"):
		return maxUpload
	case path == "/api/contacts/import":
		return maxImport
	}
	return maxJSON
}

// apiOf registers every operation of the table on mux. The description is not
// served: it is a file of the front end.
func apiOf(mux humago.Mux, d *door) huma.API {
	c := huma.DefaultConfig("Guichet", "1")
	c.OpenAPIPath, c.DocsPath, c.SchemasPath = "", "", ""
	c.CreateHooks = nil // it would add $schema links to every answer
	api := humago.New(mux, c)
	for _, r := range routes() {
		if r.operate != nil && d.has(r) {
			r.operate(api, r.operation(), d)
		}
	}
	return api
}

// Specification is the OpenAPI description of the API as indented JSON. The two
// routes that are no JSON operations but speak JSON are told by hand.
func Specification() ([]byte, error) {
	description := apiOf(http.NewServeMux(), nil).OpenAPI()
	schema := func(t reflect.Type) *huma.Schema {
		return description.Components.Schemas.Schema(t, true, "")
	}
	description.AddOperation(&huma.Operation{Method: "GET", Path: "/api/feed", OperationID: "followFeed",
		Summary: "Server-sent events: change, status, question",
		Responses: described("text/event-stream", &huma.Schema{OneOf: []*huma.Schema{
			schema(reflect.TypeFor[feedChange]()), schema(reflect.TypeFor[feedStatus]()),
			schema(reflect.TypeFor[feedQuestion]())}})})
	description.AddOperation(&huma.Operation{Method: "POST", Path: "/api/tickets/{id}/draft/files",
		OperationID: "addDraftFile", Summary: "The body is the file; ?name= &type= &inline=true",
		Responses: described("application/json", schema(reflect.TypeFor[draftFile]()))})
	return indent(description)
}

func described(kind string, s *huma.Schema) map[string]*huma.Response {
	return map[string]*huma.Response{"200": {Description: "OK",
		Content: map[string]*huma.MediaType{kind: {Schema: s}}}}
}

func indent(v any) ([]byte, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("describe the API: %w", err)
	}
	var out bytes.Buffer
	if err := json.Indent(&out, raw, "", "  "); err != nil {
		return nil, fmt.Errorf("describe the API: %w", err)
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}
