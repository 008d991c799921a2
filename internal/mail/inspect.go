package mail

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"time"
)

// Inspection is what `guichet mail inspect --json` prints for one mail.
type Inspection struct {
	File        string             `json:"file"`
	MessageID   string             `json:"message_id"`
	InReplyTo   []string           `json:"in_reply_to"`
	References  []string           `json:"references"`
	Date        *string            `json:"date"` // RFC 3339 with the mail's offset
	From        inspectedAddress   `json:"from"`
	To          []inspectedAddress `json:"to"`
	Cc          []inspectedAddress `json:"cc"`
	ReplyTo     []inspectedAddress `json:"reply_to"`
	Subject     string             `json:"subject"`
	Text        string             `json:"text"`
	HTMLText    *string            `json:"html_text,omitempty"`
	Reply       string             `json:"reply"`
	Folds       []inspectedFold    `json:"folds"`
	Forwarded   *inspectedForward  `json:"forwarded"`
	Attachments []inspectedPart    `json:"attachments"`
	Parts       []inspectedPart    `json:"parts"`
	Kind        Kind               `json:"kind"`
	KindReason  string             `json:"kind_reason"`
	Bounce      *inspectedBounce   `json:"bounce"`
	Returns     string             `json:"returns,omitempty"` // the day, of an absence notice
	Calendar    *inspectedCalendar `json:"calendar"`
	Signed      bool               `json:"signed"`
	Encrypted   bool               `json:"encrypted"`
	Warnings    []Warning          `json:"warnings"`
	Error       string             `json:"error,omitempty"`
}

type inspectedAddress struct {
	Name string `json:"name"`
	Addr string `json:"addr"`
}

type inspectedFold struct {
	Kind FoldKind `json:"kind"`
	Text string   `json:"text"`
}

type inspectedForward struct {
	From    inspectedAddress   `json:"from"`
	To      []inspectedAddress `json:"to"`
	Cc      []inspectedAddress `json:"cc"`
	Subject string             `json:"subject"`
	Date    string             `json:"date"`
	Body    string             `json:"body"`
	Comment string             `json:"comment"`
}

type inspectedPart struct {
	Name   string `json:"name,omitempty"`
	Type   string `json:"type"`
	Size   int64  `json:"size"`
	Inline bool   `json:"inline,omitempty"`
	SHA256 string `json:"sha256"`
	LF     string `json:"sha256_lf,omitempty"` // of the bytes with CRLF made LF, as other programs write text files
	CID    string `json:"cid,omitempty"`
}

type inspectedBounce struct {
	Recipients        []inspectedRecipient `json:"recipients"`
	OriginalMessageID string               `json:"original_message_id"`
}

type inspectedRecipient struct {
	Addr      string `json:"addr"`
	Status    string `json:"status"`
	Permanent bool   `json:"permanent"`
	Reason    string `json:"reason"`
}

// Inspect reads a mail and gives what Guichet understands of it, ready for JSON. file is repeated as it is given. It
// always answers; an error of r stands in Error. here is the zone in which a calendar's times without a zone are meant.
func Inspect(file string, r io.Reader, here *time.Location) Inspection {
	p := newParser(r, nil)
	p.lf = &lfHash{h: sha256.New()}
	m, err := p.safely()
	in := Inspection{
		File: file, MessageID: m.MessageID, InReplyTo: list(m.InReplyTo), References: list(m.References),
		From: inspectedAddress(m.From), To: inspectAddresses(m.To), Cc: inspectAddresses(m.Cc), ReplyTo: inspectAddresses(m.ReplyTo),
		Subject: m.Subject, Text: m.Text, Reply: m.Reply(), Folds: []inspectedFold{}, Kind: m.Kind, KindReason: m.KindReason,
		Attachments: []inspectedPart{}, Parts: []inspectedPart{}, Signed: m.Signed, Encrypted: m.Encrypted, Warnings: list(m.Warnings),
	}
	if err != nil {
		in.Error = err.Error()
	}
	if !m.Date.IsZero() {
		date := m.Date.Format(time.RFC3339)
		in.Date = &date
	}
	if m.Returns != nil {
		in.Returns = m.Returns.Format(time.DateOnly)
	}
	if m.HTML != "" {
		text := htmlToText(m.HTML).text
		in.HTMLText = &text
	}
	for _, f := range m.Folds {
		in.Folds = append(in.Folds, inspectedFold{f.Kind, m.Text[f.Start:f.End]})
	}
	if f := m.Forwarded; f != nil {
		in.Forwarded = &inspectedForward{inspectedAddress(f.From), inspectAddresses(f.To), inspectAddresses(f.Cc), f.Subject, f.Date, f.Body, f.Comment}
	}
	in.inspectParts(m, p.lfSums)
	in.inspectBounce(m.Bounce)
	in.inspectCalendar(m.Calendar, here)
	return in
}

// list gives an empty list for nil, which JSON would write as null.
func list[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

func inspectAddresses(as []Address) []inspectedAddress {
	out := make([]inspectedAddress, len(as))
	for i, a := range as {
		out[i] = inspectedAddress(a)
	}
	return out
}

func (in *Inspection) inspectParts(m *Message, lf [][32]byte) {
	for i, p := range m.Parts {
		one := inspectedPart{Type: p.Type, Size: p.Size, SHA256: hex.EncodeToString(p.SHA256[:])}
		if i < len(lf) {
			one.LF = hex.EncodeToString(lf[i][:])
		}
		in.Parts = append(in.Parts, one)
		if p.Attachment {
			one.Name, one.Inline, one.CID, one.LF = p.Name, p.Inline, p.CID, ""
			in.Attachments = append(in.Attachments, one)
		}
	}
}

// lfHash hashes bytes with every CRLF made LF.
type lfHash struct {
	h  hash.Hash
	cr bool // a CR was held back: an LF may follow
}

func (l *lfHash) Write(b []byte) {
	for len(b) > 0 {
		if l.cr && b[0] != '\n' {
			l.h.Write([]byte{'\r'})
		}
		l.cr = false
		i := bytes.IndexByte(b, '\r')
		if i < 0 {
			l.h.Write(b)
			return
		}
		l.h.Write(b[:i])
		l.cr, b = true, b[i+1:]
	}
}

// end gives the sum and begins anew.
func (l *lfHash) end() (sum [32]byte) {
	if l.cr {
		l.h.Write([]byte{'\r'})
		l.cr = false
	}
	l.h.Sum(sum[:0])
	l.h.Reset()
	return sum
}

func (in *Inspection) inspectBounce(b *Bounce) {
	if b == nil {
		return
	}
	in.Bounce = &inspectedBounce{Recipients: []inspectedRecipient{}, OriginalMessageID: b.OriginalMessageID}
	for _, r := range b.Recipients {
		in.Bounce.Recipients = append(in.Bounce.Recipients, inspectedRecipient(r))
	}
}
