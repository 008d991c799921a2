package mail

import (
	"strings"

	"golang.org/x/net/publicsuffix"
)

// results holds what the mailbox's own provider found about a sender: result by method, "dmarc" → "pass".
type results map[string]string

// authResults gives what the provider that took the mail for this mailbox wrote into Authentication-Results (RFC 8601).
// Whoever sent the mail can only write below it: so the fields above the topmost Received speak, together, else the first
// one among the Received fields of the same provider that bears the provider's name or, as Microsoft 365 has it, none.
// nil when the provider says nothing.
func (h header) authResults() results {
	if !h.has("received") { // it came by no server: nobody can have looked at it
		return nil
	}
	if !h.has("authentication-results") && !h.has("arc-authentication-results") {
		return nil
	}
	provider, received, above := "", false, results{}
	for _, f := range h {
		switch f.name {
		case "received":
			if received = true; len(above) > 0 {
				return above
			}
			by := site(receivedBy(f.value))
			if by != "" && provider != "" && by != provider {
				return nil // from here on, others wrote
			}
			if by != "" {
				provider = by
			}
		case "authentication-results", "arc-authentication-results":
			id, r := readResults(f.value)
			if f.name == "arc-authentication-results" && id == "" {
				continue
			}
			if !received { // each filter of a server may write its own
				above.add(r)
			} else if provider != "" && (site(id) == provider || id == "" && provider == "outlook.com") {
				return r
			}
		}
	}
	return nil
}

// add takes what others found by methods that r lacks.
func (r results) add(others results) {
	for method, result := range others {
		if r[method] == "" {
			r[method] = result
		}
	}
}

// receivedBy gives the host that wrote a Received field, "" when it gives itself no name: providers number inner hosts.
func receivedBy(v string) string {
	fields := strings.Fields(dropComments(v))
	for i, f := range fields[:max(0, len(fields)-1)] {
		host := strings.ToLower(strings.TrimRight(fields[i+1], ".;"))
		if strings.EqualFold(f, "by") && strings.Contains(host, ".") && !strings.Contains(host, ":") && strings.Trim(host, "0123456789.[]") != "" {
			return host
		}
	}
	return ""
}

// readResults reads "id; spf=pass smtp.mailfrom=x; dmarc=fail …", with or without an id, and with the "i=1;" of ARC.
func readResults(v string) (id string, r results) {
	r = results{}
	for n, one := range strings.Split(dropComments(v[:min(len(v), 16<<10)]), ";") {
		one = strings.ToLower(strings.TrimSpace(one))
		method, rest, ok := strings.Cut(one, "=")
		method, _, _ = strings.Cut(strings.TrimSpace(method), "/")
		switch {
		case method == "i" && n == 0 && ok:
		case !ok && id == "" && len(r) == 0:
			id, _, _ = strings.Cut(one, " ")
		case ok && !strings.ContainsAny(method, " \t"):
			if f := strings.Fields(rest); len(f) > 0 && r[method] != "pass" { // two signatures: one that passes will do
				r[method] = f[0]
			}
		}
	}
	return id, r
}

// forged says whether the sender's domain disowns the mail: DMARC failed, and the provider found no other proof.
func (r results) forged() bool {
	if r["compauth"] == "pass" { // Microsoft's own verdict, which knows trusted forwarders
		return false
	}
	return r["dmarc"] == "fail" || r["compauth"] == "fail"
}

// organisation gives the part of a domain that its owner chose, without the suffix: "client" of "mail.client.co.uk".
func organisation(domain string) (name, suffix string) {
	suffix, _ = publicsuffix.PublicSuffix(domain)
	name = strings.TrimSuffix(site(domain), "."+suffix)
	return name, suffix
}
