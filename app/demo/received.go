package demo

import (
	"bytes"
	"io"
	"mime"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"time"

	message "github.com/emersion/go-message/mail"
)

// Received is one mail that the SMTP server took from us.
type Received struct {
	From       string       // of the envelope
	To         []string     // of the envelope
	Sender     mail.Address // whom to answer: Reply-To, else From, else the envelope's
	Raw        []byte
	MessageID  string // with its angle brackets, as the two below
	InReplyTo  string
	References []string
	Subject    string // decoded
	Automatic  bool   // Auto-Submitted says anything but "no": an acknowledgement (RFC 3834)
	At         time.Time
}

func newReceived(from string, to []string, raw []byte, at time.Time) Received {
	r := Received{From: from, To: slices.Clone(to), Sender: mail.Address{Address: from}, Raw: raw, At: at}
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return r // kept all the same: whoever looks will see that it cannot be read
	}
	r.MessageID = messageID.FindString(m.Header.Get("Message-ID"))
	r.InReplyTo = messageID.FindString(m.Header.Get("In-Reply-To"))
	r.References = messageID.FindAllString(m.Header.Get("References"), -1)
	r.Subject = m.Header.Get("Subject")
	if decoded, err := new(mime.WordDecoder).DecodeHeader(r.Subject); err == nil {
		r.Subject = decoded
	}
	for _, key := range []string{"From", "Reply-To"} {
		if sender, err := mail.ParseAddress(m.Header.Get(key)); err == nil {
			r.Sender = *sender
		}
	}
	auto := m.Header.Get("Auto-Submitted")
	r.Automatic = auto != "" && !strings.EqualFold(auto, "no")
	return r
}

// Text returns the plain text of the mail, lines ended by "\n"; "" when it has none.
func (r Received) Text() string {
	m, err := message.CreateReader(bytes.NewReader(r.Raw))
	if err != nil {
		return ""
	}
	for {
		part, err := m.NextPart()
		if err != nil {
			return "" // the end, or a part that cannot be read
		}
		inline, ok := part.Header.(*message.InlineHeader)
		if !ok {
			continue
		}
		if kind, _, err := inline.ContentType(); err != nil || kind != "text/plain" {
			continue
		}
		text, err := io.ReadAll(part.Body)
		if err != nil {
			return ""
		}
		return strings.ReplaceAll(string(text), "\r\n", "\n")
	}
}

func (r Received) answers(m Mail) bool {
	return m.MessageID != "" && r.sentTo(m.From) &&
		(r.InReplyTo == m.MessageID || slices.Contains(r.References, m.MessageID))
}

func (r Received) sentTo(address string) bool {
	return slices.ContainsFunc(r.To, func(to string) bool { return strings.EqualFold(to, address) })
}

// Received returns what our side has sent so far, oldest first.
func (s *Servers) Received() []Received {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.received)
}

// OnReceived calls f for each mail that our side sends from now on, before the server
// says that it has it: f must be quick.
func (s *Servers) OnReceived(f func(Received)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hooks = append(s.hooks, f)
}

func (s *Servers) keep(r Received) {
	s.mu.Lock()
	s.received = append(s.received, r)
	hooks := slices.Clone(s.hooks)
	s.mu.Unlock()
	for _, hook := range hooks {
		hook(r)
	}
	select {
	case s.changed <- struct{}{}:
	default: // a wake-up is pending already
	}
}

// token is how a subject names a ticket.
var token = regexp.MustCompile(`\[#(\d+)\]`)

// Sent tells, for Render, what our side has sent: it knows acknowledgements and answers by
// the mail that they name in In-Reply-To or References and by their recipient, and the
// number of a ticket by the [#12] of their subjects.
func Sent(mails []Mail, received []Received) func(ref string) (string, bool) {
	return func(need string) (string, bool) {
		cut := strings.LastIndexByte(need, ' ')
		i := slices.IndexFunc(mails, func(m Mail) bool { return m.Ref() == need[cut+1:] })
		if i < 0 {
			return "", false
		}
		for _, r := range received {
			if !r.answers(mails[i]) {
				continue
			}
			if value, ok := r.tells(need[:max(cut, 0)]); ok {
				return value, true
			}
		}
		return "", false
	}
}

func (r Received) tells(what string) (string, bool) {
	switch what {
	case "ack of":
		return r.MessageID, r.Automatic && r.MessageID != ""
	case "answer to":
		return r.MessageID, !r.Automatic && r.MessageID != ""
	case "number of":
		if found := token.FindStringSubmatch(r.Subject); found != nil {
			return found[1], true
		}
	}
	return "", false
}
