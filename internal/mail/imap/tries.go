package imap

import "time"

type mailKey struct{ validity, uid uint32 }

// try is what is known of a mail that could not be had.
type try struct {
	failed int       // failed tries so far; 0: its batch broke, it is only suspect
	next   time.Time // not asked again before
}

// tries remembers, across connections, which mails to ask one by one and when.
type tries map[mailKey]try

// due splits uids into those for a batch and those to be asked alone; the others wait for their time. Next is when the
// first of these is due, zero if none.
func (t tries) due(validity uint32, uids []uint32, now time.Time) (batch, alone []uint32, next time.Time) {
	for _, uid := range uids {
		known, ok := t[mailKey{validity, uid}]
		switch {
		case !ok:
			batch = append(batch, uid)
		case !known.next.After(now):
			alone = append(alone, uid)
		case next.IsZero() || known.next.Before(next):
			next = known.next
		}
	}
	return batch, alone, next
}

// suspect marks the mails of a batch that broke: they are asked one by one next time, since one of them may be why.
func (t tries) suspect(validity uint32, uids []uint32) {
	for _, uid := range uids {
		if k := (mailKey{validity, uid}); t[k].failed == 0 {
			t[k] = try{}
		}
	}
}

// failed counts a failed try and returns its number and whether it was the last. After the last the mail is forgotten:
// when it is asked for again, somebody wanted it.
func (t tries) failed(validity, uid uint32, now time.Time, retry func(int) time.Duration) (n int, final bool) {
	k := mailKey{validity, uid}
	n = t[k].failed + 1
	if n >= maxTries {
		delete(t, k)
		return n, true
	}
	t[k] = try{failed: n, next: now.Add(retry(n))}
	return n, false
}

func (t tries) settle(validity uint32, uids []uint32) {
	for _, uid := range uids {
		delete(t, mailKey{validity, uid})
	}
}

// forget drops what belongs to an earlier numbering of the folder.
func (t tries) forget(validity uint32) {
	for k := range t {
		if k.validity != validity {
			delete(t, k)
		}
	}
}
