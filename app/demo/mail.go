package demo

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"sort"
	"strings"
)

//go:embed mails
var files embed.FS

// Mail is one mail of the demo: a template and what must become of it.
type Mail struct {
	Name      string   // "001-imprimante-quai": the file without its extension
	Fate      Fate     // what must become of it
	Answer    *Answer  // what the technician answers when nobody is there; nil for nothing
	MessageID string   // with its angle brackets; "" for the mail that has none
	From      string   // address of the writer, "" for the null sender
	Needs     []string // what must have been sent by us first: "ack of 001", "answer to 002", "number of 003"

	source []byte
}

// Answer is what an agent answers to the ticket that a mail opened.
type Answer struct {
	Agent string // address of the agent
	Text  string // plain text, lines ended by "\n"
}

// Ref returns the number that templates use for the mail ("001").
func (m Mail) Ref() string { return ref(m.Name) }

func ref(name string) string {
	number, _, _ := strings.Cut(name, "-")
	return number
}

// Load returns the mails of the demo in the order of their delivery. It fails on a mail
// without a fate, on a fate or an answer without a mail, and on anything it cannot read.
func Load() ([]Mail, error) {
	dir, err := fs.Sub(files, "mails")
	if err != nil {
		return nil, fmt.Errorf("demo mails: %w", err)
	}
	return LoadFrom(dir)
}

// LoadFrom is Load on another folder than the embedded one: a test alters a mail there.
func LoadFrom(dir fs.FS) ([]Mail, error) {
	entries, err := fs.ReadDir(dir, ".")
	if err != nil {
		return nil, fmt.Errorf("demo mails: %w", err)
	}
	var mails []Mail
	beside := 0
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			continue // of git, or of an editor
		}
		name, ext := strings.TrimSuffix(e.Name(), path.Ext(e.Name())), path.Ext(e.Name())
		switch ext {
		case ".eml":
			m, err := load(dir, name)
			if err != nil {
				return nil, fmt.Errorf("demo mail %s: %w", name, err)
			}
			mails = append(mails, m)
		case ".fate", ".answer":
			if _, err := fs.Stat(dir, name+".eml"); err != nil {
				return nil, fmt.Errorf("demo mail: %s stands beside no mail: %w", e.Name(), err)
			}
			beside++
		default:
			return nil, fmt.Errorf("demo mails: unknown file %s", e.Name())
		}
	}
	if len(mails) == 0 || beside < len(mails) {
		return nil, fmt.Errorf("demo mails: %d mails, %d files beside them", len(mails), beside)
	}
	sort.SliceStable(mails, func(i, j int) bool { return mails[i].Name < mails[j].Name })
	return mails, checkRefs(mails)
}

func load(dir fs.FS, name string) (Mail, error) {
	m := Mail{Name: name}
	var err error
	if m.source, err = fs.ReadFile(dir, name+".eml"); err != nil {
		return m, err
	}
	fate, err := fs.ReadFile(dir, name+".fate")
	if err != nil {
		return m, err
	}
	if m.Fate, err = parseFate(string(fate)); err != nil {
		return m, err
	}
	if m.Answer, err = loadAnswer(dir, name); err != nil {
		return m, err
	}
	head, _, _ := strings.Cut(strings.ReplaceAll(string(m.source), "\r\n", "\n"), "\n\n")
	m.MessageID = messageID.FindString(headValue(head, "Message-ID"))
	m.From = lastAddress(headValue(head, "From"))
	m.Needs = needs(m.source)
	return m, nil
}

func loadAnswer(dir fs.FS, name string) (*Answer, error) {
	raw, err := fs.ReadFile(dir, name+".answer")
	if err != nil {
		return nil, nil // most mails get no answer
	}
	head, text, ok := strings.Cut(string(raw), "\n\n")
	agent, isAgent := strings.CutPrefix(head, "agent: ")
	if !ok || !isAgent || strings.TrimSpace(text) == "" {
		return nil, fmt.Errorf("%s.answer: want \"agent: ADDRESS\", an empty line and a text", name)
	}
	return &Answer{Agent: strings.TrimSpace(agent), Text: strings.TrimRight(text, "\n") + "\n"}, nil
}

var (
	messageID = regexp.MustCompile(`<[^<>\s]+>`)
	address   = regexp.MustCompile(`[^\s<>"(),;:]+@[^\s<>"(),;:]+`)
)

func headValue(head, key string) string {
	for line := range strings.SplitSeq(head, "\n") {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.EqualFold(name, key) {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

func lastAddress(value string) string {
	all := address.FindAllString(value, -1)
	if len(all) == 0 {
		return ""
	}
	return strings.ToLower(all[len(all)-1])
}
