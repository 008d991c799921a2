package web

import (
	"strings"
	"testing"

	"guichet/internal/db"
	"guichet/internal/db/dbtest"
	"guichet/internal/people"
	"guichet/internal/words"
)

func TestImportIsSeenBeforeItIsDone(t *testing.T) {
	dbtest.Each(t, importIsSeenBeforeItIsDone)
}

func importIsSeenBeforeItIsDone(t *testing.T, d *db.DB) {
	k := newDeskOn(t, d)
	file := []byte("Nom;Courriel;Soci\xe9t\xe9\r\nNadia Roux;nadia@ardoise.example;Ardoise\r\nSans adresse;pas une adresse;Ardoise\r\n")
	var plan, done importResult
	k.call(200, "POST", "/api/contacts/import", map[string]any{"csv": file, "apply": false}, &plan)
	if plan.Totals != (importTotals{Create: 1, Refuse: 1}) || plan.Applied || plan.Mapping.Client != 2 || len(plan.Clients) != 1 || plan.Rows[1].Problem == nil {
		t.Fatalf("%+v", plan)
	}
	var page contactPage
	if k.call(200, "GET", "/api/contacts", nil, &page); len(page.Items) != 0 {
		t.Error("a preview made contacts")
	}
	k.refused(409, "POST", "/api/contacts/import", map[string]any{"csv": file, "apply": true, "digest": "another"})
	k.call(200, "POST", "/api/contacts/import", map[string]any{"csv": file, "apply": true, "digest": plan.Digest, "mapping": plan.Mapping}, &done)
	if k.call(200, "GET", "/api/contacts", nil, &page); len(page.Items) != 1 || page.Items[0].Client == nil || !done.Applied {
		t.Errorf("%+v", page)
	}
	k.refused(422, "POST", "/api/contacts/import", map[string]any{"csv": []byte{}, "apply": false})
}

// The largest file that the importer takes comes through the door, and what is
// larger is refused in a whole sentence.
func TestALargeFileIsImported(t *testing.T) {
	k := newDesk(t)
	line := "Nadia Roux;nadia@ardoise.example;" + strings.Repeat("x", 1000) + "\n"
	file := func(size int) map[string]any {
		return map[string]any{"csv": []byte("nom;mail;note\n" + strings.Repeat(line, size/len(line))), "apply": false}
	}
	var out importResult
	k.call(200, "POST", "/api/contacts/import", file(people.ImportBytes), &out)
	if len(out.Rows) < 15_000 {
		t.Errorf("%d rows", len(out.Rows))
	}
	if p := k.refused(422, "POST", "/api/contacts/import", file(people.ImportBytes+3*len(line))); p.Key != "people.import.too_big" {
		t.Errorf("%+v", p)
	}
	for path, body := range map[string]any{"/api/contacts/import": file(2 * people.ImportBytes), "/api/blocked": map[string]any{"pattern": strings.Repeat("x", maxJSON)}} {
		if p := k.refused(413, "POST", path, body); strings.Contains(words.Say(words.French, p.Key), "{") {
			t.Errorf("%s: a sentence with a hole: %+v", path, p)
		}
	}
}
