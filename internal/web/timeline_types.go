package web

// timelineItem is one entry of a ticket's timeline. Type says which of the
// three is there.
type timelineItem struct {
	ID      string       `json:"id" doc:"unique in its timeline; of a message or note, the thing's own id"`
	Type    entryType    `json:"type"`
	At      int64        `json:"at"`
	Message *messageItem `json:"message,omitempty"`
	Note    *noteItem    `json:"note,omitempty"`
	Event   *eventItem   `json:"event,omitempty"`
}

// timelineItems is a page of a timeline, in its order.
type timelineItems struct {
	Items   list[timelineItem] `json:"items"`
	Earlier string             `json:"earlier,omitempty" doc:"the cursor of the page before; absent at the beginning"`
}

type timelineIn struct {
	ID     id     `path:"id"`
	Before string `query:"before" maxLength:"200" doc:"a cursor; absent: from the end"`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"100"`
}

type messageItem struct {
	Direction   direction         `json:"direction"`
	From        mailAddress       `json:"from"`
	ContactID   id                `json:"contactId,omitempty"`
	Agent       *agentRef         `json:"agent,omitempty"`
	To          list[mailAddress] `json:"to"`
	CC          list[mailAddress] `json:"cc"`
	Subject     string            `json:"subject"`
	Text        string            `json:"text"`
	Folds       list[fold]        `json:"folds"`
	HasHTML     bool              `json:"hasHtml"`
	Attachments list[attachment]  `json:"attachments"`
	MailID      id                `json:"mailId,omitempty" doc:"the row of the receiving dock"`
	Delivery    *Delivery         `json:"delivery,omitempty"`
	Warnings    list[mailWarning] `json:"warnings" doc:"what to know before believing it, those about the sender first"`
	Forwarded   *mailAddress      `json:"forwarded,omitempty" doc:"whose mail was passed on"`
	Meeting     bool              `json:"meeting,omitempty" doc:"it is about an event: an invitation, an answer, a calendar file"`
	ReturnsOn   string            `json:"returnsOn,omitempty" doc:"day of return that an absence notice gives, YYYY-MM-DD"`
}

type mailAddress struct {
	Name    string `json:"name" maxLength:"200"`
	Address string `json:"address" maxLength:"254"`
}

// fold is a stretch of the text that is shown folded: offsets in UTF-16 units,
// as JavaScript counts them, the end excluded.
type fold struct {
	Kind  foldKind `json:"kind"`
	Start int      `json:"start"`
	End   int      `json:"end"`
}

type attachment struct {
	Part      int    `json:"part"`
	Name      string `json:"name"`
	Type      string `json:"type"`
	Size      int64  `json:"size"`
	Inline    bool   `json:"inline" doc:"shown in the HTML itself"`
	Dangerous bool   `json:"dangerous" doc:"a kind that runs: ask twice"`
}

// Delivery is how the sending of an answer stands.
type Delivery struct {
	OutboxID   id                 `json:"outboxId"`
	State      outState           `json:"state"`
	HoldUntil  int64              `json:"holdUntil,omitempty" doc:"it may be taken back until then"`
	Attempts   int                `json:"attempts"`
	Problem    *deliveryProblem   `json:"problem,omitempty"`
	Recipients list[deliveryLine] `json:"recipients"`
}

type deliveryProblem struct {
	Key    string         `json:"key"`
	Args   map[string]any `json:"args,omitempty"`
	Server string         `json:"server,omitempty" doc:"the server's own words"`
}

type deliveryLine struct {
	Address string    `json:"address"`
	State   rcptState `json:"state"`
	Reply   string    `json:"reply,omitempty"`
}

type noteItem struct {
	Agent agentRef `json:"agent"`
	Text  string   `json:"text"`
}

type eventItem struct {
	Kind    string       `json:"kind"`
	Actor   eventActor   `json:"actor"`
	Changes list[change] `json:"changes"`
	Said    said         `json:"said"`
}

type eventActor struct {
	Kind string `json:"kind"`
	ID   id     `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
}

type change struct {
	Field  string `json:"field"`
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}
