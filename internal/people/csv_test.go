package people

import (
	"encoding/csv"
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"guichet/internal/fault"
)

func TestReadCSVFindsEncodingAndSeparator(t *testing.T) {
	const text = "Nom;Prénom;Courriel\r\nLefèvre;Zoé;zoe@eole.example\r\n\"Cœur; \"\"Le\"\"\";Ana;ana@eole.example\r\n"
	cp1252, err := charmap.Windows1252.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(strings.ReplaceAll(text, ";", "\t"))
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{{"Lefèvre", "Zoé", "zoe@eole.example"}, {`Cœur; "Le"`, "Ana", "ana@eole.example"}}
	for name, c := range map[string]struct{ data, encoding, separator string }{
		"UTF-8":               {text, "UTF-8", ";"},
		"UTF-8 with its mark": {"\ufeff" + text, "UTF-8", ";"},
		"Windows-1252":        {cp1252, "Windows-1252", ";"},
		"Excel's Unicode":     {utf16, "UTF-16", "\t"},
		"commas":              {strings.ReplaceAll(text, ";", ","), "UTF-8", ","},
		"sep=":                {"sep=;\r\n" + text, "UTF-8", ";"},
		"lone returns":        {strings.ReplaceAll(text, "\r\n", "\r"), "UTF-8", ";"},
		"line feeds":          {strings.ReplaceAll(text, "\r\n", "\n\n"), "UTF-8", ";"},
	} {
		got, err := ReadCSV([]byte(c.data))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var rows [][]string
		for _, r := range got.Rows {
			row := slices.Clone(r.Cells)
			row[0] = strings.NewReplacer("Cœur, ", "Cœur; ", "Cœur\t ", "Cœur; ").Replace(row[0])
			rows = append(rows, row)
		}
		if got.Encoding != c.encoding || got.Separator != c.separator || !got.Headed || !reflect.DeepEqual(rows, want) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestReadCSVKnowsTheLines(t *testing.T) {
	got, err := ReadCSV([]byte("Nom,Note\r\n\r\n\"a\nb\r\nc\",x\r\nd,y\r\n"))
	if err != nil || len(got.Rows) != 2 || got.Rows[0].Number != 3 || got.Rows[1].Number != 6 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestReadCSVRefusesInWords(t *testing.T) {
	for want, data := range map[string]string{
		"people.import.too_big":     strings.Repeat("a", ImportBytes+1),
		"people.import.too_many":    strings.Repeat("a;b\n", ImportRows+2),
		"people.import.no_rows":     "\n \n;;\n",
		"people.import.spreadsheet": "PK\x03\x04[Content_Types].xml",
		"people.import.binary":      "Nom\x00;b\n",
		"people.import.quote":       "Nom;Mail\nx;\"never closed\ny;z\n",
	} {
		_, err := ReadCSV([]byte(data))
		if e, ok := fault.As(err); !ok || e.Key != want {
			t.Errorf("%s: %v", want, err)
		}
	}
	if _, err := ReadCSV([]byte(strings.Repeat(";", 1<<20))); err == nil {
		t.Error("a row of nothing is a row")
	}
	if got, err := ReadCSV([]byte("a@b.example" + strings.Repeat(";", 1<<20))); err != nil || len(got.Rows[0].Cells) != columnsRead {
		t.Errorf("a very wide row: %v", err)
	}
}

func TestMappingIsGuessed(t *testing.T) {
	for heads, want := range map[string]Mapping{
		"Nom;Prénom;Adresse e-mail;Téléphone;Société;Site;Langue":    {0, 1, 2, 3, 4, 5, 6},
		"First Name;Last Name;E-mail Address;Company;Business Phone": {1, 0, 2, 4, 3, -1, -1},
		"Display name;User principal name;Office;Preferred language": {0, -1, 1, -1, -1, 2, 3},
		"NOM COMPLET;PRENOM;COURRIEL":                                {0, -1, 2, -1, -1, -1, -1},
		"Adresse;Email;Nom":                                          {2, -1, 1, -1, -1, -1, -1},
		"Adresse;Contact":                                            {1, -1, 0, -1, -1, -1, -1},
		"Rien;Du;Tout":                                               {-1, -1, -1, -1, -1, -1, -1},
	} {
		if got := GuessMapping(strings.Split(heads, ";")); got != want {
			t.Errorf("%s: %+v, want %+v", heads, got, want)
		}
	}
	got, err := ReadCSV([]byte("3,ana@lunel.example,Ana Costa\n4,noe@rive.example,Noé\n"))
	if err != nil || got.Headed || len(got.Rows) != 2 || !slices.Equal(got.Columns, []string{"1", "2", "3"}) ||
		got.Mapping() != (Mapping{2, -1, 1, -1, -1, -1, -1}) {
		t.Errorf("without names: %+v, %+v, %v", got, got.Mapping(), err)
	}
}

// What a well-behaved program writes is read as it was meant.
func FuzzReadCSV(f *testing.F) {
	f.Add("Nom", "Cœur; \"Le\"", "a@b.example", "\n")
	f.Add("a,b", "c\td", "e;f", " ")
	f.Add("sep=;", "'=1+1", "", "\"")
	f.Fuzz(func(t *testing.T, a, b, c, d string) {
		if _, err := ReadCSV([]byte(a + b + c + d)); err != nil {
			if _, ok := fault.As(err); !ok {
				t.Errorf("%v is for nobody to read", err)
			}
		}
		var out strings.Builder
		w := csv.NewWriter(&out)
		w.Comma = ';'
		rows := [][]string{{"Nom", "Mail"}, {a, b}, {c, d}}
		if err := w.WriteAll(rows); err != nil {
			return
		}
		text := out.String()
		r := reader{text: text, sep: ';', line: 1}
		for _, want := range rows {
			if strings.TrimSpace(want[0]+want[1]) == "" {
				continue // a blank row
			}
			got, ok, err := r.next()
			if err != nil || !ok || !reflect.DeepEqual(got.Cells, want) {
				t.Fatalf("%q: %q, %v, %v, want %q", text, got.Cells, ok, err, want)
			}
		}
	})
}
