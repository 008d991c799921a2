package demo

import (
	"bytes"
	"crypto/tls"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func started(t *testing.T) *Servers {
	t.Helper()
	s, err := Start("support@atelier-reseau.example", time.Now, t.Logf)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func (s *Servers) address(port int) string { return net.JoinHostPort(s.Host, strconv.Itoa(port)) }

func login(t *testing.T, s *Servers, options *imapclient.Options) *imapclient.Client {
	t.Helper()
	if options == nil {
		options = &imapclient.Options{}
	}
	options.TLSConfig = &tls.Config{RootCAs: s.Roots}
	c, err := imapclient.DialTLS(s.address(s.IMAPPort), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() }) // the server may have gone first
	if err := c.Login(s.User, s.Password).Wait(); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAMailDeliveredIsFetchedAsItWas(t *testing.T) {
	s := started(t)
	c := login(t, s, nil)
	raw := render(t, find(t, "017"))
	if err := s.Deliver(raw); err != nil {
		t.Fatal(err)
	}
	selected, err := c.Select("INBOX", nil).Wait()
	if err != nil || selected.NumMessages != 1 || selected.UIDValidity < 1_000_000_000 {
		t.Fatalf("%+v, %v", selected, err)
	}
	section := &imap.FetchItemBodySection{Peek: true}
	got, err := c.Fetch(imap.UIDSetNum(1), &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{section}}).Collect()
	if err != nil || len(got) != 1 || !bytes.Equal(got[0].FindBodySection(section), raw) {
		t.Fatalf("%d fetched, %v", len(got), err)
	}
	status, err := c.Status("INBOX", &imap.StatusOptions{UIDValidity: true, NumMessages: true}).Wait()
	if err != nil || status.UIDValidity != selected.UIDValidity {
		t.Errorf("STATUS %+v, %v", status, err)
	}
	if moved, err := c.Move(imap.UIDSetNum(1), "Archive").Wait(); err != nil {
		t.Errorf("MOVE %+v, %v", moved, err)
	}
}

func TestIdleIsToldOfADelivery(t *testing.T) {
	s := started(t)
	exists := make(chan uint32, 10)
	c := login(t, s, &imapclient.Options{UnilateralDataHandler: &imapclient.UnilateralDataHandler{
		Mailbox: func(data *imapclient.UnilateralDataMailbox) {
			if data.NumMessages != nil {
				exists <- *data.NumMessages
			}
		},
	}})
	if _, err := c.Select("INBOX", nil).Wait(); err != nil {
		t.Fatal(err)
	}
	idle, err := c.Idle()
	if err != nil {
		t.Fatal(err)
	}
	for want := range uint32(3) {
		if err := s.Deliver([]byte("Subject: x\r\n\r\nx\r\n")); err != nil {
			t.Fatal(err)
		}
		if got := <-exists; got != want+1 {
			t.Errorf("told of %d, want %d", got, want+1)
		}
	}
	if err := idle.Close(); err != nil {
		t.Error(err)
	}
	if err := idle.Wait(); err != nil {
		t.Error(err)
	}
}

func TestTheDoorsAreShutToOthers(t *testing.T) {
	s := started(t)
	if c, err := imapclient.DialTLS(s.address(s.IMAPPort), nil); err == nil {
		c.Close()
		t.Error("IMAP: a certificate of nobody was trusted")
	}
	c, err := imapclient.DialTLS(s.address(s.IMAPPort), &imapclient.Options{TLSConfig: &tls.Config{RootCAs: s.Roots}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Login(s.User, "guess").Wait(); err == nil {
		t.Error("IMAP: logged in with a guess")
	}
	out := dialSMTP(t, s)
	if err := out.Mail(s.User, nil); err == nil {
		t.Error("SMTP: sent without a login")
	}
	if err := out.Auth(sasl.NewPlainClient("", s.User, "guess")); err == nil {
		t.Error("SMTP: logged in with a guess")
	}
}

func dialSMTP(t *testing.T, s *Servers) *smtp.Client {
	t.Helper()
	c, err := smtp.DialTLS(s.address(s.SMTPPort), &tls.Config{RootCAs: s.Roots})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() }) // the server may have gone first
	return c
}

func send(t *testing.T, s *Servers, to []string, raw string) {
	t.Helper()
	c := dialSMTP(t, s)
	if err := c.Auth(sasl.NewPlainClient("", s.User, s.Password)); err != nil {
		t.Fatal(err)
	}
	if err := c.SendMail(s.User, to, strings.NewReader(raw)); err != nil {
		t.Fatal(err)
	}
	if err := c.Quit(); err != nil {
		t.Fatal(err)
	}
}

func TestWhatWeSendIsKept(t *testing.T) {
	s := started(t)
	hooked := make(chan string, 10)
	s.OnReceived(func(r Received) { hooked <- r.MessageID })
	m := find(t, "001")
	ack := "From: support@atelier-reseau.example\r\nMessage-ID: <t12.ack@atelier-reseau.example>\r\nIn-Reply-To: " + m.MessageID +
		"\r\nSubject: =?utf-8?q?[#12]_Imprimante_=C3=A9tiquettes?=\r\nAuto-Submitted: auto-replied\r\n\r\nBien =?re=E7u.\r\n"
	answer := "From: support@atelier-reseau.example\r\nMessage-ID: <t12.a1@atelier-reseau.example>\r\nReferences: " + m.MessageID +
		"\r\n <other@x.example>\r\nSubject: Re: [#12] x\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>no\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\nw6dhDQp2YQ==\r\n--b--\r\n"
	send(t, s, []string{m.From}, ack)
	send(t, s, []string{"autre@x.example", strings.ToUpper(m.From)}, answer)
	got := s.Received()
	if len(got) != 2 || <-hooked != got[0].MessageID || <-hooked != got[1].MessageID {
		t.Fatalf("%d kept", len(got))
	}
	first, second := got[0], got[1]
	if first.InReplyTo != m.MessageID || !first.Automatic || first.Subject != "[#12] Imprimante étiquettes" || first.From != s.User || string(first.Raw) != ack || first.At.IsZero() {
		t.Errorf("%+v", first)
	}
	if second.Automatic || second.Text() != "ça\nva" || len(second.References) != 2 || len(second.To) != 2 {
		t.Errorf("%+v %q", second, second.Text())
	}
	sent := Sent(loaded(t), got)
	for need, want := range map[string]string{
		"ack of 001": "<t12.ack@atelier-reseau.example>", "answer to 001": "<t12.a1@atelier-reseau.example>", "number of 001": "12",
		"ack of 002": "", "answer to 002": "", "number of 999": "", "ack of 014": "", "nonsense": "", "": "",
	} {
		if value, ok := sent(need); value != want || ok != (want != "") {
			t.Errorf("%s: %q, %v", need, value, ok)
		}
	}
}

func TestAMailThatCannotBeReadIsKept(t *testing.T) {
	s := started(t)
	send(t, s, []string{"a@b.example"}, "no head at all\r\n")
	if got := s.Received(); len(got) != 1 || got[0].MessageID != "" || got[0].Text() != "" {
		t.Errorf("%+v", got)
	}
}
