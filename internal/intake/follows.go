package intake

import (
	"context"
	"strings"
	"time"

	"guichet/internal/mail"
	"guichet/internal/ticket"
)

// recent is how long ago the last word of a ticket may be for a new mail with its
// subject to seem to follow it.
const recent = 90 * 24 * time.Hour

// follows finds a ticket that a person's mail seems to go on with, though no id
// and no number says so: one of the last that the sender takes part in, of the
// same subject; 0 for none. It only proposes: a technician joins them, or doesn't.
func (t *taking) follows(ctx context.Context) (int64, error) {
	base := mail.BaseSubject(t.Mail.Subject)
	if t.Mail.Kind != mail.KindPerson || t.Mail.Generated || base == "" || len(t.doubts) > 0 {
		return 0, nil
	}
	const last = 20
	all, err := ticket.OfParticipant(ctx, t.tx, strings.ToLower(t.Mail.From.Addr), t.now.Add(-recent), last)
	for _, tk := range all {
		if mail.BaseSubject(tk.Subject) == base {
			return tk.ID, err
		}
	}
	return 0, err
}
