package mail

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"strings"
	"testing"

	"github.com/emersion/go-message"
	_ "github.com/emersion/go-message/charset"
	gomail "github.com/emersion/go-message/mail"
)

// TestStrictReaderAgrees: a library that refuses what is not by the book reads what we write, and reads the same.
func TestStrictReaderAgrees(t *testing.T) {
	full := answer()
	full.Auto = true
	full.ReplyTo = Address{"Réponses", "reply@azurene.example"}
	full.HTML = `<p>C’est réparé = <img src="cid:logo"></p>`
	full.Inline = []File{memFile("logo.png", "image/png", "logo", "\x89PNG")}
	full.Files = []File{memFile("Relevé détaillé (été).pdf", "application/pdf", "", strings.Repeat("%PDF\x00", 3000)), memFile("vide.txt", "text/plain; charset=utf-8", "", "")}
	for _, m := range []Outgoing{answer(), full} {
		raw := compose(t, m)
		r, err := gomail.CreateReader(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		h := r.Header
		subject, err := h.Subject()
		if err != nil || subject != m.Subject {
			t.Errorf("subject %q, %v", subject, err)
		}
		to, err := h.AddressList("To")
		if err != nil || len(to) != 2 || to[0].Name != m.To[0].Name || to[0].Address != m.To[0].Addr {
			t.Errorf("to %v, %v", to, err)
		}
		if id, err := h.MessageID(); err != nil || id != m.MessageID {
			t.Errorf("id %q, %v", id, err)
		}
		if refs, err := h.MsgIDList("References"); err != nil || len(refs) != len(m.References) {
			t.Errorf("references %q, %v", refs, err)
		}
		if date, err := h.Date(); err != nil || !date.Equal(m.Date) {
			t.Errorf("date %v, %v", date, err)
		}
		checkParts(t, r, m)
	}
}

// checkParts walks the parts with the library and looks for the texts and the files.
func checkParts(t *testing.T, r *gomail.Reader, m Outgoing) {
	t.Helper()
	names := []string{}
	for {
		p, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(p.Body)
		if err != nil {
			t.Fatal(err)
		}
		switch h := p.Header.(type) {
		case *gomail.InlineHeader:
			kind, params, err := h.ContentType()
			if err != nil || params["charset"] != "utf-8" && strings.HasPrefix(kind, "text/") {
				t.Errorf("%s %v: %v", kind, params, err)
			}
			if want := map[string]string{"text/plain": m.Text, "text/html": m.HTML}[kind]; strings.TrimSpace(unixLines(string(body))) != strings.TrimSpace(want) && want != "" {
				t.Errorf("%s is %q, want %q", kind, body, want)
			}
		case *gomail.AttachmentHeader:
			name, err := h.Filename()
			if err != nil {
				t.Error(err)
			}
			names = append(names, name)
		}
	}
	for i, f := range m.Files {
		if i >= len(names) || names[i] != f.Name {
			t.Errorf("files %q, want %q", names, f.Name)
		}
	}
}

// TestLibraryAgreesOnOrdinaryMails: where the library reads a mail, we read the same subject, sender and leaves.
func TestLibraryAgreesOnOrdinaryMails(t *testing.T) {
	for _, raw := range []string{plainMail, mixedMail, dsn, string(benchMail("plain")), string(benchMail("html")), string(benchMail("mixed"))} {
		m, err := Parse(strings.NewReader(raw), nil)
		if err != nil {
			t.Fatal(err)
		}
		e, err := message.Read(strings.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		if subject, err := new(mime.WordDecoder).DecodeHeader(e.Header.Get("Subject")); err != nil || subject != m.Subject {
			t.Errorf("subject %q, ours %q, %v", subject, m.Subject, err)
		}
		leaves := 0
		err = e.Walk(func(_ []int, e *message.Entity, err error) error {
			if err != nil {
				return err
			}
			kind, _, cerr := e.Header.ContentType()
			if cerr != nil || strings.HasPrefix(kind, "multipart/") {
				return cerr
			}
			n, err := io.Copy(io.Discard, e.Body)
			if leaves < len(m.Parts) && (m.Parts[leaves].Type != kind || !strings.HasPrefix(kind, "text/") && m.Parts[leaves].Size != n) {
				t.Errorf("leaf %d is %s of %d bytes, ours %s of %d", leaves, kind, n, m.Parts[leaves].Type, m.Parts[leaves].Size)
			}
			leaves++
			return err
		})
		if err != nil || leaves != len(m.Parts) {
			t.Errorf("%d leaves, ours %d, %v", leaves, len(m.Parts), err)
		}
	}
}
