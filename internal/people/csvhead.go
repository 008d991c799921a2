package people

import (
	"strconv"
	"strings"
	"unicode"

	"guichet/internal/db"
	"guichet/internal/words"
)

// Mapping says in which column, from 0, each value stands; -1 for none.
type Mapping struct {
	Name     int // the family name, or the whole name
	First    int // the first name
	Email    int // one address or several
	Phone    int
	Client   int
	Site     int
	Language int
}

// headings are the names of columns that programs and people give, folded and
// without marks. Where two columns of a file fit, the one named first here counts.
var headings = []struct {
	column func(m *Mapping) *int
	names  string
}{
	{func(m *Mapping) *int { return &m.Email }, "email adresseemail adressemail adresseelectronique adressedemessagerie courriel " +
		"emailaddress mail mel adressecourriel email1 email1value emailprincipal messagerie primaryemail workemail userprincipalname adresse address"},
	{func(m *Mapping) *int { return &m.Name }, "nomcomplet fullname displayname nomaffiche nometprenom prenomnom prenometnom nomprenom nom name " +
		"nomdefamille lastname surname familyname contact utilisateur user"},
	{func(m *Mapping) *int { return &m.First }, "prenom firstname givenname"},
	{func(m *Mapping) *int { return &m.Phone }, "telephone tel phone phonenumber telephonefixe telephoneprofessionnel businessphone telephonemobile " +
		"mobile portable numerodetelephone officephone mobilephone gsm ligne"},
	{func(m *Mapping) *int { return &m.Client }, "client societe entreprise company companyname organisation organization raisonsociale customer compte account"},
	{func(m *Mapping) *int { return &m.Site }, "site agence lieu location office bureau etablissement"},
	{func(m *Mapping) *int { return &m.Language }, "langue language lang preferredlanguage"},
}

// wholeName are the headings of a name that already has the first name in it.
const wholeName = " nomcomplet fullname displayname nomaffiche nometprenom prenomnom prenometnom nomprenom "

// heading folds a column's name to its letters and digits.
func heading(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, db.Fold(tidy(s)))
}

// GuessMapping finds the columns by their names, in French or English.
func GuessMapping(columns []string) Mapping {
	m := Mapping{-1, -1, -1, -1, -1, -1, -1}
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = heading(c)
	}
	for _, h := range headings {
		place := h.column(&m)
		for _, known := range strings.Fields(h.names) {
			for i, name := range names {
				if *place < 0 && name == known {
					*place = i
				}
			}
		}
	}
	if m.Name >= 0 && strings.Contains(wholeName, " "+names[m.Name]+" ") {
		m.First = -1
	}
	return m
}

// Mapping guesses the columns of a table, by their names or, without names, by
// what the first row holds.
func (t Table) Mapping() Mapping {
	if t.Headed {
		return GuessMapping(t.Columns)
	}
	m := Mapping{-1, -1, -1, -1, -1, -1, -1}
	for i := range t.Columns {
		text := t.Rows[0].cell(i)
		_, address := NormalAddress(text)
		switch {
		case address && m.Email < 0:
			m.Email = i
		case !address && m.Name < 0 && strings.ContainsFunc(text, unicode.IsLetter):
			m.Name = i
		}
	}
	return m
}

// head takes the first row as the columns' names, unless it holds an address and
// nothing that names a column.
func (t *Table) head() {
	first := t.Rows[0]
	t.Headed = true
	if GuessMapping(first.Cells) == (Mapping{-1, -1, -1, -1, -1, -1, -1}) {
		for i := range first.Cells {
			if _, address := NormalAddress(first.cell(i)); address {
				t.Headed = false
			}
		}
	}
	for i := range first.Cells {
		if t.Headed {
			t.Columns = append(t.Columns, cut(tidy(first.Cells[i]), 100))
		} else {
			t.Columns = append(t.Columns, strconv.Itoa(i+1))
		}
	}
	if t.Headed {
		t.Rows = t.Rows[1:]
	}
}

// languageOf reads a language as people write it; ok is false for another one.
func languageOf(text string) (l words.Language, ok bool) {
	switch heading(text) {
	case "":
		return "", true
	case "fr", "fra", "fre", "francais", "french", "frfr", "frbe", "frch", "frca":
		return words.French, true
	case "en", "eng", "anglais", "english", "engb", "enus", "enie", "enca":
		return words.English, true
	}
	return "", false
}
