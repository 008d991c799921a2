package ticket

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"guichet/internal/db"
)

// Clues are what a suggestion goes by.
type Clues struct {
	Subject    string
	Text       string     // the first message
	Categories []Category // those on offer
	Past       []Earlier  // the requester's last qualified tickets, newest first
	Own        []Machine  // what the requester uses
	Others     []Machine  // what else the client has
	Near       int        // other tickets of the same machine within the hour
}

// Earlier is how an earlier ticket was qualified.
type Earlier struct {
	Number     int64
	CategoryID int64
}

// Machine is an asset by name.
type Machine struct {
	ID   int64
	Name string
}

// Suggestion is a value for one field of the qualification, with its reason: a key of the words catalogue.
type Suggestion struct {
	Field string // type, category, impact, urgency, asset, blocked, technicality
	Value int64  // of type: its place in Types
	Key   string
	Args  map[string]any
}

// Suggest proposes what the words, the sender and the history say. A field that nothing speaks for is left out: a guess
// without a reason would be taken for knowledge.
func Suggest(c Clues) (all []Suggestion) {
	subject, text := folded(c.Subject), folded(c.Text)
	add := func(s Suggestion, ok bool) {
		if ok {
			all = append(all, s)
		}
	}
	add(suggestSigned("type", subject+text, typeSigns))
	category, ok := suggestCategory(c, subject, text)
	add(category, ok)
	if i := slices.IndexFunc(c.Categories, func(x Category) bool { return x.ID == category.Value }); ok && i >= 0 {
		add(Suggestion{"technicality", int64(c.Categories[i].Technicality), "qualify.why.category", nil}, true)
	}
	add(suggestSigned("impact", subject+text, impactSigns))
	add(suggestSigned("urgency", subject+text, urgencySigns))
	add(suggestAsset(c, subject+text))
	add(Suggestion{"blocked", int64(c.Near) + 1, "qualify.why.near", map[string]any{"n": c.Near}}, c.Near > 0)
	return all
}

// folded writes a text as words between single blanks, a blank at both ends.
func folded(text string) string {
	return " " + strings.Join(strings.FieldsFunc(db.Fold(text), notWord), " ") + " "
}

// says finds a sign at the beginning of a word. A hyphen in it stands for a blank; a full stop at its end, for the end
// of the word.
func says(text, sign string) bool {
	return strings.Contains(text, " "+strings.TrimSpace(strings.NewReplacer("-", " ", ".", "").Replace(sign))+map[bool]string{true: " "}[strings.HasSuffix(sign, ".")])
}

// sign is a value with what people write where it holds.
type sign struct {
	value int64
	words string
}

var typeSigns = []sign{
	{0, "panne erreur bug bloque plante ne-fonctionne ne-marche ne-s-ouvre n-arrive-pas n-arrive-plus impossible coupure probleme error fail broken not-working does-not-work won-t cannot can-t down."},
	{1, "devis arrivee-de arrivee-d nouveau-collaborateur nouvel-arrivant merci-de-creer pouvez-vous-creer pouvez-vous-installer besoin-d-un besoin-d-acceder demande-d dernier-jour depart-de please-create new-starter could-you-install request-for quote."},
}

var impactSigns = []sign{
	{1, "tout-le-monde tous-les-postes toute-l-entreprise tout-le-site personne-ne-peut plus-personne plus-aucun everybody everyone nobody-can whole-office whole-site all-users entire"},
	{2, "plusieurs-postes plusieurs-collegues plusieurs-personnes tout-le-service toute-l-equipe mes-collegues nous-sommes-plusieurs several-people several-colleagues my-colleagues the-whole-team our-team"},
}

var urgencySigns = []sign{
	{3, "pas-urgent rien-d-urgent quand-vous-pouvez quand-vous-aurez a-l-occasion no-rush not-urgent no-hurry when-you-have when-you-get"},
	{1, "urgent urgence au-plus-vite a-l-arret des-que-possible impossible-de-travailler ne-peux-plus-travailler asap as-soon-as-possible cannot-work can-t-work work-has-stopped"},
	{2, "genant penible lent lente slow annoying"},
}

// suggestSigned takes the first value whose signs the text has: of "not urgent" and "urgent", the former.
func suggestSigned(field, text string, signs []sign) (Suggestion, bool) {
	for _, s := range signs {
		for word := range strings.FieldsSeq(s.words) {
			if says(text, word) {
				return Suggestion{field, s.value, "qualify.why.words", map[string]any{"words": shownSign(word)}}, true
			}
		}
	}
	return Suggestion{}, false
}

func shownSign(sign string) string {
	return strings.TrimSuffix(strings.ReplaceAll(sign, "-", " "), ".")
}

// suggestCategory counts each category's words, those of the subject for three; else it goes by the history.
func suggestCategory(c Clues, subject, text string) (Suggestion, bool) {
	type score struct {
		id    int64
		n     int
		words []string
	}
	var best score
	for _, category := range c.Categories {
		s := score{id: category.ID}
		for word := range strings.FieldsSeq(category.Words) {
			n := 0
			if says(subject, word) {
				n = 3
			} else if says(text, word) {
				n = 1
			}
			if n > 0 {
				s.n, s.words = s.n+n, append(s.words, shownSign(word))
			}
		}
		if s.n > best.n && !category.Retired {
			best = s
		}
	}
	if best.n >= 2 {
		return Suggestion{"category", best.id, "qualify.why.words", map[string]any{"words": strings.Join(best.words, ", ")}}, true
	}
	return suggestFromPast(c)
}

// suggestFromPast takes the category that the requester's last tickets had most, at least twice.
func suggestFromPast(c Clues) (Suggestion, bool) {
	times := map[int64]int{}
	for _, p := range c.Past {
		if p.CategoryID != 0 {
			times[p.CategoryID]++
		}
	}
	if len(c.Past) == 0 || len(times) == 0 {
		return Suggestion{}, false
	}
	best := slices.MaxFunc(c.Past, func(a, b Earlier) int {
		return cmp.Or(cmp.Compare(times[a.CategoryID], times[b.CategoryID]), cmp.Compare(a.Number, b.Number))
	})
	n := times[best.CategoryID]
	return Suggestion{"category", best.CategoryID, "qualify.why.past", map[string]any{"n": n}}, n >= 2
}

// suggestAsset takes a machine that the text names, else the only one that the requester has.
func suggestAsset(c Clues, text string) (Suggestion, bool) {
	for _, m := range slices.Concat(c.Own, c.Others) {
		if name := folded(m.Name); len(name) > 4 && strings.Contains(text, name) {
			return Suggestion{"asset", m.ID, "qualify.why.named", nil}, true
		}
	}
	if len(c.Own) == 1 {
		return Suggestion{"asset", c.Own[0].ID, "qualify.why.own", nil}, true
	}
	return Suggestion{}, false
}

// EarlierOf returns how a contact's last tickets but one were qualified, newest first.
func EarlierOf(ctx context.Context, q db.Querier, contact, but int64, limit int) ([]Earlier, error) {
	return db.All(ctx, q, func(e *Earlier) []any { return []any{&e.Number, &e.CategoryID} }, `SELECT t.number, n.category_id FROM ticket t
		JOIN qualification n ON n.ticket_id = t.id WHERE t.requester_id = ? AND t.id <> ? ORDER BY t.activity_at DESC, t.id DESC LIMIT ?`, contact, but, limit)
}

// FirstText is the beginning of a ticket's first message, "" for none.
func FirstText(ctx context.Context, q db.Querier, id int64) (string, error) {
	text, err := db.Value[string](ctx, q, "SELECT body FROM message WHERE ticket_id = ? ORDER BY id LIMIT 1", id)
	if errors.Is(err, db.ErrNone) {
		return "", nil
	}
	const enough = 4000 // of what somebody wrote before the quotes
	return cut(text, enough), err
}
