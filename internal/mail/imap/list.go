package imap

import (
	"errors"
	"time"

	"github.com/emersion/go-imap/v2"
)

// maxListed bounds what a listing may hold: a set such as 1:4294967295 costs a server nothing and us 16 GiB.
const maxListed = 5_000_000

var errListing = errors.New("the server listed an impossible set of mails")

// list returns the UIDs of the folder from low on, ascending. With low 0 it lists what the server received since the
// day of since.
func (s *session) list(low uint32, since time.Time) ([]uint32, error) {
	var criteria imap.SearchCriteria
	switch {
	case low > 0:
		from := imap.UIDSet{{Start: imap.UID(low), Stop: 0}} // 0 is "*"
		criteria.UID = []imap.UIDSet{from}
	case !since.IsZero():
		// Servers compare days and disregard zones: this is the earliest day that anybody on Earth had then.
		criteria.Since = since.UTC().Add(-12 * time.Hour)
	}
	uids, err := s.search(&criteria)
	if err != nil {
		return nil, err
	}
	for len(uids) > 0 && uids[0] < low {
		uids = uids[1:] // "n:*" names the last mail even when it is below n (RFC 9051 §6.4.8)
	}
	return uids, nil
}

func (s *session) search(criteria *imap.SearchCriteria) ([]uint32, error) {
	s.conn.Expect(s.p.Silence, s.p.Answer, 64<<20)
	data, err := s.c.UIDSearch(criteria, nil).Wait()
	if err != nil {
		return nil, s.explain(err)
	}
	set, ok := data.All.(imap.UIDSet)
	if !ok {
		return nil, nil
	}
	uids, err := numbers(set)
	if err != nil {
		return nil, s.explain(err)
	}
	return uids, nil
}

// numbers is UIDSet.Nums without its faith in the server.
func numbers(set imap.UIDSet) ([]uint32, error) {
	var uids []uint32
	for _, r := range set {
		if r.Start == 0 || r.Stop < r.Start || uint64(r.Stop-r.Start)+uint64(len(uids)) > maxListed {
			return nil, errListing
		}
		for uid := uint64(r.Start); uid <= uint64(r.Stop); uid++ {
			uids = append(uids, uint32(uid))
		}
	}
	return uids, nil
}

func setOf(uids []uint32) imap.UIDSet {
	var set imap.UIDSet
	for _, uid := range uids {
		set.AddNum(imap.UID(uid))
	}
	return set
}
