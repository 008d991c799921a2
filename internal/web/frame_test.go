package web

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"guichet/internal/words"
)

var styleOf = regexp.MustCompile(`(?s)<style>(.*)</style>`)

// The one style sheet in a page is the one that its policy allows, byte for byte.
func styleAllowed(t *testing.T, h http.Header, body string) {
	t.Helper()
	m := styleOf.FindStringSubmatch(body)
	if m == nil {
		t.Fatalf("no style sheet: %s", body)
	}
	hash := sha256.Sum256([]byte(m[1]))
	p := h.Get("Content-Security-Policy")
	if !strings.Contains(p, "'sha256-"+base64.StdEncoding.EncodeToString(hash[:])+"'") || strings.Contains(p, "unsafe") {
		t.Errorf("policy %s", p)
	}
}

func TestThePageShowsTheFrameAsItsAgentLeftIt(t *testing.T) {
	index := `<!doctype html>
<html lang="fr"><head><title>Guichet</title></head><body><div id="app"></div></body></html>`
	k := newDesk(t, func(o *Options) { o.Dist = fstest.MapFS{"index.html": {Data: []byte(index)}} })
	for _, c := range []struct {
		preferences map[string]any
		has, lacks  []string
	}{
		{map[string]any{"theme": "dark", "zoom": 125, "listWidth": 420, "railFolded": true},
			[]string{`<html lang="en" data-theme="dark">`, ".first-frame {zoom: 125%}", "(width < 1500px)", "--list: 420px", `class="first-frame folded"`, ">Unassigned<"}, nil},
		{map[string]any{"theme": "system", "zoom": 100, "listWidth": 0, "railFolded": false},
			[]string{`<html lang="en">`, `class="first-frame"`, "(width < 1200px)", `<div id="app"></div>`}, []string{"data-theme=", "zoom:", "--list: 4"}},
	} {
		k.call(200, "PATCH", "/api/me", map[string]any{"language": "en", "preferences": c.preferences}, nil)
		r := k.request("GET", "/tickets", nil)
		w := k.do(r)
		body := w.Body.String()
		if w.Code != 200 || w.Header().Get("Cache-Control") != "private, no-cache" {
			t.Fatalf("%d %v", w.Code, w.Header())
		}
		styleAllowed(t, w.Header(), body)
		page, _, _ := strings.Cut(body, "<body>")
		for _, has := range c.has {
			if !strings.Contains(body, has) {
				t.Errorf("%s is not in the page", has)
			}
		}
		for _, lacks := range c.lacks {
			if strings.Contains(strings.ReplaceAll(page, "[data-theme=", ""), lacks) {
				t.Errorf("%s is in the page", lacks)
			}
		}
	}
}

// Who enters is not known before: a stranger's page shows nobody's choices, and no name of the team or of anybody.
func TestTheEntryPageShowsAFrameThatTellsNothing(t *testing.T) {
	k := newDesk(t)
	k.call(200, "PATCH", "/api/me", map[string]any{"preferences": map[string]any{"theme": "dark"}}, nil)
	r := k.request("GET", "/enter", nil)
	r.Header.Del("Cookie")
	r.Header.Set("Accept-Language", "en")
	w := k.do(r)
	body := w.Body.String()
	styleAllowed(t, w.Header(), body)
	if !strings.Contains(body, `<html lang="en">`) || !strings.Contains(body, words.Say(words.English, "ui.rail.dock")) || strings.Contains(body, k.agent.Name) {
		t.Error(body)
	}
}

// What the frame draws and what the application draws have the same colours.
func TestTheFrameHasTheColoursOfTheApplication(t *testing.T) {
	tokens, err := os.ReadFile("../../frontend/src/styles/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	colours := regexp.MustCompile(`(?m)^  --[a-z-]+: .*;$`).FindAllString(frameCSS, -1)
	if len(colours) < 6 {
		t.Fatal(colours)
	}
	for _, c := range colours {
		if !strings.Contains(string(tokens), c+"\n") {
			t.Errorf("%s is not in tokens.css", c)
		}
	}
}

// The frame's style sheet stays in the application's page, so it touches nothing but the frame.
func TestTheFrameStylesNothingElse(t *testing.T) {
	for _, rule := range regexp.MustCompile(`(?m)^[^\s}@][^{]*`).FindAllString(frameCSS, -1) {
		for _, selector := range strings.Split(rule, ",") {
			selector = strings.TrimSpace(selector)
			if !strings.HasPrefix(selector, ".first-frame") && !strings.HasPrefix(selector, ":root") && selector != "html" && selector != "body" {
				t.Errorf("%q", selector)
			}
		}
	}
}

// The page that the build makes has the places that the frame is put in.
func TestTheBuiltPageTakesTheFrame(t *testing.T) {
	index, err := os.ReadFile("../../frontend/index.html")
	if err != nil {
		t.Fatal(err)
	}
	body, css, err := framed(index, Look{Language: words.English, Theme: "light"})
	if err != nil {
		t.Fatal(err)
	}
	page := string(body)
	if !strings.Contains(page, `<html lang="en" data-theme="light">`) || !strings.Contains(page, "<style>"+css+"</style></head>") || strings.Count(page, `class="first-frame"`) != 1 {
		t.Error(page)
	}
}
