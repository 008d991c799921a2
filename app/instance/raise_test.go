package instance_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"guichet/app/instance"
)

func TestRaiseHandlerAsksForTheSecret(t *testing.T) {
	dir := t.TempDir()
	in, err := instance.Acquire(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Release()
	b, err := os.ReadFile(filepath.Join(dir, "owner.json"))
	if err != nil {
		t.Fatal(err)
	}
	var note instance.Owner
	if err := json.Unmarshal(b, &note); err != nil {
		t.Fatal(err)
	}
	raised := 0
	h := in.RaiseHandler(func() { raised++ })
	for _, c := range []struct {
		name, method, auth string
		want               int
	}{
		{"right secret", "POST", "Bearer " + note.Secret, http.StatusNoContent},
		{"no secret", "POST", "", http.StatusForbidden},
		{"empty secret", "POST", "Bearer ", http.StatusForbidden},
		{"secret cut short", "POST", "Bearer " + note.Secret[1:], http.StatusForbidden},
		{"other scheme", "POST", "Basic " + note.Secret, http.StatusForbidden},
		{"reading", "GET", "Bearer " + note.Secret, http.StatusForbidden},
	} {
		r := httptest.NewRequest(c.method, instance.RaisePath, nil)
		r.Header.Set("Authorization", c.auth)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != c.want {
			t.Errorf("%s: %d, want %d", c.name, w.Code, c.want)
		}
	}
	if raised != 1 {
		t.Errorf("raised %d times, want 1", raised)
	}
}

func TestRaiseKeepsToItsDeadline(t *testing.T) {
	dir := t.TempDir()
	in, err := instance.Acquire(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Release()
	_, err = instance.Acquire(dir)
	taken, ok := errors.AsType[*instance.Taken](err)
	if !ok {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // the holder never announces itself
	if err := taken.Raise(ctx); err == nil || errors.Is(err, instance.ErrNoWindow) {
		t.Errorf("got %v, want a failure that names the reason", err)
	}
}
