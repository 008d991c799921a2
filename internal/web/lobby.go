package web

import (
	"io"
	"net/http"
)

// Lobby is the way in for the time before there is a database: it serves the entry page by itself and leaves every
// other request of the right host to rest, which may let it wait. Of the options it needs Origins, Look, Log and Shell.
func Lobby(o Options, rest http.Handler) (http.Handler, error) {
	d, err := newDoor(o)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	for _, r := range routes() {
		if r.pattern == "GET /enter" || r.pattern == "GET /enter.js" {
			mux.Handle(r.pattern, d.walled(r.wall, func(w http.ResponseWriter, req *http.Request) { r.serve(d, w, req) }))
		}
	}
	mux.Handle("/", rest)
	return d.outer(mux), nil
}

// Closed answers for a desk that can't be opened: its entry page says why, in one sentence. The options are
// those of its Lobby.
func Closed(o Options, said string) (http.Handler, error) {
	d, err := newDoor(o)
	if err != nil {
		return nil, err
	}
	refuse := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(http.StatusServiceUnavailable)
		// The reader may be gone: nothing is left to tell anybody.
		_, _ = io.WriteString(w, said)
	}
	mux := http.NewServeMux()
	mux.Handle("POST /enter", d.walled(wallEntry, refuse))
	mux.Handle("/", d.walled(wallEntry, func(w http.ResponseWriter, _ *http.Request) {
		writeProblem(w, newProblem(http.StatusServiceUnavailable, "web.enter.failed"))
	}))
	return d.outer(mux), nil
}
