package window

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"html/template"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"guichet/internal/words"
)

//go:embed boot
var bootFiles embed.FS

var bootPage = template.Must(template.ParseFS(bootFiles, "boot/index.html"))

// bootPolicy lets the page load its own two files and ask for a ticket, nothing else.
const bootPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// boot is all that Wails serves: a page that asks for a ticket and goes to it, or says
// that nobody answers there. Wails adds its runtime's script tags to pages at "/".
func boot(o Options) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { writeBoot(w, o.Language()) })
	mux.Handle("GET /boot.js", http.StripPrefix("/", bootAsset("text/javascript; charset=utf-8")))
	mux.Handle("GET /boot.css", http.StripPrefix("/", bootAsset("text/css; charset=utf-8")))
	mux.HandleFunc("POST /ticket", func(w http.ResponseWriter, r *http.Request) { writeTicket(w, r, o.Enter) })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", bootPolicy)
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		mux.ServeHTTP(w, r)
	})
}

func writeBoot(w http.ResponseWriter, l words.Language) {
	say := func(key string) string { return words.Say(l, "shell.boot."+key) }
	var page bytes.Buffer
	err := bootPage.Execute(&page, map[string]string{
		"Language": string(l), "Opening": say("opening"), "Failed": say("failed"), "Retry": say("retry"),
	})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Write(page.Bytes()) //nolint:errcheck // the window is gone: nobody to tell
}

func bootAsset(kind string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", kind)
		http.ServeFileFS(w, r, bootFiles, "boot/"+r.URL.Path)
	})
}

// writeTicket gives the address only once the server has answered there: the page
// itself cannot find out, and a web view shows its own error page when it goes where
// nobody is.
func writeTicket(w http.ResponseWriter, r *http.Request, enter func() string) {
	address := enter()
	if err := answers(r.Context(), address); err != nil {
		http.Error(w, "the desk does not answer", http.StatusBadGateway)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	io.WriteString(w, address) //nolint:errcheck // the window is gone: nobody to tell
}

// answers asks for the head of the page without its ticket, over loopback whatever the host is
// called: the name must not leave as a DNS question.
func answers(ctx context.Context, address string) error {
	u, err := url.Parse(address)
	if err != nil {
		return fmt.Errorf("ask the desk: %w", err)
	}
	u.Fragment = ""
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, u.String(), http.NoBody)
	if err != nil {
		return fmt.Errorf("ask the desk: %w", err)
	}
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "tcp", net.JoinHostPort("127.0.0.1", u.Port()))
	}
	client := http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}
	res, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("ask the desk: %w", err)
	}
	if err := res.Body.Close(); err != nil {
		return fmt.Errorf("ask the desk: %w", err)
	}
	if res.StatusCode >= 400 {
		return fmt.Errorf("ask the desk: %s", res.Status)
	}
	return nil
}
