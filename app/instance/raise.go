package instance

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// RaisePath is where RaiseHandler is mounted. It is the one route that asks for the
// secret of the owner note in place of a session.
const RaisePath = "/instance/raise"

// patience is how long Raise waits for a holder that is still starting.
const patience = 20 * time.Second

// ErrNoWindow is what Raise says when the holder has no window (guichet serve); the
// *Taken with the sentence for the person stands in the same error.
var ErrNoWindow = errors.New("the holder of the data folder has no window")

// RaiseHandler answers a second start: with the right secret it calls raise and
// says 204; anything else is 403.
func (in *Instance) RaiseHandler(raise func()) http.Handler {
	want := []byte("Bearer " + in.owner.Secret)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got := []byte(r.Header.Get("Authorization"))
		if r.Method != http.MethodPost || subtle.ConstantTimeCompare(got, want) != 1 {
			http.Error(w, "forbidden", http.StatusForbidden)
			return
		}
		raise()
		w.WriteHeader(http.StatusNoContent)
	})
}

// Raise asks the holder to show its window. It returns nil once the holder has
// answered and ErrNoWindow when it has none. The holder may still be starting, so a
// refused connection is tried again for 20 seconds or until ctx ends; then the error
// says, to a person, that the holder does not answer.
func (t *Taken) Raise(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	last := errors.New("the holder has not said where it listens")
	for {
		o, err := readOwner(t.Dir)
		switch {
		case err != nil:
			last = err
		case o.Addr != "" && !o.Window:
			return fmt.Errorf("%w: %w", ErrNoWindow, t)
		case o.Addr != "":
			if last = o.raise(ctx); last == nil {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return t.silent(last)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// raise sends one request straight to the address of the note: no proxy, no redirect.
func (o Owner) raise(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+o.Addr+RaisePath, http.NoBody)
	if err != nil {
		return err
	}
	req.Host = o.Host
	req.Header.Set("Authorization", "Bearer "+o.Secret)
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	if err := res.Body.Close(); err != nil {
		return err
	}
	if res.StatusCode != http.StatusNoContent {
		return fmt.Errorf("the holder answered %s", res.Status)
	}
	return nil
}
