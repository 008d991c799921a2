package web

import (
	"bytes"
	"context"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"strconv"
	"strings"

	"golang.org/x/net/idna"

	"guichet/internal/blob"
	"guichet/internal/fault"
	"guichet/internal/mail"
	"guichet/internal/people"
	"guichet/internal/ticket"
)

// openBody gives the session a capability for the HTML of a message. It is a
// POST because it makes something; the document itself is a GET.
func openBody(ctx context.Context, d *door, in *messageIn) (bodyOpened, error) {
	m, err := ticket.MessageByID(ctx, d.DB, in.ID.n())
	if err != nil {
		return bodyOpened{}, err
	}
	if !m.HTML {
		return bodyOpened{}, fault.New(fault.Missing, "web.no_html")
	}
	safe, err := d.sanitized(ctx, m.Raw, "")
	if err != nil {
		return bodyOpened{}, err
	}
	links := each(safe.Links, mailLinkOf)
	capability, err := d.grants.give(who(ctx), m.ID, links, d.Now())
	if err != nil {
		return bodyOpened{}, err
	}
	return bodyOpened{URL: "/m/" + capability + "/", Links: links, RemoteBlocked: safe.RemoteBlocked,
		Height: heightOf(safe.HTML)}, nil
}

// sanitized reads a raw mail and makes its HTML safe. Pictures and links point
// below base, the path of the capability.
func (d *door) sanitized(ctx context.Context, hash, base string) (mail.Sanitized, error) {
	raw, _, err := blob.Open(ctx, d.DB, d.Answer.Blobs, hash)
	if err != nil {
		return mail.Sanitized{}, err
	}
	defer raw.Close()
	m, err := mail.Parse(raw, nil)
	if err != nil {
		return mail.Sanitized{}, err
	}
	pictures := map[string]string{}
	for _, p := range m.Parts {
		if p.CID != "" && pictureKinds[p.Type] {
			pictures[p.CID] = base + "part/" + strconv.Itoa(p.Index)
		}
	}
	return mail.Sanitize(m.HTML, mail.SanitizeOptions{
		CID:  func(cid string) (string, bool) { address, ok := pictures[cid]; return address, ok },
		Link: func(n int, _ string) string { return base + "out/" + strconv.Itoa(n) },
	}), nil
}

// mailLinkOf is a link as the question to the person shows it.
func mailLinkOf(l mail.Link) mailLink {
	host := l.Host
	if ascii, err := idna.ToASCII(host); err == nil { // else the host as it stands is what we know
		host = ascii
	}
	return mailLink{N: l.N, Text: l.Text, Href: l.Href, Host: host,
		Warnings: each(l.Warnings, func(w mail.LinkWarning) said {
			return said{Key: "mail.link." + string(w), Args: map[string]any{"host": host}}
		})}
}

// heightOf guesses how high a document will be: its frame can't be measured.
func heightOf(html string) int {
	const line, perLine = 22, 90
	breaks := 0
	for _, tag := range []string{"<br", "<p", "<div", "<tr", "<li", "<h1", "<h2", "<h3"} {
		breaks += strings.Count(html, tag)
	}
	return min(max(80, (breaks+len(html)/(3*perLine))*line+200*strings.Count(html, "<img")), 20_000)
}

var frameShape = template.Must(template.New("mail").Parse(`<!doctype html><html><head><meta charset="utf-8">
<meta name="referrer" content="no-referrer"><meta name="color-scheme" content="only light"><style>` +
	`html{background:#fff;color:#1a1a1a;color-scheme:only light}body{margin:16px;font:15px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}` +
	`img{max-width:100%;height:auto}table{max-width:100%}blockquote{margin:0 0 0 8px;padding-left:12px;border-left:2px solid #ccc}pre{white-space:pre-wrap}` +
	`</style></head><body>{{.}}</body></html>
`))

// mailBody is the document of a mail's HTML: shown in a sandboxed frame of ours,
// on white paper, with no script, no form and no address but its own pictures.
func mailBody(d *door, w http.ResponseWriter, r *http.Request) {
	g, base, ok := d.granted(w, r, "iframe")
	if !ok {
		return
	}
	m, err := ticket.MessageByID(r.Context(), d.DB, g.message)
	if err != nil {
		writeProblem(w, d.problemOf(r.Context(), r.Pattern, err))
		return
	}
	safe, err := d.sanitized(r.Context(), m.Raw, base)
	if err != nil {
		writeProblem(w, d.problemOf(r.Context(), r.Pattern, err))
		return
	}
	origin := d.origins[r.Host]
	h := w.Header()
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src "+origin+base+
		"part/; form-action 'none'; base-uri 'none'; frame-ancestors "+origin)
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Referrer-Policy", "no-referrer")
	h.Del("X-Frame-Options") // frame-ancestors says it, and this frame is ours
	// The sanitizer's result is what the frame is for. The reader may be gone.
	_ = frameShape.Execute(w, template.HTML(safe.HTML))
}

// granted finds what the capability in the path opens, for a request that comes
// from where such a request comes from.
func (d *door) granted(w http.ResponseWriter, r *http.Request, dest string) (grant, string, bool) {
	name := r.PathValue("cap")
	g, ok := d.grants.open(name, d.Now())
	if ok && r.Header.Get("Sec-Fetch-Dest") == dest {
		_, _, err := people.SessionByToken(r.Context(), d.DB, d.Now(), g.visitor.token)
		if err == nil {
			return g, "/m/" + name + "/", true
		}
		if !fault.Is(err, fault.Refused) {
			writeProblem(w, d.problemOf(r.Context(), r.Pattern, err))
			return g, "", false
		}
	}
	http.NotFound(w, r)
	return g, "", false
}

// pictureKinds are the types that a mail's own pictures may have. SVG is a
// document with scripts, and is none.
var pictureKinds = map[string]bool{"image/png": true, "image/jpeg": true, "image/gif": true, "image/webp": true, "image/bmp": true}

// maxPicture bounds a picture shown inside a mail; a larger one is downloaded.
const maxPicture = 16 << 20

// mailPart is a picture of the mail itself.
func mailPart(d *door, w http.ResponseWriter, r *http.Request) {
	g, _, ok := d.granted(w, r, "image")
	if !ok {
		return
	}
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	body, kind, err := d.picture(r.Context(), g.message, n)
	if err != nil {
		writeProblem(w, d.problemOf(r.Context(), r.Pattern, err))
		return
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	// The frame has an origin of its own, so its pictures are cross-origin; the
	// capability is what protects them.
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	h.Set("Cache-Control", "private, max-age=3600")
	// The reader may be gone: nothing is left to tell anybody.
	_, _ = w.Write(body)
}

func (d *door) picture(ctx context.Context, message int64, n int) (body []byte, kind string, err error) {
	m, err := ticket.MessageByID(ctx, d.DB, message)
	if err != nil {
		return nil, "", err
	}
	raw, _, err := blob.Open(ctx, d.DB, d.Answer.Blobs, m.Raw)
	if err != nil {
		return nil, "", err
	}
	defer raw.Close()
	var found bytes.Buffer
	_, err = mail.Parse(raw, func(p mail.Part) io.Writer {
		if p.Index != n || !pictureKinds[p.Type] {
			return nil
		}
		kind = p.Type
		return &bounded{&found, maxPicture}
	})
	if err == nil && kind == "" {
		err = fault.New(fault.Missing, "fault.gone")
	}
	return found.Bytes(), kind, err
}

// bounded is a buffer that fails when it would grow over its limit.
type bounded struct {
	*bytes.Buffer
	limit int
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > b.limit {
		return 0, fmt.Errorf("a picture of more than %d bytes", b.limit)
	}
	return b.Buffer.Write(p)
}

// mailOut is where a mail's links lead: nowhere. It asks the person through the
// feed, and the frame stays as it is: 204 is "nothing to show" in both engines.
func mailOut(d *door, w http.ResponseWriter, r *http.Request) {
	if mode := r.Header.Get("Sec-Fetch-Mode"); mode != "navigate" {
		http.NotFound(w, r)
		return
	}
	g, _, ok := d.granted(w, r, r.Header.Get("Sec-Fetch-Dest"))
	if !ok {
		return
	}
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil || n < 0 || n >= len(g.links) {
		http.NotFound(w, r)
		return
	}
	d.asking.ask(g.visitor.session.ID, feedQuestion{MessageID: idOf(g.message), Link: g.links[n]})
	// WebKit shows an empty frame where an answer may not be framed, even one without a page.
	w.Header().Set("Content-Security-Policy", "sandbox; default-src 'none'; frame-ancestors "+d.origins[r.Host])
	w.Header().Del("X-Frame-Options")
	w.WriteHeader(http.StatusNoContent)
}
