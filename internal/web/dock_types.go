package web

type mailsIn struct {
	Fate   fate   `query:"fate"`
	Cursor string `query:"cursor" maxLength:"200"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type mailPage struct {
	Items list[MailRow]   `json:"items"`
	Next  string          `json:"next,omitempty"`
	Fates list[fateCount] `json:"fates"`
	// Troubles are on the first page only.
	Troubles list[fetchTrouble] `json:"troubles" doc:"mails on a server that could not be fetched, newest first"`
}

type fetchTrouble struct {
	Mailbox string `json:"mailbox"`
	Folder  string `json:"folder"`
	UID     int64  `json:"uid"`
	Tries   int    `json:"tries"`
	Final   bool   `json:"final" doc:"it is not asked for again"`
	Problem string `json:"problem" doc:"in the words of the server or the program"`
	At      int64  `json:"at"`
}

type fateCount struct {
	Fate  fate  `json:"fate"`
	Count int64 `json:"count"`
}

// MailRow is a line of the receiving dock: a mail and what became of it.
type MailRow struct {
	ID         id          `json:"id"`
	ReceivedAt int64       `json:"receivedAt"`
	From       mailAddress `json:"from"`
	Subject    string      `json:"subject"`
	Size       int64       `json:"size"`
	Mailbox    string      `json:"mailbox,omitempty"`
	Fate       fate        `json:"fate"`
	Reason     said        `json:"reason"`
	Ticket     *ticketRef  `json:"ticket,omitempty"`
	Kind       mailKind    `json:"kind"`
	Version    int64       `json:"version"`
	Undoable   bool        `json:"undoable"`
	// Doubtful is all that a list needs of the warnings.
	Doubtful bool `json:"doubtful" doc:"the sender may not be who is shown"`
	// The server's own copy.
	InJunk  bool             `json:"inJunk" doc:"the server's copy is in its folder for spam"`
	Moving  bool             `json:"moving" doc:"it is on its way there or back"`
	Unmoved *deliveryProblem `json:"unmoved,omitempty" doc:"why it could not be moved, at the last try"`
}

// mailWarning is something to know before believing a mail.
type mailWarning struct {
	Code   string `json:"code"`
	Sender bool   `json:"sender" doc:"it is about who wrote"`
	Said   said   `json:"said"`
}

type mailView struct {
	MailRow
	Warnings list[mailWarning] `json:"warnings" doc:"those about the sender first"`
	Headers  list[mailHeader]  `json:"headers"`
	Text     string            `json:"text"`
	HasHTML  bool              `json:"hasHtml"`
	Cut      bool              `json:"cut" doc:"text is only the beginning: the raw source has all"`
}

type mailHeader struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type mailReassign struct {
	ID   id `path:"id"`
	Body struct {
		Version  int64      `json:"version"`
		To       reassignTo `json:"to"`
		TicketID id         `json:"ticketId,omitempty"`
	}
}

type mailUndo struct {
	ID   id `path:"id"`
	Body struct {
		Version int64 `json:"version"`
	}
}

type blockedRow struct {
	Pattern string   `json:"pattern" doc:"an address, or a domain with what is below it"`
	Agent   agentRef `json:"agent"`
	At      int64    `json:"at"`
}

type blockedList struct {
	Items list[blockedRow] `json:"items"`
}

type blockedForm struct {
	Body struct {
		Pattern string `json:"pattern" minLength:"1" maxLength:"320"`
	}
}

type mailIn struct {
	ID id `path:"id"`
}
