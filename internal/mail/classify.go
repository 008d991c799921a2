package mail

import "strings"

// classify says who or what wrote the mail. The order is that of what would do harm if mistaken: a report about our own
// mail first, since an answer to it would loop. X-Auto-Response-Suppress never decides: it forbids our acknowledgement
// and says nothing about the writer (FAULTS E6).
func (p *parser) classify() {
	p.m.Generated, p.m.NoAnswer = p.generated(), p.answerForbidden()
	for _, rule := range []func() (Kind, string){p.isFeedback, p.isBounce, p.isMeeting, p.isAutoReply, p.isAlert, p.isList, p.isGenerated} {
		if kind, reason := rule(); kind != "" {
			p.m.Kind, p.m.KindReason = kind, cleanLine(reason)
			return
		}
	}
	p.m.Kind = KindPerson
}

// report gives the first kept leaf of one of the types, or nil.
func (p *parser) report(types ...string) []byte {
	for _, r := range p.reports {
		for _, t := range types {
			if r.kind == t {
				return r.data
			}
		}
	}
	return nil
}

// isFeedback knows abuse and authentication reports (RFC 5965, RFC 6591).
func (p *parser) isFeedback() (Kind, string) {
	if p.report("message/feedback-report") != nil || strings.EqualFold(p.topType.raw("report-type"), "feedback-report") {
		return KindFeedback, "multipart/report; report-type=feedback-report"
	}
	if s := foldText(p.m.Subject); strings.HasPrefix(s, "report domain:") && strings.Contains(s, "submitter:") { // RFC 7489 7.2.1.1, RFC 8460 5.3
		return KindFeedback, "Subject: Report Domain"
	}
	if strings.EqualFold(p.topType.raw("report-type"), "tlsrpt") {
		return KindFeedback, "multipart/report; report-type=tlsrpt"
	}
	return "", ""
}

// isMeeting knows invitations and their answers (RFC 6047): a calendar part with a method that asks or answers.
func (p *parser) isMeeting() (Kind, string) {
	if c := p.m.Calendar; c != nil {
		switch c.Method {
		case "REQUEST", "REPLY", "CANCEL", "COUNTER", "DECLINECOUNTER", "REFRESH", "ADD":
			return KindMeeting, "text/calendar; method=" + c.Method
		}
	}
	if c := p.top.get("content-class"); strings.EqualFold(c, "urn:content-classes:calendarmessage") {
		return KindMeeting, "Content-Class: " + c
	}
	return "", ""
}

// isList knows mailing lists and newsletters (RFC 2919, RFC 2369).
func (p *parser) isList() (Kind, string) {
	h := p.top
	precedence := strings.ToLower(h.get("precedence"))
	bulk := precedence == "bulk" || precedence == "list" || precedence == "junk"
	switch {
	case h.has("list-id"):
		return KindList, "List-Id: " + h.get("list-id")
	case bulk && (h.has("list-unsubscribe") || h.has("list-post") || h.has("mailing-list")):
		return KindList, "Precedence: " + precedence
	case h.has("list-unsubscribe"):
		return KindList, "List-Unsubscribe: " + h.get("list-unsubscribe")
	case precedence == "list":
		return KindList, "Precedence: list"
	}
	return "", ""
}
