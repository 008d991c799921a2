package mail

import (
	"strings"
	"testing"
)

func TestRTFText(t *testing.T) {
	for name, c := range map[string]struct{ rtf, want string }{
		"paragraphs":    {`{\rtf1\ansi Bonjour,\par le serveur\line est revenu.\par}`, "Bonjour,\nle serveur\nest revenu."},
		"accents":       {`{\rtf1\ansi\ansicpg1252 d\'e9j\'e0 vu \'80}`, "déjà vu €"},
		"Unicode":       {`{\rtf1\ansi\uc1 \u201?cest ainsi\u8217\'92 \u-10179?\u-8704?}`, "Écest ainsi’ 😀"},
		"no substitute": {`{\rtf1{\uc0 \u233 t\u233}{\uc2 \u233\'c3\'a9t\u233 ab!}}`, "étéété!"},
		"fonts":         {`{\rtf1\ansicpg1252{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset204 Arial CYR;}{\f2\fcharset128 MS Gothic;}}\f1 \'cf\'f0\'e8\'e2\'e5\'f2 \f0 \'e9 \f2 \'93\'fa\'96\'7b}`, "Привет é 日本"},
		"destinations":  {`{\rtf1{\stylesheet{\s0 Normal;}}{\info{\author X}}{\*\generator Y;}{\pict ffff}Texte{\*\inconnu caché}{\field{\*\fldinst HYPERLINK "x"}{\fldrslt lien}}}`, "Textelien"},
		"signs":         {`{\rtf1 \{a\}\\ \lquote b\rquote  1\~000\_2 \bullet  c\tab d\cell e\row f}`, "{a}\\ ‘b’ 1\u00a0000-2 • c\td\te\nf"},
		"binary":        {"{\\rtf1 a\\bin5 \x00}{\\\\b\\bin999999 c}", "ab"},
		"cut short":     {`{\rtf1 {\b gras \'e`, "gras e"},
		"too many ends": {`{\rtf1 a}}}}}}b`, "ab"},
	} {
		if got, isHTML := readRTF([]byte(c.rtf)); got != c.want || isHTML {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestRTFHTML: a page that Outlook wrapped in RTF comes out as it was (MS-OXRTFEX 4).
func TestRTFHTML(t *testing.T) {
	rtf := `{\rtf1\ansi\ansicpg1252\fromhtml1 \deff0{\fonttbl{\f0\fswiss Arial;}{\f1\fmodern Courier New;}}` + "\r\n" +
		`{\*\htmltag19 <html>}{\*\htmltag2 \par}{\*\htmltag50 <body>}{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 Le prix : 5 &\htmlrtf \'26\htmlrtf0 {\*\htmltag84 &euro;}\htmlrtf \'80\htmlrtf0  l'unit\'e9` +
		`{\*\mhtmltag84 <img src="http://x.example/a.png">}{\*\htmltag84 <img src="cid:a@b">}{\*\htmltag72 </p>}\htmlrtf\par}\htmlrtf0` + "\r\n" + `{\*\htmltag58 </body>}{\*\htmltag27 </html>}}`
	got, isHTML := readRTF([]byte(rtf))
	if want := "<html>\n<body><p>Le prix : 5 &&euro; l'unité<img src=\"cid:a@b\"></p></body></html>"; got != want || !isHTML {
		t.Errorf("%v %q", isHTML, got)
	}
}

// TestRTFBounded: groups without an end and words without a meaning cost one pass.
func TestRTFBounded(t *testing.T) {
	for _, s := range []string{strings.Repeat("{", 1<<17), strings.Repeat("}", 1<<17), strings.Repeat(`{\f1`, 1<<15), strings.Repeat(`\u233`, 1<<15), strings.Repeat(`\'e9`, 1<<15), strings.Repeat(`\par `, 1<<17), strings.Repeat(`\`, 1<<17),
		"{\\rtf1" + strings.Repeat(`{\fonttbl{\f1\fcharset204 x}}`, 5_000), strings.Repeat("a", 5<<20)} {
		r := rtfReader{b: []byte(`{\rtf1 ` + s), fonts: map[int]string{}}
		steps := 0
		for ; len(r.b) > 0; steps++ {
			r.step()
		}
		if steps > len(s)+10 || len(r.stack) > rtfGroups || len(r.fonts) > 1000 {
			t.Errorf("%.10q: %d steps, %d groups", s, steps, len(r.stack))
		}
		if text, _ := readRTF([]byte(`{\rtf1 ` + s)); len(text) > htmlLimit+16 {
			t.Errorf("%.10q: %d bytes", s, len(text))
		}
	}
}
