package web

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"guichet/internal/mail"
)

func TestIdsAreStrings(t *testing.T) {
	for n, want := range map[int64]id{0: "", 1: "1", 9_007_199_254_740_993: "9007199254740993"} {
		if got := idOf(n); got != want || got.n() != n {
			t.Errorf("%d: %q, back %d", n, got, got.n())
		}
	}
	if id("x").n() != 0 || id("99999999999999999999").n() != 0 {
		t.Error("what is no id is one")
	}
}

func TestAListIsNeverNull(t *testing.T) {
	var none list[string]
	for want, v := range map[string]any{"[]": none, `["a"]`: list[string]{"a"}, "[1]": each([]int{1}, func(n int) int { return n })} {
		if got, err := json.Marshal(v); err != nil || string(got) != want {
			t.Errorf("%s, %v", got, err)
		}
	}
}

func TestExcerpts(t *testing.T) {
	long := strings.Repeat("un deux trois ", 100)
	for _, c := range []struct{ text, asked, want string }{
		{"Le cœur de réseau", "coeur", "Le [cœur] de réseau"},
		{"Le cœur, de réseau", "coeur reseau", "Le [cœur,] de [réseau]"},
		{"imprimante", "impri", "[imprimante]"},
		{"imprimante", "im", "imprimante"}, // two letters are no beginning
		{"impri imprimante", "impri impri", "[impri imprimante]"},
		{"", "x", ""},
		{long + "panne", "panne", "un deux trois un deux trois [panne]"},
	} {
		var got strings.Builder
		for _, run := range excerpt(c.text, strings.Fields(c.asked)) {
			if run.Hit {
				fmt.Fprintf(&got, "[%s] ", strings.TrimSpace(run.Text))
			} else {
				got.WriteString(run.Text)
			}
		}
		if text := strings.TrimSpace(strings.ReplaceAll(got.String(), "  ", " ")); text != c.want {
			t.Errorf("%q asked for %q: %q, want %q", c.text[:min(len(c.text), 40)], c.asked, text, c.want)
		}
	}
}

func FuzzExcerpt(f *testing.F) {
	f.Add("Le cœur de réseau\x80 est tombé", "coeur tom")
	f.Fuzz(func(t *testing.T, text, asked string) {
		for _, run := range excerpt(text, strings.Fields(asked)) {
			if !utf8.ValidString(run.Text) {
				t.Errorf("%q", run.Text)
			}
		}
	})
}

func TestBrowsersByName(t *testing.T) {
	for agent, want := range map[string]string{
		"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0":                                                           "Firefox · Linux",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0":        "Edge · Windows",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15":            "Safari · macOS",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile Safari/604.1": "Safari · iPhone",
		"Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36":                     "Chrome · Android",
		"curl/8": "? · ?",
	} {
		if got := browserName(agent); got != want {
			t.Errorf("%q for %q", got, agent)
		}
	}
}

func TestDangerousFiles(t *testing.T) {
	for name, want := range map[string]bool{"a.exe": true, "A.EXE": true, "facture.pdf.scr": true, "page.html": true, "macro.docm": true,
		"facture.pdf": false, "photo.png": false, "exe": false, "": false, "notes.txt": false} {
		if dangerous(name) != want {
			t.Errorf("%q: %v", name, !want)
		}
	}
}

func TestHeightsStayInBounds(t *testing.T) {
	for _, html := range []string{"", "<p>x</p>", strings.Repeat("<br>", 100_000), strings.Repeat("<img>", 1000)} {
		if h := heightOf(html); h < 80 || h > 20_000 {
			t.Errorf("%d for %d bytes", h, len(html))
		}
	}
}

func TestALinkShowsTheHostThatIsAsked(t *testing.T) {
	for host, want := range map[string]string{"évil.example": "xn--vil-9la.example", "exemple.example": "exemple.example", "": "", "a b": "a b"} {
		if got := mailLinkOf(mail.Link{Host: host}).Host; got != want {
			t.Errorf("%q for %q, want %q", got, host, want)
		}
	}
}
