package web

import (
	"context"
	"strings"
	"testing"

	"guichet/internal/db"
	"guichet/internal/intake"
	"guichet/internal/journal"
	"guichet/internal/mailbox"
)

// richMail is a person's mail with what a hostile one would try, a picture of
// its own and a file.
const richMail = `From: Nadia Roux <nadia@ardoise.example>
To: support@gardian.example
Subject: =?utf-8?q?Imprimante_=C3=A0_l=27arr=C3=AAt?=
Message-ID: <rich-1@ardoise.example>
Date: Mon, 23 Nov 2026 09:00:00 +0100
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="m"

--m
Content-Type: multipart/related; boundary="r"

--r
Content-Type: text/html; charset=utf-8

<p onclick="alert(1)">Bonjour, l’imprimante <b>du 2e</b> fume.</p><script>alert(2)</script>
<img src="cid:photo@ardoise"><img src="https://evil.example/pixel.gif"><svg><image href="https://evil.example/s.svg"/></svg>
<a href="https://evil.example/login" target="_blank">https://banque.example</a> <a href="javascript:alert(3)">ici</a>
--r
Content-Type: image/png
Content-ID: <photo@ardoise>
Content-Transfer-Encoding: base64

iVBORw0KGgo=
--r--
--m
Content-Type: application/octet-stream; name="../../notes.exe"
Content-Disposition: attachment; filename="../../notes.exe"
Content-Transfer-Encoding: base64

ZmljaGllcg==
--m--
`

// box adds a mailbox, so that answers can leave.
func (k *desktop) box() (m mailbox.Mailbox) {
	k.t.Helper()
	k.write(func(ctx context.Context, tx *db.Tx) (err error) {
		m, err = mailbox.Create(ctx, tx, journal.System(), k.now, mailbox.Mailbox{Name: "Support Gardian", Address: "support@gardian.example",
			IMAP: mailbox.Server{Host: "imap.gardian.example"}, SMTP: mailbox.Server{Host: "smtp.gardian.example"}, Active: true,
			SignatureFR: "L’équipe Gardian"})
		return err
	})
	return m
}

// arrives takes a mail in as it comes from a server.
func (k *desktop) arrives(raw string) intake.Outcome {
	k.t.Helper()
	p, err := intake.Prepare(k.door.Answer, intake.Origin{Source: "file"}, strings.NewReader(strings.ReplaceAll(raw, "\n", "\r\n")))
	if err != nil {
		k.t.Fatal(err)
	}
	out, err := intake.Take(k.t.Context(), k.db, k.door.Answer, k.now, []*intake.Prepared{p})
	if err != nil {
		k.t.Fatal(err)
	}
	return out[0]
}

func (k *desktop) opened() (intake.Outcome, bodyOpened) {
	k.t.Helper()
	k.box()
	o := k.arrives(richMail)
	var b bodyOpened
	k.call(200, "POST", "/api/messages/"+string(idOf(o.EntryID))+"/body", nil, &b)
	return o, b
}

// frameGet is what the frame's own engine asks for: no cookie, another site.
func (k *desktop) frameGet(path, dest, mode string) (int, string, map[string][]string) {
	r := k.request("GET", path, nil)
	r.Header.Del("Cookie")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	r.Header.Set("Sec-Fetch-Dest", dest)
	r.Header.Set("Sec-Fetch-Mode", mode)
	w := k.do(r)
	return w.Code, w.Body.String(), w.Header()
}

func TestAMailIsADocumentOfItsOwn(t *testing.T) {
	k := newDesk(t)
	_, b := k.opened()
	if b.RemoteBlocked != 1 || len(b.Links) != 1 || b.Links[0].Host != "evil.example" || b.Links[0].Warnings[0].Key != "mail.link.other_host" {
		t.Errorf("%+v", b)
	}
	code, page, head := k.frameGet(b.URL, "iframe", "navigate")
	if code != 200 {
		t.Fatal(code, page)
	}
	for _, bad := range []string{"script", "onclick", "evil.example", "javascript", "svg", "_blank", "cid:"} {
		if strings.Contains(page, bad) {
			t.Errorf("%q in %s", bad, page)
		}
	}
	for _, good := range []string{"l’imprimante <b>du 2e</b> fume", b.URL + "part/1", b.URL + "out/0"} {
		if !strings.Contains(page, good) {
			t.Errorf("no %q in %s", good, page)
		}
	}
	want := "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src " + testOrigin + b.URL +
		"part/; form-action 'none'; base-uri 'none'; frame-ancestors " + testOrigin
	if got := head["Content-Security-Policy"]; len(got) != 1 || got[0] != want {
		t.Errorf("policy %q", got)
	}
	if head["X-Frame-Options"] != nil || head["Referrer-Policy"][0] != "no-referrer" {
		t.Error(head)
	}
}

func TestAMailShowsItsOwnPictureAndNothingElse(t *testing.T) {
	k := newDesk(t)
	_, b := k.opened()
	code, body, head := k.frameGet(b.URL+"part/1", "image", "no-cors")
	if code != 200 || !strings.HasPrefix(body, "\x89PNG") || head["Content-Type"][0] != "image/png" || head["Cross-Origin-Resource-Policy"][0] != "cross-origin" {
		t.Error(code, head)
	}
	for _, n := range []string{"0", "2", "9", "-1", "x", "1/../../1"} {
		if code, _, _ := k.frameGet(b.URL+"part/"+n, "image", "no-cors"); code == 200 {
			t.Error("part", n, "was shown")
		}
	}
}

func TestALinkOnlyAsks(t *testing.T) {
	k := newDesk(t)
	o, b := k.opened()
	asked, done := k.door.asking.listen(who1(k))
	defer done()
	for _, bad := range []struct{ path, dest, mode string }{{"out/1", "iframe", "navigate"}, {"out/x", "iframe", "navigate"},
		{"out/-1", "iframe", "navigate"}, {"out/0", "image", "no-cors"}, {"out/0", "empty", "cors"}} {
		if code, _, _ := k.frameGet(b.URL+bad.path, bad.dest, bad.mode); code != 404 {
			t.Error(bad, code)
		}
	}
	if code, body, head := k.frameGet(b.URL+"out/0", "iframe", "navigate"); code != 204 || body != "" || head["Location"] != nil {
		t.Error(code, body, head)
	}
	select {
	case q := <-asked:
		if q.MessageID != idOf(o.EntryID) || q.Link.Href != "https://evil.example/login" {
			t.Errorf("%+v", q)
		}
	default:
		t.Error("nobody was asked")
	}
	select {
	case q := <-asked:
		t.Errorf("asked again: %+v", q)
	default:
	}
}

// who1 is the session that the desk's own token opens.
func who1(k *desktop) int64 {
	k.t.Helper()
	v, err := k.door.session(k.request("GET", "/", nil))
	if err != nil {
		k.t.Fatal(err)
	}
	return v.session.ID
}

func TestACapabilityOpensOneMessageForOneSession(t *testing.T) {
	k := newDesk(t)
	o, b := k.opened()
	var again bodyOpened
	k.call(200, "POST", "/api/messages/"+string(idOf(o.EntryID))+"/body", nil, &again)
	if again.URL != b.URL {
		t.Error("the same session gets two capabilities for one message")
	}
	first := k.token
	k.token = k.enter(k.agent.ID)
	k.call(200, "POST", "/api/messages/"+string(idOf(o.EntryID))+"/body", nil, &again)
	if again.URL == b.URL {
		t.Error("two sessions share a capability")
	}
	if code, _, _ := k.frameGet(b.URL+"other", "iframe", "navigate"); code == 200 {
		t.Error("another path below the capability is shown")
	}
	if code, _, _ := k.frameGet(b.URL, "document", "navigate"); code != 404 {
		t.Error("shown outside a frame:", code)
	}
	if code, _, _ := k.frameGet("/m/"+strings.Repeat("A", 43)+"/", "iframe", "navigate"); code != 404 {
		t.Error("a guess:", code)
	}
	k.token = first
	k.revoke()
	for _, path := range []string{b.URL, b.URL + "part/1", b.URL + "out/0"} {
		for _, dest := range []string{"iframe", "image"} {
			if code, _, _ := k.frameGet(path, dest, "navigate"); code != 404 {
				t.Error("after the session:", path, dest, code)
			}
		}
	}
	k.now = k.now.Add(25 * grantLife / 24)
	if code, _, _ := k.frameGet(again.URL, "iframe", "navigate"); code != 404 {
		t.Error("after a day:", code)
	}
}

func TestFilesAreDownloadedAndNeverShown(t *testing.T) {
	k := newDesk(t)
	o, _ := k.opened()
	base := "/api/messages/" + string(idOf(o.EntryID))
	w := k.call(200, "GET", base+"/attachments/2", nil, nil)
	h := w.Header()
	if w.Body.String() != "fichier" || h.Get("Content-Type") != "application/octet-stream" || h.Get("Content-Length") != "7" {
		t.Error(w.Body, h)
	}
	if d := h.Get("Content-Disposition"); !strings.HasPrefix(d, "attachment") || strings.ContainsAny(d, `/\`) {
		t.Error(d)
	}
	if !strings.HasPrefix(h.Get("Content-Security-Policy"), "sandbox") {
		t.Error(h)
	}
	k.refused(404, "GET", base+"/attachments/0", nil) // the text is no file
	k.refused(404, "GET", base+"/attachments/7", nil)
	raw := k.call(200, "GET", base+"/raw", nil, nil)
	if !strings.HasPrefix(raw.Body.String(), "From: Nadia Roux") || !strings.Contains(raw.Header().Get("Content-Disposition"), ".eml") {
		t.Error(raw.Header())
	}
	if again := k.call(200, "GET", "/api/mails/"+string(idOf(o.MailID))+"/raw", nil, nil); again.Body.String() != raw.Body.String() {
		t.Error("the dock has another source")
	}
}
