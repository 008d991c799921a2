package web

type clientRef struct {
	ID     id     `json:"id"`
	Name   string `json:"name"`
	Colour int    `json:"colour"`
}

type agentRef struct {
	ID   id     `json:"id"`
	Name string `json:"name"`
}

type ticketRef struct {
	ID      id     `json:"id"`
	Number  int64  `json:"number"`
	Subject string `json:"subject"`
}

// TicketRow is a line of a list of tickets.
type TicketRow struct {
	ID            id         `json:"id"`
	Number        int64      `json:"number"`
	Subject       string     `json:"subject"`
	RequesterName string     `json:"requesterName"`
	Client        *clientRef `json:"client,omitempty"`
	Status        status     `json:"status"`
	Level         int        `json:"level" enum:"1,2"`
	Assignee      *agentRef  `json:"assignee,omitempty"`
	ActivityAt    int64      `json:"activityAt"`
	Snippet       string     `json:"snippet"`
	Unread        bool       `json:"unread"`
	HasFiles      bool       `json:"hasFiles"`
	PendingUntil  int64      `json:"pendingUntil,omitempty"`
	LinkedNumber  int64      `json:"linkedNumber,omitempty"`
	Alarm         alarm      `json:"alarm,omitempty" doc:"of a list: a clock is at risk or late"`
	Due           int64      `json:"due,omitempty" doc:"of a list: when the first clock is or was due"`
	Language      language   `json:"language"`
	Version       int64      `json:"version"`
}

type ticketsIn struct {
	View    deskView `query:"view"`
	Client  id       `query:"client"`
	Contact id       `query:"contact"`
	Cursor  string   `query:"cursor" maxLength:"200"`
	Limit   int      `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type ticketPage struct {
	Items list[TicketRow] `json:"items"`
	Next  string          `json:"next,omitempty" doc:"the cursor of the next page; absent at the end"`
}

type searchIn struct {
	Q      string `query:"q" required:"true" maxLength:"500"`
	Sort   order  `query:"sort"`
	Cursor string `query:"cursor" maxLength:"200"`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"50"`
}

type searchPage struct {
	Items   list[searchHit] `json:"items"`
	Next    string          `json:"next,omitempty"`
	Unknown list[string]    `json:"unknown" doc:"what looked like a filter and is none"`
}

type searchHit struct {
	TicketRow
	Excerpt list[excerptRun] `json:"excerpt"`
}

type excerptRun struct {
	Text string `json:"text"`
	Hit  bool   `json:"hit"`
}

// ticketView is a whole ticket.
type ticketView struct {
	TicketRow
	Channel       channel            `json:"channel"`
	MailboxID     id                 `json:"mailboxId,omitempty"`
	PendingReason waitsFor           `json:"pendingReason,omitempty"`
	Times         ticketTimes        `json:"times"`
	Requester     *requester         `json:"requester,omitempty"`
	Participants  list[participant]  `json:"participants"`
	Timeline      list[timelineItem] `json:"timeline" doc:"its newest items, in order"`
	Earlier       string             `json:"earlier,omitempty" doc:"the cursor of what came before them; absent where that is all"`
	Draft         *draftView         `json:"draft,omitempty" doc:"the reader's own"`
	NoteDraft     string             `json:"noteDraft,omitempty" doc:"an internal note that the reader has begun"`
	LastEntryID   id                 `json:"lastEntryId"`
	Linked        *ticketRef         `json:"linked,omitempty" doc:"the ticket that this one may belong to"`
	Follows       *proposal          `json:"follows,omitempty" doc:"its only mail may be joined to the linked ticket"`
	LastTickets   list[TicketRow]    `json:"lastTickets" doc:"the requester's other tickets, newest first"`
}

// proposal is what joining a new ticket to the one that it seems to follow needs.
type proposal struct {
	MailID      id    `json:"mailId"`
	MailVersion int64 `json:"mailVersion"`
}

type ticketTimes struct {
	Outage   int64 `json:"outage,omitempty"`
	Reported int64 `json:"reported"`
	Taken    int64 `json:"taken,omitempty"`
	Resolved int64 `json:"resolved,omitempty"`
	Closed   int64 `json:"closed,omitempty"`
}

type requester struct {
	ID        id           `json:"id"`
	Name      string       `json:"name"`
	Addresses list[string] `json:"addresses"`
	Phone     string       `json:"phone"`
	Client    *clientRef   `json:"client,omitempty"`
	Language  language     `json:"language,omitempty"`
}

type participant struct {
	Address   string    `json:"address"`
	Name      string    `json:"name"`
	ContactID id        `json:"contactId,omitempty"`
	Role      partRole  `json:"role"`
	State     partState `json:"state"`
	Why       *said     `json:"why,omitempty"`
}

type ticketIn struct {
	ID id `path:"id"`
}

type ticketNew struct {
	Body struct {
		ClientID  id          `json:"clientId,omitempty"`
		ContactID id          `json:"contactId,omitempty"`
		Contact   *callerForm `json:"contact,omitempty" doc:"a person who is not known yet"`
		Subject   string      `json:"subject" minLength:"1" maxLength:"300"`
		Text      string      `json:"text" maxLength:"100000"`
		Channel   channel     `json:"channel" doc:"call or desk"`
		OutageAt  int64       `json:"outageAt,omitempty"`
	}
}

type callerForm struct {
	Name  string `json:"name" minLength:"1" maxLength:"200"`
	Email string `json:"email,omitempty" maxLength:"254"`
	Phone string `json:"phone,omitempty" maxLength:"60"`
}

type ticketMade struct {
	ID     id    `json:"id"`
	Number int64 `json:"number"`
}

type ticketPatch struct {
	ID   id `path:"id"`
	Body struct {
		Version       int64     `json:"version"`
		Subject       *string   `json:"subject,omitempty" minLength:"1" maxLength:"300"`
		Status        *status   `json:"status,omitempty"`
		PendingReason *waitsFor `json:"pendingReason,omitempty"`
		PendingUntil  *int64    `json:"pendingUntil,omitempty"`
		AssigneeID    *id       `json:"assigneeId,omitempty" doc:"\"0\" for nobody"`
		Level         *int      `json:"level,omitempty" enum:"1,2"`
		RequesterID   *id       `json:"requesterId,omitempty"`
		ClientID      *id       `json:"clientId,omitempty"`
		OutageAt      *int64    `json:"outageAt,omitempty" doc:"0 for unknown"`
		LinkedID      *id       `json:"linkedId,omitempty" doc:"\"0\" for none"`
	}
}

type ticketForwarded struct {
	ID   id `path:"id"`
	Body struct {
		Version int64 `json:"version"`
		MailID  id    `json:"mailId" doc:"whose forwarded sender becomes the requester"`
	}
}

type ticketSeen struct {
	ID   id `path:"id"`
	Body struct {
		EntryID id `json:"entryId"`
	}
}

type noteNew struct {
	ID   id `path:"id"`
	Body struct {
		Text string `json:"text" minLength:"1" maxLength:"100000"`
	}
}

type notePut struct {
	ID   id `path:"id"`
	Body struct {
		Text string `json:"text" maxLength:"100000" doc:"empty: it is given up"`
	}
}

type made struct {
	ID id `json:"id"`
}
