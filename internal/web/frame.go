package web

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"strings"

	"guichet/internal/people"
	"guichet/internal/words"
)

// Look is how an agent left the application: what its frame is drawn with before any of its scripts has run.
type Look struct {
	Language  words.Language
	Theme     string // "light", "dark"; anything else is as the system has it
	Zoom      int    // percent; 0 is 100
	ListWidth int    // pixels; 0 is the usual width
	Folded    bool   // the rail shows icons alone
}

// LookOf reads an agent's choices.
func LookOf(a people.Agent) Look {
	p := preferencesOf(a.Preferences)
	return Look{Language: a.Language, Theme: string(p.Theme), Zoom: p.Zoom, ListWidth: p.ListWidth, Folded: p.RailFolded}
}

// Say is a word of the frame.
func (l Look) Say(key string) string { return words.Say(l.Language, key) }

// Themed tells whether the theme is a choice.
func (l Look) Themed() bool { return l.Theme == "light" || l.Theme == "dark" }

//go:embed frame.css
var frameCSS string

//go:embed frame_folded.css
var foldedCSS string

//go:embed frame.html
var frameHTML string

// The frame has the places, colours and words of frontend/src/shell/Rail.svelte and of the list, so that nothing moves
// when the application takes its place: a test compares the colours, the browser tests the places.
var (
	lookShape = template.Must(template.New("frame").Parse(frameHTML))
	htmlShape = template.Must(template.New("html").Parse(`<html lang="{{.Language}}"{{if .Themed}} data-theme="{{.Theme}}"{{end}}>`))
)

// html is the tag that the page begins with.
func (l Look) html() (template.HTML, error) {
	var b strings.Builder
	err := htmlShape.Execute(&b, l)
	return template.HTML(b.String()), err // escaped by its template
}

func (l Look) frame() (template.HTML, error) {
	var b strings.Builder
	err := lookShape.Execute(&b, l)
	return template.HTML(b.String()), err // escaped by its template
}

// style is the frame's style sheet. The zoom is the frame's own, and the bounds of small windows are in its pixels.
func (l Look) style() string {
	zoom := max(50, min(l.Zoom, 300))
	if l.Zoom == 0 {
		zoom = 100
	}
	css := frameCSS + fmt.Sprintf(".first-frame.folded {%s}\n@media (width < %dpx) {.first-frame {%s}}\n", foldedCSS, 12*zoom, foldedCSS)
	if zoom != 100 {
		css += fmt.Sprintf(".first-frame {zoom: %d%%}\n", zoom)
	}
	if l.ListWidth > 0 {
		css += fmt.Sprintf(":root {--list: %dpx}\n", l.ListWidth)
	}
	return css
}

// styled lets a policy have one style sheet in its page, byte for byte.
func styled(policy, css string) string {
	hash := sha256.Sum256([]byte(css))
	source := "'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) + "'"
	if strings.Contains(policy, "style-src") {
		return strings.Replace(policy, "style-src", "style-src "+source, 1)
	}
	return policy + "; style-src " + source
}

// framed puts an agent's frame into the application's page, where it stands until the application does.
func framed(index []byte, l Look) (body []byte, css string, err error) {
	begin, err := l.html()
	if err != nil {
		return nil, "", err
	}
	frame, err := l.frame()
	if err != nil {
		return nil, "", err
	}
	css = l.style()
	for _, part := range [][2]string{{`<html lang="fr">`, string(begin)}, {"</head>", "<style>" + css + "</style></head>"}, {`<div id="app">`, string(frame) + `<div id="app">`}} {
		index = bytes.Replace(index, []byte(part[0]), []byte(part[1]), 1)
	}
	return index, css, nil
}
