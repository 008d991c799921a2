package intake

import (
	"context"
	"slices"
	"strings"
	"time"

	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/journal"
	"guichet/internal/mailbox"
	"guichet/internal/people"
)

// Blocked is a sender whose mails are set aside.
type Blocked struct {
	Pattern string // an address, or a domain with what is below it
	AgentID int64  // who blocked it
	At      time.Time
}

// BlockedSenders returns them all, by name.
func BlockedSenders(ctx context.Context, q db.Querier) ([]Blocked, error) {
	return db.All(ctx, q, func(b *Blocked) []any { return []any{&b.Pattern, &b.AgentID, &b.At} },
		"SELECT pattern, agent_id, at FROM blocked_sender ORDER BY pattern")
}

// Block sets aside from now on what comes from an address or a domain. Our own
// addresses, a client's domain and a provider where anybody has a mailbox can't be
// blocked: too much would be set aside unseen.
func Block(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, pattern string) (Blocked, error) {
	b := Blocked{Pattern: strings.TrimPrefix(strings.TrimSpace(pattern), "@"), AgentID: by.ID, At: now}
	address, isAddress := people.NormalAddress(b.Pattern)
	domain, isDomain := people.NormalDomain(b.Pattern)
	var c fault.Check
	switch {
	case isAddress:
		b.Pattern = address
	case isDomain && !strings.Contains(b.Pattern, "@"):
		b.Pattern = domain
		_, ofClient, err := people.ClientByDomain(ctx, tx, domain)
		if err != nil {
			return b, err
		}
		c.That(!people.PublicProvider(domain), "pattern", "intake.err.block_public")
		c.That(!ofClient, "pattern", "intake.err.block_client")
	default:
		c.That(false, "pattern", "intake.err.block_form")
	}
	ours, err := mailbox.Addresses(ctx, tx)
	if err != nil {
		return b, err
	}
	for own := range ours {
		c.That(!blocks(map[string]bool{b.Pattern: true}, own), "pattern", "intake.err.block_own")
	}
	if err := c.Err(); err != nil {
		return b, err
	}
	n, err := tx.Exec(ctx, "INSERT INTO blocked_sender (pattern, agent_id, at) VALUES (?, ?, ?) ON CONFLICT (pattern) DO NOTHING", b.Pattern, b.AgentID, b.At)
	if err != nil || n == 0 {
		return b, err
	}
	_, err = journal.Append(ctx, tx, now, journal.Entry{Actor: by, Kind: "sender.blocked", Subject: "sender",
		Changes: []journal.Change{{Field: "pattern", After: b.Pattern}}})
	return b, err
}

// Unblock takes Block back; what was set aside meanwhile stays in the dock.
func Unblock(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, pattern string) error {
	n, err := tx.Exec(ctx, "DELETE FROM blocked_sender WHERE pattern = ?", pattern)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.Missing, "fault.gone")
	}
	_, err = journal.Append(ctx, tx, now, journal.Entry{Actor: by, Kind: "sender.unblocked", Subject: "sender",
		Changes: []journal.Change{{Field: "pattern", Before: pattern}}})
	return err
}

type blockedKey struct{}

// blocked says whether the sender is, by the list read once for a batch.
func (t *taking) blocked(ctx context.Context) (bool, error) {
	set, known := t.tx.Remembered(blockedKey{})
	if !known {
		all, err := db.Values[string](ctx, t.tx, "SELECT pattern FROM blocked_sender")
		if err != nil {
			return false, err
		}
		patterns := make(map[string]bool, len(all))
		for _, p := range all {
			patterns[p] = true
		}
		set = patterns
		t.tx.Remember(blockedKey{}, set)
	}
	patterns := set.(map[string]bool)
	if len(patterns) == 0 {
		return false, nil
	}
	address, ok := people.NormalAddress(t.Mail.From.Addr)
	return ok && blocks(patterns, address), nil
}

// blocks looks for an address, its domain and those above.
func blocks(patterns map[string]bool, address string) bool {
	if patterns[address] {
		return true
	}
	_, domain, _ := strings.Cut(address, "@")
	labels := strings.Split(domain, ".")
	return slices.ContainsFunc(labels[:len(labels)-1], func(string) bool {
		hit := patterns[domain]
		_, domain, _ = strings.Cut(domain, ".")
		return hit
	})
}

// becauseSpam is the reason of a mail whose head the server marked as spam.
const becauseSpam = "intake.because.spam"

// spam sets aside what the server takes for spam, by a line in its head or by the
// folder that it put it into, unless it belongs to a ticket: an
// answer that a filter got wrong is never kept from who waits for it.
func (t *taking) spam(ctx context.Context) (verdict, bool, error) {
	v := verdict{fate: Spam, reason: becauseSpam, args: map[string]any{"sign": t.Spam}}
	switch {
	case t.Origin.Junk:
		v.reason, v.args = becauseJunk, nil
	case t.Spam == "":
		return verdict{}, false, nil
	}
	c, _, _, err := people.ByEmail(ctx, t.tx, t.Mail.From.Addr)
	if err != nil {
		return verdict{}, false, err
	}
	if err := t.doubt(ctx, c.ClientID); err != nil {
		return verdict{}, false, err
	}
	th, err := t.find(ctx, c)
	return v, th.because == "", err
}
