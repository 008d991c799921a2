// Package mailbox holds the support addresses: where their mail is fetched and
// sent, what has been fetched, and how the last connection went. Passwords are
// sealed by the room secret under Owner.
package mailbox

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"

	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/journal"
)

// Server is one half of a mailbox: its IMAP or its SMTP side.
type Server struct {
	Host     string
	Port     int
	Security string // tls, starttls, none
	User     string
}

// Mailbox is one support address.
type Mailbox struct {
	ID          int64
	Name        string // the display name that answers carry
	Address     string
	Aliases     []string // other addresses whose mail arrives here
	Language    string   // of its acknowledgements, where the client has none
	IMAP        Server
	Folder      string
	After       string // leave, flag or move
	MoveTo      string
	LookInJunk  bool      // the server's folder for spam is read too
	Since       time.Time // first start: no mail older than this; zero: all
	SMTP        Server
	SavesSent   bool   // the server keeps what it sends
	SentFolder  string // where to put it otherwise
	SignatureFR string
	SignatureEN string
	Acknowledge bool
	Active      bool
	CreatedAt   time.Time
	Version     int64
	OAuth       *OAuth // how it is entered with tokens; nil: with passwords
}

// Owner names the sealed password of one side ("imap" or "smtp") of a mailbox.
func Owner(id int64, side string) string { return fmt.Sprintf("mailbox:%d:%s", id, side) }

const columns = `id, name, address, language, imap_host, imap_port, imap_security, imap_user, folder, after_fetch, move_to, since,
	smtp_host, smtp_port, smtp_security, smtp_user, saves_sent, sent_folder, signature_fr, signature_en, acknowledge, active, look_in_junk, created_at, version`

func fields(m *Mailbox) []any {
	return []any{&m.ID, &m.Name, &m.Address, &m.Language, &m.IMAP.Host, &m.IMAP.Port, &m.IMAP.Security, &m.IMAP.User, &m.Folder, &m.After,
		&m.MoveTo, &m.Since, &m.SMTP.Host, &m.SMTP.Port, &m.SMTP.Security, &m.SMTP.User, &m.SavesSent, &m.SentFolder, &m.SignatureFR,
		&m.SignatureEN, &m.Acknowledge, &m.Active, &m.LookInJunk, &m.CreatedAt, &m.Version}
}

func (m Mailbox) values() []any {
	return []any{m.Name, m.Address, m.Language, m.IMAP.Host, m.IMAP.Port, m.IMAP.Security, m.IMAP.User, m.Folder, m.After,
		m.MoveTo, m.Since, m.SMTP.Host, m.SMTP.Port, m.SMTP.Security, m.SMTP.User, m.SavesSent, m.SentFolder, m.SignatureFR,
		m.SignatureEN, m.Acknowledge, m.Active, m.LookInJunk}
}

// All returns every mailbox, oldest first, with its aliases.
func All(ctx context.Context, q db.Querier) ([]Mailbox, error) {
	list, err := db.All(ctx, q, fields, "SELECT "+columns+" FROM mailbox ORDER BY id")
	if err != nil {
		return nil, err
	}
	type alias struct {
		address string
		id      int64
	}
	aliases, err := db.All(ctx, q, func(a *alias) []any { return []any{&a.address, &a.id} }, "SELECT address, mailbox_id FROM mailbox_alias ORDER BY address")
	for _, a := range aliases {
		for i := range list {
			if list[i].ID == a.id {
				list[i].Aliases = append(list[i].Aliases, a.address)
			}
		}
	}
	if err != nil {
		return nil, err
	}
	tokens, err := oauths(ctx, q)
	for i := range list {
		if o, ok := tokens[list[i].ID]; ok {
			list[i].OAuth = &o
		}
	}
	return list, err
}

// ByID returns a mailbox. A missing one is a fault of kind Missing.
func ByID(ctx context.Context, q db.Querier, id int64) (Mailbox, error) {
	m, err := db.One(ctx, q, fields, "SELECT "+columns+" FROM mailbox WHERE id = ?", id)
	if errors.Is(err, db.ErrNone) {
		return m, fault.New(fault.Missing, "fault.gone")
	}
	if err != nil {
		return m, err
	}
	if m.Aliases, err = db.Values[string](ctx, q, "SELECT address FROM mailbox_alias WHERE mailbox_id = ? ORDER BY address", id); err != nil {
		return m, err
	}
	o, ok, err := OAuthOf(ctx, q, id)
	if ok {
		m.OAuth = &o
	}
	return m, err
}

// Sending returns the mailbox that a ticket's answers leave from: its own, else
// the first active one.
func Sending(ctx context.Context, q db.Querier, id int64) (Mailbox, error) {
	all, err := All(ctx, q)
	if err != nil {
		return Mailbox{}, err
	}
	for _, m := range all {
		if m.ID == id && m.Active {
			return m, nil
		}
	}
	for _, m := range all {
		if m.Active {
			return m, nil
		}
	}
	return Mailbox{}, fault.New(fault.Invalid, "mailbox.err.none")
}

// Addresses returns every address of ours with its mailbox.
func Addresses(ctx context.Context, q db.Querier) (map[string]int64, error) {
	all, err := All(ctx, q)
	out := map[string]int64{}
	for _, m := range all {
		for _, a := range append([]string{m.Address}, m.Aliases...) {
			out[strings.ToLower(a)] = m.ID
		}
	}
	return out, err
}

// Signature is the one for a language.
func (m Mailbox) Signature(language string) string {
	if language == "en" {
		return m.SignatureEN
	}
	return m.SignatureFR
}

// tidy gives a mailbox its defaults and its normal form.
func (m *Mailbox) tidy() {
	m.Name, m.Address = strings.TrimSpace(m.Name), strings.ToLower(strings.TrimSpace(m.Address))
	aliases := make([]string, len(m.Aliases))
	for i, a := range m.Aliases {
		aliases[i] = strings.ToLower(strings.TrimSpace(a))
	}
	slices.Sort(aliases)
	m.Aliases = slices.Compact(aliases)
	def(&m.Language, "fr")
	def(&m.Folder, "INBOX")
	def(&m.After, "flag")
	for _, s := range []*Server{&m.IMAP, &m.SMTP} {
		s.Host = strings.TrimSpace(s.Host)
		def(&s.Security, "tls")
		def(&s.User, m.Address)
	}
	defPort(&m.IMAP, map[string]int{"tls": 993, "starttls": 143, "none": 143})
	defPort(&m.SMTP, map[string]int{"tls": 465, "starttls": 587, "none": 25})
}

func def(to *string, value string) {
	if *to == "" {
		*to = value
	}
}

func defPort(s *Server, ports map[string]int) {
	if s.Port == 0 {
		s.Port = ports[s.Security]
	}
}

func (m Mailbox) validate() error {
	var c fault.Check
	for _, a := range append([]string{m.Address}, m.Aliases...) {
		_, err := mail.ParseAddress("<" + a + ">")
		c.That(err == nil, map[bool]string{true: "address", false: "aliases"}[a == m.Address], "fault.address")
	}
	c.That(m.Name != "" && !strings.ContainsAny(m.Name, "\r\n"), "name", "fault.empty")
	c.That(m.IMAP.Host != "", "imapHost", "fault.empty")
	c.That(m.SMTP.Host != "", "smtpHost", "fault.empty")
	c.That(m.IMAP.Port > 0 && m.IMAP.Port < 65536, "imapPort", "fault.range", "min", 1, "max", 65535)
	c.That(m.SMTP.Port > 0 && m.SMTP.Port < 65536, "smtpPort", "fault.range", "min", 1, "max", 65535)
	c.That(slices.Contains(securities, m.IMAP.Security), "imapSecurity", "fault.choice")
	c.That(slices.Contains(securities, m.SMTP.Security), "smtpSecurity", "fault.choice")
	c.That(slices.Contains([]string{"leave", "flag", "move"}, m.After), "after", "fault.choice")
	c.That(m.After != "move" || m.MoveTo != "" && m.MoveTo != m.Folder, "moveTo", "mailbox.err.move_to")
	c.That(m.SavesSent || m.SentFolder == "" || m.SentFolder != m.Folder, "sentFolder", "mailbox.err.sent_folder")
	c.That(m.Language == "fr" || m.Language == "en", "language", "fault.choice")
	return c.Err()
}

var securities = []string{"tls", "starttls", "none"}

// apart refuses an address or alias that is another mailbox's, used or not: a
// mail to it would be of both.
func (m Mailbox) apart(ctx context.Context, q db.Querier) error {
	all, err := All(ctx, q)
	if err != nil {
		return err
	}
	var c fault.Check
	for _, other := range all {
		for _, taken := range append([]string{other.Address}, other.Aliases...) {
			if other.ID != m.ID {
				c.That(taken != m.Address, "address", "mailbox.err.address_taken", "address", taken, "name", other.Name)
				c.That(taken == m.Address || !slices.Contains(m.Aliases, taken), "aliases", "mailbox.err.address_taken", "address", taken, "name", other.Name)
			}
		}
	}
	return c.Err()
}

// Create adds a mailbox.
func Create(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, m Mailbox) (Mailbox, error) {
	m.tidy()
	if err := m.validate(); err != nil {
		return m, err
	}
	if err := m.apart(ctx, tx); err != nil {
		return m, err
	}
	id, err := tx.NewID(ctx)
	if err != nil {
		return m, err
	}
	m.ID, m.CreatedAt, m.Version = id, now, 1
	values := append(append([]any{m.ID}, m.values()...), m.CreatedAt, m.Version)
	if _, err := tx.Exec(ctx, "INSERT INTO mailbox ("+columns+") VALUES "+db.In(len(values)), values...); err != nil {
		return m, err
	}
	if err := keepAliases(ctx, tx, m); err != nil {
		return m, err
	}
	_, err = journal.Append(ctx, tx, now, journal.Entry{Actor: by, Kind: "mailbox.created", Subject: "mailbox", SubjectID: m.ID,
		Changes: []journal.Change{{Field: "address", After: m.Address}}})
	return m, err
}

// Update changes a mailbox; m.Version is the one that the caller saw.
func Update(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, m Mailbox) (Mailbox, error) {
	old, err := ByID(ctx, tx, m.ID)
	if err != nil {
		return m, err
	}
	if old.Version != m.Version {
		return old, fault.New(fault.Conflict, "fault.conflict")
	}
	m.tidy()
	if err := m.validate(); err != nil {
		return m, err
	}
	if err := m.apart(ctx, tx); err != nil {
		return m, err
	}
	m.Version++
	if _, err := tx.Exec(ctx, `UPDATE mailbox SET name = ?, address = ?, language = ?, imap_host = ?, imap_port = ?, imap_security = ?,
		imap_user = ?, folder = ?, after_fetch = ?, move_to = ?, since = ?, smtp_host = ?, smtp_port = ?, smtp_security = ?, smtp_user = ?,
		saves_sent = ?, sent_folder = ?, signature_fr = ?, signature_en = ?, acknowledge = ?, active = ?, look_in_junk = ?, version = ? WHERE id = ?`,
		append(m.values(), m.Version, m.ID)...); err != nil {
		return m, err
	}
	if err := keepAliases(ctx, tx, m); err != nil {
		return m, err
	}
	// Told even where nothing differs: the version has moved, and the fetch loop
	// starts anew, as a new password wants it to.
	_, err = journal.Append(ctx, tx, now, journal.Entry{Actor: by, Kind: "mailbox.changed", Subject: "mailbox", SubjectID: m.ID,
		Changes: differences(old, m)})
	return m, err
}

func keepAliases(ctx context.Context, tx *db.Tx, m Mailbox) error {
	if _, err := tx.Exec(ctx, "DELETE FROM mailbox_alias WHERE mailbox_id = ?", m.ID); err != nil {
		return err
	}
	for _, a := range m.Aliases {
		if a == m.Address {
			continue
		}
		if _, err := tx.Exec(ctx, "INSERT INTO mailbox_alias (address, mailbox_id) VALUES (?, ?)", a, m.ID); err != nil {
			return err
		}
	}
	return nil
}
