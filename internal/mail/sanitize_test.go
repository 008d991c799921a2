package mail

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	xhtml "golang.org/x/net/html"
)

func TestSanitizeKeepsLetters(t *testing.T) {
	for in, want := range map[string]string{
		`<p style="color:red; position:fixed; background:url(http://x/y)">a<b>b</b></p>`:                          `<p style="color:red">a<b>b</b></p>`,
		`<table width=600 bgcolor="#ffffff"><tr><td style="padding: 4px 8px">x</td></tr></table>`:                 `<table width="600" bgcolor="#ffffff"><tr><td style="padding:4px 8px">x</td></tr></table>`,
		`<blockquote type=cite><div>cité</div></blockquote>`:                                                      `<blockquote><div>cité</div></blockquote>`,
		`<html><head><title>t</title><style>p{}</style></head><body onload=x()><ul><li>a<li>b</ul></body></html>`: `<ul><li>a<li>b</li></li></ul>`,
		`</div></td>a<div><b>b`: `a<div><b>b</b></div>`,
		`<font color=red face="Arial, sans-serif" size=2>x</font>`: `<font color="red" face="Arial, sans-serif" size="2">x</font>`,
		`<object><p>kept</p>`: `<p>kept</p>`,
		`<a href="#top">x</a><a href="/x">y</a><a href="javascript:alert(1)">z</a>`:                                            `xyz`,
		`<p style="margin:-50px;margin:0 -5px;width:expression(alert(1));font-family:'Segoe UI',serif;color:rgb(1,2,3)">x</p>`: `<p style="font-family:&#39;Segoe UI&#39;,serif;color:rgb(1,2,3)">x</p>`,
		`<p id=a class=b name=c data-x=d>x</p>`:                                                                                `<p>x</p>`,
		`a &lt;b&gt; &amp; é`:                                                                                                  `a &lt;b&gt; &amp; é`,
	} {
		if got := Sanitize(in, SanitizeOptions{}).HTML; got != want {
			t.Errorf("%s\n got %s\nwant %s", in, got, want)
		}
	}
}

func TestX2PicturesOfTheOutside(t *testing.T) {
	page := `<img src="cid:a%40b" alt="logo"><img src="https://t.example/p.gif"><img src="http://t.example/q.gif"><img src="//t.example/r.gif">
		<img src="data:image/png;base64,AA=="><img src="cid:unknown"><img srcset="https://t.example/s.gif 2x"><table background="https://t.example/b.gif"><tr><td>x</td></tr></table>`
	s := Sanitize(page, SanitizeOptions{CID: func(cid string) (string, bool) { return "/m/cap/" + cid, cid == "a@b" }})
	if s.RemoteBlocked != 2 || strings.Contains(s.HTML, "t.example") || !strings.Contains(s.HTML, `src="/m/cap/a@b"`) {
		t.Errorf("%d blocked: %s", s.RemoteBlocked, s.HTML)
	}
	s = Sanitize(page, SanitizeOptions{RemoteImages: func(url string) string { return "/m/cap/remote?" + url }})
	if s.RemoteBlocked != 0 || !strings.Contains(s.HTML, "/m/cap/remote?https://t.example/p.gif") {
		t.Errorf("%d blocked: %s", s.RemoteBlocked, s.HTML)
	}
}

func TestX4Links(t *testing.T) {
	for in, want := range map[string][]LinkWarning{
		`<a href="https://www.banque.example.fr/x">www.banque.example.fr</a>`: nil,
		`<a href="https://suivi.client.fr/x">Voir sur client.fr</a>`:          nil,
		`<a href="https://evil.com/">https://banque.fr/compte</a>`:            {LinkOtherHost},
		`<a href="https://banque.fr.evil.com/"><b>banque</b>.fr</a>`:          {LinkOtherHost},
		`<a href="https://evil.com/">facture.pdf</a>`:                         nil,
		`<a href="https://xn--bnque-9wa.fr/">ici</a>`:                         {LinkPunycode},
		`<a href="https://bаnque.fr/">ici</a>`:                                {LinkPunycode},
		`<a href="http://client.fr/">ici</a>`:                                 {LinkPlain},
		`<a href="https://banque.fr@evil.com/">ici</a>`:                       {LinkUserinfo},
		`<a href="https://192.0.2.7/x">ici</a>`:                               {LinkAddress},
		`<a href="mailto:a@client.fr">a@client.fr</a>`:                        nil,
		`<a href="tel:+33123456789">01 23 45 67 89</a>`:                       nil,
	} {
		s := Sanitize(in, SanitizeOptions{Link: func(n int, _ string) string { return fmt.Sprintf("/m/cap/out/%d", n) }})
		if len(s.Links) != 1 || !slices.Equal(s.Links[0].Warnings, want) || !strings.Contains(s.HTML, `href="/m/cap/out/0"`) {
			t.Errorf("%s: %+v, want %v; %s", in, s.Links, want, s.HTML)
		}
	}
	for _, refused := range []string{"javascript:alert(1)", " java\nscript:alert(1)", "data:text/html,x", "file:///etc/passwd", `\\host\share`, "//host/x", "smb://h/x",
		"ms-msdt:/id", "search-ms:x", "vbscript:x", "blob:x", "about:blank", "https:", "http:///x", "cid:a", "/m/other/", "?x", "JAVASCRIPT:alert(1)", "view-source:http://x"} {
		s := Sanitize(`<a href="`+refused+`">x</a>`, SanitizeOptions{})
		if len(s.Links) != 0 || strings.Contains(s.HTML, "href") {
			t.Errorf("%q stays a link: %+v %s", refused, s.Links, s.HTML)
		}
	}
}

// harmless reads sanitised HTML again, as a tree, and says what in it could run, load or lie over something.
func harmless(html string) error {
	root, err := xhtml.Parse(strings.NewReader(html))
	if err != nil {
		return nil // deeper than the parser goes; the balance of tags is tested elsewhere
	}
	var bad error
	for n := range root.Descendants() {
		if n.Type != xhtml.ElementNode {
			continue
		}
		switch n.Data {
		case "html", "head", "body", "tbody", "colgroup", "tr":
		case "script", "style", "svg", "math", "iframe", "object", "embed", "form", "input", "button", "textarea", "select", "base", "meta", "link",
			"template", "frame", "frameset", "applet", "noscript", "title", "video", "audio", "xmp", "plaintext", "marquee", "dialog", "details":
			bad = fmt.Errorf("element %s", n.Data)
		}
		for _, a := range n.Attr {
			low := strings.ToLower(strings.Map(dropSpace, a.Val))
			switch {
			case strings.HasPrefix(a.Key, "on"), a.Key == "id", a.Key == "name", a.Key == "srcset", a.Key == "background", a.Key == "action", a.Key == "xlink:href":
				bad = fmt.Errorf("attribute %s on %s", a.Key, n.Data)
			case (a.Key == "href" || a.Key == "src") && !strings.HasPrefix(low, "http") && !strings.HasPrefix(low, "mailto:") && !strings.HasPrefix(low, "tel:"):
				bad = fmt.Errorf("%s=%q", a.Key, a.Val)
			case a.Key == "src":
				bad = fmt.Errorf("a picture of the outside: %q", a.Val)
			case a.Key == "style" && (strings.Contains(low, "url") || strings.Contains(low, "position") || strings.Contains(low, "expression") ||
				strings.Contains(low, `\`) || strings.Contains(low, "@") || strings.Contains(low, "var(")):
				bad = fmt.Errorf("style %q", a.Val)
			}
		}
	}
	return bad
}

func TestX1Vectors(t *testing.T) {
	vectors := slices.Clone(x1Vectors)
	const collected = "../../../shared/corpora/xss/vectors.json"
	if raw, err := os.ReadFile(collected); err != nil {
		fmt.Println("collected XSS vectors are not here: only our own were tried")
	} else {
		var list []any
		if err := json.Unmarshal(raw, &list); err != nil {
			t.Fatal(err)
		}
		for _, v := range list {
			if s, ok := v.(string); ok {
				vectors = append(vectors, s)
			}
		}
		fmt.Printf("%d XSS vectors tried\n", len(vectors))
	}
	for _, v := range vectors {
		for _, wrapped := range []string{v, "<table><tr><td>" + v, "<p title='" + v + "'>", "<blockquote>" + v + "</blockquote>" + v} {
			s := Sanitize(wrapped, SanitizeOptions{})
			if err := harmless(s.HTML); err != nil {
				t.Errorf("%s\nbecomes %s: %v", wrapped, s.HTML, err)
			}
		}
	}
}

func TestX7LinearAndBalanced(t *testing.T) {
	deep := strings.Repeat("<div>", 100_000) + "x"
	s := Sanitize(deep, SanitizeOptions{})
	if strings.Count(s.HTML, "<div>") != strings.Count(s.HTML, "</div>") {
		t.Error("elements are left open")
	}
}

func TestStyles(t *testing.T) {
	for style, want := range map[string]string{
		"color: #1f497d; font-size:11pt":                      "color:#1f497d;font-size:11pt",
		"COLOR:Red":                                           "color:Red",
		"font-family:\"Calibri\",sans-serif":                  "font-family:\"Calibri\",sans-serif",
		"border:none;border-left:solid blue 1.5pt":            "border:none;border-left:solid blue 1.5pt",
		"margin:0cm 0cm 8pt":                                  "margin:0cm 0cm 8pt",
		"margin:-1px":                                         "",
		"color:rgba(0, 0, 0, .5)":                             "color:rgba(0, 0, 0, .5)",
		"background:#fff url(x) no-repeat":                    "",
		"display:flex":                                        "",
		"display:none":                                        "display:none",
		"width:100%;max-width:600px;position:relative":        "width:100%;max-width:600px",
		"mso-fareast-language:EN-US":                          "",
		"color:red;;:;x":                                      "color:red",
		"color:'red":                                          "",
		"border-image:linear-gradient(red,blue)":              "",
		"font-weight:bold!important":                          "font-weight:bold!important",
		strings.Repeat("color:red;", 1000) + "position:fixed": strings.TrimSuffix(strings.Repeat("color:red;", 400), ";"),
	} {
		if got := safeStyle(style); got != want {
			t.Errorf("%.60q: %.60q, want %.60q", style, got, want)
		}
	}
}
