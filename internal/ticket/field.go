package ticket

import (
	"slices"
	"strings"
	"time"

	"guichet/internal/db"
)

// field is what a line can ask about.
type field struct {
	name   string
	also   []string // other names, folded; the first is the French one
	values []string // what can stand after the colon, in English and French by turns
	read   func(value string, who Asker) ([]test, bool)
}

func fieldByName(name string) (field, bool) {
	for _, f := range askable {
		if f.name == name || slices.Contains(f.also, name) {
			return f, true
		}
	}
	return field{}, false
}

// askable are all of them, in the order in which a person is offered them.
var askable = []field{
	{"status", []string{"statut", "etat"}, []string{"new", "nouveau", "open", "ouvert", "pending", "attente", "resolved", "traité", "closed", "clos", "active", "actif"}, readStatus},
	{"assignee", []string{"technicien", "assigne"}, []string{"me", "moi", "none", "aucun"}, readAssignee},
	{"priority", []string{"priorité", "priorite", "prio"}, []string{"P1", "P1", "P2", "P2", "P3", "P3", "P4", "P4", "major", "majeur", "none", "aucune"}, readPriority},
	{"due", []string{"échéance", "echeance"}, futureValues, readDue},
	{"type", []string{"type"}, []string{"incident", "incident", "request", "demande", "problem", "problème", "none", "aucun"}, readType},
	{"category", []string{"catégorie", "categorie"}, []string{"none", "aucune"}, readCategory},
	{"client", []string{"client"}, []string{"none", "aucun"}, readClient},
	{"requester", []string{"demandeur"}, []string{"none", "aucun"}, readRequester},
	{"level", []string{"niveau"}, []string{"N1", "N1", "N2", "N2"}, readLevel},
	{"is", []string{"est"}, []string{"late", "en-retard", "risk", "à-risque", "unqualified", "à-qualifier", "unread", "non-lu", "linked", "lié"}, readIs},
	{"asset", []string{"machine", "poste"}, []string{"none", "aucun"}, readAsset},
	{"perimeter", []string{"périmètre", "perimetre"}, []string{"in", "dans", "out", "hors", "doubtful", "douteux"}, readPerimeter},
	{"has", []string{"avec"}, []string{"attachment", "pj"}, readHas},
	{"waits", []string{"attend"}, []string{"user", "utilisateur", "vendor", "fournisseur", "appointment", "rdv", "other", "autre"},
		choice(waitWords, "t.pending_reason", func(f *Facts) string { return f.PendingReason })},
	{"until", []string{"jusqua"}, futureValues, ahead("t.pending_until", func(f *Facts) time.Time { return f.PendingUntil })},
	{"channel", []string{"canal"}, []string{"mail", "mail", "call", "appel", "desk", "bureau", "alert", "alerte"},
		choice(channelWords, "t.channel", func(f *Facts) string { return f.Channel })},
	{"language", []string{"langue"}, []string{"fr", "fr", "en", "en"}, choice(languageWords, "t.language", func(f *Facts) string { return f.Language })},
	{"created", []string{"créé", "cree", "recu"}, pastValues, since("t.reported_at", func(f *Facts) time.Time { return f.ReportedAt })},
	{"updated", []string{"activité", "activite", "maj"}, pastValues, since("t.activity_at", func(f *Facts) time.Time { return f.ActivityAt })},
	{"taken", []string{"pris"}, pastValues, since("t.taken_at", func(f *Facts) time.Time { return f.TakenAt })},
	{"solved", []string{"résolu", "resolu", "traite"}, pastValues, since("t.resolved_at", func(f *Facts) time.Time { return f.ResolvedAt })},
	{"ended", []string{"fini", "clos"}, pastValues, since("t.closed_at", func(f *Facts) time.Time { return f.ClosedAt })},
	{"outage", []string{"panne"}, pastValues, since("t.outage_at", func(f *Facts) time.Time { return f.OutageAt })},
	{"after", []string{"depuis"}, dayValues, readAfter},
	{"before", []string{"avant"}, dayValues, readBefore},
}

var (
	statusWords = map[string]Status{
		"new": New, "nouveau": New, "open": Open, "ouvert": Open, "pending": Pending, "attente": Pending,
		"resolved": Resolved, "resolu": Resolved, "traite": Resolved, "closed": Closed, "clos": Closed, "ferme": Closed,
	}
	channelWords  = map[string]string{"mail": "mail", "email": "mail", "courriel": "mail", "call": "call", "telephone": "call", "tel": "call", "appel": "call", "desk": "desk", "bureau": "desk", "alert": "alert", "alerte": "alert"}
	waitWords     = map[string]string{"user": "user", "utilisateur": "user", "vendor": "vendor", "fournisseur": "vendor", "editeur": "vendor", "appointment": "appointment", "rdv": "appointment", "rendez-vous": "appointment", "other": "other", "autre": "other"}
	languageWords = map[string]string{"fr": "fr", "francais": "fr", "french": "fr", "en": "en", "anglais": "en", "english": "en"}
	nobody        = []string{"none", "aucun", "aucune", "personne", "nobody"}
)

// equal asks for one value of a column that is never NULL.
func equal[T comparable](column string, want T, of func(*Facts) T) test {
	return test{sql: column + " = ?", args: func(time.Time) []any { return []any{want} }, column: column, value: want,
		holds: func(f *Facts, _ time.Time) bool { return of(f) == want }}
}

// plainly asks for what a statement's condition says without arguments.
func plainly(sql string, holds func(*Facts) bool) test {
	return test{sql: sql, holds: func(f *Facts, _ time.Time) bool { return holds(f) }}
}

// begins asks for a folded column, of a row that may be missing, by its beginning.
func begins(column, start string, of func(*Facts) string) test {
	return test{sql: "(" + column + " IS NOT NULL AND " + column + " >= ? AND " + column + " < ?)",
		args:  func(time.Time) []any { return []any{start, start + "\U0010FFFF"} },
		holds: func(f *Facts, _ time.Time) bool { return strings.HasPrefix(of(f), start) }}
}

func choice(words map[string]string, column string, of func(*Facts) string) func(string, Asker) ([]test, bool) {
	return func(value string, _ Asker) ([]test, bool) {
		meant, ok := words[value]
		return []test{equal(column, meant, of)}, ok
	}
}

func readStatus(value string, _ Asker) ([]test, bool) {
	of := func(f *Facts) string { return string(f.Status) }
	switch value {
	case "active", "actif", "encours":
		return []test{equal("t.queue", int64(0), func(f *Facts) int64 { return f.Status.queue() }),
			equal("t.queue", int64(1), func(f *Facts) int64 { return f.Status.queue() })}, true
	}
	s, ok := statusWords[value]
	return []test{equal("t.status", string(s), of)}, ok
}

func readAssignee(value string, who Asker) (tests []test, ok bool) {
	of := func(f *Facts) int64 { return f.AssigneeID }
	switch {
	case value == "me" || value == "moi":
		me := equal("t.assignee_id", who.Agent, of)
		me.mine = true
		return []test{me}, true
	case slices.Contains(nobody, value):
		return []test{equal("t.assignee_id", int64(0), of)}, true
	}
	for _, m := range who.Team {
		if strings.HasPrefix(db.Fold(m.Name), value) {
			tests = append(tests, equal("t.assignee_id", m.ID, of))
		}
	}
	return tests, len(tests) > 0
}

func readClient(value string, _ Asker) ([]test, bool) {
	if slices.Contains(nobody, value) {
		return []test{plainly("t.client_id IS NULL", func(f *Facts) bool { return f.ClientID == 0 })}, true
	}
	return []test{begins("c.fold", value, func(f *Facts) string { return f.ClientFold })}, true
}

func readRequester(value string, _ Asker) ([]test, bool) {
	if slices.Contains(nobody, value) {
		return []test{plainly("t.requester_id IS NULL", func(f *Facts) bool { return f.RequesterID == 0 })}, true
	}
	// Not a join: lists have none with the requester, whose name the ticket bears.
	return []test{{sql: "(t.requester_id IS NOT NULL AND t.requester_id IN (SELECT id FROM contact WHERE fold >= ? AND fold < ?))",
		args: func(time.Time) []any { return []any{value, value + "\U0010FFFF"} },
		holds: func(f *Facts, _ time.Time) bool {
			return f.RequesterID != 0 && strings.HasPrefix(f.RequesterFold, value)
		}}}, true
}

func readLevel(value string, _ Asker) ([]test, bool) {
	level := slices.Index([]string{"1", "2"}, strings.TrimPrefix(value, "n")) + 1
	return []test{equal("t.level", int64(level), func(f *Facts) int64 { return int64(f.Level) })}, level > 0
}

func readIs(value string, _ Asker) ([]test, bool) {
	switch value {
	case "unread", "nonlu", "non-lu":
		return []test{{sql: "t.last_in_id > COALESCE(s.entry_id, 0)"}}, true
	case "late", "retard", "en-retard":
		return []test{alarmed(2)}, true
	case "risk", "risque", "a-risque":
		return []test{alarmed(1)}, true
	case "unqualified", "a-qualifier":
		return []test{plainly("NOT EXISTS (SELECT 1 FROM qualification y WHERE y.ticket_id = t.id)", func(f *Facts) bool { return !f.Qualified })}, true
	case "linked", "lie":
		return []test{plainly("t.linked_id IS NOT NULL", func(f *Facts) bool { return f.Linked })}, true
	}
	return nil, false
}

func readHas(value string, _ Asker) ([]test, bool) {
	ok := slices.Contains([]string{"attachment", "file", "fichier", "piece", "pj"}, value)
	return []test{plainly("t.files = 1", func(f *Facts) bool { return f.Files })}, ok
}
