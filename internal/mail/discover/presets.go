// Package discover finds the servers of a mailbox: among the hosts that small companies use most, or, when a person asks
// for it, from what the domain itself publishes.
package discover

import "strings"

// Server is one side of a mailbox.
type Server struct {
	Host     string
	Port     int
	Security string // tls or starttls
	User     string // "" means the address
}

// Settings are the servers of one host.
type Settings struct {
	Name       string // of the host, as people know it
	IMAP, SMTP Server
	SavesSent  bool   // the server itself files what it sends
	OAuth      string // microsoft or google: it takes no passwords
	Source     string // preset, srv or autoconfig

	mx []string // ends of the names of its mail exchangers
}

func tls(host string, port int) Server { return Server{Host: host, Port: port, Security: "tls"} }
func startTLS(host string, port int) Server {
	return Server{Host: host, Port: port, Security: "starttls"}
}

// Presets are the hosts known by heart, as their own help pages give their servers, the two that want OAuth first.
func Presets() []Settings {
	return []Settings{
		{Name: "Microsoft 365", IMAP: tls("outlook.office365.com", 993), SMTP: startTLS("smtp.office365.com", 587), SavesSent: true,
			OAuth: "microsoft", mx: []string{"mail.protection.outlook.com", "mx.microsoft"}},
		{Name: "Google", IMAP: tls("imap.gmail.com", 993), SMTP: tls("smtp.gmail.com", 465), SavesSent: true,
			OAuth: "google", mx: []string{"google.com", "googlemail.com"}},
		{Name: "OVH", IMAP: tls("ssl0.ovh.net", 993), SMTP: tls("ssl0.ovh.net", 465), mx: []string{"mail.ovh.net", "ovh.net"}},
		{Name: "Infomaniak", IMAP: tls("mail.infomaniak.com", 993), SMTP: tls("mail.infomaniak.com", 465), mx: []string{"infomaniak.ch", "infomaniak.com"}},
		{Name: "Gandi", IMAP: tls("mail.gandi.net", 993), SMTP: tls("mail.gandi.net", 465), mx: []string{"mail.gandi.net"}},
		{Name: "Orange", IMAP: tls("imap.orange.fr", 993), SMTP: tls("smtp.orange.fr", 465), mx: []string{"orange.fr"}},
		{Name: "IONOS", IMAP: tls("imap.ionos.fr", 993), SMTP: tls("smtp.ionos.fr", 465), mx: []string{"ionos.fr", "kundenserver.de", "1and1.fr"}},
		{Name: "Free", IMAP: tls("imap.free.fr", 993), SMTP: tls("smtp.free.fr", 465), mx: []string{"free.fr"}},
	}
}

// byMX is the preset whose mail exchangers end like one of these.
func byMX(hosts []string) (Settings, bool) {
	for _, p := range Presets() {
		for _, end := range p.mx {
			for _, host := range hosts {
				host = strings.TrimSuffix(strings.ToLower(host), ".")
				if host == end || strings.HasSuffix(host, "."+end) {
					p.Source = "preset"
					return p, true
				}
			}
		}
	}
	return Settings{}, false
}
