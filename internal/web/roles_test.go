package web

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"guichet/internal/contract"
	"guichet/internal/people"
)

// forAll are the routes that every agent may use. One that is neither here nor in
// the test below fails it: whoever adds a route says whose it is.
const forAll = `/ /api/export/tickets /enter /enter.js getMe updateMe /api/feed getViews listTickets createTicket searchTickets getTicket listTimeline updateTicket markSeen
	addNote keepNote takeForwarded getCompose saveDraft dropDraft /api/tickets/{id}/draft/files removeDraftFile /api/draft-files/{id} answerTicket
	listOutbox undoAnswer retryAnswer settleAnswer openBody /api/messages/{id}/raw /api/messages/{id}/attachments/{part} /m/{cap}/{$}
	/m/{cap}/part/{n} /m/{cap}/out/{n} listMails getMail /api/mails/{id}/raw reassignMail undoReassign listBlocked blockSender unblockSender
	listClients createClient getClient updateClient listContracts listAssets createAsset getAsset updateAsset getQualify qualifyTicket getClocks getClock
	mergeClient unmergeClient createSite updateSite deleteSite listContacts createContact
	getContact updateContact mergeContact unmergeContact attachSender unattachSender importContacts listAgents linkAgent listSessions
	revokeSession listMailboxes getMailbox listHosts getSettings getMeeting completeSearch listSavedViews saveView updateView deleteView shellPick shellSave shellOpen shellNotify shellTitle`

// What concerns the team, its mailboxes and its data is a lead's: another agent is
// refused before anything is done or looked up.
func TestOnlyALeadChangesTheTeam(t *testing.T) {
	k := newDesk(t)
	boss := k.agent
	k.other(people.RoleAgent)
	box := map[string]any{"name": "Support", "address": "support@gardian.example", "aliases": []string{}, "language": "fr",
		"imap": map[string]any{"host": "h", "port": 993, "security": "tls", "user": "u", "folder": "INBOX", "after": "flag"},
		"smtp": map[string]any{"host": "h", "port": 465, "security": "tls", "user": "u"}, "savesSent": true, "signatureFr": "", "signatureEn": "",
		"acknowledge": true, "active": true}
	agent := map[string]any{"name": "Zoé", "email": "zoe@gardian.example", "level": 1, "role": "lead", "language": "fr", "active": true}
	agreed, terms := map[string]any{"name": "C", "startsOn": "2026-01-01", "noticeMonths": 0}, termsOf(contract.Default())
	bodies := map[string]any{"createMailbox": box, "updateMailbox": with(box, "version", 1), "testMailbox": box,
		"setOAuth": map[string]any{"provider": "google", "clientId": "x"}, "removeOAuth": nil, "askConsent": map[string]any{"way": "device"}, "getConsent": nil,
		"lookUpHost": map[string]any{"address": "a@b.example"}, "updateSettings": map[string]any{"version": 0, "teamName": "Gardian", "language": "fr"},
		"setUp":        map[string]any{"teamName": "G", "agentName": "H", "agentEmail": "h@g.example", "language": "fr"},
		"makeRecovery": nil, "listBackups": nil, "makeBackup": map[string]any{}, "eraseContact": nil,
		"createAgent": agent, "updateAgent": with(agent, "version", 1), "createContract": with(agreed, "terms", terms),
		"updateContract": with(agreed, "version", 1), "setTerms": map[string]any{"version": 1, "fromOn": "2026-01-01", "terms": terms},
		"listHistory": nil, "startHistory": map[string]any{"kind": "imap", "mailboxId": "1", "folder": "Archives"}, "getHistory": nil,
		"moveHistory": map[string]any{"to": "stopped"}, "listHistoryTalks": nil, "listHistoryAside": nil, "planHistoryUndo": nil, "listFolders": nil}
	open := strings.Fields(forAll)
	for _, r := range routes() {
		method, path := filled(r.pattern)
		name := r.name
		if _, path, found := strings.Cut(r.pattern, " "); name == "" {
			if name = path; !found {
				name = r.pattern
			}
		}
		body, leads := bodies[name]
		if leads == slices.Contains(open, name) {
			t.Errorf("%s: is it a lead's, or everybody's?", name)
		}
		if !leads {
			continue
		}
		if p := k.refused(403, method, path, body); p.Key != "web.lead" {
			t.Errorf("%s: %+v", r.pattern, p)
		}
		delete(bodies, name)
	}
	if len(bodies) > 0 {
		t.Errorf("no such route: %v", bodies)
	}
	// These two are for oneself; for another they are a lead's.
	k.refused(403, "POST", "/api/agents/"+string(idOf(boss.ID))+"/link", nil)
	k.refused(403, "DELETE", "/api/sessions/1", nil)
}

// with is a form with one field more.
func with(form map[string]any, field string, value any) map[string]any {
	out := maps.Clone(form)
	out[field] = value
	return out
}
