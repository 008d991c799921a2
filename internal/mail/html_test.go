package mail

import (
	"strings"
	"testing"
)

func TestHTMLToText(t *testing.T) {
	for page, want := range map[string]string{
		"<p>un</p><p>deux</p>":                                     "un\n\ndeux",
		"un<br>deux<br><br>trois":                                  "un\ndeux\n\ntrois",
		"<div>un</div><div><br></div><div>deux</div>":              "un\n\ndeux",
		"un<br><div>deux</div>":                                    "un\ndeux",
		"<p>un<br></p><p>deux</p>":                                 "un\n\ndeux",
		"<div>un</div><div>deux</div>":                             "un\ndeux",
		"  un \n  deux\t<b> trois</b> ":                            "un deux trois",
		"un<b>deux</b>trois":                                       "undeuxtrois",
		"<ul><li>a<li>b<ul><li>c</ul></ul>fin":                     "- a\n- b\n  - c\n\nfin",
		"<ol start=3><li>a</li><li>b</li></ol>":                    "3. a\n4. b",
		"<table><tr><th>Poste<th>Étage<tr><td>PC-42<td>2</table>":  "Poste\tÉtage\nPC-42\t2",
		"<pre>a\n  b\n</pre>c":                                     "a\n  b\n\nc",
		`voir <a href="https://x.example/">le site</a>.`:           "voir le site.",
		"<style>p{}</style><script>x()</script><title>t</title>un": "un",
		"a &lt;b&gt; &amp; &eacute;&nbsp;&#8364;":                  "a <b> & é\u00a0€",
		"<!-- non -->oui<!-- <p>non</p> -->":                       "oui",
		"<![if !mso]>un<![endif]>":                                 "un",
		"<o:p>&nbsp;</o:p>un":                                      "\u00a0un",
		"1 < 2 et 3 > 2":                                           "1 < 2 et 3 > 2",
		"":                                                         "",
		strings.Repeat("<div>", 50_000) + "fond":                   "fond",
	} {
		if got := htmlToText(page).text; got != want {
			t.Errorf("%.80s: %q, want %q", page, got, want)
		}
	}
}

func TestTextToHTML(t *testing.T) {
	for text, want := range map[string]string{
		"un\ndeux\n\ntrois\r\n": "<p>un<br>\ndeux</p>\n<p>trois</p>\n",
		"<b> & \"x\"":           "<p>&lt;b&gt; &amp; &#34;x&#34;</p>\n",
		"\n\n":                  "",
	} {
		if got := TextToHTML(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
