package mail

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// FuzzFold: whatever stands in a text or a page, folds are in order, hide not everything, lose nothing, and cost what the
// length allows.
func FuzzFold(f *testing.F) {
	for _, said := range []string{attributions["gmail es"], attributions["gmail hu"], attributions["groupwise"], attributions["zoho fr"]} {
		f.Add("Oui.\n\n"+said+"\n\n> a\nb\n> c\n", "Re: x", false)
	}
	for _, unit := range pathological {
		f.Add(unit+unit, "TR: x", false)
	}
	f.Add("De : a <a@b>\nEnvoyé : lundi\nÀ : c\nObjet : d\n\ne", "TR: d", false)
	f.Add("----- Message transmis ----- De : a <a@b>À : c@dEnvoyé : lundiObjet : x\n e", "x", false)
	f.Add(`<div>a</div><div class="gmail_quote">b<blockquote type=cite>c</blockquote>d</div><div id=divRplyFwdMsg>e`, "Re: x", true)
	f.Add(`<p>a<div style="border-top:solid #E1E1E1 1pt">De : b<pre>c</pre><blockquote><blockquote type=cite></div></blockquote>`, "Fwd: x", true)
	f.Fuzz(func(t *testing.T, text, subject string, html bool) {
		kind := "plain"
		if html {
			kind = "html"
		}
		head := "Subject: " + encodeWords(subject) + "\nContent-Type: text/" + kind + "; charset=utf-8\n\n"
		work, m := steps(t, head+text)
		if strings.TrimSpace(m.Text) != "" && m.Reply() == "" {
			t.Fatalf("everything is folded: %q, %+v", m.Text, m.Folds)
		}
		for _, fold := range m.Folds {
			if !utf8.ValidString(m.Text[fold.Start:fold.End]) {
				t.Fatalf("a fold cuts a letter: %+v of %q", fold, m.Text)
			}
		}
		if allowed := 3000*(len(head)+len(text)) + 1<<20; work > allowed {
			t.Fatalf("%d steps for %d bytes", work, len(text))
		}
		if fw := m.Forwarded; fw != nil && (!utf8.ValidString(fw.Body+fw.Comment+fw.Subject+fw.From.Name+fw.From.Addr) || strings.ContainsAny(fw.Subject+fw.From.Addr, "\n\r")) {
			t.Fatalf("%+v", fw)
		}
	})
}

// FuzzClassify: any header and any words get one kind with a reason of one line, and what is said of them is well formed.
func FuzzClassify(f *testing.F) {
	for _, b := range knownBounces {
		f.Add("To: support@desk.example\n"+b.head, b.body)
	}
	for _, heads := range forgedSenders {
		f.Add(heads[0], "x")
	}
	f.Add("Auto-Submitted: auto-replied\nDate: Mon, 2 Nov 2026 09:30:00 +0100\nSubject: Absence", "Absent du 2 au 6 novembre, de retour le 10.11.")
	f.Add("Auto-Submitted: auto-generated\nFrom: NAS <nas@b.example>", "Le volume RAID est dégradé")
	f.Add("List-Id: <a.b>\nPrecedence: bulk\nX-Auto-Response-Suppress: All\nReply-To: x@y.example", "x")
	f.Fuzz(func(t *testing.T, head, body string) {
		_, m := steps(t, strings.TrimRight(head, "\n")+"\n\n"+body)
		if !slices.Contains([]Kind{KindPerson, KindAutoReply, KindBounce, KindFeedback, KindList, KindAlert, KindMeeting}, m.Kind) || (m.KindReason == "") != (m.Kind == KindPerson) || (m.Bounce != nil) != (m.Kind == KindBounce) {
			t.Fatalf("%q because of %q, bounce %+v", m.Kind, m.KindReason, m.Bounce)
		}
		if strings.ContainsAny(m.KindReason, "\r\n") || !utf8.ValidString(m.KindReason) {
			t.Fatalf("reason %q", m.KindReason)
		}
		if m.Bounce != nil {
			if strings.ContainsAny(m.Bounce.OriginalMessageID, "<> \n\r\t") || len(m.Bounce.Recipients) == 0 {
				t.Fatalf("%+v", m.Bounce)
			}
			for _, r := range m.Bounce.Recipients {
				if !statusForm.MatchString(r.Status) || strings.ContainsAny(r.Reason+r.Addr, "\n\r") || !utf8.ValidString(r.Reason) || r.Permanent && r.Status[0] != '5' {
					t.Fatalf("%+v", r)
				}
			}
		}
		if r := m.Returns; r != nil && (r.Before(m.Date.AddDate(-100, 0, 0)) || r.Year() > 9999) {
			t.Fatalf("returns %v, written %v", r, m.Date)
		}
		SenderWarnings(m, KnownDomains(knownDomains))
	})
}

// FuzzThread: ids and subjects that decide which ticket a mail joins.
func FuzzThread(f *testing.F) {
	key := []byte("0123456789abcdef0123456789abcdef")
	for _, s := range []string{"<a@b> <c@d>", "a@b, c@d", "<a b@c>", "<<a@b>>", NewMessageID([]byte("other"), 7, "n", "desk.example"), "RE: [#12] x", "[#0][#9223372036854775807]", "TR : Re[2]: Fwd: x", "＜a@b＞", "<\xff@b>"} {
		f.Add(s, int64(12))
	}
	f.Fuzz(func(t *testing.T, s string, number int64) {
		for _, id := range messageIDs(s) {
			if id == "" || strings.ContainsAny(id, "<> \t\r\n") || !utf8.ValidString(id) {
				t.Fatalf("%q gives the id %q", s, id)
			}
		}
		if n, ok := OwnTicket(key, s); ok {
			t.Fatalf("%q is taken for our ticket %d", s, n)
		}
		if number > 0 {
			if n, ok := OwnTicket(key, NewMessageID(key, number, s, "desk.example")); !ok || n != number {
				t.Fatalf("ticket %d comes back as %d, %v", number, n, ok)
			}
		}
		if n, ok := SubjectToken(s); ok && n <= 0 {
			t.Fatalf("%q gives number %d", s, n)
		}
		if base := BaseSubject(s); utf8.ValidString(s) && BaseSubject("Re: "+s) != base {
			t.Fatalf("%q and its answer have the bases %q and %q", s, base, BaseSubject("Re: "+s))
		}
	})
}

// FuzzLookalike: no domain imitates itself or its own hosts, and the answer is one of the known ones.
func FuzzLookalike(f *testing.F) {
	f.Add("azurene.example", "azurene.example", "Authentication-Results: a; dmarc=fail")
	f.Add("аzurene.example", "azurene.com", "Received: from a by b.example; x\nAuthentication-Results: spf=fail")
	f.Add("xn--zurene-3nf.example", "azurene.example", "ARC-Authentication-Results: i=1; b; dmarc=pass (x")
	f.Fuzz(func(t *testing.T, domain, known, head string) {
		if like, ok := KnownDomains([]string{known}).Imitated(domain); ok && (like == "" || !strings.EqualFold(strings.Trim(known, ". \t"), like)) {
			t.Fatalf("%q imitates %q, known is %q", domain, like, known)
		}
		if _, ok := KnownDomains([]string{known}).Imitated(known); ok {
			t.Fatalf("%q imitates itself", known)
		}
		readHeader([]byte(head + "\n\n")).authResults().forged()
		dayAfter(foldText(head), time.Date(2026, 11, 2, 9, 30, 0, 0, time.UTC))
	})
}
