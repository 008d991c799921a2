package mail

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// wrappers put a quote below a rich mail as each program does; %s is what was written before.
var wrappers = map[string]string{
	"gmail":           `<br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">Le lun. 2 nov. 2026 à 09:30, Support &lt;<a href="mailto:s@azurene.example">s@azurene.example</a>&gt; a écrit :<br></div><blockquote class="gmail_quote">%s</blockquote></div>`,
	"outlook web":     `<div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>De :</b> Support &lt;s@azurene.example&gt;<br><b>Envoyé :</b> lundi 2 novembre 2026 09:30<br><b>À :</b> Zoé<br><b>Objet :</b> x</div>%s`,
	"outlook desktop": `<div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal><b>De :</b> Support<br><b>Envoyé :</b> lundi 2 novembre 2026 09:30<br><b>À :</b> Zoé<br><b>Objet :</b> x</p></div></div>%s`,
	"thunderbird":     `<div class="moz-cite-prefix">Le 02/11/2026 à 09:30, Support a écrit :<br></div><blockquote type="cite" cite="mid:a@b">%s</blockquote>`,
	"apple":           `<div><br><blockquote type="cite"><div>Le 2 nov. 2026 à 09:30, Support &lt;s@azurene.example&gt; a écrit :</div><br><div>%s</div></blockquote></div>`,
	"yahoo":           `<div id="yahoo_quoted_1" class="yahoo_quoted"><div>Le lundi 2 novembre 2026 à 09:30:12 UTC+1, Support a écrit :</div>%s</div>`,
	"roundcube":       `<p id="reply-intro">Le 2026-11-02 09:30, Support a écrit :</p><blockquote type="cite">%s</blockquote>`,
	"proton":          `<div class="protonmail_quote">Le lundi 2 novembre 2026 à 09:30, Support &lt;s@azurene.example&gt; a écrit :<br><blockquote class="protonmail_quote" type="cite">%s</blockquote></div>`,
}

// TestFoldsOfComposedPages puts rich mails together as programs do, exchanges of any length, and asks for what was written
// last.
func TestFoldsOfComposedPages(t *testing.T) {
	words := map[string]string{
		"<p>C'est réglé, merci.</p>":                                                                                                     "C'est réglé, merci.",
		"<div>Bonjour,</div><div><br></div><div>le poste redémarre.</div>":                                                               "Bonjour,\n\nle poste redémarre.",
		"<p class=MsoNormal>Voici&nbsp;:<o:p></o:p></p><ul><li>PC-1</li><li>PC-2</li></ul>":                                              "Voici\u00a0:\n\n- PC-1\n- PC-2",
		"<table><tr><td>Poste</td><td>PC-1</td></tr></table>":                                                                            "Poste\tPC-1",
		`<div dir="ltr"><span style="font-family:Calibri">Oui</span>, <b>c'est</b> <i>bon</i>.</div>`:                                    "Oui, c'est bon.",
		"<style>p{margin:0}</style><!-- x --><p>Merci</p><p>de passer.</p>":                                                              "Merci\n\nde passer.",
		`<div>Je cite : « <i>erreur 5</i> » puis rien.</div><blockquote style="margin:0 40px">un retrait, pas une citation</blockquote>`: "Je cite : « erreur 5 » puis rien.\n\nun retrait, pas une citation",
	}
	signs := []string{"", `<div class="gmail_signature">Zoé Durand<br>Comptable</div>`, "<div>-- <br></div><div>Zoé Durand<br>Comptable</div>", "<p>Cordialement,</p><p>Zoé Durand</p><p>04 72 00 00 00</p>", "<div>Envoyé de mon iPhone</div>"}
	rapid.Check(t, func(t *rapid.T) {
		page := rapid.SampledFrom(keys(words)).Draw(t, "words")
		body := page + rapid.SampledFrom(signs).Draw(t, "signature")
		quote := "<p>Bonjour,</p><p>Avez-vous redémarré ?</p>"
		program := rapid.SampledFrom(keys(wrappers))
		for range rapid.IntRange(0, 4).Draw(t, "exchanges") {
			quote = "<div>oui</div>" + strings.Replace(wrappers[program.Draw(t, "inner")], "%s", quote, 1)
		}
		body += strings.Replace(wrappers[program.Draw(t, "program")], "%s", quote, 1)
		m, err := Parse(strings.NewReader("From: a@b.example\nSubject: Re: x\nContent-Type: text/html; charset=utf-8\n\n<html><body>"+body+"</body></html>"), nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := m.Reply(); got != words[page] {
			t.Fatalf("Reply = %q, want %q\nof %q\nfolds %+v\n%s", got, words[page], m.Text, m.Folds, body)
		}
	})
}

func keys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }

// TestAnswersBetweenRichQuotes: pieces of a quote with answers between them, as programs split them.
func TestAnswersBetweenRichQuotes(t *testing.T) {
	for name, page := range map[string]string{
		"gmail":              `<div class="gmail_quote"><div class="gmail_attr">Le lun. 2 nov. 2026 à 09:30, Support &lt;s@x.example&gt; a écrit :<br></div><blockquote class="gmail_quote">Quel poste ?</blockquote><div>PC-0042</div><blockquote class="gmail_quote">Depuis quand ?</blockquote><div>hier soir</div></div>`,
		"gmail, words above": `<div>Voir plus bas.</div><div class="gmail_quote"><div class="gmail_attr">Le lun. 2 nov. 2026 à 09:30, Support &lt;s@x.example&gt; a écrit :<br></div><blockquote class="gmail_quote">Quel poste ?</blockquote><div>PC-0042</div><blockquote class="gmail_quote">Depuis quand ?</blockquote><div>hier soir</div></div>`,
		"thunderbird":        `<div class="moz-cite-prefix">Le 02/11/2026 à 09:30, Support a écrit :<br></div><blockquote type="cite"><p>Quel poste ?</p></blockquote>PC-0042<blockquote type="cite"><p>Depuis quand ?</p></blockquote>hier soir`,
		"thunderbird, end":   `<div class="moz-cite-prefix">Le 02/11/2026 à 09:30, Support a écrit :<br></div><blockquote type="cite"><p>Quel poste ?</p></blockquote>PC-0042<blockquote type="cite"><p>Depuis quand ?</p></blockquote>hier soir<blockquote type="cite"><p>Merci</p></blockquote><div class="moz-signature">-- <br>Zoé</div>`,
		"apple":              `<div><blockquote type="cite"><div>Le 2 nov. 2026 à 09:30, Support &lt;s@x.example&gt; a écrit :</div><div>Quel poste ?</div></blockquote><div>PC-0042</div><br><blockquote type="cite"><div>Depuis quand ?</div></blockquote><div>hier soir</div></div>`,
		"roundcube":          `<p id="reply-intro">Le 2026-11-02 09:30, Support a écrit :</p><blockquote type="cite"><p>Quel poste ?</p></blockquote><p>PC-0042</p><blockquote type="cite"><p>Depuis quand ?</p></blockquote><p>hier soir</p>`,
		"outlook, announced": `<p>Mes réponses ci-dessous en rouge.</p><div id="divRplyFwdMsg"><b>De :</b> Support<br><b>Envoyé :</b> lundi<br></div><p>Quel poste ?</p><p style="color:red">PC-0042</p><p>Depuis quand ?</p><p style="color:red">hier soir</p>`,
		"yahoo":              `<div class="yahoo_quoted"><div>Le lundi 2 novembre 2026, Support &lt;s@x.example&gt; a écrit :</div><blockquote type="cite">Quel poste ?</blockquote><div>PC-0042</div><blockquote type="cite">Depuis quand ?</blockquote><div>hier soir</div></div>`,
	} {
		m := parse(t, "From: a@b.example\nSubject: Re: x\nContent-Type: text/html; charset=utf-8\n\n"+page)
		checkFolds(t, m)
		if got := m.Reply(); !strings.Contains(got, "PC-0042") || !strings.Contains(got, "hier soir") {
			t.Errorf("%s: %q of %q, folds %+v", name, got, m.Text, m.Folds)
		}
	}
}
