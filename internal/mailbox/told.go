package mailbox

import (
	"context"
	"strings"
	"time"

	"guichet/internal/db"
	"guichet/internal/journal"
	"guichet/internal/secret"
)

// differences lists what is not the same in two states of a mailbox, as the
// journal keeps it.
func differences(had, m Mailbox) []journal.Change {
	var out []journal.Change
	note := func(field string, before, after any) {
		if before != after {
			out = append(out, journal.Change{Field: field, Before: before, After: after})
		}
	}
	note("name", had.Name, m.Name)
	note("address", had.Address, m.Address)
	note("aliases", strings.Join(had.Aliases, ", "), strings.Join(m.Aliases, ", "))
	note("language", had.Language, m.Language)
	server := func(side string, had, s Server) {
		note(side+"Host", had.Host, s.Host)
		note(side+"Port", had.Port, s.Port)
		note(side+"Security", had.Security, s.Security)
		note(side+"User", had.User, s.User)
	}
	server("imap", had.IMAP, m.IMAP)
	server("smtp", had.SMTP, m.SMTP)
	note("folder", had.Folder, m.Folder)
	note("after", had.After, m.After)
	note("moveTo", had.MoveTo, m.MoveTo)
	note("since", db.Millis(had.Since), db.Millis(m.Since))
	note("savesSent", had.SavesSent, m.SavesSent)
	note("sentFolder", had.SentFolder, m.SentFolder)
	note("signatureFr", had.SignatureFR, m.SignatureFR)
	note("signatureEn", had.SignatureEN, m.SignatureEN)
	note("acknowledge", had.Acknowledge, m.Acknowledge)
	note("active", had.Active, m.Active)
	return out
}

// Seal keeps a secret of a mailbox ("imap", "smtp", "oauth-client": see Owner)
// that a person gave. The journal says that it changed, and nothing of it.
func Seal(ctx context.Context, tx *db.Tx, k *secret.Key, by journal.Actor, now time.Time, id int64, what string, value secret.Text) error {
	if err := secret.Put(ctx, tx, k, now, Owner(id, what), value); err != nil {
		return err
	}
	_, err := journal.Append(ctx, tx, now, journal.Entry{Actor: by, Kind: "mailbox.sealed", Subject: "mailbox", SubjectID: id,
		Changes: []journal.Change{{Field: what, Sealed: true}}})
	return err
}
