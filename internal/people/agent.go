package people

import (
	"context"
	"encoding/json"
	"time"

	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/journal"
	"guichet/internal/words"
)

// The roles of an agent. A lead may also change the team, the mailboxes and the
// settings.
const (
	RoleAgent = "agent"
	RoleLead  = "lead"
)

// Agent is a person of the support team.
type Agent struct {
	ID          int64
	Name        string
	Email       string // the agent's own, normalised; two agents never share one
	Language    words.Language
	Level       int    // 1 front line, 2 back office, 3 specialists
	Role        string // RoleAgent or RoleLead
	Active      bool   // an inactive agent keeps its name on tickets and can't enter
	Preferences string // a JSON object that belongs to the interface
	CreatedAt   time.Time
	Version     int64
}

// Validate says every field that can't be taken.
func (a Agent) Validate() error {
	var c fault.Check
	c.That(a.Name != "", "name", "fault.empty")
	c.That(short(a.Name, maxName), "name", "fault.too_long", "max", maxName)
	_, ok := NormalAddress(a.Email)
	c.That(ok, "email", "fault.address")
	c.That(language(a.Language), "language", "fault.choice")
	c.That(a.Level >= 1 && a.Level <= 3, "level", "fault.range", "min", 1, "max", 3)
	c.That(a.Role == RoleAgent || a.Role == RoleLead, "role", "fault.choice")
	var object map[string]any
	c.That(json.Unmarshal([]byte(a.Preferences), &object) == nil && len(a.Preferences) < 1<<16, "preferences", "fault.choice")
	return c.Err()
}

func (a Agent) tidied() Agent {
	a.Name = tidy(a.Name)
	if email, ok := NormalAddress(a.Email); ok {
		a.Email = email
	}
	if a.Preferences == "" {
		a.Preferences = "{}"
	}
	return a
}

const agentColumns = "id, name, email, language, level, role, active, preferences, created_at, version"

func agentFields(a *Agent) []any {
	return []any{&a.ID, &a.Name, &a.Email, &a.Language, &a.Level, &a.Role, &a.Active, &a.Preferences, &a.CreatedAt, &a.Version}
}

// Agents returns the whole team, the inactive ones last, by name.
func Agents(ctx context.Context, q db.Querier) ([]Agent, error) {
	return db.All(ctx, q, agentFields, "SELECT "+agentColumns+" FROM agent ORDER BY active DESC, name, id")
}

// AgentByID returns one agent, or a Missing fault.
func AgentByID(ctx context.Context, q db.Querier, id int64) (Agent, error) {
	a, err := db.One(ctx, q, agentFields, "SELECT "+agentColumns+" FROM agent WHERE id = ?", id)
	return a, gone(err)
}

// AgentByEmail returns the agent with this address, or db.ErrNone.
func AgentByEmail(ctx context.Context, q db.Querier, email string) (Agent, error) {
	key, _ := NormalAddress(email)
	return db.One(ctx, q, agentFields, "SELECT "+agentColumns+" FROM agent WHERE email = ?", key)
}

// CreateAgent adds an agent; ID, CreatedAt and Version are given here. The first
// agent of all becomes a lead, whatever was asked.
func CreateAgent(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, a Agent) (Agent, error) {
	a = a.tidied()
	leads, err := leadsBut(ctx, tx, 0)
	if err != nil {
		return a, err
	}
	if leads == 0 {
		a.Role, a.Active = RoleLead, true
	}
	if err := a.Validate(); err != nil {
		return a, err
	}
	if err := emailFree(ctx, tx, a); err != nil {
		return a, err
	}
	if a.ID, err = tx.NewID(ctx); err != nil {
		return a, err
	}
	a.CreatedAt, a.Version = now.UTC().Truncate(time.Millisecond), 1
	if _, err := tx.Exec(ctx, "INSERT INTO agent ("+agentColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		a.ID, a.Name, a.Email, string(a.Language), a.Level, a.Role, a.Active, a.Preferences, a.CreatedAt, a.Version); err != nil {
		return a, err
	}
	return a, happened(ctx, tx, by, now, "agent.created", a.ID, agentEdits(Agent{}, a))
}

// UpdateAgent stores a as the agent a.ID now is; a.Version is the one that was
// read. An agent who is made inactive loses its sessions. The last active lead
// stays one.
func UpdateAgent(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, a Agent) (Agent, error) {
	a = a.tidied()
	had, err := AgentByID(ctx, tx, a.ID)
	if err != nil {
		return a, err
	}
	if err := stale(had.Version, a.Version); err != nil {
		return a, err
	}
	if err := a.Validate(); err != nil {
		return a, err
	}
	if err := emailFree(ctx, tx, a); err != nil {
		return a, err
	}
	if err := leadStays(ctx, tx, a); err != nil {
		return a, err
	}
	a.CreatedAt, a.Version = had.CreatedAt, had.Version+1
	if err := stored(tx.Exec(ctx, `UPDATE agent SET name = ?, email = ?, language = ?, level = ?, role = ?, active = ?,
		preferences = ?, version = ? WHERE id = ? AND version = ?`, a.Name, a.Email, string(a.Language), a.Level, a.Role,
		a.Active, a.Preferences, a.Version, a.ID, had.Version)); err != nil {
		return a, err
	}
	if had.Active && !a.Active {
		if err := endSessions(ctx, tx, now, a.ID); err != nil {
			return a, err
		}
	}
	changes := agentEdits(had, a)
	if len(changes) == 0 { // preferences are the agent's own business
		return a, nil
	}
	return a, happened(ctx, tx, by, now, "agent.changed", a.ID, changes)
}

// Prefer stores an agent's preferences, a JSON object. They are the agent's own
// business: nobody else's form of the agent becomes stale, and nothing is told.
func Prefer(ctx context.Context, tx *db.Tx, id int64, preferences string) error {
	a, err := AgentByID(ctx, tx, id)
	if err != nil {
		return err
	}
	a.Preferences = preferences
	if err := a.Validate(); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "UPDATE agent SET preferences = ? WHERE id = ?", preferences, id)
	return err
}

func agentEdits(had, a Agent) edits {
	var e edits
	e.note("name", had.Name, a.Name, 0)
	e.note("email", had.Email, a.Email, 0)
	e.note("language", had.Language, a.Language, 0)
	e.note("level", had.Level, a.Level, 0)
	e.note("role", had.Role, a.Role, 0)
	e.note("active", had.Active, a.Active, 0)
	return e
}

func emailFree(ctx context.Context, q db.Querier, a Agent) error {
	n, err := db.Value[int64](ctx, q, "SELECT COUNT(*) FROM agent WHERE email = ? AND id <> ?", a.Email, a.ID)
	if err != nil {
		return err
	}
	var c fault.Check
	c.That(n == 0, "email", "people.err.agent_email", "address", a.Email)
	return c.Err()
}

func leadsBut(ctx context.Context, q db.Querier, id int64) (int64, error) {
	return db.Value[int64](ctx, q, "SELECT COUNT(*) FROM agent WHERE role = ? AND active = 1 AND id <> ?", RoleLead, id)
}

func leadStays(ctx context.Context, q db.Querier, a Agent) error {
	if a.Active && a.Role == RoleLead {
		return nil
	}
	n, err := leadsBut(ctx, q, a.ID)
	if err == nil && n == 0 {
		return fault.New(fault.Refused, "people.err.last_lead")
	}
	return err
}
