package intake

import (
	"context"
	"slices"
	"strings"
	"time"

	"guichet/internal/db"
	"guichet/internal/mail"
	"guichet/internal/people"
)

type domainsKey struct{}

// domains are those of clients and our own, which a sender may imitate; read once
// for a batch.
func (t *taking) domains(ctx context.Context) (mail.Domains, error) {
	if v, ok := t.tx.Remembered(domainsKey{}); ok {
		return v.(mail.Domains), nil
	}
	names, err := db.Values[string](ctx, t.tx, "SELECT domain FROM client_domain")
	if err != nil {
		return mail.Domains{}, err
	}
	ours, err := t.addresses(ctx)
	if err != nil {
		return mail.Domains{}, err
	}
	for address := range ours {
		if _, domain, ok := strings.Cut(address, "@"); ok && !people.PublicProvider(domain) {
			names = append(names, domain)
		}
	}
	known := mail.KnownDomains(names)
	t.tx.Remember(domainsKey{}, known)
	return known, nil
}

// doubt finds, once for a mail, what makes its sender doubtful. client is that of
// the sender's contact: a person whom a technician knows imitates nobody.
func (t *taking) doubt(ctx context.Context, client int64) (err error) {
	if t.doubted {
		return nil
	}
	t.doubted = true
	var known mail.Domains
	if client == 0 && t.Mail.From.Addr != "" {
		if known, err = t.domains(ctx); err != nil {
			return err
		}
	}
	t.doubts = mail.SenderWarnings(t.Mail, known)
	return nil
}

// warnings are all that is to be known before believing a mail, those about the
// sender first.
func (t *taking) warnings() string {
	all := slices.Clone(t.doubts)
	for _, w := range t.Mail.Warnings {
		if !slices.Contains(all, w) {
			all = append(all, w)
		}
	}
	if t.Mail.Signed && !t.Mail.Encrypted {
		all = append(all, WarnSigned)
	}
	codes := make([]string, len(all))
	for i, w := range all {
		codes[i] = string(w)
	}
	return strings.Join(codes, " ")
}

// returnsOn is the day on which somebody who is away is there again, "" where the
// mail does not say.
func (t *taking) returnsOn() string {
	if t.Mail.Returns == nil || t.Mail.Kind != mail.KindAutoReply {
		return ""
	}
	return t.Mail.Returns.Format(time.DateOnly)
}

// passedOn is whose mail was forwarded, the zero Address for nobody who could be
// the requester: not the sender, not us.
func (t *taking) passedOn(ctx context.Context) (mail.Address, error) {
	if t.Mail.Forwarded == nil {
		return mail.Address{}, nil
	}
	from := t.Mail.Forwarded.From
	address, ok := people.NormalAddress(from.Addr)
	if !ok || address == strings.ToLower(t.Mail.From.Addr) {
		return mail.Address{}, nil
	}
	ours, err := t.addresses(ctx)
	if _, mine := ours[address]; mine || err != nil {
		return mail.Address{}, err
	}
	return mail.Address{Name: clean(from.Name), Addr: address}, nil
}

// WarnSigned is a signature, S/MIME or PGP, which nobody here verifies.
const WarnSigned mail.Warning = "signed"

// Truth is what a mail says beside its text.
type Truth struct {
	Warnings  []mail.Warning // those about the sender first
	ReturnsOn string         // YYYY-MM-DD, of an absence notice
	Meeting   bool           // an invitation, or an answer to one
	Forwarded mail.Address   // whose mail was passed on
}

// Truths gives, by mail, what is to be known of the mails in a ticket whose
// messages have ids from first to last; those of which nothing is are left out.
func Truths(ctx context.Context, q db.Querier, ticket, first, last int64) (map[int64]Truth, error) {
	type row struct {
		id       int64
		warnings string
		kind     string
		Truth
	}
	rows, err := db.All(ctx, q, func(r *row) []any {
		return []any{&r.id, &r.warnings, &r.ReturnsOn, &r.Forwarded.Name, &r.Forwarded.Addr, &r.kind}
	}, `SELECT x.id, x.warnings, x.returns_on, x.forwarded_name, x.forwarded_addr, x.kind FROM message m JOIN mail x ON x.id = m.mail_id
		WHERE m.ticket_id = ? AND m.id BETWEEN ? AND ? AND (x.warnings <> '' OR x.returns_on <> '' OR x.forwarded_addr <> '' OR x.kind = 'meeting')`, ticket, first, last)
	out := make(map[int64]Truth, len(rows))
	for _, r := range rows {
		r.Warnings, r.Meeting = warningsOf(r.warnings), r.kind == string(mail.KindMeeting)
		out[r.id] = r.Truth
	}
	return out, err
}

func warningsOf(codes string) []mail.Warning {
	var out []mail.Warning
	for code := range strings.FieldsSeq(codes) {
		out = append(out, mail.Warning(code))
	}
	return out
}
