package demo

import (
	"bytes"
	"fmt"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
)

// folders stand in the mailbox from the start, as at most providers.
var folders = []string{"INBOX", "Sent", "Archive", "Trash"}

func newUser(name, password string) (*imapmemserver.User, error) {
	user := imapmemserver.NewUser(name, password)
	for _, folder := range folders {
		if err := user.Create(folder, nil); err != nil {
			return nil, fmt.Errorf("demo folder %s: %w", folder, err)
		}
	}
	return user, nil
}

func newIMAP(s *Servers, log logger) *imapserver.Server {
	started := uint32(s.now().Unix())
	return imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return &session{servers: s, validity: started}, nil, nil
		},
		Caps:   imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapMove: {}, imap.CapNamespace: {}},
		Logger: log,
	})
}

// session is one connection. The memory server numbers its folders' UIDVALIDITY from 1
// at each start, so UIDs of an earlier run would seem to be known: here it is the second
// of the start instead.
type session struct {
	*imapmemserver.UserSession // nil before login

	servers  *Servers
	validity uint32
}

func (s *session) Login(name, password string) error {
	if err := s.servers.user.Login(name, password); err != nil {
		return err
	}
	s.UserSession = imapmemserver.NewUserSession(s.servers.user)
	return nil
}

func (s *session) Select(folder string, options *imap.SelectOptions) (*imap.SelectData, error) {
	data, err := s.UserSession.Select(folder, options)
	if err == nil {
		data.UIDValidity = s.validity
	}
	return data, err
}

func (s *session) Status(folder string, options *imap.StatusOptions) (*imap.StatusData, error) {
	data, err := s.UserSession.Status(folder, options)
	if err == nil && options.UIDValidity {
		data.UIDValidity = s.validity
	}
	return data, err
}

func (s *session) Append(folder string, r imap.LiteralReader, options *imap.AppendOptions) (*imap.AppendData, error) {
	data, err := s.UserSession.Append(folder, r, options)
	if err == nil {
		data.UIDValidity = s.validity
	}
	return data, err
}

// look is how often an idle connection is told what is new.
const look = 50 * time.Millisecond

// Idle replaces the memory server's own, which tells nothing of what came between
// the last answer and the IDLE until something else comes.
func (s *session) Idle(w *imapserver.UpdateWriter, stop <-chan struct{}) error {
	tick := time.NewTicker(look)
	defer tick.Stop()
	for {
		if err := s.Poll(w, true); err != nil {
			return err
		}
		select {
		case <-stop:
			return nil
		case <-tick.C:
		}
	}
}

// Deliver puts a mail in the inbox; clients in IDLE are told at once. raw must not be
// changed afterwards.
func (s *Servers) Deliver(raw []byte) error {
	_, err := s.user.Append("INBOX", bytes.NewReader(raw), &imap.AppendOptions{Time: s.now()})
	if err != nil {
		return fmt.Errorf("deliver to the demo inbox: %w", err)
	}
	return nil
}
