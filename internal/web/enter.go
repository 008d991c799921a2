package web

import (
	_ "embed"
	"encoding/json"
	"html/template"
	"net/http"
	"strings"

	"guichet/internal/db"
	"guichet/internal/people"
	"guichet/internal/words"
)

//go:embed enter.js
var enterJS []byte

//go:embed said.css
var saidCSS string

var pageShape = template.Must(template.New("page").Parse(`<!doctype html>
{{.HTML}}<head><meta charset="utf-8"><meta name="color-scheme" content="light dark">
<title>Guichet</title><style>{{.Style}}</style></head>
{{if .Script}}<body>{{.Frame}}<main class="said" role="status" data-none="{{.None}}" data-failed="{{.Failed}}" data-used="{{.Used}}" data-late="{{.Late}}"></main>
<script src="/enter.js"></script></body>{{else}}<body><main class="said">{{.Said}}</main></body>{{end}}</html>
`))

type page struct {
	Look
	HTML, Frame              template.HTML
	Style                    template.CSS
	Said                     string
	Script                   bool
	None, Failed, Used, Late string // what the script may say
}

const pagePolicy = "default-src 'none'; script-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

func (p page) write(w http.ResponseWriter, status int) {
	css := p.style() + saidCSS
	p.Style = template.CSS(css) // our own file, and numbers
	var err error
	if p.HTML, err = p.html(); err == nil && p.Script {
		p.Frame, err = p.frame()
	}
	if err != nil {
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Security-Policy", styled(pagePolicy, css))
	h.Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	// The reader may be gone: nothing is left to tell anybody.
	_ = pageShape.Execute(w, p)
}

// writePage shows one sentence to a person who has no session.
func writePage(w http.ResponseWriter, r *http.Request, status int, key string) {
	l := words.Parse(r.Header.Get("Accept-Language"))
	page{Look: Look{Language: l}, Said: words.Say(l, key)}.write(w, status)
}

// enterPage is where a ticket becomes a session. The ticket stands behind the #,
// which no request carries; the page's script posts it. Meanwhile the frame of the
// application stands there.
func enterPage(d *door, w http.ResponseWriter, r *http.Request) {
	l := Look{Language: words.Parse(r.Header.Get("Accept-Language"))}
	// Its head only tells that somebody is there, and doesn't wait.
	if d.Look != nil && r.Method == http.MethodGet {
		l = d.Look(r.Context())
	}
	page{Look: l, Script: true, None: l.Say("web.enter.none"), Failed: l.Say("web.enter.failed"),
		Used: l.Say("web.enter.used"), Late: l.Say("web.enter.late")}.write(w, http.StatusOK)
}

func enterScript(_ *door, w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	// The reader may be gone: nothing is left to tell anybody.
	_, _ = w.Write(enterJS)
}

// enter exchanges a ticket for the cookie. It answers 204 and never redirects:
// after a chain of pages that began elsewhere, engines withhold a Strict cookie.
func enter(d *door, w http.ResponseWriter, r *http.Request) {
	if !d.tries.allow(r, d.Now()) {
		writeProblem(w, newProblem(http.StatusTooManyRequests, "web.enter.often"))
		return
	}
	var in struct {
		Ticket string `json:"ticket"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1024)).Decode(&in); err != nil {
		writeProblem(w, newProblem(http.StatusBadRequest, "web.request"))
		return
	}
	var token string
	var alarm bool
	now := d.Now()
	err := d.DB.Write(r.Context(), func(tx *db.Tx) (err error) {
		token, _, alarm, err = people.UseEntry(r.Context(), tx, now, in.Ticket, browserName(r.UserAgent()))
		return err
	})
	switch {
	case err != nil:
		writeProblem(w, d.problemOf(r.Context(), r.Pattern, err))
	case alarm:
		d.Log.Warn("an entry ticket was used twice: its session is over")
		writeProblem(w, newProblem(http.StatusForbidden, "web.enter.used"))
	default:
		d.setCookie(w, r, token)
		w.WriteHeader(http.StatusNoContent)
	}
}

// setCookie gives the browser the token, for this host and no script.
func (d *door) setCookie(w http.ResponseWriter, r *http.Request, token string) {
	http.SetCookie(w, &http.Cookie{Name: d.cookie(), Value: token, Path: "/", HttpOnly: true,
		Secure:   strings.HasPrefix(d.origins[r.Host], "https:"),
		SameSite: http.SameSiteStrictMode, MaxAge: 30 * 24 * 3600})
}

// browserName says which browser and system a User-Agent is, roughly: a person
// recognises their own session by it.
func browserName(agent string) string {
	return pick(agent, "Edg/", "Edge", "Firefox/", "Firefox", "Chrome/", "Chrome", "Safari/", "Safari") + " · " +
		pick(agent, "Windows", "Windows", "Android", "Android", "iPhone", "iPhone", "Mac OS", "macOS", "Linux", "Linux")
}

func pick(agent string, pairs ...string) string {
	for i := 0; i+1 < len(pairs); i += 2 {
		if strings.Contains(agent, pairs[i]) {
			return pairs[i+1]
		}
	}
	return "?"
}
