package web

import (
	"context"
	"io"
	"strings"

	"guichet/internal/blob"
	"guichet/internal/fault"
	"guichet/internal/mail"
	"guichet/internal/ticket"
)

// shell is the window's native side, once it is there.
func (d *door) shell() (Shell, error) {
	s, ready := d.Shell()
	if !ready {
		return s, fault.New(fault.Busy, "web.shell")
	}
	return s, nil
}

// saveWithShell asks the person where to keep a file and writes it there.
func saveWithShell(ctx context.Context, d *door, in *shellSave) (out shellSaved, err error) {
	s, err := d.shell()
	if err != nil {
		return out, err
	}
	name, content, err := d.toSave(ctx, in)
	if err != nil {
		return out, err
	}
	defer content.Close()
	out.Path, out.Saved, err = s.SaveFile(ctx, name, content)
	return out, err
}

// toSave opens what a request names: an attachment, a source, a file of a draft.
func (d *door) toSave(ctx context.Context, in *shellSave) (string, io.ReadCloser, error) {
	b := in.Body
	if b.Export != nil {
		content, name, err := d.export(ctx, *b.Export)
		return name, content, err
	}
	if b.MessageID.n() != 0 && b.Part != nil {
		m, a, err := d.attachmentOf(ctx, b.MessageID.n(), *b.Part)
		if err != nil {
			return "", nil, err
		}
		r, w := io.Pipe()
		go func() { w.CloseWithError(d.writePart(ctx, w, m.Raw, a.Part)) }() // ends when r is closed
		return a.Name, r, nil
	}
	var hash, name string
	var err error
	switch {
	case b.MessageID.n() != 0:
		var f sentFile
		hash, f, err = d.rawOf(ctx, b.MessageID.n())
		name = f.name
	case b.MailID.n() != 0:
		hash, name, err = d.rawMail(ctx, b.MailID.n())
	case b.DraftFileID.n() != 0:
		var f ticket.DraftFile
		f, err = ticket.FileByID(ctx, d.DB, who(ctx).agent.ID, b.DraftFileID.n())
		hash, name = f.Hash, f.Name
	default:
		err = fault.New(fault.Invalid, "web.request")
	}
	if err != nil {
		return "", nil, err
	}
	content, _, err := blob.Open(ctx, d.DB, d.Answer.Blobs, hash)
	return mail.CleanName(name), content, err
}

// openWithShell opens a link of a message in the person's browser: only one that
// the message really has.
func openWithShell(ctx context.Context, d *door, in *shellOpen) error {
	s, err := d.shell()
	if err != nil {
		return err
	}
	m, err := ticket.MessageByID(ctx, d.DB, in.Body.MessageID.n())
	if err != nil {
		return err
	}
	if in.Body.N == nil {
		if in.Body.Href == "" || !strings.Contains(m.Body, in.Body.Href) {
			return fault.New(fault.Missing, "fault.gone")
		}
		return s.OpenURL(ctx, in.Body.Href)
	}
	safe, err := d.sanitized(ctx, m.Raw, "")
	if err != nil {
		return err
	}
	for _, l := range safe.Links {
		if l.N == *in.Body.N {
			return s.OpenURL(ctx, l.Href)
		}
	}
	return fault.New(fault.Missing, "fault.gone")
}

func notifyWithShell(ctx context.Context, d *door, in *shellNotify) error {
	s, err := d.shell()
	if err != nil {
		return err
	}
	return s.Notify(ctx, in.Body.Title, in.Body.Text)
}

func titleWithShell(_ context.Context, d *door, in *shellTitle) error {
	s, err := d.shell()
	if err != nil {
		return err
	}
	s.SetTitle(in.Body.Text)
	return nil
}
