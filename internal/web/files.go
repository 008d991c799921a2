package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"

	"guichet/internal/blob"
	"guichet/internal/fault"
	"guichet/internal/mail"
	"guichet/internal/ticket"
)

// sentFile is how a file goes to the browser.
type sentFile struct {
	name, kind string
	size       int64
	show       bool // a picture that the page shows; everything else is downloaded
}

// headers keep the browser from ever running what a file holds: a label for a
// name, no guessing, no origin of ours.
func (f sentFile) headers(h http.Header) {
	how, kind := "attachment", "application/octet-stream"
	if f.show {
		how, kind = "inline", f.kind
	}
	h.Set("Content-Type", kind)
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("Content-Disposition", mime.FormatMediaType(how, map[string]string{"filename": mail.CleanName(f.name)}))
	if f.size > 0 {
		h.Set("Content-Length", strconv.FormatInt(f.size, 10))
	}
}

// sendBlob sends a whole content. An error means that nothing was sent yet.
func (d *door) sendBlob(w http.ResponseWriter, r *http.Request, hash string, f sentFile) error {
	content, size, err := blob.Open(r.Context(), d.DB, d.Answer.Blobs, hash)
	if err != nil {
		return err
	}
	defer content.Close()
	f.size = size
	f.headers(w.Header())
	if r.Method == http.MethodHead {
		return nil
	}
	if _, err := io.Copy(w, content); err != nil {
		d.cut(r, err)
	}
	return nil
}

// cut ends an answer whose headers are out: the connection breaks, so that the
// reader sees that the file is not whole.
func (d *door) cut(r *http.Request, err error) {
	d.Log.Warn("a download broke off", "route", r.Pattern, "error", err)
	panic(http.ErrAbortHandler)
}

// rawOf is the source of a message as it came or went.
func (d *door) rawOf(ctx context.Context, message int64) (string, sentFile, error) {
	m, err := ticket.MessageByID(ctx, d.DB, message)
	if err == nil && m.Raw == "" {
		err = fault.New(fault.Missing, "web.no_raw")
	}
	return m.Raw, sentFile{name: emlName(m.Subject)}, err
}

func emlName(subject string) string {
	name := []rune(strings.TrimSpace(subject))
	return mail.CleanName(string(name[:min(len(name), 80)]) + ".eml")
}

func messageRaw(d *door, w http.ResponseWriter, r *http.Request) {
	hash, f, err := d.rawOf(r.Context(), id(r.PathValue("id")).n())
	if err == nil {
		err = d.sendBlob(w, r, hash, f)
	}
	if err != nil {
		writeProblem(w, d.problemOf(r.Context(), r.Pattern, err))
	}
}

// messageAttachment sends one part of a message, decoded while its source is read.
func messageAttachment(d *door, w http.ResponseWriter, r *http.Request) {
	part, err := strconv.Atoi(r.PathValue("part"))
	if err != nil {
		writeProblem(w, newProblem(http.StatusNotFound, "fault.gone"))
		return
	}
	m, a, err := d.attachmentOf(r.Context(), id(r.PathValue("id")).n(), part)
	if err != nil {
		writeProblem(w, d.problemOf(r.Context(), r.Pattern, err))
		return
	}
	sentFile{name: a.Name, size: a.Size}.headers(w.Header())
	if r.Method == http.MethodHead {
		return
	}
	if err := d.writePart(r.Context(), w, m.Raw, part); err != nil {
		d.cut(r, err)
	}
}

func (d *door) attachmentOf(ctx context.Context, message int64, part int) (ticket.Message, ticket.Attachment, error) {
	m, err := ticket.MessageByID(ctx, d.DB, message)
	if err != nil {
		return m, ticket.Attachment{}, err
	}
	i := slices.IndexFunc(m.Attachments, func(a ticket.Attachment) bool { return a.Part == part })
	if i < 0 {
		return m, ticket.Attachment{}, fault.New(fault.Missing, "fault.gone")
	}
	return m, m.Attachments[i], nil
}

// writePart decodes one part of a raw mail into w.
func (d *door) writePart(ctx context.Context, w io.Writer, hash string, part int) error {
	raw, _, err := blob.Open(ctx, d.DB, d.Answer.Blobs, hash)
	if err != nil {
		return err
	}
	defer raw.Close()
	found := false
	_, err = mail.Parse(raw, func(p mail.Part) io.Writer {
		if p.Index != part {
			return nil
		}
		found = true
		return w
	})
	if err == nil && !found {
		err = fmt.Errorf("part %d is not in the mail", part)
	}
	return err
}

func tooLarge(err error) bool {
	var m *http.MaxBytesError
	return errors.As(err, &m)
}

// runs are the endings of files that do something when they are opened: the
// person is asked twice (Microsoft's list of blocked attachments, shortened to
// what is met, with the documents that carry macros).
var runs = strings.Fields(`.exe .com .scr .pif .bat .cmd .ps1 .vbs .vbe .js .jse .wsf .wsh .hta .msi .msp .msix .appx .cpl
	.jar .reg .lnk .url .chm .iso .img .vhd .vhdx .dll .sys .inf .application .gadget .msc .sh .desktop .run .py .pl .docm .xlsm .pptm
	.xlam .xll .dotm .htm .html .svg .one`)

func dangerous(name string) bool { return slices.Contains(runs, strings.ToLower(path.Ext(name))) }
