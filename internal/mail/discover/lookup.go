package discover

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/html/charset"
	"golang.org/x/net/idna"

	"guichet/internal/fault"
)

// Asker is what a look-up may ask: the zero value asks the system's resolver and the web.
type Asker struct {
	MX     func(ctx context.Context, domain string) ([]*net.MX, error)
	SRV    func(ctx context.Context, service, proto, domain string) (string, []*net.SRV, error)
	Client *http.Client
}

func (a Asker) defaults() Asker {
	if a.MX == nil {
		a.MX = net.DefaultResolver.LookupMX
	}
	if a.SRV == nil {
		a.SRV = net.DefaultResolver.LookupSRV
	}
	if a.Client == nil {
		a.Client = &http.Client{}
	}
	own := *a.Client
	own.Timeout = 10 * time.Second
	own.CheckRedirect = func(r *http.Request, via []*http.Request) error {
		if r.URL.Scheme != "https" || len(via) > 3 {
			return http.ErrUseLastResponse
		}
		return nil
	}
	a.Client = &own
	return a
}

// Lookup asks, for the domain of an address: who takes its mail (MX), what it publishes as its servers (SRV, RFC 6186 and
// RFC 8314 §5.1), and its autoconfiguration file (https only: over http anybody on the way could name a server). These are
// requests to servers that the address chooses, so they are made only when a person asks. Nothing found is a fault.
func Lookup(ctx context.Context, a Asker, address string) (Settings, error) {
	_, domain, _ := strings.Cut(address, "@")
	ascii, err := idna.Lookup.ToASCII(strings.TrimSpace(domain))
	if err != nil || !strings.Contains(ascii, ".") || net.ParseIP(ascii) != nil {
		return Settings{}, fault.New(fault.Invalid, "fault.address")
	}
	a = a.defaults()
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	mx, err := a.MX(ctx, ascii)
	var hosts []string
	for _, m := range mx {
		hosts = append(hosts, m.Host)
	}
	if found, ok := byMX(hosts); ok {
		return found, nil
	}
	if found, ok := a.bySRV(ctx, ascii); ok {
		return found, nil
	}
	found, err2 := a.autoconfig(ctx, ascii, address)
	if err2 != nil {
		return Settings{}, fault.Wrap(errors.Join(err, err2), fault.Missing, "discover.err.nothing", "domain", domain)
	}
	return found, nil
}

// bySRV needs both sides, protected.
func (a Asker) bySRV(ctx context.Context, domain string) (Settings, bool) {
	one := func(services ...string) (Server, bool) {
		for _, name := range services {
			_, all, err := a.SRV(ctx, name, "tcp", domain)
			if err != nil || len(all) == 0 || all[0].Target == "." || all[0].Port == 0 {
				continue
			}
			security := "starttls"
			if strings.HasSuffix(name, "s") {
				security = "tls"
			}
			return Server{Host: strings.TrimSuffix(all[0].Target, "."), Port: int(all[0].Port), Security: security}, true
		}
		return Server{}, false
	}
	in, ok := one("imaps", "imap")
	out, ok2 := one("submissions", "submission")
	return Settings{Name: domain, IMAP: in, SMTP: out, Source: "srv"}, ok && ok2
}

// file is the part of an autoconfiguration file that matters
// (https://wiki.mozilla.org/Thunderbird:Autoconfiguration:ConfigFileFormat).
type file struct {
	Provider struct {
		Name     string   `xml:"displayName"`
		Incoming []served `xml:"incomingServer"`
		Outgoing []served `xml:"outgoingServer"`
	} `xml:"emailProvider"`
}

type served struct {
	Type   string `xml:"type,attr"`
	Host   string `xml:"hostname"`
	Port   int    `xml:"port"`
	Socket string `xml:"socketType"`
	User   string `xml:"username"`
}

// largest is how much of an autoconfiguration file is read.
const largest = 256 << 10

func (a Asker) autoconfig(ctx context.Context, domain, address string) (Settings, error) {
	query := "?emailaddress=" + url.QueryEscape(address)
	var all error
	for _, at := range []string{"https://autoconfig." + domain + "/mail/config-v1.1.xml" + query,
		"https://" + domain + "/.well-known/autoconfig/mail/config-v1.1.xml" + query} {
		found, err := a.read(ctx, at, address)
		if err == nil {
			return found, nil
		}
		all = errors.Join(all, err)
	}
	return Settings{}, all
}

func (a Asker) read(ctx context.Context, at, address string) (s Settings, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return s, err
	}
	r, err := a.Client.Do(req)
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, r.Body.Close()) }()
	if r.StatusCode != http.StatusOK {
		return s, fmt.Errorf("%s: %s", at, r.Status)
	}
	var f file
	d := xml.NewDecoder(io.LimitReader(r.Body, largest))
	d.CharsetReader = charset.NewReaderLabel
	if err := d.Decode(&f); err != nil {
		return s, fmt.Errorf("%s: %w", at, err)
	}
	in, ok := best(f.Provider.Incoming, "imap", address)
	out, ok2 := best(f.Provider.Outgoing, "smtp", address)
	if !ok || !ok2 {
		return s, fmt.Errorf("%s: no protected IMAP and SMTP server", at)
	}
	return Settings{Name: f.Provider.Name, IMAP: in, SMTP: out, Source: "autoconfig"}, nil
}

// best is the best protected server of a kind. One in clear is none: a file that names it is answered with nothing.
func best(all []served, kind, address string) (found Server, ok bool) {
	local, domain, _ := strings.Cut(address, "@")
	fill := strings.NewReplacer("%EMAILADDRESS%", address, "%EMAILLOCALPART%", local, "%EMAILDOMAIN%", domain)
	for _, s := range all {
		security := map[string]string{"SSL": "tls", "STARTTLS": "starttls"}[strings.ToUpper(s.Socket)]
		host := strings.TrimSpace(fill.Replace(s.Host))
		if s.Type != kind || security == "" || s.Port <= 0 || s.Port > 65535 || !plausible(host) || ok && (found.Security == "tls" || security != "tls") {
			continue
		}
		found, ok = Server{Host: host, Port: s.Port, Security: security, User: strings.TrimSpace(fill.Replace(s.User))}, true
	}
	return found, ok
}

// plausible says whether a name is one of a host.
func plausible(host string) bool {
	_, err := idna.Lookup.ToASCII(host)
	return err == nil && len(host) <= 253 && strings.Contains(host, ".")
}
