package web

// HistoryRow is an archive of old mail that was looked at or taken in.
type HistoryRow struct {
	ID        id           `json:"id"`
	Kind      historyKind  `json:"kind"`
	Label     string       `json:"label"`
	State     historyState `json:"state"`
	CreatedAt int64        `json:"createdAt"`
	EndedAt   int64        `json:"endedAt,omitempty"`
	Size      int64        `json:"size" doc:"of what is under way: bytes or mails"`
	Progress  int64        `json:"progress"`
	Mails     int64        `json:"mails"`
	Opens     int64        `json:"opens" doc:"tickets that it makes"`
	JoinMails int64        `json:"joinMails" doc:"mails for tickets that are there"`
	Problem   *said        `json:"problem,omitempty"`
}

type historyRows struct {
	Items list[HistoryRow] `json:"items"`
}

// historyView is one archive with all that its preview says.
type historyView struct {
	HistoryRow
	Places     list[string]         `json:"places"`
	First      int64                `json:"first,omitempty"`
	Last       int64                `json:"last,omitempty"`
	OpenMails  int64                `json:"openMails"`
	Joins      int64                `json:"joins" doc:"tickets that are there and get mails"`
	There      int64                `json:"there" doc:"mails that are there already"`
	Strangers  int64                `json:"strangers" doc:"senders of no client"`
	Clients    int64                `json:"clients"`
	Unreadable int64                `json:"unreadable"`
	Aside      list[fateCount]      `json:"aside"`
	Skipped    list[historySkipped] `json:"skipped" doc:"the first files that are no mails"`
	SkippedAll int64                `json:"skippedAll"`
	Stays      int64                `json:"stays" doc:"tickets that an undoing left"`
}

type historySkipped struct {
	Path    string `json:"path"`
	Because said   `json:"because"`
}

type historyNew struct {
	Body struct {
		Kind      historyKind  `json:"kind"`
		Paths     list[string] `json:"paths,omitempty" maxItems:"100" doc:"files or folders of this machine; only in its own window"`
		MailboxID id           `json:"mailboxId,omitempty"`
		Folder    string       `json:"folder,omitempty" maxLength:"500"`
	}
}

type historyIn struct {
	ID id `path:"id"`
}

type historyMove struct {
	ID   id `path:"id"`
	Body struct {
		To historyTo `json:"to"`
	}
}

type historyPageIn struct {
	ID    id     `path:"id"`
	After int64  `query:"after" doc:"next of the page before"`
	Stays bool   `query:"stays" doc:"only what an undoing left"`
	Fate  string `query:"fate" maxLength:"20"`
}

type historyTalk struct {
	N        int64  `json:"n"`
	Subject  string `json:"subject"`
	First    int64  `json:"first"`
	Last     int64  `json:"last"`
	Mails    int64  `json:"mails"`
	People   string `json:"people"`
	Client   string `json:"client,omitempty" doc:"absent: of no client"`
	Opens    bool   `json:"opens" doc:"a ticket of its own"`
	TicketID id     `json:"ticketId,omitempty"`
	Number   int64  `json:"number,omitempty"`
}

type historyTalks struct {
	Items list[historyTalk] `json:"items"`
	Next  int64             `json:"next,omitempty"`
}

type historyMail struct {
	N       int64  `json:"n"`
	At      int64  `json:"at"`
	From    string `json:"from"`
	Subject string `json:"subject"`
	Because said   `json:"because"`
	MailID  id     `json:"mailId,omitempty" doc:"its card, once it is taken in"`
}

type historyMails struct {
	Items list[historyMail] `json:"items"`
	Next  int64             `json:"next,omitempty"`
}

type historyUndo struct {
	Opened  int64             `json:"opened" doc:"tickets that go"`
	Mails   int64             `json:"mails"`
	Joined  int64             `json:"joined" doc:"tickets that are given back as before"`
	Stays   int64             `json:"stays" doc:"tickets that somebody has worked on since"`
	Staying list[historyTalk] `json:"staying"`
}

// historyNote is an archive that is worked on.
type historyNote struct {
	ID       id           `json:"id"`
	Label    string       `json:"label"`
	State    historyState `json:"state"`
	Size     int64        `json:"size"`
	Progress int64        `json:"progress"`
}

type folders struct {
	Items list[string] `json:"items"`
}

type shellPick struct {
	Body struct {
		Folder bool `json:"folder" doc:"a folder, not files"`
	}
}

type shellPicked struct {
	Paths list[string] `json:"paths" doc:"none: the person thought better of it"`
}
