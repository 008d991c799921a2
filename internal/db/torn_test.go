package db_test

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"guichet/internal/db"
)

// rounds is how often chance is asked, and from which seed it is printed.
func rounds(t *testing.T, few, many int) (int, *rand.Rand) {
	seed := uint64(time.Now().UnixNano())
	if s := os.Getenv("GUICHET_SEED"); s != "" {
		if _, err := fmt.Sscan(s, &seed); err != nil {
			t.Fatalf("GUICHET_SEED: %v", err)
		}
	}
	t.Logf("GUICHET_SEED=%d", seed)
	if os.Getenv("GUICHET_SOAK") == "1" {
		few = many
	}
	return few, rand.New(rand.NewPCG(seed, 2))
}

// walEnd is where the frames that count end: those of the log's own run. Behind
// them there may be frames of a run before (https://www.sqlite.org/walformat.html).
func walEnd(t *testing.T, wal []byte) int {
	t.Helper()
	if len(wal) < 32 {
		t.Fatal("the log is empty")
	}
	frame := 24 + int(binary.BigEndian.Uint32(wal[8:]))
	end := 32
	for end+frame <= len(wal) && string(wal[end+8:end+16]) == string(wal[16:24]) {
		end += frame
	}
	return end
}

// torn is a database in the middle of its life: its file, its log, and where in
// the log each commit ends.
type torn struct {
	file, wal []byte
	before    int   // commits that the file itself holds
	ends      []int // of the others, in order
}

// lived writes a large commit, which the file holds, and n of 1 to 30 rows, which
// the log holds that began anew on top of the older one.
func lived(t *testing.T, r *rand.Rand, n int) (w torn) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "guichet.db")
	d, err := db.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	read := func(name string) []byte {
		body, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return body
	}
	w.before = 1
	for i := range w.before + n {
		rows := 1 + r.IntN(30)
		if i < w.before {
			rows = 4000
		} else if i == w.before {
			settleLog(t, path)
		}
		if err := d.Write(t.Context(), func(tx *db.Tx) error { return numbered(t.Context(), tx, i, rows) }); err != nil {
			t.Fatal(err)
		}
		if i >= w.before {
			w.ends = append(w.ends, walEnd(t, read(path+"-wal")))
		}
	}
	w.file, w.wal = read(path), read(path+"-wal")
	if len(w.wal) <= w.ends[len(w.ends)-1] {
		t.Error("nothing older lies behind the log: the harder half is not tried")
	}
	return w
}

// numbered is commit i: its rows say so, and how many there are.
func numbered(ctx context.Context, tx *db.Tx, i, rows int) error {
	for row := range rows {
		if _, err := tx.Exec(ctx, "INSERT INTO setting (name, value) VALUES (?, ?)", fmt.Sprintf("%05d.%04d", i, row), fmt.Sprintf("%d of %d %0100d", i, rows, row)); err != nil {
			return err
		}
	}
	return nil
}

// settleLog writes the log back into the file, so that it begins anew.
func settleLog(t *testing.T, path string) {
	t.Helper()
	c, err := sql.Open("sqlite3", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	var busy, frames, done int
	err = c.QueryRowContext(t.Context(), "PRAGMA wal_checkpoint(PASSIVE)").Scan(&busy, &frames, &done)
	if err := errors.Join(err, c.Close()); err != nil || frames != done {
		t.Fatalf("%d of %d frames, %v", done, frames, err)
	}
}

// R2: whatever a power cut leaves of the log, the database is as it was after one
// of its commits, and after no earlier one than the last that was synced whole.
func TestATornLogLosesNoCommitBeforeTheTear(t *testing.T) {
	n, r := rounds(t, 40, 500)
	w := lived(t, r, 40)
	inside := 0
	for range n {
		last := w.ends[len(w.ends)-1]
		cut := r.IntN(last + 1)
		if r.IntN(2) == 0 { // close to where a commit ends
			cut = min(max(w.ends[r.IntN(len(w.ends))]+r.IntN(60)-30, 0), len(w.wal))
		}
		wal := append([]byte{}, w.wal...)
		switch r.IntN(3) {
		case 0: // the file ends there
			wal = wal[:cut]
		case 1: // garbage takes the place of what follows
			for i := cut; i < len(wal); i++ {
				wal[i] = byte(r.Uint32())
			}
		case 2: // and more of it than there was
			wal = wal[:cut]
			for range r.IntN(20_000) {
				wal = append(wal, byte(r.Uint32()))
			}
		}
		want := w.before
		for _, end := range w.ends {
			if end <= cut {
				want++
			}
		}
		if cut > 0 && want < w.before+len(w.ends) {
			inside++
		}
		if got := commitsIn(t, w.file, wal); got != want {
			t.Errorf("cut at %d of %d: %d commits, want %d", cut, last, got, want)
		}
	}
	if 2*inside < n {
		t.Errorf("only %d of %d cuts tore a commit", inside, n)
	}
}

// commitsIn opens a database with a log and counts its commits, each of which
// must be whole.
func commitsIn(t *testing.T, file, wal []byte) int {
	t.Helper()
	dir, err := os.MkdirTemp(t.TempDir(), "") // taken away at once: there are many
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "guichet.db")
	if err := errors.Join(os.WriteFile(path, file, 0o600), os.WriteFile(path+"-wal", wal, 0o600)); err != nil {
		t.Fatal(err)
	}
	d, err := db.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	names, err := db.All(t.Context(), d, func(v *[2]string) []any { return []any{&v[0], &v[1]} }, "SELECT name, value FROM setting ORDER BY name")
	if err != nil {
		t.Fatal(err)
	}
	commits, left := 0, 0
	for _, v := range names {
		var i, of, row int
		if _, err := fmt.Sscanf(v[1], "%d of %d %d", &i, &of, &row); err != nil {
			t.Fatal(err)
		}
		if left == 0 {
			if i != commits {
				t.Fatalf("commit %d is missing before %d", commits, i)
			}
			commits, left = commits+1, of
		}
		left--
	}
	if left != 0 {
		t.Errorf("half of commit %d", commits-1)
	}
	if err := db.Verify(t.Context(), path); err != nil {
		t.Error(err)
	}
	return commits
}
