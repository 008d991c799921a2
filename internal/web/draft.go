package web

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"guichet/internal/blob"
	"guichet/internal/db"
	"guichet/internal/mail"
	"guichet/internal/ticket"
)

// maxUpload bounds one file of a draft, in bytes.
const maxUpload = 25 << 20

// draftContent is what the ticket room keeps of a draft without reading it.
type draftContent struct {
	HTML  string            `json:"html"`
	Text  string            `json:"text"`
	To    list[mailAddress] `json:"to"`
	CC    list[mailAddress] `json:"cc"`
	Since id                `json:"since"`
}

// readDraft returns an agent's draft with its files, nil for none.
func readDraft(ctx context.Context, q db.Querier, agent, number int64) (*draftView, error) {
	had, known, err := ticket.DraftOf(ctx, q, agent, number)
	if err != nil {
		return nil, err
	}
	files, err := ticket.Files(ctx, q, agent, number)
	if err != nil || !known && len(files) == 0 {
		return nil, err
	}
	v := draftView{Version: had.Version, UpdatedAt: ms(had.UpdatedAt), Files: each(files, draftFileOf)}
	if known {
		var c draftContent
		if err := json.Unmarshal([]byte(had.Content), &c); err != nil {
			return nil, fmt.Errorf("draft of ticket %d: %w", number, err)
		}
		v.HTML, v.Text, v.To, v.CC, v.Since = c.HTML, c.Text, c.To, c.CC, c.Since
	}
	return &v, nil
}

func draftFileOf(f ticket.DraftFile) draftFile {
	return draftFile{ID: idOf(f.ID), Name: f.Name, Type: f.Type, Size: f.Size, Inline: f.Inline, CID: f.CID}
}

func saveDraft(ctx context.Context, d *door, in *draftPut) (out draftSaved, err error) {
	content, err := json.Marshal(draftContent{in.Body.HTML, in.Body.Text, in.Body.To, in.Body.CC, in.Body.Since})
	if err != nil {
		return out, fmt.Errorf("draft: %w", err)
	}
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := ticket.ByID(ctx, tx, in.ID.n()); err != nil {
			return err
		}
		out.Version, err = ticket.SaveDraft(ctx, tx, who(ctx).agent.ID, in.ID.n(), in.Body.Version, string(content), d.Now())
		return err
	})
	return out, err
}

func dropDraft(ctx context.Context, d *door, in *ticketIn) error {
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		return ticket.DropDraft(ctx, tx, who(ctx).agent.ID, in.ID.n())
	})
}

// addDraftFile takes a file in. The body is the file itself, streamed to the
// contents before any transaction; the request says its name.
func addDraftFile(d *door, w http.ResponseWriter, r *http.Request) {
	f, err := d.takeFile(w, r)
	if err == nil {
		writeJSON(w, draftFileOf(f))
		return
	}
	if tooLarge(err) {
		p := newProblem(http.StatusRequestEntityTooLarge, "web.too_large")
		p.Args = map[string]any{"mb": maxUpload >> 20}
		writeProblem(w, p)
		return
	}
	writeProblem(w, d.problemOf(r.Context(), r.Pattern, err))
}

func (d *door) takeFile(w http.ResponseWriter, r *http.Request) (ticket.DraftFile, error) {
	ctx, query := r.Context(), r.URL.Query()
	f := ticket.DraftFile{AgentID: who(ctx).agent.ID, TicketID: id(r.PathValue("id")).n(), Name: mail.CleanName(query.Get("name")),
		Type: mediaType(query.Get("type")), Inline: query.Get("inline") == "true"}
	if f.Inline {
		f.CID = strings.ToLower(rand.Text()) + "@guichet"
	}
	if _, err := ticket.ByID(ctx, d.DB, f.TicketID); err != nil {
		return f, err
	}
	in := blob.NewWriter(d.Answer.Blobs)
	defer in.Discard()
	if _, err := io.Copy(in, r.Body); err != nil {
		return f, err
	}
	content, err := in.Done()
	if err != nil {
		return f, err
	}
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		f, err = ticket.AddFile(ctx, tx, d.Now(), f, content)
		return err
	})
	return f, err
}

// mediaType is a type that was given, where it is one; parameters are dropped.
func mediaType(given string) string {
	kind, _, err := mime.ParseMediaType(given)
	if err != nil || !strings.Contains(kind, "/") {
		return "application/octet-stream"
	}
	return kind
}

func removeDraftFile(ctx context.Context, d *door, in *draftFileIn) error {
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		return ticket.DropFile(ctx, tx, who(ctx).agent.ID, in.ID.n())
	})
}

// getDraftFile gives a file of the agent's own drafts back, for the editor to
// show.
func getDraftFile(d *door, w http.ResponseWriter, r *http.Request) {
	f, err := ticket.FileByID(r.Context(), d.DB, who(r.Context()).agent.ID, id(r.PathValue("id")).n())
	if err == nil {
		err = d.sendBlob(w, r, f.Hash, sentFile{name: f.Name, kind: f.Type, size: f.Size, show: pictureKinds[f.Type]})
	}
	if err != nil {
		writeProblem(w, d.problemOf(r.Context(), r.Pattern, err))
	}
}
