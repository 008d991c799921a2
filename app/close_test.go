package app

import (
	"context"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"guichet/internal/answer"
	"guichet/internal/journal"
	"guichet/internal/mail"
	"guichet/internal/people"
	"guichet/internal/ticket"
	"guichet/internal/words"

	"guichet/internal/db"
)

// An answer that can still be undone leaves when the window is closed.
func TestClosingTheWindowSendsWhatWasAnswered(t *testing.T) {
	p := program{stdout: io.Discard, stderr: io.Discard, env: func(string) string { return "" }, now: time.Now,
		log: slog.New(slog.DiscardHandler), language: words.French}
	d, servers, err := openDemo(t.Context(), p, filepath.Join(t.TempDir(), "demo"))
	if err != nil {
		t.Fatal(err)
	}
	o, err := d.loopback(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	err = d.together(t.Context(), o, d.run, nil, func(ctx context.Context) error { return answerOne(ctx, d) })
	if err != nil {
		t.Error(err)
	}
	received := servers.Received()
	if len(received) != 1 || !strings.Contains(received[0].Text(), "Redémarrez-la") {
		t.Errorf("received %+v", received)
	}
	if err := servers.Close(); err != nil {
		t.Error(err)
	}
	if err := d.close(); err != nil {
		t.Error(err)
	}
}

// answerOne is all that is done in the window: a ticket, and its answer.
func answerOne(ctx context.Context, d *desk) error {
	team, err := people.Agents(ctx, d.db)
	if err != nil {
		return err
	}
	var tk ticket.Ticket
	err = d.db.Write(ctx, func(tx *db.Tx) (err error) {
		tk, err = ticket.OpenNew(ctx, tx, d.now(), ticket.Opening{Subject: "Imprimante", Channel: "call", Language: "fr", By: journal.System()})
		return err
	})
	if err != nil {
		return err
	}
	_, err = answer.Send(ctx, d.db, d.answer, d.now(), answer.Request{TicketID: tk.ID, AgentID: team[0].ID, Text: "Redémarrez-la.",
		To: []mail.Address{{Addr: "nadege@conserverie-kerlann.example"}}})
	return err
}
