package web

type agentRows struct {
	Items list[agentRow] `json:"items"`
}

type agentRow struct {
	ID       id       `json:"id"`
	Name     string   `json:"name"`
	Email    string   `json:"email"`
	Level    int      `json:"level" enum:"1,2,3"`
	Role     role     `json:"role"`
	Language language `json:"language"`
	Active   bool     `json:"active"`
	Version  int64    `json:"version"`
}

// AgentForm is what a person gives for an agent.
type AgentForm struct {
	Name     string   `json:"name" minLength:"1" maxLength:"200"`
	Email    string   `json:"email" maxLength:"254"`
	Level    int      `json:"level" enum:"1,2,3"`
	Role     role     `json:"role"`
	Language language `json:"language"`
	Active   bool     `json:"active"`
}

type agentNew struct {
	Body AgentForm
}

type agentPatch struct {
	ID   id `path:"id"`
	Body struct {
		Version int64 `json:"version"`
		AgentForm
	}
}

type agentIn struct {
	ID id `path:"id"`
}

type entryLink struct {
	URL   string `json:"url" doc:"works once, for 24 hours"`
	Local bool   `json:"local" doc:"works on this machine only: the desk is not served to the network"`
}

type sessionRows struct {
	Items list[sessionRow] `json:"items"`
}

type sessionRow struct {
	ID        id          `json:"id"`
	Agent     agentRef    `json:"agent"`
	Kind      sessionKind `json:"kind"`
	Label     string      `json:"label"`
	CreatedAt int64       `json:"createdAt"`
	SeenAt    int64       `json:"seenAt"`
	ExpiresAt int64       `json:"expiresAt"`
	Own       bool        `json:"own" doc:"the one that asks"`
}

type sessionIn struct {
	ID id `path:"id"`
}
