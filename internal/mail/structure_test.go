package mail

import (
	"fmt"
	"io"
	"strings"
	"testing"
)

// node is a part of a mail under test: a leaf with content, or a multipart with parts.
type node struct {
	head  string
	body  string
	parts []node
}

func (n node) write(b *strings.Builder, depth int) {
	b.WriteString(n.head)
	if n.parts == nil {
		b.WriteString("\n\n" + n.body)
		return
	}
	boundary := fmt.Sprintf("b%d", depth)
	b.WriteString("; boundary=" + boundary + "\n\n")
	for _, p := range n.parts {
		b.WriteString("--" + boundary + "\n")
		p.write(b, depth+1)
		b.WriteString("\n")
	}
	b.WriteString("--" + boundary + "--\n")
}

func multi(sub string, parts ...node) node {
	return node{head: "Content-Type: multipart/" + sub, parts: parts}
}

func leafNode(kind, body string) node {
	return node{head: "Content-Type: " + kind, body: body}
}

// TestStructures says which leaves of the usual trees are read and which are attachments.
func TestStructures(t *testing.T) {
	plain, rich := leafNode("text/plain", "clair"), leafNode("text/html", "<p>riche</p>")
	picture := leafNode("image/png; name=p.png", "x")
	file := node{head: "Content-Type: text/plain; name=journal.txt\nContent-Disposition: attachment; filename=journal.txt", body: "lignes"}
	invite := leafNode("text/calendar; method=REQUEST", "BEGIN:VCALENDAR\nMETHOD:REQUEST\nEND:VCALENDAR")
	for name, tc := range map[string]struct {
		tree             node
		text, html, with string
	}{
		"plain":                       {plain, "clair", "", ""},
		"rich":                        {rich, "riche", "<p>riche</p>", ""},
		"alternative":                 {multi("alternative", plain, rich), "clair", "<p>riche</p>", ""},
		"alternative, rich first":     {multi("alternative", rich, plain), "clair", "<p>riche</p>", ""},
		"alternative, empty plain":    {multi("alternative", leafNode("text/plain", " \n"), rich), "riche", "<p>riche</p>", ""},
		"related":                     {multi("related", rich, picture), "riche", "<p>riche</p>", "p.png"},
		"outlook":                     {multi("related", multi("alternative", plain, rich), picture), "clair", "<p>riche</p>", "p.png"},
		"usual":                       {multi("mixed", multi("alternative", plain, multi("related", rich, picture)), file), "clair", "<p>riche</p>", "p.png journal.txt"},
		"text, file, text":            {multi("mixed", plain, file, leafNode("text/plain", "suite")), "clair\n\nsuite", "", "journal.txt"},
		"apple, pictures between":     {multi("mixed", leafNode("text/html", "un"), picture, leafNode("text/html", "deux")), "un\n\ndeux", "undeux", "p.png"},
		"plain then rich, not either": {multi("mixed", plain, rich), "clair\n\nriche", "<p>clair</p>\n<p>riche</p>", ""},
		"file first":                  {multi("mixed", file, plain), "clair", "", "journal.txt"},
		"named text later":            {multi("mixed", plain, leafNode("text/plain; name=a.log", "x")), "clair", "", "a.log"},
		"named text first":            {multi("mixed", leafNode("text/plain; name=mail.txt", "clair"), picture), "clair", "", "p.png"},
		"invitation":                  {multi("alternative", plain, rich, invite), "clair", "<p>riche</p>", "-"},
		"signed":                      {multi("signed", plain, leafNode("application/pgp-signature; name=signature.asc", "x")), "clair", "", "signature.asc"},
		"file only":                   {picture, "", "", "p.png"},
		"digest":                      {multi("digest", node{head: "\nSubject: un", body: "x"}), "", "", "un.eml"},
		"enriched alone":              {leafNode("text/enriched", "clair"), "clair", "", ""},
		"enriched beside":             {multi("alternative", plain, leafNode("text/enriched", "riche")), "clair", "", "-"},
		"csv is no text":              {leafNode("text/csv; name=a.csv", "a;b"), "", "", "a.csv"},
		"unknown multipart":           {multi("x-thing", plain, picture), "clair", "", "p.png"},
		"empty multipart":             {multi("mixed"), "", "", ""},
	} {
		var raw strings.Builder
		tc.tree.write(&raw, 0)
		var stored []string
		m, err := Parse(strings.NewReader("From: a@b.example\n"+raw.String()), func(p Part) io.Writer {
			stored = append(stored, p.Name)
			return io.Discard
		})
		if err != nil {
			t.Fatal(err)
		}
		for i, n := range stored {
			if n == "" {
				stored[i] = "-"
			}
		}
		if strings.TrimRight(m.Text, "\n") != tc.text || strings.TrimRight(m.HTML, "\n") != tc.html || strings.Join(stored, " ") != tc.with {
			t.Errorf("%s: text %q, HTML %q, with %q\n%s", name, m.Text, m.HTML, stored, raw.String())
		}
	}
}

// TestCharsets: the names that mailers give to charsets, and what they mean.
func TestCharsets(t *testing.T) {
	for charset, body := range map[string]string{
		"iso-8859-1": "\xe9t\xe9", "ISO-8859-15": "\xe9t\xe9", "windows-1252": "\xe9t\xe9", "cp1252": "\xe9t\xe9", "CP-1252": "\xe9t\xe9", "latin1": "\xe9t\xe9", "iso_8859-1": "\xe9t\xe9",
		"iso8859-1": "\xe9t\xe9", "x-ansi": "\xe9t\xe9", "ansi": "\xe9t\xe9", "windows-1252;": "\xe9t\xe9", "utf8": "été", "UTF-8": "été", "unicode-1-1-utf-8": "été", "cp850": "\x82t\x82",
		"cp-850": "\x82t\x82", "ibm437": "\x82t\x82", "macintosh": "\x8et\x8e", "x-mac-roman": "\x8et\x8e", "utf-7": "+AOk-t+AOk", "utf-16le": "\xe9\x00t\x00\xe9\x00", "utf-16": "\xfe\xff\x00\xe9\x00t\x00\xe9",
		"us-ascii": "\xe9t\xe9", "unknown-8bit": "\xe9t\xe9", "default": "\xe9t\xe9", "nonsense": "\xe9t\xe9", "": "\xe9t\xe9", "windows-1250": "\xe9t\xe9", "cp1250": "\xe9t\xe9", "iso-8859-2": "\xe9t\xe9",
		"gb2312": "\xa8\xa6t\xa8\xa6", "gb18030": "\xa8\xa6t\xa8\xa6",
	} {
		d := decoder{}
		if got := d.text([]byte(body), charset); got != "été" {
			t.Errorf("%q: %q", charset, got)
		}
	}
	for charset, want := range map[string]bool{"utf-8": false, "iso-8859-1": false, "": false, "nonsense": true, "us-ascii": true} {
		d := decoder{}
		body := "été"
		if charset == "iso-8859-1" {
			body = "\xe9t\xe9"
		}
		d.text([]byte(body), charset)
		if d.bad != want {
			t.Errorf("%q is bad: %v", charset, d.bad)
		}
	}
}

func TestHeaderBlocks(t *testing.T) {
	for name, tc := range map[string]struct{ block, names string }{
		"usual":              {"A: 1\nB: 2\n\nC: 3", "a=1 b=2"},
		"folded":             {"A: 1\n 2\n\t3\n\n", "a=1 2 3"},
		"empty value":        {"A:\nB: 2\n\n", "a= b=2"},
		"value folded only":  {"A:\n 1\n\n", "a=1"},
		"no end":             {"A: 1\nB: 2", "a=1 b=2"},
		"body at once":       {"\nA: 1", ""},
		"colon in value":     {"A: b: c\n\n", "a=b: c"},
		"quote before":       {">A: 1\n\n", "a=1"},
		"text, no header":    {"Bonjour\nA: 1", ""},
		"doubled":            {"A: 1\nA: 2\n\n", "a=1 a=2"},
		"spaces in the name": {"A b: 1\nSubject: 2\n\n", "subject=2"},
		"only spaces":        {"A: 1\n \nB: 2\n\n", "a=1"},
	} {
		var got []string
		for _, f := range readHeader([]byte(tc.block)) {
			got = append(got, f.name+"="+f.value)
		}
		if strings.Join(got, " ") != tc.names {
			t.Errorf("%s: %q, want %q", name, got, tc.names)
		}
	}
}

func TestFlowed(t *testing.T) {
	for raw, want := range map[string]string{
		"un \ndeux\n":                "un deux\n",
		"un\ndeux\n":                 "un\ndeux\n",
		"> cit \n> ation\nréponse\n": "> cit ation\nréponse\n",
		"> a \nb\n":                  "> a \nb\n",
		">> a \n> b\n":               ">> a \n> b\n",
		" From moi\n":                "From moi\n",
		"texte\n-- \nnom\n":          "texte\n-- \nnom\n",
		"fin sans ligne ":            "fin sans ligne ",
	} {
		if got := unflow(raw, false); got != want {
			t.Errorf("%q: %q, want %q", raw, got, want)
		}
	}
	if got := unflow("anti \nconstitution\n", true); got != "anticonstitution\n" {
		t.Errorf("DelSp: %q", got)
	}
}

func TestUuencodedFilesInText(t *testing.T) {
	const file = "begin 644 a b.txt\n'8F]N:F]U<@  \n`\nend\n"
	for raw, want := range map[string][2]string{
		"avant\n" + file + "après\n":         {"avant\n\naprès\n", "a b.txt=bonjour"},
		file:                                 {"", "a b.txt=bonjour"},
		"x\n" + file + "\n\n" + file + "\n":  {"x\n", "a b.txt=bonjour a b.txt=bonjour"},
		"x\n" + file[:len(file)-5]:           {"x\n", "a b.txt=bonjour"},
		"begin 644 well\nand go on\n":        {"begin 644 well\nand go on\n", ""},
		"begin 2026 with\nMany plans\nend\n": {"begin 2026 with\nMany plans\nend\n", ""},
		"begin 644 x":                        {"begin 644 x", ""},
	} {
		var names []string
		var bufs []*strings.Builder
		m, err := Parse(strings.NewReader("From: a@b.example\nContent-Type: text/plain; charset=utf-8\n\n"+raw), func(p Part) io.Writer {
			names = append(names, p.Name)
			bufs = append(bufs, &strings.Builder{})
			return bufs[len(bufs)-1]
		})
		for i := range names {
			names[i] += "=" + bufs[i].String()
		}
		if err != nil || m.Text != want[0] || strings.Join(names, " ") != want[1] {
			t.Errorf("%q: text %q, files %q, %v", raw, m.Text, names, err)
		}
		for i, p := range m.Parts {
			if p.Index != i {
				t.Errorf("%q: part %d has index %d", raw, i, p.Index)
			}
		}
	}
}

// TestAFaultOfOursCostsOneMail: whatever breaks inside, the caller gets a message and goes on.
func TestAFaultOfOursCostsOneMail(t *testing.T) {
	r := strings.NewReader(mixedMail)
	m, err := Parse(r, func(Part) io.Writer { panic("broken") })
	if err != nil || m == nil || m.Kind != KindPerson || r.Len() > 0 || len(m.Warnings) == 0 {
		t.Errorf("%+v, %v, %d bytes unread", m, err, r.Len())
	}
}
