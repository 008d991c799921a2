package mail

import (
	"crypto/sha256"
	"strings"
)

// finish makes the message of what was read.
func (p *parser) finish() {
	p.fields()
	p.calendar()
	p.texts()
	p.shown()
	p.protection()
	p.fingerprint()
	p.classify()
	p.senderTruth()
	p.fold()
	if p.m.Kind == KindAutoReply {
		p.m.Returns = p.returns()
	}
	if p.dec.bad {
		p.m.warn(WarnBadCharset)
	}
}

// fields reads the headers of the mail itself.
func (p *parser) fields() {
	m, h, d := p.m, p.top, &p.dec
	if ids := messageIDs(h.get("message-id")); len(ids) > 0 {
		m.MessageID = ids[0]
	}
	m.InReplyTo = messageIDs(h.get("in-reply-to"))
	m.References = messageIDs(h.get("references"))
	m.Subject = strings.TrimSpace(cleanLine(d.words(h.get("subject"))))
	m.Sender = first(d.addresses(h.get("sender")))
	m.ReplyTo = d.addresses(h.get("reply-to"))
	m.To = d.addresses(strings.Join(h.all("to"), ", "))
	m.Cc = d.addresses(strings.Join(h.all("cc"), ", "))
	m.DeliveredTo = deliveredTo(h, d)
	for _, v := range h.all("from") {
		if m.From = sender(d.addresses(v)); m.From.Addr != "" {
			break
		}
	}
	if m.From.Addr == "" {
		m.warn(WarnNoSender)
	}
	m.Spam = h.spamLine()
	p.date()
}

// sender chooses the author among what stands in From: the first that has an address.
func sender(list []Address) Address {
	for _, a := range list {
		if a.Addr != "" {
			return a
		}
	}
	return first(list)
}

func first(list []Address) Address {
	if len(list) == 0 {
		return Address{}
	}
	return list[0]
}

// date takes the Date header, else the day that the last server received the mail.
func (p *parser) date() {
	for _, v := range p.top.all("date") {
		if t, ok := parseDate(v); ok {
			p.m.Date = t
			return
		}
	}
	p.m.warn(WarnNoDate)
	if r := p.top.get("received"); r != "" {
		if t, ok := parseDate(r[strings.LastIndexByte(r, ';')+1:]); ok {
			p.m.Date = t
		}
	}
}

// deliveredTo gathers the addresses that the servers on the way noted, each once.
func deliveredTo(h header, d *decoder) []string {
	var list []string
	add := func(addr string) {
		for _, have := range list {
			if have == addr {
				return
			}
		}
		if addr != "" && len(list) < 50 {
			list = append(list, addr)
		}
	}
	for _, f := range h {
		switch f.name {
		case "delivered-to", "x-original-to", "x-delivered-to", "envelope-to", "x-envelope-to", "apparently-to", "x-forwarded-to":
			for _, a := range d.addresses(f.value) {
				add(a.Addr)
			}
		case "received":
			if _, after, ok := strings.Cut(f.value, " for <"); ok {
				addr, _, _ := strings.Cut(after, ">")
				add(cleanAddr(addr))
			}
		}
	}
	return list
}

// fingerprint covers what the author wrote and nothing that transport adds (Received, Delivered-To, X-*, Return-Path,
// DKIM…), so the same mail that comes under two aliases has one fingerprint. Line ends do not count.
func (p *parser) fingerprint() {
	h := sha256.New()
	for _, name := range []string{"from", "date", "subject", "message-id"} {
		h.Write([]byte(name + ":" + strings.Join(strings.Fields(p.top.get(name)), " ") + "\n"))
	}
	p.body.Flush()
	h.Write(p.bodySum.Sum(nil))
	h.Sum(p.m.Fingerprint[:0])
}

// shown marks the parts that the HTML shows by their cid as inline.
func (p *parser) shown() {
	cids := map[string]bool{}
	for rest := p.m.HTML; ; {
		i := strings.Index(rest, "cid:")
		if i < 0 {
			break
		}
		rest = rest[i+len("cid:"):]
		end := strings.IndexAny(rest[:min(len(rest), 300)], "\"'<>) \n")
		if end > 0 {
			cids[unescapeCID(rest[:end])] = true
		}
	}
	for i := range p.m.Parts {
		if part := &p.m.Parts[i]; part.CID != "" && cids[part.CID] {
			part.Inline = true
		}
	}
}
