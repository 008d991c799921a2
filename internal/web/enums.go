package web

import "github.com/danielgtaylor/huma/v2"

// The closed lists of the API. Each is a named enum in the generated types, so
// that a wrong value fails the front end's type check.
type (
	language     string
	status       string
	waitsFor     string
	channel      string
	deskView     string
	order        string
	sheetFormat  string
	role         string
	boxState     string
	security     string
	afterFetch   string
	entryType    string
	direction    string
	foldKind     string
	outState     string
	rcptState    string
	partRole     string
	partState    string
	fate         string
	mailKind     string
	reassignTo   string
	importAction string
	historyKind  string
	historyState string
	historyTo    string
	theme        string
	composerMode string
	sessionKind  string
	meetingKind  string
	meetingReply string

	oauthProvider string
	consentWay    string
	consentState  string
)

func (language) Schema(r huma.Registry) *huma.Schema { return oneOf(r, "Language", "fr", "en") }

func (meetingKind) Schema(r huma.Registry) *huma.Schema {
	return oneOf(r, "MeetingKind", "invite", "answer", "counter", "nocounter", "cancel", "ask", "publish")
}

func (meetingReply) Schema(r huma.Registry) *huma.Schema {
	return oneOf(r, "MeetingReply", "accepted", "declined", "tentative", "delegated")
}

func (status) Schema(r huma.Registry) *huma.Schema {
	return oneOf(r, "Status", "new", "open", "pending", "resolved", "closed")
}

func (waitsFor) Schema(r huma.Registry) *huma.Schema {
	return oneOf(r, "PendingReason", "user", "vendor", "appointment", "other")
}

func (channel) Schema(r huma.Registry) *huma.Schema {
	return oneOf(r, "Channel", "mail", "call", "desk", "alert")
}

func (deskView) Schema(r huma.Registry) *huma.Schema {
	return oneOf(r, "View", "mine", "unassigned", "open", "pending", "resolved", "closed", "all")
}

func (order) Schema(r huma.Registry) *huma.Schema {
	return oneOf(r, "Order", "activity", "due", "newest", "oldest")
}

func (sheetFormat) Schema(r huma.Registry) *huma.Schema {
	return oneOf(r, "SheetFormat", "csv", "xlsx")
}

func (role) Schema(r huma.Registry) *huma.Schema { return oneOf(r, "Role", "agent", "lead") }

func (boxState) Schema(r huma.Registry) *huma.Schema {
	return oneOf(r, "MailboxState", "ok", "connecting", "failing", "off")
}

func (security) Schema(r huma.Registry) *huma.Schema {
	return oneOf(r, "Security", "tls", "starttls", "none")
}

func (oauthProvider) Schema(r huma.Registry) *huma.Schema {
	return oneOf(r, "OAuthProvider", "microsoft", "google", "other")
}

func (consentWay) Schema(r huma.Registry) *huma.Schema {
	return oneOf(r, "ConsentWay", "browser", "device")
}

func (consentState) Schema(r huma.Registry) *huma.Schema {
	return oneOf(r, "ConsentState", "none", "waiting", "done", "failed")
}

func (afterFetch) Schema(r huma.Registry) *huma.Schema {
	return oneOf(r, "AfterFetch", "leave", "flag", "move")
}

func (entryType) Schema(r huma.Registry) *huma.Schema {
	return oneOf(r, "EntryType", "message", "note", "event")
}

func (direction) Schema(r huma.Registry) *huma.Schema {
	return oneOf(r, "Direction", "in", "out", "auto", "bounce", "call")
}

func (foldKind) Schema(r huma.Registry) *huma.Schema {
	return oneOf(r, "FoldKind", "quote", "signature", "forward", "disclaimer")
}

func (outState) Schema(r huma.Registry) *huma.Schema {
	return oneOf(r, "OutboxState", "waiting", "sending", "data-sent", "sent", "failed", "uncertain", "cancelled")
}

func (rcptState) Schema(r huma.Registry) *huma.Schema {
	return oneOf(r, "RecipientState", "waiting", "sent", "failed", "uncertain")
}

func (partRole) Schema(r huma.Registry) *huma.Schema {
	return oneOf(r, "ParticipantRole", "requester", "cc")
}

func (partState) Schema(r huma.Registry) *huma.Schema {
	return oneOf(r, "ParticipantState", "active", "proposed", "removed")
}

func (fate) Schema(r huma.Registry) *huma.Schema {
	return oneOf(r, "Fate", "opened", "joined", "alert", "auto", "bounce", "list", "feedback", "own", "duplicate", "unreadable", "aside", "spam")
}

func (mailKind) Schema(r huma.Registry) *huma.Schema {
	return oneOf(r, "MailKind", "person", "auto_reply", "bounce", "feedback", "list", "alert", "meeting")
}

func (reassignTo) Schema(r huma.Registry) *huma.Schema {
	return oneOf(r, "ReassignTo", "ticket", "new", "aside", "spam", "desk")
}

func (importAction) Schema(r huma.Registry) *huma.Schema {
	return oneOf(r, "ImportAction", "create", "update", "same", "refuse")
}

func (historyKind) Schema(r huma.Registry) *huma.Schema {
	return oneOf(r, "HistoryKind", "files", "imap")
}

func (historyState) Schema(r huma.Registry) *huma.Schema {
	return oneOf(r, "HistoryState", "reading", "ready", "importing", "stopped", "done", "undoing", "undone", "dropped", "failed")
}

func (historyTo) Schema(r huma.Registry) *huma.Schema {
	return oneOf(r, "HistoryTo", "reading", "importing", "stopped", "undoing", "dropped")
}

func (theme) Schema(r huma.Registry) *huma.Schema {
	return oneOf(r, "Theme", "system", "light", "dark")
}

func (composerMode) Schema(r huma.Registry) *huma.Schema {
	return oneOf(r, "ComposerMode", "rich", "plain")
}

func (sessionKind) Schema(r huma.Registry) *huma.Schema {
	return oneOf(r, "SessionKind", "window", "link")
}
