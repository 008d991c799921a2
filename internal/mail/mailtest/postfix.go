//go:build unix

package mailtest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"guichet/internal/mail/wire"
)

// Postfix starts a real Postfix whose logins are checked by a real Dovecot, over TLS. It returns how to enter it and
// the maildir in which every mail to @guichet.example and @moulin.example ends, but for inconnu@, which is refused.
// It needs root; without root or without the packages the test is skipped with a loud line.
func Postfix(t testing.TB) (smtp wire.Server, mailbox string) {
	t.Helper()
	return PostfixOver(t, wire.TLS)
}

// PostfixOver is Postfix with another kind of protection.
func PostfixOver(t testing.TB, sec wire.Security) (smtp wire.Server, mailbox string) {
	t.Helper()
	return postfix(t, startDovecot(t, nil), sec)
}

// PostfixWith is Postfix over TLS with more lines of main.cf, which win over those that are there.
func PostfixWith(t testing.TB, conf string) (smtp wire.Server, mailbox string) {
	t.Helper()
	return postfix(t, startDovecot(t, nil), wire.TLS, conf)
}

// Provider starts both, over TLS with one authority: a whole mail provider. It returns how to reach them, the maildir
// that IMAP serves and the one in which everything sent ends.
func Provider(t testing.TB) (imap, smtp wire.Server, maildir, sent string) {
	t.Helper()
	return ProviderOf(t, nil)
}

// ProviderOf is Provider where tokens open both doors too: of the one account, whose name Dovecot learns from them.
func ProviderOf(t testing.TB, tokens *OAuth) (imap, smtp wire.Server, maildir, sent string) {
	t.Helper()
	d := startDovecot(t, tokens)
	smtp, sent = postfix(t, d, wire.TLS)
	return d.server(wire.TLS), smtp, d.maildir, sent
}

func postfix(t testing.TB, d *dovecot, sec wire.Security, more ...string) (smtp wire.Server, mailbox string) {
	t.Helper()
	program := need(t, "postfix", "postfix")
	if os.Geteuid() != 0 {
		notRun(t, "Postfix runs as root only")
	}
	a := servant(t)
	dir := a.home(t)
	own := func(path string) string { return filepath.Join(dir, path) }
	cert, key, err := d.id.Write(dir)
	if err != nil {
		t.Fatal(err)
	}
	mailbox = own("mail/all")
	a.mkdir(t, own("mail"))
	for _, sub := range []string{"queue", "data", "conf"} {
		if err := os.Mkdir(own(sub), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	chownTo(t, own("data"), "postfix")
	ports := freePorts(t, 2)
	write(t, own("conf/rcpt"), "if !/^inconnu@/\n/./ all/\nendif\n")
	write(t, own("conf/main.cf"), fmt.Sprintf(mainCF, dir, cert, key, d.auth, a.uid, a.gid)+strings.Join(more, "\n"))
	write(t, own("conf/master.cf"), fmt.Sprintf(masterCF, ports[0], ports[1]))
	// check makes the folders of the queue; start-fg would put a shell between us and the master, which outlives it.
	if out, err := exec.Command(program, "-c", own("conf"), "check").CombinedOutput(); err != nil {
		t.Fatalf("postfix check: %v\n%s", err, out)
	}
	run(t, account{}, false, own("log"), "/usr/lib/postfix/sbin/master", "-c", own("conf"), "-s").ready(t, ports...)
	s := reach(ports[0], d.id)
	if s.Security = sec; sec != wire.TLS {
		s.Port = ports[1]
	}
	return s, mailbox
}

func chownTo(t testing.TB, path, name string) {
	t.Helper()
	uid, gid := idsOf(t, name)
	if err := os.Chown(path, uid, gid); err != nil {
		t.Fatal(err)
	}
}

// Box returns the mails that a delivery agent put into a maildir, in the order of their arrival.
func Box(t testing.TB, maildir string) [][]byte {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(maildir, "new", "*"))
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	var mails [][]byte
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		mails = append(mails, raw)
	}
	return mails
}

const mainCF = `
compatibility_level = 3.6
queue_directory = %[1]s/queue
data_directory = %[1]s/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
maillog_file = %[1]s/log
maillog_file_prefixes = %[1]s
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = smtp.guichet.example
mydestination =
mynetworks =
virtual_mailbox_domains = guichet.example, moulin.example
virtual_mailbox_base = %[1]s/mail
virtual_mailbox_maps = regexp:%[1]s/conf/rcpt
virtual_uid_maps = static:%[5]d
virtual_gid_maps = static:%[6]d
virtual_minimum_uid = 1
alias_maps =
alias_database =
smtpd_tls_cert_file = %[2]s
smtpd_tls_key_file = %[3]s
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:%[4]d
smtpd_tls_auth_only = yes
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_recipient_restrictions = permit_sasl_authenticated, reject
smtpd_peername_lookup = no
disable_dns_lookups = yes
smtpd_error_sleep_time = 0
default_transport = error:this test leaves the machine to nobody
message_size_limit = 20480000
`

const masterCF = `
127.0.0.1:%[1]d inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
127.0.0.1:%[2]d inet n - n - - smtpd
  -o smtpd_tls_security_level=encrypt
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 300 1 qmgr
tlsmgr    unix  - - n 1000? 1 tlsmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
verify    unix  - - n - 1 verify
flush     unix  n - n 1000? 0 flush
proxymap  unix  - - n - - proxymap
error     unix  - - n - - error
retry     unix  - - n - - error
discard   unix  - - n - - discard
virtual   unix  - n n - - virtual
anvil     unix  - - n - 1 anvil
scache    unix  - - n - 1 scache
postlog   unix-dgram n - n - 1 postlogd
`
