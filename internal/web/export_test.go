package web

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"guichet/internal/db"
	"guichet/internal/db/dbtest"
)

func TestListsAreExported(t *testing.T) {
	dbtest.Each(t, exported)
}

func exported(t *testing.T, d *db.DB) {
	t.Setenv("TMPDIR", t.TempDir())
	k := newDeskOn(t, d)
	k.box()
	number := string(idOf(k.arrives(plainMail).TicketID))
	var v ticketView
	k.call(200, "GET", "/api/tickets/"+number, nil, &v)
	k.call(200, "PATCH", "/api/tickets/"+number, map[string]any{"version": v.Version, "subject": "=HYPERLINK(\"http://x.example\")"}, nil)
	for range 3 {
		k.call(200, "POST", "/api/tickets", map[string]any{"channel": "call", "subject": "Écran noir; l’autre aussi", "text": "x", "contact": map[string]string{"name": "Zoé", "email": "", "phone": ""}}, nil)
	}

	w := k.call(200, "GET", "/api/export/tickets?q=statut:nouveau&sort=oldest&format=csv", nil, nil)
	if !strings.Contains(w.Header().Get("Content-Disposition"), ".csv") {
		t.Error(w.Header())
	}
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(w.Body.Bytes(), []byte("\ufeff"))))
	r.Comma = ';'
	lines, err := r.ReadAll()
	if err != nil || len(lines) != 5 || lines[0][1] != "Objet" || lines[1][1] != "'=HYPERLINK(\"http://x.example\")" || lines[2][1] != "Écran noir; l’autre aussi" || lines[2][2] != "Nouveau" {
		t.Errorf("%q, %v", lines, err)
	}
	w = k.call(200, "GET", "/api/export/tickets?q=canal:appel&format=xlsx", nil, nil)
	f, err := excelize.OpenReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	all, err := f.GetRows("Tickets")
	if err != nil || len(all) != 4 || all[1][10] != "Téléphone" {
		t.Errorf("%q, %v", all, err)
	}
	for _, bad := range []string{"?q=statut:perdu&format=csv", "?q=&format=csv", "?q=statut:nouveau&format=exe", "?q=statut:nouveau&sort=colour&format=csv"} {
		k.refused(422, "GET", "/api/export/tickets"+bad, nil)
	}
	if left, err := filepath.Glob(filepath.Join(os.TempDir(), "guichet-export-*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
