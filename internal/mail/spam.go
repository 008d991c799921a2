package mail

import (
	"net/textproto"
	"strconv"
	"strings"
)

// spamLine gives the line of the header by which the mailbox's own server takes the mail for spam, "" where none does:
// SpamAssassin, Rspamd, Microsoft 365, Vade (OVH, Orange), Barracuda, Proofpoint, Bogofilter, DSPAM, Kaspersky,
// Cloudmark. Nothing is judged here. A sender who writes such a line accuses nobody else.
func (h header) spamLine() string {
	for _, f := range h {
		if strings.HasPrefix(f.name, "x-") && saysSpam(f.name, f.value) {
			return textproto.CanonicalMIMEHeaderKey(f.name) + ": " + verdictOf(f.value)
		}
	}
	return ""
}

// verdictOf is as much of a verdict as a sentence can hold.
func verdictOf(value string) string {
	if runes := []rune(strings.ToValidUTF8(value, "\uFFFD")); len(runes) > 60 {
		return string(runes[:60]) + "…"
	}
	return strings.ToValidUTF8(value, "\uFFFD")
}

// saysSpam reads one line; its name is in lower case.
func saysSpam(name, value string) bool {
	v := strings.ToLower(value)
	first := strings.TrimRight(strings.SplitN(v+" ", " ", 2)[0], ",;")
	switch name {
	case "x-spam-flag", "x-spam", "x-spam-status", "x-barracuda-spam-status", "x-barracuda-spam-flag", "x-bogosity", "x-spamd-status":
		return first == "yes" || first == "true" || first == "spam"
	case "x-dspam-result", "x-vr-spamstate", "x-ovh-spam-status", "x-klms-antispam-status", "x-cmae-verdict", "x-spam-result", "x-spam-action":
		return first == "spam" || first == "phishing" || first == "virus" || first == "probable-spam"
	case "x-rspamd-action":
		return strings.HasPrefix(v, "reject") || strings.HasPrefix(v, "add header") || strings.HasPrefix(v, "rewrite subject")
	case "x-spamd-result": // default: True [17.20 / 15.00]; …
		_, after, _ := strings.Cut(v, ":")
		return strings.HasPrefix(strings.TrimSpace(after), "true")
	case "x-proofpoint-spam-details":
		return strings.HasPrefix(v, "rule=spam") || strings.Contains(v, " rule=spam")
	case "x-me-spamlevel":
		return first == "high"
	case "x-ms-exchange-organization-scl":
		return confident(v)
	case "x-forefront-antispam-report":
		return forefront(v)
	}
	return false
}

// confident reads Microsoft's spam confidence level: 5 and 6 are spam, 9 is surely spam; -1 to 1 are not.
// https://learn.microsoft.com/defender-office-365/anti-spam-spam-confidence-level-scl-about
func confident(scl string) bool {
	n, err := strconv.Atoi(strings.TrimSpace(scl))
	return err == nil && n >= 5 && n <= 9
}

// forefront reads the pairs of Microsoft 365's report: the level, the filter's verdict, the category.
func forefront(report string) bool {
	for field := range strings.SplitSeq(report, ";") {
		key, value, _ := strings.Cut(strings.TrimSpace(field), ":")
		switch value = strings.TrimSpace(value); key {
		case "scl":
			if confident(value) {
				return true
			}
		case "sfv":
			if value == "spm" || value == "skb" || value == "sks" {
				return true
			}
		case "cat":
			switch value {
			case "spm", "hspm", "phsh", "hphsh", "hphish", "malw", "spoof":
				return true
			}
		}
	}
	return false
}
