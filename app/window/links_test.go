package window

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"guichet/internal/fault"
)

// What Wails 2.15 refuses in a link (its internal/frontend/utils/urlValidator.go): a
// link that matches is dropped there without a word.
var refusedByWails = regexp.MustCompile(`[;\|` + "`" + `$\\<>*{}\[\]()~! \t\n\r]|[\x00-\x1F\x7F\x{00A0}\x{1680}\x{2000}-\x{200F}\x{2028}-\x{202F}\x{205F}\x{2060}\x{3000}\x{FEFF}]`)

// W3: links that people really send, with characters that the shell refuses.
func TestOddLinksOpen(t *testing.T) {
	for raw, want := range map[string]string{
		"https://encyclo.example/wiki/Guichet_(service)":            "https://encyclo.example/wiki/Guichet_%28service%29",
		"https://files.example/:w:/r/sites/Équipe/Doc.aspx?d=w1":    "https://files.example/:w:/r/sites/%C3%89quipe/Doc.aspx?d=w1",
		"https://files.example/a%20b.pdf?x=1&y=%C3%A9":              "https://files.example/a%20b.pdf?x=1&y=%C3%A9",
		"https://shop.example/100%":                                 "https://shop.example/100%25",
		"https://shop.example/~lea/":                                "https://shop.example/%7Elea/",
		"https://app.example/#!/tickets/12":                         "https://app.example/#%21/tickets/12",
		"https://app.example/#/a#b":                                 "https://app.example/#/a%23b",
		"https://maps.example/@48.85,2.35,15z":                      "https://maps.example/@48.85,2.35,15z",
		"https://news.example/l;jsessionid=1?q={a|b}[0]*":           "https://news.example/l%3Bjsessionid=1?q=%7Ba%7Cb%7D%5B0%5D%2A",
		"https://news.example/it's \"quoted\"":                      "https://news.example/it%27s%20%22quoted%22",
		"HTTPS://Café.Example/Menu":                                 "https://xn--caf-dma.example/Menu",
		"http://imprimante_2.local:631/admin":                       "http://imprimante_2.local:631/admin",
		"http://192.0.2.7:8080/?a=$b`c":                             "http://192.0.2.7:8080/?a=%24b%60c",
		"https://host.example":                                      "https://host.example",
		"https://host.example?next=https://other.example/a\\b":      "https://host.example?next=https://other.example/a%5Cb",
		"  https://host.example/trimmed\n":                          "https://host.example/trimmed",
		"mailto:jean.dupont@client.example?subject=Devis (n° 4)!":   "mailto:jean.dupont@client.example?subject=Devis%20%28n%C2%B0%204%29%21",
		"mailto:a@client.example,b@client.example?body=un%0Adeux":   "mailto:a@client.example,b@client.example?body=un%0Adeux",
		"mailto:a@client.example?attach=/etc/passwd&cc=b@x.example": "mailto:a@client.example?cc=b@x.example",
		"tel:+33 (0)1-02.03 04 05;ext=12":                           "tel:+330102030405",
		"tel:*31%230102030405":                                      "tel:%2A31%230102030405",
	} {
		got, err := CleanURL(raw)
		if err != nil || got != want {
			t.Errorf("CleanURL(%q)\n got %q, %v\nwant %q", raw, got, err, want)
		}
	}
}

func TestHostileLinksStayShut(t *testing.T) {
	for raw, key := range map[string]string{
		"javascript:alert(1)":                       "scheme",
		"JaVaScRiPt:alert(1)":                       "scheme",
		"\tjavascript:alert(1)":                     "scheme",
		"java\nscript:alert(1)":                     "broken",
		"data:text/html,<script>":                   "scheme",
		"file:///etc/passwd":                        "scheme",
		"file://nas/share/run.exe":                  "scheme",
		"smb://nas/share":                           "scheme",
		`\\nas\share\run.exe`:                       "scheme",
		`C:\Windows\System32\calc.exe`:              "scheme",
		"ms-msdt:/id PCWDiagnostic":                 "scheme",
		"search-ms:query=a&crumb=location:nas":      "scheme",
		"ms-officecmd:{}":                           "scheme",
		"vscode://file/etc/passwd":                  "scheme",
		"vbscript:msgbox":                           "scheme",
		"ftp://host.example/a":                      "scheme",
		"about:blank":                               "scheme",
		"view-source:https://host.example":          "scheme",
		"/relative/path":                            "scheme",
		"":                                          "scheme",
		"--no-sandbox":                              "scheme",
		"http:host.example":                         "broken",
		"http:///path":                              "broken",
		"https://bank.example@evil.example/":        "broken",
		"https://user:secret@host.example/":         "broken",
		`https://bank.example\@evil.example/`:       "broken",
		"https://bank.example%2F@evil.example":      "broken",
		"https://host.example\u202egpj.exe":         "broken",
		"https://ho\u200bst.example/":               "broken",
		"https://host.example/\x00":                 "broken",
		"https://host.example/\u00a0a":              "broken",
		"https://host.example:port/":                "broken",
		"https://[fe80::1%25eth0]/":                 "broken",
		"https://host .example/":                    "broken",
		"mailto:":                                   "broken",
		"mailto:-attach@host.example":               "broken",
		"mailto:a@x.example?subject=a%0d%0abcc:b@y": "broken",
		"tel:":        "broken",
		"tel:call-me": "broken",
		"https://host.example/" + strings.Repeat("a", maxLink): "broken",
	} {
		got, err := CleanURL(raw)
		f, ok := fault.As(err)
		if !ok || f.Key != "shell.link."+key {
			t.Errorf("CleanURL(%q) = %q, %v; want shell.link.%s", raw, got, err, key)
		}
	}
}

// Whatever comes out passes Wails, keeps its scheme and comes out of itself unchanged.
func FuzzCleanURL(f *testing.F) {
	for _, seed := range []string{"https://host.example/a(b)?c#d", "mailto:a@b.example?subject=x&attach=y",
		"tel:+33102030405", `http://a\b`, "https://é.example:80/%zz", "x:y"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		clean, err := CleanURL(raw)
		if err != nil {
			return
		}
		u, err := url.Parse(clean)
		if err != nil {
			t.Fatalf("%q gives %q: %v", raw, clean, err)
		}
		switch u.Scheme {
		case "http", "https", "mailto", "tel":
		default:
			t.Fatalf("%q gives %q", raw, clean)
		}
		if bad := refusedByWails.FindString(u.String()); bad != "" || u.User != nil {
			t.Fatalf("%q gives %q, which Wails refuses for %q", raw, clean, bad)
		}
		if again, err := CleanURL(clean); err != nil || again != clean {
			t.Fatalf("%q gives %q, then %q, %v", raw, clean, again, err)
		}
	})
}
