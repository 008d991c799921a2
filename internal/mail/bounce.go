package mail

import (
	"bytes"
	"strings"
)

// isBounce knows reports about a mail that was not delivered: the standard form (RFC 3464), and what the servers that
// are older than it, or don't care, write in plain words. It fills Message.Bounce.
func (p *parser) isBounce() (Kind, string) {
	if data := p.report("message/delivery-status", "message/global-delivery-status"); data != nil {
		b, failed := readDeliveryStatus(data)
		if failed {
			p.complete(b)
			return KindBounce, "multipart/report; report-type=delivery-status"
		}
		if len(b.Recipients) > 0 { // delivered, relayed, expanded: a receipt
			return KindAutoReply, "multipart/report; report-type=delivery-status, Action: delivered"
		}
	}
	reason := p.bounceSign()
	if reason == "" {
		return "", ""
	}
	p.complete(&Bounce{})
	return KindBounce, reason
}

// bounceSign gives what shows that the mail is a report without a readable delivery-status part, or "".
func (p *parser) bounceSign() string {
	if v := p.top.get("x-failed-recipients"); v != "" {
		return "X-Failed-Recipients: " + v
	}
	if t := p.topType.raw("report-type"); strings.EqualFold(t, "delivery-status") {
		return "multipart/report; report-type=delivery-status"
	}
	subject, _ := cutAllMarks(foldText(p.m.Subject))
	said := bounceSubject(subject)
	switch daemon := p.daemon(); {
	case daemon == "mailer-daemon" && (said != "" || p.nullSender() || bounceWords.MatchString(p.head())):
		return "From: " + p.from()
	case daemon != "" && said != "":
		return "From: " + p.from() + ", Subject: " + said
	case said != "" && (p.nullSender() || bounceWords.MatchString(p.head()) && smtpCode.MatchString(p.head())):
		return "Subject: " + said
	case p.nullSender() && bounceWords.MatchString(p.head()) && (p.report("message/rfc822", "text/rfc822-headers") != nil || smtpCode.MatchString(p.head()) || strings.Contains(strings.ToLower(p.top.get("content-type")), "report")):
		return "Return-Path: <>"
	}
	return ""
}

func (p *parser) from() string {
	if p.m.From.Addr != "" {
		return p.m.From.Addr
	}
	return p.m.From.Name
}

// daemon says which mail program the sender names, "" for a person. A postmaster may be one.
func (p *parser) daemon() string {
	local, _, _ := strings.Cut(strings.ToLower(p.m.From.Addr), "@")
	name := foldText(p.m.From.Name)
	for _, d := range []string{"mailer-daemon", "mailer_daemon", "mailerdaemon", "mail-daemon", "mdaemon", "mail delivery sub", "mail delivery sys", "mail deliver system",
		"microsoftexchange329e71ec88ae4615bbc36ab6ce41109e"} {
		if strings.HasPrefix(local, d) || strings.HasPrefix(name, d) {
			return "mailer-daemon"
		}
	}
	for _, d := range []string{"postmaster", "bounce", "no-reply", "noreply", "system administrator", "mail administrator", "administrateur"} {
		if strings.HasPrefix(local, d) || strings.HasPrefix(name, d) {
			return d
		}
	}
	return ""
}

// bounceSubjects are parts of the subjects of reports.
var bounceSubjects = folded(
	"undeliver", "delivery status notification", "delivery status", "returned mail", "returned to sender", "returning message to sender", "mail delivery failed",
	"mail delivery failure", "mail delivery status", "delivery failure", "failure delivery", "failure notice", "delivery failed", "delivery has failed",
	"could not be delivered", "delivery report", "mail system error", "message not delivered", "delayed mail", "delivery delayed", "delivery notification",
	"warning: could not send message", "warning: message", "non remis", "non delivre", "non distribu", "echec de la remise", "echec de remise", "echec de la distribution",
	"echec d'envoi", "avis de non-remise", "impossible de remettre", "unzustellbar", "nicht zugestellt", "zustellung fehlgeschlagen", "fehler bei der zustellung",
	"no se puede entregar", "no entregado", "devuelto al remitente", "mancato recapito", "impossibile recapitare", "mancata consegna", "onbestelbaar", "niet bezorgd",
	"kan ikke leveres", "nao entregue", "nao e possivel entregar", "falha na entrega", "недоставлен", "не доставлен", "退信", "投递失败", "配信不能", "を配信",
)

// bounceSubject knows the subjects of reports; subject is folded.
func bounceSubject(subject string) string {
	for _, s := range bounceSubjects {
		if strings.Contains(subject, s) {
			return s
		}
	}
	if strings.HasPrefix(subject, "you ") && strings.Contains(subject, "not member") {
		return "not member"
	}
	return ""
}

// head is the beginning of the text, where a report says what happened.
func (p *parser) head() string {
	head, _ := splitReturned(p.m.Text)
	return head[:min(len(head), 8<<10)]
}

var bounceWords = lazily(`(?i)could not be delivered|delivery (?:has )?failed|undeliver|unable to deliver|failed (?:permanently|recipients?)|permanent (?:fatal )?error` +
	`|fatal errors|user unknown|mailbox (?:is )?(?:full|unavailable)|couldn't be delivered|wasn't able to deliver|wasn't delivered|not (?:been )?delivered|did not reach|returned (?:to|mail)` +
	`|n.a pas (?:pu )?(?:.tre|.t.) (?:remis|distribu|d.livr)|non remis|konnte nicht zugestellt|nicht zugestellt werden|was not delivered|delivery attempts?|retry timeout`)

var smtpCode = lazily(`(?:^|[^0-9.])([45])[0-9]{2}[ -]|(?:^|[^0-9.])([245])\.[0-9]{1,3}\.[0-9]{1,3}(?:$|[^0-9.])`)

// complete fills what b lacks from the words of the report and from the returned mail.
func (p *parser) complete(b *Bounce) {
	words, returned := splitReturned(p.m.Text)
	original := p.report("message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global", "text/rfc822")
	if original == nil {
		original = []byte(returned)
	}
	h := readHeader(bytes.TrimLeft(original, "\r\n "))
	b.OriginalMessageID = p.originalID(h, words)
	if len(b.Recipients) == 0 {
		for _, addr := range p.failedAddresses(words, h) {
			b.Recipients = append(b.Recipients, BounceRecipient{Addr: addr})
		}
	}
	if len(b.Recipients) == 0 {
		b.Recipients = []BounceRecipient{{}}
	}
	words = words[:min(len(words), reportLimit/2)]
	said := splitReasons(words)
	for i := range b.Recipients {
		r := &b.Recipients[i]
		if r.Reason == "" {
			r.Reason = said.about(r.Addr)
		}
		p.spend(len(words) + len(r.Reason))
		if r.Status == "" && r.Reason == "" { // perhaps a report came back in the text of this one
			if m := statusLine.FindStringSubmatch(p.m.Text[:min(len(p.m.Text), reportLimit)]); m != nil {
				r.Status = m[1]
			}
		}
		judge(r, p.m.Subject+"\n"+words)
	}
	p.m.Bounce = b
}

var idInWords = lazily(`(?im)^[ \t>]*(?:x-)?(?:original-)?message-id\s?:\s*<?([^<>\s]+@[^<>\s]+)>?`)

// originalID gives the id of the mail that came back: as its own header has it, as the report tells it, or as the mail that
// the report answers, which the large providers write instead of giving the mail back.
func (p *parser) originalID(returned header, words string) string {
	for _, ids := range [][]string{messageIDs(returned.get("message-id")), messageIDs(p.top.get("x-original-message-id")), p.m.InReplyTo} {
		if len(ids) > 0 {
			return ids[0]
		}
	}
	if m := idInWords.FindStringSubmatch(plainSpaces(words[:min(len(words), 32<<10)])); m != nil {
		return validID(m[1])
	}
	if n := len(p.m.References); n > 0 {
		return p.m.References[n-1]
	}
	return ""
}

var returnedMark = lazily(`(?im)^[ \t]*(?:-{2,}[- ]*(?:this is a copy of|below this line is a copy|returned message|original message|message header|unsent message|` +
	`the header of the original|transcript of|message d'origine|headers of|returned mail|your original|the original|copie du message|start of (?:headers|returned))[^\n]*|received: (?:from|by) .*|return-path: ?<.*|` +
	`[^\n]{0,60}original message (?:headers?|follows)[^\n]{0,30}:?[ \t]*)$`)

// splitReturned cuts a report into its own words and the mail that it gives back.
func splitReturned(text string) (words, returned string) {
	for _, at := range returnedMark.FindAllStringIndex(text, 20) {
		line := strings.ToLower(text[at[0]:at[1]])
		if strings.Contains(line, "transcript of") {
			continue
		}
		if strings.Contains(line, "received:") || strings.Contains(line, "return-path:") {
			return text[:at[0]], text[at[0]:]
		}
		return text[:at[0]], text[at[1]:]
	}
	return text, ""
}
