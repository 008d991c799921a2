package mailbox

import (
	"context"
	"errors"
	"time"

	"guichet/internal/db"
)

// UID names a message on an IMAP server for as long as UIDValidity holds
// (RFC 9051, 2.3.1.1).
type UID struct {
	MailboxID   int64
	Folder      string
	UIDValidity uint32
	UID         uint32
}

// Settled notes that a UID's mail is stored as mailID. With marked the server's
// copy needs nothing more; else it is still to be flagged or moved.
func Settled(ctx context.Context, tx *db.Tx, now time.Time, u UID, mailID int64, marked bool) error {
	_, err := tx.Exec(ctx, `INSERT INTO imap_uid (mailbox_id, folder, uidvalidity, uid, mail_id, tries, final, marked, problem, at)
		VALUES (?, ?, ?, ?, ?, 0, 1, ?, '', ?)
		ON CONFLICT (mailbox_id, folder, uidvalidity, uid) DO UPDATE SET mail_id = excluded.mail_id, final = 1, marked = excluded.marked, problem = '', at = excluded.at`,
		u.MailboxID, u.Folder, int64(u.UIDValidity), int64(u.UID), mailID, marked, now)
	return err
}

// Unmarked returns the UIDs whose mail is stored and whose copy on the server is
// not yet known to be flagged or moved: what a crash between the two leaves.
func Unmarked(ctx context.Context, q db.Querier, of UID) ([]uint32, error) {
	found, err := db.Values[int64](ctx, q, `SELECT uid FROM imap_uid WHERE mailbox_id = ? AND folder = ? AND uidvalidity = ? AND marked = 0
		ORDER BY uid LIMIT 10000`, of.MailboxID, of.Folder, int64(of.UIDValidity))
	out := make([]uint32, len(found))
	for i, u := range found {
		out[i] = uint32(u)
	}
	return out, err
}

// SeenAs returns where a mail was fetched, all copies of it. It goes through what the
// mailbox ever brought: for a person's wish, not for a loop.
func SeenAs(ctx context.Context, q db.Querier, mailbox, mail int64) ([]UID, error) {
	type row struct {
		folder        string
		validity, uid int64
	}
	rows, err := db.All(ctx, q, func(r *row) []any { return []any{&r.folder, &r.validity, &r.uid} },
		"SELECT folder, uidvalidity, uid FROM imap_uid WHERE mailbox_id = ? AND mail_id = ?", mailbox, mail)
	out := make([]UID, len(rows))
	for i, r := range rows {
		out[i] = UID{MailboxID: mailbox, Folder: r.folder, UIDValidity: uint32(r.validity), UID: uint32(r.uid)}
	}
	return out, err
}

// Marked notes that the server's copies are flagged or moved.
func Marked(ctx context.Context, tx *db.Tx, of UID, uids []uint32) error {
	for _, u := range uids {
		if _, err := tx.Exec(ctx, "UPDATE imap_uid SET marked = 1 WHERE mailbox_id = ? AND folder = ? AND uidvalidity = ? AND uid = ?",
			of.MailboxID, of.Folder, int64(of.UIDValidity), int64(u)); err != nil {
			return err
		}
	}
	return nil
}

// Failed notes a UID that could not be had. With final it is not asked again.
func Failed(ctx context.Context, tx *db.Tx, now time.Time, u UID, try int, final bool, problem string) error {
	_, err := tx.Exec(ctx, `INSERT INTO imap_uid (mailbox_id, folder, uidvalidity, uid, tries, final, marked, problem, at)
		VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?)
		ON CONFLICT (mailbox_id, folder, uidvalidity, uid) DO UPDATE SET tries = excluded.tries, final = excluded.final, problem = excluded.problem, at = excluded.at`,
		u.MailboxID, u.Folder, int64(u.UIDValidity), int64(u.UID), try, final, problem, now)
	return err
}

// Missing returns those of the listed UIDs that are not settled, in their order.
func Missing(ctx context.Context, q db.Querier, of UID, uids []uint32) ([]uint32, error) {
	if len(uids) == 0 {
		return nil, nil
	}
	low, high := int64(uids[0]), int64(uids[0])
	for _, u := range uids {
		low, high = min(low, int64(u)), max(high, int64(u))
	}
	have, err := db.Values[int64](ctx, q, `SELECT uid FROM imap_uid WHERE mailbox_id = ? AND folder = ? AND uidvalidity = ? AND uid BETWEEN ? AND ? AND final = 1`,
		of.MailboxID, of.Folder, int64(of.UIDValidity), low, high)
	if err != nil {
		return nil, err
	}
	settled := make(map[int64]bool, len(have))
	for _, u := range have {
		settled[u] = true
	}
	var out []uint32
	for _, u := range uids {
		if !settled[int64(u)] {
			out = append(out, u)
		}
	}
	return out, nil
}

// LowWater returns the UID below which all is settled, 0 where nothing is known
// for this UIDVALIDITY.
func LowWater(ctx context.Context, q db.Querier, of UID) (uint32, error) {
	n, err := db.Value[int64](ctx, q, "SELECT low_uid FROM imap_folder WHERE mailbox_id = ? AND folder = ? AND uidvalidity = ?",
		of.MailboxID, of.Folder, int64(of.UIDValidity))
	if errors.Is(err, db.ErrNone) {
		return 0, nil
	}
	return uint32(n), err
}

// SetLowWater notes that all UIDs below of.UID are settled; a new UIDVALIDITY
// starts over.
func SetLowWater(ctx context.Context, tx *db.Tx, of UID) error {
	_, err := tx.Exec(ctx, `INSERT INTO imap_folder (mailbox_id, folder, uidvalidity, low_uid) VALUES (?, ?, ?, ?)
		ON CONFLICT (mailbox_id, folder) DO UPDATE SET uidvalidity = excluded.uidvalidity, low_uid = excluded.low_uid`,
		of.MailboxID, of.Folder, int64(of.UIDValidity), int64(of.UID))
	return err
}

// Trouble is a message that could not be fetched.
type Trouble struct {
	UID
	Tries   int
	Final   bool
	Problem string
	At      time.Time
}

// Troubles returns the messages that could not be fetched, newest first.
func Troubles(ctx context.Context, q db.Querier, limit int) ([]Trouble, error) {
	type row struct {
		Trouble
		validity, uid int64
	}
	rows, err := db.All(ctx, q, func(r *row) []any {
		return []any{&r.MailboxID, &r.Folder, &r.validity, &r.uid, &r.Tries, &r.Final, &r.Problem, &r.At}
	}, "SELECT mailbox_id, folder, uidvalidity, uid, tries, final, problem, at FROM imap_uid WHERE problem <> '' ORDER BY at DESC LIMIT ?", limit)
	out := make([]Trouble, len(rows))
	for i, r := range rows {
		out[i] = r.Trouble
		out[i].UIDValidity, out[i].UID.UID = uint32(r.validity), uint32(r.uid)
	}
	return out, err
}
