package web

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"guichet/internal/history"
	"guichet/internal/people"
	"guichet/internal/words"

	"guichet/internal/db"
	"guichet/internal/journal"
)

const oldMail = "From: Nadia Roux <nadia@ardoise.example>\nTo: support@gardian.example\nSubject: Souris\nDate: Mon, 04 Mar 2024 09:00:00 +0100\nMessage-ID: <old@ardoise.example>\n\nElle ne bouge plus.\n"

// work does what the program's loop does.
func (k *desktop) work(i id) (v historyView) {
	k.t.Helper()
	if err := history.Run(k.t.Context(), history.Options{DB: k.db, Answer: k.door.Answer, Now: k.door.Now, Folder: k.t.TempDir()}, i.n()); err != nil {
		k.t.Fatal(err)
	}
	k.call(200, "GET", "/api/history/"+string(i), nil, &v)
	return v
}

func TestAnArchiveFromTheWindow(t *testing.T) {
	k := newDesk(t, withShell)
	path := filepath.Join(t.TempDir(), "vieux.eml")
	if err := os.WriteFile(path, []byte(oldMail), 0o600); err != nil {
		t.Fatal(err)
	}
	var row HistoryRow
	k.call(200, "POST", "/api/history", map[string]any{"kind": "files", "paths": []string{path}}, &row)
	var self me
	k.call(200, "GET", "/api/me", nil, &self)
	if row.State != "reading" || len(self.History) != 1 || self.History[0].Label != "vieux.eml" {
		t.Errorf("%+v, %+v", row, self.History)
	}
	v := k.work(row.ID)
	if v.State != "ready" || v.Opens != 1 || v.Mails != 1 || v.Strangers != 1 {
		t.Fatalf("%+v", v)
	}
	var talks historyTalks
	k.call(200, "GET", "/api/history/"+string(row.ID)+"/talks", nil, &talks)
	if len(talks.Items) != 1 || talks.Items[0].Subject != "Souris" || talks.Items[0].TicketID != "" {
		t.Errorf("%+v", talks)
	}
	k.call(200, "POST", "/api/history/"+string(row.ID)+"/move", map[string]any{"to": "importing"}, &row)
	if v = k.work(row.ID); v.State != "done" {
		t.Fatalf("%+v", v)
	}
	k.call(200, "GET", "/api/history/"+string(row.ID)+"/talks", nil, &talks)
	var tk ticketView
	k.call(200, "GET", "/api/tickets/"+string(talks.Items[0].TicketID), nil, &tk)
	if tk.Status != "closed" || tk.Unread || tk.Timeline[len(tk.Timeline)-1].Event.Said.Args["source"] != "vieux.eml" {
		t.Errorf("%+v", tk)
	}
	var undo historyUndo
	k.call(200, "GET", "/api/history/"+string(row.ID)+"/undo", nil, &undo)
	if undo.Opened != 1 || undo.Stays != 0 || undo.Mails != 1 {
		t.Errorf("%+v", undo)
	}
	k.call(200, "POST", "/api/history/"+string(row.ID)+"/move", map[string]any{"to": "undoing"}, &row)
	k.refused(409, "POST", "/api/history/"+string(row.ID)+"/move", map[string]any{"to": "importing"})
	if v = k.work(row.ID); v.State != "undone" {
		t.Errorf("%+v", v)
	}
	k.refused(404, "GET", "/api/tickets/"+string(talks.Items[0].TicketID), nil)
	var rows historyRows
	k.call(200, "GET", "/api/history", nil, &rows)
	if len(rows.Items) != 1 {
		t.Errorf("%+v", rows)
	}
}

// A desk of the network must not choose what this machine reads of its own disk,
// and who is no lead takes no archive in.
func TestWhoMayImport(t *testing.T) {
	k := newDesk(t)
	if p := k.refused(403, "POST", "/api/history", map[string]any{"kind": "files", "paths": []string{"/etc/passwd"}}); p.Key != "history.err.only_here" {
		t.Errorf("%+v", p)
	}
	k.refused(404, "POST", "/api/history", map[string]any{"kind": "imap", "mailboxId": "4711", "folder": "Archive"})
	var other people.Agent
	k.write(func(ctx context.Context, tx *db.Tx) (err error) {
		other, err = people.CreateAgent(ctx, tx, journal.System(), k.now, people.Agent{Name: "Jo", Email: "jo@gardian.example", Language: words.French, Level: 1,
			Role: people.RoleAgent, Active: true})
		return err
	})
	k.token = k.enter(other.ID)
	for _, path := range []string{"/api/history", "/api/history/1", "/api/history/1/talks", "/api/history/1/aside", "/api/history/1/undo", "/api/mailboxes/1/folders"} {
		k.refused(403, "GET", path, nil)
	}
	k.refused(403, "POST", "/api/history", map[string]any{"kind": "files", "paths": []string{"x"}})
	k.refused(403, "POST", "/api/history/1/move", map[string]any{"to": "undoing"})
}
