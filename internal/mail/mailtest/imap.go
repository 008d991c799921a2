package mailtest

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"

	"guichet/internal/mail/wire"
)

// The one account of the servers in this package.
const (
	User     = "support@guichet.example"
	Password = "caravane-bleue-17"
)

// IMAPServer is an IMAP server in memory, over TLS, with the folders INBOX, Sent and Archive.
type IMAPServer struct {
	Server wire.Server // how to reach it
	user   *imapmemserver.User
	srv    *imapserver.Server
	done   chan struct{}
}

// IMAP starts a server that ends with the test.
func IMAP(t testing.TB) *IMAPServer {
	t.Helper()
	s, err := StartIMAP()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// StartIMAP starts a server on a free port of loopback. Close it.
func StartIMAP() (*IMAPServer, error) {
	id, err := Loopback()
	if err != nil {
		return nil, err
	}
	ln, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{id.Cert}})
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	mem := imapmemserver.New()
	s := &IMAPServer{Server: reach(portOf(ln), id), user: imapmemserver.NewUser(User, Password), done: make(chan struct{})}
	for name, use := range map[string][]imap.MailboxAttr{"INBOX": nil, "Sent": {imap.MailboxAttrSent}, "Archive": {imap.MailboxAttrArchive}} {
		if err := s.user.Create(name, &imap.CreateOptions{SpecialUse: use}); err != nil {
			return nil, fmt.Errorf("folder %s: %w", name, err)
		}
	}
	mem.AddUser(s.user)
	s.srv = imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return watchful{mem.NewSession().(imapserver.SessionIMAP4rev2)}, nil, nil
		},
		Caps:         imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapIdle: {}, imap.CapMove: {}, imap.CapUIDPlus: {}, imap.CapSpecialUse: {}},
		Logger:       log.New(io.Discard, "", 0), // a client that hangs up is not worth a line here
		InsecureAuth: true,                       // the TLS is the listener's, which the library does not see
	})
	go func() {
		defer close(s.done)
		_ = s.srv.Serve(ln) // ends with Close
	}()
	return s, nil
}

// watchful is a session whose IDLE forgets nothing: the memory server's own loses what came just before it began.
type watchful struct{ imapserver.SessionIMAP4rev2 }

// Idle sends what is new until stop is closed.
func (s watchful) Idle(w *imapserver.UpdateWriter, stop <-chan struct{}) error {
	tick := time.NewTicker(20 * time.Millisecond)
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

// reach says how to enter a server of this package.
func reach(port int, id Identity) wire.Server {
	return wire.Server{
		Host: "127.0.0.1", Port: port, User: User, Roots: id.Roots,
		Password: func(context.Context) (string, error) { return Password, nil },
	}
}

func portOf(ln net.Listener) int { return ln.Addr().(*net.TCPAddr).Port }

// Close ends the server.
func (s *IMAPServer) Close() {
	_ = s.srv.Close() // the listener's error has no reader
	<-s.done
}

type rawMail struct{ *bytes.Reader }

// Deliver puts a mail into a folder and returns its UID.
func (s *IMAPServer) Deliver(folder string, raw []byte) (uint32, error) {
	data, err := s.user.Append(folder, rawMail{bytes.NewReader(raw)}, &imap.AppendOptions{})
	if err != nil {
		return 0, fmt.Errorf("deliver: %w", err)
	}
	return uint32(data.UID), nil
}

// Rebuild makes a folder anew: it is empty and has another UIDVALIDITY.
func (s *IMAPServer) Rebuild(folder string) error {
	return errors.Join(s.user.Delete(folder), s.user.Create(folder, nil))
}

// Mail is a mail as it stands on a server.
type Mail struct {
	UID  uint32
	Seen bool
	Raw  []byte
}

// Mails reads a folder of any IMAP server with TLS, by another road than the code under test.
func Mails(s wire.Server, folder string) ([]Mail, error) {
	c, err := imapclient.DialTLS(s.Addr(), &imapclient.Options{TLSConfig: &tls.Config{RootCAs: s.Roots, ServerName: s.Host}})
	if err != nil {
		return nil, fmt.Errorf("dial: %w", err)
	}
	defer c.Close()
	if err := c.Login(User, Password).Wait(); err != nil {
		return nil, fmt.Errorf("login: %w", err)
	}
	box, err := c.Select(folder, &imap.SelectOptions{ReadOnly: true}).Wait()
	if err != nil || box.NumMessages == 0 {
		return nil, err
	}
	all := imap.SeqSet{{Start: 1, Stop: box.NumMessages}}
	bufs, err := c.Fetch(all, &imap.FetchOptions{UID: true, Flags: true, BodySection: []*imap.FetchItemBodySection{{Peek: true}}}).Collect()
	if err != nil {
		return nil, fmt.Errorf("fetch: %w", err)
	}
	var mails []Mail
	for _, b := range bufs {
		m := Mail{UID: uint32(b.UID), Raw: b.BodySection[0].Bytes}
		for _, f := range b.Flags {
			m.Seen = m.Seen || f == imap.FlagSeen
		}
		mails = append(mails, m)
	}
	return mails, nil
}
