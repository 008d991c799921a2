package db_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"guichet/internal/db"
)

// What the first version knew of, however the later ones call what they added.
const known = `SELECT t.number || ' ' || t.subject || ' ' || t.status || ' ' || t.version || ' ' || c.name || ' ' || p.name || ' ' || a.address || ' ' ||
	m.fate || ' ' || g.body || ' ' || o.state || ' ' || o.rfc_id || ' ' || b.size || ' ' || j.kind || ' ' || s.value || ' ' || n.value
	FROM ticket t, client c, contact p, contact_address a, mail m, message g, outbox o, blob b, journal j, setting s, counter n
	WHERE s.name = 'team.name' AND n.name = 'id'`

const told = "7 Imprimante open 4 Conserverie Énora enora@conserverie.example opened Elle ne marche pas waiting ours@x 3 ticket.opened Atelier 100"

// D3: a database of every version that there was is brought up to date with all
// that is in it, and the copy made before holds it as it was.
func TestEveryOlderDatabaseIsBroughtUpToDate(t *testing.T) {
	last, err := db.Older(t.Context(), filepath.Join(t.TempDir(), "guichet.db"), 1)
	if err != nil || last < 5 {
		t.Fatalf("%d versions, %v", last, err)
	}
	for version := int64(1); version < last; version++ {
		t.Run(fmt.Sprint(version), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "guichet.db")
			if _, err := db.Older(t.Context(), path, version); err != nil {
				t.Fatal(err)
			}
			d, err := db.Open(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := db.Value[string](t.Context(), d, known); err != nil || got != told {
				t.Errorf("now %q, %v", got, err)
			}
			if n, err := db.Value[int64](t.Context(), d, "SELECT MAX(version_id) FROM schema_version"); err != nil || n != last {
				t.Errorf("brought to version %d of %d, %v", n, last, err)
			}
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
			before(t, path, version)
		})
	}
}

// before looks at the copy that was made first.
func before(t *testing.T, path string, version int64) {
	t.Helper()
	copies, err := filepath.Glob(fmt.Sprintf("%s.v%d-*", path, version))
	if err != nil || len(copies) != 1 {
		t.Fatalf("copies: %v, %v", copies, err)
	}
	c, err := sql.Open("sqlite3", "file:"+copies[0]+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var said string
	var at int64
	if err := c.QueryRow(known).Scan(&said); err != nil || !strings.HasPrefix(said, "7 Imprimante") {
		t.Errorf("the copy: %q, %v", said, err)
	}
	if err := c.QueryRow("SELECT MAX(version_id) FROM schema_version").Scan(&at); err != nil || at != version {
		t.Errorf("the copy is of version %d, not %d: %v", at, version, err)
	}
}
