package imap

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// profile is a way in which real servers answer FETCH otherwise than the library expects (FAULTS R6). once is for
// faults that a server shows the first time it is asked for a mail only.
type profile struct {
	name string
	once bool
	give func(k *fakeConn, seq int, uid uint32, raw []byte)
}

var profiles = []profile{
	{"UID after the text", false, func(k *fakeConn, seq int, uid uint32, raw []byte) {
		k.say("* %d FETCH (BODY[] {%d}\r\n%s UID %d)", seq, len(raw), raw, uid)
	}},
	{"items after the text", false, func(k *fakeConn, seq int, uid uint32, raw []byte) {
		k.say("* %d FETCH (UID %d BODY[] {%d}\r\n%s RFC822.SIZE %d FLAGS (\\Seen))", seq, uid, len(raw), raw, len(raw))
	}},
	{"text NIL at first", true, func(k *fakeConn, seq int, uid uint32, _ []byte) {
		k.say("* %d FETCH (UID %d RFC822.SIZE 300 BODY[] NIL)", seq, uid)
	}},
	{"empty text at first", true, func(k *fakeConn, seq int, uid uint32, _ []byte) {
		k.say("* %d FETCH (UID %d BODY[] {0}\r\n)", seq, uid)
	}},
	{"hole at first", true, func(*fakeConn, int, uint32, []byte) {}},
	{"flags of the mail announced before it, once", true, func(k *fakeConn, seq int, uid uint32, raw []byte) {
		k.say("* %d FETCH (UID %d FLAGS (\\Seen))", seq, uid)
		k.honest(seq, uid, raw)
	}},
	{"each mail twice", false, func(k *fakeConn, seq int, uid uint32, raw []byte) {
		k.honest(seq, uid, raw)
		k.honest(seq, uid, raw)
	}},
	{"text as a quoted string", false, func(k *fakeConn, seq int, uid uint32, raw []byte) {
		if uid%10 != 0 {
			k.honest(seq, uid, raw)
			return
		}
		k.say("* %d FETCH (UID %d BODY[] \"Subject: court\")", seq, uid)
	}},
	{"a mail nobody asked for", false, func(k *fakeConn, seq int, uid uint32, raw []byte) {
		k.say("* %d FETCH (UID %d BODY[] {8}\r\nintruder)", seq+500, uid+500)
		k.honest(seq, uid, raw)
	}},
	{"small letters", false, func(k *fakeConn, seq int, uid uint32, raw []byte) {
		k.say("* %d Fetch (uid %d rfc822.size %d body[] {%d}\r\n%s)", seq, uid, 1, len(raw), raw)
	}},
	{"mailbox shrinks and grows meanwhile", false, func(k *fakeConn, seq int, uid uint32, raw []byte) {
		k.say("* 49 EXISTS\r\n* 0 RECENT\r\n* 51 EXISTS")
		k.honest(seq, uid, raw)
	}},
	{"NO at the end of a batch", true, nil}, // see batchNo
}

// R6: each mail of each profile arrives once and whole.
func TestProfiles(t *testing.T) {
	for _, p := range profiles {
		t.Run(p.name, func(t *testing.T) {
			f, asked := newFake(50), map[uint32]bool{}
			f.give = func(k *fakeConn, seq int, uid uint32, raw []byte) {
				if p.give == nil || p.once && asked[uid] {
					k.honest(seq, uid, raw)
					return
				}
				asked[uid] = true
				p.give(k, seq, uid, raw)
			}
			if p.give == nil {
				f.answer = batchNo
			}
			quoted := strings.Contains(p.name, "quoted")
			bubble(t, f, Options{After: Flag}, func(t *testing.T, d *desk) {
				d.until(t, "50 mails", func() bool { return len(d.settled) == 50 && len(d.unmarked) == 0 })
				if !quoted {
					d.whole(t, f, 50)
				} else if n := d.mails[sum([]byte("Subject: court"))]; n != 5 || len(d.mails) != 46 {
					t.Errorf("%d short mails, %d contents", n, len(d.mails))
				}
				if len(d.final) > 0 {
					t.Errorf("given up: %v", d.final)
				}
			})
		})
	}
}

// batchNo answers every FETCH of more than one mail with its first mail and NO, as Exchange does when one is damaged.
func batchNo(k *fakeConn, tag, cmd string) bool {
	if !strings.HasPrefix(cmd, "UID FETCH") || !strings.ContainsAny(cmd, ":,") {
		return false
	}
	k.honest(1, 1, k.f.mails[1])
	k.say("%s NO some of the messages could not be fetched", tag)
	return true
}

// poison is a mail that never comes, by its fault or the server's (FAULTS R7). stop kills the connection.
var poisons = []profile{
	{"NIL", false, profiles[2].give},
	{"empty", false, profiles[3].give},
	{"hole", false, profiles[4].give},
	{"cut in the text", false, func(k *fakeConn, seq int, uid uint32, raw []byte) {
		k.say("* %d FETCH (UID %d BODY[] {%d}\r\nFrom: nobody", seq, uid, len(raw))
		_ = k.Close()
	}},
	{"silence in the text", false, func(k *fakeConn, seq int, uid uint32, raw []byte) {
		k.say("* %d FETCH (UID %d BODY[] {%d}\r\nFrom: nobody", seq, uid, len(raw))
		k.fail(silence)
	}},
	{"more announced than there is", false, func(k *fakeConn, seq int, uid uint32, raw []byte) {
		k.say("* %d FETCH (UID %d BODY[] {%d}\r\n%s)", seq, uid, len(raw)+100_000, raw)
	}},
	{"less announced than there is", false, func(k *fakeConn, seq int, uid uint32, raw []byte) {
		k.say("* %d FETCH (UID %d BODY[] {%d}\r\n%s)", seq, uid, len(raw)-20, raw)
	}},
	{"unknown item", false, func(k *fakeConn, seq int, uid uint32, raw []byte) {
		k.say("* %d FETCH (UID %d X-GM-EXOTIC 3 BODY[] {%d}\r\n%s)", seq, uid, len(raw), raw)
	}},
	{"length that is none", false, func(k *fakeConn, seq int, uid uint32, _ []byte) {
		k.say("* %d FETCH (UID %d BODY[] {99999999999999999999}\r\n", seq, uid)
	}},
	{"goodbye", false, func(k *fakeConn, _ int, _ uint32, _ []byte) {
		k.say("* BYE internal error")
		_ = k.Close()
	}},
	{"refused", false, nil},
	{"Prepare fails", false, nil},
	{"Prepare panics", false, nil},
	{"Prepare does not read on", false, nil},
}

var errParse = errors.New("cannot parse")

// R7: one poisonous mail among 100 costs 5 tries and one notice; the other 99 arrive.
func TestPoison(t *testing.T) {
	places := []uint32{1, 57, 100}
	if soak() {
		places = []uint32{1, 2, 11, 49, 50, 51, 52, 77, 99, 100}
	}
	for _, p := range poisons {
		for _, bad := range places {
			t.Run(fmt.Sprintf("%s at %d", p.name, bad), func(t *testing.T) { poisonAt(t, p, bad) })
		}
	}
}

func poisonAt(t *testing.T, p profile, bad uint32) {
	f := newFake(100)
	f.give = func(k *fakeConn, seq int, uid uint32, raw []byte) {
		if uid != bad || p.give == nil {
			k.honest(seq, uid, raw)
			return
		}
		p.give(k, seq, uid, raw)
	}
	if p.name == "refused" {
		f.answer = func(k *fakeConn, tag, cmd string) bool {
			set, _, _ := strings.Cut(strings.TrimPrefix(cmd, "UID FETCH "), " ")
			if !strings.HasPrefix(cmd, "UID FETCH") || !inSet(set, bad) {
				return false
			}
			k.say("%s NO [CONTACTADMIN] this message is damaged", tag)
			return true
		}
	}
	bubble(t, f, Options{After: Flag}, func(t *testing.T, d *desk) {
		d.mu.Lock()
		d.prepare = func(g Fetched, _ []byte) error {
			switch {
			case g.UID == bad && p.name == "Prepare fails":
				return errParse
			case g.UID == bad && p.name == "Prepare panics":
				panic("index out of range")
			}
			return nil
		}
		d.lazy = map[uint32]bool{bad: p.name == "Prepare does not read on"}
		d.mu.Unlock()
		d.until(t, "quarantine", func() bool { return len(d.final) == 1 && len(d.settled) == 100 && len(d.unmarked) == 0 })
		d.whole(t, f, 100, bad)
		if fmt.Sprint(d.failed[bad]) != "[1 2 3 4 5]" || d.final[bad] == nil || len(d.failed) != 1 {
			t.Errorf("tries %v, reason %v", d.failed, d.final[bad])
		}
		if strings.Contains(f.flags[bad], "Seen") {
			t.Error("the mail nobody has is marked as read")
		}
	})
}
