//go:build unix

package mailtest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"guichet/internal/mail/wire"
)

// Dovecot starts a real Dovecot with one account, over TLS, and returns how to enter it and its maildir, into which
// Drop puts mails. Where Dovecot is not installed the test is skipped with a loud line.
func Dovecot(t testing.TB) (imap wire.Server, maildir string) {
	t.Helper()
	d := startDovecot(t, nil)
	return d.server(wire.TLS), d.maildir
}

// DovecotOver is Dovecot with another kind of protection: wire.StartTLS, or wire.None to measure without TLS.
func DovecotOver(t testing.TB, sec wire.Security) (imap wire.Server, maildir string) {
	t.Helper()
	d := startDovecot(t, nil)
	return d.server(sec), d.maildir
}

// DovecotWith is Dovecot with more lines of configuration, which win over those that are there.
func DovecotWith(t testing.TB, conf string) (imap wire.Server, maildir string) {
	t.Helper()
	d := startDovecot(t, nil, conf)
	return d.server(wire.TLS), d.maildir
}

// Configurations for DovecotWith: a server as old as RFC 3501 with UIDPLUS only, one older still, one that never tells
// what is new, and a folder for spam that the server marks as such.
const (
	WithoutMove    = "imap_capability = IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ UIDPLUS LIST-EXTENDED SPECIAL-USE\n"
	WithoutUIDPlus = "imap_capability = IMAP4rev1\n"
	WithoutIdle    = "imap_capability = IMAP4rev1 SASL-IR LITERAL+ UIDPLUS MOVE\n"
	WithJunk       = "namespace inbox {\n  mailbox Écartés {\n    auto = create\n    special_use = \\Junk\n  }\n}\n"
)

type dovecot struct {
	id               Identity
	maildir          string
	tls, clear, auth int
}

func (d *dovecot) server(sec wire.Security) wire.Server {
	port := d.clear
	if sec == wire.TLS {
		port = d.tls
	}
	s := reach(port, d.id)
	s.Security = sec
	return s
}

// startDovecot also takes tokens where there is a provider of them.
func startDovecot(t testing.TB, tokens *OAuth, more ...string) *dovecot {
	t.Helper()
	program := need(t, "dovecot", "dovecot-imapd")
	a := servant(t)
	dir := a.home(t)
	id, err := Loopback()
	if err != nil {
		t.Fatal(err)
	}
	cert, key, err := id.Write(dir)
	if err != nil {
		t.Fatal(err)
	}
	a.own(t, cert, key)
	ports := freePorts(t, 3)
	d := &dovecot{id: id, maildir: filepath.Join(dir, "mail"), tls: ports[0], clear: ports[1], auth: ports[2]}
	a.mkdir(t, d.maildir, filepath.Join(d.maildir, "cur"), filepath.Join(d.maildir, "new"), filepath.Join(d.maildir, "tmp"))
	users := filepath.Join(dir, "users")
	conf := filepath.Join(dir, "dovecot.conf")
	write(t, users, fmt.Sprintf("%s:{PLAIN}%s::::::\n", User, Password))
	text := fmt.Sprintf(dovecotConf, dir, a.user, a.group, cert, key, d.maildir, users, d.clear, d.tls, d.auth)
	if tokens != nil {
		ext := filepath.Join(dir, "oauth2.conf.ext")
		write(t, ext, fmt.Sprintf(introspection, tokens.URL))
		text += fmt.Sprintf(dovecotTokens, ext)
	}
	write(t, conf, text+strings.Join(more, "\n"))
	run(t, a, true, filepath.Join(dir, "log"), program, "-F", "-c", conf).ready(t, d.tls, d.clear, d.auth)
	return d
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Drop delivers mails into the INBOX of a maildir, as a delivery agent does: written elsewhere, then moved in.
func Drop(t testing.TB, maildir string, first int, mails ...[]byte) {
	t.Helper()
	for i, raw := range mails {
		name := fmt.Sprintf("17000%08d.M%dP1.guichet", first+i, first+i)
		tmp := filepath.Join(maildir, "tmp", name)
		if err := os.WriteFile(tmp, raw, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(tmp, filepath.Join(maildir, "new", name)); err != nil {
			t.Fatal(err)
		}
	}
}

// dovecotConf runs everything as one ordinary account (https://doc.dovecot.org/2.3/configuration_manual/rootless_installation/):
// no chroot, no second user. The auth port serves Postfix.
const dovecotConf = `
base_dir = %[1]s/run
state_dir = %[1]s/state
log_path = %[1]s/log
protocols = imap
listen = 127.0.0.1
default_internal_user = %[2]s
default_internal_group = %[3]s
default_login_user = %[2]s
ssl = yes
ssl_cert = <%[4]s
ssl_key = <%[5]s
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
mail_location = maildir:%[6]s
mail_max_userip_connections = 100
passdb {
  driver = passwd-file
  args = scheme=plain username_format=%%u %[7]s
}
userdb {
  driver = static
  args = uid=%[2]s gid=%[3]s home=%[1]s
}
first_valid_uid = 1
namespace inbox {
  inbox = yes
  separator = /
  mailbox Sent {
    auto = create
    special_use = \Sent
  }
  mailbox Archive {
    auto = create
    special_use = \Archive
  }
}
service anvil {
  chroot =
}
service stats {
  chroot =
}
service imap-login {
  chroot =
  inet_listener imap {
    port = %[8]d
  }
  inet_listener imaps {
    port = %[9]d
    ssl = yes
  }
}
service auth {
  inet_listener {
    port = %[10]d
    address = 127.0.0.1
  }
}
`

// dovecotTokens adds the passdb of tokens, introspection is its file
// (https://doc.dovecot.org/2.3/configuration_manual/authentication/oauth2/).
const dovecotTokens = `
auth_mechanisms = $auth_mechanisms xoauth2 oauthbearer
passdb {
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = %[1]s
}
`

const introspection = `
introspection_mode = get
introspection_url = %[1]s/introspect?token=
active_attribute = active
active_value = true
username_attribute = username
`
