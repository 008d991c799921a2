package mail

import (
	"bytes"
	"strings"
)

// readDeliveryStatus reads a message/delivery-status part: blocks of fields, the first about the message, the others
// each about a recipient. failed says whether one of them was not delivered, or not yet.
func readDeliveryStatus(data []byte) (b *Bounce, failed bool) {
	b = &Bounce{}
	for _, block := range bytes.Split(unixBytes(data), []byte("\n\n")) {
		h := readHeader(bytes.TrimLeft(block, "\n"))
		action := strings.ToLower(h.get("action"))
		addr := statusAddress(h)
		if addr == "" && action == "" && h.get("status") == "" || len(b.Recipients) >= 200 {
			continue
		}
		status, _, _ := strings.Cut(h.get("status"), " ")
		if !statusForm.MatchString(status) {
			status = ""
		}
		reason := diagnostic(h)
		if strings.HasPrefix(action, "failed") && strings.HasPrefix(status, "4") { // the server's own answer is more to be trusted
			if m := enhancedCode.FindStringSubmatch(reason); m != nil && m[1][0] == '5' {
				status = m[1]
			}
		}
		b.Recipients = append(b.Recipients, BounceRecipient{Addr: addr, Status: status, Reason: reason})
		done := strings.HasPrefix(action, "delivered") || strings.HasPrefix(action, "relayed") || strings.HasPrefix(action, "expanded")
		failed = failed || !done
	}
	return b, failed
}

var statusForm = lazily(`^[245]\.[0-9]{1,3}\.[0-9]{1,3}$`)

func unixBytes(b []byte) []byte {
	return bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n"))
}

// statusAddress gives the address that the block is about: the final one, else the one that was written to.
func statusAddress(h header) string {
	for _, name := range []string{"final-recipient", "original-recipient", "x-actual-recipient"} {
		v := h.get(name)
		if _, rest, ok := strings.Cut(v, ";"); ok {
			v = rest
		}
		if addr := cleanAddr(v); addr != "" {
			return addr
		}
	}
	return ""
}

// diagnostic gives the server's words, without their type ("smtp;").
func diagnostic(h header) string {
	v := h.get("diagnostic-code")
	if kind, rest, ok := strings.Cut(v, ";"); ok && len(kind) < 30 {
		v = rest
	}
	return oneLine(v)
}

func oneLine(s string) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(cleanLine(s), "\uFFFD")), " ")
	if len(s) > 500 {
		s = strings.ToValidUTF8(s[:500], "") + "…"
	}
	return s
}

var (
	enhancedCode = lazily(`(?:^|[^0-9.])([45]\.[0-9]{1,2}\.[0-9]{1,3})(?:$|[^0-9.])`)
	replyCode    = lazily(`(?:^|[^0-9.\[])([45][0-9]{2})(?:[ -]|$)`)
	statusLine   = lazily(`(?im)^status:\s*([45]\.[0-9]{1,3}\.[0-9]{1,3})`)
	laterWords   = lazily(`(?i)delayed|will (?:keep|be retried|continue)|still being retried|temporar|try again later|greylist|try later|warning message only|no need to resend`)
	finalWords   = lazily(`(?i)permanent failure|giving up|gave up|given up`)
	expiredWords = lazily(`(?i)retry timeout exceeded|too long|expired|delivery time|gave up|giving up|timed out|time-?out|unrouteable for|host not reachable|queue`)
)

// judge fills the status of a recipient and says whether writing there again is useless: the person, the domain or the
// mailbox does not exist any more. A full mailbox, a refused content or a blocked server is not the address's death.
func judge(r *BounceRecipient, words string) {
	said := r.Reason
	if said == "" {
		said = words
	}
	if r.Status == "" || strings.HasSuffix(r.Status, ".0.0") {
		if m := enhancedCode.FindStringSubmatch(r.Reason); m != nil {
			r.Status = m[1]
		}
	}
	if r.Status == "" {
		if m := replyCode.FindStringSubmatch(r.Reason); m != nil {
			r.Status = m[1][:1] + ".0.0"
		} else if m := enhancedCode.FindStringSubmatch(words); m != nil {
			r.Status = m[1]
		} else if m := replyCode.FindStringSubmatch(words); m != nil {
			r.Status = m[1][:1] + ".0.0"
		} else if finalWords.MatchString(said) {
			r.Status = "5.0.0"
		} else if laterWords.MatchString(words) || expiredWords.MatchString(said) {
			r.Status = "4.0.0"
		} else {
			r.Status = "5.0.0"
		}
	}
	r.Permanent = r.Status[0] == '5' && isDead(r.Status, said)
}

var deadWords = lazily(`(?i)user (?:is )?unknown|unknown user|no such (?:user|address|recipient|mailbox|person|account|domain|local)|does(?: not|n't) exist|doesn't have a|not a valid (?:user|recipient|mailbox|address)` +
	`|(?:user|recipient|mailbox|account|address|recipient address)(?: [^ ]{1,80})? (?:was |is )?(?:not found|unknown|invalid|does not exist|doesn't exist|not exist|not known|not listed|unavailable or not|no longer)` +
	`|invalid (?:recipient|user|mailbox|address)|unknown (?:recipient|address|mailbox|local|or illegal)|no mailbox|mailbox not found|recipient (?:not found|unknown)|not found in (?:directory|the directory)` +
	`|address (?:rejected: (?:user|undeliverable)|unknown)|unrouteable|unroutable|bad destination|host (?:unknown|not found)|domain (?:not found|does not exist)|name service error|nxdomain|unknown host|couldn't be found|wasn't found` +
	`|user doesn't|is not a known user|no user here|has moved|null mx|does not accept (?:any )?(?:mail|email|e-mail)|not accept(?:ing)? any mail|n'existe pas|destinataire inconnu|utilisateur inconnu|adresse inconnue|unbekannt|existiert nicht` +
	`|desconocid|sconosciut|not our customer|no account by that name|resolver\.adr\.recipnotfound|recipnotfound|mailbox unavailable|this user|not a member|not listed in|non répertorié|introuvable|usuario no existe|onbekend|no local mailbox`)

var aliveWords = lazily(`(?i)\bfull\b|quota|pleine?\b|spam|blocked|blacklist|block list|policy|virus|reputation|dmarc|\bspf\b|dkim|relay|suspended|disabled|inactive|too (?:large|big|many)|exceed|denied|rejected for|junk|content|authenticat|not authorized|rate limit|reverse dns|ptr|permission|pas autoris`)

// notTheAddress are refusals of the sender, or of the content once the server had taken the address.
var notTheAddress = lazily(`(?i)after mail from|sender address|domain of sender|sender domain|sender verif|end of data|end-of-data|after data|reply to data|in reply to end of`)

// refusedAddress is how servers that don't want to say that somebody is unknown say it.
var refusedAddress = lazily(`(?i)address rejected\.?:?\s*(?:access denied.*|user .*)?$|mail exchanger or ip address|no mx found|domain is not reachable|unable to route|no route to host|unrouteable`)

var hostWords = lazily(`(?i)host unknown|unknown host|host not found`)

// isDead judges by the status (RFC 3463) and by what the server said of the address together.
func isDead(status, said string) bool {
	if status == "5.2.2" || status == "5.2.3" || status == "5.1.7" || status == "5.1.8" || notTheAddress.MatchString(said) && !hostWords.MatchString(said) {
		return false
	}
	if refusedAddress.MatchString(said) {
		return true
	}
	// deadWords is the dearest, and asked last.
	switch status {
	case "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.4.4":
		return !aliveWords.MatchString(said) || deadWords.MatchString(said)
	}
	return (strings.HasPrefix(status, "5.1.") || !aliveWords.MatchString(said)) && deadWords.MatchString(said)
}
