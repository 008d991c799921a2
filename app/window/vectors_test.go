//go:build desktop && production && linux

package window

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// escape is what a script of a mail calls here instead of alert: the one thing that a script of any frame reaches in
// a Wails window, whatever the policy of its page. Wails writes alarm on standard error for each call.
const (
	escape = "webkit.messageHandlers.external.postMessage"
	alarm  = "Blocked request from unauthorized origin"
)

var (
	alerts  = regexp.MustCompile(`\b(alert|confirm|prompt|print)\b`)
	coded   = regexp.MustCompile(`base64,[\w+/]+=*`)
	foreign = regexp.MustCompile(`(https?:)?//[\w-]+(\.[\w-]+)+`)
)

// vectors lists what a hostile mail may hold: our own, which the browser tests use too, and the public collection
// where it is there. Foreign hosts become the canary.
func vectors(t *testing.T) (all []string, own int) {
	t.Helper()
	read := func(path string) (list []string) {
		b, err := os.ReadFile(path)
		if err == nil {
			err = json.Unmarshal(b, &list)
		}
		if os.IsNotExist(err) {
			return nil
		}
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	all = read("../../frontend/e2e/vectors.json")
	if own = len(all); own < 100 {
		t.Fatalf("%d vectors of our own", own)
	}
	public := read("../../../shared/corpora/xss/vectors.json")
	if public == nil {
		fmt.Println("!! The public collection of vectors is not there: only our own are tried.")
	}
	seen := map[string]bool{}
	for _, v := range public {
		if v = foreign.ReplaceAllString(v, "http://canary.example"); !seen[v] {
			seen[v] = true
			all = append(all, v)
		}
	}
	return all, own
}

// cover is the colour of what lies over the program, and overlays are ways of lying there (FAULTS.md X7).
const cover = "#fe01fd"

var overlays = strings.Split(strings.ReplaceAll(`<div style="position:fixed;inset:0;background:COVER;z-index:2147483647">
<div style="position:fixed;top:0;left:0;width:100vw;height:100vh;background:COVER">
<div style="position:absolute;top:-2000px;left:-2000px;width:9000px;height:9000px;background:COVER">
<div style="position:absolute;inset:-3000px;background:COVER;z-index:99"></div>
<div style="position:sticky;top:0;margin-top:-900px;margin-left:-900px;width:5000px;height:5000px;background:COVER">
<div style="margin:-500px;padding:900px;background:COVER;position:relative;z-index:9">
<div style="position:relative;top:-400px;left:-400px;width:4000px;height:4000px;background:COVER">
<div style="transform:scale(90);background:COVER;width:50px;height:50px">
<div style="transform:translate(-600px,-600px);width:3000px;height:3000px;background:COVER">
<div style="translate:-600px -600px;width:3000px;height:3000px;background:COVER">
<div style="scale:80;background:COVER;width:60px;height:60px">
<div style="box-shadow:0 0 0 4000px COVER;width:1px;height:1px;position:relative;z-index:5">
<div style="outline:4000px solid COVER;position:relative;z-index:5;width:1px;height:1px">
<div style="border:3000px solid COVER;margin:-1500px;position:relative">
<style>body::before{content:'';position:fixed;inset:0;background:COVER;z-index:9999}</style>
<style>*{position:fixed;inset:0;background:COVER}</style><p>x</p>
<style>html,body{position:fixed;inset:0;background:COVER!important;z-index:9}button{display:none}</style>
<dialog open style="position:fixed;inset:0;width:100vw;height:100vh;max-width:none;max-height:none;background:COVER;z-index:9">x</dialog>
<table style="position:fixed;top:0;left:0" width="9000" height="9000" bgcolor="COVER"><tr><td>x</td></tr></table>
<svg style="position:fixed;inset:0;width:100vw;height:100vh"><rect width="9000" height="9000" fill="COVER"/></svg>
<p style="font-size:9000px;line-height:1;margin:-4000px;background:COVER;position:relative">x</p>
<iframe style="position:fixed;inset:0;width:100vw;height:100vh;border:0;background:COVER"></iframe>
<textarea style="position:fixed;inset:0;width:100vw;height:100vh;background:COVER"></textarea>
<center style="position:fixed;inset:0;zoom:9;background:COVER">x</center>`, "COVER", cover), "\n")

// canary is where the foreign host of every vector leads. It hears connections too, of what never speaks HTTP.
type canary struct {
	*httptest.Server
	sync.Mutex
	heard []string
	calls int
}

// listen starts a canary. back is where a page goes on that a vector took away, "" for nowhere.
func listen(t *testing.T, back *string) *canary {
	t.Helper()
	c := &canary{}
	c.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.Lock()
		c.heard = append(c.heard, r.URL.Path)
		c.Unlock()
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, "<script>if (top === self) location.replace(%q)</script>", *back)
	}))
	c.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		c.Lock()
		defer c.Unlock()
		if s == http.StateNew {
			c.calls++
		}
	}
	c.Start()
	t.Cleanup(c.Close)
	return c
}

// asked is how many connections were made, and what was asked for on them.
func (c *canary) asked() (calls int, heard []string) {
	c.Lock()
	defer c.Unlock()
	return c.calls, append([]string(nil), c.heard...)
}

// arm makes the n-th vector call this instead of alert, and the canary under its own number. An alert that stayed
// would wait for somebody to close it.
func (c *canary) arm(vector string, n int, call string) string {
	host := strings.TrimPrefix(c.URL, "http://") + "/v" + strconv.Itoa(n)
	vector = coded.ReplaceAllStringFunc(vector, func(code string) string {
		plain, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(code, "base64,"))
		if err != nil {
			return code
		}
		return "base64," + base64.StdEncoding.EncodeToString([]byte(alerts.ReplaceAllString(string(plain), call)))
	})
	return strings.ReplaceAll(alerts.ReplaceAllString(vector, call), "canary.example", host)
}

// Threads of vectors: so many mails are on the screen at once.
const inThread = 12

// colour is what the mail of a vector begins with, so that it is seen on the screen: its thread and its place there.
func colour(n int) (r, g, b uint8) {
	return 0x9d, uint8(n/inThread*5 + 5), uint8(n%inThread*16 + 8)
}

// writeMail puts a vector in the body, the subject and the sender's name of a mail of its thread.
func writeMail(t *testing.T, dir string, n int, vector string) {
	t.Helper()
	r, g, b := colour(n)
	body := fmt.Sprintf(`<html><body><table><tr><td bgcolor="#%02x%02x%02x" width="40" height="12"></td><td>%d</td></tr></table>%s</body></html>`, r, g, b, n, vector)
	head := []rune(strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, vector))
	head = head[:min(len(head), 45)]
	first := n / inThread * inThread
	mail := "From: " + encoded(string(head)) + fmt.Sprintf(" <v%d@stranger.example>\r\n", first) +
		"To: support@atelier.example\r\nSubject: " + encoded(fmt.Sprint(n, " ", string(head))) +
		fmt.Sprintf("\r\nMessage-ID: <vector-%d@stranger.example>\r\n", n)
	if n != first {
		mail += fmt.Sprintf("In-Reply-To: <vector-%d@stranger.example>\r\n", first)
	}
	mail += fmt.Sprintf("Date: Mon, 23 Nov 2026 %02d:%02d:00 +0100\r\n", 8+n/60, n%60) +
		"MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n" + lines(body, 76) + "\r\n"
	if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%04d.eml", n)), []byte(mail), 0o600); err != nil {
		t.Fatal(err)
	}
}

func encoded(s string) string {
	words := strings.Fields(lines(s, 40))
	for i, w := range words {
		words[i] = "=?utf-8?b?" + w + "?="
	}
	return strings.Join(words, "\r\n ")
}

// lines is text in base64, cut in lines; a cut falls between two characters only because 40 and 76 are whole
// groups and the words are decoded together.
func lines(s string, width int) string {
	code := base64.StdEncoding.EncodeToString([]byte(s))
	var b strings.Builder
	for i := 0; i < len(code); i += width {
		b.WriteString(code[i:min(len(code), i+width)] + "\r\n")
	}
	return b.String()
}
