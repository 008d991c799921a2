package intake

import (
	"context"
	"slices"
	"strings"
	"time"

	"guichet/internal/db"
	"guichet/internal/mail"
	"guichet/internal/mailbox"
	"guichet/internal/people"
	"guichet/internal/ticket"
)

// verdict is a fate before its row is written.
type verdict struct {
	fate      Fate
	reason    string // a key of words, intake.because.…
	args      map[string]any
	ticketID  int64
	entryID   int64
	duplicate int64
	since     time.Time // of the move that is taken back, zero for none
}

// decide finds the fate of a mail that is new, and does what it asks for. The
// order of the questions is the order of their certainty.
func (t *taking) decide(ctx context.Context) (verdict, error) {
	if first, err := t.first(ctx); err != nil || first != 0 {
		return verdict{fate: Duplicate, reason: "intake.because.same_content", duplicate: first}, err
	}
	ours, err := t.addresses(ctx)
	if err != nil {
		return verdict{}, err
	}
	if _, mine := ours[strings.ToLower(t.Mail.From.Addr)]; mine {
		return verdict{fate: Own, reason: "intake.because.own"}, nil
	}
	if _, own := mail.OwnTicket(t.cfg.Key, t.Mail.MessageID); own {
		return verdict{fate: Own, reason: "intake.because.own"}, nil
	}
	if blocked, err := t.blocked(ctx); err != nil || blocked {
		return verdict{fate: Spam, reason: "intake.because.blocked", args: map[string]any{"address": t.Mail.From.Addr}}, err
	}
	switch t.Mail.Kind {
	case mail.KindBounce:
		return t.bounce(ctx)
	case mail.KindAutoReply:
		if !t.unprompted() {
			return t.autoReply(ctx)
		}
	case mail.KindList:
		known, err := t.ofAClient(ctx)
		if err != nil {
			return verdict{}, err
		}
		if !known {
			return verdict{fate: Listed, reason: "intake.because.list", args: t.sign()}, nil
		}
	case mail.KindFeedback:
		return verdict{fate: Reported, reason: "intake.because.feedback", args: t.sign()}, nil
	}
	if v, spam, err := t.spam(ctx); err != nil || spam {
		return v, err
	}
	return t.converse(ctx, ours)
}

// unprompted says that a program wrote the mail of itself, as a form on a site
// does, and that nothing else is known of it: somebody may have to act on it. An
// absence notice may say the same of itself, and is known by more.
func (t *taking) unprompted() bool {
	return t.Mail.Generated && strings.HasPrefix(t.Mail.KindReason, "Auto-Submitted:")
}

// first is the mail that this one is a second copy of, come by another way; 0 for
// none. What says neither when nor by whom it was written is never a copy: two
// empty mails are two.
func (t *taking) first(ctx context.Context) (int64, error) {
	if t.Mail.MessageID == "" && (t.Mail.Date.IsZero() || t.Mail.From.Addr == "") {
		return 0, nil
	}
	// The least is found here: to order a handful costs SQLite more than to find it.
	ids, err := db.Values[int64](ctx, t.tx, "SELECT id FROM mail WHERE fingerprint = ? AND fate <> 'duplicate' AND id <> ?"+t.unjudged(), t.fingerprint(), t.id)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	return slices.Min(ids), nil
}

// ofAClient says whether the sender is of a known client: what such a person
// writes through a list or a group is a request like any other. Nobody is
// acknowledged for it.
func (t *taking) ofAClient(ctx context.Context) (bool, error) {
	_, client, known, err := people.ByEmail(ctx, t.tx, t.Mail.From.Addr)
	if err != nil || known {
		return client.ID != 0, err
	}
	_, domain, _ := strings.Cut(t.Mail.From.Addr, "@")
	_, known, err = people.ClientByDomain(ctx, t.tx, domain)
	return known, err
}

// sign is what in the mail decided its kind.
func (t *taking) sign() map[string]any { return map[string]any{"sign": t.Mail.KindReason} }

// unjudged leaves out, for a copy that no filter holds for spam, those that one does:
// a person who wrote to two addresses is heard at the one that lets them in.
func (t *taking) unjudged() string {
	if t.Spam != "" || t.Origin.Junk {
		return ""
	}
	return " AND NOT (fate = 'spam' AND reason IN ('" + becauseJunk + "', '" + becauseSpam + "'))"
}

type addressesKey struct{}

// addresses are ours, read once for a batch.
func (t *taking) addresses(ctx context.Context) (map[string]int64, error) {
	if v, ok := t.tx.Remembered(addressesKey{}); ok {
		return v.(map[string]int64), nil
	}
	ours, err := mailbox.Addresses(ctx, t.tx)
	t.tx.Remember(addressesKey{}, ours)
	return ours, err
}

// ids are the Message-IDs that the mail answers, the nearest first.
func (t *taking) ids() []string {
	out := slices.Clone(t.Mail.InReplyTo)
	for _, id := range slices.Backward(t.Mail.References) {
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out[:min(len(out), 50)]
}

// thread is where a mail belongs, and why.
type thread struct {
	ticket  ticket.Ticket
	because string // "" where it belongs to no ticket
	near    int64  // a ticket that it points to without the right to join it
}

// find looks for the ticket that a mail belongs to. An id of ours proves itself.
// An id that is only known joins when the sender takes part or is of the same
// client; a number in the subject only when the sender takes part: both can be
// guessed or forwarded (FAULTS H1, H2).
func (t *taking) find(ctx context.Context, c people.Contact) (thread, error) {
	th, err := t.byIDs(ctx, c)
	if err != nil || th.because != "" {
		return th, err
	}
	return t.byToken(ctx, th.near, c)
}

// byIDs looks for the ticket by Message-IDs alone.
func (t *taking) byIDs(ctx context.Context, c people.Contact) (thread, error) {
	for _, id := range t.ids() {
		if n, own := mail.OwnTicket(t.cfg.Key, id); own {
			found, err := ticket.ByID(ctx, t.tx, n)
			if err == nil {
				return thread{ticket: found, because: "own-id"}, nil
			}
		}
	}
	known, err := ticket.KnownBy(ctx, t.tx, t.ids())
	if err != nil {
		return thread{}, err
	}
	t.heard = map[string]bool{}
	for _, ref := range known {
		t.heard[ref.ID] = t.heard[ref.ID] || ref.Origin != "alias"
	}
	var near int64
	for _, ref := range known {
		found, err := ticket.ByID(ctx, t.tx, ref.TicketID)
		if err != nil {
			return thread{}, err
		}
		takesPart, err := t.takesPart(ctx, found, c)
		if err != nil {
			return thread{}, err
		}
		if takesPart || c.ClientID != 0 && c.ClientID == found.ClientID && (ref.Origin != "alias" || ref.ClientID == c.ClientID) {
			return thread{ticket: found, because: "known-id"}, nil
		}
		near = found.ID
	}
	return thread{near: near}, nil
}

// byToken joins by the number in the subject, which anybody can write: only who
// takes part, and only where nothing makes the sender doubtful.
func (t *taking) byToken(ctx context.Context, near int64, c people.Contact) (thread, error) {
	number, ok := mail.SubjectToken(t.Mail.Subject)
	if !ok {
		return thread{near: near}, nil
	}
	found, err := ticket.ByNumber(ctx, t.tx, number)
	if err != nil {
		return thread{near: near}, nil // a number of no ticket says nothing
	}
	if len(t.doubts) > 0 {
		return thread{near: found.ID}, nil
	}
	takesPart, err := t.takesPart(ctx, found, c)
	if err != nil || takesPart {
		return thread{ticket: found, because: "subject-token"}, err
	}
	return thread{near: found.ID}, nil
}

// takesPart says whether the sender takes part in a ticket, under this address or
// another of the same contact.
func (t *taking) takesPart(ctx context.Context, tk ticket.Ticket, c people.Contact) (bool, error) {
	return ticket.Participates(ctx, t.tx, tk.ID, strings.ToLower(t.Mail.From.Addr), c.ID)
}

// bounce attaches a delivery report to the ticket whose mail did not arrive,
// marks the recipient there, and the address as dead where it is for good.
func (t *taking) bounce(ctx context.Context) (verdict, error) {
	v := verdict{fate: Bounced, reason: "intake.because.bounce", args: map[string]any{"address": ""}}
	about := t.ids()
	if b := t.Mail.Bounce; b != nil {
		about = append([]string{b.OriginalMessageID}, about...)
	}
	var found ticket.Ticket
	for _, id := range about {
		if n, own := mail.OwnTicket(t.cfg.Key, id); own {
			if tk, err := ticket.ByID(ctx, t.tx, n); err == nil {
				found = tk
				break
			}
		}
	}
	if found.ID == 0 {
		v.reason = "intake.because.bounce_of_nothing"
		return v, nil // a report that names no mail of ours changes nothing
	}
	if err := t.undelivered(ctx, about, &v); err != nil {
		return v, err
	}
	m, err := t.add(ctx, found, ticket.Bounce, people.Contact{})
	v.ticketID, v.entryID = found.ID, m.ID
	return v, err
}

// autoReply notes an absence on the ticket that it answers; it opens, answers
// and reopens nothing.
func (t *taking) autoReply(ctx context.Context) (verdict, error) {
	v := verdict{fate: AutoNoted, reason: "intake.because.auto", args: t.sign()}
	c, _, _, err := people.ByEmail(ctx, t.tx, t.Mail.From.Addr)
	if err != nil {
		return v, err
	}
	if err := t.doubt(ctx, c.ClientID); err != nil {
		return v, err
	}
	th, err := t.find(ctx, c)
	if err != nil || th.because == "" {
		return v, err
	}
	m, err := t.add(ctx, th.ticket, ticket.Auto, c)
	v.ticketID, v.entryID = th.ticket.ID, m.ID
	return v, err
}
