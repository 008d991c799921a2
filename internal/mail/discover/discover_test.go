package discover

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"

	"guichet/internal/fault"
)

// answers is a client that knows some pages by heart and notes what was asked.
type answers struct {
	pages map[string]string
	asked []string
}

func (a *answers) RoundTrip(r *http.Request) (*http.Response, error) {
	a.asked = append(a.asked, r.URL.String())
	for start, text := range a.pages {
		if strings.HasPrefix(r.URL.String(), start) {
			w := http.Response{StatusCode: 200, Status: "200 OK", Header: http.Header{}, Body: body(text), Request: r}
			if to, ok := strings.CutPrefix(text, "->"); ok {
				w.StatusCode, w.Status = 302, "302 Found"
				w.Header.Set("Location", to)
			}
			return &w, nil
		}
	}
	return nil, errors.New("no such host")
}

type closer struct{ *strings.Reader }

func (closer) Close() error   { return nil }
func body(text string) closer { return closer{strings.NewReader(text)} }

func asker(pages map[string]string, mx []*net.MX, srv map[string]*net.SRV) (Asker, *answers) {
	a := &answers{pages: pages}
	return Asker{Client: &http.Client{Transport: a},
		MX: func(context.Context, string) ([]*net.MX, error) { return mx, nil },
		SRV: func(_ context.Context, service, _, _ string) (string, []*net.SRV, error) {
			if s := srv[service]; s != nil {
				return "", []*net.SRV{s}, nil
			}
			return "", nil, errors.New("no such record")
		}}, a
}

const config = `<?xml version="1.0" encoding="ISO-8859-1"?><clientConfig version="1.1"><emailProvider id="moulin.example">
<displayName>Le Moulin</displayName>
<incomingServer type="pop3"><hostname>pop.moulin.example</hostname><port>995</port><socketType>SSL</socketType></incomingServer>
<incomingServer type="imap"><hostname>clair.moulin.example</hostname><port>143</port><socketType>plain</socketType></incomingServer>
<incomingServer type="imap"><hostname>imap.%EMAILDOMAIN%</hostname><port>143</port><socketType>STARTTLS</socketType></incomingServer>
<incomingServer type="imap"><hostname>imap.%EMAILDOMAIN%</hostname><port>993</port><socketType>SSL</socketType><username>%EMAILLOCALPART%</username></incomingServer>
<outgoingServer type="smtp"><hostname>smtp.moulin.example</hostname><port>587</port><socketType>STARTTLS</socketType><username>%EMAILADDRESS%</username></outgoingServer>
</emailProvider></clientConfig>`

func TestLookup(t *testing.T) {
	for name, c := range map[string]struct {
		pages      map[string]string
		mx         []*net.MX
		srv        map[string]*net.SRV
		imap, smtp Server
		source     string
	}{
		"the host that takes its mail": {mx: []*net.MX{{Host: "moulin-example.mail.protection.outlook.com."}},
			imap: tls("outlook.office365.com", 993), smtp: startTLS("smtp.office365.com", 587), source: "preset"},
		"its records": {srv: map[string]*net.SRV{"imaps": {Target: "in.moulin.example.", Port: 993}, "submission": {Target: "out.moulin.example.", Port: 587}},
			imap: tls("in.moulin.example", 993), smtp: startTLS("out.moulin.example", 587), source: "srv"},
		"its file": {pages: map[string]string{"https://autoconfig.moulin.example/mail/config-v1.1.xml": config},
			imap: Server{Host: "imap.moulin.example", Port: 993, Security: "tls", User: "lea"},
			smtp: Server{Host: "smtp.moulin.example", Port: 587, Security: "starttls", User: "lea@moulin.example"}, source: "autoconfig"},
		"its other file": {pages: map[string]string{"https://moulin.example/.well-known/autoconfig/": config},
			srv:  map[string]*net.SRV{"imaps": {Target: ".", Port: 0}},
			imap: Server{Host: "imap.moulin.example", Port: 993, Security: "tls", User: "lea"},
			smtp: Server{Host: "smtp.moulin.example", Port: 587, Security: "starttls", User: "lea@moulin.example"}, source: "autoconfig"},
	} {
		a, _ := asker(c.pages, c.mx, c.srv)
		got, err := Lookup(t.Context(), a, "lea@moulin.example")
		if err != nil || got.IMAP != c.imap || got.SMTP != c.smtp || got.Source != c.source {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestLookupTakesNothingDangerous(t *testing.T) {
	const at = "https://autoconfig.moulin.example/mail/config-v1.1.xml"
	for name, page := range map[string]string{
		"only in clear":   strings.ReplaceAll(strings.ReplaceAll(config, "SSL", "plain"), "STARTTLS", "plain"),
		"led into clear":  "->http://evil.example/",
		"no XML":          "<html><body>404",
		"an entity bomb":  `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><clientConfig><emailProvider><displayName>&b;</displayName></emailProvider></clientConfig>`,
		"no host":         strings.ReplaceAll(strings.ReplaceAll(config, "imap.%EMAILDOMAIN%", "-rf /"), "smtp.moulin.example", "a b"),
		"a port too high": strings.ReplaceAll(config, ">993<", ">99999<")[:100],
	} {
		a, asked := asker(map[string]string{at: page}, nil, nil)
		if got, err := Lookup(t.Context(), a, "lea@moulin.example"); !fault.Is(err, fault.Missing) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
		for _, address := range asked.asked {
			if !strings.HasPrefix(address, "https://") {
				t.Errorf("%s: %s was asked", name, address)
			}
		}
	}
	for _, address := range []string{"", "lea", "lea@", "lea@localhost", "lea@127.0.0.1", "lea@moulin example"} {
		if _, err := Lookup(t.Context(), Asker{}, address); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", address, err)
		}
	}
}

func TestPresetsAreWhole(t *testing.T) {
	names := map[string]bool{}
	for _, p := range Presets() {
		if p.Name == "" || names[p.Name] || !plausible(p.IMAP.Host) || !plausible(p.SMTP.Host) || p.IMAP.Port != 993 || p.SMTP.Port != 465 && p.SMTP.Port != 587 {
			t.Errorf("%+v", p)
		}
		names[p.Name] = true
	}
}
