// Package people holds who there is: the agents of the support team with their
// sessions, and the clients with their domains, sites and contacts.
//
// A function that changes something takes the transaction, who does it and when,
// and appends to the journal what it did. What a person wrote wrongly comes back
// as a fault with every field at fault.
package people

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/journal"
	"guichet/internal/words"
)

// The longest values taken, in characters.
const (
	maxName  = 200
	maxPhone = 60
	maxNote  = 10000
)

// tidy makes a value that a person or a mail gave one line of text: no control
// or direction characters, one space where there were several, NFC.
func tidy(s string) string {
	return strings.Join(strings.Fields(plainText(strings.ReplaceAll(s, "\n", " "))), " ")
}

// plainText keeps lines but drops what can disguise a text: control characters
// and the marks that change its direction (Unicode TR 36).
func plainText(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	return norm.NFC.String(strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t', r == '\r', r == '\v', r == '\f':
			return ' '
		case unicode.IsControl(r), r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0xfeff:
			return -1
		}
		return r
	}, s))
}

// cut shortens a value that came from outside and that nobody can be asked
// about.
func cut(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return strings.TrimSpace(string(r[:most-1])) + "…"
	}
	return s
}

func short(s string, most int) bool { return len([]rune(s)) <= most }

func language(l words.Language) bool { return l == words.French || l == words.English }

// edits collects what differs between two states of a thing.
type edits []journal.Change

// note adds a field whose value differs. person is the contact whose personal
// value it is, or 0.
func (e *edits) note(field string, before, after any, person int64) {
	if before == after {
		return
	}
	*e = append(*e, journal.Change{Field: field, Before: shown(before), After: shown(after), Person: person})
}

// shown leaves out values that say nothing.
func shown(v any) any {
	switch v {
	case "", int64(0), false:
		return nil
	}
	if l, ok := v.(words.Language); ok {
		return string(l)
	}
	return v
}

// happened appends one entry about a thing of this room.
func happened(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, kind string, id int64, changes edits) error {
	subject, _, _ := strings.Cut(kind, ".")
	_, err := journal.Append(ctx, tx, now, journal.Entry{
		Actor: by, Kind: kind, Subject: subject, SubjectID: id, Changes: changes})
	return err
}

// gone turns "no row" into the sentence that a person reads.
func gone(err error) error {
	if errors.Is(err, db.ErrNone) {
		return fault.Wrap(err, fault.Missing, "fault.gone")
	}
	return err
}

// stale refuses a change to what somebody else has changed meanwhile.
func stale(had, given int64) error {
	if had != given {
		return fault.New(fault.Conflict, "fault.conflict")
	}
	return nil
}

// stored refuses a change that found no row of its version any more: on
// PostgreSQL another process may have written between the read and the write.
func stored(rows int64, err error) error {
	if err == nil && rows == 0 {
		return fault.New(fault.Conflict, "fault.conflict")
	}
	return err
}
