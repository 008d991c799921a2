package people

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/journal"
)

// The kinds of session, by how it was entered.
const (
	KindWindow = "window" // the desktop window on this machine: an entry of 60 s
	KindLink   = "link"   // a browser that opened a one-time link: an entry of 24 h
)

// Session is one agent in one window or browser.
type Session struct {
	ID        int64
	AgentID   int64
	Kind      string // KindWindow or KindLink
	Label     string // what the browser says that it is
	CreatedAt time.Time
	SeenAt    time.Time // to the minute
	ExpiresAt time.Time // moves on while the session is used
	RevokedAt time.Time // zero while it holds
}

// idle is how long a session that nobody uses holds.
const idle = 30 * 24 * time.Hour

const sessionColumns = "id, agent_id, kind, label, created_at, seen_at, expires_at, revoked_at"

func sessionFields(s *Session) []any {
	return []any{&s.ID, &s.AgentID, &s.Kind, &s.Label, &s.CreatedAt, &s.SeenAt, &s.ExpiresAt, &s.RevokedAt}
}

// newToken returns 256 random bits for the one who asked, and the hash that is
// stored.
func newToken() (token, hash string, err error) {
	raw := make([]byte, 32)
	if _, err := rand.Read(raw); err != nil {
		return "", "", fmt.Errorf("make a token: %w", err)
	}
	token = base64.RawURLEncoding.EncodeToString(raw)
	return token, tokenHash(token), nil
}

// tokenHash needs no salt: what it hashes is as random as its result.
func tokenHash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// openSession gives an agent a session. The token is for the cookie; only its
// hash is stored.
func openSession(ctx context.Context, tx *db.Tx, now time.Time, agent int64, kind, label string) (string, Session, error) {
	id, err := tx.NewID(ctx)
	if err != nil {
		return "", Session{}, err
	}
	token, hash, err := newToken()
	if err != nil {
		return "", Session{}, err
	}
	at := now.UTC().Truncate(time.Millisecond)
	s := Session{ID: id, AgentID: agent, Kind: kind, Label: cut(tidy(label), 200), CreatedAt: at, SeenAt: at, ExpiresAt: at.Add(idle)}
	if _, err := tx.Exec(ctx, `INSERT INTO session (id, token_hash, agent_id, kind, label, created_at, seen_at, expires_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, s.ID, hash, s.AgentID, s.Kind, s.Label, s.CreatedAt, s.SeenAt, s.ExpiresAt); err != nil {
		return "", Session{}, err
	}
	return token, s, happened(ctx, tx, journal.Agent(agent), now, "session.opened", s.ID, edits{
		{Field: "agent", After: agent}, {Field: "kind", After: kind}, {Field: "label", After: s.Label}})
}

// SessionByToken returns the session that a cookie's token opens and its agent.
// A token of nobody, an expired or revoked session and an inactive agent give
// the same Refused fault.
func SessionByToken(ctx context.Context, q db.Querier, now time.Time, token string) (Session, Agent, error) {
	s, err := db.One(ctx, q, sessionFields, "SELECT "+sessionColumns+" FROM session WHERE token_hash = ?", tokenHash(token))
	if errors.Is(err, db.ErrNone) || err == nil && !s.Holds(now) {
		return Session{}, Agent{}, fault.New(fault.Refused, "people.err.session")
	}
	if err != nil {
		return Session{}, Agent{}, err
	}
	a, err := AgentByID(ctx, q, s.AgentID)
	if err == nil && !a.Active {
		err = fault.New(fault.Refused, "people.err.session")
	}
	if err != nil {
		return Session{}, Agent{}, err
	}
	return s, a, nil
}

// Holds says whether the session opens anything at now.
func (s Session) Holds(now time.Time) bool { return s.RevokedAt.IsZero() && now.Before(s.ExpiresAt) }

// Stale says whether TouchSession has something to store: a minute has passed
// since the session was seen.
func (s Session) Stale(now time.Time) bool { return now.Sub(s.SeenAt) >= time.Minute }

// TouchSession notes that a session is in use, which moves its end on. Within
// the same minute it changes nothing.
func TouchSession(ctx context.Context, tx *db.Tx, now time.Time, id int64) error {
	_, err := tx.Exec(ctx, "UPDATE session SET seen_at = ?, expires_at = ? WHERE id = ? AND seen_at <= ? AND revoked_at IS NULL AND expires_at > ?",
		now, now.Add(idle), id, now.Add(-time.Minute), now)
	return err
}

// Sessions returns those that hold at now, the last seen first: an agent's, or
// everybody's for 0.
func Sessions(ctx context.Context, q db.Querier, now time.Time, agent int64) ([]Session, error) {
	const where = " FROM session WHERE revoked_at IS NULL AND expires_at > ?"
	if agent == 0 {
		return db.All(ctx, q, sessionFields, "SELECT "+sessionColumns+where+" ORDER BY seen_at DESC, id DESC", now)
	}
	return db.All(ctx, q, sessionFields, "SELECT "+sessionColumns+where+" AND agent_id = ? ORDER BY seen_at DESC, id DESC", now, agent)
}

// Revoke ends a session at once. One that has ended stays as it is.
func Revoke(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, id int64) error {
	s, err := db.One(ctx, tx, sessionFields, "SELECT "+sessionColumns+" FROM session WHERE id = ?", id)
	if err != nil {
		return gone(err)
	}
	if !s.RevokedAt.IsZero() {
		return nil
	}
	if _, err := tx.Exec(ctx, "UPDATE session SET revoked_at = ? WHERE id = ?", now, id); err != nil {
		return err
	}
	return happened(ctx, tx, by, now, "session.revoked", id, edits{{Field: "agent", After: s.AgentID}, {Field: "label", After: s.Label}})
}

// RevokeAll ends every session and every open entry: what a restored copy does
// with those of another day.
func RevokeAll(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time) error {
	n, err := tx.Exec(ctx, "UPDATE session SET revoked_at = ? WHERE revoked_at IS NULL AND expires_at > ?", now, now)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "UPDATE entry SET expires_at = ? WHERE used_at IS NULL AND expires_at > ?", now, now); err != nil || n == 0 {
		return err
	}
	return happened(ctx, tx, by, now, "session.revoked_all", 0, edits{{Field: "sessions", After: n}})
}

// endSessions ends all sessions and open entries of an agent who leaves.
func endSessions(ctx context.Context, tx *db.Tx, now time.Time, agent int64) error {
	if _, err := tx.Exec(ctx, "UPDATE session SET revoked_at = ? WHERE agent_id = ? AND revoked_at IS NULL", now, agent); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "UPDATE entry SET expires_at = ? WHERE agent_id = ? AND used_at IS NULL AND expires_at > ?", now, agent, now)
	return err
}
