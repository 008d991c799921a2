package web

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// wall says what a request needs before a route's handler sees it. Every wall
// begins with the right Host.
type wall string

const (
	wallSession wall = "session" // a live session, from our own page
	wallEntry   wall = "entry"   // nothing more for GET; our own page for POST
	wallMail    wall = "mail"    // the capability in the path, which the handler checks
)

// route is one line of the table.
type route struct {
	pattern string // as http.ServeMux reads it
	wall    wall
	name    string // operation id; "" where the route is no JSON operation
	operate func(huma.API, huma.Operation, *door)
	serve   func(*door, http.ResponseWriter, *http.Request)
}

// routes is every route of the program. What is not here does not exist.
func routes() []route {
	return []route{
		raw("GET /enter", wallEntry, enterPage),
		raw("GET /enter.js", wallEntry, enterScript),
		raw("POST /enter", wallEntry, enter),
		raw("/", wallSession, static),

		op("GET /api/me", "getMe", getMe),
		op("PATCH /api/me", "updateMe", updateMe),
		raw("GET /api/feed", wallSession, feed),
		op("GET /api/views", "getViews", getViews),

		op("GET /api/tickets", "listTickets", listTickets),
		op("POST /api/tickets", "createTicket", createTicket),
		op("GET /api/search", "searchTickets", searchTickets),
		op("GET /api/search/complete", "completeSearch", completeSearch),
		raw("GET /api/export/tickets", wallSession, exportTickets),
		op("GET /api/saved-views", "listSavedViews", listSavedViews),
		op("POST /api/saved-views", "saveView", saveView),
		op("PATCH /api/saved-views/{id}", "updateView", updateView),
		op("DELETE /api/saved-views/{id}", "deleteView", deleteView),
		op("GET /api/tickets/{id}", "getTicket", getTicket),
		op("GET /api/tickets/{id}/timeline", "listTimeline", listTimeline),
		op("PATCH /api/tickets/{id}", "updateTicket", updateTicket),
		act("POST /api/tickets/{id}/seen", "markSeen", markSeen),
		op("POST /api/tickets/{id}/notes", "addNote", addNote),
		act("PUT /api/tickets/{id}/note", "keepNote", keepNote),
		op("POST /api/tickets/{id}/forwarded", "takeForwarded", takeForwarded),

		op("GET /api/tickets/{id}/qualify", "getQualify", getQualify),
		op("POST /api/tickets/{id}/qualify", "qualifyTicket", qualifyTicket),
		op("GET /api/tickets/{id}/clocks", "getClocks", getClocks),
		op("GET /api/tickets/{id}/clocks/{goal}", "getClock", getClock),

		op("GET /api/tickets/{id}/compose", "getCompose", getCompose),
		op("PUT /api/tickets/{id}/draft", "saveDraft", saveDraft),
		act("DELETE /api/tickets/{id}/draft", "dropDraft", dropDraft),
		raw("POST /api/tickets/{id}/draft/files", wallSession, addDraftFile),
		act("DELETE /api/draft-files/{id}", "removeDraftFile", removeDraftFile),
		raw("GET /api/draft-files/{id}", wallSession, getDraftFile),
		op("POST /api/tickets/{id}/answer", "answerTicket", answerTicket),

		op("GET /api/outbox", "listOutbox", listOutbox),
		act("POST /api/outbox/{id}/undo", "undoAnswer", undoAnswer),
		act("POST /api/outbox/{id}/retry", "retryAnswer", retryAnswer),
		act("POST /api/outbox/{id}/settle", "settleAnswer", settleAnswer),

		op("POST /api/messages/{id}/body", "openBody", openBody),
		op("GET /api/messages/{id}/meeting", "getMeeting", getMeeting),
		raw("GET /api/messages/{id}/raw", wallSession, messageRaw),
		raw("GET /api/messages/{id}/attachments/{part}", wallSession, messageAttachment),
		raw("GET /m/{cap}/{$}", wallMail, mailBody),
		raw("GET /m/{cap}/part/{n}", wallMail, mailPart),
		raw("GET /m/{cap}/out/{n}", wallMail, mailOut),

		op("GET /api/mails", "listMails", listMails),
		op("GET /api/mails/{id}", "getMail", getMail),
		raw("GET /api/mails/{id}/raw", wallSession, mailRaw),
		op("POST /api/mails/{id}/reassign", "reassignMail", reassignMail),
		op("POST /api/mails/{id}/undo", "undoReassign", undoReassign),
		op("GET /api/blocked", "listBlocked", listBlocked),
		op("POST /api/blocked", "blockSender", blockSender),
		act("POST /api/blocked/remove", "unblockSender", unblockSender),

		op("GET /api/clients", "listClients", listClients),
		op("POST /api/clients", "createClient", createClient),
		op("GET /api/clients/{id}", "getClient", getClient),
		op("PATCH /api/clients/{id}", "updateClient", updateClient),
		act("POST /api/clients/{id}/merge", "mergeClient", mergeClient),
		act("POST /api/clients/{id}/unmerge", "unmergeClient", unmergeClient),
		op("POST /api/clients/{id}/sites", "createSite", createSite),
		op("PATCH /api/sites/{id}", "updateSite", updateSite),
		act("DELETE /api/sites/{id}", "deleteSite", deleteSite),
		op("GET /api/clients/{id}/contracts", "listContracts", listContracts),
		op("POST /api/clients/{id}/contracts", "createContract", createContract),
		op("PATCH /api/contracts/{id}", "updateContract", updateContract),
		op("PUT /api/contracts/{id}/terms", "setTerms", setTerms),
		op("GET /api/clients/{id}/assets", "listAssets", listAssets),
		op("POST /api/clients/{id}/assets", "createAsset", createAsset),
		op("GET /api/assets/{id}", "getAsset", getAsset),
		op("PATCH /api/assets/{id}", "updateAsset", updateAsset),
		op("GET /api/contacts", "listContacts", listContacts),
		op("POST /api/contacts", "createContact", createContact),
		op("GET /api/contacts/{id}", "getContact", getContact),
		op("PATCH /api/contacts/{id}", "updateContact", updateContact),
		act("POST /api/contacts/{id}/merge", "mergeContact", mergeContact),
		act("POST /api/contacts/{id}/unmerge", "unmergeContact", unmergeContact),
		act("POST /api/contacts/{id}/erase", "eraseContact", eraseContact),
		op("POST /api/contacts/attach", "attachSender", attachSender),
		op("POST /api/contacts/{id}/unattach", "unattachSender", unattachSender),
		op("POST /api/contacts/import", "importContacts", importContacts),

		op("GET /api/agents", "listAgents", listAgents),
		op("POST /api/agents", "createAgent", createAgent),
		op("PATCH /api/agents/{id}", "updateAgent", updateAgent),
		op("POST /api/agents/{id}/link", "linkAgent", linkAgent),
		op("GET /api/sessions", "listSessions", listSessions),
		act("DELETE /api/sessions/{id}", "revokeSession", revokeSession),

		op("GET /api/mailboxes", "listMailboxes", listMailboxes),
		op("POST /api/mailboxes", "createMailbox", createMailbox),
		op("GET /api/mailboxes/{id}", "getMailbox", getMailbox),
		op("PATCH /api/mailboxes/{id}", "updateMailbox", updateMailbox),
		op("POST /api/mailboxes/test", "testMailbox", testMailbox),
		op("GET /api/hosts", "listHosts", listHosts),
		op("POST /api/hosts/lookup", "lookUpHost", lookUpHost),
		op("PUT /api/mailboxes/{id}/oauth", "setOAuth", setOAuth),
		op("DELETE /api/mailboxes/{id}/oauth", "removeOAuth", removeOAuth),
		op("POST /api/mailboxes/{id}/consent", "askConsent", askConsent),
		op("GET /api/mailboxes/{id}/consent", "getConsent", getConsent),
		op("GET /api/mailboxes/{id}/folders", "listFolders", listFolders),
		op("GET /api/history", "listHistory", listHistory),
		op("POST /api/history", "startHistory", startHistory),
		op("GET /api/history/{id}", "getHistory", getHistory),
		op("POST /api/history/{id}/move", "moveHistory", moveHistory),
		op("GET /api/history/{id}/talks", "listHistoryTalks", listHistoryTalks),
		op("GET /api/history/{id}/aside", "listHistoryAside", listHistoryAside),
		op("GET /api/history/{id}/undo", "planHistoryUndo", planHistoryUndo),
		op("GET /api/settings", "getSettings", getSettings),
		op("PATCH /api/settings", "updateSettings", updateSettings),
		act("POST /api/setup", "setUp", setUp),
		op("POST /api/recovery", "makeRecovery", makeRecovery),
		op("GET /api/backups", "listBackups", listBackups),
		op("POST /api/backups", "makeBackup", makeBackup),

		op("POST /shell/save", "shellSave", saveWithShell),
		op("POST /shell/pick", "shellPick", pickWithShell),
		act("POST /shell/open", "shellOpen", openWithShell),
		act("POST /shell/notify", "shellNotify", notifyWithShell),
		act("POST /shell/title", "shellTitle", titleWithShell),
	}
}

// lasts says which routes may take as long as they need: a feed has no end, a
// backup copies everything, and a dialog waits for a person.
func lasts(pattern string) bool {
	return pattern == "GET /api/feed" || pattern == "POST /api/backups" || pattern == "POST /shell/save" || pattern == "POST /shell/pick" ||
		pattern == "GET /api/export/tickets"
}

// op is a line for an operation that answers with JSON.
func op[I, O any](pattern, name string, fn func(context.Context, *door, *I) (O, error)) route {
	type answer struct{ Body O }
	return route{pattern: pattern, wall: wallSession, name: name,
		operate: func(api huma.API, o huma.Operation, d *door) {
			huma.Register(api, o, func(ctx context.Context, in *I) (*answer, error) {
				body, err := fn(ctx, d, in)
				if err != nil {
					return nil, d.problemOf(ctx, o.OperationID, err)
				}
				return &answer{body}, nil
			})
		}}
}

// act is a line for an operation that answers with nothing (204).
func act[I any](pattern, name string, fn func(context.Context, *door, *I) error) route {
	return route{pattern: pattern, wall: wallSession, name: name,
		operate: func(api huma.API, o huma.Operation, d *door) {
			huma.Register(api, o, func(ctx context.Context, in *I) (*struct{}, error) {
				if err := fn(ctx, d, in); err != nil {
					return nil, d.problemOf(ctx, o.OperationID, err)
				}
				return nil, nil
			})
		}}
}

// raw is a line for a handler of its own: files, streams, pages.
func raw(pattern string, w wall, fn func(*door, http.ResponseWriter, *http.Request)) route {
	return route{pattern: pattern, wall: w, serve: fn}
}

func (r route) operation() huma.Operation {
	method, path, _ := strings.Cut(r.pattern, " ")
	return huma.Operation{Method: method, Path: path, OperationID: r.name, MaxBodyBytes: bodyLimit(path), BodyReadTimeout: bodyTime}
}

// has says whether a route exists here: those of the shell only in the window's
// process. The description (a nil door) has them all.
func (d *door) has(r route) bool {
	return d == nil || d.Shell != nil || !strings.Contains(r.pattern, " /shell/")
}
