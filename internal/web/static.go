package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"
)

// builtFile is one file of the built front end.
type builtFile struct {
	body []byte
	kind string
	tag  string
}

// kinds are named here: a system's own table may lack or alter them.
var kinds = map[string]string{
	".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
	".svg": "image/svg+xml", ".png": "image/png", ".ico": "image/x-icon", ".woff2": "font/woff2",
	".json": "application/json", ".webp": "image/webp", ".txt": "text/plain; charset=utf-8",
}

// readAssets reads the built front end, a few megabytes that the binary holds
// anyway. A folder without index.html gives no assets.
func readAssets(dist fs.FS) (map[string]builtFile, error) {
	assets := map[string]builtFile{}
	if dist == nil {
		return assets, nil
	}
	err := fs.WalkDir(dist, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		kind, known := kinds[path.Ext(name)]
		if !known {
			return nil // a dotfile, a source map
		}
		body, err := fs.ReadFile(dist, name)
		if err != nil {
			return err
		}
		assets[name] = builtFile{body, kind, tagOf(body)}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the front end: %w", err)
	}
	return assets, nil
}

func tagOf(body []byte) string {
	sum := sha256.Sum256(body)
	return `"` + hex.EncodeToString(sum[:12]) + `"`
}

// static serves the front end: its files, and its page for every address that
// the front end itself understands.
func static(d *door, w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
	a, found := d.assets[name]
	switch {
	case !safe(r) || strings.HasPrefix(name, "api/") || strings.HasPrefix(name, "shell/") || strings.HasPrefix(name, "m/"):
		writeProblem(w, newProblem(http.StatusNotFound, "web.route"))
		return
	case !found && path.Ext(name) != "":
		http.NotFound(w, r)
		return
	case !found:
		name = "index.html"
		if a, found = d.assets[name]; !found {
			writePage(w, r, http.StatusServiceUnavailable, "web.unbuilt")
			return
		}
	}
	h := w.Header()
	if name == "index.html" {
		body, css, err := framed(a.body, LookOf(who(r.Context()).agent))
		if err != nil {
			writeProblem(w, d.problemOf(r.Context(), r.Pattern, err))
			return
		}
		a.body, a.tag = body, tagOf(body)
		h.Set("Content-Security-Policy", styled(policy, css))
	}
	h.Set("Content-Type", a.kind)
	h.Set("ETag", a.tag)
	h.Set("Cache-Control", "private, no-cache")
	if strings.HasPrefix(name, "assets/") { // the build puts a hash in these names
		h.Set("Cache-Control", "private, max-age=31536000, immutable")
	}
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(a.body))
}
