package mail

import (
	"bufio"
	"io"
	"net/textproto"
	"strconv"
	"strings"
)

// SpamVerdict reads the header of a mail and says by which of its lines the mailbox's own server takes the mail for
// spam, "" where none does: SpamAssassin, Rspamd, Microsoft 365, Vade (OVH, Orange), Barracuda, Proofpoint, Bogofilter,
// DSPAM, Kaspersky, Cloudmark. Nothing is judged here. A sender who writes such a line accuses nobody else.
func SpamVerdict(r io.Reader) (sign string) {
	const most = 1000 // lines of a header that are looked at
	in := bufio.NewReaderSize(r, 4096)
	var name, value string
	for range most {
		line, long, err := in.ReadLine()
		for err == nil && long {
			_, long, err = in.ReadLine()
		}
		text := string(line)
		if text != "" && (text[0] == ' ' || text[0] == '\t') {
			value += " " + strings.TrimSpace(text)
			continue
		}
		if saysSpam(name, value) {
			return name + ": " + verdictOf(value)
		}
		if err != nil || text == "" {
			return ""
		}
		name, value, _ = strings.Cut(text, ":")
		name, value = textproto.CanonicalMIMEHeaderKey(strings.TrimSpace(name)), strings.TrimSpace(value)
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

func saysSpam(name, value string) bool {
	v := strings.ToLower(value)
	first := strings.TrimRight(strings.SplitN(v+" ", " ", 2)[0], ",;")
	switch name {
	case "X-Spam-Flag", "X-Spam", "X-Spam-Status", "X-Barracuda-Spam-Status", "X-Barracuda-Spam-Flag", "X-Bogosity", "X-Spamd-Status":
		return first == "yes" || first == "true" || first == "spam"
	case "X-Dspam-Result", "X-Vr-Spamstate", "X-Ovh-Spam-Status", "X-Klms-Antispam-Status", "X-Cmae-Verdict", "X-Spam-Result", "X-Spam-Action":
		return first == "spam" || first == "phishing" || first == "virus" || first == "probable-spam"
	case "X-Rspamd-Action":
		return strings.HasPrefix(v, "reject") || strings.HasPrefix(v, "add header") || strings.HasPrefix(v, "rewrite subject")
	case "X-Spamd-Result": // default: True [17.20 / 15.00]; …
		_, after, _ := strings.Cut(v, ":")
		return strings.HasPrefix(strings.TrimSpace(after), "true")
	case "X-Proofpoint-Spam-Details":
		return strings.HasPrefix(v, "rule=spam") || strings.Contains(v, " rule=spam")
	case "X-Me-Spamlevel":
		return first == "high"
	case "X-Ms-Exchange-Organization-Scl":
		return confident(v)
	case "X-Forefront-Antispam-Report":
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
