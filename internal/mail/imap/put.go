package imap

import (
	"context"
	"errors"
	"io"
	"slices"

	"github.com/emersion/go-imap/v2"

	"guichet/internal/mail/wire"
)

// Copy says how a mail is found again on its server.
type Copy struct {
	Spots     []Spot // where it was seen
	MessageID string // without <>; "" for none
	Size      int64
	// Same says whether a text is this mail's, since a Message-ID may be anybody's (FAULTS R9) and a UID does not survive a move.
	Same func(r io.Reader) (bool, error)
}

// Spot is where a mail was seen: a UID holds as long as UIDVALIDITY does. Folder may be Junk.
type Spot struct {
	Folder           string
	UIDValidity, UID uint32
}

// mostAlike is how many mails are read to find one among them.
const mostAlike = 20

// Put moves a mail from wherever it is among the folders from to the folder to and says how many copies it found
// there: none when it is in to already, or when somebody deleted it. Junk may stand for the server's folder for spam,
// which is made where it is needed and there is none.
func Put(ctx context.Context, o Options, c Copy, from []string, to string) (moved int, err error) {
	s, _, err := open(ctx, o.defaults())
	if err != nil {
		return 0, err
	}
	defer s.logout()
	if to == Junk {
		if to, err = s.makeJunk(); err != nil {
			return 0, err
		}
	}
	for _, folder := range from {
		n, err := s.putFrom(c, folder, to)
		moved += n
		if err != nil {
			return moved, err
		}
	}
	return moved, nil
}

func (s *session) putFrom(c Copy, as, to string) (int, error) {
	folder := as
	if as == Junk {
		var err error
		if folder, err = s.junk(); wire.HasKey(err, "wire.err.folder") {
			return 0, nil // a folder that is not there holds nothing
		} else if err != nil {
			return 0, err
		}
	}
	if folder == to {
		return 0, nil
	}
	uids, err := s.find(c, as, folder, false)
	if err != nil || len(uids) == 0 {
		return 0, err
	}
	if s.moves() {
		return len(uids), s.move(uids, to)
	}
	// A copy made before the connection broke is not made again.
	there, err := s.find(c, to, to, true)
	if err != nil {
		return 0, err
	}
	if _, err := s.enter(folder, false); err != nil {
		return 0, err
	}
	s.o.Folder = folder
	if len(there) > 0 {
		return len(uids), s.remove(uids)
	}
	return len(uids), s.move(uids, to)
}

// find opens a folder and returns the UIDs of a mail in it: those that it was seen with, else by its Message-ID, else by
// its size, each read to be sure. Mails marked as deleted count as gone.
func (s *session) find(c Copy, as, folder string, readOnly bool) ([]uint32, error) {
	validity, err := s.enter(folder, readOnly)
	if err != nil {
		return nil, err
	}
	s.o.Folder = folder
	var known []uint32
	for _, spot := range c.Spots {
		if spot.Folder == as && spot.UIDValidity == validity {
			known = append(known, spot.UID)
		}
	}
	var found []uint32
	if len(known) > 0 {
		found, err = s.live(imap.SearchCriteria{UID: []imap.UIDSet{setOf(known)}})
	}
	if err == nil && len(found) == 0 && c.MessageID != "" {
		found, err = s.alike(c, imap.SearchCriteria{Header: []imap.SearchCriteriaHeaderField{{Key: "Message-ID", Value: c.MessageID}}})
	}
	if err == nil && len(found) == 0 && c.Size > 0 {
		found, err = s.alike(c, imap.SearchCriteria{Larger: c.Size - 1, Smaller: c.Size + 1})
	}
	return found, err
}

func (s *session) live(criteria imap.SearchCriteria) ([]uint32, error) {
	criteria.NotFlag = []imap.Flag{imap.FlagDeleted}
	return s.search(&criteria)
}

// alike reads the newest of what a search finds and keeps those that are the mail.
func (s *session) alike(c Copy, criteria imap.SearchCriteria) (same []uint32, err error) {
	uids, err := s.live(criteria)
	if err != nil || len(uids) == 0 {
		return nil, err
	}
	uids = uids[max(0, len(uids)-mostAlike):]
	var read, cause error
	err = s.fetch(setOf(uids), func(uid uint32, _ int64, r *literal) error {
		yes, err := c.Same(r)
		switch {
		case err != nil:
			read = errors.Join(read, err)
		case yes && uid != 0:
			same = append(same, uid)
		}
		return nil
	}, func(uint32, bool) {})
	if err != nil {
		cause = s.explain(err)
	}
	slices.Sort(same)
	return same, errors.Join(cause, read)
}
