package mail

import (
	"strings"
)

var anyAddress = lazily(`[A-Za-z0-9._%+=/-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+`)

// ownLine is a line that names the failed address and little else: "<a@b>:", "  a@b", "To: a@b", "<a@b>... reason".
var ownLine = lazily(`(?im)^[ \t]*(?:(?:to|recipients?|destinataires?|original rcpt to|rcpt to|final-recipient|user)[: \t]+(?:rfc822;[ \t]*)?)?[<("']?([A-Za-z0-9._%+=/-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)[>)"']?(?:[ \t]*$|:|[ \t]*\.\.\.|[ \t]*\(|,?[ \t]+(?:on|because|[0-9]))`)

// failedAddresses finds the addresses that a report in plain words is about, the surest way first.
func (p *parser) failedAddresses(words string, returned header) []string {
	if v := p.top.get("x-failed-recipients"); v != "" {
		return addrsOf(p.dec.addresses(v))
	}
	var list []string
	for _, m := range ownLine.FindAllStringSubmatch(words[:min(len(words), 32<<10)], 50) {
		list = p.addFailed(list, m[1])
	}
	if len(list) > 0 {
		return list
	}
	for _, name := range []string{"to", "x-original-to", "delivered-to"} {
		for _, a := range p.dec.addresses(returned.get(name)) {
			list = p.addFailed(list, a.Addr)
		}
	}
	if len(list) > 0 {
		return list
	}
	for _, addr := range anyAddress.FindAllString(words[:min(len(words), 32<<10)], 20) {
		if list = p.addFailed(list, addr); len(list) > 0 {
			break
		}
	}
	return list
}

func addrsOf(as []Address) (list []string) {
	for _, a := range as {
		if a.Addr != "" {
			list = append(list, a.Addr)
		}
	}
	return list
}

// addFailed adds an address once, unless it is the report's own sender or reader.
func (p *parser) addFailed(list []string, addr string) []string {
	addr = cleanAddr(strings.Trim(addr, ".:;,"))
	if addr == "" || strings.EqualFold(addr, p.m.From.Addr) || strings.HasPrefix(strings.ToLower(addr), "mailer-daemon@") || strings.HasPrefix(strings.ToLower(addr), "postmaster@") {
		return list
	}
	for _, a := range p.m.To {
		if strings.EqualFold(a.Addr, addr) {
			return list
		}
	}
	for _, have := range list {
		if strings.EqualFold(have, addr) {
			return list
		}
	}
	return append(list, addr)
}

// reasons are the lines of a report, and their lower-case forms.
type reasons struct{ lines, lower []string }

func splitReasons(words string) reasons {
	return reasons{strings.Split(words, "\n"), strings.Split(strings.ToLower(words), "\n")}
}

// about gives the lines of the report that tell why addr failed: those after its name, else the first with a code.
func (r reasons) about(addr string) string {
	if addr = strings.ToLower(addr); addr != "" {
		for i, line := range r.lower {
			if !strings.Contains(line, addr) {
				continue
			}
			near := strings.Join(r.lines[i:min(len(r.lines), i+6)], " ")
			if smtpCode.MatchString(near) || deadWords.MatchString(near) || expiredWords.MatchString(near) {
				return oneLine(near)
			}
		}
	}
	for i, line := range r.lines {
		if smtpCode.MatchString(line) {
			return oneLine(strings.Join(r.lines[i:min(len(r.lines), i+3)], " "))
		}
	}
	return ""
}
