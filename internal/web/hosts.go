package web

import (
	"context"

	"guichet/internal/mail/discover"
)

// listHosts returns the hosts known by heart.
func listHosts(context.Context, *door, *struct{}) (mailHosts, error) {
	return mailHosts{each(discover.Presets(), hostView)}, nil
}

// lookUpHost asks the domain of an address for its servers. Only a lead asks: the
// request goes to whoever the address names.
func lookUpHost(ctx context.Context, _ *door, in *hostIn) (mailHost, error) {
	if err := lead(ctx); err != nil {
		return mailHost{}, err
	}
	found, err := discover.Lookup(ctx, discover.Asker{}, in.Body.Address)
	return hostView(found), err
}

func hostView(s discover.Settings) mailHost {
	side := func(s discover.Server) BoxServer {
		return BoxServer{Host: s.Host, Port: s.Port, Security: security(s.Security), User: s.User}
	}
	return mailHost{Name: s.Name, IMAP: side(s.IMAP), SMTP: side(s.SMTP), SavesSent: s.SavesSent, OAuth: oauthProvider(s.OAuth)}
}
