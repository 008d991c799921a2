package outbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/journal"
	"guichet/internal/mail/smtp"
)

var system = journal.System()

// settle writes down how a try ended: for each recipient, for the item, and in
// the ticket's timeline.
func (l *loop) settle(it Item, route Route, result smtp.Result, failure error) error {
	now := l.o.Now()
	return l.write(func(ctx context.Context, tx *db.Tx) error {
		if err := keepReplies(ctx, tx, it, result, failure); err != nil {
			return err
		}
		if result.Uncertain {
			return uncertain(ctx, tx, now, it.ID, result.Rcpts)
		}
		if result.Delivered() && route.Keep != nil {
			if err := oweCopy(ctx, tx, now, it.ID); err != nil {
				return err
			}
		}
		if failure == nil || result.Delivered() {
			return l.delivered(ctx, tx, now, it)
		}
		return l.failed(ctx, tx, now, it, failure)
	})
}

// keepReplies gives each recipient what the server said about it. Accepted counts
// only when the server took the mail in the end.
func keepReplies(ctx context.Context, tx *db.Tx, it Item, result smtp.Result, failure error) error {
	for _, r := range result.Rcpts {
		state := Waiting
		switch {
		case r.Accepted && result.Delivered():
			state = Sent
		case !r.Accepted && !r.Temporary:
			state = Failed
		case smtp.Permanent(failure):
			state = Failed
		}
		if _, err := tx.Exec(ctx, "UPDATE outbox_recipient SET state = ?, reply = ? WHERE outbox_id = ? AND address = ? AND state = 'waiting'",
			string(state), said(r), it.ID, r.Addr); err != nil {
			return err
		}
	}
	return nil
}

// said is a server's answer about a recipient on one line.
func said(r smtp.RcptResult) string {
	if r.Err != nil {
		return r.Err.Error()
	}
	if r.Code == 0 {
		return ""
	}
	return strings.Join(strings.Fields(fmt.Sprintf("%d %s %s", r.Code, r.Enhanced, r.Reply)), " ")
}

// delivered ends a try that the server took, for the recipients that it took.
func (l *loop) delivered(ctx context.Context, tx *db.Tx, now time.Time, it Item) error {
	left, err := recipients(ctx, tx, it.ID)
	if err != nil {
		return err
	}
	waiting, refused := of(left, Waiting), of(left, Failed)
	switch {
	case len(waiting) > 0 && now.Sub(it.CreatedAt) < patience:
		return l.again(ctx, tx, now, it, Problem{Server: waiting[0].Reply})
	case len(waiting)+len(refused) > 0:
		return l.end(ctx, tx, now, it, Failed, Problem{Server: append(refused, waiting...)[0].Reply}, "outbox.failed")
	}
	return l.end(ctx, tx, now, it, Sent, Problem{}, "outbox.sent")
}

// failed ends a try that nobody got.
func (l *loop) failed(ctx context.Context, tx *db.Tx, now time.Time, it Item, failure error) error {
	p := problem(failure)
	left, err := recipients(ctx, tx, it.ID)
	if err != nil {
		return err
	}
	allRefused := len(of(left, Waiting)) == 0 && len(left) > 0
	switch {
	case smtp.Permanent(failure) || allRefused:
		return l.end(ctx, tx, now, it, Failed, p, "outbox.failed")
	case now.Sub(it.CreatedAt) >= patience:
		p.Key, p.Args = "outbox.err.too_long", nil
		return l.end(ctx, tx, now, it, Failed, p, "outbox.failed")
	}
	return l.again(ctx, tx, now, it, p)
}

func of(list []Recipient, s State) []Recipient {
	var out []Recipient
	for _, r := range list {
		if r.State == s {
			out = append(out, r)
		}
	}
	return out
}

// problem says what went wrong as a person may read it.
func problem(err error) Problem {
	var reply *smtp.Reply
	p := Problem{Key: "outbox.err.unexpected"}
	if e, ok := fault.As(err); ok {
		p.Key, p.Args = e.Key, e.Args
	}
	if errors.As(err, &reply) {
		p.Server = strings.Join(strings.Fields(reply.Error()), " ")
	}
	return p
}

func (l *loop) again(ctx context.Context, tx *db.Tx, now time.Time, it Item, p Problem) error {
	return setState(ctx, tx, it.ID, Waiting, now.Add(pause(it.Attempts)), p)
}

// end gives an item its last state and tells the timeline.
func (l *loop) end(ctx context.Context, tx *db.Tx, now time.Time, it Item, s State, p Problem, kind string) error {
	if err := setState(ctx, tx, it.ID, s, now, p); err != nil {
		return err
	}
	if s == Sent {
		if _, err := tx.Exec(ctx, "UPDATE outbox SET sent_at = ? WHERE id = ?", now, it.ID); err != nil {
			return err
		}
	}
	_, err := told(ctx, tx, system, now, it.ID, kind)
	return err
}

// uncertain marks an item whose end was written and whose answer never came, for
// the recipients that the server had taken; where that is not known, for all that
// wait.
func uncertain(ctx context.Context, tx *db.Tx, now time.Time, id int64, known []smtp.RcptResult) error {
	if err := setState(ctx, tx, id, Uncertain, now, Problem{Key: "outbox.err.uncertain"}); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "UPDATE outbox_recipient SET state = 'uncertain' WHERE outbox_id = ? AND state = 'waiting'", id); err != nil {
		return err
	}
	for _, r := range known {
		if r.Accepted || !r.Temporary {
			continue
		}
		if _, err := tx.Exec(ctx, "UPDATE outbox_recipient SET state = 'waiting' WHERE outbox_id = ? AND address = ? AND state = 'uncertain'", id, r.Addr); err != nil {
			return err
		}
	}
	if err := oweLook(ctx, tx, now, id); err != nil {
		return err
	}
	_, err := told(ctx, tx, system, now, id, "outbox.uncertain")
	return err
}

func setState(ctx context.Context, tx *db.Tx, id int64, s State, notBefore time.Time, p Problem) error {
	text := ""
	if p.Key != "" || p.Server != "" {
		b, err := json.Marshal(p)
		if err != nil {
			return fmt.Errorf("problem of outbox %d: %w", id, err)
		}
		text = string(b)
	}
	_, err := tx.Exec(ctx, "UPDATE outbox SET state = ?, not_before = ?, problem = ?, version = version + 1 WHERE id = ?", string(s), notBefore, text, id)
	return err
}
