package mail

import (
	"bufio"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"mime/quotedprintable"
	"strings"
	"time"

	"guichet/internal/fault"
)

// Outgoing is a mail that we send.
type Outgoing struct {
	From                          Address
	To, Cc                        []Address
	ReplyTo                       Address // left out when empty
	Subject, MessageID, InReplyTo string  // ids without <>
	References                    []string
	Date                          time.Time
	Text, HTML                    string // HTML may be ""
	Auto                          bool   // an automatic mail: RFC 3834 marks, and Exchange is asked to answer nothing
	Language                      string // Content-Language, e.g. "fr"; left out when empty
	Files, Inline                 []File // Inline are the pictures that HTML shows by cid:
}

// File is an attachment of an outgoing mail.
type File struct {
	Name, Type, CID string
	Size            int64 // bytes, for the reader's display only
	Open            func() (io.ReadCloser, error)
}

const referencesKept = 30 // the first and the last ones; mail programs do the same

// Compose writes m in canonical form: CRLF, 7-bit, lines of 76 characters, text and HTML as alternatives, pictures
// related to the HTML, files after them. Headers take no control character from anywhere (FAULTS E8). A recipient or
// sender whose address can't stand in a header is a fault that a person may read; nothing is written then.
func Compose(w io.Writer, m Outgoing) error {
	head, err := headerLines(m)
	if err != nil {
		return err
	}
	b := bufio.NewWriter(w)
	c := composer{w: b, seed: m.MessageID + m.Subject + m.Text}
	c.put(head...)
	c.put("MIME-Version: 1.0")
	if err := c.body(m); err != nil {
		return err
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("write mail: %w", err)
	}
	return nil
}

// composer writes parts; write errors stay in the bufio.Writer until its Flush.
type composer struct {
	w          *bufio.Writer
	seed       string
	boundaries int
}

func (c *composer) put(lines ...string) {
	for _, l := range lines {
		c.w.WriteString(l + "\r\n")
	}
}

// multipart writes the parts of one multipart.
func (c *composer) multipart(sub string, parts ...func() error) error {
	c.boundaries++
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %s", c.boundaries, c.seed))
	boundary := "=_g" + hex.EncodeToString(sum[:12]) // "=_" stands in no quoted-printable or base64 text
	c.put(fmt.Sprintf("Content-Type: multipart/%s; boundary=\"%s\"", sub, boundary), "")
	for _, part := range parts {
		c.put("--" + boundary)
		if err := part(); err != nil { // every part ends its last line: that end is the boundary's
			return err
		}
	}
	c.put("--" + boundary + "--")
	return nil
}

func (c *composer) body(m Outgoing) error {
	if strings.TrimSpace(m.Text) == "" {
		m.Text = htmlToText(m.HTML).text // some programs show only the plain one
	}
	content := func() error { return c.content(m) }
	if len(m.Files) == 0 {
		return content()
	}
	parts := []func() error{content}
	for _, f := range m.Files {
		parts = append(parts, func() error { return c.file(f, "attachment") })
	}
	return c.multipart("mixed", parts...)
}

func (c *composer) content(m Outgoing) error {
	plain := func() error { return c.text("plain", m.Text) }
	if m.HTML == "" {
		return plain()
	}
	return c.multipart("alternative", plain, func() error { return c.rich(m) })
}

func (c *composer) rich(m Outgoing) error {
	html := func() error { return c.text("html", m.HTML) }
	if len(m.Inline) == 0 {
		return html()
	}
	parts := []func() error{html}
	for _, f := range m.Inline {
		parts = append(parts, func() error { return c.file(f, "inline") })
	}
	return c.multipart("related", parts...)
}

func (c *composer) text(sub, s string) error {
	c.put("Content-Type: text/"+sub+"; charset=utf-8", "Content-Transfer-Encoding: quoted-printable", "")
	q := quotedprintable.NewWriter(c.w)
	if s = unixLines(strings.ToValidUTF8(s, "\uFFFD")); !strings.HasSuffix(s, "\n") {
		s += "\n"
	}
	if _, err := io.WriteString(q, s); err != nil {
		return fmt.Errorf("write text: %w", err)
	}
	if err := q.Close(); err != nil {
		return fmt.Errorf("write text: %w", err)
	}
	return nil
}

func (c *composer) file(f File, disposition string) (err error) {
	c.put(contentType(f), "Content-Transfer-Encoding: base64")
	c.put("Content-Disposition: " + disposition + fileParams("filename", CleanName(f.Name)))
	if f.CID != "" {
		c.put("Content-ID: <" + cleanToken(f.CID) + ">")
	}
	c.put("")
	r, err := f.Open()
	if err != nil {
		return fault.Wrap(err, fault.Missing, "mail.file_unreadable", "name", f.Name)
	}
	defer func() {
		if cerr := r.Close(); err == nil && cerr != nil {
			err = fmt.Errorf("close %s: %w", f.Name, cerr)
		}
	}()
	enc := base64.NewEncoder(base64.StdEncoding, &wrapped{w: c.w})
	if _, err := io.Copy(enc, r); err != nil {
		return fault.Wrap(err, fault.Missing, "mail.file_unreadable", "name", f.Name)
	}
	if err := enc.Close(); err != nil {
		return fmt.Errorf("write %s: %w", f.Name, err)
	}
	c.put("")
	return nil
}

// wrapped breaks base64 into lines of 76 characters.
type wrapped struct {
	w   *bufio.Writer
	col int
}

func (l *wrapped) Write(p []byte) (int, error) {
	done := len(p)
	for len(p) > 0 {
		if l.col == 76 {
			if _, err := l.w.WriteString("\r\n"); err != nil {
				return 0, err
			}
			l.col = 0
		}
		n := min(76-l.col, len(p))
		if _, err := l.w.Write(p[:n]); err != nil {
			return 0, err
		}
		l.col += n
		p = p[n:]
	}
	return done, nil
}
