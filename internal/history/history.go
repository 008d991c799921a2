// Package history takes old mail along: archives of a mailbox, of another help
// desk, of a mail program. An archive is read and shown first; what is then taken
// in makes closed tickets, and acts on nothing and nobody. It can be stopped, goes
// on by itself after a crash, and can be taken out again.
package history

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/journal"
)

// State is where an import stands.
type State string

// The states. What is reading, importing or undoing is worked on.
const (
	Reading   State = "reading"
	Ready     State = "ready" // the preview can be seen, nothing is written
	Importing State = "importing"
	Stopped   State = "stopped" // by a person, in the middle
	Done      State = "done"
	Undoing   State = "undoing"
	Undone    State = "undone"
	Dropped   State = "dropped" // a preview that was given up
	Failed    State = "failed"  // the archive can't be read
)

// Kind is where an archive is.
type Kind string

// The kinds.
const (
	Files Kind = "files" // mbox files, maildirs, folders of mails, single mails
	IMAP  Kind = "imap"  // a folder of a mailbox
)

// Import is one archive.
type Import struct {
	ID          int64
	Kind        Kind
	Label       string
	Places      []string // absolute paths, or one IMAP folder
	MailboxID   int64
	UIDValidity int64
	State       State
	AgentID     int64 // who asked for it, 0: the command line
	CreatedAt   time.Time
	Since       time.Time // the one instant of what it put into tickets
	EndedAt     time.Time
	Size        int64 // of what is under way
	Progress    int64
	Preview     Preview
	Problem     string // a key of words, "" for none
	ProblemArgs map[string]any
	Version     int64
}

// Preview says what an archive holds and would make.
type Preview struct {
	Mails      int64            `json:"mails"`
	First      int64            `json:"first,omitempty"` // milliseconds since 1970
	Last       int64            `json:"last,omitempty"`
	Opens      int64            `json:"opens"`     // tickets
	OpenMails  int64            `json:"openMails"` // mails in these
	JoinMails  int64            `json:"joinMails"`
	Joins      int64            `json:"joins"` // tickets that are there and get mails
	There      int64            `json:"there"` // mails that are there already
	Aside      map[string]int64 `json:"aside,omitempty"`
	Strangers  int64            `json:"strangers"` // senders of no client
	Clients    int64            `json:"clients"`   // clients that get tickets
	Unreadable int64            `json:"unreadable"`
	Skipped    []Skipped        `json:"skipped,omitempty"` // the first files that are no mails
	SkippedAll int64            `json:"skippedAll,omitempty"`
}

// Skipped is a file that was not read, and why.
type Skipped struct {
	Path   string `json:"path"`
	Reason string `json:"reason"` // a key of words
}

// Active says whether the import is worked on.
func (i Import) Active() bool {
	return i.State == Reading || i.State == Importing || i.State == Undoing
}

func (i Import) by() journal.Actor {
	if i.AgentID == 0 {
		return journal.System()
	}
	return journal.Agent(i.AgentID)
}

type row struct {
	Import
	places, preview, args string
}

const columns = `id, kind, label, place, mailbox_id, uidvalidity, state, agent_id, created_at, since, ended_at, size, progress,
	preview, problem, problem_args, version`

func fields(r *row) []any {
	return []any{&r.ID, (*string)(&r.Kind), &r.Label, &r.places, &r.MailboxID, &r.UIDValidity, (*string)(&r.State), &r.AgentID, &r.CreatedAt,
		&r.Since, &r.EndedAt, &r.Size, &r.Progress, &r.preview, &r.Problem, &r.args, &r.Version}
}

func (r row) whole() (Import, error) {
	r.Places = strings.Split(r.places, "\n")
	err := json.Unmarshal([]byte(r.args), &r.ProblemArgs)
	if err == nil && r.preview != "" {
		err = json.Unmarshal([]byte(r.preview), &r.Preview)
	}
	if err != nil {
		return r.Import, fmt.Errorf("import %d: %w", r.ID, err)
	}
	return r.Import, nil
}

// ByID returns one import. A missing one is a fault of kind Missing.
func ByID(ctx context.Context, q db.Querier, id int64) (Import, error) {
	r, err := db.One(ctx, q, fields, "SELECT "+columns+" FROM history WHERE id = ?", id)
	if errors.Is(err, db.ErrNone) {
		return r.Import, fault.New(fault.Missing, "history.err.missing")
	}
	if err != nil {
		return r.Import, err
	}
	return r.whole()
}

// All returns the imports, newest first, but those that were given up.
func All(ctx context.Context, q db.Querier) ([]Import, error) {
	return list(ctx, q, "WHERE state <> 'dropped' ORDER BY id DESC")
}

// Work returns the imports that are worked on, oldest first.
func Work(ctx context.Context, q db.Querier) ([]Import, error) {
	return list(ctx, q, "WHERE state IN ('reading', 'importing', 'undoing') ORDER BY id")
}

func list(ctx context.Context, q db.Querier, where string) ([]Import, error) {
	rows, err := db.All(ctx, q, fields, "SELECT "+columns+" FROM history "+where)
	if err != nil {
		return nil, err
	}
	out := make([]Import, len(rows))
	for i, r := range rows {
		if out[i], err = r.whole(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// New is an archive to look at.
type New struct {
	Kind      Kind
	Places    []string // paths, or one IMAP folder
	MailboxID int64    // of an IMAP folder
	Mailbox   string   // its name
	AgentID   int64    // 0: the command line
}

// Start begins to read an archive. One that is under way from the same place is
// given back instead, so that nothing is read twice.
func Start(ctx context.Context, tx *db.Tx, now time.Time, n New) (Import, error) {
	places, label, err := n.places()
	if err != nil {
		return Import{}, err
	}
	had, err := list(ctx, tx, "WHERE state IN ('reading', 'ready', 'importing', 'stopped') ORDER BY id")
	if err != nil {
		return Import{}, err
	}
	for _, i := range had {
		if i.Kind == n.Kind && i.MailboxID == n.MailboxID && strings.Join(i.Places, "\n") == places {
			return i, nil
		}
	}
	id, err := tx.NewID(ctx)
	if err != nil {
		return Import{}, err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO history (id, kind, label, place, mailbox_id, state, agent_id, created_at, since, version)
		VALUES (?, ?, ?, ?, ?, 'reading', ?, ?, ?, 1)`, id, string(n.Kind), label, places, db.Null(n.MailboxID), db.Null(n.AgentID), now, now); err != nil {
		return Import{}, err
	}
	i, err := ByID(ctx, tx, id)
	if err != nil {
		return i, err
	}
	return i, i.happened(ctx, tx, now, i.by(), "history.started")
}

// places gives where an archive is as it is kept, and what people call it.
func (n New) places() (places, label string, err error) {
	if n.Kind == IMAP {
		if len(n.Places) != 1 || n.Places[0] == "" || n.MailboxID == 0 {
			return "", "", fault.New(fault.Invalid, "history.err.no_folder")
		}
		return n.Places[0], n.Mailbox + " · " + n.Places[0], nil
	}
	var paths []string
	for _, p := range n.Places {
		p = strings.TrimSpace(p)
		if p == "" {
			continue
		}
		if p, err = filepath.Abs(p); err != nil || strings.Contains(p, "\n") {
			return "", "", fault.Wrap(err, fault.Invalid, "history.err.no_path")
		}
		paths = append(paths, p)
	}
	if len(paths) == 0 {
		return "", "", fault.New(fault.Invalid, "history.err.no_path")
	}
	label = filepath.Base(paths[0])
	if len(paths) > 1 {
		label = fmt.Sprintf("%s + %d", label, len(paths)-1)
	}
	return strings.Join(paths, "\n"), label, nil
}

func (i Import) happened(ctx context.Context, tx *db.Tx, now time.Time, by journal.Actor, kind string) error {
	_, err := journal.Append(ctx, tx, now, journal.Entry{Actor: by, Kind: kind, Subject: "history", SubjectID: i.ID,
		Changes: []journal.Change{{Field: "source", After: i.Label}}})
	return err
}

// moves are the states that a person may bring an import to, and from which.
var moves = map[State][]State{
	Importing: {Ready, Stopped},
	Stopped:   {Importing},
	Undoing:   {Done, Stopped},
	Dropped:   {Reading, Ready, Failed, Undone},
	Reading:   {Failed, Ready},
}

// Move brings an import to a state that a person asked for: importing, stopped,
// undoing, dropped, or reading again what failed or changed.
func Move(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, id int64, to State) (Import, error) {
	i, err := ByID(ctx, tx, id)
	if err != nil || i.State == to {
		return i, err
	}
	allowed := false
	for _, from := range moves[to] {
		allowed = allowed || i.State == from
	}
	if !allowed {
		return i, fault.New(fault.Conflict, "history.err.state")
	}
	if to == Dropped || to == Reading { // what changed since is read anew
		if err := i.forget(ctx, tx); err != nil {
			return i, err
		}
		if _, err := tx.Exec(ctx, "UPDATE history SET uidvalidity = 0, created_at = ?, preview = '' WHERE id = ?", now, id); err != nil {
			return i, err
		}
	}
	if err := i.become(ctx, tx, now, to); err != nil {
		return i, err
	}
	if err := i.happened(ctx, tx, now, by, "history."+string(to)); err != nil {
		return i, err
	}
	return ByID(ctx, tx, id)
}

// become changes the state, and what its progress counts.
func (i Import) become(ctx context.Context, tx *db.Tx, now time.Time, to State) error {
	had, err := ByID(ctx, tx, i.ID)
	if err != nil {
		return err
	}
	size, progress, ended := had.Size, had.Progress, time.Time{}
	switch to {
	case Importing:
		size, err = db.Value[int64](ctx, tx, "SELECT COUNT(*) FROM history_mail WHERE history_id = ? AND turn > 0", i.ID)
		if err == nil {
			progress, err = db.Value[int64](ctx, tx, "SELECT COUNT(*) FROM history_mail WHERE history_id = ? AND turn > 0 AND done > 0", i.ID)
		}
	case Undoing:
		progress = 0
		size, err = db.Value[int64](ctx, tx, "SELECT COUNT(*) FROM history_mail WHERE history_id = ? AND done = 1", i.ID)
	case Reading:
		size, progress = 0, 0
	default:
		ended = now
	}
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE history SET state = ?, size = ?, progress = ?, ended_at = ?, problem = '', problem_args = '{}', version = version + 1
		WHERE id = ?`, string(to), size, progress, ended, i.ID)
	return err
}

// forget takes away what was noted of an archive whose mails are not taken in.
func (i Import) forget(ctx context.Context, tx *db.Tx) error {
	for _, table := range []string{"history_mail", "history_talk", "history_file", "history_contact"} {
		if _, err := tx.Exec(ctx, "DELETE FROM "+table+" WHERE history_id = ?", i.ID); err != nil {
			return err
		}
	}
	return nil
}
