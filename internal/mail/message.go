// Package mail understands mail as it really is and writes mail as it should be.
//
// It is pure: no database, no network, no clock. Parse reads any bytes and always gives a Message, because a mail that
// cannot be understood must still become a ticket; Compose writes the answers; Sanitize makes foreign HTML safe to show.
package mail

import "time"

// Address is one mailbox of a header. Addr keeps the local part as it came and has the domain in lower case; it is ""
// when no address could be read, and Name then holds what stood there.
type Address struct{ Name, Addr string }

// Part is one leaf of a mail, in the order of the mail.
type Part struct {
	Index      int      // position among the leaves, from 0
	Type       string   // lower-case media type, e.g. "image/png"
	Charset    string   // as declared, lower case, "" when absent
	Name       string   // a label for people, cleaned by CleanName; never a path
	CID        string   // Content-ID without <>
	Inline     bool     // Content-Disposition: inline, or referred to by a cid
	Size       int64    // bytes once decoded
	SHA256     [32]byte // of the decoded bytes
	Attachment bool     // false: the leaf is (part of) the readable text
}

// FoldKind says why a piece of text is folded in the view.
type FoldKind string

// The kinds of folded text.
const (
	FoldQuote      FoldKind = "quote"
	FoldSignature  FoldKind = "signature"
	FoldForward    FoldKind = "forward"
	FoldDisclaimer FoldKind = "disclaimer"
)

// Fold is a byte range of Message.Text that a view hides behind one line; nothing is ever removed.
type Fold struct {
	Kind       FoldKind
	Start, End int
}

// Kind says who or what wrote a mail.
type Kind string

// The kinds of mail.
const (
	KindPerson    Kind = "person"
	KindAutoReply Kind = "auto_reply"
	KindBounce    Kind = "bounce"
	KindFeedback  Kind = "feedback"
	KindList      Kind = "list"
	KindAlert     Kind = "alert"
	KindMeeting   Kind = "meeting"
)

// Warning is a stable code for something that was wrong with the mail and was mended or left out.
type Warning string

// The warnings that Parse gives.
const (
	WarnTruncated    Warning = "truncated"     // the text or the HTML went over its limit
	WarnBadCharset   Warning = "bad-charset"   // unknown charset, or bytes that are not in it
	WarnBadBase64    Warning = "bad-base64"    // foreign bytes or a wrong length
	WarnBadHeader    Warning = "bad-header"    // lines in a header block that are no header
	WarnBadMultipart Warning = "bad-multipart" // boundary missing, never used or never closed
	WarnNotAnalysed  Warning = "not-analysed"  // beyond the budget of work: kept as one attachment
	WarnNoSender     Warning = "no-sender"     // no address could be read in From
	WarnNoDate       Warning = "no-date"       // no Date that could be read
	WarnEncrypted    Warning = "encrypted"     // the content cannot be shown here

	WarnEncryptedPart Warning = "encrypted-part" // an attached mail cannot be shown here
)

// Bounce is what a delivery report says.
type Bounce struct {
	Recipients        []BounceRecipient
	OriginalMessageID string // of the mail that was not delivered, without <>, "" when the report does not say
}

// BounceRecipient is one address that a report is about.
type BounceRecipient struct {
	Addr      string
	Status    string // RFC 3463, e.g. "5.1.1", "" when unknown
	Permanent bool   // writing again to this address is useless
	Reason    string // the server's own words, one line
}

// Forwarded is a mail that the writer passed on in the text of theirs.
type Forwarded struct {
	From          Address
	To, Cc        []Address
	Subject, Date string // Date as it stands there, in its language
	Body, Comment string // what was passed on, and what the writer put above it
}

// Message is what Parse understood of a mail.
type Message struct {
	MessageID             string
	InReplyTo, References []string  // without <>
	Date                  time.Time // with the offset of the mail; zero when none could be read
	From, Sender          Address
	ReplyTo, To, Cc       []Address
	DeliveredTo           []string // every address that the servers say it was delivered to, lower-case domain
	Subject               string
	Text                  string // readable text of the whole mail, valid UTF-8, "\n" line ends, at most 1 MiB
	HTML                  string // the HTML part, decoded, valid UTF-8, at most 4 MiB
	Parts                 []Part
	Folds                 []Fold // ordered, apart from each other
	Kind                  Kind
	KindReason            string // the header or sign that decided
	Bounce                *Bounce
	Forwarded             *Forwarded
	Calendar              *Calendar  // what the first calendar part says, nil without one
	Returns               *time.Time // day of return that an absence notice gives
	Generated             bool       // written by a program of itself, not as an answer (RFC 3834): somebody may have to act on it
	Spam                  string     // the line of the header by which the mailbox's server takes it for spam, "" for none
	NoAnswer              bool       // the sender forbids automatic answers; says nothing about Kind
	Fingerprint           [32]byte   // the same mail delivered twice has one fingerprint, see fingerprint.go
	Signed, Encrypted     bool       // S/MIME or PGP
	Warnings              []Warning
}

// warn notes w once.
func (m *Message) warn(w Warning) {
	for _, have := range m.Warnings {
		if have == w {
			return
		}
	}
	m.Warnings = append(m.Warnings, w)
}
