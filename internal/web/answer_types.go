package web

// compose is what an answer begins with.
type compose struct {
	To          list[composeTo] `json:"to"`
	CC          list[composeTo] `json:"cc"`
	Subject     string          `json:"subject"`
	QuoteText   string          `json:"quoteText"`
	QuoteHTML   string          `json:"quoteHtml"`
	Signature   string          `json:"signature"`
	Language    language        `json:"language"`
	MailboxID   id              `json:"mailboxId"`
	LastEntryID id              `json:"lastEntryId"`
}

type composeTo struct {
	Address string `json:"address"`
	Name    string `json:"name"`
	Why     said   `json:"why"`
}

type draftView struct {
	Version   int64             `json:"version"`
	HTML      string            `json:"html"`
	Text      string            `json:"text"`
	To        list[mailAddress] `json:"to"`
	CC        list[mailAddress] `json:"cc"`
	Since     id                `json:"since,omitempty" doc:"the last entry when it was begun"`
	Files     list[draftFile]   `json:"files"`
	UpdatedAt int64             `json:"updatedAt"`
}

type draftFile struct {
	ID     id     `json:"id"`
	Name   string `json:"name"`
	Type   string `json:"type"`
	Size   int64  `json:"size"`
	Inline bool   `json:"inline"`
	CID    string `json:"cid,omitempty" doc:"put as cid: in the HTML's img"`
}

type draftPut struct {
	ID   id `path:"id"`
	Body struct {
		Version int64         `json:"version" doc:"0 for a new one"`
		HTML    string        `json:"html" maxLength:"1000000"`
		Text    string        `json:"text" maxLength:"500000"`
		To      []mailAddress `json:"to" maxItems:"100"`
		CC      []mailAddress `json:"cc" maxItems:"100"`
		Since   id            `json:"since"`
	}
}

type draftSaved struct {
	Version int64 `json:"version"`
}

type answerIn struct {
	ID   id `path:"id"`
	Body struct {
		HTML          string        `json:"html" maxLength:"1000000"`
		Text          string        `json:"text" maxLength:"500000"`
		To            []mailAddress `json:"to" minItems:"1" maxItems:"100"`
		CC            []mailAddress `json:"cc" maxItems:"100"`
		Files         []id          `json:"files" maxItems:"100"`
		Quote         bool          `json:"quote"`
		SeenEntry     id            `json:"seenEntry" doc:"a newer message refuses the answer with 409 web.newer"`
		Status        *status       `json:"status,omitempty"`
		PendingReason *waitsFor     `json:"pendingReason,omitempty"`
		PendingUntil  *int64        `json:"pendingUntil,omitempty"`
	}
}

type answered struct {
	MessageID id    `json:"messageId"`
	OutboxID  id    `json:"outboxId"`
	HoldUntil int64 `json:"holdUntil"`
}

type outboxRows struct {
	Items list[outboxRow] `json:"items"`
}

type outboxRow struct {
	Delivery
	Kind      string     `json:"kind"`
	Ticket    *ticketRef `json:"ticket,omitempty"`
	MessageID id         `json:"messageId,omitempty"`
	CreatedAt int64      `json:"createdAt"`
	SentAt    int64      `json:"sentAt,omitempty"`
}

type settleIn struct {
	ID   id `path:"id"`
	Body struct {
		Sent bool `json:"sent" doc:"the person says that it went"`
	}
}

// bodyOpened is the document of a mail's HTML, for this session only.
type bodyOpened struct {
	URL           string         `json:"url" doc:"for an iframe with sandbox=\"\""`
	Links         list[mailLink] `json:"links"`
	RemoteBlocked int            `json:"remoteBlocked" doc:"how many things outside were not loaded"`
	Height        int            `json:"height" doc:"an estimate in CSS pixels at 700 wide: the frame cannot be measured"`
}

type mailLink struct {
	N        int        `json:"n"`
	Text     string     `json:"text"`
	Href     string     `json:"href"`
	Host     string     `json:"host" doc:"as its name resolves (punycode)"`
	Warnings list[said] `json:"warnings"`
}

type draftFileIn struct {
	ID id `path:"id"`
}

type outboxID struct {
	ID id `path:"id"`
}

type messageIn struct {
	ID id `path:"id"`
}
