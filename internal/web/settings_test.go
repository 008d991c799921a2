package web

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"guichet/internal/db"
	"guichet/internal/db/dbtest"
	"guichet/internal/mail/oauth"
	"guichet/internal/mailbox"
	"guichet/internal/secret"
)

// withKey gives the desk the key that seals passwords, in a file of its own.
func withKey(t *testing.T) func(*Options) {
	return func(o *Options) {
		key, err := secret.Open(t.Context(), o.DB, secret.Options{Folder: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		o.Key = key
		o.Tokens = &oauth.Keeper{DB: o.DB, Key: key, Now: time.Now}
	}
}

func boxOf(host, password string) map[string]any {
	return map[string]any{"name": "Support", "address": "support@gardian.example", "aliases": []string{"aide@gardian.example"}, "language": "fr",
		"imap": map[string]any{"host": host, "port": 993, "security": "tls", "user": "support", "password": password, "folder": "INBOX", "after": "flag"},
		"smtp": map[string]any{"host": host, "port": 465, "security": "tls", "user": "support", "password": password}, "savesSent": true,
		"signatureFr": "L’équipe", "signatureEn": "The team", "acknowledge": true, "active": true}
}

func TestAMailboxNeverShowsItsPassword(t *testing.T) {
	k := newDesk(t, withKey(t))
	var box boxView
	w := k.call(200, "POST", "/api/mailboxes", boxOf("mail.gardian.example", "mot-de-passe"), &box)
	stored, err := secret.Get(t.Context(), k.db, k.door.Key, mailbox.Owner(box.ID.n(), "imap"))
	if err != nil || stored.Reveal() != "mot-de-passe" {
		t.Fatal(err)
	}
	form := boxOf("mail.gardian.example", "")
	form["version"] = box.Version
	form["name"] = "Assistance"
	answers := []*bytes.Buffer{w.Body, k.call(200, "PATCH", "/api/mailboxes/"+string(box.ID), form, &box).Body,
		k.call(200, "GET", "/api/mailboxes", nil, nil).Body, k.call(200, "GET", "/api/me", nil, nil).Body}
	for _, a := range answers {
		if strings.Contains(a.String(), "mot-de-passe") || strings.Contains(a.String(), `"password"`) {
			t.Error(a)
		}
	}
	if stored, err = secret.Get(t.Context(), k.db, k.door.Key, mailbox.Owner(box.ID.n(), "smtp")); err != nil || stored.Reveal() != "mot-de-passe" {
		t.Error("a form without a password changed it", err)
	}
	bad := boxOf("", "mot-de-passe")
	p := k.refused(422, "POST", "/api/mailboxes", bad)
	if len(p.Fields) != 2 || p.Fields[0].Name != "imap.host" || p.Fields[1].Name != "smtp.host" {
		t.Errorf("%+v", p)
	}
	bad["imap"].(map[string]any)["security"] = "mot-de-passe"
	if w := k.call(422, "POST", "/api/mailboxes", bad, nil); strings.Contains(w.Body.String(), "mot-de-passe") {
		t.Error("a refusal tells what was sent:", w.Body)
	}
}

// A stored password is read by nobody, and neither is it by who names a server of
// their own and waits for the next fetch.
func TestAStoredPasswordGoesToNoOtherServer(t *testing.T) {
	k := newDesk(t, withKey(t))
	var box boxView
	k.call(200, "POST", "/api/mailboxes", boxOf("mail.gardian.example", "mot-de-passe"), &box)
	path := "/api/mailboxes/" + string(box.ID)
	change := func(host, security, password string) map[string]any {
		form := with(boxOf(host, password), "version", box.Version)
		form["imap"].(map[string]any)["security"] = security
		return form
	}
	for name, form := range map[string]map[string]any{"another host": change("mail.evil.example", "tls", ""), "in the clear": change("mail.gardian.example", "none", "")} {
		p := k.refused(422, "PATCH", path, form)
		if len(p.Fields) == 0 || p.Fields[0].Name != "imap.password" || p.Fields[0].Key != "web.password_again" {
			t.Errorf("%s: %+v", name, p)
		}
	}
	k.call(200, "PATCH", path, change("MAIL.gardian.example", "starttls", ""), &box)
	k.call(200, "PATCH", path, change("mail.elsewhere.example", "tls", "un-autre"), &box)
	if kept, err := secret.Get(t.Context(), k.db, k.door.Key, mailbox.Owner(box.ID.n(), "imap")); err != nil || kept.Reveal() != "un-autre" {
		t.Errorf("%q, %v", kept.Reveal(), err)
	}
}

func TestAConnectionTestSaysWhichStepFailed(t *testing.T) {
	k := newDesk(t, withKey(t))
	form := boxOf("127.0.0.1", "x")
	for _, side := range []string{"imap", "smtp"} {
		form[side].(map[string]any)["port"] = 1 // nothing listens there
	}
	var tested boxTested
	k.call(200, "POST", "/api/mailboxes/test", form, &tested)
	for side, steps := range map[string]list[testStep]{"imap": tested.IMAP, "smtp": tested.SMTP} {
		if len(steps) == 0 || steps[len(steps)-1].Ok || steps[len(steps)-1].Error == nil {
			t.Errorf("%s: %+v", side, steps)
		}
	}
}

func TestFirstStartAndSettings(t *testing.T) {
	dbtest.Each(t, firstStartAndSettings)
}

func firstStartAndSettings(t *testing.T, d *db.DB) {
	k := newDeskOn(t, d, withKey(t))
	p := k.refused(422, "POST", "/api/setup", map[string]any{"teamName": "Gardian", "agentName": "Léa", "agentEmail": "nobody", "language": "en"})
	if len(p.Fields) != 1 || p.Fields[0].Name != "agentEmail" {
		t.Errorf("%+v", p)
	}
	var self me
	k.call(200, "GET", "/api/me", nil, &self)
	if !self.NeedsSetup {
		t.Error("a new desk needs no set-up")
	}
	k.call(204, "POST", "/api/setup", map[string]any{"teamName": "Gardian", "agentName": "Léa", "agentEmail": "lea@gardian.example", "language": "en"}, nil)
	k.box()
	k.call(200, "GET", "/api/me", nil, &self)
	if self.NeedsSetup || self.TeamName != "Gardian" || self.Agent.Name != "Léa" || self.Agent.Language != "en" {
		t.Errorf("%+v", self)
	}
	var s settingsView
	k.call(200, "GET", "/api/settings", nil, &s)
	if s.HasRecovery || s.KeyPlace != "folder" || s.Version != 1 {
		t.Errorf("%+v", s)
	}
	k.call(200, "PATCH", "/api/settings", map[string]any{"version": 1, "teamName": "Gardian SAS", "language": "fr", "backupFolder": "sauvegardes"}, &s)
	k.refused(409, "PATCH", "/api/settings", map[string]any{"version": 1, "teamName": "X", "language": "fr"})
	var phrase recoveryPhrase
	k.call(200, "POST", "/api/recovery", nil, &phrase)
	k.call(200, "GET", "/api/settings", nil, &s)
	if !s.HasRecovery || len(phrase.Phrase) < 40 {
		t.Errorf("%+v %q", s, phrase.Phrase)
	}
}

func TestBackups(t *testing.T) {
	made := Backup{Path: "folder/2026-11-23", At: testTime0, Size: 12}
	k := newDesk(t, func(o *Options) {
		o.Backups = func(context.Context) ([]Backup, error) { return []Backup{made}, nil }
		o.MakeBackup = func(_ context.Context, folder string) (Backup, error) {
			if folder != "folder" {
				return Backup{}, errors.New("another folder")
			}
			return made, nil
		}
	})
	var rows backupRows
	k.call(200, "GET", "/api/backups", nil, &rows)
	k.call(200, "POST", "/api/backups", map[string]any{"folder": "folder"}, nil)
	k.refused(500, "POST", "/api/backups", map[string]any{})
	if len(rows.Items) != 1 || rows.Items[0].Size != 12 {
		t.Errorf("%+v", rows)
	}
	k.door.MakeBackup = nil
	k.refused(403, "POST", "/api/backups", map[string]any{})
}

func TestTheShell(t *testing.T) {
	var did []string
	ready := false
	k := newDesk(t, func(o *Options) {
		o.Shell = func() (Shell, bool) {
			return Shell{
				SaveFile: func(_ context.Context, name string, r io.Reader) (string, bool, error) {
					body, err := io.ReadAll(r)
					did = append(did, "save "+name+" "+string(body[:min(len(body), 7)]))
					return "/home/" + name, true, err
				},
				OpenURL: func(_ context.Context, raw string) error { did = append(did, "open "+raw); return nil },
				Notify: func(_ context.Context, title, body string) error {
					did = append(did, "notify "+title+" "+body)
					return nil
				},
				SetTitle: func(title string) { did = append(did, "title "+title) },
			}, ready
		}
	})
	o, _ := k.opened()
	message := idOf(o.EntryID)
	k.refused(503, "POST", "/shell/title", map[string]any{"text": "Guichet (3)"})
	ready = true
	k.call(204, "POST", "/shell/title", map[string]any{"text": "Guichet (3)"}, nil)
	k.call(204, "POST", "/shell/notify", map[string]any{"title": "Nouveau", "text": "Imprimante"}, nil)
	k.call(204, "POST", "/shell/open", map[string]any{"messageId": message, "n": 0}, nil)
	k.refused(404, "POST", "/shell/open", map[string]any{"messageId": message, "n": 5})
	k.refused(404, "POST", "/shell/open", map[string]any{"messageId": message, "href": "https://elsewhere.example/"})
	var saved shellSaved
	k.call(200, "POST", "/shell/save", map[string]any{"messageId": message, "part": 2}, &saved)
	k.call(200, "POST", "/shell/save", map[string]any{"messageId": message}, nil)
	k.call(200, "POST", "/shell/save", map[string]any{"mailId": idOf(o.MailID)}, nil)
	k.refused(422, "POST", "/shell/save", map[string]any{})
	k.refused(404, "POST", "/shell/save", map[string]any{"messageId": message, "part": 0})
	want := []string{"title Guichet (3)", "notify Nouveau Imprimante", "open https://evil.example/login", "save notes.exe fichier",
		"save Imprimante à l'arrêt.eml From: N", "save Imprimante à l'arrêt.eml From: N"}
	if strings.Join(did, "\n") != strings.Join(want, "\n") || !saved.Saved {
		t.Errorf("%q", did)
	}
}

func TestOldGrantsGoFirst(t *testing.T) {
	g := newGrants()
	now := time.Unix(0, 0)
	var first string
	for n := range maxGrants + 1 {
		name, err := g.give(visitor{}, int64(n+1), nil, now.Add(time.Duration(n)*time.Second))
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			first = name
		}
	}
	if _, ok := g.open(first, now.Add(time.Hour)); ok || len(g.of) != maxGrants {
		t.Error("the oldest is kept,", len(g.of))
	}
}
