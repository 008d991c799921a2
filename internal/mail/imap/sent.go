package imap

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"

	"guichet/internal/mail/wire"
)

// Probe walks a connection test: name, TCP, TLS, login, folders. It stops at the first step that fails; the detail of
// the last step holds the folder names, one a line.
func Probe(ctx context.Context, o Options) []wire.Step {
	o = o.defaults()
	s, steps, err := open(ctx, o)
	if err != nil {
		return steps
	}
	defer s.logout()
	folders, err := s.folders()
	names := make([]string, 0, len(folders))
	for _, f := range folders {
		names = append(names, f.Mailbox)
	}
	if err == nil {
		_, err = s.enter(o.Folder, true)
	}
	if err == nil && o.After == Move && !slices.Contains(names, o.MoveTo) {
		err = wire.NoFolder(o.Server, o.MoveTo, "", nil)
	}
	return append(steps, wire.Step{Name: "folders", OK: err == nil, Err: err, Detail: strings.Join(names, "\n")})
}

// Folders lists the folders of a mailbox that can be opened, by name.
func Folders(ctx context.Context, o Options) ([]string, error) {
	s, _, err := open(ctx, o.defaults())
	if err != nil {
		return nil, err
	}
	defer s.logout()
	all, err := s.folders()
	if err != nil {
		return nil, err
	}
	var names []string
	for _, f := range all {
		if !slices.Contains(f.Attrs, imap.MailboxAttrNoSelect) && !slices.Contains(f.Attrs, imap.MailboxAttrNonExistent) {
			names = append(names, f.Mailbox)
		}
	}
	slices.Sort(names)
	return names, nil
}

func (s *session) folders() ([]*imap.ListData, error) {
	s.ready()
	all, err := s.c.List("", "*", nil).Collect()
	if err != nil {
		return nil, s.explain(err)
	}
	return all, nil
}

// HasMessageID reports whether a mail with this Message-ID stands in a folder; an empty folder means the one for sent
// mail. Finding it proves that it was sent, not finding it proves nothing.
func HasMessageID(ctx context.Context, o Options, folder, id string) (bool, error) {
	s, _, err := open(ctx, o.defaults())
	if err != nil {
		return false, err
	}
	defer s.logout()
	if folder, err = s.orSent(folder); err != nil {
		return false, err
	}
	if _, err := s.enter(folder, true); err != nil {
		return false, err
	}
	found, err := s.search(&imap.SearchCriteria{Header: []imap.SearchCriteriaHeaderField{{Key: "Message-ID", Value: id}}})
	return len(found) > 0, err
}

// Append stores a mail of exactly size bytes, read, in a folder; an empty folder means the one for sent mail.
func Append(ctx context.Context, o Options, folder string, r io.Reader, size int64) error {
	s, _, err := open(ctx, o.defaults())
	if err != nil {
		return err
	}
	defer s.logout()
	if folder, err = s.orSent(folder); err != nil {
		return err
	}
	s.conn.Expect(s.p.Silence, s.p.Answer+wire.ForBytes(size), 1<<20)
	cmd := s.c.Append(folder, size, &imap.AppendOptions{Flags: []imap.Flag{imap.FlagSeen}})
	src := &source{r: io.LimitReader(r, size)}
	n, err := io.Copy(cmd, src)
	if err == nil && n < size {
		src.err = fmt.Errorf("%w: %d of %d bytes", io.ErrUnexpectedEOF, n, size)
	}
	if err != nil || src.err != nil {
		_ = s.conn.Close() // a literal that is begun can only be finished or cut
		_ = cmd.Close()    // gives back the encoder; err tells the story
	}
	if src.err != nil {
		return o.Server.Fail("wire.err.smtp_body", src.err)
	}
	if err != nil {
		return s.inFolder(err, folder)
	}
	if err := cmd.Close(); err != nil {
		return s.inFolder(err, folder)
	}
	_, err = cmd.Wait()
	return s.inFolder(err, folder)
}

// source tells an error of the reader from one of the connection, which io.Copy does not.
type source struct {
	r   io.Reader
	err error
}

func (s *source) Read(b []byte) (int, error) {
	n, err := s.r.Read(b)
	if err != io.EOF {
		s.err = err
	}
	return n, err
}

// orSent finds the folder for sent mail where none is named.
func (s *session) orSent(folder string) (string, error) {
	if folder != "" {
		return folder, nil
	}
	all, err := s.folders()
	if err != nil {
		return "", err
	}
	if found := special(all, imap.MailboxAttrSent, "Sent", "Sent Items", "Sent Messages", "Envoyés", "Éléments envoyés", "Messages envoyés"); found != "" {
		return found, nil
	}
	return "", wire.NoFolder(s.o.Server, "Sent", "", nil)
}

// special finds a folder by its use: the one that the server marks so (RFC 6154), else one of the usual names, the
// first of them first; "" for none.
func special(all []*imap.ListData, use imap.MailboxAttr, usual ...string) string {
	for _, f := range all {
		if slices.Contains(f.Attrs, use) {
			return f.Mailbox
		}
	}
	for _, name := range usual {
		for _, f := range all {
			last := f.Mailbox[strings.LastIndexByte(f.Mailbox, byte(f.Delim))+1:]
			if strings.EqualFold(last, name) && !slices.Contains(f.Attrs, imap.MailboxAttrNoSelect) && !slices.Contains(f.Attrs, imap.MailboxAttrNonExistent) {
				return f.Mailbox
			}
		}
	}
	return ""
}
