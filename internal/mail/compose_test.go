package mail

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"guichet/internal/fault"
)

func memFile(name, mediaType, cid, content string) File {
	return File{Name: name, Type: mediaType, CID: cid, Size: int64(len(content)),
		Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil }}
}

var answerDate = time.Date(2026, 11, 2, 10, 15, 0, 0, time.FixedZone("", 3600))

func answer() Outgoing {
	return Outgoing{
		From: Address{"Support Azurène", "support@azurene.example"}, To: []Address{{"Durand, Zoé", "zoe@client.example"}, {"", "accueil@client.example"}},
		Cc: []Address{{`Luc "le chef" Petit`, "luc@client.example"}}, Subject: "Re: [#42] L’imprimante de l’étage ne répond plus depuis la mise à jour de cette nuit",
		MessageID: "g.1a.n1.mac@azurene.example", InReplyTo: "a1@client.example", References: []string{"a0@client.example", "a1@client.example"},
		Date: answerDate, Text: "Bonjour,\n\nC’est réparé = fini.\n.\nFrom nous\n", Language: "fr",
	}
}

func compose(t testing.TB, m Outgoing) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Compose(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestComposeGolden(t *testing.T) {
	plain := answer()
	golden(t, "answer-plain.eml", compose(t, plain))
	full := answer()
	full.Auto = true
	full.HTML = `<p>C’est réparé.</p><p><img src="cid:logo"></p>`
	full.Inline = []File{memFile("logo.png", "image/png", "logo", "\x89PNG")}
	full.Files = []File{memFile("Relevé détaillé des interventions de la semaine du 26 octobre au 1er novembre 2026.pdf", "application/pdf", "", strings.Repeat("%PDF", 50))}
	golden(t, "answer-full.eml", compose(t, full))
}

func TestComposeIsCanonical(t *testing.T) {
	m := answer()
	m.HTML = "<p>" + strings.Repeat("très long ", 500) + "</p>"
	m.Files = []File{memFile("a.bin", "application/x-thing", "", strings.Repeat("\x00\xff\n", 5000))}
	for i := range 200 {
		m.References = append(m.References, strings.Repeat("r", 50)+string(rune('a'+i%26))+"@client.example")
	}
	raw := string(compose(t, m))
	if strings.Contains(strings.ReplaceAll(raw, "\r\n", ""), "\n") || strings.Contains(strings.ReplaceAll(raw, "\r\n", ""), "\r") {
		t.Error("a line end is not CRLF")
	}
	for _, line := range strings.Split(raw, "\r\n") {
		if len(line) > 98 || !isASCII([]byte(line)) {
			t.Errorf("line of %d bytes: %q", len(line), line)
		}
	}
	if m := parse(t, strings.ReplaceAll(raw, "\r\n", "\n")); len(m.References) != referencesKept || m.References[0] != "a0@client.example" {
		t.Errorf("%d references, first %q", len(m.References), m.References[0])
	}
}

// TestParseOfComposeGivesBack: what we write, we read.
func TestParseOfComposeGivesBack(t *testing.T) {
	name := rapid.StringMatching(`[\pL"(),.;:@<>\[\]\\'?=_ -]{0,60}`)
	rapid.Check(t, func(t *rapid.T) {
		m := answer()
		m.Subject = strings.Join(strings.Fields(rapid.StringMatching(`[\pL\pN\pP\pS ]{0,150}`).Draw(t, "subject")), " ")
		m.From.Name = strings.Join(strings.Fields(name.Draw(t, "from")), " ")
		m.Text = strings.Join(rapid.SliceOf(rapid.StringMatching(`[\pL\pN\pP =.-]{0,120}`)).Draw(t, "text"), "\n")
		m.HTML = rapid.SampledFrom([]string{"", "<p>été = <b>chaud</b></p>\n"}).Draw(t, "html")
		content := string(rapid.SliceOf(rapid.Byte()).Draw(t, "content"))
		m.Files = []File{memFile(rapid.StringMatching(`[\pL\pN ]{1,100}é\.txt`).Draw(t, "file"), "text/plain", "", content)}
		var raw, stored bytes.Buffer
		if err := Compose(&raw, m); err != nil {
			t.Fatal(err)
		}
		got, err := Parse(bytes.NewReader(raw.Bytes()), func(Part) io.Writer { return &stored })
		if err != nil {
			t.Fatal(err)
		}
		check := func(what string, got, want any) {
			if d := cmp.Diff(want, got); d != "" {
				t.Fatalf("%s: %s\n%s", what, d, raw.String())
			}
		}
		check("subject", got.Subject, m.Subject)
		check("from", got.From.Addr, m.From.Addr)
		check("to", got.To, m.To)
		check("cc", got.Cc, m.Cc)
		check("ids", append(got.References, got.MessageID, got.InReplyTo[0]), append(m.References, m.MessageID, m.InReplyTo))
		check("date", got.Date.Equal(m.Date), true)
		if strings.TrimSpace(m.Text) == "" {
			m.Text = htmlToText(m.HTML).text
		}
		check("text", strings.TrimRight(got.Text, "\n"), strings.TrimRight(m.Text, "\n"))
		check("html", strings.TrimSpace(got.HTML), strings.TrimSpace(m.HTML))
		check("file name", got.Parts[len(got.Parts)-1].Name, CleanName(m.Files[0].Name))
		check("file", stored.String(), content)
		check("warnings", got.Warnings, []Warning(nil))
		if want := strings.TrimRight(m.From.Name, ", "); !strings.ContainsAny(m.From.Name, `"'\@`) {
			check("name", got.From.Name, want)
		}
	})
}

// TestE8HeaderInjection: names, subjects, ids and file names bring no header and no recipient of their own.
func TestE8HeaderInjection(t *testing.T) {
	evil := []string{
		"a\r\nBcc: x@evil.example", "a\nBcc: x@evil.example", "a\rBcc: x@evil.example", "a\r\n\r\n<script>", "a\x00b", "a\u2028Bcc: x@evil.example",
		"a\u0085Bcc: x@evil.example", `a" <x@evil.example>, "b`, "a, x@evil.example", "a <x@evil.example>", "=?utf-8?Q?a=0D=0ABcc:_x@evil.example?=",
		"=?utf-8?B?YQ0KQmNjOiB4QGV2aWwuZXhhbXBsZQ==?=", "é\r\nBcc: x@evil.example", "a\t\r\n\tBcc: x@evil.example", `a\`, `a\"`, "(a", "a;b", "\u202egpj.exe",
		strings.Repeat("é", 5000) + "\r\nBcc: x@evil.example",
	}
	for _, s := range evil {
		m := answer()
		m.Subject, m.From.Name, m.To[0].Name = s, s, s
		m.MessageID, m.InReplyTo, m.References = s, s, []string{s}
		m.Language = s
		m.Files = []File{memFile(s, s, s, "x")}
		raw := compose(t, m)
		head, _, _ := strings.Cut(string(raw), "\r\n\r\n")
		for _, line := range strings.Split(head, "\r\n") {
			if low := strings.ToLower(line); strings.HasPrefix(low, "bcc") || strings.HasPrefix(low, "<script") {
				t.Errorf("%q: header line %q", s, line)
			}
		}
		got, err := Parse(bytes.NewReader(raw), nil)
		if err != nil || len(got.To) != 2 || got.To[0].Addr != "zoe@client.example" || got.From.Addr != m.From.Addr || len(got.Cc) != 1 {
			t.Errorf("%q: From %+v, To %+v, err %v", s, got.From, got.To, err)
		}
		if len(got.Parts) != 2 || !strings.Contains(got.Text, "C’est réparé = fini.") {
			t.Errorf("%q: %d parts, text %q", s, len(got.Parts), got.Text)
		}
	}
}

func TestE8AddressInjection(t *testing.T) {
	for _, addr := range []string{"", "a", "@b.example", "a@", "a@b.example\r\nBcc: x@evil.example", "a@b.example> SIZE=1", "a b@c.example", "a,x@evil.example",
		"<a@b.example>", `"a b"@c.example`, "a@b.example, x@evil.example", "a@b(c).example", "é@client.example", "a@b_\x00.example", "a@b c.example",
		strings.Repeat("a", 300) + "@b.example"} {
		for _, set := range []func(*Outgoing){
			func(m *Outgoing) { m.From.Addr = addr },
			func(m *Outgoing) { m.To = []Address{{"x", addr}} },
			func(m *Outgoing) { m.Cc = []Address{{"x", addr}} },
		} {
			m := answer()
			set(&m)
			var b bytes.Buffer
			if err := Compose(&b, m); !fault.Is(err, fault.Invalid) || b.Len() > 0 {
				t.Errorf("%q: err = %v, %d bytes written", addr, err, b.Len())
			}
		}
	}
	if got, ok := SendableAddress("zoé@x.example"); ok {
		t.Errorf("a local part outside ASCII became %q", got)
	}
	if got, ok := SendableAddress("zoe@Société.example"); !ok || got != "zoe@xn--socit-esab.example" {
		t.Errorf("domain in punycode: %q %v", got, ok)
	}
}

func TestComposeUnreadableFile(t *testing.T) {
	m := answer()
	gone := errors.New("gone")
	m.Files = []File{{Name: "a.pdf", Open: func() (io.ReadCloser, error) { return nil, gone }}}
	if err := Compose(io.Discard, m); !errors.Is(err, gone) || !fault.Is(err, fault.Missing) {
		t.Errorf("err = %v", err)
	}
}

func TestQuote(t *testing.T) {
	plain, rich := Quote("Bonjour\n\n> avant\n", Address{"Zoé <x>", "zoe@client.example"}, answerDate, "fr-FR")
	if want := "Le 02/11/2026 à 10:15, Zoé <x> a écrit\u00a0:\n> Bonjour\n>\n>> avant\n"; plain != want {
		t.Errorf("plain = %q, want %q", plain, want)
	}
	if !strings.Contains(rich, "Zoé &lt;x&gt; a écrit") || !strings.Contains(rich, "<blockquote") {
		t.Errorf("rich = %q", rich)
	}
	if plain, _ := Quote("Hi", Address{Addr: "zoe@client.example"}, answerDate, "en"); plain != "On 2 November 2026 at 10:15, zoe@client.example wrote:\n> Hi\n" {
		t.Errorf("plain = %q", plain)
	}
}
