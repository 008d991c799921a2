package web

// me is what the front end needs to know before anything else.
type me struct {
	Agent      agentSelf         `json:"agent"`
	Demo       bool              `json:"demo"`
	Version    string            `json:"version"`
	Shell      bool              `json:"shell" doc:"the routes under /shell/ exist: this is the desktop window"`
	NeedsSetup bool              `json:"needsSetup"`
	JournalSeq int64             `json:"journalSeq"`
	Mailboxes  list[boxNote]     `json:"mailboxes"`
	DiskFull   bool              `json:"diskFull"`
	TeamName   string            `json:"teamName"`
	History    list[historyNote] `json:"history"`
}

type agentSelf struct {
	ID          id          `json:"id"`
	Name        string      `json:"name"`
	Email       string      `json:"email"`
	Level       int         `json:"level" enum:"1,2,3"`
	Role        role        `json:"role"`
	Language    language    `json:"language"`
	Preferences preferences `json:"preferences"`
}

// preferences are an agent's own, kept as JSON beside the agent.
type preferences struct {
	Theme         theme        `json:"theme"`
	Notifications bool         `json:"notifications"`
	FrameHTML     bool         `json:"frameHtml" doc:"show the HTML of a mail at once rather than its text"`
	ListWidth     int          `json:"listWidth"`
	PanelHidden   bool         `json:"panelHidden"`
	RailFolded    bool         `json:"railFolded"`
	Zoom          int          `json:"zoom" doc:"percent of the usual size"`
	Composer      composerMode `json:"composer" doc:"how an answer begins"`
}

// preferencesPatch is what changes of them: two windows of one agent must not
// undo each other's choices.
type preferencesPatch struct {
	Theme         *theme        `json:"theme,omitempty"`
	Notifications *bool         `json:"notifications,omitempty"`
	FrameHTML     *bool         `json:"frameHtml,omitempty"`
	ListWidth     *int          `json:"listWidth,omitempty" minimum:"0" maximum:"4000"`
	PanelHidden   *bool         `json:"panelHidden,omitempty"`
	RailFolded    *bool         `json:"railFolded,omitempty"`
	Zoom          *int          `json:"zoom,omitempty" minimum:"50" maximum:"300"`
	Composer      *composerMode `json:"composer,omitempty"`
}

// boxNote is how a mailbox is doing.
type boxNote struct {
	ID           id       `json:"id"`
	Name         string   `json:"name"`
	Address      string   `json:"address"`
	State        boxState `json:"state"`
	OkAt         int64    `json:"okAt,omitempty"`
	FailingSince int64    `json:"failingSince,omitempty"`
	Error        *said    `json:"error,omitempty"`
	Consent      bool     `json:"consent,omitempty" doc:"a person must consent to its tokens, for the first time or again"`
	SecretEnds   string   `json:"secretEnds,omitempty" doc:"YYYY-MM-DD: the client's secret ends within a month, or has ended"`
}

type mePatch struct {
	Body struct {
		Name        *string           `json:"name,omitempty" maxLength:"200"`
		Email       *string           `json:"email,omitempty" maxLength:"254"`
		Language    *language         `json:"language,omitempty"`
		Preferences *preferencesPatch `json:"preferences,omitempty" doc:"only what changes"`
	}
}

// views are the counts beside the left pane's lines.
type views struct {
	Items  list[viewCount] `json:"items"`
	Dock   dockCount       `json:"dock"`
	Outbox outboxCount     `json:"outbox"`
}

type viewCount struct {
	ID    deskView `json:"id"`
	Count int64    `json:"count"`
}

type dockCount struct {
	Problems int64 `json:"problems"`
	Total    int64 `json:"total"`
}

type outboxCount struct {
	Stuck int64 `json:"stuck"`
}

// feedChange is the data of a "change" event: something was written.
type feedChange struct {
	Seq       int64  `json:"seq"`
	At        int64  `json:"at"`
	Kind      string `json:"kind"`
	Subject   string `json:"subject"`
	SubjectID id     `json:"subjectId"`
	TicketID  id     `json:"ticketId,omitempty"`
	Actor     string `json:"actor"`
	ActorID   id     `json:"actorId,omitempty"`
}

// feedStatus is the data of a "status" event: how the loops are doing.
type feedStatus struct {
	Mailboxes list[boxNote]     `json:"mailboxes"`
	Outbox    outboxCount       `json:"outbox"`
	DiskFull  bool              `json:"diskFull"`
	History   list[historyNote] `json:"history"`
}

// feedQuestion is the data of a "question" event: a link in a mail's frame was
// clicked, and the person is to say whether it is opened.
type feedQuestion struct {
	MessageID id       `json:"messageId"`
	Link      mailLink `json:"link"`
}
