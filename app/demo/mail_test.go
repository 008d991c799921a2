package demo

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/mail"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	message "github.com/emersion/go-message/mail"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.FixedZone("CET", 3600))

// everything stands for a run in which all that the mails need has been sent.
func everything(need string) (string, bool) {
	if strings.HasPrefix(need, "number of") {
		return strings.TrimLeft(need[len("number of "):], "0"), true
	}
	return "<" + strings.ReplaceAll(need, " ", "-") + "@atelier-reseau.example>", true
}

func nothing(string) (string, bool) { return "", false }

func loaded(t *testing.T) []Mail {
	t.Helper()
	mails, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return mails
}

func render(t *testing.T, m Mail) []byte {
	t.Helper()
	raw, err := m.Render(noon, everything)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestEveryMailIsReadyForTheWire(t *testing.T) {
	encoded := regexp.MustCompile(`=\?[^?]+\?[bqBQ]\?[^?]*\?=`)
	for _, m := range loaded(t) {
		raw := render(t, m)
		if bytes.Contains(raw, []byte("X-Demo")) || bytes.Contains(raw, []byte("{{")) {
			t.Errorf("%s: a directive travels", m.Name)
		}
		if bytes.Contains(bytes.ReplaceAll(raw, []byte("\r\n"), nil), []byte("\n")) {
			t.Errorf("%s: a bare LF", m.Name)
		}
		for line := range bytes.Lines(raw) {
			if len(line) > 1000 { // RFC 5322 section 2.1.1
				t.Errorf("%s: a line of %d bytes", m.Name, len(line))
			}
		}
		for _, word := range encoded.FindAll(raw, -1) {
			if len(word) > 75 { // RFC 2047 section 2
				t.Errorf("%s: encoded word of %d bytes", m.Name, len(word))
			}
		}
		read, err := mail.ReadMessage(bytes.NewReader(raw))
		if err != nil {
			t.Errorf("%s: %v", m.Name, err)
			continue
		}
		checkHead(t, m, read.Header)
	}
}

func checkHead(t *testing.T, m Mail, head mail.Header) {
	t.Helper()
	if _, err := head.Date(); err != nil {
		t.Errorf("%s: Date: %v", m.Name, err)
	}
	if got := messageID.FindString(head.Get("Message-ID")); got != m.MessageID {
		t.Errorf("%s: Message-ID %s, Load said %s", m.Name, got, m.MessageID)
	}
	from, err := mail.ParseAddress(head.Get("From"))
	if err != nil && !strings.Contains(head.Get("From"), "MAILER-DAEMON") {
		t.Errorf("%s: From: %v", m.Name, err)
	} else if err == nil && !strings.EqualFold(from.Address, m.From) {
		t.Errorf("%s: From %s, Load said %s", m.Name, from.Address, m.From)
	}
	if _, err := new(mime.WordDecoder).DecodeHeader(head.Get("Subject")); err != nil || head.Get("Subject") == "" {
		t.Errorf("%s: Subject %q: %v", m.Name, head.Get("Subject"), err)
	}
}

func TestEveryMailHasTheTextThatItsFateNames(t *testing.T) {
	for _, m := range loaded(t) {
		if m.Ref() == "017" {
			continue // says that it is UTF-8 and is not: it has its own test
		}
		text := allText(t, m)
		for _, want := range m.Fate.TextContains {
			if !strings.Contains(words(text), words(want)) {
				t.Errorf("%s: no %q in it", m.Name, want)
			}
		}
	}
}

func allText(t *testing.T, m Mail) string {
	t.Helper()
	r, err := message.CreateReader(bytes.NewReader(render(t, m)))
	if err != nil {
		t.Fatalf("%s: %v", m.Name, err)
	}
	var text strings.Builder
	for {
		part, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			return text.String()
		}
		if err != nil {
			t.Fatalf("%s: %v", m.Name, err)
		}
		if kind := part.Header.Get("Content-Type"); kind != "" && !strings.HasPrefix(kind, "text/") {
			continue
		}
		if _, err := io.Copy(&text, part.Body); err != nil {
			t.Fatalf("%s: %v", m.Name, err)
		}
		text.WriteByte('\n')
	}
}

func TestTheListIsWhole(t *testing.T) {
	mails := loaded(t)
	fates, reasons, english, early := map[string]int{}, map[string]int{}, 0, 0
	for _, m := range mails {
		fates[m.Fate.Fate]++
		reasons[m.Fate.Because]++
		if c, ok := world(t).Contact(m.From); ok && c.Language == "en" {
			english++
		}
		if len(m.Needs) == 0 && m.Fate.Delay <= 3*time.Second {
			early++
		}
	}
	for _, fate := range Fates {
		if fates[fate] == 0 {
			t.Errorf("no mail with the fate %s", fate)
		}
	}
	for _, reason := range Reasons {
		if reasons[reason] == 0 {
			t.Errorf("no mail because %s", reason)
		}
	}
	if len(mails) < 60 || early != 25 || english < len(mails)/5 {
		t.Errorf("%d mails, %d in the backlog, %d of English contacts", len(mails), early, english)
	}
	waves := Waves(mails)
	if len(waves) != 2 || len(waves[0])+len(waves[1]) != len(mails) || len(waves[1]) < 10 {
		t.Errorf("waves of %d and %d", len(waves[0]), len(waves[1]))
	}
}

func TestFatesNameMailsThatOpenATicket(t *testing.T) {
	byName := map[string]Mail{}
	for _, m := range loaded(t) {
		byName[m.Name] = m
		for _, name := range []string{m.Fate.Joins, m.Fate.Linked} {
			if name != "" && byName[name].Fate.Fate != "opened" {
				t.Errorf("%s speaks of %s, which opens nothing", m.Name, name)
			}
		}
		if m.Fate.Fate == "joined" && m.Fate.Joins == "" || m.Fate.Fate == "opened" && m.Fate.Because == "" {
			t.Errorf("%s: its fate says too little", m.Name)
		}
	}
}

func TestPeopleOfTheFatesExist(t *testing.T) {
	w := world(t)
	names := map[string]bool{"": true}
	for _, c := range w.Clients {
		names[c.Name] = true
	}
	agents := map[string]bool{}
	for _, a := range w.Agents {
		agents[a.Email] = true
	}
	for _, m := range loaded(t) {
		if m.Fate.Client != nil && !names[*m.Fate.Client] {
			t.Errorf("%s: no client %s", m.Name, *m.Fate.Client)
		}
		if m.Answer != nil && (!agents[m.Answer.Agent] || m.MessageID == "") {
			t.Errorf("%s: answer of %s", m.Name, m.Answer.Agent)
		}
	}
	for _, m := range loaded(t) {
		for _, need := range m.Needs {
			if number, ok := strings.CutPrefix(need, "answer to "); ok && find(t, number).Answer == nil {
				t.Errorf("%s needs the answer to %s, which has none", m.Name, number)
			}
		}
	}
}

func find(t *testing.T, number string) Mail {
	t.Helper()
	for _, m := range loaded(t) {
		if m.Ref() == number {
			return m
		}
	}
	t.Fatalf("no mail %s", number)
	return Mail{}
}

func TestRenderWaitsForWhatItNeeds(t *testing.T) {
	for _, m := range loaded(t) {
		_, err := m.Render(noon, nothing)
		if waits := errors.Is(err, ErrNotYet); waits != (len(m.Needs) > 0) || waits == m.Ready(nothing) || !m.Ready(everything) {
			t.Errorf("%s: needs %q, rendered without: %v", m.Name, m.Needs, err)
		}
	}
}

func TestRenderIsTheSameEachTime(t *testing.T) {
	for _, m := range loaded(t) {
		if !bytes.Equal(render(t, m), render(t, m)) {
			t.Errorf("%s: two renderings differ", m.Name)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	good := func() fstest.MapFS {
		return fstest.MapFS{
			"001-a.eml":  {Data: []byte("From: <a@b.example>\nMessage-ID: <1@b.example>\n\nA\n")},
			"001-a.fate": {Data: []byte("fate: opened\ndelay: 1\n")},
		}
	}
	hidden := good()
	hidden[".gitattributes"] = &fstest.MapFile{}
	if _, err := LoadFrom(hidden); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(fstest.MapFS){
		"no fate":         func(f fstest.MapFS) { delete(f, "001-a.fate") },
		"no mail":         func(f fstest.MapFS) { delete(f, "001-a.eml") },
		"nothing at all":  func(f fstest.MapFS) { clear(f) },
		"unknown file":    func(f fstest.MapFS) { f["notes.txt"] = &fstest.MapFile{} },
		"unknown key":     func(f fstest.MapFS) { f["001-a.fate"].Data = []byte("fate: opened\ndelay: 1\nmood: good\n") },
		"unknown fate":    func(f fstest.MapFS) { f["001-a.fate"].Data = []byte("fate: eaten\ndelay: 1\n") },
		"unknown reason":  func(f fstest.MapFS) { f["001-a.fate"].Data = []byte("fate: opened\nbecause: fun\ndelay: 1\n") },
		"no delay":        func(f fstest.MapFS) { f["001-a.fate"].Data = []byte("fate: opened\n") },
		"bad number":      func(f fstest.MapFS) { f["001-a.fate"].Data = []byte("fate: opened\nattachments: two\ndelay: 1\n") },
		"not a pair":      func(f fstest.MapFS) { f["001-a.fate"].Data = []byte("opened\n") },
		"joins a ghost":   func(f fstest.MapFS) { f["001-a.fate"].Data = []byte("fate: joined\njoins: 000-b\ndelay: 1\n") },
		"needs a ghost":   func(f fstest.MapFS) { f["001-a.eml"].Data = []byte("In-Reply-To: {{ack of 009}}\n\n") },
		"number twice":    func(f fstest.MapFS) { f["001-b.eml"], f["001-b.fate"] = f["001-a.eml"], f["001-a.fate"] },
		"answer of whom?": func(f fstest.MapFS) { f["001-a.answer"] = &fstest.MapFile{Data: []byte("Hello\n")} },
	} {
		files := good()
		change(files)
		if _, err := LoadFrom(files); err == nil {
			t.Errorf("%s: loaded all the same", name)
		}
	}
}

func TestRenderRefuses(t *testing.T) {
	for _, source := range []string{
		"Date: {{date soon}}\n\n", "Subject: {{shout x}}\n\n", "Subject: {{q a{b}}\n\n", "DTSTART: {{ics noon}}\n\n",
		"X-Demo-Encode: rot13\n\nA\n", "X-Demo-Encode: 8bit koi8-r\n\nA\n", "X-Demo-Encode: 8bit iso-8859-1\n\n€\n", "X-Demo-Pad: much\n\n",
	} {
		if raw, err := (Mail{source: []byte(source)}).Render(noon, everything); err == nil {
			t.Errorf("%q became %q", source, raw)
		}
	}
}

func world(t *testing.T) World {
	t.Helper()
	w, err := People()
	if err != nil {
		t.Fatal(fmt.Errorf("people: %w", err))
	}
	return w
}
