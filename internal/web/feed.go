package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"guichet/internal/fault"
	"guichet/internal/journal"
	"guichet/internal/people"
)

// A window that missed more entries than maxBehind loads anew instead.
const (
	feedPage  = 500
	maxBehind = 5000
)

// stream is one window's feed of server-sent events.
type stream struct {
	d    *door
	w    http.ResponseWriter
	rc   *http.ResponseController
	seq  int64
	self visitor
}

// feed streams what happens: one "change" for each journal entry, "status" when
// the loops' state changes, "question" for a click in a mail. A window that
// comes back says what it has seen last.
func feed(d *door, w http.ResponseWriter, r *http.Request) {
	s := &stream{d: d, w: w, rc: http.NewResponseController(w), self: who(r.Context())}
	reset, err := s.from(r)
	if err != nil {
		writeProblem(w, d.problemOf(r.Context(), r.Pattern, err))
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no")
	if reset {
		err = s.send("reset", 0, struct{}{})
	}
	if err == nil {
		err = s.follow(r)
	}
	if err != nil && r.Context().Err() == nil {
		// The headers are out: the window sees the end and comes back.
		d.Log.Info("a feed ended", "error", err)
	}
}

// from finds where the window goes on, and whether it has to load anew.
func (s *stream) from(r *http.Request) (reset bool, err error) {
	last, err := journal.Last(r.Context(), s.d.DB)
	if err != nil {
		return false, err
	}
	given := r.Header.Get("Last-Event-ID")
	if given == "" {
		given = r.URL.Query().Get("since")
	}
	s.seq = last
	if given == "" {
		return false, nil
	}
	seq, err := strconv.ParseInt(given, 10, 64)
	if err != nil || seq < 0 {
		return false, fault.New(fault.Invalid, "web.request")
	}
	if seq > last || last-seq > maxBehind {
		return true, nil
	}
	s.seq = seq
	return false, nil
}

func (s *stream) follow(r *http.Request) error {
	ctx := r.Context()
	asked, done := s.d.asking.listen(s.self.session.ID)
	defer done()
	beat := time.NewTicker(s.d.beat)
	defer beat.Stop()
	for status := true; ; {
		// First the channels, then the reading: nothing between is missed.
		changed, moved := s.d.DB.Changed(), s.d.Desk.changed()
		if status {
			if err := s.status(r); err != nil {
				return err
			}
		}
		if err := s.entries(r); err != nil {
			return err
		}
		status = false
		select {
		case <-ctx.Done():
			return nil
		case <-changed:
		case <-moved:
			status = true
		case q := <-asked:
			if err := s.send("question", 0, q); err != nil {
				return err
			}
		case <-beat.C:
			if err := s.line(": still here\n\n"); err != nil {
				return err
			}
		}
	}
}

func (s *stream) status(r *http.Request) error {
	now, err := s.d.status(r.Context())
	if err != nil {
		return err
	}
	return s.send("status", 0, now)
}

// entries sends what the journal has since. It ends the stream of a session that
// no longer holds.
func (s *stream) entries(r *http.Request) error {
	for {
		list, err := journal.Since(r.Context(), s.d.DB, s.seq, feedPage)
		if err != nil {
			return err
		}
		for _, e := range list {
			s.seq = e.Seq
			if quiet[e.Kind] {
				continue
			}
			if err := s.send("change", e.Seq, changeOf(e)); err != nil {
				return err
			}
			if e.Subject == "session" || e.Subject == "agent" {
				if _, _, err := people.SessionByToken(r.Context(), s.d.DB, s.d.Now(), s.self.token); err != nil {
					return err
				}
			}
		}
		if len(list) < feedPage {
			return s.rc.Flush()
		}
	}
}

// quiet are the kinds of entries of which an archive makes thousands: a window
// hears of the archive as a whole when it is there.
var quiet = map[string]bool{"ticket.imported": true, "message.imported": true, "mail.imported": true, "ticket.unimported": true,
	"message.unimported": true}

func changeOf(e journal.Entry) feedChange {
	return feedChange{Seq: e.Seq, At: ms(e.At), Kind: e.Kind, Subject: e.Subject, SubjectID: idOf(e.SubjectID),
		TicketID: idOf(e.TicketID), Actor: e.Actor.Kind, ActorID: idOf(e.Actor.ID)}
}

func (s *stream) send(event string, seq int64, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("feed: %w", err)
	}
	text := "event: " + event + "\ndata: " + string(data) + "\n\n"
	if seq != 0 {
		text = "id: " + strconv.FormatInt(seq, 10) + "\n" + text
	}
	return s.line(text)
}

// line writes and moves the deadline on: a window that reads nothing for long
// loses its feed, not the server a goroutine.
func (s *stream) line(text string) error {
	// A writer that knows no deadlines (a test's recorder) is bounded by its test.
	_ = s.rc.SetWriteDeadline(time.Now().Add(max(3*s.d.beat, 30*time.Second)))
	if _, err := s.w.Write([]byte(text)); err != nil {
		return err
	}
	return s.rc.Flush()
}
